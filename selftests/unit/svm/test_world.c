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
	/* What exits: see world_xsetbv() and msr_arch.c. */
	fake_cpu->current = &a;
	CHECK(world_xsetbv(&a, 0, 3));
	fake_cpu->current = &root;
	a.world->tsc_aux = 0xaa;
	safe_wrmsr(TSC_AUX, 0xaa);
	memset(fpu.regs, 0xaa, sizeof(fpu.regs));
	fpu.dr[3] = 0xa3;
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

static void count(struct vp *from, struct vp *to, int reads, int writes)
{
	fpu.msr_reads = fpu.msr_writes = 0;
	fpu.xcr0_reads = 0;
	world_switch(from, to);
	CHECK(fpu.msr_reads == reads && fpu.msr_writes == writes);
	CHECK_EQ(fpu.xcr0_reads, from == &root);
}

/* A register that does not change is not written; one that does is. */
static void msrs(void)
{
	safe_wrmsr(TSC_AUX, 0x77);
	safe_wrmsr(SPEC_CTRL, 0x5);
	a.world->tsc_aux = 0x77;
	a.world->spec_ctrl = 0x5;
	count(&root, &a, 2, 0);
	count(&a, &root, 0, 0);
	/* The root's can change at any time. */
	safe_wrmsr(TSC_AUX, 0x78);
	count(&root, &a, 2, 1);
	CHECK_EQ(fake_msr_get(TSC_AUX), 0x77);
	count(&a, &root, 0, 1);
	CHECK_EQ(fake_msr_get(TSC_AUX), 0x78);
	CHECK_EQ(fake_msr_get(SPEC_CTRL), 0x5);
	b.world->spec_ctrl = 0x80;
	b.world->tsc_aux = 0x77;
	count(&root, &a, 2, 1);
	count(&a, &b, 0, 1);
	CHECK(fake_msr_get(TSC_AUX) == 0x77 && fake_msr_get(SPEC_CTRL) == 0x80);
	count(&b, &root, 0, 2);
	CHECK(fake_msr_get(TSC_AUX) == 0x78 && fake_msr_get(SPEC_CTRL) == 0x5);
}

/* What the CPU lacks is left alone, as is what VMRUN switches. */
static void no_msrs(void)
{
	struct world *w;

	machine.has_tsc_aux = machine.has_spec_ctrl = false;
	world_alloc(&w, &fake_pool);
	world_free(w, &fake_pool);
	a.world->tsc_aux = a.world->spec_ctrl = 0x1;
	count(&root, &a, 0, 0);
	count(&a, &root, 0, 0);
	machine.has_tsc_aux = machine.has_spec_ctrl = true;
}

/* FXSAVE only: there is no XCR0. */
static void no_xsave(void)
{
	struct vp old = {};

	machine.has_xsave = false;
	machine.xcr0_mask = 3;
	fpu.xcr0 = 0x1234;
	world_alloc(&old.world, &fake_pool);
	fpu.xcr0_reads = 0;
	root.world->xcr0 = 3;
	memset(fpu.regs, 0x22, sizeof(fpu.regs));
	world_switch(&root, &old);
	CHECK(fpu.xcr0 == 0x1234 && !fpu.xcr0_reads && fpu.regs[64] == 0);
	world_switch(&old, &root);
	CHECK(fpu.xcr0 == 0x1234 && !fpu.xcr0_reads && fpu.regs[64] == 0x22);
	world_free(old.world, &fake_pool);
	machine.has_xsave = true;
	machine.xcr0_mask = 7 | BIT(9);
	fpu.xcr0 = 7;
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
	msrs();
	no_msrs();
	no_xsave();
	unbuild();
}

void test_world_mutations(void)
{
	static const int muts[] = {
		MUT_WORLD_BARRIER, MUT_WORLD_RSB, MUT_WORLD_MSR,
		MUT_WORLD_MSR_ROOT,
	};
	int unnoticed = 0;

	quiet = true;
	for (u32 i = 0; i < ARRAY_SIZE(muts); i++) {
		failures = 0;
		hv_mutation = muts[i];
		fake_reset();
		build();
		barriers();
		msrs();
		unbuild();
		unnoticed += !failures;
	}
	hv_mutation = MUT_NONE;
	failures = unnoticed;
}
