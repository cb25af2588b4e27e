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
	struct partition *p;
	hv_status st;

	st = partition_lock_child(c->caller, in->partition_id, &p);
	if (st)
		return st;
	if (p->state != PS_ACTIVE)
		st = HV_STATUS_INVALID_PARTITION_STATE;
	else if (in->flags || in->proximity_domain_info.flags.reserved)
		st = HV_STATUS_INVALID_PARAMETER;
	else if (in->vp_index >= HV_MAX_VPS || p->vps[in->vp_index])
		st = HV_STATUS_INVALID_VP_INDEX;
	else
		st = vp_create(p, in->vp_index);
	partition_unlock(p);
	return st;
}

hv_status hc_delete_vp(struct hcall *c)
{
	const union hv_input_delete_vp *in = (void *)c->in;
	struct partition *p;
	hv_status st;

	st = partition_lock_child(c->caller, in->partition_id, &p);
	if (st)
		return st;
	if (p->state != PS_ACTIVE)
		st = HV_STATUS_INVALID_PARTITION_STATE;
	else
		st = vp_delete(p, in->vp_index);
	partition_unlock(p);
	return st;
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
	struct partition *p;
	struct vp *vp;
	hv_status st;

	if (!vtl_ok(in->input_vtl))
		return HV_STATUS_INVALID_VTL_STATE;
	st = vp_claim(c->caller, in->partition_id, in->vp_index, &p, &vp);
	if (st)
		return st;
	while (!st && c->rep_done < c->rep_count) {
		st = register_get(vp, ((u32 *)c->list)[c->rep_done],
				  &out[c->rep_done]);
		if (!st)
			c->rep_done++;
	}
	vp_release(p, vp);
	return st;
}

/*
 * A VP that runs elsewhere can be told only one thing: to stop. Everything else
 * waits until it has (INVALID_VP_STATE), which the parent brings about.
 */
static hv_status stop_running(struct hcall *c)
{
	const struct hv_input_set_vp_registers *in = (void *)c->in;
	struct partition *p;
	struct vp *vp;
	hv_status st;

	st = partition_lock_child(c->caller, in->partition_id, &p);
	if (st)
		return st;
	vp = partition_vp(p, in->vp_index);
	if (vp && load_acquire(&vp->running))
		vp_request(vp, VPREQ_STOP);
	partition_unlock(p);
	return HV_STATUS_INVALID_VP_STATE;
}

hv_status hc_set_registers(struct hcall *c)
{
	const struct hv_input_set_vp_registers *in = (void *)c->in;
	const struct hv_register_assoc *e = (void *)c->list;
	struct partition *p;
	struct vp *vp;
	hv_status st;

	if (!vtl_ok(in->input_vtl))
		return HV_STATUS_INVALID_VTL_STATE;
	st = vp_claim(c->caller, in->partition_id, in->vp_index, &p, &vp);
	if (st == HV_STATUS_INVALID_VP_STATE)
		return stop_running(c);
	if (st)
		return st;
	while (!st && c->rep_done < c->rep_count) {
		st = register_set(vp, e[c->rep_done].name, &e[c->rep_done].value);
		if (!st)
			c->rep_done++;
	}
	vp_release(p, vp);
	return st;
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
	struct partition *p;
	struct vp *vp;
	void **slot;
	hv_status st;
	u64 pfn;

	/* The location is always the caller's to give: pages stay the root's. */
	if (!in->flags.map_location_provided || in->flags.reserved)
		return HV_STATUS_INVALID_PARAMETER;
	if (!partition_translate(c->caller, in->requested_map_location,
				 GPA_R | GPA_W, &pfn))
		return HV_STATUS_INVALID_PARAMETER;
	st = vp_claim(c->caller, in->partition_id, in->vp_index, &p, &vp);
	if (st)
		return st;
	slot = state_page_slot(vp, in->type);
	if (!slot)
		st = HV_STATUS_INVALID_PARAMETER;
	else if (*slot)
		st = HV_STATUS_OPERATION_DENIED;
	else if (!(*slot = share_page(pfn)))
		st = HV_STATUS_INSUFFICIENT_ROOT_MEMORY;
	*(u64 *)c->out = in->requested_map_location;
	vp_release(p, vp);
	return st;
}

hv_status hc_unmap_state_page(struct hcall *c)
{
	const struct hv_input_unmap_vp_state_page *in = (void *)c->in;
	struct partition *p;
	struct vp *vp;
	void **slot;
	hv_status st;

	st = vp_claim(c->caller, in->partition_id, in->vp_index, &p, &vp);
	if (st)
		return st;
	slot = state_page_slot(vp, in->type);
	if (!slot) {
		st = HV_STATUS_INVALID_PARAMETER;
	} else if (!*slot) {
		st = HV_STATUS_OPERATION_DENIED;
	} else {
		unshare_page(*slot);
		*slot = NULL;
	}
	vp_release(p, vp);
	return st;
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
		return *page ? HV_STATUS_SUCCESS : HV_STATUS_INVALID_SYNIC_STATE;
	}
	return HV_STATUS_INVALID_PARAMETER;
}

hv_status hc_get_vp_state(struct hcall *c)
{
	const struct hv_input_get_vp_state *in = (void *)c->in;
	u8 *buf = c->out;
	void *src = NULL;
	struct partition *p;
	struct vp *vp;
	hv_status st;

	if (c->var_qwords != 1 || !(in->state_data.type & HV_GET_SET_VP_STATE_TYPE_PFN))
		return HV_STATUS_INVALID_PARAMETER;
	st = vp_claim(c->caller, in->partition_id, in->vp_index, &p, &vp);
	if (st)
		return st;
	memset(buf, 0, PAGE_SIZE);
	if (in->state_data.type == HV_GET_SET_VP_STATE_LAPIC_STATE)
		apic_get_page(vp, buf);
	else
		st = state_source(vp, in->state_data.type, &src);
	if (src)
		memcpy(buf, src, in->state_data.type == HV_GET_SET_VP_STATE_XSAVE ?
		       vp->world->xsave_bytes : PAGE_SIZE);
	vp_release(p, vp);
	if (!st && !gpa_write(&c->caller->gpa, in->output_data_pfns[0] << PAGE_SHIFT,
			      buf, PAGE_SIZE))
		st = HV_STATUS_INVALID_PARAMETER;
	memset(buf, 0, PAGE_SIZE);
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
	u8 *buf = c->out;
	void *dst = NULL;
	struct partition *p;
	struct vp *vp;
	hv_status st;

	if (c->var_qwords != 1 || !(in->state_data.type & HV_GET_SET_VP_STATE_TYPE_PFN))
		return HV_STATUS_INVALID_PARAMETER;
	if (!gpa_read(&c->caller->gpa, in->data[0].pfns << PAGE_SHIFT, buf, PAGE_SIZE))
		return HV_STATUS_INVALID_PARAMETER;
	st = vp_claim(c->caller, in->partition_id, in->vp_index, &p, &vp);
	if (st)
		return st;
	if (in->state_data.type == HV_GET_SET_VP_STATE_LAPIC_STATE)
		st = apic_set_page(vp, buf);
	else
		st = state_source(vp, in->state_data.type, &dst);
	if (dst && dst == vp->world->xsave) {
		if (xsave_ok(vp, buf))
			memcpy(dst, buf, vp->world->xsave_bytes);
		else
			st = HV_STATUS_INVALID_REGISTER_VALUE;
	} else if (dst) {
		memcpy(dst, buf, PAGE_SIZE);
	}
	vp_release(p, vp);
	return st;
}
