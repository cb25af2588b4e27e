// SPDX-License-Identifier: GPL-2.0
/* See page_msr.h. */
#include "page_msr.h"
#include "mutate_irq.h"
#include <hvpart/msr.h>

/* Guests run the hypercall page, read the TSC page, and write the others. */
static const u8 rights_of[] = {
	[OVERLAY_HYPERCALL] = GPA_R | GPA_X,
	[OVERLAY_ASSIST] = GPA_R | GPA_W,
	[OVERLAY_SIM] = GPA_R | GPA_W,
	[OVERLAY_SIEF] = GPA_R | GPA_W,
	[OVERLAY_TSC] = GPA_R,
};

enum msr_result page_msr_write(struct partition *p, enum overlay_kind kind,
			       u32 vp_index, u64 *reg, u64 val, void *page)
{
	u32 rights = rights_of[kind];

	if (!(val & HV_X64_MSR_PAGE_ENABLE)) {
		overlay_remove(&p->gpa, kind, vp_index);
	} else {
		if (!(*reg & HV_X64_MSR_PAGE_ENABLE) && rights & GPA_W &&
		    !IRQ_MUTATED(SYNIC_ZERO))
			zero_page(page);
		/* A large page may have to be split, which takes a table. */
		if (overlay_place(&p->gpa, kind, vp_index,
				  val >> HV_X64_MSR_PAGE_SHIFT, page, rights))
			return MSR_MEMORY;
	}
	IRQ_RACE("page_placed", page);
	store_release(reg, val);
	return MSR_OK;
}
