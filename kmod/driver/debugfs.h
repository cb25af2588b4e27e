/* SPDX-License-Identifier: GPL-2.0 */
/* /sys/kernel/debug/hvpart: facts, log, arenas, statistics. */
#ifndef HVP_DEBUGFS_H
#define HVP_DEBUGFS_H

struct hvp_partition;
struct hvp_vp;

void hvp_debugfs_init(void);
void hvp_debugfs_exit(void);

/* A directory for the partition; a file for a VP in it. Failures are ignored. */
void hvp_debugfs_partition(struct hvp_partition *part);
void hvp_debugfs_vp(struct hvp_vp *vp);
/* Waits for readers. */
void hvp_debugfs_partition_end(struct hvp_partition *part);

#endif
