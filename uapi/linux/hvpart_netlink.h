/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The generic netlink family "hvpart": what partitions there are, what they
 * count, and what happens to them. Documentation/netlink.rst explains it;
 * Documentation/netlink/specs/hvpart.yaml says the same to programs, and a test
 * holds the two to each other.
 *
 * All of it is for CAP_NET_ADMIN in the initial network namespace. Numbers are
 * in host order. Attributes and events are only added; who meets one that he
 * does not know skips it.
 */
#ifndef _UAPI_LINUX_HVPART_NETLINK_H
#define _UAPI_LINUX_HVPART_NETLINK_H

#define HVPART_NL_FAMILY	"hvpart"
#define HVPART_NL_VERSION	1
#define HVPART_NL_GROUP_EVENTS	"events"

/*
 * Requests answer with messages of their own number. Events are only sent to
 * the group, each with EVENT_SEQ, TIME_NS, and (but for HYPERVISOR_FAULT)
 * PARTITION_ID, and NAME if it has one.
 */
enum {
	HVPART_NL_CMD_UNSPEC,
	HVPART_NL_CMD_PARTITION_GET,		/* one (do), all (dump) */
	HVPART_NL_CMD_VP_GET,			/* dump, of one or of all */
	HVPART_NL_CMD_STATS_GET,		/* dump, of one or of all */
	HVPART_NL_CMD_PARTITION_CREATED,
	HVPART_NL_CMD_PARTITION_NAMED,
	HVPART_NL_CMD_PARTITION_STARTED,	/* the first VP has run */
	HVPART_NL_CMD_PARTITION_STOPPED,
	HVPART_NL_CMD_PARTITION_DELETED,
	HVPART_NL_CMD_VP_FAULT,
	HVPART_NL_CMD_MEMORY_CHANGED,
	HVPART_NL_CMD_CHANNEL_OPENED,
	HVPART_NL_CMD_CHANNEL_CLOSED,
	HVPART_NL_CMD_HYPERVISOR_FAULT,

	__HVPART_NL_CMD_MAX,
	HVPART_NL_CMD_MAX = __HVPART_NL_CMD_MAX - 1
};

enum hvpart_nl_state {
	HVPART_NL_STATE_CREATED,
	HVPART_NL_STATE_RUNNING,
	HVPART_NL_STATE_STOPPED,
};

/* The first three are the kernel's own words, the others are the owner's. */
enum hvpart_nl_reason {
	HVPART_NL_REASON_CLOSED,		/* its owner closed it */
	HVPART_NL_REASON_OWNER_EXITED,		/* its owner's process ended */
	HVPART_NL_REASON_HOST_REBOOT,
	HVPART_NL_REASON_POWEROFF,
	HVPART_NL_REASON_RESET,
	HVPART_NL_REASON_PANIC,
	HVPART_NL_REASON_TRIPLE_FAULT,
	HVPART_NL_REASON_ERROR,
	HVPART_NL_REASON_KILLED,

	__HVPART_NL_REASON_MAX,
	HVPART_NL_REASON_MAX = __HVPART_NL_REASON_MAX - 1
};

enum hvpart_nl_fault {
	HVPART_NL_FAULT_CRASH,			/* it wrote the crash MSRs */
	HVPART_NL_FAULT_TRIPLE_FAULT,
	HVPART_NL_FAULT_INVALID_STATE,		/* registers that cannot run */
	HVPART_NL_FAULT_UNSUPPORTED,		/* a feature that is not there */
	HVPART_NL_FAULT_DISPATCH,		/* the hypervisor refuses it */
};

enum {
	HVPART_NL_A_UNSPEC,
	HVPART_NL_A_PAD,
	HVPART_NL_A_EVENT_SEQ,		/* u64, one more for each event */
	HVPART_NL_A_TIME_NS,		/* u64, CLOCK_BOOTTIME */
	HVPART_NL_A_PARTITION_ID,	/* u64 */
	HVPART_NL_A_NAME,		/* string, as its owner calls it */
	HVPART_NL_A_STATE,		/* u32, enum hvpart_nl_state */
	HVPART_NL_A_PID,		/* u32, in the initial pid namespace */
	HVPART_NL_A_CREATED_NS,		/* u64, CLOCK_BOOTTIME */
	HVPART_NL_A_VP_COUNT,		/* u32 */
	HVPART_NL_A_MEMORY,		/* u64, bytes of guest memory mapped */
	HVPART_NL_A_BALLOON,		/* u64, bytes given back by balloon */
	HVPART_NL_A_POOL_PAGES,		/* u64, pages deposited */
	HVPART_NL_A_DROPPED,		/* u64, its events held back so far */
	HVPART_NL_A_REASON,		/* u32, enum hvpart_nl_reason */
	HVPART_NL_A_FAULT,		/* u32, enum hvpart_nl_fault */
	HVPART_NL_A_CRASH,		/* u64[5], P0 to P4 */
	HVPART_NL_A_CHANNEL_TYPE,	/* 16 bytes, as on VMBus */
	HVPART_NL_A_CHANNEL_INSTANCE,	/* 16 bytes */
	HVPART_NL_A_CHANNEL_INDEX,	/* u32, 0: the primary */
	HVPART_NL_A_VP_INDEX,		/* u32 */
	HVPART_NL_A_VP_CPU,		/* u32, absent: is not running */
	HVPART_NL_A_VP_RUNS,		/* u64, calls of HVPART_RUN_VP */
	HVPART_NL_A_VP_SLEEPS,		/* u64, times its thread slept */
	HVPART_NL_A_CPU,		/* u32, a CPU of the root */
	HVPART_NL_A_PARTITION_STATS,	/* nest of HVPART_NL_A_PSTAT_* */
	HVPART_NL_A_VP_STATS,		/* nest of HVPART_NL_A_VSTAT_* */

	__HVPART_NL_A_MAX,
	HVPART_NL_A_MAX = __HVPART_NL_A_MAX - 1
};

/* Members of struct hvpart_partition_stats; u64. */
enum {
	HVPART_NL_A_PSTAT_UNSPEC,
	HVPART_NL_A_PSTAT_PAD,
	HVPART_NL_A_PSTAT_CHILD_COUNT,
	HVPART_NL_A_PSTAT_PORT_COUNT,
	HVPART_NL_A_PSTAT_CONNECTION_COUNT,
	HVPART_NL_A_PSTAT_POOL_PAGES,
	HVPART_NL_A_PSTAT_POOL_FREE,
	HVPART_NL_A_PSTAT_LEAF_4K,
	HVPART_NL_A_PSTAT_LEAF_2M,
	HVPART_NL_A_PSTAT_LEAF_1G,
	HVPART_NL_A_PSTAT_TABLE_PAGES,
	HVPART_NL_A_PSTAT_REFERENCE_TIME,
	HVPART_NL_A_PSTAT_GUEST_OS_ID,
	HVPART_NL_A_PSTAT_CRASH_COUNT,

	__HVPART_NL_A_PSTAT_MAX,
	HVPART_NL_A_PSTAT_MAX = __HVPART_NL_A_PSTAT_MAX - 1
};

/* Members of struct hvpart_vp_stats; u64, but for the first. */
enum {
	HVPART_NL_A_VSTAT_UNSPEC,
	HVPART_NL_A_VSTAT_PAD,
	HVPART_NL_A_VSTAT_EXITS,	/* u64[], by HVPART_EXIT_* */
	HVPART_NL_A_VSTAT_DISPATCHES,
	HVPART_NL_A_VSTAT_WORLD_SWITCHES,
	HVPART_NL_A_VSTAT_HYPERCALLS,
	HVPART_NL_A_VSTAT_INTERRUPTS_INJECTED,
	HVPART_NL_A_VSTAT_EXCEPTIONS_INJECTED,
	HVPART_NL_A_VSTAT_BARRIERS,
	HVPART_NL_A_VSTAT_FLUSHES,
	HVPART_NL_A_VSTAT_INTERCEPTS,
	HVPART_NL_A_VSTAT_HALTS,
	HVPART_NL_A_VSTAT_KICKS,
	HVPART_NL_A_VSTAT_MESSAGES,
	HVPART_NL_A_VSTAT_EVENTS,
	HVPART_NL_A_VSTAT_TIMER_EXPIRIES,
	HVPART_NL_A_VSTAT_IPIS,

	__HVPART_NL_A_VSTAT_MAX,
	HVPART_NL_A_VSTAT_MAX = __HVPART_NL_A_VSTAT_MAX - 1
};

#endif /* _UAPI_LINUX_HVPART_NETLINK_H */
