/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pools: the only allocator. One per partition, filled by deposits, page sized.
 * The root's pool also feeds the tables of the hypervisor's own address space.
 * Free pages are chained in the ownership table, never through the page
 * itself: until its epoch has passed a page may still be written by a stale
 * translation.
 */
#ifndef HV_POOL_H
#define HV_POOL_H

#include "lib.h"
#include "layout.h"

/**
 * struct page_wait - pages that wait for an epoch
 * Two batches, so that pages that keep coming never put off those before them:
 * the ticket of @head stands, newcomers share the ticket of @next. Both are
 * chains: the first page's number + 1, 0 when empty.
 */
struct page_wait {
	u64 ticket, next_ticket;
	u32 head, next;
};

/**
 * struct pool - pages given to the hypervisor for one partition
 * @slot:           owner tag in the ownership table
 * @reserve:        pages that only percpu.use_reserve gets
 * @free:           chain of free pages
 * @pending:        deposited pages, and tables that were freed deferred
 * @leaving:        withdrawn pages
 * Serialised by @lock, a leaf lock.
 */
struct pool {
	struct spinlock lock;
	u16 slot;
	u16 reserve;
	u32 nr_free, nr_pending, nr_leaving, nr_used;
	u32 free;
	struct page_wait pending, leaving;
};

/*
 * The root's pool: its nested tables, and the tables of the hypervisor's own
 * space. The reserve is for what must not fail: a deposit into this very pool
 * (two arenas: at most ten tables) and faults of the root on device memory.
 */
#define ROOT_RESERVE	16
extern struct pool *const root_pool;	/* defined in partition.c */

void pool_init(struct pool *pool, u16 slot);

/* Boot: pages that came with the image, already mapped at pool_va(). */
void pool_seed(struct pool *pool, u64 pfn, u64 n);

/* Take in pending pages whose epoch has passed; alloc does it when empty. */
void pool_settle(struct pool *pool);

/**
 * pool_alloc - one zeroed page, mapped at its HV_POOL_BASE address
 * Return: NULL when nothing usable is left (pending pages whose ticket has
 * passed are taken in first). The caller answers INSUFFICIENT_MEMORY.
 */
void *pool_alloc(struct pool *pool) __must_check;

/* Give a page back to the free list. NULL is ignored. */
void pool_free(struct pool *pool, void *va);

/*
 * Like pool_free() for pages that hardware may still walk on another CPU
 * (nested-page tables), or that a guest may still reach (overlays): usable
 * again only after a fresh epoch has passed.
 */
void pool_free_deferred(struct pool *pool, void *va);

/*
 * Adds what the pool holds, and what of it is free: tables that wait for their
 * epoch are, since they are taken in when they are needed. No lock: the numbers
 * move one by one.
 */
void pool_count(const struct pool *pool, u64 *all, u64 *free);

/* For deposit.c: pages by number, PFN_NONE when there is none. */
void pool_add_pending(struct pool *pool, u64 pfn, u64 ticket);
u64 pool_take_free(struct pool *pool);
void pool_add_leaving(struct pool *pool, u64 pfn, u64 ticket);
u64 pool_take_left(struct pool *pool);

/* Address conversion for pages of pools and shared ones. */
static inline u64 va_to_spa(const void *va)
{
#ifdef HV_UNIT_TEST
	extern u64 test_va_to_spa(const void *va);

	return test_va_to_spa(va);
#else
	return (u64)va & ~HV_POOL_BASE;
#endif
}

static inline void *pool_va(u64 spa)
{
#ifdef HV_UNIT_TEST
	extern void *test_pool_va(u64 spa);

	return test_pool_va(spa);
#else
	return (void *)(HV_POOL_BASE | spa);
#endif
}

#endif
