// SPDX-License-Identifier: GPL-2.0
/* SynIC: the pending flag against the guest, step by step. */
#include <stdlib.h>

#include "synic_kit.h"

/* --- the pending flag, step by step (TLFS 2.5) ------------------------------------ */

static const char *step;
static bool guest_saw_pending;
static u32 guest_took;

/* The guest frees its slot at one step of ours, and reads the flag after it. */
static void guest_frees(const char *where, void *what)
{
	struct hv_message *s = what;

	if (strcmp(where, step) || !s->header.message_type)
		return;
	guest_took = atomic_xchg(&s->header.message_type, 0u);
	guest_saw_pending = s->header.message_flags.msg_pending;
}

static void pending_race(const char *at)
{
	struct synic_msg a, b;

	on();
	post(vp0, 2, msg(&a, 1, 0));
	CHECK_EQ(run(vp0), 0x52);
	wr(vp0, 0x80b, 0);
	step = at;
	guest_took = 0;
	guest_saw_pending = false;
	race_hook = guest_frees;
	cur = 1;
	post(vp0, 2, msg(&b, 2, 0));
	race_hook = NULL;
	CHECK_EQ(guest_took, 1);
	if (guest_saw_pending)
		wr(vp0, HV_X64_MSR_EOM, 0);
	/* Without any help of the retry timer. */
	CHECK_EQ(slot(vp0, 2)->header.message_type, 2);
	CHECK_EQ(run(vp0), 0x52);
	sim_exit();
}

static void freed_before_flag(void)
{
	pending_race("slot_busy");
}

static void freed_after_flag(void)
{
	pending_race("slot_flagged");
}

static void freed_after_look(void)
{
	pending_race("slot_looked");
}

/* A guest that polls the type must not see half a message. */
static void look_at_slot(const char *where, void *what)
{
	if (!strcmp(where, "place"))
		CHECK_EQ(((struct hv_message *)what)->header.message_type, 0);
}

static void type_last(void)
{
	struct synic_msg a;

	on();
	race_hook = look_at_slot;
	post(vp0, 2, msg(&a, 1, 8));
	race_hook = NULL;
	CHECK_EQ(slot(vp0, 2)->header.message_type, 1);
	sim_exit();
}

/* The last flag is set too late: what the break does, the guest loses. */
static void break_pending(void)
{
	struct synic_msg a, b;

	sim_init_with(~0ull, ~0u, 0, HVPART_BREAK_MESSAGE_PENDING, 1);
	apic_on(vp0);
	synic_on(vp0);
	post(vp0, 2, msg(&a, 1, 0));
	post(vp0, 2, msg(&b, 2, 0));
	CHECK(!slot(vp0, 2)->header.message_flags.msg_pending);
	sim_exit();
}

/* 98: "free slot, barrier, test flag, EOM" never stalls. */
static struct synic_msg storm[8];
static u32 next_free, storm_posted, storm_seen;

static void storm_done(struct synic_msg *m, bool ok)
{
	(void)ok;
	m->next = NULL;
	m->msg->header.message_type = 0;
}

static void guest_loop(const char *where, void *what)
{
	struct hv_message *s = what;

	if (strncmp(where, "slot_", 5) || random() % 2)
		return;
	if (s->header.message_type) {
		CHECK_EQ(s->header.message_type, storm_seen + 1);
		storm_seen++;
		atomic_xchg(&s->header.message_type, 0u);
		guest_saw_pending |= s->header.message_flags.msg_pending;
	}
}

static void no_stall(void)
{
	srandom(2);
	on();
	race_hook = guest_loop;
	guest_saw_pending = false;
	for (u32 i = 0; i < 200000; i++) {
		struct synic_msg *m = &storm[next_free % 8];

		if ((!m->msg || !m->msg->header.message_type) && random() % 2) {
			msg(m, ++storm_posted, 8);
			m->done = storm_done;
			next_free++;
			cur = 1;
			post(vp0, 2, m);
		}
		vp0->requests = 0;		/* no help by retry or EOI */
		if (guest_saw_pending) {
			guest_saw_pending = false;
			wr(vp0, HV_X64_MSR_EOM, 0);
			vp0->requests = 0;
		}
		if (storm_posted > storm_seen && !guest_saw_pending)
			CHECK(slot(vp0, 2)->header.message_type);
		if (random() % 4 == 0)
			guest_loop("slot_", slot(vp0, 2));
	}
	CHECK(storm_seen > 20000);
	sim_exit();
}

const struct test synic_race_tests[] = {
	{ "synic_freed_before_flag", freed_before_flag },
	{ "synic_freed_after_flag", freed_after_flag },
	{ "synic_freed_after_look", freed_after_look },
	{ "synic_type_last", type_last },
	{ "synic_break_pending", break_pending },
	{ "synic_no_stall", no_stall },
	{ NULL, NULL },
};
