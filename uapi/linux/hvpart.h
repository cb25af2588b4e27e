/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Ioctls of /dev/hvpart, and of /dev/mshv where hvpart has that name too.
 *
 * Kinds of file descriptor that have ioctls:
 *
 *   device       open("/dev/hvpart")
 *   partition    returned by HVPART_CREATE_PARTITION
 *   VP           returned by HVPART_CREATE_VP
 *   connection   returned by HVPART_CONNECT
 *
 * What mshv has is in <linux/hvpart_mshv.h>, with mshv's magic; here is the rest,
 * with a magic of its own. What is not built answers ENOTTY.
 *
 * Locking: partition ioctls serialise on one mutex per partition, VP ioctls on
 * one mutex per VP, which HVPART_RUN_VP holds while it runs; a wait for either
 * ends with EINTR on a signal. Those that must not wait for it say so.
 *
 * Reserved fields ("zero") are checked: EINVAL. Errors of hypercalls become
 * ENOMEM (the four memory statuses, after depositing and retrying), EINVAL
 * (codes, inputs, parameters, ids, indices, register values) or EIO.
 */
#ifndef _UAPI_LINUX_HVPART_H
#define _UAPI_LINUX_HVPART_H

#include "hvpart_mshv.h"
#include "../hvpart/stats.h"

/* Free in Documentation/userspace-api/ioctl/ioctl-number.rst, not registered. */
#define HVPART_IOCTL			0xBC

/**
 * struct hvpart_run_page - HVPART_VP_MMAP_OFFSET_RUN
 * @immediate_exit: non-zero: HVPART_RUN_VP returns EINTR instead of entering the
 *	guest. Written by user space alone, at any time, from any thread or
 *	signal handler; the driver reads it once before each dispatch. To stop a
 *	VP that runs: set it, then send its thread a signal
 * @reserved: zero; not checked
 */
struct hvpart_run_page {
	__u8 immediate_exit;
	__u8 reserved[4095];
};
HVPART_ASSERT_SIZE(struct hvpart_run_page, 4096);

/* hvpart_caps.features: what this build answers with something but ENOTTY */
#define HVPART_CAP_IRQFD		HVPART_U64(0x001)
#define HVPART_CAP_IOEVENTFD		HVPART_U64(0x002)
#define HVPART_CAP_MSI_ROUTING		HVPART_U64(0x004)
#define HVPART_CAP_GPAP_ACCESS		HVPART_U64(0x008)
#define HVPART_CAP_VP_STATE		HVPART_U64(0x010)
#define HVPART_CAP_REGISTER_PAGE	HVPART_U64(0x020)
#define HVPART_CAP_RUN_PAGE		HVPART_U64(0x040)
#define HVPART_CAP_PORT_EVENTFD		HVPART_U64(0x080)
#define HVPART_CAP_PORT_MSGQ		HVPART_U64(0x100)
#define HVPART_CAP_X2APIC		HVPART_U64(0x200)
#define HVPART_CAP_INVARIANT_TSC	HVPART_U64(0x400)
#define HVPART_CAP_DEBUG_BREAK		HVPART_U64(0x800)
#define HVPART_CAP_DISCARD_MEMORY	HVPART_U64(0x1000)
#define HVPART_CAP_CONNECT		HVPART_U64(0x2000)
#define HVPART_CAP_ANNOUNCE		HVPART_U64(0x10000)

/**
 * struct hvpart_caps - result of HVPART_GET_CAPS
 * @abi_version: HVPART_ABI_VERSION of the driver
 * @vendor: HV_PARTITION_PROCESSOR_VENDOR_*
 * @features: HVPART_CAP_*
 * @max_vps: greatest number of VPs in a partition
 * @physical_address_bits: of guest physical addresses
 * @tsc_hz: frequency of the TSC
 * @memory_alignment: bytes; regions aligned to it get large pages
 * @reserved: zero
 *
 * Device ioctl. Errors: EFAULT; ENODEV the hypervisor is gone.
 */
struct hvpart_caps {
	__u32 abi_version;
	__u32 vendor;
	__u64 features;
	__u32 max_vps;
	__u32 physical_address_bits;
	__u64 tsc_hz;
	__u64 memory_alignment;
	__u64 reserved[11];
};
HVPART_ASSERT_SIZE(struct hvpart_caps, 128);

/**
 * struct hvpart_read_log - argument of HVPART_READ_LOG
 * @first: in: sequence number to begin at, 0 the oldest kept; out: that of the
 *	first record returned (greater if some were overwritten)
 * @next: out: what to ask for next
 * @count: in: records at @records_ptr; out: records written, 0 none newer
 * @reserved: zero
 * @records_ptr: array of struct hvpart_log_record of the caller
 *
 * Device ioctl; never waits. Errors: EINVAL; EFAULT; ENOMEM; ENODEV.
 */
struct hvpart_read_log {
	__u64 first;
	__u64 next;
	__u32 count;
	__u32 reserved;
	__u64 records_ptr;
};
HVPART_ASSERT_SIZE(struct hvpart_read_log, 32);

/**
 * struct hvpart_partition_entry - one partition of HVPART_LIST
 * @partition_id: its id
 * @state: HVPART_PARTITION_*
 * @vp_count: its VPs
 * @pid: process that created it, in the caller's pid namespace; 0: not there
 * @reserved0: zero
 * @memory: bytes of guest memory mapped
 * @pool_pages: pages deposited
 * @created_ns: CLOCK_BOOTTIME of its creation, ns
 * @reserved: zero
 */
struct hvpart_partition_entry {
	__u64 partition_id;
	__u32 state;
	__u32 vp_count;
	__u32 pid;
	__u32 reserved0;
	__u64 memory;
	__u64 pool_pages;
	__u64 created_ns;
	__u64 reserved[2];
};
HVPART_ASSERT_SIZE(struct hvpart_partition_entry, 64);

/**
 * struct hvpart_list - argument of HVPART_LIST
 * @after: the partitions with a greater id than this; 0: all
 * @count: in: entries at @entries_ptr; out: entries written, 0 no more
 * @reserved: zero
 * @entries_ptr: array of struct hvpart_partition_entry of the caller
 *
 * Device ioctl: the children of this root, by rising id. Feed the last id back
 * to go on. Errors: EINVAL; EFAULT.
 */
struct hvpart_list {
	__u64 after;
	__u32 count;
	__u32 reserved;
	__u64 entries_ptr;
};
HVPART_ASSERT_SIZE(struct hvpart_list, 24);

/**
 * struct hvpart_get_stats - argument of HVPART_GET_STATS
 * @size: in: bytes at @stats_ptr; out: bytes that the driver has. The smaller of
 *	the two is copied, so old and new programs and drivers get along
 * @reserved: zero
 * @stats_ptr: partition: struct hvpart_partition_stats; VP: struct
 *	hvpart_vp_stats; in the caller
 *
 * Partition and VP ioctl. On a VP it does not wait for HVPART_RUN_VP.
 *
 * Errors: EINVAL; EFAULT; EIO.
 */
struct hvpart_get_stats {
	__u32 size;
	__u32 reserved;
	__u64 stats_ptr;
};
HVPART_ASSERT_SIZE(struct hvpart_get_stats, 16);

/* hvpart_crash.flags */
#define HVPART_CRASH_MESSAGE_DROPPED	0x1	/* not guest memory, or too long */

/**
 * struct hvpart_crash - argument of HVPART_GET_CRASH
 * @count: out: notifications so far; 0: none, and the rest is zero
 * @p: out: P0 .. P4 at the last one
 * @ctl: out: what was written to the control MSR (HV_CRASH_CTL_*)
 * @vp_index: out: the VP that wrote it
 * @flags: out: HVPART_CRASH_*
 * @message_size: in: bytes at @message_ptr; out: bytes of the message (at most
 *	4096), of which the smaller number was copied
 * @reserved: zero
 * @message_ptr: the guest's words, no NUL added; 0: not wanted
 *
 * Partition ioctl; never waits. poll() on the partition descriptor reports
 * EPOLLPRI when @count has grown since the last call. The guest runs on.
 *
 * Errors: EINVAL; EFAULT.
 */
struct hvpart_crash {
	__u64 count;
	__u64 p[5];
	__u64 ctl;
	__u32 vp_index;
	__u32 flags;
	__u32 message_size;
	__u32 reserved;
	__u64 message_ptr;
};
HVPART_ASSERT_SIZE(struct hvpart_crash, 80);

#define HVPART_PORT_DEASSIGN		0x1	/* the other fields as assigned */

/**
 * struct hvpart_port_eventfd - argument of HVPART_PORT_EVENTFD
 * @connection_id: connection of the child, 24 bits, that HvSignalEvent names
 * @flag_number: the event flag that signals @fd
 * @fd: eventfd
 * @flags: HVPART_PORT_*
 *
 * Partition ioctl. The driver makes the port (in the root) and the connection
 * (in the child) at the first use of a connection and deletes them after the
 * last. Several flags of one connection may have eventfds of their own.
 *
 * Errors: EINVAL; EEXIST the flag is bound, or the connection is a message one;
 * ENOENT; EBADF; ENOMEM.
 */
struct hvpart_port_eventfd {
	__u32 connection_id;
	__u16 flag_number;
	__u16 reserved;
	__s32 fd;
	__u32 flags;
};
HVPART_ASSERT_SIZE(struct hvpart_port_eventfd, 16);

/**
 * struct hvpart_port_msgq - argument of HVPART_PORT_MSGQ
 * @connection_id: connection of the child, 24 bits, that HvPostMessage names
 * @flags: HVPART_PORT_DEASSIGN is not used: closing the descriptor unbinds
 * @reserved: zero
 *
 * Partition ioctl. Returns a descriptor (close-on-exec): read() takes one or
 * more whole struct hv_message, waits unless O_NONBLOCK; poll() reports EPOLLIN.
 * A message that is not read yet occupies one of the port's 16 buffers; when
 * they are full the guest is told HV_STATUS_INSUFFICIENT_BUFFERS and retries.
 *
 * Errors: EINVAL; EEXIST; ENOMEM; EMFILE. read(): EINVAL less than a message;
 * EAGAIN; EINTR; EIO the partition is gone.
 */
struct hvpart_port_msgq {
	__u32 connection_id;
	__u32 flags;
	__u64 reserved;
};
HVPART_ASSERT_SIZE(struct hvpart_port_msgq, 16);

/**
 * struct hvpart_memory_range - consecutive guest pages
 * @guest_pfn: the first
 * @page_count: how many, at least one
 */
struct hvpart_memory_range {
	__u64 guest_pfn;
	__u64 page_count;
};
HVPART_ASSERT_SIZE(struct hvpart_memory_range, 16);

#define HVPART_MEMORY_RANGES_MAX	1024

/**
 * struct hvpart_memory_ranges - argument of HVPART_DISCARD_MEMORY and
 *	HVPART_RESTORE_MEMORY
 * @ranges_ptr: array of struct hvpart_memory_range of the caller
 * @count: in: how many, up to HVPART_MEMORY_RANGES_MAX; out, also on an error:
 *	how many were done
 * @reserved: zero
 *
 * Partition ioctls. Both work on pages of regions of HVPART_SET_GUEST_MEMORY;
 * a range may begin and end anywhere in them, and go from one into the next.
 *
 * Discarding takes pages from the guest: they are unmapped, and when no CPU can
 * reach them any more unpinned and no longer charged. An access of the guest
 * ends as one to a page without memory does. Pages that are discarded already
 * are passed over. The creator's memory is left alone: to give it back to the
 * system is madvise()'s business. After an error the range behind the @count
 * done ones may be partly unmapped: discard it again.
 *
 * Restoring maps what the creator's memory has there now, pinned and charged. A
 * range is restored whole or not at all.
 *
 * Errors: EINVAL: an empty range, a page of no region, @count; EEXIST: a page
 * to be restored is there; EFAULT; ENOMEM (RLIMIT_MEMLOCK too); EINTR: fatal
 * signals only; EIO: the hypervisor could not tell that it has let go of a
 * page, which stays pinned. On EINVAL, EEXIST and @count 0 nothing was done.
 */
struct hvpart_memory_ranges {
	__u64 ranges_ptr;
	__u32 count;
	__u32 reserved;
};
HVPART_ASSERT_SIZE(struct hvpart_memory_ranges, 16);

/* hvpart_announce.kind, and what else is set */
#define HVPART_ANNOUNCE_NAME		0	/* name */
#define HVPART_ANNOUNCE_STOPPED		1	/* reason */
#define HVPART_ANNOUNCE_CHANNEL_OPENED	2	/* type, instance, index */
#define HVPART_ANNOUNCE_CHANNEL_CLOSED	3	/* the same */
#define HVPART_ANNOUNCE_BALLOON		4	/* bytes */

#define HVPART_NAME_MAX			48

/**
 * struct hvpart_announce - argument of HVPART_ANNOUNCE
 * @kind: HVPART_ANNOUNCE_*; what does not belong to it is zero
 * @reason: HVPART_NL_REASON_* from POWEROFF on
 * @index: of the channel: 0 the primary
 * @reserved: zero
 * @bytes: that the guest has given back by balloon and does not have now
 * @type: class of the channel's device, as on VMBus
 * @instance: its identity
 * @name: letters, digits, "_", "-", "."; begins with a letter or digit; at most
 *	HVPART_NAME_MAX bytes, the rest zero
 *
 * Partition ioctl: the owner tells those who listen (hvpart_netlink.h) what only
 * he can know. A partition gets a name once and stops once. Channels that open
 * and close more often than listeners can bear are counted, not told. Nothing is
 * checked against others' names: the id is what tells partitions apart.
 *
 * Errors: EINVAL; EFAULT; EEXIST it has a name; EALREADY it has stopped.
 */
struct hvpart_announce {
	__u32 kind;
	__u32 reason;
	__u32 index;
	__u32 reserved;
	__u64 bytes;
	__u8 type[16];
	__u8 instance[16];
	char name[64];
};
HVPART_ASSERT_SIZE(struct hvpart_announce, 120);

/**
 * struct hvpart_connect - argument of HVPART_CONNECT
 * @port_type: HV_PORT_TYPE_MESSAGE or HV_PORT_TYPE_EVENT
 * @vp_index: VP whose SynIC receives; HV_ANY_VP: one that can
 * @sint: its synthetic interrupt source, 1 … 15
 * @base_flag: event: flag of the source that the connection knows as 0
 * @flag_count: event: how many; @base_flag + @flag_count at most 2048. Both are
 *	zero for messages
 * @reserved: zero
 *
 * Partition ioctl: a way to send to the child. Returns a descriptor
 * (close-on-exec) for a port of the child and the root's connection to it. Both
 * end when it is closed, and messages that still wait vanish. It belongs to no
 * process: others may send through it, too.
 *
 * Errors: EINVAL; ENODEV not initialized; ENOMEM; EMFILE.
 */
struct hvpart_connect {
	__u32 port_type;
	__u32 vp_index;
	__u32 sint;
	__u16 base_flag;
	__u16 flag_count;
	__u64 reserved;
};
HVPART_ASSERT_SIZE(struct hvpart_connect, 24);

/**
 * struct hvpart_post_message - argument of HVPART_POST_MESSAGE
 * @message_ptr: struct hv_message of the caller. Type (not 0, bit 31 clear),
 *	size and payload count; the rest of its header is not looked at
 * @status: in: zero; out: HV_STATUS_* of HvPostMessage
 * @reserved: zero
 *
 * Connection ioctl. The port keeps up to 16 messages beside the one in the
 * VP's slot.
 *
 * Errors: EAGAIN all 16 buffers are in use (HV_STATUS_INSUFFICIENT_BUFFERS);
 * EINVAL; EIO another status, or the partition is gone (@status is 0); EFAULT;
 * ENODEV the hypervisor is gone.
 */
struct hvpart_post_message {
	__u64 message_ptr;
	__u16 status;
	__u16 reserved[3];
};
HVPART_ASSERT_SIZE(struct hvpart_post_message, 16);

/**
 * struct hvpart_signal_event - argument of HVPART_SIGNAL_EVENT
 * @flag_number: counted from the connection's base flag
 * @status: in: zero; out: HV_STATUS_* of HvSignalEvent
 * @reserved: zero
 *
 * Connection ioctl. Errors: EINVAL, also for a flag that the connection does
 * not have; EIO another status (HV_STATUS_INVALID_SYNIC_STATE: the VP does not
 * listen), or the partition is gone (@status is 0); EFAULT; ENODEV.
 */
struct hvpart_signal_event {
	__u16 flag_number;
	__u16 status;
	__u32 reserved;
};
HVPART_ASSERT_SIZE(struct hvpart_signal_event, 8);

/**
 * struct hvpart_event_eventfd - argument of HVPART_EVENT_EVENTFD
 * @fd: eventfd; writing to it signals the flag, and its count is taken
 * @flag_number: counted from the connection's base flag
 * @reserved: zero
 * @flags: HVPART_PORT_*
 *
 * Connection ioctl: signals without an ioctl, and from whoever has the eventfd
 * (another thread, another process, the kernel). The hypercall is made by the
 * one who writes. Writes that come close together may be one signal. What the
 * VP does not take, as when its SynIC is off, is lost.
 *
 * Errors: EINVAL, also for what is no eventfd; EBADF; EEXIST the flag has one;
 * ENOENT; ENOMEM; EINTR; EFAULT; EIO the partition is gone.
 */
struct hvpart_event_eventfd {
	__s32 fd;
	__u16 flag_number;
	__u16 reserved;
	__u32 flags;
};
HVPART_ASSERT_SIZE(struct hvpart_event_eventfd, 12);

/* device */
#define HVPART_GET_CAPS \
	_IOR(HVPART_IOCTL, 0x00, struct hvpart_caps)
/* struct hvpart_info of stats.h. Errors: EFAULT; ENOMEM; ENODEV. */
#define HVPART_GET_INFO \
	_IOR(HVPART_IOCTL, 0x01, struct hvpart_info)
#define HVPART_READ_LOG \
	_IOWR(HVPART_IOCTL, 0x02, struct hvpart_read_log)
#define HVPART_LIST \
	_IOWR(HVPART_IOCTL, 0x03, struct hvpart_list)

/* partition, VP */
#define HVPART_GET_STATS \
	_IOWR(HVPART_IOCTL, 0x10, struct hvpart_get_stats)

/* partition */
#define HVPART_GET_CRASH \
	_IOWR(HVPART_IOCTL, 0x11, struct hvpart_crash)
#define HVPART_PORT_EVENTFD \
	_IOW(HVPART_IOCTL, 0x12, struct hvpart_port_eventfd)
#define HVPART_PORT_MSGQ \
	_IOW(HVPART_IOCTL, 0x13, struct hvpart_port_msgq)
#define HVPART_DISCARD_MEMORY \
	_IOWR(HVPART_IOCTL, 0x14, struct hvpart_memory_ranges)
#define HVPART_RESTORE_MEMORY \
	_IOWR(HVPART_IOCTL, 0x15, struct hvpart_memory_ranges)
#define HVPART_CONNECT \
	_IOW(HVPART_IOCTL, 0x16, struct hvpart_connect)
#define HVPART_ANNOUNCE \
	_IOW(HVPART_IOCTL, 0x20, struct hvpart_announce)

/* connection */
#define HVPART_POST_MESSAGE \
	_IOWR(HVPART_IOCTL, 0x30, struct hvpart_post_message)
#define HVPART_SIGNAL_EVENT \
	_IOWR(HVPART_IOCTL, 0x31, struct hvpart_signal_event)
#define HVPART_EVENT_EVENTFD \
	_IOW(HVPART_IOCTL, 0x32, struct hvpart_event_eventfd)

#endif /* _UAPI_LINUX_HVPART_H */
