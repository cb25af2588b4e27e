// SPDX-License-Identifier: GPL-2.0
#include "overlay.h"
#include "gpa_table.h"
#include <hvpart/status.h>

/* The record of an overlay; its index is also the order of visibility. */
static u32 index_of(enum overlay_kind kind, u32 vp)
{
	if (kind == OVERLAY_HYPERCALL)
		return 0;
	if (kind == OVERLAY_TSC)
		return COVER_TSC;
	return 2 + (kind - OVERLAY_ASSIST) * HV_MAX_VPS + vp;
}

static struct gpa_cover *record(struct gpa_space *s, u32 i)
{
	if (!s->overlays)
		s->overlays = pool_alloc(s->pool);
	if (s->overlays && i >= COVERS_PER_PAGE && !s->overlays->more)
		s->overlays->more = pool_alloc(s->pool);
	return gpa_cover_at(s, i);
}

/* Show @val (an overlay, or what is below) at @gpn, whose 4K entry exists. */
static void show(struct gpa_space *s, u64 gpn, u64 val)
{
	u32 level = 1;
	struct table_entry e = gpa_walk(s, gpn, &level);

	if (e.val != val)
		gpa_set(s, gpn, e.slot, level, val);
}

/*
 * @c, which is or will be at @gpn, gets @leaf (0: it goes), and @gpn shows what
 * is topmost then. Only the topmost one knows what is below them all.
 */
static void change(struct gpa_space *s, u64 gpn, struct gpa_cover *c, u64 leaf)
{
	struct gpa_cover *top = gpa_cover_find(s, gpn, 1);
	u64 below = 0;
	u32 level = 1;

	if (top) {
		below = top->below;
		top->below = 0;
	} else if (gpn < s->limit) {
		below = gpa_walk(s, gpn, &level).val;
	}
	c->gpn = gpn;
	c->leaf = leaf;
	if (gpn >= s->limit)
		return;
	top = gpa_cover_find(s, gpn, 1);
	if (top)
		top->below = below;
	show(s, gpn, top ? top->leaf : below);
}

/* @leaf 0: the overlay goes, if there is one. */
static hv_status set_locked(struct gpa_space *s, u32 i, u64 gpn, u64 leaf)
{
	struct gpa_cover *c = leaf ? record(s, i) : gpa_cover_at(s, i), old;

	if (!c || (leaf && gpn < s->limit && !gpa_walk_alloc(s, gpn, 1, 0)))
		return HV_STATUS_INSUFFICIENT_MEMORY;
	old = *c;
	if (old.leaf == leaf && old.gpn == gpn)
		return HV_STATUS_SUCCESS;
	if (old.leaf)
		change(s, old.gpn, c, 0);
	if (leaf)
		change(s, gpn, c, leaf);
	/* Only now: the tables of the new place may be those of the old one. */
	if (old.leaf && old.gpn < s->limit)
		gpa_collapse(s, old.gpn);
	return HV_STATUS_SUCCESS;
}

static hv_status set(struct gpa_space *s, enum overlay_kind kind, u32 vp_index,
		     u64 gpn, u64 leaf)
{
	hv_status st;

	spin_lock(&s->lock);
	st = set_locked(s, index_of(kind, vp_index), gpn, leaf);
	spin_unlock(&s->lock);
	return st;
}

hv_status overlay_place(struct gpa_space *s, enum overlay_kind kind,
			u32 vp_index, u64 gpn, void *page, u32 rights)
{
	return set(s, kind, vp_index, gpn,
		   vendor_npt_leaf(va_to_spa(page), rights, 1) |
		   VENDOR_NPT_OVERLAY | VENDOR_NPT_ACCESSED | VENDOR_NPT_DIRTY);
}

void overlay_remove(struct gpa_space *s, enum overlay_kind kind, u32 vp_index)
{
	set(s, kind, vp_index, 0, 0);
}
