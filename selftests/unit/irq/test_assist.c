// SPDX-License-Identifier: GPL-2.0
/* Lazy EOI (TLFS 1.3; statements 41..45), step by step. */
#include <stdlib.h>

#include "irq.h"

#define ISR(v)	(0x810 + (v) / 32)

static u32 *word(void)
{
	return guest_page(8);
}

static void on(void)
{
	sim_init();
	CHECK_EQ(rd(vp0, HV_X64_MSR_VP_ASSIST_PAGE), 0);	/* 41 */
	wr(vp0, HV_X64_MSR_VP_ASSIST_PAGE, 0x8001);
	CHECK_EQ(rd(vp0, HV_X64_MSR_VP_ASSIST_PAGE), 0x8001);
}

/* Into the guest with @vector accepted. */
static void enter(int vector)
{
	CHECK_EQ(run(vp0), vector);
	apic_assist_enter(vp0);
}

static void leave(void)
{
	apic_assist_exit(vp0);
}

/* As Linux does it: exchange with 0, and EOI by MSR if bit 0 was clear. */
static bool guest_eoi(void)
{
	if (atomic_xchg(word(), 0) & 1)
		return true;
	leave();
	wr(vp0, HV_X64_MSR_EOI, 0);
	return false;
}

static bool in_service(u32 vector)
{
	return rd(vp0, ISR(vector)) & 1u << vector % 32;
}

static void lazy(void)
{
	on();
	apic_post(vp0, 0x40);
	enter(0x40);
	CHECK_EQ(*word(), 1);
	CHECK(guest_eoi());
	CHECK_EQ(*word(), 0);
	leave();
	CHECK(!in_service(0x40));
	CHECK_EQ(*word(), 0);
	apic_post(vp0, 0x40);
	enter(0x40);
	CHECK_EQ(*word(), 1);
	sim_exit();
}

/* An exit in the handler, before the EOI: nothing has happened. */
static void exit_in_handler(void)
{
	on();
	apic_post(vp0, 0x40);
	enter(0x40);
	leave();
	CHECK_EQ(*word(), 0);
	CHECK(in_service(0x40));
	CHECK_EQ(run(vp0), -1);
	apic_assist_enter(vp0);
	CHECK_EQ(*word(), 1);
	CHECK(guest_eoi());
	leave();
	CHECK(!in_service(0x40));
	sim_exit();
}

static void lower_pending(void)
{
	on();
	apic_post(vp0, 0x40);
	apic_post(vp0, 0x60);
	enter(0x60);
	CHECK_EQ(*word(), 0);		/* 43 */
	CHECK(!guest_eoi());
	CHECK(!in_service(0x60));
	CHECK_EQ(run(vp0), 0x40);
	sim_exit();
}

/* Another CPU posts while the guest runs; then the kick makes it exit. */
static void posted_while_running(bool eoi_first)
{
	on();
	apic_post(vp0, 0x60);
	enter(0x60);
	cur = 1;
	apic_post(vp0, 0x40);
	CHECK_EQ(kicks[0], 1);
	cur = 0;
	if (eoi_first)
		CHECK(guest_eoi());
	leave();
	CHECK_EQ(*word(), 0);
	CHECK_EQ(in_service(0x60), !eoi_first);
	if (!eoi_first) {
		CHECK_EQ(run(vp0), -1);
		apic_assist_enter(vp0);
		CHECK_EQ(*word(), 0);	/* the EOI must trap now */
		CHECK(!guest_eoi());
	}
	CHECK_EQ(run(vp0), 0x40);
	sim_exit();
}

static void posted_before_eoi(void)
{
	posted_while_running(false);
}

static void posted_after_eoi(void)
{
	posted_while_running(true);
}

static void nested(void)
{
	on();
	apic_post(vp0, 0x40);
	enter(0x40);
	apic_post(vp0, 0x60);
	leave();
	enter(0x60);
	CHECK_EQ(*word(), 1);		/* only the innermost */
	CHECK(guest_eoi());
	CHECK(!guest_eoi());		/* the outer one traps */
	CHECK(!in_service(0x40));
	CHECK(!in_service(0x60));
	sim_exit();
}

static void msr_eoi_while_offered(void)
{
	on();
	apic_post(vp0, 0x40);
	enter(0x40);
	apic_post(vp0, 0x60);
	leave();
	enter(0x60);
	CHECK_EQ(*word(), 1);
	leave();			/* the WRMSR exits */
	wr(vp0, HV_X64_MSR_EOI, 0);	/* 44: exactly once */
	CHECK(!in_service(0x60));
	CHECK(in_service(0x40));
	sim_exit();
}

static void disabled_in_handler(void)
{
	u32 *page;

	on();
	page = word();
	apic_post(vp0, 0x40);
	enter(0x40);
	leave();
	wr(vp0, HV_X64_MSR_VP_ASSIST_PAGE, 0);
	CHECK_EQ(run(vp0), -1);
	apic_assist_enter(vp0);
	CHECK_EQ(*page, 0);
	leave();
	wr(vp0, HV_X64_MSR_EOI, 0);	/* 45 */
	CHECK(!in_service(0x40));
	sim_exit();
}

static void enabled_in_handler(void)
{
	sim_init();
	memset(guest_ram + 0x8000, 0xff, 16);
	apic_post(vp0, 0x40);
	CHECK_EQ(run(vp0), 0x40);
	wr(vp0, HV_X64_MSR_VP_ASSIST_PAGE, 0x8001);
	CHECK_EQ(*word(), 0);
	*word() = 0x80000000;
	wr(vp0, HV_X64_MSR_VP_ASSIST_PAGE, 0x9003);	/* moves: kept */
	CHECK_EQ(*(u32 *)guest_page(9), 0x80000000);
	CHECK_EQ(guest_ram[0x8000], 0xff);
	wr(vp0, HV_X64_MSR_VP_ASSIST_PAGE, 0x8000);
	wr(vp0, HV_X64_MSR_VP_ASSIST_PAGE, 0x8001);
	CHECK_EQ(*word(), 0);
	apic_assist_enter(vp0);
	CHECK_EQ(*word(), 1);
	sim_exit();
}

static void level(void)
{
	on();
	apic_assert(p, 0, true, false, 0, 0x40);
	enter(0x40);
	CHECK_EQ(*word(), 0);
	sim_exit();
}

static void no_hint(void)
{
	sim_init_with(~0ull, ~0u, ~HV_X64_APIC_ACCESS_RECOMMENDED, 0, 1);
	apic_on(vp0);
	wr(vp0, HV_X64_MSR_VP_ASSIST_PAGE, 0x8001);
	apic_post(vp0, 0x40);
	enter(0x40);
	CHECK_EQ(*word(), 0);
	sim_exit();
}

static void dropped(struct synic_msg *m, bool ok)
{
	(void)m;
	(void)ok;
}

/* A message behind the slot: the EOI is a rescan trigger and must trap. */
static void message_behind(void)
{
	struct hv_message one = { .header.message_type = 1 };
	struct synic_msg a = { .msg = &one, .done = dropped };
	struct synic_msg b = a;

	on();
	synic_on(vp0);
	wr(vp0, HV_X64_MSR_SINT2, 0x40);
	synic_post(vp0, 2, &a);
	enter(0x40);
	CHECK_EQ(*word(), 1);
	leave();
	synic_post(vp0, 2, &b);
	CHECK_EQ(run(vp0), -1);
	apic_assist_enter(vp0);
	CHECK_EQ(*word(), 0);
	slot(vp0, 2)->header.message_type = 0;
	CHECK(!guest_eoi());
	settle(vp0);
	CHECK_EQ(slot(vp0, 2)->header.message_type, 1);	/* 88 */
	CHECK_EQ(run(vp0), 0x40);
	apic_assist_enter(vp0);
	CHECK_EQ(*word(), 1);
	sim_exit();
}

/*
 * 42: a guest that follows the bit, and posts at any moment, loses nothing. The
 * model counts what was posted (merged while requested) and what was handled.
 */
static void never_lost(void)
{
	static const u8 vectors[] = { 0x31, 0x32, 0x45, 0x61, 0x80 };
	int stack[8], depth = 0, handled = 0, posted = 0;
	bool requested[256] = {};

	srandom(1);
	on();
	for (u32 i = 0; i < 200000; i++) {
		u32 r = random();

		if (r % 4 == 0) {
			u8 v = vectors[(r >> 8) % ARRAY_SIZE(vectors)];

			cur = r >> 16 & 1;
			apic_post(vp0, v);
			cur = 0;
			posted += !requested[v];
			requested[v] = true;
			leave();		/* the kick */
		} else if (r % 4 == 1 && depth) {
			guest_eoi();
			depth--;
			if (r & 0x100)
				continue;	/* no exit after the lazy EOI */
			leave();
		} else {
			int v;

			leave();
			v = run(vp0);
			if (v >= 0) {
				CHECK(requested[v]);
				CHECK(!depth || (v & 0xf0) > (stack[depth - 1] & 0xf0));
				requested[v] = false;
				stack[depth++] = v;
				handled++;
			}
		}
		apic_assist_enter(vp0);
		if (*word())
			CHECK(depth && !apic_irr_any(vp0));
	}
	leave();
	for (;;) {
		while (depth && depth--) {
			apic_assist_enter(vp0);
			guest_eoi();
		}
		leave();
		if (run(vp0) < 0)
			break;
		handled++;
		depth++;
	}
	CHECK_EQ(handled, posted);
	CHECK(posted > 10000);
	sim_exit();
}

const struct test assist_tests[] = {
	{ "assist_lazy", lazy },
	{ "assist_exit_in_handler", exit_in_handler },
	{ "assist_lower_pending", lower_pending },
	{ "assist_posted_before_eoi", posted_before_eoi },
	{ "assist_posted_after_eoi", posted_after_eoi },
	{ "assist_nested", nested },
	{ "assist_msr_eoi_while_offered", msr_eoi_while_offered },
	{ "assist_disabled_in_handler", disabled_in_handler },
	{ "assist_enabled_in_handler", enabled_in_handler },
	{ "assist_level", level },
	{ "assist_no_hint", no_hint },
	{ "assist_message_behind", message_behind },
	{ "assist_never_lost", never_lost },
	{ NULL, NULL }
};
