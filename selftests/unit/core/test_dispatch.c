// SPDX-License-Identifier: GPL-2.0
/* The state machine of a dispatch: each row of Documentation/run-loop.rst. */
#include <hvpart/msr.h>
#include <string.h>

#include "apic.h"
#include "sim.h"
#include "world.h"

#define BLOCKED	HV_VP_DISPATCH_STATE_BLOCKED
#define READY	HV_VP_DISPATCH_STATE_READY
#define NONE	HV_VP_DISPATCH_EVENT_INVALID
#define SUSPEND	HV_VP_DISPATCH_EVENT_SUSPEND
#define INTERCEPT	HV_VP_DISPATCH_EVENT_INTERCEPT

static struct partition *p;
static struct vp *vp;

static void begin(u32 n)
{
	p = new_guest(n);
	vp = p->vps[0];
}

static void result(const char *what, u32 state, u32 event)
{
	struct hvpart_vp_page *page = vp_page(vp);

	if (page->dispatch_state != state || page->dispatch_event != event)
		fail("%s: state %u event %u, not %u %u", what,
		     page->dispatch_state, page->dispatch_event, state, event);
	CHECK_EQ(vp->running, 0);
	CHECK(cpus[cur].current == cpus[cur].root_vp);
	CHECK_EQ(cpus[cur].root_vp->v.regs.gpr[GPR_RAX], 0);
	CHECK_EQ(cpus[cur].root_vp->v.regs.rip, 0x1003);
}

static void run(const char *what, u32 runs, u32 state, u32 event)
{
	u32 before = vp->v.runs;

	vp_page(vp)->exits = ~0ull;
	CHECK_EQ(dispatch(vp, 0), 0);
	result(what, state, event);
	if (vp->v.runs - before != runs)
		fail("%s: %u runs, not %u", what, vp->v.runs - before, runs);
	CHECK_EQ(vp_page(vp)->exits, vp->stats.world_switches);
}

static void suspended(void)
{
	begin(1);
	run("interrupt", 1, READY, NONE);
	set_reg(vp, HV_REGISTER_EXPLICIT_SUSPEND, 1);
	run("explicit", 0, BLOCKED, SUSPEND);
	set_reg(vp, HV_REGISTER_EXPLICIT_SUSPEND, 0);
	set_reg(vp, HV_REGISTER_DISPATCH_SUSPEND, 1);
	run("dispatch suspend", 0, BLOCKED, SUSPEND);
	set_reg(vp, HV_REGISTER_DISPATCH_SUSPEND, 0);
	vp->intercept_suspend = true;
	run("intercept not cleared", 0, BLOCKED, SUSPEND);
	CHECK_EQ(dispatch(vp, HV_DISPATCH_VP_FLAG_CLEAR_INTERCEPT_SUSPEND), 0);
	result("intercept cleared", READY, NONE);
	CHECK(!vp->intercept_suspend);
	end_guest(p);
}

static void waiting(void)
{
	const struct hv_exit hlt = { .reason = EXIT_HLT, .insn_len = 1 };

	begin(1);
	vp->v.regs.rip = 100;
	child_exit_once(vp, &hlt);
	result("HLT", BLOCKED, NONE);
	CHECK_EQ(vp->v.regs.rip, 101);
	CHECK(vp->halted);
	run("still halted", 0, BLOCKED, NONE);
	vp->nmi_pending = true;
	run("NMI", 1, READY, NONE);
	CHECK_EQ(vp->v.taken[0].type, EVENT_NMI);
	vp->v.nmi_masked = false;
	/* HLT with interrupts off waits for no interrupt. */
	set_reg(vp, HV_REGISTER_INTERNAL_ACTIVITY_STATE, 2);
	CHECK_EQ(set_reg(vp, 0x84800 + 0xf, 0x1ff), 0);
	apic_post(vp, 0x40);
	run("IF clear", 0, BLOCKED, NONE);
	vp->v.regs.rflags |= RFLAGS_IF;
	run("IF set", 1, READY, NONE);
	CHECK_EQ(vp->v.taken[1].vector, 0x40);
	/* Guest idle ends with anything requested. */
	vp->v.regs.rflags &= ~RFLAGS_IF;
	set_reg(vp, HV_REGISTER_INTERNAL_ACTIVITY_STATE, 4);
	run("idle", 0, BLOCKED, NONE);
	apic_post(vp, 0x41);
	run("idle, requested", 1, READY, NONE);
	set_reg(vp, HV_REGISTER_INTERNAL_ACTIVITY_STATE, 1);
	run("waits for SIPI", 0, BLOCKED, NONE);
	vp->nmi_pending = true;
	run("an NMI does not start it", 0, BLOCKED, NONE);
	set_reg(vp, HV_REGISTER_INTERNAL_ACTIVITY_STATE, 2);
	vp->nmi_pending = false;
	set_reg(vp, HV_REGISTER_PENDING_INTERRUPTION, 0x00000000000e0007);
	run("an event to deliver", 1, READY, NONE);
	end_guest(p);
}

static void refused(void)
{
	struct hv_input_dispatch_vp in = {};

	begin(2);
	in.partition_id = p->id;
	for (u32 bit = 1; bit < 32; bit++) {
		in.flags = 1u << bit;
		CHECK_EQ(root_simple(HVCALL_DISPATCH_VP, &in, sizeof(in)), 5);
		CHECK_EQ(vp->running, 0);
	}
	in.flags = 0;
	for (u32 off = 1; off < 8; off++)
		CHECK_EQ(root_call(&(struct call) {
			.control = HVCALL_DISPATCH_VP, .in = &in,
			.in_bytes = sizeof(in), .out_gpa = 0x30000 + off }), 4);
	CHECK_EQ(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, p->id, 1ull << 32), 0);
	CHECK_EQ(root_simple(HVCALL_DISPATCH_VP, &in, sizeof(in)), 0x15);
	CHECK_EQ(vp->running, 0);
	CHECK_EQ(vp->stats.dispatches, 0);
	in.vp_index = 1;
	CHECK_EQ(root_simple(HVCALL_DISPATCH_VP, &in, sizeof(in)), 0);
	CHECK_EQ(((u32 *)root_out())[0], READY);
	end_guest(p);
}

/* In registers: the same call without an output; what stands in R8 is no GPA. */
static void fast(void)
{
	const u64 resume = (u64)HV_DISPATCH_VP_FLAG_CLEAR_INTERCEPT_SUSPEND << 32;

	begin(2);
	memset(root_out(), 0x55, 8);
	CHECK_EQ(root_fast(HVCALL_DISPATCH_VP, p->id, 1), 0);
	CHECK_EQ(p->vps[1]->stats.dispatches, 1);
	CHECK_EQ(*(u64 *)root_out(), 0x5555555555555555ull);
	CHECK_EQ(vp_page(p->vps[1])->dispatch_state, READY);
	vp->intercept_suspend = true;
	CHECK_EQ(root_fast(HVCALL_DISPATCH_VP, p->id, 0), 0);
	CHECK_EQ(vp_page(vp)->dispatch_event, SUSPEND);
	CHECK(vp->intercept_suspend);
	CHECK_EQ(root_fast(HVCALL_DISPATCH_VP, p->id, resume), 0);
	CHECK(!vp->intercept_suspend);
	CHECK_EQ(vp_page(vp)->dispatch_state, READY);
	for (u32 bit = 1; bit < 32; bit++)
		CHECK_EQ(root_fast(HVCALL_DISPATCH_VP, p->id, 1ull << (32 + bit)),
			 5);
	CHECK_EQ(root_fast(HVCALL_DISPATCH_VP, p->id, 2), 0xe);
	CHECK_EQ(root_fast(HVCALL_DISPATCH_VP, p->id + 1, 0), 0xd);
	CHECK_EQ(vp->stats.dispatches, 2);
	end_guest(p);
}

/* While one CPU runs it, no other gets it, and nothing of it changes. */
static void on_other_cpu(struct vp *v, struct hv_exit *e)
{
	struct hv_input_set_vp_registers in = { .partition_id = p->id };

	(void)e;
	CHECK_EQ(v->running, 1);
	script(v)->guest = NULL;
	ON_CPU(1, {
		CHECK_EQ(dispatch(v, 0), 0x15);
		CHECK_EQ(set_reg(v, HV_X64_REGISTER_RAX, 1), 0x15);
		CHECK_EQ(root_fast(HVCALL_DELETE_VP, p->id, 0), 0x15);
		CHECK_EQ(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, p->id, 1ull << 32), 0x15);
		CHECK_EQ(root_fast(HVCALL_FINALIZE_PARTITION, p->id, 0), 0x19);
		/* The register call has asked it to stop, once. */
		CHECK_EQ(kicks(1, v, HVPART_KICK_EXIT), 1);
		CHECK_EQ(ST(root_simple(HVCALL_SET_VP_REGISTERS | REPS(1), &in,
					sizeof(in))), 0x15);
		CHECK_EQ(kicks(1, v, HVPART_KICK_EXIT), 1);
	});
	CHECK_EQ(v->requests, VPREQ_STOP);
}

static void exclusive(void)
{
	begin(1);
	script(vp)->guest = on_other_cpu;
	run("other CPU", 1, READY, NONE);
	/* A stop is taken without a trace. */
	run("stop taken", 1, READY, NONE);
	CHECK_EQ(vp->requests, 0);
	end_guest(p);
}

/* --- deadlines ------------------------------------------------------------------- */

static void deadlines(void)
{
	begin(1);
	run("none", 1, READY, NONE);
	CHECK_EQ(vp_page(vp)->next_deadline_tsc, 0);
	vp_set_deadline(vp, DL_APIC, now + 5000000);
	run("new: the root arms it first", 0, READY, NONE);
	CHECK_EQ(vp_page(vp)->next_deadline_tsc, vp->next_deadline);
	run("armed", 1, READY, NONE);
	vp_set_deadline(vp, DL_STIMER0, now + 9000000);
	run("a later one changes nothing", 1, READY, NONE);
	vp_set_deadline(vp, DL_STIMER1, now + 1000000);
	run("an earlier one", 0, READY, NONE);
	run("armed again", 1, READY, NONE);
	vp_set_deadline(vp, DL_STIMER1, 0);
	vp_set_deadline(vp, DL_APIC, 0);
	vp_set_deadline(vp, DL_STIMER0, 0);
	CHECK_EQ(vp->next_deadline, 0);
	run("all gone", 1, READY, NONE);
	CHECK_EQ(vp_page(vp)->next_deadline_tsc, 0);
	vp_set_deadline(vp, DL_SYNIC, now + 100);
	run("arm", 0, READY, NONE);
	now += 1000;
	run("expired", 1, READY, NONE);
	CHECK_EQ(vp->deadline[DL_SYNIC], 0);
	end_guest(p);
}

/* A guest that arms its APIC timer inside a slice. */
static void arm_apic(struct vp *v, struct hv_exit *e)
{
	static const u32 msrs[4] = { 0x80f, 0x832, 0x83e, 0x838 };
	static const u32 vals[4] = { 0x1ff, 0x50, 0xb, 1000 };
	u32 at = script(v)->at;

	if (at < 1 || at > 4 || e->reason != EXIT_MSR_WRITE)
		return;
	v->v.regs.gpr[GPR_RCX] = msrs[at - 1];
	v->v.regs.gpr[GPR_RAX] = vals[at - 1];
	v->v.regs.gpr[GPR_RDX] = 0;
}

static void guest_timer(void)
{
	struct script *s;

	begin(1);
	s = script(vp);
	s->guest = arm_apic;
	s->n = 4;
	for (u32 i = 0; i < 4; i++)
		s->exits[i] = (struct hv_exit) { .reason = EXIT_MSR_WRITE,
						 .insn_len = 2 };
	run("arms its timer", 4, READY, NONE);
	CHECK(vp_page(vp)->next_deadline_tsc);
	s->guest = NULL;
	vp->v.regs.rflags |= RFLAGS_IF;
	run("waits", 1, READY, NONE);
	CHECK_EQ(vp->v.nr_taken, 0);
	now = vp->next_deadline;
	run("expiry", 1, READY, NONE);
	CHECK_EQ(vp->v.nr_taken, 1);
	CHECK_EQ(vp->v.taken[0].vector, 0x50);
	end_guest(p);
}

/* --- injection --------------------------------------------------------------------- */

static void injection(void)
{
	begin(1);
	CHECK_EQ(set_reg(vp, 0x84800 + 0xf, 0x1ff), 0);
	apic_post(vp, 0x60);
	apic_post(vp, 0x50);
	run("interrupts off", 1, READY, NONE);
	CHECK_EQ(vp->v.nr_taken, 0);
	CHECK(vp->v.want_intr);
	vp->v.regs.rflags |= RFLAGS_IF;
	vp->v.shadow = true;
	run("shadow", 1, READY, NONE);
	CHECK_EQ(vp->v.nr_taken, 0);
	vp->v.shadow = false;
	run("the higher one", 1, READY, NONE);
	CHECK_EQ(vp->v.taken[0].vector, 0x60);
	CHECK(!vp->v.want_intr);		/* 0x50 waits for the EOI */
	vp->nmi_pending = true;
	vp->v.nmi_masked = true;
	run("NMI masked", 1, READY, NONE);
	CHECK(vp->v.want_nmi);
	CHECK_EQ(vp->v.nr_taken, 1);
	vp->v.nmi_masked = false;
	run("NMI", 1, READY, NONE);
	CHECK_EQ(vp->v.taken[1].type, EVENT_NMI);
	CHECK(!vp->v.want_nmi);
	/* TPR holds back, CR8 and TPR are one. */
	vp->v.nmi_masked = false;
	set_reg(vp, HV_X64_REGISTER_CR8, 6);
	run("CR8", 1, READY, NONE);
	CHECK_EQ(vp->v.cr8, 6);
	vp->v.cr8 = 3;				/* the guest's MOV */
	vp->nmi_pending = true;
	script(vp)->exits[0] = (struct hv_exit) { .reason = EXIT_INTR };
	set_reg(vp, HV_X64_REGISTER_CR8, 3);
	CHECK_EQ(get_reg(vp, HV_X64_REGISTER_CR8), 3);
	end_guest(p);
}

/* --- INIT and SIPI ------------------------------------------------------------------ */

static void assert_int(u32 type, u64 dest, u32 vector)
{
	struct hv_input_assert_virtual_interrupt in = {
		.partition_id = p->id, .control.interrupt_type = type,
		.dest_addr = dest, .vector = vector,
	};

	CHECK_EQ(root_simple(HVCALL_ASSERT_VIRTUAL_INTERRUPT, &in, sizeof(in)), 0);
}

static void init_sipi(void)
{
	begin(2);
	vp = p->vps[1];
	vp->v.regs.gpr[GPR_RBX] = 77;
	vp->halted = true;
	assert_int(HV_X64_INTERRUPT_TYPE_INIT, 1, 0);
	CHECK_EQ(kicks(0, vp, HVPART_KICK_WAKE), 1);
	run("INIT", 0, BLOCKED, NONE);
	CHECK(vp->wait_sipi && !vp->halted);
	CHECK_EQ(vp->v.regs.gpr[GPR_RBX], 0);
	assert_int(HV_X64_INTERRUPT_TYPE_FIXED, 1, 0x40);
	run("an interrupt starts nothing", 0, BLOCKED, NONE);
	assert_int(HV_X64_INTERRUPT_TYPE_SIPI, 1, 0x9a);
	run("SIPI", 1, READY, NONE);
	CHECK_EQ(vp->v.seg[1].base, 0x9a000);
	CHECK_EQ(vp->v.seg[1].selector, 0x9a00);
	CHECK_EQ(vp->v.regs.rip, 0);
	vp->v.regs.rip = 0x1234;
	assert_int(HV_X64_INTERRUPT_TYPE_SIPI, 1, 0x10);
	run("SIPI of a running VP", 1, READY, NONE);
	CHECK_EQ(vp->v.regs.rip, 0x1234);
	/* Both before the VP runs: INIT first, then SIPI. */
	assert_int(HV_X64_INTERRUPT_TYPE_INIT, 1, 0);
	assert_int(HV_X64_INTERRUPT_TYPE_SIPI, 1, 0x20);
	run("INIT and SIPI", 1, READY, NONE);
	CHECK_EQ(vp->v.seg[1].base, 0x20000);
	assert_int(HV_X64_INTERRUPT_TYPE_NMI, 1, 0);
	run("NMI", 1, READY, NONE);
	CHECK_EQ(vp->v.taken[vp->v.nr_taken - 1].type, EVENT_NMI);
	end_guest(p);
}

/* --- worlds and accounts -------------------------------------------------------------- */

static void worlds(void)
{
	u64 ibpb;

	begin(1);
	vp->world->dr[0] = 0x1111;
	vp->world->xcr0 = 3;
	cpus[0].root_vp->world->dr[0] = 0;
	ibpb = bus_barriers;
	run("world", 1, READY, NONE);
	CHECK_EQ(bus_barriers, ibpb + 1);	/* child to root only */
	CHECK_EQ(vp->world->dr[0], 0x1111);
	CHECK_EQ(vp->world->xcr0, 3);
	CHECK_EQ(vp->stats.dispatches, 1);
	CHECK_EQ(vp->stats.world_switches, 1);
	CHECK_EQ(vp->stats.exits[EXIT_INTR], 1);
	CHECK(vp->runtime_tsc);
	CHECK_EQ(vp_page(vp)->exit_reason, EXIT_INTR);
	end_guest(p);
}

static u64 others;			/* exits of CPU 0 that were another VP's */

static u64 exits(void)
{
	return others + vp->stats.world_switches +
		cpus[0].root_vp->stats.world_switches;
}

/* The root goes on: it reads the page at once, so it must be up to date. */
static void read_page(struct vp *runs)
{
	if (runs == cpus[0].root_vp)
		CHECK_EQ(caller_page(0)->exits, exits());
}

static void the_page(void)
{
	begin(1);
	run("", 1, READY, NONE);
	others = 0;
	others = caller_page(0)->exits - exits();
	run_hook = read_page;
	run("the child's exits count", 1, READY, NONE);
	CHECK_EQ(root_fast(HVCALL_HVPART_NULL, 0, 0), 0);
	ON_CPU(1, CHECK_EQ(root_fast(HVCALL_HVPART_NULL, 0, 0), 0));
	CHECK_EQ(root_fast(HVCALL_HVPART_NULL, 0, 0), 0);
	run_hook = NULL;
	CHECK_EQ(caller_page(0)->exits, exits());
	CHECK_EQ(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE, 0, 0), 0);
	/* The page's own ticket has nowhere to go: CPUs must enter first. */
	run("ticket", 0, READY, NONE);
	sim_settle();
	run("no caller page", 1, READY, NONE);
	/* No page: the result is in the VP's page all the same. */
	apic_post(vp, 0x30);
	CHECK_EQ(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE,
			   PFN_CALLER(0), 1), 0);
	end_guest(p);
}

const struct test dispatch_tests[] = {
	{ "dispatch: suspension", suspended },
	{ "dispatch: HLT, idle, SIPI", waiting },
	{ "dispatch: what is refused", refused },
	{ "dispatch: in registers", fast },
	{ "dispatch: one CPU at a time", exclusive },
	{ "dispatch: deadlines armed and re-armed", deadlines },
	{ "dispatch: a guest's APIC timer", guest_timer },
	{ "dispatch: injection and windows", injection },
	{ "dispatch: INIT and SIPI", init_sipi },
	{ "dispatch: worlds, barriers, accounts", worlds },
	{ "dispatch: the caller page", the_page },
	{}
};
