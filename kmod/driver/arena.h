/* SPDX-License-Identifier: GPL-2.0 */
/* Where the pages come from that are deposited with the hypervisor. */
#ifndef HVP_ARENA_H
#define HVP_ARENA_H

#include <linux/types.h>

/**
 * struct hvp_arena_stats - what a test compares before and after
 * @arenas: blocks held now
 * @pages:  pages in them
 * @taken:  those of them that are with the hypervisor
 * @large:  2 MiB blocks among @arenas
 */
struct hvp_arena_stats {
	u64 arenas, pages, taken, large;
};

/**
 * hvp_arena_take - reserve pages for a deposit
 * @pfns: filled with @n page frame numbers
 * @n: how many
 *
 * All or nothing. Context: process. Return: 0 or -ENOMEM.
 */
int hvp_arena_take(u64 *pfns, unsigned int n);

/**
 * hvp_arena_give - take pages back that the hypervisor has let go of
 * @pfns: page frame numbers, each from hvp_arena_take()
 * @n: how many
 *
 * A block of which no page is taken any more goes back to Linux.
 */
void hvp_arena_give(const u64 *pfns, unsigned int n);

/**
 * hvp_arena_free_all - free every block, taken pages too
 *
 * For after the last promotion only: no hypervisor owns anything then.
 */
void hvp_arena_free_all(void);

/**
 * hvp_arena_some_taken - pages that are with the hypervisor, for tests
 * @pfns: filled with up to @n page frame numbers, of different blocks
 *
 * Return: how many.
 */
unsigned int hvp_arena_some_taken(u64 *pfns, unsigned int n);

void hvp_arena_get_stats(struct hvp_arena_stats *stats);

#endif
