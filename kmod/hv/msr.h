/* SPDX-License-Identifier: GPL-2.0 */
/* The MSR policy of children as one table; the root's guard is the back end's. */
#ifndef HV_MSR_H
#define HV_MSR_H

#include "vp.h"

/* What an access asks of the loop beyond its value. */
enum msr_action {
	MSR_DONE,		/* complete the instruction */
	MSR_INJECT_GP,
	MSR_IDLE,		/* guest idle: complete, then wait for any interrupt */
	MSR_RESET,		/* reset of the partition was asked for */
	MSR_CRASH,		/* crash report: complete, then tell the parent */
	MSR_WAIT_MEMORY,	/* execute it again after a deposit */
	MSR_INTERCEPT,		/* parent installed an MSR intercept: message */
};

enum msr_action msr_read(struct vp *vp, u32 msr, u64 *val);
enum msr_action msr_write(struct vp *vp, u32 msr, u64 val);

/* Same state through Get/SetVpRegisters (synthetic and MSR-like names). */
hv_status msr_get_register(struct vp *vp, u32 name, u64 *val);
hv_status msr_set_register(struct vp *vp, u32 name, u64 val);

#endif
