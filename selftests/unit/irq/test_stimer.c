// SPDX-License-Identifier: GPL-2.0
/* Synthetic timers: the corner cases of TLFS 4.2 (statements 125..150). */
#include "irq.h"

#define CONFIG(n)	(HV_X64_MSR_STIMER0_CONFIG + 2 * (n))
#define COUNT(n)	(HV_X64_MSR_STIMER0_COUNT + 2 * (n))
#define EN		HV_STIMER_ENABLE
#define PERIODIC	HV_STIMER_PERIODIC
#define AUTO		HV_STIMER_AUTOENABLE
#define DIRECT(v)	(HV_STIMER_DIRECT_MODE | (u64)(v) << 4)
#define SINT(n)		((u64)(n) << 16)

static u64 ref(void)
{
	return time_ref_peek(p);
}

static void on(void)
{
	sim_init();
	synic_on(vp0);
	wr(vp0, HV_X64_MSR_SINT2, 0x52);
	wr(vp0, HV_X64_MSR_SINT3, 0x53);
	advance(vp0, 12345);
}

static int take(void)
{
	int v = run(vp0);

	if (v >= 0)
		wr(vp0, 0x80b, 0);
	return v;
}

static struct hv_timer_message_payload *timer_msg(u32 sint)
{
	struct hv_message *s = slot(vp0, sint);

	CHECK_EQ(s->header.message_type, HVMSG_TIMER_EXPIRED);	/* 143 */
	CHECK_EQ(s->header.payload_size, 24);
	CHECK_EQ(s->header.sender, 0);
	return (void *)s->u.bytes;
}

static void reset_values(void)
{
	on();
	for (u32 i = 0; i < 8; i++)
		CHECK_EQ(rd(vp0, CONFIG(0) + i), 0);		/* 125 */
	wr(vp0, CONFIG(1), ~0ull << 20 | SINT(5) | AUTO);	/* stored as is */
	CHECK_EQ(rd(vp0, CONFIG(1)), ~0ull << 20 | SINT(5) | AUTO);
	CHECK_EQ(rd(vp1, CONFIG(1)), 0);			/* 150 */
	sim_exit();
}

static void one_shot_direct(void)
{
	u64 due, cfg = AUTO | DIRECT(0xed);

	on();
	due = ref() + 100;
	wr(vp0, CONFIG(0), cfg | EN);
	CHECK_EQ(rd(vp0, CONFIG(0)), cfg | EN);			/* 133 */
	CHECK_EQ(vp0->deadline[DL_STIMER0], 0);
	CHECK_EQ(take(), -1);
	wr(vp0, COUNT(0), due);
	CHECK_EQ(rd(vp0, COUNT(0)), due);			/* 149 */
	advance(vp0, 99);
	CHECK_EQ(take(), -1);					/* 126 */
	CHECK_EQ(rd(vp0, CONFIG(0)), cfg | EN);
	advance(vp0, 1);
	CHECK_EQ(ref(), due);
	CHECK_EQ(take(), 0xed);
	CHECK_EQ(rd(vp0, CONFIG(0)), cfg);			/* 127, 128 */
	CHECK_EQ(rd(vp0, COUNT(0)), due);
	CHECK_EQ(slot(vp0, 0)->header.message_type, 0);		/* 138 */
	advance(vp0, 100000);
	CHECK_EQ(take(), -1);
	wr(vp0, COUNT(0), ref() + 10);				/* re-armed */
	CHECK_EQ(rd(vp0, CONFIG(0)), cfg | EN);			/* 129 */
	advance(vp0, 10);
	CHECK_EQ(take(), 0xed);
	sim_exit();
}

/* Not a tick of the TSC early, whatever the rounding. */
static void exact(void)
{
	u64 due;

	on();
	machine.tsc_hz = TSC_HZ;
	for (u64 i = 0; i < 1000; i++) {
		now += 12347 * i;
		due = ref() + 1 + i * 37;
		wr(vp0, CONFIG(0), AUTO | DIRECT(0xed));
		wr(vp0, COUNT(0), due);
		now = vp0->deadline[DL_STIMER0] - 1;
		CHECK(ref() < due);
		settle(vp0);
		CHECK_EQ(take(), -1);
		now++;
		CHECK_EQ(ref(), due);
		CHECK_EQ(take(), 0xed);
	}
	sim_exit();
}

static void past(void)
{
	on();
	wr(vp0, CONFIG(0), AUTO | DIRECT(0xed));
	wr(vp0, COUNT(0), ref());
	CHECK_EQ(take(), 0xed);					/* 134 */
	CHECK_EQ(rd(vp0, CONFIG(0)), AUTO | DIRECT(0xed));
	wr(vp0, COUNT(0), 1);
	CHECK_EQ(take(), 0xed);
	wr(vp0, CONFIG(1), DIRECT(0xee));
	wr(vp0, COUNT(1), ref() - 5);
	CHECK_EQ(take(), -1);
	CHECK_EQ(rd(vp0, CONFIG(1)), DIRECT(0xee));		/* 130 */
	wr(vp0, CONFIG(1), DIRECT(0xee) | EN);
	CHECK_EQ(take(), 0xee);					/* 135 */
	CHECK_EQ(rd(vp0, CONFIG(1)), DIRECT(0xee));
	sim_exit();
}

static void far_future(void)
{
	on();
	wr(vp0, CONFIG(0), AUTO | DIRECT(0xed));
	wr(vp0, COUNT(0), ~0ull);
	wr(vp0, CONFIG(1), AUTO | PERIODIC | DIRECT(0xee));
	wr(vp0, COUNT(1), ~0ull);
	wr(vp0, CONFIG(2), AUTO | DIRECT(0xef));
	wr(vp0, COUNT(2), BIT(63));
	advance(vp0, 1000000000);
	CHECK_EQ(take(), -1);
	CHECK(rd(vp0, CONFIG(0)) & EN);
	CHECK(rd(vp0, CONFIG(1)) & EN);
	sim_exit();
}

static void stop(void)
{
	on();
	wr(vp0, CONFIG(0), AUTO | DIRECT(0xed));
	wr(vp0, COUNT(0), ref() + 10);
	wr(vp0, COUNT(0), 0);
	CHECK_EQ(rd(vp0, CONFIG(0)), AUTO | DIRECT(0xed));	/* 131 */
	CHECK_EQ(rd(vp0, COUNT(0)), 0);
	advance(vp0, 100);
	CHECK_EQ(take(), -1);					/* 132 */
	wr(vp0, COUNT(0), ref() + 10);
	wr(vp0, CONFIG(0), 0);
	CHECK_EQ(vp0->deadline[DL_STIMER0], 0);
	advance(vp0, 100);
	CHECK_EQ(take(), -1);
	/* Without AutoEnable the order is count, then config. */
	wr(vp0, COUNT(0), ref() + 10);
	CHECK_EQ(vp0->deadline[DL_STIMER0], 0);
	wr(vp0, CONFIG(0), EN | DIRECT(0xed));
	advance(vp0, 10);
	CHECK_EQ(take(), 0xed);
	sim_exit();
}

static void rearm(void)
{
	on();
	wr(vp0, CONFIG(0), AUTO | DIRECT(0xed));
	wr(vp0, COUNT(0), ref() + 10);
	wr(vp0, COUNT(0), ref() + 1000);
	advance(vp0, 999);
	CHECK_EQ(take(), -1);
	wr(vp0, COUNT(0), ref() + 5);
	advance(vp0, 5);
	CHECK_EQ(take(), 0xed);
	sim_exit();
}

static void sint0(void)
{
	on();
	wr(vp0, COUNT(0), ref() + 10);
	wr(vp0, CONFIG(0), EN | SINT(2));
	CHECK(rd(vp0, CONFIG(0)) & EN);
	wr(vp0, CONFIG(0), EN | AUTO);
	CHECK_EQ(rd(vp0, CONFIG(0)), AUTO);			/* 136 */
	wr(vp0, COUNT(0), ref() + 10);		/* AutoEnable cannot, either */
	CHECK_EQ(rd(vp0, CONFIG(0)), AUTO);
	advance(vp0, 100);
	CHECK_EQ(take(), -1);
	wr(vp0, CONFIG(0), EN | AUTO);
	CHECK_EQ(rd(vp0, CONFIG(0)), AUTO);
	wr(vp0, COUNT(0), ref() + 10);
	wr(vp0, CONFIG(0), EN | DIRECT(0x44));
	CHECK_EQ(rd(vp0, CONFIG(0)), EN | DIRECT(0x44));	/* 137 */
	sim_exit();
}

static void direct_not_announced(void)
{
	sim_init_with(~0ull, ~HV_STIMER_DIRECT_MODE_AVAILABLE, 0, 0, 1);
	CHECK(wr_faults(vp0, CONFIG(0), DIRECT(0xed)));		/* 139 */
	CHECK_EQ(rd(vp0, CONFIG(0)), 0);
	wr(vp0, CONFIG(0), SINT(2) | AUTO);
	sim_exit();
}

static void direct_illegal_vector(void)
{
	on();
	wr(vp0, CONFIG(0), AUTO | DIRECT(15));
	wr(vp0, COUNT(0), 1);
	CHECK_EQ(take(), -1);
	CHECK_EQ(rd(vp0, CONFIG(0)), AUTO | DIRECT(15));
	sim_exit();
}

static void periodic(void)
{
	u64 start;

	on();
	wr(vp0, CONFIG(2), AUTO | PERIODIC | DIRECT(0x61));
	start = ref();
	wr(vp0, COUNT(2), MS);
	CHECK_EQ(rd(vp0, COUNT(2)), MS);
	for (u32 i = 1; i <= 5; i++) {
		advance(vp0, start + i * MS - ref() - 1);
		CHECK_EQ(take(), -1);				/* 141, 142 */
		advance(vp0, 1);
		CHECK_EQ(take(), 0x61);
		CHECK(rd(vp0, CONFIG(2)) & EN);			/* 140 */
	}
	/* 7.5 periods late: one tick now, the next in phase. */
	advance(vp0, 7 * MS + MS / 2);
	CHECK_EQ(take(), 0x61);
	CHECK_EQ(take(), -1);
	advance(vp0, MS / 2 - 1);
	CHECK_EQ(take(), -1);
	advance(vp0, 1);
	CHECK_EQ(ref(), start + 13 * MS);
	CHECK_EQ(take(), 0x61);
	/* A new count starts a new phase. */
	advance(vp0, 100);
	wr(vp0, COUNT(2), 2 * MS);
	advance(vp0, 2 * MS - 1);
	CHECK_EQ(take(), -1);
	advance(vp0, 1);
	CHECK_EQ(take(), 0x61);
	wr(vp0, CONFIG(2), PERIODIC | AUTO | DIRECT(0x61));
	advance(vp0, 10 * MS);
	CHECK_EQ(take(), -1);
	sim_exit();
}

/* A period of 100 ns asks for ten million interrupts a second. */
static void storm(void)
{
	u32 n = 0;

	on();
	wr(vp0, CONFIG(0), AUTO | PERIODIC | DIRECT(0x61));
	wr(vp0, COUNT(0), 1);
	CHECK_EQ(rd(vp0, COUNT(0)), 1);
	for (u32 i = 0; i < MS; i++) {
		advance(vp0, 1);
		n += take() == 0x61;
	}
	CHECK_EQ(n, 10);
	sim_exit();
}

static void message(void)
{
	struct hv_timer_message_payload *m;
	u64 due;

	on();
	wr(vp0, CONFIG(3), AUTO | SINT(2));
	due = ref() + 50;
	wr(vp0, COUNT(3), due);
	advance(vp0, 49);
	CHECK_EQ(slot(vp0, 2)->header.message_type, 0);
	advance(vp0, 11);
	m = timer_msg(2);
	CHECK_EQ(m->timer_index, 3);				/* 144 */
	CHECK_EQ(m->reserved, 0);
	CHECK_EQ(m->expiration_time, due);			/* 145 */
	CHECK_EQ(m->delivery_time, due + 10);			/* 146 */
	CHECK_EQ(take(), 0x52);
	CHECK_EQ(rd(vp0, CONFIG(3)), AUTO | SINT(2));
	sim_exit();
}

static struct synic_msg other;

static void other_done(struct synic_msg *m, bool ok)
{
	(void)m;
	(void)ok;
}

static void occupy(u32 sint)
{
	static struct hv_message one = { .header.message_type = 1 };

	memset(&other, 0, sizeof(other));
	other.msg = &one;
	other.done = other_done;
	synic_post(vp0, sint, &other);
	CHECK_EQ(take(), 0x50 + sint);
}

static void busy_slot(void)
{
	u64 due;

	on();
	occupy(2);
	wr(vp0, CONFIG(0), AUTO | SINT(2));
	due = ref() + 10;
	wr(vp0, COUNT(0), due);
	advance(vp0, 10);
	CHECK(slot(vp0, 2)->header.message_flags.msg_pending);	/* 147 */
	CHECK_EQ(take(), -1);
	advance(vp0, 5);
	slot(vp0, 2)->header.message_type = 0;
	wr(vp0, HV_X64_MSR_EOM, 0);				/* 148 */
	CHECK_EQ(timer_msg(2)->expiration_time, due);
	CHECK_EQ(timer_msg(2)->delivery_time, due + 5);
	CHECK_EQ(take(), 0x52);
	sim_exit();
}

static void rewrite_drops(void)
{
	on();
	occupy(2);
	wr(vp0, CONFIG(0), AUTO | SINT(2));
	wr(vp0, COUNT(0), 1);
	CHECK_EQ(take(), -1);
	wr(vp0, COUNT(0), ref() + 10);		/* drops the undelivered one */
	slot(vp0, 2)->header.message_type = 0;
	wr(vp0, HV_X64_MSR_EOM, 0);
	CHECK_EQ(slot(vp0, 2)->header.message_type, 0);
	advance(vp0, 10);
	CHECK_EQ(timer_msg(2)->expiration_time, ref());
	CHECK_EQ(take(), 0x52);
	/* To another SINT while it waits behind the first. */
	wr(vp0, COUNT(0), 1);
	wr(vp0, CONFIG(0), 0);
	wr(vp0, CONFIG(0), AUTO | SINT(3));
	wr(vp0, COUNT(0), ref());
	CHECK_EQ(timer_msg(3)->timer_index, 0);
	slot(vp0, 2)->header.message_type = 0;
	wr(vp0, HV_X64_MSR_EOM, 0);
	CHECK_EQ(slot(vp0, 2)->header.message_type, 0);
	sim_exit();
}

/* One buffer a timer: periodic ticks behind a busy slot are one message. */
static void periodic_busy(void)
{
	u64 start;

	on();
	occupy(2);
	wr(vp0, CONFIG(0), AUTO | PERIODIC | SINT(2));
	start = ref();
	wr(vp0, COUNT(0), MS);
	for (u32 i = 0; i < 4; i++)
		advance(vp0, MS);
	CHECK_EQ(slot(vp0, 2)->header.message_type, 1);
	slot(vp0, 2)->header.message_type = 0;
	wr(vp0, HV_X64_MSR_EOM, 0);
	CHECK_EQ(timer_msg(2)->expiration_time, start + MS);
	slot(vp0, 2)->header.message_type = 0;
	wr(vp0, HV_X64_MSR_EOM, 0);
	CHECK_EQ(slot(vp0, 2)->header.message_type, 0);
	advance(vp0, MS);
	CHECK_EQ(timer_msg(2)->expiration_time, start + 5 * MS);
	sim_exit();
}

static void masked_or_off(void)
{
	on();
	wr(vp0, HV_X64_MSR_SINT2, 0x10052);
	wr(vp0, CONFIG(0), AUTO | SINT(2));
	wr(vp0, COUNT(0), 1);
	timer_msg(2);				/* in the slot, no interrupt */
	CHECK_EQ(take(), -1);
	slot(vp0, 2)->header.message_type = 0;
	wr(vp0, HV_X64_MSR_SINT2, 0x52);
	wr(vp0, HV_X64_MSR_SIMP, 0x1000);
	wr(vp0, COUNT(0), 1);
	CHECK_EQ(take(), -1);
	wr(vp0, HV_X64_MSR_SIMP, 0x1001);
	timer_msg(2);				/* stayed pending */
	CHECK_EQ(take(), 0x52);
	sim_exit();
}

static void four_timers(void)
{
	on();
	for (u32 i = 0; i < 4; i++) {
		wr(vp0, CONFIG(i), AUTO | DIRECT(0x60 + i * 16));
		wr(vp0, COUNT(i), ref() + 10 * (4 - i));
	}
	for (u32 i = 4; i-- > 0; ) {
		advance(vp0, 10);
		CHECK_EQ(take(), 0x60 + i * 16);
		CHECK_EQ(take(), -1);
	}
	sim_exit();
}

/* Frozen time stands still, and so do timers; then they keep their times. */
static void frozen(void)
{
	u64 due;

	on();
	wr(vp0, CONFIG(0), AUTO | DIRECT(0xed));
	due = ref() + 100;
	wr(vp0, COUNT(0), due);
	time_freeze(p, true);
	advance(vp0, 1000);
	CHECK_EQ(take(), -1);
	time_freeze(p, false);
	advance(vp0, 99);
	CHECK_EQ(take(), -1);
	CHECK_EQ(ref(), due - 1);
	for (u32 i = 0; i < 2; i++)
		advance(vp0, 1);
	now = vp0->deadline[DL_STIMER0] ? vp0->deadline[DL_STIMER0] : now;
	CHECK_EQ(take(), 0xed);
	CHECK(ref() >= due);
	/* Time set forward: due at once at the next run. */
	wr(vp0, COUNT(0), ref() + 1000000);
	vp0->running = 0;
	time_set_ref(p, ref() + 2000000);
	vp0->running = 1;
	CHECK_EQ(take(), 0xed);
	/* And backward: later. */
	wr(vp0, COUNT(0), ref() + 100);
	due = ref() + 100;
	vp0->running = 0;
	time_set_ref(p, 500);
	vp0->running = 1;
	advance(vp0, 200);
	CHECK_EQ(take(), -1);
	advance(vp0, due - ref() - 1);
	CHECK_EQ(take(), -1);
	advance(vp0, 1);
	CHECK_EQ(take(), 0xed);
	sim_exit();
}

static void reset(void)
{
	on();
	occupy(2);
	wr(vp0, CONFIG(0), AUTO | SINT(2));
	wr(vp0, COUNT(0), 1);			/* queued */
	wr(vp0, CONFIG(1), AUTO | DIRECT(0xed));
	wr(vp0, COUNT(1), ref() + 100);
	sim_reset();
	for (u32 i = 0; i < 8; i++)
		CHECK_EQ(rd(vp0, CONFIG(0) + i), 0);
	apic_on(vp0);
	advance(vp0, 1000);
	CHECK_EQ(take(), -1);
	synic_on(vp0);
	wr(vp0, HV_X64_MSR_SINT2, 0x52);
	wr(vp0, CONFIG(0), AUTO | SINT(2));	/* the buffer is free again */
	wr(vp0, COUNT(0), 1);
	timer_msg(2);
	sim_exit();
}

static void break_enable(void)
{
	sim_init_with(~0ull, ~0u, 0, HVPART_BREAK_STIMER_ENABLE, 1);
	apic_on(vp0);
	wr(vp0, CONFIG(0), AUTO | DIRECT(0xed));
	wr(vp0, COUNT(0), 1);
	advance(vp0, 10);
	wr(vp0, COUNT(0), ref());
	CHECK_EQ(take(), 0xed);
	CHECK(rd(vp0, CONFIG(0)) & EN);
	CHECK_EQ(take(), -1);			/* but it does not fire again */
	sim_exit();
}

const struct test stimer_tests[] = {
	{ "stimer_reset_values", reset_values },
	{ "stimer_one_shot_direct", one_shot_direct },
	{ "stimer_exact", exact },
	{ "stimer_past", past },
	{ "stimer_far_future", far_future },
	{ "stimer_stop", stop },
	{ "stimer_rearm", rearm },
	{ "stimer_sint0", sint0 },
	{ "stimer_direct_not_announced", direct_not_announced },
	{ "stimer_direct_illegal_vector", direct_illegal_vector },
	{ "stimer_periodic", periodic },
	{ "stimer_storm", storm },
	{ "stimer_message", message },
	{ "stimer_busy_slot", busy_slot },
	{ "stimer_rewrite_drops", rewrite_drops },
	{ "stimer_periodic_busy", periodic_busy },
	{ "stimer_masked_or_off", masked_or_off },
	{ "stimer_four_timers", four_timers },
	{ "stimer_frozen", frozen },
	{ "stimer_reset", reset },
	{ "stimer_break_enable", break_enable },
	{ NULL, NULL }
};
