// SPDX-License-Identifier: GPL-2.0
/* The MSR policy (statements 8, 9, 13..31, 169..174) and register names. */
#include "irq.h"

/* --- privileges --------------------------------------------------------------- */

static const struct {
	u32 first, last;
	u64 priv;
	u32 edx;
} gates[] = {
	{ 0x40000000, 0x40000001, HV_MSR_HYPERCALL_AVAILABLE, 0 },
	{ 0x40000002, 0x40000002, HV_MSR_VP_INDEX_AVAILABLE, 0 },
	{ 0x40000003, 0x40000003, HV_MSR_RESET_AVAILABLE, 0 },
	{ 0x40000010, 0x40000010, HV_MSR_VP_RUNTIME_AVAILABLE, 0 },
	{ 0x40000020, 0x40000020, HV_MSR_TIME_REF_COUNT_AVAILABLE, 0 },
	{ 0x40000021, 0x40000021, HV_MSR_REFERENCE_TSC_AVAILABLE, 0 },
	{ 0x40000022, 0x40000023, HV_ACCESS_FREQUENCY_MSRS, 0 },
	{ 0x40000071, 0x40000073, HV_MSR_APIC_ACCESS_AVAILABLE, 0 },
	{ 0x40000080, 0x40000084, HV_MSR_SYNIC_AVAILABLE, 0 },
	{ 0x40000090, 0x4000009f, HV_MSR_SYNIC_AVAILABLE, 0 },
	{ 0x400000b0, 0x400000b7, HV_MSR_SYNTIMER_AVAILABLE, 0 },
	{ 0x400000f0, 0x400000f0, HV_MSR_GUEST_IDLE_AVAILABLE, 0 },
	{ 0x40000100, 0x40000105, 0, HV_FEATURE_GUEST_CRASH_MSR_AVAILABLE },
	{ 0x40000118, 0x40000118, HV_ACCESS_TSC_INVARIANT, 0 },
};

/* Two ranges may stand behind one bit. */
static bool opens(u32 i, int gate)
{
	return gate >= 0 && gates[gate].priv == gates[i].priv &&
	       gates[gate].edx == gates[i].edx;
}

static int gate_of(u32 msr)
{
	for (u32 i = 0; i < ARRAY_SIZE(gates); i++)
		if (msr >= gates[i].first && msr <= gates[i].last)
			return i;
	return -1;
}

static void privileges(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(gates); i++) {
		sim_init_with(gates[i].priv, gates[i].edx, ~0u, 0, 1);
		for (u32 m = 0x40000000; m <= 0x400001ff; m++) {
			bool have = opens(i, gate_of(m));

			if (m == HV_X64_MSR_EOI)
				continue;
			if (rd_faults(vp0, m) == have)
				fail("gate %u, read of %#x", i, m);
			if (!have && !wr_faults(vp0, m, 0))
				fail("gate %u, write of %#x", i, m);
		}
		sim_exit();
		sim_init_with(~gates[i].priv, ~gates[i].edx, ~0u, 0, 1);
		for (u32 m = gates[i].first; m <= gates[i].last; m++)
			if (!rd_faults(vp0, m) || !wr_faults(vp0, m, 0))
				fail("%#x without its privilege", m);	/* 8 */
		sim_exit();
	}
}

static void unassigned(void)
{
	u64 val = 7;

	sim_init();
	p->unimplemented_msr_action =
		HV_UNIMPLEMENTED_MSR_ACTION_IGNORE_WRITE_READ_ZERO;
	for (u32 m = 0x40000000; m <= 0x400001ff; m++) {
		if (gate_of(m) >= 0 || m == HV_X64_MSR_EOI)
			continue;
		if (!rd_faults(vp0, m) || !wr_faults(vp0, m, 0))
			fail("%#x", m);				/* 9, 165 */
	}
	/* Outside the range the property decides. */
	CHECK_EQ(msr_read(vp0, 0xc0010230, &val), MSR_DONE);
	CHECK_EQ(val, 0);
	wr(vp0, 0xc0010230, 5);
	p->unimplemented_msr_action = HV_UNIMPLEMENTED_MSR_ACTION_FAULT;
	CHECK(rd_faults(vp0, 0xc0010230));
	CHECK(wr_faults(vp0, 0xc0010230, 5));
	CHECK(rd_faults(vp0, 0x480));
	CHECK(rd_faults(vp0, 0x40000200));
	sim_exit();
}

/* --- guest OS id, hypercall page ------------------------------------------------- */

static void hypercall_page(void)
{
	u8 *page;

	sim_init();
	CHECK_EQ(rd(vp0, HV_X64_MSR_GUEST_OS_ID), 0);		/* 13 */
	CHECK_EQ(rd(vp0, HV_X64_MSR_HYPERCALL), 0);
	wr(vp0, HV_X64_MSR_HYPERCALL, 0x3001);
	CHECK_EQ(rd(vp0, HV_X64_MSR_HYPERCALL), 0x3000);	/* 15 */
	CHECK(guest_page(3) == guest_ram + 0x3000);
	wr(vp0, HV_X64_MSR_GUEST_OS_ID, 0x8100000000000001ull);
	CHECK_EQ(rd(vp1, HV_X64_MSR_GUEST_OS_ID), 0x8100000000000001ull); /* 14 */
	memset(guest_ram + 0x3000, 0xaa, 8192);
	wr(vp0, HV_X64_MSR_HYPERCALL, 0x3ffd);
	CHECK_EQ(rd(vp0, HV_X64_MSR_HYPERCALL), 0x3ffd);	/* 16 */
	CHECK_EQ(rd(vp1, HV_X64_MSR_HYPERCALL), 0x3ffd);	/* 17 */
	page = guest_page(3);
	CHECK(!memcmp(page, "\xf3\x0f\x1e\xfa\x0f\x01\xd9\xc3\xcc\xcc", 10));
	CHECK_EQ(page[4095], 0xcc);
	wr(vp1, HV_X64_MSR_HYPERCALL, 0x4001);			/* 22 */
	CHECK_EQ(*(u8 *)guest_page(3), 0xaa);
	CHECK_EQ(*(u8 *)guest_page(4), 0xf3);
	wr(vp1, HV_X64_MSR_HYPERCALL, 0x4000);
	CHECK_EQ(*(u8 *)guest_page(4), 0xaa);			/* 21 */
	wr(vp1, HV_X64_MSR_HYPERCALL, 0x4001);
	CHECK(wr_faults(vp0, HV_X64_MSR_HYPERCALL, p->gpa.limit << 12 | 1)); /* 19 */
	CHECK(wr_faults(vp0, HV_X64_MSR_HYPERCALL, ~0xfffull | 1));
	CHECK_EQ(rd(vp0, HV_X64_MSR_HYPERCALL), 0x4001);
	wr(vp0, HV_X64_MSR_GUEST_OS_ID, 0);
	CHECK_EQ(rd(vp0, HV_X64_MSR_HYPERCALL), 0x4000);	/* 18 */
	CHECK(guest_page(4) == guest_ram + 0x4000);
	sim_exit();
}

static void hypercall_lock(void)
{
	sim_init();
	wr(vp0, HV_X64_MSR_GUEST_OS_ID, 1);
	wr(vp0, HV_X64_MSR_HYPERCALL, 0x3003);
	wr(vp0, HV_X64_MSR_HYPERCALL, 0x5001);
	wr(vp1, HV_X64_MSR_HYPERCALL, 0);
	CHECK_EQ(rd(vp0, HV_X64_MSR_HYPERCALL), 0x3003);	/* 23 */
	CHECK_EQ(*(u8 *)guest_page(3), 0xf3);
	sim_reset();
	CHECK_EQ(rd(vp0, HV_X64_MSR_HYPERCALL), 0);
	CHECK_EQ(rd(vp0, HV_X64_MSR_GUEST_OS_ID), 0);
	CHECK(guest_page(3) == guest_ram + 0x3000);
	sim_exit();
	/* Not announced: bit 1 is one of the bits that are kept. */
	sim_init_with(~0ull, 0, 0, 0, 1);
	wr(vp0, HV_X64_MSR_GUEST_OS_ID, 1);
	wr(vp0, HV_X64_MSR_HYPERCALL, 0x3003);
	wr(vp0, HV_X64_MSR_HYPERCALL, 0x5001);
	CHECK_EQ(rd(vp0, HV_X64_MSR_HYPERCALL), 0x5001);
	sim_exit();
}

static void break_overlay(void)
{
	sim_init_with(~0ull, ~0u, 0, HVPART_BREAK_HYPERCALL_OVERLAY, 1);
	wr(vp0, HV_X64_MSR_GUEST_OS_ID, 1);
	wr(vp0, HV_X64_MSR_HYPERCALL, 0x3001);
	wr(vp0, HV_X64_MSR_HYPERCALL, 0x3000);
	CHECK_EQ(*(u8 *)guest_page(3), 0xf3);
	sim_exit();			/* and it does not outlive the partition */
}

/* --- VP index, reset, idle ------------------------------------------------------- */

static void vp_index_and_reset(void)
{
	sim_init();
	CHECK_EQ(rd(vp0, HV_X64_MSR_VP_INDEX), 0);
	CHECK_EQ(rd(vp1, HV_X64_MSR_VP_INDEX), 1);		/* 25 */
	CHECK(wr_faults(vp0, HV_X64_MSR_VP_INDEX, 1));		/* 24 */
	CHECK_EQ(rd(vp0, HV_X64_MSR_RESET), 0);			/* 27 */
	CHECK_EQ(msr_write(vp0, HV_X64_MSR_RESET, 0), MSR_DONE); /* 28 */
	CHECK_EQ(msr_write(vp0, HV_X64_MSR_RESET, 2), MSR_DONE);
	CHECK_EQ(msr_write(vp0, HV_X64_MSR_RESET, 1), MSR_RESET); /* 29 */
	sim_exit();
	sim_init_with(0, 0, 0, 0, 1);
	CHECK_EQ(msr_write(vp0, HV_X64_MSR_RESET, 1), MSR_INJECT_GP);
	sim_exit();
}

static void idle(void)
{
	u64 val;

	sim_init();
	CHECK(wr_faults(vp0, HV_X64_MSR_GUEST_IDLE, 0));
	CHECK_EQ(msr_read(vp0, HV_X64_MSR_GUEST_IDLE, &val), MSR_IDLE);
	wr(vp0, HV_X64_MSR_TPR, 0xf0);
	apic_post(vp0, 0x40);			/* requested, not deliverable */
	CHECK_EQ(apic_pending_vector(vp0), -1);
	CHECK_EQ(msr_read(vp0, HV_X64_MSR_GUEST_IDLE, &val), MSR_DONE); /* 30 */
	wr(vp0, HV_X64_MSR_TPR, 0);
	CHECK_EQ(run(vp0), 0x40);				/* 31 */
	CHECK_EQ(msr_read(vp0, HV_X64_MSR_GUEST_IDLE, &val), MSR_IDLE);
	sim_exit();
}

/* --- crash ------------------------------------------------------------------------ */

static void crash(void)
{
	sim_init();
	CHECK_EQ(rd(vp0, HV_X64_MSR_CRASH_CTL), 3ull << 62);	/* 170 */
	for (u32 i = 0; i < 5; i++)
		wr(vp0, HV_X64_MSR_CRASH_P0 + i, ~0ull << i);
	for (u32 i = 0; i < 5; i++) {
		CHECK_EQ(rd(vp1, HV_X64_MSR_CRASH_P0 + i), ~0ull << i);	/* 169 */
		CHECK_EQ(p->crash_param[i], ~0ull << i);	/* 171 */
	}
	CHECK_EQ(msr_write(vp0, HV_X64_MSR_CRASH_CTL, 1ull << 62), MSR_DONE);
	CHECK_EQ(p->crash_count, 0);
	CHECK_EQ(msr_write(vp0, HV_X64_MSR_CRASH_CTL, 1ull << 63), MSR_CRASH);
	CHECK_EQ(p->crash_count, 1);
	CHECK_EQ(p->crash_ctl, 1ull << 63);
	CHECK_EQ(rd(vp0, HV_X64_MSR_CRASH_CTL), 3ull << 62);
	sim_exit();
}

static u32 crash_text(u64 gpa, u64 len)
{
	u32 before = p->crash_count;

	wr(vp0, HV_X64_MSR_CRASH_P3, gpa);
	wr(vp0, HV_X64_MSR_CRASH_P4, len);
	cur = 0;
	CHECK_EQ(msr_write(vp0, HV_X64_MSR_CRASH_CTL, 3ull << 62), MSR_CRASH);
	CHECK_EQ(p->crash_count, before + 1);
	return p->crash_msg_len;
}

static void crash_message(void)
{
	sim_init();
	for (u32 i = 0; i < 8192; i++)
		guest_ram[0x2000 + i] = i * 7;
	CHECK_EQ(crash_text(0x2064, 4096), 4096);		/* 173 */
	CHECK(!memcmp(p->crash_msg, guest_ram + 0x2064, 4096));
	CHECK_EQ(crash_text(0x2000, 1), 1);
	CHECK_EQ(crash_text(0x2000, 4097), 0);			/* 174 */
	CHECK_EQ(crash_text(0x2000, ~0ull), 0);
	CHECK_EQ(crash_text(0x2000, 1ull << 32), 0);
	CHECK_EQ(crash_text(0, 0), 0);
	CHECK_EQ(crash_text(0xf800, 0x801), 0);		/* ends beyond RAM */
	CHECK_EQ(crash_text(~0ull, 2), 0);
	CHECK_EQ(crash_text(0xf800, 0x800), 0x800);
	sim_exit();
	sim_init_with(~0ull, ~0u, 0, HVPART_BREAK_CRASH_PARAMETER, 1);
	wr(vp0, HV_X64_MSR_CRASH_P4, 5);
	CHECK_EQ(rd(vp0, HV_X64_MSR_CRASH_P4), 0);
	sim_exit();
}

/* --- architectural ---------------------------------------------------------------- */

static void constants(void)
{
	static const struct { u32 msr; u64 val; bool read_only; } c[] = {
		{ 0x0, 0, 0 }, { 0x1, 0, 0 }, { 0x17, 0, 0 }, { 0x79, 0, 0 },
		{ 0x8b, 0x0a0011d1, 0 }, { 0xce, 0, 1 }, { 0xfe, 0x508, 1 },
		{ 0x140, 0, 0 }, { 0x179, 0, 1 }, { 0x17a, 0, 0 },
		{ 0x198, 0, 0 }, { 0x199, 0, 0 }, { 0x1db, 0, 0 },
		{ 0xc0010000, 0, 0 }, { 0xc0010007, 0, 0 }, { 0xc0010010, 0, 0 },
		{ 0xc0010015, 1 << 24, 0 }, { 0xc001001a, 0, 0 },
		{ 0xc001001d, 0, 0 }, { 0xc001001f, 0, 0 }, { 0xc0010020, 0, 0 },
		{ 0xc0010055, 0, 0 }, { 0xc0010058, 0, 0 }, { 0xc0010061, 0, 0 },
		{ 0xc0010064, 0, 0 }, { 0xc0010112, 0, 0 }, { 0xc0010113, 0, 0 },
		{ 0xc0010114, 0x18, 1 }, { 0xc0010140, 0, 0 },
		{ 0xc0010141, 0, 0 }, { 0xc0011004, 0, 0 }, { 0xc0011021, 0, 0 },
		{ 0xc0011022, 0, 0 }, { 0xc0011023, 0, 0 }, { 0xc0011029, 2, 0 },
		{ 0xc001102a, 0, 0 },
	};
	static const u32 absent[] = { 0x6, 0x3a, 0x38d, 0x390, 0x3f1, 0x400,
		0x480, 0x491, 0x606, 0x6e0, 0x570, 0xda0, 0xc0010117,
		0xc001011f, 0xc0010130, 0xc0010131, 0xc0011030, 0xc0011020, 0xc001102e,
		0xc0000104 };

	sim_init();
	for (u32 i = 0; i < ARRAY_SIZE(c); i++) {
		if (rd(vp0, c[i].msr) != c[i].val)
			fail("%#x reads %#llx", c[i].msr, rd(vp0, c[i].msr));
		if (wr_faults(vp0, c[i].msr, c[i].val) != c[i].read_only)
			fail("write of %#x", c[i].msr);
	}
	for (u32 i = 0; i < ARRAY_SIZE(absent); i++)
		if (!rd_faults(vp0, absent[i]) || !wr_faults(vp0, absent[i], 0))
			fail("%#x", absent[i]);
	CHECK_EQ(nr_hw_msr, 0);
	hw_msr_faults = true;
	CHECK_EQ(rd(vp0, 0x8b), 0);
	hw_msr_faults = false;
	sim_exit();
}

static void mtrrs(void)
{
	sim_init();
	CHECK_EQ(rd(vp0, 0x2ff), 0x806);
	wr(vp0, 0x2ff, 0xc06);
	CHECK_EQ(rd(vp0, 0x2ff), 0xc06);
	CHECK(wr_faults(vp0, 0x2ff, 0xc02));		/* type 2 */
	CHECK(wr_faults(vp0, 0x2ff, 0xc07));		/* UC- is PAT's */
	CHECK(wr_faults(vp0, 0x2ff, 0x1c06));
	for (u32 i = 0; i < 8; i++) {
		wr(vp0, 0x200 + 2 * i, (u64)i << 20 | 6);
		wr(vp0, 0x201 + 2 * i, 0xfffff00800ull);
	}
	for (u32 i = 0; i < 8; i++) {
		CHECK_EQ(rd(vp0, 0x200 + 2 * i), (u64)i << 20 | 6);
		CHECK_EQ(rd(vp0, 0x201 + 2 * i), 0xfffff00800ull);
	}
	CHECK(wr_faults(vp0, 0x200, BIT(40)));
	CHECK(wr_faults(vp0, 0x200, 3));
	CHECK(wr_faults(vp0, 0x200, 0x106));
	CHECK(wr_faults(vp0, 0x201, BIT(40)));
	CHECK(wr_faults(vp0, 0x201, 1));
	CHECK(rd_faults(vp0, 0x210));
	for (u32 m = 0x250; m <= 0x26f; m++) {
		if (m != 0x250 && m != 0x258 && m != 0x259 && m < 0x268) {
			CHECK(rd_faults(vp0, m));
			continue;
		}
		wr(vp0, m, 0x0606060606060600ull + (m & 1));
		CHECK_EQ(rd(vp0, m), 0x0606060606060600ull + (m & 1));
		CHECK(wr_faults(vp0, m, 0x0606060602060606ull));
	}
	CHECK_EQ(rd(vp0, 0x250), 0x0606060606060600ull);
	CHECK_EQ(rd(vp1, 0x200), 0);
	sim_reset();
	CHECK_EQ(rd(vp0, 0x2ff), 0x806);
	CHECK_EQ(rd(vp0, 0x200), 0);
	sim_exit();
}

static void control_block(void)
{
	static const u32 plain[] = { 0x174, 0xc0000081, 0xc0000084 };
	static const u32 address[] = { 0x175, 0x176, 0xc0000082, 0xc0000083,
		0xc0000100, 0xc0000101, 0xc0000102 };
	union hv_register_value seg = {};

	sim_init();
	for (u32 i = 0; i < ARRAY_SIZE(plain); i++) {
		wr(vp0, plain[i], 0x123456789abcdef0ull);
		CHECK_EQ(rd(vp0, plain[i]), 0x123456789abcdef0ull);
	}
	seg.segment.selector = 0x33;
	vendor_set_reg(&vp0->v, HV_X64_REGISTER_GS, &seg);
	for (u32 i = 0; i < ARRAY_SIZE(address); i++) {
		wr(vp0, address[i], 0xffff800000000000ull + i);
		CHECK_EQ(rd(vp0, address[i]), 0xffff800000000000ull + i);
		CHECK(wr_faults(vp0, address[i], 0x0000800000000000ull));
		CHECK(wr_faults(vp0, address[i], 0xffff7fffffffffffull));
		machine.la57 = true;
		wr(vp0, address[i], 0x0000800000000000ull);
		CHECK(wr_faults(vp0, address[i], 0x0100000000000000ull));
		machine.la57 = false;
	}
	vendor_get_reg(&vp0->v, HV_X64_REGISTER_GS, &seg);
	CHECK_EQ(seg.segment.selector, 0x33);		/* only the base moved */
	wr(vp0, 0x277, 0x0007040600070406ull);
	CHECK_EQ(rd(vp0, 0x277), 0x0007040600070406ull);
	CHECK(wr_faults(vp0, 0x277, 0x0207040600070406ull));
	CHECK(wr_faults(vp0, 0x277, 0x0007040600070408ull));
	wr(vp0, 0x1d9, 3);				/* no LBR */
	CHECK_EQ(rd(vp0, 0x1d9), 2);
	CHECK(wr_faults(vp0, 0x1d9, 0x40));
	CHECK_EQ(rd(vp0, 0x1a0), 0x1801);
	wr(vp0, 0x1a0, 0x81);
	CHECK_EQ(rd(vp0, 0x1a0), 0x1801);
	sim_exit();
}

static void efer(void)
{
	sim_init();
	vp0->v.efer = EFER_SVME | EFER_LME | EFER_LMA | EFER_NXE;
	vp0->v.cr0 = CR0_PG | CR0_PE;
	CHECK_EQ(rd(vp0, 0xc0000080), EFER_LME | EFER_LMA | EFER_NXE);
	CHECK(wr_faults(vp0, 0xc0000080, EFER_SVME | EFER_LME));
	CHECK(wr_faults(vp0, 0xc0000080, BIT(13) | EFER_LME));
	CHECK(wr_faults(vp0, 0xc0000080, BIT(15) | EFER_LME));
	CHECK(wr_faults(vp0, 0xc0000080, BIT(21) | EFER_LME));
	CHECK(wr_faults(vp0, 0xc0000080, EFER_NXE));	/* LME under paging */
	wr(vp0, 0xc0000080, EFER_LME | EFER_SCE);	/* LMA stays */
	CHECK_EQ(rd(vp0, 0xc0000080), EFER_LME | EFER_LMA | EFER_SCE);
	wr(vp0, 0xc0000080, EFER_LME | EFER_LMA | BIT(14));
	hw_leaf(0x80000001, 0)->edx &= ~BIT(25);
	hw_policy(false);
	CHECK(wr_faults(vp0, 0xc0000080, EFER_LME | BIT(14)));
	vp0->v.cr0 = CR0_PE;
	vp0->v.efer = 0;
	wr(vp0, 0xc0000080, EFER_LME | EFER_LMA);
	CHECK_EQ(rd(vp0, 0xc0000080), EFER_LME);	/* not before CR0.PG */
	sim_exit();
}

static void speculation(void)
{
	sim_init();
	wr(vp0, 0x48, 0x87);
	CHECK_EQ(rd(vp0, 0x48), 0x87);
	CHECK_EQ(vp0->world->spec_ctrl, 0x87);
	CHECK_EQ(hw_msr[0][0], 0x48);			/* in effect at once */
	CHECK_EQ(hw_msr[0][1], 0x87);
	CHECK(wr_faults(vp0, 0x48, 8));
	CHECK(rd_faults(vp0, 0x49));
	CHECK(wr_faults(vp0, 0x49, 2));
	wr(vp0, 0x49, 0);
	CHECK_EQ(nr_hw_msr, 1);
	wr(vp0, 0x49, 1);
	CHECK_EQ(nr_hw_msr, 2);
	CHECK_EQ(hw_msr[1][0], 0x49);
	/* By the parent, not on this CPU: the world keeps it. */
	cur = 0;
	CHECK_EQ(msr_set_register(vp1, HV_X64_REGISTER_SPEC_CTRL, 1), 0);
	CHECK_EQ(nr_hw_msr, 2);
	CHECK_EQ(vp1->world->spec_ctrl, 1);
	hw_msr_faults = true;
	CHECK(wr_faults(vp0, 0x48, 1));
	CHECK_EQ(rd(vp0, 0x48), 0x87);
	hw_msr_faults = false;
	hw_leaf(7, 0)->edx = 0;
	hw_leaf(0x80000008, 0)->ebx = BIT(12);
	hw_policy(false);
	CHECK(rd_faults(vp0, 0x48));
	CHECK(wr_faults(vp0, 0x48, 0));
	wr(vp0, 0x49, 1);				/* AMD: IBPB alone */
	hw_leaf(0x80000008, 0)->ebx = 0;
	hw_policy(false);
	CHECK(wr_faults(vp0, 0x49, 1));
	wr(vp0, 0xc0000103, 5);
	CHECK_EQ(rd(vp0, 0xc0000103), 5);
	CHECK(wr_faults(vp0, 0xc0000103, BIT(32)));
	machine.has_tsc_aux = false;
	CHECK(rd_faults(vp0, 0xc0000103));
	CHECK(wr_faults(vp0, 0xc0000103, 5));
	machine.has_tsc_aux = true;
	sim_exit();
}

/* --- register names ----------------------------------------------------------------- */

/* MSR-like names of mshv-abi.md section 3 that are this room's. */
static const struct { u32 name; u64 val; } rw_names[] = {
	{ HV_X64_REGISTER_TSC, 12345 },
	{ HV_X64_REGISTER_APIC_BASE, 0xfee00d00 },
	{ HV_X64_REGISTER_MSR_MTRR_DEF_TYPE, 0xc06 },
	{ HV_X64_REGISTER_MSR_MTRR_PHYS_BASE0, 0x100006 },
	{ HV_X64_REGISTER_MSR_MTRR_PHYS_BASE7, 0x700006 },
	{ HV_X64_REGISTER_MSR_MTRR_PHYS_MASK7, 0x700800 },
	{ HV_X64_REGISTER_MSR_MTRR_FIX64K00000, 0x0606060606060606 },
	{ HV_X64_REGISTER_MSR_MTRR_FIX16KA0000, 0 },
	{ HV_X64_REGISTER_MSR_MTRR_FIX4KF8000, 0x0505050505050505 },
	{ HV_X64_REGISTER_TSC_AUX, 3 },
	{ HV_X64_REGISTER_SPEC_CTRL, 1 },
	{ HV_X64_REGISTER_TSC_ADJUST, 77 },
	{ HV_X64_REGISTER_MISC_ENABLE, 0x1801 },
	{ HV_REGISTER_GUEST_OS_ID, 0x8100 },
	{ HV_X64_REGISTER_HYPERCALL, 0x3001 },
	{ HV_REGISTER_REFERENCE_TSC, 0x4001 },
	{ HV_REGISTER_VP_ASSIST_PAGE, 0x8001 },
	{ HV_REGISTER_SCONTROL, 1 },
	{ HV_REGISTER_SIEFP, 0x2001 },
	{ HV_REGISTER_SIMP, 0x1001 },
	{ HV_REGISTER_SINT15, 0x10020 },
	{ HV_REGISTER_STIMER0_CONFIG, 8 },
	{ HV_REGISTER_STIMER3_COUNT, 9 },
	{ HV_REGISTER_GUEST_CRASH_P4, 9 },
	{ HV_X64_REGISTER_TPR, 0x30 },
	{ HV_X64_REGISTER_APIC_LVT_TIMER, 0x10030 },
	{ HV_X64_REGISTER_INITIAL_APIC_ID, 5 },
};

static const struct { u32 name; u64 val; } ro_names[] = {
	{ HV_X64_REGISTER_MSR_MTRR_CAP, 0x508 },
	{ HV_REGISTER_VP_INDEX, 0 },
	{ HV_REGISTER_SVERSION, 1 },
	{ HV_X64_REGISTER_APIC_VERSION, 0x50014 },
	{ HV_REGISTER_PROCESSOR_CLOCK_FREQUENCY, TSC_HZ },
	{ HV_REGISTER_INTERRUPT_CLOCK_FREQUENCY, APIC_HZ },
};

static void names(void)
{
	u64 val;

	/* The child's privileges do not bind its parent. */
	sim_init_with(0, 0, 0, 0, 1);
	for (u32 i = 0; i < ARRAY_SIZE(rw_names); i++) {
		if (msr_set_register(vp0, rw_names[i].name, rw_names[i].val))
			fail("set %#x", rw_names[i].name);
		if (msr_get_register(vp0, rw_names[i].name, &val) || val != rw_names[i].val)
			fail("get %#x: %#llx", rw_names[i].name, val);
	}
	for (u32 i = 0; i < ARRAY_SIZE(ro_names); i++) {
		if (msr_get_register(vp0, ro_names[i].name, &val) || val != ro_names[i].val)
			fail("get %#x: %#llx", ro_names[i].name, val);
		CHECK_EQ(msr_set_register(vp0, ro_names[i].name, val),
			 HV_STATUS_INVALID_REGISTER_VALUE);
	}
	CHECK_EQ(msr_get_register(vp0, HV_REGISTER_TIME_REF_COUNT, &val), 0);
	CHECK_EQ(msr_get_register(vp0, HV_REGISTER_VP_RUNTIME, &val), 0);
	CHECK_EQ(msr_get_register(vp0, HV_REGISTER_REFERENCE_TSC_SEQUENCE, &val), 0);
	CHECK_EQ(val, p->ref_tsc_sequence);
	CHECK_EQ(msr_get_register(vp0, 0xdead, &val),
		 HV_STATUS_UNKNOWN_REGISTER_NAME);
	CHECK_EQ(msr_set_register(vp0, 0xdead, 0),
		 HV_STATUS_UNKNOWN_REGISTER_NAME);
	CHECK_EQ(msr_set_register(vp0, HV_REGISTER_SINT0, 3),
		 HV_STATUS_INVALID_REGISTER_VALUE);
	CHECK_EQ(msr_get_register(vp0, HV_X64_REGISTER_EOI, &val),
		 HV_STATUS_INVALID_PARAMETER);
	/* Commands are no registers. */
	CHECK_EQ(msr_set_register(vp0, HV_X64_REGISTER_EOI, 0),
		 HV_STATUS_INVALID_PARAMETER);
	CHECK_EQ(msr_set_register(vp0, HV_X64_REGISTER_APIC_SELF_IPI, 0x40),
		 HV_STATUS_INVALID_PARAMETER);
	CHECK_EQ(msr_set_register(vp0, HV_X64_REGISTER_PRED_CMD, 1),
		 HV_STATUS_INVALID_PARAMETER);
	p->has_run = true;
	CHECK_EQ(msr_set_register(vp0, HV_X64_REGISTER_INITIAL_APIC_ID, 1),
		 HV_STATUS_INVALID_PARAMETER);
	sim_exit();
}

const struct test msr_tests[] = {
	{ "msr_privileges", privileges },
	{ "msr_unassigned", unassigned },
	{ "msr_hypercall_page", hypercall_page },
	{ "msr_hypercall_lock", hypercall_lock },
	{ "msr_break_overlay", break_overlay },
	{ "msr_vp_index_and_reset", vp_index_and_reset },
	{ "msr_idle", idle },
	{ "msr_crash", crash },
	{ "msr_crash_message", crash_message },
	{ "msr_constants", constants },
	{ "msr_mtrrs", mtrrs },
	{ "msr_control_block", control_block },
	{ "msr_efer", efer },
	{ "msr_speculation", speculation },
	{ "msr_names", names },
	{ NULL, NULL }
};
