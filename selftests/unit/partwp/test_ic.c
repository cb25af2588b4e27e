// SPDX-License-Identifier: GPL-2.0
/* The framing of integration components, by way of the heartbeat. */
#include <errno.h>
#include <string.h>

#include "heartbeat.h"
#include "hooks.h"
#include "ic_child.h"
#include "test.h"

static const struct ic_version v1 = { 1, 0 }, v3 = { 3, 0 };

static struct ic *ic_of(struct ic_child *c)
{
	return &c->g->heartbeat.ic;
}

/* Versions are agreed upon, and the first heartbeat has been read. */
static struct ic_child *beating(void)
{
	struct ic_child *c = ic_child_new(&heartbeat_vsp);

	ic_child_open(c);
	ic_child_choose(c, v3, v3);
	CHECK_EQ(ic_of(c)->state, IC_READY);
	CHECK(ic_child_read(c));
	CHECK_EQ(c->h.type, IC_HEARTBEAT);
	return c;
}

static void answer_beat(struct ic_child *c)
{
	((struct ic_heartbeat *)c->data)->sequence++;
	ic_child_answer(c, 0, c->data, sizeof(struct ic_heartbeat));
}

static void done(struct ic_child *c)
{
	ic_child_free(c, &heartbeat_vsp);
}

static void ic_negotiation_request(void)
{
	struct ic_child *c = ic_child_new(&heartbeat_vsp);
	const struct ic_version list[] = { v1, v3, v1, v3 };
	struct ic_negotiate n;

	CHECK_EQ(ic_of(c)->state, IC_CLOSED);
	ic_child_open(c);
	CHECK_EQ(ic_of(c)->state, IC_NEGOTIATING);
	CHECK(ic_child_read(c));
	CHECK_EQ(c->h.pipe, IC_PIPE_DATA);
	CHECK_EQ(c->h.pipe_size, 20 + 8 + 16);
	CHECK_EQ(c->h.type, IC_NEGOTIATE);
	CHECK_EQ(c->h.size, 8 + 16);
	CHECK_EQ(c->h.status, 0);
	CHECK_EQ(c->h.flags, IC_FLAG_TRANSACTION | IC_FLAG_REQUEST);
	memcpy(&n, c->data, sizeof(n));
	CHECK_EQ(n.frameworks, 2);
	CHECK_EQ(n.messages, 2);
	CHECK(!memcmp(c->data + 8, list, sizeof(list)));
	/* Nothing more before the guest has answered, however long it takes. */
	test_clock_ms += 100000;
	CHECK(!ic_child_read(c));
	CHECK_EQ(ic_ask(ic_of(c), "x", 1), -ENOTCONN);
	done(c);
}

static void ic_negotiated(void)
{
	struct ic_child *c = ic_child_new(&heartbeat_vsp);

	ic_child_open(c);
	ic_child_choose(c, v1, v3);
	CHECK_EQ(ic_of(c)->state, IC_READY);
	CHECK(ic_child_read(c));
	CHECK_EQ(c->h.framework.major, 1);
	CHECK_EQ(c->h.message.major, 3);
	CHECK_EQ(c->h.type, IC_HEARTBEAT);
	CHECK_EQ(c->h.size, 40);
	CHECK_EQ(c->h.id, 2);
	done(c);
}

static void refused(uint32_t status, uint16_t frameworks, uint16_t messages,
		    struct ic_version framework, struct ic_version message,
		    uint32_t size)
{
	struct ic_child *c = ic_child_new(&heartbeat_vsp);
	const struct ic_negotiate n = {
		.frameworks = frameworks, .messages = messages,
	};

	ic_child_open(c);
	CHECK(ic_child_read(c));
	memcpy(c->data, &n, sizeof(n));
	memcpy(c->data + 8, &framework, 4);
	memcpy(c->data + 12, &message, 4);
	ic_child_answer(c, status, c->data, size);
	CHECK_EQ(ic_of(c)->state, IC_REFUSED);
	CHECK(!ic_child_read(c));
	CHECK_EQ(ic_ask(ic_of(c), "x", 1), -ENOTCONN);
	/* A driver that comes again is asked again. */
	ic_child_close(c);
	ic_child_open(c);
	ic_child_choose(c, v3, v3);
	CHECK_EQ(ic_of(c)->state, IC_READY);
	done(c);
}

static void ic_negotiation_refused(void)
{
	const struct ic_version v2 = { 2, 0 }, v31 = { 3, 1 };

	refused(0, 0, 0, v3, v3, 16);
	refused(0, 1, 0, v3, v3, 16);
	refused(0, 2, 2, v3, v3, 16);
	refused(0, 1, 1, v2, v3, 16);
	refused(0, 1, 1, v3, v31, 16);
	refused(IC_STATUS_FAILED, 1, 1, v3, v3, 16);
	refused(0, 1, 1, v3, v3, 15);
	refused(0, 1, 1, v3, v3, 0);
}

static void ic_strays(void)
{
	struct ic_child *c = beating();
	struct ic_header h = ic_child_reply(c);

	h.id++;
	ic_child_send(c, &h, c->data, 40);
	h.id -= 2;
	ic_child_send(c, &h, c->data, 40);
	h = ic_child_reply(c);
	h.type = IC_SHUTDOWN;
	ic_child_send(c, &h, c->data, 40);
	h.type = IC_NEGOTIATE;
	ic_child_send(c, &h, c->data, 40);
	ic_child_send(c, &c->h, c->data, 40);	/* the request itself */
	CHECK_EQ(ic_of(c)->strays, 5);
	CHECK_EQ(ic_of(c)->state, IC_READY);
	CHECK_EQ(c->g->heartbeat.wrong, 0);
	answer_beat(c);
	CHECK_EQ(c->g->heartbeat.answers, 1);
	/* The same again, and what has no request at all. */
	answer_beat(c);
	CHECK_EQ(ic_of(c)->strays, 6);
	CHECK_EQ(c->g->heartbeat.answers, 1);
	CHECK_EQ(ic_of(c)->state, IC_READY);
	done(c);
}

/* After a broken rule nothing goes, until the driver has closed and opened. */
static void dead(struct ic_child *c)
{
	CHECK_EQ(ic_of(c)->state, IC_DEAD);
	CHECK_EQ(ic_ask(ic_of(c), "x", 1), -ENOTCONN);
	ic_child_close(c);
	CHECK_EQ(ic_of(c)->state, IC_CLOSED);
	ic_child_open(c);
	ic_child_choose(c, v3, v3);
	CHECK(ic_child_read(c));
	answer_beat(c);
	CHECK_EQ(c->g->heartbeat.answers, 1);
	done(c);
}

static void ic_lengths(void)
{
	static const struct { uint32_t pipe; uint16_t size; } bad[] = {
		{ 61, 40 },		/* beyond the packet */
		{ 68 + 1, 40 }, { 0xFFFFFFFF, 40 }, { 0xFFFFFFF8, 40 },
		{ 19, 0 }, { 0, 0 },	/* less than the header */
		{ 60, 41 }, { 20, 1 }, { 60, 0xFFFF },
	};
	struct ic_header h;
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ic_child *c = beating();

		h = ic_child_reply(c);
		h.pipe_size = bad[i].pipe;
		h.size = bad[i].size;
		/* 44: a packet's length is a multiple of 8. */
		ic_child_send(c, &h, c->data, bad[i].pipe == 61 ? 36 : 44);
		dead(c);
	}
}

static void send_raw(struct ic_child *c, struct vmbus_packet p, uint32_t len)
{
	uint8_t raw[256] = { 0 };

	p.header8 = 2;
	p.length8 = (uint16_t)(len / 8);
	memcpy(raw, &p, sizeof(p));
	memcpy(raw + 16, &c->h, sizeof(c->h));
	peer_send(&c->in, raw, len);
	part_vmbus_signalled(c->child->host);
	child_work(c->child);
}

static void ic_wrong_packets(void)
{
	struct vmbus_packet p = { .type = VMBUS_PACKET_INBAND };
	struct ic_child *c = beating();

	send_raw(c, p, 16);			/* nothing in it */
	dead(c);
	c = beating();
	send_raw(c, p, 16 + 24);		/* less than a header */
	dead(c);
	c = beating();
	p.flags = VMBUS_PACKET_WANTS_COMPLETION;
	send_raw(c, p, 16 + 72);
	dead(c);
	c = beating();
	p.flags = 0;
	p.type = VMBUS_PACKET_COMPLETION;
	send_raw(c, p, 16 + 72);
	dead(c);
}

static void ic_one_at_a_time(void)
{
	struct ic_child *c = beating();

	CHECK_EQ(ic_ask(ic_of(c), c->data, 40), -EBUSY);
	CHECK_EQ(ic_ask(ic_of(c), c->data, IC_DATA_MAX + 1), -EBUSY);
	answer_beat(c);
	CHECK_EQ(ic_ask(ic_of(c), c->data, IC_DATA_MAX + 1), -EMSGSIZE);
	CHECK_EQ(ic_ask(ic_of(c), c->data, IC_DATA_MAX), 0);
	CHECK(ic_child_read(c));
	CHECK_EQ(c->h.size, IC_DATA_MAX);
	/* One that is never answered is given up in the end. */
	test_clock_ms += IC_PATIENCE_MS - 1;
	CHECK_EQ(ic_ask(ic_of(c), c->data, 40), -EBUSY);
	test_clock_ms++;
	CHECK_EQ(ic_ask(ic_of(c), c->data, 40), 0);
	ic_child_answer(c, 0, c->data, 40);	/* to the first, late */
	CHECK_EQ(ic_of(c)->strays, 1);
	ic_forget(ic_of(c));
	CHECK(ic_child_read(c));
	ic_child_answer(c, 0, c->data, 40);
	CHECK_EQ(ic_of(c)->strays, 2);
	done(c);
}

static void ic_full_ring(void)
{
	struct ic_child *c = beating();
	unsigned int i;

	/* The guest reads nothing; what waits in its ring has an end. */
	for (i = 0; i < 1000; i++) {
		test_clock_ms += IC_PATIENCE_MS;
		if (ic_ask(ic_of(c), c->data, 2048))
			break;
	}
	CHECK_EQ(i, 5);
	CHECK_EQ(ic_ask(ic_of(c), c->data, 2048), -EAGAIN);
	while (ic_child_read(c))
		i--;
	CHECK_EQ(i, 0);
	CHECK_EQ(ic_ask(ic_of(c), c->data, 2048), 0);
	done(c);
}

static void heartbeat_verdict(void)
{
	struct ic_child *c = ic_child_new(&heartbeat_vsp);
	struct heartbeat *h = &c->g->heartbeat;

	CHECK(info_says(c->g, &heartbeat_vsp, "heartbeat", "state",
			"no contact"));
	done(c);
	c = beating();
	h = &c->g->heartbeat;
	CHECK(info_says(c->g, &heartbeat_vsp, "heartbeat", "state", "ok"));
	answer_beat(c);
	CHECK(!ic_child_read(c));
	test_clock_ms += HEARTBEAT_MS;
	heartbeat_vsp.timer(c->g);
	CHECK(ic_child_read(c));
	CHECK_EQ(((struct ic_heartbeat *)c->data)->sequence, 1);
	/* Not asked again while it does not answer. */
	test_clock_ms += HEARTBEAT_LOST_MS - HEARTBEAT_MS;
	heartbeat_vsp.timer(c->g);
	CHECK(!ic_child_read(c));
	CHECK(info_says(c->g, &heartbeat_vsp, "heartbeat", "state", "lost"));
	answer_beat(c);
	CHECK(info_says(c->g, &heartbeat_vsp, "heartbeat", "state", "ok"));
	CHECK_EQ(h->answers, 2);
	c->g->end = PART_REASON_POWEROFF;
	CHECK(info_says(c->g, &heartbeat_vsp, "heartbeat", "state",
			"no contact"));
	c->g->end = PART_REASON_NONE;
	ic_child_close(c);
	CHECK(info_says(c->g, &heartbeat_vsp, "heartbeat", "state",
			"no contact"));
	done(c);
}

static void heartbeat_wrong(void)
{
	static const struct { uint32_t status, size; int add; } bad[] = {
		{ 0, 40, 0 }, { 0, 40, 2 }, { 0, 40, -1 },
		{ IC_STATUS_FAILED, 40, 1 }, { 0, 7, 1 }, { 0, 0, 1 },
	};
	struct ic_child *c = beating();
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		((struct ic_heartbeat *)c->data)->sequence += bad[i].add;
		ic_child_answer(c, bad[i].status, c->data, bad[i].size);
		CHECK_EQ(c->g->heartbeat.wrong, i + 1);
		heartbeat_vsp.timer(c->g);
		CHECK(ic_child_read(c));
	}
	test_clock_ms += HEARTBEAT_LOST_MS;
	CHECK(info_says(c->g, &heartbeat_vsp, "heartbeat", "state", "lost"));
	CHECK_EQ(c->g->heartbeat.answers, 0);
	/* The least that has a number in it. */
	((struct ic_heartbeat *)c->data)->sequence++;
	ic_child_answer(c, 0, c->data, 8);
	CHECK_EQ(c->g->heartbeat.answers, 1);
	done(c);
}

const struct test ic_tests[] = {
	TEST(ic_negotiation_request), TEST(ic_negotiated),
	TEST(ic_negotiation_refused), TEST(ic_strays), TEST(ic_lengths),
	TEST(ic_wrong_packets), TEST(ic_one_at_a_time), TEST(ic_full_ring),
	TEST(heartbeat_verdict), TEST(heartbeat_wrong), TESTS_END
};
