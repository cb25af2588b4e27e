// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of the hypervisor as JSON.
 */
#include <stddef.h>

#include "exits.h"

static const char *const exit_names[HVPART_EXIT_COUNT] = {
	[HVPART_EXIT_OTHER] = "other",
	[HVPART_EXIT_INTERRUPT] = "interrupt",
	[HVPART_EXIT_NMI] = "nmi",
	[HVPART_EXIT_MACHINE_CHECK] = "machine_check",
	[HVPART_EXIT_INIT] = "init",
	[HVPART_EXIT_INTERRUPT_WINDOW] = "interrupt_window",
	[HVPART_EXIT_NMI_WINDOW] = "nmi_window",
	[HVPART_EXIT_EXCEPTION] = "exception",
	[HVPART_EXIT_CPUID] = "cpuid",
	[HVPART_EXIT_MSR_READ] = "msr_read",
	[HVPART_EXIT_MSR_WRITE] = "msr_write",
	[HVPART_EXIT_IO] = "io",
	[HVPART_EXIT_HYPERCALL] = "hypercall",
	[HVPART_EXIT_NESTED_FAULT] = "nested_fault",
	[HVPART_EXIT_HALT] = "halt",
	[HVPART_EXIT_PAUSE] = "pause",
	[HVPART_EXIT_CR] = "cr",
	[HVPART_EXIT_DR] = "dr",
	[HVPART_EXIT_INVALIDATE] = "invalidate",
	[HVPART_EXIT_INVLPG] = "invlpg",
	[HVPART_EXIT_XSETBV] = "xsetbv",
	[HVPART_EXIT_MONITOR] = "monitor",
	[HVPART_EXIT_VIRTUALIZATION] = "virtualization",
	[HVPART_EXIT_TASK_SWITCH] = "task_switch",
	[HVPART_EXIT_SHUTDOWN] = "shutdown",
	[HVPART_EXIT_TIMER] = "timer",
	[HVPART_EXIT_INVALID_STATE] = "invalid_state",
	[HVPART_EXIT_DESCRIPTOR] = "descriptor",
	[HVPART_EXIT_TSC] = "tsc",
	[HVPART_EXIT_APIC] = "apic",
	[HVPART_EXIT_SMI] = "smi",
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
	VP(events), VP(timer_expiries), VP(ipis), VP(guest_tsc),
	VP(hypervisor_tsc),
};

static const struct counter partition_counters[] = {
	PARTITION(partition_id), PARTITION(parent_id), PARTITION(state),
	PARTITION(vp_count), PARTITION(child_count), PARTITION(port_count),
	PARTITION(connection_count), PARTITION(intercept_count),
	PARTITION(pool_pages), PARTITION(pool_free), PARTITION(leaf_4k),
	PARTITION(leaf_2m), PARTITION(leaf_1g), PARTITION(table_pages),
	PARTITION(maps), PARTITION(unmaps), PARTITION(splits),
	PARTITION(joins), PARTITION(reference_time), PARTITION(guest_os_id),
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
				exit_names[i] ? exit_names[i] : "unknown",
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
