// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The device: what the hypervisor is, what it says, which partitions it has.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

PART_PUBLIC int part_open(struct part_dev **out, const char *path)
{
	struct part_dev *dev;
	int ret;

	status_set(HV_STATUS_SUCCESS);
	dev = calloc(1, sizeof(*dev));
	if (!dev)
		return -ENOMEM;
	dev->fd = open(path ? path : PART_DEVICE, O_RDWR | O_CLOEXEC);
	if (dev->fd < 0) {
		ret = -errno;
		free(dev);
		return ret;
	}
	ret = part_ioctl(dev->fd, HVPART_GET_CAPS, &dev->caps);
	/* Fields are only added, so any driver of our version will do. */
	if (ret == -ENOTTY || ret == -EINVAL ||
	    (ret >= 0 && dev->caps.abi_version != HVPART_ABI_VERSION))
		ret = -EPROTO;
	if (ret < 0) {
		part_close(dev);
		return ret;
	}
	*out = dev;
	return 0;
}

PART_PUBLIC void part_close(struct part_dev *dev)
{
	if (!dev)
		return;
	close(dev->fd);
	free(dev);
}

PART_PUBLIC int part_dev_fd(const struct part_dev *dev)
{
	return dev->fd;
}

PART_PUBLIC int part_get_caps(struct part_dev *dev, struct hvpart_caps *caps)
{
	/* They do not change while the driver is loaded. */
	*caps = dev->caps;
	return 0;
}

PART_PUBLIC int part_get_info(struct part_dev *dev, struct hvpart_info *info)
{
	int ret = part_ioctl(dev->fd, HVPART_GET_INFO, info);

	return ret < 0 ? ret : 0;
}

PART_PUBLIC int part_read_log(struct part_dev *dev, __u64 *next, __u64 *lost,
			      struct hvpart_log_record *records, __u32 max)
{
	struct hvpart_read_log arg = {
		.first = *next,
		.count = max,
		.records_ptr = (uintptr_t)records,
	};
	int ret = part_ioctl(dev->fd, HVPART_READ_LOG, &arg);

	if (ret < 0)
		return ret;
	if (arg.count > max)
		return -EPROTO;
	/* Who asks for "the oldest" has lost nothing that he knew of. */
	if (lost)
		*lost = *next && arg.count ? arg.first - *next : 0;
	*next = arg.next;
	return arg.count;
}

#define LIST_BATCH	64

PART_PUBLIC int part_list(struct part_dev *dev,
			  struct hvpart_partition_entry **entries)
{
	struct hvpart_partition_entry *all = NULL, *more;
	struct hvpart_list arg = { 0 };
	size_t count = 0;
	int ret;

	do {
		more = reallocarray(all, count + LIST_BATCH, sizeof(*all));
		if (!more) {
			status_set(HV_STATUS_SUCCESS);
			free(all);
			return -ENOMEM;
		}
		all = more;
		arg.after = count ? all[count - 1].partition_id : 0;
		arg.count = LIST_BATCH;
		arg.entries_ptr = (uintptr_t)(all + count);
		ret = part_ioctl(dev->fd, HVPART_LIST, &arg);
		if (ret < 0 || arg.count > LIST_BATCH) {
			free(all);
			return ret < 0 ? ret : -EPROTO;
		}
		count += arg.count;
	} while (arg.count == LIST_BATCH);

	if (!count) {
		free(all);
		all = NULL;
	}
	*entries = all;
	return count;
}
