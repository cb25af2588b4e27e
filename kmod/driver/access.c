// SPDX-License-Identifier: GPL-2.0
/* HVPART_GET_GPAP_ACCESS_BITMAP: which guest pages were touched or written. */
#include <linux/bitmap.h>
#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <hvpart/call_memory.h>
#include "checks.h"
#include "partition.h"

/* A multiple of 64, and at a byte a page no more than an output page. */
#define ACCESS_BATCH	2048U

static union hv_gpa_page_access_state_flags
access_flags(const struct hvpart_gpap_access_bitmap *args)
{
	bool clear = args->access_op == HVPART_GPAP_ACCESS_OP_CLEAR;
	bool set = args->access_op == HVPART_GPAP_ACCESS_OP_SET;
	union hv_gpa_page_access_state_flags f = { };

	if (args->access_type == HVPART_GPAP_ACCESS_TYPE_ACCESSED) {
		f.clear_accessed = clear;
		f.set_accessed = set;
	} else {
		f.clear_dirty = clear;
		f.set_dirty = set;
	}
	return f;
}

/* @states: room for a byte a page; becomes the bitmap in @bits. */
static int access_batch(struct hvp_partition *part,
			const struct hvpart_gpap_access_bitmap *args, u64 first,
			u32 n, u8 *states, unsigned long *bits, u64 *ticket)
{
	const struct hv_input_get_gpa_pages_access_state in = {
		.partition_id = part->account.id,
		.flags = access_flags(args),
		.hv_gpa_page_number = args->gpap_base + first,
	};
	const u8 bit = args->access_type == HVPART_GPAP_ACCESS_TYPE_ACCESSED ?
		1 : 2;
	struct hvp_request r = {
		.code = HVCALL_GET_GPA_PAGES_ACCESS_STATES,
		.reps = n,
		.in = &in,
		.in_len = sizeof(in),
		.out = states,
		.out_len = HV_HYP_PAGE_SIZE,
		.account = &part->account,
	};
	int ret = hvp_request_run(&r);
	u32 i;

	*ticket = max(*ticket, r.ticket);
	bitmap_zero(bits, ACCESS_BATCH);
	for (i = 0; i < n; i++)
		if (states[i] & bit)
			__set_bit(i, bits);
	return ret;
}

static long access_all(struct hvp_partition *part,
		       const struct hvpart_gpap_access_bitmap *args, u8 *states,
		       unsigned long *bits)
{
	u8 __user *out = u64_to_user_ptr(args->bitmap_ptr);
	u64 i, ticket = 0;
	int ret = 0;
	u32 n;

	for (i = 0; i < args->page_count && !ret; i += n) {
		n = min_t(u64, ACCESS_BATCH, args->page_count - i);
		ret = access_batch(part, args, i, n, states, bits, &ticket);
		if (!ret && copy_to_user(out + i / 8, bits, DIV_ROUND_UP(n, 8)))
			ret = -EFAULT;
		if (!ret && fatal_signal_pending(current))
			ret = -EINTR;
	}
	/* A bit that was cleared must come back at the next access. */
	return hvp_sync(ticket) ?: ret;
}

/**
 * hvp_get_access_bitmap - HVPART_GET_GPAP_ACCESS_BITMAP
 * @part: the partition; locked
 * @arg: struct hvpart_gpap_access_bitmap of user space
 *
 * Return: 0, -EINVAL, -EFAULT, -ENOMEM, -EINTR; what the hypervisor says.
 */
long hvp_get_access_bitmap(struct hvp_partition *part, void __user *arg)
{
	struct hvpart_gpap_access_bitmap args;
	unsigned long *bits;
	long ret = -ENOMEM;
	u8 *states;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (args.access_type >= HVPART_GPAP_ACCESS_TYPE_COUNT ||
	    args.access_op >= HVPART_GPAP_ACCESS_OP_COUNT ||
	    hvp_nonzero(args.rsvd, sizeof(args.rsvd)) || !args.bitmap_ptr ||
	    !args.page_count || args.gpap_base + args.page_count < args.gpap_base)
		return -EINVAL;
	if (!part->initialized)
		return -ENODEV;
	states = (u8 *)__get_free_page(GFP_KERNEL_ACCOUNT);
	bits = bitmap_zalloc(ACCESS_BATCH, GFP_KERNEL_ACCOUNT);
	if (states && bits)
		ret = access_all(part, &args, states, bits);
	bitmap_free(bits);
	free_page((unsigned long)states);
	return ret;
}
