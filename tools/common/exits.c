// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of the hypervisor as JSON.
 */
#include <stddef.h>

#include <hvpart/exit_name.h>
#include "exits.h"

static const char *const exit_names[HVPART_EXIT_COUNT] = {
	HVPART_EXIT_NAMES
};

/* A counter of a structure; all of them are u64 or u32. */
struct counter {
	const char *name;
	size_t offset;
	size_t size;
};

#define C(type, member) \
	{ #member, offsetof(struct type, member), \
	  sizeof(((struct type *)0)->member) }
#define VP(member)	C(hvpart_vp_stats, member)
#define PARTITION(member) C(hvpart_partition_stats, member)

static const struct counter vp_counters[] = {
	VP(dispatches), VP(world_switches), VP(hypercalls),
	VP(interrupts_injected), VP(exceptions_injected), VP(barriers),
	VP(flushes), VP(intercepts), VP(halts), VP(kicks), VP(messages),
	VP(events), VP(timer_expiries), VP(ipis),
};

static const struct counter partition_counters[] = {
	PARTITION(partition_id), PARTITION(parent_id), PARTITION(state),
	PARTITION(vp_count), PARTITION(child_count), PARTITION(port_count),
	PARTITION(connection_count), PARTITION(pool_pages),
	PARTITION(pool_free), PARTITION(leaf_4k), PARTITION(leaf_2m),
	PARTITION(leaf_1g), PARTITION(table_pages),
	PARTITION(reference_time), PARTITION(guest_os_id),
	PARTITION(crash_count),
};

static void add_counters(struct json_object *object, const void *stats,
			 const struct counter *counters, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const char *at = (const char *)stats + counters[i].offset;

		json_object_object_add(object, counters[i].name,
			json_object_new_uint64(
				counters[i].size == sizeof(__u64) ?
				*(const __u64 *)at : *(const __u32 *)at));
	}
}

const char *exit_name(unsigned int reason)
{
	return reason < HVPART_EXIT_COUNT && exit_names[reason] ?
		exit_names[reason] : "unknown";
}

struct json_object *exits_to_json(const __u64 exits[HVPART_EXIT_COUNT])
{
	struct json_object *object = json_object_new_object();
	__u64 total = 0;
	int i;

	if (!object)
		return NULL;
	for (i = 0; i < HVPART_EXIT_COUNT; i++)
		total += exits[i];
	json_object_object_add(object, "total", json_object_new_uint64(total));
	for (i = 0; i < HVPART_EXIT_COUNT; i++)
		if (exits[i])
			json_object_object_add(object,
				exit_name((unsigned int)i),
				json_object_new_uint64(exits[i]));
	return object;
}

struct json_object *vp_stats_to_json(unsigned int index,
				     const struct hvpart_vp_stats *stats)
{
	struct json_object *object = json_object_new_object();

	if (!object)
		return NULL;
	json_object_object_add(object, "index", json_object_new_int64(index));
	json_object_object_add(object, "exits", exits_to_json(stats->exits));
	add_counters(object, stats, vp_counters,
		     sizeof(vp_counters) / sizeof(vp_counters[0]));
	return object;
}

struct json_object *
partition_stats_to_json(const struct hvpart_partition_stats *stats)
{
	struct json_object *object = json_object_new_object();

	if (object)
		add_counters(object, stats, partition_counters,
			     sizeof(partition_counters) /
			     sizeof(partition_counters[0]));
	return object;
}
