/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of the hypervisor as JSON: the "stat" reply, and partctl's own view
 * of the root.
 */
#ifndef PART_EXITS_H
#define PART_EXITS_H

#include <json-c/json.h>

#include <hvpart/stats.h>

/* Of HVPART_EXIT_*; "unknown" for what has no name. */
const char *exit_name(unsigned int reason);

/* {"total": N, "cpuid": N, …}: the rows that are not zero. NULL: no memory. */
struct json_object *exits_to_json(const __u64 exits[HVPART_EXIT_COUNT]);

/* Members of struct hvpart_vp_stats, with "exits" as above and "index". */
struct json_object *vp_stats_to_json(unsigned int index,
				     const struct hvpart_vp_stats *stats);

/* Members of struct hvpart_partition_stats. */
struct json_object *
partition_stats_to_json(const struct hvpart_partition_stats *stats);

#endif /* PART_EXITS_H */
