// SPDX-License-Identifier: GPL-2.0
/* Rows: PostMessage, PostMessage flood, SignalEvent. */
#include "attack.h"

#define SWEEP	0x4000

static u8 payload[240];

static void posts(void)
{
	static const u32 sizes[] = { 241, 255, 256, 0xFFFF, 0x80000000, ~0U };
	static const u32 types[] = { 0, 0x80000000, 0x80000001, 0xFFFFFFFF };
	static const u32 connections[] = { 0, 1, 2, 3, 5, 0x2000, 0x800074,
					   0xFFFFFF };
	static const u32 reserved[] = { 0x01000004, 0x80000004, 0xFF000004 };

	for (u32 i = 0; i < ARRAY_SIZE(sizes); i++)
		CHECK(vmbus_post_to(4, 1, payload, sizes[i]) ==
		      HV_STATUS_INVALID_PARAMETER, "size %#x", sizes[i]);
	for (u32 i = 0; i < ARRAY_SIZE(types); i++)
		CHECK(vmbus_post_to(4, types[i], payload, 8) ==
		      HV_STATUS_INVALID_PARAMETER, "type %#x", types[i]);
	for (u32 i = 0; i < ARRAY_SIZE(connections); i++)
		CHECK(vmbus_post_to(connections[i], 1, payload, 8) ==
		      HV_STATUS_INVALID_CONNECTION_ID, "connection %#x",
		      connections[i]);
	for (u32 i = 0; i < ARRAY_SIZE(reserved); i++)
		CHECK(vmbus_post_to(reserved[i], 1, payload, 8) != 0,
		      "connection %#x", reserved[i]);
	/* An event's connection is none for messages. */
	CHECK(vmbus_post_to(a.connection, 1, payload, 8) != 0,
	      "a message to a channel");
	CHECK(vmbus_quiet(), "answered");
	both_work("after wrong posts");
}

static void signals(void)
{
	static const u32 flags[] = { 2048, 2049, 4095, 0x7FFF, 0xFFFF };
	u32 own = 0;

	for (u32 i = 0; i < ARRAY_SIZE(flags); i++)
		CHECK(vmbus_signal(a.connection, flags[i]) ==
		      HV_STATUS_INVALID_PARAMETER, "flag %u", flags[i]);
	/* Of all that there might be, ours alone. */
	for (u32 id = 0; id < SWEEP; id++) {
		u32 status = vmbus_signal(id, 0);

		if (id == a.connection || id == b.connection)
			own += !status;
		else
			CHECK(status != 0, "connection %#x", id);
	}
	CHECK(own == 2, "%u of our channels", own);
	CHECK(vmbus_signal(VMBUS_MESSAGE_CONNECTION, 0) != 0,
	      "an event for messages");
	both_work("after wrong signals");
}

/* Flags that nobody listens to, at a channel that is open. */
static void other_flags(void)
{
	for (u32 flag = 1; flag < 2048; flag = flag * 3 + 1)
		vmbus_signal(a.connection, flag);
	both_work("after other flags");
}

static void post_and_signal(void *arg)
{
	(void)arg;
	for (u32 i = 0; i < 5000; i++) {
		vmbus_signal(i & 1 ? a.connection : b.connection, 0);
		if (i % 4 == 0)
			vmbus_post_to(VMBUS_MESSAGE_CONNECTION, 1, payload,
				      i % 241);
	}
}

/* From both VPs; the other partitions are looked at from outside. */
static void flood(void)
{
	run_async(1, post_and_signal, NULL);
	post_and_signal(NULL);
	run_wait(1);
	drain();
	both_work("after a flood");
}

const struct attack hypercall_attacks[] = {
	{ "posts", posts },
	{ "signals", signals },
	{ "signals-other-flags", other_flags },
	{ "hypercall-flood", flood },
	{ NULL, NULL }
};
