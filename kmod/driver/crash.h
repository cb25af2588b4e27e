/* SPDX-License-Identifier: GPL-2.0 */
/* What a guest said when it crashed (TLFS, guest crash MSRs). */
#ifndef HVP_CRASH_H
#define HVP_CRASH_H

#include <linux/compiler.h>
#include <linux/types.h>

struct hvp_partition;

/**
 * struct hvp_crash - the last notification of a partition
 * @noted: the hypervisor told us of one that has not been read yet
 * @noted_vp: the VP that it was
 * @count, @p, @ctl, @vp_index, @flags: as in struct hvpart_crash
 * @seen: @count that user space knows of
 * @message: the guest's words, NULL when there are none
 */
struct hvp_crash {
	bool noted;
	u32 noted_vp;
	u64 count, seen;
	u64 p[5], ctl;
	u32 vp_index, flags, message_size;
	void *message;
};

/* The VP wrote the crash control MSR. Any context, RCU. */
void hvp_crash_note(struct hvp_partition *part, u32 vp_index);

/**
 * hvp_crash_read - read what the guest left, while it is still there
 *
 * Called by the thread of the VP that crashed, between two dispatches. Context:
 * process; takes the partition lock if it is free, otherwise tries again later.
 */
void hvp_crash_read(struct hvp_partition *part);

/* Is it this VP's turn to call hvp_crash_read()? */
static inline bool hvp_crash_is_of(const struct hvp_crash *crash, u32 vp_index)
{
	return unlikely(READ_ONCE(crash->noted)) &&
		READ_ONCE(crash->noted_vp) == vp_index;
}

/* For poll(): is there anything that HVPART_GET_CRASH has not told? */
bool hvp_crash_is_news(const struct hvp_partition *part);

/* HVPART_GET_CRASH; partition lock held */
long hvp_get_crash(struct hvp_partition *part, void __user *arg);

void hvp_crash_free(struct hvp_partition *part);

#endif
