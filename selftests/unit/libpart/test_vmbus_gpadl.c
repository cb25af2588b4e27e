// SPDX-License-Identifier: GPL-2.0
/* GPADLs: what is lent, what is refused, and when it goes back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "gpadl.h"

#define PAGES	64U

static uint8_t *ram;
static uint64_t ram_pages;	/* of the guest; the first PAGES of them differ */
static struct gpadl_table table;

static void *memory(void *ctx, __u64 gpa, __u64 len)
{
	(void)ctx, (void)len;
	return gpa >> 12 < ram_pages ? ram + (gpa & 0xfff) +
				       (gpa >> 12) % PAGES * 4096 : NULL;
}

static void set_up(void)
{
	gpadl_release_all(&table);
	memset(&table, 0, sizeof(table));
	table.memory = memory;
	ram_pages = 1 << 20;
}

static struct vmbus_gpadl_header header(uint32_t handle, uint32_t pages)
{
	return (struct vmbus_gpadl_header){
		.relid = 3,
		.gpadl = handle,
		.range_bytes = (uint16_t)(8 + 8 * pages),
		.ranges = 1,
		.byte_count = pages * 4096,
	};
}

/* @nr pages from @pfn on, at once or in bodies of @step. */
static int lend(uint32_t handle, uint64_t pfn, uint32_t nr, uint32_t step)
{
	struct vmbus_gpadl_header h = header(handle, nr);
	uint64_t *list = calloc(nr, 8);
	uint32_t i, n = step < nr ? step : nr, relid = 0;
	int ret;

	for (i = 0; i < nr; i++)
		list[i] = pfn + i;
	ret = gpadl_header(&table, &h, list, n);
	for (i = n; !ret && i < nr; i += n) {
		n = step < nr - i ? step : nr - i;
		ret = gpadl_body(&table, handle, list + i, n, &relid);
		if (ret == 1 && relid != 3)
			abort();
	}
	free(list);
	return ret;
}

static void test_lend(void)
{
	struct gpadl *g;

	set_up();
	ok(lend(7, 10, 3, 26) == 1, "gpadl: in one message");
	g = gpadl_find(&table, 3, 7);
	ok(g && g->nr == 3 && g->bytes == 3 * 4096 &&
	   g->page[2] == ram + 12 * 4096, "gpadl: found, page by page");
	ok(!gpadl_find(&table, 4, 7) && !gpadl_find(&table, 3, 8),
	   "gpadl: not found: another channel's, another handle");
	ok(lend(8, 20, 300, 26) == 1 && gpadl_find(&table, 3, 8)->nr == 300,
	   "gpadl: in many messages");
	ok(lend(9, 0, GPADL_PAGES_MAX, 28) == 1, "gpadl: the largest there is");
	ok(table.pages == 303 + GPADL_PAGES_MAX && table.nr == 3,
	   "gpadl: counted");
}

static int with(void (*change)(struct vmbus_gpadl_header *h))
{
	struct vmbus_gpadl_header h = header(7, 2);
	uint64_t list[28] = { 1, 2 };
	uint32_t nr = table.nr;
	int ret;

	change(&h);
	ret = gpadl_header(&table, &h, list, 2);
	return table.nr == nr || ret >= 0 ? ret : 99;
}

#define CHANGE(name, what) \
	static void name(struct vmbus_gpadl_header *h) { what; }

CHANGE(nothing, (void)h)
CHANGE(no_range, h->ranges = 0)
CHANGE(two_ranges, h->ranges = 2)
CHANGE(no_bytes, h->range_bytes = 0)
CHANGE(no_page, h->range_bytes = 8)
CHANGE(odd_bytes, h->range_bytes = 25)
CHANGE(bytes_4, h->range_bytes = 4)
CHANGE(few_listed, (h->range_bytes = 16, h->byte_count = 4096))
CHANGE(too_many, (h->range_bytes = 0xfff8, h->byte_count = 8190 * 4096))
CHANGE(count_0, h->byte_count = 0)
CHANGE(count_short, h->byte_count = 4096)
CHANGE(count_long, h->byte_count = 8193)
CHANGE(count_wraps, h->byte_count = ~0U)
CHANGE(offset_page, h->byte_offset = h->byte_count = 4096)
CHANGE(offset_wraps, h->byte_offset = ~0U)
CHANGE(offset_more, h->byte_offset = 1)
CHANGE(handle_0, h->gpadl = 0)

static void test_header_refused(void)
{
	static const struct {
		void (*change)(struct vmbus_gpadl_header *h);
		const char *name;
	} bad[] = {
		{ no_range, "no range" }, { two_ranges, "two ranges" },
		{ no_bytes, "no list" }, { no_page, "an empty list" },
		{ bytes_4, "less than a list" },
		{ odd_bytes, "half a page number" },
		{ few_listed, "more pages than announced" },
		{ count_0, "no bytes" }, { count_short, "too few bytes" },
		{ count_long, "too many bytes" },
		{ count_wraps, "4 GiB" }, { offset_page, "offset of a page" },
		{ offset_wraps, "offset wraps" },
		{ offset_more, "offset needs a page more" },
		{ handle_0, "handle 0" },
	};
	unsigned int i;

	set_up();
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(with(bad[i].change) == -EINVAL && !table.nr && !table.pages,
		   "gpadl: refused: %s", bad[i].name);
	ok(with(too_many) == 0, "gpadl: 8190 pages may be announced");
	ok(with(nothing) == -EEXIST, "gpadl: handle of an incomplete one");
	set_up();
	ok(with(nothing) == 1 && with(nothing) == -EEXIST,
	   "gpadl: handle of a complete one");
}

static void test_body_refused(void)
{
	struct vmbus_gpadl_header h = header(7, 30);
	uint64_t list[32] = { 0 };
	uint32_t relid;

	set_up();
	ok(gpadl_body(&table, 7, list, 1, &relid) == -ENOENT,
	   "gpadl: body without a header");
	gpadl_header(&table, &h, list, 26);
	ok(gpadl_body(&table, 7, list, 5, &relid) == -EINVAL &&
	   table.first->have == 26, "gpadl: body with too many");
	ok(!gpadl_body(&table, 7, list, 0, &relid), "gpadl: body with none");
	ok(!gpadl_find(&table, 3, 7) && !gpadl_names(&table, 0, 4096),
	   "gpadl: not lent before it is complete");
	ok(gpadl_body(&table, 7, list, 4, &relid) == 1,
	   "gpadl: a page thirty times");
	ok(gpadl_body(&table, 7, list, 0, &relid) == -ENOENT,
	   "gpadl: body behind the last");
}

static void test_not_ram(void)
{
	set_up();
	ram_pages = 100;
	ok(lend(7, 98, 2, 26) == 1, "gpadl: the last pages there are");
	ok(lend(8, 98, 3, 26) == -EFAULT && !gpadl_find(&table, 3, 8) &&
	   table.nr == 1, "gpadl: a page that is no RAM");
	ok(lend(8, 0, 120, 26) == -EFAULT && table.nr == 1 && table.pages == 2,
	   "gpadl: found out in the last body");
	ok(lend(8, 1ULL << 40, 1, 26) == -EFAULT &&
	   lend(8, 1ULL << 52, 1, 26) == -EFAULT &&
	   lend(8, ~0ULL, 1, 26) == -EFAULT, "gpadl: addresses that wrap");
	fake_fail_alloc(2);	/* the first is the test's own */
	ok(lend(8, 0, 1, 26) == -ENOMEM && table.nr == 1, "gpadl: no memory");
	fake_fail_alloc(3);
	ok(lend(8, 0, 1, 26) == -ENOMEM && table.nr == 1,
	   "gpadl: no memory for its pages");
	fake_fail_alloc(4);
	ok(lend(8, 0, 1, 26) == -ENOMEM && table.pages == 2,
	   "gpadl: no memory for their numbers");
	fake_fail_alloc(0);
}

static void test_caps(void)
{
	struct vmbus_gpadl_header h;
	uint32_t i;
	int ret = 0;

	set_up();
	for (i = 1; i <= GPADL_CHANNEL_MAX; i++)
		ret |= lend(i, 0, 1, 26) != 1;
	ok(!ret && lend(i, 0, 1, 26) == -ENOSPC, "gpadl: %u of a channel",
	   GPADL_CHANNEL_MAX);
	set_up();
	for (i = 0; i < GPADL_MAX; i++) {
		h = header(i + 1, 1);
		h.relid = i / GPADL_CHANNEL_MAX;
		ret |= gpadl_header(&table, &h, &h, 0);
	}
	h = header(i + 1, 1);
	h.relid = 1000;
	ok(!ret && gpadl_header(&table, &h, &h, 0) == -ENOSPC,
	   "gpadl: %u of a child, though none is complete", GPADL_MAX);
	set_up();
	for (i = 0; i < 16; i++) {
		h = header(i + 1, GPADL_PAGES_MAX);
		ret |= gpadl_header(&table, &h, &h, 0);
	}
	h = header(i + 1, GPADL_PAGES_ALL - table.pages + 1);
	h.relid = 4;
	ok(!ret && gpadl_header(&table, &h, &h, 0) == -ENOSPC,
	   "gpadl: %u pages of a child", GPADL_PAGES_ALL);
	h = header(i + 1, GPADL_PAGES_ALL - table.pages);
	h.relid = 4;
	ok(!gpadl_header(&table, &h, &h, 0), "gpadl: to the last of them");
}

static void test_teardown(void)
{
	struct vmbus_gpadl_header h = header(9, 3);
	struct gpadl *g;

	set_up();
	lend(7, 10, 2, 26);
	ok(gpadl_teardown(&table, 4, 7) == -ENOENT &&
	   gpadl_teardown(&table, 3, 8) == -ENOENT,
	   "gpadl: teardown of a foreign one, of none");
	ok(!gpadl_torn(&table), "gpadl: nothing to tell");
	ok(!gpadl_teardown(&table, 3, 7) && gpadl_torn(&table) == 7,
	   "gpadl: teardown");
	ok(!gpadl_find(&table, 3, 7) && !gpadl_names(&table, 10 << 12, 1),
	   "gpadl: torn: given back");
	ok(gpadl_teardown(&table, 3, 7) == -ENOENT && table.nr_torn == 1,
	   "gpadl: teardown twice");
	ok(lend(7, 0, 1, 26) == -EEXIST, "gpadl: its handle is taken until told");
	gpadl_told(&table, 7);
	ok(!gpadl_torn(&table) && lend(7, 10, 2, 26) == 1, "gpadl: told");
	gpadl_told(&table, 7);
	g = gpadl_find(&table, 3, 7);
	ok(g, "gpadl: only what is torn can be told");
	gpadl_use(g);
	ok(!gpadl_teardown(&table, 3, 7) && !gpadl_torn(&table),
	   "gpadl: in use: teardown waits");
	ok(gpadl_names(&table, 10 << 12, 1) && !gpadl_find(&table, 3, 7),
	   "gpadl: still lent, but not to be used anew");
	ok(gpadl_teardown(&table, 3, 7) == -ENOENT, "gpadl: and once is enough");
	gpadl_unuse(&table, g);
	ok(gpadl_torn(&table) == 7, "gpadl: torn down at the end of its use");
	gpadl_told(&table, 7);
	ok(!table.nr, "gpadl: gone");
	gpadl_header(&table, &h, &h, 0);
	ok(!gpadl_teardown(&table, 3, 9) && gpadl_torn(&table) == 9,
	   "gpadl: teardown of an incomplete one");
	h.gpadl = 10;
	h.relid = 5;
	gpadl_header(&table, &h, &h, 0);
	gpadl_release(&table, 3);
	ok(table.nr == 1 && !table.nr_torn && !gpadl_torn(&table),
	   "gpadl: a channel's are forgotten");
	gpadl_release_all(&table);
	ok(!table.nr && !table.pages, "gpadl: all are forgotten");
}

static void test_names(void)
{
	set_up();
	lend(7, 10, 2, 26);
	lend(8, 100, 40, 26);
	ok(!gpadl_names(&table, 0, 10 << 12) && !gpadl_names(&table, 12 << 12, 88 << 12),
	   "gpadl: pages beside it are the child's own");
	ok(gpadl_names(&table, (10 << 12) - 1, 2) && gpadl_names(&table, 0, 1 << 20) &&
	   gpadl_names(&table, (12 << 12) - 1, 1) && gpadl_names(&table, 139 << 12, 1),
	   "gpadl: a byte of a lent page");
	ok(!gpadl_names(&table, 140 << 12, ~0ULL) && gpadl_names(&table, 1, ~0ULL) &&
	   !gpadl_names(&table, 10 << 12, 0) && !gpadl_names(&table, ~0ULL, ~0ULL),
	   "gpadl: ranges that wrap, or are empty");
}

static void test_copy(void)
{
	struct vmbus_gpadl_header h = header(7, 3);
	uint64_t list[] = { 5, 1, 9 };
	uint8_t data[8192], back[8192];
	const struct gpadl *g;
	uint32_t i;

	set_up();
	h.byte_offset = 100;
	h.byte_count = 8192;
	ok(gpadl_header(&table, &h, list, 3) == 1, "gpadl: with an offset");
	g = gpadl_find(&table, 3, 7);
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	ok(!gpadl_write(g, 0, data, 8192) && !gpadl_read(g, 0, back, 8192) &&
	   !memcmp(data, back, 8192), "gpadl: all of it there and back");
	ok(!memcmp(ram + 5 * 4096 + 100, data, 3996) &&
	   !memcmp(ram + 4096, data + 3996, 4096) &&
	   !memcmp(ram + 9 * 4096, data + 8092, 100), "gpadl: where it belongs");
	ok(gpadl_names(&table, 5 << 12, 1) && gpadl_names(&table, 1 << 12, 1) &&
	   gpadl_names(&table, 9 << 12, 1) && !gpadl_names(&table, 6 << 12, 1),
	   "gpadl: pages in no order are found");
	ok(gpadl_read(g, 8192, back, 0) == 0 &&
	   gpadl_read(g, 8192, back, 1) == -ERANGE &&
	   gpadl_read(g, 8191, back, 2) == -ERANGE &&
	   gpadl_read(g, ~0U, back, 2) == -ERANGE &&
	   gpadl_write(g, 2, back, ~0U) == -ERANGE, "gpadl: behind its end");
}

void test_vmbus_gpadl(void)
{
	fake_reset();
	ram = aligned_alloc(4096, PAGES * 4096);
	memset(ram, 0, PAGES * 4096);
	test_lend();
	test_header_refused();
	test_body_refused();
	test_not_ram();
	test_caps();
	test_teardown();
	test_names();
	test_copy();
	set_up();
	free(ram);
}
