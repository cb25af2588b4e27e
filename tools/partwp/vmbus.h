/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's VMBus: libpart's host, fed from a message port and an eventfd, with
 * the guest's memory under it. What it offers is the providers' (vsp/).
 */
#ifndef PARTWP_VMBUS_H
#define PARTWP_VMBUS_H

#include <stdbool.h>

#include <libpart_vmbus.h>

struct guest;

struct vmbus {
	struct part_vmbus *host;	/* NULL between two lives */
	int message_fd;			/* of the connection; -1: none */
	int event_fd;			/* the guest signals a channel; as well */
	bool due;			/* vmbus_run() shall be called */
	bool contacted;			/* since the owner has cleared it */
};

/* Zero or a negative errno, reported; then there is nothing to close. */
int vmbus_open(struct guest *g);
void vmbus_close(struct guest *g);

/* May messages come in? Else they wait in their port. */
bool vmbus_listens(const struct guest *g);

/*
 * vmbus_run - take messages, answer them, let providers work
 *
 * Returns false when answers wait for a slot; to be called again after a pause.
 */
bool vmbus_run(struct guest *g);

#endif
