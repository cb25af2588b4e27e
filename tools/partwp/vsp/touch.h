/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A channel that touches the guest's memory as the guest says, for tests: what
 * storage and network do with ranges of packets and with lent buffers, and an
 * offer that comes and goes. There is one where there are loopback channels.
 */
#ifndef PARTWP_TOUCH_H
#define PARTWP_TOUCH_H

#include <libpart_vmbus.h>

#include "vsp.h"

#define TOUCH_GUID { {							\
	0x71, 0x0c, 0xe4, 0x5b, 0x9a, 0x26, 0x33, 0x4c,			\
	0x8f, 0x52, 0xd6, 0x17, 0x40, 0xbe, 0x65, 0xa9 } }

/* Most bytes that one request may be about. */
#define TOUCH_MAX	(1U << 20)

/*
 * What to do. @gpadl 0: with the ranges of the packet, which is GPA_DIRECT then;
 * else with that buffer. @at, @length: which part of it.
 */
enum touch_op {
	TOUCH_READ = 1,		/* add up the bytes */
	TOUCH_WRITE,		/* each becomes @fill */
	TOUCH_PAGES,		/* send a TRANSFER_PAGES packet about it */
	TOUCH_LEAVE,		/* be rescinded, and offered when that is over */
};

struct touch_request {
	__u32 op;
	__u32 gpadl;
	__u32 at;
	__u32 length;
	__u32 fill;
	__u32 reserved;
};

/* In the completion. */
struct touch_answer {
	__s32 result;		/* 0 or a negative errno */
	__u32 reserved;
	__u64 sum;
};

struct touch {
	struct part_channel *ch;	/* NULL: not offered now */
};

extern const struct vsp_ops touch_vsp;

#endif
