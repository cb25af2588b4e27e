// SPDX-License-Identifier: GPL-2.0
/* 9.4 Cluster IPI */
#include <hvpart/call_guest.h>
#include "conf.h"

#define VEC	0x61
#define FAST	HV_HYPERCALL_FAST_BIT

static u64 before[MAX_CPUS];

static u64 vp_bit(u32 n)
{
	return BIT(rdmsr_on(n, HV_X64_MSR_VP_INDEX));
}

static u64 all_vps(void)
{
	u64 mask = 0;

	for (u32 n = 0; n < nr_cpus; n++)
		mask |= vp_bit(n);
	return mask;
}

static void expect_begin(void)
{
	for (u32 n = 0; n < nr_cpus; n++)
		before[n] = READ_ONCE(cpus[n].irqs[VEC]);
}

/* Each CPU of the mask (bits are CPUs here) gets one, the others none. */
static void expect_end(u64 who)
{
	irq_on();
	for (u32 n = 0; n < nr_cpus; n++)
		if (who & BIT(n))
			wait_for(&cpus[n].irqs[VEC], before[n] + 1, SOON_MS);
	delay_us(3000);
	irq_off();
	for (u32 n = 0; n < nr_cpus; n++) {
		u64 got = READ_ONCE(cpus[n].irqs[VEC]) - before[n];

		CHECK(got == (who >> n & 1), "CPU %u got %llu", n, got);
	}
}

static u64 everyone(void)
{
	return BIT(nr_cpus) - 1;
}

/* All sets of CPUs, one call each. */
static void all_subsets(u32 (*send)(u64 mask))
{
	for (u64 who = 0; who <= everyone(); who++) {
		u64 mask = 0;

		for (u32 n = 0; n < nr_cpus; n++)
			if (who & BIT(n))
				mask |= vp_bit(n);
		expect_begin();
		same("status", send(mask), HV_STATUS_SUCCESS);
		expect_end(who);
	}
}

static u32 send_fast(u64 mask)
{
	return hcall_fast(HVCALL_SEND_IPI, VEC, mask);
}

static u32 send_slow(u64 mask)
{
	struct hv_send_ipi *in = page_alloc();

	*in = (struct hv_send_ipi){ .vector = VEC, .cpu_mask = mask };
	return hcall_slow(HVCALL_SEND_IPI, in, NULL);
}

static u32 send_sparse(u64 mask)
{
	struct hv_send_ipi_ex *in = page_alloc();

	in->vector = VEC;
	in->format = HV_GENERIC_SET_SPARSE_4K;
	in->valid_bank_mask = 1;
	in->bank_contents[0] = mask;
	return hcall_slow(HVCALL_SEND_IPI_EX | varhead(1), in, NULL);
}

static void t050_fast(void)
{
	all_subsets(send_fast);
}

static void t051_memory(void)
{
	all_subsets(send_slow);
}

static void bad_vectors(void (*result)(u32 vector, u32 status))
{
	static const u32 vectors[] = { 0, 0x0F, 0x100, 0xFFFFFFFF };

	expect_begin();
	for (u32 i = 0; i < ARRAY_SIZE(vectors); i++)
		result(vectors[i], hcall_fast(HVCALL_SEND_IPI, vectors[i],
					      all_vps()));
	expect_end(0);
}

static void must_fail(u32 vector, u32 status)
{
	CHECK(status, "vector %#x is accepted", vector);
}

static void must_be_5(u32 vector, u32 status)
{
	CHECK(status == HV_STATUS_INVALID_PARAMETER, "vector %#x: %#x", vector,
	      status);
}

static void t052_low_vector_fails(void)
{
	bad_vectors(must_fail);
}

static void t053_low_vector_is_5(void)
{
	bad_vectors(must_be_5);
}

static void t054_absent_vps(void)
{
	expect_begin();
	same("status", send_fast(~0ULL), HV_STATUS_SUCCESS);
	expect_end(everyone());
	expect_begin();
	same("status", send_fast(~all_vps()), HV_STATUS_SUCCESS);
	expect_end(0);
}

static void t055_mask_is_indices(void)
{
	for (u32 n = 0; n < nr_cpus; n++) {
		expect_begin();
		same("status", send_fast(vp_bit(n)), HV_STATUS_SUCCESS);
		expect_end(BIT(n));
	}
}

static void t056_caller_too(void)
{
	u64 self = vp_bit(cpu()->index);

	irq_on();
	for (u64 i = cpu()->irqs[VEC] + 1, end = i + 100; i < end; i++) {
		same("status", send_fast(self), HV_STATUS_SUCCESS);
		/* Recognised before the instruction after the call. */
		REQUIRE(READ_ONCE(cpu()->irqs[VEC]) == i, "no interrupt");
	}
}

static void t058_format_all(void)
{
	struct hv_send_ipi_ex *in = page_alloc();

	in->vector = VEC;
	in->format = HV_GENERIC_SET_ALL;
	expect_begin();
	same("status", hcall_slow(HVCALL_SEND_IPI_EX, in, NULL),
	     HV_STATUS_SUCCESS);
	expect_end(everyone());
	/* And the sparse form with one bank says the same. */
	all_subsets(send_sparse);
}

static void t059_bank_count(void)
{
	static const struct { u64 banks; u32 qwords; } wrong[] = {
		{ 1, 0 }, { 1, 2 }, { 3, 1 }, { 0, 1 }, { ~0ULL, 1 },
	};
	struct hv_send_ipi_ex *in = page_alloc();

	in->vector = VEC;
	in->bank_contents[0] = all_vps();
	in->bank_contents[1] = all_vps();
	expect_begin();
	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++) {
		u64 control = HVCALL_SEND_IPI_EX | varhead(wrong[i].qwords);
		u32 status;

		in->valid_bank_mask = wrong[i].banks;
		for (in->format = 0; in->format <= 1; in->format++) {
			status = hcall_slow(control, in, NULL);
			CHECK(status == HV_STATUS_INVALID_HYPERCALL_INPUT,
			      "banks %#llx, header of %u: %#x",
			      wrong[i].banks, wrong[i].qwords, status);
		}
	}
	expect_end(0);
}

static void t060_empty_set(void)
{
	struct hv_send_ipi_ex *in = page_alloc();

	in->vector = VEC;
	in->format = HV_GENERIC_SET_SPARSE_4K;
	expect_begin();
	same("status", hcall_slow(HVCALL_SEND_IPI_EX, in, NULL),
	     HV_STATUS_SUCCESS);
	in->vector = 0;
	same("status with vector 0", hcall_slow(HVCALL_SEND_IPI_EX, in, NULL),
	     HV_STATUS_SUCCESS);
	expect_end(0);
}

static void t061_no_lists(void)
{
	static const u64 wrong[] = {
		HVCALL_SEND_IPI | FAST | 1ULL << HV_HYPERCALL_VARHEAD_OFFSET,
		HVCALL_SEND_IPI | FAST | 1ULL << HV_HYPERCALL_REP_COMP_OFFSET,
		HVCALL_SEND_IPI | FAST | 1ULL << HV_HYPERCALL_REP_START_OFFSET,
	};

	expect_begin();
	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++)
		same("status", hcall_status(wrong[i], VEC, all_vps()),
		     HV_STATUS_INVALID_HYPERCALL_INPUT);
	expect_end(0);
}

const struct test group4[] = {
	T(50, IN_MAIN, t050_fast, "the fast cluster IPI reaches its mask"),
	T(51, IN_MAIN, t051_memory, "the memory form does the same"),
	T(52, IN_MAIN, t052_low_vector_fails,
	  "a cluster IPI of vector 0x0F fails"),
	T(53, IN_MAIN, t053_low_vector_is_5, "its status is 5"),
	T(54, IN_MAIN, t054_absent_vps, "bits of absent VPs are ignored"),
	T(55, IN_MAIN, t055_mask_is_indices, "the mask has VP indices"),
	T(56, IN_MAIN, t056_caller_too, "the caller's own bit counts"),
	SKIPPED(57, "two VP banks need 65 VPs"),
	T(58, IN_MAIN, t058_format_all, "format 1 reaches all VPs"),
	T(59, IN_MAIN, t059_bank_count,
	  "a variable header unequal to the bank count returns 3"),
	T(60, IN_MAIN, t060_empty_set, "an empty sparse set succeeds"),
	T(61, IN_MAIN, t061_no_lists,
	  "call 0x0B with a variable header or reps returns 3"),
	{ 0 }
};
