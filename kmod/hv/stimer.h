/* SPDX-License-Identifier: GPL-2.0 */
/* Four synthetic timers per VP, message and direct mode. */
#ifndef HV_STIMER_H
#define HV_STIMER_H

#include "vp.h"

enum msr_result stimer_rdmsr(struct vp *vp, u32 msr, u64 *val);
enum msr_result stimer_wrmsr(struct vp *vp, u32 msr, u64 val);
void stimer_expired(struct vp *vp, u32 timer, u64 now);	/* DL_STIMERn */

#endif
