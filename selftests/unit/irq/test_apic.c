// SPDX-License-Identifier: GPL-2.0
/* Local APIC: registers, priorities, timer (statements 32..39, 49). */
#include "irq.h"

#define X2(r)	(0x800 + (r))

static void reset_values(void)
{
	sim_init_with(~0ull, ~0u, 0, 0, 2);
	CHECK_EQ(rd(vp0, 0x1b), 0xfee00d00);	/* 49: BSP here only */
	CHECK_EQ(rd(vp1, 0x1b), 0xfee00c00);
	CHECK_EQ(rd(vp1, X2(0x02)), 1);
	CHECK_EQ(rd(vp1, X2(0x03)), 0x50014);
	CHECK_EQ(rd(vp1, X2(0x0d)), 2);
	CHECK_EQ(rd(vp1, X2(0x0f)), 0xff);
	for (u32 r = 0x32; r <= 0x37; r++)
		CHECK_EQ(rd(vp1, X2(r)), 0x10000);
	CHECK_EQ(rd(vp1, X2(0x30)), 0);
	CHECK_EQ(rd(vp1, X2(0x38)), 0);
	CHECK_EQ(rd(vp1, X2(0x39)), 0);
	CHECK_EQ(rd(vp1, X2(0x3e)), 0);
	sim_exit();
}

static void logical_ids(void)
{
	sim_init();
	vp1->initial_apic_id = 0x25;
	CHECK_EQ(rd(vp1, X2(0x0d)), 2 << 16 | 1 << 5);
	sim_exit();
}

static void access_rules(void)
{
	static const u32 no_read[] = { 0x00, 0x01, 0x04, 0x09, 0x0b, 0x0c,
		0x0e, 0x29, 0x2f, 0x31, 0x3a, 0x3d, 0x3f, 0x40, 0xff };
	static const u32 no_write[] = { 0x02, 0x03, 0x0a, 0x0d, 0x0e, 0x10,
		0x17, 0x18, 0x20, 0x27, 0x2f, 0x31, 0x39, 0x40 };
	static const struct { u32 reg; u64 bad, good; } bits[] = {
		{ 0x08, 0x100, 0xff }, { 0x0b, 1, 0 }, { 0x0f, 0x1400, 0x3ff },
		{ 0x28, 1, 0 }, { 0x32, 0x40030, 0x300ff },
		{ 0x33, 0x20030, 0x107ff }, { 0x35, 0x20030, 0x1a7ff },
		{ 0x37, 0x10430, 0x100ff }, { 0x38, BIT(32), 0xffffffff },
		{ 0x3e, 4, 0xb }, { 0x3f, 0x100, 0x31 },
	};

	sim_init();
	for (u32 i = 0; i < ARRAY_SIZE(no_read); i++)
		if (!rd_faults(vp0, X2(no_read[i])))
			fail("read of %#x", no_read[i]);
	for (u32 i = 0; i < ARRAY_SIZE(no_write); i++)
		if (!wr_faults(vp0, X2(no_write[i]), 0))
			fail("write of %#x", no_write[i]);
	for (u32 i = 0; i < ARRAY_SIZE(bits); i++) {
		if (!wr_faults(vp0, X2(bits[i].reg), bits[i].bad))
			fail("reserved bits of %#x", bits[i].reg);
		if (!wr_faults(vp0, X2(bits[i].reg), bits[i].bad | BIT(63)))
			fail("bit 63 of %#x", bits[i].reg);
		wr(vp0, X2(bits[i].reg), bits[i].good);
		if (bits[i].reg == 0x32 || bits[i].reg == 0x33 ||
		    bits[i].reg == 0x35 || bits[i].reg == 0x0f)
			CHECK_EQ(rd(vp0, X2(bits[i].reg)), bits[i].good);
	}
	/* Read-only bits are taken and stay 0. */
	wr(vp0, X2(0x35), 0x15030);
	CHECK_EQ(rd(vp0, X2(0x35)), 0x10030);
	sim_exit();
}

static void modes(void)
{
	sim_init();
	CHECK(wr_faults(vp0, 0x1b, 0xfee00900));	/* x2APIC -> xAPIC */
	CHECK(wr_faults(vp0, 0x1b, 0xfee00500));	/* EXTD without EN */
	CHECK(wr_faults(vp0, 0x1b, 0xfee00d01));	/* reserved */
	CHECK(wr_faults(vp0, 0x1b, BIT(40) | 0xd00));
	wr(vp0, 0x1b, 0xfee00c00);			/* BSP is not the guest's */
	CHECK_EQ(rd(vp0, 0x1b), 0xfee00d00);
	wr(vp1, 0x1b, 0xfee00d00);
	CHECK_EQ(rd(vp1, 0x1b), 0xfee00c00);
	apic_post(vp0, 0x40);
	wr(vp0, 0x1b, 0xfee00000);
	CHECK(rd_faults(vp0, X2(0x02)));
	CHECK(wr_faults(vp0, X2(0x08), 0));
	CHECK_EQ(run(vp0), -1);				/* reset with it */
	apic_post(vp0, 0x41);
	CHECK(!apic_irr_any(vp0));
	CHECK(wr_faults(vp0, 0x1b, 0xfee00c00));	/* off -> x2APIC */
	wr(vp0, 0x1b, 0xfee00800);
	CHECK(rd_faults(vp0, X2(0x02)));
	wr(vp0, 0x1b, 0xfee00c00);
	CHECK_EQ(rd(vp0, X2(0x0f)), 0xff);
	sim_exit();
}

static void deliver_and_eoi(void)
{
	sim_init();
	apic_post(vp0, 0x41);
	apic_post(vp0, 0x41);				/* merges */
	apic_post(vp0, 0x61);
	CHECK_EQ(rd(vp0, X2(0x22)), 1 << 1);
	CHECK_EQ(run(vp0), 0x61);
	CHECK_EQ(rd(vp0, X2(0x13)), 1 << 1);
	CHECK_EQ(rd(vp0, X2(0x0a)), 0x60);
	CHECK_EQ(run(vp0), -1);				/* 0x41 waits */
	apic_post(vp0, 0x6f);				/* same class waits too */
	CHECK_EQ(run(vp0), -1);
	apic_post(vp0, 0x70);
	CHECK_EQ(run(vp0), 0x70);			/* nested */
	wr(vp0, X2(0x0b), 0);
	CHECK_EQ(rd(vp0, X2(0x0a)), 0x60);		/* 33: the highest */
	wr(vp0, HV_X64_MSR_EOI, 0);
	CHECK_EQ(run(vp0), 0x6f);
	wr(vp0, X2(0x0b), 0);
	CHECK_EQ(run(vp0), 0x41);
	wr(vp0, X2(0x0b), 0);
	CHECK_EQ(run(vp0), -1);
	wr(vp0, X2(0x0b), 0);				/* nothing in service */
	CHECK(!apic_irr_any(vp0));
	sim_exit();
}

static void synthetic_registers(void)
{
	sim_init();
	CHECK(rd_faults(vp0, HV_X64_MSR_EOI));		/* 32 */
	CHECK(wr_faults(vp0, HV_X64_MSR_EOI, BIT(32)));	/* 34 */
	apic_post(vp0, 0x41);
	CHECK_EQ(run(vp0), 0x41);
	CHECK(wr_faults(vp0, HV_X64_MSR_EOI, BIT(63)));
	CHECK_EQ(rd(vp0, X2(0x12)), 1 << 1);
	wr(vp0, HV_X64_MSR_EOI, 0xffffffff);		/* value is ignored */
	CHECK_EQ(rd(vp0, X2(0x12)), 0);
	wr(vp0, HV_X64_MSR_TPR, 0x50);			/* 37 */
	CHECK_EQ(apic_get_tpr(vp0) >> 4, 5);
	apic_set_tpr(vp0, 7 << 4);			/* 38 */
	CHECK_EQ(rd(vp0, HV_X64_MSR_TPR), 0x70);
	CHECK_EQ(rd(vp0, X2(0x08)), 0x70);
	CHECK(wr_faults(vp0, HV_X64_MSR_TPR, 0x100));
	sim_exit();
}

static void tpr_holds_back(void)
{
	sim_init();
	wr(vp0, HV_X64_MSR_TPR, 0xf0);			/* 39 */
	apic_post(vp0, 0x80);
	CHECK_EQ(run(vp0), -1);
	CHECK(apic_irr_any(vp0));
	wr(vp0, HV_X64_MSR_TPR, 0x80);
	CHECK_EQ(run(vp0), -1);
	CHECK_EQ(rd(vp0, X2(0x0a)), 0x80);
	wr(vp0, HV_X64_MSR_TPR, 0x7f);
	CHECK_EQ(run(vp0), 0x80);
	sim_exit();

	sim_init_with(~0ull, ~0u, ~0u, HVPART_BREAK_TPR, 1);
	apic_on(vp0);
	wr(vp0, HV_X64_MSR_TPR, 0xf0);
	apic_post(vp0, 0x80);
	CHECK_EQ(run(vp0), 0x80);			/* as the break says */
	sim_exit();
}

static void software_disable(void)
{
	sim_init();
	wr(vp0, X2(0x35), 0x30);
	apic_post(vp0, 0x40);
	wr(vp0, X2(0x0f), 0xff);
	apic_post(vp0, 0x41);				/* lost */
	CHECK_EQ(rd(vp0, X2(0x35)), 0x10030);
	wr(vp0, X2(0x35), 0x30);			/* mask cannot be cleared */
	CHECK_EQ(rd(vp0, X2(0x35)), 0x10030);
	CHECK_EQ(run(vp0), 0x40);			/* was there before */
	wr(vp0, X2(0x0b), 0);
	CHECK_EQ(run(vp0), -1);
	wr(vp0, X2(0x0f), 0x1ff);
	CHECK_EQ(run(vp0), -1);
	sim_exit();
}

static void errors(void)
{
	sim_init();
	apic_post(vp0, 15);
	CHECK(!apic_irr_any(vp0));
	CHECK_EQ(rd(vp0, X2(0x28)), 0);			/* not latched yet */
	wr(vp0, X2(0x28), 0);
	CHECK_EQ(rd(vp0, X2(0x28)), 0x40);
	wr(vp0, X2(0x30), 0x4000f);			/* self, vector 15 */
	wr(vp0, X2(0x28), 0);
	CHECK_EQ(rd(vp0, X2(0x28)), 0x20);
	wr(vp0, X2(0x28), 0);
	CHECK_EQ(rd(vp0, X2(0x28)), 0);
	wr(vp0, X2(0x37), 0xfe);
	wr(vp0, X2(0x3f), 3);
	CHECK_EQ(run(vp0), 0xfe);
	wr(vp0, X2(0x0b), 0);
	wr(vp0, X2(0x37), 4);				/* must not recurse */
	wr(vp0, X2(0x3f), 3);
	CHECK_EQ(run(vp0), -1);
	sim_exit();
}

/* APIC_HZ is 100 MHz: one tick is 20 of the TSC's, 10 ns. */
static void timer_one_shot(void)
{
	sim_init();
	wr(vp0, X2(0x3e), 0xb);				/* divide by 1 */
	wr(vp0, X2(0x32), 0x35);
	wr(vp0, X2(0x38), 1000);			/* 10 us */
	CHECK_EQ(rd(vp0, X2(0x39)), 1000);
	advance(vp0, 50);
	CHECK_EQ(rd(vp0, X2(0x39)), 500);
	CHECK_EQ(rd(vp0, X2(0x38)), 1000);
	advance(vp0, 49);
	CHECK_EQ(run(vp0), -1);				/* never early */
	now += REF(1) - 1;
	settle(vp0);
	CHECK_EQ(run(vp0), -1);
	now++;
	CHECK_EQ(rd(vp0, X2(0x39)), 0);			/* due, not yet noticed */
	CHECK_EQ(run(vp0), 0x35);
	CHECK_EQ(rd(vp0, X2(0x39)), 0);
	wr(vp0, X2(0x0b), 0);
	advance(vp0, 100000);
	CHECK_EQ(run(vp0), -1);
	/* A count of 0 stops; a masked entry counts in silence. */
	wr(vp0, X2(0x38), 1000);
	wr(vp0, X2(0x38), 0);
	CHECK_EQ(vp0->deadline[DL_APIC], 0);
	advance(vp0, 200);
	CHECK_EQ(run(vp0), -1);
	wr(vp0, X2(0x32), 0x10035);
	wr(vp0, X2(0x38), 1000);
	advance(vp0, 200);
	CHECK_EQ(run(vp0), -1);
	CHECK_EQ(rd(vp0, X2(0x39)), 0);
	sim_exit();
}

static void timer_divide(void)
{
	static const struct { u32 cfg, div; } d[] = {
		{ 0, 2 }, { 1, 4 }, { 2, 8 }, { 3, 16 }, { 8, 32 }, { 9, 64 },
		{ 0xa, 128 }, { 0xb, 1 },
	};

	sim_init();
	wr(vp0, X2(0x32), 0x35);
	for (u32 i = 0; i < ARRAY_SIZE(d); i++) {
		wr(vp0, X2(0x3e), d[i].cfg);
		CHECK_EQ(rd(vp0, X2(0x3e)), d[i].cfg);
		wr(vp0, X2(0x38), 1000);
		CHECK_EQ(vp0->deadline[DL_APIC] - now, 20000 * d[i].div);
	}
	/* Changed while counting: what is left goes on at the new rate. */
	wr(vp0, X2(0x38), 1000);
	advance(vp0, 50);
	wr(vp0, X2(0x3e), 0);
	CHECK_EQ(rd(vp0, X2(0x39)), 500);
	CHECK_EQ(vp0->deadline[DL_APIC] - now, 20000);
	wr(vp0, X2(0x38), 0xffffffff);			/* no overflow */
	wr(vp0, X2(0x3e), 0xa);
	wr(vp0, X2(0x38), 0xffffffff);
	CHECK_EQ(rd(vp0, X2(0x39)), 0xffffffff);
	sim_exit();
}

static void timer_periodic(void)
{
	u64 start;

	sim_init();
	wr(vp0, X2(0x3e), 0xb);
	wr(vp0, X2(0x32), 0x20035);
	wr(vp0, X2(0x38), 100000);			/* 1 ms */
	start = now;
	for (u32 i = 1; i <= 3; i++) {
		now = start + i * 2000000 - 1;
		CHECK_EQ(run(vp0), -1);
		now++;
		CHECK_EQ(run(vp0), 0x35);
		wr(vp0, X2(0x0b), 0);
	}
	CHECK_EQ(rd(vp0, X2(0x39)), 100000);
	/* Away for 10.5 periods: one tick, and the phase is kept. */
	now += 21000000;
	CHECK_EQ(rd(vp0, X2(0x39)), 50000);
	CHECK_EQ(run(vp0), 0x35);
	wr(vp0, X2(0x0b), 0);
	CHECK_EQ(run(vp0), -1);
	CHECK_EQ(vp0->deadline[DL_APIC] - now, 1000000);
	/* A storm is limited to 10,000 a second. */
	wr(vp0, X2(0x38), 1);
	now += 100;
	run(vp0);
	CHECK_EQ(vp0->deadline[DL_APIC] - now, TSC_HZ / 10000 - 80);
	/* Back to one-shot: the next expiry is the last. */
	wr(vp0, X2(0x38), 100000);
	wr(vp0, X2(0x32), 0x35);
	now += 2000000;
	settle(vp0);
	CHECK_EQ(vp0->deadline[DL_APIC], 0);
	sim_exit();
}

static void register_image(void)
{
	u32 page[256], again[256];

	sim_init();
	wr(vp0, X2(0x08), 0x20);
	wr(vp0, X2(0x32), 0x20035);
	wr(vp0, X2(0x35), 0x700);
	wr(vp0, X2(0x3e), 0xb);
	wr(vp0, X2(0x38), 100000);
	wr(vp0, X2(0x30), 0x100004041ull);
	apic_post(vp0, 0x71);
	apic_post(vp0, 0x81);
	CHECK_EQ(run(vp0), 0x81);
	advance(vp0, 5000);
	apic_get_page(vp0, page);
	CHECK_EQ(page[0x310 / 4], 1);
	CHECK_EQ(page[0x300 / 4], 0x4041);
	CHECK_EQ(page[0x390 / 4], 50000);
	vp1->running = 0;				/* the parent has stopped it */
	CHECK_EQ(apic_set_page(vp1, page), HV_STATUS_SUCCESS);
	CHECK(vp1->requests & VPREQ_APIC);
	apic_get_page(vp1, again);
	page[0x20 / 4] = 1;				/* the id is not taken */
	page[0xd0 / 4] = 2;
	for (u32 i = 0; i < 256; i += 4)
		if (page[i] != again[i])
			fail("register %#x: %#x, not %#x", i * 4, again[i], page[i]);
	CHECK_EQ(vp1->deadline[DL_APIC] - now, 1000000);
	page[0x80 / 4] = 0x100;
	CHECK_EQ(apic_set_page(vp1, page), HV_STATUS_INVALID_REGISTER_VALUE);
	page[0x80 / 4] = 0;
	page[0x200 / 4] = 0xffff;			/* vectors that are none */
	page[0x230 / 4] = 0;
	CHECK_EQ(apic_set_page(vp1, page), HV_STATUS_SUCCESS);
	CHECK(!apic_irr_any(vp1));
	sim_exit();
}

/* The VP takes its requests between our steps. */
static void take(const char *where, void *what)
{
	if (!strcmp(where, "apic_post"))
		atomic_xchg(&((struct vp *)what)->requests, 0ull);
}

static void request_order(void)
{
	sim_init();
	cur = 0;
	race_hook = take;
	apic_post(vp1, 0x40);
	CHECK(vp1->requests & VPREQ_APIC);
	CHECK_EQ(kicks[1], 1);
	apic_post(vp1, 0x40);				/* merged: no second kick */
	CHECK_EQ(kicks[1], 1);
	race_hook = NULL;
	apic_post(vp0, 0x40);				/* self: nobody is kicked */
	CHECK_EQ(kicks[0], 0);
	sim_exit();
}

static void init_ipi(void)
{
	sim_init();
	synic_on(vp0);
	wr(vp0, HV_X64_MSR_SINT2, 0x20050);		/* auto-EOI */
	wr(vp0, X2(0x08), 0x40);
	wr(vp0, X2(0x3e), 0xb);
	wr(vp0, X2(0x38), 1000);
	apic_post(vp0, 0x90);
	unit_run(HOOK_vp_init_ipi, vp0);
	CHECK_EQ(rd(vp0, 0x1b), 0xfee00d00);
	CHECK_EQ(rd(vp0, X2(0x0f)), 0xff);
	CHECK_EQ(rd(vp0, X2(0x08)), 0);
	CHECK_EQ(rd(vp0, X2(0x32)), 0x10000);
	CHECK_EQ(vp0->deadline[DL_APIC], 0);
	CHECK_EQ(run(vp0), -1);
	/* Synthetic registers stay (DECISIONS, statement 80). */
	CHECK_EQ(rd(vp0, HV_X64_MSR_SINT2), 0x20050);
	CHECK_EQ(rd(vp0, HV_X64_MSR_SCONTROL), 1);
	apic_on(vp0);
	apic_post(vp0, 0x50);
	CHECK_EQ(run(vp0), 0x50);
	CHECK_EQ(rd(vp0, X2(0x12)), 0);			/* still auto-EOI */
	sim_exit();
}

const struct test apic_tests[] = {
	{ "apic_reset_values", reset_values },
	{ "apic_logical_ids", logical_ids },
	{ "apic_access_rules", access_rules },
	{ "apic_modes", modes },
	{ "apic_deliver_and_eoi", deliver_and_eoi },
	{ "apic_synthetic_registers", synthetic_registers },
	{ "apic_tpr_holds_back", tpr_holds_back },
	{ "apic_software_disable", software_disable },
	{ "apic_errors", errors },
	{ "apic_timer_one_shot", timer_one_shot },
	{ "apic_timer_divide", timer_divide },
	{ "apic_timer_periodic", timer_periodic },
	{ "apic_register_image", register_image },
	{ "apic_request_order", request_order },
	{ "apic_init_ipi", init_ipi },
	{ NULL, NULL }
};
