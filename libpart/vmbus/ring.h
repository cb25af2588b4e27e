/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One half of a ring pair, in memory that the child shares and may change at
 * any time: contract 5.8, 5.9.
 *
 * The index that is ours is kept here and only published there. The peer's is
 * read once a step and checked against what it was: it may move over free (or
 * filled) bytes, never back and never across ours. A half whose peer breaks a
 * rule stays broken.
 */
#ifndef VMBUS_RING_H
#define VMBUS_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hvpart/vmbus.h>

/* Header page and data; data alone hold at least one packet. */
#define RING_PAGES_MIN	2

struct ring {
	struct vmbus_ring *head;	/* shared */
	uint8_t *const *data;		/* shared, page by page */
	uint32_t size;			/* bytes of data */
	uint32_t own;			/* our index, as far as we have come */
	uint32_t published;		/* our index, as far as the peer knows */
	uint32_t peer;			/* its index when we looked last */
	bool features_pending;		/* peer honours pending_send_size */
	bool waiting;			/* pending_send_size is set */
	bool broken;
};

/* A piece of what is to be written. */
struct ring_piece {
	const void *data;
	uint32_t size;
};

/*
 * ring_init - start from the indices that the child has left in the header
 * @page: where its pages are in this process; must outlive the ring
 * @nr: pages, header included; at most GPADL_PAGES_MAX
 * @reader: the read index is ours, else the write index
 *
 * Zero, or -EINVAL: no room for data, or indices that make no sense.
 */
int ring_init(struct ring *r, uint8_t *const *page, uint32_t nr, bool reader);

/*
 * ring_peek - copy the next packet, leave it in the ring
 * @max: room in @buf; a longer packet breaks the ring
 *
 * Its first 16 bytes in @buf are what was checked: 16 <= header <= length.
 * Returns the length without the trailer; -EAGAIN: empty; -EPROTO: broken.
 */
int ring_peek(struct ring *r, void *buf, uint32_t max);

/* ring_take - step over the packet of @length that ring_peek() has returned */
void ring_take(struct ring *r, uint32_t length);

/*
 * ring_publish - give the producer the room of what was taken
 *
 * Returns true if it waits for that: signal it. Contract 5.9, host 2.
 */
bool ring_publish(struct ring *r);

/* ring_mask - want no signals while reading */
void ring_mask(struct ring *r);

/*
 * ring_unmask - want signals again
 *
 * Returns true if something came in meanwhile: its signal may be lost, so go on
 * reading.
 */
bool ring_unmask(struct ring *r);

/*
 * ring_write - put a packet in, as a whole or not at all
 * @piece: what it is made of, in order; together a multiple of 8 is filled up
 * @signal: the consumer wants to be told. Contract 5.9, host 1.
 *
 * Zero; -EAGAIN: no room; the consumer has been asked to signal when there is;
 * -EMSGSIZE: it never fits; -EPROTO: broken.
 */
int ring_write(struct ring *r, const struct ring_piece *piece, unsigned int nr,
	       bool *signal);

/*
 * ring_has_room - may a ring_write() of @length bytes succeed?
 *
 * Also takes back what a failed ring_write() has asked for.
 */
bool ring_has_room(struct ring *r, uint32_t length);

#endif /* VMBUS_RING_H */
