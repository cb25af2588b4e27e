/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All partitions and their counters at one time, and the difference of two.
 */
#ifndef PARTCTL_SAMPLE_H
#define PARTCTL_SAMPLE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "libpart_netlink.h"

/* Counters that only grow; of all VPs together. */
struct sample_counts {
	__u64 exits[HVPART_EXIT_COUNT];
	__u64 hypercalls;
	__u64 world_switches;
	__u64 interrupts;
	__u64 packets_in;		/* from the guest */
	__u64 bytes_in;
	__u64 packets_out;
	__u64 bytes_out;
};

struct sample_row {
	struct part_nl_partition partition;
	struct sample_counts counts;
	bool has_rings;			/* its worker told the last four */
};

struct sample {
	__u64 time_ns;			/* CLOCK_BOOTTIME */
	struct sample_row *rows;	/* by id */
	size_t nr;
};

/* 0 or an error of part_nl_*(); then there is nothing to free. */
int sample_take(struct part_nl *nl, struct sample *s);
void sample_free(struct sample *s);

__u64 sample_exits(const struct sample_counts *c);

/*
 * sample_since - what a row has counted since the sample before
 * @before: an earlier one; NULL, or without this partition: since its creation
 * @ns: how long that is
 */
struct sample_counts sample_since(const struct sample *s,
				  const struct sample_row *row,
				  const struct sample *before, __u64 *ns);

#endif /* PARTCTL_SAMPLE_H */
