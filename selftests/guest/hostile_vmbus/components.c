// SPDX-License-Identifier: GPL-2.0
/*
 * Row: ICs, whatever the component: versions, lengths, answers that nobody waits
 * for. The host asks first, and until it has its answer it says nothing more: so
 * a wrong one that it took shows in what it says next.
 */
#include "component.h"

#define FLOOD		3000
#define ROUNDS		15

static void begin(const struct component *c)
{
	if (!ic_open(c))
		bail_out("%s: it does not open, or asks for no versions",
			 c->name);
}

static void end(const struct component *c, const char *what, u32 value)
{
	CHECK(ic_close(), "%s: %s %#x: it does not close", c->name, what,
	      value);
}

static void works(const struct component *c, const char *what, u32 value)
{
	CHECK(ic_works(c), "%s: %s %#x: it does not work", c->name, what,
	      value);
	end(c, what, value);
}

static void each(void (*fn)(const struct component *c))
{
	for (u32 i = 0; i < NR_COMPONENTS; i++) {
		fn(&components[i]);
		begin(&components[i]);
		works(&components[i], "afterwards", i);
	}
	both_work("after integration components");
}

/* --- versions -------------------------------------------------------------- */

struct choice {
	u32 status;
	u16 frameworks, messages;
	struct ic_version framework, message;
	u32 size;
};

/* Message 0.0 stands for one that was offered. */
static const struct choice bad_choices[] = {
	{ IC_STATUS_FAILED, 1, 1, { 3, 0 }, { 0, 0 }, 16 },
	{ 1, 1, 1, { 3, 0 }, { 0, 0 }, 16 },
	{ 0, 0, 0, { 3, 0 }, { 0, 0 }, 16 },
	{ 0, 1, 0, { 3, 0 }, { 0, 0 }, 16 },
	{ 0, 0, 1, { 3, 0 }, { 0, 0 }, 16 },
	{ 0, 2, 1, { 3, 0 }, { 0, 0 }, 24 },
	{ 0, 1, 2, { 3, 0 }, { 0, 0 }, 24 },
	{ 0, 0xFFFF, 0xFFFF, { 3, 0 }, { 0, 0 }, 16 },
	{ 0, 0x8000, 0x8000, { 3, 0 }, { 0, 0 }, 2048 },
	{ 0, 1, 1, { 0, 0 }, { 0, 0 }, 16 },
	{ 0, 1, 1, { 2, 0 }, { 0, 0 }, 16 },
	{ 0, 1, 1, { 3, 1 }, { 0, 0 }, 16 },
	{ 0, 1, 1, { 0xFFFF, 0xFFFF }, { 0, 0 }, 16 },
	{ 0, 1, 1, { 3, 0 }, { 99, 0 }, 16 },
	{ 0, 1, 1, { 3, 0 }, { 3, 99 }, 16 },
	{ 0, 1, 1, { 3, 0 }, { 0xFFFF, 0xFFFF }, 16 },
	{ 0, 1, 1, { 3, 0 }, { 0, 0 }, 0 },
	{ 0, 1, 1, { 3, 0 }, { 0, 0 }, 7 },
	{ 0, 1, 1, { 3, 0 }, { 0, 0 }, 8 },
	{ 0, 1, 1, { 3, 0 }, { 0, 0 }, 12 },
	{ 0, 1, 1, { 3, 0 }, { 0, 0 }, 15 },
};

static void choose(const struct component *c, const struct choice *k)
{
	struct ic_negotiate n = {
		.frameworks = k->frameworks, .messages = k->messages,
	};
	bool offered = !k->message.major && !k->message.minor;

	memset(ic_data, 0, DATA_MAX);
	memcpy(ic_data, &n, sizeof(n));
	memcpy(ic_data + 8, &k->framework, 4);
	memcpy(ic_data + 12, offered ? &c->message : &k->message, 4);
	ic_answer(k->status, k->size);
}

/* What cannot be is no choice, and a better one comes too late. */
static void wrong_choices(const struct component *c)
{
	for (u32 i = 0; i < ARRAY_SIZE(bad_choices); i++) {
		begin(c);
		choose(c, &bad_choices[i]);
		CHECK(ic_taken(), "%s: choice %u: it is asked more", c->name,
		      i);
		ic_choose(c);
		CHECK(ic_taken(), "%s: choice %u: a second one counts",
		      c->name, i);
		end(c, "choice", i);
	}
}

static void negotiate(void) { each(wrong_choices); }

/* --- lengths --------------------------------------------------------------- */

static const struct { u32 pipe, packet; u16 size; } bad_lengths[] = {
	{ 61, 36, 40 }, { 69, 44, 40 },		/* beyond the packet */
	{ 0x7FFFFFFF, 44, 40 }, { ~0U, 44, 40 }, { ~7U, 44, 40 },
	{ ~0U - 19, 44, 40 },
	{ 0, 44, 0 }, { 1, 44, 0 }, { 19, 44, 0 },	/* less than a header */
	{ 60, 44, 41 }, { 20, 44, 1 }, { 60, 44, 0xFFFF }, { 60, 44, 0x8000 },
};

/* The channel is dead: what comes behind is not looked at. */
static void dies(const struct component *c, const char *what, u32 value)
{
	ic_choose(c);
	CHECK(ic_stopped(), "%s: %s %#x: the channel goes on", c->name, what,
	      value);
	end(c, what, value);
}

static void wrong_lengths(const struct component *c)
{
	for (u32 i = 0; i < ARRAY_SIZE(bad_lengths); i++) {
		struct ic_header h;

		begin(c);
		memset(ic_data, 0, 64);
		h = ic_reply(bad_lengths[i].size);
		h.pipe_size = bad_lengths[i].pipe;
		ic_send(&h, bad_lengths[i].packet);
		dies(c, "length", i);
	}
}

static void lengths(void) { each(wrong_lengths); }

/* Packets that hold less than a header, or are no in-band data. */
static void wrong_packets(const struct component *c)
{
	const u16 complete = VMBUS_PACKET_WANTS_COMPLETION;
	static const struct { u16 type, flags; u32 size; } bad[] = {
		{ VMBUS_PACKET_INBAND, 0, 0 },
		{ VMBUS_PACKET_INBAND, 0, 8 },
		{ VMBUS_PACKET_INBAND, 0, 24 },
		{ VMBUS_PACKET_INBAND, complete, 64 },
		{ VMBUS_PACKET_COMPLETION, 0, 64 },
		{ VMBUS_PACKET_GPA_DIRECT, 0, 64 },
		{ VMBUS_PACKET_TRANSFER_PAGES, 0, 64 },
	};

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		struct {
			struct vmbus_packet p;
			struct ic_header h;
			u8 rest[36];
		} m = { .p = {
			.type = bad[i].type,
			.header8 = 2,
			.length8 = (u16)(2 + bad[i].size / 8),
			.flags = bad[i].flags,
		} };

		begin(c);
		m.h = ic_reply(36);
		vmbus_put_raw(&ic_channel, &m, (u32)sizeof(m.p) + bad[i].size);
		dies(c, "packet", i);
	}
}

static void packets(void) { each(wrong_packets); }

/* --- answers that nobody waits for ----------------------------------------- */

/* One of the right answer's words is another; the @n-th way. False: no more. */
static bool not_waited_for(struct ic_header *h, u32 n)
{
	static const u8 flags[] = { 0, IC_FLAG_TRANSACTION, IC_FLAG_REQUEST,
				    IC_FLAG_TRANSACTION | IC_FLAG_REQUEST,
				    (u8)~IC_FLAG_RESPONSE };
	static const u8 ids[] = { 1, 2, 0x80, 0xFF };
	static const u16 types[] = { 1, 2, 3, 4, 5, 0x100, 0xFFFF };

	if (n < ARRAY_SIZE(flags)) {
		h->flags = flags[n];
		return true;
	}
	n -= ARRAY_SIZE(flags);
	if (n < ARRAY_SIZE(ids)) {
		h->id += ids[n];
		return true;
	}
	n -= ARRAY_SIZE(ids);
	if (n >= ARRAY_SIZE(types))
		return false;
	h->type ^= types[n];
	return true;
}

/* Before the answer to @what; the data would show if one of them was taken. */
static void strays(const struct component *c, const char *what, u32 size)
{
	struct ic_header h = ic_reply(size);

	for (u32 n = 0; not_waited_for(&h, n); n++) {
		ic_send(&h, size);
		CHECK(ic_taken(), "%s: %s, stray %u: taken", c->name, what, n);
		h = ic_reply(size);
	}
	ic_send(&ic_request, ic_size);
	CHECK(ic_taken(), "%s: %s: the request itself is taken", c->name, what);
}

static void stray_choices(const struct component *c)
{
	begin(c);
	ic_write_choice(c);
	strays(c, "versions", IC_CHOICE_SIZE);
	works(c, "strays", 0);
}

/* A heartbeat's answer with the wrong number spends the request, if taken. */
static void stray_beats(void)
{
	const struct component *c = &components[HEARTBEAT];
	u64 sequence;

	begin(c);
	ic_choose(c);
	CHECK(ic_asked(ASKED_MS), "no heartbeat");
	for (u32 i = 0; i < 2; i++) {
		sequence = *(u64 *)ic_data;
		*(u64 *)ic_data = sequence + 100;
		strays(c, "beat", ic_size);
		*(u64 *)ic_data = sequence + 1;
		ic_answer(0, ic_size);
		CHECK(ic_asked(ASKED_MS), "beat %u: no next one", i);
		CHECK(*(u64 *)ic_data == sequence + 1,
		      "beat %u: the answer did not count", i);
	}
	end(c, "beats", 0);
}

/* An item would bring the question for the next one. */
static void stray_items(void)
{
	const struct component *c = &components[KVP];
	struct ic_kvp *m = (struct ic_kvp *)ic_data;

	begin(c);
	ic_choose(c);
	CHECK(ic_asked(ASKED_MS) && !m->u.at.index, "no first item is wanted");
	strays(c, "item", ic_size);
	ic_answer(0, ic_size);
	CHECK(ic_asked(ASKED_MS) && m->u.at.index == 1, "no second one is");
	/* Again to the first: nobody waits for it. */
	m->u.at.index = 0;
	ic_request.id--;
	ic_answer(0, ic_size);
	CHECK(ic_taken(), "the first one counts twice");
	end(c, "items", 0);
}

static void all_strays(void)
{
	each(stray_choices);
	stray_beats();
	stray_items();
	both_work("after strays");
}

/* --- floods, and channels that close in them ------------------------------- */

/* As fast as it goes, until the right answer at the end. */
static void flood_of(const struct component *c)
{
	struct timeout t = timeout_ms(ASKED_MS);
	struct ic_header h;
	u32 n = 0;

	begin(c);
	h = ic_reply(16);
	h.id ^= 0x55;
	while (n < FLOOD && !expired(t)) {
		if (vmbus_room(&ic_channel) < 200) {
			vmbus_signal(ic_channel.connection, 0);
			continue;
		}
		ic_send(&h, 16);
		n++;
	}
	CHECK(n == FLOOD, "%s: after %u packets no more are taken", c->name, n);
	CHECK(ping(&b), "another channel is silent");
	works(c, "flood", n);
}

static void flood(void) { each(flood_of); }

/* Anything at all: it may die of it, but not for long. */
static void junk_to(const struct component *c)
{
	for (u32 i = 0; i < ROUNDS; i++) {
		begin(c);
		for (u32 k = 0; k < 20; k++) {
			struct ic_header h = ic_reply(16);
			u8 *bytes = (u8 *)&h;

			for (u32 n = random() % 4; n; n--)
				bytes[random() % sizeof(h)] = (u8)random();
			for (u32 n = 0; n < 64; n++)
				ic_data[n] = (u8)random();
			ic_send(&h, (u32)random() % 64);
		}
		CHECK(ping(&b), "another channel is silent");
		end(c, "junk", i);
	}
}

static void junk(void) { each(junk_to); }

static volatile bool stop;

static void signal_on(void *arg)
{
	const struct vmbus_channel *ch = arg;

	while (!stop)
		vmbus_signal(ch->connection, 0);
}

/* Strays in its ring, then CLOSE and TEARDOWN among more signals. */
static void torn_in_flood(const struct component *c)
{
	for (u32 i = 0; i < ROUNDS; i++) {
		struct vmbus_half *in = &ic_channel.in;
		u32 mark = page_mark();
		struct ic_header h;

		begin(c);
		stop = false;
		run_async(1, signal_on, &ic_channel);
		h = ic_reply(16);
		for (u32 k = 0; k < 60; k++) {
			h.id = (u8)(ic_request.id + k);
			ic_send(&h, 16);
		}
		CHECK(vmbus_close(&ic_channel), "%s: no TORNDOWN", c->name);
		memset(in->head, 0x22, PAGE_SIZE);
		memset(in->data, 0x22, in->size);
		vmbus_signal(ic_channel.connection, 0);
		CHECK(ping(&b), "another channel is silent");
		stop = true;
		run_wait(1);
		for (u32 k = 0; k < in->size + PAGE_SIZE; k++) {
			if (((u8 *)in->head)[k] == 0x22)
				continue;
			fail("%s: byte %#x is written after TORNDOWN", c->name,
			     k);
			return;
		}
		page_release(mark);
	}
}

static void torn(void) { each(torn_in_flood); }

/* All of them open at once, and none of them read or answered. */
static void silence(void)
{
	static struct vmbus_channel all[NR_COMPONENTS];

	for (u32 i = 0; i < NR_COMPONENTS; i++)
		CHECK(vmbus_open(&all[i], vmbus_find(components[i].device, 0),
				 RING_PAGES), "%u does not open", i);
	for (struct timeout t = timeout_ms(3000); !expired(t);)
		CHECK(ping(&b), "another channel is silent");
	for (u32 i = 0; i < NR_COMPONENTS; i++)
		CHECK(vmbus_close(&all[i]), "%u does not close", i);
	both_work("after silence");
}

const struct attack component_attacks[] = {
	{ "ic-negotiate", negotiate },
	{ "ic-lengths", lengths },
	{ "ic-packets", packets },
	{ "ic-strays", all_strays },
	{ "ic-junk", junk },
	{ "ic-flood", flood },
	{ "ic-torn-in-flood", torn },
	{ "ic-silent", silence },
	{ NULL, NULL }
};
