// SPDX-License-Identifier: GPL-2.0
/*
 * See walk.h. The tables are in memory that the guest may write at any time:
 * every entry is read once, and what was read is what is looked at.
 */
#include <linux/bits.h>
#include <hvpart/call_memory.h>
#include "walk.h"

#define PG_SHIFT	12

#define PTE_P		BIT_ULL(0)
#define PTE_W		BIT_ULL(1)
#define PTE_U		BIT_ULL(2)
#define PTE_PS		BIT_ULL(7)
#define PTE_NX		BIT_ULL(63)
#define PTE_ADDR(m)	((m) & 0x000ffffffffff000ULL)
#define PTE_ADDR_32(m)	((m) & 0xfffff000ULL)

#define CR0_WP_BIT	BIT_ULL(16)
#define CR0_PG_BIT	BIT_ULL(31)
#define CR4_PSE_BIT	BIT_ULL(4)
#define CR4_PAE_BIT	BIT_ULL(5)
#define CR4_LA57_BIT	BIT_ULL(12)
#define EFER_LMA_BIT	BIT_ULL(10)
#define EFER_NXE_BIT	BIT_ULL(11)

/* One level: index of @bits bits above @shift. True: go on downwards. */
static bool step(struct hvp_walk *w, u32 shift, u32 bits, u32 size,
		 bool may_be_large)
{
	u64 in_page = BIT_ULL(shift) - 1;
	u64 index = w->gva >> shift & (BIT_ULL(bits) - 1), e = 0;

	w->gpa = w->base + index * size;
	w->code = w->read(w, w->gpa, &e, size);
	if (w->code != HV_TRANSLATE_GVA_SUCCESS)
		return false;
	if (!(e & PTE_P)) {
		w->code = HV_TRANSLATE_GVA_PAGE_NOT_PRESENT;
		return false;
	}
	w->rights = (w->rights & (e | PTE_NX)) | (e & PTE_NX);
	w->base = size == 4 ? PTE_ADDR_32(e) : PTE_ADDR(e);
	if (shift == PG_SHIFT || (may_be_large && e & PTE_PS)) {
		w->gpa = (w->base & ~in_page) | (w->gva & in_page);
		return false;
	}
	return true;
}

static void walk_tables(struct hvp_walk *w)
{
	u32 shift = w->cr4 & CR4_LA57_BIT ? 48 : 39;
	s64 sign;

	w->rights = PTE_W | PTE_U;
	if (w->efer & EFER_LMA_BIT) {
		sign = (s64)w->gva >> (shift + 8);
		w->code = HV_TRANSLATE_GVA_PAGE_NOT_PRESENT;
		if (sign && sign != -1)
			return;
		w->base = PTE_ADDR(w->cr3);
	} else if (w->cr4 & CR4_PAE_BIT) {
		/* The four PDPTEs carry no W, U or NX. */
		w->base = w->cr3 & 0xffffffe0;
		if (!step(w, 30, 2, 8, false))
			return;
		w->rights = PTE_W | PTE_U;
		shift = 21;
	} else {
		w->base = PTE_ADDR_32(w->cr3);
		if (step(w, 22, 10, 4, w->cr4 & CR4_PSE_BIT))
			step(w, PG_SHIFT, 10, 4, false);
		return;
	}
	while (step(w, shift, 9, 8, shift <= 30))
		shift -= 9;
}

static void check_rights(struct hvp_walk *w)
{
	bool user = w->user && !(w->control & HV_TRANSLATE_GVA_PRIVILEGE_EXEMPT);

	if ((user && !(w->rights & PTE_U)) ||
	    (w->control & HV_TRANSLATE_GVA_VALIDATE_WRITE &&
	     !(w->rights & PTE_W) && (user || w->cr0 & CR0_WP_BIT)) ||
	    (w->control & HV_TRANSLATE_GVA_VALIDATE_EXECUTE &&
	     w->rights & PTE_NX && w->efer & EFER_NXE_BIT))
		w->code = HV_TRANSLATE_GVA_PRIVILEGE_VIOLATION;
}

void hvp_walk(struct hvp_walk *w)
{
	w->gpa = w->gva;
	w->code = HV_TRANSLATE_GVA_SUCCESS;
	if (!(w->cr0 & CR0_PG_BIT))
		return;
	walk_tables(w);
	if (w->code == HV_TRANSLATE_GVA_SUCCESS)
		check_rights(w);
}
