// SPDX-License-Identifier: GPL-2.0
/* Channels and their rings. */
#include "vmbus.h"

u8 *vmbus_pages(u32 nr)
{
	u8 *first = page_alloc();

	for (u32 i = 1; i < nr; i++)
		if ((u8 *)page_alloc() != first + i * PAGE_SIZE)
			bail_out("pages are not in a row");
	return first;
}

void vmbus_relid_post(u32 type, u32 relid)
{
	struct vmbus_relid m = { .msg.type = type, .relid = relid };

	vmbus_post(&m, sizeof(m));
}

u32 vmbus_open_raw(u32 relid, u32 gpadl, u32 downstream, u32 vp)
{
	struct vmbus_open m = {
		.msg.type = VMBUS_MSG_OPEN,
		.relid = relid,
		.open_id = relid ^ 0x5A0000,
		.gpadl = gpadl,
		.downstream = downstream,
		.target_vp = vp,
	};
	struct vmbus_open_result a;

	vmbus_post(&m, sizeof(m));
	if (!vmbus_expect(VMBUS_MSG_OPEN_RESULT, &a, sizeof(a)) ||
	    a.relid != m.relid || a.open_id != m.open_id)
		return NO_ANSWER;
	return a.status;
}

u32 vmbus_modify(u32 relid, u32 vp)
{
	struct vmbus_modify m = {
		.msg.type = VMBUS_MSG_MODIFY,
		.relid = relid,
		.target_vp = vp,
	};
	struct vmbus_modified a;

	vmbus_post(&m, sizeof(m));
	if (!vmbus_expect(VMBUS_MSG_MODIFIED, &a, sizeof(a)) ||
	    a.relid != relid)
		return NO_ANSWER;
	return a.status;
}

static struct vmbus_half half(u8 *pages, u32 nr)
{
	return (struct vmbus_half){
		.head = (struct vmbus_ring *)pages,
		.data = pages + PAGE_SIZE,
		.size = (nr - 1) * PAGE_SIZE,
	};
}

void vmbus_clear(struct vmbus_channel *ch)
{
	memset(ch->out.head, 0, sizeof(*ch->out.head));
	memset(ch->in.head, 0, sizeof(*ch->in.head));
	ch->out.head->features = VMBUS_RING_PENDING_SEND_SIZE;
	ch->in.head->features = VMBUS_RING_PENDING_SEND_SIZE;
}

bool vmbus_rings(struct vmbus_channel *ch, const struct vmbus_offer *offer,
		 u32 each)
{
	if (!offer)
		return false;
	*ch = (struct vmbus_channel){
		.relid = offer->relid,
		.connection = offer->connection,
		.gpadl = vmbus_new_handle(),
		.rings = vmbus_pages(2 * each),
		.pages = 2 * each,
		.downstream = each,
	};
	ch->out = half(ch->rings, each);
	ch->in = half(ch->rings + each * PAGE_SIZE, each);
	vmbus_clear(ch);
	return vmbus_gpadl_at(ch->relid, ch->gpadl, ch->rings, ch->pages) ==
	       VMBUS_STATUS_SUCCESS;
}

bool vmbus_open(struct vmbus_channel *ch, const struct vmbus_offer *offer,
		u32 each)
{
	if (!vmbus_rings(ch, offer, each))
		return false;
	if (vmbus_open_raw(ch->relid, ch->gpadl, ch->downstream, 0) ==
	    VMBUS_STATUS_SUCCESS)
		return true;
	vmbus_teardown(ch->relid, ch->gpadl);
	return false;
}

bool vmbus_close(struct vmbus_channel *ch)
{
	vmbus_relid_post(VMBUS_MSG_CLOSE, ch->relid);
	return vmbus_teardown(ch->relid, ch->gpadl);
}

/* --- rings ----------------------------------------------------------------- */

void vmbus_poke(const struct vmbus_half *h, u32 at, const void *bytes, u32 n)
{
	const u8 *from = bytes;

	for (u32 i = 0; i < n; i++)
		h->data[(at + i) % h->size] = from[i];
}

void vmbus_peek(const struct vmbus_half *h, u32 at, void *bytes, u32 n)
{
	u8 *to = bytes;

	for (u32 i = 0; i < n; i++)
		to[i] = h->data[(at + i) % h->size];
}

void vmbus_put_raw(struct vmbus_channel *ch, const void *bytes, u32 n)
{
	u32 at = ch->out.head->write;
	struct vmbus_trailer t = { .start = at };

	vmbus_poke(&ch->out, at, bytes, n);
	vmbus_poke(&ch->out, at + n, &t, sizeof(t));
	__atomic_store_n(&ch->out.head->write,
			 (at + n + (u32)sizeof(t)) % ch->out.size,
			 __ATOMIC_SEQ_CST);
}

u32 vmbus_room(const struct vmbus_channel *ch)
{
	u32 rd = READ_ONCE(ch->out.head->read), wr = ch->out.head->write;

	return (rd > wr ? rd - wr : rd + ch->out.size - wr) - 8;
}

void vmbus_send(struct vmbus_channel *ch, u16 flags, u64 id, const void *data,
		u32 size)
{
	static const u64 zero;
	u32 padded = (size + 7) & ~7U, at = ch->out.head->write;
	struct vmbus_packet p = {
		.type = VMBUS_PACKET_INBAND,
		.header8 = sizeof(p) / 8,
		.length8 = (sizeof(p) + padded) / 8,
		.flags = flags,
		.id = id,
	};
	struct vmbus_trailer t = { .start = at };

	vmbus_poke(&ch->out, at, &p, sizeof(p));
	at += sizeof(p);
	vmbus_poke(&ch->out, at, data, size);
	vmbus_poke(&ch->out, at + size, &zero, padded - size);
	vmbus_poke(&ch->out, at + padded, &t, sizeof(t));
	__atomic_store_n(&ch->out.head->write,
			 (at + padded + (u32)sizeof(t)) % ch->out.size,
			 __ATOMIC_SEQ_CST);
	if (!READ_ONCE(ch->out.head->interrupt_mask))
		vmbus_signal(ch->connection, 0);
}

static bool arrived(struct vmbus_channel *ch, u64 ms)
{
	struct timeout t = timeout_ms(ms);

	while (__atomic_load_n(&ch->in.head->write, __ATOMIC_ACQUIRE) ==
	       ch->in.head->read) {
		if (expired(t))
			return false;
		pause();
	}
	return true;
}

bool vmbus_next(struct vmbus_channel *ch, struct vmbus_packet *p, void *data,
		u32 max, u32 *size, u64 ms)
{
	u32 rd = ch->in.head->read, room, length, wr;

	if (!arrived(ch, ms))
		return false;
	vmbus_peek(&ch->in, rd, p, sizeof(*p));
	*size = (p->length8 - p->header8) * 8U;
	vmbus_peek(&ch->in, rd + p->header8 * 8U, data, MIN(*size, max));
	length = p->length8 * 8U + (u32)sizeof(struct vmbus_trailer);
	__atomic_store_n(&ch->in.head->read, (rd + length) % ch->in.size,
			 __ATOMIC_SEQ_CST);
	/* Is the host waiting for just that much? */
	wr = READ_ONCE(ch->in.head->write);
	rd = ch->in.head->read;
	room = rd > wr ? rd - wr : rd + ch->in.size - wr;
	if (READ_ONCE(ch->in.head->pending_send_size) &&
	    room > ch->in.head->pending_send_size)
		vmbus_signal(ch->connection, 0);
	return true;
}
