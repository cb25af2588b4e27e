// SPDX-License-Identifier: GPL-2.0
/* Rows: any message before contact or after UNLOAD, types, sizes, the slot. */
#include "attack.h"

#define LAST_TYPE	40

/* What guests may send, and how much of it there must be. */
static const struct {
	u32 type, size;
} known[] = {
	{ VMBUS_MSG_REQUEST_OFFERS, sizeof(struct vmbus_msg) },
	{ VMBUS_MSG_OPEN, sizeof(struct vmbus_open) },
	{ VMBUS_MSG_CLOSE, sizeof(struct vmbus_relid) },
	{ VMBUS_MSG_GPADL_HEADER, sizeof(struct vmbus_gpadl_header) },
	{ VMBUS_MSG_GPADL_BODY, sizeof(struct vmbus_gpadl_body) },
	{ VMBUS_MSG_GPADL_TEARDOWN, sizeof(struct vmbus_gpadl_teardown) },
	{ VMBUS_MSG_RELID_RELEASED, sizeof(struct vmbus_relid) },
	{ VMBUS_MSG_CONTACT, sizeof(struct vmbus_contact) },
	{ VMBUS_MSG_UNLOAD, sizeof(struct vmbus_msg) },
	{ VMBUS_MSG_TL_CONNECT, sizeof(struct vmbus_tl_connect) },
	{ VMBUS_MSG_MODIFY, sizeof(struct vmbus_modify) },
};

static const u32 hosts[] = {
	VMBUS_MSG_OFFER, VMBUS_MSG_RESCIND, VMBUS_MSG_ALL_OFFERS,
	VMBUS_MSG_OPEN_RESULT, VMBUS_MSG_GPADL_CREATED,
	VMBUS_MSG_GPADL_TORNDOWN, VMBUS_MSG_VERSION, VMBUS_MSG_UNLOADED,
	VMBUS_MSG_TL_RESULT, VMBUS_MSG_MODIFIED,
};

static u64 words[30];

static void fill(u32 type, u64 (*value)(void))
{
	for (u32 i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = value ? value() : 0;
	words[0] = type;
}

static void short_ones(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(known); i++) {
		const u32 sizes[] = { 0, 1, 4, 7, known[i].size - 1 };

		fill(known[i].type, random);
		for (u32 k = 0; k < ARRAY_SIZE(sizes); k++)
			vmbus_post(words, sizes[k]);
		CHECK(vmbus_quiet(), "type %u, short, is answered",
		      known[i].type);
	}
	both_work("after short messages");
}

/* Junk behind the end changes nothing. */
static void long_ones(void)
{
	struct vmbus_open_result opened;
	struct vmbus_tl_result refused;
	struct vmbus_modified modified;

	fill(VMBUS_MSG_OPEN, random);
	words[1] = RELID_NONE;
	vmbus_post(words, 240);
	CHECK(vmbus_expect(VMBUS_MSG_OPEN_RESULT, &opened, sizeof(opened)) &&
	      opened.status != SUCCESS, "OPEN");
	fill(VMBUS_MSG_TL_CONNECT, random);
	vmbus_post(words, 240);
	CHECK(vmbus_expect(VMBUS_MSG_TL_RESULT, &refused, sizeof(refused)) &&
	      refused.status != SUCCESS, "TL_CONNECT");
	fill(VMBUS_MSG_MODIFY, random);
	words[1] = a.relid;
	vmbus_post(words, 240);
	CHECK(vmbus_expect(VMBUS_MSG_MODIFIED, &modified, sizeof(modified)) &&
	      modified.status == SUCCESS, "MODIFY");
	both_work("after long messages");
}

static void unknown_ones(void)
{
	static const u32 odd[] = { 0, 18, 19, 20, 25, 64, 255, 256, 0x10003,
				   0x7FFFFFFF, 0x80000003, ~0U };

	for (u32 i = 0; i < ARRAY_SIZE(odd); i++) {
		fill(odd[i], random);
		vmbus_post(words, 240);
		fill(odd[i], NULL);
		vmbus_post(words, 8);
	}
	CHECK(vmbus_quiet(), "answered");
	both_work("after unknown messages");
}

static void hosts_ones(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(hosts); i++) {
		fill(hosts[i], NULL);
		words[1] = a.relid;
		vmbus_post(words, 240);
		fill(hosts[i], random);
		vmbus_post(words, 240);
		vmbus_post(words, 12);
		CHECK(vmbus_quiet(), "type %u is answered", hosts[i]);
	}
	both_work("after host-to-guest messages");
}

/* Another SynIC type than 1, on VMBus's connection. */
static void other_synic_types(void)
{
	static const u32 types[] = { 2, 3, 0x100, 0x10001, 0x7FFFFFFF };

	fill(VMBUS_MSG_UNLOAD, NULL);
	for (u32 i = 0; i < ARRAY_SIZE(types); i++)
		vmbus_post_to(VMBUS_MESSAGE_CONNECTION, types[i], words, 240);
	CHECK(vmbus_quiet(), "answered");
	both_work("after SynIC messages of other types");
}

/* Everything but a contact, which is no part of it here. */
static void post_all_types(void)
{
	for (u32 type = 0; type <= LAST_TYPE; type++) {
		if (type == VMBUS_MSG_CONTACT)
			continue;
		fill(type, random);
		words[1] = a.relid;
		vmbus_post(words, 240);
		vmbus_post(words, 8);
	}
}

static void nothing_comes(const char *when)
{
	struct hv_message msg;

	CHECK(!vmbus_receive(&msg, 100), "an answer %s", when);
}

/* A version that is refused ends the connection. */
static void before_contact(void)
{
	CHECK(!vmbus_contact(VMBUS_VERSION(6, 0)), "6.0 is accepted");
	post_all_types();
	nothing_comes("before contact");
	attach();
	both_work("after a contact");
}

static void after_unload(void)
{
	CHECK(vmbus_unload(), "UNLOAD is not answered");
	CHECK(vmbus_signal(a.connection, 0) == HV_STATUS_INVALID_CONNECTION_ID,
	      "the channel's connection is still there");
	post_all_types();
	nothing_comes("after UNLOAD");
	attach();
	both_work("after a contact");
}

/* The port fills up, or the host drains it; in the end it is as it was. */
static void flood(void)
{
	u32 full = 0;

	for (u32 i = 0; i < 10000; i++) {
		u32 status;

		fill(random() % LAST_TYPE, random);
		/* Nothing that ends the connection, or is answered. */
		if ((u32)words[0] == VMBUS_MSG_CONTACT ||
		    (u32)words[0] == VMBUS_MSG_UNLOAD)
			continue;
		status = vmbus_post_to(VMBUS_MESSAGE_CONNECTION, 1, words,
				       random() % 241);
		full += status == HV_STATUS_INSUFFICIENT_BUFFERS;
		CHECK(!status || status == HV_STATUS_INSUFFICIENT_BUFFERS,
		      "status %#x", status);
	}
	print("@@note %u of 10000 posts found the port full\n", full);
	drain();
	attach();
	both_work("after a flood");
}

/*
 * Requests that are answered, and no answer is taken: the host listens no more,
 * the port fills up, and what waits comes in order when the slot is freed.
 */
static void slot_never_freed(void)
{
	struct vmbus_tl_connect m = { .msg.type = VMBUS_MSG_TL_CONNECT };
	struct vmbus_tl_result r;
	struct hv_message msg;
	u32 posted = 0, taken = 0, status;
	struct timeout t = timeout_ms(20000);

	do {
		m.endpoint.b[0] = (u8)posted;
		status = vmbus_post_to(VMBUS_MESSAGE_CONNECTION, 1, &m,
				       sizeof(m));
		posted += !status;
	} while (!status && posted < 5000 && !expired(t));
	CHECK(status == HV_STATUS_INSUFFICIENT_BUFFERS,
	      "%u posts, the last one returns %#x", posted, status);
	/* Packets do not wait for messages. */
	both_work("while the slot is full");
	while (taken < posted && vmbus_receive(&msg, VMBUS_WAIT_MS)) {
		memcpy(&r, msg.u.payload, sizeof(r));
		if (r.msg.type != VMBUS_MSG_TL_RESULT ||
		    r.endpoint.b[0] != (u8)taken) {
			fail("answer %u is another one", taken);
			return;
		}
		taken++;
	}
	CHECK(taken == posted, "%u of %u answers", taken, posted);
	both_work("after that");
}

/* The same with offers, which nobody queues, and a contact over it. */
static void offers_not_taken(void)
{
	struct vmbus_msg m = { .type = VMBUS_MSG_REQUEST_OFFERS };

	for (u32 i = 0; i < 5; i++) {
		CHECK(vmbus_contact(VMBUS_VERSION_5_3), "contact %u", i);
		for (u32 k = 0; k < 30; k++)
			vmbus_post_to(VMBUS_MESSAGE_CONNECTION, 1, &m,
				      sizeof(m));
		delay_us(20000);
	}
	attach();
	both_work("after offers that nobody took");
}

const struct attack message_attacks[] = {
	{ "messages-short", short_ones },
	{ "messages-long", long_ones },
	{ "messages-unknown", unknown_ones },
	{ "messages-of-hosts", hosts_ones },
	{ "messages-synic-type", other_synic_types },
	{ "messages-before-contact", before_contact },
	{ "messages-after-unload", after_unload },
	{ "messages-flood", flood },
	{ "slot-never-freed", slot_never_freed },
	{ "offers-not-taken", offers_not_taken },
	{ NULL, NULL }
};
