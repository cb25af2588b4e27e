// SPDX-License-Identifier: GPL-2.0
/* Overlays: order, moves, what happens below. */
#include <string.h>

#include "model.h"

static struct gpa_space *s;

static void start(void)
{
	model_default();
	CHECK_EQ(op_create(0), 0);
	s = &kids[0].gpa;
}

/* Slots of op_overlay(): 0 hypercall, 1 TSC, 2/3 assist, 4/5 SIM, 6/7 SIEF. */
static u64 page_of(u32 which)
{
	return va_to_spa(kids[0].ovl_page[which]);
}

static void basics(void)
{
	struct gpa_entry e;
	u64 used;

	start();
	used = kids[0].pool.nr_used;
	/* Over nothing. */
	CHECK_EQ(op_overlay(0, 0, 5, GPA_R | GPA_X), 0);
	e = gpa_lookup(s, 5);
	CHECK(e.overlay && e.spa == page_of(0) && e.rights == (GPA_R | GPA_X));
	op_overlay_remove(0, 0);
	CHECK_EQ(gpa_lookup(s, 5).level, 0);
	/* Over a page: it comes back as it was. */
	CHECK_EQ(op_map(0, 5, 2000, GPA_R, false), 0);
	CHECK_EQ(op_overlay(0, 0, 5, GPA_R | GPA_X), 0);
	CHECK_EQ(owner_get(2000).link, 1);
	op_overlay_remove(0, 0);
	e = gpa_lookup(s, 5);
	CHECK(!e.overlay && e.spa == 2000 << PAGE_SHIFT && e.rights == GPA_R);
	op_overlay_remove(0, 0);
	CHECK_EQ(op_unmap(0, 5, false), 0);
	CHECK_EQ(kids[0].pool.nr_used, used + 1);	/* the set */
	check_all();
}

static void below(void)
{
	u8 st;

	start();
	CHECK_EQ(op_map(0, 5, 2000, GPA_RWX, false), 0);
	CHECK_EQ(op_overlay(0, 4, 5, GPA_R | GPA_W), 0);
	/* Unmapped below: the overlay stays. */
	CHECK_EQ(op_unmap(0, 5, false), 0);
	CHECK_EQ(owner_get(2000).link, 0);
	CHECK_EQ(gpa_lookup(s, 5).spa, page_of(4));
	CHECK_EQ(op_map(0, 5, 2001, GPA_R | GPA_W, false), 0);
	CHECK_EQ(owner_get(2001).link, 1);
	CHECK_EQ(op_access_state(0, 5, GPA_SET_DIRTY, &st), 0);
	CHECK_EQ(st, 0);
	CHECK_EQ(op_map(0, 5, 2001, GPA_R, false), 0);
	CHECK_EQ(op_access_state(0, 5, 0, &st), 0);
	CHECK_EQ(st, 2);
	op_overlay_remove(0, 4);
	CHECK_EQ(gpa_lookup(s, 5).spa, 2001 << PAGE_SHIFT);
	CHECK_EQ(gpa_lookup(s, 5).rights, GPA_R);
	/* "No access" below. */
	CHECK_EQ(op_map(0, 5, 0, GPA_NO_ACCESS, false), 0);
	CHECK_EQ(op_overlay(0, 4, 5, GPA_R | GPA_W), 0);
	op_overlay_remove(0, 4);
	CHECK_EQ(gpa_lookup(s, 5).level, 1);
	CHECK_EQ(gpa_lookup(s, 5).rights, 0);
	check_all();
}

static void order(void)
{
	/* Visible first to last. */
	static const u8 want[8] = { 0, 2, 3, 4, 5, 6, 7, 1 };
	u32 i;

	start();
	CHECK_EQ(op_map(0, 5, 2000, GPA_RWX, false), 0);
	/* Placed in the opposite order each one takes over ... */
	for (i = 8; i--;) {
		CHECK_EQ(op_overlay(0, want[i], 5, GPA_R), 0);
		CHECK_EQ(gpa_lookup(s, 5).spa, page_of(want[i]));
	}
	check_all();
	/* ... and leaves to the next; from the middle nothing changes. */
	op_overlay_remove(0, want[3]);
	CHECK_EQ(gpa_lookup(s, 5).spa, page_of(want[0]));
	for (i = 0; i < 7; i++) {
		if (i != 3)
			op_overlay_remove(0, want[i]);
		CHECK_EQ(gpa_lookup(s, 5).spa,
			 page_of(want[i + 1 == 3 ? i + 2 : i + 1]));
	}
	op_overlay_remove(0, want[7]);
	CHECK_EQ(gpa_lookup(s, 5).spa, 2000 << PAGE_SHIFT);
	check_all();
}

static void moves(void)
{
	u64 used;

	start();
	CHECK_EQ(op_map(0, 5, 2000, GPA_RWX, false), 0);
	CHECK_EQ(op_map(0, 6, 2001, GPA_RWX, false), 0);
	CHECK_EQ(op_overlay(0, 4, 5, GPA_R | GPA_W), 0);
	CHECK_EQ(op_overlay(0, 6, 5, GPA_R | GPA_W), 0);
	/* Visible to elsewhere: the next appears, and back. */
	CHECK_EQ(op_overlay(0, 4, 6, GPA_R | GPA_W), 0);
	CHECK_EQ(gpa_lookup(s, 5).spa, page_of(6));
	CHECK_EQ(gpa_lookup(s, 6).spa, page_of(4));
	check_all();
	CHECK_EQ(op_overlay(0, 4, 5, GPA_R), 0);
	CHECK_EQ(gpa_lookup(s, 5).rights, GPA_R);
	CHECK_EQ(gpa_lookup(s, 6).spa, 2001 << PAGE_SHIFT);
	/* Renewed in place, visible and covered. */
	CHECK_EQ(op_overlay(0, 4, 5, GPA_R | GPA_W), 0);
	CHECK_EQ(gpa_lookup(s, 5).rights, GPA_R | GPA_W);
	CHECK_EQ(op_overlay(0, 6, 5, GPA_R), 0);
	CHECK_EQ(gpa_lookup(s, 5).rights, GPA_R | GPA_W);
	/* The covered one leaves. */
	CHECK_EQ(op_overlay(0, 6, 1300, GPA_R), 0);
	used = kids[0].pool.nr_used;
	/* Its table goes when it moves on. */
	CHECK_EQ(op_overlay(0, 6, 1800, GPA_R), 0);
	CHECK_EQ(kids[0].pool.nr_used, used);
	CHECK_EQ(op_unmap(0, 5, false), 0);
	CHECK_EQ(op_unmap(0, 6, false), 0);
	op_overlay_remove(0, 4);
	op_overlay_remove(0, 6);
	CHECK_EQ(gpa_lookup(s, 5).level, 0);
	check_all();
}

static void among_large(void)
{
	u64 i;

	start();
	CHECK_EQ(op_map(0, 512, LARGE_PFN, GPA_RWX, true), 0);
	CHECK_EQ(op_overlay(0, 0, 600, GPA_R | GPA_X), 0);
	CHECK_EQ(gpa_lookup(s, 599).spa, (LARGE_PFN + 87) << PAGE_SHIFT);
	CHECK_EQ(s->leaves[0], 512);
	check_all();
	/* Large maps and unmaps go around it. */
	CHECK_EQ(op_map(0, 512, LARGE_PFN + 512, GPA_R, true), 0);
	CHECK_EQ(gpa_lookup(s, 600).spa, page_of(0));
	CHECK_EQ(gpa_lookup(s, 601).spa, (LARGE_PFN + 512 + 89) << PAGE_SHIFT);
	for (i = 0; i < 512; i++)
		CHECK(!owner_get(LARGE_PFN + i).link &&
		      owner_get(LARGE_PFN + 512 + i).link == 1);
	check_all();
	CHECK_EQ(op_unmap(0, 512, true), 0);
	CHECK_EQ(gpa_lookup(s, 600).spa, page_of(0));
	CHECK_EQ(s->leaves[0], 1);
	for (i = 0; i < 512; i++)
		CHECK_EQ(owner_get(LARGE_PFN + 512 + i).link, 0);
	CHECK_EQ(op_map(0, 512, 0, GPA_NO_ACCESS, true), 0);
	op_overlay_remove(0, 0);
	CHECK_EQ(gpa_lookup(s, 600).level, 1);
	check_all();
}

static void beyond(void)
{
	void *page;
	u64 used;

	start();
	page = pool_alloc(&kids[0].pool);
	used = kids[0].pool.nr_used;
	CHECK_EQ(overlay_place(s, OVERLAY_SIM, 1, s->limit, page, GPA_R), 0);
	CHECK_EQ(overlay_place(s, OVERLAY_SIM, 1, ~0ull >> 12, page, GPA_R), 0);
	CHECK_EQ(kids[0].pool.nr_used, used + 1);
	CHECK_EQ(overlay_place(s, OVERLAY_SIM, 1, 5, page, GPA_R), 0);
	CHECK(gpa_lookup(s, 5).overlay);
	CHECK_EQ(overlay_place(s, OVERLAY_SIM, 1, s->limit + 7, page, GPA_R), 0);
	CHECK_EQ(gpa_lookup(s, 5).level, 0);
	overlay_remove(s, OVERLAY_SIM, 1);
}

static void every_vp(void)
{
	static const enum overlay_kind kind[3] = { OVERLAY_ASSIST, OVERLAY_SIM,
						   OVERLAY_SIEF };
	void *page;
	u32 vp, i;

	start();
	page = pool_alloc(&kids[0].pool);
	for (i = 0; i < 3; i++)
		for (vp = 0; vp < HV_MAX_VPS; vp++)
			CHECK_EQ(overlay_place(s, kind[i], vp, i * 64 + vp,
					       page, GPA_R), 0);
	for (i = 0; i < 3 * HV_MAX_VPS; i++)
		CHECK(gpa_lookup(s, i).overlay);
	CHECK_EQ(s->leaves[0], 3 * HV_MAX_VPS);
	for (i = 0; i < 3; i++)
		for (vp = 0; vp < HV_MAX_VPS; vp++) {
			overlay_remove(s, kind[i], vp);
			CHECK_EQ(gpa_lookup(s, i * 64 + vp).level, 0);
		}
	pool_free(&kids[0].pool, page);
	check_all();
}

static void exhausted(void)
{
	struct pool *p = &kids[0].pool;
	void *a, *b, *page;

	start();
	a = pool_alloc(p);
	b = pool_alloc(p);
	page = pool_alloc(p);
	while (pool_alloc(p))
		;
	/* No page for the set. */
	CHECK_EQ(overlay_place(s, OVERLAY_SIM, 0, 5, page, GPA_R),
		 HV_STATUS_INSUFFICIENT_MEMORY);
	pool_free(p, a);
	/* No page for a table. */
	CHECK_EQ(overlay_place(s, OVERLAY_SIM, 0, 5, page, GPA_R),
		 HV_STATUS_INSUFFICIENT_MEMORY);
	pool_free(p, b);
	CHECK_EQ(overlay_place(s, OVERLAY_SIM, 0, 5, page, GPA_R),
		 HV_STATUS_INSUFFICIENT_MEMORY);
	CHECK_EQ(gpa_lookup(s, 5).level, 0);
	/* A beyond-the-space place needs none; moving from there does. */
	CHECK_EQ(overlay_place(s, OVERLAY_SIM, 0, s->limit, page, GPA_R), 0);
	CHECK_EQ(overlay_place(s, OVERLAY_SIM, 0, 5, page, GPA_R),
		 HV_STATUS_INSUFFICIENT_MEMORY);
	CHECK_EQ(gpa_cover_at(s, 2 + HV_MAX_VPS)->gpn, s->limit);
}

static void flushed(void)
{
	u64 gen, t;

	start();
	gen = s->generation;
	CHECK_EQ(op_overlay(0, 2, 5, GPA_R | GPA_W), 0);
	CHECK_EQ(s->generation, gen);
	t = cur->pc.flush_ticket;
	CHECK_EQ(op_overlay(0, 2, 6, GPA_R | GPA_W), 0);
	CHECK(s->generation > gen && cur->pc.flush_ticket > t);
	gen = s->generation;
	CHECK_EQ(op_map(0, 7, 2000, GPA_RWX, false), 0);
	CHECK_EQ(op_overlay(0, 4, 7, GPA_R), 0);
	CHECK(s->generation > gen);
	gen = s->generation;
	/* Below, nobody could reach anything. */
	CHECK_EQ(op_unmap(0, 7, false), 0);
	CHECK_EQ(s->generation, gen);
	op_overlay_remove(0, 4);
	CHECK(s->generation > gen);
}

const struct test overlay_tests[] = {
	{ "overlay: covers and uncovers", basics },
	{ "overlay: maps and unmaps act below", below },
	{ "overlay: order of visibility", order },
	{ "overlay: moves", moves },
	{ "overlay: in the middle of a large page", among_large },
	{ "overlay: beyond the space", beyond },
	{ "overlay: three for each of 64 VPs", every_vp },
	{ "overlay: out of memory changes nothing", exhausted },
	{ "overlay: flushes", flushed },
	{ NULL, NULL }
};
