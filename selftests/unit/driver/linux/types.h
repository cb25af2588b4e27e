/* SPDX-License-Identifier: GPL-2.0 */
/* Linux's types, for files of kmod/driver that need no more of it. */
#include_next <linux/types.h>
#ifndef UNIT_LINUX_TYPES_H
#define UNIT_LINUX_TYPES_H

#include <stdbool.h>
#include <stddef.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#endif
