/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions in tables, by their place in the image: its text has less than 64
 * KiB, which the linker checks. C has no such constants, so the tables are
 * written in assembly, and the functions are global and __used.
 */
#ifndef HV_FN_OFFSET_H
#define HV_FN_OFFSET_H

#include "types.h"
#include "layout.h"

#ifdef HV_UNIT_TEST
typedef u64 fn_offset;
#define FN_OFFSET(fn)	"	.quad " #fn "\n"
#define FN_TABLE(section)	"	.pushsection " section ", \"aw\"\n"
#define FN_AT(offset)	((void *)(offset))
#else
typedef u16 fn_offset;
#define FN_OFFSET(fn)	"	.word " #fn " - " HV_STRING(HV_IMAGE_BASE) "\n"
#define FN_TABLE(section)	"	.pushsection " section ", \"a\"\n"
#define FN_AT(offset)	((void *)(u64)(HV_IMAGE_BASE + (offset)))
#endif

#endif
