// SPDX-License-Identifier: GPL-2.0
/* A child's space: map, unmap, split, rights, access state, destroy. */
#include <string.h>

#include "model.h"

static struct gpa_space *s;
static struct child *k;

static void start(void)
{
	model_default();
	CHECK_EQ(op_create(0), 0);
	k = &kids[0];
	s = &k->gpa;
}

static void map_unmap(void)
{
	struct gpa_entry e;
	u64 used;

	start();
	used = k->pool.nr_used;
	CHECK_EQ(gpa_lookup(s, 5).level, 0);
	CHECK_EQ(op_map(0, 5, 2000, GPA_RWX, false), 0);
	CHECK_EQ(k->pool.nr_used, used + 3);
	e = gpa_lookup(s, 5);
	CHECK(e.level == 1 && e.spa == 2000 << PAGE_SHIFT &&
	      e.rights == GPA_RWX && !e.overlay);
	CHECK_EQ(owner_get(2000).link, 1);
	CHECK_EQ(s->leaves[0], 1);
	/* The same page once more, elsewhere. */
	CHECK_EQ(op_map(0, 6, 2000, GPA_R, false), 0);
	CHECK_EQ(owner_get(2000).link, 2);
	/* Replaced. */
	CHECK_EQ(op_map(0, 5, 2001, GPA_R | GPA_X, false), 0);
	CHECK_EQ(owner_get(2000).link, 1);
	CHECK_EQ(gpa_lookup(s, 5).rights, GPA_R | GPA_X);
	CHECK_EQ(op_unmap(0, 5, false), 0);
	CHECK_EQ(op_unmap(0, 5, false), 0);
	CHECK_EQ(owner_get(2001).link, 0);
	CHECK_EQ(op_unmap(0, 6, false), 0);
	CHECK_EQ(k->pool.nr_used, used);
	CHECK_EQ(k->pool.nr_pending, 3);
	CHECK_EQ(s->leaves[0], 0);
	check_all();
}

static void refused(void)
{
	start();
	CHECK_EQ(gpa_map(s, s->limit, 2000, GPA_RWX, false),
		 HV_STATUS_INVALID_PARAMETER);
	CHECK_EQ(gpa_map(s, s->limit - 512, 2048, GPA_RWX, true), 0);
	CHECK_EQ(gpa_unmap(s, s->limit - 512, true), 0);
	CHECK_EQ(gpa_map(s, 100, 2048, GPA_RWX, true),
		 HV_STATUS_INVALID_PARAMETER);
	CHECK_EQ(gpa_map(s, 512, 2049, GPA_RWX, true),
		 HV_STATUS_INVALID_PARAMETER);
	CHECK_EQ(gpa_unmap(s, s->limit, false), HV_STATUS_INVALID_PARAMETER);
	CHECK_EQ(gpa_unmap(s, 1, true), HV_STATUS_INVALID_PARAMETER);
	CHECK_EQ(gpa_map(&root, 5, 2000, GPA_RWX, false),
		 HV_STATUS_OPERATION_DENIED);
	CHECK_EQ(gpa_unmap(&root, 5, false), HV_STATUS_OPERATION_DENIED);
	/* Not the root's to give: device, hypervisor, beyond RAM, deposited. */
	CHECK_EQ(gpa_map(s, 5, HOLE, GPA_RWX, false), HV_STATUS_OPERATION_DENIED);
	CHECK_EQ(gpa_map(s, 5, ARENA, GPA_RWX, false), HV_STATUS_OPERATION_DENIED);
	CHECK_EQ(gpa_map(s, 5, NR_PAGES + 3, GPA_RWX, false),
		 HV_STATUS_OPERATION_DENIED);
	CHECK_EQ(gpa_map(s, 5, va_to_spa(s->table) >> PAGE_SHIFT, GPA_RWX, false),
		 HV_STATUS_OPERATION_DENIED);
	/* One bad page in a large mapping: all counts are taken back. */
	CHECK_EQ(gpa_map(s, 512, 0, GPA_RWX, true), HV_STATUS_OPERATION_DENIED);
	CHECK_EQ(owner_get(10).link, 0);
	CHECK_EQ(owner_get(HOLE - 1).link, 0);
	CHECK_EQ(gpa_lookup(s, 512).level, 0);
	check_all();
}

static void flushes(void)
{
	u64 gen, t;

	start();
	CHECK_EQ(op_map(0, 5, 2000, GPA_RWX, false), 0);
	gen = s->generation;
	t = cur->pc.flush_ticket;
	/* Nothing is lost: more rights, or something where nothing was. */
	CHECK_EQ(op_map(0, 6, 2001, GPA_R, false), 0);
	CHECK_EQ(op_map(0, 6, 2001, GPA_RWX, false), 0);
	CHECK(s->generation == gen && cur->pc.flush_ticket == t);
	CHECK_EQ(op_map(0, 6, 2001, GPA_R | GPA_W, false), 0);
	CHECK(s->generation > gen && cur->pc.flush_ticket > t);
	gen = s->generation;
	t = cur->pc.flush_ticket;
	CHECK_EQ(op_map(0, 6, 2002, GPA_R | GPA_W, false), 0);
	CHECK(s->generation > gen && cur->pc.flush_ticket > t);
	gen = s->generation;
	CHECK_EQ(op_map(0, 6, 0, GPA_NO_ACCESS, false), 0);
	CHECK(s->generation > gen);
	gen = s->generation;
	CHECK_EQ(op_unmap(0, 6, false), 0);
	CHECK_EQ(s->generation, gen);
	CHECK_EQ(op_unmap(0, 5, false), 0);
	CHECK(s->generation > gen);
}

/* The VP that changed its own map goes on in the same session. */
static void resumes_flushed(void)
{
	u64 pfn;

	start();
	CHECK_EQ(op_map(0, 5, 2000, GPA_RWX, false), 0);
	cpu_run(cur, ASID_CHILD(0, 0));
	CHECK(op_guest(cur, 5, WRITE));
	cpu_enter(cur);
	CHECK_EQ(op_unmap(0, 5, false), 0);
	cpu_run(cur, ASID_CHILD(0, 0));
	CHECK(!mmu_access(cur, ASID_CHILD(0, 0), 5, READ, &pfn));
}

static void other_cpu_holds(void)
{
	u64 t, pfn;

	start();
	CHECK_EQ(op_map(0, 5, 2000, GPA_RWX, false), 0);
	cpu_enter(&cpus[1]);
	cpu_run(&cpus[1], ASID_CHILD(0, 1));
	CHECK(op_guest(&cpus[1], 5, WRITE));
	CHECK_EQ(op_unmap(0, 5, false), 0);
	t = cur->pc.flush_ticket;
	/* It may still reach it, and the ticket says so. */
	CHECK(mmu_access(&cpus[1], ASID_CHILD(0, 1), 5, WRITE, &pfn));
	CHECK(!epoch_complete(t));
	all_enter();
	CHECK(epoch_complete(t));
	CHECK(!tlb_find(&cpus[1], ASID_CHILD(0, 1), 5));
}

static void come_back(const char *where, void *what)
{
	u64 pfn;

	(void)what;
	if (strcmp(where, "gpa_set"))
		return;
	race_hook = NULL;
	cpu_enter(&cpus[1]);
	cpu_run(&cpus[1], ASID_CHILD(0, 1));
	cpu_enter(&cpus[2]);
	cpu_run(&cpus[2], ASID_ROOT);
	CHECK(mmu_access(&cpus[1], ASID_CHILD(0, 1), 5, WRITE, &pfn));
}

/* A CPU that enters and walks again before the entry is gone. */
static void ticket_after_entry(void)
{
	start();
	CHECK_EQ(op_map(0, 5, 2000, GPA_RWX, false), 0);
	/* Keeps the table, whose end would draw a ticket of its own. */
	CHECK_EQ(op_map(0, 6, 2001, GPA_RWX, false), 0);
	race_hook = come_back;
	CHECK_EQ(op_unmap(0, 5, false), 0);
	CHECK(!race_hook);
	cpu_enter(cur);
	grace_poll();
	CHECK(!epoch_complete(cur->pc.flush_ticket));
}

static void large(void)
{
	struct gpa_entry e;
	u64 gen, t, i, used;

	start();
	used = k->pool.nr_used;
	CHECK_EQ(op_map(0, 512, LARGE_PFN, GPA_RWX, true), 0);
	CHECK_EQ(s->leaves[1], 1);
	CHECK_EQ(k->pool.nr_used, used + 2);
	e = gpa_lookup(s, 512 + 77);
	CHECK(e.level == 2 && e.spa == (LARGE_PFN + 77) << PAGE_SHIFT);
	for (i = 0; i < 512; i++)
		CHECK_EQ(owner_get(LARGE_PFN + i).link, 1);
	/* The same again for one page: splits, loses nothing, but flushes. */
	gen = s->generation;
	t = cur->pc.flush_ticket;
	CHECK_EQ(op_map(0, 512 + 5, LARGE_PFN + 5, GPA_RWX, false), 0);
	CHECK(s->generation > gen && cur->pc.flush_ticket > t);
	CHECK_EQ(s->leaves[0], 512);
	CHECK_EQ(s->leaves[1], 0);
	check_all();
	CHECK_EQ(op_unmap(0, 512 + 6, false), 0);
	CHECK_EQ(owner_get(LARGE_PFN + 6).link, 0);
	check_all();
	/* A large one over the small ones; the table waits. */
	CHECK_EQ(op_map(0, 512, LARGE_PFN + 512, GPA_R | GPA_W, true), 0);
	CHECK_EQ(s->leaves[0], 0);
	CHECK_EQ(s->leaves[1], 1);
	CHECK_EQ(owner_get(LARGE_PFN + 5).link, 0);
	CHECK_EQ(owner_get(LARGE_PFN + 512).link, 1);
	CHECK_EQ(k->pool.nr_pending, 1);
	check_all();
	/* Unmapping one page splits; unmapping all of it joins nothing. */
	CHECK_EQ(op_unmap(0, 512, false), 0);
	CHECK_EQ(op_unmap(0, 512, true), 0);
	CHECK_EQ(k->pool.nr_used, used);
	for (i = 0; i < 1024; i++)
		CHECK_EQ(owner_get(LARGE_PFN + i).link, 0);
	CHECK_EQ(op_unmap(0, 512, true), 0);
	check_all();
}

static void no_access(void)
{
	struct gpa_entry e;
	u64 used;

	start();
	used = k->pool.nr_used;
	CHECK_EQ(op_map(0, 5, 0, GPA_NO_ACCESS, false), 0);
	e = gpa_lookup(s, 5);
	CHECK(e.level == 1 && !e.rights);
	CHECK_EQ(s->leaves[0], 0);
	CHECK_EQ(op_map(0, 7, 12345678, 0, false), 0);
	CHECK_EQ(gpa_lookup(s, 7).level, 1);
	CHECK_EQ(op_unmap(0, 7, false), 0);
	CHECK_EQ(op_map(0, 5, 2000, GPA_RWX, false), 0);
	CHECK_EQ(op_map(0, 512, 1, GPA_NO_ACCESS, true), 0);
	CHECK_EQ(gpa_lookup(s, 700).level, 2);
	CHECK_EQ(op_map(0, 700, 2001, GPA_R, false), 0);
	CHECK_EQ(gpa_lookup(s, 701).level, 1);
	CHECK_EQ(gpa_lookup(s, 701).rights, 0);
	CHECK_EQ(op_unmap(0, 512, true), 0);
	CHECK_EQ(gpa_lookup(s, 701).level, 0);
	CHECK_EQ(op_unmap(0, 5, false), 0);
	CHECK_EQ(k->pool.nr_used, used);
	check_all();
}

static void drain(u32 leave)
{
	while (k->pool.nr_free > leave)
		(void)!pool_alloc(&k->pool);
}

static void exhausted(void)
{
	u64 used, n;
	u8 state;

	start();
	CHECK_EQ(op_map(0, 512, LARGE_PFN, GPA_RWX, true), 0);
	for (n = 0; n < 2; n++) {
		drain(1 - n);
		used = k->pool.nr_used;
		/* A page far away needs two tables. */
		CHECK_EQ(gpa_map(s, 1 << 18, 2000, GPA_RWX, false),
			 HV_STATUS_INSUFFICIENT_MEMORY);
		CHECK_EQ(owner_get(2000).link, 0);
		CHECK_EQ(k->pool.nr_used, used);
		CHECK_EQ(k->pool.nr_pending, 0);
		CHECK_EQ(gpa_lookup(s, 1 << 18).level, 0);
	}
	/* No table to split into. */
	CHECK_EQ(gpa_map(s, 513, 2000, GPA_R, false), HV_STATUS_INSUFFICIENT_MEMORY);
	CHECK_EQ(gpa_unmap(s, 513, false), HV_STATUS_INSUFFICIENT_MEMORY);
	CHECK(op_access_state(0, 513, GPA_CLEAR_DIRTY, &state) == 0);
	cpu_run(cur, ASID_CHILD(0, 0));
	CHECK(op_guest(cur, 513, WRITE));
	cpu_enter(cur);
	CHECK_EQ(op_access_state(0, 513, GPA_CLEAR_DIRTY, &state),
		 HV_STATUS_INSUFFICIENT_MEMORY);
	CHECK_EQ(gpa_lookup(s, 513).level, 2);
	CHECK_EQ(s->leaves[1], 1);
	/* A large unmap needs none. */
	CHECK_EQ(gpa_unmap(s, 512, true), 0);
	CHECK_EQ(owner_get(LARGE_PFN).link, 0);
}

static void access_state(void)
{
	u64 gen, t;
	u8 st;

	start();
	CHECK_EQ(op_map(0, 5, 2000, GPA_RWX, false), 0);
	CHECK_EQ(op_access_state(0, 5, 0, &st), 0);
	CHECK_EQ(st, 0);
	cpu_run(cur, ASID_CHILD(0, 0));
	CHECK(op_guest(cur, 5, READ));
	cpu_enter(cur);
	CHECK_EQ(op_access_state(0, 5, 0, &st), 0);
	CHECK_EQ(st, 1);
	cpu_run(cur, ASID_CHILD(0, 0));
	CHECK(op_guest(cur, 5, WRITE));
	cpu_enter(cur);
	gen = s->generation;
	t = cur->pc.flush_ticket;
	CHECK_EQ(op_access_state(0, 5, GPA_CLEAR_ACCESSED | GPA_CLEAR_DIRTY,
				 &st), 0);
	CHECK_EQ(st, 3);
	CHECK(s->generation > gen && cur->pc.flush_ticket > t);
	/* Written again through a TLB that knew the bit: must be seen. */
	cpu_run(cur, ASID_CHILD(0, 0));
	CHECK(op_guest(cur, 5, WRITE));
	cpu_enter(cur);
	CHECK_EQ(op_access_state(0, 5, GPA_CLEAR_DIRTY, &st), 0);
	CHECK_EQ(st, 3);
	gen = s->generation;
	CHECK_EQ(op_access_state(0, 5, GPA_CLEAR_DIRTY, &st), 0);
	CHECK_EQ(st, 1);
	CHECK_EQ(s->generation, gen);
	CHECK_EQ(op_access_state(0, 5, GPA_SET_DIRTY, &st), 0);
	CHECK_EQ(op_access_state(0, 5, GPA_SET_ACCESSED, &st), 0);
	CHECK_EQ(st, 3);
	CHECK_EQ(op_access_state(0, 6, GPA_SET_DIRTY, &st), 0);
	CHECK_EQ(st, 0);
	CHECK_EQ(gpa_access_state(s, s->limit, 0, &st), HV_STATUS_INVALID_PARAMETER);
	CHECK_EQ(gpa_access_state(&root, 5, 0, &st), HV_STATUS_INVALID_PARAMETER);
	/* Rights change, frame stays: the bits stay. */
	CHECK_EQ(op_map(0, 5, 2000, GPA_R, false), 0);
	CHECK_EQ(op_access_state(0, 5, 0, &st), 0);
	CHECK_EQ(st, 3);
	CHECK_EQ(op_map(0, 5, 2001, GPA_R, false), 0);
	CHECK_EQ(op_access_state(0, 5, 0, &st), 0);
	CHECK_EQ(st, 0);
}

static void access_state_large(void)
{
	u64 i;
	u8 st;

	start();
	CHECK_EQ(op_map(0, 512, LARGE_PFN, GPA_RWX, true), 0);
	cpu_run(cur, ASID_CHILD(0, 0));
	CHECK(op_guest(cur, 600, WRITE));
	cpu_enter(cur);
	/* Asking is free; clearing one page leaves 511 dirty ones. */
	CHECK_EQ(op_access_state(0, 601, 0, &st), 0);
	CHECK_EQ(st, 3);
	CHECK_EQ(gpa_lookup(s, 600).level, 2);
	CHECK_EQ(op_access_state(0, 601, GPA_CLEAR_DIRTY, &st), 0);
	CHECK_EQ(st, 3);
	for (i = 512; i < 1024; i++) {
		CHECK_EQ(op_access_state(0, i, 0, &st), 0);
		CHECK_EQ(st, i == 601 ? 1 : 3);
	}
	/* A large page over them counts as written altogether. */
	CHECK_EQ(op_map(0, 512, LARGE_PFN, GPA_R, true), 0);
	CHECK_EQ(op_access_state(0, 512, 0, &st), 0);
	CHECK_EQ(st, 3);
	check_all();
}

static const char *race_where;

/* The walker of another CPU sets the dirty bit right here. */
static void set_dirty(const char *where, void *slot)
{
	if (strcmp(where, race_where))
		return;
	race_hook = NULL;
	*(u64 *)slot |= VENDOR_NPT_DIRTY | VENDOR_NPT_ACCESSED;
}

static void dirty_races(void)
{
	u8 st;

	start();
	CHECK_EQ(op_map(0, 5, 2000, GPA_RWX, false), 0);
	race_where = "gpa_set";
	race_hook = set_dirty;
	CHECK_EQ(op_map(0, 5, 2000, GPA_R, false), 0);
	CHECK(!race_hook);
	CHECK_EQ(op_access_state(0, 5, 0, &st), 0);
	CHECK_EQ(st, 3);

	CHECK_EQ(op_map(0, 6, 2001, GPA_RWX, false), 0);
	CHECK_EQ(op_access_state(0, 6, GPA_SET_ACCESSED, &st), 0);
	race_where = "access";
	race_hook = set_dirty;
	CHECK_EQ(op_access_state(0, 6, GPA_CLEAR_ACCESSED | GPA_CLEAR_DIRTY,
				 &st), 0);
	CHECK_EQ(st, 3);
	/* Not asked to clear it: it survives the clearing of the other. */
	race_hook = set_dirty;
	CHECK_EQ(op_access_state(0, 6, GPA_CLEAR_ACCESSED, &st), 0);
	CHECK_EQ(op_access_state(0, 6, 0, &st), 0);
	CHECK_EQ(st, 2);

	CHECK_EQ(op_map(0, 512, LARGE_PFN, GPA_RWX, true), 0);
	race_where = "split";
	race_hook = set_dirty;
	CHECK_EQ(op_map(0, 520, LARGE_PFN + 8, GPA_R, false), 0);
	CHECK(!race_hook);
	CHECK_EQ(op_access_state(0, 700, 0, &st), 0);
	CHECK_EQ(st, 3);
}

static void destroy(void)
{
	u64 gen, t, i;

	start();
	for (i = 0; i < 20; i++)
		CHECK_EQ(op_map(0, i * 3, 2000 + i, GPA_RWX, false), 0);
	CHECK_EQ(op_map(0, 512, LARGE_PFN, GPA_RWX, true), 0);
	CHECK_EQ(op_map(0, 1024, 0, GPA_NO_ACCESS, true), 0);
	CHECK_EQ(op_overlay(0, 0, 3, GPA_R | GPA_X), 0);
	CHECK_EQ(op_overlay(0, 3, 600, GPA_R | GPA_W), 0);
	CHECK_EQ(op_overlay(0, 1, 1500, GPA_R), 0);
	check_all();
	cpu_enter(&cpus[1]);
	cpu_run(&cpus[1], ASID_CHILD(0, 0));
	CHECK(op_guest(&cpus[1], 6, WRITE));
	cpu_enter(&cpus[1]);
	gen = s->generation;
	t = cur->pc.flush_ticket;
	op_delete(0);
	CHECK(s->generation > gen && cur->pc.flush_ticket > t);
	for (i = 0; i < NR_PAGES; i++)
		CHECK_EQ(owner_get(i).state == PG_ROOT ? owner_get(i).link : 0, 0);
	CHECK_EQ(s->leaves[0] + s->leaves[1], 0);
	CHECK_EQ(gpa_lookup(s, 3).level, 0);
	CHECK_EQ(gpa_map(s, 3, 2000, GPA_RWX, false), HV_STATUS_INVALID_PARAMETER);
	overlay_remove(s, OVERLAY_HYPERCALL, 0);
	gpa_space_destroy(s);
	check_all();
}

static void limits(void)
{
	struct gpa_space big;
	u32 la57;

	for (la57 = 0; la57 < 2; la57++) {
		model_init(&(struct model_options){ .seed_pages = 300,
						    .la57 = la57 });
		CHECK_EQ(op_create(0), 0);
		CHECK_EQ(gpa_space_init(&big, &kids[0].pool, BIT(40), false), 0);
		CHECK_EQ(big.limit, la57 ? BIT(40) : BIT(36));
		CHECK_EQ(gpa_map(&big, big.limit - 1, 2000, GPA_R, false), 0);
		CHECK_EQ(gpa_lookup(&big, big.limit - 1).spa, 2000 << PAGE_SHIFT);
		CHECK_EQ(gpa_lookup(&big, big.limit).level, 0);
		CHECK_EQ(gpa_lookup(&big, ~0ull).level, 0);
		gpa_space_destroy(&big);
	}
	while (pool_alloc(&kids[0].pool))
		;
	CHECK_EQ(gpa_space_init(&big, &kids[0].pool, 100, false),
		 HV_STATUS_INSUFFICIENT_MEMORY);
}

const struct test table_tests[] = {
	{ "gpa: map, replace, unmap", map_unmap },
	{ "gpa: what is refused", refused },
	{ "gpa: what flushes and what does not", flushes },
	{ "gpa: a VP resumes without what it unmapped", resumes_flushed },
	{ "gpa: another CPU keeps it until its epoch", other_cpu_holds },
	{ "gpa: the ticket is drawn after the entry", ticket_after_entry },
	{ "gpa: large pages, split and replaced", large },
	{ "gpa: no access", no_access },
	{ "gpa: out of tables changes nothing", exhausted },
	{ "gpa: accessed and dirty", access_state },
	{ "gpa: accessed and dirty of large pages", access_state_large },
	{ "gpa: a dirty bit set meanwhile survives", dirty_races },
	{ "gpa: destroy gives everything back", destroy },
	{ "gpa: limits, four and five levels", limits },
	{ NULL, NULL }
};
