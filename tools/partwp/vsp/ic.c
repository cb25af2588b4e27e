// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "guest.h"
#include "ic.h"
#include "log.h"

static const struct ic_version frameworks[] = { { 1, 0 }, { 3, 0 } };

#define NR_FRAMEWORKS	(sizeof(frameworks) / sizeof(frameworks[0]))
#define VERSIONS_MAX	8

/* Packets are multiples of 8. */
#define PACKET_MAX	((sizeof(struct vmbus_packet) +			\
			  sizeof(struct ic_header) + IC_DATA_MAX + 7) & ~7U)

static int send_request(struct ic *ic, __u16 type, const void *data,
			__u32 size)
{
	__u8 buf[sizeof(struct ic_header) + IC_DATA_MAX];
	const struct ic_header h = {
		.pipe = IC_PIPE_DATA,
		.pipe_size = (__u32)sizeof(h) - 8 + size,
		.framework = ic->framework,
		.type = type,
		.message = ic->message,
		.size = (__u16)size,
		.id = (__u8)(ic->id + 1),
		.flags = IC_FLAG_TRANSACTION | IC_FLAG_REQUEST,
	};
	const struct part_packet p = {
		.type = VMBUS_PACKET_INBAND,
		.data = buf,
		.size = (__u32)sizeof(h) + size,
	};
	int ret;

	if (size > IC_DATA_MAX)
		return -EMSGSIZE;
	memcpy(buf, &h, sizeof(h));
	memcpy(buf + sizeof(h), data, size);
	ret = part_channel_send(ic->ch, &p);
	if (ret)
		return ret;
	ic->waiting = true;
	ic->asked_type = type;
	ic->asked_ms = guest_now_ms();
	ic->id++;
	return 0;
}

static int negotiate(struct ic *ic)
{
	const struct ic_ops *ops = ic->ops;
	__u8 data[sizeof(struct ic_negotiate) +
		  VERSIONS_MAX * sizeof(struct ic_version)];
	const struct ic_negotiate n = {
		.frameworks = NR_FRAMEWORKS,
		.messages = (__u16)ops->nr_versions,
	};
	__u32 list = ops->nr_versions * (__u32)sizeof(ops->versions[0]);

	memcpy(data, &n, sizeof(n));
	memcpy(data + sizeof(n), frameworks, sizeof(frameworks));
	memcpy(data + sizeof(n) + sizeof(frameworks), ops->versions, list);
	return send_request(ic, IC_NEGOTIATE, data,
			    (__u32)(sizeof(n) + sizeof(frameworks)) + list);
}

static bool among(struct ic_version v, const struct ic_version *list,
		  unsigned int nr)
{
	while (nr--) {
		if (list[nr].major == v.major && list[nr].minor == v.minor)
			return true;
	}
	return false;
}

/* The guest has chosen, or says that there is nothing to choose from. */
static void negotiated(struct ic *ic, __u32 status, const __u8 *data,
		       __u32 size)
{
	const struct ic_ops *ops = ic->ops;
	struct ic_negotiate n = { 0, 0, 0 };
	struct ic_version chosen[2] = { { 0, 0 }, { 0, 0 } };

	if (size >= sizeof(n) + sizeof(chosen)) {
		memcpy(&n, data, sizeof(n));
		memcpy(chosen, data + sizeof(n), sizeof(chosen));
	}
	if (status || n.frameworks != 1 || n.messages != 1 ||
	    !among(chosen[0], frameworks, NR_FRAMEWORKS) ||
	    !among(chosen[1], ops->versions, ops->nr_versions)) {
		ic->state = IC_REFUSED;
		log_guest("%s: the guest takes none of our versions",
			  ops->name);
		return;
	}
	ic->framework = chosen[0];
	ic->message = chosen[1];
	ic->state = IC_READY;
	ops->ready(ic->ctx);
}

static void leave(struct ic *ic, enum ic_state state)
{
	bool told = ic->state == IC_READY;

	ic->state = state;
	ic->waiting = false;
	if (told && ic->ops->gone)
		ic->ops->gone(ic->ctx);
}

static int opened(void *ctx, struct part_channel *ch, const void *user)
{
	struct ic *ic = ctx;
	int ret;

	(void)user;
	ic->ch = ch;
	ic->framework = ic->message = (struct ic_version){ 0, 0 };
	ic->waiting = false;
	ret = negotiate(ic);
	/* A ring in which this has no room is refused. */
	ic->state = ret ? IC_CLOSED : IC_NEGOTIATING;
	return ret;
}

static void closed(void *ctx, struct part_channel *ch)
{
	(void)ch;
	leave(ctx, IC_CLOSED);
}

static int broken(struct ic *ic, const char *what)
{
	log_guest("%s: %s", ic->ops->name, what);
	leave(ic, IC_DEAD);
	return -EPROTO;
}

static bool expected(const struct ic *ic, const struct ic_header *h)
{
	return ic->waiting && h->flags & IC_FLAG_RESPONSE &&
	       h->type == ic->asked_type && h->id == ic->id;
}

static int packet(void *ctx, struct part_channel *ch,
		  const struct part_packet *p)
{
	struct ic *ic = ctx;
	const __u8 *data = (const __u8 *)p->data + sizeof(struct ic_header);
	struct ic_header h;

	(void)ch;
	if (p->type != VMBUS_PACKET_INBAND ||
	    p->flags & VMBUS_PACKET_WANTS_COMPLETION)
		return broken(ic, "a packet of the wrong kind");
	if (p->size < sizeof(h))
		return broken(ic, "a packet without a header");
	memcpy(&h, p->data, sizeof(h));
	if (h.pipe_size > p->size - 8 || h.pipe_size < sizeof(h) - 8 ||
	    h.size > h.pipe_size - (sizeof(h) - 8))
		return broken(ic, "a length that is too large");
	if (!expected(ic, &h)) {
		ic->strays++;
		log_guest("%s: an answer that nobody waits for",
			  ic->ops->name);
		return 0;
	}
	ic->waiting = false;
	if (h.type == IC_NEGOTIATE)
		negotiated(ic, h.status, data, h.size);
	else if (ic->ops->answer)
		ic->ops->answer(ic->ctx, h.status, data, h.size);
	return 0;
}

int ic_offer(struct ic *ic, const struct ic_ops *ops, void *ctx,
	     struct part_vmbus *host)
{
	const struct part_offer offer = {
		.size = sizeof(offer),
		.type = ops->device,
		.instance = ops->instance,
		.packet_max = PACKET_MAX,
		.child_packet_max = PACKET_MAX,
		.open = opened,
		.close = closed,
		.packet = packet,
	};
	int ret;

	memset(ic, 0, sizeof(*ic));
	if (ops->nr_versions > VERSIONS_MAX - NR_FRAMEWORKS)
		return -E2BIG;
	ic->ops = ops;
	ic->ctx = ctx;
	ret = part_vmbus_offer(host, &offer, ic, &ic->ch);
	return ret ? log_errno(-ret, "%s", ops->name) : 0;
}

int ic_ask(struct ic *ic, const void *data, __u32 size)
{
	if (ic->state != IC_READY)
		return -ENOTCONN;
	if (ic->waiting && guest_now_ms() - ic->asked_ms < IC_PATIENCE_MS)
		return -EBUSY;
	return send_request(ic, ic->ops->type, data, size);
}

void ic_forget(struct ic *ic)
{
	ic->waiting = false;
}
