// SPDX-License-Identifier: GPL-2.0
/* HVPART_GET_VP_STATE and HVPART_SET_VP_STATE: what is no register. */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <hvpart/call_vp.h>
#include "checks.h"
#include "partition.h"
#include "stats.h"
#include "vp.h"

/* More than any processor's XSAVE area. */
#define STATE_BYTES_MAX		(16 * HV_HYP_PAGE_SIZE)

/**
 * struct vp_state - one transfer
 * @data: type and, for XSAVE, what of it
 * @bytes: how many the state has
 * @buf: physically consecutive pages, zeroed
 */
struct vp_state {
	struct hv_vp_state_data data;
	u64 bytes;
	void *buf;
};

/* x87 and SSE are always in the area, whatever the property says (mshv). */
static int state_describe_xsave(struct hvp_vp *vp, struct vp_state *s)
{
	const u64 id = vp->part->account.id;
	u64 states;
	int ret;

	ret = hvp_get_property(id, HV_PARTITION_PROPERTY_XSAVE_STATES, &states);
	if (!ret)
		ret = hvp_get_property(id, HV_PARTITION_PROPERTY_MAX_XSAVE_DATA_SIZE,
				       &s->bytes);
	s->data.type = HV_GET_SET_VP_STATE_XSAVE;
	s->data.xsave.states.as_uint64 = states | 3;
	return ret;
}

static int state_describe(struct hvp_vp *vp, u8 type, struct vp_state *s)
{
	s->bytes = HV_HYP_PAGE_SIZE;
	switch (type) {
	case HVPART_VP_STATE_LAPIC:
		s->data.type = HV_GET_SET_VP_STATE_LAPIC_STATE;
		return 0;
	case HVPART_VP_STATE_XSAVE:
		return state_describe_xsave(vp, s);
	case HVPART_VP_STATE_SIMP:
		s->data.type = HV_GET_SET_VP_STATE_SIM_PAGE;
		return 0;
	case HVPART_VP_STATE_SIEFP:
		s->data.type = HV_GET_SET_VP_STATE_SIEF_PAGE;
		return 0;
	case HVPART_VP_STATE_SYNTHETIC_TIMERS:
		s->data.type = HV_GET_SET_VP_STATE_SYNTHETIC_TIMERS;
		s->bytes = sizeof(struct hv_synthetic_timers_state);
		return 0;
	default:
		return -EINVAL;
	}
}

/* The variable header names pages, or holds the data itself. */
static u16 state_fill_pfns(const struct vp_state *s, u64 *pfns)
{
	u16 i, n = DIV_ROUND_UP(s->bytes, HV_HYP_PAGE_SIZE);

	for (i = 0; i < n; i++)
		pfns[i] = page_to_pfn(virt_to_page(s->buf + i * PAGE_SIZE));
	return n;
}

static int state_call(struct hvp_vp *vp, struct vp_state *s, u16 code)
{
	bool pfns = s->data.type & HV_GET_SET_VP_STATE_TYPE_PFN;
	struct hv_input_set_vp_state *in;
	struct hvp_request r = {
		.code = code,
		.account = &vp->part->account,
	};
	int ret;

	in = kzalloc(sizeof(*in) + sizeof(struct hv_synthetic_timers_state),
		     GFP_KERNEL_ACCOUNT);
	if (!in)
		return -ENOMEM;
	in->partition_id = vp->part->account.id;
	in->vp_index = vp->index;
	in->state_data = s->data;
	if (pfns) {
		r.varhead = state_fill_pfns(s, (u64 *)in->data);
	} else if (code == HVCALL_SET_VP_STATE) {
		memcpy(in->data, s->buf, s->bytes);
		r.varhead = DIV_ROUND_UP(s->bytes, 8);
	} else {
		r.out = s->buf;
		r.out_len = s->bytes;
	}
	r.in = in;
	r.in_len = sizeof(*in) + r.varhead * 8;
	ret = hvp_request_run(&r);
	kfree(in);
	return ret;
}

static int state_args(struct hvp_vp *vp, struct hvpart_get_set_vp_state *args,
		      void __user *arg, struct vp_state *s)
{
	struct hvpart_get_set_vp_state __user *user = arg;
	u32 bytes;
	int ret;

	if (copy_from_user(args, arg, sizeof(*args)))
		return -EFAULT;
	if (args->type >= HVPART_VP_STATE_COUNT ||
	    hvp_nonzero(args->rsvd, sizeof(args->rsvd)) || !args->buf_sz ||
	    !PAGE_ALIGNED(args->buf_sz) || !PAGE_ALIGNED(args->buf_ptr))
		return -EINVAL;
	ret = state_describe(vp, args->type, s);
	if (ret)
		return ret;
	if (!s->bytes || s->bytes > STATE_BYTES_MAX)
		return -EIO;
	/* mshv reports whole pages where it passes pages. */
	bytes = s->data.type & HV_GET_SET_VP_STATE_TYPE_PFN ?
		PAGE_ALIGN(s->bytes) : s->bytes;
	if (put_user(bytes, &user->buf_sz))
		return -EFAULT;
	return bytes > args->buf_sz ? -EINVAL : 0;
}

/* Both directions are one: in, call, out. */
static long state_transfer(struct hvp_vp *vp, void __user *arg, u16 code)
{
	struct hvpart_get_set_vp_state args;
	struct vp_state s = { };
	void __user *user;
	long ret;

	ret = state_args(vp, &args, arg, &s);
	if (ret)
		return ret;
	user = u64_to_user_ptr(args.buf_ptr);
	s.buf = alloc_pages_exact(s.bytes, GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!s.buf)
		return -ENOMEM;
	if (code == HVCALL_SET_VP_STATE &&
	    copy_from_user(s.buf, user, s.bytes))
		ret = -EFAULT;
	ret = ret ?: state_call(vp, &s, code);
	if (!ret && code == HVCALL_GET_VP_STATE &&
	    copy_to_user(user, s.buf, s.bytes))
		ret = -EFAULT;
	free_pages_exact(s.buf, s.bytes);
	return ret;
}

/**
 * hvp_vp_get_state - HVPART_GET_VP_STATE
 * @vp: the VP; locked, so not running
 * @arg: struct hvpart_get_set_vp_state of user space
 *
 * Return: 0, -EINVAL (the buffer is too small: buf_sz says what it takes),
 * -EFAULT, -ENOMEM, -EIO.
 */
long hvp_vp_get_state(struct hvp_vp *vp, void __user *arg)
{
	return state_transfer(vp, arg, HVCALL_GET_VP_STATE);
}

/**
 * hvp_vp_set_state - HVPART_SET_VP_STATE
 * @vp: the VP; locked, so not running
 * @arg: struct hvpart_get_set_vp_state of user space
 *
 * Return: as hvp_vp_get_state().
 */
long hvp_vp_set_state(struct hvp_vp *vp, void __user *arg)
{
	return state_transfer(vp, arg, HVCALL_SET_VP_STATE);
}
