/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Time synchronisation: the guest's clock is set when its driver comes, and when
 * the root's clock has jumped; every five seconds it gets a sample.
 */
#ifndef PARTWP_TIMESYNC_H
#define PARTWP_TIMESYNC_H

#include "ic.h"
#include "vsp.h"

#define TIMESYNC_MS		5000U

/* A root's clock that has moved so far against the guest's is set anew. */
#define TIMESYNC_JUMP_MS	5000U

struct timesync {
	struct ic ic;
	bool synced;
	int64_t offset;		/* root's time minus reference time, at the sync */
	uint64_t syncs;
	uint64_t samples;
};

extern const struct vsp_ops timesync_vsp;

#endif
