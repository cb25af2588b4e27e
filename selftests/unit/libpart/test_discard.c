// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "fake.h"

#define MIB	(1ULL << 20)

typedef struct hvpart_memory_range range;

static const struct hvpart_memory_ranges *last(unsigned long request)
{
	return (const void *)fake_last(request)->arg;
}

static void test_holes(void)
{
	struct part *part = fake_partition(1);
	const range some[] = { { 2, 3 }, { 0x3ff, 2 } };
	const range one = { 3, 1 };
	uint8_t *out, *next;
	size_t done = 77;

	ok(!part_mem_add(part, 0, 4 * MIB, 3, NULL, (void **)&out) &&
	   !part_mem_add(part, 4 * MIB, MIB, 3, NULL, (void **)&next),
	   "discard: set-up");
	memset(out, 0x5A, 4 * MIB);
	memset(next, 0x5A, MIB);
	ok(!part_mem_discard(part, some, 2, &done) && done == 2,
	   "discard: two ranges, one over two regions");
	ok(last(HVPART_DISCARD_MEMORY)->count == 2 &&
	   last(HVPART_DISCARD_MEMORY)->ranges_ptr == (uintptr_t)some &&
	   !last(HVPART_DISCARD_MEMORY)->reserved, "discard: arguments");
	ok(!part_mem_ptr(part, 0x2000, 1) && !part_mem_ptr(part, 0x4FFF, 1) &&
	   !part_mem_ptr(part, 0x3FF000, 1) && !part_mem_ptr(part, 4 * MIB, 1),
	   "ptr: not into a hole");
	ok(part_mem_ptr(part, 0x1000, 0x1000) &&
	   !part_mem_ptr(part, 0x1000, 0x1001) &&
	   !part_mem_ptr(part, 0x1FFF, 0x3002) &&
	   part_mem_ptr(part, 0x5000, 0x1000) &&
	   part_mem_ptr(part, 4 * MIB + 0x1000, 1), "ptr: neighbours");
	ok(!out[0x2000] && !out[0x4FFF] && !out[0x3FF000] && !next[0],
	   "discard: what was there is dropped");
	ok(out[0x1FFF] == 0x5A && out[0x5000] == 0x5A && next[0x1000] == 0x5A,
	   "discard: and nothing else");
	ok(!part_mem_discard(part, &one, 1, NULL), "discard: again");

	out[0x3000] = 1;
	ok(!part_mem_restore(part, &one, 1, &done) && done == 1 &&
	   part_mem_ptr(part, 0x3000, 0x1000) == out + 0x3000,
	   "restore: one page of a range");
	ok(!out[0x3000], "restore: zeroed");
	out[0x3000] = 7;
	done = 77;
	ok(part_mem_restore(part, some, 2, &done) == -EEXIST && !done &&
	   out[0x3000] == 7, "restore: a page that is there keeps its content");
	ok(fake_count(HVPART_RESTORE_MEMORY) == 1,
	   "restore: the kernel is not asked");
	ok(!part_mem_discard(part, &one, 1, NULL) &&
	   !part_mem_restore(part, some, 2, NULL) &&
	   part_mem_ptr(part, 0x2000, 0x3000), "restore: all");
	part_destroy(part);
}

static void test_refused(void)
{
	struct part *part = fake_partition(1);
	const range bad[] = {
		{ 0, 0 }, { 0x3ff, 3 }, { 0x401, 1 }, { 1ULL << 40, 1 },
		{ 1, ~0ULL }, { ~0ULL, 1 },
	};
	const range good = { 0, 2 };
	size_t i, done = 77;
	uint8_t *out;

	part_mem_add(part, 0, 4 * MIB, 3, NULL, (void **)&out);
	part_mem_add(part, 0x400000, 0x1000, 3, NULL, NULL);
	out[0] = 0x5A;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(part_mem_discard(part, &bad[i], 1, &done) == -EINVAL &&
		   !done && part_mem_restore(part, &bad[i], 1, &done) == -EINVAL,
		   "discard, restore: bad range %zu", i);
	ok(!fake_count(HVPART_DISCARD_MEMORY) &&
	   !fake_count(HVPART_RESTORE_MEMORY), "the kernel was not asked");
	fake_fail(HVPART_DISCARD_MEMORY, 1, EINVAL);
	ok(part_mem_discard(part, &good, 1, &done) == -EINVAL && !done &&
	   part_mem_ptr(part, 0, 0x2000) == out && out[0] == 0x5A,
	   "discard: refused by the kernel, nothing is dropped");
	fake_fail(HVPART_DISCARD_MEMORY, 1, EIO);
	ok(part_mem_discard(part, &good, 1, &done) == -EIO && done == 1 &&
	   !part_mem_ptr(part, 0, 1), "discard: pages that stay pinned are gone");
	fake_fail(HVPART_RESTORE_MEMORY, 1, ENOMEM);
	ok(part_mem_restore(part, &good, 1, &done) == -ENOMEM && !done &&
	   !part_mem_ptr(part, 0, 1), "restore: refused by the kernel");
	ok(!part_mem_restore(part, &good, 1, &done), "restore: later");
	part_mem_add(part, 0x500000, 0x1000, 3, NULL, NULL);
	fake_fail_alloc(1);
	ok(part_mem_discard(part, &(range){ 0x500, 1 }, 1, &done) == -ENOMEM &&
	   !done && part_mem_ptr(part, 0x500000, 1), "discard: no memory");
	part_destroy(part);
}

/* More ranges than the kernel takes at once; it refuses the second batch. */
static void test_many(void)
{
	static range many[HVPART_MEMORY_RANGES_MAX + 10];
	struct part *part = fake_partition(1);
	size_t i, nr = sizeof(many) / sizeof(many[0]), done;

	part_mem_add(part, 0, 16 * MIB, 3, NULL, NULL);
	for (i = 0; i < nr; i++)
		many[i] = (range){ 2 * i, 1 };
	fake_fail(HVPART_DISCARD_MEMORY, 2, ENOMEM);
	ok(part_mem_discard(part, many, nr, &done) == -ENOMEM &&
	   done == HVPART_MEMORY_RANGES_MAX, "discard: the second batch fails");
	ok(!part_mem_ptr(part, 2 * (done - 1) * 4096, 1) &&
	   part_mem_ptr(part, 2 * done * 4096, 1), "discard: up to there");
	ok(!part_mem_discard(part, many, nr, &done) && done == nr,
	   "discard: two batches");
	ok(last(HVPART_DISCARD_MEMORY)->count == 10, "discard: the rest");
	ok(!part_mem_restore(part, many, nr, &done) && done == nr,
	   "restore: two batches");
	part_destroy(part);
}

void test_discard(void)
{
	test_holes();
	test_refused();
	test_many();
}
