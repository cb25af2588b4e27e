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
 * page_msr_write - place or remove the overlay, then store @val in @reg
 * A page that guests write is zeroed at each 0 -> 1, and kept when it moves. Who
 * sees the register say "on" sees a page that is in place; what must not see it
 * "on" any more before the page goes, the caller tells first.
 * Return: MSR_MEMORY when there is none for the table that must hold it.
 */
enum msr_result page_msr_write(struct partition *p, enum overlay_kind kind,
			       u32 vp_index, u64 *reg, u64 val, void *page);

#endif
