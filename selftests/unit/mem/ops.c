// SPDX-License-Identifier: GPL-2.0
/* What drivers and guests do to the machine, each with its expectation. */
#include <string.h>

#include "model.h"

static bool lost(struct view old, struct view v)
{
	return old.rights && (old.pfn != v.pfn || (old.rights & ~v.rights));
}

/* The view of @gpn was @old before a call that has succeeded. */
static void changed(int child, u64 gpn, struct view old)
{
	struct view v = view_of(child, gpn);

	if (lost(old, v))
		grace_add(child, gpn, old, cur->pc.flush_ticket);
}

hv_status op_deposit(struct pool *pool, const u64 *pfns, u32 n)
{
	hv_status st;
	bool bad = false;
	u32 i, k;

	for (i = 0; i < n; i++) {
		bad |= pfns[i] >= ARENA || given[pfns[i]] ||
		       (pfns[i] >= HOLE && pfns[i] < HOLE_END) ||
		       map_count(pfns[i]) ||
		       owner_get(pfns[i]).state == PG_SHARED;
		for (k = 0; k < i; k++)
			bad |= pfns[i] == pfns[k];
	}
	st = deposit_pages(&root, pool, pfns, n);
	if (bad)
		CHECK_EQ(st, HV_STATUS_OPERATION_DENIED);
	else if (st)
		CHECK_EQ(st, HV_STATUS_INSUFFICIENT_ROOT_MEMORY);
	for (i = 0; i < n && !st; i++) {
		given[pfns[i]] = pool->slot + 1;
		grace_add(-1, pfns[i], (struct view){ pfns[i], GPA_RWX },
			  cur->pc.flush_ticket);
	}
	if (st == HV_STATUS_INSUFFICIENT_ROOT_MEMORY)
		undo_ticket = cur->pc.flush_ticket;
	return st;
}

hv_status op_withdraw(struct pool *pool, u32 n, u32 *got)
{
	u64 pfns[64];
	hv_status st;
	u32 i;

	st = withdraw_pages(&root, pool, pfns, MIN(n, 64u), got);
	for (i = 0; i < *got; i++) {
		CHECK_EQ(given[pfns[i]], pool->slot + 1);
		CHECK_EQ(owner_get(pfns[i]).state, PG_ROOT);
		given[pfns[i]] = 0;
		check_given_back(pfns[i]);
	}
	if (st)
		CHECK(st == HV_STATUS_TIME_OUT || st == HV_STATUS_NO_RESOURCES);
	return st;
}

/* A page that nothing has to do with. */
static u64 spare_page(void)
{
	u64 pfn;

	do
		pfn = 300 + rnd(1500);
	while (given[pfn] || map_count(pfn) ||
	       owner_get(pfn).state != PG_ROOT);
	return pfn;
}

hv_status op_create(int child)
{
	struct child *k = &kids[child];
	u64 pfns[24];
	hv_status st;
	u32 i, j;

	memset(k, 0, sizeof(*k));
	pool_init(&k->pool, child + 1);
	for (i = 0; i < 24; i++) {
		pfns[i] = spare_page();
		for (j = 0; j < i; j++)
			if (pfns[j] == pfns[i])
				break;
		if (j < i)
			i--;
	}
	st = op_deposit(&k->pool, pfns, 24);
	if (st)
		return st;
	all_enter();
	CHECK_EQ(gpa_space_init(&k->gpa, &k->pool, BIT(24), false), 0);
	for (i = 0; i < GUEST_PAGES; i++)
		k->below[i].pfn = PFN_NONE;
	for (i = 0; i < NR_VPS; i++)
		k->vp[i] = (struct vcpu){ .cpu = -1, .last_cpu = -1 };
	k->exists = true;
	return 0;
}

void op_delete(int child)
{
	struct child *k = &kids[child];
	u32 i, got, rounds = 0;
	hv_status st;

	gpa_space_destroy(&k->gpa);
	for (i = 0; i < 8; i++) {
		pool_free_deferred(&k->pool, k->ovl_page[i]);
		k->ovl_page[i] = NULL;
	}
	/* The driver unpins the memory when this ticket is complete. */
	for (i = 0; i < GUEST_PAGES; i++) {
		if (k->below[i].rights)
			grace_add(child, i, k->below[i], cur->pc.flush_ticket);
		k->below[i] = (struct view){ PFN_NONE, 0 };
	}
	CHECK_EQ(gpa_lookup(&k->gpa, 0).level, 0);
	for (;;) {
		st = op_withdraw(&k->pool, 64, &got);
		if (st == HV_STATUS_NO_RESOURCES)
			break;
		if (st == HV_STATUS_TIME_OUT) {
			CHECK(++rounds < 50);
			all_enter();
		}
	}
	CHECK_EQ(k->pool.nr_used, 0);
	CHECK_EQ(k->pool.nr_free + k->pool.nr_pending + k->pool.nr_leaving, 0);
	for (i = 0; i < NR_PAGES; i++)
		CHECK(given[i] != child + 2);
	grace_poll();
	k->exists = false;
	grace_clear(child);
	/* VP numbers are used again: that takes a fresh tag. */
	for (i = 0; i < NR_CPUS; i++) {
		tlb_flush_asid(&cpus[i], ASID_CHILD(child, 0));
		tlb_flush_asid(&cpus[i], ASID_CHILD(child, 1));
	}
}

hv_status op_map(int child, u64 gpn, u64 pfn, u32 rights, bool large)
{
	struct child *k = &kids[child];
	u64 n = large ? 512 : 1, i;
	u32 r = rights & GPA_NO_ACCESS ? 0 : rights;
	static struct view old[512];
	bool bad = false;
	hv_status st;

	for (i = 0; i < n; i++) {
		old[i] = view_of(child, gpn + i);
		bad |= r && (pfn + i >= ARENA || given[pfn + i] ||
			     (pfn + i >= HOLE && pfn + i < HOLE_END));
		grace_new(child, gpn + i, (struct view){ pfn + i, r });
	}
	st = gpa_map(&k->gpa, gpn, pfn, rights, large);
	grace_drop_new();
	if (bad)
		CHECK_EQ(st, HV_STATUS_OPERATION_DENIED);
	else if (st)
		CHECK_EQ(st, HV_STATUS_INSUFFICIENT_MEMORY);
	for (i = 0; i < n && !st; i++) {
		if (k->below[gpn + i].pfn != pfn + i || !r)
			k->written[gpn + i] = false;
		k->below[gpn + i] = (struct view){ r ? pfn + i : PFN_NONE, r };
		changed(child, gpn + i, old[i]);
	}
	grace_poll();
	return st;
}

hv_status op_unmap(int child, u64 gpn, bool large)
{
	struct child *k = &kids[child];
	u64 n = large ? 512 : 1, i;
	static struct view old[512];
	hv_status st;

	for (i = 0; i < n; i++)
		old[i] = view_of(child, gpn + i);
	st = gpa_unmap(&k->gpa, gpn, large);
	if (st)
		CHECK_EQ(st, HV_STATUS_INSUFFICIENT_MEMORY);
	for (i = 0; i < n && !st; i++) {
		k->below[gpn + i] = (struct view){ PFN_NONE, 0 };
		k->written[gpn + i] = false;
		changed(child, gpn + i, old[i]);
	}
	grace_poll();
	return st;
}

static const enum overlay_kind kinds[8] = {
	OVERLAY_HYPERCALL, OVERLAY_TSC, OVERLAY_ASSIST, OVERLAY_ASSIST,
	OVERLAY_SIM, OVERLAY_SIM, OVERLAY_SIEF, OVERLAY_SIEF,
};

static u32 vp_of(u32 which)
{
	return which < 2 ? 0 : which & 1;
}

/* Everything that may show at @gpn while overlays come and go there. */
static void allow_all(int child, u64 gpn)
{
	struct child *k = &kids[child];
	u32 i;

	if (gpn >= GUEST_PAGES)
		return;
	grace_new(child, gpn, k->below[gpn]);
	for (i = 0; i < 8; i++)
		if (k->ovl_page[i] && k->ovl_gpn[i] == gpn)
			grace_new(child, gpn, (struct view){
				va_to_spa(k->ovl_page[i]) >> PAGE_SHIFT,
				k->ovl_rights[i] });
}

hv_status op_overlay(int child, u32 which, u64 gpn, u32 rights)
{
	struct child *k = &kids[child];
	void *page = k->ovl_page[which];
	struct view old = view_of(child, gpn), old2 = { 0 };
	u64 from = k->ovl_gpn[which];
	bool moved = page != NULL;
	hv_status st;

	if (!page)
		page = pool_alloc(&k->pool);
	if (!page)
		return HV_STATUS_INSUFFICIENT_MEMORY;
	if (moved) {
		old2 = view_of(child, from);
		allow_all(child, from);
	}
	grace_new(child, gpn, (struct view){ va_to_spa(page) >> PAGE_SHIFT,
					     rights });
	st = overlay_place(&k->gpa, kinds[which], vp_of(which), gpn, page,
			   rights);
	grace_drop_new();
	if (st) {
		CHECK_EQ(st, HV_STATUS_INSUFFICIENT_MEMORY);
		if (!moved)
			pool_free(&k->pool, page);
		return st;
	}
	k->ovl_page[which] = page;
	k->ovl_gpn[which] = gpn;
	k->ovl_rights[which] = rights;
	changed(child, gpn, old);
	if (moved && from != gpn)
		changed(child, from, old2);
	grace_poll();
	return 0;
}

void op_overlay_remove(int child, u32 which)
{
	struct child *k = &kids[child];
	void *page = k->ovl_page[which];
	u64 gpn = k->ovl_gpn[which];
	struct view old = view_of(child, gpn);

	allow_all(child, gpn);
	overlay_remove(&k->gpa, kinds[which], vp_of(which));
	grace_drop_new();
	k->ovl_page[which] = NULL;
	if (page) {
		changed(child, gpn, old);
		pool_free_deferred(&k->pool, page);
	}
	grace_poll();
}

hv_status op_access_state(int child, u64 gpn, u64 flags, u8 *state)
{
	struct child *k = &kids[child];
	hv_status st = gpa_access_state(&k->gpa, gpn, flags, state);

	if (st) {
		CHECK_EQ(st, HV_STATUS_INSUFFICIENT_MEMORY);
		return st;
	}
	if (k->written[gpn] && !(*state & 2))
		fail("child %d page %llx: a write was forgotten", child, gpn);
	if (flags & GPA_CLEAR_DIRTY) {
		k->written[gpn] = false;
		k->clear_ticket[gpn] = cur->pc.flush_ticket;
	}
	return 0;
}

void op_copy(int child, u64 gpa, u32 len, bool write)
{
	static u8 buf[PAGE_SIZE], before[PAGE_SIZE];
	u32 need = write ? GPA_W : GPA_R, off = gpa & ~PAGE_MASK;
	u64 gpn = gpa >> PAGE_SHIFT;
	u32 first = MIN(len, (u32)PAGE_SIZE - off);
	struct view a = view_of(child, gpn), b = a;
	bool ok = (a.rights & need) && len <= PAGE_SIZE, did;
	struct gpa_space *s = &kids[child].gpa;

	if (len > first) {
		b = view_of(child, gpn + 1);
		ok = ok && (b.rights & need);
	}
	memset(buf, rnd(255) + 1, len);
	memcpy(before, buf, len);
	window_expect[0] = a.pfn;
	window_expect[1] = b.pfn;
	did = write ? gpa_write(s, gpa, buf, len) : gpa_read(s, gpa, buf, len);
	window_expect[0] = PFN_NONE;
	CHECK_EQ(did, ok);
	CHECK_EQ(cur->pc.windows_open, 0);
	if (!ok) {
		CHECK(!memcmp(buf, before, len));
		return;
	}
	CHECK(!memcmp(buf, mem + (a.pfn << PAGE_SHIFT) + off, first));
	CHECK(!memcmp(buf + first, mem + (b.pfn << PAGE_SHIFT), len - first));
	if (write && kids[child].below[gpn].pfn == a.pfn)
		kids[child].written[gpn] = true;
	if (write && len > first && kids[child].below[gpn + 1].pfn == b.pfn)
		kids[child].written[gpn + 1] = true;
}

void op_copy_root(u64 pfn, u32 len, bool write)
{
	static u8 buf[PAGE_SIZE];
	u8 state = owner_get(pfn).state;
	bool ok = state == PG_ROOT || state == PG_SHARED;

	window_expect[0] = window_expect[1] = pfn;
	memset(buf, 0x5a, len);
	CHECK_EQ(write ? gpa_write(&root, pfn << PAGE_SHIFT, buf, len) :
			 gpa_read(&root, pfn << PAGE_SHIFT, buf, len), ok);
	window_expect[0] = PFN_NONE;
	if (ok)
		CHECK(!memcmp(buf, mem + (pfn << PAGE_SHIFT), len));
}

/* One access of the child that runs on @c. False: it faulted. */
bool op_guest(struct mcpu *c, u64 page, enum access a)
{
	int child = CHILD_OF(c->asid);
	struct view v = view_of(child, page);
	u32 need = a == WRITE ? GPA_W : a == FETCH ? GPA_X : GPA_R;
	int asid = c->asid;
	u64 pfn;

	if (!mmu_access(c, asid, page, a, &pfn)) {
		cpu_enter(c);
		if ((v.rights & need) != need)
			return false;
		/*
		 * A walker that still stood in a table that was replaced. The
		 * loop finds the page mapped and resumes; the entry flushed.
		 */
		cpu_run(c, asid);
		if (!mmu_access(c, asid, page, a, &pfn))
			fail("child %d faults on %llx without reason", child,
			     page);
	}
	check_access(c, c->asid, page, pfn, a);
	if (a == WRITE) {
		mem[(pfn << PAGE_SHIFT) + rnd(PAGE_SIZE)] = 0xc0 + child;
		if (pfn == kids[child].below[page].pfn &&
		    epoch_complete(kids[child].clear_ticket[page]))
			kids[child].written[page] = true;
	}
	return true;
}

/* One access of the root on @c, faults handled. False: it got #GP. */
bool op_root(struct mcpu *c, u64 page, enum access a)
{
	struct mcpu *was = cur;
	enum root_fault f;
	u64 pfn;
	int i;

	for (i = 0; i < 3; i++) {
		if (mmu_access(c, ASID_ROOT, page, a, &pfn)) {
			check_access(c, ASID_ROOT, page, pfn, a);
			if (a == WRITE && page < NR_PAGES)
				mem[(pfn << PAGE_SHIFT) + rnd(PAGE_SIZE)] = 0xaa;
			return true;
		}
		cpu_enter(c);
		cpu_use(c);
		f = gpa_root_fault(&root, page << PAGE_SHIFT, a == WRITE,
				   a == FETCH);
		cpu_run(c, ASID_ROOT);
		cpu_use(was);
		if (f == ROOT_FAULT_FATAL)
			fail("no table for the root at %llx", page);
		if (f == ROOT_FAULT_GP) {
			if (a == READ || owner_get(page).state == PG_ROOT ||
			    owner_get(page).state == PG_NONE)
				fail("#GP for the root at %llx", page);
			return false;
		}
	}
	fail("the root's fault at %llx does not end", page);
}
