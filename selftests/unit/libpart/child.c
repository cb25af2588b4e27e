// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"

void (*race_hook)(enum vmbus_race where);

void vmbus_race(enum vmbus_race where)
{
	if (race_hook)
		race_hook(where);
}

/* --- what the host calls -------------------------------------------------- */

static int post(void *ctx, __u32 vp, __u8 sint, const struct hv_message *msg)
{
	struct child *c = ctx;

	if (c->post_result)
		return c->post_result;
	if (sint != VMBUS_SINT || c->nr_posts == CHILD_POSTS)
		abort();
	c->post[c->nr_posts].vp = vp;
	c->post[c->nr_posts++].msg = *msg;
	return 0;
}

static int signal_vp(void *ctx, __u32 vp, __u8 sint, __u16 flag)
{
	struct child *c = ctx;

	if (sint != VMBUS_SINT)
		abort();
	c->signals++;
	c->signal_vp = vp;
	c->signal_flag = flag;
	return c->signal_result;
}

static void *memory(void *ctx, __u64 gpa, __u64 len)
{
	struct child *c = ctx;
	uint64_t pfn = gpa >> 12;

	if (!len || len > 4096 || (gpa & 4095) + len > 4096)
		abort();
	if (pfn >= CHILD_PAGES || c->gone[pfn])
		return NULL;
	return c->ram + gpa;
}

static int listen(void *ctx, __u32 connection, bool on)
{
	struct child *c = ctx;

	if (!on) {
		c->unlistens++;
		return 0;
	}
	c->connection = connection;
	if (!c->listen_result)
		c->listens++;
	return c->listen_result;
}

static void schedule(void *ctx)
{
	((struct child *)ctx)->schedules++;
}

static void complain(void *ctx, const char *text)
{
	if (!*text || strlen(text) > 200)
		abort();
	((struct child *)ctx)->complaints++;
}

static void channel(void *ctx, const struct part_channel *ch, bool open)
{
	struct part_channel_info info;
	struct child *c = ctx;

	part_channel_info(ch, &info, sizeof(info));
	if (info.open != open)
		abort();
	if (open)
		c->opened++;
	else
		c->closed++;
}

struct child *child_new(uint32_t nr_vps)
{
	static const struct part_vmbus_ops ops = {
		sizeof(ops), post, signal_vp, memory, listen, schedule,
		complain, channel,
	};
	struct child *c = malloc(sizeof(*c));

	memset(c, 0, sizeof(*c));
	if (posix_memalign((void **)&c->ram, 4096, CHILD_PAGES * 4096) ||
	    part_vmbus_create(&c->host, &ops, c, nr_vps))
		abort();
	memset(c->ram, 0, CHILD_PAGES * 4096);
	return c;
}

void child_free(struct child *c)
{
	part_vmbus_destroy(c->host);
	free(c->ram);
	free(c);
}

void child_forget(struct child *c)
{
	memset(c->post, 0, sizeof(c->post));
	c->nr_posts = 0;
	c->signals = c->schedules = c->complaints = 0;
	c->listens = c->unlistens = 0;
}

uint8_t *child_page(struct child *c, uint64_t pfn)
{
	return c->ram + pfn * 4096;
}

/* --- messages ------------------------------------------------------------- */

void child_work(struct child *c)
{
	int i;

	for (i = 0; i < 1000 && part_vmbus_work(c->host) == 1; i++)
		;
	if (i == 1000)
		abort();
}

int child_post(struct child *c, const void *bytes, unsigned int size)
{
	struct hv_message m = {
		.header.message_type = VMBUS_MESSAGE_TYPE,
		.header.payload_size = (uint8_t)size,
	};

	memcpy(m.u.payload, bytes, size);
	return part_vmbus_message(c->host, &m);
}

unsigned int child_say(struct child *c, const void *bytes, unsigned int size)
{
	child_forget(c);
	child_post(c, bytes, size);
	child_work(c);
	return c->nr_posts;
}

const void *child_answer(const struct child *c, unsigned int i)
{
	return c->post[i].msg.u.payload;
}

uint32_t child_answer_type(const struct child *c, unsigned int i)
{
	return ((const struct vmbus_msg *)child_answer(c, i))->type;
}

unsigned int child_contact(struct child *c, uint32_t version, uint32_t vp)
{
	struct vmbus_contact m = {
		.msg.type = VMBUS_MSG_CONTACT,
		.version = version,
		.target_vp = vp,
		.sint = VMBUS_SINT,
	};

	return child_say(c, &m, sizeof(m));
}

unsigned int child_simple(struct child *c, uint32_t type)
{
	struct vmbus_msg m = { .type = type };

	return child_say(c, &m, sizeof(m));
}

unsigned int child_relid(struct child *c, uint32_t type, uint32_t relid)
{
	struct vmbus_relid m = { .msg.type = type, .relid = relid };

	return child_say(c, &m, sizeof(m));
}

unsigned int child_teardown(struct child *c, uint32_t relid, uint32_t gpadl)
{
	struct vmbus_gpadl_teardown m = {
		.msg.type = VMBUS_MSG_GPADL_TEARDOWN,
		.relid = relid,
		.gpadl = gpadl,
	};

	return child_say(c, &m, sizeof(m));
}

unsigned int child_open(struct child *c, uint32_t relid, uint32_t gpadl,
			uint32_t downstream, uint32_t vp)
{
	struct vmbus_open m = {
		.msg.type = VMBUS_MSG_OPEN,
		.relid = relid,
		.open_id = relid + 7,
		.gpadl = gpadl,
		.downstream = downstream,
		.target_vp = vp,
		.user = { 0x11, 0x22 },
	};

	return child_say(c, &m, sizeof(m));
}

/* All answers with a status have it last. */
uint32_t child_last_status(const struct child *c)
{
	const struct hv_message *m;
	uint32_t status;

	if (!c->nr_posts)
		return ~0U;
	m = &c->post[c->nr_posts - 1].msg;
	memcpy(&status, (const uint8_t *)m->u.payload +
	       m->header.payload_size - 4, 4);
	return status;
}

uint32_t child_gpadl(struct child *c, uint32_t relid, uint32_t gpadl,
		     uint64_t pfn, uint32_t nr)
{
	struct vmbus_gpadl_header h = {
		.msg.type = VMBUS_MSG_GPADL_HEADER,
		.relid = relid,
		.gpadl = gpadl,
		.range_bytes = (uint16_t)(8 + 8 * nr),
		.ranges = 1,
		.byte_count = nr * 4096,
	};
	struct vmbus_gpadl_body b = {
		.msg.type = VMBUS_MSG_GPADL_BODY,
		.gpadl = gpadl,
	};
	uint32_t max = VMBUS_GPADL_HEADER_PAGES, head = sizeof(h), n;
	uint8_t bytes[240];

	memcpy(bytes, &h, sizeof(h));
	do {
		for (n = 0; n < max && nr; n++, nr--, pfn++)
			memcpy(bytes + head + 8 * n, &pfn, 8);
		child_say(c, bytes, head + 8 * n);
		if (nr && c->nr_posts)
			break;		/* refused early */
		memcpy(bytes, &b, sizeof(b));
		head = sizeof(b);
		max = VMBUS_GPADL_BODY_PAGES;
	} while (nr);
	return child_last_status(c);
}

struct child *child_connected(void)
{
	struct child *c = child_new(4);

	child_contact(c, VMBUS_VERSION_5_3, 1);
	child_simple(c, VMBUS_MSG_REQUEST_OFFERS);
	if (part_vmbus_version(c->host) != VMBUS_VERSION_5_3)
		abort();
	child_forget(c);
	return c;
}

/* --- rings ---------------------------------------------------------------- */

struct vmbus_ring *peer_head(const struct peer *p)
{
	return (struct vmbus_ring *)p->page[0];
}

uint32_t peer_size(const struct peer *p)
{
	return (p->nr - 1) * 4096;
}

static uint8_t *byte_at(const struct peer *p, uint32_t at)
{
	at %= peer_size(p);
	return p->page[1 + at / 4096] + at % 4096;
}

void peer_put_bytes(const struct peer *p, uint32_t at, const void *buf,
		    uint32_t len)
{
	uint32_t i;

	for (i = 0; i < len; i++)
		*byte_at(p, at + i) = ((const uint8_t *)buf)[i];
}

void peer_get_bytes(const struct peer *p, uint32_t at, void *buf, uint32_t len)
{
	uint32_t i;

	for (i = 0; i < len; i++)
		((uint8_t *)buf)[i] = *byte_at(p, at + i);
}

void peer_send(const struct peer *p, const void *packet, uint32_t len)
{
	struct vmbus_ring *h = peer_head(p);
	struct vmbus_trailer t = { .start = h->write };

	peer_put_bytes(p, h->write, packet, len);
	peer_put_bytes(p, h->write + len, &t, sizeof(t));
	h->write = (h->write + len + 8) % peer_size(p);
}

uint32_t peer_receive(const struct peer *p, void *buf, uint32_t max)
{
	struct vmbus_ring *h = peer_head(p);
	struct vmbus_trailer t;
	struct vmbus_packet d;
	uint32_t len;

	if (h->read == h->write)
		return 0;
	peer_get_bytes(p, h->read, &d, sizeof(d));
	len = d.length8 * 8U;
	if (len > max)
		abort();
	peer_get_bytes(p, h->read, buf, len);
	peer_get_bytes(p, h->read + len, &t, sizeof(t));
	if (t.start != h->read || t.reserved)
		abort();
	h->read = (h->read + len + 8) % peer_size(p);
	return len;
}

void peer_inband(const struct peer *p, uint64_t id, uint8_t fill,
		 uint32_t size)
{
	uint8_t raw[16 + 4096];
	struct vmbus_packet d = {
		.type = VMBUS_PACKET_INBAND,
		.header8 = 2,
		.length8 = (uint16_t)(2 + size / 8),
		.flags = VMBUS_PACKET_WANTS_COMPLETION,
		.id = id,
	};

	memcpy(raw, &d, sizeof(d));
	memset(raw + sizeof(d), fill, size);
	peer_send(p, raw, (uint32_t)sizeof(d) + size);
}
