/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest that misuses VMBus: attacks on the host, each as a row of the
 * contract's table has it; case=NAME is one, group=NAME those of a file. Before
 * each of them two loopback channels are open, and work; when it is over the host
 * must still be there for a new connection. Then the guest says "@@survived".
 * case=neighbour only uses its channels, for ever.
 */
#ifndef ATTACK_H
#define ATTACK_H

#include "apic.h"
#include "attempt.h"
#include "vmbus.h"

struct attack {
	const char *name;
	void (*fn)(void);
};

extern const struct attack message_attacks[], contact_attacks[];
extern const struct attack gpadl_attacks[], page_attacks[];
extern const struct attack channel_attacks[], leave_attacks[];
extern const struct attack ring_attacks[], packet_attacks[];
extern const struct attack range_attacks[], buffer_attacks[];
extern const struct attack hypercall_attacks[], race_attacks[];
extern const struct attack dynmem_attacks[], component_attacks[];
extern const struct attack kvp_attacks[], asked_attacks[];

#define SUCCESS		VMBUS_STATUS_SUCCESS
#define RING_PAGES	4
#define LOOPBACK_MAX	4096	/* longest packet that it takes */

/* Never a relid: the host has a handful, and counts from 1. */
#define RELID_NONE	1999

/* Two loopback channels, open. */
extern struct vmbus_channel a, b;

/* Their class, and that of the channel that touches memory (touch.c). */
extern const u8 loopback_type[16], touch_type[16];

/* A new connection with both; gives up when that fails. */
void attach(void);
/* Closes it by UNLOAD, and is attached again: what was is over. */
void attach_again(void);

/* A loopback channel: opened, and it has greeted. */
bool open_loopback(struct vmbus_channel *ch, u32 n, u32 each);
/* A packet comes back as it went. */
bool ping(struct vmbus_channel *ch);
/* Takes what the host has to say, until it says nothing for a while. */
void drain(void);
/* Both answer. */
void both_work(const char *when);

/*
 * Has the host stopped @ch? It is signalled, and looked at no later than @other,
 * which shall answer.
 */
bool stopped(struct vmbus_channel *ch, struct vmbus_channel *other);
/* CLOSE, and a new life with new rings. */
bool reopen(struct vmbus_channel *ch);

/*
 * What to do with memory, and what came of it: the words of touch.h, as this side
 * sees them.
 */
enum { TOUCH_READ = 1, TOUCH_WRITE, TOUCH_PAGES, TOUCH_LEAVE };

struct touch_request {
	u32 op, gpadl, at, length, fill, reserved;
};

struct touch_answer {
	int result;
	u32 reserved;
	u64 sum;
};

#define TOUCH_MAX	(1U << 20)
#define TOUCH_DEAD	0x7EAD	/* no answer: the channel has stopped */
#define EFAULT		14
#define ENOENT		2
#define ERANGE		34
#define E2BIG		7

bool open_touch(struct vmbus_channel *t);
/* By an in-band packet. Returns the result; @sum may be NULL. */
int touch(struct vmbus_channel *t, const struct touch_request *r, u64 *sum);
/* Puts @n bytes of packet header before the request. */
int touch_with(struct vmbus_channel *t, const void *header, u32 n,
	       const struct touch_request *r, u64 *sum);

#define MMIO_HOLE	0xD0000000ULL	/* below 4 GiB, nothing there */
#define IOAPIC		0xFEC00000ULL
#define LAPIC		0xFEE00000ULL
#define ABOVE_ALL	0x4000000000ULL	/* inside the address width, no RAM */

/* Page numbers without memory; the last are wider than any address. */
#define PFNS_NOWHERE {							\
	MMIO_HOLE >> 12, IOAPIC >> 12, LAPIC >> 12, ABOVE_ALL >> 12,	\
	BIT(35), BIT(40), BIT(51), BIT(52), BIT(63), ~0ULL, ~0ULL >> 12 }

static inline u64 pfn_of(const void *p)
{
	return (u64)p / PAGE_SIZE;
}

#endif
