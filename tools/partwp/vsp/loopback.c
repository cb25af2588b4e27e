// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "guest.h"
#include "log.h"
#include "loopback.h"

/* A guest's ring that has no room for it has none for anything: refused. */
static int greet(void *ctx, struct part_channel *ch, const void *user)
{
	const struct part_packet hello = {
		.type = VMBUS_PACKET_INBAND,
		.data = LOOPBACK_GREETING,
		.size = sizeof(LOOPBACK_GREETING),
	};

	(void)ctx, (void)user;
	return part_channel_send(ch, &hello);
}

/* -EAGAIN leaves the packet in the guest's ring until there is room. */
static int give_back(void *ctx, struct part_channel *ch,
		     const struct part_packet *packet)
{
	struct part_packet answer = {
		.type = packet->flags & VMBUS_PACKET_WANTS_COMPLETION ?
			VMBUS_PACKET_COMPLETION : VMBUS_PACKET_INBAND,
		.id = packet->id,
		.data = packet->data,
		.size = packet->size,
	};

	(void)ctx;
	if (packet->type != VMBUS_PACKET_INBAND)
		return -EPROTO;
	return part_channel_send(ch, &answer);
}

static void room(void *ctx, struct part_channel *ch)
{
	(void)ctx;
	part_channel_resume(ch);
}

static int offer_all(struct guest *g)
{
	struct part_offer offer = {
		.size = sizeof(offer),
		.type = LOOPBACK_GUID,
		.instance = LOOPBACK_GUID,
		.packet_max = LOOPBACK_PACKET,
		.child_packet_max = LOOPBACK_PACKET,
		.open = greet,
		.packet = give_back,
		.room = room,
	};
	struct part_channel *ch;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < g->config->debug_loopback; i++) {
		offer.instance.b[15] = (__u8)(i + 1);
		ret = part_vmbus_offer(g->vmbus.host, &offer, NULL, &ch);
	}
	return ret ? log_errno(-ret, "loopback") : 0;
}

const struct vsp_ops loopback_vsp = {
	.name = "loopback",
	.open = offer_all,
};
