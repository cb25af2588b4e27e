/* SPDX-License-Identifier: GPL-2.0 */
/* Reference time of a partition (100 ns) and its relation to the TSC. */
#ifndef HV_TIME_H
#define HV_TIME_H

#include "partition.h"

/* Strictly monotonic over all VPs of the partition (last value is kept). */
u64 time_ref_now(struct partition *p);
/* The same clock without the promise that no value comes twice: for timers. */
u64 time_ref_peek(struct partition *p);
/* Physical TSC at which the partition's reference time reaches @ref. */
u64 time_ref_to_tsc(struct partition *p, u64 ref);
u64 time_tsc_to_100ns(u64 tsc_ticks);
/* Write sequence/scale/offset into the TSC page (if enabled). */
void time_update_tsc_page(struct partition *p);
/* Both: no VP of the partition runs, lock held. */
void time_freeze(struct partition *p, bool freeze);
void time_set_ref(struct partition *p, u64 ref);

enum msr_result time_rdmsr(struct vp *vp, u32 msr, u64 *val);	/* 0x10, 0x40000010, 20..23, 118, 0x3b */
enum msr_result time_wrmsr(struct vp *vp, u32 msr, u64 val);

#endif
