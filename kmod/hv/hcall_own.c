// SPDX-License-Identifier: GPL-2.0
/* The private calls 0x7F00.. (DECISIONS "Between hypervisor and Linux half"). */
#include "hypercall.h"
#include "deposit.h"
#include "fault.h"
#include "log.h"
#include "owner.h"
#include "time.h"
#include <hvpart/release.h>

static u64 arg(const struct hcall *c, u32 i)
{
	return ((const u64 *)c->in)[i];
}

/* Entering is all it is for: the loop has passed this CPU's epoch already. */
hv_status hc_null(struct hcall *c)
{
	(void)c;
	return HV_STATUS_SUCCESS;
}

hv_status hc_sync(struct hcall *c)
{
	return epoch_complete(arg(c, 0)) ? HV_STATUS_SUCCESS : HV_STATUS_TIME_OUT;
}

/* Only the root's own VP can be promoted, and only when nothing is left. */
hv_status hc_leave(struct hcall *c)
{
	(void)c;
	/*
	 * CPU offline goes through here too, with partitions alive elsewhere.
	 * The last CPU stays while there is one: nobody would guard it.
	 */
	if (partition_count_children() && cpu_count_demoted() == 1)
		return HV_STATUS_OBJECT_IN_USE;
	this_cpu()->leave = true;
	return HV_STATUS_SUCCESS;
}

hv_status hc_prepare_leave(struct hcall *c)
{
	(void)c;
	return partition_block_creation(true) ? HV_STATUS_SUCCESS :
		HV_STATUS_OBJECT_IN_USE;
}

hv_status hc_cancel_leave(struct hcall *c)
{
	(void)c;
	partition_block_creation(false);
	return HV_STATUS_SUCCESS;
}

hv_status hc_caller_page(struct hcall *c)
{
	u64 pfn;
	void *page;

	if (arg(c, 1) & ~HVPART_CALLER_PAGE_ENABLE)
		return HV_STATUS_INVALID_PARAMETER;
	if (!(arg(c, 1) & HVPART_CALLER_PAGE_ENABLE)) {
		if (c->vp->caller_page)
			unshare_page(c->vp->caller_page);
		c->vp->caller_page = NULL;
		return HV_STATUS_SUCCESS;
	}
	if (c->vp->caller_page)
		return HV_STATUS_OBJECT_IN_USE;
	pfn = partition_translate(c->caller, arg(c, 0), GPA_RWX);
	if (pfn == PFN_NONE)
		return HV_STATUS_OPERATION_DENIED;
	page = share_page(pfn);
	if (!page)
		return HV_STATUS_INSUFFICIENT_ROOT_MEMORY;
	c->vp->caller_gpn = arg(c, 0);
	c->vp->caller_page = page;
	return HV_STATUS_SUCCESS;
}

hv_status hc_read_log(struct hcall *c)
{
	const struct hvpart_input_read_log *in = (void *)c->in;
	struct hvpart_output_read_log *out = (void *)c->out;
	u64 seq = in->first;
	u32 max = MIN(in->max, (u32)HVPART_READ_LOG_MAX);

	if (in->reserved)
		return HV_STATUS_INVALID_PARAMETER;
	while (out->count < max && hv_log_read(&seq, &out->records[out->count])) {
		if (!out->count)
			out->first = seq;
		out->count++;
		seq++;
	}
	out->next = seq;
	return HV_STATUS_SUCCESS;
}

static void partition_stats(struct partition *p, struct hvpart_partition_stats *s)
{
	s->partition_id = p->id;
	s->parent_id = p->parent ? p->parent->id : 0;
	s->state = p->state;
	s->vp_count = p->nr_vps;
	s->child_count = p->nr_children;
	s->port_count = p->ports.count;
	s->connection_count = p->connections.count;
	pool_count(&p->pool, &s->pool_pages, &s->pool_free);
	s->leaf_4k = p->gpa.leaves[0];
	s->leaf_2m = p->gpa.leaves[1];
	s->leaf_1g = p->gpa.leaves[2];
	s->table_pages = p->gpa.nr_tables;
	s->reference_time = p->is_root ? 0 : time_ref_now(p);
	s->guest_os_id = p->guest_os_id;
	s->crash_count = p->crash_count;
}

hv_status hc_get_stats(struct hcall *c)
{
	const struct hvpart_input_get_stats *in = (void *)c->in;
	struct vp *vp = c->p->is_root ? c->vp : partition_vp(c->p, in->vp_index);

	if (in->object == HVPART_STATS_PARTITION) {
		partition_stats(c->p, (void *)c->out);
		return HV_STATUS_SUCCESS;
	}
	if (in->object != HVPART_STATS_VP)
		return HV_STATUS_INVALID_PARAMETER;
	if (!vp)
		return HV_STATUS_INVALID_VP_INDEX;
	memcpy(c->out, &vp->stats, sizeof(vp->stats));
	return HV_STATUS_SUCCESS;
}

static void sum_root_exits(struct hvpart_info *out)
{
	for (u32 i = 0; i < machine.nr_cpus; i++) {
		struct percpu *cpu = cpu_by_index(i);

		if (!cpu || !cpu->root_vp)
			continue;
		for (u32 r = 0; r < HVPART_EXIT_COUNT; r++)
			out->root_exits[r] += cpu->root_vp->stats.exits[r];
	}
}

hv_status hc_get_info(struct hcall *c)
{
	struct hvpart_info *out = (void *)c->out;
	const struct gpa_space *g = &root_partition.gpa;

	out->abi_version = HVPART_ABI_VERSION;
	out->build = HVPART_RELEASE;
	out->vendor = vendor_id;
	out->paging_levels = machine.la57 ? 5 : 4;
	out->image_bytes = hv_image_readonly_bytes();
	out->image_total = hv_image_total_bytes();
	out->max_vps = HV_MAX_VPS;
	out->max_partitions = HV_MAX_PARTITIONS;
	out->asid_count = vendor_tag_count();
	out->cpu_count = machine.nr_cpus;
	out->cpu_demoted = cpu_count_demoted();
	out->partition_count = 1 + partition_count_children();
	out->leaf_4k = g->leaves[0];
	out->leaf_2m = g->leaves[1];
	out->leaf_1g = g->leaves[2];
	out->table_pages = g->nr_tables;
	out->hidden_reads = gpa_root_stats.hidden_reads;
	out->hidden_writes = gpa_root_stats.hidden_writes;
	partition_count_pages(&out->deposited_pages, &out->free_pages);
	out->epoch = epoch_now();
	out->epoch_oldest = epoch_oldest();
	out->log_next = hv_log_next();
	out->faults = READ_ONCE(hv_faults);
	out->tsc_hz = machine.tsc_hz;
	sum_root_exits(out);
	return HV_STATUS_SUCCESS;
}

hv_status hc_debug_break(struct hcall *c)
{
	return partition_set_property(c->p, HVPART_PROPERTY_DEBUG_BREAK, arg(c, 1));
}
