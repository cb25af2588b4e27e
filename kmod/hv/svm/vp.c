// SPDX-License-Identifier: GPL-2.0
/*
 * A child's control block: its birth, RESET, INIT and SIPI (APM vol. 2, 14.1),
 * and the run itself.
 */
#include "svm.h"
#include "cpuid_insn.h"
#include <hvpart/status.h>

#define PAT_RESET	0x0007040600070406ull

/* Bytes @from up to @end of the save area. */
static void clear(struct vmcb *vmcb, size_t from, size_t end)
{
	memset((u8 *)vmcb + from, 0, end - from);
}

/* With all that RESET and INIT both clear: what lies before STAR. */
static void reset_segments(struct vmcb *vmcb)
{
	struct vmcb_segment *s;

	clear(vmcb, offsetof(struct vmcb, es), offsetof(struct vmcb, star));
	for (s = &vmcb->es; s <= &vmcb->tr; s++) {
		s->limit = 0xffff;
		if (s <= &vmcb->gs)
			s->attrib = VMCB_SEG_P | VMCB_SEG_S | 3;
	}
	vmcb->cs.attrib = VMCB_SEG_P | VMCB_SEG_S | 0xb;
	vmcb->cs.selector = 0xf000;
	vmcb->cs.base = 0xffff0000;
	vmcb->ldtr.attrib = VMCB_SEG_P | 2;
	vmcb->tr.attrib = VMCB_SEG_P | 3;
}

/* What RESET changes and INIT leaves alone (table 14-1, 14-2). */
static void reset_msrs(struct vmcb *vmcb)
{
	clear(vmcb, offsetof(struct vmcb, star), sizeof(*vmcb));
	vmcb->g_pat = PAT_RESET;
	vmcb->cr0 = CR0_CD | CR0_NW;
}

static void reset_events(struct vendor_vp *v)
{
	v->event.valid = false;
	v->nmi_masked = v->iret_seen = false;
	v->stepping = STEP_NONE;
	v->vmcb->int_shadow = 0;
	v->vmcb->int_ctl = INT_CTL_V_MASKING;
	svm_intercept(v->vmcb, INTERCEPT_IRET, false);
	svm_intercept(v->vmcb, INTERCEPT_VINTR, false);
}

void vendor_vp_reset(struct vendor_vp *v, bool init)
{
	struct vmcb *vmcb = v->vmcb;
	u64 cr0;

	if (!init)
		reset_msrs(vmcb);
	cr0 = (vmcb->cr0 & (CR0_CD | CR0_NW)) | CR0_ET;
	reset_segments(vmcb);
	vmcb->cr0 = cr0;
	vmcb->cr2 = 0;
	vmcb->efer = EFER_SVME;
	vmcb->dr6 = 0xffff0ff0;
	vmcb->dr7 = 0x400;
	reset_events(v);
	memset(&v->regs, 0, sizeof(v->regs));
	v->regs.gpr[GPR_RDX] = cpuid_insn(1, 0).a;
	v->regs.rip = 0xfff0;
	v->regs.rflags = RFLAGS_FIXED;
	vendor_flush(v);
}

void vendor_vp_sipi(struct vendor_vp *v, u8 vector)
{
	v->vmcb->cs.selector = vector << 8;
	v->vmcb->cs.base = (u64)vector << 12;
	v->regs.rip = 0;
}

hv_status vendor_vp_init(struct vendor_vp *v, struct pool *pool, u64 npt_root)
{
	struct vmcb *vmcb = pool_alloc(pool);

	if (!vmcb)
		return HV_STATUS_INSUFFICIENT_MEMORY;
	v->vmcb = vmcb;
	v->vmcb_spa = va_to_spa(vmcb);
	svm_intercepts_child(vmcb);
	vmcb->np_control = NP_ENABLE;
	vmcb->nested_cr3 = npt_root;
	vendor_vp_reset(v, false);
	return HV_STATUS_SUCCESS;
}

void vendor_vp_free(struct vendor_vp *v, struct pool *pool)
{
	pool_free(pool, v->vmcb);
	v->vmcb = NULL;
}

void vendor_set_tsc_offset(struct vendor_vp *v, u64 offset)
{
	v->vmcb->tsc_offset = offset;
}

static void regs_to_vmcb(struct vendor_vp *v)
{
	struct vmcb *vmcb = v->vmcb;

	vmcb->rax = v->regs.gpr[GPR_RAX];
	vmcb->rsp = v->regs.gpr[GPR_RSP];
	vmcb->rip = v->regs.rip;
	vmcb->rflags = v->regs.rflags;
	if (v->stepping) {
		vmcb->rflags |= RFLAGS_TF;
		vmcb->intercept_exc = SVM_STEP_EXCEPTIONS;
	}
}

static void regs_from_vmcb(struct vendor_vp *v)
{
	struct vmcb *vmcb = v->vmcb;

	v->regs.gpr[GPR_RAX] = vmcb->rax;
	v->regs.gpr[GPR_RSP] = vmcb->rsp;
	v->regs.rip = vmcb->rip;
	v->regs.rflags = vmcb->rflags;
}

/*
 * Clean bits are 0 and stay so: every entry loads everything (15.15). What they
 * would save is small beside the cost of one that is wrong.
 */
void vendor_run(struct vendor_vp *v, struct hv_exit *exit)
{
	struct percpu *cpu = this_cpu();

	do {
		regs_to_vmcb(v);
		svm_event_load(v);
		svm_asid_prepare(v, cpu->vendor, cpu->index + 1);
		v->vmcb->exit_int_info = 0;	/* an entry that fails leaves it */
		svm_vmrun(v->vmcb_spa, &v->regs, cpu->vendor->host_spa);
		regs_from_vmcb(v);
		svm_event_store(v);
	} while (unlikely(v->own_exits) && svm_own_exit(v));
	svm_exit_decode(v, exit);
}

/*
 * ENDBR64; VMMCALL; RET (the page ends in INT3, which the core fills in). A guest
 * that enforces IBT calls the page indirectly, and 6.12 switches IBT off when
 * the first is missing (guest-contract 2.3).
 */
const u8 vendor_hypercall_code[] = {
	0xf3, 0x0f, 0x1e, 0xfa, 0x0f, 0x01, 0xd9, 0xc3
};
const u32 vendor_hypercall_code_len = sizeof(vendor_hypercall_code);
