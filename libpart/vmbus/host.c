// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../internal.h"
#include "host.h"

#define COMPLAINT_MAX	160

/* Messages sent by one part_vmbus_work(): all offers of a common child. */
#define SEND_BURST	64

/* A message as it came in: a private copy, of which @size bytes are there. */
struct request {
	union {
		struct vmbus_msg msg;
		struct vmbus_relid relid;
		struct vmbus_open open;
		struct vmbus_gpadl_header header;
		struct vmbus_gpadl_body body;
		struct vmbus_gpadl_teardown teardown;
		struct vmbus_contact contact;
		struct vmbus_modify modify;
		struct vmbus_tl_connect tl_connect;
		__u8 bytes[HV_MESSAGE_PAYLOAD_BYTE_COUNT];
	};
	unsigned int size;
};

void host_schedule(struct part_vmbus *host)
{
	if (host->work_due)
		return;
	host->work_due = true;
	host->ops.schedule(host->ctx);
}

void host_complain(struct part_vmbus *host, const char *fmt, ...)
{
	char text[COMPLAINT_MAX];
	va_list ap;

	if (!host->ops.complain)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	host->ops.complain(host->ctx, text);
}

static void *answer(struct part_vmbus *host, __u32 type, unsigned int size)
{
	return outbox_add(&host->out, host->vp, type, size);
}

static void refused(struct part_vmbus *host, __u32 status)
{
	host->stats.refused += status != VMBUS_STATUS_SUCCESS;
}

static void misplaced(struct part_vmbus *host, const struct request *r)
{
	host->stats.malformed++;
	host_complain(host, "message %u out of place", r->msg.type);
}

/* --- the connection ----------------------------------------------------- */

/* What was asked and has not been answered is forgotten. */
static void disconnect(struct part_vmbus *host)
{
	channel_disconnect_all(host);
	outbox_clear(&host->out);
	host->version = 0;
	host->vp = 0;
	host->offers_wanted = false;
	host->all_offers_due = false;
}

static void contact(struct part_vmbus *host, const struct request *r)
{
	const struct vmbus_contact *c = &r->contact;
	bool good = c->version >= VMBUS_VERSION_5_0 &&
		    c->version <= VMBUS_VERSION_5_3;
	struct vmbus_version *v;

	disconnect(host);
	if (c->target_vp >= host->nr_vps) {
		host->stats.malformed++;
		host_complain(host, "contact from VP %u, which does not exist",
			      c->target_vp);
		return;
	}
	/* Below 5.0 an address lies in the place of the source's number. */
	if (good && c->sint != VMBUS_SINT) {
		host_complain(host, "asked to answer at source %u", c->sint);
		good = false;
	}
	host->vp = c->target_vp;
	v = answer(host, VMBUS_MSG_VERSION, sizeof(*v));
	v->supported = good;
	host->stats.refused += !good;
	if (!good)
		return;
	v->connection = VMBUS_MESSAGE_CONNECTION;
	host->version = c->version;
}

static void request_offers(struct part_vmbus *host, const struct request *r)
{
	(void)r;
	host->offers_wanted = true;
	host->all_offers_due = true;
	channel_offer_all(host);
}

static void unload(struct part_vmbus *host, const struct request *r)
{
	__u32 vp = host->vp;

	(void)r;
	disconnect(host);
	host->vp = vp;
	answer(host, VMBUS_MSG_UNLOADED, sizeof(struct vmbus_msg));
}

/* Guests wait for no answer; the connecting program's own timeout ends it. */
static void tl_connect(struct part_vmbus *host, const struct request *r)
{
	struct vmbus_tl_result *a;

	a = answer(host, VMBUS_MSG_TL_RESULT, sizeof(*a));
	a->endpoint = r->tl_connect.endpoint;
	a->service = r->tl_connect.service;
	a->status = VMBUS_STATUS_REFUSED;
	refused(host, a->status);
}

/* --- GPADLs ------------------------------------------------------------- */

/* The answer to a header or a body; 0 needs none yet. */
static void created(struct part_vmbus *host, __u32 relid, __u32 handle,
		    int ret)
{
	struct vmbus_gpadl_created *a;

	if (!ret)
		return;
	a = answer(host, VMBUS_MSG_GPADL_CREATED, sizeof(*a));
	a->relid = relid;
	a->gpadl = handle;
	if (ret < 0)
		a->status = ret == -ENOSPC || ret == -ENOMEM ?
			    VMBUS_STATUS_NO_RESOURCES : VMBUS_STATUS_FAILED;
	refused(host, a->status);
}

/* Page numbers behind a structure of @head bytes; half a number is none. */
static __u32 pages_behind(const struct request *r, unsigned int head)
{
	return (r->size - head) / sizeof(__u64);
}

static void gpadl_begin(struct part_vmbus *host, const struct request *r)
{
	const struct vmbus_gpadl_header *h = &r->header;
	int ret = -EINVAL;

	if (channel_takes_gpadl(host, h->relid))
		ret = gpadl_header(&host->gpadls, h, r->bytes + sizeof(*h),
				   pages_behind(r, sizeof(*h)));
	created(host, h->relid, h->gpadl, ret);
}

static void gpadl_continue(struct part_vmbus *host, const struct request *r)
{
	const struct vmbus_gpadl_body *b = &r->body;
	__u32 relid;
	int ret = gpadl_body(&host->gpadls, b->gpadl, r->bytes + sizeof(*b),
			     pages_behind(r, sizeof(*b)), &relid);

	if (ret == -ENOENT || ret == -EINVAL)
		misplaced(host, r);
	else
		created(host, relid, b->gpadl, ret);
}

/* TORNDOWN comes from next_message(): its time may be later. */
static void gpadl_end(struct part_vmbus *host, const struct request *r)
{
	if (gpadl_teardown(&host->gpadls, r->teardown.relid,
			   r->teardown.gpadl))
		misplaced(host, r);
}

/* --- channels ----------------------------------------------------------- */

static void open_channel(struct part_vmbus *host, const struct request *r)
{
	__u32 status = channel_open(host, &r->open);
	struct vmbus_open_result *a;

	a = answer(host, VMBUS_MSG_OPEN_RESULT, sizeof(*a));
	a->relid = r->open.relid;
	a->open_id = r->open.open_id;
	a->status = status;
	refused(host, status);
}

static void close_channel(struct part_vmbus *host, const struct request *r)
{
	if (channel_close(host, r->relid.relid))
		misplaced(host, r);
}

static void released(struct part_vmbus *host, const struct request *r)
{
	if (channel_released(host, r->relid.relid))
		misplaced(host, r);
}

static void modify(struct part_vmbus *host, const struct request *r)
{
	__u32 status = channel_modify(host, &r->modify);
	struct vmbus_modified *a;

	refused(host, status);
	if (host->version < VMBUS_VERSION_5_3)
		return;			/* nobody waits */
	a = answer(host, VMBUS_MSG_MODIFIED, sizeof(*a));
	a->relid = r->modify.relid;
	a->status = status;
}

/* --- in ----------------------------------------------------------------- */

/* What a child may send, and how much of it there must be. */
static const struct {
	unsigned int size;
	bool unconnected;	/* legal before a contact */
	void (*handle)(struct part_vmbus *host, const struct request *r);
} handlers[] = {
	[VMBUS_MSG_CONTACT] = { sizeof(struct vmbus_contact), true, contact },
	[VMBUS_MSG_REQUEST_OFFERS] = {
		sizeof(struct vmbus_msg), false, request_offers },
	[VMBUS_MSG_UNLOAD] = { sizeof(struct vmbus_msg), false, unload },
	[VMBUS_MSG_OPEN] = { sizeof(struct vmbus_open), false, open_channel },
	[VMBUS_MSG_CLOSE] = {
		sizeof(struct vmbus_relid), false, close_channel },
	[VMBUS_MSG_GPADL_HEADER] = {
		sizeof(struct vmbus_gpadl_header), false, gpadl_begin },
	[VMBUS_MSG_GPADL_BODY] = {
		sizeof(struct vmbus_gpadl_body), false, gpadl_continue },
	[VMBUS_MSG_GPADL_TEARDOWN] = {
		sizeof(struct vmbus_gpadl_teardown), false, gpadl_end },
	[VMBUS_MSG_RELID_RELEASED] = {
		sizeof(struct vmbus_relid), false, released },
	[VMBUS_MSG_TL_CONNECT] = {
		sizeof(struct vmbus_tl_connect), false, tl_connect },
	[VMBUS_MSG_MODIFY] = { sizeof(struct vmbus_modify), false, modify },
};

#define NR_HANDLERS (sizeof(handlers) / sizeof(handlers[0]))

static void dispatch(struct part_vmbus *host, const struct request *r)
{
	__u32 type = r->msg.type;

	if (type >= NR_HANDLERS || !handlers[type].handle) {
		host->stats.unknown++;
		host_complain(host, "message %u is not for a guest to send",
			      type);
	} else if (r->size < handlers[type].size) {
		host->stats.malformed++;
		host_complain(host, "message %u has %u of %u bytes", type,
			      r->size, handlers[type].size);
	} else if (!host->version && !handlers[type].unconnected) {
		host->stats.malformed++;
		host_complain(host, "message %u without a connection", type);
	} else {
		handlers[type].handle(host, r);
	}
}

PART_PUBLIC int part_vmbus_message(struct part_vmbus *host,
				   const struct hv_message *msg)
{
	struct request r;

	if (outbox_full(&host->out))
		return -EAGAIN;
	host->stats.messages++;
	r.size = msg->header.payload_size;
	if (msg->header.message_type != VMBUS_MESSAGE_TYPE ||
	    r.size < sizeof(r.msg) || r.size > sizeof(r.bytes)) {
		host->stats.malformed++;
		host_complain(host, "message of type %#x with %u bytes",
			      msg->header.message_type, r.size);
		return 0;
	}
	memset(r.bytes, 0, sizeof(r.bytes));
	memcpy(r.bytes, msg->u.payload, r.size);
	dispatch(host, &r);
	return 0;
}

PART_PUBLIC bool part_vmbus_full(const struct part_vmbus *host)
{
	return outbox_full(&host->out);
}

PART_PUBLIC void part_vmbus_signalled(struct part_vmbus *host)
{
	channel_look_all(host);
}

/* --- out ---------------------------------------------------------------- */

/* Zero, delivered or not; -EAGAIN: the slot is taken. */
static int post(struct part_vmbus *host, __u32 vp,
		const struct hv_message *msg)
{
	int ret = host->ops.post(host->ctx, vp, VMBUS_SINT, msg);

	if (ret == -EAGAIN || ret == -EBUSY)
		return -EAGAIN;
	if (ret) {
		host->stats.undelivered++;
		host_complain(host, "VP %u cannot be answered: error %d", vp,
			      -ret);
	}
	return 0;
}

/*
 * What nobody has queued, since the child could make too much of it: made when
 * there is room. 1: sent; 0: nothing is due; -EAGAIN.
 */
static int send_due(struct part_vmbus *host)
{
	__u32 handle = gpadl_torn(&host->gpadls);
	struct vmbus_gpadl_torndown *t;
	struct part_channel *ch;
	struct hv_message msg;
	int ret;

	if (handle) {
		t = outbox_message(&msg, VMBUS_MSG_GPADL_TORNDOWN, sizeof(*t));
		t->gpadl = handle;
		ret = post(host, host->vp, &msg);
		if (!ret)
			gpadl_told(&host->gpadls, handle);
		return ret ? ret : 1;
	}
	ch = channel_message(host, &msg);
	if (ch) {
		ret = post(host, host->vp, &msg);
		if (!ret)
			channel_message_sent(ch);
		return ret ? ret : 1;
	}
	if (!host->all_offers_due)
		return 0;
	outbox_message(&msg, VMBUS_MSG_ALL_OFFERS, sizeof(struct vmbus_msg));
	ret = post(host, host->vp, &msg);
	host->all_offers_due = ret;
	return ret ? ret : 1;
}

/* 1: sent; 0: nothing is left; -EAGAIN. */
static int send_one(struct part_vmbus *host)
{
	const struct hv_message *msg;
	__u32 vp;
	int ret;

	if (outbox_empty(&host->out)) {
		channel_speak_all(host);
		return send_due(host);
	}
	msg = outbox_first(&host->out, &vp);
	ret = post(host, vp, msg);
	if (ret)
		return ret;
	outbox_drop(&host->out);
	return 1;
}

PART_PUBLIC int part_vmbus_work(struct part_vmbus *host)
{
	int i, ret = 1;
	bool more;

	host->work_due = false;
	channel_reap_all(host);
	for (i = 0; ret == 1 && i < SEND_BURST; i++)
		ret = send_one(host);
	more = channel_work_all(host);
	/* Providers may have rescinded what they were called for. */
	if (host->work_due)
		more = true;
	host->work_due = false;
	return more ? 1 : ret;
}

/* --- life --------------------------------------------------------------- */

/* Programs that were built before there was more. */
#define OPS_SIZE_MIN	offsetof(struct part_vmbus_ops, channel)

static int ops_read(struct part_vmbus_ops *ops,
		    const struct part_vmbus_ops *user)
{
	const __u8 *bytes = (const __u8 *)user;
	size_t i;

	if (user->size < OPS_SIZE_MIN)
		return -EINVAL;
	for (i = sizeof(*ops); i < user->size; i++)
		if (bytes[i])
			return -E2BIG;
	memset(ops, 0, sizeof(*ops));
	memcpy(ops, user, user->size < sizeof(*ops) ? user->size :
	       sizeof(*ops));
	return ops->post && ops->signal && ops->memory && ops->schedule ?
	       0 : -EINVAL;
}

PART_PUBLIC int part_vmbus_create(struct part_vmbus **out,
				  const struct part_vmbus_ops *user, void *ctx,
				  __u32 nr_vps)
{
	struct part_vmbus_ops ops;
	struct part_vmbus *host;
	int ret = ops_read(&ops, user);

	if (ret)
		return ret;
	host = calloc(1, sizeof(*host));
	if (!host)
		return -ENOMEM;
	host->ops = ops;
	host->ctx = ctx;
	host->nr_vps = nr_vps;
	host->gpadls.memory = ops.memory;
	host->gpadls.ctx = ctx;
	*out = host;
	return 0;
}

PART_PUBLIC void part_vmbus_destroy(struct part_vmbus *host)
{
	if (!host)
		return;
	channel_destroy_all(host);
	free(host);
}

PART_PUBLIC __u32 part_vmbus_version(const struct part_vmbus *host)
{
	return host->version;
}

PART_PUBLIC bool part_vmbus_lent(const struct part_vmbus *host, __u64 gpa,
				 __u64 len)
{
	return gpadl_names(&host->gpadls, gpa, len);
}

PART_PUBLIC void part_vmbus_stats(const struct part_vmbus *host,
				  struct part_vmbus_stats *stats, size_t size)
{
	memset(stats, 0, size);
	memcpy(stats, &host->stats,
	       size < sizeof(host->stats) ? size : sizeof(host->stats));
}
