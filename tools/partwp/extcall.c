// SPDX-License-Identifier: GPL-2.0
#include <hvpart/call_guest.h>
#include <hvpart/hypercall.h>
#include <hvpart/status.h>

#include "extcall.h"
#include "ram_pages.h"

#define RAX	0
#define RCX	1

struct extcall {
	const struct hv_x64_hypercall_intercept_message *m;
	const struct extcall_ops *ops;
	void *ctx;
	struct ram *ram;
	unsigned int count, start, done;	/* of a rep call */
};

static unsigned int field(uint64_t control, uint64_t mask)
{
	return (unsigned int)((control & mask) >> __builtin_ctzll(mask));
}

/* What a page of the guest's has; a page that is absent comes back. */
static bool reach(struct ram *ram, uint64_t gpa, uint64_t len)
{
	return gpa % HV_HYPERCALL_ALIGNMENT == 0 &&
	       len <= RAM_PAGE - gpa % RAM_PAGE &&
	       ram_touch(ram, gpa, true) >= 0;
}

static unsigned int query(struct extcall *c)
{
	uint64_t caps = 0;

	if (c->m->rcx & ~HV_HYPERCALL_CODE_MASK)
		return HV_STATUS_INVALID_HYPERCALL_INPUT;
	if (c->ops->offered(c->ctx))
		caps |= HV_EXT_CAPABILITY_MEMORY_COLD_DISCARD_HINT;
	if (!reach(c->ram, c->m->r8, sizeof(caps)) ||
	    ram_write(c->ram, c->m->r8, &caps, sizeof(caps)))
		return HV_STATUS_INVALID_ALIGNMENT;
	return HV_STATUS_SUCCESS;
}

static unsigned int hint(struct extcall *c)
{
	const uint64_t other = HV_HYPERCALL_FAST_BIT | HV_HYPERCALL_VARHEAD_MASK;
	uint64_t in[1 + EXTCALL_RANGES], len = 8 + 8ULL * c->count;

	if (c->m->rcx & other || !c->count || c->start >= c->count)
		return HV_STATUS_INVALID_HYPERCALL_INPUT;
	if (!reach(c->ram, c->m->rdx, len) ||
	    ram_read(c->ram, c->m->rdx, in, len))
		return HV_STATUS_INVALID_ALIGNMENT;
	/* No other kind is offered; above it bits are reserved. */
	if (in[0] != HV_EXT_MEMORY_HEAT_HINT_COLD_DISCARD)
		return HV_STATUS_INVALID_PARAMETER;
	c->done = c->start;
	return c->ops->discard(c->ctx, in + 1, c->count, &c->done);
}

static unsigned int answer(struct extcall *c)
{
	switch (field(c->m->rcx, HV_HYPERCALL_CODE_MASK)) {
	case HV_EXT_CALL_QUERY_CAPABILITIES:
		return query(c);
	case HV_EXT_CALL_MEMORY_HEAT_HINT:
		if (c->ops->offered(c->ctx))
			return hint(c);
		break;
	}
	return HV_STATUS_INVALID_HYPERCALL_CODE;
}

int extcall_handle(struct vcpu *v,
		   const struct hv_x64_hypercall_intercept_message *m,
		   const struct extcall_ops *ops, void *ctx)
{
	struct extcall c = {
		.m = m,
		.ops = ops,
		.ctx = ctx,
		.ram = v->ram,
		.count = field(m->rcx, HV_HYPERCALL_REP_COMP_MASK),
		.start = field(m->rcx, HV_HYPERCALL_REP_START_MASK),
	};
	unsigned int status = answer(&c);

	if (c.done > c.start)
		vcpu_set_gpr(v, RCX, (m->rcx & ~HV_HYPERCALL_REP_START_MASK) |
			     (uint64_t)c.done << HV_HYPERCALL_REP_START_OFFSET);
	/* Not finished, no error: the guest executes it once more. */
	if (!status && c.done < c.count)
		return vcpu_commit(v);
	vcpu_set_gpr(v, RAX, status |
		     (uint64_t)c.done << HV_HYPERCALL_REP_COMP_OFFSET);
	vcpu_advance(v, &m->header, m->header.instruction_length);
	return vcpu_commit(v);
}
