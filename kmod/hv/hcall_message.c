// SPDX-License-Identifier: GPL-2.0
/* Messages and events: through a connection, and directly from the parent. */
#include "hypercall.h"
#include "port.h"
#include "synic.h"

hv_status hc_post_message(struct hcall *c)
{
	return port_post(c->caller, (void *)c->in);
}

hv_status hc_signal_event(struct hcall *c)
{
	const union hv_input_signal_event *in = (void *)c->in;

	if (in->rsvdz)
		return HV_STATUS_INVALID_HYPERCALL_INPUT;
	return port_signal(c->caller, in->connectionid.asu32, in->flag_number);
}

/* --- direct forms: parent to child, without a port ---------------------------- */

static hv_status check_direct(u8 vtl, u32 sint)
{
	if (vtl)
		return HV_STATUS_INVALID_VTL_STATE;
	return sint < HV_SYNIC_SINTS ? HV_STATUS_SUCCESS :
				       HV_STATUS_INVALID_PARAMETER;
}

hv_status hc_signal_direct(struct hcall *c)
{
	const struct hv_input_signal_event_direct *in = (void *)c->in;
	struct hv_output_signal_event_direct *out = (void *)c->out;
	bool newly;
	hv_status st;

	if (in->flag_number >= HV_EVENT_FLAGS_COUNT)
		return HV_STATUS_INVALID_PARAMETER;
	st = check_direct(in->target_vtl, in->target_sint);
	if (st)
		return st;
	st = synic_signal(c->target, in->target_sint, in->flag_number, &newly);
	/* An unusable target is "not newly signalled" here (digest 3.5). */
	if (st == HV_STATUS_INVALID_SYNIC_STATE)
		st = HV_STATUS_SUCCESS;
	out->newly_signaled = newly;
	return st;
}

hv_status hc_post_direct(struct hcall *c)
{
	const struct hv_input_post_message_direct *in = (void *)c->in;
	struct hv_message *m = (void *)c->out;
	hv_status st;

	/* The call returns nothing: there is room to align the message. */
	memcpy(m, in->message, sizeof(*m));
	if (!m->header.message_type ||
	    m->header.payload_size > HV_MESSAGE_PAYLOAD_BYTE_COUNT)
		return HV_STATUS_INVALID_PARAMETER;
	st = check_direct(in->target_vtl, in->target_sint);
	return st ? st : synic_post_direct(c->target, in->target_sint, m);
}
