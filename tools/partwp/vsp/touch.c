// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "guest.h"
#include "log.h"
#include "touch.h"

#define PIECE		4096U
#define PAGESET		0x7C
#define OFFER_AGAIN_MS	20

/* One packet, while it is worked at. */
struct job {
	struct part_channel *ch;
	const struct part_packet *packet;
	struct touch_request r;
};

static int read_piece(const struct job *j, uint32_t at, void *buf, uint32_t n)
{
	if (j->r.gpadl)
		return part_channel_buffer_read(j->ch, j->r.gpadl, at, buf, n);
	return part_packet_read(j->ch, j->packet, at, buf, n);
}

static int write_piece(const struct job *j, uint32_t at, const void *buf,
		       uint32_t n)
{
	if (j->r.gpadl)
		return part_channel_buffer_write(j->ch, j->r.gpadl, at, buf, n);
	return part_packet_write(j->ch, j->packet, at, buf, n);
}

static int touch_memory(const struct job *j, struct touch_answer *a)
{
	uint32_t done, n, i;
	uint8_t buf[PIECE];
	int ret = 0;

	if (j->r.length > TOUCH_MAX || j->r.at > UINT32_MAX - TOUCH_MAX)
		return -E2BIG;
	memset(buf, (int)j->r.fill, sizeof(buf));
	for (done = 0; !ret && done < j->r.length; done += n) {
		n = j->r.length - done < PIECE ? j->r.length - done : PIECE;
		if (j->r.op == TOUCH_WRITE) {
			ret = write_piece(j, j->r.at + done, buf, n);
			continue;
		}
		ret = read_piece(j, j->r.at + done, buf, n);
		for (i = 0; !ret && i < n; i++)
			a->sum += buf[i];
	}
	return ret;
}

static int send_pages(const struct job *j)
{
	const struct vmbus_range range = {
		.byte_count = j->r.length,
		.byte_offset = j->r.at,
	};
	const struct part_packet p = { .id = j->packet->id };

	return part_channel_send_pages(j->ch, &p, PAGESET, &range, 1);
}

/* What is full leaves the packet in the guest's ring. */
static int answer(const struct job *j, const struct touch_answer *a)
{
	const struct part_packet p = {
		.type = VMBUS_PACKET_COMPLETION,
		.id = j->packet->id,
		.data = a,
		.size = sizeof(*a),
	};

	return part_channel_send(j->ch, &p);
}

static int leave(struct guest *g)
{
	struct part_channel *ch = g->touch.ch;

	g->touch.ch = NULL;
	part_channel_rescind(ch);
	vsp_set_timer(g, &touch_vsp, OFFER_AGAIN_MS);
	return 0;
}

static int handle(void *ctx, struct part_channel *ch,
		  const struct part_packet *packet)
{
	struct job j = { .ch = ch, .packet = packet };
	struct touch_answer a = { .result = 0 };

	if ((packet->type != VMBUS_PACKET_INBAND &&
	     packet->type != VMBUS_PACKET_GPA_DIRECT) ||
	    packet->size < sizeof(j.r))
		return -EPROTO;
	memcpy(&j.r, packet->data, sizeof(j.r));
	switch (j.r.op) {
	case TOUCH_READ:
	case TOUCH_WRITE:
		a.result = touch_memory(&j, &a);
		return answer(&j, &a);
	case TOUCH_PAGES:
		return send_pages(&j);
	case TOUCH_LEAVE:
		return leave(ctx);
	default:
		a.result = -EOPNOTSUPP;
		return answer(&j, &a);
	}
}

static void room(void *ctx, struct part_channel *ch)
{
	(void)ctx;
	part_channel_resume(ch);
}

static int offer(struct guest *g)
{
	const struct part_offer o = {
		.size = sizeof(o),
		.type = TOUCH_GUID,
		.instance = TOUCH_GUID,
		.transfer_max = TOUCH_MAX,
		.packet = handle,
		.room = room,
	};

	return part_vmbus_offer(g->vmbus.host, &o, g, &g->touch.ch);
}

/* The guest may never confirm that it has seen the last one go. */
static void offer_again(struct guest *g)
{
	if (!g->touch.ch && offer(g))
		vsp_set_timer(g, &touch_vsp, OFFER_AGAIN_MS);
}

static int open_touch(struct guest *g)
{
	int ret;

	g->touch.ch = NULL;
	if (!g->config->debug_loopback)
		return 0;
	ret = offer(g);
	return ret ? log_errno(-ret, "touch") : 0;
}

const struct vsp_ops touch_vsp = {
	.name = "touch",
	.open = open_touch,
	.timer = offer_again,
};
