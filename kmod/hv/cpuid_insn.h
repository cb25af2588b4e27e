/* SPDX-License-Identifier: GPL-2.0 */
/* The CPUID instruction of the machine. */
#ifndef HV_CPUID_INSN_H
#define HV_CPUID_INSN_H

#include "types.h"

struct cpuid_out { u32 a, b, c, d; };

#ifdef HV_UNIT_TEST
struct cpuid_out cpuid_insn(u32 leaf, u32 subleaf);
#else
static inline struct cpuid_out cpuid_insn(u32 leaf, u32 subleaf)
{
	struct cpuid_out o;

	__asm__ volatile("cpuid" : "=a"(o.a), "=b"(o.b), "=c"(o.c), "=d"(o.d)
			 : "a"(leaf), "c"(subleaf));
	return o;
}
#endif

/* Bytes that @mask needs; compacted: packed in order, some 64-byte aligned. */
u32 cpuid_xsave_bytes(u64 mask, bool compacted);

#endif
