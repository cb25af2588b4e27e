/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Parameter blocks of hvpart's own calls (hypercall.h, 0x7F00 ..).
 *
 * Not listed because they take nothing and give nothing: NULL, LEAVE,
 * PREPARE_LEAVE, CANCEL_LEAVE.
 */
#ifndef _HVPART_CALL_HVPART_H
#define _HVPART_CALL_HVPART_H

#include "types.h"
#include "message.h"
#include "stats.h"

/* S F HVCALL_HVPART_SYNC: SUCCESS, or TIME_OUT while a CPU is behind */
struct hvpart_input_sync {
	__u64 ticket;			/* hvpart_caller_page.flush_ticket */
};

#define HVPART_CALLER_PAGE_ENABLE	HVPART_U64(0x1)

/*
 * S F HVCALL_HVPART_REGISTER_CALLER_PAGE, for the calling VP. Without ENABLE the
 * page is given back and the page number is not looked at. A second page while
 * one is registered: OBJECT_IN_USE. The page must be the caller's RAM, mapped
 * RWX and not deposited: OPERATION_DENIED.
 */
struct hvpart_input_register_caller_page {
	__u64 gpa_page_number;
	__u64 flags;			/* HVPART_CALLER_PAGE_* */
};
HVPART_ASSERT_SIZE(struct hvpart_input_register_caller_page, 16);

/*
 * A record of the ring: @text is where its text begins in the section
 * ".messages" of the hypervisor's ELF file. The text's first character is the
 * level, HVPART_LOG_* in ASCII; what follows is a format with %s (another place
 * in that section), %u, %x (32 bits), %llu and %llx.
 */
#define HVPART_LOG_ARGS		5
struct hvpart_log_entry {
	__u64 tsc;
	__u32 cpu;
	__u32 text;
	__u64 args[HVPART_LOG_ARGS];
	__u64 done;			/* sequence number + 1 */
};
HVPART_ASSERT_SIZE(struct hvpart_log_entry, 64);

/* S HVCALL_HVPART_READ_LOG */
struct hvpart_input_read_log {
	__u64 first;			/* sequence number; 0: the oldest kept */
	__u32 max;			/* records that the output has room for */
	__u32 reserved;
};
HVPART_ASSERT_SIZE(struct hvpart_input_read_log, 16);

/*
 * The first record's number is greater than what was asked for when the ring
 * has overwritten those between. count 0: nothing newer. A record whose number
 * is not one of those up to @next was overwritten while it was copied.
 */
struct hvpart_output_read_log {
	__u64 next;			/* what to ask for next */
	__u64 reserved2;
	__u32 count;
	__u32 reserved0;
	__u64 reserved1;
	struct hvpart_log_entry records[];
};
HVPART_ASSERT_SIZE(struct hvpart_output_read_log, 32);
/* As many as fit once they are lines, struct hvpart_log_record. */
#define HVPART_READ_LOG_MAX	((HV_HYP_PAGE_SIZE - 32) / 128)

#define HVPART_STATS_VP			0U	/* struct hvpart_vp_stats */
#define HVPART_STATS_PARTITION		1U	/* struct hvpart_partition_stats */
#define HVPART_STATS_MACHINE		2U	/* struct hvpart_machine_stats */

/*
 * S HVCALL_HVPART_GET_STATS: of a child; or of oneself, who is the root: its VPs
 * are the CPUs, whatever their number, and it alone gets those of the machine.
 */
struct hvpart_input_get_stats {
	__u64 partition_id;
	__u32 vp_index;			/* of a VP only */
	__u32 object;			/* HVPART_STATS_* */
};
HVPART_ASSERT_SIZE(struct hvpart_input_get_stats, 16);

/* Of the members of struct hvpart_info those that only the hypervisor knows. */
struct hvpart_machine_stats {
	__u64 hidden_reads;
	__u64 hidden_writes;
	__u64 epoch;
	__u64 epoch_oldest;
	__u64 log_next;
	__u64 faults;
	__u64 cpu_demoted;
	__u64 reserved[25];
};
HVPART_ASSERT_SIZE(struct hvpart_machine_stats, 256);

/*
 * S HVCALL_HVPART_RECEIVE_MESSAGE: takes the oldest message out of a message
 * port of the calling partition and frees its buffer. NO_DATA: there is none.
 */
struct hvpart_input_receive_message {
	__u32 port_id;
	__u32 reserved;
};
HVPART_ASSERT_SIZE(struct hvpart_input_receive_message, 8);

struct hvpart_output_receive_message {
	__u64 connection_partition_id;	/* who posted it */
	__u32 remaining;		/* messages still in the port */
	__u32 reserved;
	struct hv_message message;	/* header.port: the port */
};
HVPART_ASSERT_SIZE(struct hvpart_output_receive_message, 272);
HVPART_ASSERT_OFFSET(struct hvpart_output_receive_message, message, 16);

#endif /* _HVPART_CALL_HVPART_H */
