/* SPDX-License-Identifier: GPL-2.0 */
/* Shutdown: the guest is asked to power off or to reboot by itself. */
#ifndef PARTWP_SHUTDOWN_H
#define PARTWP_SHUTDOWN_H

#include "ic.h"
#include "vsp.h"

struct shutdown {
	struct ic ic;
	bool asked;		/* somebody waits to hear what the guest says */
	bool accepted;		/* it has said yes: no second request */
};

extern const struct vsp_ops shutdown_vsp;

#endif
