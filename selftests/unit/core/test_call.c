// SPDX-License-Identifier: GPL-2.0
/* The instruction itself: mode, result, rep continuation; child callers. */
#include <string.h>

#include "sim.h"

#define GPA_IN	(4ull << PAGE_SHIFT)
#define GPA_OUT	(5ull << PAGE_SHIFT)

static void takes_ud(struct vp *vp, const char *what)
{
	struct call c = { .control = 0x1ff, .once = true };

	vp->v.nr_taken = 0;
	child_call(vp, &c);
	if (vp->v.nr_taken != 1 || vp->v.taken[0].vector != 6)
		fail("no #UD: %s", what);
	CHECK_EQ(vp->v.regs.rip, 0x1000);
	vp->v.nr_taken = 0;
}

static void mode(void)
{
	struct partition *p = new_guest(1);
	struct vp *vp = p->vps[0];
	struct call c = { .control = 0x1ff };

	takes_ud(vp, "no hypercall page");
	enable_calls(vp);
	CHECK_EQ(child_call(vp, &c), 2);
	CHECK_EQ(vp->v.regs.rip, 0x1003);
	vp->v.seg[2].descriptor_privilege_level = 3;
	takes_ud(vp, "CPL 3");
	vp->v.seg[2].descriptor_privilege_level = 0;
	vp->v.seg[1]._long = 0;
	takes_ud(vp, "compatibility mode");
	vp->v.seg[1]._long = 1;
	vp->v.plain[4] = 0;
	takes_ud(vp, "EFER.LMA clear");
	vp->v.plain[4] = EFER_LMA;
	CHECK_EQ(child_call(vp, &c), 2);
	p->hypercall_msr &= ~1ull;
	takes_ud(vp, "page off");
	p->hypercall_msr |= 1;
	end_guest(p);
}

/* RAX whole, nothing else changes; RF, shadow and TF as after any instruction. */
static void registers(void)
{
	struct partition *p = new_guest(1);
	struct vp *vp = p->vps[0];
	struct call c = { .control = 0x1ff };

	enable_calls(vp);
	for (u32 i = 0; i < NR_GPRS; i++)
		vp->v.regs.gpr[i] = 0x1111111111111111ull * i;
	vp->v.shadow = true;
	vp->v.regs.rflags = RFLAGS_FIXED | RFLAGS_RF | RFLAGS_CF;
	CHECK_EQ(child_call(vp, &c), 2);
	for (u32 i = 3; i < NR_GPRS; i++)
		if (i != GPR_R8)
			CHECK_EQ(vp->v.regs.gpr[i], 0x1111111111111111ull * i);
	CHECK_EQ(vp->v.regs.gpr[GPR_RCX], 0x1ff);
	CHECK_EQ(vp->v.regs.rflags, RFLAGS_FIXED | RFLAGS_CF);
	CHECK(!vp->v.shadow);
	/* A single step ends behind the call. */
	vp->v.regs.rflags |= RFLAGS_TF;
	c.once = true;
	CHECK_EQ(child_call(vp, &c), 2);
	CHECK_EQ(vp->v.nr_taken, 1);
	CHECK_EQ(vp->v.taken[0].vector, 1);
	CHECK(vp->v.plain[5] & BIT(14));
	vp->v.regs.rflags &= ~RFLAGS_TF;
	end_guest(p);
}

/* In 64-bit mode RIP keeps 64 bits, else 32. */
static void rip_width(void)
{
	struct partition *p = new_guest(1);
	struct vp *vp = p->vps[0];
	struct hv_exit e = { .reason = EXIT_CPUID, .insn_len = 2 };

	vp->v.regs.rip = 0xffffffff;
	child_exit_once(vp, &e);
	CHECK_EQ(vp->v.regs.rip, 1);
	enable_calls(vp);
	vp->v.regs.rip = 0xffffffff;
	child_exit_once(vp, &e);
	CHECK_EQ(vp->v.regs.rip, 0x100000001ull);
	end_guest(p);
}

static u32 names[8] = {
	HV_X64_REGISTER_RAX, HV_X64_REGISTER_RBX, HV_X64_REGISTER_RSP,
	0x77777777, HV_X64_REGISTER_R9,
};

static u64 get_names(struct vp *vp, u32 n, u32 start)
{
	u8 in[64] = {};
	struct hv_input_get_vp_registers *h = (void *)in;

	h->partition_id = vp->partition->id;
	memcpy(h->names, names, 32);
	memset(root_out(), 0xee, PAGE_SIZE);
	return root_call(&(struct call) {
		.control = HVCALL_GET_VP_REGISTERS | REPS(n) | START(start),
		.in = in, .in_bytes = sizeof(in), .once = true });
}

/* What is done counts; what is not asked for is not touched. */
static void rep_result(void)
{
	struct partition *p = new_guest(1);
	struct vp *vp = p->vps[0], *root = cpus[0].root_vp;
	u64 *out = root_out(), r;

	vp->v.regs.gpr[GPR_RAX] = 0xa;
	vp->v.regs.gpr[GPR_RBX] = 0xb;
	vp->v.regs.gpr[GPR_RSP] = 0xc;
	vp->v.regs.gpr[GPR_R9] = 0xd;
	r = get_names(vp, 3, 0);
	CHECK_EQ(r, 3ull << 32);
	CHECK_EQ(out[0], 0xa);
	CHECK_EQ(out[4], 0xc);
	CHECK_EQ(out[6], 0xeeeeeeeeeeeeeeeeull);
	/* RCX says how far it came. */
	CHECK_EQ(root->v.regs.gpr[GPR_RCX] >> HV_HYPERCALL_REP_START_OFFSET, 3);

	/* An error in element 3: three are done and there. */
	r = get_names(vp, 5, 0);
	CHECK_EQ(DONE(r), 3);
	CHECK(ST(r) != 0);
	CHECK_EQ(out[4], 0xc);
	CHECK_EQ(out[6], 0xeeeeeeeeeeeeeeeeull);

	/* From 4 on: what lies before was written by an earlier round. */
	r = get_names(vp, 5, 4);
	CHECK_EQ(r, 5ull << 32);
	CHECK_EQ(out[8], 0xd);
	for (u32 i = 0; i < 8; i++)
		CHECK_EQ(out[i], 0xeeeeeeeeeeeeeeeeull);
	/* Nothing done at all: the count is the start. */
	r = get_names(vp, 5, 3);
	CHECK_EQ(DONE(r), 3);
	CHECK_EQ(out[0], 0xeeeeeeeeeeeeeeeeull);
	end_guest(p);
}

/* A child's own page rules: rights, overlays, pages that are not there. */
static void child_pages(void)
{
	struct partition *p = new_guest(1);
	struct vp *vp = p->vps[0];
	struct call c = { .control = HVCALL_GET_PARTITION_ID,
			  .in_gpa = GPA_IN, .out_gpa = GPA_OUT };

	enable_calls(vp);
	CHECK_EQ(child_call(vp, &c), 6);
	p->privileges |= BIT(P_ID);
	CHECK_EQ(child_call(vp, &c), 0);
	CHECK_EQ(*ram64(PFN_GUEST + 5), p->id);
	map_guest(p->id, 5, PFN_GUEST + 5, 1, GPA_R);
	CHECK_EQ(child_call(vp, &c), 4);
	c.out_gpa = 256ull << PAGE_SHIFT;		/* unmapped */
	CHECK_EQ(child_call(vp, &c), 4);
	c.out_gpa = 1ull << 60;
	CHECK_EQ(child_call(vp, &c), 4);
	c.out_gpa = 200ull << PAGE_SHIFT;		/* hypercall page: read */
	CHECK_EQ(child_call(vp, &c), 4);
	c.control = HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE;
	for (u32 i = 0; i < 3; i++)
		*(u64 *)(ram(PFN_GUEST + 4) + 8 * i) = 0;
	CHECK_EQ(child_call(vp, &c), 0);
	map_guest(p->id, 4, PFN_GUEST + 4, 1, 0);
	CHECK_EQ(child_call(vp, &c), 4);
	c.in_gpa = 256ull << PAGE_SHIFT;
	CHECK_EQ(child_call(vp, &c), 4);
	end_guest(p);
}

/* A child holds no privilege of a parent: every such call is refused. */
static void child_privileges(void)
{
	static const u16 parents[] = {
#define CODE(code, fn, in, out, ein, eout, shape, priv, target) \
		(priv) == P_NONE || (priv) == P_POST || (priv) == P_SIGNAL ? \
			0 : code | ((shape) & HC_REP ? 0x8000 : 0),
		HYPERCALL_LIST(CODE)
	};
	struct partition *p = new_guest(1);
	struct vp *vp = p->vps[0];
	u64 used = p->pool.nr_used;

	enable_calls(vp);
	used = p->pool.nr_used;
	for (u32 i = 0; i < ARRAY_SIZE(parents); i++) {
		if (!parents[i])
			continue;
		CHECK_EQ(child_call(vp, &(struct call) {
			.control = (parents[i] & 0x7fff) |
				(parents[i] & 0x8000 ? REPS(1) : 0),
			.in_gpa = GPA_IN, .out_gpa = GPA_OUT }), 6);
	}
	CHECK_EQ(used, p->pool.nr_used);
	end_guest(p);
}

/* The private calls that only the root may make, privilege or not. */
static void root_only(void)
{
	static const u16 codes[] = {
		HVCALL_HVPART_LEAVE, HVCALL_HVPART_PREPARE_LEAVE,
		HVCALL_HVPART_CANCEL_LEAVE, HVCALL_HVPART_READ_LOG,
	};
	struct partition *p = new_guest(1);
	struct vp *vp = p->vps[0];
	u64 id = p->id;

	enable_calls(vp);
	p->privileges = ~0ull;
	for (u32 i = 0; i < ARRAY_SIZE(codes); i++)
		CHECK_EQ(child_call(vp, &(struct call) { .control = codes[i],
			.in_gpa = GPA_IN, .out_gpa = GPA_OUT }), 6);
	/* A child's child: the check is there, the building is not. */
	CHECK_EQ(child_call(vp, &(struct call) {
		.control = HVCALL_CREATE_PARTITION, .in = &plain_partition,
		.in_bytes = sizeof(plain_partition),
		.in_gpa = GPA_IN, .out_gpa = GPA_OUT }),
		HV_STATUS_PARTITION_TOO_DEEP);
	/* Only the root names itself as the target of pool calls. */
	memcpy(ram(PFN_GUEST + 4), &id, 8);
	CHECK_EQ(child_call(vp, &(struct call) {
		.control = HVCALL_GET_MEMORY_BALANCE,
		.in_gpa = GPA_IN, .out_gpa = GPA_OUT }), 6);
	end_guest(p);
}

const struct test call_tests[] = {
	{ "mode, CPL and page of a call", mode },
	{ "registers after a call", registers },
	{ "RIP behind an instruction", rip_width },
	{ "reps: result, order, output", rep_result },
	{ "pages of a child's call", child_pages },
	{ "a child has no parent's privilege", child_privileges },
	{ "calls of the root alone", root_only },
	{}
};
