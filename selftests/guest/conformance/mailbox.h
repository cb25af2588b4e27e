/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the conformance guest asks of its counterpart in the parent, see
 * selftests/conformance/counterpart.c: the address of a struct mailbox, written
 * to a port as 32 bits. The answer is there when the OUT is over.
 */
#ifndef CONF_MAILBOX_H
#define CONF_MAILBOX_H

#include <hvpart/types.h>

#define MAILBOX_PORT		0x5C0
#define MAILBOX_FLAGS		16

/*
 * @call; what it takes; what is in @ret where that is not just 0 or -errno.
 * "handle" is what an earlier call returned.
 */
enum mailbox_call {
	/* Ends all handles, and what is under way. */
	MAILBOX_RESET = 1,
	/* vp, sint: a connection to a message port. ret: handle */
	MAILBOX_CONNECT_MESSAGE,
	/* vp, sint, flag (the first), count: to an event port. ret: handle */
	MAILBOX_CONNECT_EVENT,
	/* connection: what the guest posts there is kept. ret: handle */
	MAILBOX_LISTEN_MESSAGE,
	/* connection, flag: what the guest signals there is counted. ret: handle */
	MAILBOX_LISTEN_EVENT,
	/* handle (event connection), flag: an eventfd that signals it. ret: handle */
	MAILBOX_EVENTFD,
	/* handle */
	MAILBOX_CLOSE,
	/* handle, type, size, payload */
	MAILBOX_POST,
	/* handle, flag */
	MAILBOX_SIGNAL,
	/* handle (eventfd): writes to it */
	MAILBOX_WRITE,
	/* handle (messages): type, size, payload; -EAGAIN: none */
	MAILBOX_READ,
	/* handle (events): ret: signals since the last call */
	MAILBOX_COUNT,
	/*
	 * In the background, after @delay_us: handle, count; POST with the
	 * numbers 0, 1, … as the payload, again and again while the port is full.
	 * ret: handle
	 */
	MAILBOX_STREAM,
	/*
	 * In the background: handle, flag, count, gpa: SIGNAL that flag and those
	 * after it, MAILBOX_FLAGS in all; again as often, each time as soon as
	 * the number at @gpa says that the guest has seen all before. ret: handle
	 */
	MAILBOX_DIALOGUE,
	/* handle (background): waits for its end. ret: how often it was done */
	MAILBOX_JOIN,
};

struct mailbox {
	__u32 call;		/* MAILBOX_* */
	__s32 ret;		/* -errno of the parent's Linux */
	__u32 status;		/* HV_STATUS_* of the hypercall, if there was one */
	__s32 handle;
	__u32 vp, sint, flag, count;
	__u32 connection, type, size, delay_us;
	__u64 gpa;
	__u8 payload[240];
};

#endif
