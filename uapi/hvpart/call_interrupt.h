/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Parameter blocks: interrupts, ports and connections, messages and events.
 */
#ifndef _HVPART_CALL_INTERRUPT_H
#define _HVPART_CALL_INTERRUPT_H

#include "types.h"
#include "message.h"
#include "call_partition.h"

#define HV_X64_INTERRUPT_TYPE_FIXED		0x0U
#define HV_X64_INTERRUPT_TYPE_LOWESTPRIORITY	0x1U
#define HV_X64_INTERRUPT_TYPE_SMI		0x2U
#define HV_X64_INTERRUPT_TYPE_REMOTEREAD	0x3U
#define HV_X64_INTERRUPT_TYPE_NMI		0x4U
#define HV_X64_INTERRUPT_TYPE_INIT		0x5U
#define HV_X64_INTERRUPT_TYPE_SIPI		0x6U
#define HV_X64_INTERRUPT_TYPE_EXTINT		0x7U
#define HV_X64_INTERRUPT_TYPE_LOCALINT0		0x8U
#define HV_X64_INTERRUPT_TYPE_LOCALINT1		0x9U
#define HV_X64_INTERRUPT_TYPE_MAXIMUM		0xAU

/* requested vector that withdraws a level interrupt not yet acknowledged */
#define HV_INTERRUPT_VECTOR_NONE		0xFFFFFFFFU

union hv_interrupt_control {
	__u64 as_uint64;
	struct {
		__u32 interrupt_type;	/* HV_X64_INTERRUPT_TYPE_* */
		__u32 level_triggered : 1;
		__u32 logical_dest_mode : 1;
		__u32 rsvd : 30;
	};
};

/* S HVCALL_ASSERT_VIRTUAL_INTERRUPT */
struct hv_input_assert_virtual_interrupt {
	__u64 partition_id;
	union hv_interrupt_control control;
	__u64 dest_addr;		/* APIC id, physical or logical */
	__u32 vector;
	__u8 target_vtl;
	__u8 rsvd_z0;
	__u16 rsvd_z1;
};
HVPART_ASSERT_SIZE(struct hv_input_assert_virtual_interrupt, 32);
HVPART_ASSERT_OFFSET(struct hv_input_assert_virtual_interrupt, vector, 24);
HVPART_ASSERT_OFFSET(struct hv_input_assert_virtual_interrupt, target_vtl, 28);

/* S F HVCALL_CLEAR_VIRTUAL_INTERRUPT: acknowledges ExtInt */
struct hv_input_clear_virtual_interrupt {
	__u64 partition_id;
};

#define HV_PORT_TYPE_MESSAGE			1U
#define HV_PORT_TYPE_EVENT			2U
#define HV_PORT_TYPE_MONITOR			3U
#define HV_PORT_TYPE_DOORBELL			4U

struct hv_port_info {
	__u32 port_type;		/* HV_PORT_TYPE_* */
	__u32 padding;
	union {
		struct {
			__u32 target_sint;
			__u32 target_vp;
			__u64 rsvdz;
		} message_port_info;
		struct {
			__u32 target_sint;
			__u32 target_vp;
			__u16 base_flag_number;
			__u16 flag_count;
			__u32 rsvdz;
		} event_port_info;
		struct {
			__u64 monitor_address;
			__u64 rsvdz;
		} monitor_port_info;
		struct {
			__u32 target_sint;
			__u32 target_vp;
			__u64 rsvdz;
		} doorbell_port_info;
	};
};
HVPART_ASSERT_SIZE(struct hv_port_info, 24);

struct hv_connection_info {
	__u32 port_type;
	__u32 padding;
	union {
		struct {
			__u64 rsvdz;
		} message_connection_info;
		struct {
			__u64 rsvdz;
		} event_connection_info;
		struct {
			__u64 monitor_address;
		} monitor_connection_info;
		struct {
			__u64 gpa;
			__u64 trigger_value;
			__u64 flags;	/* HV_DOORBELL_FLAG_* */
		} doorbell_connection_info;
	};
};
HVPART_ASSERT_SIZE(struct hv_connection_info, 32);

#define HV_DOORBELL_FLAG_TRIGGER_SIZE_MASK	0x00000007U
#define HV_DOORBELL_FLAG_TRIGGER_SIZE_ANY	0x00000000U
#define HV_DOORBELL_FLAG_TRIGGER_SIZE_BYTE	0x00000001U
#define HV_DOORBELL_FLAG_TRIGGER_SIZE_WORD	0x00000002U
#define HV_DOORBELL_FLAG_TRIGGER_SIZE_DWORD	0x00000003U
#define HV_DOORBELL_FLAG_TRIGGER_SIZE_QWORD	0x00000004U
#define HV_DOORBELL_FLAG_TRIGGER_ANY_VALUE	0x80000000U

/*
 * S HVCALL_CREATE_PORT: the receiving end. A port whose partition is the caller
 * itself (a parent) notifies through struct hvpart_caller_page; SINT and VP of
 * the port info are then not used, so that the parent's SynIC stays its own.
 */
struct hv_input_create_port {
	__u64 port_partition_id;
	union hv_port_id port_id;
	__u8 port_vtl;
	__u8 min_connection_vtl;
	__u16 padding;
	__u64 connection_partition_id;	/* the one that may connect */
	struct hv_port_info port_info;
	struct hv_proximity_domain_info proximity_domain_info;
};
HVPART_ASSERT_SIZE(struct hv_input_create_port, 56);
HVPART_ASSERT_OFFSET(struct hv_input_create_port, connection_partition_id, 16);
HVPART_ASSERT_OFFSET(struct hv_input_create_port, port_info, 24);
HVPART_ASSERT_OFFSET(struct hv_input_create_port, proximity_domain_info, 48);

/* S F HVCALL_DELETE_PORT */
union hv_input_delete_port {
	__u64 as_uint64[2];
	struct {
		__u64 port_partition_id;
		union hv_port_id port_id;
		__u32 reserved;
	};
};
HVPART_ASSERT_SIZE(union hv_input_delete_port, 16);

/* S HVCALL_CONNECT_PORT: the sending end */
struct hv_input_connect_port {
	__u64 connection_partition_id;
	union hv_connection_id connection_id;
	__u8 connection_vtl;
	__u8 rsvdz0;
	__u16 rsvdz1;
	__u64 port_partition_id;
	union hv_port_id port_id;
	__u32 reserved2;
	struct hv_connection_info connection_info;
	struct hv_proximity_domain_info proximity_domain_info;
};
HVPART_ASSERT_SIZE(struct hv_input_connect_port, 72);
HVPART_ASSERT_OFFSET(struct hv_input_connect_port, port_partition_id, 16);
HVPART_ASSERT_OFFSET(struct hv_input_connect_port, port_id, 24);
HVPART_ASSERT_OFFSET(struct hv_input_connect_port, connection_info, 32);
HVPART_ASSERT_OFFSET(struct hv_input_connect_port, proximity_domain_info, 64);

/* S F HVCALL_DISCONNECT_PORT */
union hv_input_disconnect_port {
	__u64 as_uint64[2];
	struct {
		__u64 connection_partition_id;
		union hv_connection_id connection_id;
		__u32 is_doorbell : 1;
		__u32 reserved : 31;
	};
};
HVPART_ASSERT_SIZE(union hv_input_disconnect_port, 16);

/* S HVCALL_POST_MESSAGE: from memory only */
struct hv_input_post_message {
	union hv_connection_id connectionid;
	__u32 reserved;
	__u32 message_type;		/* not 0, bit 31 clear */
	__u32 payload_size;		/* 0 .. 240 */
	__u64 payload[HV_MESSAGE_PAYLOAD_QWORD_COUNT];
};
HVPART_ASSERT_SIZE(struct hv_input_post_message, 256);
HVPART_ASSERT_OFFSET(struct hv_input_post_message, payload, 16);

/* S F HVCALL_SIGNAL_EVENT */
union hv_input_signal_event {
	__u64 as_uint64;
	struct {
		union hv_connection_id connectionid;
		__u16 flag_number;
		__u16 rsvdz;
	};
};
HVPART_ASSERT_SIZE(union hv_input_signal_event, 8);

/* S HVCALL_SIGNAL_EVENT_DIRECT: no port; newly_signaled 0 also if it cannot */
struct hv_input_signal_event_direct {
	__u64 target_partition;
	__u32 target_vp;
	__u8 target_vtl;
	__u8 target_sint;
	__u16 flag_number;
};
HVPART_ASSERT_SIZE(struct hv_input_signal_event_direct, 16);
HVPART_ASSERT_OFFSET(struct hv_input_signal_event_direct, target_sint, 13);

struct hv_output_signal_event_direct {
	__u8 newly_signaled;
	__u8 reserved[7];
};
HVPART_ASSERT_SIZE(struct hv_output_signal_event_direct, 8);

/*
 * S HVCALL_POST_MESSAGE_DIRECT, as OpenVMM sends it: a struct hv_message at a
 * multiple of four only, so it is declared as bytes. Busy slot: OBJECT_IN_USE.
 */
struct hv_input_post_message_direct {
	__u64 target_partition;
	__u32 target_vp;
	__u8 target_vtl;
	__u8 padding0[3];
	__u32 target_sint;
	__u8 message[HV_MESSAGE_SIZE];
	__u32 padding1;
};
HVPART_ASSERT_SIZE(struct hv_input_post_message_direct, 280);
HVPART_ASSERT_OFFSET(struct hv_input_post_message_direct, target_sint, 16);
HVPART_ASSERT_OFFSET(struct hv_input_post_message_direct, message, 20);

#endif /* _HVPART_CALL_INTERRUPT_H */
