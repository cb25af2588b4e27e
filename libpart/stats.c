// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a partition and its VPs have counted, and a guest's last words.
 */
#include <string.h>

#include "internal.h"

static int get_stats(int fd, void *stats, uint32_t size)
{
	struct hvpart_get_stats arg = {
		.size = size,
		.stats_ptr = (uintptr_t)stats,
	};
	int ret;

	/* An older driver fills less. */
	memset(stats, 0, size);
	ret = part_ioctl(fd, HVPART_GET_STATS, &arg);
	return ret < 0 ? ret : 0;
}

PART_PUBLIC int part_get_stats(struct part *part,
			       struct hvpart_partition_stats *stats)
{
	return get_stats(part->fd, stats, sizeof(*stats));
}

PART_PUBLIC int part_vp_get_stats(struct part_vp *vp,
				  struct hvpart_vp_stats *stats)
{
	return get_stats(vp->fd, stats, sizeof(*stats));
}

PART_PUBLIC __u64 part_id(struct part *part)
{
	struct hvpart_partition_stats stats;
	uint64_t id = __atomic_load_n(&part->id, __ATOMIC_RELAXED);

	if (!id && !part_get_stats(part, &stats)) {
		id = stats.partition_id;
		__atomic_store_n(&part->id, id, __ATOMIC_RELAXED);
	}
	return id;
}

PART_PUBLIC int part_get_crash(struct part *part, struct hvpart_crash *crash,
			       char *message, size_t size)
{
	int ret;

	memset(crash, 0, sizeof(*crash));
	if (message) {
		crash->message_ptr = (uintptr_t)message;
		crash->message_size = size < HV_HYP_PAGE_SIZE ?
			size : HV_HYP_PAGE_SIZE;
	}
	ret = part_ioctl(part->fd, HVPART_GET_CRASH, crash);
	crash->message_ptr = 0;
	return ret < 0 ? ret : 0;
}
