/* SPDX-License-Identifier: GPL-2.0 */
/* Guest memory: regions of the creator's memory, pinned and mapped. */
#ifndef HVP_MEMORY_H
#define HVP_MEMORY_H

#include <linux/types.h>

struct hvp_partition;
struct hvpart_memory_ranges;

/* HVPART_SET_GUEST_MEMORY; partition lock held */
long hvp_set_guest_memory(struct hvp_partition *part, void __user *arg);

/* HVPART_DISCARD_MEMORY, HVPART_RESTORE_MEMORY; partition lock held */
long hvp_memory_ranges(struct hvp_partition *part,
		       struct hvpart_memory_ranges __user *arg, bool restoring);

/**
 * hvp_memory_free - unpin everything
 * @mapped: a guest or the hypervisor may still reach it: forget it, pinned
 *
 * Context: partition lock held, or nobody else has the partition any more.
 */
void hvp_memory_free(struct hvp_partition *part, bool mapped);

/**
 * hvp_memory_read - copy out of guest memory
 * Context: partition lock held. Return: 0, -EFAULT when any byte is no memory.
 */
int hvp_memory_read(struct hvp_partition *part, u64 gpa, void *buf, size_t len);

#endif
