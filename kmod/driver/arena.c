// SPDX-License-Identifier: GPL-2.0
/*
 * Arenas: naturally aligned blocks, 2 MiB where the page allocator has one,
 * whose pages are deposited one by one.
 *
 * A deposited page is hidden from the root, so the root's nested map has to
 * split the large page around it. Pages of all partitions therefore come out of
 * as few blocks as possible, and a block returns to Linux as a whole, when its
 * last page has come back: then the hypervisor rejoins the large page.
 *
 * The blocks are shared by all partitions; who holds how many pages stands in
 * struct hvp_account (parent.h). A block is charged to the memory cgroup of the
 * process that made it necessary.
 */
#include <linux/bitmap.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include "arena.h"

#define ARENA_ORDER_LARGE	9
#define ARENA_ORDER_SMALL	4
#define ARENA_PAGES_MAX		(1U << ARENA_ORDER_LARGE)

/**
 * struct hvp_arena - one block
 * @link: in arenas_partial or arenas_full
 * @base: its first page; every page's private word points back here
 * @order: as of the page allocator
 * @nr_taken: bits set in @taken
 * @taken: a bit for each page that is with the hypervisor
 */
struct hvp_arena {
	struct list_head link;
	struct page *base;
	unsigned int order;
	unsigned int nr_taken;
	DECLARE_BITMAP(taken, ARENA_PAGES_MAX);
};

static DEFINE_MUTEX(arena_lock);
static LIST_HEAD(arenas_partial);
static LIST_HEAD(arenas_full);
static struct hvp_arena_stats arena_stats;

static unsigned int arena_pages(const struct hvp_arena *a)
{
	return 1U << a->order;
}

static struct page *arena_alloc_pages(unsigned int *order)
{
	static const unsigned int orders[] = {
		ARENA_ORDER_LARGE, ARENA_ORDER_SMALL, 0,
	};
	struct page *page;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_NOWARN;

		/* Large blocks are a wish: do not compact the machine for one. */
		if (orders[i])
			gfp |= __GFP_NORETRY;
		page = alloc_pages(gfp, orders[i]);
		if (page) {
			*order = orders[i];
			return page;
		}
	}
	return NULL;
}

static struct hvp_arena *arena_create(void)
{
	struct hvp_arena *a = kzalloc(sizeof(*a), GFP_KERNEL_ACCOUNT);
	unsigned int i;

	if (!a)
		return NULL;
	a->base = arena_alloc_pages(&a->order);
	if (!a->base) {
		kfree(a);
		return NULL;
	}
	for (i = 0; i < arena_pages(a); i++)
		set_page_private(a->base + i, (unsigned long)a);
	/* Behind the others: fill the blocks that are begun first. */
	list_add_tail(&a->link, &arenas_partial);
	arena_stats.arenas++;
	arena_stats.pages += arena_pages(a);
	arena_stats.large += a->order == ARENA_ORDER_LARGE;
	return a;
}

static void arena_destroy(struct hvp_arena *a)
{
	unsigned int i;

	arena_stats.arenas--;
	arena_stats.pages -= arena_pages(a);
	arena_stats.large -= a->order == ARENA_ORDER_LARGE;
	arena_stats.taken -= a->nr_taken;
	list_del(&a->link);
	for (i = 0; i < arena_pages(a); i++)
		set_page_private(a->base + i, 0);
	__free_pages(a->base, a->order);
	kfree(a);
}

static u64 arena_take_one(struct hvp_arena *a)
{
	unsigned int i = find_first_zero_bit(a->taken, arena_pages(a));

	__set_bit(i, a->taken);
	arena_stats.taken++;
	if (++a->nr_taken == arena_pages(a))
		list_move_tail(&a->link, &arenas_full);
	return page_to_pfn(a->base + i);
}

static void arena_give_one(u64 pfn)
{
	struct page *page = pfn_to_page(pfn);
	struct hvp_arena *a = (struct hvp_arena *)page_private(page);
	unsigned int i;

	if (WARN_ON_ONCE(!a))
		return;
	i = page - a->base;
	if (WARN_ON_ONCE(i >= arena_pages(a) || !test_bit(i, a->taken)))
		return;
	__clear_bit(i, a->taken);
	arena_stats.taken--;
	if (a->nr_taken-- == arena_pages(a))
		list_move(&a->link, &arenas_partial);
	if (!a->nr_taken)
		arena_destroy(a);
}

int hvp_arena_take(u64 *pfns, unsigned int n)
{
	struct hvp_arena *a;
	unsigned int i;

	mutex_lock(&arena_lock);
	for (i = 0; i < n; i++) {
		a = list_first_entry_or_null(&arenas_partial, struct hvp_arena,
					     link);
		if (!a)
			a = arena_create();
		if (!a)
			goto fail;
		pfns[i] = arena_take_one(a);
	}
	mutex_unlock(&arena_lock);
	return 0;

fail:
	while (i--)
		arena_give_one(pfns[i]);
	mutex_unlock(&arena_lock);
	return -ENOMEM;
}

void hvp_arena_give(const u64 *pfns, unsigned int n)
{
	unsigned int i;

	mutex_lock(&arena_lock);
	for (i = 0; i < n; i++)
		arena_give_one(pfns[i]);
	mutex_unlock(&arena_lock);
}

void hvp_arena_free_all(void)
{
	struct hvp_arena *a, *next;

	mutex_lock(&arena_lock);
	list_for_each_entry_safe(a, next, &arenas_partial, link)
		arena_destroy(a);
	list_for_each_entry_safe(a, next, &arenas_full, link)
		arena_destroy(a);
	mutex_unlock(&arena_lock);
}

static unsigned int some_taken(const struct list_head *list, u64 *pfns,
			       unsigned int n)
{
	const struct hvp_arena *a;
	unsigned int i, count = 0;

	list_for_each_entry(a, list, link) {
		i = find_first_bit(a->taken, arena_pages(a));
		if (count < n && i < arena_pages(a))
			pfns[count++] = page_to_pfn(a->base + i);
	}
	return count;
}

unsigned int hvp_arena_some_taken(u64 *pfns, unsigned int n)
{
	unsigned int count;

	mutex_lock(&arena_lock);
	count = some_taken(&arenas_partial, pfns, n);
	count += some_taken(&arenas_full, pfns + count, n - count);
	mutex_unlock(&arena_lock);
	return count;
}

void hvp_arena_get_stats(struct hvp_arena_stats *stats)
{
	mutex_lock(&arena_lock);
	*stats = arena_stats;
	mutex_unlock(&arena_lock);
}
