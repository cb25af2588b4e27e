// SPDX-License-Identifier: GPL-2.0
/* Calls on virtual processors: life, registers, shared pages, state. */
#include "hypercall.h"
#include "apic.h"
#include "deposit.h"
#include "register.h"
#include "synic.h"
#include "world.h"

hv_status hc_create_vp(struct hcall *c)
{
	const struct hv_create_vp *in = (void *)c->in;

	if (in->flags || in->proximity_domain_info.flags.reserved)
		return HV_STATUS_INVALID_PARAMETER;
	if (in->vp_index >= HV_MAX_VPS || c->p->vps[in->vp_index])
		return HV_STATUS_INVALID_VP_INDEX;
	return vp_create(c->p, in->vp_index);
}

hv_status hc_delete_vp(struct hcall *c)
{
	return vp_delete(c->target);
}

/* VTL 0, said explicitly or not; there is no other. */
static bool vtl_ok(union hv_input_vtl vtl)
{
	return !vtl.reserved_z && !vtl.target_vtl;
}

hv_status hc_get_registers(struct hcall *c)
{
	const struct hv_input_get_vp_registers *in = (void *)c->in;
	union hv_register_value *out = (void *)c->out;
	const u32 *names = (void *)c->list;

	if (!vtl_ok(in->input_vtl))
		return HV_STATUS_INVALID_VTL_STATE;
	return register_get(c->target, names[c->rep_done], &out[c->rep_done]);
}

hv_status hc_set_registers(struct hcall *c)
{
	const struct hv_input_set_vp_registers *in = (void *)c->in;
	const struct hv_register_assoc *e = (void *)c->list;

	if (!vtl_ok(in->input_vtl))
		return HV_STATUS_INVALID_VTL_STATE;
	e += c->rep_done;
	return register_set(c->target, e->name, &e->value);
}

/* --- shared pages --------------------------------------------------------- */

static void **state_page_slot(struct vp *vp, u16 type)
{
	if (type == HV_VP_STATE_PAGE_REGISTERS)
		return (void **)&vp->reg_page;
	if (type == HV_VP_STATE_PAGE_INTERCEPT_MESSAGE)
		return (void **)&vp->vp_page;
	return NULL;
}

hv_status hc_map_state_page(struct hcall *c)
{
	const struct hv_input_map_vp_state_page *in = (void *)c->in;
	void **slot = state_page_slot(c->target, in->type);
	u64 pfn = partition_translate(c->caller, in->requested_map_location,
				      GPA_R | GPA_W);

	/* The location is always the caller's to give: pages stay the root's. */
	if (!slot || !in->flags.map_location_provided || in->flags.reserved ||
	    pfn == PFN_NONE)
		return HV_STATUS_INVALID_PARAMETER;
	if (*slot)
		return HV_STATUS_OPERATION_DENIED;
	*slot = share_page(pfn);
	*(u64 *)c->out = in->requested_map_location;
	return *slot ? HV_STATUS_SUCCESS : HV_STATUS_INSUFFICIENT_ROOT_MEMORY;
}

hv_status hc_unmap_state_page(struct hcall *c)
{
	const struct hv_input_unmap_vp_state_page *in = (void *)c->in;
	void **slot = state_page_slot(c->target, in->type);

	if (!slot)
		return HV_STATUS_INVALID_PARAMETER;
	if (!*slot)
		return HV_STATUS_OPERATION_DENIED;
	unshare_page(*slot);
	*slot = NULL;
	return HV_STATUS_SUCCESS;
}

/* --- VP state (TLFS 9.2): LAPIC page, XSAVE, SIM, SIEF ---------------------- */

/*
 * An XSAVE image from outside must not fault in our XRSTOR: no component that
 * the guest lacks, MXCSR within its mask, and behind XSTATE_BV the header that
 * our own area has: its layout (XCOMP_BV) is ours to choose, the rest is zero.
 */
static bool xsave_ok(const struct vp *vp, const u8 *x)
{
	const u64 *hdr = (const u64 *)(x + 512);
	const u64 *ours = (const u64 *)((u8 *)vp->world->xsave + 512);

	if (*(const u32 *)(x + 24) & ~0xffffu)
		return false;
	for (u32 i = 1; i < 8; i++)
		if (hdr[i] != ours[i])
			return false;
	return !(hdr[0] & ~machine.xcr0_mask);
}

/* State of @vp into the page @buf, or (@set) out of it. */
static hv_status move_state(struct vp *vp, u32 type, u8 *buf, bool set)
{
	u32 bytes = PAGE_SIZE;
	void *state;

	switch (type) {
	case HV_GET_SET_VP_STATE_LAPIC_STATE:
		if (set)
			return apic_set_page(vp, buf);
		apic_get_page(vp, buf);
		return HV_STATUS_SUCCESS;
	case HV_GET_SET_VP_STATE_XSAVE:
		if (set && !xsave_ok(vp, buf))
			return HV_STATUS_INVALID_REGISTER_VALUE;
		state = vp->world->xsave;
		bytes = vp->world->xsave_bytes;
		break;
	case HV_GET_SET_VP_STATE_SIM_PAGE:
	case HV_GET_SET_VP_STATE_SIEF_PAGE:
		state = synic_page(vp, type == HV_GET_SET_VP_STATE_SIEF_PAGE);
		break;
	default:
		return HV_STATUS_INVALID_PARAMETER;
	}
	memcpy(set ? state : buf, set ? buf : state, bytes);
	return HV_STATUS_SUCCESS;
}

/* One page of the caller's, whose number is one: shifted, it loses nothing. */
static hv_status vp_state(struct hcall *c, bool set)
{
	const struct hv_input_get_vp_state *in = (void *)c->in;
	u64 gpa = in->output_data_pfns[0] << PAGE_SHIFT;
	struct gpa_space *s = &c->caller->gpa;
	u8 *buf = c->out;		/* this call's answer is all zeros */
	hv_status st;

	static_assert(offsetof(struct hv_input_get_vp_state, output_data_pfns) ==
		      offsetof(struct hv_input_set_vp_state, data), "one shape");
	if (c->var_qwords != 1 || gpa >> PAGE_SHIFT != in->output_data_pfns[0])
		return HV_STATUS_INVALID_PARAMETER;
	zero_page(buf);
	if (set && !gpa_read(s, gpa, buf, PAGE_SIZE))
		return HV_STATUS_INVALID_PARAMETER;
	st = move_state(c->target, in->state_data.type, buf, set);
	if (!st && !set && !gpa_write(s, gpa, buf, PAGE_SIZE))
		st = HV_STATUS_INVALID_PARAMETER;
	zero_page(buf);
	return st;
}

hv_status hc_get_vp_state(struct hcall *c)
{
	return vp_state(c, false);
}

hv_status hc_set_vp_state(struct hcall *c)
{
	return vp_state(c, true);
}
