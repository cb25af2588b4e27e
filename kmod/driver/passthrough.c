// SPDX-License-Identifier: GPL-2.0
/* HVPART_ROOT_HVCALL: hypercalls that user space makes for a partition. */
#include <linux/gfp.h>
#include <linux/uaccess.h>
#include <hvpart/call_memory.h>
#include "checks.h"
#include "partition.h"
#include "translate.h"
#include "vp.h"

/*
 * Each of these starts with the id of the partition that it is about, which is
 * what makes letting them through safe: that word is ours.
 */
static const u16 partition_calls[] = {
	HVCALL_GET_PARTITION_PROPERTY,
	HVCALL_GET_PARTITION_PROPERTY_EX,
	HVCALL_SET_PARTITION_PROPERTY,
	HVCALL_INSTALL_INTERCEPT,
	HVCALL_GET_VP_REGISTERS,
	HVCALL_SET_VP_REGISTERS,
	HVCALL_TRANSLATE_VIRTUAL_ADDRESS,
	HVCALL_CLEAR_VIRTUAL_INTERRUPT,
	HVCALL_REGISTER_INTERCEPT_RESULT,
	HVCALL_ASSERT_VIRTUAL_INTERRUPT,
	HVCALL_SIGNAL_EVENT_DIRECT,
	HVCALL_POST_MESSAGE_DIRECT,
	HVCALL_GET_GPA_PAGES_ACCESS_STATES,
	HVCALL_GET_VP_CPUID_VALUES,
};

static const u16 root_calls[] = {
	HVCALL_GET_PARTITION_PROPERTY,
	HVCALL_GET_PARTITION_PROPERTY_EX,
};

static bool call_listed(u16 code, const u16 *list, size_t n)
{
	while (n--)
		if (list[n] == code)
			return true;
	return false;
}

static bool hvcall_valid(const struct hvp_partition *part,
			 const struct hvpart_root_hvcall *args)
{
	if (args->status || hvp_nonzero(args->rsvd, sizeof(args->rsvd)) ||
	    !args->in_ptr || args->in_sz < sizeof(u64) ||
	    args->in_sz > HV_HYP_PAGE_SIZE ||
	    args->out_sz > HV_HYP_PAGE_SIZE || !args->out_sz != !args->out_ptr ||
	    args->reps > HV_HYPERCALL_REP_MAX)
		return false;
	if (part)
		return call_listed(args->code, partition_calls,
				   ARRAY_SIZE(partition_calls));
	return call_listed(args->code, root_calls, ARRAY_SIZE(root_calls));
}

/*
 * Whole pages, zeroed beyond what the caller gave: a rep count that is too big
 * for its list then finds zeros or the page's end. An output page is always
 * there, since without one the hypervisor would write to guest page 0 of ours.
 */
static long hvcall_pass(struct hvp_partition *part,
			struct hvpart_root_hvcall *args, const u64 *in, void *out)
{
	struct hvp_request r = {
		.code = args->code,
		.reps = args->reps,
		.in = in,
		.in_len = HV_HYP_PAGE_SIZE,
		.out = out,
		.out_len = HV_HYP_PAGE_SIZE,
		.account = part ? &part->account : &hvp_root_account,
	};
	long ret;

	ret = hvp_request_run(&r);
	if (r.status == HVP_STATUS_BARE)
		return ret;
	args->status = r.status;
	args->reps = r.done;
	/* A guest that lost memory rights must not run on with them. */
	return ret ?: hvp_sync(r.ticket);
}

/* The one that is ours to answer: with the status that a hypercall would have. */
static long hvcall_translate(struct hvp_partition *part, struct hvp_vp *vp,
			     struct hvpart_root_hvcall *args, const void *in,
			     void *out)
{
	u16 status = HV_STATUS_SUCCESS;
	long ret = -EINVAL;

	if (args->reps)
		status = HV_STATUS_INVALID_HYPERCALL_INPUT;
	else
		ret = hvp_translate(part, vp, in, out, &status);
	args->reps = 0;
	if (status != HVP_STATUS_BARE)
		args->status = status;
	return ret;
}

static long hvcall_issue(struct hvp_partition *part, struct hvp_vp *vp,
			 struct hvpart_root_hvcall *args, u64 *in, void *out)
{
	long ret = -EIO;

	if (copy_from_user(in, u64_to_user_ptr(args->in_ptr), args->in_sz))
		return -EFAULT;
	in[0] = part ? part->account.id : hvp_root_account.id;
	if (args->code == HVCALL_TRANSLATE_VIRTUAL_ADDRESS)
		return hvcall_translate(part, vp, args, in, out);
	if (!vp)
		return hvcall_pass(part, args, in, out);
	if (mutex_lock_interruptible(&vp->lock))
		return -EINTR;
	if (!part->dead)
		ret = hvcall_pass(part, args, in, out);
	mutex_unlock(&vp->lock);
	return ret;
}

/**
 * hvp_root_hvcall - HVPART_ROOT_HVCALL
 * @part: whose id goes into the input; NULL: the root's own
 * @vp: whose file it is; else NULL
 * @arg: struct hvpart_root_hvcall of user space
 *
 * Context: lock of the partition held, if it is its file; that of a VP is not.
 * Return: 0, -EINVAL, -EFAULT, -ENOMEM, -EIO; -EINTR; -ENODEV: the hypervisor is
 * gone.
 */
long hvp_root_hvcall(struct hvp_partition *part, struct hvp_vp *vp,
		     void __user *arg)
{
	struct hvpart_root_hvcall args;
	void *in, *out;
	long ret = -ENOMEM;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (!hvcall_valid(part, &args))
		return -EINVAL;
	in = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	out = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!in || !out)
		goto free;
	ret = hvcall_issue(part, vp, &args, in, out);
	if (ret == -EFAULT || ret == -ENODEV || ret == -EINTR)
		goto free;
	if ((args.out_sz &&
	     copy_to_user(u64_to_user_ptr(args.out_ptr), out, args.out_sz)) ||
	    copy_to_user(arg, &args, sizeof(args)))
		ret = -EFAULT;
free:
	free_page((unsigned long)out);
	free_page((unsigned long)in);
	return ret;
}
