/* SPDX-License-Identifier: GPL-2.0 */
/* Ports of the root that guests post messages to and signal events at. */
#ifndef HVP_PORTS_H
#define HVP_PORTS_H

#include <linux/types.h>

struct hvp_partition;
struct hvpart_port_note;

/* The caller page names a port. Any context, RCU. */
void hvp_port_note(const struct hvpart_port_note *note);
/* The caller page could not name them all: look at every one. */
void hvp_port_note_all(void);

/* HVPART_PORT_EVENTFD; partition lock held */
long hvp_port_eventfd(struct hvp_partition *part, void __user *arg);

/* HVPART_PORT_MSGQ; partition lock held. Return: a descriptor or -errno. */
long hvp_port_msgq(struct hvp_partition *part, void __user *arg);

/* Deletes what is left. Context: partition lock held. */
void hvp_ports_end(struct hvp_partition *part);

#endif
