/* SPDX-License-Identifier: GPL-2.0 */
/* What the SynIC tests share: messages that count their end, a source that is on. */
#ifndef TEST_SYNIC_KIT_H
#define TEST_SYNIC_KIT_H

#include "irq.h"

#define SINT(n)		(HV_X64_MSR_SINT0 + (n))
#define MASKED		HV_SYNIC_SINT_MASKED
#define AUTO_EOI	HV_SYNIC_SINT_AUTO_EOI
#define POLLING		HV_SYNIC_SINT_POLLING

static __attribute__((unused)) int done, dropped;

static __attribute__((unused)) void msg_done(struct synic_msg *m, bool delivered)
{
	m->next = (void *)0x5a5a;		/* the buffer is no longer ours */
	done += delivered;
	dropped += !delivered;
}

/* At most eight at a time. */
static __attribute__((unused)) struct synic_msg *msg(struct synic_msg *m, u32 type, u8 size)
{
	static struct hv_message store[8];
	static u32 next;

	memset(m, 0, sizeof(*m));
	m->msg = &store[next++ % 8];
	m->msg->header.message_type = type;
	m->msg->header.payload_size = size;
	m->msg->header.sender = 0x123456789abcdef0ull;
	for (u32 i = 0; i < 240; i++)
		m->msg->u.bytes[i] = type + i;
	m->done = msg_done;
	return m;
}

static __attribute__((unused)) void post(struct vp *vp, u32 sint, struct synic_msg *m)
{
	synic_post(vp, sint, m);
}

/* SINT 2 with vector 0x52, unmasked, everything on. */
static __attribute__((unused)) void on(void)
{
	sim_init();
	done = dropped = 0;
	synic_on(vp0);
	wr(vp0, SINT(2), 0x52);
}

/* The guest's half: copy, free, barrier, read the flag; EOM when it is set. */
static __attribute__((unused)) u32 take_message(struct vp *vp, u32 sint)
{
	struct hv_message *s = slot(vp, sint);
	u32 type = s->header.message_type;

	if (!type)
		return 0;
	atomic_xchg(&s->header.message_type, 0u);
	if (s->header.message_flags.msg_pending)
		wr(vp, HV_X64_MSR_EOM, 0);
	return type;
}

#endif
