// SPDX-License-Identifier: GPL-2.0
/* What leaves a guest, and the root's guard. */
#include "svmtest.h"

/* Two bits of an MSR in a map, by the manual's own formula (15.11). */
static u32 msr_bits(const u64 *map, u32 msr)
{
	u32 base = msr >= 0xc0010000 ? 0x1000 : msr >= 0xc0000000 ? 0x800 : 0;
	u32 byte = base + (msr & 0x1fff) / 4;

	return ((const u8 *)map)[byte] >> (msr & 3) * 2 & 3;
}

static const u64 *map_at(u64 spa, const void *near)
{
	return (const u64 *)(((uintptr_t)near & ~MASK(39, 0)) | spa);
}

static void child_maps(struct vmcb *c)
{
	static const u32 free_ones[] = {
		0xc0000100, 0xc0000101, 0xc0000102, 0xc0000081, 0xc0000082,
		0xc0000083, 0xc0000084, 0x174, 0x175, 0x176, 0x277,
	};
	const u64 *msrpm = map_at(c->msrpm_spa, &svm);
	const u64 *iopm = map_at(c->iopm_spa, &svm);
	u32 n = 0;

	for (u32 i = 0; i < ARRAY_SIZE(free_ones); i++)
		CHECK_EQ(msr_bits(msrpm, free_ones[i]), 0);
	for (u32 i = 0; i < 1024; i++)
		n += 64 - __builtin_popcountll(msrpm[i]);
	CHECK_EQ(n, 2 * ARRAY_SIZE(free_ones));
	for (u32 i = 0; i < 3 * 512; i++)
		CHECK_EQ(iopm[i], ~0ull);
}

static void root_maps(struct vmcb *c)
{
	const u64 *msrpm = map_at(c->msrpm_spa, &svm);
	u32 n = 0;

	CHECK_EQ(msr_bits(msrpm, 0xc0000080), 2);
	CHECK_EQ(msr_bits(msrpm, MSR_VM_HSAVE_PA), 3);
	CHECK_EQ(msr_bits(msrpm, 0xc0010020), 2);
	for (u32 i = 0; i < 1024; i++)
		n += __builtin_popcountll(msrpm[i]);
	CHECK_EQ(n, 8);
}

static bool on(const struct vmcb *c, u32 bit)
{
	return c->intercept[bit / 32] & BIT(bit % 32);
}

void test_intercept(void)
{
	static const u8 never_root[] = {
		INTERCEPT_INTR, INTERCEPT_NMI, INTERCEPT_IOIO, INTERCEPT_CPUID,
		INTERCEPT_HLT, INTERCEPT_INIT, INTERCEPT_SHUTDOWN,
	};
	static const u8 svm_insns[] = {
		INTERCEPT_VMRUN, INTERCEPT_VMLOAD, INTERCEPT_VMSAVE,
		INTERCEPT_STGI, INTERCEPT_CLGI, INTERCEPT_SKINIT,
		INTERCEPT_INVLPGA, INTERCEPT_VMMCALL, INTERCEPT_MSR,
	};
	static struct vmcb root;
	struct vendor_vp v;

	fake_vp(&v);
	svm_intercepts_root(&root);
	for (u32 i = 0; i < ARRAY_SIZE(svm_insns); i++)
		CHECK(on(v.vmcb, svm_insns[i]) && on(&root, svm_insns[i]));
	for (u32 i = 0; i < ARRAY_SIZE(never_root); i++)
		CHECK(on(v.vmcb, never_root[i]) && !on(&root, never_root[i]));
	/* #DB, #AC, #MC; the root takes its own. */
	CHECK_EQ(v.vmcb->intercept_exc, BIT(1) | BIT(17) | BIT(18));
	CHECK_EQ(root.intercept_exc, 0);
	CHECK(!root.intercept_cr_read && !root.intercept_cr_write);
	child_maps(v.vmcb);
	root_maps(&root);
	fake_vp_done(&v);
}

void test_root_msrs(void)
{
	const u64 efer = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE | EFER_SVME;
	struct vendor_vp v;
	u64 val;

	fake_vp(&v);
	v.is_root = true;
	v.vmcb->efer = efer;
	fake_msr_set(0xc0000080, efer, svm.efer_valid);
	fake_msr_set(0x1b, 0xfee00d00, ~0ull);
	fake_msr_set(0x40000000, 7, 0xff);
	/* SVME cannot be cleared, and nobody is told off for trying. */
	CHECK_EQ(vendor_root_wrmsr(&v, 0xc0000080, efer & ~EFER_SVME), MSR_OK);
	CHECK_EQ(v.vmcb->efer, efer);
	CHECK_EQ(vendor_root_wrmsr(&v, 0xc0000080, efer & ~EFER_SCE), MSR_OK);
	CHECK_EQ(v.vmcb->efer, efer & ~EFER_SCE);
	CHECK_EQ(fake_msr_get(0xc0000080), efer);	/* the host's stays */
	CHECK_EQ(vendor_root_wrmsr(&v, 0xc0000080, efer | BIT(1)), MSR_FAULT);
	CHECK_EQ(vendor_root_wrmsr(&v, 0xc0000080, efer & ~EFER_LME), MSR_FAULT);
	CHECK_EQ(vendor_root_wrmsr(&v, MSR_VM_HSAVE_PA, 0), MSR_OK);
	CHECK_EQ(vendor_root_wrmsr(&v, MSR_VM_HSAVE_PA, 0x1000), MSR_FAULT);
	val = 1;
	CHECK_EQ(vendor_root_rdmsr(&v, MSR_VM_HSAVE_PA, &val), MSR_OK);
	CHECK_EQ(val, 0);
	CHECK_EQ(vendor_root_wrmsr(&v, 0xc0010020, 0x1234), MSR_OK);
	/* The APIC may change mode, not place. */
	CHECK_EQ(vendor_root_wrmsr(&v, 0x1b, 0xfee00900), MSR_OK);
	CHECK_EQ(vendor_root_wrmsr(&v, 0x1b, 0x1000900), MSR_FAULT);
	/* Everything else is the CPU's business. */
	CHECK_EQ(vendor_root_rdmsr(&v, 0x40000000, &val), MSR_OK);
	CHECK_EQ(val, 7);
	CHECK_EQ(vendor_root_wrmsr(&v, 0x40000000, 0x100), MSR_FAULT);
	CHECK_EQ(vendor_root_rdmsr(&v, 0x40000001, &val), MSR_FAULT);
	fake_vp_done(&v);
}
