/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of this back end share. Manual: AMD64 APM vol. 2, chapter 15. */
#ifndef HV_SVM_H
#define HV_SVM_H

#include "vendor.h"
#include "percpu.h"
#include "vmcb.h"

struct hvpart_cpu_frame;

/* The root has this tag on every CPU, so that INVLPGB of the root reaches all. */
#define ASID_ROOT		1
#define ASID_FIRST_CHILD	2

/**
 * struct vendor_cpu
 * @host_vmcb: FS, GS, TR, LDTR of the hypervisor on this CPU, for VMLOAD
 * @host_spa: its address
 * @hsave: VM_HSAVE_PA
 * @frame: where the CPU's bare state goes when it leaves
 * @asid_generation: grows when the tags ran out and all were flushed
 * @asid_next: first tag not given out in this generation
 * @flush_all: the next entry flushes every tag
 * @tagged: its tag is good and TLB control at rest; NULL: look
 */
struct vendor_cpu {
	struct vmcb *host_vmcb;
	u64 host_spa;
	void *hsave;
	struct hvpart_cpu_frame *frame;
	u64 asid_generation;
	u32 asid_next;
	bool flush_all;
	const struct vendor_vp *tagged;
};

extern struct hvpart_svm svm;

/* intercept.c */
#define SVM_CHILD_EXCEPTIONS	(BIT(1) | BIT(17) | BIT(18))
/* All but INT3's and INTO's, which no IRET and no MOV raises. */
#define SVM_STEP_EXCEPTIONS	((u32)~(BIT(3) | BIT(4)))
void svm_intercepts_child(struct vmcb *vmcb);
void svm_intercepts_root(struct vmcb *vmcb);

/* asid.c */
void svm_asid_cpu_init(struct vendor_cpu *c);
void svm_asid_prepare(struct vendor_vp *v, struct vendor_cpu *c, u32 cpu);

/* event.c */
void svm_event_preview(struct vendor_vp *v);
void svm_event_load(struct vendor_vp *v);
void svm_event_store(struct vendor_vp *v);
bool svm_own_exit(struct vendor_vp *v);

/* exit.c */
void svm_exit_decode(struct vendor_vp *v, struct hv_exit *exit);

/* run.S: GPRs but RAX and RSP come from and go to @regs. */
#ifdef HV_UNIT_TEST
void svm_vmrun(u64 vmcb_spa, struct cpu_regs *regs, u64 host_vmcb_spa);
#else
static inline void svm_vmrun(u64 vmcb_spa, struct cpu_regs *regs,
			     u64 host_vmcb_spa)
{
	/* It saves what the loop needs, which is three registers. */
	__asm__ volatile("call svm_vmrun"
			 : "+D"(vmcb_spa), "+S"(regs), "+d"(host_vmcb_spa)
			 : : "rax", "rcx", "r8", "r9", "r10", "r11",
			   "r13", "r14", "r15", "memory", "cc");
}
#endif

static inline void svm_intercept(struct vmcb *vmcb, u32 bit, bool on)
{
	if (on)
		vmcb->intercept[bit / 32] |= (u32)BIT(bit % 32);
	else
		vmcb->intercept[bit / 32] &= ~(u32)BIT(bit % 32);
}

/* Segment attributes: ours have four unused bits in the middle (see reg.c too). */
static inline u16 svm_attrib(u16 hv)
{
	return (hv & 0xff) | ((hv >> 4) & 0xf00);
}

#endif
