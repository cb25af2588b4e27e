// SPDX-License-Identifier: GPL-2.0
/*
 * The world switch. Who saves what, and when:
 *
 *   register             by                          on             APM vol. 2
 *   GPRs, RIP, RFLAGS,   VMRUN and run.S             every exit     15.5
 *   CR*, DR6, DR7, EFER
 *   FS, GS, TR, LDTR,    VMLOAD, VMSAVE              every exit     15.5.2
 *   KERNEL_GS_BASE,
 *   STAR.., SYSENTER..
 *   PAT                  VMCB (gPAT)                 every exit     15.25.8
 *   TPR                  VMCB (V_TPR), children      every exit     15.21.1
 *   XCR0, XSS            here                        world switch   11.5.2
 *   x87, SSE, AVX, PKRU  here: XSAVE, XRSTOR         world switch   11.5
 *   DR0-DR3              here                        world switch   13.1.1
 *   TSC_AUX              here                        world switch   3.2.11
 *   SPEC_CTRL            here, or VMCB               world switch   15.36.8
 *   U_CET, PL3_SSP       here                        world switch   18.12
 *   TSC                  VMCB offset                 VMRUN          15.5
 *   predictors           here: the barrier           world switch   (wall 9)
 *
 * No lazy state: all of it belongs to who runs. But what a child cannot change
 * without an exit (XCR0 and the MSRs) is not read from the CPU when it leaves,
 * and an MSR that both have the same value of is not written.
 */
#include "world.h"
#include "mutate.h"
#include "percpu.h"
#include "pool.h"
#include "vp.h"
#include "world_insn.h"
#include <hvpart/status.h>

/*
 * In the order of struct world, and the flag that says that the CPU has it.
 * Guests have neither XSS nor CET: theirs stay 0, the root's hidden.
 */
static const struct { u32 msr; u16 flag; } msrs[NR_WORLD_MSRS] = {
#define MSR(number, member)	{ number, offsetof(struct hvpart_machine, member) }
	MSR(0xc0000103, has_tsc_aux),
	MSR(0x48, has_spec_ctrl),
	MSR(0xda0, has_xss),
	MSR(0x6a0, has_cet),
	MSR(0x6a7, has_cet),
};

/* Those that the CPU has, without what VMRUN switches by itself (machine.h). */
static u32 present;

static void find_msrs(void)
{
	u32 found = 0;

	for (u32 i = 0; i < NR_WORLD_MSRS; i++)
		if (((const bool *)&machine)[msrs[i].flag])
			found |= BIT(i);
	present = found;
}

#define XCR0_X87	BIT(0)
#define XCR0_SSE	BIT(1)
#define XCR0_AVX	BIT(2)
#define XCR0_AVX512	(BIT(5) | BIT(6) | BIT(7))

#define FCW_RESET	0x037f
#define MXCSR_RESET	0x1f80

static u64 area_mask(void)
{
	return machine.has_xsave ? machine.xcr0_mask : 0;
}

void world_reset(struct world *w)
{
	u8 *x = w->xsave;

	zero_page(x);
	*(u16 *)x = FCW_RESET;
	*(u32 *)(x + 24) = MXCSR_RESET;
	/* Without XSAVE it stands for what FXSAVE saves. */
	w->xcr0 = machine.has_xsave ? XCR0_X87 : machine.xcr0_mask;
	memset(w->dr, 0, sizeof(w->dr) + sizeof(w->msr));
}

hv_status world_alloc(struct world **out, struct pool *pool)
{
	struct world *w = pool_alloc(pool);

	*out = NULL;
	if (!w)
		return HV_STATUS_INSUFFICIENT_MEMORY;
	w->xsave = pool_alloc(pool);
	if (!w->xsave) {
		pool_free(pool, w);
		return HV_STATUS_INSUFFICIENT_MEMORY;
	}
	w->xsave_bytes = machine.xsave_bytes;
	find_msrs();
	world_reset(w);
	*out = w;
	return HV_STATUS_SUCCESS;
}

void world_free(struct world *w, struct pool *pool)
{
	if (!w)
		return;
	pool_free(pool, w->xsave);
	pool_free(pool, w);
}

/*
 * Barriers by CPU class (row) and direction. Leaving a child always runs one:
 * its ring 0 and the root's kernel are the same predictor mode. Entering runs
 * none: all that has run since is the root, which a child trusts anyway.
 */
enum cpu_class { CLASS_NONE, CLASS_IBPB, CLASS_IBPB_RSB };

static const u8 barriers[][NR_DIRECTIONS] = {
	[CLASS_NONE] = {
		[TO_ROOT] = BARRIER_RSB, [CHILD_TO_CHILD] = BARRIER_RSB,
	},
	[CLASS_IBPB] = {
		[TO_ROOT] = BARRIER_IBPB | BARRIER_RSB,
		[CHILD_TO_CHILD] = BARRIER_IBPB | BARRIER_RSB,
	},
	[CLASS_IBPB_RSB] = {
		[TO_ROOT] = BARRIER_IBPB, [CHILD_TO_CHILD] = BARRIER_IBPB,
	},
};

u32 world_barriers(enum world_direction d)
{
	enum cpu_class class = CLASS_NONE;

	if (machine.has_ibpb)
		class = machine.ibpb_clears_rsb ? CLASS_IBPB_RSB : CLASS_IBPB;
	return barriers[class][d];
}

static bool run_barriers(enum world_direction d)
{
	u32 b = world_barriers(d);

	if (!b)
		return false;
	if ((b & BARRIER_IBPB) && !MUTATED(WORLD_BARRIER))
		world_ibpb();
	if ((b & BARRIER_RSB) && !MUTATED(WORLD_RSB))
		world_fill_rsb();
	return true;
}

/* XCR0 has the full mask meanwhile, so that what @w never used is cleared too. */
static void load_fpu(struct world *w, u64 mask)
{
	if (!cpu_xrstor(w->xsave, mask)) {
		/* An area that a parent has spoilt: the guest gets a new one. */
		u64 xcr0 = w->xcr0;

		world_reset(w);
		w->xcr0 = xcr0;
		cpu_xrstor(w->xsave, mask);
	}
}

static void switch_msrs(struct world *from, struct world *to, bool from_root)
{
	for (u32 left = present; left; left &= left - 1) {
		u32 i = ffs64(left);

		if (from_root && !MUTATED(WORLD_MSR_ROOT))
			safe_rdmsr(msrs[i].msr, &from->msr[i]);
		if (from->msr[i] != to->msr[i] || MUTATED(WORLD_MSR))
			safe_wrmsr(msrs[i].msr, to->msr[i]);
	}
}

void world_switch(struct vp *from_vp, struct vp *to_vp)
{
	const struct vp *root = this_cpu()->root_vp;
	struct world *from = from_vp->world, *to = to_vp->world;
	const u64 full = machine.xcr0_mask;
	const u64 mask = area_mask();

	if (mask && from_vp == root)
		from->xcr0 = cpu_xgetbv();
	if (from->xcr0 != full)
		cpu_xsetbv(full);
	cpu_xsave(from->xsave, mask);
	cpu_read_dr(from->dr);
	if (run_barriers(to_vp == root ? TO_ROOT :
			 from_vp == root ? TO_CHILD : CHILD_TO_CHILD))
		from_vp->stats.barriers++;
	load_fpu(to, mask);
	if (to->xcr0 != full)
		cpu_xsetbv(to->xcr0);
	cpu_write_dr(to->dr);
	switch_msrs(from, to, from_vp == root);
}

/* The rules of XSETBV (11.5.2), and only what children may have. */
bool world_xsetbv(struct vp *vp, u32 index, u64 value)
{
	if (index || !machine.has_xsave || !(value & XCR0_X87) ||
	    (value & ~machine.xcr0_mask))
		return false;
	if ((value & XCR0_AVX) && !(value & XCR0_SSE))
		return false;
	if ((value & XCR0_AVX512) &&
	    ((value & XCR0_AVX512) != XCR0_AVX512 || !(value & XCR0_AVX)))
		return false;
	vp->world->xcr0 = value;
	if (this_cpu()->current == vp)
		cpu_xsetbv(value);
	return true;
}
