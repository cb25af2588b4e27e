/* SPDX-License-Identifier: GPL-2.0 */
/* Heartbeat: the guest is asked every two seconds whether it lives. */
#ifndef PARTWP_HEARTBEAT_H
#define PARTWP_HEARTBEAT_H

#include "ic.h"
#include "vsp.h"

#define HEARTBEAT_MS		2000U

/* Without an answer for so long the guest counts as lost. */
#define HEARTBEAT_LOST_MS	10000U

struct heartbeat {
	struct ic ic;
	uint64_t sequence;
	uint64_t heard_ms;	/* the last good answer; at first: ready */
	uint64_t answers;
	uint64_t wrong;		/* a status, or a number that is not the next */
};

extern const struct vsp_ops heartbeat_vsp;

#endif
