// SPDX-License-Identifier: GPL-2.0
/* Registers by name: round trip, refusals, order of elements. */
#include <string.h>

#include "sim.h"
#include "world.h"

static struct partition *p;
static struct vp *vp;

static void begin(void)
{
	p = new_guest(2);
	vp = p->vps[1];
}

static u64 set128(u32 name, u64 lo, u64 hi)
{
	struct {
		struct hv_input_set_vp_registers h;
		struct hv_register_assoc e;
	} in = {
		.h = { .partition_id = p->id, .vp_index = vp->index },
		.e = { .name = name, .value.reg128 = { lo, hi } },
	};

	return root_simple(HVCALL_SET_VP_REGISTERS | REPS(1), &in, sizeof(in));
}

static u16 get_status(u32 name)
{
	struct {
		struct hv_input_get_vp_registers h;
		u32 name;
	} in = {
		.h = { .partition_id = p->id, .vp_index = vp->index },
		.name = name,
	};

	return root_simple(HVCALL_GET_VP_REGISTERS | REPS(1), &in, sizeof(in));
}

struct trip {
	u32 first, n;
	u64 lo, hi;		/* value set; hi of wide ones */
	u64 add;		/* read back: lo | add */
};

static const struct trip trips[] = {
	{ HV_X64_REGISTER_RAX, 16, 0x123456789abcdef0, 0, 0 },
	{ HV_X64_REGISTER_RIP, 1, 0xffffffff81000000, 0, 0 },
	{ HV_X64_REGISTER_RFLAGS, 1, 0x246, 0, 0 },
	{ HV_X64_REGISTER_RFLAGS, 1, 0x200, 0, 2 },
	{ HV_X64_REGISTER_CR0, 1, 0x80050033, 0, 0 },
	{ HV_X64_REGISTER_CR2, 2, 0x1234000, 0, 0 },
	{ HV_X64_REGISTER_CR4, 1, 0x6f0, 0, 0 },
	{ HV_X64_REGISTER_CR8, 1, 15, 0, 0 },
	{ HV_X64_REGISTER_XFEM, 1, 7, 0, 0 },
	{ HV_X64_REGISTER_DR0, 4, 0xffffffff81000010, 0, 0 },
	{ HV_X64_REGISTER_DR6, 1, 0xffff0ff1, 0, 0 },
	{ HV_X64_REGISTER_DR7, 1, 0x403, 0, 0 },
	{ HV_X64_REGISTER_ES, 8, 0x1000, 0x209b00100000ffff, 0 },
	{ HV_X64_REGISTER_IDTR, 2, 0x0fff000000000000, 0xfffffe0000000000, 0 },
	{ HV_X64_REGISTER_XMM0, 16, 0x1122334455667788, 0x99aabbccddeeff00, 0 },
	{ HV_X64_REGISTER_FP_MMX0, 8, 0x8000000000000000, 0x3fff, 0 },
	{ HV_X64_REGISTER_FP_CONTROL_STATUS, 1, 0x37f, 0x1234, 0 },
	{ HV_X64_REGISTER_EFER, 1, 0xd01, 0, 0 },
	{ HV_X64_REGISTER_KERNEL_GS_BASE, 1, 0xffff888000000000, 0, 0 },
	{ HV_X64_REGISTER_PAT, 1, 0x0407050600070106, 0, 0 },
	{ HV_X64_REGISTER_SYSENTER_CS, 3, 0x10, 0, 0 },
	{ HV_X64_REGISTER_STAR, 4, 0x0023001000000000, 0, 0 },
	{ HV_X64_REGISTER_TSC_AUX, 1, 1, 0, 0 },
	{ HV_X64_REGISTER_INITIAL_APIC_ID, 1, 5, 0, 0 },
	{ HV_REGISTER_GUEST_OS_ID, 1, 0x8100000000, 0, 0 },
	{ HV_REGISTER_SINT0, 16, 0x30, 0, 0 },
	{ HV_REGISTER_EXPLICIT_SUSPEND, 1, 1, 0, 0 },
	{ HV_REGISTER_DISPATCH_SUSPEND, 1, 1, 0, 0 },
	{ HV_REGISTER_INTERNAL_ACTIVITY_STATE, 1, 7, 0, 0 },
	{ HV_REGISTER_INTERRUPT_STATE, 1, 3, 0, 0 },
	{ HV_REGISTER_PENDING_INTERRUPTION, 1, 0x00001234000e0017, 0, 0 },
	{ HV_REGISTER_DELIVERABILITY_NOTIFICATIONS, 1, 0, 0, 0 },
	{}
};

static void round_trips(void)
{
	const struct trip *t;

	begin();
	for (t = trips; t->n; t++) {
		for (u32 i = 0; i < t->n; i++) {
			u64 *out = root_out(), r;

			r = set128(t->first + i, t->lo, t->hi);
			if (r != 1ull << 32)
				fail("set %x: %llx", t->first + i, r);
			CHECK_EQ(get_status(t->first + i), 0);
			if (out[0] != (t->lo | t->add) || out[1] != t->hi)
				fail("%x is %llx %llx", t->first + i, out[0], out[1]);
		}
	}
	/* Registers do not share storage: all sixteen GPRs, six XMMs. */
	for (u32 i = 0; i < 16; i++)
		CHECK_EQ(set128(HV_X64_REGISTER_RAX + i, i, 0), 1ull << 32);
	for (u32 i = 0; i < 16; i++)
		CHECK_EQ(get_reg(vp, HV_X64_REGISTER_RAX + i), i);
}

static void refusals(void)
{
	static const struct { u32 name; u64 val; u16 st; } bad[] = {
		{ HV_X64_REGISTER_RFLAGS, BIT(3), 0x50 },
		{ HV_X64_REGISTER_RFLAGS, BIT(15), 0x50 },
		{ HV_X64_REGISTER_RFLAGS, BIT(22), 0x50 },
		{ HV_X64_REGISTER_RFLAGS, BIT(63), 0x50 },
		{ HV_X64_REGISTER_CR8, 16, 0x50 },
		{ HV_X64_REGISTER_XFEM, 6, 0x50 },
		{ HV_X64_REGISTER_XFEM, 5, 0x50 },
		{ HV_X64_REGISTER_XFEM, BIT(9) | 7, 0x50 },
		{ HV_REGISTER_EXPLICIT_SUSPEND, 2, 0x50 },
		{ HV_REGISTER_INTERCEPT_SUSPEND, 1, 0x50 },
		{ HV_REGISTER_DISPATCH_SUSPEND, 2, 0x50 },
		{ HV_REGISTER_INTERNAL_ACTIVITY_STATE, 8, 0x50 },
		{ HV_REGISTER_INSTRUCTION_EMULATION_HINTS, 1, 5 },
		{ HV_REGISTER_HYPERVISOR_VERSION, 1, 0x87 },
		{ HV_REGISTER_DELIVERABILITY_NOTIFICATIONS, 1, 0x1e },
		{ HV_REGISTER_PENDING_INTERRUPTION, 1 | 1 << 1, 0x50 },
		{ HV_REGISTER_PENDING_INTERRUPTION, 1 | 7 << 1, 0x50 },
		{ HV_REGISTER_PENDING_INTERRUPTION, 1 | 256 << 16, 0x50 },
		{ HV_REGISTER_PENDING_EVENT0, 1 | 1 << 1, 0x50 },
		{ HV_REGISTER_PENDING_EVENT0, 1 | 32 << 16, 0x50 },
		{ HV_X64_REGISTER_INITIAL_APIC_ID, 1ull << 32, 5 },
		{ HV_X64_REGISTER_PAT, 0x0000000000000002, 0 },
		{ 0x12345678, 0, 0x87 },
		{ 0x30020, 0, 5 },
		{ ~0u, 0, 0x87 },
	};
	u64 *x;

	begin();
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		u64 r = set128(bad[i].name, bad[i].val, 0);

		if (ST(r) != bad[i].st)
			fail("set %x = %llx: %llx", bad[i].name, bad[i].val, r);
	}
	/* Reserved bits of MXCSR would make our own XRSTOR fault. */
	CHECK_EQ(set128(HV_X64_REGISTER_XMM_CONTROL_STATUS, 0, 1 << 16), 0x50);
	CHECK_EQ(ST(set128(HV_X64_REGISTER_XMM_CONTROL_STATUS, 7, 0x1f80)), 0);
	x = (u64 *)((u8 *)vp->world->xsave + 16);
	CHECK_EQ(x[0], 7);
	CHECK_EQ((u32)x[1], 0x1f80);
	CHECK_EQ(get_status(0x30020), 5);
	CHECK_EQ(get_status(0x12345678), 0x87);
}

static void vtl(void)
{
	struct {
		struct hv_input_get_vp_registers h;
		u32 name[8];
	} in = { .h = { .partition_id = new_guest(1)->id },
		 .name = { HV_X64_REGISTER_RAX } };

	for (u32 v = 0; v < 256; v++) {
		u16 want = v == 0 || v == 0x10 ? 0 : 0x51;

		in.h.input_vtl.as_uint8 = v;
		CHECK_EQ(ST(root_simple(HVCALL_GET_VP_REGISTERS | REPS(1), &in,
					sizeof(in))), want);
		in.name[0] = want ? HV_X64_REGISTER_RAX : HV_X64_REGISTER_RCX;
		CHECK_EQ(ST(root_simple(HVCALL_SET_VP_REGISTERS | REPS(1), &in,
					sizeof(in))), want);
	}
}

/* In order, each by itself: what stands before the bad one has been set. */
static void order(void)
{
	u8 in[16 + 5 * 32] = {};
	struct hv_input_set_vp_registers *h = (void *)in;
	static const u32 names[5] = {
		HV_X64_REGISTER_RAX, HV_X64_REGISTER_RBX, 0x77777777,
		HV_X64_REGISTER_RCX, HV_X64_REGISTER_RAX,
	};
	u64 r;

	begin();
	h->partition_id = p->id;
	h->vp_index = 1;
	for (u32 i = 0; i < 5; i++) {
		h->elements[i].name = names[i];
		h->elements[i].value.reg64 = 100 + i;
	}
	r = root_simple(HVCALL_SET_VP_REGISTERS | REPS(5), in, sizeof(in));
	CHECK_EQ(r, 2ull << 32 | 0x87);
	CHECK_EQ(vp->v.regs.gpr[GPR_RAX], 100);
	CHECK_EQ(vp->v.regs.gpr[GPR_RBX], 101);
	CHECK_EQ(vp->v.regs.gpr[GPR_RCX], 0);
	r = root_simple(HVCALL_SET_VP_REGISTERS | REPS(5) | START(3), in,
			sizeof(in));
	CHECK_EQ(r, 5ull << 32);
	CHECK_EQ(vp->v.regs.gpr[GPR_RAX], 104);
	CHECK_EQ(vp->v.regs.gpr[GPR_RCX], 103);
}

/* A component that the area calls initial reads as initial. */
static void fpu_initial(void)
{
	u8 *x;

	begin();
	x = vp->world->xsave;
	memset(x, 0x55, 416);
	*(u64 *)(x + 512) = 0;
	CHECK_EQ(get_reg(vp, HV_X64_REGISTER_XMM0 + 3), 0);
	CHECK_EQ(get_reg(vp, HV_X64_REGISTER_FP_MMX0), 0);
	CHECK_EQ(get_reg(vp, HV_X64_REGISTER_FP_CONTROL_STATUS), 0x37f);
	CHECK_EQ(get_status(HV_X64_REGISTER_XMM_CONTROL_STATUS), 0);
	CHECK_EQ((u32)((u64 *)root_out())[1], 0x1f80);
}

static void pending_events(void)
{
	union hv_x64_pending_exception_event e = {
		.event_pending = 1, .deliver_error_code = 1, .vector = 14,
		.error_code = 7, .exception_parameter = 0xabc000,
	};

	begin();
	CHECK_EQ(ST(set128(HV_REGISTER_PENDING_EVENT0, e.as_uint64[0],
			   e.as_uint64[1])), 0);
	CHECK_EQ(get_reg(vp, HV_X64_REGISTER_CR2), 0xabc000);
	CHECK_EQ(vp->v.event.vector, 14);
	CHECK_EQ(vp->v.event.error, 7);
	CHECK(vp->v.event.has_error);
	e.vector = 1;
	e.exception_parameter = 0x4001;
	CHECK_EQ(ST(set128(HV_REGISTER_PENDING_EVENT0, e.as_uint64[0],
			   e.as_uint64[1])), 0);
	CHECK_EQ(get_reg(vp, HV_X64_REGISTER_DR6), 0x4001);
	CHECK_EQ(ST(set128(HV_REGISTER_PENDING_EVENT0, 0, 0)), 0);
	CHECK_EQ(get_reg(vp, HV_REGISTER_PENDING_EVENT0), 0);
	CHECK_EQ(get_reg(vp, HV_REGISTER_PENDING_EVENT1), 0);
	/* Clearing the pending interruption clears it. */
	CHECK_EQ(set_reg(vp, HV_REGISTER_PENDING_INTERRUPTION, 0), 0);
	CHECK(!vp->v.event.valid);
	CHECK_EQ(get_reg(vp, HV_REGISTER_PENDING_INTERRUPTION), 0);
	CHECK_EQ(get_reg(vp, HV_REGISTER_INSTRUCTION_EMULATION_HINTS), 0);
}

/* 128 bits of a CPUID leaf each. */
static void information(void)
{
	u64 *out = root_out();

	begin();
	CHECK_EQ(get_status(HV_REGISTER_PRIVILEGES_AND_FEATURES_INFO), 0);
	CHECK_EQ(out[0], p->privileges);
	CHECK_EQ(out[1] >> 32, p->features_edx);
	CHECK_EQ(get_status(HV_REGISTER_FEATURES_INFO), 0);
	CHECK_EQ((u32)out[0], p->hints);
	CHECK_EQ(get_status(HV_REGISTER_HYPERVISOR_VERSION), 0);
	CHECK_EQ(get_status(HV_REGISTER_ISOLATION_CONFIGURATION), 0);
	CHECK_EQ(out[0] | out[1], 0);
}

const struct test register_tests[] = {
	{ "registers: every one comes back", round_trips },
	{ "registers: what is refused", refusals },
	{ "registers: VTL byte", vtl },
	{ "registers: order of elements", order },
	{ "registers: FPU in its initial state", fpu_initial },
	{ "registers: pending events", pending_events },
	{ "registers: information", information },
	{}
};
