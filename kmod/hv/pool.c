// SPDX-License-Identifier: GPL-2.0
/*
 * Page pools. Pages are chained in the ownership table; nothing here touches a
 * page but pool_alloc(), which zeroes it.
 */
#include "pool.h"
#include "owner.h"
#include "percpu.h"
#include "aspace.h"
#include "log.h"
#include "mutate.h"

/* The link of the last page of a chain is 0, as an empty chain is. */
static void push(u32 *chain, u64 pfn)
{
	owner_set_link(pfn, *chain);
	*chain = pfn + 1;
}

static u64 pop(u32 *chain)
{
	u64 pfn = *chain - 1ull;	/* PFN_NONE: there is none */

	if (*chain) {
		*chain = owner_link(pfn);
		owner_set_link(pfn, 0);
	}
	return pfn;
}

static void wait_add(struct page_wait *w, u64 pfn, u64 ticket)
{
	if (!w->head || w->ticket == ticket || MUTATED(POOL_BATCH)) {
		if (!w->head)
			w->ticket = ticket;
		push(&w->head, pfn);
	} else {
		w->next_ticket = ticket;
		push(&w->next, pfn);
	}
}

/* A page whose ticket is complete. */
static u64 wait_take(struct page_wait *w, bool no_wait)
{
	if (!w->head) {
		w->head = w->next;
		w->ticket = w->next_ticket;
		w->next = 0;
	}
	if (!w->head || (!no_wait && !epoch_complete(w->ticket)))
		return PFN_NONE;
	w->ticket = 0;		/* the rest of the batch need not ask again */
	return pop(&w->head);
}

__noinline void pool_init(struct pool *pool, u16 slot)
{
	memset(pool, 0, sizeof(*pool));
	pool->slot = slot;
	pool->reserve = pool == root_pool ? ROOT_RESERVE : 0;
}

static void make_free(struct pool *pool, u64 pfn)
{
	HV_BUG_ON(!owner_move(pfn, PG_PENDING, PG_FREE));
	push(&pool->free, pfn);
	pool->nr_free++;
}

void pool_seed(struct pool *pool, u64 pfn, u64 n)
{
	for (; n; n--, pfn++) {
		owner_set_range(pfn, 1, PG_ROOT);
		owner_deposit(pfn, pool->slot);
		make_free(pool, pfn);
	}
}

static void settle(struct pool *pool)
{
	u64 pfn;

	while ((pfn = wait_take(&pool->pending, MUTATED(POOL_WAIT_PENDING))) !=
	       PFN_NONE) {
		make_free(pool, pfn);
		pool->nr_pending--;
	}
}

void pool_settle(struct pool *pool)
{
	spin_lock(&pool->lock);
	settle(pool);
	spin_unlock(&pool->lock);
}

void *pool_alloc(struct pool *pool)
{
	u32 reserve = this_cpu()->use_reserve ? 0 : pool->reserve;
	u64 pfn = PFN_NONE;
	void *page;

	spin_lock(&pool->lock);
	if (pool->nr_free <= reserve)
		settle(pool);
	if (pool->nr_free > reserve) {
		pfn = pop(&pool->free);
		HV_BUG_ON(!owner_move(pfn, PG_FREE, PG_USED));
		pool->nr_free--;
		pool->nr_used++;
	}
	spin_unlock(&pool->lock);
	if (pfn == PFN_NONE)
		return NULL;
	page = pool_va(pfn << PAGE_SHIFT);
	if (!MUTATED(POOL_ZERO))
		zero_page(page);
	return page;
}

static void give_back(struct pool *pool, void *va, enum page_state to)
{
	u64 pfn = va_to_spa(va) >> PAGE_SHIFT;

	/* Of another pool, or free already: our own bookkeeping is broken. */
	HV_BUG_ON(owner_get(pfn).owner != pool->slot ||
		  !owner_move(pfn, PG_USED, to));
	spin_lock(&pool->lock);
	pool->nr_used--;
	if (to == PG_FREE) {
		pool->nr_free++;
		push(&pool->free, pfn);
	} else {
		pool->nr_pending++;
		/* What was unlinked before this call is what it waits for. */
		wait_add(&pool->pending, pfn,
			 MUTATED(POOL_DEFER_FRESH) ? pool->pending.ticket :
			 epoch_request());
	}
	spin_unlock(&pool->lock);
}

void pool_free(struct pool *pool, void *va)
{
	if (va)
		give_back(pool, va, PG_FREE);
}

__noinline void pool_free_deferred(struct pool *pool, void *va)
{
	if (va)
		give_back(pool, va, MUTATED(POOL_DEFER) ? PG_FREE : PG_PENDING);
}

void pool_count(const struct pool *pool, u64 *all, u64 *free)
{
	u64 n = pool->nr_free + pool->nr_pending;

	*free += n;
	*all += n + pool->nr_used + pool->nr_leaving;
}

void pool_add_pending(struct pool *pool, u64 pfn, u64 ticket)
{
	spin_lock(&pool->lock);
	pool->nr_pending++;
	wait_add(&pool->pending, pfn, ticket);
	spin_unlock(&pool->lock);
}

u64 pool_take_free(struct pool *pool)
{
	u64 pfn;

	spin_lock(&pool->lock);
	pfn = pop(&pool->free);
	if (pfn != PFN_NONE)
		pool->nr_free--;
	spin_unlock(&pool->lock);
	return pfn;
}

void pool_add_leaving(struct pool *pool, u64 pfn, u64 ticket)
{
	spin_lock(&pool->lock);
	pool->nr_leaving++;
	wait_add(&pool->leaving, pfn, ticket);
	spin_unlock(&pool->lock);
}

u64 pool_take_left(struct pool *pool)
{
	u64 pfn;

	spin_lock(&pool->lock);
	pfn = wait_take(&pool->leaving, MUTATED(POOL_WAIT_LEAVING));
	if (pfn != PFN_NONE)
		pool->nr_leaving--;
	spin_unlock(&pool->lock);
	return pfn;
}
