// SPDX-License-Identifier: GPL-2.0
/* Guest crash notifications: registers, and the message in guest memory. */
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <hvpart/call_vp.h>
#include <hvpart/msr.h>
#include "memory.h"
#include "partition.h"

void hvp_crash_note(struct hvp_partition *part, u32 vp_index)
{
	WRITE_ONCE(part->crash.noted_vp, vp_index);
	smp_store_release(&part->crash.noted, true);
	wake_up_poll(&part->wq, EPOLLPRI);
}

bool hvp_crash_is_news(const struct hvp_partition *part)
{
	return READ_ONCE(part->crash.noted) ||
		READ_ONCE(part->crash.count) != READ_ONCE(part->crash.seen);
}

static int crash_read_registers(struct hvp_partition *part, u64 values[6])
{
	struct hv_input_get_vp_registers *in;
	union hv_register_value out[6];
	struct hvp_request r = {
		.code = HVCALL_GET_VP_REGISTERS,
		.reps = ARRAY_SIZE(out),
		.out = out,
		.out_len = sizeof(out),
		.account = &part->account,
	};
	unsigned int i;
	int ret;

	r.in_len = struct_size(in, names, ARRAY_SIZE(out));
	in = kzalloc(r.in_len, GFP_KERNEL_ACCOUNT);
	if (!in)
		return -ENOMEM;
	in->partition_id = part->account.id;
	in->vp_index = part->crash.noted_vp;
	for (i = 0; i < ARRAY_SIZE(out); i++)
		in->names[i] = HV_REGISTER_GUEST_CRASH_P0 + i;
	r.in = in;
	ret = hvp_request_run(&r);
	for (i = 0; i < ARRAY_SIZE(out); i++)
		values[i] = out[i].reg64;
	kfree(in);
	return ret;
}

/* P3 is the message's address and P4 its size, if the control word says so. */
static void crash_read_message(struct hvp_partition *part)
{
	struct hvp_crash *c = &part->crash;

	kfree(c->message);
	c->message = NULL;
	c->message_size = 0;
	c->flags = 0;
	if (!(c->ctl & HV_CRASH_CTL_CRASH_NOTIFY_MSG) || !c->p[4])
		return;
	c->flags = HVPART_CRASH_MESSAGE_DROPPED;
	if (c->p[4] > HV_CRASH_MAXIMUM_MESSAGE_SIZE)
		return;
	c->message = kmalloc(c->p[4], GFP_KERNEL_ACCOUNT);
	if (!c->message)
		return;
	if (hvp_memory_read(part, c->p[3], c->message, c->p[4])) {
		kfree(c->message);
		c->message = NULL;
		return;
	}
	c->message_size = c->p[4];
	c->flags = 0;
}

static void crash_read_locked(struct hvp_partition *part)
{
	struct hvp_crash *c = &part->crash;
	u64 values[6];

	if (part->ended || !smp_load_acquire(&c->noted))
		return;
	WRITE_ONCE(c->noted, false);
	if (crash_read_registers(part, values)) {
		/* It runs: its own thread will be here in a moment. */
		WRITE_ONCE(c->noted, true);
		return;
	}
	memcpy(c->p, values, sizeof(c->p));
	c->ctl = values[5];
	c->vp_index = c->noted_vp;
	crash_read_message(part);
	WRITE_ONCE(c->count, c->count + 1);
	hvp_event_fault(part, c->vp_index, HVPART_NL_FAULT_CRASH, c->p);
}

void hvp_crash_read(struct hvp_partition *part)
{
	if (!mutex_trylock(&part->lock))
		return;
	crash_read_locked(part);
	mutex_unlock(&part->lock);
}

/**
 * hvp_get_crash - HVPART_GET_CRASH: what the guest said when it crashed
 * @part: the partition; locked
 * @arg: struct hvpart_crash of user space
 *
 * Return: 0, -EINVAL (reserved field), -EFAULT.
 */
long hvp_get_crash(struct hvp_partition *part, void __user *arg)
{
	struct hvp_crash *c = &part->crash;
	struct hvpart_crash args;
	u32 room;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (args.reserved)
		return -EINVAL;
	crash_read_locked(part);
	room = args.message_ptr ? args.message_size : 0;
	args.count = c->count;
	memcpy(args.p, c->p, sizeof(args.p));
	args.ctl = c->ctl;
	args.vp_index = c->vp_index;
	args.flags = c->flags;
	args.message_size = c->message_size;
	if (copy_to_user(u64_to_user_ptr(args.message_ptr), c->message,
			 min(room, c->message_size)) ||
	    copy_to_user(arg, &args, sizeof(args)))
		return -EFAULT;
	WRITE_ONCE(c->seen, c->count);
	return 0;
}

void hvp_crash_free(struct hvp_partition *part)
{
	kfree(part->crash.message);
	part->crash.message = NULL;
}
