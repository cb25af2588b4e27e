/* SPDX-License-Identifier: GPL-2.0 */
/* Synthetic interrupt controller: SINTs, message and event-flag pages. */
#ifndef HV_SYNIC_H
#define HV_SYNIC_H

#include "vp.h"
#include <hvpart/message.h>

#define HV_SYNIC_SINTS	16

enum msr_result synic_wrmsr(struct vp *vp, u32 msr, u64 val);

/**
 * struct synic_msg - a queued message; storage, also of @msg, belongs to its
 * class (port buffers, one per timer), never to the queue
 * @done: called with the synic lock held once the message is in the slot or
 *        dropped; gives the buffer back to its class
 * @prepare: optional; called with the lock held just before the copy into the
 *        slot, for what is only known then (delivery time of a timer); more
 *        than once when the slot is busy
 */
struct synic_msg {
	struct synic_msg *next;
	struct hv_message *msg;
	void (*done)(struct synic_msg *m, bool delivered);
	void (*prepare)(struct synic_msg *m, struct vp *vp);
};

/*
 * The VP is a child's; SINT and flag exist: the callers know. Those of a port
 * are checked when it is created, what a direct call names in that call; a timer
 * has four bits for its SINT.
 */

/* Append to the queue of (VP, SINT) and try to deliver. Any CPU. */
void synic_post(struct vp *vp, u32 sint, struct synic_msg *m);
/* Take a message back that is still queued; false: already gone. */
bool synic_cancel(struct vp *vp, u32 sint, struct synic_msg *m);
/* A message by value for PostMessageDirect: OBJECT_IN_USE when the slot is busy. */
hv_status synic_post_direct(struct vp *vp, u32 sint, const struct hv_message *m);

/* Set flag @flag of SINT @sint; *newly says 0 -> 1. INVALID_SYNIC_STATE as TLFS. */
hv_status synic_signal(struct vp *vp, u32 sint, u32 flag, bool *newly);

/* SynIC and SIM page enabled: may the VP be chosen for HV_ANY_VP? */
bool synic_accepts_messages(struct vp *vp);

/* Try to deliver every queue head (EOM, EOI of its vector, retry timer). */
void synic_scan(struct vp *vp);
void synic_retry_expired(struct vp *vp);		/* DL_SYNIC */

/* SIM/SIEF page of the VP for Get/SetVpState. */
void *synic_page(struct vp *vp, bool event_page);

#endif
