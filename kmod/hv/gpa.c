// SPDX-License-Identifier: GPL-2.0
/* GPA spaces of children: map, unmap, look up, access state. */
#include "gpa_table.h"
#include "log.h"
#include "mutate.h"
#include <hvpart/status.h>

#define LARGE		512	/* pages of a large mapping */

hv_status gpa_space_init(struct gpa_space *s, struct pool *pool, u64 limit,
			 bool is_root)
{
	memset(s, 0, sizeof(*s));
	s->pool = pool;
	s->is_root = is_root;
	s->table = pool_alloc(pool);
	if (!s->table)
		return HV_STATUS_INSUFFICIENT_MEMORY;
	s->nr_tables = 1;
	s->limit = MIN(limit, BIT(9 * table_levels()));
	return is_root ? gpa_root_init(s) : HV_STATUS_SUCCESS;
}

static void free_covers(struct gpa_space *s)
{
	struct gpa_cover *c;
	u32 i;

	for (i = 0; i < NR_COVERS; i++) {
		c = gpa_cover_at(s, i);
		if (!c)
			break;
		if (vendor_npt_present(c->below))
			gpa_put_leaf(c->below, 1);
	}
	if (s->overlays)
		pool_free(s->pool, s->overlays->more);
	pool_free(s->pool, s->overlays);
	s->overlays = NULL;
}

void gpa_space_destroy(struct gpa_space *s)
{
	u64 *table = s->table;

	spin_lock(&s->lock);
	if (table) {
		s->limit = 0;	/* lookups without a lock find nothing */
		free_covers(s);
		gpa_free_tables(s, table, table_levels());
		s->table = NULL;
		if (!MUTATED(GPA_DESTROY_FLUSH))
			gpa_flush(s);
	}
	spin_unlock(&s->lock);
}

static bool get_pages(u64 pfn, u64 n)
{
	u64 i;

	if (MUTATED(GPA_COUNT_GET))
		return true;
	for (i = 0; i < n; i++)
		if (!owner_map_get(pfn + i))
			break;
	if (i == n)
		return true;
	while (i)
		owner_map_put(pfn + --i);
	return false;
}

/* Put @val at @gpn, below an overlay if there is one, and drop what was there. */
static void replace(struct gpa_space *s, u64 gpn, u64 *slot, u32 level, u64 val)
{
	u64 old = READ_ONCE(*slot);

	if (old & VENDOR_NPT_OVERLAY) {
		slot = &gpa_cover_find(s, gpn, 1)->below;
		old = *slot;
		*slot = gpa_inherit(old, val, level);
	} else {
		old = gpa_set(s, gpn, slot, level, val);
	}
	if (vendor_npt_is_leaf(old, level))
		gpa_put_leaf(old, level);
	else if (vendor_npt_present(old))
		gpa_free_tables(s, gpa_entry_table(old), level - 1);
}

/* @val: a leaf, VENDOR_NPT_NO_ACCESS or 0, for one page or a large one. */
static hv_status put_one(struct gpa_space *s, u64 gpn, u32 level, u64 val)
{
	u64 *slot = gpa_walk_alloc(s, gpn, level, 0);

	if (!slot)
		return HV_STATUS_INSUFFICIENT_MEMORY;
	replace(s, gpn, slot, level, val);
	return HV_STATUS_SUCCESS;
}

/* Overlays need 4K entries, so a large page among them becomes 512 small. */
static void put_around_covers(struct gpa_space *s, u64 gpn, u64 pfn, u32 rights)
{
	u64 i, val;

	for (i = 0; i < LARGE; i++) {
		val = rights & GPA_RWX ?
			vendor_npt_leaf((pfn + i) << PAGE_SHIFT, rights, 1) :
			rights ? VENDOR_NPT_NO_ACCESS : 0;
		put_one(s, gpn + i, 1, val);	/* the table exists */
	}
}

/* @rights: GPA_*, or GPA_NO_ACCESS, or 0 to unmap. */
static hv_status put(struct gpa_space *s, u64 gpn, u64 pfn, u32 rights,
		     bool large)
{
	u32 level = large ? 2 : 1;
	u64 val = rights ? VENDOR_NPT_NO_ACCESS : 0;

	if (large && gpa_cover_find(s, gpn, LARGE)) {
		put_around_covers(s, gpn, pfn, rights);
		return HV_STATUS_SUCCESS;
	}
	if (rights & GPA_RWX)
		val = vendor_npt_leaf(pfn << PAGE_SHIFT, rights, level);
	return put_one(s, gpn, level, val);
}

static __noinline bool outside(struct gpa_space *s, u64 gpn, bool large)
{
	if (large && gpn % LARGE)
		return true;
	return gpn >= s->limit || (large && s->limit - gpn < LARGE);
}

hv_status gpa_map(struct gpa_space *s, u64 gpn, u64 spa_pfn, u32 rights,
		  bool large)
{
	u64 n = large ? LARGE : 1;
	hv_status st;

	/* No right at all is the same as "no access". */
	rights = rights & GPA_NO_ACCESS ? 0 : rights & GPA_RWX;
	if (outside(s, gpn, large) || (rights && large && spa_pfn % LARGE))
		return HV_STATUS_INVALID_PARAMETER;
	if (s->is_root || (rights && !get_pages(spa_pfn, n)))
		return HV_STATUS_OPERATION_DENIED;
	spin_lock(&s->lock);
	st = put(s, gpn, spa_pfn, rights ? rights : GPA_NO_ACCESS, large);
	spin_unlock(&s->lock);
	while (st && rights && n)
		owner_map_put(spa_pfn + --n);
	return st;
}

__noinline hv_status gpa_unmap(struct gpa_space *s, u64 gpn, bool large)
{
	hv_status st = HV_STATUS_SUCCESS;
	u32 level = large ? 2 : 1;

	if (outside(s, gpn, large))
		return HV_STATUS_INVALID_PARAMETER;
	if (s->is_root)
		return HV_STATUS_OPERATION_DENIED;
	spin_lock(&s->lock);
	if (gpa_walk(s, gpn, &level).val) {
		st = put(s, gpn, 0, 0, large);
		gpa_collapse(s, gpn);
	}
	spin_unlock(&s->lock);
	return st;
}

static struct gpa_entry root_lookup(u64 gpn)
{
	struct gpa_entry e = { .level = 0 };
	u8 state = owner_get(gpn).state;

	if (state == PG_ROOT || state == PG_SHARED) {
		e.spa = gpn << PAGE_SHIFT;
		e.rights = GPA_RWX;
		e.level = 1;
	}
	return e;
}

struct gpa_entry gpa_lookup(struct gpa_space *s, u64 gpn)
{
	struct gpa_entry e = { .level = 0 };
	u32 level = 1;
	u64 v;

	if (s->is_root)
		return root_lookup(gpn);
	if (gpn >= s->limit)
		return e;
	v = gpa_walk(s, gpn, &level).val;
	if (!v)
		return e;
	e.level = level;
	e.rights = vendor_npt_rights(v);
	if (!e.rights)
		return e;
	e.spa = vendor_npt_spa(v) + ((gpn & (gpa_span(level) - 1)) << PAGE_SHIFT);
	e.overlay = v & VENDOR_NPT_OVERLAY;
	return e;
}

static hv_status access_state(struct gpa_space *s, u64 gpn, u64 clear, u64 set,
			      u8 *state)
{
	u32 level = 1;
	struct table_entry e = gpa_walk(s, gpn, &level);
	u64 *slot = e.slot, old;

	if (e.val & VENDOR_NPT_OVERLAY) {
		slot = &gpa_cover_find(s, gpn, 1)->below;
		e.val = *slot;
	}
	if (!vendor_npt_present(e.val))
		return HV_STATUS_SUCCESS;
	/* The bit of a large page stands for 512 pages: clear it for one only. */
	if ((e.val & clear) && level > 1) {
		slot = gpa_walk_alloc(s, gpn, 1, 0);
		if (!slot)
			return HV_STATUS_INSUFFICIENT_MEMORY;
	}
	old = READ_ONCE(*slot);
	HV_RACE("access", slot);
	if (MUTATED(GPA_CLEAR_ATOMIC))
		*slot = old & ~clear;
	else
		old = atomic_and(slot, ~clear);
	atomic_or(slot, set);
	*state = (old & VENDOR_NPT_ACCESSED ? 1 : 0) |
		 (old & VENDOR_NPT_DIRTY ? 2 : 0);
	/* A TLB that knows the bit as set would not set it again. */
	if ((old & clear) && !MUTATED(GPA_CLEAR_FLUSH))
		gpa_flush(s);
	return HV_STATUS_SUCCESS;
}

static u64 ad_bits(bool accessed, bool dirty)
{
	return accessed * VENDOR_NPT_ACCESSED | dirty * VENDOR_NPT_DIRTY;
}

__noinline hv_status gpa_access_state(struct gpa_space *s, u64 gpn, u64 flags,
				      u8 *state)
{
	hv_status st;
	u64 clear, set;

	*state = 0;
	if (s->is_root || gpn >= s->limit)
		return HV_STATUS_INVALID_PARAMETER;
	clear = ad_bits(flags & GPA_CLEAR_ACCESSED, flags & GPA_CLEAR_DIRTY);
	set = ad_bits(flags & GPA_SET_ACCESSED, flags & GPA_SET_DIRTY);
	spin_lock(&s->lock);
	st = access_state(s, gpn, clear, set, state);
	spin_unlock(&s->lock);
	return st;
}
