// SPDX-License-Identifier: GPL-2.0
/*
 * Pages come and go in two phases. A page changes hands only when no CPU can
 * hold a translation to it that its old owner had:
 *
 *   deposit                            withdraw
 *   ROOT -> PENDING                    zero
 *   map at pool_va()                   unmap from pool_va()
 *   root's entry := absent             FREE -> LEAVING
 *   ticket                             root's entry := absent (zeros page)
 *     ... every CPU flushes ...        ticket
 *   pool may touch it                    ... every CPU flushes ...
 *                                      root's entry := identity
 *                                      LEAVING -> ROOT
 */
#include "deposit.h"
#include "aspace.h"
#include "mutate.h"
#include "owner.h"
#include "percpu.h"
#include <hvpart/status.h>

/* Withdrawals that one call starts; each zeroes a page. */
#define WITHDRAW_BATCH	512

/* Who maps and unmaps pages at pool_va(). Taken before any gpa_space.lock. */
static struct spinlock lock;

/* A page into our own space, at pool_va(), and out of it. */
static __noinline hv_status map_page(u64 pfn)
{
	return aspace_map(HV_POOL_BASE + (pfn << PAGE_SHIFT), pfn << PAGE_SHIFT);
}

static __noinline void unmap_page(u64 pfn)
{
	aspace_unmap(HV_POOL_BASE + (pfn << PAGE_SHIFT));
}

/* A chain of a pool holds pfn + 1 in 32 bits; the area has an end. */
static bool pfn_fits(u64 pfn)
{
	return pfn < ~0u - 1ull && pfn < HV_POOL_SIZE >> PAGE_SHIFT;
}

static void undo(struct gpa_space *root, const u64 *pfns, u32 owned, u32 mapped)
{
	while (owned--) {
		if (owned < mapped) {
			gpa_root_restore(root, pfns[owned]);
			unmap_page(pfns[owned]);
		}
		owner_move(pfns[owned], PG_PENDING, PG_ROOT);
	}
	/* A stale translation of ours is harmless, but let the root know. */
	if (mapped)
		epoch_flush();
}

static hv_status deposit(struct gpa_space *root, u16 slot, const u64 *pfns,
			 u32 n)
{
	hv_status st = HV_STATUS_OPERATION_DENIED;
	u32 i, k;

	for (i = 0; i < n; i++) {
		if (!pfn_fits(pfns[i]) || !owner_deposit(pfns[i], slot)) {
			undo(root, pfns, i, 0);
			return st;
		}
	}
	for (k = 0; k < n; k++) {
		st = map_page(pfns[k]);
		if (st)
			break;
		if (MUTATED(DEPOSIT_HIDE))
			continue;
		st = gpa_root_hide(root, pfns[k]);
		if (st) {
			unmap_page(pfns[k]);
			break;
		}
	}
	if (k < n) {
		undo(root, pfns, n, k);
		return HV_STATUS_INSUFFICIENT_ROOT_MEMORY;
	}
	return HV_STATUS_SUCCESS;
}

hv_status deposit_pages(struct gpa_space *root, struct pool *pool,
			const u64 *pfns, u32 n)
{
	u64 ticket = 0;
	hv_status st;
	u32 i;

	spin_lock(&lock);
	if (MUTATED(DEPOSIT_TICKET_ORDER))
		ticket = epoch_request();
	/* The pool that feeds the tables may not run dry by being filled. */
	this_cpu()->use_reserve = pool == root_pool;
	st = deposit(root, pool->slot, pfns, n);
	this_cpu()->use_reserve = 0;
	if (!st) {
		if (!MUTATED(DEPOSIT_TICKET) && !MUTATED(DEPOSIT_TICKET_ORDER))
			ticket = epoch_request();
		for (i = 0; i < n; i++)
			pool_add_pending(pool, pfns[i], ticket);
	}
	spin_unlock(&lock);
	return st;
}

/*
 *   withdraw                           a read fault of the root
 *   FREE -> LEAVING
 *   entry := absent      (s->lock)
 *                                      sees LEAVING: shows the page itself
 * The other way round the fault could see FREE, show the page of zeros after
 * it was removed, and some CPU would keep it beyond the ticket.
 */
static void start_leaving(struct gpa_space *root, u64 pfn)
{
	if (!MUTATED(WITHDRAW_ZERO))
		zero_page(pool_va(pfn << PAGE_SHIFT));
	if (!MUTATED(WITHDRAW_UNMAP))
		unmap_page(pfn);
	if (MUTATED(WITHDRAW_STATE_ORDER)) {
		gpa_root_hide(root, pfn);
		HV_RACE("leaving", &pfn);
	}
	owner_move(pfn, PG_FREE, PG_LEAVING);
	HV_RACE("leaving", &pfn);
	if (!MUTATED(WITHDRAW_HIDE) && !MUTATED(WITHDRAW_STATE_ORDER))
		gpa_root_hide(root, pfn);
}

static void start_withdrawal(struct gpa_space *root, struct pool *pool)
{
	for (u32 n = 0; n < WITHDRAW_BATCH; n++) {
		u64 pfn = pool_take_free(pool), ticket = 0;

		if (pfn == PFN_NONE)
			break;
		if (MUTATED(WITHDRAW_TICKET_ORDER))
			ticket = epoch_request();
		start_leaving(root, pfn);
		if (!MUTATED(WITHDRAW_TICKET) && !MUTATED(WITHDRAW_TICKET_ORDER))
			ticket = epoch_request();
		pool_add_leaving(pool, pfn, ticket);
	}
}

hv_status withdraw_pages(struct gpa_space *root, struct pool *pool,
			 u64 *pfns, u32 n, u32 *got)
{
	u64 pfn;

	*got = 0;
	if (pool == root_pool)
		return HV_STATUS_NO_RESOURCES;
	spin_lock(&lock);
	pool_settle(pool);
	start_withdrawal(root, pool);
	while (*got < n) {
		pfn = pool_take_left(pool);
		if (pfn == PFN_NONE)
			break;
		/* Mapped first: a page that says ROOT is the root's to use. */
		if (!MUTATED(WITHDRAW_RESTORE))
			gpa_root_restore(root, pfn);
		owner_move(pfn, PG_LEAVING, PG_ROOT);
		pfns[(*got)++] = pfn;
	}
	spin_unlock(&lock);
	if (*got == n)
		return HV_STATUS_SUCCESS;
	return pool->nr_leaving || pool->nr_pending ? HV_STATUS_TIME_OUT :
						      HV_STATUS_NO_RESOURCES;
}

void *share_page(u64 spa_pfn)
{
	void *va = NULL;
	bool mapped;
	u8 state;

	if (!pfn_fits(spa_pfn))
		return NULL;
	spin_lock(&lock);
	/* Under the lock only counts change, and deposits are elsewhere. */
	state = owner_get(spa_pfn).state;
	mapped = state == PG_SHARED;
	if (state == PG_ROOT)
		mapped = !map_page(spa_pfn);
	if (mapped && owner_share(spa_pfn))
		va = pool_va(spa_pfn << PAGE_SHIFT);
	spin_unlock(&lock);
	return va;
}

void unshare_page(void *va)
{
	u64 pfn = va_to_spa(va) >> PAGE_SHIFT;

	spin_lock(&lock);
	owner_unshare(pfn);
	if (owner_get(pfn).state == PG_ROOT) {
		if (!MUTATED(UNSHARE_UNMAP))
			unmap_page(pfn);
		if (!MUTATED(UNSHARE_FLUSH))
			epoch_flush();
	}
	spin_unlock(&lock);
}
