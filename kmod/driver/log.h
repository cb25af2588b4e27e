/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hypervisor's log as lines: it writes numbers, the texts stand in its ELF
 * file, which this module carries.
 */
#ifndef HVP_LOG_H
#define HVP_LOG_H

#include <linux/types.h>
#include <hvpart/call_hvpart.h>

/* A page of lines. */
struct hvp_log_page {
	u64 first;			/* number of records[0] */
	u64 next;			/* what to ask for next */
	u32 count;
	struct hvpart_log_record records[HVPART_READ_LOG_MAX];
};

/**
 * hvp_read_log - records from number @first on
 * @first: 0 for the oldest that is kept
 * @max: at most so many
 * @page: filled in; a page of memory
 * Return: 0 or -errno
 */
int hvp_read_log(u64 first, u32 max, struct hvp_log_page *page);

#endif
