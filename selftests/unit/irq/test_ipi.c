// SPDX-License-Identifier: GPL-2.0
/* Destinations and delivery modes (statements 36, 40, 46, 47). */
#include "irq.h"

static void four(void)
{
	sim_init_with(~0ull, ~0u, ~0u, 0, 4);
	for (u32 i = 0; i < 4; i++)
		apic_on(p->vps[i]);
}

/* Who has @vector requested? One bit a VP; taken back at once. */
static u32 who(u32 vector)
{
	u32 set = 0;

	for (u32 i = 0; i < 4; i++) {
		struct vp *vp = p->vps[i];

		if (vp && apic_pending_vector(vp) == (int)vector) {
			apic_accept(vp, vector);
			apic_eoi(vp);
			set |= 1u << i;
		}
	}
	return set;
}

static u32 asked(u64 request)
{
	u32 set = 0;

	for (u32 i = 0; i < 4; i++) {
		if (p->vps[i]->requests & request)
			set |= 1u << i;
		p->vps[i]->requests = 0;
	}
	return set;
}

static void icr(struct vp *vp, u64 val)
{
	wr(vp, 0x830, val);
}

static void destinations(void)
{
	four();
	icr(vp1, 0x40041);		/* self */
	CHECK_EQ(who(0x41), 2);
	icr(vp1, 0x80041);		/* all */
	CHECK_EQ(who(0x41), 15);
	icr(vp1, 0xc0041);		/* others */
	CHECK_EQ(who(0x41), 13);
	icr(vp1, 0x0000000300000041);	/* physical 3 */
	CHECK_EQ(who(0x41), 8);
	icr(vp1, 0x0000000100000041);	/* physical self (40) */
	CHECK_EQ(who(0x41), 2);
	icr(vp1, 0xffffffff00000041);
	CHECK_EQ(who(0x41), 15);
	icr(vp1, 0x0000003300000041);	/* nobody */
	CHECK_EQ(who(0x41), 0);
	icr(vp1, 0x0000000d00000841);	/* logical, cluster 0 */
	CHECK_EQ(who(0x41), 13);
	icr(vp1, 0xffffffff00000841);
	CHECK_EQ(who(0x41), 15);
	icr(vp1, 0x0001000d00000841);	/* cluster 1: nobody */
	CHECK_EQ(who(0x41), 0);
	wr(vp0, 0x83f, 0x55);		/* self-IPI */
	CHECK_EQ(who(0x55), 1);
	sim_exit();
}

static void other_ids(void)
{
	four();
	p->vps[3]->initial_apic_id = 1;
	p->vps[1]->initial_apic_id = 0x23;
	icr(vp0, 0x0000002300000041);
	CHECK_EQ(who(0x41), 2);
	icr(vp0, 0x0000000100000041);
	CHECK_EQ(who(0x41), 8);		/* the id, not the index */
	icr(vp0, 0x0002000800000841);
	CHECK_EQ(who(0x41), 2);
	CHECK(apic_matches(p->vps[1], false, 0x23));
	CHECK(!apic_matches(p->vps[1], false, 1));
	CHECK(apic_matches(p->vps[1], true, 0x2000c));
	CHECK(!apic_matches(p->vps[1], true, 0x20004));
	sim_exit();
}

static void modes(void)
{
	four();
	icr(vp0, 0x0000000200000400);			/* NMI (46) */
	CHECK_EQ(asked(VPREQ_NMI), 4);
	icr(vp0, 0x0000000200004500);			/* INIT */
	CHECK_EQ(asked(VPREQ_INIT), 4);
	icr(vp0, 0x000000020000c500);			/* INIT, level assert */
	CHECK_EQ(asked(VPREQ_INIT), 4);
	icr(vp0, 0x0000000200008500);			/* INIT de-assert */
	CHECK_EQ(asked(VPREQ_INIT), 0);
	icr(vp0, 0xc4500);				/* to all others */
	CHECK_EQ(asked(VPREQ_INIT), 14);
	icr(vp0, 0x0000000200004699);			/* SIPI */
	CHECK_EQ(p->vps[2]->sipi_vector, 0x99);
	CHECK_EQ(asked(VPREQ_SIPI), 4);
	for (u32 mode = 0; mode < 8; mode++)		/* SMI, reserved */
		if (mode == 2 || mode == 3 || mode == 7)
			icr(vp0, 0x0000000200000041 | mode << 8);
	CHECK_EQ(asked(~0ull), 0);
	CHECK_EQ(who(0x41), 0);
	icr(vp0, 0x0000000f00000941);			/* lowest priority */
	CHECK_EQ(who(0x41), 1);
	wr(vp0, 0x80f, 0xff);
	icr(vp1, 0x0000000f00000941);			/* ... of those enabled */
	CHECK_EQ(who(0x41), 2);
	CHECK_EQ(vp0->stats.ipis, 6);
	sim_exit();
}

static void reserved_bits_and_read(void)
{
	four();
	CHECK(wr_faults(vp0, 0x830, 0x42041));
	CHECK(wr_faults(vp0, 0x830, 0x50041));
	CHECK(wr_faults(vp0, 0x830, 0x140041));
	CHECK_EQ(who(0x41), 0);
	CHECK_EQ(rd(vp0, 0x830), 0);
	icr(vp0, 0x0000000300001841);			/* delivery status: ignored */
	CHECK_EQ(rd(vp0, 0x830), 0x0000000300000841);	/* 36 */
	CHECK_EQ(rd(vp0, HV_X64_MSR_ICR), 0x0000000300000841);
	wr(vp1, HV_X64_MSR_ICR, 0x0000000200000051);
	CHECK_EQ(who(0x51), 4);
	CHECK_EQ(rd(vp1, 0x830), 0x0000000200000051);
	CHECK(wr_faults(vp1, HV_X64_MSR_ICR, 0x42051));
	sim_exit();
}

/* 47, when the SIPI is still on its way as the INIT comes. */
static void sipi_before_init(void)
{
	four();
	icr(vp0, 0x0000000100004608);
	icr(vp0, 0x0000000100004500);
	CHECK(!(vp1->requests & VPREQ_SIPI));
	CHECK(vp1->requests & VPREQ_INIT);
	icr(vp0, 0x0000000100004609);
	CHECK(vp1->requests & VPREQ_SIPI);
	CHECK_EQ(vp1->sipi_vector, 9);
	sim_exit();
}

static hv_status assert_irq(u32 type, u64 dest, u32 vector)
{
	cur = 0;
	return apic_assert(p, type, false, false, dest, vector);
}

static void asserts(void)
{
	four();
	CHECK_EQ(assert_irq(0, 2, 0x41), HV_STATUS_SUCCESS);
	CHECK_EQ(who(0x41), 4);
	CHECK_EQ(apic_assert(p, 0, false, true, 3, 0x41), HV_STATUS_SUCCESS);
	CHECK_EQ(who(0x41), 3);
	CHECK_EQ(assert_irq(1, 0xffffffff, 0x41), HV_STATUS_SUCCESS);
	CHECK_EQ(who(0x41), 1);
	CHECK_EQ(assert_irq(4, 1, 0), HV_STATUS_SUCCESS);
	CHECK_EQ(asked(VPREQ_NMI), 2);
	CHECK_EQ(assert_irq(5, 1, 0), HV_STATUS_SUCCESS);
	CHECK_EQ(asked(VPREQ_INIT), 2);
	CHECK_EQ(assert_irq(6, 1, 0x12), HV_STATUS_SUCCESS);
	CHECK_EQ(asked(VPREQ_SIPI), 2);
	CHECK_EQ(assert_irq(0, 9, 0x41), HV_STATUS_INVALID_VP_INDEX);
	CHECK_EQ(assert_irq(0, 0, 256), HV_STATUS_INVALID_PARAMETER);
	CHECK_EQ(assert_irq(0, BIT(32), 0x41), HV_STATUS_INVALID_PARAMETER);
	CHECK_EQ(assert_irq(4, 1, 2), HV_STATUS_INVALID_PARAMETER);
	CHECK_EQ(assert_irq(6, 1, ~0u), HV_STATUS_INVALID_PARAMETER);
	for (u32 type = 2; type < 12; type++)
		if (type < 4 || type > 6)
			CHECK_EQ(assert_irq(type, 0, 0),
				 HV_STATUS_INVALID_PARAMETER);
	CHECK_EQ(assert_irq(0, 0, ~0u), HV_STATUS_SUCCESS);	/* edge: nothing */
	CHECK_EQ(asked(~0ull), 0);
	sim_exit();
}

static void level(void)
{
	four();
	cur = 0;
	CHECK_EQ(apic_assert(p, 0, true, false, 1, 0x45), HV_STATUS_SUCCESS);
	CHECK_EQ(apic_assert(p, 0, false, false, 1, 0x46), HV_STATUS_SUCCESS);
	CHECK_EQ(rd(vp1, 0x81a), 1 << 5);		/* TMR */
	/* Taken back before it was accepted; the edge one stays. */
	CHECK_EQ(apic_assert(p, 0, true, false, 1, ~0u), HV_STATUS_SUCCESS);
	CHECK_EQ(rd(vp1, 0x822), 1 << 6);
	CHECK_EQ(who(0x46), 2);
	CHECK_EQ(apic_assert(p, 0, true, false, 1, 0x45), HV_STATUS_SUCCESS);
	CHECK_EQ(run(vp1), 0x45);
	CHECK_EQ(apic_assert(p, 0, true, false, 1, ~0u), HV_STATUS_SUCCESS);
	CHECK_EQ(rd(vp1, 0x812), 1 << 5);		/* in service stays */
	wr(vp1, 0x80b, 0);
	CHECK_EQ(rd(vp1, 0x81a), 0);
	CHECK_EQ(apic_assert(p, 4, true, false, 1, 0), HV_STATUS_INVALID_PARAMETER);
	sim_exit();
}

const struct test ipi_tests[] = {
	{ "ipi_destinations", destinations },
	{ "ipi_other_ids", other_ids },
	{ "ipi_modes", modes },
	{ "ipi_reserved_bits_and_read", reserved_bits_and_read },
	{ "ipi_sipi_before_init", sipi_before_init },
	{ "ipi_assert", asserts },
	{ "ipi_level", level },
	{ NULL, NULL }
};
