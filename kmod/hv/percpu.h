/* SPDX-License-Identifier: GPL-2.0 */
/* What one CPU owns. Reached through GS base, which the back end reloads. */
#ifndef HV_PERCPU_H
#define HV_PERCPU_H

#include "lib.h"
#include "layout.h"
#include "mutate.h"
#include <hvpart/machine.h>

struct vp;
struct vendor_cpu;
struct hvpart_caller_page;

enum cpu_state { CPU_BARE, CPU_ENTERING, CPU_DEMOTED, CPU_LEAVING };

/**
 * struct percpu
 * @current:      VP that runs when the CPU next leaves the hypervisor
 * @root_vp:      the root's VP of this CPU
 * @epoch_seen:   last epoch this CPU has passed
 * @epoch_target: epoch sampled by epoch_behind(), passed by epoch_pass()
 * @epoch_member: tickets wait for this CPU (epoch_cpu_join())
 * @use_reserve:  pool_alloc() may touch the last pages of a pool
 * @windows_open: number of open windows; an epoch passes only at 0
 * @flush_ticket: highest ticket drawn by work on this CPU since the root last
 *                heard of it; goes to the caller page
 * @look:         something that an entry must look at has changed, see LOOK()
 * @synced:       the APIC has the guest's TPR and lazy EOI, see dispatch_sync()
 * @faults:       depth of our own exceptions on this CPU (fault.c)
 * @hcall_in, @hcall_out: page-sized private copies of hypercall parameters
 */
struct percpu {
	struct percpu *self;
	u64 stack_top;			/* entry.S */
	u32 index;
	u32 state;			/* enum cpu_state */
	struct vp *current;
	struct vp *root_vp;
	u64 epoch_seen;
	u64 epoch_target;
	u64 flush_ticket;
	bool epoch_member;
	bool use_reserve;
	u8 windows_open;
	u8 faults;			/* exceptions being handled */
	bool tell_root;			/* the caller page has news */
	bool look;
	bool synced;
	bool leave;			/* the root asked to be promoted */
	struct vendor_cpu *vendor;
	u64 dispatch_out;		/* output GPA of the running DISPATCH_VP */
	u64 *window_ptes;
	void *window_va;
	u8 *hcall_in;
	u8 *hcall_out;
	struct cpu_desc *desc;
	u64 exits;			/* from guest mode; to the caller page */
};

/*
 * An exit that changes nothing but registers (CPUID, RDMSR, most hypercalls) goes
 * straight back into the guest. dispatch_prepare() comes between when @look is
 * set, or when what other CPUs can change is news: vp->requests (atomic) and the
 * generation of the partition's GPA space. Who sets @look, and why:
 *
 *   LOOK_DISPATCH  hc_dispatch_vp(): all that was done to the VP while it stood
 *   LOOK_EXIT      child_exit(): every other exit
 *   LOOK_APIC      do_rdmsr(): an APIC register, for which the TPR was synced
 *   LOOK_MSR       msr_after(): an MSR that asked for more than its value
 *   LOOK_DEADLINE  vp_set_deadline(): the root's timer must fire earlier
 *   LOOK_TELL      vp_tell_root(): kicks and wakes for the root, also those of
 *                  a flush that is waited for (vp->flush_wait)
 *   LOOK_PORT      note() in port.c: messages and events for the root
 *   LOOK_SPIN      hc_spin_wait(): the guest gives its slice up
 *   LOOK_TICKET    epoch_flush(): other CPUs must enter
 *
 * A deadline that passes needs none of this: the root's timer stands at it
 * (vp->armed_deadline), and its interrupt ends the run at the next entry.
 */
#define LOOK(cpu, why)							\
do {									\
	if (!MUTATED(why))						\
		(cpu)->look = true;					\
} while (0)

/* Where the back end's part of the area's first page begins. */
#define PERCPU_VENDOR	2048

#ifdef HV_UNIT_TEST
struct percpu *this_cpu(void);
#else
static inline struct percpu *this_cpu(void)
{
	struct percpu *p;

	__asm__("mov %%gs:0, %0" : "=r"(p));
	return p;
}
#endif

struct percpu *cpu_by_index(u32 index);		/* NULL: never entered */
u32 cpu_count_demoted(void);

/*
 * First entry of a CPU: area, stacks, windows, tables from the root's pool. Kept
 * when the CPU leaves. NULL: no memory (what was made stays for a next try).
 */
struct percpu *percpu_create(u32 index);

/* Of an address in the image, which lies in one piece from @hv_image_spa on. */
extern u64 hv_image_spa;
u64 image_to_spa(const void *va);

/* From the boot information. */
extern struct hvpart_machine machine;

static inline u64 rdtsc(void)
{
#ifdef HV_UNIT_TEST
	extern u64 test_rdtsc(void);

	return test_rdtsc();
#else
	u32 lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (u64)hi << 32 | lo;
#endif
}

#endif
