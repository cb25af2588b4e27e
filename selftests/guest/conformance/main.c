// SPDX-License-Identifier: GPL-2.0
#include "conf.h"
#include "parent.h"

/* Longer than any test may take. */
#define REASON_SIZE	160

struct initial initial[MAX_CPUS];
u64 initial_os_id, initial_hypercall, initial_ref_tsc;
u64 loops;
u32 boot;

static enum { PASSED, FAILED, SKIPPED_IT } outcome;
static char reason[REASON_SIZE];
static struct spinlock outcome_lock;

/* By the numbers of their sections. */
static const struct test *const groups[] = {
	[1] = group1, [2] = group2, [3] = group3, [4] = group4, [5] = group5,
	[6] = group6, [7] = group7, [8] = group8, [9] = group9, [10] = group10,
	[11] = group11,
};

static const struct {
	const char *name;
	u32 boot;
} boots[] = {
	{ "main", IN_MAIN }, { "narrow", IN_NARROW }, { "lock", IN_LOCK },
	{ "crash", IN_CRASH }, { "message", IN_MESSAGE },
	{ "bad-message", IN_BAD_MESSAGE }, { "ports", IN_PORTS },
};

/* The first reason is the one that explains the others. */
void fail(const char *fmt, ...)
{
	u64 flags = irq_save();
	__builtin_va_list args;

	__builtin_va_start(args, fmt);
	spin_lock(&outcome_lock);
	if (outcome != FAILED)
		format(reason, REASON_SIZE, fmt, args);
	outcome = FAILED;
	spin_unlock(&outcome_lock);
	__builtin_va_end(args);
	irq_restore(flags);
}

void skip(const char *fmt, ...)
{
	__builtin_va_list args;

	__builtin_va_start(args, fmt);
	if (outcome == PASSED) {
		format(reason, REASON_SIZE, fmt, args);
		outcome = SKIPPED_IT;
	}
	__builtin_va_end(args);
}

void same(const char *what, u64 got, u64 want)
{
	if (got != want)
		fail("%s is %#llx, not %#llx", what, got, want);
}

void msr_is(const char *what, u32 msr, u64 want)
{
	u64 val;
	u32 fault = rdmsr_safe(msr, &val);

	if (fault)
		fail("reading %s: exception %u", what, fault & 0xFF);
	else
		same(what, val, want);
}

void msr_read_faults(const char *what, u32 msr)
{
	u64 val;
	u32 fault = rdmsr_safe(msr, &val);

	if (!fault)
		fail("reading %s gives %#llx", what, val);
	else if (fault != FAULT_GP)
		fail("reading %s: exception %u", what, fault & 0xFF);
}

void msr_write_faults(const char *what, u32 msr, u64 val)
{
	u32 fault = wrmsr_safe(msr, val);

	if (!fault)
		fail("writing %#llx to %s works", val, what);
	else if (fault != FAULT_GP)
		fail("writing %s: exception %u", what, fault & 0xFF);
}

struct msr_access { u32 msr; u64 val; };

static void do_rdmsr(void *arg)
{
	struct msr_access *a = arg;

	if (rdmsr_safe(a->msr, &a->val))
		fail("reading MSR %#x on CPU %u faults", a->msr, cpu()->index);
}

static void do_wrmsr(void *arg)
{
	struct msr_access *a = arg;

	if (wrmsr_safe(a->msr, a->val))
		fail("writing %#llx to MSR %#x on CPU %u faults", a->val,
		     a->msr, cpu()->index);
}

u64 rdmsr_on(u32 n, u32 msr)
{
	struct msr_access a = { msr, 0 };

	run_on(n, do_rdmsr, &a);
	return a.val;
}

void wrmsr_on(u32 n, u32 msr, u64 val)
{
	struct msr_access a = { msr, val };

	run_on(n, do_wrmsr, &a);
}

struct hv_message *sim_on(void *page)
{
	wrmsr(HV_X64_MSR_SIMP, (u64)page | HV_SYNIC_SIMP_ENABLE);
	wrmsr(HV_X64_MSR_SCONTROL, HV_SYNIC_CONTROL_ENABLE);
	return page;
}

void until_ref(u64 when)
{
	struct timeout t = timeout_ms(SOON_MS);

	while (ref_time() < when) {
		if (expired(t)) {
			fail("the reference counter stands still");
			return;
		}
		pause();
	}
}

#define VEC_HEARTBEAT	0x32

/* Direct mode: no message, and an EOI that concerns no SINT. */
void heartbeat(void)
{
	wrmsr(HV_X64_MSR_STIMER3_CONFIG, HV_STIMER_DIRECT_MODE |
	      HV_STIMER_PERIODIC | HV_STIMER_AUTOENABLE |
	      VEC_HEARTBEAT << HV_STIMER_APIC_VECTOR_SHIFT);
	wrmsr(HV_X64_MSR_STIMER3_COUNT, 1000 * REF_MS);
}

static void look(void *arg)
{
	struct initial *in = &initial[cpu()->index];

	(void)arg;
	rdmsr_safe(HV_X64_MSR_VP_ASSIST_PAGE, &in->assist);
	rdmsr_safe(HV_X64_MSR_SCONTROL, &in->scontrol);
	rdmsr_safe(HV_X64_MSR_SIMP, &in->simp);
	rdmsr_safe(HV_X64_MSR_SIEFP, &in->siefp);
	for (u32 i = 0; i < 16; i++)
		rdmsr_safe(HV_X64_MSR_SINT0 + i, &in->sint[i]);
	for (u32 i = 0; i < 4; i++) {
		rdmsr_safe(HV_X64_MSR_STIMER0_CONFIG + 2 * i, &in->config[i]);
		rdmsr_safe(HV_X64_MSR_STIMER0_COUNT + 2 * i, &in->count[i]);
	}
}

static void clean_cpu(void *arg)
{
	(void)arg;
	for (u32 i = 0; i < 4; i++) {
		wrmsr_safe(HV_X64_MSR_STIMER0_COUNT + 2 * i, 0);
		wrmsr_safe(HV_X64_MSR_STIMER0_CONFIG + 2 * i, 0);
	}
	for (u32 i = 0; i < 16; i++)
		wrmsr_safe(HV_X64_MSR_SINT0 + i, HV_SYNIC_SINT_RESET);
	wrmsr_safe(HV_X64_MSR_SIMP, 0);
	wrmsr_safe(HV_X64_MSR_SIEFP, 0);
	wrmsr_safe(HV_X64_MSR_SCONTROL, 0);
	wrmsr_safe(HV_X64_MSR_VP_ASSIST_PAGE, 0);
	wrmsr(X2APIC_LVT_TIMER, LVT_MASKED);
	wrmsr(X2APIC_TPR, 0);
	/* Whatever a test left in service; each EOI ends one. */
	for (u32 i = 0; i < 16; i++)
		apic_eoi();
}

static void drain(void *arg)
{
	(void)arg;
	irq_on();
	irq_off();
}

static void clean(void)
{
	u64 page;

	irq_off();
	irq_reset();
	exception_set(NULL);
	if (boot == IN_PORTS)
		parent_reset();
	run_on_all(clean_cpu, NULL);
	run_on_all(drain, NULL);
	wrmsr_safe(HV_X64_MSR_REFERENCE_TSC, 0);
	rdmsr_safe(HV_X64_MSR_HYPERCALL, &page);
	if (!(page & HV_X64_MSR_HYPERCALL_LOCKED))
		hcall_setup(NULL);
}

static void report(const struct test *t)
{
	switch (outcome) {
	case PASSED:
		print("ok %u - %s\n", t->number, t->text);
		break;
	case FAILED:
		print("not ok %u - %s: %s\n", t->number, t->text, reason);
		break;
	default:
		print("ok %u - %s # SKIP %s\n", t->number, t->text, reason);
	}
}

static void call(void *arg)
{
	((const struct test *)arg)->fn();
}

/* A test that meets an exception has failed; the others go on. */
static void attempt(const struct test *t)
{
	const struct fault *f = &cpu()->fault;

	if (trap_escape(call, (void *)t))
		fail("exception %llu, error %#llx, at %#llx, CR2 %#llx",
		     f->vector, f->error, f->rip, f->cr2);
}

static void run(const struct test *t)
{
	u32 mark = page_mark();

	if (!t->fn) {
		print("ok %u - # SKIP %s\n", t->number, t->text);
		return;
	}
	outcome = PASSED;
	/* So that a guest that stops says where. */
	print("# %u\n", t->number);
	attempt(t);
	clean();
	page_release(mark);
	report(t);
}

static void find_boot(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(boots); i++)
		if (option_is("boot=", boots[i].name))
			boot = boots[i].boot;
	if (!boot)
		boot = IN_MAIN;
}

static void run_all(void)
{
	u64 only = option_number("only=", 0), group = option_number("group=", 0);

	for (u32 i = 1; i < ARRAY_SIZE(groups); i++) {
		const struct test *t = groups[i];

		if (group && group != i)
			continue;
		for (; t && t->number; t++)
			if (t->boots & boot && (!only || only == t->number))
				run(t);
	}
}

void guest_main(void)
{
	print("# conformance guest: %s\n", cmdline());
	find_boot();
	loops = option_number("loops=", 50000);
	if (!hv_present() && !option("anyway"))
		bail_out("no hypervisor that calls itself Microsoft Hv");
	initial_os_id = initial_hypercall = initial_ref_tsc = ~0ULL;
	rdmsr_safe(HV_X64_MSR_GUEST_OS_ID, &initial_os_id);
	rdmsr_safe(HV_X64_MSR_HYPERCALL, &initial_hypercall);
	rdmsr_safe(HV_X64_MSR_REFERENCE_TSC, &initial_ref_tsc);
	memset(initial, 0xFF, sizeof(initial));
	smp_start_all(option_number("cpus=", 1));
	run_on_all(look, NULL);
	print("# %u VPs, TSC %llu Hz\n", nr_cpus, tsc_hz);
	clean();
	run_all();
	print("# done\n");
}
