// SPDX-License-Identifier: GPL-2.0
/*
 * Packets through a loopback channel (partwp's vsp/loopback.c) and back, as a
 * driver would do it: it builds them in the ring, signals when the ring was
 * empty, halts while nothing comes, and copies out what does. Nothing of it is
 * the library's careless code, which looks at each byte.
 */
#include "apic.h"
#include "bench.h"
#include "guest.h"
#include "vmbus.h"

#define RING_PAGES	17		/* the header, 64 KiB */
#define SMALL		64
#define LARGE		1024
/* Of one stream; root.sh divides its counters by them. */
#define MESSAGES	256
#define HEADER		((u32)sizeof(struct vmbus_packet))
#define TRAILER		((u32)sizeof(struct vmbus_trailer))

/* As tools/partwp/vsp/loopback.h has them. */
static const u8 class[16] = {
	0x4e, 0x27, 0x9c, 0x8d, 0x51, 0x3b, 0x6f, 0x45,
	0xa8, 0x1d, 0x0c, 0x6e, 0x72, 0x94, 0xf3, 0xb0,
};
#define GREETING	16

static struct vmbus_channel channel;
static union {
	struct vmbus_packet head;
	u64 words[(sizeof(struct vmbus_packet) + LARGE + 8) / 8];
} packet;
static u64 received[LARGE / 8];

static void copy(void *to, const void *from, u32 bytes)
{
	u64 n = bytes / 8;

	asm volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(n) :: "memory");
}

/* Bytes and indices are multiples of 8. */
static void into_ring(const struct vmbus_half *h, u32 at, const void *from,
		      u32 bytes)
{
	u32 first = MIN(bytes, h->size - at);

	copy(h->data + at, from, first);
	if (first < bytes)
		copy(h->data, (const u8 *)from + first, bytes - first);
}

static void out_of_ring(const struct vmbus_half *h, u32 at, void *to, u32 bytes)
{
	u32 first = MIN(bytes, h->size - at);

	copy(to, h->data + at, first);
	if (first < bytes)
		copy((u8 *)to + first, h->data, bytes - first);
}

static u32 behind(const struct vmbus_half *h, u32 at, u32 bytes)
{
	at += bytes;
	return at < h->size ? at : at - h->size;
}

/* Contract 5.9: whoever fills an empty ring tells the other side. */
static void put(u64 id, u16 flags, u32 size)
{
	struct vmbus_half *h = &channel.out;
	u32 at = h->head->write, bytes = HEADER + size;

	packet.head.type = VMBUS_PACKET_INBAND;
	packet.head.header8 = HEADER / 8;
	packet.head.length8 = bytes / 8;
	packet.head.flags = flags;
	packet.head.id = id;
	packet.words[bytes / 8] = (u64)at << 32;	/* the trailer */
	into_ring(h, at, &packet, bytes + TRAILER);
	__atomic_store_n(&h->head->write, behind(h, at, bytes + TRAILER),
			 __ATOMIC_SEQ_CST);
	if (READ_ONCE(h->head->read) == at &&
	    !READ_ONCE(h->head->interrupt_mask))
		vmbus_signal(channel.connection, 0);
}

static bool empty(const struct vmbus_half *h)
{
	return __atomic_load_n(&h->head->write, __ATOMIC_SEQ_CST) ==
	       h->head->read;
}

/*
 * Interrupts are off, so that none is lost before the CPU halts. A flag that is
 * still set brings none, and one may be: of a signal that came when its packet
 * had been seen. So it is cleared first; who signals later sets it anew, who has
 * done so before has put the packet there.
 */
static void wait_for_packet(void)
{
	struct vmbus_half *h = &channel.in;

	while (empty(h)) {
		__atomic_store_n(&h->head->interrupt_mask, 0, __ATOMIC_SEQ_CST);
		vmbus_flag(0, channel.relid);
		if (empty(h)) {
			irq_on_halt();
			irq_off();
		}
		h->head->interrupt_mask = 1;
	}
}

/* The next packet; must be that one. */
static void take(u16 type, u64 id, u32 size)
{
	struct vmbus_half *h = &channel.in;
	struct vmbus_packet p;
	u32 at = h->head->read;

	wait_for_packet();
	out_of_ring(h, at, &p, sizeof(p));
	if (p.type != type || p.id != id || p.length8 * 8U != HEADER + size)
		bail_out("packet %u of %u bytes, id %u", p.type, p.length8 * 8U,
			 (u32)p.id);
	out_of_ring(h, behind(h, at, p.header8 * 8U), received, size);
	__atomic_store_n(&h->head->read,
			 behind(h, at, p.length8 * 8U + TRAILER),
			 __ATOMIC_SEQ_CST);
}

/* Opened by the first who comes; the greeting is taken. */
static void open(void)
{
	if (channel.rings)
		return;
	vmbus_synic_on();
	if (!vmbus_contact(VMBUS_VERSION_5_3) || vmbus_offers() == NO_ANSWER ||
	    !vmbus_open(&channel, vmbus_find(class, 0), RING_PAGES))
		bail_out("no loopback channel");
	take(VMBUS_PACKET_INBAND, 0, GREETING);
	for (u32 i = 0; i < ARRAY_SIZE(received); i++)
		packet.words[HEADER / 8 + i] = i * 0x0101010101010101ULL;
}

static void check(u32 size)
{
	if (memcmp(received, &packet.words[HEADER / 8], size))
		bail_out("not what was sent");
}

u64 vmbus_pingpong(void)
{
	static u64 id;
	u64 t;

	irq_off();
	open();
	t = now();
	put(++id, VMBUS_PACKET_WANTS_COMPLETION, SMALL);
	take(VMBUS_PACKET_COMPLETION, id, SMALL);
	t = now() - t;
	irq_on();
	check(SMALL);
	return t;
}

/* As many as the rings hold are under way; each comes back as it is. */
u64 vmbus_stream(void)
{
	const u32 most = (RING_PAGES - 1) * PAGE_SIZE / (HEADER + LARGE + TRAILER) - 1;
	u32 sent = 0, taken = 0;
	u64 t;

	irq_off();
	open();
	t = now();
	while (taken < MESSAGES) {
		while (sent < MESSAGES && sent - taken < most)
			put(sent++, 0, LARGE);
		do {
			take(VMBUS_PACKET_INBAND, taken++, LARGE);
		} while (taken < sent && !empty(&channel.in));
	}
	t = now() - t;
	irq_on();
	check(LARGE);
	return t / MESSAGES;
}
