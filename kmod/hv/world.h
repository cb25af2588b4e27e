/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What neither the control block nor VMLOAD/VMSAVE switches, in one table:
 * XSAVE state with XCR0 and XSS, DR0-3, PKRU (part of XSAVE on the save side,
 * but see world.c), TSC_AUX, SPEC_CTRL. Switched only when the CPU changes
 * between partitions, never for exits handled inside. The speculation barrier
 * of the switch is chosen here (DESIGN wall 9).
 */
#ifndef HV_WORLD_H
#define HV_WORLD_H

#include "lib.h"

struct vp;

#define NR_WORLD_MSRS	5

/**
 * struct world - saved registers of a VP that is not on a CPU
 * @xsave: XSAVE area in the standard format, one page
 * @xcr0, @msr: of a child always, since writing them exits; of the root while it
 *	does not run
 * @xsave_bytes: how much of @xsave has a meaning
 */
struct world {
	void *xsave;
	u64 xcr0;
	u64 dr[4];
	union {
		u64 msr[NR_WORLD_MSRS];
		struct {
			u64 tsc_aux, spec_ctrl, xss, u_cet, pl3_ssp;
		};
	};
	u32 xsave_bytes;
};

struct pool;
hv_status world_alloc(struct world **out, struct pool *pool);	/* child */
void world_free(struct world *w, struct pool *pool);
void world_reset(struct world *w);

/* Save @from's registers, issue the barrier of this direction, load @to's. */
void world_switch(struct vp *from, struct vp *to);

/* What stands between two partitions on a CPU (DESIGN wall 9). */
enum world_direction { TO_CHILD, TO_ROOT, CHILD_TO_CHILD, NR_DIRECTIONS };
#define BARRIER_IBPB	0x1	/* no prediction trained before is used after */
#define BARRIER_RSB	0x2	/* refill the return stack, where IBPB does not */
u32 world_barriers(enum world_direction d);

/* XSETBV by a guest: checks as the CPU would; false = #GP. CPL checked by the caller. */
bool world_xsetbv(struct vp *vp, u32 index, u64 value);

#endif
