/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MSRs that place a page of the hypervisor: bit 0 enables, 63:12 say where, the
 * rest is kept (TLFS). SIMP, SIEFP, assist page, hypercall page, TSC page.
 */
#ifndef HV_PAGE_MSR_H
#define HV_PAGE_MSR_H

#include "partition.h"
#include "overlay.h"

/**
 * page_msr_place - do to the overlay what going from @old to @val asks for
 * @fresh: the page is zeroed at each 0 -> 1; one that moves keeps its contents
 * The caller stores the value: before a removal, after a placement.
 * Return: MSR_FAULT when there is no memory for the table that must hold it;
 * the guest cannot be told in another way.
 */
enum msr_result page_msr_place(struct partition *p, enum overlay_kind kind,
			       u32 vp_index, u64 old, u64 val, void *page,
			       bool fresh);

#endif
