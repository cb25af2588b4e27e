// SPDX-License-Identifier: GPL-2.0
/* 9.2 Guest OS ID, hypercall page, VP index, reset, idle */
#include "conf.h"

#define PATTERN		0x5AA5C33C0FF0A55AULL
#define ENABLE		HV_X64_MSR_HYPERCALL_ENABLE
#define VEC		0x62

static void t013_os_id_at_boot(void)
{
	same("guest OS ID", initial_os_id, 0);
	same("hypercall MSR", initial_hypercall, 0);
}

static void t014_os_id_is_shared(void)
{
	u64 id = 0x8123456789ABCDEFULL;

	NEED_CPUS(2);
	wrmsr(HV_X64_MSR_GUEST_OS_ID, id);
	same("guest OS ID on CPU 1", rdmsr_on(1, HV_X64_MSR_GUEST_OS_ID), id);
	wrmsr_on(1, HV_X64_MSR_GUEST_OS_ID, 7);
	msr_is("guest OS ID", HV_X64_MSR_GUEST_OS_ID, 7);
}

static void t015_no_page_without_id(void)
{
	u64 val;

	wrmsr(HV_X64_MSR_HYPERCALL, 0);
	wrmsr(HV_X64_MSR_GUEST_OS_ID, 0);
	wrmsr_safe(HV_X64_MSR_HYPERCALL, (u64)page_alloc() | ENABLE);
	val = rdmsr(HV_X64_MSR_HYPERCALL);
	CHECK(!(val & ENABLE), "the MSR reads %#llx", val);
}

static void t016_page_reads_back(void)
{
	u64 val = (u64)page_alloc() | ENABLE;

	wrmsr(HV_X64_MSR_HYPERCALL, val);
	msr_is("hypercall MSR", HV_X64_MSR_HYPERCALL, val);
}

static void t017_page_is_shared(void)
{
	u64 val = rdmsr(HV_X64_MSR_HYPERCALL);

	for (u32 n = 1; n < nr_cpus; n++)
		same("hypercall MSR elsewhere",
		     rdmsr_on(n, HV_X64_MSR_HYPERCALL), val);
}

static void t018_id_0_disables(void)
{
	wrmsr(HV_X64_MSR_GUEST_OS_ID, 0);
	same("enable bit", rdmsr(HV_X64_MSR_HYPERCALL) & ENABLE, 0);
}

static void t019_page_out_of_range(void)
{
	u32 bits = cpuid(0x80000008, 0).eax & 0xFF;
	u64 was = rdmsr(HV_X64_MSR_HYPERCALL);

	REQUIRE(bits >= 32 && bits <= 52, "%u address bits", bits);
	msr_write_faults("hypercall MSR", HV_X64_MSR_HYPERCALL,
			 BIT(bits) | ENABLE);
	msr_write_faults("hypercall MSR", HV_X64_MSR_HYPERCALL,
			 ~(PAGE_SIZE - 1) | ENABLE);
	msr_is("hypercall MSR", HV_X64_MSR_HYPERCALL, was);
}

static void t020_page_is_read_only(void)
{
	volatile u64 *page = hcall_page();
	u64 was = *page;
	u32 fault = write64_safe(page, ~was);

	CHECK(fault == FAULT_GP, "the write ends with %#x", fault);
	same("page", *page, was);
}

static void t021_page_uncovers(void)
{
	void *page = page_alloc();

	page_fill(page, PATTERN);
	hcall_setup(page);
	CHECK(*(volatile u64 *)page != PATTERN, "the page shows memory");
	wrmsr(HV_X64_MSR_HYPERCALL, 0);
	CHECK(page_is(page, PATTERN), "memory below has changed");
}

static void t022_page_moves(void)
{
	void *a = page_alloc(), *b = page_alloc();

	page_fill(a, PATTERN);
	page_fill(b, ~PATTERN);
	hcall_setup(a);
	wrmsr(HV_X64_MSR_HYPERCALL, (u64)b | ENABLE);
	CHECK(page_is(a, PATTERN), "memory below the old place has changed");
	hcall_setup(b);
	same("status at the new place", hcall_fast(0x0FFF, 0, 0),
	     HV_STATUS_INVALID_HYPERCALL_CODE);
	wrmsr(HV_X64_MSR_HYPERCALL, 0);
	CHECK(page_is(b, ~PATTERN), "memory below the new place has changed");
}

static void t023_locked(void)
{
	u64 val = rdmsr(HV_X64_MSR_HYPERCALL) | HV_X64_MSR_HYPERCALL_LOCKED;

	wrmsr(HV_X64_MSR_HYPERCALL, val);
	msr_is("hypercall MSR", HV_X64_MSR_HYPERCALL, val);
	wrmsr_safe(HV_X64_MSR_HYPERCALL, 0);
	msr_is("hypercall MSR", HV_X64_MSR_HYPERCALL, val);
	wrmsr_safe(HV_X64_MSR_HYPERCALL, (u64)page_alloc() | ENABLE);
	msr_is("hypercall MSR", HV_X64_MSR_HYPERCALL, val);
	same("status", hcall_fast(0x0FFF, 0, 0),
	     HV_STATUS_INVALID_HYPERCALL_CODE);
}

static void t024_index_is_read_only(void)
{
	msr_write_faults("VP index", HV_X64_MSR_VP_INDEX, 0);
}

static void t025_indices_differ(void)
{
	u64 index[MAX_CPUS];

	for (u32 n = 0; n < nr_cpus; n++) {
		index[n] = rdmsr_on(n, HV_X64_MSR_VP_INDEX);
		for (u32 i = 0; i < n; i++)
			CHECK(index[i] != index[n], "CPUs %u and %u have %llu",
			      i, n, index[n]);
	}
}

static void t026_indices_in_limit(void)
{
	u32 limit = cpuid(HYPERV_CPUID_IMPLEMENT_LIMITS, 0).eax;

	for (u32 n = 0; limit && n < nr_cpus; n++)
		CHECK(rdmsr_on(n, HV_X64_MSR_VP_INDEX) < limit,
		      "CPU %u is over %u", n, limit);
}

static void t027_reset_reads_0(void)
{
	msr_is("reset MSR", HV_X64_MSR_RESET, 0);
}

static void t028_reset_0(void)
{
	u32 fault = wrmsr_safe(HV_X64_MSR_RESET, 0);

	CHECK(!fault, "exception %u", fault & 0xFF);
	same("guest OS ID", rdmsr(HV_X64_MSR_GUEST_OS_ID), GUEST_OS_ID);
}

/* The host sees whether the partition was reset. */
static void t029_reset_1(void)
{
	print("@@reset\n");
	wrmsr(HV_X64_MSR_RESET, HV_X64_MSR_RESET_ACTION);
	fail("the guest goes on");
}

static void later_ipi(void *arg)
{
	(void)arg;
	delay_us(20000);
	apic_send(apic_id(0), ICR_FIXED | VEC);
}

/* A wake-up for nothing is allowed, sleeping through the interrupt is not. */
static bool idle_until_pending(void)
{
	struct timeout t = timeout_ms(SOON_MS);

	while (!apic_bit(X2APIC_IRR, VEC)) {
		if (expired(t))
			return false;
		rdmsr(HV_X64_MSR_GUEST_IDLE);
	}
	return true;
}

static bool idle_possible(void)
{
	if (nr_cpus < 2)
		skip("needs 2 VPs");
	else if (!(hv_features().eax & HV_MSR_GUEST_IDLE_AVAILABLE))
		skip("the idle MSR is not offered");
	else
		return true;
	return false;
}

static void t030_idle_ends(void)
{
	u64 before = cpu()->irqs[VEC];

	if (!idle_possible())
		return;
	run_async(1, later_ipi, NULL);
	CHECK(idle_until_pending(), "no interrupt became pending");
	run_wait(1);
	/* One that waits already ends it too. */
	rdmsr(HV_X64_MSR_GUEST_IDLE);
	same("interrupts taken with IF = 0", cpu()->irqs[VEC] - before, 0);
	irq_on();
	irq_off();
}

static void t031_idle_interrupt_comes(void)
{
	u64 before = cpu()->irqs[VEC];

	if (!idle_possible())
		return;
	run_async(1, later_ipi, NULL);
	REQUIRE(idle_until_pending(), "no interrupt became pending");
	run_wait(1);
	same("interrupts before STI", cpu()->irqs[VEC] - before, 0);
	irq_on();
	irq_off();
	same("interrupts after STI", cpu()->irqs[VEC] - before, 1);
}

const struct test group2[] = {
	T(13, IN_MAIN | IN_NARROW, t013_os_id_at_boot,
	  "the guest OS ID reads 0 at first"),
	T(14, IN_MAIN, t014_os_id_is_shared,
	  "a guest OS ID reads back on another VP"),
	T(15, IN_MAIN, t015_no_page_without_id,
	  "no hypercall page without a guest OS ID"),
	T(16, IN_MAIN, t016_page_reads_back, "the hypercall MSR reads back"),
	T(17, IN_MAIN, t017_page_is_shared,
	  "the hypercall MSR is the same on every VP"),
	T(18, IN_MAIN, t018_id_0_disables,
	  "guest OS ID 0 disables the hypercall page"),
	T(19, IN_MAIN, t019_page_out_of_range,
	  "a hypercall page beyond the address space raises #GP"),
	T(20, IN_MAIN, t020_page_is_read_only,
	  "a write to the hypercall page raises #GP"),
	T(21, IN_MAIN, t021_page_uncovers,
	  "the disabled hypercall page uncovers memory"),
	T(22, IN_MAIN, t022_page_moves, "the hypercall page moves"),
	T(23, IN_LOCK, t023_locked, "the locked hypercall MSR stays"),
	T(24, IN_MAIN, t024_index_is_read_only,
	  "writing the VP index raises #GP"),
	T(25, IN_MAIN, t025_indices_differ, "VP indices differ"),
	T(26, IN_MAIN, t026_indices_in_limit,
	  "VP indices are below the limit of leaf 5"),
	T(27, IN_MAIN, t027_reset_reads_0, "the reset MSR reads 0"),
	T(28, IN_MAIN, t028_reset_0, "writing 0 to the reset MSR does nothing"),
	T(29, IN_LOCK, t029_reset_1,
	  "writing 1 to the reset MSR resets the partition"),
	T(30, IN_MAIN, t030_idle_ends,
	  "idle with IF = 0 ends when an IPI is pending"),
	T(31, IN_MAIN, t031_idle_interrupt_comes,
	  "the interrupt that ended idle comes after STI"),
	{ 0 }
};
