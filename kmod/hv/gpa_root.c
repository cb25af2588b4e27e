// SPDX-License-Identifier: GPL-2.0
/*
 * The root's map: the identity, without what is ours.
 *
 * A page of RAM that is not the root's is absent. Device memory appears on
 * first touch; its tables are tagged and all dropped together when there are
 * too many or the pool is empty.
 */
#include "gpa_table.h"
#include "log.h"
#include "mutate.h"
#include "percpu.h"
#include <hvpart/status.h>

/* Enough for 60 GiB of windows above RAM; then all start again. */
#define TOUCH_TABLES	64

#define AD	(VENDOR_NPT_ACCESSED | VENDOR_NPT_DIRTY)

struct gpa_root_stats gpa_root_stats;

/* What a read of any hidden page finds. */
static void *zeros;

hv_status gpa_root_init(struct gpa_space *s)
{
	zeros = pool_alloc(s->pool);
	return zeros ? HV_STATUS_SUCCESS : HV_STATUS_INSUFFICIENT_ROOT_MEMORY;
}

__noinline hv_status gpa_root_add_ram(struct gpa_space *s, u64 pfn, u64 n)
{
	u32 level;
	u64 *slot;

	spin_lock(&s->lock);
	while (n) {
		level = machine.page1g ? 3 : 2;
		while (pfn % gpa_span(level) || n < gpa_span(level))
			level--;
		slot = gpa_walk_alloc(s, pfn, level, 0);
		if (!slot)
			break;
		HV_BUG_ON(gpa_is_table(*slot, level));
		gpa_set(s, pfn, slot, level, gpa_ram_leaf(pfn, level));
		gpa_collapse(s, pfn);
		pfn += gpa_span(level);
		n -= gpa_span(level);
	}
	spin_unlock(&s->lock);
	return n ? HV_STATUS_INSUFFICIENT_ROOT_MEMORY : HV_STATUS_SUCCESS;
}

hv_status gpa_root_hide(struct gpa_space *s, u64 pfn)
{
	hv_status st = HV_STATUS_SUCCESS;
	u32 level = 1;
	u64 *slot;

	spin_lock(&s->lock);
	if (gpa_walk(s, pfn, &level).val) {
		slot = gpa_walk_alloc(s, pfn, 1, 0);
		if (slot)
			gpa_set(s, pfn, slot, 1, 0);
		else
			st = HV_STATUS_INSUFFICIENT_ROOT_MEMORY;
	}
	spin_unlock(&s->lock);
	return st;
}

hv_status gpa_root_restore(struct gpa_space *s, u64 pfn)
{
	u32 level = 1;
	u64 *slot;

	spin_lock(&s->lock);
	slot = gpa_walk(s, pfn, &level).slot;
	/* Above level 1: never mapped, the first touch will do it. */
	if (level == 1) {
		gpa_set(s, pfn, slot, 1, gpa_ram_leaf(pfn, 1));
		gpa_collapse(s, pfn);
	}
	spin_unlock(&s->lock);
	return HV_STATUS_SUCCESS;
}

/* Drop the tables of device memory; what lies there is touched again. */
static void drop_touched(struct gpa_space *s, u64 *table, u32 level, u64 gpn)
{
	u64 v, *t;
	u32 i;

	for (i = 0; i < 512; i++, gpn += gpa_span(level)) {
		v = table[i];
		if (!gpa_is_table(v, level))
			continue;
		t = gpa_entry_table(v);
		if (owner_link(vendor_npt_spa(v) >> PAGE_SHIFT) & TABLE_TOUCH) {
			gpa_set(s, gpn, &table[i], level, 0);
			gpa_free_tables(s, t, level - 1);
			gpa_root_stats.recycled++;
		} else if (level > 2) {
			drop_touched(s, t, level - 1, gpn);
		}
	}
}

/*
 * Walk down for a page that is mapped on demand. At most four new tables; the
 * reserve covers them even if those just dropped still wait for their epoch.
 */
static u64 *touch_slot(struct gpa_space *s, u64 gpn, u32 level)
{
	static u32 nr_tables;
	u32 try, l;
	u64 *slot;

	for (try = 0; try < 2; try++) {
		if (try || nr_tables >= TOUCH_TABLES) {
			drop_touched(s, s->table, table_levels(), 0);
			nr_tables = 0;
		}
		l = level;
		gpa_walk(s, gpn, &l);
		this_cpu()->use_reserve = try;
		slot = gpa_walk_alloc(s, gpn, level, TABLE_TOUCH);
		this_cpu()->use_reserve = 0;
		if (slot) {
			nr_tables += l - level;
			return slot;
		}
	}
	return NULL;
}

static bool all_device(u64 gpn)
{
	u32 i;

	for (i = 0; i < 512; i++)
		if (owner_get(gpn + i).state != PG_NONE)
			return false;
	return true;
}

static __noinline enum root_fault touch(struct gpa_space *s, u64 gpn)
{
	u32 level = all_device(gpn & ~511ull) ? 2 : 1;
	u64 *slot = touch_slot(s, gpn, level);

	if (!slot)
		return ROOT_FAULT_FATAL;
	gpn &= ~(gpa_span(level) - 1);
	gpa_set(s, gpn, slot, level,
		vendor_npt_leaf(gpn << PAGE_SHIFT, GPA_RWX, level) |
		AD | VENDOR_NPT_DEVICE);
	return ROOT_FAULT_RETRY;
}

/* A read of a page that is not the root's: zeros, and never its content. */
static enum root_fault show_zeros(struct gpa_space *s, u64 gpn, u64 spa)
{
	u64 *slot = touch_slot(s, gpn, 1);

	if (!slot)
		return ROOT_FAULT_FATAL;
	gpa_set(s, gpn, slot, 1, vendor_npt_leaf(spa, GPA_R, 1) | AD);
	return ROOT_FAULT_RETRY;
}

static __noinline enum root_fault fault(struct gpa_space *s, u64 gpn,
					bool write, bool fetch)
{
	u32 need = write ? GPA_W : fetch ? GPA_X : GPA_R, level = 1;
	u8 state;

	if ((vendor_npt_rights(gpa_walk(s, gpn, &level).val) & need) == need)
		return ROOT_FAULT_RETRY;
	state = owner_get(gpn).state;
	if (state == PG_NONE || state == PG_ROOT || state == PG_SHARED)
		return touch(s, gpn);
	if (write || fetch) {
		gpa_root_stats.hidden_writes++;
		return ROOT_FAULT_GP;
	}
	gpa_root_stats.hidden_reads++;
	/*
	 * A page that is on its way back is zero already and shows itself:
	 * when it is the root's again only rights grow, no frame changes.
	 */
	if (state == PG_LEAVING)
		return show_zeros(s, gpn, gpn << PAGE_SHIFT);
	return show_zeros(s, gpn, va_to_spa(zeros));
}

enum root_fault gpa_root_fault(struct gpa_space *s, u64 gpa, bool write,
			       bool fetch)
{
	u64 gpn = gpa >> PAGE_SHIFT;
	enum root_fault ret = ROOT_FAULT_GP;

	spin_lock(&s->lock);
	if (gpn < s->limit)
		ret = fault(s, gpn, write, fetch);
	spin_unlock(&s->lock);
	return ret;
}
