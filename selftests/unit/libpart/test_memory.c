// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"

#define MIB	(1ULL << 20)

static void test_add(void)
{
	struct part *part = fake_partition(1);
	const struct hvpart_user_mem_region *arg;
	void *out = NULL;

	ok(!part_mem_add(part, 0, 4 * MIB, PART_MEM_RAM, NULL, &out) && out,
	   "add: allocates");
	ok((uintptr_t)out % (2 * MIB) == 0, "add: aligned to large pages");
	arg = (const void *)fake_last(HVPART_SET_GUEST_MEMORY)->arg;
	ok(arg->size == 4 * MIB && !arg->guest_pfn && arg->flags == 3 &&
	   arg->userspace_addr == (uintptr_t)out, "add: arguments");
	memset(out, 0x5A, 4 * MIB);
	ok(!part_mem_add(part, 16 * MIB + 0x1000, 4 * MIB, PART_MEM_RAM, NULL,
			 &out) && (uintptr_t)out % (2 * MIB) == 0x1000,
	   "add: agrees with the GPA within 2 MiB");
	ok(!part_mem_add(part, 8 * MIB, 0x1000, 0, NULL, NULL),
	   "add: one page, read-only, address not wanted");
	ok(part_mem_ptr(part, 4 * MIB - 1, 1) &&
	   *(uint8_t *)part_mem_ptr(part, 4 * MIB - 1, 1) == 0x5A,
	   "ptr: last byte");
	ok(!part_mem_ptr(part, 4 * MIB, 1), "ptr: one behind");
	ok(!part_mem_ptr(part, 4 * MIB - 1, 2), "ptr: over the end");
	ok(!part_mem_ptr(part, 0, 0), "ptr: length 0");
	ok(!part_mem_ptr(part, 0x10, ~0ULL), "ptr: length wraps");
	ok(!part_mem_ptr(part, ~0ULL, 2), "ptr: address wraps");
	ok(part_mem_ptr(part, 16 * MIB + 0x1000, 4 * MIB) == out,
	   "ptr: whole region");
	part_destroy(part);
}

static void test_add_refused(void)
{
	struct part *part = fake_partition(1);
	uint8_t *mine = aligned_alloc(0x1000, 0x3000);
	uint64_t size;

	ok(part_mem_add(part, 1, 0x1000, 3, NULL, NULL) == -EINVAL,
	   "add: address not aligned");
	ok(part_mem_add(part, 0, 0x1001, 3, NULL, NULL) == -EINVAL,
	   "add: size not aligned");
	ok(part_mem_add(part, 0, 0, 3, NULL, NULL) == -EINVAL, "add: nothing");
	ok(part_mem_add(part, 1ULL << 52, 0x1000, 3, NULL, NULL) == -EINVAL,
	   "add: address too high");
	size = (1ULL << 52) - 0x1000;
	ok(part_mem_add(part, 0x2000, size, 3, NULL, NULL) == -EINVAL,
	   "add: end too high");
	ok(part_mem_add(part, 0, 0x1000, 4, NULL, NULL) == -EINVAL,
	   "add: unknown flag");
	ok(part_mem_add(part, 0, 0x1000, 3, mine + 1, NULL) == -EINVAL,
	   "add: own memory not aligned");
	ok(!part_mem_add(part, 0x4000, 0x3000, 3, mine, NULL),
	   "add: own memory");
	ok(part_mem_ptr(part, 0x5000, 1) == mine + 0x1000, "ptr: own memory");
	ok(part_mem_add(part, 0x6000, 0x1000, 3, NULL, NULL) == -EEXIST &&
	   part_mem_add(part, 0x3000, 0x2000, 3, NULL, NULL) == -EEXIST &&
	   part_mem_add(part, 0x3000, 0x8000, 3, NULL, NULL) == -EEXIST,
	   "add: overlaps");
	ok(!part_mem_add(part, 0x7000, 0x1000, 3, NULL, NULL) &&
	   !part_mem_add(part, 0x3000, 0x1000, 3, NULL, NULL),
	   "add: neighbours");
	ok(!part_mem_ptr(part, 0x3800, 0x1000), "ptr: across two regions");
	fake_fail(HVPART_SET_GUEST_MEMORY, 1, ENOMEM);
	ok(part_mem_add(part, 0x10000, 0x1000, 3, NULL, NULL) == -ENOMEM &&
	   !part_mem_ptr(part, 0x10000, 1), "add: refused by the kernel");
	ok(!part_mem_add(part, 0x10000, 0x1000, 3, NULL, NULL),
	   "add: the place is free afterwards");
	fake_fail_alloc(1);
	ok(part_mem_add(part, 0x20000, 0x1000, 3, NULL, NULL) == -ENOMEM,
	   "add: no memory for the region");
	fake_fail_alloc(2);
	ok(part_mem_add(part, 0x20000, 0x1000, 3, NULL, NULL) == -ENOMEM,
	   "add: no memory for the guest");
	part_destroy(part);
	mine[0] = 1;
	free(mine);
	ok(true, "destroy: own memory is left alone");
}

static void test_remove(void)
{
	struct part *part = fake_partition(1);
	const struct hvpart_user_mem_region *arg;
	void *out;

	ok(!part_mem_add(part, 0x4000, 0x2000, 3, NULL, &out), "remove: set-up");
	ok(part_mem_remove(part, 0x4000, 0x1000) == -ENOENT &&
	   part_mem_remove(part, 0x5000, 0x1000) == -ENOENT,
	   "remove: parts do not count");
	fake_fail(HVPART_SET_GUEST_MEMORY, 1, EBUSY);
	ok(part_mem_remove(part, 0x4000, 0x2000) == -EBUSY &&
	   part_mem_ptr(part, 0x4000, 1) == out, "remove: refused, still there");
	ok(!part_mem_remove(part, 0x4000, 0x2000), "remove");
	arg = (const void *)fake_last(HVPART_SET_GUEST_MEMORY)->arg;
	ok(arg->flags == 4 && arg->guest_pfn == 4 && arg->size == 0x2000 &&
	   arg->userspace_addr == (uintptr_t)out, "remove: exact match");
	ok(!part_mem_ptr(part, 0x4000, 1), "remove: gone");
	ok(part_mem_remove(part, 0x4000, 0x2000) == -ENOENT, "remove: twice");
	part_destroy(part);
}

static void *translate_all_the_time(void *data)
{
	struct part *part = data;
	long seen = 0;
	int i;

	for (i = 0; i < 20000; i++)
		seen += part_mem_ptr(part, 0x4000, 0x1000) != NULL;
	return (void *)seen;
}

static void test_threads(void)
{
	struct part *part = fake_partition(1);
	pthread_t threads[2];
	int bad = 0;
	int i;

	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, translate_all_the_time, part);
	for (i = 0; i < 200; i++) {
		bad += part_mem_add(part, 0x4000, 0x1000, 3, NULL, NULL) != 0;
		bad += part_mem_remove(part, 0x4000, 0x1000) != 0;
	}
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	ok(!bad, "add and remove beside translations");
	part_destroy(part);
}

void test_memory(void)
{
	test_add();
	test_add_refused();
	test_remove();
	test_threads();
}
