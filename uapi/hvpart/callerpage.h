/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The two pages through which the hypervisor tells a parent what a hypercall's
 * result word has no room for (DESIGN, wall 6). Both are the parent's own RAM,
 * mapped by the hypervisor for as long as they are registered, and both are
 * outputs only as far as the hypervisor is concerned: it never believes what it
 * reads there, except the input block, which it copies once like any other.
 */
#ifndef _HVPART_CALLERPAGE_H
#define _HVPART_CALLERPAGE_H

#include "types.h"
#include "message.h"

/* hvpart_kick.flags */
#define HVPART_KICK_EXIT		0x1U	/* make its CPU exit: send an IPI */
#define HVPART_KICK_WAKE		0x2U	/* runnable: wake its thread */
#define HVPART_KICK_CRASH		0x4U	/* it wrote the crash control MSR */

/**
 * struct hvpart_kick - a VP that the parent must do something about
 * @partition_id: its partition
 * @vp_index: its index
 * @flags: HVPART_KICK_*
 */
struct hvpart_kick {
	__u64 partition_id;
	__u32 vp_index;
	__u32 flags;
};
HVPART_ASSERT_SIZE(struct hvpart_kick, 16);

/**
 * struct hvpart_port_note - something came in at a port of the caller
 * @partition_id: the partition of the connection: who sent it
 * @port_id: the caller's port
 * @type: HV_PORT_TYPE_MESSAGE, _EVENT or _DOORBELL
 * @flag: event: the flag number, port's base included; else 0
 *
 * A message is fetched with HVCALL_HVPART_RECEIVE_MESSAGE. One note may stand
 * for several messages, or for an event that was signalled several times.
 */
struct hvpart_port_note {
	__u64 partition_id;
	__u32 port_id;
	__u16 type;
	__u16 flag;
};
HVPART_ASSERT_SIZE(struct hvpart_port_note, 16);

/* hvpart_caller_page.overflow: more than the arrays hold; act on everything */
#define HVPART_OVERFLOW_KICK		0x1U	/* kick and wake all VPs */
#define HVPART_OVERFLOW_PORT		0x2U	/* look at all ports */

#define HVPART_CALLER_KICKS		128
#define HVPART_CALLER_PORTS		28
#define HVPART_CALLER_INPUT_SIZE	1024
#define HVPART_CALLER_OUTPUT_SIZE	512

/**
 * struct hvpart_caller_page - one per VP of a parent
 * @flush_ticket: the epoch that all demoted CPUs must have seen before what the
 *	last hypercall changed is complete; 0: it is complete
 * @kick_count: valid entries of @kick
 * @overflow: HVPART_OVERFLOW_*
 * @port_count: valid entries of @port
 * @reserved0: zero
 * @exits: exits of this VP's CPU from guest mode so far, the VP's own and those
 *	of what it dispatched
 * @reserved: zero
 * @kick: VPs to kick or wake
 * @port: ports that something came in at
 * @input: room for a hypercall's input: placed in this permanently mapped page
 *	it costs no window. 8-byte aligned like any input
 * @output: room for a hypercall's output, likewise
 *
 * Registered with HVCALL_HVPART_REGISTER_CALLER_PAGE on the VP it is for.
 *
 * Context: the reader is the code that issued the hypercall, with interrupts off
 * from the call to the end of reading, on the same CPU; so the page needs no lock
 * and no field of it is ever written by two CPUs. NMI handlers make no
 * hypercalls. Every hypercall *adds* to @kick and @port, raises @flush_ticket and
 * brings @exits up to date; the reader sets @kick_count, @port_count, @overflow and
 * @flush_ticket back to 0 when it has taken what they said. What the reader
 * writes in the counts beyond the arrays' sizes counts as full.
 */
struct hvpart_caller_page {
	__u64 flush_ticket;
	__u32 kick_count;
	__u32 overflow;
	__u32 port_count;
	__u32 reserved0;
	__u64 exits;
	__u64 reserved[4];
	struct hvpart_kick kick[HVPART_CALLER_KICKS];
	struct hvpart_port_note port[HVPART_CALLER_PORTS];
	__u8 input[HVPART_CALLER_INPUT_SIZE];
	__u8 output[HVPART_CALLER_OUTPUT_SIZE];
};
HVPART_ASSERT_SIZE(struct hvpart_caller_page, HV_HYP_PAGE_SIZE);
HVPART_ASSERT_OFFSET(struct hvpart_caller_page, port_count, 16);
HVPART_ASSERT_OFFSET(struct hvpart_caller_page, kick, 64);
HVPART_ASSERT_OFFSET(struct hvpart_caller_page, port, 2112);
HVPART_ASSERT_OFFSET(struct hvpart_caller_page, input, 2560);
HVPART_ASSERT_OFFSET(struct hvpart_caller_page, output, 3584);

/**
 * struct hvpart_vp_page - one per VP of a child
 * @message: the intercept message, valid when the last dispatch ended with
 *	HV_VP_DISPATCH_EVENT_INTERCEPT; the mshv clients know this much of the
 *	page as the intercept message page
 * @dispatch_state: HV_VP_DISPATCH_STATE_* of the last dispatch
 * @dispatch_event: HV_VP_DISPATCH_EVENT_* of the last dispatch
 * @next_deadline_tsc: earliest timer of this VP, in the caller's TSC; 0: none
 * @exits: exits of this VP from guest mode so far
 * @exit_reason: HVPART_EXIT_* that ended the last dispatch
 * @reserved0: zero
 * @reserved: zero
 *
 * Handed over with HVCALL_MAP_VP_STATE_PAGE, HV_VP_STATE_PAGE_INTERCEPT_MESSAGE.
 * It stands by the VP and not by the CPU, since the thread that runs a VP may
 * move between CPUs. Written by the hypervisor only while the VP is dispatched:
 * between two dispatches the thread that holds the VP may read it at leisure.
 */
struct hvpart_vp_page {
	struct hv_message message;
	__u32 dispatch_state;
	__u32 dispatch_event;
	__u64 next_deadline_tsc;
	__u64 exits;
	__u32 exit_reason;
	__u32 reserved0;
	__u64 reserved[476];
};
HVPART_ASSERT_SIZE(struct hvpart_vp_page, HV_HYP_PAGE_SIZE);
HVPART_ASSERT_OFFSET(struct hvpart_vp_page, dispatch_state, 256);
HVPART_ASSERT_OFFSET(struct hvpart_vp_page, next_deadline_tsc, 264);
HVPART_ASSERT_OFFSET(struct hvpart_vp_page, exits, 272);

#endif /* _HVPART_CALLERPAGE_H */
