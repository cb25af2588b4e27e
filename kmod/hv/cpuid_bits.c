// SPDX-License-Identifier: GPL-2.0
/* What the CPU has: bit by bit, in one table for each room that asks; XSAVE. */
#include "cpuid_insn.h"
#include "lib.h"

void cpuid_bits(const struct cpuid_bit *b, u32 n, void *base)
{
	for (; n--; b++) {
		u32 leaf = (b->leaf & 0x7f) | (u32)(b->leaf & 0x80) << 24;
		struct cpuid_out o = cpuid_insn(leaf & BIT(31), 0);
		u8 from = b->from, bit = from / CPUID_NOT;

		/* Intel answers for a leaf beyond the end with another one. */
		if (leaf <= o.a) {
			o = cpuid_insn(leaf, 0);
			bit ^= (&o.a)[from / 32 % 4] >> from % 32 & 1;
		}
		((u8 *)base)[b->to / 8] |= bit << b->to % 8;
	}
}

u32 cpuid_xsave_bytes(u64 mask, bool compacted)
{
	u32 size = 576;		/* legacy region and header */

	for (mask &= ~3ull; mask; mask &= mask - 1) {
		struct cpuid_out c = cpuid_insn(0x0d, ffs64(mask));

		if (c.c & BIT(1) && compacted)
			size = ALIGN_UP(size, 64u);
		size = compacted ? size + c.a : MAX(size, c.b + c.a);
	}
	return size;
}
