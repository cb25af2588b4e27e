/* SPDX-License-Identifier: GPL-2.0 */
/* A virtual processor: the root's and children's are the same object. */
#ifndef HV_VP_H
#define HV_VP_H

#include "vendor.h"
#include "percpu.h"
#include <hvpart/callerpage.h>

struct partition;
struct apic;
struct synic;
struct stimers;

/* Work that other CPUs ask of a VP; taken by the CPU that runs it. */
#define VPREQ_NMI	BIT(0)
#define VPREQ_INIT	BIT(1)
#define VPREQ_SIPI	BIT(2)
#define VPREQ_APIC	BIT(3)	/* IRR changed */
#define VPREQ_SYNIC	BIT(4)	/* scan the message queues */
#define VPREQ_STOP	BIT(5)	/* leave the guest and look at the suspend registers */
#define VPREQ_TIMER	BIT(6)
#define VPREQ_FLUSH	BIT(7)	/* drop this VP's translations */

/* In vp->running, see there. */
#define VP_HELD		0x80000000u

/* MTRRs (default type, variable, fixed), MISC_ENABLE. */
#define NR_KEPT		(1 + 16 + 11 + 1)

/* Who armed a deadline (physical TSC values; 0 = none). */
enum vp_deadline { DL_APIC, DL_STIMER0, DL_STIMER1, DL_STIMER2, DL_STIMER3,
		   DL_SYNIC, NR_DEADLINES };

/**
 * struct vp
 * @v:        back end state
 * @running:  0 = stopped, else CPU index + 1: the VP is dispatched there. Taken
 *            by compare and exchange; owning it is the right to touch all
 *            fields that have no own rule. With VP_HELD: owned, but its guest
 *            does not run and looks at @requests before it does again
 * @requests: VPREQ_*, atomic
 * @caller:   VP that dispatched this one (the root VP of the CPU), while running
 * @gpa_seen: gpa_space.generation that this VP's translations reflect
 * @world:    registers switched on world switches only, see world.h
 */
struct vp {
	/* Hot first: an 8-bit offset reaches to v.regs up to RDX. */
	struct partition *partition;
	struct apic *apic;
	u32 index;
	u32 running;
	u32 requests;

	/* suspend reasons (TLFS 4.6): the VP runs when all are clear */
	bool explicit_suspend, intercept_suspend, dispatch_suspend;
	bool wait_sipi, halted, idle;
	bool nmi_pending;
	bool need_memory;		/* an instruction waits for a deposit */
	bool check_state;		/* set from outside: ask the oracle */

	struct world *world;
	struct synic *synic;
	struct stimers *stimers;
	struct vendor_vp v;

	u64 next_deadline;		/* minimum, physical TSC; 0 = none */
	struct hvpart_caller_page *caller_page;	/* root VPs: shared page */
	struct hvpart_vp_page *vp_page;		/* children: shared page */
	struct hv_vp_register_page *reg_page;	/* children: shared page or NULL */
	struct vp *caller;
	u64 gpa_seen;
	u64 flush_wait;			/* VP mask whose VPREQ_FLUSH must be taken */
	u8 sipi_vector;

	void *assist_page;		/* pool page while enabled at least once */
	u64 assist_msr;

	u64 deadline[NR_DEADLINES];
	u64 armed_deadline;		/* what the root was last told */

	u64 tsc_offset, tsc_adjust;
	u64 runtime_tsc, enter_tsc;
	u64 kept[NR_KEPT];		/* MSRs that are kept without effect: msr_arch.c */
	u32 initial_apic_id;

	u64 caller_gpn;			/* where caller_page is for the root */
	u32 last_exit;			/* enum exit_reason */
	struct hvpart_vp_stats stats;
};

/**
 * vp_notify - another CPU or this one put work into @vp->requests
 * If it runs elsewhere, a kick goes to this CPU's caller page; if it waits
 * (HLT, idle), a wake. Nothing when it is current here.
 */
void vp_notify(struct vp *vp);

/* Set requests and notify. */
void vp_request(struct vp *vp, u64 reqs);

/*
 * Ask for VPREQ_FLUSH. True: the VP runs elsewhere and has been kicked; its
 * stale translations are gone once the request bit has been taken. False: it
 * does not run, and takes the request before its next entry.
 */
bool vp_request_flush(struct vp *vp);

/* Its guest may be running, on whatever CPU. */
static inline bool vp_in_guest(const struct vp *vp)
{
	u32 running = load_acquire(&vp->running);

	return running && !(running & VP_HELD);
}

/* Queue for the caller page of this CPU's root VP. flags: HVPART_KICK_* */
void vp_tell_root(struct vp *vp, u32 flags);

/* Set (0 = cancel) one of the VP's deadlines; recomputes next_deadline. */
void vp_set_deadline(struct vp *vp, enum vp_deadline which, u64 tsc);

/* Inject helpers; an exception replaces nothing: event slot must be free. */
void vp_inject_exception(struct vp *vp, u8 vector, bool has_error, u32 error);
static inline void vp_inject_gp(struct vp *vp)
{
	vp_inject_exception(vp, 13, true, 0);
}
static inline void vp_inject_ud(struct vp *vp)
{
	vp_inject_exception(vp, 6, false, 0);
}

/* RIP past the instruction; ends the interrupt shadow; TF gives #DB. */
void vp_skip(struct vp *vp, u32 len);

static inline u64 vp_gpr(const struct vp *vp, enum gpr r)
{
	return vp->v.regs.gpr[r];
}

#endif
