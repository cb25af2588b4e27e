/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libpart: what happens to the partitions of this machine, and what they count,
 * also those of other programs; and the words of an owner for those who listen.
 *
 * Behind it is the generic netlink family "hvpart" (linux/hvpart_netlink.h,
 * Documentation/netlink.rst), which is for CAP_NET_ADMIN in the initial network
 * namespace. Who only listens needs no access to /dev/hvpart.
 *
 * Threads: a struct part_nl belongs to one thread at a time.
 *
 * Errors: negative errno values, as in libpart.h. What the kernel may add later
 * is skipped; what does not keep to the format is -EPROTO.
 */
#ifndef _LIBPART_NETLINK_H
#define _LIBPART_NETLINK_H

#include <linux/hvpart_netlink.h>
#include <stdbool.h>
#include <stddef.h>

#include "libpart.h"

#ifdef __cplusplus
extern "C" {
#endif

struct part_nl;			/* two sockets: requests, events */

/**
 * part_nl_open() - speak with the driver
 * @nl: the new object
 *
 * Return: 0; -ENOENT: hvpart is not loaded, is older, or this is another network
 * namespace; or an error. That one may not ask is only said to the first request.
 */
int part_nl_open(struct part_nl **nl);

/**
 * part_nl_close() - the end of it
 * @nl: from part_nl_open(); NULL is allowed
 */
void part_nl_close(struct part_nl *nl);

/**
 * part_nl_listen() - be told of events from now on
 * @nl: from part_nl_open()
 *
 * To know all partitions listen first, then dump: what happens meanwhile waits.
 *
 * Return: 0; -EPERM; or an error.
 */
int part_nl_listen(struct part_nl *nl);

/**
 * part_nl_fd() - what to poll for POLLIN
 * @nl: from part_nl_open()
 *
 * Return: the descriptor, still owned by the library.
 */
int part_nl_fd(const struct part_nl *nl);

/* part_event.command of what no message says: the driver is being unloaded. */
#define PART_EVENT_UNLOADED	0

/**
 * struct part_event - one event
 * @command: HVPART_NL_CMD_*, one that may be new, or PART_EVENT_UNLOADED
 * @reason: PARTITION_STOPPED: HVPART_NL_REASON_*
 * @seq: its number
 * @lost: how many did not arrive since the one before
 * @time_ns: CLOCK_BOOTTIME
 * @partition: id; 0: of the machine
 * @dropped: events of this partition that the kernel held back so far
 * @created_ns: PARTITION_CREATED: CLOCK_BOOTTIME
 * @memory: MEMORY_CHANGED: bytes that are mapped
 * @balloon: MEMORY_CHANGED: bytes that the guest has given back
 * @crash: VP_FAULT: P0 to P4
 * @pid: PARTITION_CREATED: of the owner, in the initial pid namespace
 * @vp: VP_FAULT: index
 * @fault: VP_FAULT: HVPART_NL_FAULT_*
 * @index: CHANNEL_*: of the sub-channel; 0: the primary
 * @cpu: HYPERVISOR_FAULT
 * @has_crash: @crash is set
 * @type: CHANNEL_*: class of the device, a GUID as on VMBus
 * @instance: CHANNEL_*: its identity
 * @name: of the partition; "": it has none
 */
struct part_event {
	__u32 command;
	__u32 reason;
	__u64 seq;
	__u64 lost;
	__u64 time_ns;
	__u64 partition;
	__u64 dropped;
	__u64 created_ns;
	__u64 memory;
	__u64 balloon;
	__u64 crash[5];
	__u32 pid;
	__u32 vp;
	__u32 fault;
	__u32 index;
	__u32 cpu;
	bool has_crash;
	__u8 type[16];
	__u8 instance[16];
	char name[HVPART_NAME_MAX + 1];
};

/**
 * part_nl_event() - the next event; never waits
 * @nl: from part_nl_open(), listening
 * @event: filled in
 * @size: sizeof(*event) of the caller
 *
 * Return: 1: an event; 0: none yet; -ENOBUFS: some were lost because nobody read
 * them in time: go on, and ask what there is; -EPROTO: one that makes no sense
 * was left out; or an error.
 */
int part_nl_event(struct part_nl *nl, struct part_event *event, size_t size);

/**
 * struct part_nl_partition - how a partition stands
 * @id: its id
 * @state: HVPART_NL_STATE_*
 * @vps: VPs that it has
 * @created_ns: CLOCK_BOOTTIME
 * @memory: bytes of guest memory that are mapped
 * @balloon: bytes that the guest has given back
 * @pool_pages: pages deposited
 * @dropped: its events that were held back so far
 * @pid: of the owner, in the initial pid namespace
 * @name: "": it has none
 */
struct part_nl_partition {
	__u64 id;
	__u32 state;
	__u32 vps;
	__u64 created_ns;
	__u64 memory;
	__u64 balloon;
	__u64 pool_pages;
	__u64 dropped;
	__u32 pid;
	char name[HVPART_NAME_MAX + 1];
};

/**
 * struct part_nl_vp - how a VP stands
 * @partition: id
 * @index: of the VP
 * @cpu: that runs it; -1: none
 * @runs: calls of part_vp_run()
 * @sleeps: times that its thread slept because it was blocked
 */
struct part_nl_vp {
	__u64 partition;
	__u32 index;
	__s32 cpu;
	__u64 runs;
	__u64 sleeps;
};

/**
 * struct part_nl_stats - counters of a partition or of a VP
 * @partition: id
 * @is_vp: which of the two
 * @index: of the VP
 * @stats: of the partition; state and counts of VPs and such are zero
 * @vp: of the VP
 */
struct part_nl_stats {
	__u64 partition;
	bool is_vp;
	__u32 index;
	union {
		struct hvpart_partition_stats stats;
		struct hvpart_vp_stats vp;
	};
};

/*
 * Called for each; the structure is the library's. Other than 0 ends the dump,
 * and is what it returns; the rest is read and thrown away.
 */
typedef int part_nl_partition_fn(void *ctx, const struct part_nl_partition *p);
typedef int part_nl_vp_fn(void *ctx, const struct part_nl_vp *vp);
typedef int part_nl_stats_fn(void *ctx, const struct part_nl_stats *s);

/**
 * part_nl_partitions() - all partitions by rising id
 * @nl: from part_nl_open()
 * @fn: called for each
 * @ctx: its first argument
 *
 * Return: 0; 1: partitions came or went meanwhile, so that one may be missing:
 * ask again if that matters; -EPERM; what @fn said; or an error.
 */
int part_nl_partitions(struct part_nl *nl, part_nl_partition_fn *fn, void *ctx);

/**
 * part_nl_vps() - VPs
 * @nl: from part_nl_open()
 * @partition: id; 0: of all
 * @fn: called for each
 * @ctx: its first argument
 *
 * Return: as part_nl_partitions(); -ENOENT: there is no such partition.
 */
int part_nl_vps(struct part_nl *nl, __u64 partition, part_nl_vp_fn *fn,
		void *ctx);

/**
 * part_nl_stats() - counters: of each partition, then of each of its VPs
 * @nl: from part_nl_open()
 * @partition: id; 0: of all
 * @fn: called for each
 * @ctx: its first argument
 *
 * Return: as part_nl_vps().
 */
int part_nl_stats(struct part_nl *nl, __u64 partition, part_nl_stats_fn *fn,
		  void *ctx);

/* --- what an owner says of its partition ---------------------------------- */

/**
 * part_announce_name() - how it is called
 * @part: from part_create()
 * @name: letters, digits, "_", "-", "."; begins with a letter or digit; at most
 *	HVPART_NAME_MAX bytes
 *
 * Return: 0; -EINVAL; -EEXIST: it has a name; -ENOTTY: the driver is older.
 */
int part_announce_name(struct part *part, const char *name);

/**
 * part_announce_stopped() - the guest has ended
 * @part: from part_create()
 * @reason: HVPART_NL_REASON_POWEROFF or one of those behind it
 *
 * Return: 0; -EINVAL; -EALREADY; -ENOTTY.
 */
int part_announce_stopped(struct part *part, __u32 reason);

/**
 * part_announce_channel() - the guest has opened or closed a VMBus channel
 * @part: from part_create()
 * @open: which of the two
 * @type: class of the device, 16 bytes
 * @instance: its identity, 16 bytes
 * @index: of the sub-channel; 0: the primary
 *
 * Return: 0, also when listeners are not told because there are too many;
 * -ENOTTY.
 */
int part_announce_channel(struct part *part, bool open, const void *type,
			  const void *instance, __u32 index);

/**
 * part_announce_balloon() - how much memory the guest has given back
 * @part: from part_create()
 * @bytes: all in all, now; whole pages
 *
 * Return: 0; -EINVAL; -ENOTTY.
 */
int part_announce_balloon(struct part *part, __u64 bytes);

#ifdef __cplusplus
}
#endif

#endif /* _LIBPART_NETLINK_H */
