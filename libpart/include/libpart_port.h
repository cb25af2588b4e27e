/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libpart: ports, for messages and events in both directions. Part of libpart.h,
 * which includes it; errors and threads as there.
 */
#ifndef _LIBPART_PORT_H
#define _LIBPART_PORT_H

#include "libpart.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * part_port_eventfd() - be told when the guest signals an event
 * @part: from part_create()
 * @connection: connection id that the guest names in HvSignalEvent, 24 bits
 * @flag: event flag that it names there
 * @eventfd: gets 1 added each time
 *
 * Return: 0; -EEXIST: that flag has one.
 */
int part_port_eventfd(struct part *part, __u32 connection, __u16 flag,
		      int eventfd);

/**
 * part_port_eventfd_remove() - undo part_port_eventfd()
 * @part: as there
 * @connection: as there
 * @flag: as there
 * @eventfd: as there
 *
 * Return: 0; -ENOENT.
 */
int part_port_eventfd_remove(struct part *part, __u32 connection, __u16 flag,
			     int eventfd);

/**
 * part_port_msgq() - receive what the guest posts to a connection
 * @part: from part_create()
 * @connection: connection id that the guest names in HvPostMessage, 24 bits
 *
 * Return: a file descriptor, non-blocking, to be polled for POLLIN and closed
 * by the caller, which ends it; or -EEXIST.
 */
int part_port_msgq(struct part *part, __u32 connection);

/**
 * part_port_read_message() - take the oldest message
 * @fd: from part_port_msgq()
 * @msg: the message
 *
 * Return: 0; -EAGAIN: there is none; -EIO: the partition is gone.
 */
int part_port_read_message(int fd, struct hv_message *msg);

/**
 * part_connect_message() - a way to post messages to the guest
 * @part: from part_create(), initialised
 * @vp: VP index; HV_ANY_VP: one whose SynIC is on
 * @sint: its synthetic interrupt source, 1 … 15
 *
 * Unlike part_post_message_direct() this has a queue: 16 messages may wait for
 * the VP's slot, and the hypervisor puts the next one there by itself.
 *
 * Return: a file descriptor for part_post_message(), to be closed by the caller,
 * which drops what still waits; -EINVAL; -ENOMEM.
 */
int part_connect_message(struct part *part, __u32 vp, __u8 sint);

/**
 * part_connect_event() - a way to signal events to the guest
 * @part: from part_create(), initialised
 * @vp: VP index; HV_ANY_VP: one whose SynIC is on
 * @sint: its synthetic interrupt source, 1 … 15
 * @base: flag of the source that the connection knows as 0
 * @count: how many flags; @base + @count at most 2048
 *
 * Return: a file descriptor for part_signal_event() and part_event_eventfd(), to
 * be closed by the caller; -EINVAL; -ENOMEM.
 */
int part_connect_event(struct part *part, __u32 vp, __u8 sint, __u16 base,
		       __u16 count);

/**
 * part_post_message() - post a message through a connection
 * @connection: from part_connect_message()
 * @msg: type, size and payload; the rest of the header is not looked at
 *
 * Return: 0: it is in the slot, or waits for it; -EAGAIN: 16 wait already;
 * -EINVAL; -EIO: the partition is gone.
 */
int part_post_message(int connection, const struct hv_message *msg);

/**
 * part_signal_event() - set an event flag through a connection
 * @connection: from part_connect_event()
 * @flag: counted from its base
 *
 * Return: 0, whether the flag was set already or not; -EINVAL; -EBUSY: the VP
 * does not listen; -EIO: the partition is gone.
 */
int part_signal_event(int connection, __u16 flag);

/**
 * part_event_eventfd() - have an eventfd set an event flag
 * @connection: from part_connect_event()
 * @flag: counted from its base
 * @eventfd: who writes to it signals the flag, without a detour
 *
 * Return: 0; -EEXIST: the flag has one; -EINVAL; -EBADF; -ENOMEM.
 */
int part_event_eventfd(int connection, __u16 flag, int eventfd);

/**
 * part_event_eventfd_remove() - undo part_event_eventfd()
 * @connection: as there
 * @flag: as there
 * @eventfd: as there
 *
 * Return: 0; -ENOENT.
 */
int part_event_eventfd_remove(int connection, __u16 flag, int eventfd);

#ifdef __cplusplus
}
#endif

#endif /* _LIBPART_PORT_H */
