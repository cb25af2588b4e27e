// SPDX-License-Identifier: GPL-2.0
/* Row: ring indices. */
#include "attack.h"

#define SIZE	((RING_PAGES - 1) * (u32)PAGE_SIZE)

/* The channel has to be dead, and only it, until it is opened anew. */
static void dies(const char *what, u32 value)
{
	CHECK(stopped(&a, &b), "%s %#x: the channel goes on", what, value);
	CHECK(stopped(&a, &b), "%s %#x: the channel goes on, then", what,
	      value);
	CHECK(reopen(&a), "%s %#x: it does not open again", what, value);
}

/* Packets lie there, so that a host that looks has something to answer. */
static void add_packets(void)
{
	u64 data[4] = { 0 };

	for (u32 i = 0; i < 4; i++) {
		const struct vmbus_packet p = {
			.type = VMBUS_PACKET_INBAND,
			.header8 = 2,
			.length8 = 6,
			.flags = VMBUS_PACKET_WANTS_COMPLETION,
			.id = i,
		};
		u8 bytes[sizeof(p) + sizeof(data)];

		memcpy(bytes, &p, sizeof(p));
		memcpy(bytes + sizeof(p), data, sizeof(data));
		vmbus_put_raw(&a, bytes, sizeof(bytes));
	}
}

static void write_index(void)
{
	static const u32 wrong[] = { 1, 2, 4, 7, 9, 4092, SIZE - 1, SIZE,
				     SIZE + 8, 2 * SIZE, 0x10000, 0x7FFFFFF8,
				     0x80000000, ~7U, ~0U };

	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++) {
		add_packets();
		WRITE_ONCE(a.out.head->write, wrong[i]);
		dies("write index", wrong[i]);
	}
	both_work("after wrong write indices");
}

/* Behind what the host has read already, by a little and by a lot. */
static void write_index_back(void)
{
	static const u32 back[] = { 8, 16, 64, 128, 256 };

	for (u32 i = 0; i < ARRAY_SIZE(back); i++) {
		for (u32 k = 0; k < 8; k++)
			ping(&a);
		memset(a.out.data, 0, SIZE);
		WRITE_ONCE(a.out.head->write, a.out.head->write - back[i]);
		dies("write index back by", back[i]);
	}
	both_work("after write indices that jump back");
}

/* The consumer's index of the ring that the host writes. */
static void read_index(void)
{
	static const u32 wrong[] = { 1, 4, 7, SIZE - 1, SIZE, SIZE + 8,
				     0x10000, 0x80000000, ~7U, ~0U };

	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++) {
		u32 before = READ_ONCE(a.in.head->write);

		add_packets();
		WRITE_ONCE(a.in.head->read, wrong[i]);
		vmbus_signal(a.connection, 0);
		ping(&b);
		CHECK(READ_ONCE(a.in.head->write) == before,
		      "read index %#x: an answer", wrong[i]);
		WRITE_ONCE(a.in.head->read, before);
		dies("read index", wrong[i]);
	}
	/* Over bytes that nobody has written. */
	for (u32 i = 8; i < SIZE - 8; i = i * 2 + 8) {
		u32 at = READ_ONCE(a.in.head->write);

		add_packets();
		WRITE_ONCE(a.in.head->read, (at + i) % SIZE);
		dies("read index ahead by", i);
	}
	both_work("after wrong read indices");
}

/* What is the host's in the header is for the guest to know, not to set. */
static void host_indices(void)
{
	for (u32 i = 0; i < 50; i++) {
		u64 id = i, data = random();
		struct vmbus_packet p;
		u64 back = 0;
		u32 at = a.in.head->read, size;
		struct timeout t = timeout_ms(20000);

		WRITE_ONCE(a.out.head->read, (u32)random());
		WRITE_ONCE(a.in.head->write, (u32)random());
		vmbus_send(&a, VMBUS_PACKET_WANTS_COMPLETION, id, &data,
			   sizeof(data));
		vmbus_signal(a.connection, 0);
		/* Both are published anew, where they belong. */
		while (READ_ONCE(a.in.head->write) != (at + 32) % SIZE &&
		       !expired(t))
			pause();
		if (!vmbus_next(&a, &p, &back, sizeof(back), &size, 100) ||
		    p.id != id || back != data) {
			fail("packet %u does not come back", i);
			return;
		}
	}
	both_work("after the host's indices were overwritten");
}

/* Words that only say when to signal, and those without a meaning. */
static void other_words(void)
{
	for (u32 i = 0; i < 50; i++) {
		u64 data = random(), back = 0;
		struct vmbus_packet p;
		u32 size;

		for (u32 k = 0; k < ARRAY_SIZE(a.out.head->reserved); k++) {
			WRITE_ONCE(a.out.head->reserved[k], (u32)random());
			WRITE_ONCE(a.in.head->reserved[k], (u32)random());
		}
		WRITE_ONCE(a.out.head->features, (u32)random());
		WRITE_ONCE(a.in.head->features, (u32)random());
		WRITE_ONCE(a.out.head->pending_send_size, (u32)random());
		WRITE_ONCE(a.in.head->pending_send_size, (u32)random());
		WRITE_ONCE(a.out.head->interrupt_mask, (u32)random());
		WRITE_ONCE(a.in.head->interrupt_mask, (u32)random());
		vmbus_send(&a, VMBUS_PACKET_WANTS_COMPLETION, i, &data,
			   sizeof(data));
		vmbus_signal(a.connection, 0);
		if (!vmbus_next(&a, &p, &back, sizeof(back), &size, 20000) ||
		    p.id != i || back != data) {
			fail("packet %u does not come back", i);
			return;
		}
	}
	both_work("after odd words in the headers");
}

/* The ring to us is full: the host waits, and loses nothing. */
static void not_read(void)
{
	static u64 data[64], back[64];
	u32 sent = 0, got = 0;

	for (u32 round = 0; round < 3; round++) {
		u32 last = sent;

		for (struct timeout t = timeout_ms(200); !expired(t);) {
			if (vmbus_room(&a) <= sizeof(data) + 24)
				continue;
			data[0] = sent;
			vmbus_send(&a, VMBUS_PACKET_WANTS_COMPLETION, sent++,
				   data, sizeof(data));
		}
		CHECK(sent > last, "no room in round %u", round);
		CHECK(ping(&b), "the other channel is silent");
		while (got < sent) {
			struct vmbus_packet p;
			u32 size;

			if (!vmbus_next(&a, &p, back, sizeof(back), &size,
					20000) ||
			    p.id != got || back[0] != got ||
			    size != sizeof(data)) {
				fail("packet %u of %u is lost", got, sent);
				return;
			}
			got++;
		}
	}
	both_work("after a ring that nobody read");
}

/* Nothing to be found, and no end of signals for it. */
static void empty_signals(void)
{
	for (u32 i = 0; i < 5000; i++)
		vmbus_signal(i & 1 ? a.connection : b.connection, 0);
	both_work("after signals for nothing");
}

/* All of the ring to the host at once: one packet as long as it goes. */
static void full(void)
{
	static u8 zeros[SIZE];

	add_packets();
	/* Full to the last byte means empty. */
	WRITE_ONCE(a.out.head->write, READ_ONCE(a.out.head->read));
	vmbus_signal(a.connection, 0);
	CHECK(ping(&b), "the other channel is silent");
	reopen(&a);
	vmbus_poke(&a.out, 0, zeros, SIZE);
	WRITE_ONCE(a.out.head->write,
		   (READ_ONCE(a.out.head->write) + SIZE - 8) % SIZE);
	dies("a ring full of zeros", 0);
	both_work("after full rings");
}

const struct attack ring_attacks[] = {
	{ "ring-write-index", write_index },
	{ "ring-write-back", write_index_back },
	{ "ring-read-index", read_index },
	{ "ring-host-indices", host_indices },
	{ "ring-other-words", other_words },
	{ "ring-not-read", not_read },
	{ "ring-empty-signals", empty_signals },
	{ "ring-full", full },
	{ NULL, NULL }
};
