/* SPDX-License-Identifier: GPL-2.0 */
/* Counters, and facts of the machine, as the hypervisor tells them. */
#ifndef HVP_STATS_H
#define HVP_STATS_H

#include <linux/types.h>
#include <hvpart/stats.h>

/* Return: 0 or -errno. @object: HVPART_STATS_* */
int hvp_read_stats(u64 partition_id, u32 vp_index, u32 object, void *out,
		   size_t len);

/* A property of a partition: HV_PARTITION_PROPERTY_*. Return: 0 or -errno. */
int hvp_get_property(u64 partition_id, u32 code, u64 *value);

/* Return: 0 or -errno. */
int hvp_read_info(struct hvpart_info *info);

#endif
