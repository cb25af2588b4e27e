// SPDX-License-Identifier: GPL-2.0
/*
 * The ownership table: one word per page of RAM, every change of state one
 * compare and exchange. The picture is in owner.h.
 */
#include "owner.h"
#include "log.h"

/* The table is declared as structures and exchanged as words. */
typedef u64 __attribute__((may_alias)) info_word;

union info {
	struct page_info i;
	u64 w;
};

static_assert(sizeof(struct page_info) == 8, "exchanged as one word");

static struct page_info *table;
static u64 table_pages;

/* What owner_move() allows; counts and shares have functions of their own. */
static const u8 legal[PG_HV + 1] = {
	[PG_PENDING] = BIT(PG_FREE) | BIT(PG_ROOT),	/* or: deposit undone */
	[PG_FREE] = BIT(PG_USED) | BIT(PG_LEAVING),
	[PG_USED] = BIT(PG_FREE) | BIT(PG_PENDING),	/* or: freed deferred */
	[PG_LEAVING] = BIT(PG_ROOT),
};

void owner_init(struct page_info *t, u64 npages)
{
	memset(t, 0, npages * sizeof(*t));
	table = t;
	table_pages = npages;
}

void owner_set_range(u64 pfn, u64 n, enum page_state state)
{
	for (; n && pfn < table_pages; n--, pfn++)
		table[pfn] = (struct page_info){ .state = state };
}

static union info load(u64 pfn)
{
	union info v = { .w = 0 };

	static_assert(PG_NONE == 0, "no entry reads as PG_NONE");
	if (pfn < table_pages)
		v.w = READ_ONCE(*(info_word *)&table[pfn]);
	return v;
}

static bool store(u64 pfn, union info *old, union info new)
{
	return __atomic_compare_exchange_n((info_word *)&table[pfn], &old->w,
					   new.w, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

struct page_info owner_get(u64 pfn)
{
	return load(pfn).i;
}

/* The counts in the word: of mappings, of shares. */
#define MAPS		MASK(63, 32)
#define SHARES		MASK(31, 16)
static_assert(offsetof(struct page_info, link) == 4 &&
	      offsetof(struct page_info, owner) == 2, "the counts");

/*
 * Change a count of a page of the root. A page is SHARED while it has shares.
 * False: not the root's page, or the count would wrap.
 */
static bool count(u64 pfn, u64 field, bool up)
{
	union info old = load(pfn), new;
	u64 one = field & -field;

	do {
		if (old.i.state != PG_ROOT && old.i.state != PG_SHARED)
			return false;
		if ((old.w & field) == (up ? field : 0))
			return false;
		new.w = up ? old.w + one : old.w - one;
		new.i.state = new.i.owner ? PG_SHARED : PG_ROOT;
	} while (!store(pfn, &old, new));
	return true;
}

bool owner_map_get(u64 pfn)
{
	return count(pfn, MAPS, true);
}

void owner_map_put(u64 pfn)
{
	HV_BUG_ON(!count(pfn, MAPS, false));
}

bool owner_share(u64 pfn)
{
	return count(pfn, SHARES, true);
}

void owner_unshare(u64 pfn)
{
	HV_BUG_ON(!count(pfn, SHARES, false));
}

bool owner_deposit(u64 pfn, u16 slot)
{
	union info old = load(pfn);
	union info new = { .i = { .state = PG_PENDING, .owner = slot } };

	return old.i.state == PG_ROOT && !old.i.link && store(pfn, &old, new);
}

bool owner_move(u64 pfn, enum page_state from, enum page_state to)
{
	union info old = load(pfn), new = old;

	if (old.i.state != from || !(legal[from] & BIT(to)))
		return false;
	new.i.state = to;
	new.i.link = 0;
	if (to == PG_ROOT)
		new.i.owner = 0;
	return store(pfn, &old, new);
}

u32 owner_link(u64 pfn)
{
	return load(pfn).i.link;
}

void owner_set_link(u64 pfn, u32 link)
{
	if (pfn < table_pages)
		WRITE_ONCE(table[pfn].link, link);
}
