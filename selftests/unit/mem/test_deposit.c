// SPDX-License-Identifier: GPL-2.0
/* Two-phase deposit and withdraw, shared pages. */
#include <string.h>

#include "model.h"

static struct pool pool;

static void start(void)
{
	model_default();
	pool_init(&pool, 7);
}

static void deposit_one(u64 pfn)
{
	CHECK_EQ(op_deposit(&pool, &pfn, 1), 0);
}

static void two_phases(void)
{
	u64 pfn = 700;
	u32 got;

	start();
	CHECK(op_root(&cpus[1], 700, WRITE));
	deposit_one(700);
	CHECK_EQ(owner_get(700).state, PG_PENDING);
	CHECK_EQ(owner_get(700).owner, 7);
	CHECK_EQ(pool.nr_pending, 1);
	CHECK(!pool_alloc(&pool));
	/* CPU 1 may still write it; that ends with its entry. */
	CHECK(op_root(&cpus[1], 700, WRITE));
	cpu_enter(&cpus[0]);
	cpu_enter(&cpus[2]);
	CHECK(!pool_alloc(&pool));
	cpu_enter(&cpus[1]);
	cpu_run(&cpus[1], ASID_ROOT);
	CHECK(!op_root(&cpus[1], 700, WRITE));
	CHECK(pool_alloc(&pool) == mem + (700 << PAGE_SHIFT));
	CHECK_EQ(op_withdraw(&pool, 4, &got), HV_STATUS_NO_RESOURCES);
	CHECK_EQ(got, 0);
	memset(mem + (700 << PAGE_SHIFT), 0xee, PAGE_SIZE);
	pool_free(&pool, mem + (700 << PAGE_SHIFT));
	/* And back: zeroed, then nobody's, then the root's. */
	CHECK_EQ(op_withdraw(&pool, 4, &got), HV_STATUS_TIME_OUT);
	CHECK_EQ(got, 0);
	CHECK_EQ(owner_get(700).state, PG_LEAVING);
	CHECK_EQ(mem[pfn << PAGE_SHIFT], 0);
	CHECK_EQ(raw_host_pfn((HV_POOL_BASE >> PAGE_SHIFT) + 700), PFN_NONE);
	CHECK(op_root(&cpus[2], 700, READ));
	CHECK(!op_root(&cpus[2], 700, WRITE));
	CHECK(!owner_map_get(700) && !owner_share(700) && !owner_deposit(700, 1));
	all_enter();
	CHECK_EQ(op_withdraw(&pool, 1, &got), 0);
	CHECK_EQ(got, 1);
	CHECK_EQ(owner_get(700).owner, 0);
	CHECK(op_root(&cpus[2], 700, WRITE));
	CHECK_EQ(op_withdraw(&pool, 1, &got), HV_STATUS_NO_RESOURCES);
	check_all();
}

static void refused(void)
{
	static const u64 bad[] = { HOLE, ARENA, NR_PAGES, ~0ull, 1ull << 40,
				   0xfffffffeull, 0xffffffffull };
	u64 pfns[4] = { 700, 701, 702, 703 };
	u64 used;
	void *va;
	u32 i;

	start();
	used = root_pool->nr_used;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		pfns[3] = bad[i];
		CHECK_EQ(deposit_pages(&root, &pool, pfns, 4),
			 HV_STATUS_OPERATION_DENIED);
	}
	pfns[3] = 701;			/* twice */
	CHECK_EQ(op_deposit(&pool, pfns, 4), HV_STATUS_OPERATION_DENIED);
	CHECK(owner_map_get(703));
	pfns[3] = 703;			/* mapped into a child */
	CHECK_EQ(deposit_pages(&root, &pool, pfns, 4),
		 HV_STATUS_OPERATION_DENIED);
	owner_map_put(703);
	va = share_page(703);
	CHECK_EQ(op_deposit(&pool, pfns, 4), HV_STATUS_OPERATION_DENIED);
	unshare_page(va);
	deposit_one(703);
	CHECK_EQ(op_deposit(&pool, pfns, 4), HV_STATUS_OPERATION_DENIED);
	CHECK_EQ(pool.nr_pending, 1);
	for (i = 700; i < 703; i++)
		CHECK_EQ(owner_get(i).state, PG_ROOT);
	CHECK(root_pool->nr_used >= used);
	CHECK_EQ(op_deposit(&pool, pfns, 0), 0);
	check_all();
}

static void drain_root(u32 leave)
{
	while (root_pool->nr_free > leave + ROOT_RESERVE)
		(void)!pool_alloc(root_pool);
}

/* Tables run out at each possible step: nothing has happened. */
static void exhausted(void)
{
	u64 pfns[3] = { 700, 1300, 1900 }, used, leaves;
	hv_status st;
	u32 n, i;

	for (n = 0;; n++) {
		start();
		used = root_pool->nr_used;
		drain_root(n);
		used = root_pool->nr_used;
		leaves = root.leaves[0];
		st = op_deposit(&pool, pfns, 3);
		if (!st)
			break;
		for (i = 0; i < 3; i++)
			CHECK_EQ(owner_get(pfns[i]).state, PG_ROOT);
		CHECK_EQ(pool.nr_pending, 0);
		CHECK_EQ(root.leaves[0], leaves);
		CHECK_EQ(root_pool->nr_used, used);
		all_enter();
		CHECK(op_root(cur, 700, WRITE));
	}
	CHECK_EQ(n, 6);		/* a split and a table of ours for each */
	/* The root's own pool may be filled with the last pages. */
	start();
	drain_root(0);
	CHECK_EQ(op_deposit(root_pool, pfns, 3), 0);
	CHECK_EQ(op_deposit(&pool, pfns, 1), HV_STATUS_OPERATION_DENIED);
	CHECK_EQ(cur->pc.use_reserve, 0);
}

static void withdraw_many(void)
{
	u64 pfns[64];
	u32 i, got, total = 0, rounds;

	start();
	for (i = 0; i < 64; i++)
		pfns[i] = 600 + i * 3;
	CHECK_EQ(op_deposit(&pool, pfns, 64), 0);
	/* Pending pages are only waiting, not missing. */
	CHECK_EQ(op_withdraw(&pool, 8, &got), HV_STATUS_TIME_OUT);
	all_enter();
	for (rounds = 0; total < 64; rounds++) {
		hv_status st = op_withdraw(&pool, 8, &got);

		total += got;
		CHECK(st == (got == 8 ? 0 : HV_STATUS_TIME_OUT));
		if (st)
			all_enter();
		CHECK(rounds < 12);
	}
	CHECK_EQ(op_withdraw(&pool, 1, &got), HV_STATUS_NO_RESOURCES);
	CHECK_EQ(op_withdraw(&pool, 0, &got), 0);
	CHECK_EQ(op_withdraw(root_pool, 8, &got), HV_STATUS_NO_RESOURCES);
	CHECK_EQ(got, 0);
	check_all();
}

/* Everything that a deposit built goes with the withdrawal. */
static void leaves_no_trace(void)
{
	u32 leaves[3], i, got;
	u64 pfns[8], used;

	start();
	memcpy(leaves, root.leaves, sizeof(leaves));
	used = root_pool->nr_used;
	for (i = 0; i < 8; i++)
		pfns[i] = 520 + 200 * i;
	CHECK_EQ(op_deposit(&pool, pfns, 8), 0);
	CHECK(root_pool->nr_used > used);
	all_enter();
	CHECK(op_root(&cpus[1], 520, READ));
	CHECK_EQ(op_withdraw(&pool, 8, &got), HV_STATUS_TIME_OUT);
	all_enter();
	CHECK_EQ(op_withdraw(&pool, 8, &got), 0);
	CHECK(!memcmp(leaves, root.leaves, sizeof(leaves)));
	CHECK_EQ(root_pool->nr_used, used);
	check_all();
}

static const char *race_where;
static u64 race_page;

/* CPU 1 enters, and has @race_page in its TLB again. */
static void back_again(const char *where, void *what)
{
	u64 pfn;

	(void)what;
	if (strcmp(where, race_where))
		return;
	race_hook = NULL;
	cpu_enter(&cpus[1]);
	cpu_run(&cpus[1], ASID_ROOT);
	mmu_access(&cpus[1], ASID_ROOT, race_page, READ, &pfn);
}

static void deposit_race(void)
{
	start();
	race_where = "gpa_set";
	race_page = 700;
	race_hook = back_again;
	deposit_one(700);
	CHECK(!race_hook);
	CHECK(tlb_find(&cpus[1], ASID_ROOT, 700));
	cpu_enter(&cpus[0]);
	cpu_enter(&cpus[2]);
	CHECK(!pool_alloc(&pool));
	cpu_enter(&cpus[1]);
	CHECK(pool_alloc(&pool));
}

static void withdraw_race(void)
{
	u32 got;

	start();
	deposit_one(700);
	all_enter();
	CHECK(op_root(&cpus[1], 700, READ));	/* the page of zeros */
	race_where = "leaving";
	race_page = 700;
	race_hook = back_again;
	CHECK_EQ(op_withdraw(&pool, 1, &got), HV_STATUS_TIME_OUT);
	CHECK(!race_hook);
	CHECK(tlb_find(&cpus[1], ASID_ROOT, 700));
	cpu_enter(&cpus[0]);
	cpu_enter(&cpus[2]);
	CHECK_EQ(op_withdraw(&pool, 1, &got), HV_STATUS_TIME_OUT);
	cpu_enter(&cpus[1]);
	cpu_run(&cpus[1], ASID_ROOT);
	CHECK(op_root(&cpus[1], 700, READ));	/* the page itself by now */
	CHECK_EQ(op_withdraw(&pool, 1, &got), 0);
	check_all();
}

/* A read of the root just while its page begins to leave. */
static void read_now(const char *where, void *what)
{
	(void)what;
	if (strcmp(where, "leaving"))
		return;
	race_hook = NULL;
	op_root(&cpus[1], 700, READ);
}

static void leaving_race(void)
{
	u32 got;

	start();
	deposit_one(700);
	all_enter();
	race_hook = read_now;
	CHECK_EQ(op_withdraw(&pool, 1, &got), HV_STATUS_TIME_OUT);
	CHECK(!race_hook);
	all_enter();
	CHECK(op_root(&cpus[1], 700, READ));
	CHECK_EQ(op_withdraw(&pool, 1, &got), 0);
	CHECK(op_root(&cpus[1], 700, WRITE));
	check_all();
}

static void sharing(void)
{
	void *a, *b;
	u64 t;

	start();
	a = share_page(700);
	b = share_page(700);
	CHECK(a && a == b);
	CHECK_EQ(owner_get(700).state, PG_SHARED);
	/* It stays the root's, and mappable. */
	CHECK(op_root(&cpus[1], 700, WRITE));
	CHECK(owner_map_get(700));
	owner_map_put(700);
	test_memset(a, 1, 16);
	unshare_page(a);
	test_memset(a, 2, 16);
	check_all();
	t = cur->pc.flush_ticket;
	unshare_page(b);
	CHECK_EQ(owner_get(700).state, PG_ROOT);
	CHECK(cur->pc.flush_ticket > t);
	CHECK(!epoch_complete(cur->pc.flush_ticket));
	CHECK_EQ(raw_host_pfn((HV_POOL_BASE >> PAGE_SHIFT) + 700), PFN_NONE);
	check_all();
	CHECK(!share_page(HOLE));
	CHECK(!share_page(ARENA));
	CHECK(!share_page(NR_PAGES));
	CHECK(!share_page(~0ull));
	deposit_one(700);
	CHECK(!share_page(700));
	drain_root(0);
	CHECK(!share_page(1500));
	CHECK_EQ(owner_get(1500).state, PG_ROOT);
}

const struct test deposit_tests[] = {
	{ "deposit: two phases, there and back", two_phases },
	{ "deposit: what is refused, as a whole", refused },
	{ "deposit: out of tables changes nothing", exhausted },
	{ "deposit: withdraw in batches", withdraw_many },
	{ "deposit: withdraw leaves no trace in the tables", leaves_no_trace },
	{ "deposit: the ticket is drawn after hiding", deposit_race },
	{ "withdraw: the ticket is drawn after hiding", withdraw_race },
	{ "withdraw: a read while the page begins to leave", leaving_race },
	{ "share: map, count, unmap", sharing },
	{ NULL, NULL }
};
