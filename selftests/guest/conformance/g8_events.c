// SPDX-License-Identifier: GPL-2.0
/* 9.8 Event flags: set by the counterpart in the parent */
#include <hvpart/message.h>
#include "parent.h"

#define VEC		0x70
#define SINT		4
#define QUIET_US	20000

static volatile u8 *sief;
static u64 irqs_before;
static s32 port;

static void sief_on(void *page)
{
	sief = page;
	wrmsr(HV_X64_MSR_SIEFP, (u64)page | HV_SYNIC_SIEFP_ENABLE);
	wrmsr(HV_X64_MSR_SCONTROL, HV_SYNIC_CONTROL_ENABLE);
}

/* Flags 0 to 2047 of SINT are the parent's. */
static bool ready(void)
{
	sief_on(page_alloc());
	wrmsr(HV_X64_MSR_SINT0 + SINT, VEC);
	irqs_before = cpu()->irqs[VEC];
	port = parent_connect_event(0, SINT, 0, HV_EVENT_FLAGS_COUNT);
	return port >= 0;
}

static u64 irqs(void)
{
	return cpu()->irqs[VEC] - irqs_before;
}

static void quiet(void)
{
	irq_on();
	delay_us(QUIET_US);
	irq_off();
}

static bool take_flag(u32 sint, u32 flag)
{
	volatile u8 *p = sief + 256 * sint + flag / 8;

	return __atomic_fetch_and(p, (u8)~BIT(flag % 8), __ATOMIC_SEQ_CST) &
	       BIT(flag % 8);
}

static void signal_ok(u32 flag)
{
	same("the status of the parent's signal", parent_signal(port, flag),
	     HV_STATUS_SUCCESS);
}

static void t117_place_of_a_flag(void)
{
	static const u32 flags[] = { 0, 1, 7, 8, 63, 64, 1000, 2047 };

	sief_on(page_alloc());
	for (u32 s = 1; s < 16; s++) {
		wrmsr(HV_X64_MSR_SINT0 + s, VEC);
		port = parent_connect_event(0, s, 0, HV_EVENT_FLAGS_COUNT);
		if (port < 0)
			return;
		for (u32 i = 0; i < ARRAY_SIZE(flags); i++) {
			u32 n = flags[i];

			signal_ok(n);
			same("the byte", sief[256 * s + n / 8], BIT(n % 8));
			sief[256 * s + n / 8] = 0;
			CHECK(page_is((void *)sief, 0),
			      "SINT %u, flag %u: another bit is set", s, n);
		}
		parent_close(port);
	}
	/* The port's first flag is the connection's flag 0. */
	port = parent_connect_event(0, 5, 100, 3);
	if (port < 0)
		return;
	signal_ok(2);
	CHECK(take_flag(5, 102), "flag 2 after 100 is not 102");
	CHECK(page_is((void *)sief, 0), "another bit is set");
}

static void t118_one_interrupt(void)
{
	s32 efd;

	if (!ready())
		return;
	signal_ok(3);
	quiet();
	same("interrupts", irqs(), 1);
	CHECK(take_flag(SINT, 3), "the flag is clear");
	/* The same by an eventfd, without a call of the parent's program. */
	efd = parent_eventfd(port, 9);
	if (efd < 0)
		return;
	parent_write(efd);
	quiet();
	same("interrupts with an eventfd", irqs(), 2);
	CHECK(take_flag(SINT, 9), "the eventfd's flag is clear");
}

static void t119_set_already(void)
{
	if (!ready())
		return;
	signal_ok(3);
	quiet();
	for (u32 i = 0; i < 5; i++)
		signal_ok(3);
	quiet();
	same("interrupts", irqs(), 1);
	CHECK(take_flag(SINT, 3), "the flag is clear");
}

static void t120_again(void)
{
	if (!ready())
		return;
	for (u32 i = 0; i < 5; i++) {
		signal_ok(3);
		quiet();
		same("interrupts", irqs(), i + 1);
		CHECK(take_flag(SINT, 3), "the flag is clear");
	}
}

/* Refused, and nothing has happened when it is allowed again. */
static void refused(u32 msr, u64 off)
{
	u64 on;

	if (!ready())
		return;
	on = rdmsr(msr);
	wrmsr(msr, off);
	same("status", parent_signal(port, 3), HV_STATUS_INVALID_SYNIC_STATE);
	wrmsr(msr, on);
	quiet();
	same("interrupts", irqs(), 0);
	CHECK(page_is((void *)sief, 0), "a flag is set");
	signal_ok(3);
	CHECK(take_flag(SINT, 3), "the flag is clear afterwards");
}

static void t121_scontrol_off(void)
{
	refused(HV_X64_MSR_SCONTROL, 0);
}

static void t122_siefp_off(void)
{
	refused(HV_X64_MSR_SIEFP, 0);
}

static void t123_masked(void)
{
	refused(HV_X64_MSR_SINT0 + SINT, VEC | HV_SYNIC_SINT_MASKED);
}

/* --- 124: flags at full speed, and a handler that meets their sender ------------- */

#define FLAG		5	/* the first of them */

static u64 *seen;		/* all together */
static u64 seen_each[MAILBOX_FLAGS];

static void look_at_flags(struct regs *r)
{
	u64 n = *seen;

	(void)r;
	/* What is set behind this loop's back interrupts again. */
	for (u32 i = 0; i < MAILBOX_FLAGS; i++) {
		if (take_flag(SINT, FLAG + i)) {
			seen_each[i]++;
			n++;
		}
	}
	apic_eoi();
	WRITE_ONCE(*seen, n);
}

/* On the CPU that receives: halts half of the time. */
static void listen(void *arg)
{
	const u64 rounds = *(u64 *)arg, all = rounds * MAILBOX_FLAGS;
	struct timeout t = timeout_ms(4 * SOON_MS);
	u64 last = 0, n;

	heartbeat();
	for (n = 0; n < all && !expired(t); n = READ_ONCE(*seen)) {
		if (n < all / 2)
			irq_on_halt();
		else
			irq_on();
		pause();
		irq_off();
		if (n != last)
			t = timeout_ms(4 * SOON_MS);
		last = n;
	}
}

static void receiver_on(void *arg)
{
	sief_on(arg);
	wrmsr(HV_X64_MSR_SINT0 + SINT, VEC);
}

static void t124_two_flags(void)
{
	u64 begin = ref_time(), rounds = loops / MAILBOX_FLAGS + 1;
	s32 work;

	NEED_CPUS(2);
	seen = page_alloc();
	memset(seen_each, 0, sizeof(seen_each));
	run_on(1, receiver_on, page_alloc());
	irq_set(VEC, look_at_flags);
	port = parent_connect_event(1, SINT, 0, HV_EVENT_FLAGS_COUNT);
	if (port < 0)
		return;
	run_async(1, listen, &rounds);
	/* This VP waits in the parent: two CPUs for the two that matter. */
	work = parent_dialogue(port, FLAG, rounds, seen);
	parent_join(work, rounds);
	run_wait(1);
	print("# 124: %llu flags, %llu interrupts, %llu ms\n", *seen,
	      cpus[1].irqs[VEC], (ref_time() - begin) / REF_MS);
	for (u32 i = 0; i < MAILBOX_FLAGS; i++)
		same("how often a flag was seen", seen_each[i], rounds);
}

const struct test group8[] = {
	T(117, IN_PORTS, t117_place_of_a_flag,
	  "flag n of SINT s is bit n%8 of byte 256 s + n/8"),
	T(118, IN_PORTS, t118_one_interrupt,
	  "setting a clear flag interrupts once"),
	T(119, IN_PORTS, t119_set_already,
	  "a flag that is set already does not interrupt"),
	T(120, IN_PORTS, t120_again,
	  "a flag that was cleared interrupts again"),
	T(121, IN_PORTS, t121_scontrol_off,
	  "a signal with SCONTROL off returns 0x18"),
	T(122, IN_PORTS, t122_siefp_off,
	  "a signal with SIEFP off returns 0x18"),
	T(123, IN_PORTS, t123_masked,
	  "a signal to a masked SINT returns 0x18 and sets nothing"),
	T(124, IN_PORTS, t124_two_flags, "two flags set close together are seen"),
	{ 0 }
};
