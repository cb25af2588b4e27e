// SPDX-License-Identifier: GPL-2.0
/* One half of a ring; the input is the peer, also between two looks of ours. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "input.h"
#include "ring.h"
#include "vmbus.h"

#define PAGES	3U
#define SIZE	((PAGES - 1) * 4096U)
#define CHECK(cond)	do { if (!(cond)) abort(); } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *page[PAGES];
static struct ring ring;
static bool reader;

static struct {
	bool armed;
	uint8_t page;
	uint16_t at;
	uint16_t value;
} race;

static void store(uint8_t n, uint16_t at, uint16_t value)
{
	/* Header words are the likely ones. */
	if (n % 4 == 0)
		*(uint32_t *)(page[0] + at % 5 * 4) = value;
	else
		*(uint16_t *)(page[n % PAGES] + at % 4096 / 2 * 2) = value;
}

static void step_in(enum vmbus_race where)
{
	(void)where;
	if (race.armed)
		store(race.page, race.at, race.value);
	race.armed = false;
}

static void put_packet(struct input *in)
{
	struct vmbus_packet p = {
		.header8 = get8(in),
		.length8 = get16(in),
		.type = get8(in),
	};
	uint32_t i;

	for (i = 0; i < sizeof(p); i++) {
		uint32_t at = (ring.own + i) % SIZE;

		page[1 + at / 4096][at % 4096] = ((uint8_t *)&p)[i];
	}
}

static void peek(uint32_t max)
{
	uint8_t *buf = malloc(max);
	struct vmbus_packet p;
	int ret = ring_peek(&ring, buf, max);

	CHECK(ret == -EAGAIN || (ret == -EPROTO && ring.broken) ||
	      (ret >= 16 && (uint32_t)ret <= max && !(ret % 8)));
	if (ret > 0) {
		memcpy(&p, buf, sizeof(p));
		CHECK(p.length8 * 8 == ret && p.header8 >= 2 &&
		      p.header8 <= p.length8);
		ring_take(&ring, (uint32_t)ret);
	}
	free(buf);
}

static void write_packet(uint32_t size)
{
	uint8_t *buf = calloc(1, size + 1);
	struct ring_piece piece[] = { { buf, size / 2 }, { NULL, 0 },
				      { buf, size - size / 2 } };
	uint32_t own = ring.own;
	bool signal;
	int ret = ring_write(&ring, piece, 3, &signal);

	CHECK(ret == 0 || ret == -EAGAIN || ret == -EMSGSIZE ||
	      (ret == -EPROTO && ring.broken));
	CHECK(!ret || (own == ring.own && !signal));
	free(buf);
}

static void step(struct input *in)
{
	uint32_t *peer = reader ? &ring.head->write : &ring.head->read;
	uint8_t n;

	switch (get8(in) % NR_RING_STEPS) {
	case RING_STORE:
		n = get8(in);
		store(n, get16(in), get16(in));
		break;
	case RING_PACKET:
		put_packet(in);
		break;
	case RING_PEER:
		*peer = (*peer + get16(in) * 8U) % SIZE;
		break;
	case RING_PEEK:
		if (reader)
			peek(16 + get16(in) % SIZE);
		break;
	case RING_PUBLISH:
		if (reader)
			ring_publish(&ring);
		break;
	case RING_UNMASK:
		ring_mask(&ring);
		ring_unmask(&ring);
		break;
	case RING_WRITE:
		if (!reader)
			write_packet(get16(in) % (SIZE + 64));
		break;
	case RING_ROOM:
		if (!reader)
			ring_has_room(&ring, get16(in) % SIZE);
		break;
	case RING_RACE:
		race.armed = true;
		race.page = get8(in);
		race.at = get16(in);
		race.value = get16(in);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, data + size };
	uint32_t i;

	for (i = 0; i < PAGES; i++) {
		CHECK(!posix_memalign((void **)&page[i], 4096, 4096));
		memset(page[i], 0, 4096);
	}
	race.armed = false;
	race_hook = step_in;
	i = get8(&in);
	reader = i & 1;
	/* Starting near the end finds what goes wrong around it. */
	if (i & 2) {
		((struct vmbus_ring *)page[0])->read = SIZE - 8;
		((struct vmbus_ring *)page[0])->write = SIZE - 8;
	}
	CHECK(!ring_init(&ring, page, PAGES, reader));
	for (i = 0; more(&in) && i < 300; i++) {
		step(&in);
		CHECK(ring.own < SIZE && !(ring.own % 8) && ring.peer < SIZE &&
		      ring.published < SIZE);
	}
	race_hook = NULL;
	for (i = 0; i < PAGES; i++)
		free(page[i]);
	return 0;
}
