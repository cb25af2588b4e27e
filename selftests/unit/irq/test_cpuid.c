// SPDX-License-Identifier: GPL-2.0
/* CPUID of children (statements 1..7, 26). */
#include "irq.h"
#include "../driver/policy.h"

static struct cpuid_regs r;

static struct cpuid_regs *q(struct vp *vp, u32 leaf, u32 subleaf)
{
	/* The machine may have changed. */
	hw_policy(machine.la57);
	memset(&r, 0x5a, sizeof(r));
	cpuid_query(vp, leaf, subleaf, &r);
	return &r;
}

static u64 bank(u32 n)
{
	return cpuid_policy->features[n];
}

static bool zero(u32 leaf, u32 subleaf)
{
	q(vp0, leaf, subleaf);
	return !(r.eax | r.ebx | r.ecx | r.edx);
}

static void hypervisor_leaves(void)
{
	sim_init();
	q(vp1, 1, 0);
	CHECK(r.ecx >> 31);					/* 1 */
	q(vp0, 0x40000000, 9);
	CHECK(r.eax >= 0x40000005);				/* 2 */
	CHECK_EQ(r.eax, 0x40000006);
	CHECK(!memcmp(&r.ebx, "Microsoft Hv", 12));		/* 3 */
	CHECK_EQ(q(vp0, 0x40000001, 0)->eax, 0x31237648);	/* 4 */
	p->privileges = HVPART_PRIVILEGE(HVPART_STARTER_FEATURES_EAX,
					 HVPART_STARTER_FEATURES_EBX);
	p->features_edx = HVPART_STARTER_FEATURES_EDX;
	p->hints = HVPART_STARTER_HINTS;
	q(vp0, 0x40000003, 0);
	CHECK_EQ(r.eax, 0xa7e);					/* 5 */
	CHECK_EQ(r.ebx, 0x30);
	CHECK_EQ(r.ecx, 0);
	CHECK_EQ(r.edx, 0x80500);
	q(vp0, 0x40000004, 0);
	CHECK_EQ(r.eax, 0x220);
	CHECK_EQ(r.ebx, 0xffffffff);
	CHECK_EQ(r.ecx, 40);
	CHECK_EQ(q(vp0, 0x40000005, 0)->eax, HV_MAX_VPS);	/* 26 */
	CHECK_EQ(q(vp0, 0x40000006, 0)->eax, 0xa);
	for (u32 leaf = 0x40000000; leaf <= 0x40000006; leaf++) { /* 6 */
		struct cpuid_regs a = *q(vp0, leaf, 0);

		CHECK(!memcmp(&a, q(vp1, leaf, 0), sizeof(a)));
	}
	for (u32 leaf = 0x40000007; leaf <= 0x4000ffff; leaf++)
		if (!zero(leaf, 0))
			fail("%#x", leaf);			/* 7 */
	p->privileges |= HVPART_PRIVILEGE(0, HV_CREATE_PARTITIONS);
	CHECK_EQ(q(vp0, HVPART_CPUID_DISCOVERY, 0)->eax, HVPART_CPUID_SIGNATURE);
	sim_exit();
}

static void hidden(void)
{
	static const u32 none[] = { 3, 5, 9, 0xa, 0xf, 0x10, 0x11, 0x14, 0x1d,
		0x1f, 0x20, 0x12345, 0x3fffffff, 0x40010000, 0x80000009,
		0x8000000a, 0x8000001b, 0x8000001c, 0x8000001f, 0x80000020,
		0x80000022, 0x80000028, 0x80001000, 0xc0000000, 0xffffffff };

	sim_init();
	for (u32 i = 0; i < ARRAY_SIZE(none); i++)
		if (!zero(none[i], 0))
			fail("%#x", none[i]);
	CHECK_EQ(q(vp0, 0, 0)->eax, 0xd);
	CHECK_EQ(r.ebx, 0x68747541);
	CHECK_EQ(q(vp0, 0x80000000, 0)->eax, 0x80000021);
	q(vp0, 1, 0);
	/* MONITOR, VMX, SMX, PDCM, TSC deadline; x2APIC is always there */
	CHECK_EQ(r.ecx & (BIT(3) | BIT(5) | BIT(6) | BIT(15) | BIT(24)), 0);
	CHECK(r.ecx & BIT(21));
	CHECK_EQ(r.edx & (BIT(21) | BIT(22) | BIT(29)), 0);
	CHECK_EQ(q(vp0, 0x80000001, 0)->ecx & (BIT(2) | BIT(10) | BIT(12) |
		 BIT(13) | BIT(23) | BIT(24) | BIT(29)), 0);	/* SVM ... */
	CHECK(r.edx & BIT(24));
	CHECK_EQ(q(vp0, 6, 0)->eax, 4);
	CHECK_EQ(r.ecx, 0);
	CHECK_EQ(q(vp0, 7, 0)->edx & (BIT(29) | BIT(30) | BIT(20) | BIT(22)), 0);
	CHECK_EQ(r.ecx & (BIT(7) | BIT(5) | BIT(13) | BIT(24)), 0);
	CHECK(zero(7, 2));
	CHECK_EQ(q(vp0, 0x80000008, 0)->ebx & (BIT(1) | BIT(4) | BIT(27)), 0);
	CHECK_EQ(r.edx, 0);
	CHECK_EQ(q(vp0, 0x80000008, 0)->eax, 0x3028);
	sim_exit();
}

/* What an Intel machine answers beyond its last leaf is not passed on. */
static void intel_overflow(void)
{
	sim_init();
	hw_cpuid(0, 0, 0x6, 0x756e6547, 0x6c65746e, 0x49656e69);
	hw_cpuid(6, 0, 0x77, 0x77, 0x77, 0x77);
	CHECK(zero(0xd, 0) || !r.edx);
	CHECK(zero(4, 0));
	CHECK_EQ(q(vp0, 0, 0)->eax, 0xb);
	hw_cpuid(0x80000000, 0, 0x80000004, 0, 0, 0);
	CHECK(zero(0x80000005, 0));
	CHECK(zero(0x8000001e, 0));
	q(vp0, 0x80000008, 0);
	CHECK_EQ(r.ecx, 0);
	q(vp0, 0x80000001, 0);
	CHECK_EQ(r.ecx & 2, 0);
	/* No extended leaves at all. */
	hw_cpuid(0x80000000, 0, 0x77, 0, 0, 0);
	CHECK(zero(0x80000002, 0));
	sim_exit();
}

static void dynamic_bits(void)
{
	sim_init();
	CHECK_EQ(q(vp0, 1, 0)->ecx & BIT(27), 0);
	CHECK_EQ(q(vp0, 7, 0)->ecx & BIT(4), 0);
	vp0->v.cr4 = CR4_OSXSAVE | CR4_PKE;
	CHECK(q(vp0, 1, 0)->ecx & BIT(27));
	CHECK(q(vp0, 7, 0)->ecx & BIT(4));
	CHECK_EQ(q(vp1, 1, 0)->ecx & BIT(27), 0);
	sim_exit();
}

static void topology(void)
{
	sim_init_with(~0ull, ~0u, 0, 0, 3);
	q(p->vps[2], 1, 0);
	CHECK_EQ(r.ebx, 0x02030800);
	CHECK(r.edx & BIT(28));
	q(p->vps[2], 0xb, 0);
	CHECK_EQ(r.eax, 0);
	CHECK_EQ(r.ebx, 1);
	CHECK_EQ(r.ecx, 0x100);
	CHECK_EQ(r.edx, 2);
	q(p->vps[2], 0xb, 1);
	CHECK_EQ(r.eax, 2);
	CHECK_EQ(r.ebx, 3);
	CHECK_EQ(r.ecx, 0x201);
	CHECK_EQ(r.edx, 2);
	q(p->vps[2], 0xb, 7);
	CHECK_EQ(r.eax | r.ebx, 0);
	CHECK_EQ(r.ecx, 7);
	CHECK_EQ(r.edx, 2);
	q(p->vps[2], 0x80000008, 0);
	CHECK_EQ(r.ecx, 0x2002);
	q(p->vps[2], 0x8000001e, 0);
	CHECK_EQ(r.eax, 2);
	CHECK_EQ(r.ebx, 2);
	CHECK_EQ(r.ecx, 0);
	CHECK_EQ(q(vp0, 0x8000001d, 0)->eax, 0x121);	/* L1: private */
	CHECK_EQ(q(vp0, 0x8000001d, 3)->eax, 0x8163);	/* L3: all three */
	CHECK(q(vp0, 0x80000001, 0)->ecx & 2);
	sim_exit();
	sim_init_with(~0ull, ~0u, 0, 0, 1);
	CHECK_EQ(q(vp0, 1, 0)->ebx, 0x00010800);
	CHECK_EQ(r.edx & BIT(28), 0);
	CHECK_EQ(q(vp0, 0xb, 1)->eax, 0);
	CHECK_EQ(q(vp0, 0x80000001, 0)->ecx & 2, 0);
	CHECK_EQ(q(vp0, 0x80000008, 0)->ecx, 0);
	vp0->initial_apic_id = 0x105;
	CHECK_EQ(q(vp0, 1, 0)->ebx >> 24, 5);
	CHECK_EQ(q(vp0, 0xb, 0)->edx, 0x105);
	CHECK_EQ(q(vp0, 0xb, 1)->eax, 9);
	sim_exit();
}

static void xsave(void)
{
	sim_init();
	q(vp0, 0xd, 0);
	CHECK_EQ(r.eax, 0x207);
	CHECK_EQ(r.ebx, 576);			/* XCR0 is 1 */
	CHECK_EQ(r.ecx, 0x988);
	CHECK_EQ(r.edx, 0);
	vp0->world->xcr0 = 7;
	CHECK_EQ(q(vp0, 0xd, 0)->ebx, 832);
	CHECK_EQ(q(vp0, 0xd, 1)->eax, 7);	/* no XSAVES, no XFD */
	CHECK_EQ(r.ebx, 832);
	CHECK_EQ(r.ecx, 0);
	vp0->world->xcr0 = 0x203;
	CHECK_EQ(q(vp0, 0xd, 0)->ebx, 0x988);
	CHECK_EQ(q(vp0, 0xd, 1)->ebx, 584);	/* compacted */
	q(vp0, 0xd, 2);
	CHECK_EQ(r.eax, 0x100);
	CHECK_EQ(r.ebx, 0x240);
	CHECK(zero(0xd, 11));			/* supervisor state */
	CHECK(zero(0xd, 5));
	CHECK(zero(0xd, 63));
	CHECK(zero(0xd, 0x80000002));
	p->disabled_xsave = HV_PROCESSOR_XSAVEOPT_SUPPORT;
	CHECK_EQ(q(vp0, 0xd, 1)->eax, 6);
	p->disabled_xsave = HV_PROCESSOR_AVX_SUPPORT;
	CHECK_EQ(cpuid_xcr0_mask(p), 0x203);
	CHECK_EQ(q(vp0, 0xd, 0)->eax, 0x203);
	CHECK_EQ(q(vp0, 1, 0)->ecx & (BIT(28) | BIT(12) | BIT(29)), 0);
	CHECK_EQ(q(vp0, 7, 0)->ebx & BIT(5), 0);
	CHECK_EQ(q(vp0, 0x80000001, 0)->ecx & (BIT(11) | BIT(16)), 0);
	CHECK(q(vp0, 7, 0)->ecx & BIT(3));
	p->disabled_xsave = HV_PROCESSOR_XSAVE_SUPPORT;
	CHECK_EQ(cpuid_xcr0_mask(p), 0);
	CHECK(zero(0xd, 0));
	CHECK(zero(0xd, 1));
	vp0->v.cr4 = CR4_OSXSAVE;
	CHECK_EQ(q(vp0, 1, 0)->ecx & (BIT(26) | BIT(27)), 0);
	CHECK_EQ(q(vp0, 7, 0)->ecx & BIT(3), 0);
	sim_exit();
}

/* AVX-512 and what the loader says is missing. */
static void machine_facts(void)
{
	sim_init();
	/* Intel's cache leaf; a component that is aligned when compacted. */
	hw_cpuid(4, 0, 0xfc004121, 1, 2, 3);
	hw_cpuid(4, 3, 0xfc1fc163, 1, 2, 3);
	CHECK_EQ(q(vp0, 4, 0)->eax, 0x04000121);
	CHECK_EQ(q(vp0, 4, 3)->eax, 0x04004163);
	hw_leaf(0xd, 9)->ecx = 2;
	vp0->world->xcr0 = 0x203;
	CHECK_EQ(q(vp0, 0xd, 1)->ebx, 584);
	CHECK_EQ(q(vp0, 0xd, 9)->ecx, 2);
	CHECK_EQ(q(vp0, 7, 0)->ebx & BIT(16), 0);
	CHECK(r.ebx & BIT(29));			/* SHA is not AVX-512 */
	hw_leaf(0xd, 0)->eax = 0x602e7;
	CHECK(q(vp0, 7, 0)->ebx & BIT(16));
	/* More than the page that a child's state is saved in. */
	hw_cpuid(0xd, 7, 0x700, 0x980, 0, 0);
	CHECK_EQ(q(vp0, 7, 0)->ebx & BIT(16), 0);
	CHECK(q(vp0, 1, 0)->ecx & BIT(28));
	CHECK_EQ(q(vp0, 0xd, 0)->eax, 0x207);
	CHECK_EQ(q(vp0, 7, 0)->ecx & BIT(16), 0);
	machine.la57 = true;
	CHECK(q(vp0, 7, 0)->ecx & BIT(16));
	machine.la57 = false;
	hw_leaf(0x80000001, 0)->edx &= ~BIT(27);
	hw_leaf(0xd, 0)->eax = 7;
	hw_leaf(7, 0)->edx &= ~BIT(26);
	hw_leaf(0x80000008, 0)->ebx &= ~(BIT(14) | BIT(15) | BIT(24));
	q(vp0, 7, 0);
	CHECK_EQ(r.ecx & (BIT(3) | BIT(22)), 0);
	CHECK_EQ(r.edx & (BIT(26) | BIT(27) | BIT(31)), 0);
	CHECK_EQ(q(vp0, 0x80000001, 0)->edx & BIT(27), 0);
	q(vp0, 0x80000008, 0);
	CHECK_EQ(r.ebx & (BIT(17) | BIT(18) | BIT(28)), 0);
	CHECK(r.ebx & BIT(12));
	/* One of the two that is there brings the other's bits with it. */
	hw_leaf(0x80000008, 0)->ebx = BIT(14) | BIT(17);
	CHECK_EQ(q(vp0, 7, 0)->edx & (BIT(27) | BIT(31)), 0);	/* no IBPB */
	CHECK_EQ(q(vp0, 0x80000008, 0)->ebx, BIT(14) | BIT(17));
	sim_exit();
}

/* Every feature that the bank shows goes away when it is disabled. */
static void features(void)
{
	static const u32 leaves[] = { 1, 7, 0x80000001, 0x80000007,
		0x80000008, 0x80000021 };

	sim_init();
	wr(vp0, HV_X64_MSR_TSC_INVARIANT_CONTROL, 1);
	CHECK_EQ(bank(0) & BIT(0), BIT(0));	/* SSE3 */
	CHECK_EQ(bank(0) & BIT(63), 0);
	CHECK_EQ(bank(1) & (BIT(1) | BIT(6) | BIT(8) | BIT(17)),
		 BIT(1));			/* not nested, CET, deadline */
	for (u32 f = 0; f < 128; f++) {
		struct cpuid_regs before[6];
		u32 changed = 0;

		if (!(bank(f / 64) & BIT(f % 64)))
			continue;
		for (u32 i = 0; i < 6; i++)
			before[i] = *q(vp0, leaves[i], 0);
		p->disabled_features[f / 64] = BIT(f % 64);
		for (u32 i = 0; i < 6; i++) {
			u32 *a = (u32 *)&before[i], *b = (u32 *)q(vp0, leaves[i], 0);

			for (u32 k = 0; k < 4; k++) {
				CHECK_EQ(b[k] & ~a[k], 0);
				changed += __builtin_popcount(a[k] ^ b[k]);
			}
		}
		/* 1.ECX etc.; leaf 7.1 is not in this machine. */
		if (changed < 1 || changed > 2)
			fail("feature %u: %u bits", f, changed);
		p->disabled_features[f / 64] = 0;
	}
	p->disabled_features[0] = BIT(8) | BIT(18);
	CHECK_EQ(q(vp0, 1, 0)->ecx & (BIT(13) | BIT(17)), 0);
	sim_exit();
}

static hv_status set(u32 vp, u32 leaf, int subleaf, u32 value, u32 mask)
{
	struct cpuid_override o = {
		.vp_index = vp,
		.key = { leaf, subleaf, .subleaf_specific = subleaf >= 0 },
	};

	for (u32 i = 0; i < 4; i++) {
		o.result[i].value = value + i;
		o.result[i].mask = mask;
	}
	return cpuid_set_override(p, &o);
}

static void overrides(void)
{
	sim_init();
	CHECK_EQ(set(HV_ANY_VP, 5, -1, 0x1000, ~0u), 0);
	q(vp0, 5, 3);
	CHECK(r.eax == 0x1000 && r.ebx == 0x1001 && r.ecx == 0x1002 &&
	      r.edx == 0x1003);
	CHECK_EQ(set(HV_ANY_VP, 5, -1, 0x2000, ~0u), 0);	/* replaced */
	CHECK_EQ(p->nr_cpuid, 1);
	CHECK_EQ(q(vp0, 5, 3)->eax, 0x2000);
	CHECK_EQ(set(1, 5, 3, 0xff, 0xf0), 0);		/* one VP, one subleaf */
	CHECK_EQ(q(vp1, 5, 3)->eax, 0x20f0);
	CHECK_EQ(q(vp1, 5, 2)->eax, 0x2000);
	CHECK_EQ(q(vp0, 5, 3)->eax, 0x2000);
	CHECK_EQ(set(HV_ANY_VP, 5, -1, 0x3000, ~0u), 0);
	CHECK_EQ(q(vp1, 5, 3)->eax, 0x30f0);		/* the narrower wins */
	/* Bits that follow registers do so in what a parent says, too. */
	CHECK_EQ(set(HV_ANY_VP, 1, -1, 0, 0), 0);
	CHECK_EQ(set(0, 1, -1, ~0u - 2, ~0u), 0);
	CHECK_EQ(q(vp0, 1, 0)->ecx, ~0u & ~BIT(27));
	vp0->v.cr4 = CR4_OSXSAVE;
	CHECK_EQ(q(vp0, 1, 0)->ecx, ~0u);
	CHECK_EQ(set(HV_ANY_VP, 0x40000081, -1, 7, ~0u), 0);
	CHECK_EQ(q(vp0, 0x40000081, 0)->eax, 7);
	CHECK_EQ(cpuid_clear_override(p, HV_ANY_VP, 5, 0), 0);
	CHECK_EQ(cpuid_clear_override(p, HV_ANY_VP, 5, 0), HV_STATUS_NOT_FOUND);
	CHECK(zero(5, 3));
	CHECK_EQ(q(vp1, 5, 3)->eax, 0xf0);
	CHECK_EQ(cpuid_clear_override(p, 1, 5, 3), 0);
	CHECK(zero(5, 3));
	sim_exit();
}

static void override_table(void)
{
	sim_init();
	pool_left = 0;
	CHECK_EQ(set(0, 0x100, -1, 0, ~0u), HV_STATUS_INSUFFICIENT_MEMORY);
	pool_left = 1;
	for (u32 i = 0; i < 64; i++)
		CHECK_EQ(set(0, 0x100 + i, -1, i * 8, ~0u), 0);
	CHECK_EQ(set(0, 0x200, -1, 0, ~0u), HV_STATUS_INSUFFICIENT_MEMORY);
	pool_left = 1;
	for (u32 i = 64; i < HV_MAX_CPUID_OVERRIDES; i++)
		CHECK_EQ(set(0, 0x100 + i, -1, i * 8, ~0u), 0);
	CHECK_EQ(set(0, 0x200, -1, 0, ~0u), HV_STATUS_NO_RESOURCES);
	CHECK_EQ(set(0, 0x100, -1, 0x55, ~0u), 0);
	CHECK_EQ(q(vp0, 0x100, 0)->eax, 0x55);
	for (u32 i = 1; i < HV_MAX_CPUID_OVERRIDES; i++)
		CHECK_EQ(q(vp0, 0x100 + i, 0)->eax, i * 8);
	for (u32 i = 0; i < HV_MAX_CPUID_OVERRIDES; i++)
		CHECK_EQ(cpuid_clear_override(p, 0, 0x100 + i, 0), 0);
	CHECK_EQ(p->nr_cpuid, 0);
	for (u32 i = 0; i < HV_MAX_CPUID_OVERRIDES; i++)
		CHECK_EQ(set(0, 0x100 + i, -1, i * 8, ~0u), 0);
	pool_left = -1;
	sim_exit();
}

/* A driver that passes nonsense: refused when it does not end where it should. */
static void bad_list(void)
{
	struct {
		struct hvpart_cpuid_policy head;
		struct hvpart_cpuid_leaf leaf;
		struct hvpart_cpuid_edit edit[2];
	} list = { .head = { .nr_leaves = 1 }, .leaf = { .leaf = 5 } };

	sim_init();
	for (u32 n = 0; n < sizeof(list.head); n++)
		CHECK(!cpuid_init(&list.head, n));
	CHECK(!cpuid_init(&list.head, sizeof(list.head)));
	CHECK(!cpuid_init(&list.head, sizeof(list.head) + sizeof(list.leaf) - 1));
	list.leaf.nr_edits = 3;
	CHECK(!cpuid_init(&list.head, sizeof(list)));
	list.leaf.nr_edits = 2;
	list.head.nr_leaves = 2;
	CHECK(!cpuid_init(&list.head, sizeof(list)));
	list.head.nr_leaves = ~0u;
	CHECK(!cpuid_init(&list.head, sizeof(list)));
	/* Sources and places that nobody has heard of do no harm. */
	list.head.nr_leaves = 1;
	for (u32 n = 0; n < 256; n++) {
		list.leaf.reg[0] = list.leaf.reg[3] = ~0u;
		list.edit[0] = (struct hvpart_cpuid_edit) { n, 0, 0, 0xff };
		list.edit[1] = (struct hvpart_cpuid_edit) { 255, n, 0, 1 };
		CHECK(cpuid_init(&list.head, sizeof(list)));
		cpuid_query(vp0, 5, n, &r);
		CHECK_EQ(r.eax >> 8, 0xffffff);
		CHECK_EQ(r.edx >> 1, 0x7fffffff);
		CHECK_EQ(r.edx & 1, n >> 5 != 3 && n >> 5 != 7);
		cpuid_query(vp0, 1, 0, &r);
		CHECK_EQ(r.eax, 0);
	}
	/* An empty one, where a child sees nothing. */
	list.head.nr_leaves = 0;
	CHECK(cpuid_init(&list.head, sizeof(list.head)));
	cpuid_query(vp0, 0x40000000, 0, &r);
	CHECK_EQ(r.eax | r.ebx | r.ecx | r.edx, 0);
	sim_exit();
}

/* The driver says so when there is no room; and there is plenty. */
static void list_room(void)
{
	struct hvpart_cpuid_policy *list;
	u32 all;

	sim_init();
	all = policy_make(false, POLICY_ROOM, &list);
	CHECK(all && all < POLICY_ROOM / 2);
	for (u32 room = sizeof(*list); room < all; room++)
		CHECK_EQ(policy_make(false, room, &list), 0);
	CHECK_EQ(policy_make(false, all, &list), all);
	sim_exit();
}

const struct test cpuid_tests[] = {
	{ "cpuid_hypervisor_leaves", hypervisor_leaves },
	{ "cpuid_hidden", hidden },
	{ "cpuid_intel_overflow", intel_overflow },
	{ "cpuid_dynamic_bits", dynamic_bits },
	{ "cpuid_topology", topology },
	{ "cpuid_xsave", xsave },
	{ "cpuid_machine_facts", machine_facts },
	{ "cpuid_features", features },
	{ "cpuid_overrides", overrides },
	{ "cpuid_override_table", override_table },
	{ "cpuid_bad_list", bad_list },
	{ "cpuid_list_room", list_room },
	{ NULL, NULL }
};
