// SPDX-License-Identifier: GPL-2.0
/* What each exit does: inside, into the guest, or as a message to the parent. */
#include <hvpart/msr.h>
#include <string.h>

#include "gpa.h"
#include "sim.h"

static struct partition *p;
static struct vp *vp;

static void begin(void)
{
	p = new_guest(1);
	vp = p->vps[0];
	enable_calls(vp);
	vp->v.regs.rip = 0x1000;
	vp->v.nr_taken = 0;
}

static void once(const struct hv_exit *e)
{
	CHECK_EQ(child_exit_once(vp, e), 0);
	CHECK(cpus[0].current == cpus[0].root_vp);
}

/* The exit was handled inside; the guest has taken @vector, or nothing. */
static void inside(const char *what, const struct hv_exit *e, int vector, u64 rip)
{
	vp->v.nr_taken = 0;
	vp->v.regs.rip = 0x1000;
	once(e);
	if (vp_page(vp)->dispatch_event != HV_VP_DISPATCH_EVENT_INVALID)
		fail("%s: a message", what);
	if (vp->v.regs.rip != rip)
		fail("%s: RIP %llx", what, vp->v.regs.rip);
	if (vector < 0 ? vp->v.nr_taken : vp->v.nr_taken != 1 ||
	    vp->v.taken[0].vector != vector)
		fail("%s: %u events, vector %u", what, vp->v.nr_taken,
		     vp->v.taken[0].vector);
}

static void handled_inside(void)
{
	struct hv_exit e = { .insn_len = 2 };

	begin();
	e.reason = EXIT_INTR_WINDOW;
	inside("interrupt window", &e, -1, 0x1000);
	e.reason = EXIT_NMI_WINDOW;
	inside("NMI window", &e, -1, 0x1000);
	e.reason = EXIT_CACHE;
	inside("WBINVD", &e, -1, 0x1002);
	e.reason = EXIT_UD;
	inside("#UD", &e, 6, 0x1000);
	CHECK(!vp->v.taken[0].has_error);
	e.reason = EXIT_GP;
	inside("RDPMC", &e, 13, 0x1000);
	CHECK(vp->v.taken[0].has_error && !vp->v.taken[0].error);
	e = (struct hv_exit) { .reason = EXIT_EXCEPTION,
		.exc = { .vector = 17, .has_error = true, .error = 0 } };
	inside("#AC", &e, 17, 0x1000);
	e.exc.vector = 1;
	e.exc.has_error = false;
	e.exc.param = 0x4001;
	inside("#DB", &e, 1, 0x1000);
	CHECK_EQ(get_reg(vp, HV_X64_REGISTER_DR6), 0x4001);
	end_guest(p);
}

static void end_of_slice(void)
{
	static const u8 reasons[] = { EXIT_INTR, EXIT_NMI, EXIT_PAUSE };

	begin();
	for (u32 i = 0; i < ARRAY_SIZE(reasons); i++) {
		u32 runs = vp->v.runs;

		once(&(struct hv_exit) { .reason = reasons[i], .insn_len = 2 });
		CHECK_EQ(vp->v.runs, runs + 1);
		CHECK_EQ(vp_page(vp)->exit_reason, reasons[i]);
		CHECK_EQ(vp->v.regs.rip, 0x1000);
	}
	/* A machine check is the root's, whoever ran. */
	cpus[0].root_vp->v.nr_taken = 0;
	once(&(struct hv_exit) { .reason = EXIT_MC });
	CHECK_EQ(cpus[0].root_vp->v.nr_taken, 1);
	CHECK_EQ(cpus[0].root_vp->v.taken[0].vector, 18);
	end_guest(p);
}

/* --- CPUID, MSRs, XSETBV ------------------------------------------------------- */

static void cpuid(void)
{
	const struct hv_exit e = { .reason = EXIT_CPUID, .insn_len = 2 };
	u64 *r;

	begin();
	r = vp->v.regs.gpr;
	for (u32 i = 0; i < 4; i++)
		r[i] = ~0ull;
	r[GPR_RAX] = 0xabcd00000000 | 0x40000000;
	r[GPR_RCX] = 0;
	inside("CPUID", &e, -1, 0x1002);
	CHECK(r[GPR_RAX] >= 0x40000005 && !(r[GPR_RAX] >> 32));
	CHECK_EQ(r[GPR_RBX], 0x7263694d);
	CHECK_EQ(r[GPR_RCX], 0x666f736f);
	CHECK_EQ(r[GPR_RDX], 0x76482074);
	end_guest(p);
}

static void msr(bool write, u32 n, u64 val, int vector, const char *what)
{
	struct hv_exit e = { .reason = write ? EXIT_MSR_WRITE : EXIT_MSR_READ,
			     .insn_len = 2 };
	u64 *r = vp->v.regs.gpr;

	r[GPR_RCX] = 0xffff00000000 | n;
	r[GPR_RAX] = 0x1234500000000 | (u32)val;
	r[GPR_RDX] = 0x9876500000000 | val >> 32;
	inside(what, &e, vector, vector < 0 ? 0x1002 : 0x1000);
}

static void msrs(void)
{
	u64 *r;

	begin();
	r = vp->v.regs.gpr;
	msr(true, 0xc0000102, 0xffff888012345678, -1, "KERNEL_GS_BASE");
	msr(false, 0xc0000102, 0, -1, "KERNEL_GS_BASE");
	CHECK_EQ(r[GPR_RAX], 0x12345678);
	CHECK_EQ(r[GPR_RDX], 0xffff8880);
	msr(false, 0x40000002, 0, -1, "VP index");
	CHECK_EQ(r[GPR_RAX] | r[GPR_RDX], 0);
	msr(true, 0x40000002, 0, 13, "VP index is read-only");
	msr(false, 0x12345678, 0, 13, "unknown MSR");
	/* A faulting read leaves the registers. */
	CHECK_EQ(r[GPR_RAX], 0x1234500000000);
	p->unimplemented_msr_action = HV_UNIMPLEMENTED_MSR_ACTION_IGNORE_WRITE_READ_ZERO;
	msr(false, 0x12345678, 0, -1, "unknown MSR, ignored");
	CHECK_EQ(r[GPR_RAX] | r[GPR_RDX], 0);
	msr(true, 0x12345678, 1, -1, "unknown MSR, ignored");
	end_guest(p);
}

/* MSRs that ask for more than their value. */
static void msr_actions(void)
{
	struct hv_exit rd = { .reason = EXIT_MSR_READ, .insn_len = 2 };
	struct hv_exit wr = { .reason = EXIT_MSR_WRITE, .insn_len = 2 };
	u64 *r;

	begin();
	r = vp->v.regs.gpr;
	p->privileges |= HV_MSR_GUEST_IDLE_AVAILABLE | HV_MSR_RESET_AVAILABLE;
	r[GPR_RCX] = HV_X64_MSR_GUEST_IDLE;
	vp->v.regs.rip = 0x1000;
	once(&rd);
	CHECK_EQ(vp_page(vp)->dispatch_state, HV_VP_DISPATCH_STATE_BLOCKED);
	CHECK(vp->idle);
	CHECK_EQ(vp->v.regs.rip, 0x1002);
	CHECK_EQ(set_reg(vp, HV_REGISTER_INTERNAL_ACTIVITY_STATE, 0), 0);
	r[GPR_RCX] = HV_X64_MSR_CRASH_CTL;
	r[GPR_RAX] = 0;
	r[GPR_RDX] = 0x80000000;
	once(&wr);
	CHECK_EQ(kicks(0, vp, HVPART_KICK_CRASH), 1);
	CHECK_EQ(vp->v.regs.rip, 0x1004);
	r[GPR_RCX] = HV_X64_MSR_RESET;
	r[GPR_RAX] = 1;
	r[GPR_RDX] = 0;
	once(&wr);
	CHECK_EQ(vp_page(vp)->dispatch_event, HV_VP_DISPATCH_EVENT_INTERCEPT);
	CHECK_EQ(vp_page(vp)->message.header.message_type, HVMSG_HVPART_RESET);
	end_guest(p);
}

static void xsetbv(void)
{
	struct hv_exit e = { .reason = EXIT_XSETBV, .insn_len = 3 };
	u64 *r;

	begin();
	r = vp->v.regs.gpr;
	r[GPR_RCX] = r[GPR_RDX] = 0;
	r[GPR_RAX] = 7;
	inside("no OSXSAVE", &e, 6, 0x1000);
	CHECK_EQ(set_reg(vp, HV_X64_REGISTER_CR4, CR4_OSXSAVE), 0);
	inside("XCR0 = 7", &e, -1, 0x1003);
	CHECK_EQ(get_reg(vp, HV_X64_REGISTER_XFEM), 7);
	r[GPR_RAX] = 6;
	inside("no x87", &e, 13, 0x1000);
	r[GPR_RAX] = 7;
	r[GPR_RDX] = 1;
	inside("high bits", &e, 13, 0x1000);
	r[GPR_RDX] = 0;
	r[GPR_RCX] = 1;
	inside("XCR1", &e, 13, 0x1000);
	r[GPR_RCX] = 0;
	vp->v.seg[2].descriptor_privilege_level = 3;
	inside("CPL 3", &e, 13, 0x1000);
	end_guest(p);
}

/* --- nested faults --------------------------------------------------------------- */

static struct hv_exit npf(u64 gpa, bool write, bool fetch)
{
	return (struct hv_exit) { .reason = EXIT_NPF, .npf = {
		.gpa = gpa, .write = write, .fetch = fetch, .gva_valid = true,
		.gva = 0xffff888000000000 + gpa, .insn_bytes = 3,
		.insn = { 0x48, 0x8b, 0x07 } } };
}

static void stale(u64 gpa, bool write, bool fetch)
{
	struct hv_exit e = npf(gpa, write, fetch);
	u32 flushes;

	dispatch(vp, 0);
	flushes = vp->v.flushes;
	/* What it interrupted is delivered again. */
	inside("stale", &e, -1, 0x1000);
	CHECK_EQ(vp->v.flushes, flushes + 1);
}

static void intercepted(u64 gpa, bool write, bool fetch, u32 type)
{
	struct hv_exit e = npf(gpa, write, fetch);

	once(&e);
	CHECK_EQ(vp_page(vp)->dispatch_event, HV_VP_DISPATCH_EVENT_INTERCEPT);
	CHECK_EQ(vp_page(vp)->message.header.message_type, type);
}

static void faults(void)
{
	struct hv_exit e;
	u32 rights[4] = { 0, GPA_R, GPA_R | GPA_W, GPA_R | GPA_X };

	begin();
	for (u32 i = 0; i < 4; i++)
		map_guest(p->id, 16 + i, PFN_GUEST + 16 + i, 1, rights[i]);
	sim_settle();
	for (u32 i = 0; i < 4; i++) {
		u64 gpa = (16 + i) << PAGE_SHIFT | 0x123;

		for (u32 a = 0; a < 3; a++) {
			u32 need = a == 0 ? GPA_R : a == 1 ? GPA_W : GPA_X;

			if (rights[i] & need)
				stale(gpa, a == 1, a == 2);
			else
				intercepted(gpa, a == 1, a == 2, HVMSG_GPA_INTERCEPT);
		}
	}
	intercepted(0x10000000, false, false, HVMSG_UNMAPPED_GPA);
	intercepted(~0ull, true, false, HVMSG_UNMAPPED_GPA);
	/* A write of the hypercall page is the guest's own fault. */
	e = npf(200ull << PAGE_SHIFT | 8, true, false);
	inside("hypercall page", &e, 13, 0x1000);
	stale(200ull << PAGE_SHIFT, false, true);
	end_guest(p);
}

/* --- the bytes of messages ---------------------------------------------------------- */

#define AT(type, off)	(*(type *)((u8 *)vp_page(vp) + (off)))

static void header_bytes(u32 type, u8 size, u8 len, u8 access)
{
	CHECK_EQ(AT(u32, 0), type);
	CHECK_EQ(AT(u8, 4), size);
	CHECK_EQ(AT(u8, 5) | AT(u16, 6), 0);
	CHECK_EQ(AT(u64, 8), p->id);
	CHECK_EQ(AT(u32, 16), vp->index);
	CHECK_EQ(AT(u8, 20), len | 5 << 4);
	CHECK_EQ(AT(u8, 21), access);
	CHECK_EQ(AT(u16, 22), 1 << 2 | 1 << 4 | 1 << 12); /* PE, LMA, shadow */
	CHECK_EQ(AT(u64, 24), 0x11000);			/* CS base */
	CHECK_EQ(AT(u16, 36), 0x10);
	CHECK_EQ(AT(u64, 40), 0x1000);			/* RIP */
	CHECK_EQ(AT(u64, 48), 0x46);
}

static void message_begin(void)
{
	begin();
	memset(vp_page(vp), 0xee, PAGE_SIZE);
	vp->v.regs.rflags = 0x46;
	vp->v.plain[0] = CR0_PE;
	vp->v.shadow = true;
	vp->v.seg[1].base = 0x11000;
	vp->v.seg[1].selector = 0x10;
	vp->v.seg[0].selector = 0x20;
	vp->v.seg[3].selector = 0x28;
	CHECK_EQ(set_reg(vp, HV_X64_REGISTER_CR8, 5), 0);
	for (u32 i = 0; i < NR_GPRS; i++)
		vp->v.regs.gpr[i] = 0x100 + i;
}

static void io_message(void)
{
	struct hv_exit e = { .reason = EXIT_IO, .insn_len = 2,
			     .io = { .port = 0x3f8, .size = 1 } };

	message_begin();
	once(&e);
	header_bytes(HVMSG_X64_IO_PORT_INTERCEPT, 128, 2, 1);
	CHECK_EQ(AT(u16, 16 + 0x28), 0x3f8);
	CHECK_EQ(AT(u8, 16 + 0x2a), 1);
	CHECK_EQ(AT(u8, 16 + 0x2b), 0);
	CHECK_EQ(AT(u64, 16 + 0x30), 0x100);
	for (u32 off = 16 + 0x38; off < 16 + 128; off += 8)
		CHECK_EQ(AT(u64, off), 0);
	CHECK_EQ(AT(u8, 16 + 128), 0xee);
	/* String form: segments and counts come along. */
	e.io = (typeof(e.io)) { .port = 0x1f0, .size = 2, .in = true,
				.string = true, .rep = true, .seg = 3 };
	once(&e);
	header_bytes(HVMSG_X64_IO_PORT_INTERCEPT, 128, 2, 0);
	CHECK_EQ(AT(u8, 16 + 0x2a), 2 | 1 << 3 | 1 << 4);
	CHECK_EQ(AT(u16, 16 + 0x48 + 12), 0x28);
	CHECK_EQ(AT(u16, 16 + 0x58 + 12), 0x20);
	CHECK_EQ(AT(u64, 16 + 0x68), 0x101);
	CHECK_EQ(AT(u64, 16 + 0x70), 0x106);
	CHECK_EQ(AT(u64, 16 + 0x78), 0x107);
	CHECK_EQ(vp->stats.intercepts, 2);
	end_guest(p);
}

static void memory_message(void)
{
	struct hv_exit e = npf(0xfee00300, true, false);

	message_begin();
	once(&e);
	header_bytes(HVMSG_UNMAPPED_GPA, 80, 0, 1);
	CHECK_EQ(AT(u32, 16 + 0x28), HV_CACHE_TYPE_WRITE_BACK);
	CHECK_EQ(AT(u8, 16 + 0x2c), 3);
	CHECK_EQ(AT(u8, 16 + 0x2d), 3);
	CHECK_EQ(AT(u8, 16 + 0x2e), 5);
	CHECK_EQ(AT(u64, 16 + 0x30), e.npf.gva);
	CHECK_EQ(AT(u64, 16 + 0x38), 0xfee00300);
	CHECK_EQ(AT(u32, 16 + 0x40), 0x078b48);
	e.npf.gva_valid = false;
	e.npf.fetch = true;
	e.npf.insn_bytes = 255;
	once(&e);
	header_bytes(HVMSG_UNMAPPED_GPA, 80, 0, 2);
	CHECK_EQ(AT(u8, 16 + 0x2d), 0);
	CHECK_EQ(AT(u64, 16 + 0x30), 0);
	CHECK_EQ(AT(u8, 16 + 0x2c), 16);
	end_guest(p);
}

static const struct hv_exit vmmcall = { .reason = EXIT_HYPERCALL, .insn_len = 3 };

static void moves_cr8(struct vp *v, struct hv_exit *e)
{
	(void)e;
	v->v.cr8 = 5;
}

static void hypercall_message(void)
{
	static const u8 order[] = { GPR_RAX, GPR_RBX, GPR_RCX, GPR_RDX, GPR_R8,
				    GPR_RSI, GPR_RDI };

	message_begin();
	enable_calls(vp);
	p->privileges |= BIT(P_EXTENDED);
	for (u32 i = 0; i < NR_GPRS; i++)
		vp->v.regs.gpr[i] = 0x100 + i;
	/* The most that a control word can say but for reserved bits. */
	vp->v.regs.gpr[GPR_RCX] = 0x0fff0fff07ff8003;
	CHECK_EQ(set_reg(vp, HV_X64_REGISTER_CR8, 1), 0);
	script(vp)->guest = moves_cr8;
	once(&vmmcall);
	header_bytes(HVMSG_HYPERCALL_INTERCEPT, 208, 3, 2);
	for (u32 i = 0; i < ARRAY_SIZE(order); i++)
		CHECK_EQ(AT(u64, 16 + 40 + 8 * i),
			 order[i] == GPR_RCX ? 0x0fff0fff07ff8003 : 0x100 + order[i]);
	for (u32 off = 16 + 96; off < 16 + 208; off += 8)
		CHECK_EQ(AT(u64, off), 0);
	CHECK_EQ(AT(u8, 16 + 208), 0xee);
	/* The instruction is the parent's to end. */
	CHECK_EQ(vp->v.regs.rip, 0x1000);
	CHECK_EQ(vp->v.regs.gpr[GPR_RAX], 0x100);
	CHECK(vp->intercept_suspend);
	end_guest(p);
}

/* What becomes of a control word: a status, or a message to the parent. */
static void extended(u64 control, u64 status)
{
	vp->v.regs.rip = 0x1000;
	vp->v.regs.gpr[GPR_RCX] = control;
	vp->v.regs.gpr[GPR_RAX] = 0x777;
	AT(u32, 0) = 0;
	once(&vmmcall);
	if (status) {
		CHECK_EQ(vp->v.regs.gpr[GPR_RAX], status);
		CHECK_EQ(vp->v.regs.rip, 0x1003);
		CHECK_EQ(AT(u32, 0), 0);
	} else {
		CHECK_EQ(vp->v.regs.gpr[GPR_RAX], 0x777);
		CHECK_EQ(AT(u32, 0), HVMSG_HYPERCALL_INTERCEPT);
	}
}

static void extended_calls(void)
{
	static const u64 reserved[] = { BIT(27), BIT(31), BIT(44), BIT(60) };

	begin();
	enable_calls(vp);
	extended(0x8001, 2);		/* nobody has given the right */
	extended(0x8003 | REPS(1), 2);
	p->privileges = BIT(P_EXTENDED);
	extended(0x8001, 0);
	extended(0xffff | FAST | REPS(7) | START(9) | VAR(3), 0);
	extended(0x8000, 2);
	extended(0x7fff, 2);
	extended(0x1ff, 2);
	for (u32 i = 0; i < ARRAY_SIZE(reserved); i++)
		extended(0x8001 | reserved[i], 3);
	/* Mode and page come first. */
	p->hypercall_msr = 0;
	vp->v.nr_taken = 0;
	vp->v.regs.rip = 0x1000;
	AT(u32, 0) = 0;
	once(&vmmcall);
	CHECK_EQ(vp->v.nr_taken, 1);
	CHECK_EQ(vp->v.taken[0].vector, 6);
	CHECK_EQ(AT(u32, 0), 0);
	/* The root has no parent. */
	CHECK_EQ(root_simple(0x8001, NULL, 0), 2);
	CHECK_EQ(root_simple(0x8003 | REPS(1), NULL, 0), 2);
	end_guest(p);
}

static void other_messages(void)
{
	message_begin();
	once(&(struct hv_exit) { .reason = EXIT_SHUTDOWN });
	header_bytes(HVMSG_UNRECOVERABLE_EXCEPTION, 40, 0, 2);
	once(&(struct hv_exit) { .reason = EXIT_UNKNOWN, .vendor_code = 0x99 });
	header_bytes(HVMSG_UNRECOVERABLE_EXCEPTION, 40, 0, 2);
	once(&(struct hv_exit) { .reason = EXIT_TASK_SWITCH, .task.selector = 0x40 });
	CHECK_EQ(AT(u32, 0), HVMSG_UNSUPPORTED_FEATURE);
	CHECK_EQ(AT(u8, 4), 16);
	CHECK_EQ(AT(u32, 16), 0);
	CHECK_EQ(AT(u32, 20), HV_UNSUPPORTED_FEATURE_TASK_SWITCH_TSS);
	CHECK_EQ(AT(u64, 24), 0x40);
	once(&(struct hv_exit) { .reason = EXIT_INVALID_STATE });
	CHECK_EQ(AT(u32, 0), HVMSG_INVALID_VP_REGISTER_VALUE);
	CHECK_EQ(AT(u8, 4), 8);
	CHECK_EQ(AT(u64, 16), 0);
	end_guest(p);
}

/* A state that the CPU would refuse becomes a message, never an entry. */
static void invalid_state(void)
{
	u32 runs;

	begin();
	runs = vp->v.runs;
	CHECK_EQ(set_reg(vp, HV_X64_REGISTER_CR0, 1ull << 32), 0);
	CHECK_EQ(dispatch(vp, 0), 0);
	CHECK_EQ(vp->v.runs, runs);
	CHECK_EQ(vp_page(vp)->dispatch_event, HV_VP_DISPATCH_EVENT_INTERCEPT);
	CHECK_EQ(AT(u32, 0), HVMSG_INVALID_VP_REGISTER_VALUE);
	CHECK(vp->intercept_suspend);
	/* Nobody has repaired it: asked again, refused again. */
	CHECK_EQ(dispatch(vp, HV_DISPATCH_VP_FLAG_CLEAR_INTERCEPT_SUSPEND), 0);
	CHECK_EQ(vp->v.runs, runs);
	CHECK_EQ(set_reg(vp, HV_X64_REGISTER_CR0, 0), 0);
	CHECK_EQ(dispatch(vp, HV_DISPATCH_VP_FLAG_CLEAR_INTERCEPT_SUSPEND), 0);
	CHECK_EQ(vp->v.runs, runs + 1);
	end_guest(p);
}

/* --- the root ------------------------------------------------------------------------ */

static void root_step(const struct hv_exit *e)
{
	struct script *s = script(cpus[0].root_vp);

	cpus[0].root_vp->v.nr_taken = 0;
	cpus[0].root_vp->v.regs.rip = 0x1000;
	s->exits[0] = *e;
	s->n = 1;
	s->at = 0;
	hv_loop(&cpus[0]);
}

static void root_takes(int vector)
{
	struct vendor_vp *v = &cpus[0].root_vp->v;

	if (vector < 0) {
		CHECK_EQ(v->nr_taken, 0);
		return;
	}
	CHECK_EQ(v->nr_taken, 1);
	CHECK_EQ(v->taken[0].vector, vector);
	CHECK_EQ(v->regs.rip, 0x1000);
}

static void root_exits(void)
{
	struct vendor_vp *v = &cpus[0].root_vp->v;
	struct hv_exit e = { .insn_len = 2 };
	u32 flushes;

	v->regs.gpr[GPR_RCX] = 0xc0000080;
	e.reason = EXIT_MSR_READ;
	root_step(&e);
	root_takes(-1);
	CHECK_EQ(v->regs.gpr[GPR_RAX], 0x55667788);
	CHECK_EQ(v->regs.gpr[GPR_RDX], 0x11223344);
	e.reason = EXIT_MSR_WRITE;
	root_step(&e);
	root_takes(-1);
	CHECK_EQ(v->regs.rip, 0x1002);
	v->regs.gpr[GPR_RCX] = 0xc0010117;
	root_step(&e);
	root_takes(13);
	e.reason = EXIT_MSR_READ;
	root_step(&e);
	root_takes(13);
	e.reason = EXIT_UD;
	root_step(&e);
	root_takes(6);
	e.reason = EXIT_INTR_WINDOW;
	root_step(&e);
	root_takes(-1);
	e = npf((u64)HOLE << PAGE_SHIFT, true, false);
	flushes = v->flushes;
	root_step(&e);
	root_takes(-1);
	CHECK(v->flushes > flushes);
	e = npf((u64)(ARENA + 10) << PAGE_SHIFT, true, false);
	v->event = (struct hv_event) { .valid = true, .vector = 99 };
	root_step(&e);
	CHECK_EQ(v->taken[v->nr_taken - 1].vector, 13);
	e = npf((u64)(ARENA + 10) << PAGE_SHIFT, false, false);
	root_step(&e);
	root_takes(-1);
	e.reason = EXIT_SHUTDOWN;
	CHECK(BUGS(root_step(&e)));
}

const struct test exit_tests[] = {
	{ "exits handled inside", handled_inside },
	{ "exits that end the slice", end_of_slice },
	{ "exits: CPUID", cpuid },
	{ "exits: MSRs", msrs },
	{ "exits: idle, crash, reset", msr_actions },
	{ "exits: XSETBV", xsetbv },
	{ "exits: nested faults of a child", faults },
	{ "messages: I/O, byte for byte", io_message },
	{ "messages: memory, byte for byte", memory_message },
	{ "messages: extended hypercalls, byte for byte", hypercall_message },
	{ "exits: extended hypercalls are the parent's", extended_calls },
	{ "messages: the others", other_messages },
	{ "messages: a state that cannot be entered", invalid_state },
	{ "exits of the root", root_exits },
	{}
};
