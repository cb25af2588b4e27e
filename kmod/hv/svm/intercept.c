// SPDX-License-Identifier: GPL-2.0
/* What leaves a guest: APM vol. 2, 15.9-15.14. */
#include "svm.h"
#include <hvpart/boot.h>
#include <hvpart/property.h>

#define PAGE_WORDS	512

struct hvpart_svm svm;

const u32 vendor_id = HV_PARTITION_PROCESSOR_VENDOR_AMD;

void vendor_machine_init(const struct hvpart_boot_info *i)
{
	svm = i->svm;
}

u32 vendor_tag_count(void)
{
	return svm.nr_asids;
}

/*
 * Permission maps, shared by all VPs; a set bit intercepts. They must be
 * physically contiguous (15.10.1, 15.11), which data is and pool pages are not.
 *
 * An MSR has two bits, first read, then write; the maps have registers from 0,
 * from 0xc0000000 and from 0xc0010000 on. So a word has 32 registers.
 */
#define MSRPM_WORD(msr)	((((msr) >> 31) + ((msr) >> 16 & 1)) * 256 + \
			 ((msr) & 0x1fff) / 32)
#define READING(msr)	BIT((msr) % 32 * 2)
#define WRITING(msr)	BIT((msr) % 32 * 2 + 1)
#define ALL(msr)	(READING(msr) | WRITING(msr))

/* A range, then the words in it that differ. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"

/* Registers that VMRUN or VMLOAD/VMSAVE switch: children touch them freely. */
static u64 msrpm_child[2 * PAGE_WORDS] __aligned(4096) = {
	[0 ... 2 * PAGE_WORDS - 1] = ~0ull,
	/* FS, GS, KERNEL_GS */
	[MSRPM_WORD(0xc0000100)] =
		~(ALL(0xc0000100) | ALL(0xc0000101) | ALL(0xc0000102)),
	/* STAR .. SFMASK */
	[MSRPM_WORD(0xc0000081)] = ~(ALL(0xc0000081) | ALL(0xc0000082) |
				     ALL(0xc0000083) | ALL(0xc0000084)),
	/* SYSENTER */
	[MSRPM_WORD(0x174)] = ~(ALL(0x174) | ALL(0x175) | ALL(0x176)),
	/* PAT: gPAT (15.25.8) */
	[MSRPM_WORD(0x277)] = ~ALL(0x277),
};
#pragma GCC diagnostic pop

/* The root's guarded registers; see rootmsr.c. */
static u64 msrpm_root[2 * PAGE_WORDS] __aligned(4096) = {
	[MSRPM_WORD(0x1b)] = WRITING(0x1b),			/* APIC_BASE */
	[MSRPM_WORD(0xc0000080)] = WRITING(0xc0000080),		/* EFER */
	[MSRPM_WORD(0xc0010020)] = WRITING(0xc0010020),		/* PATCH_LOADER */
	[MSRPM_WORD(MSR_VM_CR)] = WRITING(MSR_VM_CR) | ALL(MSR_VM_HSAVE_PA) |
				  ALL(MSR_SVM_KEY),
};
static_assert(MSRPM_WORD(MSR_VM_CR) == MSRPM_WORD(MSR_VM_HSAVE_PA) &&
	      MSRPM_WORD(MSR_VM_CR) == MSRPM_WORD(MSR_SVM_KEY), "one word");

static u64 iopm_child[3 * PAGE_WORDS] __aligned(4096) = {
	[0 ... 3 * PAGE_WORDS - 1] = ~0ull,
};

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
	vmcb->intercept_exc = SVM_CHILD_EXCEPTIONS;
	if (svm.pause_filter) {
		/* Only spinning leaves (15.14.4), as long as Linux lets it. */
		svm_intercept(vmcb, INTERCEPT_PAUSE, true);
		vmcb->pause_count = 3000;
		vmcb->pause_threshold = svm.pause_threshold ? 128 : 0;
	}
	vmcb->msrpm_spa = image_to_spa(msrpm_child);
	vmcb->iopm_spa = image_to_spa(iopm_child);
}

void svm_intercepts_root(struct vmcb *vmcb)
{
	vmcb->intercept[0] = (u32)SVM_INSNS;
	vmcb->intercept[1] = SVM_INSNS >> 32;
	vmcb->msrpm_spa = image_to_spa(msrpm_root);
}
