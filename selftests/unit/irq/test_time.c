// SPDX-License-Identifier: GPL-2.0
/* Reference counter, TSC page, TSC (statements 151..167). */
#include "irq.h"

static struct ms_hyperv_tsc_page *page(u64 gpn)
{
	return guest_page(gpn);
}

/* A guest's reader of the page. */
static u64 page_time(u64 gpn)
{
	struct ms_hyperv_tsc_page *t = page(gpn);
	u64 tsc = rd(vp0, 0x10);

	return mul_u64_hi(tsc, t->tsc_scale) + t->tsc_offset;
}

static void counter(void)
{
	sim_init();
	CHECK(wr_faults(vp0, HV_X64_MSR_TIME_REF_COUNT, 1));	/* 151 */
	CHECK(time_ref_peek(p) <= 1);				/* starts at 0 */
	advance(vp0, 10000000);
	CHECK(time_ref_peek(p) >= 10000000 - 1);
	CHECK(time_ref_peek(p) <= 10000000);
	tsc_step = 70;
	for (u64 i = 0, last = 0, t; i < 100000; i++) {
		t = rd(i & 1 ? vp1 : vp0, HV_X64_MSR_TIME_REF_COUNT);
		if (t <= last)
			fail("%llu after %llu", t, last);	/* 152, 153 */
		CHECK(t <= time_ref_peek(p));	/* never ahead of the clock */
		last = t;
	}
	sim_exit();
}

/* Two VPs at once: the other one takes the value that we were about to. */
static void counter_stuck(void)
{
	u64 a, b;

	sim_init();
	advance(vp0, 100);
	a = rd(vp0, HV_X64_MSR_TIME_REF_COUNT);
	b = rd(vp1, HV_X64_MSR_TIME_REF_COUNT);	/* the TSC does not move */
	CHECK(b > a);
	sim_exit();
}

static void rates(void)
{
	u64 t, r;

	sim_init();
	CHECK_EQ(rd(vp0, HV_X64_MSR_TSC_FREQUENCY), TSC_HZ);
	CHECK_EQ(rd(vp0, HV_X64_MSR_APIC_FREQUENCY), APIC_HZ);
	CHECK(wr_faults(vp0, HV_X64_MSR_TSC_FREQUENCY, 1));	/* 161 */
	CHECK(wr_faults(vp0, HV_X64_MSR_APIC_FREQUENCY, 1));
	t = rd(vp0, 0x10);
	r = time_ref_peek(p);
	now += TSC_HZ;
	CHECK_EQ(rd(vp0, 0x10) - t, TSC_HZ);
	r = time_ref_peek(p) - r;
	CHECK(r >= 9999999 && r <= 10000001);			/* 154 */
	/* A century and odd frequencies do not overflow. */
	now += TSC_HZ * 86400 * 36525 / 1000;
	CHECK_EQ(time_ref_to_tsc(p, ~0ull), ~0ull);
	for (u64 i = 0; i < 1000; i++) {
		u64 ref = time_ref_peek(p) + i * 7919, tsc;

		tsc = time_ref_to_tsc(p, ref);
		now = tsc;
		CHECK_EQ(time_ref_peek(p), ref);
		now = tsc - 1;
		CHECK_EQ(time_ref_peek(p), ref - 1);
		now += i * 1003;
	}
	sim_exit();
}

static void tsc_page(void)
{
	u64 scale;
	u32 seq;

	sim_init();
	CHECK_EQ(rd(vp0, HV_X64_MSR_REFERENCE_TSC), 0);		/* 155 */
	memset(guest_ram + 0x3000, 0xaa, 4096);
	wr(vp0, HV_X64_MSR_REFERENCE_TSC, 0x3ffe);
	CHECK_EQ(rd(vp1, HV_X64_MSR_REFERENCE_TSC), 0x3ffe);
	CHECK_EQ(*(u8 *)guest_page(3), 0xaa);			/* 158 */
	wr(vp1, HV_X64_MSR_REFERENCE_TSC, 0x3fff);
	CHECK_EQ(rd(vp0, HV_X64_MSR_REFERENCE_TSC), 0x3fff);
	seq = page(3)->tsc_sequence;
	CHECK(seq != 0 && seq != ~0u);				/* 156 */
	scale = page(3)->tsc_scale;
	/* 160: scale * frequency = 10^7 * 2^64. */
	CHECK_EQ(mul_u64_hi(scale, TSC_HZ) + 1, 10000000);
	tsc_step = 300;
	for (u32 i = 0; i < 10000; i++) {			/* 157 */
		u64 a = page_time(3), b, c;

		b = rd(vp1, HV_X64_MSR_TIME_REF_COUNT);
		c = page_time(3);
		if (a > b || b > c)
			fail("%llu, %llu, %llu", a, b, c);
	}
	wr(vp0, HV_X64_MSR_REFERENCE_TSC, 0x5001);		/* moves */
	CHECK_EQ(*(u8 *)guest_page(3), 0xaa);
	CHECK(page(5)->tsc_sequence != 0);
	wr(vp0, HV_X64_MSR_REFERENCE_TSC, 0x5000);
	CHECK(guest_page(5) == guest_ram + 0x5000);		/* 159 */
	overlay_fails = true;
	CHECK_EQ(msr_write(vp0, HV_X64_MSR_REFERENCE_TSC, 0x5001),
		 MSR_WAIT_MEMORY);
	CHECK_EQ(rd(vp0, HV_X64_MSR_REFERENCE_TSC), 0x5000);
	overlay_fails = false;
	sim_exit();
}

static void sequence_wraps(void)
{
	sim_init();
	p->ref_tsc_sequence = 0xfffffffd;
	wr(vp0, HV_X64_MSR_REFERENCE_TSC, 0x3001);
	CHECK_EQ(page(3)->tsc_sequence, 0xfffffffe);
	time_update_tsc_page(p);
	CHECK_EQ(page(3)->tsc_sequence, 1);
	CHECK_EQ(p->ref_tsc_sequence, 1);
	sim_exit();
}

/* A reader in the middle of an update must not take what it sees for good. */
static void reader(const char *where, void *what)
{
	if (!strcmp(where, "tsc_page"))
		CHECK_EQ(((struct ms_hyperv_tsc_page *)what)->tsc_sequence, 0);
}

static void sequence_order(void)
{
	sim_init();
	wr(vp0, HV_X64_MSR_REFERENCE_TSC, 0x3001);
	race_hook = reader;
	time_update_tsc_page(p);
	race_hook = NULL;
	CHECK_EQ(page(3)->tsc_sequence, p->ref_tsc_sequence);
	sim_exit();
}

static void freeze(void)
{
	u64 t, seq;

	sim_init();
	wr(vp0, HV_X64_MSR_REFERENCE_TSC, 0x3001);
	advance(vp0, 5000);
	t = time_ref_now(p);
	seq = page(3)->tsc_sequence;
	time_freeze(p, true);
	time_freeze(p, true);
	now += TSC_HZ;
	CHECK_EQ(time_ref_now(p), t);
	CHECK_EQ(time_ref_now(p), t);
	CHECK_EQ(page(3)->tsc_sequence, 0);	/* readers go to the MSR */
	time_freeze(p, false);
	CHECK_EQ(time_ref_peek(p), t);		/* 168: no jump */
	CHECK(page(3)->tsc_sequence != 0 && page(3)->tsc_sequence != seq);
	CHECK_EQ(page_time(3), t);
	now += REF(100);
	CHECK_EQ(time_ref_now(p) - t, 100);
	CHECK_EQ(page_time(3), t + 100);
	time_set_ref(p, 777777);
	CHECK_EQ(time_ref_peek(p), 777777);
	CHECK_EQ(page_time(3), 777777);
	CHECK(time_ref_now(p) > 777777);
	time_freeze(p, true);
	time_set_ref(p, 42);
	CHECK_EQ(time_ref_now(p), 42);
	time_freeze(p, false);
	CHECK_EQ(time_ref_peek(p), 42);
	CHECK_EQ(page_time(3), 42);
	/* Set back below what the TSC counts: the offset is negative. */
	CHECK(time_ref_to_tsc(p, 142) - now <= REF(100));
	CHECK(time_ref_to_tsc(p, 142) - now > REF(99));
	sim_exit();
}

/* Deadlines at the ends of time. */
static void far_deadlines(void)
{
	sim_init();
	time_set_ref(p, BIT(62));
	CHECK_EQ(time_ref_to_tsc(p, 5), p->ref_base);
	/* Rounded up by a tick at most. */
	CHECK(time_ref_to_tsc(p, BIT(62) + 10) - now - REF(10) <= 1);
	CHECK_EQ(time_ref_to_tsc(p, ~0ull), ~0ull);
	time_set_ref(p, 0);
	p->ref_base = ~0ull - 1000;
	CHECK_EQ(time_ref_to_tsc(p, BIT(40)), ~0ull);
	p->ref_base = 0;
	CHECK_EQ(time_ref_to_tsc(p, p->ref_offset), 1);
	sim_exit();
}

static void tsc(void)
{
	sim_init();
	now += 1000;
	CHECK_EQ(rd(vp0, 0x10), now - p->ref_base);
	CHECK_EQ(vp0->v.tsc_offset, -p->ref_base);
	CHECK_EQ(rd(vp0, 0x10), rd(vp1, 0x10));
	CHECK_EQ(rd(vp0, 0x3b), 0);
	wr(vp0, 0x10, 5000);
	CHECK_EQ(rd(vp0, 0x10), 5000);
	CHECK_EQ(rd(vp0, 0x3b), 4000);		/* moves along */
	CHECK_EQ(vp0->v.tsc_offset, 5000 - now);
	wr(vp0, 0x3b, 0);
	CHECK_EQ(rd(vp0, 0x10), 1000);
	wr(vp0, 0x3b, (u64)-500);
	CHECK_EQ(rd(vp0, 0x10), 500);
	CHECK_EQ(rd(vp1, 0x10), 1000);
	sim_reset();
	CHECK_EQ(rd(vp0, 0x10), 1000);
	CHECK_EQ(rd(vp0, 0x3b), 0);
	sim_exit();
}

static void invariant(void)
{
	struct cpuid_regs r;

	sim_init();
	cpuid_query(vp0, 0x80000007, 0, &r);
	CHECK_EQ(r.edx, 0);
	CHECK_EQ(rd(vp0, HV_X64_MSR_TSC_INVARIANT_CONTROL), 0);
	wr(vp0, HV_X64_MSR_TSC_INVARIANT_CONTROL, 0);
	for (u32 i = 1; i < 64; i++)
		CHECK(wr_faults(vp0, HV_X64_MSR_TSC_INVARIANT_CONTROL, BIT(i)));
	wr(vp0, HV_X64_MSR_TSC_INVARIANT_CONTROL, 1);		/* 163 */
	CHECK_EQ(rd(vp1, HV_X64_MSR_TSC_INVARIANT_CONTROL), 1);
	cpuid_query(vp1, 0x80000007, 0, &r);
	CHECK_EQ(r.edx, 0x100);
	CHECK(wr_faults(vp0, HV_X64_MSR_TSC_INVARIANT_CONTROL, 3)); /* 164 */
	CHECK(wr_faults(vp0, HV_X64_MSR_TSC_INVARIANT_CONTROL, 0));
	wr(vp0, HV_X64_MSR_TSC_INVARIANT_CONTROL, 1);
	sim_exit();
	/* Without the privilege: as the machine has it. */
	sim_init_with(~(u64)HV_ACCESS_TSC_INVARIANT, 0, 0, 0, 1);
	cpuid_query(vp0, 0x80000007, 0, &r);
	CHECK_EQ(r.edx, 0x100);
	machine.invariant_tsc = false;
	cpuid_query(vp0, 0x80000007, 0, &r);
	CHECK_EQ(r.edx, 0);
	sim_exit();
}

static void run_time(void)
{
	u64 a, b;

	sim_init();
	vp0->enter_tsc = now;
	CHECK(wr_faults(vp0, HV_X64_MSR_VP_RUNTIME, 1));	/* 167 */
	now += REF(1000);
	a = rd(vp0, HV_X64_MSR_VP_RUNTIME);
	now += REF(10);
	b = rd(vp0, HV_X64_MSR_VP_RUNTIME);
	CHECK(b > a && b <= time_ref_peek(p));			/* 166 */
	vp0->runtime_tsc = now - vp0->enter_tsc;
	vp0->running = 0;
	now += REF(5000);
	CHECK(b - time_tsc_to_100ns(vp0->runtime_tsc) <= 1);
	CHECK_EQ(rd(vp0, HV_X64_MSR_VP_RUNTIME), b);		/* stopped */
	vp0->running = 1;
	sim_exit();
}

static void break_time(void)
{
	u64 a, b;

	sim_init_with(~0ull, ~0u, 0, HVPART_BREAK_REFERENCE_TIME, 1);
	advance(vp0, 100000);
	a = rd(vp0, HV_X64_MSR_TIME_REF_COUNT);
	now += REF(2);
	b = rd(vp0, HV_X64_MSR_TIME_REF_COUNT);
	CHECK_EQ(a, b);
	now += REF(2000);
	CHECK(rd(vp0, HV_X64_MSR_TIME_REF_COUNT) > b);	/* it hangs nobody */
	sim_exit();
}

const struct test time_tests[] = {
	{ "time_counter", counter },
	{ "time_counter_stuck", counter_stuck },
	{ "time_rates", rates },
	{ "time_tsc_page", tsc_page },
	{ "time_sequence_wraps", sequence_wraps },
	{ "time_sequence_order", sequence_order },
	{ "time_freeze", freeze },
	{ "time_far_deadlines", far_deadlines },
	{ "time_tsc", tsc },
	{ "time_invariant", invariant },
	{ "time_run_time", run_time },
	{ "time_break", break_time },
	{ NULL, NULL }
};
