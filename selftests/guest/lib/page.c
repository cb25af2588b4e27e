// SPDX-License-Identifier: GPL-2.0
#include "guest.h"

#define NR_PAGES	512

static u8 pages[NR_PAGES][PAGE_SIZE] __attribute__((aligned(4096)));
static u32 used;

void *page_alloc(void)
{
	u32 n = __atomic_fetch_add(&used, 1, __ATOMIC_RELAXED);

	if (n >= NR_PAGES)
		bail_out("out of pages");
	return memset(pages[n], 0, PAGE_SIZE);
}

u32 page_mark(void)
{
	return used;
}

void page_release(u32 mark)
{
	used = mark;
}

void page_fill(void *page, u64 pattern)
{
	volatile u64 *p = page;

	for (u32 i = 0; i < PAGE_SIZE / 8; i++)
		p[i] = pattern;
}

bool page_is(const void *page, u64 pattern)
{
	const volatile u64 *p = page;

	for (u32 i = 0; i < PAGE_SIZE / 8; i++)
		if (p[i] != pattern)
			return false;
	return true;
}
