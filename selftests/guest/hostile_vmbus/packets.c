// SPDX-License-Identifier: GPL-2.0
/* Rows: packet header, completions from guest, transaction ids. */
#include "attack.h"

#define SIZE	((RING_PAGES - 1) * (u32)PAGE_SIZE)

static u8 bytes[2 * PAGE_SIZE];

/* A packet whose header says @type, @header8, @length8; @there bytes lie there. */
static void put(u16 type, u16 header8, u16 length8, u32 there)
{
	const struct vmbus_packet p = {
		.type = type,
		.header8 = header8,
		.length8 = length8,
		.flags = VMBUS_PACKET_WANTS_COMPLETION,
		.id = 0x1D,
	};

	memset(bytes, 0x5A, sizeof(bytes));
	memcpy(bytes, &p, sizeof(p));
	vmbus_put_raw(&a, bytes, there);
}

static void dies(const char *what, u32 value)
{
	CHECK(stopped(&a, &b), "%s %#x: the channel goes on", what, value);
	CHECK(reopen(&a), "%s %#x: it does not open again", what, value);
}

static void lengths(void)
{
	static const u16 wrong[] = { 0, 1, 9, 10, 64, 511, 0x7FFF, 0x8000,
				     0xFFFF };

	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++) {
		put(VMBUS_PACKET_INBAND, 2, wrong[i], 64);
		dies("length", wrong[i]);
	}
	both_work("after wrong lengths");
}

static void headers(void)
{
	static const u16 wrong[] = { 0, 1, 9, 10, 0x7FFF, 0x8000, 0xFFFF };

	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++) {
		put(VMBUS_PACKET_INBAND, wrong[i], 8, 64);
		dies("header length", wrong[i]);
	}
	/* Longer than what is written of it. */
	for (u32 there = 8; there < 64; there += 8) {
		put(VMBUS_PACKET_INBAND, 2, 8, there);
		dies("a part of a packet, bytes", there);
	}
	both_work("after wrong header lengths");
}

static void types(void)
{
	static const u16 wrong[] = { 0, 1, 2, 5, 7, 8, 10, 12, 0x7FFF, 0x8006,
				     0xFFFF };

	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++) {
		put(wrong[i], 2, 8, 64);
		dies("type", wrong[i]);
	}
	both_work("after wrong types");
}

/* Completions of nothing, once and again. */
static void completions(void)
{
	for (u32 i = 0; i < 5; i++) {
		put(VMBUS_PACKET_COMPLETION, 2, 8, 64);
		put(VMBUS_PACKET_COMPLETION, 2, 8, 64);
		dies("a completion of nothing", i);
	}
	both_work("after completions of nothing");
}

/* The longest that a provider takes, and a little more. */
static void too_long(void)
{
	struct vmbus_packet p;
	u32 size;

	put(VMBUS_PACKET_INBAND, 2, LOOPBACK_MAX / 8, LOOPBACK_MAX);
	vmbus_signal(a.connection, 0);
	CHECK(vmbus_next(&a, &p, bytes, sizeof(bytes), &size, 20000) &&
	      size == LOOPBACK_MAX - sizeof(p), "the longest packet");
	put(VMBUS_PACKET_INBAND, 2, LOOPBACK_MAX / 8 + 1, LOOPBACK_MAX + 8);
	dies("a packet of bytes", LOOPBACK_MAX + 8);
	put(VMBUS_PACKET_INBAND, 2, 1000, 8000);
	dies("a packet of bytes", 8000);
	both_work("after packets that are too long");
}

/* Around the end of the data, header and trailer cut in two at each place. */
static void around(void)
{
	static u64 data[30], back[30];

	for (u32 i = 0; i < 500; i++) {
		u32 size = (u32)random() % 30 * 8, got;
		struct vmbus_packet p;

		for (u32 k = 0; k < size / 8; k++)
			data[k] = random();
		vmbus_send(&a, VMBUS_PACKET_WANTS_COMPLETION, i, data, size);
		if (!vmbus_next(&a, &p, back, sizeof(back), &got, 20000) ||
		    p.id != i || got != size || memcmp(data, back, size)) {
			fail("packet %u of %u bytes", i, size);
			return;
		}
	}
	both_work("after packets around the end");
}

/* Ids are for the guest alone: all alike, and nothing but ones. */
static void ids(void)
{
	static const u64 odd[] = { 0, ~0ULL, ~2ULL, 0x8000000000000000ULL };

	for (u32 i = 0; i < ARRAY_SIZE(odd); i++) {
		for (u64 k = 0; k < 10; k++)
			vmbus_send(&a, VMBUS_PACKET_WANTS_COMPLETION, odd[i],
				   &k, sizeof(k));
		for (u64 k = 0; k < 10; k++) {
			struct vmbus_packet p;
			u64 back = ~0ULL;
			u32 size;

			CHECK(vmbus_next(&a, &p, &back, sizeof(back), &size,
					 20000) && p.id == odd[i] && back == k,
			      "id %#llx, packet %llu", odd[i], k);
		}
		CHECK(ping(&b), "the other channel is silent");
		CHECK(a.in.head->read == READ_ONCE(a.in.head->write),
		      "id %#llx: an eleventh answer", odd[i]);
	}
	both_work("after ids");
}

/* Flags without a meaning; without the one, there is no completion. */
static void flags(void)
{
	for (u32 bit = 0; bit < 16; bit++) {
		u64 data = bit, back = 0;
		struct vmbus_packet p;
		u32 size;

		vmbus_send(&a, (u16)BIT(bit), bit, &data, sizeof(data));
		CHECK(vmbus_next(&a, &p, &back, sizeof(back), &size, 20000) &&
		      back == bit && p.id == bit &&
		      p.type == (bit ? VMBUS_PACKET_INBAND :
				       VMBUS_PACKET_COMPLETION),
		      "flag %u: type %u", bit, p.type);
	}
	both_work("after flags");
}

/* Whatever comes: it stops, or it does not; the others do not care. */
static void junk(void)
{
	for (u32 i = 0; i < 150; i++) {
		u16 header8 = (u16)(random() % 8), length8;
		u32 there = (u32)random() % 64 * 8;

		length8 = (u16)(random() & 1 ? there / 8 : random() % 80);
		put((u16)(random() % 13), header8, length8, there);
		for (u32 k = 8; k < there && random() & 7; k += 4)
			vmbus_poke(&a.out, (a.out.head->write + SIZE - k) % SIZE,
				   &(u32){ (u32)random() }, 4);
		vmbus_signal(a.connection, 0);
		if (i % 10 == 9) {
			CHECK(ping(&b), "the other channel is silent");
			CHECK(reopen(&a), "it does not open again");
		}
	}
	both_work("after junk");
}

const struct attack packet_attacks[] = {
	{ "packet-lengths", lengths },
	{ "packet-headers", headers },
	{ "packet-types", types },
	{ "packet-completions", completions },
	{ "packet-too-long", too_long },
	{ "packet-around", around },
	{ "packet-ids", ids },
	{ "packet-flags", flags },
	{ "packet-junk", junk },
	{ NULL, NULL }
};
