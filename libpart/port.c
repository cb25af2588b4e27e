// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Through ports: events and messages that the guest sends to its parent, and
 * those that it gets through a connection of the parent's.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <hvpart/call_interrupt.h>

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

static int connect_to(struct part *part, const struct hvpart_connect *arg)
{
	struct hvpart_connect in = *arg;

	return part_ioctl(part->fd, HVPART_CONNECT, &in);
}

PART_PUBLIC int part_connect_message(struct part *part, __u32 vp, __u8 sint)
{
	return connect_to(part, &(struct hvpart_connect){
		.port_type = HV_PORT_TYPE_MESSAGE,
		.vp_index = vp,
		.sint = sint,
	});
}

PART_PUBLIC int part_connect_event(struct part *part, __u32 vp, __u8 sint,
				   __u16 base, __u16 count)
{
	return connect_to(part, &(struct hvpart_connect){
		.port_type = HV_PORT_TYPE_EVENT,
		.vp_index = vp,
		.sint = sint,
		.base_flag = base,
		.flag_count = count,
	});
}

/* The status says it better than the driver's errno. */
static int refusal(int ret, unsigned int status)
{
	status_set(status);
	if (status)
		return -status_to_errno(status);
	return ret < 0 ? ret : 0;
}

PART_PUBLIC int part_post_message(int connection, const struct hv_message *msg)
{
	struct hvpart_post_message arg = { .message_ptr = (uintptr_t)msg };
	int ret = part_ioctl(connection, HVPART_POST_MESSAGE, &arg);

	return refusal(ret, arg.status);
}

PART_PUBLIC int part_signal_event(int connection, __u16 flag)
{
	struct hvpart_signal_event arg = { .flag_number = flag };
	int ret = part_ioctl(connection, HVPART_SIGNAL_EVENT, &arg);

	return refusal(ret, arg.status);
}

static int event_eventfd(int connection, uint16_t flag, int eventfd,
			 uint32_t flags)
{
	struct hvpart_event_eventfd arg = {
		.fd = eventfd,
		.flag_number = flag,
		.flags = flags,
	};
	int ret = part_ioctl(connection, HVPART_EVENT_EVENTFD, &arg);

	return ret < 0 ? ret : 0;
}

PART_PUBLIC int part_event_eventfd(int connection, __u16 flag, int eventfd)
{
	return event_eventfd(connection, flag, eventfd, 0);
}

PART_PUBLIC int part_event_eventfd_remove(int connection, __u16 flag,
					  int eventfd)
{
	return event_eventfd(connection, flag, eventfd, HVPART_PORT_DEASSIGN);
}
