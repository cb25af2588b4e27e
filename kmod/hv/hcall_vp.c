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
	const union hv_input_delete_vp *in = (void *)c->in;

	return vp_delete(c->p, in->vp_index);
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

static hv_status state_source(struct vp *vp, u32 type, void **page)
{
	switch (type) {
	case HV_GET_SET_VP_STATE_XSAVE:
		*page = vp->world->xsave;
		return HV_STATUS_SUCCESS;
	case HV_GET_SET_VP_STATE_SIM_PAGE:
	case HV_GET_SET_VP_STATE_SIEF_PAGE:
		*page = synic_page(vp, type == HV_GET_SET_VP_STATE_SIEF_PAGE);
		return HV_STATUS_SUCCESS;
	}
	return HV_STATUS_INVALID_PARAMETER;
}

/* One page, whose number is one: shifted, it loses nothing. */
static bool one_page(const struct hcall *c, u32 type, u64 pfn)
{
	return c->var_qwords == 1 && type & HV_GET_SET_VP_STATE_TYPE_PFN &&
		!(pfn >> (64 - PAGE_SHIFT));
}

hv_status hc_get_vp_state(struct hcall *c)
{
	const struct hv_input_get_vp_state *in = (void *)c->in;
	u32 type = in->state_data.type;
	u8 *buf = c->out;
	void *src = NULL;
	hv_status st = HV_STATUS_SUCCESS;

	if (!one_page(c, type, in->output_data_pfns[0]))
		return HV_STATUS_INVALID_PARAMETER;
	zero_page(buf);
	if (type == HV_GET_SET_VP_STATE_LAPIC_STATE)
		apic_get_page(c->target, buf);
	else
		st = state_source(c->target, type, &src);
	if (src)
		memcpy(buf, src, type == HV_GET_SET_VP_STATE_XSAVE ?
		       c->target->world->xsave_bytes : PAGE_SIZE);
	if (!st && !gpa_write(&c->caller->gpa,
			      in->output_data_pfns[0] << PAGE_SHIFT, buf, PAGE_SIZE))
		st = HV_STATUS_INVALID_PARAMETER;
	zero_page(buf);
	return st;
}

/*
 * An XSAVE image from outside must not fault in our XRSTOR: reserved header
 * bytes zero, no component that the guest lacks, MXCSR within its mask.
 */
static bool xsave_ok(const struct vp *vp, const u8 *x)
{
	const u64 *hdr = (const u64 *)(x + 512);
	const u64 *have = (const u64 *)((u8 *)vp->world->xsave + 512);

	if (*(const u32 *)(x + 24) & ~0xffffu)
		return false;
	if (hdr[0] & ~(machine.xcr0_mask | machine.xss_mask))
		return false;
	for (u32 i = 2; i < 8; i++)
		if (hdr[i])
			return false;
	/* The layout (XCOMP_BV) is ours to choose. */
	return hdr[1] == have[1];
}

hv_status hc_set_vp_state(struct hcall *c)
{
	const struct hv_input_set_vp_state *in = (void *)c->in;
	struct world *w = c->target->world;
	u8 *buf = c->out;
	void *dst = NULL;
	hv_status st;

	if (!one_page(c, in->state_data.type, in->data[0].pfns) ||
	    !gpa_read(&c->caller->gpa, in->data[0].pfns << PAGE_SHIFT, buf, PAGE_SIZE))
		return HV_STATUS_INVALID_PARAMETER;
	if (in->state_data.type == HV_GET_SET_VP_STATE_LAPIC_STATE)
		return apic_set_page(c->target, buf);
	st = state_source(c->target, in->state_data.type, &dst);
	if (st)
		return st;
	if (dst == w->xsave && !xsave_ok(c->target, buf))
		return HV_STATUS_INVALID_REGISTER_VALUE;
	memcpy(dst, buf, dst == w->xsave ? w->xsave_bytes : PAGE_SIZE);
	return HV_STATUS_SUCCESS;
}
