// SPDX-License-Identifier: GPL-2.0
#include "aspace.h"
#include "owner.h"
#include "percpu.h"
#include "pool.h"
#include "table.h"
#include "log.h"
#include "mutate.h"
#include <hvpart/status.h>

static struct spinlock lock;
static u64 *top_table;

void aspace_init(void *top)
{
	top_table = top;
}

/* The entry for @va at *@level, or above it where the walk cannot go on. */
static u64 *walk(u64 va, u32 *level)
{
	return table_walk(top_table, va >> PAGE_SHIFT, level).slot;
}

/* A table's weight, the number of its entries, stands in its page's link. */
static void set(u64 *e, u64 val)
{
	u64 pfn = va_to_spa(e) >> PAGE_SHIFT;

	if (owner_get(pfn).state == PG_USED)
		owner_set_link(pfn, owner_link(pfn) + !!val - !!*e);
	WRITE_ONCE(*e, val);
}

/* Unlink tables that became empty; other CPUs' walkers may still be there. */
static void prune(u64 va)
{
	u32 level, l;
	u64 *e, pfn;

	for (level = 2; level <= table_levels(); level++) {
		l = level;
		e = walk(va, &l);
		if (l != level || !*e)	/* that table does not exist */
			continue;
		pfn = (*e & HPTE_SPA) >> PAGE_SHIFT;
		if ((*e & HPTE_PS) ||
		    owner_get(pfn).state != PG_USED || owner_link(pfn))
			return;
		set(e, 0);
		if (MUTATED(ASPACE_FREE_DEFERRED))
			pool_free(root_pool, pool_va(pfn << PAGE_SHIFT));
		else
			pool_free_deferred(root_pool,
					   pool_va(pfn << PAGE_SHIFT));
	}
}

static u64 *walk_alloc(u64 va)
{
	u32 level = 1;
	u64 *e = walk(va, &level);
	void *table;

	while (level > 1) {
		HV_BUG_ON(*e);		/* a large page of the loader's */
		table = pool_alloc(root_pool);
		if (!table) {
			prune(va);
			return NULL;
		}
		set(e, va_to_spa(table) | HPTE_P | HPTE_W | HPTE_A);
		level = 1;
		e = walk(va, &level);
	}
	return e;
}

hv_status aspace_map(u64 va, u64 spa)
{
	u64 val = spa | HPTE_P | HPTE_W | HPTE_A | HPTE_D | HPTE_NX, *e;

	spin_lock(&lock);
	e = walk_alloc(va);
	if (e) {
		HV_BUG_ON(*e && *e != val);
		set(e, val);
	}
	spin_unlock(&lock);
	return e ? HV_STATUS_SUCCESS : HV_STATUS_INSUFFICIENT_ROOT_MEMORY;
}

void aspace_unmap(u64 va)
{
	u32 level = 1;
	u64 *e;

	spin_lock(&lock);
	e = walk(va, &level);
	HV_BUG_ON(level != 1);
	set(e, 0);
	if (!MUTATED(ASPACE_INVLPG))
		invlpg(va);
	prune(va);
	spin_unlock(&lock);
}

u64 *aspace_entry(u64 va)
{
	u32 level = 1;
	u64 *e = walk(va, &level);

	return level == 1 ? e : NULL;
}
