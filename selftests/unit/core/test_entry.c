// SPDX-License-Identifier: GPL-2.0
/*
 * The way straight back into the guest (percpu.h): each thing that must not be
 * passed over happens here during an exit that needs no look by itself.
 */
#include "apic.h"
#include "sim.h"

static struct partition *p;
static struct vp *vp, *vp1;
static void (*action)(void);

static void begin(void)
{
	p = new_guest(2);
	vp = p->vps[0];
	vp1 = p->vps[1];
	enable_calls(vp);
	CHECK_EQ(set_reg(vp, 0x84800 + 0xf, 0x1ff), 0);
	sim_settle();
}

/* What the handler of the exit would do. */
static void act(struct vp *v, struct hv_exit *e)
{
	if (e->reason == EXIT_INTR || v != vp || !action)
		return;
	action();
	action = NULL;
}

/* One exit @e with @fn in it, then the guest's slice ends. Runs of the guest. */
static u32 runs_of(void (*fn)(void), const struct hv_exit *e)
{
	u32 before = vp->v.runs;

	action = fn;
	script(vp)->guest = act;
	CHECK_EQ(child_exit_once(vp, e), 0);
	CHECK(!action);
	script(vp)->guest = NULL;
	return vp->v.runs - before;
}

static const struct hv_exit cpuid = { .reason = EXIT_CPUID, .insn_len = 2 };
static const struct hv_exit rdmsr = { .reason = EXIT_MSR_READ, .insn_len = 2 };
static const struct hv_exit out = { .reason = EXIT_IO, .insn_len = 1,
				    .io = { .port = 0x80, .size = 1 } };

static void nothing(void)
{
}

static void straight_back(void)
{
	begin();
	vp->v.regs.rip = 100;
	CHECK_EQ(runs_of(nothing, &cpuid), 2);
	CHECK_EQ(vp->v.regs.rip, 102);
	CHECK_EQ(vp->stats.dispatches, 1);
	end_guest(p);
}

/* --- what ends the slice ------------------------------------------------------- */

static void arm_deadline(void)
{
	vp_set_deadline(vp, DL_APIC, now + 5000000);
}

static void tell_root(void)
{
	vp_tell_root(vp1, HVPART_KICK_WAKE);
}

static void draw_ticket(void)
{
	epoch_flush();
}

static void slice_ends(void)
{
	begin();
	CHECK_EQ(runs_of(arm_deadline, &cpuid), 1);
	CHECK(vp_page(vp)->next_deadline_tsc);
	/* One that the root's timer stands at needs no look. */
	CHECK_EQ(runs_of(nothing, &cpuid), 2);
	CHECK_EQ(runs_of(tell_root, &cpuid), 1);
	CHECK_EQ(kicks(0, vp1, HVPART_KICK_WAKE), 1);
	CHECK_EQ(runs_of(draw_ticket, &cpuid), 1);
	CHECK(caller_page(0)->flush_ticket);
	sim_settle();
	CHECK_EQ(runs_of(nothing, &cpuid), 2);
	end_guest(p);
}

/* --- what another CPU does ------------------------------------------------------- */

static void post(void)
{
	ON_CPU(1, apic_post(vp, 0x60));
}

static void request(void)
{
	begin();
	vp->v.regs.rflags |= RFLAGS_IF;
	CHECK_EQ(runs_of(post, &cpuid), 2);
	CHECK_EQ(vp->v.nr_taken, 1);
	CHECK_EQ(vp->v.taken[0].vector, 0x60);
	end_guest(p);
}

static void map_changes(void)
{
	vp->v.stale = true;		/* running it so would fail */
	p->gpa.generation++;
}

static void generation(void)
{
	begin();
	CHECK_EQ(runs_of(map_changes, &cpuid), 2);
	CHECK(!vp->v.stale);
	end_guest(p);
}

/* --- what the guest does without an exit ------------------------------------------ */

static void raise_tpr(void)
{
	vp->v.cr8 = 9;			/* MOV CR8 */
	post();
}

/* An interrupt of a lower class waits, and CR8 stays what the guest made it. */
static void tpr_holds(void)
{
	begin();
	vp->v.regs.rflags |= RFLAGS_IF;
	CHECK_EQ(runs_of(raise_tpr, &cpuid), 2);
	CHECK_EQ(vp->v.nr_taken, 0);
	CHECK_EQ(vp->v.cr8, 9);
	CHECK_EQ(get_reg(vp, HV_X64_REGISTER_CR8), 9);
	end_guest(p);
}

static void set_tpr(void)
{
	vp->v.cr8 = 4;
}

static void tpr_at_exit(void)
{
	begin();
	CHECK_EQ(runs_of(set_tpr, &out), 1);
	CHECK_EQ(get_reg(vp, HV_X64_REGISTER_CR8), 4);
	end_guest(p);
}

static const struct hv_exit moved = { .reason = EXIT_CR8 };

static void held(void)
{
	post();
	vp->v.cr8 = vp->v.runs > 1 ? 5 : 6;
}

/* What waits for CR8 is asked for again at every move, and comes with the right one. */
static void tpr_window(void)
{
	begin();
	vp->v.regs.rflags |= RFLAGS_IF;
	CHECK_EQ(set_reg(vp, HV_X64_REGISTER_CR8, 9), 0);
	CHECK(!vp->v.want_tpr);
	CHECK_EQ(runs_of(held, &moved), 2);
	CHECK_EQ(vp->v.nr_taken, 0);
	CHECK(vp->v.want_tpr);
	CHECK_EQ(runs_of(held, &moved), 2);
	CHECK_EQ(vp->v.nr_taken, 1);
	CHECK_EQ(vp->v.taken[0].vector, 0x60);
	CHECK(!vp->v.want_tpr);
	end_guest(p);
}

static u32 tpr_msr;
static u64 tpr_seen[3];

static void read_tpr(struct vp *v, struct hv_exit *e)
{
	u32 at = script(v)->at;

	if (e->reason == EXIT_INTR) {
		tpr_seen[2] = v->v.regs.gpr[GPR_RAX];
		return;
	}
	if (at > 1)
		tpr_seen[at - 2] = v->v.regs.gpr[GPR_RAX];
	v->v.cr8 = 4 + at;
	v->v.regs.gpr[GPR_RCX] = tpr_msr;
}

/* Each of three reads sees what CR8 was just then: 5, 6, 7. */
static void tpr_read(void)
{
	static const u32 msrs[] = { 0x808, 0x40000072 };

	begin();
	for (u32 i = 0; i < ARRAY_SIZE(msrs); i++) {
		struct script *s = script(vp);

		tpr_msr = msrs[i];
		p->privileges |= HV_MSR_APIC_ACCESS_AVAILABLE;
		s->exits[0] = s->exits[1] = s->exits[2] = rdmsr;
		s->n = 3;
		s->at = 0;
		s->guest = read_tpr;
		CHECK_EQ(dispatch(vp, 0), 0);
		for (u32 k = 0; k < 3; k++)
			CHECK_EQ(tpr_seen[k], 0x50 + 0x10 * k);
		CHECK_EQ(vp->v.cr8, 7);
	}
	end_guest(p);
}

const struct test entry_tests[] = {
	{ "entry: straight back", straight_back },
	{ "entry: what the root must hear of ends the slice", slice_ends },
	{ "entry: a request of another CPU", request },
	{ "entry: a change of the map", generation },
	{ "entry: the guest's CR8 holds an interrupt back", tpr_holds },
	{ "entry: the guest's CR8 is known after an exit", tpr_at_exit },
	{ "entry: a move to CR8 that lets an interrupt in", tpr_window },
	{ "entry: and to every read of the TPR", tpr_read },
	{}
};
