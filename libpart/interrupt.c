// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Into the guest: interrupts, messages, events.
 */
#include <errno.h>
#include <string.h>

#include <hvpart/call_interrupt.h>

#include "internal.h"

PART_PUBLIC int part_assert_interrupt(struct part *part, __u32 type,
				      __u64 dest, __u32 vector, bool level,
				      bool logical)
{
	struct hv_input_assert_virtual_interrupt in = {
		.control.interrupt_type = type,
		.control.level_triggered = level,
		.control.logical_dest_mode = logical,
		.dest_addr = dest,
		.vector = vector,
	};

	return part_hvcall(part, HVCALL_ASSERT_VIRTUAL_INTERRUPT, &in,
			   sizeof(in), NULL, 0, NULL);
}

PART_PUBLIC int part_post_message_direct(struct part *part, __u32 vp,
					 __u8 sint,
					 const struct hv_message *msg)
{
	struct hv_input_post_message_direct in = {
		.target_vp = vp,
		.target_sint = sint,
	};
	int ret;

	status_set(HV_STATUS_SUCCESS);
	if (sint >= HV_SYNIC_SINT_COUNT ||
	    msg->header.payload_size > HV_MESSAGE_PAYLOAD_BYTE_COUNT)
		return -EINVAL;
	memcpy(in.message, msg, sizeof(in.message));
	ret = part_hvcall(part, HVCALL_POST_MESSAGE_DIRECT, &in, sizeof(in),
			  NULL, 0, NULL);
	/* The guest has yet to empty the slot: that is not a refusal. */
	if (ret && part_last_status() == HV_STATUS_OBJECT_IN_USE)
		ret = -EAGAIN;
	return ret;
}

PART_PUBLIC int part_signal_event_direct(struct part *part, __u32 vp,
					 __u8 sint, __u16 flag)
{
	struct hv_input_signal_event_direct in = {
		.target_vp = vp,
		.target_sint = sint,
		.flag_number = flag,
	};
	struct hv_output_signal_event_direct out = { 0 };
	int ret;

	status_set(HV_STATUS_SUCCESS);
	if (sint >= HV_SYNIC_SINT_COUNT || flag >= HV_EVENT_FLAGS_COUNT)
		return -EINVAL;
	ret = part_hvcall(part, HVCALL_SIGNAL_EVENT_DIRECT, &in, sizeof(in),
			  &out, sizeof(out), NULL);
	return ret ? ret : out.newly_signaled != 0;
}
