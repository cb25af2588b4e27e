/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Parameter blocks: virtual processors, their registers, state and dispatch.
 */
#ifndef _HVPART_CALL_VP_H
#define _HVPART_CALL_VP_H

#include "types.h"
#include "register.h"
#include "call_partition.h"

#define HV_SUBNODE_ANY				0
#define HV_SUBNODE_SOCKET			1
#define HV_SUBNODE_CLUSTER			2
#define HV_SUBNODE_L3				3

/*
 * S HVCALL_CREATE_VP. Linux does not zero this page: bytes 12 .. 14, and with
 * subnode type ANY the subnode id, are stale and not looked at.
 */
struct hv_create_vp {
	__u64 partition_id;
	__u32 vp_index;
	__u8 padding[3];
	__u8 subnode_type;		/* HV_SUBNODE_* */
	__u64 subnode_id;
	struct hv_proximity_domain_info proximity_domain_info;
	__u64 flags;			/* 0 for children */
};
HVPART_ASSERT_SIZE(struct hv_create_vp, 40);
HVPART_ASSERT_OFFSET(struct hv_create_vp, subnode_type, 15);
HVPART_ASSERT_OFFSET(struct hv_create_vp, flags, 32);

/* S F HVCALL_DELETE_VP */
union hv_input_delete_vp {
	__u64 as_uint64[2];
	struct {
		__u64 partition_id;
		__u32 vp_index;
		__u8 reserved[4];
	};
};
HVPART_ASSERT_SIZE(union hv_input_delete_vp, 16);

/* R HVCALL_GET_VP_REGISTERS; output: union hv_register_value each */
struct hv_input_get_vp_registers {
	__u64 partition_id;
	__u32 vp_index;
	union hv_input_vtl input_vtl;
	__u8 rsvd_z8;
	__u16 rsvd_z16;
	__u32 names[];
};
HVPART_ASSERT_OFFSET(struct hv_input_get_vp_registers, input_vtl, 12);
HVPART_ASSERT_OFFSET(struct hv_input_get_vp_registers, names, 16);
/* The 16-byte outputs are what fills a page first. */
#define HV_GET_VP_REGISTERS_MAX		(HV_HYP_PAGE_SIZE / 16)

/* R HVCALL_SET_VP_REGISTERS; in order, each by itself */
struct hv_input_set_vp_registers {
	__u64 partition_id;
	__u32 vp_index;
	union hv_input_vtl input_vtl;
	__u8 rsvd_z8;
	__u16 rsvd_z16;
	struct hv_register_assoc elements[];
};
HVPART_ASSERT_OFFSET(struct hv_input_set_vp_registers, elements, 16);
#define HV_SET_VP_REGISTERS_MAX		((HV_HYP_PAGE_SIZE - 16) / 32)

/* enum of the state pages */
#define HV_VP_STATE_PAGE_REGISTERS		0	/* hv_vp_register_page */
#define HV_VP_STATE_PAGE_INTERCEPT_MESSAGE	1	/* hvpart_vp_page */
#define HV_VP_STATE_PAGE_GHCB			2

/*
 * S HVCALL_MAP_VP_STATE_PAGE. The location must be provided: hvpart picks no
 * page of its own (a driver page, pinned until the VP is deleted).
 */
struct hv_input_map_vp_state_page {
	__u64 partition_id;
	__u32 vp_index;
	__u16 type;			/* HV_VP_STATE_PAGE_* */
	union hv_input_vtl input_vtl;
	union {
		__u8 as_uint8;
		struct {
			__u8 map_location_provided : 1;
			__u8 reserved : 7;
		};
	} flags;
	__u64 requested_map_location;	/* page number of the caller */
};
HVPART_ASSERT_SIZE(struct hv_input_map_vp_state_page, 24);
HVPART_ASSERT_OFFSET(struct hv_input_map_vp_state_page, type, 12);
HVPART_ASSERT_OFFSET(struct hv_input_map_vp_state_page, flags, 15);

struct hv_output_map_vp_state_page {
	__u64 map_location;
};

/* S F HVCALL_UNMAP_VP_STATE_PAGE */
struct hv_input_unmap_vp_state_page {
	__u64 partition_id;
	__u32 vp_index;
	__u16 type;
	union hv_input_vtl input_vtl;
	__u8 reserved0;
};
HVPART_ASSERT_SIZE(struct hv_input_unmap_vp_state_page, 16);

/* Bit 31: the data stands in the caller's pages, whose numbers follow. */
#define HV_GET_SET_VP_STATE_TYPE_PFN		0x80000000U
#define HV_GET_SET_VP_STATE_LAPIC_STATE		0x80000000U
#define HV_GET_SET_VP_STATE_XSAVE		0x80000001U
#define HV_GET_SET_VP_STATE_SIM_PAGE		0x80000002U
#define HV_GET_SET_VP_STATE_SIEF_PAGE		0x80000003U
#define HV_GET_SET_VP_STATE_SYNTHETIC_TIMERS	0x00000004U

struct hv_vp_state_data_xsave {
	__u64 flags;
	union hv_x64_xsave_xfem_register states;
};

struct hv_vp_state_data {
	__u32 type;			/* HV_GET_SET_VP_STATE_* */
	__u32 rsvd;
	struct hv_vp_state_data_xsave xsave;
};

/* S V HVCALL_GET_VP_STATE; variable header: the page numbers */
struct hv_input_get_vp_state {
	__u64 partition_id;
	__u32 vp_index;
	__u8 input_vtl;
	__u8 rsvd0;
	__u16 rsvd1;
	struct hv_vp_state_data state_data;
	__u64 output_data_pfns[];
};
HVPART_ASSERT_SIZE(struct hv_input_get_vp_state, 40);
HVPART_ASSERT_OFFSET(struct hv_input_get_vp_state, state_data, 16);

#define HV_STIMER_STATE_UNDELIVERED_MSG_PENDING	0x1U

struct hv_stimer_state {
	__u32 flags;			/* HV_STIMER_STATE_* */
	__u32 resvd;
	__u64 config;
	__u64 count;
	__u64 adjustment;
	__u64 undelivered_exp_time;
};

struct hv_synthetic_timers_state {
	struct hv_stimer_state timers[4];
	__u64 reserved[5];
};
HVPART_ASSERT_SIZE(struct hv_synthetic_timers_state, 200);

union hv_output_get_vp_state {
	struct hv_synthetic_timers_state synthetic_timers_state;
};

union hv_input_set_vp_state_data {
	__u64 pfns;
	__u8 bytes;
};

/* S V HVCALL_SET_VP_STATE; variable header: page numbers or the data */
struct hv_input_set_vp_state {
	__u64 partition_id;
	__u32 vp_index;
	__u8 input_vtl;
	__u8 rsvd0;
	__u16 rsvd1;
	struct hv_vp_state_data state_data;
	union hv_input_set_vp_state_data data[];
};
HVPART_ASSERT_SIZE(struct hv_input_set_vp_state, 40);

/*
 * HV_GET_SET_VP_STATE_LAPIC_STATE: what stands at the start of the page. Not the
 * image of the architecture's page: the registers follow each other, and TPR is
 * register CR8. Nobody says how esr and error_status differ; in hvpart esr is
 * what a read gives and error_status what was gathered since (ours).
 */
struct hv_local_interrupt_controller_state {
	__u32 apic_id;
	__u32 apic_version;
	__u32 apic_ldr;
	__u32 apic_dfr;
	__u32 apic_spurious;
	__u32 apic_isr[8];
	__u32 apic_tmr[8];
	__u32 apic_irr[8];
	__u32 apic_esr;
	__u32 apic_icr_high;
	__u32 apic_icr_low;
	__u32 apic_lvt_timer;
	__u32 apic_lvt_thermal;
	__u32 apic_lvt_perfmon;
	__u32 apic_lvt_lint0;
	__u32 apic_lvt_lint1;
	__u32 apic_lvt_error;
	__u32 apic_lvt_cmci;
	__u32 apic_error_status;
	__u32 apic_initial_count;
	__u32 apic_counter_value;
	__u32 apic_divide_configuration;
	__u32 apic_remote_read;
};
HVPART_ASSERT_SIZE(struct hv_local_interrupt_controller_state, 176);
HVPART_ASSERT_OFFSET(struct hv_local_interrupt_controller_state,
		     apic_irr, 84);
HVPART_ASSERT_OFFSET(struct hv_local_interrupt_controller_state,
		     apic_lvt_lint0, 140);

#define HV_VP_DISPATCH_STATE_INVALID		0
#define HV_VP_DISPATCH_STATE_BLOCKED		1	/* wait for a wake */
#define HV_VP_DISPATCH_STATE_READY		2	/* dispatch it again */

#define HV_VP_DISPATCH_EVENT_INVALID		0
#define HV_VP_DISPATCH_EVENT_SUSPEND		1
#define HV_VP_DISPATCH_EVENT_INTERCEPT		2	/* see the VP's page */

#define HV_DISPATCH_VP_FLAG_CLEAR_INTERCEPT_SUSPEND	0x01U
#define HV_DISPATCH_VP_FLAG_ENABLE_CALLER_INTERRUPTS	0x02U
#define HV_DISPATCH_VP_FLAG_SET_CALLER_SPEC_CTRL	0x04U
#define HV_DISPATCH_VP_FLAG_SKIP_VP_SPEC_FLUSH		0x08U
#define HV_DISPATCH_VP_FLAG_SKIP_CALLER_SPEC_FLUSH	0x10U
#define HV_DISPATCH_VP_FLAG_SKIP_CALLER_USER_SPEC_FLUSH	0x20U
#define HV_DISPATCH_VP_FLAG_SCAN_INTERRUPT_INJECTION	0x40U

/*
 * S F HVCALL_DISPATCH_VP. Issued with interrupts off; always completes. The same
 * state and event stand in the VP's struct hvpart_vp_page. A fast call is the
 * shorter way: what stands before @time_slice in the two registers, no output.
 */
struct hv_input_dispatch_vp {
	__u64 partition_id;
	__u32 vp_index;
	__u32 flags;			/* HV_DISPATCH_VP_FLAG_* */
	__u64 time_slice;		/* 100 ns; 0: until something happens */
	__u64 spec_ctrl;
};
HVPART_ASSERT_SIZE(struct hv_input_dispatch_vp, 32);

struct hv_output_dispatch_vp {
	__u32 dispatch_state;		/* HV_VP_DISPATCH_STATE_* */
	__u32 dispatch_event;		/* HV_VP_DISPATCH_EVENT_* */
};
HVPART_ASSERT_SIZE(struct hv_output_dispatch_vp, 8);

/* Context of HVCALL_START_VP: mind DS before ES, SS after GS. */
struct hv_init_vp_context {
	__u64 rip;
	__u64 rsp;
	__u64 rflags;
	struct hv_x64_segment_register cs;
	struct hv_x64_segment_register ds;
	struct hv_x64_segment_register es;
	struct hv_x64_segment_register fs;
	struct hv_x64_segment_register gs;
	struct hv_x64_segment_register ss;
	struct hv_x64_segment_register tr;
	struct hv_x64_segment_register ldtr;
	struct hv_x64_table_register idtr;
	struct hv_x64_table_register gdtr;
	__u64 efer;
	__u64 cr0;
	__u64 cr3;
	__u64 cr4;
	__u64 msr_cr_pat;
};
HVPART_ASSERT_SIZE(struct hv_init_vp_context, 224);

/* S HVCALL_START_VP */
struct hv_input_start_virtual_processor {
	__u64 partition_id;
	__u32 vp_index;
	union hv_input_vtl target_vtl;
	__u8 rsvd_z[3];
	struct hv_init_vp_context vp_context;
};
HVPART_ASSERT_SIZE(struct hv_input_start_virtual_processor, 240);

/* R HVCALL_GET_VP_INDEX_FROM_APIC_ID; output: __u32 VP index each */
struct hv_get_vp_from_apic_id_in {
	__u64 partition_id;
	union hv_input_vtl target_vtl;
	__u8 res[7];
	__u32 apic_ids[];
};
HVPART_ASSERT_OFFSET(struct hv_get_vp_from_apic_id_in, apic_ids, 16);

#endif /* _HVPART_CALL_VP_H */
