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

/*
 * Position of the two bits of an MSR, first read, then write (15.11): the maps
 * have registers from 0, from 0xc0000000 and from 0xc0010000 on.
 */
#define MSRPM_BIT(msr)	((((msr) >> 31) + ((msr) >> 16 & 1)) * 0x4000 + \
			 ((msr) & 0x1fff) * 2)

/* Registers that VMRUN or VMLOAD/VMSAVE switch: children touch them freely. */
static const u16 child_free_msrs[] = {
	/* FS, GS, KERNEL_GS */
	MSRPM_BIT(0xc0000100), MSRPM_BIT(0xc0000101), MSRPM_BIT(0xc0000102),
	/* STAR .. SFMASK */
	MSRPM_BIT(0xc0000081), MSRPM_BIT(0xc0000082), MSRPM_BIT(0xc0000083),
	MSRPM_BIT(0xc0000084),
	/* SYSENTER */
	MSRPM_BIT(0x174), MSRPM_BIT(0x175), MSRPM_BIT(0x176),
	/* PAT: gPAT (15.25.8) */
	MSRPM_BIT(0x277),
};

/* Bits of the root's guarded registers; see rootmsr.c. */
static const u16 root_guarded_msrs[] = {
	MSRPM_BIT(0x1b) + 1,			/* APIC_BASE, writing */
	MSRPM_BIT(0xc0000080) + 1,		/* EFER, writing */
	MSRPM_BIT(0xc0010020) + 1,		/* PATCH_LOADER, writing */
	MSRPM_BIT(MSR_VM_CR) + 1,		/* writing */
	MSRPM_BIT(MSR_VM_HSAVE_PA), MSRPM_BIT(MSR_VM_HSAVE_PA) + 1,
	MSRPM_BIT(MSR_SVM_KEY), MSRPM_BIT(MSR_SVM_KEY) + 1,
};

static void build_maps(void)
{
	u32 bit;

	memset(msrpm_child, 0xff, sizeof(msrpm_child));
	memset(iopm_child, 0xff, sizeof(iopm_child));
	for (u32 i = 0; i < ARRAY_SIZE(child_free_msrs); i++) {
		bit = child_free_msrs[i];
		msrpm_child[bit / 64] &= ~(3ull << (bit % 64));
	}
	for (u32 i = 0; i < ARRAY_SIZE(root_guarded_msrs); i++) {
		bit = root_guarded_msrs[i];
		msrpm_root[bit / 64] |= BIT(bit % 64);
	}
}

#define HAS(leaf, from, flag)	\
	{ leaf, from, TO_BOOL(struct svm_features, flag) }
/* EFER and CR4 bits that exist if a CPUID bit says so; the rest must be 0. */
#define EFER(leaf, from, bit)	\
	{ leaf, from, TO_BIT(struct svm_features, efer_valid, bit) }
#define CR4(leaf, from, bit)	\
	{ leaf, from, TO_BIT(struct svm_features, cr4_valid, bit) }

/* Intercepts that only a CPU with the instruction takes. */
#define INTERCEPT(leaf, from, bit)	\
	{ leaf, from, TO_BIT(struct svm_features, intercepts, bit) }

static const struct cpuid_bit features[] = {
	HAS(0x8a, CPUID_D + 3, nrips),
	HAS(0x8a, CPUID_D + 7, decode_assists),
	HAS(0x8a, CPUID_D + 10, pause_filter),
	HAS(0x8a, CPUID_D + 12, pause_threshold),
	HAS(0x8a, CPUID_D + 20, v_spec_ctrl),
	HAS(0x8a, CPUID_D + 24, invlpgb),
	HAS(0x07, CPUID_C + 7, shstk),
	INTERCEPT(0x88, CPUID_B + 8, INTERCEPT_MCOMMIT),
	INTERCEPT(0x88, CPUID_B + 4, INTERCEPT_RDPRU),
	INTERCEPT(0x8a, CPUID_D + 24, INTERCEPT_INVLPGB),
	INTERCEPT(0x8a, CPUID_D + 24, INTERCEPT_INVLPGB_ILLEGAL),
	INTERCEPT(0x8a, CPUID_D + 24, INTERCEPT_TLBSYNC),
	EFER(0x81, CPUID_D + 25, 14),			/* FFXSR */
	EFER(0x81, CPUID_C + 17, 15),			/* TCE */
	EFER(0x88, CPUID_B + 8, 17),			/* MCOMMIT */
	EFER(0x88, CPUID_B + 13, 18),			/* INTWB */
	EFER(0xa1, CPUID_A + 7, 20),			/* UAIE */
	EFER(0xa1, CPUID_A + 8, 21),			/* AIBRSE */
	EFER(0x88, CPUID_NOT + CPUID_B + 20, 13),	/* LMSLE */
	CR4(0x07, CPUID_C + 2, 11),			/* UMIP */
	CR4(0x07, CPUID_C + 16, 12),			/* LA57 */
	CR4(0x07, CPUID_B + 0, 16),			/* FSGSBASE */
	CR4(0x01, CPUID_C + 17, 17),			/* PCIDE */
	CR4(0x01, CPUID_C + 26, 18),			/* OSXSAVE */
	CR4(0x07, CPUID_B + 7, 20),			/* SMEP */
	CR4(0x07, CPUID_B + 20, 21),			/* SMAP */
	CR4(0x07, CPUID_C + 3, 22),			/* PKE */
	CR4(0x07, CPUID_C + 7, 23),			/* CET */
};

int svm_probe(void)
{
	u32 nr_asids;

	if (svm.nr_asids)
		return HVPART_BOOT_OK;
	if (!(cpuid_insn(0x80000001, 0).c & BIT(2)) ||
	    !(cpuid_insn(0x8000000a, 0).d & BIT(0)))
		return HVPART_BOOT_E_FEATURE;
	nr_asids = cpuid_insn(0x8000000a, 0).b;
	if (nr_asids <= ASID_FIRST_CHILD)
		return HVPART_BOOT_E_FEATURE;
	svm.nr_asids = nr_asids;
	svm.phys_bits = cpuid_insn(0x80000008, 0).a;
	svm.efer_valid = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE | EFER_SVME;
	svm.cr4_valid = MASK(10, 0);
	cpuid_bits(features, ARRAY_SIZE(features), &svm);
	/* VMRUN switches the guest's value (15.36.8): not the world's business. */
	if (svm.v_spec_ctrl)
		machine.has_spec_ctrl = false;
	build_maps();
	return HVPART_BOOT_OK;
}

/* No guest may use SVM itself: nested SVM is not offered (15.9). */
#define SVM_INSNS	(BIT(INTERCEPT_VMRUN) | BIT(INTERCEPT_VMMCALL) |	\
			 BIT(INTERCEPT_VMLOAD) | BIT(INTERCEPT_VMSAVE) |	\
			 BIT(INTERCEPT_STGI) | BIT(INTERCEPT_CLGI) |		\
			 BIT(INTERCEPT_SKINIT) | BIT(INTERCEPT_INVLPGA) |	\
			 BIT(INTERCEPT_MSR))

/* What a child has besides only with our help, or not at all. */
#define CHILD_INSNS	(BIT(INTERCEPT_INTR) | BIT(INTERCEPT_NMI) |		\
			 BIT(INTERCEPT_INIT) | BIT(INTERCEPT_CPUID) |		\
			 BIT(INTERCEPT_RDPMC) | BIT(INTERCEPT_INVD) |		\
			 BIT(INTERCEPT_WBINVD) | BIT(INTERCEPT_HLT) |		\
			 BIT(INTERCEPT_IOIO) | BIT(INTERCEPT_TASK_SWITCH) |	\
			 BIT(INTERCEPT_SHUTDOWN) | BIT(INTERCEPT_MONITOR) |	\
			 BIT(INTERCEPT_MWAIT) | BIT(INTERCEPT_XSETBV))

/*
 * #DB and #AC: a guest can make their delivery loop for ever inside the CPU,
 * with interrupts held off (CVE-2015-8104, CVE-2015-5307). #MC is the root's.
 */
void svm_intercepts_child(struct vmcb *vmcb)
{
	vmcb->intercept[0] = (u32)(SVM_INSNS | CHILD_INSNS);
	vmcb->intercept[1] = (SVM_INSNS | CHILD_INSNS) >> 32 | svm.intercepts[1];
	vmcb->intercept[2] = svm.intercepts[2];
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
	vmcb->intercept[0] = (u32)SVM_INSNS;
	vmcb->intercept[1] = SVM_INSNS >> 32;
	vmcb->msrpm_spa = va_to_spa(msrpm_root);
}
