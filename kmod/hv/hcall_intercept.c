// SPDX-License-Identifier: GPL-2.0
/* Intercept results, CPUID queries, interrupts asserted by the parent. */
#include "hypercall.h"
#include "apic.h"
#include "cpuid.h"

/* The parameters are an override as they are, but for the VP before them. */
hv_status hc_register_result(struct hcall *c)
{
	struct hv_input_register_intercept_result *in = (void *)c->in;
	struct cpuid_override *o = (void *)(c->in +
		offsetof(struct hv_input_register_intercept_result, intercept_type));
	u32 type = in->intercept_type;

	static_assert(sizeof(*o) == 4 + sizeof(in->parameters.cpuid) &&
		      offsetof(struct cpuid_override, result) == 4 +
		      offsetof(struct hv_register_x64_cpuid_result_parameters,
			       result) &&
		      offsetof(struct hv_input_register_intercept_result,
			       intercept_type) + 4 ==
		      offsetof(struct hv_input_register_intercept_result,
			       parameters), "the parameters, as they are");
	o->vp_index = in->vp_index;
	if (type != HV_INTERCEPT_TYPE_X64_CPUID || o->key.subleaf_specific > 1 ||
	    o->key.always_override > 1)
		return HV_STATUS_INVALID_PARAMETER;
	if (o->vp_index != HV_ANY_VP && o->vp_index >= HV_MAX_VPS)
		return HV_STATUS_INVALID_VP_INDEX;
	if (partition_any_running(c->p))
		return HV_STATUS_INVALID_VP_STATE;
	return cpuid_set_override(c->p, o);
}

hv_status hc_unregister_result(struct hcall *c)
{
	const struct hv_input_unregister_intercept_result *in = (void *)c->in;

	if (in->intercept_type != HV_INTERCEPT_TYPE_X64_CPUID)
		return HV_STATUS_INVALID_PARAMETER;
	if (partition_any_running(c->p))
		return HV_STATUS_INVALID_VP_STATE;
	return cpuid_clear_override(c->p, in->vp_index, in->parameters.cpuid.eax,
				    in->parameters.cpuid.ecx);
}

hv_status hc_get_cpuid(struct hcall *c)
{
	const struct hv_input_get_vp_cpuid_values *in = (void *)c->in;
	const struct hv_cpuid_leaf_info *leaf = (void *)c->list;
	struct cpuid_regs *out = (void *)c->out;

	static_assert(sizeof(*out) == sizeof(struct hv_cpuid_result) &&
		      offsetof(struct cpuid_regs, edx) ==
		      offsetof(struct hv_cpuid_result, edx), "the same words");
	if (in->flags & ~3u || in->reserved)
		return HV_STATUS_INVALID_PARAMETER;
	leaf += c->rep_done;
	cpuid_query(c->target, leaf->eax, leaf->ecx, &out[c->rep_done]);
	return HV_STATUS_SUCCESS;
}

hv_status hc_assert_interrupt(struct hcall *c)
{
	const struct hv_input_assert_virtual_interrupt *in = (void *)c->in;

	if (in->control.rsvd || in->rsvd_z0 || in->rsvd_z1)
		return HV_STATUS_INVALID_PARAMETER;
	if (in->target_vtl)
		return HV_STATUS_INVALID_VTL_STATE;
	return apic_assert(c->p, in->control.interrupt_type,
			   in->control.level_triggered,
			   in->control.logical_dest_mode, in->dest_addr, in->vector);
}
