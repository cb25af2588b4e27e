// SPDX-License-Identifier: GPL-2.0
/* See table.h. */
#include "table.h"
#include "percpu.h"
#include "pool.h"

#define TABLE_SPA	MASK(51, 12)

u32 table_levels(void)
{
	return machine.la57 ? 5 : 4;
}

struct table_entry table_walk(u64 *table, u64 page, u32 *level)
{
	struct table_entry e;
	u32 l = table_levels();

	for (;; l--) {
		e.slot = &table[table_index(page, l)];
		e.val = READ_ONCE(*e.slot);
		/* At level 1 bit 7 is another's, and the walk stops anyway. */
		if (l == *level || !(e.val & TABLE_PRESENT) || e.val & TABLE_LARGE)
			break;
		table = pool_va(e.val & TABLE_SPA);
	}
	*level = l;
	return e;
}
