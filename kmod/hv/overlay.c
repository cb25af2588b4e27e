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

/* @c is in its record and shall cover its GPN. */
static void cover(struct gpa_space *s, struct gpa_cover *c,
		  struct gpa_cover *former)
{
	struct gpa_cover *top = gpa_cover_find(s, c->gpn, 1);
	u32 level = 1;

	if (!former) {
		c->below = gpa_walk(s, c->gpn, &level).val;
	} else if (top != former) {
		top->below = former->below;
		former->below = 0;
	}
	show(s, c->gpn, top->leaf);
}

/* The overlay at @gpn has gone; @below is what it kept, if it was visible. */
static void uncover(struct gpa_space *s, u64 gpn, u64 below)
{
	struct gpa_cover *top = gpa_cover_find(s, gpn, 1);

	if (top)
		top->below = below;
	show(s, gpn, top ? top->leaf : below);
	gpa_collapse(s, gpn);
}

static hv_status place(struct gpa_space *s, u32 i, u64 gpn, u64 leaf)
{
	struct gpa_cover *c = record(s, i), *former, old;
	bool was_top;

	if (!c || (gpn < s->limit && !gpa_walk_alloc(s, gpn, 1, 0)))
		return HV_STATUS_INSUFFICIENT_MEMORY;
	old = *c;
	was_top = old.leaf && old.gpn < s->limit &&
		  gpa_cover_find(s, old.gpn, 1) == c;
	if (old.leaf && old.gpn == gpn) {
		c->leaf = leaf;
		if (was_top)
			show(s, gpn, leaf);
		return HV_STATUS_SUCCESS;
	}
	/* The new place first: the old one's tables may go with it. */
	former = gpa_cover_find(s, gpn, 1);
	*c = (struct gpa_cover){ .gpn = gpn, .leaf = leaf };
	if (gpn < s->limit)
		cover(s, c, former);
	if (was_top)
		uncover(s, old.gpn, old.below);
	return HV_STATUS_SUCCESS;
}

hv_status overlay_place(struct gpa_space *s, enum overlay_kind kind,
			u32 vp_index, u64 gpn, void *page, u32 rights)
{
	u64 leaf = vendor_npt_leaf(va_to_spa(page), rights, 1) |
		   VENDOR_NPT_OVERLAY | VENDOR_NPT_ACCESSED | VENDOR_NPT_DIRTY;
	hv_status st;

	if (vp_index >= HV_MAX_VPS)
		return HV_STATUS_INVALID_PARAMETER;
	if (s->is_root)
		return HV_STATUS_OPERATION_DENIED;
	spin_lock(&s->lock);
	st = place(s, index_of(kind, vp_index), gpn, leaf);
	spin_unlock(&s->lock);
	return st;
}

void overlay_remove(struct gpa_space *s, enum overlay_kind kind, u32 vp_index)
{
	struct gpa_cover *c, old;
	bool was_top;

	if (vp_index >= HV_MAX_VPS)
		return;
	spin_lock(&s->lock);
	c = gpa_cover_at(s, index_of(kind, vp_index));
	if (c && c->leaf) {
		old = *c;
		was_top = gpa_cover_find(s, old.gpn, 1) == c;
		c->leaf = 0;
		c->below = 0;
		if (was_top && old.gpn < s->limit)
			uncover(s, old.gpn, old.below);
	}
	spin_unlock(&s->lock);
}
