// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gpadl.h"

#define PAGE		4096U
#define PAGE_SHIFT	12
#define PFN_LIMIT	(1ULL << (52 - PAGE_SHIFT))

static struct gpadl *find(const struct gpadl_table *t, uint32_t handle)
{
	struct gpadl *g = t->first;

	while (g && g->handle != handle)
		g = g->next;
	return g;
}

static void drop(struct gpadl_table *t, struct gpadl *g)
{
	struct gpadl **link = &t->first;

	while (*link != g)
		link = &(*link)->next;
	*link = g->next;
	t->nr--;
	t->pages -= g->nr;
	t->nr_torn -= g->state == GPADL_TORN;
	free(g->page);
	free(g->pfn);
	free(g);
}

/* Of a channel; it has few, or the next one is refused. */
static unsigned int count(const struct gpadl_table *t, uint32_t relid)
{
	const struct gpadl *g;
	unsigned int n = 0;

	for (g = t->first; g; g = g->next)
		n += g->relid == relid;
	return n;
}

/* Pages that the header says there are; 0: it contradicts itself. */
static uint32_t header_pages(const struct vmbus_gpadl_header *h)
{
	uint32_t nr = (h->range_bytes - 8U) / 8;
	uint64_t end = (uint64_t)h->byte_offset + h->byte_count;

	if (h->ranges != 1 || h->range_bytes < 16 || h->range_bytes % 8 ||
	    nr > GPADL_PAGES_MAX)
		return 0;
	if (!h->byte_count || h->byte_offset >= PAGE ||
	    (end + PAGE - 1) / PAGE != nr)
		return 0;
	return nr;
}

static struct gpadl *create(struct gpadl_table *t,
			    const struct vmbus_gpadl_header *h, uint32_t nr)
{
	struct gpadl *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->page = calloc(nr, sizeof(*g->page));
	g->pfn = calloc(nr, sizeof(*g->pfn));
	if (!g->page || !g->pfn) {
		free(g->page);
		free(g->pfn);
		free(g);
		return NULL;
	}
	g->handle = h->gpadl;
	g->relid = h->relid;
	g->bytes = h->byte_count;
	g->offset = h->byte_offset;
	g->nr = nr;
	g->next = t->first;
	t->first = g;
	t->nr++;
	t->pages += nr;
	return g;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* All page numbers are there: find the pages. A page may come twice. */
static int lend(struct gpadl_table *t, struct gpadl *g)
{
	uint32_t i;

	for (i = 0; i < g->nr; i++) {
		g->page[i] = g->pfn[i] >= PFN_LIMIT ? NULL :
			     t->memory(t->ctx, g->pfn[i] << PAGE_SHIFT, PAGE);
		if (!g->page[i])
			return -EFAULT;
	}
	qsort(g->pfn, g->nr, sizeof(*g->pfn), by_number);
	g->state = GPADL_LENT;
	return 1;
}

/* The caller has checked that they are not too many. */
static int add_pages(struct gpadl_table *t, struct gpadl *g, const void *pages,
		     uint32_t nr)
{
	int ret;

	memcpy(g->pfn + g->have, pages, nr * sizeof(*g->pfn));
	g->have += nr;
	if (g->have < g->nr)
		return 0;
	ret = lend(t, g);
	if (ret < 0)
		drop(t, g);
	return ret;
}

int gpadl_header(struct gpadl_table *t, const struct vmbus_gpadl_header *h,
		 const void *pages, uint32_t nr)
{
	uint32_t all = header_pages(h);
	struct gpadl *g;

	if (!all || nr > all || !h->gpadl)
		return -EINVAL;
	if (find(t, h->gpadl))
		return -EEXIST;
	if (t->nr >= GPADL_MAX || all > GPADL_PAGES_ALL - t->pages ||
	    count(t, h->relid) >= GPADL_CHANNEL_MAX)
		return -ENOSPC;
	g = create(t, h, all);
	return g ? add_pages(t, g, pages, nr) : -ENOMEM;
}

int gpadl_body(struct gpadl_table *t, uint32_t handle, const void *pages,
	       uint32_t nr, uint32_t *relid)
{
	struct gpadl *g = find(t, handle);

	if (!g || g->state != GPADL_PARTIAL)
		return -ENOENT;
	if (nr > g->nr - g->have)
		return -EINVAL;
	*relid = g->relid;
	return add_pages(t, g, pages, nr);
}

struct gpadl *gpadl_find(const struct gpadl_table *t, uint32_t relid,
			 uint32_t handle)
{
	struct gpadl *g = find(t, handle);

	return g && g->relid == relid && g->state == GPADL_LENT ? g : NULL;
}

void gpadl_use(struct gpadl *g)
{
	g->in_use = true;
}

static void tear(struct gpadl_table *t, struct gpadl *g)
{
	g->state = GPADL_TORN;
	t->nr_torn++;
}

void gpadl_unuse(struct gpadl_table *t, struct gpadl *g)
{
	g->in_use = false;
	if (g->state == GPADL_LEAVING)
		tear(t, g);
}

int gpadl_teardown(struct gpadl_table *t, uint32_t relid, uint32_t handle)
{
	struct gpadl *g = find(t, handle);

	if (!g || g->relid != relid || g->state == GPADL_LEAVING ||
	    g->state == GPADL_TORN)
		return -ENOENT;
	if (g->in_use)
		g->state = GPADL_LEAVING;
	else
		tear(t, g);
	return 0;
}

uint32_t gpadl_torn(const struct gpadl_table *t)
{
	const struct gpadl *g;

	if (!t->nr_torn)
		return 0;
	for (g = t->first; g; g = g->next)
		if (g->state == GPADL_TORN)
			return g->handle;
	return 0;
}

void gpadl_told(struct gpadl_table *t, uint32_t handle)
{
	struct gpadl *g = find(t, handle);

	if (g && g->state == GPADL_TORN)
		drop(t, g);
}

void gpadl_release(struct gpadl_table *t, uint32_t relid)
{
	struct gpadl *g, *next;

	for (g = t->first; g; g = next) {
		next = g->next;
		if (g->relid == relid)
			drop(t, g);
	}
}

void gpadl_release_all(struct gpadl_table *t)
{
	while (t->first)
		drop(t, t->first);
}

/* Does its sorted list have a number in [first, last]? */
static bool names(const struct gpadl *g, uint64_t first, uint64_t last)
{
	uint32_t low = 0, high = g->nr;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (g->pfn[mid] < first)
			low = mid + 1;
		else
			high = mid;
	}
	return low < g->nr && g->pfn[low] <= last;
}

bool gpadl_names(const struct gpadl_table *t, uint64_t gpa, uint64_t len)
{
	uint64_t first = gpa >> PAGE_SHIFT, last;
	const struct gpadl *g;

	if (!len)
		return false;
	last = len - 1 > ~0ULL - gpa ? ~0ULL : gpa + len - 1;
	last >>= PAGE_SHIFT;
	for (g = t->first; g; g = g->next) {
		if (g->state != GPADL_LENT && g->state != GPADL_LEAVING)
			continue;
		if (names(g, first, last))
			return true;
	}
	return false;
}

/* Both directions; @len bytes at @at, which may be all of the 32 bits. */
static int copy(const struct gpadl *g, uint32_t at, uint8_t *buf, uint32_t len,
		bool write)
{
	uint64_t pos = (uint64_t)g->offset + at;

	if (at > g->bytes || len > g->bytes - at)
		return -ERANGE;
	while (len) {
		uint32_t in_page = pos % PAGE;
		uint32_t n = PAGE - in_page < len ? PAGE - in_page : len;
		uint8_t *p = g->page[pos / PAGE] + in_page;

		if (write)
			memcpy(p, buf, n);
		else
			memcpy(buf, p, n);
		buf += n;
		pos += n;
		len -= n;
	}
	__asm__ __volatile__("" ::: "memory");	/* the copy is final */
	return 0;
}

int gpadl_read(const struct gpadl *g, uint32_t at, void *buf, uint32_t len)
{
	return copy(g, at, buf, len, false);
}

int gpadl_write(const struct gpadl *g, uint32_t at, const void *buf,
		uint32_t len)
{
	return copy(g, at, (void *)buf, len, true);
}
