// SPDX-License-Identifier: GPL-2.0
/* HVPART_SET_GUEST_MEMORY: what may be mapped, and what it costs. */
#include <kselftest_harness.h>
#include <stdlib.h>
#include <sys/resource.h>
#include "part.h"

static u8 *anon(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* 2 MiB aligned, in large pages where the kernel has some. */
static u8 *anon_large(size_t size)
{
	u8 *p = anon(size + LARGE);

	p = (void *)(((uintptr_t)p + LARGE - 1) & ~(LARGE - 1));
	madvise(p, size, MADV_HUGEPAGE);
	memset(p, 0x55, size);
	return p;
}

static long long locked_kib(void)
{
	return file_number("/proc/self/status", "VmLck:");
}

static int part_stats(int part, struct hvpart_partition_stats *s)
{
	struct hvpart_get_stats a = {
		.size = sizeof(*s),
		.stats_ptr = (uintptr_t)s,
	};

	return do_ioctl(part, HVPART_GET_STATS, &a);
}

FIXTURE(memory)
{
	int dev, part;
	u8 *ram;
};

FIXTURE_SETUP(memory)
{
	self->dev = dev_open();
	ASSERT_GE(self->dev, 0);
	self->part = part_create_ready(self->dev);
	ASSERT_GE(self->part, 0);
	self->ram = anon(64 * PAGE);
	ASSERT_NE(NULL, self->ram);
}

FIXTURE_TEARDOWN(memory)
{
	close(self->part);
	close(self->dev);
}

TEST_F(memory, structure)
{
	const struct hvpart_user_mem_region good = {
		.size = PAGE,
		.userspace_addr = (uintptr_t)self->ram,
		.flags = MEM_RAM,
	};
	struct hvpart_user_mem_region a;

#define REGION(err, change) do {					\
	a = good;							\
	change;								\
	EXPECT_EQ(-(err), do_ioctl(self->part, HVPART_SET_GUEST_MEMORY, &a)) \
		TH_LOG("%s", #change);					\
} while (0)

	REGION(EINVAL, a.size = 0);
	REGION(EINVAL, a.size = PAGE - 1);
	REGION(EINVAL, a.size = ~0ULL);
	REGION(EINVAL, a.userspace_addr += 8);
	REGION(EINVAL, a.flags = 8);
	REGION(EINVAL, a.flags = 0x80 | MEM_RAM);
	for (int i = 0; i < 7; i++)
		REGION(EINVAL, a.rsvd[i] = 1);
	REGION(EINVAL, a.guest_pfn = 1ULL << 40);
	REGION(EINVAL, a.guest_pfn = ~0ULL);
	REGION(EINVAL, a.guest_pfn = (1ULL << 40) - 1; a.size = 2 * PAGE);
	REGION(EINVAL, a.size = 1ULL << 63; a.userspace_addr = 1ULL << 63);
	REGION(EFAULT, a.userspace_addr = 0);
	REGION(EFAULT, a.userspace_addr = 0xffff888000000000);
	REGION(EFAULT, a.userspace_addr = 0x7fffffffe000; a.size = 64 * PAGE);
	REGION(EINVAL, a.flags = MEM_UNMAP);
	EXPECT_EQ(-EFAULT, do_ioctl(self->part, HVPART_SET_GUEST_MEMORY, NULL));
	EXPECT_EQ(0, locked_kib());
}

TEST_F(memory, overlap)
{
	const u64 at = 0x100000;

	ASSERT_EQ(0, part_mem(self->part, at, self->ram, 16 * PAGE, MEM_RAM));
	/* before, behind, inside, around, the same; then the neighbours */
	EXPECT_EQ(-EEXIST, part_mem(self->part, at - PAGE, self->ram, 2 * PAGE, MEM_RAM));
	EXPECT_EQ(-EEXIST, part_mem(self->part, at + 15 * PAGE, self->ram, 2 * PAGE, MEM_RAM));
	EXPECT_EQ(-EEXIST, part_mem(self->part, at + PAGE, self->ram, PAGE, MEM_RAM));
	EXPECT_EQ(-EEXIST, part_mem(self->part, at - PAGE, self->ram, 18 * PAGE, MEM_RAM));
	EXPECT_EQ(-EEXIST, part_mem(self->part, at, self->ram, 16 * PAGE, MEM_RAM));
	EXPECT_EQ(0, part_mem(self->part, at - PAGE, self->ram, PAGE, MEM_RAM));
	EXPECT_EQ(0, part_mem(self->part, at + 16 * PAGE, self->ram, PAGE, MEM_RAM));
}

TEST_F(memory, unmap_is_exact)
{
	const u64 at = 0x200000;

	ASSERT_EQ(0, part_mem(self->part, at, self->ram, 16 * PAGE, MEM_RAM));
	EXPECT_EQ(64, locked_kib());
	EXPECT_EQ(-EINVAL, part_mem(self->part, at, self->ram, 8 * PAGE, MEM_UNMAP));
	EXPECT_EQ(-EINVAL, part_mem(self->part, at + PAGE, self->ram, 16 * PAGE, MEM_UNMAP));
	EXPECT_EQ(-EINVAL, part_mem(self->part, at, self->ram + PAGE, 16 * PAGE, MEM_UNMAP));
	EXPECT_EQ(-EINVAL, part_mem(self->part, 0, self->ram, 16 * PAGE, MEM_UNMAP));
	EXPECT_EQ(0, part_mem(self->part, at, self->ram, 16 * PAGE, MEM_UNMAP | MEM_RAM));
	EXPECT_EQ(-EINVAL, part_mem(self->part, at, self->ram, 16 * PAGE, MEM_UNMAP));
	EXPECT_EQ(0, locked_kib());
	EXPECT_EQ(0, part_mem(self->part, at, self->ram, 16 * PAGE, MEM_X));
}

/* As a firmware's copy at 4 GiB and at 1 MiB, and as shared memory. */
TEST_F(memory, two_regions_share_pages)
{
	int other = part_create_ready(self->dev);

	ASSERT_GE(other, 0);
	EXPECT_EQ(0, part_mem(self->part, 0, self->ram, 4 * PAGE, MEM_RAM));
	EXPECT_EQ(0, part_mem(self->part, 0xfffff000, self->ram, PAGE, MEM_X));
	EXPECT_EQ(0, part_mem(other, 0, self->ram, 4 * PAGE, MEM_RAM));
	EXPECT_EQ(0, part_mem(self->part, 0, self->ram, 4 * PAGE, MEM_UNMAP));
	close(other);
}

TEST_F(memory, rights_of_the_caller)
{
	u8 *ro = anon(PAGE), *none = anon(PAGE);
	void *file;
	int fd;

	ro[0] = 1;
	ASSERT_EQ(0, mprotect(ro, PAGE, PROT_READ));
	ASSERT_EQ(0, mprotect(none, PAGE, PROT_NONE));
	EXPECT_EQ(-EFAULT, part_mem(self->part, 0, ro, PAGE, MEM_RAM));
	EXPECT_EQ(0, part_mem(self->part, 0, ro, PAGE, MEM_X));
	EXPECT_EQ(-EFAULT, part_mem(self->part, PAGE, none, PAGE, MEM_X));
	fd = open("/proc/self/exe", O_RDONLY);
	file = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	EXPECT_EQ(0, part_mem(self->part, PAGE, file, PAGE, MEM_X));
	EXPECT_EQ(-EFAULT, part_mem(self->part, 2 * PAGE, file, PAGE, MEM_RAM));
	/* A hole in the middle: nothing of it stays. */
	ASSERT_EQ(0, munmap(self->ram + 8 * PAGE, PAGE));
	EXPECT_EQ(-EFAULT, part_mem(self->part, LARGE, self->ram, 16 * PAGE, MEM_RAM));
	EXPECT_EQ(8, locked_kib());
}

TEST_F(memory, rlimit_memlock)
{
	const struct rlimit limit = { 32 * PAGE, 32 * PAGE };

	drop_ipc_lock();
	ASSERT_EQ(0, setrlimit(RLIMIT_MEMLOCK, &limit));
	EXPECT_EQ(-ENOMEM, part_mem(self->part, 0, self->ram, 33 * PAGE, MEM_RAM));
	EXPECT_EQ(0, part_mem(self->part, 0, self->ram, 20 * PAGE, MEM_RAM));
	EXPECT_EQ(-ENOMEM, part_mem(self->part, LARGE, self->ram, 13 * PAGE, MEM_RAM));
	EXPECT_EQ(0, part_mem(self->part, LARGE, self->ram, 12 * PAGE, MEM_RAM));
	EXPECT_EQ(0, part_mem(self->part, 0, self->ram, 20 * PAGE, MEM_UNMAP));
	EXPECT_EQ(0, part_mem(self->part, 0, self->ram, 20 * PAGE, MEM_RAM));
	EXPECT_EQ(32 * 4, locked_kib());
	close(self->part);
	EXPECT_EQ(0, locked_kib());
	self->part = -1;
}

TEST_F(memory, more_than_there_is)
{
	void *huge = mmap(NULL, 1ULL << 40, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	ASSERT_NE(MAP_FAILED, huge);
	EXPECT_EQ(-ENOMEM, part_mem(self->part, 0, huge, 1ULL << 40, MEM_RAM));
	EXPECT_EQ(0, locked_kib());
}

TEST_F(memory, large_pages)
{
	struct hvpart_partition_stats s;
	u8 *large = anon_large(4 * LARGE);

	ASSERT_EQ(0, part_mem(self->part, 4 * LARGE, large, 4 * LARGE, MEM_RAM));
	ASSERT_EQ(0, part_stats(self->part, &s));
	if (!s.leaf_2m)
		SKIP(return, "the kernel gave no large page");
	TH_LOG("%llu large, %llu small", s.leaf_2m, s.leaf_4k);
	EXPECT_EQ(4 * 512, s.leaf_2m * 512 + s.leaf_4k);
	/* Out of step by a page: small ones, and the rest untouched. */
	ASSERT_EQ(0, part_mem(self->part, 16 * LARGE + PAGE, large, LARGE, MEM_RAM));
	ASSERT_EQ(0, part_mem(self->part, 4 * LARGE, large, 4 * LARGE, MEM_UNMAP));
	ASSERT_EQ(0, part_stats(self->part, &s));
	EXPECT_EQ(0, s.leaf_2m);
	EXPECT_EQ(512, s.leaf_4k);
}

/* More pages than a hypercall holds, scattered, with large ones between. */
TEST_F(memory, mixed_backing)
{
	struct hvpart_partition_stats s;
	u8 *area = anon_large(8 * LARGE);

	for (int i = 1; i < 8; i += 2)
		for (u64 k = 0; k < LARGE; k += 2 * PAGE) {
			madvise(area + i * LARGE + k, PAGE, MADV_DONTNEED);
			area[i * LARGE + k] = 1;
		}
	ASSERT_EQ(0, part_mem(self->part, LARGE, area, 8 * LARGE, MEM_RAM));
	ASSERT_EQ(0, part_stats(self->part, &s));
	EXPECT_EQ(8 * 512, s.leaf_2m * 512 + s.leaf_4k);
	ASSERT_EQ(0, part_mem(self->part, LARGE, area, 8 * LARGE, MEM_UNMAP));
	ASSERT_EQ(0, part_stats(self->part, &s));
	EXPECT_EQ(0, s.leaf_2m + s.leaf_4k);
	EXPECT_EQ(0, locked_kib());
}

TEST_F(memory, many_regions)
{
	for (u64 i = 0; i < 500; i++)
		ASSERT_EQ(0, part_mem(self->part, (i * 7919 % 500) * 2 * PAGE,
				      self->ram + i % 64 * PAGE, PAGE, MEM_RAM));
	for (u64 i = 0; i < 500; i += 2)
		ASSERT_EQ(0, part_mem(self->part, (i * 7919 % 500) * 2 * PAGE,
				      self->ram + i % 64 * PAGE, PAGE, MEM_UNMAP));
	EXPECT_EQ(250 * 4, locked_kib());
}

TEST_HARNESS_MAIN
