// SPDX-License-Identifier: GPL-2.0
/* Free page reporting: ranges of a hint, the hypercall, and who carries it out. */
#include <poll.h>

#include <hvpart/call_guest.h>
#include <hvpart/hypercall.h>
#include <hvpart/status.h>

#include "cold.h"
#include "dynmem_kit.h"
#include "errand.h"
#include "extcall.h"
#include "test.h"

#define SMALL(gpa, n)	((uint64_t)(gpa) | ((n) - 1))
#define LARGE(gpa, n)	((uint64_t)(gpa) | HV_GPA_RANGE_LARGE | ((n) - 1))
#define OK		HV_STATUS_SUCCESS
#define BAD		HV_STATUS_INVALID_PARAMETER

static unsigned int done;

static unsigned int hint(unsigned int nr, const uint64_t *range)
{
	done = 0;
	return cold_discard(&rz, range, nr, &done);
}

static unsigned int hint_one(uint64_t range)
{
	return hint(1, &range);
}

/* -- ranges ----------------------------------------------------------------- */

static void gives_memory_back(void)
{
	begin();
	CHECK_EQ(hint_one(LARGE(32 * M, 2)), OK);
	CHECK_EQ(done, 1);
	CHECK_EQ(kit.backed, KIT_BOOT - 4 * M);
	CHECK_EQ(kit.discards, 1);
	CHECK_EQ(hint_one(SMALL(40 * M, 3)), OK);
	CHECK_EQ(kit.backed, KIT_BOOT - 4 * M - 3 * 4096);
	/* Not on 2 MiB, and larger than what is discarded at a time. */
	CHECK_EQ(hint_one(SMALL(47 * M, 2048)), OK);
	CHECK_EQ(kit.backed, KIT_BOOT - 12 * M - 3 * 4096);
	CHECK_EQ(ram_dropped(ram), 12 * M / 4096 + 3);
	CHECK_EQ(ram->ballooned, 0);
	CHECK_EQ(resize_assigned(&rz), KIT_BOOT);
	CHECK_EQ(rz.cold.pages, 12 * M / 4096 + 3);
	CHECK_EQ(rz.cold.hints, 3);
	CHECK_EQ(rz.cold.kept, 0);
	/* A touch brings 2 MiB at once, and no more than are absent. */
	CHECK(ram_is_dropped(ram, 34 * M - 1));
	CHECK_EQ(ram_touch(ram, 33 * M, false), 1);
	CHECK(!ram_is_dropped(ram, 34 * M - 1));
	CHECK(ram_is_dropped(ram, 34 * M));
	CHECK_EQ(kit.restores, 1);
	CHECK_EQ(ram_touch(ram, 40 * M + 4096, false), 1);
	CHECK_EQ(kit.backed, KIT_BOOT - 10 * M);
	CHECK(ram_ptr(ram, 32 * M, 2 * M));
	kit_destroy(&kit);
}

static void twice_is_once(void)
{
	const uint64_t range[] = { LARGE(32 * M, 1), LARGE(32 * M, 1),
				   SMALL(33 * M, 512), LARGE(32 * M, 1) };

	begin();
	CHECK_EQ(hint(4, range), OK);
	CHECK_EQ(done, 4);
	CHECK_EQ(kit.backed, KIT_BOOT - 3 * M);
	CHECK_EQ(kit.discards, 2);
	CHECK_EQ(rz.cold.pages, 3 * M / 4096);
	CHECK_EQ(ram_touch(ram, 32 * M, false), 1);
	CHECK_EQ(hint_one(LARGE(32 * M, 1)), OK);
	CHECK_EQ(kit.backed, KIT_BOOT - 3 * M);
	kit_destroy(&kit);
}

static void refuses_what_is_no_memory(void)
{
	const uint64_t bad[] = {
		LARGE(32 * M, 1) | 1 << 13,		/* reserved */
		LARGE(32 * M, 1) | 1 << 20,
		LARGE(0, 1) | HV_GPA_RANGE_1G,		/* there is no GiB */
		LARGE(2 * M, 1) | HV_GPA_RANGE_1G,	/* unaligned */
		LARGE(KIT_BOOT, 1),
		LARGE(KIT_BOOT - 2 * M, 2),
		LARGE(0, 33), LARGE(0, 2048),
		LARGE(0, 2048) | HV_GPA_RANGE_1G,
		SMALL(KIT_BOOT - 4096, 2),
		SMALL(GPA_IOAPIC, 1),
		LARGE(GPA_4G, 1),
		SMALL(-4096ULL, 1), SMALL(-4096ULL, 2048),
		LARGE(-2 * M, 1), LARGE(-2 * M, 2048),
		(uint64_t)-1,
		LARGE(1ULL << 52, 1),
	};
	unsigned int i;

	begin();
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const uint64_t range[] = { SMALL(32 * M + 4096 * i, 1), bad[i],
					   SMALL(48 * M, 1) };

		CHECK_EQ(hint(3, range), BAD);
		CHECK_EQ(done, 1);
		CHECK_EQ(rz.cold.refused, i + 1);
	}
	/* What came before each of them was done, what came after was not. */
	CHECK_EQ(kit.backed, KIT_BOOT - 4096ULL * i);
	kit_destroy(&kit);
}

static void keeps_what_is_needed(void)
{
	begin();
	kit.lend = true;
	kit.lent = 21 * M;
	kit.lent_len = 4096;
	CHECK_EQ(hint_one(LARGE(0, 1)), OK);		/* the boot's */
	CHECK_EQ(hint_one(SMALL(0, 256)), OK);
	CHECK_EQ(hint_one(SMALL(21 * M, 1)), OK);
	CHECK_EQ(kit.backed, KIT_BOOT);
	CHECK_EQ(rz.cold.kept, 512 + 256 + 1);
	CHECK_EQ(rz.cold.refused, 0);
	/* Around a lent page the others go, but for its 2 MiB. */
	CHECK_EQ(hint_one(LARGE(16 * M, 4)), OK);
	CHECK_EQ(kit.backed, KIT_BOOT - 6 * M);
	CHECK(ram_ptr(ram, 20 * M, 2 * M));
	CHECK_EQ(rz.cold.kept, 769 + 512);
	/* And all of the guest's memory. */
	CHECK_EQ(hint_one(LARGE(0, KIT_BOOT / (2 * M))), OK);
	CHECK_EQ(kit.backed, 4 * M);
	kit_destroy(&kit);
}

static void ballooned_pages_are_not_its_own(void)
{
	connect_with(CAN_ALL);
	CHECK_EQ(resize_set(&rz, KIT_BOOT - 8 * M, &id), 0);
	CHECK(!gave_one(false, 32 * M, 8 * M));
	CHECK_EQ(hint_one(LARGE(34 * M, 1)), OK);
	CHECK_EQ(rz.cold.kept, 512);
	CHECK_EQ(hint_one(LARGE(38 * M, 2)), OK);
	CHECK_EQ(rz.cold.pages, 512);
	CHECK_EQ(ram->ballooned, 2048);
	CHECK_EQ(ram_dropped(ram), 512);
	CHECK_EQ(kit.backed, KIT_BOOT - 10 * M);
	CHECK(!ram_is_dropped(ram, 38 * M));
	CHECK(ram_is_dropped(ram, 40 * M));
	/* Absent pages can be ballooned out, and come back with memory. */
	CHECK_EQ(resize_set(&rz, KIT_BOOT - 10 * M, &id), 0);
	CHECK(!gave_one(false, 40 * M, 2 * M));
	CHECK_EQ(ram_dropped(ram), 0);
	CHECK_EQ(resize_set(&rz, KIT_BOOT, &id), 0);
	CHECK(!took_back());
	CHECK_EQ(kit.backed, KIT_BOOT);
	CHECK_EQ(g.last.error, 0);
	kit_destroy(&kit);
}

static void what_cannot_be_discarded_stays(void)
{
	begin();
	kit.fail = -EIO;
	CHECK_EQ(hint_one(LARGE(32 * M, 1)), OK);
	CHECK_EQ(rz.cold.kept, 512);
	CHECK_EQ(rz.cold.pages, 0);
	/* Perhaps it is not mapped any more. */
	CHECK_EQ(ram_touch(ram, 32 * M, false), 1);
	CHECK_EQ(kit.backed, KIT_BOOT);
	kit_destroy(&kit);
}

static void long_hints_come_in_parts(void)
{
	uint64_t range[EXTCALL_RANGES];
	unsigned int i, calls = 0;

	begin();
	for (i = 0; i < EXTCALL_RANGES; i++)
		range[i] = LARGE(2 * M, 31);
	for (done = 0; done < EXTCALL_RANGES; calls++) {
		unsigned int before = done;

		CHECK_EQ(cold_discard(&rz, range, EXTCALL_RANGES, &done), OK);
		CHECK(done > before && done - before <= 5);
	}
	CHECK(calls > 100);
	CHECK_EQ(kit.backed, 2 * M);
	CHECK_EQ(kit.discards, 16);
	CHECK_EQ(rz.cold.hints, 1);
	kit_destroy(&kit);
}

/* -- the hypercall ---------------------------------------------------------- */

#define INPUT	(8 * M)

static struct {
	uint64_t rax, rcx, rip;
	bool off;
	unsigned int calls;
} vp;

static int get_regs(void *handle, const uint32_t *names,
		    union hv_register_value *v, size_t n)
{
	(void)handle, (void)names, (void)v, (void)n;
	return -EINVAL;
}

static int set_regs(void *handle, const uint32_t *names,
		    const union hv_register_value *v, size_t n)
{
	(void)handle;
	for (; n--; names++, v++) {
		if (*names == HV_X64_REGISTER_RAX)
			vp.rax = v->reg64;
		else if (*names == HV_X64_REGISTER_RCX)
			vp.rcx = v->reg64;
		else if (*names == HV_X64_REGISTER_RIP)
			vp.rip = v->reg64;
		else
			return -EINVAL;
	}
	return 0;
}

static const struct vcpu_ops regs_ops = { get_regs, set_regs };

static bool offered(void *ctx)
{
	(void)ctx;
	return !vp.off;
}

static unsigned int discard(void *ctx, const uint64_t *range, unsigned int nr,
			    unsigned int *at)
{
	(void)ctx;
	vp.calls++;
	return cold_discard(&rz, range, nr, at);
}

static const struct extcall_ops ext_ops = { offered, discard };

/* Executes the instruction as often as a processor would; RAX. */
static uint64_t call(uint64_t rcx, uint64_t rdx, uint64_t r8)
{
	struct hv_x64_hypercall_intercept_message m = {
		.header.rip = 0x1000,
		.header.instruction_length = 3,
		.header.execution_state.efer_lma = 1,
		.header.cs_segment._long = 1,
		.rdx = rdx,
		.r8 = r8,
	};
	struct vcpu v = { .ops = &regs_ops, .ram = ram };

	vp.rax = 0x7777;
	vp.rcx = rcx;
	vp.rip = 0x1000;
	do {
		CHECK_EQ(vp.rax, 0x7777);
		m.rcx = vp.rcx;
		CHECK(!extcall_handle(&v, &m, &ext_ops, NULL));
	} while (vp.rip == 0x1000);
	CHECK_EQ(vp.rip, 0x1003);
	return vp.rax;
}

#define REPS(n)		((uint64_t)(n) << HV_HYPERCALL_REP_COMP_OFFSET)
#define START(n)	((uint64_t)(n) << HV_HYPERCALL_REP_START_OFFSET)
#define VAR(n)		((uint64_t)(n) << HV_HYPERCALL_VARHEAD_OFFSET)
#define QUERY		HV_EXT_CALL_QUERY_CAPABILITIES
#define HEAT		HV_EXT_CALL_MEMORY_HEAT_HINT

static void put_hint(uint64_t gpa, uint64_t kind, unsigned int nr,
		     const uint64_t *range)
{
	CHECK(!ram_write(ram, gpa, &kind, 8));
	CHECK(!ram_write(ram, gpa + 8, range, 8ULL * nr));
}

static void says_what_there_is(void)
{
	uint64_t caps = 0;

	begin();
	CHECK_EQ(call(QUERY, 0, INPUT + 8), 0);
	CHECK(!ram_read(ram, INPUT + 8, &caps, 8));
	CHECK_EQ(caps, 0x100);
	/* Into a page that is not there now. */
	CHECK_EQ(hint_one(LARGE(INPUT, 1)), OK);
	CHECK_EQ(call(QUERY, 0, INPUT + 4088), 0);
	CHECK_EQ(ram_dropped(ram), 0);
	CHECK_EQ(call(QUERY, 0, INPUT + 4), HV_STATUS_INVALID_ALIGNMENT);
	CHECK_EQ(call(QUERY, 0, KIT_BOOT), HV_STATUS_INVALID_ALIGNMENT);
	CHECK_EQ(call(QUERY, 0, -8ULL), HV_STATUS_INVALID_ALIGNMENT);
	CHECK_EQ(call(QUERY | HV_HYPERCALL_FAST_BIT, 0, INPUT), 3);
	CHECK_EQ(call(QUERY | REPS(1), 0, INPUT), 3);
	CHECK_EQ(call(QUERY | START(1), 0, INPUT), 3);
	CHECK_EQ(call(QUERY | VAR(1), 0, INPUT), 3);
	CHECK_EQ(call(0x8002, 0, INPUT), 2);
	CHECK_EQ(call(0x8004 | REPS(1), INPUT, 0), 2);
	CHECK_EQ(call(0xffff, 0, INPUT), 2);
	vp.off = true;
	CHECK_EQ(call(QUERY, 0, INPUT), 0);
	CHECK(!ram_read(ram, INPUT, &caps, 8));
	CHECK_EQ(caps, 0);
	CHECK_EQ(call(HEAT | REPS(1), INPUT, 0), 2);
	CHECK_EQ(vp.calls, 0);
	kit_destroy(&kit);
}

static void takes_hints(void)
{
	const uint64_t good[] = { LARGE(32 * M, 1), LARGE(36 * M, 2),
				  LARGE(KIT_BOOT, 1), LARGE(44 * M, 1) };
	uint64_t many[EXTCALL_RANGES];
	unsigned int i;

	begin();
	put_hint(INPUT, 2, 4, good);
	CHECK_EQ(call(HEAT | REPS(2), INPUT, 0), REPS(2));
	CHECK_EQ(kit.backed, KIT_BOOT - 6 * M);
	CHECK_EQ(vp.rcx, HEAT | REPS(2) | START(2));
	/* From a start index on, up to what is wrong. */
	CHECK_EQ(call(HEAT | REPS(4) | START(1), INPUT, 0), BAD | REPS(2));
	CHECK_EQ(vp.rcx, HEAT | REPS(4) | START(2));
	CHECK_EQ(kit.backed, KIT_BOOT - 6 * M);
	CHECK_EQ(call(HEAT | REPS(4) | START(3), INPUT, 0), REPS(4));
	CHECK_EQ(kit.backed, KIT_BOOT - 8 * M);
	/* A full page, with more than is done at a time: its own is in it, too. */
	for (i = 0; i < EXTCALL_RANGES; i++)
		many[i] = LARGE(2 * M, 31);
	put_hint(INPUT, 2, EXTCALL_RANGES, many);
	vp.calls = 0;
	CHECK_EQ(call(HEAT | REPS(EXTCALL_RANGES), INPUT, 0),
		 REPS(EXTCALL_RANGES));
	CHECK(vp.calls > 100);
	kit_destroy(&kit);
}

static void refuses_hints(void)
{
	const uint64_t good[] = { LARGE(32 * M, 1) };
	const uint64_t kinds[] = { 0, 1, 3, 6, 2 | 1ULL << 63, 2ULL << 32 };
	unsigned int i;

	begin();
	put_hint(INPUT, 2, 1, good);
	CHECK_EQ(call(HEAT, INPUT, 0), 3);
	CHECK_EQ(call(HEAT | REPS(1) | START(1), INPUT, 0), 3);
	CHECK_EQ(call(HEAT | REPS(1) | START(0xfff), INPUT, 0), 3);
	CHECK_EQ(call(HEAT | REPS(1) | VAR(1), INPUT, 0), 3);
	CHECK_EQ(call(HEAT | REPS(1) | HV_HYPERCALL_FAST_BIT, 2, good[0]), 3);
	CHECK_EQ(call(HEAT | REPS(EXTCALL_RANGES + 1), INPUT, 0), 4);
	CHECK_EQ(call(HEAT | REPS(0xfff), INPUT, 0), 4);
	CHECK_EQ(call(HEAT | REPS(2), INPUT + 4080, 0), 4);
	CHECK_EQ(call(HEAT | REPS(1), INPUT + 1, 0), 4);
	CHECK_EQ(call(HEAT | REPS(1), KIT_BOOT, 0), 4);
	CHECK_EQ(call(HEAT | REPS(1), -16ULL, 0), 4);
	CHECK_EQ(call(HEAT | REPS(1), GPA_IOAPIC, 0), 4);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		put_hint(INPUT, kinds[i], 1, good);
		CHECK_EQ(call(HEAT | REPS(1), INPUT, 0), BAD);
	}
	CHECK_EQ(vp.calls, 0);
	CHECK_EQ(kit.backed, KIT_BOOT);
	put_hint(INPUT + 4080, 2, 1, good);
	CHECK_EQ(call(HEAT | REPS(1), INPUT + 4080, 0), REPS(1));
	kit_destroy(&kit);
}

/* -- errands ---------------------------------------------------------------- */

#define THREADS	8
#define TIMES	200

static struct errands errands;
static pthread_t main_thread;
static unsigned int ran, refused;

static void count(void *arg)
{
	CHECK(pthread_equal(pthread_self(), main_thread));
	++*(unsigned int *)arg;
	ran++;
}

static void *sends(void *arg)
{
	unsigned int i, mine = 0;

	for (i = 0; i < TIMES; i++) {
		CHECK(!errands_run(&errands, count, &mine));
		CHECK_EQ(mine, i + 1);
	}
	return arg;
}

static void *sends_one(void *arg)
{
	unsigned int mine = 0;

	if (errands_run(&errands, count, &mine) == -ESHUTDOWN)
		__atomic_add_fetch(&refused, 1, __ATOMIC_SEQ_CST);
	return arg;
}

static void errands_are_run(void)
{
	pthread_t thread[THREADS];
	struct pollfd p;
	unsigned int i;

	main_thread = pthread_self();
	CHECK(!errands_init(&errands));
	sends_one(NULL);
	CHECK_EQ(refused, 1);		/* not open yet */
	errands_open(&errands);
	for (i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&thread[i], NULL, sends, NULL));
	p = (struct pollfd){ .fd = errands.fd, .events = POLLIN };
	while (ran < THREADS * TIMES) {
		CHECK_EQ(poll(&p, 1, 10000), 1);
		errands_work(&errands);
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	CHECK_EQ(poll(&p, 1, 0), 0);
	errands_work(&errands);		/* nothing is there */
	/* Nobody waits for a main thread that waits for him. */
	for (i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&thread[i], NULL, sends_one, NULL));
	CHECK_EQ(poll(&p, 1, 10000), 1);
	errands_close(&errands);
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	CHECK_EQ(refused, 1 + THREADS);
	errands_work(&errands);
	CHECK_EQ(ran, THREADS * TIMES);
}

const struct test cold_tests[] = {
	TEST(gives_memory_back),
	TEST(twice_is_once),
	TEST(refuses_what_is_no_memory),
	TEST(keeps_what_is_needed),
	TEST(ballooned_pages_are_not_its_own),
	TEST(what_cannot_be_discarded_stays),
	TEST(long_hints_come_in_parts),
	TEST(says_what_there_is),
	TEST(takes_hints),
	TEST(refuses_hints),
	TEST(errands_are_run),
	TESTS_END
};
