// SPDX-License-Identifier: GPL-2.0
/* Intercept results, CPUID queries, interrupts asserted by the parent. */
#include "hypercall.h"
#include "apic.h"
#include "cpuid.h"

hv_status hc_register_result(struct hcall *c)
{
	const struct hv_input_register_intercept_result *in = (void *)c->in;
	/* A copy: the wire structure is packed. */
	const struct hv_register_x64_cpuid_result_parameters r = in->parameters.cpuid;
	struct cpuid_override o = {
		.valid = true,
		.subleaf_specific = r.input.subleaf_specific,
		.always_override = r.input.always_override,
		.vp_index = in->vp_index,
		.leaf = r.input.eax,
		.subleaf = r.input.ecx,
		.value = { r.result.eax, r.result.ebx, r.result.ecx, r.result.edx },
		.mask = { r.result.eax_mask, r.result.ebx_mask,
			  r.result.ecx_mask, r.result.edx_mask },
	};
	struct partition *p;
	hv_status st;

	if (in->intercept_type != HV_INTERCEPT_TYPE_X64_CPUID)
		return HV_STATUS_INVALID_PARAMETER;
	if (r.input.subleaf_specific > 1 || r.input.always_override > 1)
		return HV_STATUS_INVALID_PARAMETER;
	st = partition_lock_child(c->caller, in->partition_id, &p);
	if (st)
		return st;
	if (p->state != PS_ACTIVE)
		st = HV_STATUS_INVALID_PARTITION_STATE;
	else if (in->vp_index != HV_ANY_VP && in->vp_index >= HV_MAX_VPS)
		st = HV_STATUS_INVALID_VP_INDEX;
	else if (partition_any_running(p))
		st = HV_STATUS_INVALID_VP_STATE;
	else
		st = cpuid_set_override(p, &o);
	partition_unlock(p);
	return st;
}

hv_status hc_unregister_result(struct hcall *c)
{
	const struct hv_input_unregister_intercept_result *in = (void *)c->in;
	struct partition *p;
	hv_status st;

	if (in->intercept_type != HV_INTERCEPT_TYPE_X64_CPUID)
		return HV_STATUS_INVALID_PARAMETER;
	st = partition_lock_child(c->caller, in->partition_id, &p);
	if (st)
		return st;
	if (p->state != PS_ACTIVE)
		st = HV_STATUS_INVALID_PARTITION_STATE;
	else if (partition_any_running(p))
		st = HV_STATUS_INVALID_VP_STATE;
	else
		st = cpuid_clear_override(p, in->vp_index, in->parameters.cpuid.eax,
					  in->parameters.cpuid.ecx);
	partition_unlock(p);
	return st;
}

hv_status hc_get_cpuid(struct hcall *c)
{
	const struct hv_input_get_vp_cpuid_values *in = (void *)c->in;
	const struct hv_cpuid_leaf_info *leaf = (void *)c->list;
	struct hv_cpuid_result *out = (void *)c->out;
	struct cpuid_regs r;
	struct partition *p;
	struct vp *vp;
	hv_status st;

	if (in->flags & ~3u || in->reserved)
		return HV_STATUS_INVALID_PARAMETER;
	st = vp_claim(c->caller, in->partition_id, in->vp_index, &p, &vp);
	if (st)
		return st;
	for (u32 i = c->rep_start; i < c->rep_count; i++) {
		cpuid_query(vp, leaf[i].eax, leaf[i].ecx, &r);
		out[i] = (struct hv_cpuid_result) { r.eax, r.ebx, r.ecx, r.edx };
	}
	c->rep_done = c->rep_count;
	vp_release(p, vp);
	return HV_STATUS_SUCCESS;
}

hv_status hc_assert_interrupt(struct hcall *c)
{
	const struct hv_input_assert_virtual_interrupt *in = (void *)c->in;
	struct partition *p;
	hv_status st;

	if (in->control.rsvd || in->rsvd_z0 || in->rsvd_z1)
		return HV_STATUS_INVALID_PARAMETER;
	if (in->target_vtl)
		return HV_STATUS_INVALID_VTL_STATE;
	st = partition_lock_child(c->caller, in->partition_id, &p);
	if (st)
		return st;
	if (p->state != PS_ACTIVE)
		st = HV_STATUS_INVALID_PARTITION_STATE;
	else
		st = apic_assert(p, in->control.interrupt_type,
				 in->control.level_triggered,
				 in->control.logical_dest_mode, in->dest_addr,
				 in->vector);
	partition_unlock(p);
	return st;
}
