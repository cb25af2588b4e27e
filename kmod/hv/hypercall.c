// SPDX-License-Identifier: GPL-2.0
/*
 * From the instruction to the handler and back. The order of checks is the one
 * the TLFS digest (1.7) proposes: mode, reserved bits, code, shape, privilege,
 * alignment, memory; only then is the target looked at.
 */
#include "hypercall.h"
#include "dispatch.h"
#include "fn_offset.h"
#include "intercept.h"
#include "mutate.h"

/*
 * Codes are sparse: a byte per code leads to the dense table, 0 = no such call.
 * The codes of our own range stand where the TLFS has none that is built.
 */
#define LOW_END		0xf5
#define OWN_END		16
#define OWN_PLACE	0x60
#define HC_PLACE(code)	((code) < HVCALL_HVPART_FIRST ? (code) :	\
			 (code) - HVCALL_HVPART_FIRST + OWN_PLACE)
static u8 call_index[LOW_END];

/* Headers are whole words; the handlers stand in hc_handlers, in this order. */
struct hc_desc {
	u8 place;			/* of its code in call_index */
	u8 in_words, out_qwords;
	u8 elem_in, elem_out;
	u8 shape : 4, target : 4;
	u8 priv;
};

static const struct hc_desc calls[] = {
#define HC_DESC(code, fn, in, out, ein, eout, shape, priv, target) \
	{ (u8)HC_PLACE(code), (in) / 4, (out) / 8, ein, eout, shape, target, priv },
	HYPERCALL_LIST(HC_DESC)
};

#define HC_CHECK(code, fn, in, out, ein, eout, shape, priv, target)		\
	static_assert((in) + (ein) <= PAGE_SIZE && (out) + (eout) <= PAGE_SIZE, \
		      #fn ": blocks must fit a page");			\
	static_assert(!((in) % 4) && (in) / 4 < 256, #fn ": input header");	\
	static_assert(!((out) % 8) && (out) / 8 < 256, #fn ": output header");	\
	static_assert(!((shape) & HC_FAST) || (!(out) &&		\
		      ((in) <= 16 || (code) == HVCALL_DISPATCH_VP) &&	\
		      !((shape) & (HC_REP | HC_VAR))),			\
		      #fn ": fast calls have 16 bytes in and nothing out"); \
	static_assert(!(ein) || ((shape) & HC_REP), #fn ": list without rep"); \
	static_assert(!(eout) || !(out), #fn ": output header and list");
HYPERCALL_LIST(HC_CHECK)

extern const fn_offset hc_handlers[] __asm__("hc_handlers");
#define HC_HANDLER(code, fn, in, out, ein, eout, shape, priv, target) \
	FN_OFFSET(fn)
__asm__(FN_TABLE(".rodata.hc_handlers")
	"	.balign 8\n"
	"	.type hc_handlers, @object\n"
	"hc_handlers:\n"
	HYPERCALL_LIST(HC_HANDLER)
	"	.size hc_handlers, . - hc_handlers\n"
	"	.popsection\n");

#define HC_HAS_PLACE(code, fn, in, out, ein, eout, shape, priv, target)	\
	static_assert(HC_PLACE(code) < LOW_END &&			\
		      ((code) < OWN_PLACE || ((code) >= OWN_PLACE + OWN_END && \
		      (code) < HVCALL_HVPART_FIRST + OWN_END)),		\
		      #fn ": its place belongs to our own range");
HYPERCALL_LIST(HC_HAS_PLACE)

void hypercall_init(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(calls); i++)
		call_index[calls[i].place] = i + 1;
}

/* Never called: two calls with one code do not compile. */
static inline __attribute__((unused)) void codes_differ(u16 code)
{
	switch (code) {
#define HC_CASE(code, fn, in, out, ein, eout, shape, priv, target) \
	case code:
	HYPERCALL_LIST(HC_CASE)
		break;
	}
}

/* Index + 1 in the table, 0: no such call. */
static u32 find_call(u32 code)
{
	if (code - HVCALL_HVPART_FIRST < OWN_END)
		code -= HVCALL_HVPART_FIRST - OWN_PLACE;
	else if (code >= LOW_END || code - OWN_PLACE < OWN_END)
		return 0;
	return call_index[code];
}

static hv_status run(u32 index, struct hcall *c)
{
	const struct hc_desc *d = &calls[index];
	hv_status (*fn)(struct hcall *c) = FN_AT(hc_handlers[index]);
	hv_status st = fn(c);

	if (!(d->shape & HC_EACH & ~HC_REP))
		return st;
	while (!st && ++c->rep_done < c->rep_count)
		st = fn(c);
	return st;
}

static hv_status check_shape(const struct hc_desc *d, const struct hcall *c)
{
	if (c->fast && !(d->shape & HC_FAST))
		return HV_STATUS_INVALID_HYPERCALL_INPUT;
	if (c->var_qwords && !(d->shape & HC_VAR))
		return HV_STATUS_INVALID_HYPERCALL_INPUT;
	if (!(d->shape & HC_REP))
		return c->rep_count || c->rep_start ?
			HV_STATUS_INVALID_HYPERCALL_INPUT : HV_STATUS_SUCCESS;
	if (!c->rep_count || c->rep_start >= c->rep_count)
		return HV_STATUS_INVALID_HYPERCALL_INPUT;
	return HV_STATUS_SUCCESS;
}

static u32 in_bytes(const struct hc_desc *d, const struct hcall *c)
{
	return d->in_words * 4 + c->var_qwords * 8 + c->rep_count * d->elem_in;
}

static u32 out_bytes(const struct hc_desc *d, const struct hcall *c)
{
	return d->out_qwords * 8 + c->rep_count * d->elem_out;
}

static bool block_ok(u64 gpa, u32 bytes)
{
	return IS_ALIGNED(gpa, HV_HYPERCALL_ALIGNMENT) &&
		bytes <= PAGE_SIZE - (gpa & ~PAGE_MASK);
}

/*
 * A parameter block in the caller page of the calling VP needs no walk and no
 * window: the page stays mapped until this very VP gives it back.
 */
static void *in_caller_page(const struct vp *vp, u64 gpa)
{
	if (!vp->caller_page || gpa >> PAGE_SHIFT != vp->caller_gpn)
		return NULL;
	return (u8 *)vp->caller_page + (gpa & ~PAGE_MASK);
}

bool hypercall_store(const struct vp *vp, u64 gpa, const void *buf, u32 len)
{
	void *page = in_caller_page(vp, gpa);

	if (!page)
		return gpa_write(&vp->partition->gpa, gpa, buf, len);
	memcpy(page, buf, len);
	return true;
}

static bool load(const struct vp *vp, u64 gpa, void *buf, u32 len)
{
	const void *page = in_caller_page(vp, gpa);

	if (!page)
		return gpa_read(&vp->partition->gpa, gpa, buf, len);
	memcpy(buf, page, len);
	return true;
}

/* Copy the input once; prove the output page before anything is done. */
static hv_status fetch(const struct hc_desc *d, struct hcall *c)
{
	struct percpu *cpu = this_cpu();
	u32 in, out;
	struct gpa_entry e;

	c->in = cpu->hcall_in;
	c->out = cpu->hcall_out;
	if (c->fast) {
		((u64 *)c->in)[0] = c->in_gpa;
		((u64 *)c->in)[1] = c->out_gpa;
		return HV_STATUS_SUCCESS;
	}
	c->list = c->in + d->in_words * 4 + c->var_qwords * 8;
	in = in_bytes(d, c);
	out = out_bytes(d, c);
	if ((in && !block_ok(c->in_gpa, in)) ||
	    (out && !block_ok(c->out_gpa, out)))
		return HV_STATUS_INVALID_ALIGNMENT;
	/* A GPA that is not the caller's memory: status 4 (DECISIONS). */
	if (in && !load(c->vp, c->in_gpa, c->in, in))
		return HV_STATUS_INVALID_ALIGNMENT;
	if (!out)
		return HV_STATUS_SUCCESS;
	memset(c->out, 0, out);
	e = gpa_lookup(&c->caller->gpa, c->out_gpa >> PAGE_SHIFT);
	if (!e.level || !(e.rights & GPA_W))
		return HV_STATUS_INVALID_ALIGNMENT;
	return HV_STATUS_SUCCESS;
}

static hv_status store(const struct hc_desc *d, struct hcall *c, hv_status st)
{
	u32 done, bytes;

	if (c->fast || (st && !(d->shape & HC_REP)))
		return st;
	/* What an earlier round of a rep call has written stays. */
	done = c->rep_start * d->elem_out;
	bytes = d->out_qwords * 8 + c->rep_done * d->elem_out - done;
	if (!bytes)
		return st;
	/* The page went away meanwhile: the caller's own race. */
	if (!gpa_write(&c->caller->gpa, c->out_gpa + done, c->out + done,
		       bytes))
		return HV_STATUS_INVALID_ALIGNMENT;
	return st;
}

/* Look the target up and lock it, in the order of the TLFS digest (1.7). */
static hv_status acquire(const struct hc_desc *d, struct hcall *c)
{
	u64 id = *(u64 *)c->in;
	u32 index = *(u32 *)(c->in + 8);
	hv_status st = HV_STATUS_SUCCESS;
	bool self;

	if (d->target <= T_ROOT)
		return d->target == T_NONE || c->caller->is_root ?
			HV_STATUS_SUCCESS : HV_STATUS_ACCESS_DENIED;
	self = hcall_self(c, id);
	if (d->target == T_OWN &&
	    !partition_may(c->caller, BIT(self ? d->priv : P_CREATE)))
		return HV_STATUS_ACCESS_DENIED;
	if (self && (d->target == T_OWN ||
		    (d->target == T_POOL && c->caller->is_root)))
		c->p = partition_lock(c->caller, c->caller->id);
	else
		st = partition_lock_child(c->caller, id, &c->p);
	if (st || d->target < T_ACTIVE)
		return st;
	if (c->p->state != PS_ACTIVE)
		return HV_STATUS_INVALID_PARTITION_STATE;
	if (d->target < T_NAMED)
		return HV_STATUS_SUCCESS;
	c->target = partition_vp(c->p, index);
	if (!c->target)
		return HV_STATUS_INVALID_VP_INDEX;
	c->keep_claim = d->target == T_NAMED;
	if (c->keep_claim)
		return HV_STATUS_SUCCESS;
	if (cmpxchg(&c->target->running, 0u,
		    VP_HELD | (this_cpu()->index + 1)))
		return HV_STATUS_SUCCESS;
	/* The one thing that can be said to a running VP: stop (TLFS 4.6). */
	if (c->code == HVCALL_SET_VP_REGISTERS)
		vp_request(c->target, VPREQ_STOP);
	c->target = NULL;
	return HV_STATUS_INVALID_VP_STATE;
}

static void release(struct hcall *c)
{
	if (c->target && !c->keep_claim)
		store_release(&c->target->running, 0u);
	if (c->p)
		partition_unlock(c->p);
}

static hv_status call(struct hcall *c, u32 index)
{
	const struct hc_desc *d = &calls[index];
	hv_status st;

	st = check_shape(d, c);
	if (st)
		return st;
	if (d->priv != P_NONE && d->target != T_OWN &&
	    !partition_may(c->caller, BIT(d->priv)))
		return HV_STATUS_ACCESS_DENIED;
	st = fetch(d, c);
	if (st)
		return st;
	c->rep_done = c->rep_start;
	st = acquire(d, c);
	if (!st)
		st = run(index, c);
	release(c);
	return store(d, c, st);
}

/* Hypercalls need CPL 0, protected 64-bit mode and the page (TLFS 1.1, 1.9). */
static bool may_call(struct vp *vp)
{
	if (vendor_cpl(&vp->v) || !(vendor_efer(&vp->v) & EFER_LMA) ||
	    !vendor_cs_long(&vp->v))
		return false;
	return (vp->partition->hypercall_msr | vp->partition->is_root) & 1;
}

/* Field by field: the structure is not worth clearing at every call. */
static void decode(struct hcall *c, struct vp *vp, u64 control)
{
	c->vp = vp;
	c->caller = vp->partition;
	c->p = NULL;
	c->target = NULL;
	c->keep_claim = false;
	c->code = control & HV_HYPERCALL_CODE_MASK;
	c->fast = control & HV_HYPERCALL_FAST_BIT;
	c->var_qwords = (control & HV_HYPERCALL_VARHEAD_MASK) >>
		HV_HYPERCALL_VARHEAD_OFFSET;
	c->rep_count = (control & HV_HYPERCALL_REP_COMP_MASK) >>
		HV_HYPERCALL_REP_COMP_OFFSET;
	c->rep_start = (control & HV_HYPERCALL_REP_START_MASK) >>
		HV_HYPERCALL_REP_START_OFFSET;
	c->rep_done = 0;
	c->in_gpa = vp_gpr(vp, GPR_RDX);
	c->out_gpa = vp_gpr(vp, GPR_R8);
}

/* A control word that names no call of ours; extended ones are the parent's. */
static __noinline void no_call(struct vp *vp, u64 control, u32 insn_len)
{
	const struct partition *p = vp->partition;
	hv_status st = HV_STATUS_INVALID_HYPERCALL_CODE;
	struct percpu *cpu = this_cpu();

	if (control & HV_HYPERCALL_RSVD_MASK) {
		st = HV_STATUS_INVALID_HYPERCALL_INPUT;
	} else if ((control & HV_HYPERCALL_CODE_MASK) >= HV_EXT_CALL_FIRST &&
		   partition_may(p, BIT(P_EXTENDED)) && !p->is_root) {
		if (!MUTATED(SYNC_EXTENDED))
			dispatch_sync(cpu, vp);
		intercept_hypercall(vp, insn_len);
		dispatch_end(cpu, HV_VP_DISPATCH_STATE_READY,
			     HV_VP_DISPATCH_EVENT_INTERCEPT);
		return;
	} else if (p->debug_break == HVPART_BREAK_UNKNOWN_CALL) {
		st = HV_STATUS_SUCCESS;
	}
	vp->v.regs.gpr[GPR_RAX] = st;
	vp_skip(vp, insn_len);
}

/* Of its own, so that the calls that end before cost no saved registers. */
static __noinline void make_call(struct vp *vp, u32 insn_len, u64 control,
				 u32 index)
{
	struct cpu_regs *r = &vp->v.regs;
	struct hcall c;
	hv_status st;

	decode(&c, vp, control);
	st = call(&c, index);
	if (c.rep_count && c.rep_done > c.rep_start) {
		r->gpr[GPR_RCX] = (control & ~HV_HYPERCALL_REP_START_MASK) |
			(u64)c.rep_done << HV_HYPERCALL_REP_START_OFFSET;
		/* Not finished, no error: the guest executes it once more. */
		if (!st && c.rep_done < c.rep_count)
			return;
	}
	r->gpr[GPR_RAX] = st | (u64)c.rep_done << HV_HYPERCALL_REP_COMP_OFFSET;
	vp_skip(vp, insn_len);
}

void hypercall(struct vp *vp, u32 insn_len)
{
	u64 control = vp_gpr(vp, GPR_RCX);
	u32 found;

	if (!may_call(vp)) {
		vp_inject_ud(vp);
		return;
	}
	vp->stats.hypercalls++;
	/* What every CPU does while others wait for its epoch: the short way. */
	if ((control & ~HV_HYPERCALL_FAST_BIT) == HVCALL_HVPART_NULL &&
	    partition_may(vp->partition, BIT(P_CREATE))) {
		vp->v.regs.gpr[GPR_RAX] = HV_STATUS_SUCCESS;
		vp_skip(vp, insn_len);
		return;
	}
	found = find_call(control & HV_HYPERCALL_CODE_MASK);
	if (control & HV_HYPERCALL_RSVD_MASK || !found)
		no_call(vp, control, insn_len);
	else
		make_call(vp, insn_len, control, found - 1);
}
