// SPDX-License-Identifier: GPL-2.0
/* SynIC: cancel, direct posts, reset, event flags (statements 117..124). */
#include <stdlib.h>

#include "synic_kit.h"

/* --- other ways in and out --------------------------------------------------------- */

static void cancel(void)
{
	struct synic_msg a, b, c, d;

	on();
	post(vp0, 2, msg(&a, 1, 0));
	post(vp0, 2, msg(&b, 2, 0));
	post(vp0, 2, msg(&c, 3, 0));
	post(vp0, 2, msg(&d, 4, 0));
	CHECK(!synic_cancel(vp0, 2, &a));	/* in its slot already */
	CHECK(!synic_cancel(vp0, 3, &c));
	CHECK(synic_cancel(vp0, 2, &d));	/* the tail */
	CHECK(synic_cancel(vp0, 2, &b));	/* the head */
	CHECK(!synic_cancel(vp0, 2, &b));
	post(vp0, 2, msg(&d, 5, 0));
	CHECK_EQ(take_message(vp0, 2), 1);
	CHECK_EQ(take_message(vp0, 2), 3);
	CHECK_EQ(take_message(vp0, 2), 5);
	post(vp0, 2, msg(&a, 6, 0));
	post(vp0, 2, msg(&b, 7, 0));
	CHECK(synic_cancel(vp0, 2, &b));
	post(vp0, 2, msg(&b, 8, 0));
	CHECK_EQ(take_message(vp0, 2), 6);
	CHECK_EQ(take_message(vp0, 2), 8);
	CHECK_EQ(done, 5);
	sim_exit();
}

static void direct(void)
{
	struct synic_msg a, b;

	on();
	msg(&a, 1, 8);
	CHECK_EQ(synic_post_direct(vp0, 2, a.msg), HV_STATUS_SUCCESS);
	CHECK_EQ(run(vp0), 0x52);
	CHECK_EQ(slot(vp0, 2)->u.bytes[0], 1);
	CHECK_EQ(synic_post_direct(vp0, 2, a.msg), HV_STATUS_OBJECT_IN_USE);
	post(vp0, 2, msg(&b, 2, 0));
	slot(vp0, 2)->header.message_type = 0;	/* but one is before it */
	CHECK_EQ(synic_post_direct(vp0, 2, a.msg), HV_STATUS_OBJECT_IN_USE);
	CHECK_EQ(slot(vp0, 2)->header.message_type, 0);
	wr(vp0, SINT(3), 0x53 | MASKED);
	CHECK_EQ(synic_post_direct(vp0, 3, a.msg), HV_STATUS_INVALID_SYNIC_STATE);
	wr(vp0, SINT(3), 0x53 | HV_SYNIC_SINT_PROXY);
	CHECK_EQ(synic_post_direct(vp0, 3, a.msg), HV_STATUS_INVALID_SYNIC_STATE);
	wr(vp0, SINT(3), 0x53);
	wr(vp0, HV_X64_MSR_SCONTROL, 0);
	CHECK_EQ(synic_post_direct(vp0, 3, a.msg), HV_STATUS_INVALID_SYNIC_STATE);
	sim_exit();
}

static void reset(void)
{
	struct synic_msg a, b, c;

	on();
	post(vp0, 2, msg(&a, 1, 0));
	post(vp0, 2, msg(&b, 2, 0));
	post(vp0, 2, msg(&c, 3, 0));
	sim_reset();
	CHECK_EQ(done, 1);
	CHECK_EQ(dropped, 2);
	CHECK_EQ(rd(vp0, HV_X64_MSR_SIMP), 0);
	CHECK_EQ(rd(vp0, SINT(2)), 0x10000);
	CHECK_EQ(rd(vp0, HV_X64_MSR_SCONTROL), 0);
	CHECK(guest_page(1) == guest_ram + 4096);
	apic_on(vp0);
	synic_on(vp0);
	CHECK_EQ(slot(vp0, 2)->header.message_type, 0);
	post(vp0, 2, msg(&a, 4, 0));
	post(vp0, 2, msg(&b, 5, 0));
	sim_exit();				/* drops what is queued, too */
	CHECK_EQ(dropped, 3);
}

/* --- event flags (TLFS 2.8) ---------------------------------------------------------- */

static hv_status signal_flag(u32 sint, u32 flag, bool *newly)
{
	cur = 1;
	return synic_signal(vp0, sint, flag, newly);
}

static void events(void)
{
	bool newly;
	u8 *page;

	on();
	page = guest_page(2);
	CHECK_EQ(signal_flag(2, 77, &newly), HV_STATUS_SUCCESS);
	CHECK(newly);
	CHECK_EQ(page[2 * 256 + 77 / 8], 1 << 77 % 8);		/* 117 */
	CHECK_EQ(run(vp0), 0x52);				/* 118 */
	wr(vp0, 0x80b, 0);
	CHECK_EQ(signal_flag(2, 77, &newly), HV_STATUS_SUCCESS);
	CHECK(!newly);
	CHECK_EQ(run(vp0), -1);					/* 119 */
	page[2 * 256 + 77 / 8] = 0;
	CHECK_EQ(signal_flag(2, 77, &newly), HV_STATUS_SUCCESS);
	CHECK_EQ(run(vp0), 0x52);				/* 120 */
	wr(vp0, 0x80b, 0);
	sim_exit();
}

static void events_refused(void)
{
	bool newly;

	on();
	wr(vp0, SINT(15), 0x5f);
	CHECK_EQ(signal_flag(15, 2047, &newly), HV_STATUS_SUCCESS);
	CHECK_EQ(((u8 *)guest_page(2))[4095], 0x80);
	wr(vp0, HV_X64_MSR_SCONTROL, 0);
	CHECK_EQ(signal_flag(2, 3, &newly), HV_STATUS_INVALID_SYNIC_STATE); /* 121 */
	CHECK(!newly);
	wr(vp0, HV_X64_MSR_SCONTROL, 1);
	wr(vp0, SINT(2), 0x52 | MASKED);
	CHECK_EQ(signal_flag(2, 3, &newly), HV_STATUS_INVALID_SYNIC_STATE); /* 123 */
	wr(vp0, SINT(2), 0x52 | HV_SYNIC_SINT_PROXY);
	CHECK_EQ(signal_flag(2, 3, &newly), HV_STATUS_INVALID_SYNIC_STATE);
	CHECK_EQ(((u8 *)guest_page(2))[512], 0);
	wr(vp0, SINT(2), 0x52);
	wr(vp0, HV_X64_MSR_SIEFP, 0x2000);
	CHECK_EQ(signal_flag(2, 3, &newly), HV_STATUS_INVALID_SYNIC_STATE); /* 122 */
	run(vp0);
	sim_exit();
}

/* 124: the handler runs as soon as the interrupt is requested. */
static u64 *event_map;

static void handler(const char *where, void *what)
{
	if (strcmp(where, "signal"))
		return;
	event_map = what;
	cur = 0;
	if (run(vp0) == 0x52)
		atomic_xchg(event_map, 0ull);
	cur = 1;
}

static void event_order(void)
{
	bool newly;

	on();
	cur = 1;
	race_hook = handler;
	CHECK_EQ(synic_signal(vp0, 2, 1, &newly), HV_STATUS_SUCCESS);
	race_hook = NULL;
	/* The flag that is still set has an interrupt to come. */
	CHECK(event_map[0]);
	CHECK_EQ(run(vp0), 0x52);
	sim_exit();
}

static void break_event_edge(void)
{
	bool newly;

	sim_init_with(~0ull, ~0u, 0, HVPART_BREAK_EVENT_EDGE, 1);
	apic_on(vp0);
	synic_on(vp0);
	wr(vp0, SINT(2), 0x52);
	signal_flag(2, 1, &newly);
	CHECK_EQ(run(vp0), 0x52);
	wr(vp0, 0x80b, 0);
	signal_flag(2, 1, &newly);
	CHECK_EQ(run(vp0), 0x52);
	sim_exit();
}

/* The root's VP has neither: its timers and interrupts are Linux's own. */
static void no_synic(void)
{
	struct vp bare = {};

	sim_init();
	apic_post(&bare, 0x40);
	CHECK(synic_page(vp0, false) != synic_page(vp0, true));
	sim_exit();
}

/* Creation runs out of pages: what was taken goes back. */
static void out_of_memory(void)
{
	for (int n = 0; n < 7; n++) {
		struct vp vp = { .index = 2 };
		hv_status st;

		sim_init();
		vp.partition = p;
		pool_left = n;
		st = unit_vp_create(&vp);
		CHECK_EQ(st, n < 6 ? HV_STATUS_INSUFFICIENT_MEMORY : 0);
		pool_left = -1;
		unit_vp_delete(&vp);
		sim_exit();
	}
}

const struct test synic_event_tests[] = {
	{ "synic_cancel", cancel },
	{ "synic_direct", direct },
	{ "synic_reset", reset },
	{ "synic_events", events },
	{ "synic_events_refused", events_refused },
	{ "synic_event_order", event_order },
	{ "synic_break_event_edge", break_event_edge },
	{ "synic_no_synic", no_synic },
	{ "synic_out_of_memory", out_of_memory },
	{ NULL, NULL },
};
