/* SPDX-License-Identifier: GPL-2.0 */
/* Private to synic.c and synic_msr.c. */
#ifndef HV_SYNIC_STATE_H
#define HV_SYNIC_STATE_H

#include "synic.h"
#include "apic.h"
#include "partition.h"
#include "mutate_irq.h"
#include <hvpart/msr.h>

/* @end: the next of the last message; nothing when there is none. */
struct synic_queue {
	struct synic_msg *head, **end;
};

/**
 * struct synic - SynIC of one VP
 * @queue:  one FIFO per SINT
 * @sources: what of it the APIC asks for: which queues are not empty
 * @retry:  the running CPU knows of a message behind a busy slot
 * @sim, @sief: pool pages, there from the VP's creation: enabling them cannot
 *          run out of memory
 *
 * The registers stand in the order of their numbers: msr.c reads them.
 * Registers are written by the CPU that runs the VP, under the lock, and read
 * by any CPU under the lock.
 */
struct synic {
	struct spinlock lock;
	bool retry;
	struct apic_sources *sources;
	struct hv_message_page *sim;
	struct hv_synic_event_flags_page *sief;
	u64 scontrol, sversion, siefp, simp, eom, sint[HV_SYNIC_SINTS];
	struct synic_queue queue[HV_SYNIC_SINTS];
};

/* Take out the message that *@at links. Lock held. */
struct synic_msg *synic_unlink(struct synic *s, u32 sint, struct synic_msg **at);

#endif
