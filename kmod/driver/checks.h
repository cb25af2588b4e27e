/* SPDX-License-Identifier: GPL-2.0 */
/* Checks of what user space hands in. */
#ifndef HVP_CHECKS_H
#define HVP_CHECKS_H

#include <linux/string.h>

/* Is any byte of a reserved field set? */
static inline bool hvp_nonzero(const void *field, size_t len)
{
	return memchr_inv(field, 0, len);
}

#endif
