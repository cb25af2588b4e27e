// SPDX-License-Identifier: GPL-2.0
/*
 * One activity for ever, for suites that look at the root meanwhile:
 *
 *	do=spin|held|pause|hypercall|cpuid|rdmsr|out|ipi|timer|halt|nmi
 *	count=N		power off after so many (each), else never
 *	cpus=N		all of them do it
 *
 * Says "@@running" when all are at it.
 */
#include "apic.h"
#include "guest.h"
#include "hyperv.h"

#define VEC		0x60
#define TIMER_VEC	0x61
#define UNCLAIMED_PORT	0x2F0

static u64 count;

static void spin(void)
{
	barrier();
}

static void hypercall(void)
{
	hcall(0x0FFF, 0, 0);
}

/* With an interrupt that waits for ever. */
static void held(void)
{
	apic_self(VEC);
	hypercall();
}

static void do_cpuid(void)
{
	cpuid(HYPERV_CPUID_VENDOR_AND_MAX_FUNCTIONS, 0);
}

static void do_rdmsr(void)
{
	rdmsr(HV_X64_MSR_VP_INDEX);
}

static void out(void)
{
	outb(UNCLAIMED_PORT, 0);
}

static void self_ipi(void)
{
	irq_on();
	apic_self(VEC);
	irq_off();
}

/* Re-arms its timer and sleeps until it fires. */
static void timer(void)
{
	wrmsr(HV_X64_MSR_STIMER0_CONFIG, HV_STIMER_AUTOENABLE |
	      HV_STIMER_DIRECT_MODE |
	      (u64)TIMER_VEC << HV_STIMER_APIC_VECTOR_SHIFT);
	wrmsr(HV_X64_MSR_STIMER0_COUNT, ref_time() + REF_MS);
	irq_on_halt();
	irq_off();
}

static void halt(void)
{
	irq_on_halt();
	irq_off();
}

static void nmi(void)
{
	apic_send(apic_id(cpu()->index), ICR_NMI);
}

static const struct {
	const char *name;
	void (*once)(void);
} activities[] = {
	{ "spin", spin }, { "held", held }, { "pause", pause }, { "hypercall", hypercall },
	{ "cpuid", do_cpuid }, { "rdmsr", do_rdmsr }, { "out", out },
	{ "ipi", self_ipi }, { "timer", timer }, { "halt", halt },
	{ "nmi", nmi },
};

static void work(void *arg)
{
	void (*once)(void) = arg;

	irq_off();
	for (u64 i = 0; !count || i < count; i++)
		once();
}

void guest_main(void)
{
	void (*once)(void) = NULL;

	for (u32 i = 0; i < ARRAY_SIZE(activities); i++)
		if (option_is("do=", activities[i].name))
			once = activities[i].once;
	if (!once)
		bail_out("do what? %s", cmdline());
	count = option_number("count=", 0);
	hcall_setup(NULL);
	smp_start_all(option_number("cpus=", 1));
	for (u32 n = 1; n < nr_cpus; n++)
		run_async(n, work, (void *)once);
	print("@@running\n");
	work((void *)once);
	for (u32 n = 1; n < nr_cpus; n++)
		run_wait(n);
	print("@@done\n");
}
