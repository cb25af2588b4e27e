/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two-phase deposit and withdraw on top of owner, pool and the root's map.
 */
#ifndef HV_DEPOSIT_H
#define HV_DEPOSIT_H

#include "gpa.h"

/**
 * deposit_pages - hide pages from the root and queue them for a pool
 * @pfns: already translated (SPA) page numbers, private copy
 * All or nothing: the batch is validated first (Linux frees the whole batch on
 * an error). Draws one ticket; pages become usable after it.
 * Return: SUCCESS; OPERATION_DENIED (a page is not plain root memory, mapped
 * into a child, twice in the list); INSUFFICIENT_ROOT_MEMORY (tables).
 */
hv_status deposit_pages(struct gpa_space *root, struct pool *pool,
			const u64 *pfns, u32 n);

/**
 * withdraw_pages - start and finish withdrawals
 * First moves every page that is free to LEAVING (zeroed, unmapped, ticket
 * drawn), then returns up to @n pages whose epoch has passed.
 * @got: number of pages written to @pfns
 * Return: SUCCESS when @n pages came; NO_RESOURCES when the pool has nothing
 * more to give; TIME_OUT when pages are only waiting for their epoch (the
 * driver makes all CPUs enter and calls again). The root's own pool gives
 * nothing back before unload.
 * Context: takes the deposit lock (before any gpa_space.lock) and the locks of
 * the root's space and of the pool; no other space's.
 */
hv_status withdraw_pages(struct gpa_space *root, struct pool *pool,
			 u64 *pfns, u32 n, u32 *got);

/*
 * Map a page of the root permanently (caller page, VP state page) and undo it.
 * The page stays the root's and visible. NULL: not plain root memory, or no
 * table page.
 */
void *share_page(u64 spa_pfn) __must_check;
void unshare_page(void *va);

#endif
