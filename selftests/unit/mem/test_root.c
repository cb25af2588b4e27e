// SPDX-License-Identifier: GPL-2.0
/* The root's map: largest pages, hiding, joining, faults, device memory. */
#include <string.h>

#include "model.h"

#define GIB	(1ull << 18)		/* in pages */

static void prebuilt(void)
{
	u64 i;

	model_default();
	/* Two stretches of 4K around the hole, the rest 2M. */
	CHECK_EQ(root.leaves[0], HOLE + 512 - HOLE_END);
	CHECK_EQ(root.leaves[1], ARENA / 512 - 1);
	model_init(&(struct model_options){ .seed_pages = 300, .big = true,
					    .page1g = true });
	CHECK_EQ(root.leaves[2], 2);
	CHECK_EQ(root.leaves[1], ARENA / 512 - 1 + (GIB - NR_PAGES) / 512);
	model_init(&(struct model_options){ .seed_pages = 300, .big = true,
					    .la57 = true });
	CHECK_EQ(root.leaves[2], 0);
	check_all();
	for (i = 0; i < NR_PAGES; i += 7)
		CHECK_EQ(op_root(cur, i, WRITE), i < ARENA);
}

static void add_ram_in_pieces(void)
{
	u64 i;

	model_init(&(struct model_options){ .seed_pages = 300, .big = true,
					    .page1g = true });
	/* Hidden page by page, given back in another order: all joins. */
	for (i = 0; i < 512; i++)
		CHECK_EQ(gpa_root_hide(&root, GIB + 512 + i), 0);
	CHECK_EQ(root.leaves[2], 1);
	CHECK_EQ(root.leaves[0], HOLE + 512 - HOLE_END);
	for (i = 0; i < 512; i++) {
		CHECK_EQ(gpa_root_hide(&root, GIB + 512 + i), 0);
		CHECK_EQ(gpa_root_restore(&root, GIB + 512 + (i * 7 & 511)), 0);
		if (i < 511)
			CHECK_EQ(gpa_root_restore(&root, GIB + 512 + (i * 7 & 511)), 0);
	}
	for (i = 0; i < 512; i++)
		CHECK_EQ(gpa_root_restore(&root, GIB + 512 + i), 0);
	CHECK_EQ(root.leaves[2], 2);
	CHECK_EQ(root.leaves[0], HOLE + 512 - HOLE_END);
	check_all();
}

static void split_and_join(void)
{
	u64 used, pend, gen, t, l0, l1;

	model_init(&(struct model_options){ .seed_pages = 300, .big = true,
					    .page1g = true });
	used = root_pool->nr_used;
	pend = root_pool->nr_pending;
	l0 = root.leaves[0];
	l1 = root.leaves[1];
	gen = root.generation;
	CHECK_EQ(gpa_root_hide(&root, GIB + 1000), 0);
	CHECK(root.generation > gen);
	CHECK_EQ(root_pool->nr_used, used + 2);
	CHECK_EQ(root.leaves[2], 1);
	CHECK_EQ(root.leaves[1], l1 + 511);
	CHECK_EQ(root.leaves[0], l0 + 511);
	CHECK_EQ(gpa_root_hide(&root, GIB + 1001), 0);
	CHECK_EQ(gpa_root_restore(&root, GIB + 1000), 0);
	CHECK_EQ(root.leaves[2], 1);
	gen = root.generation;
	t = cur->pc.flush_ticket;
	CHECK_EQ(gpa_root_restore(&root, GIB + 1001), 0);
	CHECK_EQ(root.leaves[2], 2);
	CHECK_EQ(root.leaves[1], l1);
	CHECK_EQ(root.leaves[0], l0);
	/* The size changed: flush, and the tables wait for it. */
	CHECK(root.generation > gen && cur->pc.flush_ticket > t);
	CHECK_EQ(root_pool->nr_used, used);
	CHECK_EQ(root_pool->nr_pending, pend + 2);
	/* Given back twice, or never hidden: nothing happens. */
	CHECK_EQ(gpa_root_restore(&root, GIB + 1001), 0);
	CHECK_EQ(gpa_root_restore(&root, 4 * GIB), 0);
	CHECK_EQ(gpa_root_hide(&root, 4 * GIB), 0);
	CHECK_EQ(root_pool->nr_used, used);
	check_all();
}

static void faults(void)
{
	struct gpa_root_stats was;
	u64 pfn = 700, got;

	model_default();
	was = gpa_root_stats;
	CHECK_EQ(op_deposit(root_pool, &pfn, 1), 0);
	all_enter();
	CHECK(op_root(cur, 700, READ));
	CHECK(mmu_access(cur, ASID_ROOT, 700, READ, &got));
	CHECK_EQ(got, zeros_pfn);
	CHECK(!op_root(cur, 700, WRITE));
	CHECK(!op_root(cur, 700, FETCH));
	CHECK_EQ(gpa_root_stats.hidden_reads, was.hidden_reads + 1);
	CHECK_EQ(gpa_root_stats.hidden_writes, was.hidden_writes + 2);
	/* The image's own pages, never mapped before. */
	CHECK(op_root(cur, ARENA + 3, READ));
	CHECK(!op_root(cur, ARENA + 3, WRITE));
	/* A stale fault: the page is there by now. */
	CHECK_EQ(gpa_root_fault(&root, 900 << PAGE_SHIFT, true, false),
		 ROOT_FAULT_RETRY);
	CHECK_EQ(gpa_root_fault(&root, root.limit << PAGE_SHIFT, false, false),
		 ROOT_FAULT_GP);
	check_all();
}

static void device(void)
{
	u64 l1 = 0, used;

	model_default();
	/* In a hole between RAM: single pages. */
	CHECK(op_root(cur, HOLE + 5, WRITE));
	CHECK_EQ(root.leaves[0], HOLE + 512 - HOLE_END + 1);
	/* RAM around it never joins with it. */
	for (used = HOLE; used < HOLE_END; used++)
		CHECK(op_root(cur, used, READ));
	CHECK_EQ(root.leaves[0], 512);
	check_all();
	/* Where nothing but devices is: 2M. */
	l1 = root.leaves[1];
	used = root_pool->nr_used;
	CHECK(op_root(cur, 10 * GIB + 700, WRITE));
	CHECK_EQ(root.leaves[1], l1 + 1);
	CHECK_EQ(root_pool->nr_used, used + 1);
	CHECK(op_root(cur, 10 * GIB + 600, FETCH));
	CHECK_EQ(root.leaves[1], l1 + 1);
	CHECK_EQ(gpa_lookup(&root, 10 * GIB).level, 0);
	check_all();
}

static void recycling(void)
{
	u64 i, used = 0, recycled;

	model_init(&(struct model_options){ .seed_pages = 200, .la57 = true });
	recycled = gpa_root_stats.recycled;
	for (i = 1; i < 400; i++) {
		CHECK(op_root(&cpus[i % NR_CPUS], i * GIB * 3, WRITE));
		used = MAX(used, root_pool->nr_used);
		if (i % 16 == 0)
			all_enter();
	}
	CHECK(gpa_root_stats.recycled >= recycled + 100);
	CHECK(used < 110);
	/* RAM was not touched by it. */
	CHECK_EQ(root.leaves[0], HOLE + 512 - HOLE_END);
	for (i = 0; i < ARENA; i += 100)
		CHECK(op_root(cur, i, READ));
	check_all();
}

/* Out of pages: what was touched makes room, from the reserve meanwhile. */
static void recycling_when_empty(void)
{
	u64 i;

	model_default();
	for (i = 1; i < 20; i++)
		CHECK(op_root(cur, i * GIB * 3, WRITE));
	while (pool_alloc(root_pool))
		;
	for (; i < 25; i++)
		CHECK(op_root(cur, i * GIB * 3, WRITE));
	CHECK(gpa_root_stats.recycled);
	CHECK_EQ(cur->pc.use_reserve, 0);
	/* The pages that it gave up come back after the epoch. */
	all_enter();
	pool_settle(root_pool);
	CHECK(root_pool->nr_free > 10);
	cur->pc.use_reserve = 1;
	while (pool_alloc(root_pool))
		;
	cur->pc.use_reserve = 0;
	CHECK_EQ(gpa_root_fault(&root, 100 * 512 * GIB << PAGE_SHIFT, true, false),
		 ROOT_FAULT_FATAL);
}

static void hide_exhausted(void)
{
	u64 used;

	model_default();
	while (pool_alloc(root_pool))
		;
	used = root_pool->nr_used;
	CHECK_EQ(gpa_root_hide(&root, 700), HV_STATUS_INSUFFICIENT_ROOT_MEMORY);
	CHECK_EQ(root_pool->nr_used, used);
	CHECK(op_root(cur, 700, WRITE));
	CHECK_EQ(gpa_root_add_ram(&root, 600 * GIB, 1),
		 HV_STATUS_INSUFFICIENT_ROOT_MEMORY);
}

const struct test root_tests[] = {
	{ "root: RAM is mapped with the largest pages", prebuilt },
	{ "root: hidden and given back in any order", add_ram_in_pieces },
	{ "root: splits down, joins up", split_and_join },
	{ "root: faults on hidden pages", faults },
	{ "root: device memory on first touch", device },
	{ "root: tables of device memory are recycled", recycling },
	{ "root: recycling with an empty pool", recycling_when_empty },
	{ "root: no table to split into", hide_exhausted },
	{ NULL, NULL }
};
