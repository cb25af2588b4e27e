// SPDX-License-Identifier: GPL-2.0
/* Calls on partitions and their pools. */
#include "hypercall.h"
#include "deposit.h"
#include "owner.h"

static u64 arg(const struct hcall *c, u32 i)
{
	return ((const u64 *)c->in)[i];
}

hv_status hc_create_partition(struct hcall *c)
{
	return partition_create(c->caller, (void *)c->in, (u64 *)c->out);
}

hv_status hc_initialize(struct hcall *c)
{
	return partition_initialize(c->p);
}

hv_status hc_finalize(struct hcall *c)
{
	return partition_finalize(c->p);
}

hv_status hc_delete(struct hcall *c)
{
	return partition_delete(c->caller, arg(c, 0));
}

hv_status hc_get_property(struct hcall *c)
{
	const struct hv_input_get_partition_property *in = (void *)c->in;

	return partition_get_property(c->p, in->property_code, (u64 *)c->out);
}

hv_status hc_set_property(struct hcall *c)
{
	const struct hv_input_set_partition_property *in = (void *)c->in;

	return partition_set_property(c->p, in->property_code, in->property_value);
}

hv_status hc_get_id(struct hcall *c)
{
	*(u64 *)c->out = c->caller->id;
	return HV_STATUS_SUCCESS;
}

hv_status hc_next_child(struct hcall *c)
{
	struct hv_input_get_next_child_partition *in = (void *)c->in;

	if (in->parent_id != HV_PARTITION_ID_SELF &&
	    in->parent_id != c->caller->id)
		return HV_STATUS_ACCESS_DENIED;
	return partition_next_child(c->caller, in->previous_child_id,
				    (u64 *)c->out);
}

/*
 * The whole batch or nothing: Linux frees every page of a batch that failed,
 * whatever the number of completed reps says.
 */
hv_status hc_deposit(struct hcall *c)
{
	u64 *pfns = (u64 *)c->list;
	hv_status st;

	if (c->p->state != PS_CREATED && c->p->state != PS_ACTIVE)
		return HV_STATUS_INVALID_PARTITION_STATE;
	for (u32 i = c->rep_start; i < c->rep_count; i++) {
		pfns[i] = partition_translate(c->caller, pfns[i], GPA_RWX);
		if (pfns[i] == PFN_NONE)
			return HV_STATUS_OPERATION_DENIED;
	}
	st = deposit_pages(&root_partition.gpa, &c->p->pool,
			   pfns + c->rep_start, c->rep_count - c->rep_start);
	if (!st)
		c->rep_done = c->rep_count;
	return st;
}

/* Any domain, or one named in good form: pages have no domain here. */
static bool proximity_ok(const struct hv_proximity_domain_info *i)
{
	return !i->flags.reserved;
}

hv_status hc_withdraw(struct hcall *c)
{
	const struct hv_input_withdraw_memory *in = (void *)c->in;
	hv_status st;
	u32 got = 0;

	if (!proximity_ok(&in->proximity_domain_info))
		return HV_STATUS_INVALID_PARAMETER;
	st = withdraw_pages(&root_partition.gpa, &c->p->pool,
			    (u64 *)c->out + c->rep_start,
			    c->rep_count - c->rep_start, &got);
	c->rep_done = c->rep_start + got;
	return st;
}

hv_status hc_balance(struct hcall *c)
{
	const struct hv_input_get_memory_balance *in = (void *)c->in;
	struct hv_output_get_memory_balance *out = (void *)c->out;

	if (!proximity_ok(&in->proximity_domain_info))
		return HV_STATUS_INVALID_PARAMETER;
	out->pages_available = c->p->pool.nr_free + c->p->pool.nr_pending;
	out->pages_in_use = c->p->pool.nr_used;
	return HV_STATUS_SUCCESS;
}
