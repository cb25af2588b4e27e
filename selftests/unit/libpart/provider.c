// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "provider.h"

static int send_hello(struct part_channel *ch)
{
	struct part_packet p = {
		.type = VMBUS_PACKET_INBAND, .data = "hello", .size = 5,
	};

	return part_channel_send(ch, &p);
}

static int open_it(void *ctx, struct part_channel *ch, const void *user)
{
	struct provider *p = ctx;

	p->opens++;
	memcpy(p->user, user, sizeof(p->user));
	if (p->send_in_open && send_hello(ch))
		abort();
	if (p->rescind_in_open)
		part_channel_rescind(ch);
	return p->open_result;
}

static void close_it(void *ctx, struct part_channel *ch)
{
	struct provider *p = ctx;

	p->closes++;
	p->close_send = send_hello(ch);
	if (p->rescind_in_close)
		part_channel_rescind(ch);
}

static int packet(void *ctx, struct part_channel *ch,
		  const struct part_packet *packet)
{
	struct provider *p = ctx;

	if (p->rescind_in_packet)
		part_channel_rescind(ch);
	if (p->packet_result)
		return p->packet_result;
	p->packets++;
	p->last = *packet;
	memcpy(p->data, packet->data, packet->size < sizeof(p->data) ?
	       packet->size : sizeof(p->data));
	return 0;
}

static void room(void *ctx, struct part_channel *ch)
{
	(void)ch;
	((struct provider *)ctx)->rooms++;
}

struct part_offer provider_offer(uint8_t n)
{
	return (struct part_offer){
		.size = sizeof(struct part_offer),
		.type = { { 0xAA } },
		.instance = { { n } },
		.mmio_mib = 8,
		.user = { 1, 2, 3 },
		.open = open_it,
		.close = close_it,
		.packet = packet,
		.room = room,
	};
}

int provider_add(struct provider *p, struct child *c, uint8_t n)
{
	struct part_offer offer = provider_offer(n);

	return part_vmbus_offer(c->host, &offer, p, &p->ch);
}

uint32_t provider_relid(const struct child *c, unsigned int post)
{
	const struct vmbus_offer *o = child_answer(c, post);

	return o->relid;
}

struct child *provider_offered(struct provider *p, uint32_t *relid)
{
	struct child *c = child_connected();

	memset(p, 0, sizeof(*p));
	if (provider_add(p, c, 1))
		abort();
	child_work(c);
	*relid = provider_relid(c, 0);
	if (child_gpadl(c, *relid, 7, 16, 8))
		abort();
	child_forget(c);
	return c;
}

struct child *provider_opened(struct provider *p, uint32_t *relid,
			      struct peer *out, struct peer *in)
{
	struct child *c = provider_offered(p, relid);
	uint32_t i;

	out->nr = in->nr = 4;
	for (i = 0; i < 4; i++) {
		out->page[i] = child_page(c, 16 + i);
		in->page[i] = child_page(c, 20 + i);
	}
	peer_head(out)->features = VMBUS_RING_PENDING_SEND_SIZE;
	peer_head(in)->features = VMBUS_RING_PENDING_SEND_SIZE;
	child_open(c, *relid, 7, 4, 2);
	if (child_last_status(c))
		abort();
	child_forget(c);
	return c;
}

void provider_ring(struct child *c)
{
	part_vmbus_signalled(c->host);
	child_work(c);
}
