// SPDX-License-Identifier: GPL-2.0
/* EVENTINJ, EXITINTINFO, the windows. */
#include "svmtest.h"

static struct vendor_vp v;

static void inject(struct hv_event e, u64 want)
{
	v.event = e;
	v.event.valid = true;
	v.vmcb->rip = 0x1000;
	svm_event_load(&v);
	CHECK_EQ(v.vmcb->event_inj, want);
}

static void loads(void)
{
	inject((struct hv_event){ .type = EVENT_INTR, .vector = 0x30 },
	       0x80000030);
	inject((struct hv_event){ .type = EVENT_EXCEPTION, .vector = 14,
				  .has_error = true, .error = 0x15 },
	       0x1580000b0eull);
	CHECK_EQ(v.vmcb->rip, 0x1000);
	inject((struct hv_event){ .type = EVENT_SOFT_INTR, .vector = 0x80,
				  .insn_len = 2 }, 0x80000480);
	CHECK_EQ(v.vmcb->rip, 0x1002);
	inject((struct hv_event){ .type = EVENT_SOFT_EXCEPTION, .vector = 3,
				  .insn_len = 1 }, 0x80000303);
	CHECK_EQ(v.vmcb->rip, 0x1001);
	inject((struct hv_event){ .type = EVENT_NMI, .vector = 2 }, 0x80000202);
	CHECK(v.nmi_masked && v.vmcb->intercept[0] & BIT(INTERCEPT_IRET));
	v.event.valid = false;
	svm_event_load(&v);
	CHECK_EQ(v.vmcb->event_inj, 0);
}

static void store(u64 info, bool valid, u8 type, u8 vector, u32 error)
{
	v.vmcb->exit_int_info = info;
	svm_event_store(&v);
	CHECK_EQ(v.event.valid, valid);
	if (valid) {
		CHECK_EQ(v.event.type, type);
		CHECK_EQ(v.event.vector, vector);
		CHECK_EQ(v.event.error, error);
	}
}

static void stores(void)
{
	store(0, false, 0, 0, 0);
	store(0x00000030, false, 0, 0, 0);		/* not valid */
	store(0x80000030, true, EVENT_INTR, 0x30, 0);
	store(0x80000202, true, EVENT_NMI, 2, 0);
	store(0x480000b0eull, true, EVENT_EXCEPTION, 14, 4);
	store(0x80000480, false, 0, 0, 0);		/* INT 0x80: runs again */
	store(0x80000303, false, 0, 0, 0);		/* INT3 likewise */
}

static void windows(void)
{
	v.event.valid = false;
	v.nmi_masked = false;
	v.regs.rflags = RFLAGS_FIXED;
	CHECK(!vendor_intr_ready(&v) && vendor_nmi_ready(&v));
	v.regs.rflags |= RFLAGS_IF;
	CHECK(vendor_intr_ready(&v));
	v.vmcb->int_shadow = INT_SHADOW;
	CHECK(!vendor_intr_ready(&v) && !vendor_nmi_ready(&v));
	vendor_clear_intr_shadow(&v);
	v.event.valid = true;
	CHECK(!vendor_intr_ready(&v) && !vendor_nmi_ready(&v));
	v.event.valid = false;
	vendor_set_cr8(&v, 5);
	vendor_want_intr_window(&v, true);
	CHECK(v.vmcb->int_ctl & INT_CTL_V_IRQ &&
	      v.vmcb->intercept[0] & BIT(INTERCEPT_VINTR));
	CHECK_EQ(vendor_cr8(&v), 5);
	vendor_want_intr_window(&v, false);
	CHECK(!(v.vmcb->int_ctl & INT_CTL_V_IRQ) &&
	      !(v.vmcb->intercept[0] & BIT(INTERCEPT_VINTR)));
	CHECK(v.vmcb->int_ctl & INT_CTL_V_MASKING);
	CHECK_EQ(vendor_cr8(&v), 5);
}

void test_event(void)
{
	fake_vp(&v);
	loads();
	stores();
	windows();
	fake_vp_done(&v);
}

/* A guest in its NMI handler, then the IRET, then the code behind. */
static int entries;
static u64 seen_tf[4];

static void guest(struct vmcb *c, struct cpu_regs *regs)
{
	(void)regs;
	seen_tf[entries & 3] = c->rflags & RFLAGS_TF;
	c->exit_int_info = 0;
	switch (entries++) {
	case 0:					/* reaches its IRET */
		c->exit_code = VMEXIT_IRET;
		c->rip = 0x2000;
		break;
	case 1:					/* the step's trap */
		c->exit_code = VMEXIT_EXCP_BASE + 1;
		c->dr6 = 0xffff4ff0;
		c->rip = 0x1000;
		c->rflags = RFLAGS_FIXED | RFLAGS_IF;
		break;
	}
}

static void unasked(struct vmcb *c, struct cpu_regs *regs)
{
	(void)regs;
	switch (entries++) {
	case 0:
		c->exit_code = VMEXIT_IRET;
		c->rip = 0x2000;
		break;
	case 1:					/* an interrupt before it ran */
		c->exit_code = VMEXIT_INTR;
		break;
	case 2:
		c->exit_code = VMEXIT_INTR;
		c->rip = 0x1004;
		break;
	}
}

static u32 seen_exc;

static void faulting(struct vmcb *c, struct cpu_regs *regs)
{
	(void)regs;
	seen_exc = c->intercept_exc;
	c->rip = 0x2000;
	c->exit_code = entries++ ? VMEXIT_EXCP_BASE + 13 : VMEXIT_IRET;
	c->exit_info1 = 0x28;
}

void test_nmi_window(void)
{
	struct hv_exit e;

	fake_vp(&v);
	fake_cpu->vendor->host_vmcb = v.vmcb;
	v.regs.rflags = RFLAGS_FIXED;
	v.event = (struct hv_event){ .valid = true, .type = EVENT_NMI,
				     .vector = 2 };
	vendor_want_nmi_window(&v, true);
	v.vmcb->dr6 = 0xffff0ff0;
	entries = 0;
	fake_vmrun = guest;
	vendor_run(&v, &e);
	CHECK_EQ(entries, 2);
	CHECK(!seen_tf[0] && seen_tf[1]);
	CHECK_EQ(e.reason, EXIT_NMI_WINDOW);
	CHECK(vendor_nmi_ready(&v) && !(v.regs.rflags & RFLAGS_TF));
	CHECK_EQ(v.vmcb->dr6, 0xffff0ff0);
	CHECK(!(v.vmcb->intercept[0] & BIT(INTERCEPT_IRET)));

	/* Nobody waits: no step, and masked until the guest is elsewhere. */
	vendor_want_nmi_window(&v, false);
	v.event = (struct hv_event){ .valid = true, .type = EVENT_NMI,
				     .vector = 2 };
	entries = 0;
	fake_vmrun = unasked;
	vendor_run(&v, &e);
	CHECK(e.reason == EXIT_INTR && !vendor_nmi_ready(&v));
	CHECK(!(v.regs.rflags & RFLAGS_TF));
	vendor_run(&v, &e);
	CHECK(e.reason == EXIT_INTR && vendor_nmi_ready(&v));

	/* An IRET that faults: what it raises does not push our TF. */
	v.event = (struct hv_event){ .valid = true, .type = EVENT_NMI,
				     .vector = 2 };
	v.regs.rflags = RFLAGS_FIXED;
	vendor_want_nmi_window(&v, true);
	entries = 0;
	fake_vmrun = faulting;
	vendor_run(&v, &e);
	CHECK(e.reason == EXIT_EXCEPTION && e.exc.vector == 13);
	CHECK_EQ(e.exc.error, 0x28);
	CHECK(seen_exc == SVM_STEP_EXCEPTIONS && !vendor_nmi_ready(&v));
	CHECK(!(v.regs.rflags & RFLAGS_TF));

	/* In the middle of the step nothing may push our TF. */
	fake_vmrun = unasked;
	v.nmi_masked = v.iret_seen = false;
	v.stepping = STEP_NONE;
	v.event = (struct hv_event){ .valid = true, .type = EVENT_NMI,
				     .vector = 2 };
	v.regs.rflags = RFLAGS_FIXED | RFLAGS_IF;
	vendor_want_nmi_window(&v, true);
	entries = 0;
	vendor_run(&v, &e);
	CHECK(e.reason == EXIT_INTR && (v.regs.rflags & RFLAGS_IF));
	CHECK(!vendor_intr_ready(&v));
	vendor_want_intr_window(&v, true);
	CHECK(!(v.vmcb->int_ctl & INT_CTL_V_IRQ));
	fake_vp_done(&v);
}

/* --- a move to CR8 that an interrupt waits for ------------------------------- */

#define DB_EXIT	(VMEXIT_EXCP_BASE + 1)

static struct {
	u64 rflags, exc;
	u16 cr;
} entered[4];
static u64 second_exit, second_dr6;

/* At the MOV, then whatever comes of it. */
static void mover(struct vmcb *c, struct cpu_regs *regs)
{
	(void)regs;
	entered[entries & 3].rflags = c->rflags;
	entered[entries & 3].exc = c->intercept_exc;
	entered[entries & 3].cr = c->intercept_cr_write;
	c->exit_int_info = 0;
	if (!entries++) {
		c->exit_code = VMEXIT_CR8_WRITE;
		c->rip = 0x2000;
		return;
	}
	c->exit_code = second_exit;
	if (second_exit == DB_EXIT) {
		c->dr6 = second_dr6;
		c->int_ctl = (c->int_ctl & ~INT_CTL_V_TPR) | 7;
		c->rip = 0x2004;
	}
}

static void move(struct hv_exit *e, u64 second, u64 rflags)
{
	v.regs.rflags = RFLAGS_FIXED | rflags;
	v.event.valid = false;
	v.vmcb->dr6 = 0xffff0ff0;
	vendor_set_cr8(&v, 9);
	vendor_want_tpr_window(&v, true);
	second_exit = second;
	second_dr6 = 0xffff4ff0;
	entries = 0;
	fake_vmrun = mover;
	vendor_run(&v, e);
	CHECK_EQ(entries, 2);
	CHECK(entered[0].cr == BIT(8) && !(entered[0].exc & BIT(13)));
	CHECK_EQ(entered[0].rflags & RFLAGS_TF, rflags & RFLAGS_TF);
	/* One step, with nothing in its way, and no exception pushes our TF. */
	CHECK(!entered[1].cr);
	CHECK_EQ(entered[1].exc, SVM_STEP_EXCEPTIONS);
	CHECK(entered[1].rflags & RFLAGS_TF);
	/* Afterwards all is as it was. */
	CHECK_EQ(v.regs.rflags, RFLAGS_FIXED | rflags);
	CHECK_EQ(v.vmcb->intercept_exc, BIT(1) | BIT(17) | BIT(18));
	CHECK_EQ(v.vmcb->intercept_cr_write, BIT(8));
}

void test_cr8(void)
{
	struct hv_exit e;

	fake_vp(&v);
	fake_cpu->vendor->host_vmcb = v.vmcb;
	move(&e, DB_EXIT, 0);
	CHECK_EQ(e.reason, EXIT_CR8);
	CHECK_EQ(vendor_cr8(&v), 7);
	CHECK_EQ(v.vmcb->dr6, 0xffff0ff0);
	CHECK(!e.insn_len && v.regs.rip == 0x2004);
	/* A bit that CR8 has not. */
	move(&e, VMEXIT_EXCP_BASE + 13, RFLAGS_IF);
	CHECK(e.reason == EXIT_EXCEPTION && e.exc.vector == 13);
	CHECK(e.exc.has_error && v.regs.rip == 0x2000);
	/* Its page went away meanwhile: CR2 is ours to set. */
	v.vmcb->exit_info1 = 0x14;
	v.vmcb->exit_info2 = 0x2000;
	move(&e, VMEXIT_EXCP_BASE + 14, 0);
	CHECK(e.reason == EXIT_EXCEPTION && e.exc.vector == 14);
	CHECK(e.exc.has_error && e.exc.error == 0x14);
	CHECK_EQ(v.vmcb->cr2, 0x2000);
	move(&e, VMEXIT_EXCP_BASE + 6, 0);
	CHECK(e.exc.vector == 6 && !e.exc.has_error && !e.exc.error);
	/* Something else comes first: it is tried again. */
	move(&e, VMEXIT_INTR, RFLAGS_IF);
	CHECK_EQ(e.reason, EXIT_INTR);
	move(&e, DB_EXIT, 0);
	CHECK_EQ(e.reason, EXIT_CR8);
	/* The guest traces itself: the trap is its own. */
	move(&e, DB_EXIT, RFLAGS_TF);
	CHECK(e.reason == EXIT_EXCEPTION && e.exc.vector == 1);
	CHECK_EQ(e.exc.param, 0xffff4ff0);
	/* Nobody waits any more: the guest moves CR8 without an exit. */
	vendor_want_tpr_window(&v, false);
	CHECK(!v.vmcb->intercept_cr_write);
	fake_vp_done(&v);
}
