// SPDX-License-Identifier: GPL-2.0
/* 9.9 Timers: registers, one-shot, periodic, direct */
#include "conf.h"

#define VEC		0x70
#define CONFIG(n)	(HV_X64_MSR_STIMER0_CONFIG + 2 * (n))
#define COUNT(n)	(HV_X64_MSR_STIMER0_COUNT + 2 * (n))
#define DIRECT		(HV_STIMER_DIRECT_MODE | \
			 (u64)VEC << HV_STIMER_APIC_VECTOR_SHIFT)
#define TICKS		20

void t136_rewritten_with_sint_0(void);
void t143_message_header(void);
void t144_message_index(void);
void t145_message_expiration(void);
void t146_message_delivery(void);
void t147_busy_slot(void);
void t148_freed_slot(void);

static volatile u64 fired, fired_at[TICKS];

static void note(struct regs *r)
{
	(void)r;
	if (fired < TICKS)
		fired_at[fired] = ref_time();
	fired++;
	apic_eoi();
}

static void listen(void)
{
	fired = 0;
	irq_set(VEC, note);
	irq_on();
}

/* At least n expiries, then quiet. */
static bool heard(u64 n)
{
	bool ok = wait_for((const u64 *)&fired, n, SOON_MS);

	irq_off();
	return ok;
}

/* Nothing may come in this time; it is polled by reading, which exits. */
static void quiet_ms(u64 ms)
{
	until_ref(ref_time() + ms * REF_MS);
}

static void t125_at_boot(void)
{
	for (u32 n = 0; n < nr_cpus; n++) {
		for (u32 i = 0; i < 4; i++) {
			same("config", initial[n].config[i], 0);
			same("count", initial[n].count[i], 0);
		}
	}
}

static void one_shot(u32 timer, u64 delta)
{
	u64 when;

	listen();
	wrmsr(CONFIG(timer), DIRECT | HV_STIMER_AUTOENABLE);
	when = ref_time() + delta;
	wrmsr(COUNT(timer), when);
	REQUIRE(heard(1), "timer %u does not fire", timer);
	CHECK(fired_at[0] >= when, "timer %u fires %llu early", timer,
	      when - fired_at[0]);
	same("expiries", fired, 1);
}

static void t126_not_early(void)
{
	static const u32 delta[] = { 10, 100, 1000, 5000, 20000, 200000 };

	for (u32 timer = 0; timer < 4; timer++)
		for (u32 i = 0; i < ARRAY_SIZE(delta); i++)
			one_shot(timer, delta[i]);
}

static void t127_enable_reads_0(void)
{
	one_shot(0, 2 * REF_MS);
	same("Enable", rdmsr(CONFIG(0)) & HV_STIMER_ENABLE, 0);
}

static void t128_other_bits_stay(void)
{
	u64 val = DIRECT | HV_STIMER_AUTOENABLE | 5ULL << HV_STIMER_SINTX_SHIFT;

	listen();
	wrmsr(CONFIG(2), val);
	wrmsr(COUNT(2), ref_time() + 2 * REF_MS);
	same("config while armed", rdmsr(CONFIG(2)), val | HV_STIMER_ENABLE);
	REQUIRE(heard(1), "it does not fire");
	same("config but Enable", rdmsr(CONFIG(2)) & ~HV_STIMER_ENABLE, val);
}

static void t129_auto_enable(void)
{
	wrmsr(CONFIG(1), DIRECT | HV_STIMER_AUTOENABLE);
	same("Enable before", rdmsr(CONFIG(1)) & HV_STIMER_ENABLE, 0);
	wrmsr(COUNT(1), ~0ULL >> 2);
	same("Enable", rdmsr(CONFIG(1)) & HV_STIMER_ENABLE, HV_STIMER_ENABLE);
}

static void t130_no_auto_enable(void)
{
	wrmsr(CONFIG(1), DIRECT);
	wrmsr(COUNT(1), ~0ULL >> 2);
	same("Enable", rdmsr(CONFIG(1)) & HV_STIMER_ENABLE, 0);
	wrmsr(CONFIG(1), DIRECT | HV_STIMER_ENABLE);
	wrmsr(COUNT(1), ~0ULL >> 3);
	same("Enable", rdmsr(CONFIG(1)) & HV_STIMER_ENABLE, HV_STIMER_ENABLE);
}

static void t131_count_0(void)
{
	wrmsr(CONFIG(1), DIRECT | HV_STIMER_AUTOENABLE);
	wrmsr(COUNT(1), ~0ULL >> 2);
	wrmsr(COUNT(1), 0);
	same("Enable", rdmsr(CONFIG(1)) & HV_STIMER_ENABLE, 0);
	same("AutoEnable", rdmsr(CONFIG(1)) & HV_STIMER_AUTOENABLE,
	     HV_STIMER_AUTOENABLE);
}

static void t132_count_0_prevents(void)
{
	listen();
	wrmsr(CONFIG(1), DIRECT | HV_STIMER_AUTOENABLE);
	wrmsr(COUNT(1), ref_time() + 500 * REF_MS);
	wrmsr(COUNT(1), 0);
	quiet_ms(600);
	irq_off();
	same("expiries", fired, 0);
}

static void t133_enabled_without_count(void)
{
	listen();
	same("fault", wrmsr_safe(CONFIG(0), DIRECT | HV_STIMER_ENABLE |
				 HV_STIMER_AUTOENABLE), 0);
	quiet_ms(20);
	same("expiries", fired, 0);
	same("AutoEnable", rdmsr(CONFIG(0)) & HV_STIMER_AUTOENABLE,
	     HV_STIMER_AUTOENABLE);
	/* And it works afterwards: Linux starts like this. */
	wrmsr(COUNT(0), ref_time() + 1 * REF_MS);
	CHECK(heard(1), "it does not fire");
}

static void t134_past_by_auto_enable(void)
{
	static const u64 ago[] = { 0, 1, 1000 };

	for (u32 i = 0; i < ARRAY_SIZE(ago); i++) {
		listen();
		wrmsr(CONFIG(0), DIRECT | HV_STIMER_AUTOENABLE);
		wrmsr(COUNT(0), ref_time() - ago[i]);
		CHECK(heard(1), "%llu ago does not fire", ago[i]);
	}
	listen();
	wrmsr(CONFIG(0), DIRECT | HV_STIMER_AUTOENABLE);
	wrmsr(COUNT(0), 1);
	CHECK(heard(1), "count 1 does not fire");
}

static void t135_past_by_enable(void)
{
	listen();
	wrmsr(CONFIG(0), 0);
	wrmsr(COUNT(0), 1);
	wrmsr(CONFIG(0), DIRECT | HV_STIMER_ENABLE);
	CHECK(heard(1), "it does not fire");
	same("Enable", rdmsr(CONFIG(0)) & HV_STIMER_ENABLE, 0);
}

static void t137_direct_with_sint_0(void)
{
	wrmsr(COUNT(3), ~0ULL >> 2);
	wrmsr(CONFIG(3), DIRECT | HV_STIMER_ENABLE);
	same("config", rdmsr(CONFIG(3)), DIRECT | HV_STIMER_ENABLE);
	wrmsr(CONFIG(3), DIRECT | HV_STIMER_ENABLE);
	same("config", rdmsr(CONFIG(3)), DIRECT | HV_STIMER_ENABLE);
}

static void t138_direct_writes_no_message(void)
{
	void *page = page_alloc();

	sim_on(page);
	for (u32 i = 0; i < 16; i++)
		wrmsr(HV_X64_MSR_SINT0 + i, 0x71);
	one_shot(1, 2 * REF_MS);
	same("SINT interrupts", apic_bit(X2APIC_IRR, 0x71), 0);
	CHECK(page_is(page, 0), "there is a message");
}

static void t139_direct_not_offered(void)
{
	REQUIRE(!(hv_features().edx & HV_STIMER_DIRECT_MODE_AVAILABLE),
		"direct mode is offered here");
	msr_write_faults("timer config", CONFIG(0), DIRECT);
	msr_write_faults("timer config", CONFIG(0), DIRECT | HV_STIMER_ENABLE);
	msr_is("timer config", CONFIG(0), 0);
}

#define PERIOD		(3 * REF_MS)

/* Reference time just before it was enabled. */
static u64 periodic(u32 timer, u64 ticks)
{
	u64 start;

	listen();
	wrmsr(COUNT(timer), PERIOD);
	start = ref_time();
	wrmsr(CONFIG(timer), DIRECT | HV_STIMER_PERIODIC | HV_STIMER_ENABLE);
	CHECK(heard(ticks), "only %llu expiries", fired);
	return start;
}

static void t140_periodic_stays(void)
{
	periodic(0, 3);
	same("config", rdmsr(CONFIG(0)), DIRECT | HV_STIMER_PERIODIC |
	     HV_STIMER_ENABLE);
	wrmsr(CONFIG(0), 0);
	irq_on();
	irq_off();
	fired = 0;
	irq_on();
	quiet_ms(10);
	irq_off();
	same("expiries after it was disabled", fired, 0);
}

static void t141_first_period(void)
{
	for (u32 i = 0; i < 10; i++) {
		u64 start = periodic(i % 4, 1);

		wrmsr(CONFIG(i % 4), 0);
		CHECK(fired_at[0] >= start + PERIOD,
		      "the first comes %llu early",
		      start + PERIOD - fired_at[0]);
	}
}

static void t142_nth_period(void)
{
	u64 start = periodic(0, TICKS);

	for (u32 n = 0; n < TICKS; n++)
		CHECK(fired_at[n] >= start + (n + 1) * PERIOD,
		      "expiry %u comes %llu early", n + 1,
		      start + (n + 1) * PERIOD - fired_at[n]);
}

static void t149_count_reads_back(void)
{
	u64 when = ref_time() + 10000 * REF_MS;

	wrmsr(CONFIG(0), DIRECT | HV_STIMER_AUTOENABLE);
	wrmsr(COUNT(0), when);
	quiet_ms(2);
	same("count", rdmsr(COUNT(0)), when);
	wrmsr(CONFIG(0), 0);
	wrmsr(COUNT(0), PERIOD);
	wrmsr(CONFIG(0), DIRECT | HV_STIMER_PERIODIC | HV_STIMER_ENABLE);
	quiet_ms(2);
	same("period", rdmsr(COUNT(0)), PERIOD);
}

static void t150_independent(void)
{
	u64 before;

	NEED_CPUS(2);
	before = READ_ONCE(cpus[1].irqs[VEC]);
	wrmsr_on(1, CONFIG(0), DIRECT | HV_STIMER_AUTOENABLE);
	same("config of CPU 0", rdmsr(CONFIG(0)), 0);
	irq_set(VEC, NULL);
	fired = 0;
	wrmsr_on(1, COUNT(0), ref_time() + 2 * REF_MS);
	same("count of CPU 0", rdmsr(COUNT(0)), 0);
	irq_on();
	CHECK(wait_for(&cpus[1].irqs[VEC], before + 1, SOON_MS),
	      "it does not fire on CPU 1");
	irq_off();
	same("pending on CPU 0", apic_bit(X2APIC_IRR, VEC), 0);
	one_shot(0, 1 * REF_MS);
	same("interrupts of CPU 1", cpus[1].irqs[VEC] - before, 1);
}

const struct test group9[] = {
	T(125, IN_MAIN, t125_at_boot, "timer registers read 0 at first"),
	T(126, IN_MAIN, t126_not_early, "a one-shot timer is never early"),
	T(127, IN_MAIN, t127_enable_reads_0,
	  "Enable reads 0 after a one-shot expiry"),
	T(128, IN_MAIN, t128_other_bits_stay,
	  "other config bits stay after a one-shot expiry"),
	T(129, IN_MAIN, t129_auto_enable, "AutoEnable: a count sets Enable"),
	T(130, IN_MAIN, t130_no_auto_enable,
	  "without AutoEnable a count leaves Enable"),
	T(131, IN_MAIN, t131_count_0, "count 0 clears Enable"),
	T(132, IN_MAIN, t132_count_0_prevents, "count 0 prevents the expiry"),
	T(133, IN_MAIN, t133_enabled_without_count,
	  "Enable with count 0 neither faults nor fires"),
	T(134, IN_MAIN, t134_past_by_auto_enable,
	  "a past count through AutoEnable fires at once"),
	T(135, IN_MAIN, t135_past_by_enable,
	  "enabling with a past count fires at once"),
	T(136, IN_MAIN, t136_rewritten_with_sint_0,
	  "a message-mode timer with SINT 0 reads Enable 0"),
	T(137, IN_MAIN, t137_direct_with_sint_0,
	  "a direct timer with SINT 0 stays enabled"),
	T(138, IN_MAIN, t138_direct_writes_no_message,
	  "a direct timer raises its vector and writes no message"),
	T(139, IN_NARROW, t139_direct_not_offered,
	  "direct mode that is not offered raises #GP"),
	T(140, IN_MAIN, t140_periodic_stays, "a periodic timer stays enabled"),
	T(141, IN_MAIN, t141_first_period, "the first period is not early"),
	T(142, IN_MAIN, t142_nth_period, "the nth period is not early"),
	T(143, IN_MAIN, t143_message_header, "the header of a timer message"),
	T(144, IN_MAIN, t144_message_index, "the timer index in the message"),
	T(145, IN_MAIN, t145_message_expiration,
	  "the expiration time in the message"),
	T(146, IN_MAIN, t146_message_delivery,
	  "the delivery time in the message"),
	T(147, IN_MAIN, t147_busy_slot,
	  "a busy slot gets the pending flag and no interrupt"),
	T(148, IN_MAIN, t148_freed_slot, "the expiry comes after EOM"),
	T(149, IN_MAIN, t149_count_reads_back, "the count reads as written"),
	T(150, IN_MAIN, t150_independent, "timers of VPs are independent"),
	{ 0 }
};
