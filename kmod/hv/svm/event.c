// SPDX-License-Identifier: GPL-2.0
/*
 * Events into the guest: APM vol. 2, 15.20 (event injection), 15.7.2 (events
 * that an exit interrupted), 15.21 (interrupt window).
 *
 * All interrupts go in by EVENTINJ. V_IRQ serves only to learn when the guest
 * can take one: its virtual interrupt is intercepted and never delivered.
 */
#include "svm.h"
#include "mutate.h"

#define DB_VECTOR	1
#define BP_VECTOR	3
#define OF_VECTOR	4
#define DR6_BS		BIT(14)

struct hv_event *vendor_event(struct vendor_vp *v)
{
	return &v->event;
}

/* The SVM type for one of ours; soft exceptions are exceptions here. */
static u64 inject_type(const struct hv_event *e)
{
	switch (e->type) {
	case EVENT_PRIV_SOFT_EXCEPTION:
	case EVENT_SOFT_EXCEPTION:
		return EVENT_EXCEPTION;
	default:
		return e->type;
	}
}

/* EVENTINJ as the next entry will have it. */
void svm_event_preview(struct vendor_vp *v)
{
	const struct hv_event *e = &v->event;
	u64 inj;

	v->vmcb->event_inj = 0;
	if (!e->valid)
		return;
	inj = EVENTINJ_VALID | inject_type(e) << EVENTINJ_TYPE_SHIFT |
	      e->vector;
	if (e->has_error)
		inj |= EVENTINJ_ERROR_VALID | (u64)e->error << 32;
	v->vmcb->event_inj = inj;
}

void svm_event_load(struct vendor_vp *v)
{
	const struct hv_event *e = &v->event;

	v->vmcb->event_inj = 0;
	if (likely(!e->valid))
		return;
	svm_event_preview(v);
	/*
	 * Software events return behind their instruction. EVENTINJ pushes the
	 * RIP of the save area as it is, with or without NRIPS (15.20).
	 */
	if (e->type >= EVENT_SOFT_INTR) {
		v->vmcb->rip += e->insn_len;
		v->vmcb->next_rip = v->vmcb->rip;
	}
	if (e->type == EVENT_NMI && !v->is_root) {
		v->nmi_masked = true;
		v->iret_seen = false;
		svm_intercept(v->vmcb, INTERCEPT_IRET, true);
	}
}

/*
 * What was being delivered when the exit came. INTn, INT3 and INTO need no
 * second injection: RIP still points at them, they simply execute again.
 * (An emulator reports INT3 as type 4, which makes no difference here.)
 */
void svm_event_store(struct vendor_vp *v)
{
	u64 info = v->vmcb->exit_int_info;
	u8 type, vector = info;

	v->event.valid = false;
	if (likely(!(info & EVENTINJ_VALID)))
		return;
	type = (info & EVENTINJ_TYPE) >> EVENTINJ_TYPE_SHIFT;
	if (type == EVENT_SOFT_INTR)
		return;
	if (type == EVENT_EXCEPTION &&
	    (vector == BP_VECTOR || vector == OF_VECTOR))
		return;
	v->event = (struct hv_event) {
		.valid = true,
		.type = type,
		.vector = vector,
		.has_error = info & EVENTINJ_ERROR_VALID,
		.error = info & EVENTINJ_ERROR_VALID ? info >> 32 : 0,
	};
}

static bool shadow(const struct vendor_vp *v)
{
	return v->vmcb->int_shadow & INT_SHADOW;
}

void vendor_clear_intr_shadow(struct vendor_vp *v)
{
	v->vmcb->int_shadow &= ~INT_SHADOW;
}

/*
 * Not while we step over an IRET: delivery would push our RFLAGS.TF on the
 * guest's stack, and the guest would find itself traced later on.
 */
bool vendor_intr_ready(struct vendor_vp *v)
{
	return (v->regs.rflags & RFLAGS_IF) && !shadow(v) && !v->event.valid &&
		!v->stepping;
}

bool vendor_nmi_ready(struct vendor_vp *v)
{
	return !v->nmi_masked && !shadow(v) && !v->event.valid;
}

/* Priority above every TPR, and IGN_TPR: only RFLAGS.IF and the shadow hold. */
void vendor_want_intr_window(struct vendor_vp *v, bool on)
{
	u32 ctl = v->vmcb->int_ctl &
		  ~(INT_CTL_V_IRQ | INT_CTL_V_PRIO | INT_CTL_V_IGN_TPR);

	/* A window would open before the step is done; its end is one too. */
	on = on && !v->stepping;
	if (on)
		ctl |= INT_CTL_V_IRQ | INT_CTL_V_PRIO | INT_CTL_V_IGN_TPR;
	v->vmcb->int_ctl = ctl;
	svm_intercept(v->vmcb, INTERCEPT_VINTR, on);
}

/*
 * V_IRQ with a priority would say the same (15.21.4), but one emulator compares
 * it wrongly and stops at an assertion; a write of CR8 is rare enough to exit.
 */
void vendor_want_tpr_window(struct vendor_vp *v, bool on)
{
	v->tpr_window = on;
	v->vmcb->intercept_cr_write = on ? BIT(8) : 0;
}

u8 vendor_cr8(struct vendor_vp *v)
{
	return v->vmcb->int_ctl & INT_CTL_V_TPR;
}

void vendor_set_cr8(struct vendor_vp *v, u8 cr8)
{
	v->vmcb->int_ctl = (v->vmcb->int_ctl & ~INT_CTL_V_TPR) |
			   (cr8 & INT_CTL_V_TPR);
}

/*
 * One instruction of the guest, to look behind it: it is run with RFLAGS.TF
 * (vendor_run() sets it), and #DB is always intercepted. So is any other
 * exception meanwhile: delivered by the CPU it would push our TF.
 *
 * STEP_IRET, the end of an NMI handler: the IRET intercept comes before the IRET
 * (15.9), so masking ends only when the guest is elsewhere.
 *
 * STEP_CR8: the intercept comes before the MOV, and does not say from which
 * register. So the guest does it, and what it wrote stands in V_TPR.
 */
static void step_begin(struct vendor_vp *v, u8 what)
{
	v->stepping = what;
	v->step_tf = v->regs.rflags & RFLAGS_TF;
	v->step_dr6 = v->vmcb->dr6;
	if (what == STEP_CR8)
		v->vmcb->intercept_cr_write = 0;
}

static void step_end(struct vendor_vp *v)
{
	/* An IRET that was executed has loaded RFLAGS: TF is the guest's. */
	if ((v->stepping == STEP_CR8 || v->regs.rip == v->iret_rip) &&
	    !v->step_tf)
		v->regs.rflags &= ~RFLAGS_TF;
	v->stepping = STEP_NONE;
	v->vmcb->intercept_exc = SVM_CHILD_EXCEPTIONS;
	vendor_want_tpr_window(v, v->tpr_window);
}

void vendor_want_nmi_window(struct vendor_vp *v, bool on)
{
	v->want_nmi = on;
	if (on && v->iret_seen && !v->stepping)
		step_begin(v, STEP_IRET);
}

static void unmask(struct vendor_vp *v)
{
	v->nmi_masked = false;
	v->iret_seen = false;
}

/**
 * svm_own_exit - follow the NMI mask and moves to CR8 through an exit
 * What the guest was stepped over is reported when it is done.
 * Return: true when the exit was only ours: enter again.
 */
bool svm_own_exit(struct vendor_vp *v)
{
	u64 code = v->vmcb->exit_code;
	u8 stepped = v->stepping;

	if (code == VMEXIT_IRET) {
		svm_intercept(v->vmcb, INTERCEPT_IRET, false);
		v->iret_seen = true;
		v->iret_rip = v->regs.rip;
		if (v->want_nmi)
			step_begin(v, STEP_IRET);
		return true;
	}
	if (stepped)
		step_end(v);
	if (v->iret_seen && v->regs.rip != v->iret_rip)
		unmask(v);
	if (stepped && code == VMEXIT_EXCP_BASE + DB_VECTOR &&
	    !v->step_tf && (v->vmcb->dr6 & DR6_BS)) {
		/* Our trap, not the guest's: it must not see it in DR6. */
		v->vmcb->dr6 = v->step_dr6;
		if (stepped == STEP_IRET)
			unmask(v);
		v->vmcb->exit_code = stepped == STEP_CR8 ? VMEXIT_CR8_WRITE :
			VMEXIT_IRET;
		return false;
	}
	if (code == VMEXIT_CR8_WRITE) {
		step_begin(v, STEP_CR8);
		return true;
	}
	if (v->iret_seen && v->want_nmi)
		step_begin(v, STEP_IRET);
	return false;
}
