/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ports and connections (TLFS "Inter-partition communication").
 *
 *   connection (partition, id) ---> port (partition, id) ---> where it goes
 *
 * A port of a child delivers into its SynIC. A port of a parent never touches
 * the parent's SynIC (a stock hv_vmbus owns that one): messages wait in the
 * port, and a note in the caller page says so (DESIGN wall 4).
 *
 * One lock guards all objects; it is taken after a partition lock and before a
 * synic lock.
 */
#ifndef HV_PORT_H
#define HV_PORT_H

#include "partition.h"
#include <hvpart/call_interrupt.h>

#define HV_PORT_BUFFERS		16

/* All ports of @p and all its connections go; connections to it go stale. */
void port_partition_exit(struct partition *p);

/* HvPostMessage and HvSignalEvent by @from; private, checked copies. */
hv_status port_post(struct partition *from, const struct hv_input_post_message *in);
hv_status port_signal(struct partition *from, u32 connection, u32 flag);

#endif
