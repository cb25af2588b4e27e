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

/**
 * struct cpuid_bit - a bit of CPUID, and which bit of a structure says so
 * @leaf: 0x80 added: 0x80000000 and up
 * @from: CPUID_A.. + bit; CPUID_NOT: when it is clear
 * @to:   TO_BOOL(struct, member) or TO_BIT(struct, member, bit)
 */
struct cpuid_bit {
	u8 leaf, from;
	u16 to;
};

#define CPUID_A		0
#define CPUID_B		32
#define CPUID_C		64
#define CPUID_D		96
#define CPUID_NOT	128
#define TO_BIT(s, member, bit)	(offsetof(s, member) * 8 + (bit))
#define TO_BOOL(s, member)	TO_BIT(s, member, 0)

/* Set what the CPU has in @base; nothing is cleared. */
void cpuid_bits(const struct cpuid_bit *b, u32 n, void *base);

/* Bytes that @mask needs; compacted: packed in order, some 64-byte aligned. */
u32 cpuid_xsave_bytes(u64 mask, bool compacted);

#endif
