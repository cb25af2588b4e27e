// SPDX-License-Identifier: GPL-2.0
/*
 * Figures: what single operations of a child cost in TSC ticks, two RDTSC
 * included. Under the emulator's instruction counter a tick is an instruction.
 *
 *	count=N		of each (1000)
 *	only=KEY	of one alone, so that the host's counters are about it
 *	cpus=2		for what needs a second VP
 *
 * Prints "@@bench KEY MIN MEDIAN".
 */
#include "apic.h"
#include "bench.h"
#include "guest.h"
#include "hyperv.h"

#define MAX_COUNT	20000
#define VEC		0x60
#define UNKNOWN_CALL	0x0FFF
/* Nobody answers there; the worker reads ones. */
#define UNCLAIMED_PORT	0x2F0

static u32 ticks[MAX_COUNT];
static volatile u64 handled;
static bool enough;

static u64 nothing(void)
{
	u64 t = now();

	return now() - t;
}

static u64 null_hypercall(void)
{
	u64 t = now();

	hcall(UNKNOWN_CALL, 0, 0);
	return now() - t;
}

static u64 do_cpuid(void)
{
	u64 t = now();

	cpuid(HYPERV_CPUID_VENDOR_AND_MAX_FUNCTIONS, 0);
	return now() - t;
}

static u64 rdmsr_vp_index(void)
{
	u64 t = now();

	rdmsr(HV_X64_MSR_VP_INDEX);
	return now() - t;
}

static u64 rdmsr_ref_time(void)
{
	u64 t = now();

	rdmsr(HV_X64_MSR_TIME_REF_COUNT);
	return now() - t;
}

static void handler(struct regs *r)
{
	(void)r;
	handled++;
	apic_eoi();
}

/* ICR, handler, EOI, and the way back. */
static u64 self_ipi(void)
{
	u64 before = handled, t = now();

	apic_self(VEC);
	while (handled == before)
		;
	return now() - t;
}

static void take_ipis(void *arg)
{
	(void)arg;
	irq_on();
	while (!__atomic_load_n(&enough, __ATOMIC_RELAXED))
		;
	irq_off();
}

/* To a VP that runs elsewhere, until its handler has been seen. */
static u64 ipi_other_vp(void)
{
	u64 before = handled, t = now();

	apic_send(apic_id(1), ICR_FIXED | VEC);
	while (handled == before)
		;
	return now() - t;
}

static u64 user_exit(void)
{
	u64 t = now();

	outb(UNCLAIMED_PORT, 0);
	return now() - t;
}

/* To an earlier deadline, which no interrupt follows. */
static u64 stimer_rearm(void)
{
	static u64 deadline;
	u64 t;

	if (!deadline)
		deadline = ref_time() + 1000000 * REF_MS;
	deadline -= REF_MS;
	t = now();
	wrmsr(HV_X64_MSR_STIMER0_COUNT, deadline);
	return now() - t;
}

static const struct {
	const char *key;
	u64 (*op)(void);
	u32 cpus;
	bool named;	/* only if it is asked for: it needs more of the host */
} ops[] = {
	{ "rdtsc_pair", nothing, 1, false },
	{ "child_null_hypercall", null_hypercall, 1, false },
	{ "child_cpuid", do_cpuid, 1, false },
	{ "child_rdmsr_vp_index", rdmsr_vp_index, 1, false },
	{ "child_rdmsr_ref_time", rdmsr_ref_time, 1, false },
	{ "child_self_ipi", self_ipi, 1, false },
	{ "child_stimer_rearm", stimer_rearm, 1, false },
	{ "child_out_unclaimed", user_exit, 1, false },
	{ "child_ipi_other_vp", ipi_other_vp, 2, false },
	{ "vmbus_pingpong", vmbus_pingpong, 1, true },
	{ "vmbus_bytes", vmbus_stream, 1, true },
};

static void sort(u32 *a, u32 n)
{
	for (u32 gap = n / 2; gap; gap /= 2) {
		for (u32 i = gap; i < n; i++) {
			u32 v = a[i], k = i;

			for (; k >= gap && a[k - gap] > v; k -= gap)
				a[k] = a[k - gap];
			a[k] = v;
		}
	}
}

static void measure(const char *key, u64 (*op)(void), u32 count)
{
	op();
	for (u32 i = 0; i < count; i++)
		ticks[i] = op();
	sort(ticks, count);
	print("@@bench %s %u %u\n", key, ticks[0], ticks[count / 2]);
}

void guest_main(void)
{
	u32 count = option_number("count=", 1000);

	if (!hv_present())
		bail_out("no hypervisor that calls itself Microsoft Hv");
	count = MIN(MAX(count, 1U), MAX_COUNT);
	hcall_setup(NULL);
	irq_set(VEC, handler);
	wrmsr(HV_X64_MSR_STIMER0_CONFIG, HV_STIMER_AUTOENABLE |
	      HV_STIMER_DIRECT_MODE |
	      (u64)(VEC + 1) << HV_STIMER_APIC_VECTOR_SHIFT);
	smp_start_all(option_number("cpus=", 1));
	if (nr_cpus > 1)
		run_async(1, take_ipis, NULL);
	irq_on();
	for (u32 i = 0; i < ARRAY_SIZE(ops); i++)
		if (nr_cpus >= ops[i].cpus &&
		    (option("only=") ? option_is("only=", ops[i].key) :
				       !ops[i].named))
			measure(ops[i].key, ops[i].op, count);
	irq_off();
	__atomic_store_n(&enough, true, __ATOMIC_RELAXED);
	if (nr_cpus > 1)
		run_wait(1);
	print("@@done\n");
}
