/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tables under a GPA space: walk, change, split, collapse. Internal to the
 * gpa and overlay rooms. All changes need s->lock; walks need none, because a
 * table is freed deferred (pool.h) and an entry changes in one store.
 *
 * Every table keeps a weight in the link of its page: the number of entries
 * that are not "natural". Natural is empty in a child and the identity of RAM
 * in the root. A table of weight 0 is collapsed into its parent's entry: a
 * child's is unlinked, the root's becomes one larger leaf.
 */
#ifndef HV_GPA_TABLE_H
#define HV_GPA_TABLE_H

#include "gpa.h"
#include "owner.h"
#include "table.h"
#include "npt_format.h"

/* A page table of the root that device memory alone needs: may be dropped. */
#define TABLE_TOUCH	BIT(31)

/**
 * struct gpa_cover - one overlay
 * @leaf:  its entry, 0 = not placed
 * @below: what it hides, in the visible overlay of a GPN; else 0
 */
struct gpa_cover {
	u64 gpn, leaf, below;
};

/* Hypercall page, TSC page, then three kinds with one for each VP. */
#define COVER_TSC	1
#define NR_COVERS	(2 + 3 * HV_MAX_VPS)
#define COVERS_PER_PAGE	170

struct overlay_set {
	struct overlay_set *more;
	u64 reserved;
	struct gpa_cover c[COVERS_PER_PAGE];
};
static_assert(sizeof(struct overlay_set) == PAGE_SIZE, "one pool page");
static_assert(NR_COVERS <= 2 * COVERS_PER_PAGE, "two pool pages");

static inline struct gpa_cover *gpa_cover_at(struct gpa_space *s, u32 i)
{
	struct overlay_set *set = s->overlays;

	if (set && i >= COVERS_PER_PAGE) {
		set = set->more;
		i -= COVERS_PER_PAGE;
	}
	return set ? &set->c[i] : NULL;
}

/* The visible overlay in [gpn, gpn + n), or one of them; NULL: none. */
struct gpa_cover *gpa_cover_find(struct gpa_space *s, u64 gpn, u64 n);

/* GPNs under one entry of @level. */
static inline u64 gpa_span(u32 level)
{
	return BIT(9 * (level - 1));
}

/* The root's natural entry. */
u64 gpa_ram_leaf(u64 gpn, u32 level);

/* Find the entry of @gpn: table_walk(). */
struct table_entry gpa_walk(struct gpa_space *s, u64 gpn, u32 *level);

/* The same, down to @level for sure: splits leaves, adds tables (with @tag). */
u64 *gpa_walk_alloc(struct gpa_space *s, u64 gpn, u32 level, u32 tag);

/**
 * gpa_set - replace an entry
 * Accounts and, where a translation was lost, flushes. Accessed and dirty bits
 * survive when the frame stays. Return: the entry that was replaced; what it
 * pointed to is the caller's to release.
 */
u64 gpa_set(struct gpa_space *s, u64 gpn, u64 *slot, u32 level, u64 val);

/* @val with the accessed and dirty bits that it inherits from @old. */
u64 gpa_inherit(u64 old, u64 val, u32 level);

/* Fold tables of weight 0 on the path to @gpn. */
void gpa_collapse(struct gpa_space *s, u64 gpn);

/* Free an unlinked table and all below it; a child's pages are put. */
void gpa_free_tables(struct gpa_space *s, u64 *table, u32 level);

/* Drop the map counts of a child's leaf. */
void gpa_put_leaf(u64 val, u32 level);

/* A change lost somebody's translation: new generation, ticket for the root. */
void gpa_flush(struct gpa_space *s);

/* The root's part of gpa_space_init(). */
hv_status gpa_root_init(struct gpa_space *s);

/* The table that an entry points to. */
u64 *gpa_entry_table(u64 val);

static inline bool gpa_is_table(u64 val, u32 level)
{
	return vendor_npt_present(val) && !vendor_npt_is_leaf(val, level);
}

#endif
