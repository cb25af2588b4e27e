// SPDX-License-Identifier: GPL-2.0
/* Hypercalls of the root: the instruction, and the pages it needs. */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <hvpart/call_hvpart.h>
#include <hvpart/callerpage.h>
#include "hvpart.h"
#include "netlink.h"

/* It went back by itself (DESIGN wall 13). */
u64 hvp_hypercall_fell(struct hvp_cpu *cpu)
{
	cpu->state = HVP_BARE;
	pr_crit("hvpart: the hypervisor has failed on CPU %d, which is bare again: see its log, then unload\n",
		smp_processor_id());
	hvp_event_hypervisor_fault(smp_processor_id());
	return HV_STATUS_OPERATION_FAILED;
}

u64 hvp_hypercall(u64 control, u64 in, u64 out)
{
	u64 result = HV_STATUS_INVALID_VP_STATE;
	struct hvp_cpu *cpu;
	unsigned long flags;

	local_irq_save(flags);
	cpu = this_cpu_ptr(&hvp_cpu);
	if (cpu->state == HVP_DEMOTED)
		result = hvp_hypercall_on(cpu, control, in, out);
	local_irq_restore(flags);
	return result;
}

u16 hvp_call(u16 code, const void *in, size_t in_len, void *out, size_t out_len)
{
	struct hvp_cpu *cpu;
	unsigned long flags;
	u64 result;

	local_irq_save(flags);
	cpu = this_cpu_ptr(&hvp_cpu);
	if (in_len)
		memcpy(cpu->in, in, in_len);
	result = hvp_hypercall(code, in_len ? __pa(cpu->in) : 0,
			       out_len ? __pa(cpu->out) : 0);
	if (out_len && hvp_status(result) == HV_STATUS_SUCCESS)
		memcpy(out, cpu->out, out_len);
	local_irq_restore(flags);
	return hvp_status(result);
}

/* The mapping that uapi/linux/hvpart.h promises, and that mshv has. */
int hvp_errno(u16 status)
{
	switch (status) {
	case HV_STATUS_SUCCESS:
		return 0;
	case HV_STATUS_INSUFFICIENT_MEMORY:
	case HV_STATUS_INSUFFICIENT_ROOT_MEMORY:
	case HV_STATUS_INSUFFICIENT_CONTIGUOUS_MEMORY:
	case HV_STATUS_INSUFFICIENT_CONTIGUOUS_ROOT_MEMORY:
		return -ENOMEM;
	case HV_STATUS_INVALID_HYPERCALL_CODE:
	case HV_STATUS_INVALID_HYPERCALL_INPUT:
	case HV_STATUS_INVALID_PARAMETER:
	case HV_STATUS_INVALID_PARTITION_ID:
	case HV_STATUS_INVALID_VP_INDEX:
	case HV_STATUS_INVALID_PORT_ID:
	case HV_STATUS_INVALID_CONNECTION_ID:
	case HV_STATUS_INVALID_LP_INDEX:
	case HV_STATUS_INVALID_REGISTER_VALUE:
		return -EINVAL;
	default:
		return -EIO;
	}
}

static void *page_alloc(void)
{
	return (void *)get_zeroed_page(GFP_KERNEL);
}

int hvp_hypercall_init(void)
{
	struct hvp_cpu *c;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(&hvp_cpu, cpu);
		c->in = page_alloc();
		c->out = page_alloc();
		c->caller = page_alloc();
		if (!c->in || !c->out || !c->caller) {
			hvp_hypercall_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

void hvp_hypercall_exit(void)
{
	struct hvp_cpu *c;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(&hvp_cpu, cpu);
		free_page((unsigned long)c->in);
		free_page((unsigned long)c->out);
		free_page((unsigned long)c->caller);
		c->in = c->out = c->caller = NULL;
	}
}
