// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Out of the guest: events and messages that it sends to its parent.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "internal.h"

static int port_eventfd(struct part *part, uint32_t connection, uint16_t flag,
			int eventfd, uint32_t flags)
{
	struct hvpart_port_eventfd arg = {
		.connection_id = connection,
		.flag_number = flag,
		.fd = eventfd,
		.flags = flags,
	};
	int ret = part_ioctl(part->fd, HVPART_PORT_EVENTFD, &arg);

	return ret < 0 ? ret : 0;
}

PART_PUBLIC int part_port_eventfd(struct part *part, __u32 connection,
				  __u16 flag, int eventfd)
{
	return port_eventfd(part, connection, flag, eventfd, 0);
}

PART_PUBLIC int part_port_eventfd_remove(struct part *part, __u32 connection,
					 __u16 flag, int eventfd)
{
	return port_eventfd(part, connection, flag, eventfd,
			    HVPART_PORT_DEASSIGN);
}

PART_PUBLIC int part_port_msgq(struct part *part, __u32 connection)
{
	struct hvpart_port_msgq arg = { .connection_id = connection };
	int flags;
	int fd;

	fd = part_ioctl(part->fd, HVPART_PORT_MSGQ, &arg);
	if (fd < 0)
		return fd;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
		flags = -errno;
		close(fd);
		return flags;
	}
	return fd;
}

PART_PUBLIC int part_port_read_message(int fd, struct hv_message *msg)
{
	ssize_t ret;

	status_set(HV_STATUS_SUCCESS);
	do {
		ret = read(fd, msg, sizeof(*msg));
	} while (ret < 0 && errno == EINTR);
	if (ret < 0)
		return -errno;
	/* The driver reads whole messages only; 0 is the end of the queue. */
	return ret == sizeof(*msg) ? 0 : -EIO;
}
