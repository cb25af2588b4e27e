// SPDX-License-Identifier: GPL-2.0
/* Row: INITIATE_CONTACT. */
#include "attack.h"

#define PATTERN		0x7E57AB1EDEADBEEFULL

/* All that had been open is closed, and its pages are ours again. */
static void open_channels(void)
{
	struct vmbus_channel old = a;

	for (u32 i = 0; i < 20; i++) {
		/* Packets in flight, which nobody may answer into old rings. */
		for (u32 k = 0; k < 10; k++)
			vmbus_send(&old, VMBUS_PACKET_WANTS_COMPLETION, k,
				   &i, sizeof(i));
		CHECK(vmbus_contact(VMBUS_VERSION_5_3), "contact %u", i);
		for (u32 p = 0; p < old.pages; p++)
			page_fill(old.rings + p * PAGE_SIZE, PATTERN);
		CHECK(vmbus_signal(old.connection, 0) ==
		      HV_STATUS_INVALID_CONNECTION_ID, "it can be signalled");
		CHECK(vmbus_offers() != NO_ANSWER, "offers");
		/* Everything that a channel was asked has been done by now. */
		for (u32 p = 0; p < old.pages; p++)
			CHECK(page_is(old.rings + p * PAGE_SIZE, PATTERN),
			      "page %u of an old ring has changed", p);
		/* The handles are free again, the channels closed. */
		vmbus_clear(&old);
		CHECK(vmbus_gpadl_at(old.relid, old.gpadl, old.rings,
				     old.pages) == SUCCESS, "GPADL");
		CHECK(vmbus_open_raw(old.relid, old.gpadl, old.downstream, 0) ==
		      SUCCESS, "OPEN");
	}
}

static void odd_vps(void)
{
	static const u32 odd[] = { 2, 3, 63, 64, 65, 255, 4096, 0x7FFFFFFF,
				   0x80000000, ~0U - 1, ~0U };
	struct vmbus_contact m = {
		.msg.type = VMBUS_MSG_CONTACT,
		.version = VMBUS_VERSION_5_3,
		.sint = VMBUS_SINT,
	};
	struct hv_message msg;

	for (u32 i = 0; i < ARRAY_SIZE(odd); i++) {
		m.target_vp = odd[i];
		vmbus_post(&m, sizeof(m));
	}
	CHECK(!vmbus_receive(&msg, 100), "VP 0 gets an answer");
	CHECK(!vmbus_receive_on(1, &msg, 1), "VP 1 gets an answer");
	CHECK(vmbus_contact_from(VMBUS_VERSION_5_3, 1),
	      "VP 1 gets no answer");
	CHECK(!vmbus_receive(&msg, 10), "VP 0 gets VP 1's answer");
	attach();
	both_work("after odd VPs");
}

/* Pages that the host does not use, features it does not know, a VTL. */
static void wild_pages(void)
{
	struct vmbus_contact m = {
		.msg.type = VMBUS_MSG_CONTACT,
		.version = VMBUS_VERSION_5_3,
		.sint = VMBUS_SINT,
	};
	struct vmbus_version v;

	for (u32 i = 0; i < 50; i++) {
		m.vtl = (u8)random();
		m.reserved = (u16)random();
		m.features = (u32)random();
		m.monitor_page[0] = i & 1 ? random() : ~0ULL;
		m.monitor_page[1] = i & 2 ? random() : MMIO_HOLE;
		vmbus_post(&m, sizeof(m));
		CHECK(vmbus_expect(VMBUS_MSG_VERSION, &v, sizeof(v)) &&
		      v.supported && v.state == 0 &&
		      v.connection == VMBUS_MESSAGE_CONNECTION, "contact %u",
		      i);
	}
	/* A source that is not VMBus's, or an address in its place. */
	for (u32 i = 0; i < 240; i += 17) {
		m.sint = (u8)(VMBUS_SINT + 1 + i);
		vmbus_post(&m, sizeof(m));
		CHECK(vmbus_expect(VMBUS_MSG_VERSION, &v, sizeof(v)) &&
		      !v.supported, "source %u", m.sint);
	}
	attach();
	both_work("after wild pages");
}

static void versions(void)
{
	static const u32 refused[] = {
		0, 1, VMBUS_VERSION(0, 13), VMBUS_VERSION(1, 1),
		VMBUS_VERSION(2, 4), VMBUS_VERSION(3, 0), VMBUS_VERSION(4, 0),
		VMBUS_VERSION(4, 1), VMBUS_VERSION(5, 4), VMBUS_VERSION(6, 0),
		VMBUS_VERSION(6, 1), 0x7FFFFFFF, 0x80000000, ~0U,
	};
	struct vmbus_msg m = { .type = VMBUS_MSG_REQUEST_OFFERS };
	struct hv_message msg;

	for (u32 i = 0; i < ARRAY_SIZE(refused); i++) {
		CHECK(!vmbus_contact(refused[i]), "%#x is accepted",
		      refused[i]);
		vmbus_post(&m, sizeof(m));
		CHECK(!vmbus_receive(&msg, 20), "%#x is a connection",
		      refused[i]);
	}
	for (u32 v = VMBUS_VERSION_5_0; v <= VMBUS_VERSION_5_3; v++)
		CHECK(vmbus_contact(v), "%#x is refused", v);
	attach();
	both_work("after versions");
}

/* As many as go in, and only the last one counts. */
static void storm(void)
{
	struct vmbus_contact m = {
		.msg.type = VMBUS_MSG_CONTACT,
		.version = VMBUS_VERSION_5_3,
		.sint = VMBUS_SINT,
	};

	for (u32 i = 0; i < 2000; i++) {
		m.target_vp = (u32)random() % 3;
		m.version = VMBUS_VERSION_5_0 + (u32)random() % 5;
		vmbus_post(&m, sizeof(m));
	}
	attach();
	both_work("after many contacts");
}

const struct attack contact_attacks[] = {
	{ "contact-open-channels", open_channels },
	{ "contact-odd-vps", odd_vps },
	{ "contact-wild-pages", wild_pages },
	{ "contact-versions", versions },
	{ "contact-storm", storm },
	{ NULL, NULL }
};
