// SPDX-License-Identifier: GPL-2.0
/* lib, owner, epoch, pool, window, aspace */
#include <string.h>

#include "model.h"

void *lib_memcpy(void *dst, const void *src, size_t n);
void *lib_memmove(void *dst, const void *src, size_t n);
void *lib_memset(void *dst, int c, size_t n);
int lib_memcmp(const void *a, const void *b, size_t n);

static void memory_functions(void)
{
	u8 a[64], b[64], want[64];
	u32 n, i, from, to;

	for (n = 0; n <= 40; n++) {
		for (i = 0; i < 64; i++) {
			a[i] = b[i] = i;
			want[i] = i;
		}
		CHECK(lib_memset(b + 3, 0x1a5, n) == b + 3);
		memset(want + 3, 0xa5, n);
		CHECK(!memcmp(b, want, 64));
		CHECK(lib_memcpy(b + 5, a, n) == b + 5);
		memcpy(want + 5, a, n);
		CHECK(!memcmp(b, want, 64));
		CHECK_EQ(lib_memcmp(a, a, n), 0);
		for (from = 0; from < 20; from += 3)
			for (to = 0; to < 20; to += 4) {
				memcpy(b, a, 64);
				memcpy(want, a, 64);
				CHECK(lib_memmove(b + to, b + from, n) == b + to);
				memmove(want + to, want + from, n);
				CHECK(!memcmp(b, want, 64));
			}
	}
	b[0] = 1;
	CHECK(lib_memcmp(a, b, 1) < 0 && lib_memcmp(b, a, 1) > 0);
	CHECK_EQ(lib_memcmp(a, b, 0), 0);
	CHECK_EQ(div_u128_u64(1, 0, 2), 1ull << 63);
	CHECK_EQ(div_u128_u64(0, 1000, 7), 142);
	CHECK_EQ(div_u128_u64(~0ull - 1, ~0ull, ~0ull), ~0ull);
}

/* Any state, straight from the table's point of view. */
static void force(u64 pfn, u32 state)
{
	owner_set_range(pfn, 1, state);
}

static void transitions(void)
{
	static const u8 ok[][2] = {
		{ PG_PENDING, PG_FREE }, { PG_PENDING, PG_ROOT },
		{ PG_FREE, PG_USED }, { PG_FREE, PG_LEAVING },
		{ PG_USED, PG_FREE }, { PG_USED, PG_PENDING },
		{ PG_LEAVING, PG_ROOT },
	};
	u32 from, to, really, i;
	bool legal;

	model_default();
	for (from = 0; from <= PG_HV; from++)
		for (to = 0; to <= PG_HV; to++)
			for (really = 0; really <= PG_HV; really++) {
				legal = false;
				for (i = 0; i < ARRAY_SIZE(ok); i++)
					legal |= ok[i][0] == from && ok[i][1] == to;
				force(300, really);
				owner_set_link(300, 7);
				CHECK_EQ(owner_move(300, from, to),
					 legal && really == from);
				CHECK_EQ(owner_get(300).state,
					 legal && really == from ? to : really);
				CHECK_EQ(owner_get(300).link,
					 legal && really == from ? 0 : 7);
			}
	CHECK(!owner_move(nr_pages, PG_FREE, PG_USED));
	for (i = 0; i <= PG_HV; i++) {
		bool root_or_shared = i == PG_ROOT || i == PG_SHARED;

		force(300, i);
		CHECK_EQ(owner_deposit(300, 5), i == PG_ROOT);
		force(300, i);
		CHECK_EQ(owner_map_get(300), root_or_shared);
		CHECK_EQ(owner_get(300).link, root_or_shared);
		CHECK(!owner_deposit(300, 5));
		force(300, i);
		CHECK_EQ(owner_share(300), root_or_shared);
		CHECK_EQ(owner_get(300).state, root_or_shared ? PG_SHARED : i);
		force(300, i);
		CHECK(BUGS(owner_map_put(300)));
		if (i != PG_SHARED)
			CHECK(BUGS(owner_unshare(300)));
	}
}

static void counts(void)
{
	u32 i;

	model_default();
	CHECK(owner_map_get(300) && owner_map_get(300));
	CHECK(!owner_deposit(300, 1));
	CHECK(owner_share(300) && owner_share(300));
	CHECK_EQ(owner_get(300).link, 2);
	owner_map_put(300);
	owner_unshare(300);
	CHECK_EQ(owner_get(300).state, PG_SHARED);
	CHECK(!owner_deposit(300, 1));
	owner_unshare(300);
	CHECK_EQ(owner_get(300).state, PG_ROOT);
	CHECK(!owner_deposit(300, 1));
	owner_map_put(300);
	CHECK(owner_deposit(300, 9));
	CHECK_EQ(owner_get(300).owner, 9);
	CHECK(owner_move(300, PG_PENDING, PG_ROOT));
	CHECK_EQ(owner_get(300).owner, 0);
	/* Saturated counters refuse. */
	owner_set_link(301, ~0u);
	CHECK(!owner_map_get(301));
	for (i = 0; i < 0xffff; i++)
		CHECK(owner_share(302));
	CHECK(!owner_share(302));
	/* Beyond the table nothing is anybody's. */
	CHECK_EQ(owner_get(nr_pages).state, PG_NONE);
	CHECK(!owner_map_get(nr_pages) && !owner_share(nr_pages) &&
	      !owner_deposit(nr_pages, 1));
	CHECK_EQ(owner_link(nr_pages), 0);
	owner_set_link(nr_pages, 1);
	owner_set_range(nr_pages - 1, 5, PG_HV);
	CHECK_EQ(owner_get(nr_pages - 1).state, PG_HV);
}

static void epochs(void)
{
	u64 t, t2;
	u32 i;

	model_default();
	CHECK(epoch_complete(0));
	t = epoch_request();
	for (i = 0; i < NR_CPUS; i++) {
		CHECK(!epoch_complete(t));
		cpu_enter(&cpus[i]);
	}
	CHECK(epoch_complete(t));
	CHECK(!epoch_behind(&cpus[0].pc));
	t2 = epoch_request();
	CHECK(t2 > t && epoch_complete(t) && !epoch_complete(t2));
	all_enter();
	CHECK(epoch_complete(t2));
	t = cur->pc.flush_ticket;
	epoch_flush();
	CHECK(cur->pc.flush_ticket > t && !epoch_complete(cur->pc.flush_ticket));
}

static void epoch_with_window(void)
{
	u64 t;

	model_default();
	window_map(WIN_COPY, 300 << PAGE_SHIFT);
	CHECK_EQ(cur->pc.windows_open, 1);
	t = epoch_request();
	CHECK(!epoch_behind(&cur->pc));
	all_enter();
	CHECK(!epoch_complete(t));
	window_unmap(WIN_COPY);
	CHECK(epoch_behind(&cur->pc));
	all_enter();
	CHECK(epoch_complete(t));
}

static u64 late_ticket;

static void draw_late(const char *where, void *what)
{
	(void)what;
	if (!strcmp(where, "flushed") && !late_ticket)
		late_ticket = epoch_request();
}

static void epoch_sample(void)
{
	u64 t;

	model_default();
	t = epoch_request();
	late_ticket = 0;
	race_hook = draw_late;
	cpu_enter(&cpus[0]);
	cpu_enter(&cpus[1]);
	cpu_enter(&cpus[2]);
	race_hook = NULL;
	CHECK(epoch_complete(t));
	/* CPU 0 flushed before it was drawn. */
	CHECK(!epoch_complete(late_ticket));
	cpu_enter(&cpus[0]);
	CHECK(epoch_complete(late_ticket));
}

static void epoch_members(void)
{
	u64 t;

	model_default();
	cpu_leave(&cpus[2]);
	t = epoch_request();
	cpu_enter(&cpus[0]);
	cpu_enter(&cpus[1]);
	CHECK(epoch_complete(t));
	/* It comes back: behind whatever was drawn, until it has flushed. */
	cpus[2].bare = false;
	epoch_cpu_join(&cpus[2].pc);
	CHECK(!epoch_complete(t));
	CHECK(epoch_behind(&cpus[2].pc));
	cpu_enter(&cpus[2]);
	CHECK(epoch_complete(t));
	t = epoch_request();
	cpu_enter(&cpus[0]);
	cpu_enter(&cpus[1]);
	CHECK(!epoch_complete(t));
	cpu_leave(&cpus[2]);
	CHECK(epoch_complete(t));
}

static void pool_basics(void)
{
	struct pool other;
	u64 n;
	u8 *a, *b;

	model_default();
	pool_init(&other, 3);
	CHECK(!pool_alloc(&other));
	n = root_pool->nr_free;
	a = pool_alloc(root_pool);
	b = pool_alloc(root_pool);
	CHECK(a && b && a != b);
	CHECK_EQ(root_pool->nr_free, n - 2);
	CHECK_EQ(owner_get(va_to_spa(a) >> PAGE_SHIFT).state, PG_USED);
	memset(a, 0xff, PAGE_SIZE);
	pool_free(root_pool, a);
	CHECK_EQ(root_pool->nr_free, n - 1);
	CHECK(BUGS(pool_free(root_pool, a)));
	CHECK(BUGS(pool_free(&other, b)));
	CHECK(BUGS(pool_free_deferred(&other, b)));
	CHECK(pool_alloc(root_pool) == a);
	for (n = 0; n < PAGE_SIZE; n++)
		CHECK_EQ(a[n], 0);
	pool_free(root_pool, NULL);
	pool_free_deferred(root_pool, NULL);
	pool_free(root_pool, a);
	pool_free(root_pool, b);
}

static void pool_reserve(void)
{
	u64 n = 0;

	model_default();
	while (pool_alloc(root_pool))
		n++;
	CHECK(n);
	CHECK_EQ(root_pool->nr_free, ROOT_RESERVE);
	cur->pc.use_reserve = 1;
	for (n = 0; n < ROOT_RESERVE; n++)
		CHECK(pool_alloc(root_pool));
	CHECK(!pool_alloc(root_pool));
	cur->pc.use_reserve = 0;
	CHECK_EQ(root_pool->nr_free, 0);
}

static void pool_deferred(void)
{
	void *a, *b, *c;

	model_default();
	a = pool_alloc(root_pool);
	b = pool_alloc(root_pool);
	while (pool_alloc(root_pool))
		;
	pool_free_deferred(root_pool, a);
	CHECK_EQ(root_pool->nr_pending, 1);
	CHECK(!pool_alloc(root_pool));
	/* All but one: not enough. */
	cpu_enter(&cpus[0]);
	cpu_enter(&cpus[1]);
	CHECK(!pool_alloc(root_pool));
	/* A later one does not put off the first, nor come with it. */
	pool_free_deferred(root_pool, b);
	CHECK_EQ(root_pool->nr_pending, 2);
	cpu_enter(&cpus[2]);
	c = pool_alloc(root_pool);
	CHECK(c == a);
	CHECK_EQ(root_pool->nr_pending, 1);
	CHECK(!pool_alloc(root_pool));
	all_enter();
	CHECK(pool_alloc(root_pool) == b);
	CHECK(!pool_alloc(root_pool));
	/* Frees that go on while the first wait: it still ends. */
	pool_free_deferred(root_pool, a);
	cpu_enter(&cpus[0]);
	pool_free_deferred(root_pool, b);
	cpu_enter(&cpus[1]);
	pool_free_deferred(root_pool, (void *)(mem + ((ARENA + NR_BOOT + 50) << PAGE_SHIFT)));
	cpu_enter(&cpus[2]);
	pool_settle(root_pool);
	CHECK_EQ(root_pool->nr_pending, 2);
	all_enter();
	pool_settle(root_pool);
	CHECK_EQ(root_pool->nr_pending, 0);
}

static void windows(void)
{
	u8 *w, *v;

	model_default();
	window_expect[0] = PFN_NONE;
	w = window_map(WIN_COPY, (300 << PAGE_SHIFT) + 0x123);
	CHECK_EQ((u64)w & ~PAGE_MASK, 0x123);
	test_memset(w, 0x11, 5);
	CHECK_EQ(mem[(300 << PAGE_SHIFT) + 0x124], 0x11);
	v = window_map(WIN_TABLE, 301 << PAGE_SHIFT);
	CHECK(v != w);
	CHECK_EQ(cur->pc.windows_open, 2);
	test_memset(v, 0x22, 1);
	CHECK(BUGS(window_map(WIN_COPY, 302 << PAGE_SHIFT)));
	window_unmap(WIN_COPY);
	CHECK(!tlb_find(cur, ASID_HOST, (u64)w >> PAGE_SHIFT));
	window_map(WIN_COPY, 302 << PAGE_SHIFT);
	test_memset((void *)((u64)w & PAGE_MASK), 0x33, 1);
	CHECK_EQ(mem[302 << PAGE_SHIFT], 0x33);
	window_unmap(WIN_COPY);
	window_unmap(WIN_TABLE);
	CHECK_EQ(cur->pc.windows_open, 0);
	/* Another CPU has its own. */
	CHECK(cpus[0].pc.window_va != cpus[1].pc.window_va);
}

/* The frame behind @va, 0: none. */
static u64 mapped(u64 va)
{
	u64 *e = aspace_entry(va);

	return e ? (*e & HPTE_SPA) >> PAGE_SHIFT : 0;
}

static void aspace_basics(void)
{
	u64 va = HV_PERCPU_BASE + 0x2000000000ull, n, used = 0, pfn;
	u32 la57;

	for (la57 = 0; la57 < 2; la57++) {
		model_init(&(struct model_options){ .seed_pages = 300,
						    .la57 = la57 });
		used = root_pool->nr_used;
		CHECK_EQ(mapped(va), 0);
		CHECK_EQ(aspace_map(va, 300 << PAGE_SHIFT), 0);
		n = root_pool->nr_used - used;
		CHECK(n == 2);	/* PD and PT; HV_PERCPU_BASE is in its 512 GiB */
		CHECK_EQ(aspace_map(va, 300 << PAGE_SHIFT), 0);
		CHECK_EQ(mapped(va + 0x234), 300);
		CHECK(mmu_access(cur, ASID_HOST, va >> PAGE_SHIFT, WRITE, &pfn));
		CHECK(!mmu_access(cur, ASID_HOST, va >> PAGE_SHIFT, FETCH, &pfn));
		aspace_unmap(va);
		CHECK(!tlb_find(cur, ASID_HOST, va >> PAGE_SHIFT));
		CHECK_EQ(mapped(va), 0);
		/* The empty tables wait: a walker may stand in them. */
		CHECK_EQ(root_pool->nr_used, used);
		CHECK_EQ(root_pool->nr_pending, n);
		CHECK_EQ(aspace_map(va, 301 << PAGE_SHIFT), 0);
		CHECK_EQ(aspace_map(va + PAGE_SIZE, 302 << PAGE_SHIFT), 0);
		aspace_unmap(va);
		CHECK_EQ(mapped(va + PAGE_SIZE), 302);
		aspace_unmap(va + PAGE_SIZE);
		all_enter();
		pool_settle(root_pool);
		CHECK_EQ(root_pool->nr_used, used);
	}
}

static void aspace_exhausted(void)
{
	u64 va = HV_PERCPU_BASE + 0x2000000000ull, used;
	void *page;

	model_default();
	while ((page = pool_alloc(root_pool)))
		;
	used = root_pool->nr_used;
	CHECK_EQ(aspace_map(va, 300 << PAGE_SHIFT),
		 HV_STATUS_INSUFFICIENT_ROOT_MEMORY);
	CHECK_EQ(root_pool->nr_used, used);
	/* One of the two tables: taken back. */
	pool_free(root_pool, mem + ((ARENA + NR_BOOT + 60) << PAGE_SHIFT));
	CHECK_EQ(aspace_map(va, 300 << PAGE_SHIFT),
		 HV_STATUS_INSUFFICIENT_ROOT_MEMORY);
	all_enter();
	pool_settle(root_pool);
	CHECK_EQ(root_pool->nr_used, used - 1);
	CHECK_EQ(mapped(va), 0);
	pool_free(root_pool, mem + ((ARENA + NR_BOOT + 61) << PAGE_SHIFT));
	CHECK_EQ(aspace_map(va, 300 << PAGE_SHIFT), 0);
}

const struct test owner_tests[] = {
	{ "lib: memory functions, division", memory_functions },
	{ "owner: every legal and illegal transition", transitions },
	{ "owner: map and share counts", counts },
	{ "epoch: complete when every CPU has entered", epochs },
	{ "epoch: not with a window open", epoch_with_window },
	{ "epoch: a ticket drawn during the flush is not passed", epoch_sample },
	{ "epoch: CPUs join and leave", epoch_members },
	{ "pool: alloc, free, misuse", pool_basics },
	{ "pool: the reserve", pool_reserve },
	{ "pool: deferred frees", pool_deferred },
	{ "window: map, unmap, nest", windows },
	{ "aspace: map, unmap, tables come and go", aspace_basics },
	{ "aspace: out of tables changes nothing", aspace_exhausted },
	{ NULL, NULL }
};
