/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Overlay pages (TLFS "GPA overlay pages"): pages of the hypervisor that cover
 * a GPA. What was below, mapped or not, is kept and reappears; maps and unmaps
 * of a covered GPA act on what is below. Several on one GPA: the lowest kind
 * is visible, the next appears when it goes.
 */
#ifndef HV_OVERLAY_H
#define HV_OVERLAY_H

#include "gpa.h"

enum overlay_kind {		/* order of visibility */
	OVERLAY_HYPERCALL,
	OVERLAY_ASSIST,
	OVERLAY_SIM,
	OVERLAY_SIEF,
	OVERLAY_TSC,
};

/**
 * overlay_place - put or move overlay (@kind, @vp_index) of a child
 * @page: hypervisor page (pool), mapped with @rights
 * A GPN beyond the space is accepted and simply unreachable. The page belongs
 * to the caller; once it is off, free it with pool_free_deferred(): a VP may
 * reach it until the epoch has passed.
 * Return: SUCCESS; INSUFFICIENT_MEMORY (nothing changed).
 */
hv_status overlay_place(struct gpa_space *s, enum overlay_kind kind,
			u32 vp_index, u64 gpn, void *page, u32 rights);
void overlay_remove(struct gpa_space *s, enum overlay_kind kind, u32 vp_index);

#endif
