/* SPDX-License-Identifier: GPL-2.0 */
/* A virtual processor of a child, as the Linux half knows it. */
#ifndef HVP_VP_H
#define HVP_VP_H

#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/rcuwait.h>
#include <linux/hvpart.h>

struct hv_vp_register_page;
struct hvp_partition;
struct hvpart_vp_page;

/**
 * struct hvp_vp_counters - what only the Linux half can count
 * Written by the VP's thread but for @kicks; exact enough for statistics.
 */
struct hvp_vp_counters {
	u64 runs, messages, interrupted;
	u64 sleeps, polls, poll_hits;
	u64 timer_starts, timer_fires, kicks;
};

/**
 * struct hvp_vp - one VP
 * @lock: one ioctl at a time; HVPART_RUN_VP holds it while it runs
 * @cpu: where it is being dispatched, -1 otherwise; see kick.c
 * @kicked: there is something to do since the last dispatch began
 * @wait: the thread that sleeps because the VP is blocked
 * @page: what the hypervisor says after a dispatch; never seen by user space
 * @regs, @run: pages that user space maps; read once, checked, then used
 * @undelivered: @page->message has not reached user space yet
 * @resume: the message has; the next dispatch clears InterceptSuspend
 * @unsuspended: ExplicitSuspend was just cleared
 * @timer: armed for @timer_deadline (physical TSC; 0: not armed) on @timer_cpu
 * @poll_ns: how long to poll before the next sleep
 */
struct hvp_vp {
	struct hvp_partition *part;
	u32 index;
	struct mutex lock;
	int cpu;
	bool kicked;
	struct rcuwait wait;
	struct hvpart_vp_page *page;
	struct hv_vp_register_page *regs;
	struct hvpart_run_page *run;
	bool undelivered, resume, unsuspended;
	struct hrtimer timer;
	u64 timer_deadline;
	int timer_cpu;
	unsigned int poll_ns;
	struct hvp_vp_counters stats;
};

/**
 * hvp_vp_create - HVPART_CREATE_VP
 * Context: partition lock held. Return: a file descriptor or -errno.
 */
long hvp_vp_create(struct hvp_partition *part, void __user *arg);

/* Partition is gone for the hypervisor; frees the VP's memory. */
void hvp_vp_free(struct hvp_vp *vp);

/* Make the hypervisor let go of the VP's pages; raises @ticket. */
void hvp_vp_unmap_pages(struct hvp_vp *vp, u64 *ticket);

/* It did not, or nobody knows: leak them rather than have them written to. */
void hvp_vp_forget_pages(struct hvp_vp *vp);

/**
 * hvp_vp_run - HVPART_RUN_VP (run.c)
 * Context: VP lock held.
 */
long hvp_vp_run(struct hvp_vp *vp, struct hvpart_run_vp __user *arg);
void hvp_vp_run_init(struct hvp_vp *vp);
/* No dispatch is possible any more: stop the timer. */
void hvp_vp_run_exit(struct hvp_vp *vp);

/* HVPART_GET_VP_STATE, HVPART_SET_VP_STATE (state.c); VP lock held */
long hvp_vp_get_state(struct hvp_vp *vp, void __user *arg);
long hvp_vp_set_state(struct hvp_vp *vp, void __user *arg);

#endif
