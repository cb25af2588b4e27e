/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Messages (TLFS, "SynIC messages") and what intercept messages carry (TLFS,
 * "intercepts"; the parent side is in the virtualization-host pages).
 *
 * Header order as DECISIONS has it: type 4, payload size 1, flags 1, reserved 2.
 * Payload structures below start at byte 16 of the message; their asserted
 * offsets are relative to the payload.
 */
#ifndef _HVPART_MESSAGE_H
#define _HVPART_MESSAGE_H

#include "types.h"
#include "register.h"

#define HV_MESSAGE_SIZE				256
#define HV_MESSAGE_HEADER_SIZE			16
#define HV_MESSAGE_PAYLOAD_BYTE_COUNT		240
#define HV_MESSAGE_PAYLOAD_QWORD_COUNT		30

/* Bit 31: made by the hypervisor. A guest can send neither those nor type 0. */
#define HVMSG_NONE				0x00000000U
#define HVMSG_HYPERVISOR_MASK			0x80000000U

#define HVMSG_UNMAPPED_GPA			0x80000000U
#define HVMSG_GPA_INTERCEPT			0x80000001U
#define HVMSG_UNACCEPTED_GPA			0x80000003U
#define HVMSG_GPA_ATTRIBUTE_INTERCEPT		0x80000004U
#define HVMSG_ENABLE_PARTITION_VTL_INTERCEPT	0x80000005U
#define HVMSG_TIMER_EXPIRED			0x80000010U
#define HVMSG_INVALID_VP_REGISTER_VALUE		0x80000020U
#define HVMSG_UNRECOVERABLE_EXCEPTION		0x80000021U
#define HVMSG_UNSUPPORTED_FEATURE		0x80000022U
#define HVMSG_TLB_PAGE_SIZE_MISMATCH		0x80000023U
#define HVMSG_IOMMU_FAULT			0x80000024U
#define HVMSG_OPAQUE_INTERCEPT			0x8000003FU
#define HVMSG_EVENTLOG_BUFFERCOMPLETE		0x80000040U
#define HVMSG_HYPERCALL_INTERCEPT		0x80000050U
#define HVMSG_SYNIC_EVENT_INTERCEPT		0x80000060U
#define HVMSG_SYNIC_SINT_INTERCEPT		0x80000061U
#define HVMSG_SYNIC_SINT_DELIVERABLE		0x80000062U
#define HVMSG_ASYNC_CALL_COMPLETION		0x80000070U
#define HVMSG_INSUFFICIENT_MEMORY		0x80000071U
#define HVMSG_SCHEDULER_VP_SIGNAL_BITSET	0x80000100U
#define HVMSG_SCHEDULER_VP_SIGNAL_PAIR		0x80000101U
#define HVMSG_X64_IO_PORT_INTERCEPT		0x80010000U
#define HVMSG_X64_MSR_INTERCEPT			0x80010001U
#define HVMSG_X64_CPUID_INTERCEPT		0x80010002U
#define HVMSG_X64_EXCEPTION_INTERCEPT		0x80010003U
#define HVMSG_X64_APIC_EOI			0x80010004U
#define HVMSG_X64_LEGACY_FP_ERROR		0x80010005U
/* Register intercept in the specification, IOMMU PRQ in Linux: not sent. */
#define HVMSG_X64_REGISTER_INTERCEPT		0x80010006U
#define HVMSG_X64_HALT				0x80010007U
#define HVMSG_X64_INTERRUPTION_DELIVERABLE	0x80010008U
#define HVMSG_X64_SIPI_INTERCEPT		0x80010009U
#define HVMSG_X64_RDTSC_INTERCEPT		0x8001000AU
#define HVMSG_X64_APIC_SMI_INTERCEPT		0x8001000BU
#define HVMSG_X64_APIC_INIT_SIPI_INTERCEPT	0x8001000DU
#define HVMSG_X64_APIC_WRITE_INTERCEPT		0x8001000EU
#define HVMSG_X64_EXCEPTION_TRAP_INTERCEPT	0x80010012U

/*
 * hvpart's own: the VP wrote 1 to HV_X64_MSR_RESET. Payload: the intercept
 * header. Sent only to partitions that hold HV_MSR_RESET_AVAILABLE, which no
 * stock client sets, so none of them ever meets it.
 */
#define HVMSG_HVPART_RESET			0x80017F00U

union hv_message_flags {
	__u8 asu8;
	struct {
		__u8 msg_pending : 1;	/* more is queued behind this one */
		__u8 reserved : 7;
	};
};

/* 24-bit ids; the upper eight must be zero. */
union hv_port_id {
	__u32 asu32;
	struct {
		__u32 id : 24;
		__u32 reserved : 8;
	} u;
};

union hv_connection_id {
	__u32 asu32;
	struct {
		__u32 id : 24;
		__u32 reserved : 8;
	} u;
};
#define HV_PORT_ID_MASK				0x00FFFFFFU

struct hv_message_header {
	__u32 message_type;
	__u8 payload_size;		/* 0 .. 240 */
	union hv_message_flags message_flags;
	__u8 reserved[2];
	union {
		__u64 sender;		/* intercepts: partition; timers: 0 */
		union hv_port_id port;	/* posts: the port */
	};
};
HVPART_ASSERT_SIZE(struct hv_message_header, HV_MESSAGE_HEADER_SIZE);
HVPART_ASSERT_OFFSET(struct hv_message_header, payload_size, 4);
HVPART_ASSERT_OFFSET(struct hv_message_header, message_flags, 5);
HVPART_ASSERT_OFFSET(struct hv_message_header, sender, 8);

struct hv_message {
	struct hv_message_header header;
	union {
		__u64 payload[HV_MESSAGE_PAYLOAD_QWORD_COUNT];
		__u8 bytes[HV_MESSAGE_PAYLOAD_BYTE_COUNT];
	} u;
};
HVPART_ASSERT_SIZE(struct hv_message, HV_MESSAGE_SIZE);
HVPART_ASSERT_OFFSET(struct hv_message, u, 16);

#define HV_SYNIC_SINT_COUNT			16

/* The SIM page. */
struct hv_message_page {
	struct hv_message sint_message[HV_SYNIC_SINT_COUNT];
};
HVPART_ASSERT_SIZE(struct hv_message_page, HV_HYP_PAGE_SIZE);

/* The SIEF page: flag n of a source is byte n / 8, bit n % 8. */
#define HV_EVENT_FLAGS_COUNT			(256 * 8)
#define HV_EVENT_FLAGS_BYTE_COUNT		256

union hv_synic_event_flags {
	__u8 flags8[HV_EVENT_FLAGS_BYTE_COUNT];
	__u32 flags32[HV_EVENT_FLAGS_BYTE_COUNT / 4];
	__u64 flags64[HV_EVENT_FLAGS_BYTE_COUNT / 8];
};

struct hv_synic_event_flags_page {
	union hv_synic_event_flags event_flags[HV_SYNIC_SINT_COUNT];
};
HVPART_ASSERT_SIZE(struct hv_synic_event_flags_page, HV_HYP_PAGE_SIZE);

/* HVMSG_TIMER_EXPIRED, 24 bytes; times in reference time, 100 ns. */
struct hv_timer_message_payload {
	__u32 timer_index;
	__u32 reserved;
	__u64 expiration_time;
	__u64 delivery_time;
};
HVPART_ASSERT_SIZE(struct hv_timer_message_payload, 24);

/* intercept_access_type: an enumeration, not the mask of InstallIntercept. */
#define HV_INTERCEPT_ACCESS_READ		0
#define HV_INTERCEPT_ACCESS_WRITE		1
#define HV_INTERCEPT_ACCESS_EXECUTE		2

union hv_x64_vp_execution_state {
	__u16 as_uint16;
	struct {
		__u16 cpl : 2;
		__u16 cr0_pe : 1;
		__u16 cr0_am : 1;
		__u16 efer_lma : 1;
		__u16 debug_active : 1;
		__u16 interruption_pending : 1;
		__u16 vtl : 4;
		__u16 enclave_mode : 1;
		__u16 interrupt_shadow : 1;
		__u16 virtualization_fault_active : 1;
		__u16 reserved : 2;
	};
};

/* Starts most intercept messages. RIP is that of the intercepted instruction. */
struct hv_x64_intercept_message_header {
	__u32 vp_index;
	__u8 instruction_length : 4;	/* 0: not known */
	__u8 cr8 : 4;			/* exo partitions */
	__u8 intercept_access_type;	/* HV_INTERCEPT_ACCESS_* */
	union hv_x64_vp_execution_state execution_state;
	struct hv_x64_segment_register cs_segment;
	__u64 rip;
	__u64 rflags;
};
HVPART_ASSERT_SIZE(struct hv_x64_intercept_message_header, 40);
HVPART_ASSERT_OFFSET(struct hv_x64_intercept_message_header,
		     intercept_access_type, 5);
HVPART_ASSERT_OFFSET(struct hv_x64_intercept_message_header,
		     execution_state, 6);
HVPART_ASSERT_OFFSET(struct hv_x64_intercept_message_header, cs_segment, 8);
HVPART_ASSERT_OFFSET(struct hv_x64_intercept_message_header, rip, 0x18);
HVPART_ASSERT_OFFSET(struct hv_x64_intercept_message_header, rflags, 0x20);

/* cache_type */
#define HV_CACHE_TYPE_UNCACHED			0
#define HV_CACHE_TYPE_WRITE_COMBINING		1
#define HV_CACHE_TYPE_WRITE_THROUGH		4
#define HV_CACHE_TYPE_WRITE_PROTECTED		5
#define HV_CACHE_TYPE_WRITE_BACK		6

union hv_x64_memory_access_info {
	__u8 as_uint8;
	struct {
		__u8 gva_valid : 1;
		__u8 gva_gpa_valid : 1;
		__u8 hypercall_output_pending : 1;
		__u8 tlb_locked_no_overlay : 1;
		__u8 reserved : 4;
	};
};

/* HVMSG_UNMAPPED_GPA, HVMSG_GPA_INTERCEPT */
struct hv_x64_memory_intercept_message {
	struct hv_x64_intercept_message_header header;
	__u32 cache_type;		/* HV_CACHE_TYPE_* */
	__u8 instruction_byte_count;	/* 0: none could be fetched */
	union hv_x64_memory_access_info memory_access_info;
	__u8 tpr_priority;
	__u8 reserved1;
	__u64 guest_virtual_address;
	__u64 guest_physical_address;
	__u8 instruction_bytes[16];
};
HVPART_ASSERT_SIZE(struct hv_x64_memory_intercept_message, 80);
HVPART_ASSERT_OFFSET(struct hv_x64_memory_intercept_message, cache_type, 0x28);
HVPART_ASSERT_OFFSET(struct hv_x64_memory_intercept_message,
		     instruction_byte_count, 0x2C);
HVPART_ASSERT_OFFSET(struct hv_x64_memory_intercept_message,
		     memory_access_info, 0x2D);
HVPART_ASSERT_OFFSET(struct hv_x64_memory_intercept_message,
		     guest_virtual_address, 0x30);
HVPART_ASSERT_OFFSET(struct hv_x64_memory_intercept_message,
		     guest_physical_address, 0x38);
HVPART_ASSERT_OFFSET(struct hv_x64_memory_intercept_message,
		     instruction_bytes, 0x40);

union hv_x64_io_port_access_info {
	__u8 as_uint8;
	struct {
		__u8 access_size : 3;	/* 1, 2, 4 */
		__u8 string_op : 1;
		__u8 rep_prefix : 1;
		__u8 reserved : 3;
	};
};

/* HVMSG_X64_IO_PORT_INTERCEPT; from 0x38 on zero unless string_op */
struct hv_x64_io_port_intercept_message {
	struct hv_x64_intercept_message_header header;
	__u16 port_number;
	union hv_x64_io_port_access_info access_info;
	__u8 instruction_byte_count;
	__u32 reserved;
	__u64 rax;
	__u8 instruction_bytes[16];
	struct hv_x64_segment_register ds_segment;
	struct hv_x64_segment_register es_segment;
	__u64 rcx;
	__u64 rsi;
	__u64 rdi;
};
HVPART_ASSERT_SIZE(struct hv_x64_io_port_intercept_message, 128);
HVPART_ASSERT_OFFSET(struct hv_x64_io_port_intercept_message,
		     port_number, 0x28);
HVPART_ASSERT_OFFSET(struct hv_x64_io_port_intercept_message,
		     access_info, 0x2A);
HVPART_ASSERT_OFFSET(struct hv_x64_io_port_intercept_message,
		     instruction_byte_count, 0x2B);
HVPART_ASSERT_OFFSET(struct hv_x64_io_port_intercept_message, rax, 0x30);
HVPART_ASSERT_OFFSET(struct hv_x64_io_port_intercept_message,
		     instruction_bytes, 0x38);
HVPART_ASSERT_OFFSET(struct hv_x64_io_port_intercept_message,
		     ds_segment, 0x48);
HVPART_ASSERT_OFFSET(struct hv_x64_io_port_intercept_message,
		     es_segment, 0x58);
HVPART_ASSERT_OFFSET(struct hv_x64_io_port_intercept_message, rcx, 0x68);
HVPART_ASSERT_OFFSET(struct hv_x64_io_port_intercept_message, rsi, 0x70);
HVPART_ASSERT_OFFSET(struct hv_x64_io_port_intercept_message, rdi, 0x78);

/* HVMSG_X64_MSR_INTERCEPT */
struct hv_x64_msr_intercept_message {
	struct hv_x64_intercept_message_header header;
	__u32 msr_number;
	__u32 reserved;
	__u64 rdx;
	__u64 rax;
};
HVPART_ASSERT_SIZE(struct hv_x64_msr_intercept_message, 64);
HVPART_ASSERT_OFFSET(struct hv_x64_msr_intercept_message, rdx, 48);

/* HVMSG_X64_CPUID_INTERCEPT: order a, c, d, b */
struct hv_x64_cpuid_intercept_message {
	struct hv_x64_intercept_message_header header;
	__u64 rax;
	__u64 rcx;
	__u64 rdx;
	__u64 rbx;
	__u64 default_result_rax;
	__u64 default_result_rcx;
	__u64 default_result_rdx;
	__u64 default_result_rbx;
};
HVPART_ASSERT_SIZE(struct hv_x64_cpuid_intercept_message, 104);
HVPART_ASSERT_OFFSET(struct hv_x64_cpuid_intercept_message,
		     default_result_rax, 72);

union hv_x64_exception_info {
	__u8 as_uint8;
	struct {
		__u8 error_code_valid : 1;
		__u8 software_exception : 1;
		__u8 reserved : 6;
	};
};

/* HVMSG_X64_EXCEPTION_INTERCEPT: the whole 240 bytes */
struct hv_x64_exception_intercept_message {
	struct hv_x64_intercept_message_header header;
	__u16 exception_vector;
	union hv_x64_exception_info exception_info;
	__u8 instruction_byte_count;
	__u32 error_code;
	__u64 exception_parameter;	/* #PF: CR2; #DB: DR6 */
	__u64 reserved;
	__u8 instruction_bytes[16];
	struct hv_x64_segment_register ds_segment;
	struct hv_x64_segment_register ss_segment;
	__u64 gp_registers[16];		/* order of HV_X64_REGISTER_RAX .. */
};
HVPART_ASSERT_SIZE(struct hv_x64_exception_intercept_message, 240);
HVPART_ASSERT_OFFSET(struct hv_x64_exception_intercept_message,
		     exception_parameter, 48);
HVPART_ASSERT_OFFSET(struct hv_x64_exception_intercept_message,
		     instruction_bytes, 64);
HVPART_ASSERT_OFFSET(struct hv_x64_exception_intercept_message,
		     gp_registers, 112);

/* HVMSG_X64_APIC_EOI: no intercept header */
struct hv_x64_apic_eoi_message {
	__u32 vp_index;
	__u32 interrupt_vector;
};
HVPART_ASSERT_SIZE(struct hv_x64_apic_eoi_message, 8);

/* HVMSG_X64_HALT, HVMSG_HVPART_RESET */
struct hv_x64_halt_message {
	struct hv_x64_intercept_message_header header;
};

/* HVMSG_UNRECOVERABLE_EXCEPTION: a triple fault */
struct hv_x64_unrecoverable_exception_message {
	struct hv_x64_intercept_message_header header;
};

/* HVMSG_X64_INTERRUPTION_DELIVERABLE */
struct hv_x64_interruption_deliverable_message {
	struct hv_x64_intercept_message_header header;
	__u32 deliverable_type;		/* HV_X64_PENDING_*, first byte */
	__u32 rsvd;
};
HVPART_ASSERT_SIZE(struct hv_x64_interruption_deliverable_message, 48);

/* HVMSG_X64_SIPI_INTERCEPT */
struct hv_x64_sipi_intercept_message {
	struct hv_x64_intercept_message_header header;
	__u32 target_vp_index;
	__u32 interrupt_vector;
};
HVPART_ASSERT_SIZE(struct hv_x64_sipi_intercept_message, 48);

/* HVMSG_INVALID_VP_REGISTER_VALUE */
struct hv_x64_invalid_vp_register_message {
	__u32 vp_index;
	__u32 reserved;
};
HVPART_ASSERT_SIZE(struct hv_x64_invalid_vp_register_message, 8);

#define HV_UNSUPPORTED_FEATURE_INTERCEPT		1
#define HV_UNSUPPORTED_FEATURE_TASK_SWITCH_TSS		2

/* HVMSG_UNSUPPORTED_FEATURE */
struct hv_x64_unsupported_feature_message {
	__u32 vp_index;
	__u32 feature_code;		/* HV_UNSUPPORTED_FEATURE_* */
	__u64 feature_parameter;
};
HVPART_ASSERT_SIZE(struct hv_x64_unsupported_feature_message, 16);

/* HVMSG_HYPERCALL_INTERCEPT */
struct hv_x64_hypercall_intercept_message {
	struct hv_x64_intercept_message_header header;
	__u64 rax;
	__u64 rbx;
	__u64 rcx;
	__u64 rdx;
	__u64 r8;
	__u64 rsi;
	__u64 rdi;
	struct hv_u128 xmm_registers[6];
	__u32 flags;			/* bit 0: isolated */
	__u32 rsvd;
	__u64 padding;			/* 128-bit members round the size up */
};
HVPART_ASSERT_SIZE(struct hv_x64_hypercall_intercept_message, 208);
HVPART_ASSERT_OFFSET(struct hv_x64_hypercall_intercept_message,
		     xmm_registers, 96);
HVPART_ASSERT_OFFSET(struct hv_x64_hypercall_intercept_message, flags, 192);

/* HVMSG_SYNIC_SINT_DELIVERABLE */
struct hv_x64_synic_sint_deliverable_message {
	struct hv_x64_intercept_message_header header;
	__u16 deliverable_sints;
	__u16 rsvd1;
	__u32 rsvd2;
};
HVPART_ASSERT_SIZE(struct hv_x64_synic_sint_deliverable_message, 48);

/* HVMSG_SYNIC_SINT_INTERCEPT: a source with as_intercept set was signalled */
struct hv_notification_message_payload {
	__u32 sint_index;
};

/* HVMSG_OPAQUE_INTERCEPT: the real one is in the VP's intercept page */
struct hv_opaque_intercept_message {
	__u32 vp_index;
};

/* HVMSG_ASYNC_CALL_COMPLETION */
struct hv_async_completion_message_payload {
	__u64 partition_id;
	__u32 status;
	__u32 completion_count;
	__u64 sub_status;
};
HVPART_ASSERT_SIZE(struct hv_async_completion_message_payload, 24);

#endif /* _HVPART_MESSAGE_H */
