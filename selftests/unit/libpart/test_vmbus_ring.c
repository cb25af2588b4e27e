// SPDX-License-Identifier: GPL-2.0
/* One half of a ring, against a peer that keeps to the rules and one that not. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "fake.h"
#include "ring.h"

#define PAGES	4U			/* a header and 12 KiB */
#define SIZE	((PAGES - 1) * 4096U)

static struct peer peer;
static struct ring ring;
static uint8_t buf[SIZE];

/* Pages of their own, so that a step over an end is a fault. */
static void set_up(uint32_t rd, uint32_t wr, bool reader)
{
	uint32_t i;

	for (i = 0; i < PAGES; i++) {
		if (!peer.page[i] &&
		    posix_memalign((void **)&peer.page[i], 4096, 4096))
			abort();
		memset(peer.page[i], 0, 4096);
	}
	peer.nr = PAGES;
	peer_head(&peer)->read = rd;
	peer_head(&peer)->write = wr;
	peer_head(&peer)->features = VMBUS_RING_PENDING_SEND_SIZE;
	race_hook = NULL;
	if (ring_init(&ring, peer.page, PAGES, reader))
		abort();
}

static void tear_down(void)
{
	uint32_t i;

	for (i = 0; i < PAGES; i++) {
		free(peer.page[i]);
		peer.page[i] = NULL;
	}
}

static int init_with(uint32_t rd, uint32_t wr, uint32_t nr)
{
	set_up(0, 0, true);
	peer_head(&peer)->read = rd;
	peer_head(&peer)->write = wr;
	return ring_init(&ring, peer.page, nr, true);
}

static void test_init(void)
{
	ok(!init_with(0, 0, PAGES) && ring.size == SIZE, "ring: init");
	ok(!init_with(8, SIZE - 8, PAGES), "ring: init, indices that stand");
	ok(init_with(0, 0, 1) == -EINVAL && init_with(0, 0, 0) == -EINVAL,
	   "ring: no room for data");
	ok(init_with(SIZE, 0, PAGES) == -EINVAL &&
	   init_with(0, SIZE, PAGES) == -EINVAL &&
	   init_with(0, ~7U, PAGES) == -EINVAL, "ring: index too large");
	ok(init_with(4, 0, PAGES) == -EINVAL &&
	   init_with(0, 1, PAGES) == -EINVAL, "ring: index not aligned");
}

/* Random packets around the end many times; every byte comes out again. */
static void test_read(void)
{
	uint32_t i, k, rounds = 3000;
	bool same = true;

	set_up(SIZE - 8, SIZE - 8, true);
	ok(ring_peek(&ring, buf, SIZE) == -EAGAIN, "ring: empty");
	for (i = 0; i < rounds; i++) {
		uint32_t size = (uint32_t)random() % 400 * 8;
		int len;

		peer_inband(&peer, i, (uint8_t)i, size);
		len = ring_peek(&ring, buf, SIZE);
		same &= len == (int)size + 16 &&
			((struct vmbus_packet *)buf)->id == i;
		for (k = 0; k < size; k++)
			same &= buf[16 + k] == (uint8_t)i;
		ring_take(&ring, (uint32_t)len);
		ring_publish(&ring);
		same &= peer_head(&peer)->read == peer_head(&peer)->write;
	}
	ok(same, "ring: %u packets around the end", rounds);
	ok(ring_peek(&ring, buf, SIZE) == -EAGAIN, "ring: empty again");
}

static bool refuses(uint16_t header8, uint16_t length8, uint32_t there,
		    uint32_t max)
{
	struct vmbus_packet d = {
		.type = VMBUS_PACKET_INBAND,
		.header8 = header8,
		.length8 = length8,
	};

	set_up(0, 0, true);
	peer_put_bytes(&peer, 0, &d, sizeof(d));
	peer_head(&peer)->write = there;
	if (ring_peek(&ring, buf, max) != -EPROTO)
		return false;
	/* and it stays so, whatever comes then */
	peer_head(&peer)->write = 0;
	return ring_peek(&ring, buf, max) == -EPROTO;
}

static void test_read_refused(void)
{
	ok(!refuses(2, 2, 24, SIZE), "ring: a packet of a header only");
	ok(refuses(2, 0, 64, SIZE), "ring: length 0");
	ok(refuses(2, 1, 64, SIZE), "ring: length below a header");
	ok(refuses(1, 2, 64, SIZE) && refuses(0, 2, 64, SIZE),
	   "ring: header below 16 bytes");
	ok(refuses(3, 2, 64, SIZE), "ring: header behind the length");
	ok(refuses(2, 7, 56, SIZE), "ring: no room for the trailer");
	ok(refuses(2, 8, 64, SIZE) && refuses(2, 0xffff, 64, SIZE) &&
	   refuses(0xffff, 0xffff, SIZE - 8, SIZE),
	   "ring: length behind the write index");
	ok(refuses(2, 2, 8, SIZE) && refuses(2, 2, 16, SIZE),
	   "ring: less than any packet");
	ok(!refuses(2, 4, 40, 32) && refuses(2, 4, 40, 31) &&
	   refuses(2, 2, 24, 8), "ring: longer than the reader takes");
}

static int peek_at(uint32_t wr)
{
	peer_head(&peer)->write = wr;
	return ring_peek(&ring, buf, SIZE);
}

static void test_read_index(void)
{
	static const uint32_t bad[] = {
		SIZE, SIZE + 8, 4, 1, 0x80000000, ~0U, ~7U,
	};
	unsigned int i, n = 0;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		set_up(0, 0, true);
		n += peek_at(bad[i]) == -EPROTO;
	}
	ok(n == i, "ring: write index out of range");
	set_up(0, 0, true);
	peer_inband(&peer, 1, 0, 80);
	peer_inband(&peer, 1, 0, 80);
	ok(ring_peek(&ring, buf, SIZE) == 96 && peek_at(104) == -EPROTO,
	   "ring: write index goes back, to the end of a packet");
	set_up(800, 800, true);
	peer_inband(&peer, 1, 0, 80);
	ring_peek(&ring, buf, SIZE);
	ok(peek_at(808) == -EPROTO, "ring: write index goes round past ours");
	set_up(800, 800, true);
	peer_inband(&peer, 1, 0, 80);
	peer_head(&peer)->read = 0;
	ok(ring_peek(&ring, buf, SIZE) == 96, "ring: our own index is ours");
	ring_take(&ring, 96);
	ring_publish(&ring);
	ok(peer_head(&peer)->read == 904, "ring: and is published again");
}

/* The peer makes the packet longer between our looks. */
static void lengthen(enum vmbus_race where)
{
	struct vmbus_packet d = {
		.type = VMBUS_PACKET_GPA_DIRECT,
		.header8 = 0xffff,
		.length8 = 0xffff,
		.id = 666,
	};

	if (where == RACE_HEADER_READ || where == RACE_PACKET_READ)
		peer_put_bytes(&peer, 0, &d, sizeof(d));
	if (where == RACE_INDEX_READ)
		peer_head(&peer)->write = 8;
}

static void test_read_race(void)
{
	struct vmbus_packet *d = (struct vmbus_packet *)buf;
	int len;

	set_up(0, 0, true);
	peer_inband(&peer, 5, 0xAA, 80);
	race_hook = lengthen;
	memset(buf, 0x55, sizeof(buf));
	len = ring_peek(&ring, buf, 96);
	race_hook = NULL;
	ok(len == 96 && d->header8 == 2 && d->length8 == 12 && d->id == 5 &&
	   d->type == VMBUS_PACKET_INBAND, "ring: what was checked is what is used");
	ok(buf[16] == 0xAA && buf[95] == 0xAA && buf[96] == 0x55,
	   "ring: nothing behind it is written");
	ring_take(&ring, 96);
	ring_publish(&ring);
	ok(peer_head(&peer)->read == 104, "ring: one step, the checked one");
}

/* --- publishing, masking -------------------------------------------------- */

/* Free before, free after (by packets of 104 bytes), pending: signal? */
static bool publishes(uint32_t filled, uint32_t taken, uint32_t pending)
{
	uint32_t i;

	set_up(0, 0, true);
	for (i = 0; i < filled; i++)
		peer_inband(&peer, i, 0, 80);
	peer_head(&peer)->pending_send_size = pending;
	for (i = 0; i < taken; i++)
		ring_take(&ring, (uint32_t)ring_peek(&ring, buf, SIZE));
	return ring_publish(&ring);
}

static void test_publish(void)
{
	uint32_t before = SIZE - 100 * 104;	/* free with 100 packets in */

	ok(!publishes(100, 1, 0), "ring: nobody waits for room");
	ok(!publishes(100, 0, before - 1), "ring: nothing taken, no signal");
	ok(publishes(100, 1, before), "ring: just enough room now");
	ok(publishes(100, 1, before + 103), "ring: room, to the byte");
	ok(!publishes(100, 1, before + 104), "ring: one byte short");
	ok(!publishes(100, 1, before - 1), "ring: enough before");
	ok(publishes(100, 100, before + 1000), "ring: many at once");
	ok(!publishes(100, 100, ~0U), "ring: more than there ever is");
	set_up(0, 0, true);
	peer_inband(&peer, 1, 0, 80);
	ring_take(&ring, (uint32_t)ring_peek(&ring, buf, SIZE));
	peer_head(&peer)->pending_send_size = 1;
	peer_head(&peer)->write = 3;
	ok(ring_publish(&ring), "ring: signal when in doubt");
}

static void send_now(enum vmbus_race where)
{
	if (where != RACE_UNMASKED)
		return;
	race_hook = NULL;
	peer_inband(&peer, 9, 0, 8);
}

static void test_mask(void)
{
	set_up(0, 0, true);
	ring_mask(&ring);
	ok(peer_head(&peer)->interrupt_mask == 1, "ring: masked");
	ok(!ring_unmask(&ring) && !peer_head(&peer)->interrupt_mask,
	   "ring: unmasked, nothing there");
	ring_mask(&ring);
	race_hook = send_now;
	ok(ring_unmask(&ring), "ring: what comes in at that moment is seen");
}

/* --- writing -------------------------------------------------------------- */

static int put(uint32_t size, bool *signal)
{
	static uint8_t data[SIZE + 64];
	struct ring_piece piece[] = { { data, size / 2 },
				      { data + size / 2, size - size / 2 } };
	struct vmbus_packet d = {
		.type = VMBUS_PACKET_INBAND,
		.header8 = 2,
		.length8 = (uint16_t)((size + 7) / 8),
	};

	memset(data, 0xBB, sizeof(data));
	memcpy(data, &d, sizeof(d));
	return ring_write(&ring, piece, 2, signal);
}

static void test_write(void)
{
	bool signal, same = true;
	uint32_t i, k;

	set_up(SIZE - 8, SIZE - 8, false);
	for (i = 0; i < 3000; i++) {
		uint32_t size = 16 + (uint32_t)random() % 3000, len;

		memset(peer.page[1], 0xEE, 4096);
		same &= !put(size, &signal) && signal;
		len = peer_receive(&peer, buf, SIZE);
		same &= len == ((size + 7) & ~7U);
		for (k = 16; k < len; k++)
			same &= buf[k] == (k < size ? 0xBB : 0);
	}
	ok(same, "ring: 3000 packets written around the end");
	put(16, &signal);
	put(16, &signal);
	ok(!signal, "ring: not empty, no signal");
	while (peer_receive(&peer, buf, SIZE))
		;
	peer_head(&peer)->interrupt_mask = 1;
	ok(!put(16, &signal) && !signal, "ring: masked, no signal");
	peer_receive(&peer, buf, SIZE);
	peer_head(&peer)->interrupt_mask = 0;
	ok(!put(16, &signal) && signal, "ring: unmasked, a signal");
}

static void test_write_full(void)
{
	bool signal;

	set_up(0, 0, false);
	ok(put(SIZE, &signal) == -EMSGSIZE && put(SIZE - 8, &signal) == -EMSGSIZE,
	   "ring: longer than the ring");
	ok(!put(SIZE - 16, &signal) && signal, "ring: filled but for 8 bytes");
	ok(put(16, &signal) == -EAGAIN && !signal &&
	   peer_head(&peer)->pending_send_size == 24, "ring: full, and says so");
	ok(!ring_has_room(&ring, 16) &&
	   peer_head(&peer)->pending_send_size == 24, "ring: still full");
	peer_receive(&peer, buf, SIZE);
	ok(ring_has_room(&ring, 16) && !peer_head(&peer)->pending_send_size,
	   "ring: room again");
	ok(!put(16, &signal) && signal, "ring: goes on");
	/* Equal indices mean empty: what fills the ring to the end never fits. */
	set_up(0, 0, false);
	put(SIZE / 2 - 8, &signal);
	ok(put(SIZE / 2 - 8, &signal) == -EAGAIN, "ring: never to the last byte");
	ok(!put(SIZE / 2 - 16, &signal) && !peer_head(&peer)->pending_send_size,
	   "ring: a shorter one fits and ends the waiting");
}

static void read_now(enum vmbus_race where)
{
	if (where == RACE_FULL)
		peer_receive(&peer, buf, SIZE);
}

static void wild_now(enum vmbus_race where)
{
	if (where == RACE_INDEX_READ)
		peer_head(&peer)->read = 0xfffffff8;
}

static bool write_refuses(uint32_t rd)
{
	bool signal;

	set_up(0, 0, false);
	put(80, &signal);
	peer_head(&peer)->read = rd;
	if (put(80, &signal) != -EPROTO || signal)
		return false;
	peer_head(&peer)->read = 0;
	return put(80, &signal) == -EPROTO;
}

static void test_write_hostile(void)
{
	bool signal;

	ok(!write_refuses(0) && !write_refuses(88), "ring: read index moves");
	ok(write_refuses(96), "ring: read index passes what was written");
	ok(write_refuses(SIZE) && write_refuses(4) && write_refuses(~0U),
	   "ring: read index out of range");
	set_up(0, 0, false);
	put(80, &signal);
	peer_receive(&peer, buf, SIZE);
	put(80, &signal);
	peer_head(&peer)->read = 0;
	ok(put(80, &signal) == -EPROTO, "ring: read index goes back");
	set_up(0, 0, false);
	peer_head(&peer)->write = 4096;
	ok(!put(80, &signal) && peer_head(&peer)->write == 88,
	   "ring: our own index is not read again");
	set_up(0, 0, false);
	race_hook = wild_now;
	ok(!put(80, &signal), "ring: an index that changes after it was read");
	set_up(0, 0, false);
	put(SIZE - 16, &signal);
	race_hook = read_now;
	ok(!put(16, &signal) && !peer_head(&peer)->pending_send_size,
	   "ring: room that comes while we ask for it");
	race_hook = NULL;
}

/* A peer on another processor that scribbles over everything it shares. */
static volatile bool enough;

static void *scribble(void *arg)
{
	unsigned int seed = 1;

	(void)arg;
	while (!enough) {
		uint32_t *words = (uint32_t *)peer.page[rand_r(&seed) % PAGES];
		uint32_t at = rand_r(&seed) % 4 ? rand_r(&seed) % 4 :
						  rand_r(&seed) % 1024;

		__atomic_store_n(&words[at], rand_r(&seed) % (SIZE / 8) * 8,
				 __ATOMIC_RELAXED);
	}
	return NULL;
}

static void test_scribbler(void)
{
	uint32_t i, good = 0, broken = 0;
	pthread_t thread;
	bool signal;

	set_up(0, 0, true);
	enough = false;
	if (pthread_create(&thread, NULL, scribble, NULL))
		abort();
	for (i = 0; i < 100000; i++) {
		/* What came in between two looks may be wild: not begun then. */
		if (ring_init(&ring, peer.page, PAGES, i & 1))
			continue;
		if (i & 1) {
			int len = ring_peek(&ring, buf, 4096);

			if (len > 0) {
				ring_take(&ring, (uint32_t)len);
				ring_publish(&ring);
				good++;
			}
		} else if (!put(16 + i % 4000, &signal)) {
			good++;
		}
		broken += ring.broken;
	}
	enough = true;
	pthread_join(thread, NULL);
	ok(good && broken, "ring: a scribbling peer (%u packets, %u refusals)",
	   good, broken);
}

void test_vmbus_ring(void)
{
	srandom(3);
	test_init();
	test_read();
	test_read_refused();
	test_read_index();
	test_read_race();
	test_publish();
	test_mask();
	test_write();
	test_write_full();
	test_write_hostile();
	test_scribbler();
	tear_down();
}
