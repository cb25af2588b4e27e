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

/* End of the last component of @mask in the standard format. */
static u64 xsave_end(u64 mask)
{
	struct cpuid_out c;
	u64 end = 576;			/* legacy region and header */

	for (u32 i = 2; i < 63; i++) {
		if (!(mask & BIT(i)))
			continue;
		c = cpuid_insn(0xd, i);
		end = MAX(end, (u64)c.b + c.a);
	}
	return end;
}

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
	machine.has_cet = cpuid_insn(7, 0).c & BIT(7);
	machine.has_xsave = cpuid_insn(1, 0).c & BIT(26);
	machine.has_xss = machine.has_xsave && cpuid_insn(0xd, 1).a & BIT(3);
	machine.xsave_bytes = 512;
	if (!machine.has_xsave)
		return;
	c = cpuid_insn(0xd, 0);
	machine.xcr0_mask = ((u64)c.d << 32 | c.a) & known;
	if (xsave_end(machine.xcr0_mask) > PAGE_SIZE)
		machine.xcr0_mask &= ~XCR0_AVX512;
	machine.xsave_bytes = xsave_end(machine.xcr0_mask);
}

static void probe_speculation(void)
{
	struct cpuid_out e8 = cpuid_insn(0x80000008, 0);
	struct cpuid_out f7 = cpuid_insn(7, 0);

	machine.has_ibpb = (e8.b & BIT(12)) || (f7.d & BIT(26));
	machine.ibpb_clears_rsb = e8.b & BIT(30);	/* IBPB_RET */
	/* One the CPU keeps for the guest is the back end's business (APM 15.36.8). */
	machine.has_spec_ctrl = (e8.b & (BIT(14) | BIT(15) | BIT(24))) ||
				(f7.d & BIT(26));
	machine.fp_leaks = !(e8.b & BIT(2));		/* XSaveErPtr */
}

void machine_init(const struct hvpart_boot_info *info)
{
	struct cpuid_out e1 = cpuid_insn(0x80000001, 0);

	machine.tsc_hz = info->tsc_hz;
	machine.apic_timer_hz = info->apic_timer_hz;
	machine.max_pfn = info->max_pfn;
	machine.nr_cpus = info->nr_cpus;
	machine.la57 = info->flags & HVPART_BOOT_LA57;
	machine.phys_bits = cpuid_insn(0x80000008, 0).a;
	machine.page1g = e1.d & BIT(26);
	machine.has_tsc_aux = e1.d & BIT(27);
	machine.has_pku = cpuid_insn(7, 0).c & BIT(3);
	machine.invariant_tsc = cpuid_insn(0x80000007, 0).d & BIT(8);
	probe_xsave();
	probe_speculation();
}

/* hv.lds */
extern const u8 __image_start[], __readonly_end[], __image_end[];

u64 hv_image_readonly_bytes(void)
{
	return __readonly_end - __image_start;
}

u64 hv_image_total_bytes(void)
{
	return __image_end - __image_start;
}
