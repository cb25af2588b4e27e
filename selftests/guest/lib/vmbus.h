/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VMBus as a guest speaks it, without any care: each message and each word of a
 * ring may be whatever the caller wants. No interrupts needed: it polls.
 *
 * vmbus_*() that talk to the host wait for its answer and return what it said;
 * those with "raw" or "post" in their names just do it. Statuses of messages are
 * VMBUS_STATUS_*, or NO_ANSWER.
 */
#ifndef GUEST_VMBUS_H
#define GUEST_VMBUS_H

#include <hvpart/message.h>
#include <hvpart/vmbus.h>
#include "guest.h"
#include "hyperv.h"

#define VMBUS_VECTOR	0x50
#define VMBUS_WAIT_MS	20000
#define VMBUS_OFFERS	64
#define NO_ANSWER	0xDEADU

/* One direction of a channel. @head and @data lie in memory of ours. */
struct vmbus_half {
	struct vmbus_ring *head;
	u8 *data;
	u32 size;		/* bytes of data */
};

struct vmbus_channel {
	u32 relid, connection;
	u32 gpadl;		/* of the rings */
	u8 *rings;		/* where they are, and how many pages */
	u32 pages, downstream;
	struct vmbus_half out, in;	/* to the host, from it */
};

/* What has been offered since the last vmbus_offers(). */
extern struct vmbus_offer vmbus_offer[VMBUS_OFFERS];
extern u32 vmbus_nr_offers;

/* --- SynIC ----------------------------------------------------------------- */

/* Message and event page, and the source, of the CPU that calls. */
void vmbus_synic_on(void);
void vmbus_synic_off(void);

/* The host's next message to CPU @n; false: none within that time. */
bool vmbus_receive_on(u32 n, struct hv_message *msg, u64 ms);
bool vmbus_receive(struct hv_message *msg, u64 ms);

/* Event flag of a CPU: is it set? Then it is not any more. */
bool vmbus_flag(u32 n, u32 flag);
bool vmbus_wait_flag(u32 n, u32 flag, u64 ms);

/* Hypercall statuses; vmbus_post() tries again while the port is full. */
u32 vmbus_post_to(u32 connection, u32 type, const void *payload, u32 size);
u32 vmbus_post(const void *payload, u32 size);
u32 vmbus_signal(u32 connection, u32 flag);

/* --- messages -------------------------------------------------------------- */

/*
 * vmbus_expect - the next message shall be of @type
 * @m: @size bytes of it, zeros behind what came
 *
 * False: another one or none came. Offers and ALL_OFFERS are passed over unless
 * they are what is wanted: new ones may come at any time.
 */
bool vmbus_expect(u32 type, void *m, u32 size);

/*
 * vmbus_quiet - has the host nothing to say to what was posted so far?
 *
 * Asks something that is always answered, and waits a little. Connected only.
 */
bool vmbus_quiet(void);

/* True: the host speaks that version. */
bool vmbus_contact(u32 version);
bool vmbus_contact_from(u32 version, u32 vp);
/* Until ALL_OFFERS; how many there are, or NO_ANSWER. */
u32 vmbus_offers(void);
/* The @n-th of a class, or NULL. */
const struct vmbus_offer *vmbus_find(const u8 type[16], u32 n);
/* True: the host confirms it. */
bool vmbus_unload(void);

/* --- pages ----------------------------------------------------------------- */

/* @nr pages in a row. */
u8 *vmbus_pages(u32 nr);
u32 vmbus_new_handle(void);

/* Header and as many bodies as it takes; no answer is awaited. */
void vmbus_gpadl_post(u32 relid, u32 handle, const u64 *pfn, u32 nr);
/* The status in CREATED. */
u32 vmbus_gpadl_status(u32 relid, u32 handle);
u32 vmbus_gpadl(u32 relid, u32 handle, const u64 *pfn, u32 nr);
u32 vmbus_gpadl_at(u32 relid, u32 handle, const void *pages, u32 nr);
void vmbus_teardown_post(u32 relid, u32 handle);
/* True: TORNDOWN came. */
bool vmbus_teardown(u32 relid, u32 handle);

/* --- channels -------------------------------------------------------------- */

void vmbus_relid_post(u32 type, u32 relid);
u32 vmbus_open_raw(u32 relid, u32 gpadl, u32 downstream, u32 vp);
u32 vmbus_modify(u32 relid, u32 vp);

/* Empty rings of @each pages, lent. True, or nothing of it is left. */
bool vmbus_rings(struct vmbus_channel *ch, const struct vmbus_offer *offer,
		 u32 each);
/* Those, and opened, for interrupts to CPU 0. */
bool vmbus_open(struct vmbus_channel *ch, const struct vmbus_offer *offer,
		u32 each);
/* Both rings empty again, as before they are opened. */
void vmbus_clear(struct vmbus_channel *ch);
/* CLOSE and TEARDOWN; true: TORNDOWN came. */
bool vmbus_close(struct vmbus_channel *ch);

/* --- rings ----------------------------------------------------------------- */

/* Bytes at an index of the data, around the end; nothing else changes. */
void vmbus_poke(const struct vmbus_half *h, u32 at, const void *bytes, u32 n);
void vmbus_peek(const struct vmbus_half *h, u32 at, void *bytes, u32 n);

/*
 * vmbus_put_raw - bytes and a trailer behind what is there, the index moved on
 *
 * Whether there is room is not asked, nor whether it is a packet. No signal.
 */
void vmbus_put_raw(struct vmbus_channel *ch, const void *bytes, u32 n);

/* Room that the host has left us in the ring to it. */
u32 vmbus_room(const struct vmbus_channel *ch);

/* A packet as it should be, signalled. */
void vmbus_send(struct vmbus_channel *ch, u16 flags, u64 id, const void *data,
		u32 size);

/*
 * vmbus_next - the host's next packet
 * @p: its header
 * @data: at most @max bytes of payload; @size: how many it has
 *
 * False: none came in time.
 */
bool vmbus_next(struct vmbus_channel *ch, struct vmbus_packet *p, void *data,
		u32 max, u32 *size, u64 ms);

#endif
