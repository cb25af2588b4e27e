// SPDX-License-Identifier: GPL-2.0
/* 9.7 Post and signal hypercalls: ours, and the parent's to us */
#include <hvpart/call_interrupt.h>
#include <hvpart/message.h>
#include "parent.h"

#define NOWHERE		0x00ABCDEF	/* no connection has this number */
#define MESSAGES	0x00001001	/* ours to the parent */
#define EVENTS		0x00001002
#define SINT		4
#define VEC		0x70

static struct hv_input_post_message *post_input(u32 connection)
{
	struct hv_input_post_message *in = page_alloc();

	in->connectionid.asu32 = connection;
	in->message_type = 1;
	in->payload_size = 8;
	return in;
}

static u32 post(const void *in)
{
	return hcall_slow(HVCALL_POST_MESSAGE, in, NULL);
}

static u32 signal_fast(u32 connection, u64 rest)
{
	return hcall_fast(HVCALL_SIGNAL_EVENT, connection | rest << 32, 0);
}

static void t099_post_without_privilege(void)
{
	REQUIRE(!(hv_features().ebx & HV_POST_MESSAGES),
		"this partition has the privilege");
	same("status", post(post_input(NOWHERE)), HV_STATUS_ACCESS_DENIED);
}

static void t100_post_to_nobody(void)
{
	struct hv_input_post_message *in = post_input(NOWHERE);

	same("status", post(in), HV_STATUS_INVALID_CONNECTION_ID);
	in->connectionid.asu32 = 0xFF000001;
	same("status", post(in), HV_STATUS_INVALID_CONNECTION_ID);
}

static void t101_type_0(void)
{
	struct hv_input_post_message *in = post_input(NOWHERE);

	in->message_type = 0;
	same("status", post(in), HV_STATUS_INVALID_PARAMETER);
}

static void t102_hypervisor_type(void)
{
	struct hv_input_post_message *in = post_input(NOWHERE);

	in->message_type = 0x80000001;
	same("status", post(in), HV_STATUS_INVALID_PARAMETER);
}

static void t103_241_bytes(void)
{
	struct hv_input_post_message *in = post_input(NOWHERE);

	in->payload_size = 241;
	same("status", post(in), HV_STATUS_INVALID_PARAMETER);
	in->payload_size = 0xFFFFFFFF;
	same("status", post(in), HV_STATUS_INVALID_PARAMETER);
}

static void arrives(s32 queue, struct hv_input_post_message *in, u32 size)
{
	u8 *bytes = (u8 *)in->payload;
	struct mailbox got;

	in->message_type = 0x7FFFFFFF - size;
	in->payload_size = size;
	for (u32 i = 0; i < 240; i++)
		bytes[i] = 7 * i + size;
	same("status", post(in), HV_STATUS_SUCCESS);
	REQUIRE(parent_read(queue, &got), "the parent has no message");
	same("type", got.type, in->message_type);
	same("size", got.size, size);
	CHECK(!memcmp(got.payload, bytes, size), "the payload differs");
	for (u32 i = size; i < 240; i++)
		CHECK(!got.payload[i], "byte %u beyond it is %#x", i,
		      got.payload[i]);
	CHECK(!parent_read(queue, &got), "the parent has another message");
}

static void t104_0_bytes(void)
{
	s32 queue = parent_listen_message(MESSAGES);

	if (queue >= 0)
		arrives(queue, post_input(MESSAGES), 0);
}

static void t105_240_bytes(void)
{
	struct hv_input_post_message *in = post_input(MESSAGES);
	s32 queue = parent_listen_message(MESSAGES);

	if (queue < 0)
		return;
	arrives(queue, in, 240);
	arrives(queue, in, 239);
	arrives(queue, in, 1);
}

static void t106_unaligned(void)
{
	u8 *in = (u8 *)post_input(NOWHERE);

	for (u32 off = 1; off < 8; off++)
		same("status", post(in + off), HV_STATUS_INVALID_ALIGNMENT);
}

static void t107_crossing(void)
{
	u8 *in = (u8 *)post_input(NOWHERE);

	page_alloc();
	same("status", post(in + PAGE_SIZE - 8), HV_STATUS_INVALID_ALIGNMENT);
	same("status", post(in + PAGE_SIZE - 248), HV_STATUS_INVALID_ALIGNMENT);
	memcpy(in + PAGE_SIZE - 256, in, 256);
	same("status at the end of the page", post(in + PAGE_SIZE - 256),
	     HV_STATUS_INVALID_CONNECTION_ID);
}

/* Upwards the parent's queue is all there is. */
static void full_queue(void)
{
	struct hv_input_post_message *in = post_input(MESSAGES);
	s32 queue = parent_listen_message(MESSAGES);
	struct mailbox got;

	if (queue < 0)
		return;
	for (in->payload[0] = 0; in->payload[0] < 16; in->payload[0]++)
		same("our status", post(in), HV_STATUS_SUCCESS);
	same("our status when it is full", post(in),
	     HV_STATUS_INSUFFICIENT_BUFFERS);
	for (u64 n = 0; n < 16; n++) {
		REQUIRE(parent_read(queue, &got), "%llu of 16 came", n);
		same("the number", *(u64 *)got.payload, n);
	}
	same("our status when it is empty", post(in), HV_STATUS_SUCCESS);
}

static void t108_full_port(void)
{
	volatile struct hv_message *slot = sim_on(page_alloc()) + SINT;
	s32 port = parent_connect_message(0, SINT);
	u64 n;

	if (port < 0)
		return;
	for (n = 0; n < 17; n++)
		same("the parent's status", parent_post(port, 1, 8, &n), 0);
	same("the parent's status when it is full",
	     parent_post(port, 1, 8, &n), HV_STATUS_INSUFFICIENT_BUFFERS);
	for (n = 0; n < 17; n++) {
		same("the number", slot->u.payload[0], n);
		slot->header.message_type = HVMSG_NONE;
		wrmsr(HV_X64_MSR_EOM, 0);
	}
	same("the type after all", slot->header.message_type, HVMSG_NONE);
	full_queue();
}

static void t109_post_to_events(void)
{
	struct hv_input_post_message *in = post_input(EVENTS);
	s32 events = parent_listen_event(EVENTS, 0);

	if (events < 0)
		return;
	same("status", post(in), HV_STATUS_INVALID_PORT_ID);
	same("signals", parent_count(events), 0);
}

static void t110_signal_without_privilege(void)
{
	REQUIRE(!(hv_features().ebx & HV_SIGNAL_EVENTS),
		"this partition has the privilege");
	same("status", signal_fast(NOWHERE, 0), HV_STATUS_ACCESS_DENIED);
}

static void t111_signal_to_nobody(void)
{
	u64 *in = page_alloc();

	*in = NOWHERE;
	same("fast status", signal_fast(NOWHERE, 0),
	     HV_STATUS_INVALID_CONNECTION_ID);
	same("slow status", hcall_slow(HVCALL_SIGNAL_EVENT, in, NULL),
	     HV_STATUS_INVALID_CONNECTION_ID);
}

static void t112_flag_beyond(void)
{
	s32 events = parent_listen_event(EVENTS, 2047), port;

	if (events < 0)
		return;
	same("our status at the end", signal_fast(EVENTS, 2047), 0);
	same("signals", parent_count(events), 1);
	same("our status beyond it", signal_fast(EVENTS, 2048),
	     HV_STATUS_INVALID_PARAMETER);
	same("our status far beyond it", signal_fast(EVENTS, 0xFFFF),
	     HV_STATUS_INVALID_PARAMETER);
	wrmsr(HV_X64_MSR_SIEFP, (u64)page_alloc() | HV_SYNIC_SIEFP_ENABLE);
	sim_on(page_alloc());
	wrmsr(HV_X64_MSR_SINT0 + SINT, VEC);
	port = parent_connect_event(0, SINT, 16, 8);
	if (port < 0)
		return;
	same("the parent's status at the end", parent_signal(port, 7), 0);
	same("the parent's status beyond it", parent_signal(port, 8),
	     HV_STATUS_INVALID_PARAMETER);
}

static void t113_signal_reserved(void)
{
	same("status", signal_fast(NOWHERE, 0x00010000),
	     HV_STATUS_INVALID_HYPERCALL_INPUT);
	same("status", signal_fast(NOWHERE, 0x80000000),
	     HV_STATUS_INVALID_HYPERCALL_INPUT);
}

static void t114_signal_to_messages(void)
{
	s32 queue = parent_listen_message(MESSAGES);
	struct mailbox got;

	if (queue < 0)
		return;
	same("status", signal_fast(MESSAGES, 0), HV_STATUS_INVALID_PORT_ID);
	CHECK(!parent_read(queue, &got), "the parent has a message");
}

static void t115_signal_fast(void)
{
	s32 events = parent_listen_event(EVENTS, 0);

	if (events < 0)
		return;
	for (u32 i = 0; i < 10; i++)
		same("status", signal_fast(EVENTS, 0), HV_STATUS_SUCCESS);
	/* Each is counted: nothing is between the call and the eventfd. */
	same("signals", parent_count(events), 10);
	parent_close(events);
}

static void failing_posts(s32 port, s32 events)
{
	u64 payload[30];

	memset(payload, 0x5A, sizeof(payload));
	same("status of type 0", parent_post(port, 0, 8, payload),
	     HV_STATUS_INVALID_PARAMETER);
	same("status of a hypervisor's type",
	     parent_post(port, HVMSG_TIMER_EXPIRED, 8, payload),
	     HV_STATUS_INVALID_PARAMETER);
	same("status of 241 bytes", parent_post(port, 1, 241, payload),
	     HV_STATUS_INVALID_PARAMETER);
	same("status of a full port", parent_post(port, 1, 8, payload),
	     HV_STATUS_INSUFFICIENT_BUFFERS);
	same("status of a post to events", parent_post(events, 1, 8, payload),
	     HV_STATUS_INVALID_PORT_ID);
	same("status of a signal to messages", parent_signal(port, 0),
	     HV_STATUS_INVALID_PORT_ID);
	same("status of a flag beyond", parent_signal(events, 8),
	     HV_STATUS_INVALID_PARAMETER);
	wrmsr(HV_X64_MSR_SCONTROL, 0);
	same("status of a signal, SynIC off", parent_signal(events, 0),
	     HV_STATUS_INVALID_SYNIC_STATE);
	wrmsr(HV_X64_MSR_SCONTROL, HV_SYNIC_CONTROL_ENABLE);
}

static void t116_failure_changes_nothing(void)
{
	void *sim = page_alloc(), *sief = page_alloc();
	void *sim_was = page_alloc(), *sief_was = page_alloc();
	s32 port, events;

	sim_on(sim);
	wrmsr(HV_X64_MSR_SIEFP, (u64)sief | HV_SYNIC_SIEFP_ENABLE);
	wrmsr(HV_X64_MSR_SINT0 + SINT, VEC);
	port = parent_connect_message(0, SINT);
	events = parent_connect_event(0, SINT, 0, 8);
	if (port < 0 || events < 0)
		return;
	for (u64 n = 0; n < 17; n++)
		parent_send(port, n);
	same("status of the last flag", parent_signal(events, 7), 0);
	memcpy(sim_was, sim, PAGE_SIZE);
	memcpy(sief_was, sief, PAGE_SIZE);
	failing_posts(port, events);
	delay_us(20000);
	CHECK(!memcmp(sim, sim_was, PAGE_SIZE), "the message page has changed");
	CHECK(!memcmp(sief, sief_was, PAGE_SIZE), "the event page has changed");
}

const struct test group7[] = {
	T(99, IN_NARROW, t099_post_without_privilege,
	  "a post without its privilege returns 6"),
	T(100, IN_MAIN, t100_post_to_nobody,
	  "a post with an unknown connection returns 0x12"),
	T(101, IN_MAIN, t101_type_0, "a post of type 0 returns 5"),
	T(102, IN_MAIN, t102_hypervisor_type,
	  "a post of a type with bit 31 returns 5"),
	T(103, IN_MAIN, t103_241_bytes, "a post of 241 bytes returns 5"),
	T(104, IN_PORTS, t104_0_bytes, "a post of 0 bytes arrives"),
	T(105, IN_PORTS, t105_240_bytes, "a post of 240 bytes arrives intact"),
	T(106, IN_MAIN, t106_unaligned, "a post from an unaligned block returns 4"),
	T(107, IN_MAIN, t107_crossing, "a post from two pages returns 4"),
	T(108, IN_PORTS, t108_full_port, "a post to a full port returns 0x13"),
	T(109, IN_PORTS, t109_post_to_events,
	  "a post to an event connection returns 0x11"),
	T(110, IN_NARROW, t110_signal_without_privilege,
	  "a signal without its privilege returns 6"),
	T(111, IN_MAIN, t111_signal_to_nobody,
	  "a signal with an unknown connection returns 0x12"),
	T(112, IN_PORTS, t112_flag_beyond,
	  "a signal with the flag after the last returns 5"),
	T(113, IN_MAIN, t113_signal_reserved,
	  "a signal with reserved bits returns 3"),
	T(114, IN_PORTS, t114_signal_to_messages,
	  "a signal to a message connection returns 0x11"),
	T(115, IN_PORTS, t115_signal_fast,
	  "a fast signal of flag 0 arrives"),
	T(116, IN_PORTS, t116_failure_changes_nothing,
	  "a failing post or signal changes no page of the receiver"),
	{ 0 }
};
