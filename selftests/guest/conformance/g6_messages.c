// SPDX-License-Identifier: GPL-2.0
/* 9.6 Messages, 9.7 post and signal, 9.8 event flags */
#include <hvpart/call_interrupt.h>
#include <hvpart/message.h>
#include "conf.h"

#define LATER(n) \
	SKIPPED(n, "counterpart in the parent comes with the VMBus host")
#define NOWHERE		0x00ABCDEF	/* no connection has this number */

static struct hv_input_post_message *post_input(void)
{
	struct hv_input_post_message *in = page_alloc();

	in->connectionid.asu32 = NOWHERE;
	in->message_type = 1;
	in->payload_size = 8;
	return in;
}

static u32 post(const void *in)
{
	return hcall_slow(HVCALL_POST_MESSAGE, in, NULL);
}

static void t099_post_without_privilege(void)
{
	REQUIRE(!(hv_features().ebx & HV_POST_MESSAGES),
		"this partition has the privilege");
	same("status", post(post_input()), HV_STATUS_ACCESS_DENIED);
}

static void t100_post_to_nobody(void)
{
	struct hv_input_post_message *in = post_input();

	same("status", post(in), HV_STATUS_INVALID_CONNECTION_ID);
	in->connectionid.asu32 = 0xFF000001;
	same("status", post(in), HV_STATUS_INVALID_CONNECTION_ID);
}

static void t101_type_0(void)
{
	struct hv_input_post_message *in = post_input();

	in->message_type = 0;
	same("status", post(in), HV_STATUS_INVALID_PARAMETER);
}

static void t102_hypervisor_type(void)
{
	struct hv_input_post_message *in = post_input();

	in->message_type = 0x80000001;
	same("status", post(in), HV_STATUS_INVALID_PARAMETER);
}

static void t103_241_bytes(void)
{
	struct hv_input_post_message *in = post_input();

	in->payload_size = 241;
	same("status", post(in), HV_STATUS_INVALID_PARAMETER);
	in->payload_size = 0xFFFFFFFF;
	same("status", post(in), HV_STATUS_INVALID_PARAMETER);
}

static void t106_unaligned(void)
{
	u8 *in = (u8 *)post_input();

	for (u32 off = 1; off < 8; off++)
		same("status", post(in + off), HV_STATUS_INVALID_ALIGNMENT);
}

static void t107_crossing(void)
{
	u8 *in = (u8 *)post_input();

	page_alloc();
	same("status", post(in + PAGE_SIZE - 8), HV_STATUS_INVALID_ALIGNMENT);
	same("status", post(in + PAGE_SIZE - 248), HV_STATUS_INVALID_ALIGNMENT);
	memcpy(in + PAGE_SIZE - 256, in, 256);
	same("status at the end of the page", post(in + PAGE_SIZE - 256),
	     HV_STATUS_INVALID_CONNECTION_ID);
}

static u32 signal_fast(u32 connection, u64 rest)
{
	return hcall_fast(HVCALL_SIGNAL_EVENT, connection | rest << 32, 0);
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

static void t113_signal_reserved(void)
{
	same("status", signal_fast(NOWHERE, 0x00010000),
	     HV_STATUS_INVALID_HYPERCALL_INPUT);
	same("status", signal_fast(NOWHERE, 0x80000000),
	     HV_STATUS_INVALID_HYPERCALL_INPUT);
}

const struct test group6[] = {
	LATER(81), LATER(82), LATER(83), LATER(84), LATER(85), LATER(86),
	LATER(87), LATER(88), LATER(89), LATER(90), LATER(91), LATER(92),
	LATER(93), LATER(94), LATER(95), LATER(96), LATER(97), LATER(98),
	T(99, IN_NARROW, t099_post_without_privilege,
	  "a post without its privilege returns 6"),
	T(100, IN_MAIN, t100_post_to_nobody,
	  "a post with an unknown connection returns 0x12"),
	T(101, IN_MAIN, t101_type_0, "a post of type 0 returns 5"),
	T(102, IN_MAIN, t102_hypervisor_type,
	  "a post of a type with bit 31 returns 5"),
	T(103, IN_MAIN, t103_241_bytes, "a post of 241 bytes returns 5"),
	LATER(104), LATER(105),
	T(106, IN_MAIN, t106_unaligned, "a post from an unaligned block returns 4"),
	T(107, IN_MAIN, t107_crossing, "a post from two pages returns 4"),
	LATER(108), LATER(109),
	T(110, IN_NARROW, t110_signal_without_privilege,
	  "a signal without its privilege returns 6"),
	T(111, IN_MAIN, t111_signal_to_nobody,
	  "a signal with an unknown connection returns 0x12"),
	LATER(112),
	T(113, IN_MAIN, t113_signal_reserved,
	  "a signal with reserved bits returns 3"),
	LATER(114), LATER(115), LATER(116), LATER(117), LATER(118), LATER(119),
	LATER(120), LATER(121), LATER(122), LATER(123), LATER(124),
	{ 0 }
};
