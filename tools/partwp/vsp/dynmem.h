/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Dynamic memory: the channel of the guest's hv_balloon, and "memory" requests of
 * the control protocol. What is said on the channel is dm.h's, what it does to the
 * guest's memory resize.h's.
 */
#ifndef PARTWP_DYNMEM_H
#define PARTWP_DYNMEM_H

#include <libpart_vmbus.h>

#include "resize.h"
#include "vsp.h"

struct dynmem {
	struct part_channel *channel;
	struct resize resize;
	bool ticking;		/* the timer is set */
};

extern const struct vsp_ops dynmem_vsp;

#endif
