// SPDX-License-Identifier: GPL-2.0
/* Packets by themselves: types, ranges, the memory that they name. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "packet.h"

#define PAGES	16U

static uint8_t *ram;
static uint64_t raw[512];
static uint32_t used;		/* bytes of raw */
static struct packet_list list;
static struct part_packet p;

static void *memory(void *ctx, __u64 gpa, __u64 len)
{
	(void)ctx;
	if ((gpa & 4095) + len > 4096)
		abort();
	return gpa >> 12 < PAGES ? ram + gpa : NULL;
}

static void add(const void *data, uint32_t size)
{
	memcpy((uint8_t *)raw + used, data, size);
	used += size;
}

static void begin(uint16_t type, uint32_t ranges)
{
	struct vmbus_gpa_direct d = { .packet = { .type = type, .id = 5 },
				      .ranges = ranges };

	memset(raw, 0, sizeof(raw));
	used = 0;
	add(&d, type == VMBUS_PACKET_GPA_DIRECT ? sizeof(d) : 16);
}

static void range(uint32_t count, uint32_t offset, unsigned int nr,
		  const uint64_t *pfns)
{
	struct vmbus_range r = { count, offset };

	add(&r, sizeof(r));
	add(pfns, nr * 8);
}

/* Ends the header, adds 16 bytes of payload. */
static int parse_max(uint64_t max)
{
	struct vmbus_packet *d = (void *)raw;

	d->header8 = (uint16_t)(used / 8);
	d->length8 = (uint16_t)(used / 8 + 2);
	return packet_parse(raw, used + 16, max, &list, &p);
}

static int parse(void)
{
	return parse_max(1 << 20);
}

static void test_types(void)
{
	unsigned int type, n = 0;

	begin(VMBUS_PACKET_INBAND, 0);
	ok(!parse() && p.size == 16 && p.data == raw + 2 && p.id == 5 &&
	   !p.list, "packet: in-band");
	begin(VMBUS_PACKET_COMPLETION, 0);
	ok(!parse() && p.type == VMBUS_PACKET_COMPLETION, "packet: completion");
	for (type = 0; type < 64; type++) {
		begin((uint16_t)type, 0);
		n += !parse();
	}
	ok(n == 2, "packet: no other types");
}

static void test_ranges(void)
{
	static const uint64_t pfn[] = { 3, 1, 7 };

	begin(VMBUS_PACKET_GPA_DIRECT, 2);
	range(4096, 0, 1, pfn);
	range(5000, 100, 2, pfn + 1);
	ok(!parse() && p.ranges == 2 && p.bytes == 9096 && p.size == 16,
	   "packet: two ranges");
	ok(parse_max(9095) == -EPROTO && !parse_max(9096),
	   "packet: more than may be named");
	begin(VMBUS_PACKET_GPA_DIRECT, 0);
	ok(parse() == -EPROTO, "packet: no range");
	begin(VMBUS_PACKET_GPA_DIRECT, 3);
	range(4096, 0, 1, pfn);
	ok(parse() == -EPROTO, "packet: fewer ranges than announced");
	begin(VMBUS_PACKET_GPA_DIRECT, ~0U);
	range(4096, 0, 1, pfn);
	ok(parse() == -EPROTO, "packet: 4 G ranges");
	begin(VMBUS_PACKET_GPA_DIRECT, 1);
	range(4097, 0, 1, pfn);
	ok(parse() == -EPROTO, "packet: a page number short");
	begin(VMBUS_PACKET_GPA_DIRECT, 1);
	range(4096, 1, 1, pfn);
	ok(parse() == -EPROTO, "packet: the offset needs one more");
	begin(VMBUS_PACKET_GPA_DIRECT, 1);
	range(1, 4096, 2, pfn);
	ok(parse() == -EPROTO, "packet: offset of a page");
	begin(VMBUS_PACKET_GPA_DIRECT, 1);
	range(0, 0, 1, pfn);
	ok(parse() == -EPROTO, "packet: nothing in a range");
	begin(VMBUS_PACKET_GPA_DIRECT, 1);
	range(~0U, 4095, 3, pfn);
	ok(parse_max(~0ULL) == -EPROTO, "packet: 4 GiB");
	begin(VMBUS_PACKET_GPA_DIRECT, 1);
	range(8, 0, 1, pfn);
	used = 16;
	ok(parse() == -EPROTO, "packet: ranges behind the header");
}

static void test_copy(void)
{
	static const uint64_t pfn[] = { 3, 1, 7, PAGES, 1ULL << 52 };
	uint8_t data[9096], back[9096];
	uint32_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 11);
	begin(VMBUS_PACKET_GPA_DIRECT, 2);
	range(4096, 0, 1, pfn);
	range(5000, 100, 2, pfn + 1);
	parse();
	ok(!packet_copy(&p, memory, NULL, 0, data, 9096, true) &&
	   !packet_copy(&p, memory, NULL, 0, back, 9096, false) &&
	   !memcmp(data, back, 9096), "packet: all there and back");
	ok(!memcmp(ram + 3 * 4096, data, 4096) &&
	   !memcmp(ram + 4096 + 100, data + 4096, 3996) &&
	   !memcmp(ram + 7 * 4096, data + 8092, 1004), "packet: in its pages");
	memset(back, 0, sizeof(back));
	ok(!packet_copy(&p, memory, NULL, 4090, back, 20, false) &&
	   !memcmp(back, data + 4090, 20), "packet: from the middle");
	ok(!packet_copy(&p, memory, NULL, 8090, back, 1006, false) &&
	   !memcmp(back, data + 8090, 1006), "packet: to the end");
	ok(packet_copy(&p, memory, NULL, 9096, back, 1, false) == -ERANGE &&
	   packet_copy(&p, memory, NULL, ~0ULL, back, 2, false) == -ERANGE &&
	   packet_copy(&p, memory, NULL, 1, back, 9096, false) == -ERANGE,
	   "packet: behind the end");
	begin(VMBUS_PACKET_GPA_DIRECT, 1);
	range(8192, 0, 2, pfn + 2);
	parse();
	ok(packet_copy(&p, memory, NULL, 0, back, 4097, false) == -EFAULT &&
	   !packet_copy(&p, memory, NULL, 0, back, 4096, false),
	   "packet: a page that is no RAM");
	begin(VMBUS_PACKET_GPA_DIRECT, 1);
	range(1, 0, 1, pfn + 4);
	parse();
	ok(packet_copy(&p, memory, NULL, 0, back, 1, true) == -EFAULT,
	   "packet: a page number that wraps");
	begin(VMBUS_PACKET_INBAND, 0);
	parse();
	ok(packet_copy(&p, memory, NULL, 0, back, 0, false) == -ERANGE,
	   "packet: names no memory");
}

void test_vmbus_packet(void)
{
	ram = aligned_alloc(4096, PAGES * 4096);
	memset(ram, 0, PAGES * 4096);
	test_types();
	test_ranges();
	test_copy();
	free(ram);
}
