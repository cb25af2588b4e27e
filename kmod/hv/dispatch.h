/* SPDX-License-Identifier: GPL-2.0 */
/* A parent's VP gives the CPU to a child's VP, and gets it back. */
#ifndef HV_DISPATCH_H
#define HV_DISPATCH_H

#include "partition.h"

/*
 * The guest moves its TPR, and ends interrupts in the assist page, without an
 * exit. The APIC has both after this, until the next dispatch_prepare(). Before
 * whatever ends a dispatch, too: the parent reads them.
 */
void dispatch_sync(struct percpu *cpu, struct vp *vp);

/* The current VP (a child's) stops; its caller becomes current. */
void dispatch_end(struct percpu *cpu, u32 state, u32 event);

/*
 * Everything that must happen before the guest of @vp runs: requests, timers,
 * suspension, interrupts. False: the CPU is the caller's again.
 */
bool dispatch_prepare(struct percpu *cpu, struct vp *vp);

/*
 * Flush what this CPU can for the ticket drawn here. True: other CPUs are
 * behind, the root has to make them enter.
 */
bool dispatch_settle_flush(struct percpu *cpu);
/* The same, and what remains goes to the root's page. */
void dispatch_tell_ticket(struct percpu *cpu, struct hvpart_caller_page *page);

#endif
