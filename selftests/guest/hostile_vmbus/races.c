// SPDX-License-Identifier: GPL-2.0
/* General rule 1: the other VP rewrites what the host is just reading. */
#include "attack.h"

#define SIZE	((RING_PAGES - 1) * (u32)PAGE_SIZE)
#define ROUNDS	20
#define BURST	30

static struct vmbus_channel t;
static volatile bool stop;
static u64 other_seed = 0x123456789ABCDEFULL;

/* VP 1 has its own, or both would draw the same. */
static u64 other_random(void)
{
	other_seed ^= other_seed << 13;
	other_seed ^= other_seed >> 7;
	other_seed ^= other_seed << 17;
	return other_seed;
}

static void start(void (*fn)(void *), void *arg)
{
	stop = false;
	run_async(1, fn, arg);
}

static void finish(void)
{
	stop = true;
	run_wait(1);
}

/* Packets of both channels, some of which find their ring broken. */
static void traffic(struct vmbus_channel *ch)
{
	for (u32 i = 0; i < BURST; i++) {
		u64 data[6] = { i };

		vmbus_send(ch, VMBUS_PACKET_WANTS_COMPLETION, i, data,
			   sizeof(data));
		vmbus_signal(ch->connection, 0);
		WRITE_ONCE(ch->in.head->read, READ_ONCE(ch->in.head->write));
	}
	CHECK(ping(&b), "another channel is silent");
}

static void flip_header(void *arg)
{
	struct vmbus_channel *ch = arg;
	u32 *words[] = { &ch->out.head->write, &ch->out.head->read,
			 &ch->in.head->write, &ch->in.head->read };

	while (!stop) {
		u64 r = other_random();

		/* Mostly what might be right. */
		WRITE_ONCE(*words[r & 3], r & 0x30 ?
			   (u32)(r >> 32) % SIZE & ~7U : (u32)(r >> 32));
	}
}

static void ring_header(void)
{
	for (u32 i = 0; i < ROUNDS; i++) {
		start(flip_header, &a);
		traffic(&a);
		finish();
		CHECK(reopen(&a), "it does not open again");
	}
	both_work("after races for the ring's header");
}

/* Header words of packets, with lengths that fit and that do not. */
static void flip_packets(void *arg)
{
	struct vmbus_channel *ch = arg;

	while (!stop) {
		u64 r = other_random();
		u32 at = (u32)(r >> 32) % SIZE & ~7U;

		WRITE_ONCE(*(u64 *)(ch->out.data + at),
			   r & 1 ? VMBUS_PACKET_INBAND | 2ULL << 16 |
				   8ULL << 32 | 1ULL << 48 : r);
	}
}

static void ring_packets(void)
{
	for (u32 i = 0; i < ROUNDS; i++) {
		start(flip_packets, &a);
		traffic(&a);
		finish();
		CHECK(reopen(&a), "it does not open again");
	}
	both_work("after races for packets");
}

/* A GPA-direct packet, then its ranges, page numbers and request. */
static u64 *put_ranges(void)
{
	static u64 words[] = {
		0, 0x77, 2ULL << 32, 4096, 0, 4096, 0, TOUCH_WRITE,
		8192ULL << 32, 0xA7
	};
	const struct vmbus_packet p = {
		.type = VMBUS_PACKET_GPA_DIRECT,
		.header8 = 7,
		.length8 = ARRAY_SIZE(words),
		.flags = VMBUS_PACKET_WANTS_COMPLETION,
	};
	u8 *at = t.out.data + t.out.head->write;

	memcpy(words, &p, sizeof(p));
	words[4] = pfn_of(t.rings) + 3;
	words[6] = pfn_of(t.rings) + 7;
	vmbus_put_raw(&t, words, sizeof(words));
	return (u64 *)at;
}

static void flip_ranges(void *arg)
{
	static const u64 nowhere[] = PFNS_NOWHERE;
	u64 *words = arg;

	while (!stop) {
		u64 r = other_random();
		u32 n = 2 + r % 8;

		if (n == 4 || n == 6)
			WRITE_ONCE(words[n], r & 0x100 ?
				   nowhere[(r >> 32) % ARRAY_SIZE(nowhere)] :
				   pfn_of(t.rings) + 7);
		else
			WRITE_ONCE(words[n], r & 0x100 ? other_random() :
				   4096 | (r >> 16 & 0xFFF) << 32);
	}
}

static void ranges(void)
{
	if (!open_touch(&t))
		bail_out("no channel that touches memory");
	for (u32 i = 0; i < ROUNDS; i++) {
		start(flip_ranges, t.out.data);
		for (u32 k = 0; k < BURST; k++) {
			if (t.out.head->write + 200 > SIZE)
				break;
			put_ranges();
			vmbus_signal(t.connection, 0);
			WRITE_ONCE(t.in.head->read,
				   READ_ONCE(t.in.head->write));
		}
		CHECK(ping(&b), "another channel is silent");
		finish();
		vmbus_close(&t);
		CHECK(open_touch(&t), "it does not open again");
	}
	both_work("after races for ranges");
}

/* Messages from both, about the same channels; nobody reads the answers. */
static void post_anything(u64 (*draw)(void))
{
	static const u32 types[] = {
		VMBUS_MSG_OPEN, VMBUS_MSG_CLOSE, VMBUS_MSG_GPADL_HEADER,
		VMBUS_MSG_GPADL_BODY, VMBUS_MSG_GPADL_TEARDOWN,
		VMBUS_MSG_RELID_RELEASED, VMBUS_MSG_MODIFY,
		VMBUS_MSG_REQUEST_OFFERS, VMBUS_MSG_TL_CONNECT,
	};
	u64 words[30] = { 0 };
	u64 r = draw();

	words[0] = types[r % ARRAY_SIZE(types)];
	/* relid, and a handle, an open id or a VP. */
	words[1] = (r >> 8) % 4 | (u64)(a.gpadl + (r >> 16) % 4) << 32;
	words[2] = (u32)words[0] == VMBUS_MSG_GPADL_HEADER ?
		   (8 + 8 * 8) | 1 << 16 | 8 * PAGE_SIZE << 32 :
		   (a.gpadl + (r >> 24) % 4) | (r >> 32 & 1) << 32;
	words[3] = RING_PAGES | pfn_of(a.rings) << 32;
	vmbus_post_to(VMBUS_MESSAGE_CONNECTION, 1, words,
		      (u32)(r >> 40) % 2 ? 240 : 36);
}

static void post_all_along(void *arg)
{
	(void)arg;
	while (!stop)
		post_anything(other_random);
}

static void messages(void)
{
	struct hv_message msg;

	for (u32 i = 0; i < 3; i++) {
		start(post_all_along, NULL);
		for (u32 k = 0; k < 1000; k++) {
			post_anything(random);
			vmbus_signal(a.connection, 0);
			vmbus_signal(b.connection, 0);
			if (k % 4 == 0)
				vmbus_receive(&msg, 0);
		}
		finish();
		drain();
		attach();
	}
	both_work("after races of messages");
}

/* CLOSE, TEARDOWN and OPEN under packets; a full port loses some. */
static void open_and_close(void *arg)
{
	struct vmbus_channel *ch = arg;
	const struct vmbus_relid shut = {
		.msg.type = VMBUS_MSG_CLOSE,
		.relid = ch->relid,
	};
	const struct vmbus_gpadl_teardown down = {
		.msg.type = VMBUS_MSG_GPADL_TEARDOWN,
		.relid = ch->relid,
		.gpadl = ch->gpadl,
	};
	const struct vmbus_open m = {
		.msg.type = VMBUS_MSG_OPEN,
		.relid = ch->relid,
		.gpadl = ch->gpadl,
		.downstream = RING_PAGES,
	};

	while (!stop) {
		vmbus_post_to(VMBUS_MESSAGE_CONNECTION, 1, &shut, sizeof(shut));
		vmbus_post_to(VMBUS_MESSAGE_CONNECTION, 1, &m, sizeof(m));
		if (other_random() % 8 == 0)
			vmbus_post_to(VMBUS_MESSAGE_CONNECTION, 1, &down,
				      sizeof(down));
	}
}

static void life(void)
{
	struct hv_message msg;

	for (u32 i = 0; i < 4; i++) {
		start(open_and_close, &a);
		for (u32 k = 0; k < 300; k++) {
			vmbus_send(&a, VMBUS_PACKET_WANTS_COMPLETION, k, &k,
				   sizeof(k));
			vmbus_signal(a.connection, 0);
			vmbus_receive(&msg, 0);
		}
		finish();
		drain();
		attach();
	}
	both_work("after races of a channel's life");
}

const struct attack race_attacks[] = {
	{ "race-ring-header", ring_header },
	{ "race-ring-packets", ring_packets },
	{ "race-ranges", ranges },
	{ "race-messages", messages },
	{ "race-channel-life", life },
	{ NULL, NULL }
};
