// SPDX-License-Identifier: GPL-2.0
#include "cpuid_insn.h"
#include "lib.h"

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
