// SPDX-License-Identifier: GPL-2.0
/* 9.5 SynIC registers and pages */
#include <hvpart/message.h>
#include "conf.h"

#define PATTERN		0x0123456789ABCDEFULL
#define MARK		0xFEEDFACECAFEF00DULL
#define ON		HV_X64_MSR_PAGE_ENABLE
#define VEC		0x70

static void t062_version(void)
{
	same("SVERSION 31:0", rdmsr(HV_X64_MSR_SVERSION) & 0xFFFFFFFF,
	     HV_SYNIC_VERSION_1);
}

static void t063_version_is_read_only(void)
{
	msr_write_faults("SVERSION", HV_X64_MSR_SVERSION, 1);
}

static void t064_eom_reads_0(void)
{
	msr_is("EOM", HV_X64_MSR_EOM, 0);
}

static void t065_eom_on_empty(void)
{
	void *sim = sim_on(page_alloc());
	u64 before = cpu()->irqs[VEC];

	for (u32 i = 1; i < 16; i++)
		wrmsr(HV_X64_MSR_SINT0 + i, VEC);
	wrmsr(HV_X64_MSR_EOM, 0);
	wrmsr(HV_X64_MSR_EOM, 0);
	irq_on();
	irq_off();
	same("interrupts", cpu()->irqs[VEC] - before, 0);
	CHECK(page_is(sim, 0), "something is in the message page");
}

static void t066_pages_at_boot(void)
{
	for (u32 n = 0; n < nr_cpus; n++) {
		same("SIMP", initial[n].simp, 0);
		same("SIEFP", initial[n].siefp, 0);
	}
}

static void t067_sints_at_boot(void)
{
	for (u32 n = 0; n < nr_cpus; n++)
		for (u32 i = 0; i < 16; i++)
			CHECK(initial[n].sint[i] == HV_SYNIC_SINT_RESET,
			      "SINT%u of CPU %u is %#llx", i, n,
			      initial[n].sint[i]);
}

static void t068_scontrol_at_boot(void)
{
	for (u32 n = 0; n < nr_cpus; n++)
		same("SCONTROL", initial[n].scontrol, 0);
}

static void store_and_read(const char *what, u32 msr, u64 val)
{
	u32 fault = wrmsr_safe(msr, val);

	if (fault)
		fail("writing %#llx to %s: exception %u", val, what,
		     fault & 0xFF);
	else
		msr_is(what, msr, val);
}

static void t069_read_back(void)
{
	static const u64 sints[] = {
		HV_SYNIC_SINT_MASKED, HV_SYNIC_SINT_MASKED | 0x33, 0x44,
		HV_SYNIC_SINT_AUTO_EOI | 0x55, 0xFF,
		HV_SYNIC_SINT_MASKED | HV_SYNIC_SINT_AUTO_EOI | 0xF3,
	};
	u64 a = (u64)page_alloc(), b = (u64)page_alloc();

	for (u32 i = 0; i < 16; i++)
		for (u32 k = 0; k < ARRAY_SIZE(sints); k++)
			store_and_read("a SINT", HV_X64_MSR_SINT0 + i,
				       sints[k]);
	store_and_read("SIMP", HV_X64_MSR_SIMP, a);
	store_and_read("SIMP", HV_X64_MSR_SIMP, a | ON);
	store_and_read("SIEFP", HV_X64_MSR_SIEFP, b);
	store_and_read("SIEFP", HV_X64_MSR_SIEFP, b | ON);
	store_and_read("SCONTROL", HV_X64_MSR_SCONTROL, 1);
	store_and_read("SCONTROL", HV_X64_MSR_SCONTROL, 0);
	store_and_read("SIMP", HV_X64_MSR_SIMP, a);
}

static void t070_per_vp(void)
{
	static const u32 msrs[] = {
		HV_X64_MSR_SCONTROL, HV_X64_MSR_SIMP, HV_X64_MSR_SIEFP,
		HV_X64_MSR_SINT3, HV_X64_MSR_SINT15,
	};
	u64 page = (u64)page_alloc(), was[ARRAY_SIZE(msrs)];

	NEED_CPUS(2);
	for (u32 i = 0; i < ARRAY_SIZE(msrs); i++)
		was[i] = rdmsr_on(1, msrs[i]);
	wrmsr(HV_X64_MSR_SCONTROL, 1);
	wrmsr(HV_X64_MSR_SIMP, page | ON);
	wrmsr(HV_X64_MSR_SIEFP, (page + PAGE_SIZE) | ON);
	wrmsr(HV_X64_MSR_SINT3, VEC);
	wrmsr(HV_X64_MSR_SINT15, VEC);
	for (u32 i = 0; i < ARRAY_SIZE(msrs); i++)
		same("a register of CPU 1", rdmsr_on(1, msrs[i]), was[i]);
}

static void t071_low_vector(void)
{
	wrmsr(HV_X64_MSR_SINT2, 0x45);
	msr_write_faults("SINT2", HV_X64_MSR_SINT2, 15);
	msr_is("SINT2", HV_X64_MSR_SINT2, 0x45);
	msr_write_faults("SINT2", HV_X64_MSR_SINT2, 0);
	msr_is("SINT2", HV_X64_MSR_SINT2, 0x45);
}

static void t072_reset_value(void)
{
	for (u32 i = 0; i < 16; i++)
		store_and_read("a SINT", HV_X64_MSR_SINT0 + i,
			       HV_SYNIC_SINT_RESET);
}

static void t073_vector_limits(void)
{
	store_and_read("SINT2", HV_X64_MSR_SINT2, 16);
	store_and_read("SINT2", HV_X64_MSR_SINT2, 255);
}

static void fresh_page(u32 msr)
{
	void *page = page_alloc();

	page_fill(page, PATTERN);
	wrmsr(msr, (u64)page | ON);
	CHECK(page_is(page, 0), "the page is not zero");
}

static void t074_sim_is_zero(void)
{
	fresh_page(HV_X64_MSR_SIMP);
}

static void t075_sief_is_zero(void)
{
	fresh_page(HV_X64_MSR_SIEFP);
}

static void uncovers(u32 msr)
{
	void *page = page_alloc(), *other = page_alloc();

	page_fill(page, PATTERN);
	wrmsr(msr, (u64)page | ON);
	page_fill(page, MARK);
	CHECK(page_is(page, MARK), "the page is not like memory");
	wrmsr(msr, (u64)page);
	CHECK(page_is(page, PATTERN), "memory below has changed");
	/* Moving uncovers as well. */
	wrmsr(msr, (u64)page | ON);
	wrmsr(msr, (u64)other | ON);
	CHECK(page_is(page, PATTERN), "moving it has changed memory below");
	wrmsr(msr, 0);
	CHECK(page_is(other, 0), "memory below the new place has changed");
}

static void t076_sim_uncovers(void)
{
	uncovers(HV_X64_MSR_SIMP);
	uncovers(HV_X64_MSR_SIEFP);
}

static void mark_page(void *arg)
{
	((volatile u64 *)arg)[7] = MARK;
}

static void t077_other_vps_page(void)
{
	volatile u64 *page = page_alloc();

	NEED_CPUS(2);
	wrmsr_on(1, HV_X64_MSR_SIMP, (u64)page | ON);
	run_on(1, mark_page, (void *)page);
	same("what CPU 1 wrote", page[7], MARK);
	wrmsr_on(1, HV_X64_MSR_SIMP, 0);
	same("memory below", page[7], 0);
}

static void t078_enable_again(void)
{
	void *page = page_alloc();

	wrmsr(HV_X64_MSR_SIMP, (u64)page | ON);
	page_fill(page, MARK);
	wrmsr(HV_X64_MSR_SIMP, (u64)page);
	wrmsr(HV_X64_MSR_SIMP, (u64)page | ON);
	CHECK(page_is(page, 0), "the page is not empty");
}

/* A timer is the sender; nobody else is needed. */
static void t079_no_write_after_disable(void)
{
	void *page = page_alloc();

	sim_on(page);
	wrmsr(HV_X64_MSR_SINT3, VEC);
	wrmsr(HV_X64_MSR_STIMER1_CONFIG, 3ULL << HV_STIMER_SINTX_SHIFT |
	      HV_STIMER_AUTOENABLE);
	wrmsr(HV_X64_MSR_STIMER1_COUNT, ref_time() + 5 * REF_MS);
	wrmsr(HV_X64_MSR_SIMP, 0);
	page_fill(page, PATTERN);
	delay_us(20000);
	rdmsr(HV_X64_MSR_VP_INDEX);
	CHECK(page_is(page, PATTERN), "the former page has changed");
	wrmsr(HV_X64_MSR_EOM, 0);
	CHECK(page_is(page, PATTERN), "EOM changed the former page");
}

static const struct { u32 msr; u64 val; } kept[] = {
	{ HV_X64_MSR_SCONTROL, 1 },
	{ HV_X64_MSR_SINT3, VEC },
	{ HV_X64_MSR_SINT4, HV_SYNIC_SINT_MASKED | VEC },
	{ HV_X64_MSR_STIMER2_COUNT, 12345678 },
	{ HV_X64_MSR_STIMER2_CONFIG, HV_STIMER_AUTOENABLE |
	  2ULL << HV_STIMER_SINTX_SHIFT },
};

/* DECISIONS turns the statement round: INIT leaves synthetic MSRs alone. */
static void t080_init_keeps(void)
{
	u64 page = (u64)page_alloc();

	NEED_CPUS(2);
	for (u32 i = 0; i < ARRAY_SIZE(kept); i++)
		wrmsr_on(1, kept[i].msr, kept[i].val);
	wrmsr_on(1, HV_X64_MSR_SIMP, page | ON);
	REQUIRE(smp_start(1), "CPU 1 does not start again");
	for (u32 i = 0; i < ARRAY_SIZE(kept); i++)
		same("a register after INIT", rdmsr_on(1, kept[i].msr),
		     kept[i].val);
	same("SIMP after INIT", rdmsr_on(1, HV_X64_MSR_SIMP), page | ON);
}

const struct test group5[] = {
	T(62, IN_MAIN, t062_version, "SVERSION reads 1"),
	T(63, IN_MAIN, t063_version_is_read_only,
	  "writing SVERSION raises #GP"),
	T(64, IN_MAIN, t064_eom_reads_0, "EOM reads 0"),
	T(65, IN_MAIN, t065_eom_on_empty, "EOM with empty queues does nothing"),
	T(66, IN_MAIN, t066_pages_at_boot, "SIMP and SIEFP read 0 at first"),
	T(67, IN_MAIN, t067_sints_at_boot, "every SINT reads 0x10000 at first"),
	T(68, IN_MAIN, t068_scontrol_at_boot, "SCONTROL reads 0 at first"),
	T(69, IN_MAIN, t069_read_back, "SynIC registers read back"),
	T(70, IN_MAIN, t070_per_vp, "SynIC registers belong to one VP"),
	T(71, IN_MAIN, t071_low_vector,
	  "unmasking a SINT with vector 15 raises #GP"),
	T(72, IN_MAIN, t072_reset_value, "0x10000 is accepted in a SINT"),
	T(73, IN_MAIN, t073_vector_limits,
	  "vectors 16 and 255 are accepted in a SINT"),
	T(74, IN_MAIN, t074_sim_is_zero, "a fresh SIM page is zero"),
	T(75, IN_MAIN, t075_sief_is_zero, "a fresh SIEF page is zero"),
	T(76, IN_MAIN, t076_sim_uncovers,
	  "a disabled SIM page uncovers memory"),
	T(77, IN_MAIN, t077_other_vps_page,
	  "a VP can read another VP's SIM page"),
	T(78, IN_MAIN, t078_enable_again, "SIMP off and on is an empty page"),
	T(79, IN_MAIN, t079_no_write_after_disable,
	  "no message is written to a former SIM page"),
	T(80, IN_MAIN, t080_init_keeps,
	  "INIT keeps SynIC registers and timers (80 reversed by decision)"),
	{ 0 }
};
