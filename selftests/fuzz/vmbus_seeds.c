// SPDX-License-Identifier: GPL-2.0
/*
 * vmbus_seeds DIRECTORY TARGET: first inputs of "vmbus" and "ring": what a guest
 * does from the first message to the last, and packets that just fit.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hvpart/vmbus.h>

#include "vmbus.h"

static uint8_t buf[512];
static unsigned int len;

static void put(unsigned int nr, const uint8_t *bytes)
{
	if (len + nr > sizeof(buf))
		abort();
	memcpy(buf + len, bytes, nr);
	len += nr;
}

#define PUT(...) do {							\
	const uint8_t b_[] = { __VA_ARGS__ };				\
	put(sizeof(b_), b_);						\
} while (0)

static void save(const char *dir, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f || fwrite(buf, 1, len, f) != len || fclose(f))
		exit(1);
	len = 0;
}

/* Channel 1 with GPADL 2 of pages 16 to 23, 4 and 4. */
static void connect(void)
{
	PUT(STEP_CONTACT, 3, 1, STEP_OFFERS);
	PUT(STEP_HEADER, 1, 2, 8, 8, 16);
}

static void open_it(void)
{
	connect();
	PUT(STEP_INDEX, 16, 4, 1, 0, STEP_INDEX, 20, 4, 1, 0);
	PUT(STEP_OPEN, 1, 2, 4, 0);
}

static void packet(uint8_t type, uint8_t header8, uint8_t length8)
{
	uint8_t n = (uint8_t)(length8 + 1), i;

	PUT(STEP_PACKET, 16, n);
	for (i = 0; i < n * 2; i++) {
		const uint8_t head[] = { type, 0, header8, 0, length8, 0, 1 };

		PUT(i < sizeof(head) ? head[i] : 0);
	}
}

/* One range of two pages, of which @pfn and the next are; @bytes of them. */
static void ranges(uint8_t pfn, uint8_t offset, uint16_t bytes)
{
	const uint8_t nr = 24;
	unsigned int i = 16 + 32;

	PUT(STEP_TOUCH, 8, 0, 64, 0, STEP_PACKET, 16, nr);
	PUT(VMBUS_PACKET_GPA_DIRECT, 0, 6, 0, (uint8_t)(nr - 1), 0, 1, 0);
	PUT(1, 0, 0, 0, 0, 0, 0, 0);
	PUT(0, 0, 0, 0, 1, 0, 0, 0);
	PUT((uint8_t)bytes, (uint8_t)(bytes >> 8), 0, 0, offset, 0, 0, 0);
	PUT(pfn, 0, 0, 0, 0, 0, 0, 0);
	PUT((uint8_t)(pfn + 1), 0, 0, 0, 0, 0, 0, 0);
	for (; i < nr * 2U; i++)
		PUT(0);
}

static void vmbus(const char *dir)
{
	open_it();
	PUT(STEP_RELID, 1, 1, STEP_TEARDOWN, 1, 2, STEP_UNLOAD);
	save(dir, "life");
	open_it();
	packet(VMBUS_PACKET_INBAND, 2, 3);
	packet(VMBUS_PACKET_GPA_DIRECT, 5, 6);
	save(dir, "packets");
	open_it();
	ranges(30, 16, 8000);
	ranges(40, 0, 4096 + 8);
	save(dir, "ranges");
	open_it();
	ranges(254, 16, 8000);
	PUT(STEP_GIVE, 31);
	ranges(30, 16, 8000);
	save(dir, "ranges-gone");
	open_it();
	PUT(STEP_BUFFER, 0, 2, 1, 0, 255, 15, STEP_BUFFER, 0, 2, 0, 16, 0, 0);
	PUT(STEP_BUFFER, 0, 3, 1, 0, 1, 0, STEP_BUFFER, 0, 2, 0, 16, 1, 0);
	PUT(STEP_PAGES, 0, 3, 0, STEP_PAGES, 0, 0, 2, STEP_PAGES, 0, 0, 4);
	save(dir, "buffers");
	open_it();
	PUT(STEP_SEND, 0, 200, STEP_SEND, 0, 200, STEP_SEND, 0, 200);
	PUT(STEP_SEND, 0, 200, STEP_INDEX, 20, 1, 0x88, 0x0c);
	save(dir, "full");
	open_it();
	PUT(STEP_TEARDOWN, 1, 2, STEP_GIVE, 17, STEP_RELID, 1, 1);
	PUT(STEP_GIVE, 17, STEP_GIVE, 17, STEP_HEADER, 1, 3, 8, 8, 16);
	save(dir, "owner");
	open_it();
	PUT(STEP_OFFER, 1, STEP_OFFER, 2, STEP_OFFER, 0);
	PUT(STEP_RELID, 0, 1, STEP_RELID, 0, 2, STEP_OFFER, 0);
	save(dir, "rescind");
	open_it();
	PUT(STEP_CONTACT, 2, 0, STEP_OFFERS, STEP_MODIFY, 1, 1);
	save(dir, "reconnect");
	connect();
	PUT(STEP_HEADER, 1, 3, 80, 26, 32, STEP_BODY, 3, 28, 58);
	PUT(STEP_BODY, 3, 26, 86, STEP_TEARDOWN, 1, 3);
	save(dir, "bodies");
	/* A provider that has no time, then has; one that finds fault. */
	open_it();
	PUT(STEP_ANSWER, 8);
	packet(VMBUS_PACKET_INBAND, 2, 3);
	PUT(STEP_ANSWER, 0, STEP_SEND, 0, 1);
	packet(VMBUS_PACKET_INBAND, 2, 3);
	PUT(STEP_ANSWER, 12);
	packet(VMBUS_PACKET_INBAND, 2, 3);
	PUT(STEP_SEND, 0, 1);
	save(dir, "provider");
	/* Indices that make no sense: the child's of both rings. */
	open_it();
	PUT(STEP_INDEX, 16, 3, 8, 0);
	packet(VMBUS_PACKET_INBAND, 2, 3);
	PUT(STEP_MODIFY, 1, 1, STEP_INDEX, 16, 0, 0xfc, 0xff);
	PUT(STEP_SEND, 0, 1, STEP_RELID, 1, 1);
	save(dir, "write-index");
	open_it();
	PUT(STEP_SEND, 0, 1, STEP_INDEX, 20, 1, 4, 0, STEP_SEND, 0, 1);
	save(dir, "read-index");
	open_it();
	PUT(STEP_SEND, 0, 1, STEP_INDEX, 20, 1, 0, 8, STEP_SEND, 0, 1);
	save(dir, "read-index-ahead");
	/* More than a channel may have; a connection that nobody hears. */
	connect();
	for (uint8_t i = 3; i < 20; i++)
		PUT(STEP_HEADER, 1, i, 80, 1, 32);
	save(dir, "many");
	connect();
	PUT(STEP_ANSWER, 0xC0, STEP_OPEN, 1, 2, 4, 0);
	save(dir, "listen");
	connect();
	PUT(STEP_ANSWER, 2, STEP_RAW, VMBUS_MSG_TL_CONNECT, 40);
	save(dir, "refusals");
}

static void ring(const char *dir)
{
	PUT(1, RING_PACKET, 2, 3, 0, 6, RING_PEER, 4, 0, RING_PEEK, 0, 1);
	PUT(RING_PUBLISH, RING_UNMASK);
	save(dir, "read");
	PUT(3, RING_PACKET, 2, 0xff, 1, 6, RING_PEER, 0, 2, RING_PEEK, 0xff, 0x0f);
	PUT(RING_PUBLISH);
	save(dir, "around");
	PUT(1, RING_PACKET, 2, 3, 0, 6, RING_PEER, 4, 0);
	PUT(RING_RACE, 1, 4, 0, 0xff, 0xff, RING_PEEK, 0, 1);
	save(dir, "race");
	PUT(2, RING_WRITE, 40, 0, RING_WRITE, 0, 16, RING_PEER, 6, 0);
	PUT(RING_WRITE, 0, 0x0f, RING_WRITE, 0, 16, RING_ROOM, 0, 1);
	save(dir, "write");
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	if (!strcmp(argv[2], "ring"))
		ring(argv[1]);
	else
		vmbus(argv[1]);
	return 0;
}
