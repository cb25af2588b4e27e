// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "ic_child.h"

#define GPADL	7
#define PAGES	4	/* of a half, header included: as Linux has */

struct ic_child *ic_child_new(const struct vsp_ops *ops)
{
	struct ic_child *c = calloc(1, sizeof(*c));
	uint32_t i;

	c->g = calloc(1, sizeof(*c->g));
	c->g->vsps.timer_fd = -1;
	c->child = child_connected();
	c->g->vmbus.host = c->child->host;
	if (ops->open(c->g))
		abort();
	child_work(c->child);
	c->relid = ((const struct vmbus_offer *)
			child_answer(c->child, 0))->relid;
	c->out.nr = c->in.nr = PAGES;
	for (i = 0; i < PAGES; i++) {
		c->in.page[i] = child_page(c->child, 16 + i);
		c->out.page[i] = child_page(c->child, 16 + PAGES + i);
	}
	if (child_gpadl(c->child, c->relid, GPADL, 16, 2 * PAGES))
		abort();
	child_forget(c->child);
	return c;
}

void ic_child_open(struct ic_child *c)
{
	memset(c->out.page[0], 0, 4096);
	memset(c->in.page[0], 0, 4096);
	peer_head(&c->out)->features = VMBUS_RING_PENDING_SEND_SIZE;
	peer_head(&c->in)->features = VMBUS_RING_PENDING_SEND_SIZE;
	child_open(c->child, c->relid, GPADL, PAGES, 0);
	if (child_last_status(c->child))
		abort();
	child_forget(c->child);
}

void ic_child_close(struct ic_child *c)
{
	child_relid(c->child, VMBUS_MSG_CLOSE, c->relid);
	child_forget(c->child);
}

void ic_child_free(struct ic_child *c, const struct vsp_ops *ops)
{
	child_free(c->child);
	if (ops->close)
		ops->close(c->g);
	free(c->g);
	free(c);
}

bool ic_child_read(struct ic_child *c)
{
	uint8_t raw[IC_CHILD_MAX];
	uint32_t len = peer_receive(&c->out, raw, sizeof(raw));

	if (!len)
		return false;
	if (len < 16 + sizeof(c->h))
		abort();
	memcpy(&c->h, raw + 16, sizeof(c->h));
	c->size = len - 16 - (uint32_t)sizeof(c->h);
	memcpy(c->data, raw + 16 + sizeof(c->h), c->size);
	return true;
}

void ic_child_send(struct ic_child *c, const struct ic_header *h,
		   const void *data, uint32_t size)
{
	uint32_t len = (16 + (uint32_t)sizeof(*h) + size + 7) & ~7U;
	const struct vmbus_packet p = {
		.type = VMBUS_PACKET_INBAND,
		.header8 = 2,
		.length8 = (uint16_t)(len / 8),
	};
	uint8_t raw[IC_CHILD_MAX + 8];

	if (len > sizeof(raw))
		abort();
	memset(raw, 0, len);
	memcpy(raw, &p, sizeof(p));
	memcpy(raw + 16, h, sizeof(*h));
	if (size)
		memcpy(raw + 16 + sizeof(*h), data, size);
	peer_send(&c->in, raw, len);
	part_vmbus_signalled(c->child->host);
	child_work(c->child);
}

struct ic_header ic_child_reply(const struct ic_child *c)
{
	struct ic_header h = c->h;

	h.flags = IC_FLAG_TRANSACTION | IC_FLAG_RESPONSE;
	return h;
}

void ic_child_answer(struct ic_child *c, uint32_t status, const void *data,
		     uint32_t size)
{
	struct ic_header h = ic_child_reply(c);

	h.status = status;
	h.size = (uint16_t)size;
	h.pipe_size = (uint32_t)sizeof(h) - 8 + size;
	ic_child_send(c, &h, data, size);
}

/* As Linux: the length of the packet stays what it was. */
void ic_child_choose(struct ic_child *c, struct ic_version framework,
		     struct ic_version message)
{
	const struct ic_negotiate n = { .frameworks = 1, .messages = 1 };
	struct ic_header h;

	if (!ic_child_read(c) || c->h.type != IC_NEGOTIATE)
		abort();
	memcpy(c->data, &n, sizeof(n));
	memcpy(c->data + 8, &framework, 4);
	memcpy(c->data + 12, &message, 4);
	h = ic_child_reply(c);
	h.size = 16;
	ic_child_send(c, &h, c->data, h.pipe_size - 20);
}
