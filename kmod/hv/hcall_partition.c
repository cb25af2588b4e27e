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
	return partition_initialize(c->caller, arg(c, 0));
}

hv_status hc_finalize(struct hcall *c)
{
	return partition_finalize(c->caller, arg(c, 0));
}

hv_status hc_delete(struct hcall *c)
{
	return partition_delete(c->caller, arg(c, 0));
}

/* A child of the caller, or the root naming itself (TLFS 2.2). */
static hv_status lock_child_or_root_self(struct hcall *c, u64 id,
					 struct partition **p)
{
	if (c->caller->is_root &&
	    (id == HV_PARTITION_ID_SELF || id == c->caller->id)) {
		*p = partition_lock(c->caller, c->caller->id);
		return HV_STATUS_SUCCESS;
	}
	return partition_lock_child(c->caller, id, p);
}

hv_status hc_get_property(struct hcall *c)
{
	struct hv_input_get_partition_property *in = (void *)c->in;
	struct partition *p;
	hv_status st;

	st = lock_child_or_root_self(c, in->partition_id, &p);
	if (st)
		return st;
	st = partition_get_property(p, in->property_code, (u64 *)c->out);
	partition_unlock(p);
	return st;
}

hv_status hc_set_property(struct hcall *c)
{
	struct hv_input_set_partition_property *in = (void *)c->in;
	struct partition *p;
	hv_status st;

	st = partition_lock_child(c->caller, in->partition_id, &p);
	if (st)
		return st;
	st = partition_set_property(p, in->property_code, in->property_value);
	partition_unlock(p);
	return st;
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
	struct partition *p;
	hv_status st = HV_STATUS_SUCCESS;

	for (u32 i = c->rep_start; i < c->rep_count; i++)
		if (!partition_translate(c->caller, pfns[i], GPA_RWX, &pfns[i]))
			return HV_STATUS_OPERATION_DENIED;
	st = lock_child_or_root_self(c, *(u64 *)c->in, &p);
	if (st)
		return st;
	if (p->state != PS_CREATED && p->state != PS_ACTIVE)
		st = HV_STATUS_INVALID_PARTITION_STATE;
	else
		st = deposit_pages(&root_partition.gpa, &p->pool,
				   pfns + c->rep_start,
				   c->rep_count - c->rep_start);
	if (!st)
		c->rep_done = c->rep_count;
	partition_unlock(p);
	return st;
}

/* Any domain, or one named in good form: pages have no domain here. */
static bool proximity_ok(const struct hv_proximity_domain_info *i)
{
	return !i->flags.reserved;
}

hv_status hc_withdraw(struct hcall *c)
{
	struct hv_input_withdraw_memory *in = (void *)c->in;
	struct partition *p;
	hv_status st;
	u32 got = 0;

	if (!proximity_ok(&in->proximity_domain_info))
		return HV_STATUS_INVALID_PARAMETER;
	st = lock_child_or_root_self(c, in->partition_id, &p);
	if (st)
		return st;
	st = withdraw_pages(&root_partition.gpa, &p->pool,
			    (u64 *)c->out + c->rep_start,
			    c->rep_count - c->rep_start, &got);
	c->rep_done = c->rep_start + got;
	partition_unlock(p);
	return st;
}

hv_status hc_balance(struct hcall *c)
{
	struct hv_input_get_memory_balance *in = (void *)c->in;
	struct hv_output_get_memory_balance *out = (void *)c->out;
	struct partition *p;
	hv_status st;

	if (!proximity_ok(&in->proximity_domain_info))
		return HV_STATUS_INVALID_PARAMETER;
	st = lock_child_or_root_self(c, in->partition_id, &p);
	if (st)
		return st;
	out->pages_available = p->pool.nr_free + p->pool.nr_pending;
	out->pages_in_use = p->pool.nr_used;
	partition_unlock(p);
	return st;
}
