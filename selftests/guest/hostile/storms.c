// SPDX-License-Identifier: GPL-2.0
/* Interrupts: too many, to anybody, in any state. */
#include "hostile.h"

#define STORM_MS	1500

static void ring_all(void *arg)
{
	struct timeout t = timeout_ms(STORM_MS);

	(void)arg;
	irq_on();
	while (!expired(t)) {
		for (u32 i = 0; i < 50; i++) {
			wrmsr(X2APIC_ICR, ICR_ALL | (0x40 + i));
			hcall_fast(HVCALL_SEND_IPI, 0x80 + i, ~0ULL);
		}
	}
	irq_off();
}

static void on_all(void (*fn)(void *))
{
	for (u32 n = 1; n < nr_cpus; n++)
		run_async(n, fn, NULL);
	fn(NULL);
	for (u32 n = 1; n < nr_cpus; n++)
		run_wait(n);
}

static void ipi_storm(void)
{
	on_all(ring_all);
}

static void time_all(void *arg)
{
	struct timeout t = timeout_ms(STORM_MS);

	(void)arg;
	wrmsr(HV_X64_MSR_SIMP, (u64)page_alloc() | ON);
	wrmsr(HV_X64_MSR_SCONTROL, 1);
	wrmsr(HV_X64_MSR_SINT3, 0x90);
	for (u32 i = 0; i < 4; i++) {
		u64 mode = i & 1 ? 3ULL << HV_STIMER_SINTX_SHIFT :
			HV_STIMER_DIRECT_MODE |
			(u64)(0x91 + i) << HV_STIMER_APIC_VECTOR_SHIFT;

		wrmsr(HV_X64_MSR_STIMER0_COUNT + 2 * i, 1);
		wrmsr(HV_X64_MSR_STIMER0_CONFIG + 2 * i, mode |
		      HV_STIMER_PERIODIC | HV_STIMER_ENABLE);
	}
	wrmsr(X2APIC_LVT_TIMER, 0x20000 | 0xA0);
	wrmsr(X2APIC_DIVIDE, 0xB);
	wrmsr(X2APIC_INIT_COUNT, 1);
	irq_on();
	while (!expired(t))
		pause();
	irq_off();
	for (u32 i = 0; i < 4; i++)
		wrmsr(HV_X64_MSR_STIMER0_CONFIG + 2 * i, 0);
	wrmsr(X2APIC_INIT_COUNT, 0);
	wrmsr(HV_X64_MSR_SIMP, 0);
}

/* It may well starve itself: the suite ends it. */
static void timer_storm(void)
{
	print("@@running\n");
	on_all(time_all);
}

/* Counts around every wrap that a computation may have. */
static void timer_values(void)
{
	static const u64 counts[] = {
		0, 1, 2, 0x7FFFFFFFFFFFFFFFULL, 0x8000000000000000ULL, ~0ULL,
		~0ULL - 1, 0xFFFFFFFF, 0x100000000ULL,
	};

	for (u32 i = 0; i < 3000; i++) {
		u32 n = i & 3;

		/* One at a time, or it is timer_storm(). */
		for (u32 k = 0; k < 4; k++)
			wrmsr(HV_X64_MSR_STIMER0_CONFIG + 2 * k, 0);
		wrmsr_safe(HV_X64_MSR_STIMER0_CONFIG + 2 * n,
			   random() & (i & 4 ? ~0ULL : 0xFFFFF));
		wrmsr_safe(HV_X64_MSR_STIMER0_COUNT + 2 * n,
			   i % 3 ? counts[i % ARRAY_SIZE(counts)] : random());
		wrmsr_safe(X2APIC_INIT_COUNT, counts[i % ARRAY_SIZE(counts)]);
		wrmsr_safe(X2APIC_DIVIDE, i & 0xB);
	}
	for (u32 n = 0; n < 4; n++)
		wrmsr(HV_X64_MSR_STIMER0_CONFIG + 2 * n, 0);
	wrmsr(X2APIC_INIT_COUNT, 0);
}

static void nmi_storm(void)
{
	for (u32 i = 0; i < 5000; i++) {
		wrmsr(X2APIC_ICR, ICR_NMI | ICR_SELF);
		wrmsr(X2APIC_ICR, ICR_NMI | ICR_OTHERS);
		hcall_fast(HVCALL_SEND_IPI, 2, ~0ULL);
	}
}

/* INIT and SIPI to a CPU in whatever state it happens to be. */
static void init_sipi(bool with_nmi)
{
	if (nr_cpus < 2)
		return;
	for (u32 i = 0; i < 2000; i++) {
		u32 what = random() % (with_nmi ? 4 : 3);

		if (what == 0)
			apic_send(apic_id(1), ICR_INIT);
		else if (what == 1)
			apic_send(apic_id(1), ICR_SIPI | TRAMPOLINE >> 12);
		else if (what == 2)
			apic_send(apic_id(1), 0x70);
		else
			apic_send(apic_id(1), ICR_NMI);
		if (i % 100 == 0)
			delay_us(200);
	}
	cpus[1].work = NULL;
	CHECK(smp_start(1), "CPU 1 does not start again");
}

static void init_sipi_storm(void)
{
	init_sipi(false);
}

/* An NMI before there is an IDT: a triple fault is the guest's own. */
static void init_nmi_storm(void)
{
	init_sipi(true);
}

static void end_it(void *arg)
{
	(void)arg;
	delay_us(300000);
	print("@@survived init-self\n");
	poweroff();
}

/* The boot processor waits for SIPI for ever; another one ends the guest. */
static void init_self(void)
{
	run_async(1, end_it, NULL);
	wrmsr(X2APIC_ICR, ICR_INIT | ICR_SELF);
	apic_send(apic_id(0), ICR_INIT);
	for (;;)
		pause();
}

/* Everything but ourselves gets INIT: no wait may hang on them. */
static void init_others(void)
{
	wrmsr(X2APIC_ICR, ICR_INIT | ICR_OTHERS);
	hcall_fast(HVCALL_SEND_IPI, 0x70, ~1ULL);
	hcall_status(HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE, (u64)page_alloc(), 0);
	delay_us(100000);
}

const struct hostile interrupt_cases[] = {
	{ "ipi-storm", ipi_storm },
	{ "timer-storm", timer_storm },
	{ "timer-values", timer_values },
	{ "nmi-storm", nmi_storm },
	{ "init-sipi-storm", init_sipi_storm },
	{ "init-nmi-storm", init_nmi_storm },
	{ "init-self", init_self },
	{ "init-others", init_others },
	{ NULL, NULL }
};
