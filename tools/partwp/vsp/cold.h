/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Free page reporting: pages that the guest says it does not use. Their memory goes
 * back to the machine; each is absent from then on (ram_pages.h).
 */
#ifndef PARTWP_COLD_H
#define PARTWP_COLD_H

#include "resize.h"

/* The guest may be interrupted between two ranges when so much is done. */
#define COLD_BATCH	(256ULL << 20)

/**
 * cold_discard() - ranges of a memory hint
 * @rz: the guest's memory
 * @range: hv_gpa_page_range each
 * @nr: how many
 * @done: in: the first one; out: the one behind the last that is done
 *
 * Pages that are not the guest's to give (the first MiB, what the host uses, what
 * is ballooned out) stay, and are counted.
 *
 * Return: HV_STATUS_SUCCESS, perhaps with some left for the next call;
 * HV_STATUS_INVALID_PARAMETER: @done is no range, or not all of it is RAM.
 */
unsigned int cold_discard(struct resize *rz, const uint64_t *range,
			  unsigned int nr, unsigned int *done);

#endif
