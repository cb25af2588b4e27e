/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VMBus with nothing on it: guests connect, ask for offers, get none, and go
 * on booting. Every question that a guest waits for without a timeout is
 * answered, if need be with a no.
 *
 * It knows nothing of partitions: messages come in by a call and go out by one.
 */
#ifndef PARTWP_VMBUS_EMPTY_H
#define PARTWP_VMBUS_EMPTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hvpart/message.h>

/*
 * Message connection of versions from 5.0 on. Connection 1, that of the older
 * ones, does not exist, which sends the guest to its next version at once.
 */
#define VMBUS_CONNECTION	4
#define VMBUS_SINT		2
#define VMBUS_QUEUE		16

struct vmbus_post {
	uint32_t vp;
	struct hv_message msg;
};

struct vmbus_empty {
	unsigned int nr_vps;
	bool connected;
	uint32_t version;
	uint32_t vp;		/* gets the answers */

	/* Answers that have not left yet, oldest at @head. */
	struct vmbus_post queue[VMBUS_QUEUE];
	unsigned int head, count;
};

void vmbus_empty_init(struct vmbus_empty *bus, unsigned int nr_vps);

/*
 * vmbus_empty_message - the guest has posted this
 *
 * Adds at most one answer to the queue. Not to be called while
 * vmbus_empty_full(): the guest's messages wait in their port meanwhile.
 */
void vmbus_empty_message(struct vmbus_empty *bus,
			 const struct hv_message *msg);
bool vmbus_empty_full(const struct vmbus_empty *bus);

/*
 * vmbus_empty_flush - send what is queued, in order
 * @post: returns zero; -EAGAIN or -EBUSY: the slot is taken, try later; or
 *	another errno, which drops that answer
 *
 * Returns true when the queue is empty.
 */
bool vmbus_empty_flush(struct vmbus_empty *bus,
		       int (*post)(void *ctx, uint32_t vp,
				   const struct hv_message *msg), void *ctx);

#endif
