// SPDX-License-Identifier: GPL-2.0
/* See page_msr.h. */
#include "page_msr.h"
#include "mutate_irq.h"
#include <hvpart/msr.h>

/* Guests run the hypercall page, read the TSC page, and write the others. */
static u32 rights_of(enum overlay_kind kind)
{
	if (kind == OVERLAY_HYPERCALL)
		return GPA_R | GPA_X;
	return kind == OVERLAY_TSC ? GPA_R : GPA_R | GPA_W;
}

enum msr_result page_msr_place(struct partition *p, enum overlay_kind kind,
			       u32 vp_index, u64 old, u64 val, void *page,
			       bool fresh)
{
	bool was = old & HV_X64_MSR_PAGE_ENABLE;

	if (val & HV_X64_MSR_PAGE_ENABLE) {
		if (!was && fresh && !IRQ_MUTATED(SYNIC_ZERO))
			zero_page(page);
		/* A large page may have to be split, which takes a table. */
		switch (overlay_place(&p->gpa, kind, vp_index,
				      val >> HV_X64_MSR_PAGE_SHIFT, page,
				      rights_of(kind))) {
		case HV_STATUS_SUCCESS:
			break;
		case HV_STATUS_INSUFFICIENT_MEMORY:
			return MSR_MEMORY;
		default:
			return MSR_FAULT;
		}
	} else if (was) {
		overlay_remove(&p->gpa, kind, vp_index);
	}
	return MSR_OK;
}
