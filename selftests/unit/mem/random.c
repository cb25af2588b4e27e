// SPDX-License-Identifier: GPL-2.0
/* Random interleavings of everything, from a seed. */
#include <string.h>

#include "model.h"

static void *shared[4];

/* Few pages, so that all kinds of owners meet on them. */
static u64 some_page(void)
{
	static const u64 base[6] = { 8, 300, 512, 700, 1024, 1600 };

	return rnd(8) ? base[rnd(6)] + rnd(6) : 300 + rnd(1500);
}

static u64 some_gpn(void)
{
	static const u64 base[4] = { 0, 508, 512, 1028 };

	return base[rnd(4)] + rnd(6);
}

static enum access some_access(void)
{
	static const enum access a[8] = { READ, READ, READ, WRITE, WRITE,
					  WRITE, WRITE, FETCH };
	return a[rnd(8)];
}

static u32 some_rights(void)
{
	static const u32 r[8] = { GPA_RWX, GPA_RWX, GPA_RWX, GPA_R | GPA_W,
				  GPA_R | GPA_W, GPA_R, GPA_R | GPA_X,
				  GPA_NO_ACCESS };
	return r[rnd(8)];
}

/* Another CPU, or its walker, comes in between: accesses and empty entries. */
static void meddle(const char *where, void *what)
{
	void (*hook)(const char *, void *) = race_hook;
	struct mcpu *c = &cpus[rnd(NR_CPUS)];
	u64 page, pfn;
	enum access a = some_access();

	(void)where;
	(void)what;
	if (c == cur || c->bare || c->asid == ASID_HOST || rnd(2))
		return;
	race_hook = NULL;
	if (!rnd(4)) {
		int asid = c->asid;
		struct mcpu *was = cur;

		cpu_enter(c);
		cur = c;
		cpu_run(c, asid);
		cur = was;
	}
	page = c->asid == ASID_ROOT ? some_page() : some_gpn();
	if (mmu_access(c, c->asid, page, a, &pfn)) {
		check_access(c, c->asid, page, pfn, a);
		if (a == WRITE && c->asid >= 2) {
			struct child *k = &kids[CHILD_OF(c->asid)];

			if (k->below[page].pfn == pfn &&
			    epoch_complete(k->clear_ticket[page]))
				k->written[page] = true;
		}
	}
	race_hook = hook;
}

static void guest_step(struct mcpu *c)
{
	if (!rnd(3)) {
		cpu_enter(c);
	} else if (c->asid >= 2) {
		op_guest(c, some_gpn(), some_access());
	} else {
		static const u64 far[4] = { HOLE + 3, NR_PAGES + 77,
					    ARENA + 100, NR_PAGES + 4096 };
		u64 page = rnd(8) ? some_page() : far[rnd(4)];

		if (!rnd(40))
			page = (u64)(1 + rnd(90)) << 18;
		op_root(c, page, some_access());
	}
}

static void feed(struct pool *pool, u32 n)
{
	u64 pfns[16];
	u32 i;

	for (i = 0; i < n && i < 16; i++)
		pfns[i] = some_page();
	op_deposit(pool, pfns, i);
}

static void pool_step(int child)
{
	struct pool *p = &kids[child].pool;
	u32 got;

	if (root_pool->nr_free + root_pool->nr_pending < 120)
		feed(root_pool, 1 + rnd(8));
	switch (rnd(4)) {
	case 0:
		feed(p, 1 + rnd(4));
		break;
	case 1:
		if (p->nr_free > 8)
			op_withdraw(p, rnd(9), &got);
		break;
	case 2:
		op_withdraw(p, rnd(3), &got);
		break;
	default:
		pool_settle(p);
		break;
	}
}

static void share_step(void)
{
	u32 i = rnd(4);
	u64 pfn;

	if (shared[i]) {
		/* Nobody else uses it: its user makes sure of that. */
		*(u8 *)test_pool_va(va_to_spa(shared[i])) = 0x77;
		unshare_page(shared[i]);
		shared[i] = NULL;
		return;
	}
	pfn = some_page();
	shared[i] = share_page(pfn);
	if (shared[i])
		CHECK(!given[pfn]);
	else
		CHECK(given[pfn] || root_pool->nr_free <= ROOT_RESERVE);
}

static void child_step(int child)
{
	u8 state;

	switch (rnd(16)) {
	case 0 ... 3:
		op_map(child, some_gpn(), some_page(), some_rights(), false);
		break;
	case 4 ... 5:
		op_unmap(child, some_gpn(), false);
		break;
	case 6:
		if (!rnd(3))
			op_map(child, rnd(3) * 512, LARGE_PFN + rnd(2) * 512,
			       some_rights(), true);
		break;
	case 7:
		if (!rnd(4))
			op_unmap(child, rnd(3) * 512, true);
		break;
	case 8:
		op_overlay(child, rnd(8), some_gpn(),
			   rnd(2) ? GPA_R | GPA_W : GPA_R);
		break;
	case 9:
		op_overlay_remove(child, rnd(8));
		break;
	case 10 ... 11:
		op_access_state(child, some_gpn(), rnd(16), &state);
		break;
	case 12 ... 13:
		op_copy(child, (some_gpn() << PAGE_SHIFT) + rnd(PAGE_SIZE),
			1 + rnd(300), rnd(2));
		break;
	default:
		pool_step(child);
		break;
	}
}

static void stop_vps(int child)
{
	int i;

	for (i = 0; i < NR_CPUS; i++)
		if (cpus[i].asid >= 2 && CHILD_OF(cpus[i].asid) == child) {
			cpu_enter(&cpus[i]);
			if (&cpus[i] != cur)
				cpu_run(&cpus[i], ASID_ROOT);
		}
}

static void root_step(struct mcpu *c)
{
	int child = rnd(NR_CHILDREN);
	struct mcpu *other = &cpus[rnd(NR_CPUS)];

	cpu_use(c);
	if (!kids[child].exists) {
		if (!rnd(4))
			op_create(child);
	} else if (!rnd(60)) {
		stop_vps(child);
		op_delete(child);
	} else if (rnd(10)) {
		child_step(child);
	}
	if (!rnd(12))
		share_step();
	if (!rnd(12))
		op_copy_root(some_page(), 1 + rnd(64), rnd(2));
	if (!rnd(80) && other != c) {
		if (other->bare)
			cpu_join(other);
		else
			cpu_leave(other);
	}
	if (!rnd(16))
		all_enter();
}

static void resume(struct mcpu *c)
{
	int child = rnd(NR_CHILDREN), vp = rnd(NR_VPS);
	int asid = ASID_ROOT;

	if (rnd(2) && kids[child].exists && kids[child].vp[vp].cpu < 0)
		asid = ASID_CHILD(child, vp);
	cpu_run(c, asid);
}

/**
 * random_run - so many steps of three CPUs
 * Ends in fail() at the first use after release, leak or wrong count.
 */
void random_run(u64 seed, u32 steps)
{
	struct mcpu *c;
	u32 i;

	seed_rnd(seed);
	model_init(&(struct model_options){ .seed_pages = 260,
					    .la57 = seed & 1 });
	memset(shared, 0, sizeof(shared));
	race_hook = meddle;
	for (i = 0; i < steps; i++) {
		c = &cpus[rnd(NR_CPUS)];
		if (c->bare)
			continue;
		cpu_use(c);
		if (c->asid != ASID_HOST)
			guest_step(c);
		else if (rnd(4))
			root_step(c);
		else
			resume(c);
		grace_poll();
		if (i % 1000 == 999)
			check_all();
	}
	race_hook = NULL;
	for (i = 0; i < NR_CHILDREN; i++) {
		cpu_use(&cpus[0]);
		if (cpus[0].bare)
			cpu_join(&cpus[0]);
		cpu_enter(&cpus[0]);
		if (!kids[i].exists)
			continue;
		stop_vps(i);
		op_delete(i);
	}
	check_all();
}
