// SPDX-License-Identifier: GPL-2.0
/* The connection: what guests say first and last, and what hostile ones would. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "fake.h"
#include "host.h"
#include "outbox.h"

static struct part_vmbus_stats stats(const struct child *c)
{
	struct part_vmbus_stats s;

	part_vmbus_stats(c->host, &s, sizeof(s));
	return s;
}

static bool told(const struct child *c, uint32_t type, uint32_t vp,
		 unsigned int size)
{
	return c->nr_posts == 1 && child_answer_type(c, 0) == type &&
	       c->post[0].vp == vp &&
	       c->post[0].msg.header.message_type == VMBUS_MESSAGE_TYPE &&
	       c->post[0].msg.header.payload_size == size;
}

/* 7.2's order: 6.0 is refused by an answer, 5.3 is taken. */
static void test_linux(void)
{
	struct child *c = child_new(2);
	const struct vmbus_version *v = child_answer(c, 0);

	child_contact(c, VMBUS_VERSION(6, 0), 0);
	ok(told(c, VMBUS_MSG_VERSION, 0, 16) && !v->supported &&
	   !part_vmbus_version(c->host), "host: 6.0 is refused by an answer");
	child_contact(c, VMBUS_VERSION_5_3, 0);
	ok(told(c, VMBUS_MSG_VERSION, 0, 16) && v->supported == 1 &&
	   !v->state && v->connection == VMBUS_MESSAGE_CONNECTION &&
	   part_vmbus_version(c->host) == VMBUS_VERSION_5_3, "host: 5.3");
	child_simple(c, VMBUS_MSG_REQUEST_OFFERS);
	ok(told(c, VMBUS_MSG_ALL_OFFERS, 0, 8), "host: no offers");
	child_simple(c, VMBUS_MSG_UNLOAD);
	ok(told(c, VMBUS_MSG_UNLOADED, 0, 8) && !part_vmbus_version(c->host),
	   "host: unload");
	ok(!child_simple(c, VMBUS_MSG_REQUEST_OFFERS), "host: deaf after it");
	child_contact(c, VMBUS_VERSION_5_3, 1);
	ok(told(c, VMBUS_MSG_VERSION, 1, 16) && v->supported,
	   "host: another contact");
	ok(stats(c).messages == 6 && stats(c).malformed == 1 &&
	   stats(c).refused == 1, "host: counted");
	child_free(c);
}

static void test_versions(void)
{
	static const struct { uint32_t version; bool good; } v[] = {
		{ 0x50000, true }, { 0x50001, true }, { 0x50002, true },
		{ 0x50003, true }, { 0x50004, false }, { 0x60000, false },
		{ 0x4ffff, false }, { 0x40001, false }, { 0x20004, false },
		{ 13, false }, { 0, false }, { 0xffffffff, false },
	};
	bool same = true;
	size_t i;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct child *c = child_new(2);
		const struct vmbus_version *a = child_answer(c, 0);

		same &= child_contact(c, v[i].version, 1) == 1 &&
			c->post[0].vp == 1 && a->supported == v[i].good &&
			!!part_vmbus_version(c->host) == v[i].good;
		child_free(c);
	}
	ok(same, "host: %zu versions", i);
}

static void test_bad_contact(void)
{
	struct child *c = child_new(2);
	struct vmbus_contact m = {
		.msg.type = VMBUS_MSG_CONTACT,
		.version = VMBUS_VERSION_5_3,
		.sint = 5,
	};
	const struct vmbus_version *v = child_answer(c, 0);

	ok(!child_contact(c, VMBUS_VERSION_5_3, 2) &&
	   !child_contact(c, VMBUS_VERSION_5_3, ~0U) &&
	   !part_vmbus_version(c->host), "host: contact from no VP");
	ok(child_say(c, &m, sizeof(m)) == 1 && !v->supported,
	   "host: another source");
	m.sint = VMBUS_SINT;
	m.monitor_page[0] = m.monitor_page[1] = ~0ULL;
	ok(!child_say(c, &m, sizeof(m) - 1), "host: a contact one byte short");
	ok(child_say(c, &m, sizeof(m)) == 1 && v->supported,
	   "host: wild monitor pages are not looked at");
	child_contact(c, VMBUS_VERSION(6, 0), 0);
	ok(!part_vmbus_version(c->host) &&
	   !child_simple(c, VMBUS_MSG_REQUEST_OFFERS),
	   "host: a refused contact ends what there was");
	child_free(c);
}

static void test_unconnected(void)
{
	struct child *c = child_new(2);
	uint8_t bytes[240] = { 0 };
	unsigned int type, n = 0;

	for (type = 0; type < 64; type++) {
		memcpy(bytes, &type, 4);
		if (type != VMBUS_MSG_CONTACT)
			n += child_say(c, bytes, sizeof(bytes));
	}
	ok(!n && !part_vmbus_version(c->host), "host: silence before a contact");
	child_free(c);
}

/* Every waiter gets a no; nobody else gets anything. */
static void test_answers(void)
{
	static const struct {
		uint32_t type;
		unsigned int min, answer, size;
		bool status;
	} t[] = {
		{ VMBUS_MSG_REQUEST_OFFERS, 8, VMBUS_MSG_ALL_OFFERS, 8, false },
		{ VMBUS_MSG_OPEN, 148, VMBUS_MSG_OPEN_RESULT, 20, true },
		{ VMBUS_MSG_CLOSE, 12, 0, 0, false },
		{ VMBUS_MSG_GPADL_HEADER, 28, VMBUS_MSG_GPADL_CREATED, 20, true },
		{ VMBUS_MSG_GPADL_BODY, 16, 0, 0, false },
		{ VMBUS_MSG_GPADL_TEARDOWN, 16, 0, 0, false },
		{ VMBUS_MSG_RELID_RELEASED, 12, 0, 0, false },
		{ VMBUS_MSG_TL_CONNECT, 40, VMBUS_MSG_TL_RESULT, 44, true },
		{ VMBUS_MSG_MODIFY, 16, VMBUS_MSG_MODIFIED, 16, true },
	};
	struct child *c = child_connected();
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		unsigned int size, shorter = 0;
		uint8_t bytes[240] = { 0 };
		bool same = true;

		memcpy(bytes, &t[i].type, 4);
		bytes[8] = 0x34;
		for (size = 0; size < t[i].min; size++)
			shorter += child_say(c, bytes, size);
		for (; size <= 240; size++) {
			child_say(c, bytes, size);
			if (!t[i].answer) {
				same &= !c->nr_posts;
				continue;
			}
			same &= told(c, t[i].answer, 1, t[i].size);
			if (t[i].status)
				same &= child_last_status(c) != 0 &&
					((uint8_t *)child_answer(c, 0))[8] == 0x34;
		}
		ok(same && !shorter, "host: message %u of all lengths", t[i].type);
	}
	child_contact(c, VMBUS_VERSION_5_2, 1);
	{
		struct vmbus_modify m = { .msg.type = VMBUS_MSG_MODIFY };

		ok(!child_say(c, &m, sizeof(m)),
		   "host: before 5.3 nobody waits for an answer to MODIFY");
	}
	child_free(c);
}

static void test_wrong_side(void)
{
	static const uint32_t types[] = {
		0, 1, 2, 4, 6, 10, 12, 15, 17, 18, 19, 20, 23, 24, 25, 26,
		100, 0x80000000, 0xffffffff,
	};
	struct child *c = child_connected();
	uint8_t bytes[240] = { 0 };
	unsigned int i, n = 0;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		memcpy(bytes, &types[i], 4);
		n += child_say(c, bytes, sizeof(bytes));
	}
	ok(!n && part_vmbus_version(c->host) && stats(c).unknown == i,
	   "host: what only hosts send is ignored and counted");
	child_free(c);
}

static void test_bad_header(void)
{
	struct child *c = child_connected();
	struct hv_message m = {
		.header.message_type = 2,
		.header.payload_size = 8,
		.u.payload[0] = VMBUS_MSG_REQUEST_OFFERS,
	};
	int ret;

	ret = part_vmbus_message(c->host, &m);
	m.header.message_type = HVMSG_TIMER_EXPIRED;
	ret |= part_vmbus_message(c->host, &m);
	m.header.message_type = VMBUS_MESSAGE_TYPE;
	m.header.payload_size = 255;
	ret |= part_vmbus_message(c->host, &m);
	m.header.payload_size = 241;
	ret |= part_vmbus_message(c->host, &m);
	m.header.payload_size = 7;
	ret |= part_vmbus_message(c->host, &m);
	child_work(c);
	ok(!ret && !c->nr_posts && stats(c).malformed == 5,
	   "host: messages that are none of VMBus's");
	m.header.payload_size = 8;
	part_vmbus_message(c->host, &m);
	child_work(c);
	ok(c->nr_posts == 1, "host: and one that is");
	child_free(c);
}

/* A slot that stays taken: the queue fills, nothing is lost or reordered. */
static void test_busy_slot(void)
{
	struct child *c = child_connected();
	struct vmbus_gpadl_header m = { .msg.type = VMBUS_MSG_GPADL_HEADER };
	const struct vmbus_gpadl_created *a;
	unsigned int i;
	bool same = true;

	c->post_result = -EAGAIN;
	for (i = 0; i < OUTBOX_SIZE; i++) {
		m.gpadl = i;
		same &= !part_vmbus_full(c->host) &&
			!child_post(c, &m, sizeof(m)) &&
			part_vmbus_work(c->host) == -EAGAIN;
	}
	ok(same && part_vmbus_full(c->host), "host: %u answers wait", i);
	ok(child_post(c, &m, sizeof(m)) == -EAGAIN, "host: no more of them");
	c->post_result = -EBUSY;
	ok(part_vmbus_work(c->host) == -EAGAIN, "host: busy in other words");
	c->post_result = 0;
	child_work(c);
	same = c->nr_posts == OUTBOX_SIZE;
	for (i = 0; i < c->nr_posts; i++) {
		a = child_answer(c, i);
		same &= a->gpadl == i;
	}
	ok(same && part_vmbus_work(c->host) == 0, "host: all there, in order");
	c->post_result = -EINVAL;
	child_say(c, &m, sizeof(m));
	c->post_result = 0;
	ok(stats(c).undelivered == 1 && child_say(c, &m, sizeof(m)) == 1,
	   "host: an answer that nobody can take does not stop the others");
	/* What waits belongs to the connection. */
	c->post_result = -EAGAIN;
	child_say(c, &m, sizeof(m));
	child_contact(c, VMBUS_VERSION_5_0, 3);
	c->post_result = 0;
	child_work(c);
	ok(c->nr_posts == 1 && told(c, VMBUS_MSG_VERSION, 3, 16),
	   "host: a new contact forgets old answers");
	child_free(c);
}

static int not_called_post(void *ctx, __u32 vp, __u8 sint,
			   const struct hv_message *msg)
{
	(void)ctx, (void)vp, (void)sint, (void)msg;
	abort();
}

static int not_called_signal(void *ctx, __u32 vp, __u8 sint, __u16 flag)
{
	(void)ctx, (void)vp, (void)sint, (void)flag;
	abort();
}

static void *not_called_memory(void *ctx, __u64 gpa, __u64 len)
{
	(void)ctx, (void)gpa, (void)len;
	abort();
}

static void not_called_schedule(void *ctx)
{
	(void)ctx;
	abort();
}

static void not_called_channel(void *ctx, const struct part_channel *ch,
			       bool open)
{
	(void)ctx, (void)ch, (void)open;
	abort();
}

static void test_create(void)
{
	struct child *c = child_new(1);
	struct {
		struct part_vmbus_ops ops;
		uint64_t more;
	} later = { { .size = sizeof(later) }, 1 };
	struct part_vmbus *host = NULL;

	ok(part_vmbus_create(&host, &later.ops, NULL, 1) == -E2BIG,
	   "host: callbacks of a later library");
	later.more = 0;
	ok(part_vmbus_create(&host, &later.ops, NULL, 1) == -EINVAL,
	   "host: no callbacks");
	later.ops.size = 8;
	ok(part_vmbus_create(&host, &later.ops, NULL, 1) == -EINVAL,
	   "host: ops too small");
	later.ops = (struct part_vmbus_ops) {
		.size = offsetof(struct part_vmbus_ops, channel),
		.post = not_called_post, .signal = not_called_signal,
		.memory = not_called_memory, .schedule = not_called_schedule,
		/* What lies behind it is not ours. */
		.channel = not_called_channel,
	};
	ok(!part_vmbus_create(&host, &later.ops, NULL, 1) &&
	   !host->ops.channel, "host: callbacks of an earlier library");
	part_vmbus_destroy(host);
	part_vmbus_destroy(NULL);
	child_free(c);
}

static void test_random(void)
{
	struct child *c = child_new(2);
	struct hv_message m;
	uint32_t *words = (uint32_t *)&m;
	unsigned int i, k;
	bool same = true;

	srandom(6);
	for (i = 0; i < 100000; i++) {
		for (k = 0; k < sizeof(m) / 4; k++)
			words[k] = (uint32_t)random();
		m.header.message_type = random() % 8 ? 1 : (uint32_t)random();
		words[4] = (uint32_t)random() % 30;
		if (random() & 1)
			words[6] = 0x50000 + (uint32_t)random() % 5;
		if (random() & 1)
			words[7] = (uint32_t)random() % 3;
		if (random() & 1)
			words[8] = VMBUS_SINT;
		child_forget(c);
		same &= !part_vmbus_message(c->host, &m);
		child_work(c);
		same &= c->nr_posts <= 1 && (!c->nr_posts || c->post[0].vp < 2);
	}
	ok(same && stats(c).messages == i, "host: %u random messages", i);
	child_free(c);
}

void test_vmbus_host(void)
{
	fake_reset();
	test_linux();
	test_versions();
	test_bad_contact();
	test_unconnected();
	test_answers();
	test_wrong_side();
	test_bad_header();
	test_busy_slot();
	test_create();
	test_random();
}
