// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the owner of a partition tells those who listen.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"
#include "libpart_netlink.h"

static int announce(struct part *part, struct hvpart_announce *a)
{
	int ret = part_ioctl(part->fd, HVPART_ANNOUNCE, a);

	return ret < 0 ? ret : 0;
}

PART_PUBLIC int part_announce_name(struct part *part, const char *name)
{
	struct hvpart_announce a = { .kind = HVPART_ANNOUNCE_NAME };
	size_t len = strlen(name);

	if (len >= sizeof(a.name)) {
		status_set(HV_STATUS_SUCCESS);
		return -EINVAL;
	}
	memcpy(a.name, name, len);
	return announce(part, &a);
}

PART_PUBLIC int part_announce_stopped(struct part *part, __u32 reason)
{
	struct hvpart_announce a = {
		.kind = HVPART_ANNOUNCE_STOPPED,
		.reason = reason,
	};

	return announce(part, &a);
}

PART_PUBLIC int part_announce_channel(struct part *part, bool open,
				      const void *type, const void *instance,
				      __u32 index)
{
	struct hvpart_announce a = {
		.kind = open ? HVPART_ANNOUNCE_CHANNEL_OPENED :
			HVPART_ANNOUNCE_CHANNEL_CLOSED,
		.index = index,
	};

	memcpy(a.type, type, sizeof(a.type));
	memcpy(a.instance, instance, sizeof(a.instance));
	return announce(part, &a);
}

PART_PUBLIC int part_announce_balloon(struct part *part, __u64 bytes)
{
	struct hvpart_announce a = {
		.kind = HVPART_ANNOUNCE_BALLOON,
		.bytes = bytes,
	};

	return announce(part, &a);
}
