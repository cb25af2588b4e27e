// SPDX-License-Identifier: GPL-2.0
/* 9.10 Time */
#include "conf.h"

#define PATTERN		0x1122334455667788ULL
#define ON		HV_X64_MSR_TSC_REFERENCE_ENABLE
#define SECOND		10000000ULL

static void t151_counter_is_read_only(void)
{
	msr_write_faults("reference counter", HV_X64_MSR_TIME_REF_COUNT, 0);
}

static void t152_strictly_increasing(void)
{
	u64 last = ref_time();

	for (u64 i = 0; i < loops; i++) {
		u64 now = ref_time();

		REQUIRE(now > last, "read %llu: %llu after %llu", i, now, last);
		last = now;
	}
}

static struct spinlock turn;
static u64 shared_last;

static void read_under_lock(void *arg)
{
	(void)arg;
	for (u64 i = 0; i < loops / 4; i++) {
		u64 now, last;

		spin_lock(&turn);
		now = ref_time();
		last = shared_last;
		shared_last = now;
		spin_unlock(&turn);
		REQUIRE(now >= last, "CPU %u reads %llu after %llu",
			cpu()->index, now, last);
	}
}

static void t153_no_warp(void)
{
	NEED_CPUS(2);
	shared_last = 0;
	run_async(1, read_under_lock, NULL);
	read_under_lock(NULL);
	run_wait(1);
}

struct moment { u64 tsc, ref; };

/* The TSC halfway between two reads that are as close as can be had. */
static struct moment moment(void)
{
	struct moment best = { 0, 0 };
	u64 least = ~0ULL;

	for (u32 i = 0; i < 20; i++) {
		u64 a = rdtsc(), ref = ref_time(), b = rdtsc();

		if (b - a < least) {
			least = b - a;
			best = (struct moment){ a + (b - a) / 2, ref };
		}
	}
	return best;
}

/* a/b within 1 in n */
static void near(const char *what, u64 a, u64 b, u64 n)
{
	u64 d = a > b ? a - b : b - a;

	CHECK(d <= b / n, "%s: %llu instead of %llu", what, a, b);
}

static void t154_second_is_a_second(void)
{
	u64 hz = rdmsr(HV_X64_MSR_TSC_FREQUENCY);
	struct moment a = moment(), b;

	until_ref(a.ref + SECOND);
	b = moment();
	near("TSC ticks", b.tsc - a.tsc, div128(0, (b.ref - a.ref) * (hz / 1000),
						SECOND / 1000), 100);
}

static volatile struct ms_hyperv_tsc_page *tsc_page_on(void)
{
	void *page = page_alloc();

	page_fill(page, PATTERN);
	wrmsr(HV_X64_MSR_REFERENCE_TSC, (u64)page | ON);
	return page;
}

static void t155_tsc_msr(void)
{
	u64 page = (u64)page_alloc();

	same("at first", initial_ref_tsc, 0);
	wrmsr(HV_X64_MSR_REFERENCE_TSC, page | ON);
	msr_is("reference TSC MSR", HV_X64_MSR_REFERENCE_TSC, page | ON);
	for (u32 n = 1; n < nr_cpus; n++)
		same("elsewhere", rdmsr_on(n, HV_X64_MSR_REFERENCE_TSC),
		     page | ON);
	wrmsr(HV_X64_MSR_REFERENCE_TSC, page);
	msr_is("reference TSC MSR", HV_X64_MSR_REFERENCE_TSC, page);
}

static void t156_sequence(void)
{
	volatile struct ms_hyperv_tsc_page *p = tsc_page_on();

	for (u32 i = 0; i < 3; i++) {
		u32 seq = p->tsc_sequence;

		CHECK(seq != HV_REFERENCE_TSC_SEQUENCE_INVALID &&
		      seq != HV_REFERENCE_TSC_SEQUENCE_AVOID,
		      "the sequence is %#x", seq);
		wrmsr(HV_X64_MSR_REFERENCE_TSC, (u64)p);
		wrmsr(HV_X64_MSR_REFERENCE_TSC, (u64)p | ON);
	}
}

static u64 page_time(const volatile struct ms_hyperv_tsc_page *p)
{
	for (;;) {
		u32 seq = p->tsc_sequence;
		u64 scale, now;
		s64 offset;

		if (!seq)
			return ref_time();
		barrier();
		scale = p->tsc_scale;
		offset = p->tsc_offset;
		now = mul_hi(rdtsc(), scale) + offset;
		barrier();
		if (p->tsc_sequence == seq)
			return now;
	}
}

static void t157_page_and_msr(void)
{
	volatile struct ms_hyperv_tsc_page *p = tsc_page_on();
	u64 last = 0;

	REQUIRE(p->tsc_sequence, "the page is not valid");
	for (u64 i = 0; i < loops / 5; i++) {
		u64 a = page_time(p), b = ref_time(), c = page_time(p);

		REQUIRE(last <= a && a <= b && b <= c,
			"round %llu: page %llu, MSR %llu, page %llu after %llu",
			i, a, b, c, last);
		/* Not merely ordered: the same clock. */
		REQUIRE(c - a < 60 * SECOND, "page and MSR are %llu apart",
			c - a);
		last = c;
	}
}

static void t158_disabled_write(void)
{
	void *page = page_alloc();

	page_fill(page, PATTERN);
	wrmsr(HV_X64_MSR_REFERENCE_TSC, (u64)page);
	CHECK(page_is(page, PATTERN), "the page has changed");
}

static void t159_page_uncovers(void)
{
	void *page = (void *)tsc_page_on();

	CHECK(!page_is(page, PATTERN), "the page shows memory");
	wrmsr(HV_X64_MSR_REFERENCE_TSC, 0);
	CHECK(page_is(page, PATTERN), "memory below has changed");
}

static void t160_scale(void)
{
	volatile struct ms_hyperv_tsc_page *p = tsc_page_on();
	u64 hz = rdmsr(HV_X64_MSR_TSC_FREQUENCY);

	REQUIRE(hz > SECOND, "the TSC runs at %llu Hz", hz);
	near("scale", p->tsc_scale, div128(SECOND, 0, hz), 1000000);
}

static void t161_tsc_frequency(void)
{
	CHECK(rdmsr(HV_X64_MSR_TSC_FREQUENCY), "it is 0");
	msr_write_faults("TSC frequency", HV_X64_MSR_TSC_FREQUENCY, 1);
}

/*
 * Counter and reference time as close together as can be had: a VP may be
 * taken off its CPU between the two reads for longer than the test allows.
 */
static u64 count_at(u64 *ref)
{
	u64 least = ~0ULL, best = 0;

	for (u32 i = 0; i < 20; i++) {
		u64 a = ref_time(), count = rdmsr(X2APIC_COUNT), b = ref_time();

		if (b - a < least) {
			least = b - a;
			best = count;
			*ref = a + (b - a) / 2;
		}
	}
	return best;
}

static void t162_apic_frequency(void)
{
	static const struct { u32 config, divide; } dividers[] = {
		{ 0xB, 1 }, { 0x0, 2 }, { 0x3, 16 },
	};
	u64 hz = rdmsr(HV_X64_MSR_APIC_FREQUENCY);

	wrmsr(X2APIC_LVT_TIMER, LVT_MASKED | 0x70);
	for (u32 i = 0; i < ARRAY_SIZE(dividers); i++) {
		u64 a, b, c, d, rate = hz / dividers[i].divide;

		wrmsr(X2APIC_DIVIDE, dividers[i].config);
		wrmsr(X2APIC_INIT_COUNT, 0xFFFFFFFF);
		c = count_at(&a);
		until_ref(a + SECOND / 2);
		d = count_at(&b);
		near("APIC ticks", c - d, div128(0, (b - a) * (rate / 1000),
						 SECOND / 1000), 100);
	}
	wrmsr(X2APIC_INIT_COUNT, 0);
}

static bool invariant_offered(void)
{
	if (hv_features().eax & HV_ACCESS_TSC_INVARIANT)
		return true;
	skip("the invariant-TSC MSR is not offered");
	return false;
}

static void t163_invariant_tsc(void)
{
	if (!invariant_offered())
		return;
	wrmsr(HV_X64_MSR_TSC_INVARIANT_CONTROL, 1);
	msr_is("invariant-TSC MSR", HV_X64_MSR_TSC_INVARIANT_CONTROL, 1);
	for (u32 n = 0; n < nr_cpus; n++)
		same("the MSR elsewhere",
		     rdmsr_on(n, HV_X64_MSR_TSC_INVARIANT_CONTROL), 1);
	same("CPUID 0x80000007 EDX bit 8", cpuid(0x80000007, 0).edx >> 8 & 1, 1);
}

static void t164_invariant_tsc_bits(void)
{
	if (!invariant_offered())
		return;
	for (u32 bit = 1; bit < 64; bit++)
		msr_write_faults("invariant-TSC MSR",
				 HV_X64_MSR_TSC_INVARIANT_CONTROL,
				 BIT(bit) | (bit & 1));
}

static void t165_tsc_emulation(void)
{
	msr_write_faults("TSC emulation status",
			 HV_X64_MSR_TSC_EMULATION_STATUS, 1);
	msr_write_faults("TSC emulation status",
			 HV_X64_MSR_TSC_EMULATION_STATUS, 2);
}

static void see_run_time(void *arg)
{
	u64 a, b;

	(void)arg;
	a = rdmsr(HV_X64_MSR_VP_RUNTIME);
	delay_us(5000);
	b = rdmsr(HV_X64_MSR_VP_RUNTIME);
	CHECK(b > a, "on CPU %u it stands at %llu", cpu()->index, a);
	/* No VP is older than its partition. */
	CHECK(b <= ref_time(), "on CPU %u it is %llu", cpu()->index, b);
}

static void t166_run_time(void)
{
	run_on_all(see_run_time, NULL);
}

static void t167_run_time_is_read_only(void)
{
	msr_write_faults("VP run time", HV_X64_MSR_VP_RUNTIME, 0);
}

const struct test group10[] = {
	T(151, IN_MAIN, t151_counter_is_read_only,
	  "writing the reference counter raises #GP"),
	T(152, IN_MAIN, t152_strictly_increasing,
	  "the reference counter strictly increases"),
	T(153, IN_MAIN, t153_no_warp,
	  "the reference counter never decreases between VPs"),
	T(154, IN_MAIN, t154_second_is_a_second,
	  "a second of reference time is a second of TSC time"),
	T(155, IN_MAIN, t155_tsc_msr, "the reference TSC MSR reads back"),
	T(156, IN_MAIN, t156_sequence, "the TSC page's sequence is valid"),
	T(157, IN_MAIN, t157_page_and_msr, "page and MSR are one clock"),
	T(158, IN_MAIN, t158_disabled_write,
	  "writing the MSR without enable fills nothing"),
	T(159, IN_MAIN, t159_page_uncovers,
	  "the disabled TSC page uncovers memory"),
	T(160, IN_MAIN, t160_scale, "the scale fits the TSC frequency"),
	T(161, IN_MAIN, t161_tsc_frequency,
	  "the TSC frequency is not zero and read-only"),
	T(162, IN_MAIN, t162_apic_frequency,
	  "the APIC frequency is that of the APIC timer"),
	T(163, IN_MAIN, t163_invariant_tsc, "the invariant TSC can be shown"),
	T(164, IN_MAIN, t164_invariant_tsc_bits,
	  "other bits of the invariant-TSC MSR raise #GP"),
	T(165, IN_MAIN, t165_tsc_emulation,
	  "a non-zero TSC emulation status raises #GP"),
	T(166, IN_MAIN, t166_run_time, "the VP run time increases"),
	T(167, IN_MAIN, t167_run_time_is_read_only,
	  "writing the VP run time raises #GP"),
	SKIPPED(168, "save and restore are not built yet"),
	{ 0 }
};
