// SPDX-License-Identifier: GPL-2.0
/*
 * Sequences of hypercalls by the root, on any CPU, and by a child; exits of the
 * child and scribbling on shared pages between them.
 *
 * A step: op, then for a call: index of the call, shape, number of words, words.
 */
#include <string.h>

#include "fuzz.h"

static const struct {
	u16 code;
	u8 rep, fast;
} calls[] = {
#define ENTRY(code, fn, in, out, ein, eout, shape, priv, target) \
	{ code, !!((shape) & HC_REP), !!((shape) & HC_FAST) },
	HYPERCALL_LIST(ENTRY)
};

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* Good shape mostly; the high bits of @shape spoil it. */
static u64 control(struct input *in, u16 *code)
{
	u8 index = get8(in), shape = get8(in);
	u32 n = index % (ARRAY_SIZE(calls) + 1);
	u64 c;

	if (n == ARRAY_SIZE(calls)) {
		*code = get16(in);
		return get64(in) << 16 | *code;
	}
	c = *code = calls[n].code;
	if (calls[n].rep)
		c |= REPS(1 + (shape & 7));
	if (calls[n].fast && shape & 8)
		c |= FAST;
	c |= VAR(shape >> 4 & 3);
	if (shape & 0x40)
		c |= START(get8(in) & 7);
	if (shape & 0x80)
		c ^= 1ull << (get8(in) % 64);
	return c;
}

/* What would take the ground from under the harness. */
static bool forbidden(u16 code, const u64 *w, u32 n)
{
	bool root = w[0] == 1 || w[0] == HV_PARTITION_ID_SELF;

	if (code == HVCALL_DEPOSIT_MEMORY) {
		if (root)
			return true;
		for (u32 i = 1; i < n; i++)
			if (w[i] < PFN_DEPOSIT)
				return true;
	}
	/* Shared pages: not those the harness writes its parameters to. */
	if (code == HVCALL_MAP_VP_STATE_PAGE && w[2] < PFN_SPARE)
		return true;
	return code == HVCALL_HVPART_REGISTER_CALLER_PAGE && w[0] < PFN_SPARE;
}

static u32 words(struct input *in, u64 *w, u32 max)
{
	u32 n = get8(in) % max;

	memset(w, 0, max * 8);
	for (u32 i = 0; i < n; i++)
		w[i] = get_word(in);
	return MAX(n, 8u);
}

static void note(u16 code, const u64 *w, u16 st)
{
	bool root = w[0] == 1 || w[0] == HV_PARTITION_ID_SELF;

	if (!st && code == HVCALL_CREATE_PORT && root)
		note_port(w[1]);
	if (!st && code == HVCALL_CONNECT_PORT && root)
		note_connection(w[1]);
}

static void root_step(struct input *in, u32 cpu)
{
	u64 w[64];
	u16 code, st;
	struct call c = { .control = control(in, &code), .in = w, .once = true };

	c.in_bytes = 8 * words(in, w, ARRAY_SIZE(w));
	if (forbidden(code, w, ARRAY_SIZE(w)))
		return;
	if (c.control & FAST) {
		c.in = NULL;
		c.in_gpa = w[0];
		c.out_gpa = w[1];
	} else if (get8(in) == 0xff) {
		c.in = NULL;
		c.in_gpa = get_word(in);
		c.out_gpa = get_word(in);
		/* Not into the tables of somebody else's pages. */
		if (c.out_gpa >> PAGE_SHIFT < PFN_SPARE)
			c.out_gpa = 0;
	}
	ON_CPU(cpu, st = root_call(&c));
	note(code, w, st);
	/* A partition made here wants to be found by the next steps. */
	if (guest->state == PS_FINALIZED)
		return;
}

static void child_step(struct input *in, struct vp *vp)
{
	u64 w[64];
	u16 code;
	struct call c = { .control = control(in, &code), .in = w, .once = true };

	c.in_bytes = 8 * words(in, w, ARRAY_SIZE(w));
	c.in_gpa = 4 << PAGE_SHIFT;
	c.out_gpa = 5 << PAGE_SHIFT;
	if (get8(in) & 1) {
		c.in = NULL;
		c.in_gpa = get_word(in);
		c.out_gpa = get_word(in);
	}
	if (vp->vp_page && vp->world) {
		struct script *s = script(vp);
		struct cpu_regs *r = &vp->v.regs;

		if (c.in)
			memcpy(ram(PFN_GUEST + 4), w, c.in_bytes);
		r->gpr[GPR_RCX] = c.control;
		r->gpr[GPR_RDX] = c.in_gpa;
		r->gpr[GPR_R8] = c.out_gpa;
		s->exits[0] = (struct hv_exit) { .reason = EXIT_HYPERCALL, .insn_len = 3 };
		s->n = 1;
		s->at = 0;
		dispatch(vp, HV_DISPATCH_VP_FLAG_CLEAR_INTERCEPT_SUSPEND);
	}
}

static void exit_step(struct input *in, struct vp *vp)
{
	static const u8 reasons[] = {
		EXIT_HLT, EXIT_CPUID, EXIT_MSR_READ, EXIT_MSR_WRITE, EXIT_IO,
		EXIT_NPF, EXIT_XSETBV, EXIT_UD, EXIT_GP, EXIT_SHUTDOWN,
		EXIT_TASK_SWITCH, EXIT_INTR_WINDOW, EXIT_PAUSE,
		EXIT_INVALID_STATE, EXIT_CACHE, EXIT_UNKNOWN,
	};
	struct hv_exit e = { .reason = reasons[get8(in) % ARRAY_SIZE(reasons)],
			     .insn_len = 2 };

	if (e.reason == EXIT_IO)
		e.io = (typeof(e.io)) { .port = get16(in), .size = 1,
			.string = get8(in) & 1, .seg = get8(in) % 6 };
	if (e.reason == EXIT_NPF)
		e.npf = (typeof(e.npf)) { .gpa = get_word(in),
			.write = get8(in) & 1, .fetch = get8(in) & 1,
			.insn_bytes = get8(in) };
	vp->v.regs.gpr[GPR_RCX] = get_word(in);
	vp->v.regs.gpr[GPR_RAX] = get_word(in);
	child_exit_once(vp, &e);
}

/* User space and the root write to their shared pages whenever they like. */
static void scribble(struct input *in, struct vp *vp)
{
	u8 which = get8(in) % 3;
	u8 *page = which == 0 ? (u8 *)reg_page(vp) : which == 1 ?
		(u8 *)vp_page(vp) : (u8 *)caller_page(0);
	u64 v = get_word(in);

	memcpy(page + get16(in) % (PAGE_SIZE - 8), &v, 8);
}

static void step(struct input *in)
{
	u8 op = get8(in);
	struct vp *vp = guest->vps[op >> 7];

	switch (op & 7) {
	case 0: case 1: case 2: case 3:
		root_step(in, op & 3);
		return;
	case 6:
		now += get_word(in) % 100000000;
		if (op & 8)
			sim_settle();
		return;
	}
	if (!vp || guest->state != PS_ACTIVE)
		return;
	if ((op & 7) == 4)
		child_step(in, vp);
	else if ((op & 7) == 5)
		exit_step(in, vp);
	else
		scribble(in, vp);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, data + size };

	fuzz_begin();
	for (u32 n = 0; more(&in) && n < 64; n++) {
		step(&in);
		fuzz_check();
	}
	fuzz_end();
	return 0;
}
