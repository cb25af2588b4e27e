// SPDX-License-Identifier: GPL-2.0
/*
 * What leaves a guest: APM vol. 2, 15.9-15.14; and what this CPU has of SVM
 * (15.33, CPUID Fn8000_000A).
 */
#include "svm.h"
#include "cpuid_insn.h"
#include <hvpart/boot.h>
#include <hvpart/property.h>

#define PAGE_WORDS	512

struct svm_features svm;

const u32 vendor_id = HV_PARTITION_PROCESSOR_VENDOR_AMD;

u32 vendor_tag_count(void)
{
	return svm.nr_asids;
}

/*
 * Permission maps, shared by all VPs. They must be physically contiguous
 * (15.10.1, 15.11), which bss is and pool pages are not. A set bit intercepts.
 */
static u64 msrpm_child[2 * PAGE_WORDS] __aligned(4096);
static u64 msrpm_root[2 * PAGE_WORDS] __aligned(4096);
static u64 iopm_child[3 * PAGE_WORDS] __aligned(4096);

/* Registers that VMRUN or VMLOAD/VMSAVE switch: children touch them freely. */
static const u32 child_free_msrs[] = {
	0xc0000100, 0xc0000101, 0xc0000102,		/* FS, GS, KERNEL_GS */
	0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084,	/* STAR .. SFMASK */
	0x174, 0x175, 0x176,				/* SYSENTER */
	0x277,						/* PAT: gPAT (15.25.8) */
};

/* The root's guarded registers; see rootmsr.c. Bits: 1 read, 2 write. */
static const struct { u32 msr, bits; } root_guarded_msrs[] = {
	{ 0x1b, 2 },			/* APIC_BASE */
	{ 0xc0000080, 2 },		/* EFER */
	{ 0xc0010020, 2 },		/* PATCH_LOADER */
	{ MSR_VM_CR, 2 },
	{ MSR_VM_HSAVE_PA, 3 },
	{ MSR_SVM_KEY, 3 },
};

/* Position of the two bits of an MSR (15.11); ~0 for one that has none. */
static u32 msrpm_bit(u32 msr)
{
	static const u32 bases[] = { 0, 0xc0000000, 0xc0010000 };

	for (u32 i = 0; i < ARRAY_SIZE(bases); i++)
		if (msr - bases[i] < 0x2000)
			return (i * 0x2000 + (msr - bases[i])) * 2;
	return ~0u;
}

static void build_maps(void)
{
	u32 bit;

	memset(msrpm_child, 0xff, sizeof(msrpm_child));
	memset(iopm_child, 0xff, sizeof(iopm_child));
	for (u32 i = 0; i < ARRAY_SIZE(child_free_msrs); i++) {
		bit = msrpm_bit(child_free_msrs[i]);
		msrpm_child[bit / 64] &= ~(3ull << (bit % 64));
	}
	for (u32 i = 0; i < ARRAY_SIZE(root_guarded_msrs); i++) {
		bit = msrpm_bit(root_guarded_msrs[i].msr);
		msrpm_root[bit / 64] |= (u64)root_guarded_msrs[i].bits <<
					(bit % 64);
	}
}

static void probe_svm_leaf(void)
{
	struct cpuid_out c = cpuid_insn(0x8000000a, 0);

	svm.nr_asids = c.b;
	svm.nrips = c.d & BIT(3);
	svm.decode_assists = c.d & BIT(7);
	svm.pause_filter = c.d & BIT(10);
	svm.pause_threshold = c.d & BIT(12);
	svm.v_spec_ctrl = c.d & BIT(20);
	svm.invlpgb = c.d & BIT(24);
	/* VMRUN switches the guest's value (15.36.8): not the world's business. */
	if (svm.v_spec_ctrl)
		machine.has_spec_ctrl = false;
}

enum cpuid_word { F1_C, F7_B, F7_C, E1_C, E1_D, E8_B, NOT_E8_B, E21_A, NR_WORDS };

/* EFER and CR4 bits that exist if a CPUID bit says so; the rest must be 0. */
static const struct {
	u8 word, bit;
	bool efer;
	u8 to;
} feature_bits[] = {
	{ E1_D, 25, true, 14 },		/* FFXSR */
	{ E1_C, 17, true, 15 },		/* TCE */
	{ E8_B, 8, true, 17 },		/* MCOMMIT */
	{ E8_B, 13, true, 18 },		/* INTWB */
	{ E21_A, 7, true, 20 },		/* UAIE */
	{ E21_A, 8, true, 21 },		/* AIBRSE */
	{ NOT_E8_B, 20, true, 13 },	/* LMSLE */
	{ F7_C, 2, false, 11 },		/* UMIP */
	{ F7_C, 16, false, 12 },	/* LA57 */
	{ F7_B, 0, false, 16 },		/* FSGSBASE */
	{ F1_C, 17, false, 17 },	/* PCIDE */
	{ F1_C, 26, false, 18 },	/* OSXSAVE */
	{ F7_B, 7, false, 20 },		/* SMEP */
	{ F7_B, 20, false, 21 },	/* SMAP */
	{ F7_C, 3, false, 22 },		/* PKE */
	{ F7_C, 7, false, 23 },		/* CET */
};

static void probe_registers(void)
{
	struct cpuid_out f7 = cpuid_insn(7, 0), e1 = cpuid_insn(0x80000001, 0);
	struct cpuid_out e8 = cpuid_insn(0x80000008, 0);
	u32 words[NR_WORDS] = {
		[F1_C] = cpuid_insn(1, 0).c, [F7_B] = f7.b, [F7_C] = f7.c,
		[E1_C] = e1.c, [E1_D] = e1.d, [E8_B] = e8.b, [NOT_E8_B] = ~e8.b,
	};

	if (cpuid_insn(0x80000000, 0).a >= 0x80000021)
		words[E21_A] = cpuid_insn(0x80000021, 0).a;
	svm.phys_bits = e8.a;
	svm.mcommit = e8.b & BIT(8);
	svm.rdpru = e8.b & BIT(4);
	svm.shstk = f7.c & BIT(7);
	svm.efer_valid = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE | EFER_SVME;
	svm.cr4_valid = MASK(10, 0);
	for (u32 i = 0; i < ARRAY_SIZE(feature_bits); i++)
		if (words[feature_bits[i].word] & BIT(feature_bits[i].bit))
			*(feature_bits[i].efer ? &svm.efer_valid :
						 &svm.cr4_valid) |=
				BIT(feature_bits[i].to);
}

int svm_probe(void)
{
	if (svm.nr_asids)
		return HVPART_BOOT_OK;
	if (!(cpuid_insn(0x80000001, 0).c & BIT(2)) ||
	    !(cpuid_insn(0x8000000a, 0).d & BIT(0)))
		return HVPART_BOOT_E_FEATURE;
	probe_svm_leaf();
	probe_registers();
	if (svm.nr_asids <= ASID_FIRST_CHILD) {
		svm.nr_asids = 0;
		return HVPART_BOOT_E_FEATURE;
	}
	build_maps();
	return HVPART_BOOT_OK;
}

/* No guest may use SVM itself: nested SVM is not offered (15.9). */
static void intercept_svm(struct vmcb *vmcb)
{
	static const u8 bits[] = {
		INTERCEPT_VMRUN, INTERCEPT_VMMCALL, INTERCEPT_VMLOAD,
		INTERCEPT_VMSAVE, INTERCEPT_STGI, INTERCEPT_CLGI,
		INTERCEPT_SKINIT, INTERCEPT_INVLPGA, INTERCEPT_MSR,
	};

	for (u32 i = 0; i < ARRAY_SIZE(bits); i++)
		svm_intercept(vmcb, bits[i], true);
}

/*
 * #DB and #AC: a guest can make their delivery loop for ever inside the CPU,
 * with interrupts held off (CVE-2015-8104, CVE-2015-5307). #MC is the root's.
 */
void svm_intercepts_child(struct vmcb *vmcb)
{
	static const u8 bits[] = {
		INTERCEPT_INTR, INTERCEPT_NMI, INTERCEPT_INIT, INTERCEPT_CPUID,
		INTERCEPT_RDPMC, INTERCEPT_INVD, INTERCEPT_WBINVD,
		INTERCEPT_HLT, INTERCEPT_IOIO, INTERCEPT_TASK_SWITCH,
		INTERCEPT_SHUTDOWN, INTERCEPT_MONITOR, INTERCEPT_MWAIT,
		INTERCEPT_XSETBV,
	};

	intercept_svm(vmcb);
	for (u32 i = 0; i < ARRAY_SIZE(bits); i++)
		svm_intercept(vmcb, bits[i], true);
	svm_intercept(vmcb, INTERCEPT_RDPRU, svm.rdpru);
	svm_intercept(vmcb, INTERCEPT_MCOMMIT, svm.mcommit);
	svm_intercept(vmcb, INTERCEPT_INVLPGB, svm.invlpgb);
	svm_intercept(vmcb, INTERCEPT_INVLPGB_ILLEGAL, svm.invlpgb);
	svm_intercept(vmcb, INTERCEPT_TLBSYNC, svm.invlpgb);
	vmcb->intercept_exc = BIT(1) | BIT(17) | BIT(18);
	if (svm.pause_filter) {
		/* Only spinning leaves (15.14.4), as long as Linux lets it. */
		svm_intercept(vmcb, INTERCEPT_PAUSE, true);
		vmcb->pause_count = 3000;
		vmcb->pause_threshold = svm.pause_threshold ? 128 : 0;
	}
	vmcb->msrpm_spa = va_to_spa(msrpm_child);
	vmcb->iopm_spa = va_to_spa(iopm_child);
}

void svm_intercepts_root(struct vmcb *vmcb)
{
	intercept_svm(vmcb);
	vmcb->msrpm_spa = va_to_spa(msrpm_root);
}
