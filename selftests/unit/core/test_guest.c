// SPDX-License-Identifier: GPL-2.0
/* Calls of a guest on itself: IPIs, flushes, VP sets; and the same by the root. */
#include <string.h>

#include "apic_state.h"
#include "sim.h"

#define GPA_IN	(4ull << PAGE_SHIFT)

static struct partition *p;
static struct vp *vp;

static void begin(u32 n)
{
	p = new_guest(n);
	vp = p->vps[0];
	enable_calls(vp);
	for (u32 i = 0; i < n; i++)
		CHECK_EQ(set_reg(p->vps[i], 0x84800 + 0xf, 0x1ff), 0);
	CHECK_EQ(dispatch(vp, 0), 0);
}

static u64 slow(u64 control, const u64 *in, u32 n)
{
	return child_call(vp, &(struct call) { .control = control,
		.in_gpa = GPA_IN, .in = in, .in_bytes = 8 * n });
}

/* VPs that have @vector requested; taken back. */
static u64 requested(void)
{
	u64 mask = 0;

	for (u32 i = 0; i < HV_MAX_VPS; i++) {
		if (!p->vps[i])
			continue;
		if (apic_irr_any(p->vps[i]) || p->vps[i]->v.nr_taken)
			mask |= BIT(i);
		p->vps[i]->v.nr_taken = 0;
		memset(apic_map(p->vps[i]->apic, APIC_IRR), 0, 32);
	}
	return mask;
}

static u64 fast_ipi(u32 vector, u64 mask)
{
	return child_call(vp, &(struct call) { .control = HVCALL_SEND_IPI | FAST,
		.in_gpa = vector, .out_gpa = mask });
}

static void ipi(void)
{
	begin(3);
	CHECK_EQ(fast_ipi(15, 2), 5);
	CHECK_EQ(fast_ipi(256, 2), 5);
	CHECK_EQ(child_call(vp, &(struct call) { .control = HVCALL_SEND_IPI | FAST,
		.in_gpa = 0x30 | 1ull << 32, .out_gpa = 2 }), 5);
	CHECK(!apic_irr_any(p->vps[1]));
	CHECK_EQ(fast_ipi(0x30, 6), 0);
	CHECK(apic_irr_any(p->vps[1]) && apic_irr_any(p->vps[2]));
	CHECK(!apic_irr_any(vp));
	CHECK_EQ(kicks(0, p->vps[1], HVPART_KICK_WAKE), 1);
	CHECK_EQ(kicks(0, p->vps[2], HVPART_KICK_WAKE), 1);
	/* VPs that are not there are ignored; slow form as well. */
	CHECK_EQ(fast_ipi(0x31, ~0ull), 0);
	CHECK(apic_irr_any(vp));
	CHECK_EQ(slow(HVCALL_SEND_IPI, (u64[]) { 0x32, 1 }, 2), 0);
	CHECK_EQ(vp->stats.ipis, 3);
	end_guest(p);
}

/* @expect: status, and who gets it. */
static void one_set(u64 format, u64 banks_mask, u32 nbanks, u64 bank0, u16 st,
		    u64 who)
{
	u64 in[8] = { 0x40, format, banks_mask, bank0, ~0ull, ~0ull };

	requested();
	CHECK_EQ(slow(HVCALL_SEND_IPI_EX | VAR(nbanks), in, 8), st);
	CHECK_EQ(requested(), who);
}

static void vp_sets(void)
{
	begin(2);
	one_set(0, 1, 1, 2, 0, 2);
	one_set(0, 1, 1, 3, 0, 3);
	one_set(0, 3, 2, 1, 0, 1);
	one_set(0, 2, 1, ~0ull, 0, 0);		/* bank 1: nobody */
	one_set(0, BIT(63) | 1, 2, 2, 0, 2);
	one_set(0, 0, 0, 0, 0, 0);
	one_set(1, 0, 0, 0, 0, 3);		/* all */
	one_set(1, 1, 1, 1, 0, 3);
	one_set(2, 0, 0, 0, 5, 0);
	one_set(~0ull, 1, 1, 1, 5, 0);
	one_set(0, 1, 2, 1, 3, 0);		/* header and mask disagree */
	one_set(0, 3, 1, 1, 3, 0);
	one_set(1, 1, 0, 0, 3, 0);
	p->debug_break = HVPART_BREAK_IPI_BANKS;
	one_set(0, 1, 1, 3, 0, 1);
	p->debug_break = 0;
	end_guest(p);
}

static u32 flushed(u32 index)
{
	u32 n = p->vps[index]->v.flushes;

	CHECK_EQ(dispatch(p->vps[index], 0), 0);
	return p->vps[index]->v.flushes - n;
}

static void flushes(void)
{
	u32 n;

	begin(3);
	CHECK_EQ(dispatch(p->vps[1], 0), 0);
	CHECK_EQ(dispatch(p->vps[2], 0), 0);
	CHECK_EQ(slow(HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE, (u64[]) { 0, 8, 7 }, 3), 5);
	CHECK_EQ(slow(HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE, (u64[]) { 0, BIT(40), 7 }, 3), 5);
	n = vp->v.flushes;
	CHECK_EQ(slow(HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE, (u64[]) { 0, 2, 2 }, 3), 0);
	CHECK_EQ(vp->v.flushes, n);
	CHECK_EQ(flushed(1), 1);
	CHECK_EQ(flushed(2), 0);
	/* An empty mask means all. */
	CHECK_EQ(slow(HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE, (u64[]) { 0, 2, 0 }, 3), 0);
	CHECK_EQ(vp->v.flushes, n + 1);
	CHECK_EQ(flushed(1), 1);
	CHECK_EQ(flushed(2), 1);
	CHECK_EQ(slow(HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST | REPS(3),
		      (u64[]) { 0, 2, 4, 1, 2, 3 }, 6), 3ull << 32);
	CHECK_EQ(flushed(2), 1);
	CHECK_EQ(slow(HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST | REPS(1),
		      (u64[]) { 0, HV_FLUSH_NON_GLOBAL_MAPPINGS_ONLY, 4, 1 }, 4), 5);
	/* With a set: empty is empty, unless all processors are named. */
	CHECK_EQ(slow(HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE_EX | VAR(1),
		      (u64[]) { 0, 2, 0, 1, 4 }, 5), 0);
	CHECK_EQ(flushed(1), 0);
	CHECK_EQ(flushed(2), 1);
	CHECK_EQ(slow(HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE_EX,
		      (u64[]) { 0, 2, 0, 0 }, 4), 0);
	CHECK_EQ(flushed(1), 0);
	CHECK_EQ(slow(HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE_EX,
		      (u64[]) { 0, HV_FLUSH_ALL_PROCESSORS, 0, 0 }, 4), 0);
	CHECK_EQ(flushed(1), 1);
	CHECK_EQ(slow(HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST_EX | VAR(1) | REPS(2),
		      (u64[]) { 0, 2, 0, 1, 2, 7, 8 }, 7), 2ull << 32);
	CHECK_EQ(flushed(1), 1);
	CHECK_EQ(slow(HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST_EX | REPS(2),
		      (u64[]) { 0, 2, 0, 0, 7, 8 }, 6), 2ull << 32);
	CHECK_EQ(flushed(1), 0);
	CHECK_EQ(slow(HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST_EX | REPS(2),
		      (u64[]) { 0, 2, 5, 0, 7, 8 }, 6), 5);
	CHECK_EQ(slow(HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE_EX,
		      (u64[]) { 0, 2, 5, 0 }, 4), 5);
	end_guest(p);
}

static void long_spin(void)
{
	u32 runs;

	begin(1);
	runs = vp->v.runs;
	script(vp)->n = 0;
	CHECK_EQ(child_call(vp, &(struct call) {
		.control = HVCALL_NOTIFY_LONG_SPIN_WAIT | FAST, .in_gpa = 1000 }), 0);
	/* The slice ended by itself. */
	CHECK_EQ(vp->v.runs, runs + 1);
	CHECK_EQ(vp_page(vp)->dispatch_state, HV_VP_DISPATCH_STATE_READY);
	end_guest(p);
}

/* A guest's calls made by the root: no SynIC, no APIC of ours behind it. */
static void by_the_root(void)
{
	u64 set[] = { 0x40, 0, 1, ~0ull };
	u64 flush[] = { 0, 2, ~0ull, 0 };
	u64 flush_ex[] = { 0, 1, 0, 0 };

	root_fast(HVCALL_SEND_IPI, 0x40, ~0ull);
	root_simple(HVCALL_SEND_IPI_EX | VAR(1), set, sizeof(set));
	root_simple(HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE, flush, 24);
	root_simple(HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST | REPS(1), flush, 32);
	root_simple(HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE_EX, flush_ex, 32);
	root_fast(HVCALL_NOTIFY_LONG_SPIN_WAIT, 1, 0);
	root_fast(HVCALL_SIGNAL_EVENT, 1, 0);
	CHECK_EQ(root_fast(HVCALL_HVPART_NULL, 0, 0), 0);
}

const struct test guest_tests[] = {
	{ "guest: IPIs", ipi },
	{ "guest: sparse VP sets", vp_sets },
	{ "guest: flushes", flushes },
	{ "guest: long spin wait", long_spin },
	{ "guest: the same calls by the root", by_the_root },
	{}
};
