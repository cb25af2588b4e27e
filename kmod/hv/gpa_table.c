// SPDX-License-Identifier: GPL-2.0
#include "gpa_table.h"
#include "log.h"
#include "mutate.h"

#define AD	(VENDOR_NPT_ACCESSED | VENDOR_NPT_DIRTY)

u64 *gpa_entry_table(u64 val)
{
	return pool_va(vendor_npt_spa(val));
}

u64 gpa_ram_leaf(u64 gpn, u32 level)
{
	return vendor_npt_leaf((gpn & ~(gpa_span(level) - 1)) << PAGE_SHIFT,
			       GPA_RWX, level) | AD;
}

void gpa_flush(struct gpa_space *s)
{
	if (!MUTATED(GPA_GENERATION))
		WRITE_ONCE(s->generation, s->generation + 1);
	if (!MUTATED(GPA_TICKET))
		epoch_flush();
}

struct table_entry gpa_walk(struct gpa_space *s, u64 gpn, u32 *level)
{
	return table_walk(s->table, gpn, level);
}

/* What weighs nothing. */
static u64 natural(struct gpa_space *s, u64 gpn, u32 level)
{
	return s->is_root ? gpa_ram_leaf(gpn, level) : 0;
}

/* Leaf counters and the table's weight for @old becoming @val. */
static void account(struct gpa_space *s, u64 gpn, u64 *slot, u32 level,
		    u64 old, u64 val)
{
	u64 pfn = va_to_spa(slot) >> PAGE_SHIFT, none = natural(s, gpn, level);

	if (vendor_npt_is_leaf(old, level))
		s->leaves[level - 1]--;
	if (vendor_npt_is_leaf(val, level))
		s->leaves[level - 1]++;
	owner_set_link(pfn, owner_link(pfn) + (val != none) - (old != none));
}

u64 gpa_inherit(u64 old, u64 val, u32 level)
{
	if (!vendor_npt_is_leaf(val, level))
		return val;
	/* A table below a leaf-to-be: what its pages say is not collected. */
	if (gpa_is_table(old, level))
		return val | AD;
	if (vendor_npt_present(old) &&
	    vendor_npt_spa(old) == vendor_npt_spa(val))
		return val | (old & AD);
	return val;
}

/* Does @val take away anything that a TLB may hold of @old? */
static bool lost(u64 old, u64 val, u32 level)
{
	if (!vendor_npt_present(old))
		return false;
	return !vendor_npt_is_leaf(old, level) ||
	       !vendor_npt_is_leaf(val, level) ||
	       vendor_npt_spa(old) != vendor_npt_spa(val) ||
	       (vendor_npt_rights(old) & ~vendor_npt_rights(val));
}

/*
 *   CPU A: shrink rights               a walker on CPU B
 *   old = entry
 *                                      writes, sets dirty in the entry
 *   entry = new | old's A/D bits       <- would lose it: exchange, or repeat
 */
u64 gpa_set(struct gpa_space *s, u64 gpn, u64 *slot, u32 level, u64 val)
{
	u64 old, new;

	if (MUTATED(GPA_FLUSH_ORDER) && lost(*slot, val, level))
		gpa_flush(s);
	do {
		old = READ_ONCE(*slot);
		new = gpa_inherit(old, val, level);
		HV_RACE("gpa_set", slot);
		if (MUTATED(GPA_SET_ATOMIC))
			*slot = old;
	} while (!cmpxchg(slot, old, new));
	account(s, gpn, slot, level, old, new);
	HV_RACE("gpa_set flush", slot);
	if (lost(old, new, level) && !MUTATED(GPA_SET_FLUSH) &&
	    !MUTATED(GPA_FLUSH_ORDER))
		gpa_flush(s);
	return old;
}

/* What entry @i of the table that replaces @val at @level must say. */
static u64 part_of(u64 val, u32 i, u32 level)
{
	if (!vendor_npt_is_leaf(val, level))
		return val;		/* nothing, or "no access" throughout */
	return vendor_npt_leaf(vendor_npt_spa(val) +
			       ((u64)i * gpa_span(level - 1) << PAGE_SHIFT),
			       vendor_npt_rights(val), level - 1) |
	       (val & (AD | VENDOR_NPT_DEVICE));
}

static void insert_table(struct gpa_space *s, u64 gpn, u64 *slot, u32 level,
			 u64 *table, u32 tag)
{
	u64 link = vendor_npt_table(va_to_spa(table)), old;
	u32 i;

	do {
		old = READ_ONCE(*slot);
		for (i = 0; i < 512; i++)
			table[i] = part_of(old, i, level);
		HV_RACE("split", slot);
		if (MUTATED(GPA_SPLIT_ATOMIC))
			*slot = old;
	} while (!cmpxchg(slot, old, link));
	owner_set_link(va_to_spa(table) >> PAGE_SHIFT,
		       (old != natural(s, gpn, level)) * 512 | (old ? 0 : tag));
	account(s, gpn, slot, level, old, link);
	s->nr_tables++;
	if (vendor_npt_is_leaf(old, level)) {
		s->leaves[level - 2] += 512;
		/* Same translations; but two sizes at once are not for TLBs. */
		if (!MUTATED(GPA_SPLIT_FLUSH))
			gpa_flush(s);
	}
}

u64 *gpa_walk_alloc(struct gpa_space *s, u64 gpn, u32 target, u32 tag)
{
	u64 *tables[4], *slot;
	u32 level = target, n;

	slot = gpa_walk(s, gpn, &level).slot;
	for (n = 0; n < level - target; n++) {
		tables[n] = pool_alloc(s->pool);
		if (!tables[n]) {
			while (n)
				pool_free(s->pool, tables[--n]);
			return NULL;
		}
	}
	for (; level > target; level--) {
		insert_table(s, gpn, slot, level, tables[--n], tag);
		slot = &tables[n][table_index(gpn, level - 1)];
	}
	return slot;
}

void gpa_collapse(struct gpa_space *s, u64 gpn)
{
	u32 level, l, top = table_levels();
	struct table_entry e;

	if (s->is_root)
		top = machine.page1g ? 3 : 2;
	for (level = 2; level <= top; level++) {
		l = level;
		e = gpa_walk(s, gpn, &l);
		if (l != level || !gpa_is_table(e.val, level))
			continue;
		if (owner_link(vendor_npt_spa(e.val) >> PAGE_SHIFT))
			return;
		gpa_set(s, gpn, e.slot, level, natural(s, gpn, level));
		if (s->is_root)
			s->leaves[level - 2] -= 512;
		s->nr_tables--;
		if (MUTATED(GPA_COLLAPSE_DEFERRED))
			pool_free(s->pool, gpa_entry_table(e.val));
		else
			pool_free_deferred(s->pool, gpa_entry_table(e.val));
	}
}

void gpa_put_leaf(u64 val, u32 level)
{
	u64 pfn = vendor_npt_spa(val) >> PAGE_SHIFT, i;

	for (i = 0; i < gpa_span(level); i++)
		if (!MUTATED(GPA_COUNT_PUT))
			owner_map_put(pfn + i);
}

void gpa_free_tables(struct gpa_space *s, u64 *table, u32 level)
{
	u64 v;
	u32 i;

	for (i = 0; i < 512; i++) {
		v = READ_ONCE(table[i]);
		if (gpa_is_table(v, level)) {
			gpa_free_tables(s, gpa_entry_table(v), level - 1);
		} else if (vendor_npt_present(v)) {
			s->leaves[level - 1]--;
			if (!s->is_root && !(v & VENDOR_NPT_OVERLAY))
				gpa_put_leaf(v, level);
		}
	}
	s->nr_tables--;
	if (MUTATED(GPA_SUBTREE_DEFERRED))
		pool_free(s->pool, table);
	else
		pool_free_deferred(s->pool, table);
}

struct gpa_cover *gpa_cover_find(struct gpa_space *s, u64 gpn, u64 n)
{
	struct gpa_cover *c, *last = NULL;
	u32 i;

	for (i = 0; i < NR_COVERS; i++) {
		c = gpa_cover_at(s, i);
		if (!c)
			break;
		if (!c->leaf || c->gpn - gpn >= n)
			continue;
		if (i != COVER_TSC)
			return c;
		last = c;	/* shows only where no other kind is */
	}
	return last;
}
