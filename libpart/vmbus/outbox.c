// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>

#include "outbox.h"

void *outbox_message(struct hv_message *msg, __u32 type, unsigned int size)
{
	struct vmbus_msg *m = (struct vmbus_msg *)msg->u.payload;

	memset(msg, 0, sizeof(*msg));
	msg->header.message_type = VMBUS_MESSAGE_TYPE;
	msg->header.payload_size = (__u8)size;
	m->type = type;
	return m;
}

void *outbox_add(struct outbox *o, __u32 vp, __u32 type, unsigned int size)
{
	unsigned int i = (o->head + o->count++) % OUTBOX_SIZE;

	o->entry[i].vp = vp;
	return outbox_message(&o->entry[i].msg, type, size);
}

bool outbox_full(const struct outbox *o)
{
	return o->count == OUTBOX_SIZE;
}

bool outbox_empty(const struct outbox *o)
{
	return !o->count;
}

void outbox_clear(struct outbox *o)
{
	o->count = 0;
}

const struct hv_message *outbox_first(const struct outbox *o, __u32 *vp)
{
	*vp = o->entry[o->head].vp;
	return &o->entry[o->head].msg;
}

void outbox_drop(struct outbox *o)
{
	o->head = (o->head + 1) % OUTBOX_SIZE;
	o->count--;
}
