// SPDX-License-Identifier: GPL-2.0
/* The private calls 0x7F00.. (DECISIONS "Between hypervisor and Linux half"). */
#include "hypercall.h"
#include "deposit.h"
#include "fault.h"
#include "log.h"
#include "owner.h"
#include "time.h"

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

	if (in->reserved)
		return HV_STATUS_INVALID_PARAMETER;
	out->next = hv_log_read(in->first, out->records,
				MIN(in->max, (u32)HVPART_READ_LOG_MAX),
				&out->count);
	return HV_STATUS_SUCCESS;
}

/* What of a partition is told as it stands there: from, how much, to. */
#define ROW(from, to)	{						\
	offsetof(struct partition, from), sizeof(((struct partition *)0)->from), \
	offsetof(struct hvpart_partition_stats, to) }
static const struct {
	u16 from;
	u8 bytes, to;
} partition_rows[] = {
	ROW(id, partition_id),
	ROW(state, state),
	ROW(nr_vps, vp_count),
	ROW(nr_children, child_count),
	ROW(ports.count, port_count),
	ROW(connections.count, connection_count),
	ROW(gpa.leaves[0], leaf_4k),
	ROW(gpa.leaves[1], leaf_2m),
	ROW(gpa.leaves[2], leaf_1g),
	ROW(gpa.nr_tables, table_pages),
	ROW(guest_os_id, guest_os_id),
	ROW(crash_count, crash_count),
};

static void partition_stats(struct partition *p, struct hvpart_partition_stats *s)
{
	for (u32 i = 0; i < ARRAY_SIZE(partition_rows); i++)
		memcpy((u8 *)s + partition_rows[i].to,
		       (u8 *)p + partition_rows[i].from, partition_rows[i].bytes);
	pool_count(&p->pool, &s->pool_pages, &s->pool_free);
	if (p->is_root)
		return;
	s->parent_id = p->parent->id;
	s->reference_time = time_ref_now(p);
}

/* What nobody else can know; the driver adds the rest of struct hvpart_info. */
static void machine_stats(struct hvpart_machine_stats *s)
{
	s->hidden_reads = gpa_root_stats.hidden_reads;
	s->hidden_writes = gpa_root_stats.hidden_writes;
	s->epoch = epoch_now();
	s->epoch_oldest = epoch_oldest();
	s->log_next = hv_log_next();
	s->faults = READ_ONCE(hv_faults);
	s->cpu_demoted = cpu_count_demoted();
}

/* The root has a VP for each CPU, also beyond those that a partition may have. */
static struct vp *stats_vp(struct partition *p, u32 index)
{
	struct percpu *cpu;

	if (!p->is_root)
		return partition_vp(p, index);
	cpu = index < machine.nr_cpus ? cpu_by_index(index) : NULL;
	return cpu ? cpu->root_vp : NULL;
}

hv_status hc_get_stats(struct hcall *c)
{
	const struct hvpart_input_get_stats *in = (void *)c->in;
	struct vp *vp;

	switch (in->object) {
	case HVPART_STATS_PARTITION:
		partition_stats(c->p, (void *)c->out);
		return HV_STATUS_SUCCESS;
	case HVPART_STATS_VP:
		vp = stats_vp(c->p, in->vp_index);
		if (!vp)
			return HV_STATUS_INVALID_VP_INDEX;
		memcpy(c->out, &vp->stats, sizeof(vp->stats));
		return HV_STATUS_SUCCESS;
	case HVPART_STATS_MACHINE:
		if (!c->p->is_root)
			break;
		machine_stats((void *)c->out);
		return HV_STATUS_SUCCESS;
	}
	return HV_STATUS_INVALID_PARAMETER;
}
