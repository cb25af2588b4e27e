/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What Linux's include/hyperv headers expect of the kernel, for a program: just
 * enough to read them on x86 (see hyperv.c).
 */
#ifndef _ABI_SHIM_TYPES_H
#define _ABI_SHIM_TYPES_H

#include_next <linux/types.h>
#include <stddef.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;
typedef unsigned long ulong;

#define CONFIG_X86		1
#define ABI_HAS_CONFIG_X86	1
#define ABI_HAS_CONFIG_ARM64	0
#define IS_ENABLED(option)	ABI_HAS_##option

#define __packed		__attribute__((packed))
#define __aligned(n)		__attribute__((aligned(n)))
#define static_assert		_Static_assert
#define NSEC_PER_SEC		1000000000L

#define DECLARE_FLEX_ARRAY(type, name) \
	struct { struct { } empty_##name; type name[]; }
#define __TRAILING_OVERLAP(type, name, fam, attrs, members) \
	union { type name; struct { char pad_##name[offsetof(type, fam)]; \
		members } attrs; }

#endif
