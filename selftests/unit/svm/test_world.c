// SPDX-License-Identifier: GPL-2.0
/* world_switch(): who has whose registers, and which barrier runs. */
#include "svmtest.h"

#define TSC_AUX		0xc0000103
#define SPEC_CTRL	0x48

static struct vp root, a, b;

static void build(void)
{
	machine.has_xsave = machine.has_tsc_aux = machine.has_spec_ctrl = true;
	machine.xcr0_mask = 7 | BIT(9);
	machine.xsave_bytes = 832;
	fake_msr_set(TSC_AUX, 0x77, ~0ull);
	fake_msr_set(SPEC_CTRL, 0x5, ~0ull);
	world_alloc(&root.world, &fake_pool);
	world_alloc(&a.world, &fake_pool);
	world_alloc(&b.world, &fake_pool);
	fake_cpu->root_vp = fake_cpu->current = &root;
	fpu.xcr0 = 7;
	memset(fpu.regs, 0x11, sizeof(fpu.regs));
	fpu.dr[0] = 0x1111;
}

static void unbuild(void)
{
	world_free(root.world, &fake_pool);
	world_free(a.world, &fake_pool);
	world_free(b.world, &fake_pool);
}

static void contents(void)
{
	world_switch(&root, &a);
	/* A fresh guest: reset values, nothing of the root's. */
	CHECK(fpu.xcr0 == 1 && !fpu.dr[0] && fpu.regs[64] == 0);
	CHECK_EQ(*(u32 *)(fpu.regs + 24), 0x1f80);
	CHECK(!fake_msr_get(TSC_AUX) && !fake_msr_get(SPEC_CTRL));
	fpu.xcr0 = 3;
	memset(fpu.regs, 0xaa, sizeof(fpu.regs));
	fpu.dr[3] = 0xa3;
	safe_wrmsr(TSC_AUX, 0xaa);
	world_switch(&a, &root);
	CHECK(fpu.xcr0 == 7 && fpu.dr[0] == 0x1111 && fpu.regs[64] == 0x11);
	CHECK_EQ(fake_msr_get(TSC_AUX), 0x77);
	CHECK_EQ(fake_msr_get(SPEC_CTRL), 0x5);
	world_switch(&root, &a);
	CHECK(fpu.xcr0 == 3 && fpu.dr[3] == 0xa3 && fpu.regs[64] == 0xaa);
	CHECK_EQ(fake_msr_get(TSC_AUX), 0xaa);
	/* A spoilt area gives a fresh one; XCR0 is the guest's still. */
	world_switch(&a, &root);
	fpu.bad_areas = 1;
	world_switch(&root, &a);
	CHECK(fpu.xcr0 == 3 && fpu.regs[64] == 0);
	world_switch(&a, &root);
}

static void xsetbv(void)
{
	fake_cpu->current = &a;
	CHECK(world_xsetbv(&a, 0, 7) && fpu.xcr0 == 7);
	CHECK(!world_xsetbv(&a, 1, 7));
	CHECK(!world_xsetbv(&a, 0, 6));		/* x87 is never off */
	CHECK(!world_xsetbv(&a, 0, 5));		/* AVX without SSE */
	CHECK(!world_xsetbv(&a, 0, 7 | BIT(17)));	/* AMX is not offered */
	CHECK(!world_xsetbv(&a, 0, 7 | BIT(5)));	/* nor a third of AVX-512 */
	CHECK_EQ(fpu.xcr0, 7);
	fake_cpu->current = &root;
}

/* Which barrier: by CPU class (IBPB? does it clear the return stack?). */
static void barriers(void)
{
	static const struct {
		bool ibpb, clears;
		int to_root[2], to_child[2], across[2];	/* IBPB, RSB */
	} rows[] = {
		{ false, false, { 0, 1 }, { 0, 0 }, { 0, 1 } },
		{ true, false, { 1, 1 }, { 0, 0 }, { 1, 1 } },
		{ true, true, { 1, 0 }, { 0, 0 }, { 1, 0 } },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		machine.has_ibpb = rows[i].ibpb;
		machine.ibpb_clears_rsb = rows[i].clears;
		fpu.ibpb = fpu.rsb = 0;
		world_switch(&root, &a);
		CHECK(fpu.ibpb == rows[i].to_child[0] &&
		      fpu.rsb == rows[i].to_child[1]);
		fpu.ibpb = fpu.rsb = 0;
		world_switch(&a, &b);
		CHECK(fpu.ibpb == rows[i].across[0] &&
		      fpu.rsb == rows[i].across[1]);
		fpu.ibpb = fpu.rsb = 0;
		world_switch(&b, &root);
		CHECK(fpu.ibpb == rows[i].to_root[0] &&
		      fpu.rsb == rows[i].to_root[1]);
	}
}

void test_world(void)
{
	build();
	contents();
	xsetbv();
	barriers();
	unbuild();
}

void test_world_mutations(void)
{
	static const int muts[] = { MUT_WORLD_BARRIER, MUT_WORLD_RSB };
	int unnoticed = 0;

	quiet = true;
	for (u32 i = 0; i < ARRAY_SIZE(muts); i++) {
		failures = 0;
		hv_mutation = muts[i];
		fake_reset();
		build();
		barriers();
		unbuild();
		unnoticed += !failures;
	}
	hv_mutation = MUT_NONE;
	failures = unnoticed;
}
