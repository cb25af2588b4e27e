// SPDX-License-Identifier: GPL-2.0
/* Rows: RELID_RELEASED, and all that may come while a channel is rescinded. */
#include "attack.h"

static struct vmbus_channel t;

/* It leaves on request, and the guest is told. */
static void leave(void)
{
	const struct touch_request r = { .op = TOUCH_LEAVE };
	struct vmbus_relid m;
	bool told;

	vmbus_send(&t, 0, 1, &r, sizeof(r));
	told = vmbus_expect(VMBUS_MSG_RESCIND, &m, sizeof(m));
	CHECK(told && m.relid == t.relid,
	      "it does not leave: message %u, channel %u of %u", m.msg.type,
	      m.relid, t.relid);
}

/* The host offers it anew, under another number. */
static bool comes_back(void)
{
	struct timeout until = timeout_ms(VMBUS_WAIT_MS);
	u32 old = t.relid;
	struct hv_message msg;
	struct vmbus_offer o;

	while (!expired(until)) {
		if (!vmbus_receive(&msg, 100))
			continue;
		memcpy(&o, msg.u.payload, sizeof(o));
		if (o.msg.type != VMBUS_MSG_OFFER ||
		    memcmp(o.type.b, touch_type, 16))
			continue;
		return o.relid != old && vmbus_open(&t, &o, RING_PAGES);
	}
	return false;
}

static int nothing(void)
{
	const struct touch_request r = { .op = 99 };

	return touch(&t, &r, NULL);
}

/* What an open channel has is over; nothing new may be made of it. */
static void misuse(void)
{
	u32 handle = vmbus_new_handle();

	leave();
	CHECK(vmbus_signal(t.connection, 0) == HV_STATUS_INVALID_CONNECTION_ID,
	      "it can be signalled");
	CHECK(vmbus_open_raw(t.relid, t.gpadl, RING_PAGES, 0) != SUCCESS,
	      "OPEN");
	CHECK(vmbus_gpadl_at(t.relid, handle, t.rings, 8) != SUCCESS, "GPADL");
	CHECK(vmbus_modify(t.relid, 1) != SUCCESS, "MODIFYCHANNEL");
	vmbus_relid_post(VMBUS_MSG_CLOSE, t.relid);
	CHECK(vmbus_quiet(), "CLOSE is answered");
	CHECK(vmbus_teardown(t.relid, t.gpadl), "its rings do not come back");
	both_work("while a channel leaves");
	vmbus_relid_post(VMBUS_MSG_RELID_RELEASED, t.relid);
	CHECK(comes_back(), "it does not come back");
	CHECK(nothing() != TOUCH_DEAD, "it does not work");
}

/* RELEASED with GPADLs behind it, complete and not; twice; and then again. */
static void released(void)
{
	for (u32 i = 0; i < 10; i++) {
		u32 handle = vmbus_new_handle(), old = t.relid;
		struct vmbus_gpadl_header h = {
			.msg.type = VMBUS_MSG_GPADL_HEADER,
			.relid = t.relid,
			.gpadl = handle,
			.range_bytes = 8 + 8 * 8,
			.ranges = 1,
			.byte_count = 8 * PAGE_SIZE,
		};

		vmbus_post(&h, sizeof(h));
		leave();
		vmbus_relid_post(VMBUS_MSG_RELID_RELEASED, old);
		vmbus_relid_post(VMBUS_MSG_RELID_RELEASED, old);
		vmbus_teardown_post(old, handle);
		vmbus_teardown_post(old, t.gpadl);
		CHECK(comes_back(), "it does not come back");
		/* The handle was the old channel's, and is free. */
		CHECK(vmbus_gpadl_at(t.relid, handle, t.rings, 8) == SUCCESS,
		      "the handle is not free");
		CHECK(nothing() != TOUCH_DEAD, "it does not work");
		vmbus_teardown(t.relid, handle);
	}
	both_work("after channels that left");
}

/* The guest never says that it knows: others go on, the next contact ends it. */
static void never_released(void)
{
	leave();
	delay_us(100000);
	both_work("while a channel leaves");
	attach_again();
	/* It comes with the others, or soon. */
	CHECK((vmbus_find(touch_type, 0) && open_touch(&t)) || comes_back(),
	      "it does not come back");
	CHECK(nothing() != TOUCH_DEAD, "it does not work");
	both_work("after a channel that nobody released");
}

/* Packets behind the one that makes it leave, and messages beside it. */
static void in_flight(void)
{
	const struct touch_request r = { .op = TOUCH_LEAVE };

	for (u32 i = 0; i < 4; i++) {
		u32 old = t.relid;

		for (u32 k = 0; k < 20; k++)
			vmbus_send(&t, VMBUS_PACKET_WANTS_COMPLETION, k, &r,
				   sizeof(r));
		vmbus_relid_post(VMBUS_MSG_CLOSE, old);
		vmbus_teardown_post(old, t.gpadl);
		vmbus_relid_post(VMBUS_MSG_RELID_RELEASED, old);
		drain();
		attach_again();
		CHECK((vmbus_find(touch_type, 0) && open_touch(&t)) ||
		      comes_back(), "it does not come back");
	}
	both_work("after channels that left");
}

static void with_touch(void (*fn)(void))
{
	if (!open_touch(&t))
		bail_out("no channel that touches memory");
	fn();
}

static void leave_misuse(void) { with_touch(misuse); }
static void leave_released(void) { with_touch(released); }
static void leave_never_released(void) { with_touch(never_released); }
static void leave_in_flight(void) { with_touch(in_flight); }

const struct attack leave_attacks[] = {
	{ "rescind-misuse", leave_misuse },
	{ "rescind-released", leave_released },
	{ "rescind-never-released", leave_never_released },
	{ "rescind-in-flight", leave_in_flight },
	{ NULL, NULL }
};
