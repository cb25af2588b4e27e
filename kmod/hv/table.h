/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The shape that all page tables here share, the hypervisor's own and nested
 * ones: 512 entries, bit 0 says present, bit 7 that a larger page ends the walk.
 */
#ifndef HV_TABLE_H
#define HV_TABLE_H

#include "lib.h"

#define TABLE_PRESENT	BIT(0)
#define TABLE_LARGE	BIT(7)

/* An entry, and what it was when it was looked at. */
struct table_entry {
	u64 *slot;
	u64 val;
};

/* Four levels, or five: nested paging runs in the host's mode (CR4.LA57). */
u32 table_levels(void);

static inline u32 table_index(u64 page, u32 level)
{
	return page >> (9 * (level - 1)) & 511;
}

/**
 * table_walk - find the entry of @page below @table
 * @level: in: where to stop; out: where the walk ended, higher if it met a
 *         leaf or nothing
 */
struct table_entry table_walk(u64 *table, u64 page, u32 *level);

#endif
