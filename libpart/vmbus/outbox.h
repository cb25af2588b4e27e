/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers on their way to the child, in order. A child that does not free its
 * message slot fills it, and is not listened to until it does.
 */
#ifndef VMBUS_OUTBOX_H
#define VMBUS_OUTBOX_H

#include <stdbool.h>

#include <hvpart/message.h>
#include <hvpart/vmbus.h>

/* A message of the child makes one answer at most. */
#define OUTBOX_SIZE	16U

struct outbox {
	struct {
		__u32 vp;
		struct hv_message msg;
	} entry[OUTBOX_SIZE];
	unsigned int head, count;
};

/*
 * outbox_add - room for an answer of @size bytes, zero but for its type
 *
 * The caller has seen to it that the box is not full.
 */
void *outbox_add(struct outbox *o, __u32 vp, __u32 type, unsigned int size);
bool outbox_full(const struct outbox *o);
bool outbox_empty(const struct outbox *o);
void outbox_clear(struct outbox *o);

/* The oldest one, not to be called when empty; and away with it. */
const struct hv_message *outbox_first(const struct outbox *o, __u32 *vp);
void outbox_drop(struct outbox *o);

/* A message without a box: zero but for its header and type. */
void *outbox_message(struct hv_message *msg, __u32 type, unsigned int size);

#endif /* VMBUS_OUTBOX_H */
