// SPDX-License-Identifier: LGPL-2.1-or-later
/* What happens on a channel while it is open: packets, signals, buffers. */
#include <errno.h>
#include <string.h>

#include "../internal.h"
#include "host.h"

static void stop(struct part_channel *ch, const char *why)
{
	if (ch->stopped)
		return;
	ch->stopped = true;
	ch->host->stats.broken++;
	host_complain(ch->host, "channel %u stops: %s", ch->relid, why);
}

static void signal_child(struct part_channel *ch)
{
	struct part_vmbus *host = ch->host;

	ch->signal_due = ch->quiet;
	if (ch->quiet)
		return;
	if (host->ops.signal(host->ctx, ch->target_vp, VMBUS_SINT,
			     (__u16)ch->relid))
		host->stats.undelivered++;
}

void channel_speak_all(struct part_vmbus *host)
{
	struct part_channel *ch;

	for (ch = host->channels; ch; ch = ch->next) {
		if (!ch->quiet)
			continue;
		ch->quiet = false;
		if (ch->signal_due)
			signal_child(ch);
	}
}

/* --- from the child ----------------------------------------------------- */

void channel_look_all(struct part_vmbus *host)
{
	struct part_channel *ch;

	for (ch = host->channels; ch; ch = ch->next)
		ch->look = ch->open;
}

static int deliver(struct part_channel *ch, uint32_t length)
{
	struct packet_list list;
	struct part_packet p;
	int ret = packet_parse(ch->buf, length, ch->offer.transfer_max, &list,
			       &p);

	if (ret) {
		stop(ch, "a packet that makes no sense");
		return ret;
	}
	ret = ch->offer.packet(ch->ctx, ch, &p);
	if (ret == -EAGAIN)
		ch->paused = true;
	else if (ret && ch->open)
		stop(ch, "a packet against its protocol");
	return ret;
}

static void count_in(struct part_channel *ch, uint32_t length)
{
	ch->packets_in++;
	ch->bytes_in += length;
	ch->host->stats.packets_in++;
	ch->host->stats.bytes_in += length;
}

static void count_out(struct part_channel *ch, uint32_t length)
{
	ch->packets_out++;
	ch->bytes_out += length;
	ch->host->stats.packets_out++;
	ch->host->stats.bytes_out += length;
}

/* Zero: a packet was taken, or one has come in behind the last one. */
static int receive(struct part_channel *ch)
{
	int ret = ring_peek(&ch->in, ch->buf, ch->offer.packet_max);
	uint32_t length = (uint32_t)ret;

	if (ret == -EAGAIN) {
		if (ring_publish(&ch->in))
			signal_child(ch);
		if (!ring_unmask(&ch->in))
			return ret;
		ring_mask(&ch->in);
		return 0;
	}
	if (ret < 0) {
		stop(ch, "its ring makes no sense");
		return ret;
	}
	ret = deliver(ch, length);
	/* Nothing that is shared: the provider may have rescinded it. */
	if (!ret) {
		ring_take(&ch->in, length);
		count_in(ch, length);
	}
	return ret;
}

static bool usable(const struct part_channel *ch)
{
	return ch->open && !ch->stopped && !ch->closing;
}

static void drain(struct part_channel *ch)
{
	unsigned int n;
	int ret = 0;

	ring_mask(&ch->in);
	for (n = 0; !ret && n < CHANNEL_BURST && usable(ch); n++)
		ret = receive(ch);
	if (!usable(ch))
		return;
	if (ring_publish(&ch->in))
		signal_child(ch);
	/* Emptied and unmasked, or paused: its signal or resume() comes. */
	ch->look = !ret;
}

static void offer_room(struct part_channel *ch)
{
	if (!ch->blocked || !ring_has_room(&ch->out, ch->blocked_size))
		return;
	ch->blocked = false;
	if (ch->offer.room)
		ch->offer.room(ch->ctx, ch);
}

bool channel_work_all(struct part_vmbus *host)
{
	struct part_channel *ch;
	bool more = false;

	for (ch = host->channels; ch; ch = ch->next) {
		if (!ch->look || !usable(ch))
			continue;
		ch->look = false;
		offer_room(ch);
		if (usable(ch) && !ch->paused)
			drain(ch);
		more |= ch->look && usable(ch);
	}
	return more;
}

PART_PUBLIC void part_channel_resume(struct part_channel *ch)
{
	if (!ch->paused)
		return;
	ch->paused = false;
	ch->look = true;
	host_schedule(ch->host);
}

/* --- to the child ------------------------------------------------------- */

static int put(struct part_channel *ch, struct ring_piece *piece,
	       unsigned int nr, uint32_t length)
{
	bool signal;
	int ret = ring_write(&ch->out, piece, nr, &signal);

	if (ret == -EPROTO)
		stop(ch, "its ring makes no sense");
	if (ret == -EAGAIN) {
		ch->blocked = true;
		ch->blocked_size = length;
	}
	if (!ret)
		count_out(ch, length);
	if (signal)
		signal_child(ch);
	return ret;
}

/* @extra, @more: what the header has behind its first 16 bytes. */
static int send_packet(struct part_channel *ch, const struct part_packet *p,
		       __u16 type, const void *extra, uint32_t extra_size,
		       const void *more, uint32_t more_size)
{
	struct vmbus_packet h = {
		.type = type,
		.flags = p->flags,
		.id = p->id,
	};
	struct ring_piece piece[] = {
		{ &h, sizeof(h) }, { extra, extra_size }, { more, more_size },
		{ p->data, p->size },
	};
	uint64_t header = sizeof(h) + (uint64_t)extra_size + more_size;
	uint64_t length = (header + p->size + 7) & ~7ULL;

	if (!ch->open || ch->closing)
		return -ENOTCONN;
	if (ch->stopped)
		return -EPROTO;
	if (length > ch->offer.child_packet_max)
		return -EMSGSIZE;
	h.header8 = (__u16)(header / 8);
	h.length8 = (__u16)(length / 8);
	return put(ch, piece, 4, (uint32_t)length);
}

PART_PUBLIC int part_channel_send(struct part_channel *ch,
				  const struct part_packet *packet)
{
	if (packet->type != VMBUS_PACKET_INBAND &&
	    packet->type != VMBUS_PACKET_COMPLETION)
		return -EINVAL;
	return send_packet(ch, packet, packet->type, NULL, 0, NULL, 0);
}

PART_PUBLIC int part_channel_send_pages(struct part_channel *ch,
					const struct part_packet *packet,
					__u16 pageset,
					const struct vmbus_range *ranges,
					__u32 nr)
{
	struct vmbus_transfer_pages t = {
		.pageset = pageset,
		.ranges = nr,
	};

	if (nr > PART_PACKET_MAX / sizeof(*ranges))
		return -EMSGSIZE;
	return send_packet(ch, packet, VMBUS_PACKET_TRANSFER_PAGES, &t.pageset,
			   sizeof(t) - sizeof(t.packet), ranges,
			   nr * (uint32_t)sizeof(*ranges));
}

PART_PUBLIC __u32 part_channel_vp(const struct part_channel *ch)
{
	return ch->target_vp;
}

PART_PUBLIC void part_channel_info(const struct part_channel *ch,
				   struct part_channel_info *info, size_t size)
{
	const struct part_channel_info i = {
		.type = ch->offer.type,
		.instance = ch->offer.instance,
		.index = ch->offer.sub_index,
		.open = ch->open,
		.packets_in = ch->packets_in,
		.bytes_in = ch->bytes_in,
		.packets_out = ch->packets_out,
		.bytes_out = ch->bytes_out,
	};

	memset(info, 0, size);
	memcpy(info, &i, size < sizeof(i) ? size : sizeof(i));
}

PART_PUBLIC void part_vmbus_channels(const struct part_vmbus *host,
				     void (*fn)(void *ctx,
						const struct part_channel *ch),
				     void *ctx)
{
	const struct part_channel *ch;

	for (ch = host->channels; ch; ch = ch->next)
		if (ch->offered && !ch->leaving)
			fn(ctx, ch);
}

/* --- the child's memory ------------------------------------------------- */

static struct gpadl *buffer(const struct part_channel *ch, __u32 gpadl)
{
	return gpadl_find(&ch->host->gpadls, ch->relid, gpadl);
}

PART_PUBLIC __u32 part_channel_buffer_size(const struct part_channel *ch,
					   __u32 gpadl)
{
	const struct gpadl *g = buffer(ch, gpadl);

	return g ? g->bytes : 0;
}

PART_PUBLIC int part_channel_buffer_read(const struct part_channel *ch,
					 __u32 gpadl, __u32 at, void *buf,
					 __u32 len)
{
	const struct gpadl *g = buffer(ch, gpadl);

	return g ? gpadl_read(g, at, buf, len) : -ENOENT;
}

PART_PUBLIC int part_channel_buffer_write(const struct part_channel *ch,
					  __u32 gpadl, __u32 at,
					  const void *buf, __u32 len)
{
	const struct gpadl *g = buffer(ch, gpadl);

	return g ? gpadl_write(g, at, buf, len) : -ENOENT;
}

PART_PUBLIC int part_packet_read(const struct part_channel *ch,
				 const struct part_packet *packet, __u64 at,
				 void *buf, __u32 len)
{
	return packet_copy(packet, ch->host->ops.memory, ch->host->ctx, at, buf,
			   len, false);
}

PART_PUBLIC int part_packet_write(const struct part_channel *ch,
				  const struct part_packet *packet, __u64 at,
				  const void *buf, __u32 len)
{
	return packet_copy(packet, ch->host->ops.memory, ch->host->ctx, at,
			   (void *)buf, len, true);
}
