/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a partition is doing, and how it came to that, in words.
 *
 *	created --start--> running --poweroff, stop--> stopped
 *	                      |------panic, triple fault, error--> crashed
 *	any of them --worker dies--> failed
 *
 * "failed" is never said by a worker: partctl concludes it from its silence.
 */
#ifndef PART_STATE_H
#define PART_STATE_H

enum part_state {
	PART_STATE_CREATED,
	PART_STATE_RUNNING,
	PART_STATE_PAUSED,		/* not reached yet */
	PART_STATE_STOPPED,
	PART_STATE_CRASHED,
	PART_STATE_FAILED,
	PART_STATE_COUNT
};

enum part_reason {
	PART_REASON_NONE,
	PART_REASON_POWEROFF,		/* the guest's own */
	PART_REASON_RESET,
	PART_REASON_PANIC,		/* told through the crash MSRs */
	PART_REASON_TRIPLE_FAULT,
	PART_REASON_ERROR,		/* worker or hypervisor gave up */
	PART_REASON_KILLED,		/* stop --force, destroy */
	PART_REASON_COUNT
};

/* What shall follow on an end of the guest. */
enum part_action {
	PART_ACTION_DESTROY,		/* worker and partition go */
	PART_ACTION_RESTART,		/* boot again from the same files */
	PART_ACTION_PRESERVE,		/* keep both to be looked at */
	PART_ACTION_COUNT
};

/* Names as the protocol and the command line spell them; "?" for others. */
const char *part_state_name(int state);
const char *part_reason_name(int reason);
const char *part_action_name(int action);

/* The other way round: -1 for what is not a name; NULL is not a name. */
int part_state_from_name(const char *name);
int part_reason_from_name(const char *name);
int part_action_from_name(const char *name);

#endif /* PART_STATE_H */
