/* SPDX-License-Identifier: GPL-2.0 */
/* Connections of the root, through which it sends to ports of its children. */
#ifndef HVP_CONNECTION_H
#define HVP_CONNECTION_H

struct hvp_partition;

/* HVPART_CONNECT; partition lock held. Return: a descriptor or -errno. */
long hvp_connect(struct hvp_partition *part, void __user *arg);

/* Ends what is left; the files stay. Context: partition lock held. */
void hvp_connections_end(struct hvp_partition *part);

#endif
