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
 * Everything is written and read in full: no lazy state, no dirty tracking.
 */
#include "world.h"
#include "mutate.h"
#include "percpu.h"
#include "pool.h"
#include "vp.h"
#include "world_insn.h"
#include <hvpart/status.h>

#define MSR_SPEC_CTRL	0x48
#define MSR_TSC_AUX	0xc0000103
#define MSR_U_CET	0x6a0
#define MSR_PL3_SSP	0x6a7
#define MSR_XSS		0xda0

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
	w->xcr0 = XCR0_X87;
	w->xss = w->u_cet = w->pl3_ssp = 0;
	memset(w->dr, 0, sizeof(w->dr));
	w->tsc_aux = w->spec_ctrl = w->tsc_adjust = 0;
	w->pkru = 0;
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

static void save(struct world *w)
{
	w->xcr0 = machine.has_xsave ? cpu_xgetbv() : XCR0_X87 | XCR0_SSE;
	if (machine.has_xsave && w->xcr0 != machine.xcr0_mask)
		cpu_xsetbv(machine.xcr0_mask);
	cpu_xsave(w->xsave, area_mask());
	cpu_read_dr(w->dr);
	if (machine.has_tsc_aux)
		safe_rdmsr(MSR_TSC_AUX, &w->tsc_aux);
	if (machine.has_spec_ctrl)
		safe_rdmsr(MSR_SPEC_CTRL, &w->spec_ctrl);
	if (machine.has_xss)
		safe_rdmsr(MSR_XSS, &w->xss);
	if (machine.has_cet) {
		safe_rdmsr(MSR_U_CET, &w->u_cet);
		safe_rdmsr(MSR_PL3_SSP, &w->pl3_ssp);
	}
}

/* XCR0 is the full mask here, so that what @w never used is cleared too. */
static void load(struct world *w)
{
	if (!cpu_xrstor(w->xsave, area_mask())) {
		/* An area that a parent has spoilt: the guest gets a new one. */
		u64 xcr0 = w->xcr0;

		world_reset(w);
		w->xcr0 = xcr0;
		cpu_xrstor(w->xsave, area_mask());
	}
	if (machine.has_xsave && w->xcr0 != machine.xcr0_mask)
		cpu_xsetbv(w->xcr0);
	cpu_write_dr(w->dr);
	if (machine.has_tsc_aux)
		safe_wrmsr(MSR_TSC_AUX, w->tsc_aux);
	if (machine.has_spec_ctrl)
		safe_wrmsr(MSR_SPEC_CTRL, w->spec_ctrl);
	/* Guests have neither XSS nor CET: theirs stay 0, the root's hidden. */
	if (machine.has_xss)
		safe_wrmsr(MSR_XSS, w->xss);
	if (machine.has_cet) {
		safe_wrmsr(MSR_U_CET, w->u_cet);
		safe_wrmsr(MSR_PL3_SSP, w->pl3_ssp);
	}
}

static bool is_root(const struct vp *vp)
{
	return vp == this_cpu()->root_vp;
}

void world_switch(struct vp *from, struct vp *to)
{
	enum world_direction d = is_root(to) ? TO_ROOT :
				 is_root(from) ? TO_CHILD : CHILD_TO_CHILD;

	save(from->world);
	if (run_barriers(d))
		from->stats.barriers++;
	load(to->world);
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
