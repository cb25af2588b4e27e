// SPDX-License-Identifier: GPL-2.0
/* gpa_read() and gpa_write() */
#include <string.h>

#include "model.h"

static void start(void)
{
	model_default();
	CHECK_EQ(op_create(0), 0);
}

#define AT(gpn, off)	(((u64)(gpn) << PAGE_SHIFT) + (off))

static void copies(void)
{
	u32 i;

	start();
	CHECK_EQ(op_map(0, 5, 2000, GPA_R | GPA_W, false), 0);
	CHECK_EQ(op_map(0, 6, 1990, GPA_R, false), 0);
	CHECK_EQ(op_map(0, 8, 2002, GPA_R | GPA_W, false), 0);
	CHECK_EQ(op_map(0, 9, 0, GPA_NO_ACCESS, false), 0);
	CHECK_EQ(op_map(0, 512, LARGE_PFN, GPA_R | GPA_W, true), 0);
	for (i = 0; i < 2; i++) {
		op_copy(0, AT(5, 0), PAGE_SIZE, i);
		op_copy(0, AT(5, 0x123), 16, i);
		op_copy(0, AT(5, 4095), 1, i);
		op_copy(0, AT(5, 4090), 32, i);	/* into a read-only page */
		op_copy(0, AT(6, 4090), 32, i);	/* into an unmapped one */
		op_copy(0, AT(7, 4090), 32, i);	/* from an unmapped one */
		op_copy(0, AT(8, 4090), 32, i);	/* into "no access" */
		op_copy(0, AT(9, 0), 8, i);
		op_copy(0, AT(600, 4000), 500, i);
		op_copy(0, AT(5, 0), 0, i);
	}
	check_all();
}

static void bounds(void)
{
	static u8 buf[PAGE_SIZE + 8];
	struct gpa_space *s = &kids[0].gpa;

	start();
	CHECK_EQ(op_map(0, 5, 2000, GPA_RWX, false), 0);
	CHECK_EQ(op_map(0, 6, 2001, GPA_RWX, false), 0);
	CHECK(!gpa_read(s, AT(5, 0), buf, PAGE_SIZE + 1));
	CHECK(!gpa_read(s, s->limit << PAGE_SHIFT, buf, 1));
	CHECK(!gpa_read(s, ~0ull - 3, buf, 8));
	CHECK(gpa_write(s, AT(5, 8), buf, PAGE_SIZE));
	/* The root: its RAM, and nothing else. */
	op_copy_root(300, 64, true);
	op_copy_root(300, 64, false);
	op_copy_root(HOLE, 64, false);
	op_copy_root(ARENA, 64, true);
	op_copy_root(NR_PAGES + 5, 64, true);
	CHECK(!gpa_read(&root, AT(HOLE - 1, 4090), buf, 16));
	CHECK(gpa_read(&root, AT(HOLE - 2, 4090), buf, 16));
	CHECK_EQ(gpa_lookup(&root, 300).rights, GPA_RWX);
	CHECK_EQ(gpa_lookup(&root, HOLE).level, 0);
	CHECK_EQ(gpa_lookup(&root, ARENA).level, 0);
}

static void traces(void)
{
	u8 st, b = 1;
	struct gpa_space *s = &kids[0].gpa;

	start();
	CHECK_EQ(op_map(0, 5, 2000, GPA_RWX, false), 0);
	CHECK_EQ(op_map(0, 6, 2001, GPA_R, false), 0);
	CHECK(gpa_read(s, AT(5, 3), &b, 1));
	CHECK_EQ(op_access_state(0, 5, 0, &st), 0);
	CHECK_EQ(st, 1);
	CHECK(gpa_write(s, AT(5, 3), &b, 1));
	CHECK_EQ(op_access_state(0, 5, 0, &st), 0);
	CHECK_EQ(st, 3);
	CHECK(!gpa_write(s, AT(6, 3), &b, 1));
	CHECK_EQ(op_access_state(0, 6, 0, &st), 0);
	CHECK_EQ(st, 0);
}

static void unmap_now(const char *where, void *slot)
{
	if (strcmp(where, "copy"))
		return;
	race_hook = NULL;
	*(u64 *)slot = 0;
}

/* Another CPU unmaps between the walk and the dirty bit. */
static void unmap_race(void)
{
	struct gpa_space *s = &kids[0].gpa;
	u8 b = 1;

	start();
	CHECK_EQ(op_map(0, 5, 2000, GPA_RWX, false), 0);
	race_hook = unmap_now;
	CHECK(!gpa_write(s, AT(5, 3), &b, 1));
	CHECK(!race_hook);
	CHECK_EQ(gpa_lookup(s, 5).level, 0);
}

static void overlays(void)
{
	u8 b[8] = "overlay", c[8];
	struct gpa_space *s = &kids[0].gpa;

	start();
	CHECK_EQ(op_map(0, 5, 2000, GPA_RWX, false), 0);
	CHECK_EQ(op_overlay(0, 2, 5, GPA_R | GPA_W), 0);
	CHECK(gpa_write(s, AT(5, 0), b, 8));
	CHECK(!memcmp(kids[0].ovl_page[2], b, 8));
	CHECK_EQ(mem[AT(2000, 0)], 0);
	op_copy(0, AT(5, 4), 8, true);
	op_copy(0, AT(5, 4), 8, false);
	CHECK_EQ(op_overlay(0, 1, 6, GPA_R), 0);
	CHECK(!gpa_write(s, AT(6, 0), b, 8));
	CHECK(gpa_read(s, AT(6, 0), c, 8));
	CHECK_EQ(cur->pc.windows_open, 0);
	op_overlay_remove(0, 2);
	op_copy(0, AT(5, 0), 8, false);
	CHECK_EQ(mem[AT(2000, 0)], 0);
}

/* A page shared with the hypervisor goes through the window all the same. */
static void shared_page(void)
{
	void *va;

	start();
	CHECK_EQ(op_map(0, 5, 2000, GPA_RWX, false), 0);
	va = share_page(2000);
	CHECK(va);
	op_copy(0, AT(5, 0), 64, true);
	op_copy_root(2000, 64, false);
	unshare_page(va);
	op_copy(0, AT(5, 0), 64, true);
	check_all();
}

const struct test copy_tests[] = {
	{ "copy: rights, page boundaries, holes", copies },
	{ "copy: bounds, the root's space", bounds },
	{ "copy: leaves accessed and dirty", traces },
	{ "copy: an entry that goes meanwhile stays gone", unmap_race },
	{ "copy: overlays", overlays },
	{ "copy: shared pages", shared_page },
	{ NULL, NULL }
};
