// SPDX-License-Identifier: GPL-2.0
/* What the machine is and has: from the boot information and from CPUID. */
#include "machine.h"
#include "cpuid_insn.h"
#include "cpu_regs.h"
#include "percpu.h"
#include <hvpart/boot.h>

#define XCR0_X87	BIT(0)
#define XCR0_SSE	BIT(1)
#define XCR0_AVX	BIT(2)
#define XCR0_AVX512	(BIT(5) | BIT(6) | BIT(7))
#define XCR0_PKRU	BIT(9)

/*
 * What a child may dirty is what a world switch saves, in one page. Larger
 * state (AMX) stays disabled in children and so untouched in the CPU.
 */
static void probe_xsave(void)
{
	const u64 known = XCR0_X87 | XCR0_SSE | XCR0_AVX | XCR0_AVX512 |
			  XCR0_PKRU;
	struct cpuid_out c;

	machine.xcr0_mask = XCR0_X87 | XCR0_SSE;
	machine.has_xss = machine.has_xsave && cpuid_insn(0xd, 1).a & BIT(3);
	machine.xsave_bytes = 512;
	if (!machine.has_xsave)
		return;
	c = cpuid_insn(0xd, 0);
	machine.xcr0_mask = ((u64)c.d << 32 | c.a) & known;
	if (cpuid_xsave_bytes(machine.xcr0_mask, false) > PAGE_SIZE)
		machine.xcr0_mask &= ~XCR0_AVX512;
	machine.xsave_bytes = cpuid_xsave_bytes(machine.xcr0_mask, false);
}

#define HAS(leaf, from, flag)	{ leaf, from, TO_BOOL(struct machine, flag) }

static const struct cpuid_bit bits[] = {
	HAS(0x01, CPUID_C + 26, has_xsave),
	HAS(0x07, CPUID_C + 7, has_cet),
	HAS(0x07, CPUID_C + 3, has_pku),
	HAS(0x81, CPUID_D + 26, page1g),
	HAS(0x81, CPUID_D + 27, has_tsc_aux),
	HAS(0x87, CPUID_D + 8, invariant_tsc),
	HAS(0x88, CPUID_B + 12, has_ibpb),
	HAS(0x07, CPUID_D + 26, has_ibpb),
	HAS(0x88, CPUID_B + 30, ibpb_clears_rsb),	/* IBPB_RET */
	/* One the CPU keeps for the guest is the back end's business (APM 15.36.8). */
	HAS(0x88, CPUID_B + 14, has_spec_ctrl),
	HAS(0x88, CPUID_B + 15, has_spec_ctrl),
	HAS(0x88, CPUID_B + 24, has_spec_ctrl),
	HAS(0x07, CPUID_D + 26, has_spec_ctrl),
	HAS(0x88, CPUID_NOT + CPUID_B + 2, fp_leaks),	/* XSaveErPtr */
};

void machine_init(const struct hvpart_boot_info *info)
{
	machine.tsc_hz = info->tsc_hz;
	machine.apic_timer_hz = info->apic_timer_hz;
	machine.max_pfn = info->max_pfn;
	machine.nr_cpus = info->nr_cpus;
	machine.la57 = info->flags & HVPART_BOOT_LA57;
	machine.phys_bits = cpuid_insn(0x80000008, 0).a;
	cpuid_bits(bits, ARRAY_SIZE(bits), &machine);
	probe_xsave();
}
