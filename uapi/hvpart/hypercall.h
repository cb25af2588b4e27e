/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The hypercall's control and result words, and every call code.
 *
 * Names as in Linux's include/hyperv/hvgdk_mini.h; where Linux has none, the
 * specification's. A code that is listed here is not a code that hvpart
 * implements: Documentation has that table, and everything else answers
 * HV_STATUS_INVALID_HYPERCALL_CODE. The parameter blocks are in call_*.h.
 */
#ifndef _HVPART_HYPERCALL_H
#define _HVPART_HYPERCALL_H

#include "types.h"

/*
 * Control word (TLFS, "hypercall inputs"): RCX, or EDX:EAX in 32-bit code.
 *
 *  15:0   call code             43:32  rep count (0 for simple calls)
 *  16     fast: in registers    47:44  must be zero
 *  26:17  variable header / 8   59:48  rep start index
 *  30:27  must be zero          63:60  must be zero
 *  31     nested: reserved here, hvpart is the outermost
 */
#define HV_HYPERCALL_CODE_MASK		HVPART_U64(0x000000000000FFFF)
#define HV_HYPERCALL_FAST_BIT		HVPART_U64(0x0000000000010000)
#define HV_HYPERCALL_VARHEAD_OFFSET	17
#define HV_HYPERCALL_VARHEAD_MASK	HVPART_U64(0x0000000007FE0000)
#define HV_HYPERCALL_RSVD0_MASK		HVPART_U64(0x00000000F8000000)
#define HV_HYPERCALL_NESTED		HVPART_U64(0x0000000080000000)
#define HV_HYPERCALL_REP_COMP_OFFSET	32
#define HV_HYPERCALL_REP_COMP_1		HVPART_U64(0x0000000100000000)
#define HV_HYPERCALL_REP_COMP_MASK	HVPART_U64(0x00000FFF00000000)
#define HV_HYPERCALL_RSVD1_MASK		HVPART_U64(0x0000F00000000000)
#define HV_HYPERCALL_REP_START_OFFSET	48
#define HV_HYPERCALL_REP_START_MASK	HVPART_U64(0x0FFF000000000000)
#define HV_HYPERCALL_RSVD2_MASK		HVPART_U64(0xF000000000000000)
#define HV_HYPERCALL_RSVD_MASK		(HV_HYPERCALL_RSVD0_MASK | \
					 HV_HYPERCALL_RSVD1_MASK | \
					 HV_HYPERCALL_RSVD2_MASK)
/* Greatest rep count that the twelve bits hold. */
#define HV_HYPERCALL_REP_MAX		0xFFF

/*
 * Result word: 15:0 status, 43:32 reps completed counted from the start of the
 * list (not from the start index). Callers ignore the rest; it is zero.
 */
#define HV_HYPERCALL_RESULT_MASK	HVPART_U64(0x000000000000FFFF)

/* Number of XMM registers of the extended fast form, and its whole block. */
#define HV_HYPERCALL_MAX_XMM_REGISTERS	6
#define HV_HYPERCALL_FAST_BYTES		16
#define HV_HYPERCALL_XMM_BLOCK_BYTES	112
/* Parameter blocks in memory: 8-byte aligned and within one page. */
#define HV_HYPERCALL_ALIGNMENT		8

/* Address spaces, the guest's own TLB and IPI calls */
#define HVCALL_SWITCH_VIRTUAL_ADDRESS_SPACE		0x0001
#define HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE		0x0002
#define HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST		0x0003
#define HVCALL_GET_LOGICAL_PROCESSOR_RUN_TIME		0x0004
#define HVCALL_NOTIFY_LONG_SPIN_WAIT			0x0008
#define HVCALL_PARK_LOGICAL_PROCESSORS			0x0009
#define HVCALL_SEND_IPI					0x000B
#define HVCALL_MODIFY_VTL_PROTECTION_MASK		0x000C
#define HVCALL_ENABLE_PARTITION_VTL			0x000D
#define HVCALL_DISABLE_PARTITION_VTL			0x000E
#define HVCALL_ENABLE_VP_VTL				0x000F
#define HVCALL_DISABLE_VP_VTL				0x0010
#define HVCALL_VTL_CALL					0x0011
#define HVCALL_VTL_RETURN				0x0012
#define HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE_EX		0x0013
#define HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST_EX		0x0014
#define HVCALL_SEND_IPI_EX				0x0015

/* Partitions and their pools */
#define HVCALL_CREATE_PARTITION				0x0040
#define HVCALL_INITIALIZE_PARTITION			0x0041
#define HVCALL_FINALIZE_PARTITION			0x0042
#define HVCALL_DELETE_PARTITION				0x0043
#define HVCALL_GET_PARTITION_PROPERTY			0x0044
#define HVCALL_SET_PARTITION_PROPERTY			0x0045
#define HVCALL_GET_PARTITION_ID				0x0046
#define HVCALL_GET_NEXT_CHILD_PARTITION			0x0047
#define HVCALL_DEPOSIT_MEMORY				0x0048
#define HVCALL_WITHDRAW_MEMORY				0x0049
#define HVCALL_GET_MEMORY_BALANCE			0x004A

/* Memory, virtual processors */
#define HVCALL_MAP_GPA_PAGES				0x004B
#define HVCALL_UNMAP_GPA_PAGES				0x004C
#define HVCALL_INSTALL_INTERCEPT			0x004D
#define HVCALL_CREATE_VP				0x004E
#define HVCALL_DELETE_VP				0x004F
#define HVCALL_GET_VP_REGISTERS				0x0050
#define HVCALL_SET_VP_REGISTERS				0x0051
#define HVCALL_TRANSLATE_VIRTUAL_ADDRESS		0x0052
#define HVCALL_READ_GPA					0x0053
#define HVCALL_WRITE_GPA				0x0054
/* 0x55, 0x57, 0x59: v2 forms of 0x94, 0x95, 0x96; not offered. */
#define HVCALL_ASSERT_VIRTUAL_INTERRUPT_V2		0x0055
#define HVCALL_CLEAR_VIRTUAL_INTERRUPT			0x0056
#define HVCALL_CREATE_PORT_V2				0x0057

/* Ports, messages, events */
#define HVCALL_DELETE_PORT				0x0058
#define HVCALL_CONNECT_PORT_V2				0x0059
#define HVCALL_GET_PORT_PROPERTY			0x005A
#define HVCALL_DISCONNECT_PORT				0x005B
#define HVCALL_POST_MESSAGE				0x005C
#define HVCALL_SIGNAL_EVENT				0x005D
#define HVCALL_SAVE_PARTITION_STATE			0x005E
#define HVCALL_RESTORE_PARTITION_STATE			0x005F

/* Debugging, statistics, system */
#define HVCALL_POST_DEBUG_DATA				0x0069
#define HVCALL_RETRIEVE_DEBUG_DATA			0x006A
#define HVCALL_RESET_DEBUG_SESSION			0x006B
#define HVCALL_MAP_STATS_PAGE				0x006C
#define HVCALL_UNMAP_STATS_PAGE				0x006D
#define HVCALL_MAP_SPARSE_GPA_PAGES			0x006E
#define HVCALL_SET_SYSTEM_PROPERTY			0x006F
#define HVCALL_SET_PORT_PROPERTY			0x0070
#define HVCALL_OUTPUT_DEBUG_CHARACTER			0x0071
#define HVCALL_ADD_LOGICAL_PROCESSOR			0x0076
#define HVCALL_REMOVE_LOGICAL_PROCESSOR			0x0077
#define HVCALL_QUERY_NUMA_DISTANCE			0x0078
#define HVCALL_SET_LOGICAL_PROCESSOR_PROPERTY		0x0079
#define HVCALL_GET_LOGICAL_PROCESSOR_PROPERTY		0x007A
#define HVCALL_GET_SYSTEM_PROPERTY			0x007B
#define HVCALL_MAP_DEVICE_INTERRUPT			0x007C
#define HVCALL_UNMAP_DEVICE_INTERRUPT			0x007D
#define HVCALL_RETARGET_INTERRUPT			0x007E
#define HVCALL_ENTER_SLEEP_STATE			0x0084
#define HVCALL_NOTIFY_PARTITION_EVENT			0x0087
#define HVCALL_NOTIFY_PORT_RING_EMPTY			0x008B
#define HVCALL_INJECT_SYNTHETIC_MACHINE_CHECK		0x008C

/* Newer calls */
#define HVCALL_MODIFY_SPARSE_GPA_PAGES			0x0090
#define HVCALL_REGISTER_INTERCEPT_RESULT		0x0091
#define HVCALL_UNREGISTER_INTERCEPT_RESULT		0x0092
#define HVCALL_ASSERT_VIRTUAL_INTERRUPT			0x0094
#define HVCALL_CREATE_PORT				0x0095
#define HVCALL_CONNECT_PORT				0x0096
#define HVCALL_START_VP					0x0099
#define HVCALL_GET_VP_INDEX_FROM_APIC_ID		0x009A
#define HVCALL_TRANSLATE_VIRTUAL_ADDRESS_EX		0x00AC
#define HVCALL_CHECK_FOR_IO_INTERCEPT			0x00AD
#define HVCALL_FLUSH_GUEST_PHYSICAL_ADDRESS_SPACE	0x00AF
#define HVCALL_FLUSH_GUEST_PHYSICAL_ADDRESS_LIST	0x00B0
#define HVCALL_SIGNAL_EVENT_DIRECT			0x00C0
#define HVCALL_POST_MESSAGE_DIRECT			0x00C1
#define HVCALL_DISPATCH_VP				0x00C2
#define HVCALL_GET_GPA_PAGES_ACCESS_STATES		0x00C9
#define HVCALL_ACQUIRE_SPARSE_SPA_PAGE_HOST_ACCESS	0x00D7
#define HVCALL_RELEASE_SPARSE_SPA_PAGE_HOST_ACCESS	0x00D8
#define HVCALL_MODIFY_SPARSE_GPA_PAGE_HOST_VISIBILITY	0x00DB
#define HVCALL_MAP_VP_STATE_PAGE			0x00E1
#define HVCALL_UNMAP_VP_STATE_PAGE			0x00E2
#define HVCALL_GET_VP_STATE				0x00E3
#define HVCALL_SET_VP_STATE				0x00E4
#define HVCALL_GET_VP_SET_FROM_MDA			0x00E5
#define HVCALL_GET_VP_CPUID_VALUES			0x00F4
#define HVCALL_GET_PARTITION_PROPERTY_EX		0x0101
#define HVCALL_RESTORE_PARTITION_TIME			0x0103
#define HVCALL_MMIO_READ				0x0106
#define HVCALL_MMIO_WRITE				0x0107
#define HVCALL_SET_PARTITION_PROPERTY_EX		0x010A
#define HVCALL_DISABLE_HYP_EX				0x010F
#define HVCALL_PIN_GPA_PAGE_RANGES			0x0112
#define HVCALL_UNPIN_GPA_PAGE_RANGES			0x0113
#define HVCALL_MAP_STATS_PAGE2				0x0131

/* Extended calls: gated by HV_ENABLE_EXTENDED_HYPERCALLS as a whole. */
#define HV_EXT_CALL_FIRST				0x8001
#define HV_EXT_CALL_QUERY_CAPABILITIES			0x8001
#define HV_EXT_CALL_GET_BOOT_ZEROED_MEMORY		0x8002
#define HV_EXT_CALL_MEMORY_HEAT_HINT			0x8003

/*
 * hvpart's own calls. S = simple, F = fast allowed (parameters of at most 16
 * bytes, no output), R = rep. They need HV_CREATE_PARTITIONS in the caller, as
 * every call of a parent does, and act on the caller's own CPU, own children or
 * own page; so a child that holds the privilege may use them too (wall 4).
 * Parameter blocks: call_hvpart.h.
 */
#define HVCALL_HVPART_FIRST				0x7F00
/* S F: does nothing. Entering the hypervisor is the point: the CPU's epoch. */
#define HVCALL_HVPART_NULL				0x7F00
/* S F: promote the calling CPU. Comes back on bare metal when it succeeds. */
#define HVCALL_HVPART_LEAVE				0x7F01
/* S F: SUCCESS once every demoted CPU has seen the epoch, else TIME_OUT. */
#define HVCALL_HVPART_SYNC				0x7F02
/* S F: gives the calling VP its struct hvpart_caller_page. */
#define HVCALL_HVPART_REGISTER_CALLER_PAGE		0x7F03
/* S: copies records out of the log ring. */
#define HVCALL_HVPART_READ_LOG				0x7F04
/* S: counters of a VP, of a partition or of the machine. */
#define HVCALL_HVPART_GET_STATS				0x7F05
/* S F: machine-wide; OBJECT_IN_USE while a child exists. Then none can come. */
#define HVCALL_HVPART_PREPARE_LEAVE			0x7F06
/* S F: takes PREPARE_LEAVE back. */
#define HVCALL_HVPART_CANCEL_LEAVE			0x7F07
/* S: takes the oldest message out of a message port of the caller. */
#define HVCALL_HVPART_RECEIVE_MESSAGE			0x7F0A
#define HVCALL_HVPART_LAST				0x7FFF

#endif /* _HVPART_HYPERCALL_H */
