// SPDX-License-Identifier: GPL-2.0
/* HVPART_GET_STATS: the hypervisor's counters of a partition or a VP. */
#include <linux/uaccess.h>
#include <hvpart/call_hvpart.h>
#include "partition.h"
#include "stats.h"

int hvp_read_stats(u64 partition_id, u32 vp_index, u32 object, void *out,
		   size_t len)
{
	const struct hvpart_input_get_stats in = {
		.partition_id = partition_id,
		.vp_index = vp_index,
		.object = object,
	};
	struct hvp_request r = {
		.code = HVCALL_HVPART_GET_STATS,
		.in = &in,
		.in_len = sizeof(in),
		.out = out,
		.out_len = len,
	};

	return hvp_request_run(&r);
}

/**
 * hvp_get_stats - HVPART_GET_STATS
 * @part: the partition
 * @vp_index: the VP, for HVPART_STATS_VP
 * @object: HVPART_STATS_*
 * @arg: struct hvpart_get_stats of user space
 *
 * Context: no lock is needed, so that it works while VPs run.
 * Return: 0, -EINVAL, -EFAULT, or what the hypervisor says.
 */
long hvp_get_stats(struct hvp_partition *part, u32 vp_index, u32 object,
		   void __user *arg)
{
	union {
		struct hvpart_vp_stats vp;
		struct hvpart_partition_stats part;
	} stats;
	u32 have = object == HVPART_STATS_VP ? sizeof(stats.vp) :
		sizeof(stats.part);
	struct hvpart_get_stats args;
	int ret;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (args.reserved || !args.stats_ptr)
		return -EINVAL;
	ret = hvp_read_stats(part->account.id, vp_index, object, &stats, have);
	if (ret)
		return ret;
	if (copy_to_user(u64_to_user_ptr(args.stats_ptr), &stats,
			 min(have, args.size)))
		return -EFAULT;
	args.size = have;
	return copy_to_user(arg, &args, sizeof(args)) ? -EFAULT : 0;
}
