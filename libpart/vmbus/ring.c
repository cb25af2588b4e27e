// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>

#include "race.h"
#include "ring.h"

#define PAGE		4096U
#define HEADER_MIN	((uint32_t)sizeof(struct vmbus_packet))
#define TRAILER		((uint32_t)sizeof(struct vmbus_trailer))

static uint32_t load(const uint32_t *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static void store(uint32_t *p, uint32_t v)
{
	__atomic_store_n(p, v, __ATOMIC_RELEASE);
}

static void full_barrier(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* How far it is from index @from to index @to. */
static uint32_t distance(const struct ring *r, uint32_t from, uint32_t to)
{
	return to >= from ? to - from : to + r->size - from;
}

static uint32_t forward(const struct ring *r, uint32_t index, uint32_t bytes)
{
	index += bytes;
	return index >= r->size ? index - r->size : index;
}

static bool index_valid(const struct ring *r, uint32_t index)
{
	return index < r->size && !(index % 8);
}

static int broken(struct ring *r)
{
	r->broken = true;
	return -EPROTO;
}

int ring_init(struct ring *r, uint8_t *const *page, uint32_t nr, bool reader)
{
	uint32_t rd, wr;

	memset(r, 0, sizeof(*r));
	if (nr < RING_PAGES_MIN)
		return -EINVAL;
	r->head = (struct vmbus_ring *)page[0];
	r->data = page + 1;
	r->size = (nr - 1) * PAGE;
	rd = load(&r->head->read);
	wr = load(&r->head->write);
	if (!index_valid(r, rd) || !index_valid(r, wr))
		return -EINVAL;
	r->own = reader ? rd : wr;
	r->published = r->own;
	r->peer = reader ? wr : rd;
	r->features_pending = load(&r->head->features) &
			      VMBUS_RING_PENDING_SEND_SIZE;
	return 0;
}

/*
 * The barrier makes the copy final: without it the compiler might read the
 * child's memory again where we think that we look at the copy.
 */
static void copy_from(const struct ring *r, uint32_t at, void *buf,
		      uint32_t len)
{
	uint8_t *to = buf;

	while (len) {
		uint32_t n = PAGE - at % PAGE;

		if (n > len)
			n = len;
		memcpy(to, r->data[at / PAGE] + at % PAGE, n);
		to += n;
		len -= n;
		at = forward(r, at, n);
	}
	__asm__ __volatile__("" ::: "memory");
}

static void copy_to(const struct ring *r, uint32_t at, const void *buf,
		    uint32_t len)
{
	const uint8_t *from = buf;

	while (len) {
		uint32_t n = PAGE - at % PAGE;

		if (n > len)
			n = len;
		memcpy(r->data[at / PAGE] + at % PAGE, from, n);
		from += n;
		len -= n;
		at = forward(r, at, n);
	}
}

/* --- reading ------------------------------------------------------------ */

/* Bytes that the producer has written and we have not taken. */
static int bytes_there(struct ring *r, uint32_t *there)
{
	uint32_t wr = load(&r->head->write);

	vmbus_race(RACE_INDEX_READ);
	if (r->broken || !index_valid(r, wr))
		return broken(r);
	*there = distance(r, r->own, wr);
	/* What was there cannot have become less. */
	if (*there < distance(r, r->own, r->peer))
		return broken(r);
	r->peer = wr;
	return 0;
}

int ring_peek(struct ring *r, void *buf, uint32_t max)
{
	struct vmbus_packet p;
	uint32_t there, header, length;
	int ret = bytes_there(r, &there);

	if (ret)
		return ret;
	if (!there)
		return -EAGAIN;
	if (there < HEADER_MIN + TRAILER || max < HEADER_MIN)
		return broken(r);
	copy_from(r, r->own, &p, sizeof(p));
	vmbus_race(RACE_HEADER_READ);
	header = p.header8 * 8U;
	length = p.length8 * 8U;
	if (header < HEADER_MIN || header > length || length > max ||
	    length + TRAILER > there)
		return broken(r);
	copy_from(r, forward(r, r->own, HEADER_MIN),
		  (uint8_t *)buf + HEADER_MIN, length - HEADER_MIN);
	memcpy(buf, &p, sizeof(p));
	vmbus_race(RACE_PACKET_READ);
	return (int)length;
}

void ring_take(struct ring *r, uint32_t length)
{
	r->own = forward(r, r->own, length + TRAILER);
}

bool ring_publish(struct ring *r)
{
	uint32_t taken = distance(r, r->published, r->own);
	uint32_t wr, pending, room;

	if (!taken)
		return false;
	store(&r->head->read, r->own);
	r->published = r->own;
	/* The producer writes the size, then looks at our index again. */
	full_barrier();
	pending = load(&r->head->pending_send_size);
	if (!pending)
		return false;
	/*
	 * Only whether to signal depends on this index; what it says when it
	 * makes no sense is not worth breaking the ring for, ring_peek() does.
	 */
	wr = load(&r->head->write);
	if (!index_valid(r, wr))
		return true;
	room = r->size - distance(r, r->own, wr);
	return room > pending && (room < taken || room - taken <= pending);
}

void ring_mask(struct ring *r)
{
	store(&r->head->interrupt_mask, 1);
}

bool ring_unmask(struct ring *r)
{
	store(&r->head->interrupt_mask, 0);
	full_barrier();
	vmbus_race(RACE_UNMASKED);
	return load(&r->head->write) != r->own;
}

/* --- writing ------------------------------------------------------------ */

/* Bytes that may be written; one is left so that full differs from empty. */
static int bytes_free(struct ring *r, uint32_t *room)
{
	uint32_t rd = load(&r->head->read);
	uint32_t used;

	vmbus_race(RACE_INDEX_READ);
	if (r->broken || !index_valid(r, rd))
		return broken(r);
	used = distance(r, rd, r->own);
	/* What waits to be read cannot have become more. */
	if (used > distance(r, r->peer, r->own))
		return broken(r);
	r->peer = rd;
	*room = r->size - used - 1;
	return 0;
}

/* Asks for a signal, then looks again: the consumer may just have read. */
static int wait_for_room(struct ring *r, uint32_t need, uint32_t *room)
{
	vmbus_race(RACE_FULL);
	r->waiting = true;
	store(&r->head->pending_send_size, need);
	full_barrier();
	return bytes_free(r, room);
}

static void wait_no_more(struct ring *r)
{
	if (r->waiting)
		store(&r->head->pending_send_size, 0);
	r->waiting = false;
}

static void put_packet(struct ring *r, const struct ring_piece *piece,
		       unsigned int nr, uint32_t sum)
{
	static const uint8_t zero[8];
	struct vmbus_trailer t = { .start = r->own };
	uint32_t at = r->own;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		copy_to(r, at, piece[i].data, piece[i].size);
		at = forward(r, at, piece[i].size);
	}
	copy_to(r, at, zero, -sum & 7);
	at = forward(r, at, -sum & 7);
	copy_to(r, at, &t, sizeof(t));
	r->own = forward(r, at, sizeof(t));
}

int ring_write(struct ring *r, const struct ring_piece *piece, unsigned int nr,
	       bool *signal)
{
	uint32_t start = r->own, room, need;
	uint64_t sum = 0;
	unsigned int i;
	int ret;

	*signal = false;
	for (i = 0; i < nr; i++)
		sum += piece[i].size;
	if (sum + 7 + TRAILER >= r->size)
		return -EMSGSIZE;
	need = (((uint32_t)sum + 7) & ~7U) + TRAILER;
	ret = bytes_free(r, &room);
	if (!ret && room < need)
		ret = wait_for_room(r, need, &room);
	if (ret)
		return ret;
	if (room < need)
		return -EAGAIN;

	wait_no_more(r);
	put_packet(r, piece, nr, (uint32_t)sum);
	store(&r->head->write, r->own);
	r->published = r->own;
	full_barrier();
	/* Also a child that plays with these two only misses a signal. */
	*signal = !load(&r->head->interrupt_mask) &&
		  load(&r->head->read) == start;
	return 0;
}

bool ring_has_room(struct ring *r, uint32_t length)
{
	uint32_t need = ((length + 7) & ~7U) + TRAILER;
	uint32_t room;

	if (bytes_free(r, &room))
		return true;	/* ring_write() will say what is wrong */
	if (room < need)
		return false;
	wait_no_more(r);
	return true;
}
