// SPDX-License-Identifier: GPL-2.0
/* HVPART_DISCARD_MEMORY, HVPART_RESTORE_MEMORY: pages that go and come back. */
#include <kselftest_harness.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>
#include "part.h"

#define AT	(4 * LARGE)		/* where the guest sees it */
#define PFN	(AT / PAGE)

typedef struct hvpart_memory_range range;

static long long locked_pages(void)
{
	return file_number("/proc/self/status", "VmLck:") / 4;
}

static int ranges(int part, unsigned long cmd, const range *r, u32 nr, u32 *done)
{
	struct hvpart_memory_ranges a = {
		.ranges_ptr = (uintptr_t)r, .count = nr,
	};
	int ret = do_ioctl(part, cmd, &a);

	if (done)
		*done = a.count;
	return ret;
}

static int one(int part, unsigned long cmd, u64 pfn, u64 n)
{
	return ranges(part, cmd, &(range){ pfn, n }, 1, NULL);
}

static u64 leaves(int part)
{
	struct hvpart_partition_stats s;
	struct hvpart_get_stats a = {
		.size = sizeof(s), .stats_ptr = (uintptr_t)&s,
	};

	return do_ioctl(part, HVPART_GET_STATS, &a) ? ~0ULL :
		s.leaf_2m * 512 + s.leaf_4k;
}

FIXTURE(discard)
{
	int dev, part;
	u8 *ram;
};

/* 8 MiB, large where the kernel has large pages, and a page more behind it. */
FIXTURE_SETUP(discard)
{
	self->dev = dev_open();
	ASSERT_GE(self->dev, 0);
	self->part = part_create_ready(self->dev);
	ASSERT_GE(self->part, 0);
	self->ram = mmap(NULL, 6 * LARGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->ram);
	self->ram = (void *)(((uintptr_t)self->ram + LARGE - 1) & ~(LARGE - 1));
	madvise(self->ram, 5 * LARGE, MADV_HUGEPAGE);
	memset(self->ram, 0x55, 4 * LARGE + PAGE);
	ASSERT_EQ(0, part_mem(self->part, AT, self->ram, 4 * LARGE, MEM_RAM));
	ASSERT_EQ(0, part_mem(self->part, AT + 4 * LARGE, self->ram + 4 * LARGE,
			      PAGE, MEM_RAM));
	ASSERT_EQ(2049, locked_pages());
}

FIXTURE_TEARDOWN(discard)
{
	close(self->part);
	EXPECT_EQ(0, locked_pages());
	close(self->dev);
}

TEST_F(discard, structure)
{
	const range good = { PFN, 1 };
	const struct hvpart_memory_ranges ok = {
		.ranges_ptr = (uintptr_t)&good, .count = 1,
	};
	struct hvpart_memory_ranges a;
	static range many[HVPART_MEMORY_RANGES_MAX + 1];

#define CALL(err, change) do {						\
	a = ok;								\
	change;								\
	EXPECT_EQ(-(err), do_ioctl(self->part, HVPART_DISCARD_MEMORY, &a)) \
		TH_LOG("%s", #change);					\
} while (0)

	CALL(EINVAL, a.count = 0);
	CALL(EINVAL, a.count = HVPART_MEMORY_RANGES_MAX + 1;
	     a.ranges_ptr = (uintptr_t)many);
	CALL(EINVAL, a.count = ~0U);
	CALL(EINVAL, a.reserved = 1);
	CALL(EFAULT, a.ranges_ptr = 0);
	CALL(EFAULT, a.ranges_ptr = 0xffff888000000000);
	EXPECT_EQ(-EFAULT, do_ioctl(self->part, HVPART_DISCARD_MEMORY, NULL));
	EXPECT_EQ(2049, locked_pages());
}

TEST_F(discard, ranges_are_checked)
{
	static const range bad[] = {
		{ PFN, 0 }, { PFN - 1, 1 }, { PFN - 1, 2 }, { PFN + 2049, 1 },
		{ PFN + 2048, 2 }, { 0, ~0ULL }, { ~0ULL, 1 }, { ~0ULL, 2 },
		{ 1ULL << 63, 1ULL << 63 },
	};
	const range mixed[] = { { PFN, 4 }, { PFN + 3000, 1 } };
	u32 done = 77;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		EXPECT_EQ(-EINVAL, ranges(self->part, HVPART_DISCARD_MEMORY,
					  &bad[i], 1, &done)) TH_LOG("%zu", i);
		EXPECT_EQ(0, done);
		EXPECT_EQ(-EINVAL, ranges(self->part, HVPART_RESTORE_MEMORY,
					  &bad[i], 1, &done)) TH_LOG("%zu", i);
	}
	/* One bad range, and nothing is done. */
	EXPECT_EQ(-EINVAL, ranges(self->part, HVPART_DISCARD_MEMORY, mixed, 2, &done));
	EXPECT_EQ(0, done);
	EXPECT_EQ(2049, locked_pages());
	EXPECT_EQ(2049, leaves(self->part));
}

TEST_F(discard, comes_and_goes)
{
	/* a large page, some pages, the last with the next region's, one twice */
	const range some[] = {
		{ PFN + 512, 512 }, { PFN + 3, 5 }, { PFN + 2047, 2 }, { PFN + 4, 1 },
	};
	u32 done = 0;

	EXPECT_EQ(-EEXIST, ranges(self->part, HVPART_RESTORE_MEMORY, some, 4, &done));
	ASSERT_EQ(0, ranges(self->part, HVPART_DISCARD_MEMORY, some, 4, &done));
	EXPECT_EQ(4, done);
	EXPECT_EQ(2049 - 519, locked_pages());
	EXPECT_EQ(2049 - 519, leaves(self->part));
	/* Again is no error and nothing. */
	ASSERT_EQ(0, ranges(self->part, HVPART_DISCARD_MEMORY, some, 4, &done));
	EXPECT_EQ(2049 - 519, locked_pages());

	EXPECT_EQ(0, madvise(self->ram + LARGE, LARGE, MADV_DONTNEED));
	EXPECT_EQ(-EEXIST, one(self->part, HVPART_RESTORE_MEMORY, PFN + 511, 2));
	/* The list names a page twice: all before it come back. */
	EXPECT_EQ(-EEXIST, ranges(self->part, HVPART_RESTORE_MEMORY, some, 4, &done));
	EXPECT_EQ(3, done);
	EXPECT_EQ(2049, locked_pages());
	EXPECT_EQ(2049, leaves(self->part));
	ASSERT_EQ(0, one(self->part, HVPART_DISCARD_MEMORY, PFN, 2049));
	EXPECT_EQ(0, locked_pages());
	EXPECT_EQ(0, leaves(self->part));
	/* Regions with holes can be removed as any. */
	EXPECT_EQ(0, part_mem(self->part, AT, self->ram, 4 * LARGE, MEM_UNMAP));
	EXPECT_EQ(-EINVAL, one(self->part, HVPART_RESTORE_MEMORY, PFN, 1));
}

/* What was discarded is really the process's again: it goes back to the system. */
TEST_F(discard, gives_memory_back)
{
	long long before = file_number("/proc/self/status", "RssAnon:");

	ASSERT_EQ(0, one(self->part, HVPART_DISCARD_MEMORY, PFN, 2048));
	ASSERT_EQ(0, madvise(self->ram, 4 * LARGE, MADV_DONTNEED));
	EXPECT_GE(before - 8 * 1024, file_number("/proc/self/status", "RssAnon:"));
	ASSERT_EQ(0, one(self->part, HVPART_RESTORE_MEMORY, PFN, 2048));
	EXPECT_EQ(2049, leaves(self->part));
	EXPECT_EQ(0, self->ram[0] | self->ram[4 * LARGE - 1]);
}

/* A piece that cannot be charged or found leaves the whole range as it was. */
TEST_F(discard, all_or_nothing)
{
	ASSERT_EQ(0, one(self->part, HVPART_DISCARD_MEMORY, PFN, 2049));
	ASSERT_EQ(0, munmap(self->ram + 4 * LARGE, PAGE));
	EXPECT_EQ(-EFAULT, one(self->part, HVPART_RESTORE_MEMORY, PFN, 2049));
	EXPECT_EQ(0, locked_pages());
	EXPECT_EQ(0, leaves(self->part));
	EXPECT_EQ(0, one(self->part, HVPART_RESTORE_MEMORY, PFN + 1, 2047));
	EXPECT_EQ(2047, locked_pages());
}

TEST_F(discard, rlimit_memlock)
{
	const struct rlimit limit = { 2049 * PAGE, 2049 * PAGE };

	drop_ipc_lock();
	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &limit));
	ASSERT_EQ(0, one(self->part, HVPART_DISCARD_MEMORY, PFN, 600));
	/* What was given up may be used elsewhere, and then is missing here. */
	ASSERT_EQ(0, part_mem(self->part, 0, self->ram, PAGE, MEM_RAM));
	EXPECT_EQ(-ENOMEM, one(self->part, HVPART_RESTORE_MEMORY, PFN, 600));
	EXPECT_EQ(2049 - 599, locked_pages());
	EXPECT_EQ(0, one(self->part, HVPART_RESTORE_MEMORY, PFN, 599));
	EXPECT_EQ(0, part_mem(self->part, 0, self->ram, PAGE, MEM_UNMAP));
	EXPECT_EQ(0, one(self->part, HVPART_RESTORE_MEMORY, PFN + 599, 1));
}

/* A guest runs while its neighbour pages go and come, and notices nothing. */
TEST_F(discard, guest_touches_a_hole)
{
	struct hv_message msg;
	u8 *code = mmap(NULL, GUEST_RAM, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int vp;

	guest_load_image(code);
	ASSERT_EQ(0, part_mem(self->part, 0, code, GUEST_RAM, MEM_RAM));
	vp = vp_create(self->part, 0);
	ASSERT_GE(vp, 0);
	ASSERT_EQ(0, guest_start_long(vp, 0, guest_out));
	ASSERT_EQ(0, vp_run(vp, &msg));
	EXPECT_EQ(HVMSG_X64_IO_PORT_INTERCEPT, msg.header.message_type);
	/* Its own code goes; the next fetch finds nothing. */
	ASSERT_EQ(0, one(self->part, HVPART_DISCARD_MEMORY, GUEST_CODE / PAGE, 1));
	ASSERT_EQ(0, vp_run(vp, &msg));
	EXPECT_EQ(HVMSG_UNMAPPED_GPA, msg.header.message_type);
	ASSERT_EQ(0, one(self->part, HVPART_RESTORE_MEMORY, GUEST_CODE / PAGE, 1));
	ASSERT_EQ(0, vp_run(vp, &msg));
	EXPECT_EQ(HVMSG_X64_IO_PORT_INTERCEPT, msg.header.message_type);
	close(vp);
}

struct ticker {
	int vp;
	volatile int hole, stop, bad;
};

static void pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* The other CPU: runs the guest, and waits where it finds a hole. */
static void *tick_on(void *arg)
{
	struct ticker *t = arg;
	struct hv_message msg;

	pin_to(1);
	while (!t->stop) {
		if (vp_run(t->vp, &msg) ||
		    msg.header.message_type != HVMSG_UNMAPPED_GPA)
			t->bad = 1;
		while (t->hole && !t->stop)
			sched_yield();
	}
	return NULL;
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static bool changes(volatile const u64 *word, double within)
{
	const u64 was = *word;
	const double end = seconds() + within;

	while (*word == was)
		if (seconds() > end)
			return false;
	return true;
}

/* Once the call returns, no CPU writes there any more: it may be somebody else's. */
TEST_F(discard, no_cpu_holds_on_to_it)
{
	struct ticker t = {};
	volatile u64 *count = (void *)self->ram;
	pthread_t other;
	u8 *code;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "one CPU");
	code = mmap(NULL, GUEST_RAM, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	guest_load_image(code);
	ASSERT_EQ(0, part_mem(self->part, 0, code, GUEST_RAM, MEM_RAM));
	t.vp = vp_create(self->part, 0);
	ASSERT_GE(t.vp, 0);
	ASSERT_EQ(0, guest_start_long(t.vp, 0, guest_tick));
	pin_to(0);
	ASSERT_EQ(0, pthread_create(&other, NULL, tick_on, &t));
	for (int i = 0; i < 40; i++) {
		/* one page, or the large one around it */
		const u64 n = i % 2 ? 512 : 1;

		EXPECT_TRUE(changes(count, 20)) TH_LOG("round %d stands", i);
		t.hole = 1;
		ASSERT_EQ(0, one(self->part, HVPART_DISCARD_MEMORY, PFN, n));
		EXPECT_FALSE(changes(count, 0.002)) TH_LOG("round %d", i);
		ASSERT_EQ(0, one(self->part, HVPART_RESTORE_MEMORY, PFN, n));
		t.hole = 0;
	}
	t.hole = t.stop = 1;
	ASSERT_EQ(0, one(self->part, HVPART_DISCARD_MEMORY, PFN, 1));
	pthread_join(other, NULL);
	EXPECT_EQ(0, t.bad);
	close(t.vp);
}

TEST_HARNESS_MAIN
