/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What a register of Get/SetVpRegisters holds (TLFS, "virtual processors"), and
 * the register page that makes most of those calls unnecessary.
 */
#ifndef _HVPART_REGISTER_H
#define _HVPART_REGISTER_H

#include "types.h"
#include "register_name.h"

/*
 * Segment register. A v2 header has selector and attributes the other way
 * round; this is today's order. The limit is in bytes also when G is set.
 */
struct hv_x64_segment_register {
	__u64 base;
	__u32 limit;
	__u16 selector;
	union {
		struct {
			__u16 segment_type : 4;
			__u16 non_system_segment : 1;
			__u16 descriptor_privilege_level : 2;
			__u16 present : 1;	/* 0: unusable */
			__u16 reserved : 4;
			__u16 available : 1;
			__u16 _long : 1;
			__u16 _default : 1;
			__u16 granularity : 1;
		};
		__u16 attributes;
	};
};
HVPART_ASSERT_SIZE(struct hv_x64_segment_register, 16);
HVPART_ASSERT_OFFSET(struct hv_x64_segment_register, selector, 12);
HVPART_ASSERT_OFFSET(struct hv_x64_segment_register, attributes, 14);

/* The attribute word by mask, for code that converts it as a whole. */
#define HV_X64_SEGMENT_TYPE_MASK	0x000F
#define HV_X64_SEGMENT_NON_SYSTEM	0x0010
#define HV_X64_SEGMENT_DPL_MASK		0x0060
#define HV_X64_SEGMENT_DPL_SHIFT	5
#define HV_X64_SEGMENT_PRESENT		0x0080
#define HV_X64_SEGMENT_RESERVED_MASK	0x0F00
#define HV_X64_SEGMENT_AVAILABLE	0x1000
#define HV_X64_SEGMENT_LONG		0x2000
#define HV_X64_SEGMENT_DEFAULT		0x4000
#define HV_X64_SEGMENT_GRANULARITY	0x8000

/* GDTR and IDTR. */
struct hv_x64_table_register {
	__u16 pad[3];
	__u16 limit;
	__u64 base;
};
HVPART_ASSERT_SIZE(struct hv_x64_table_register, 16);
HVPART_ASSERT_OFFSET(struct hv_x64_table_register, limit, 6);

/* Stopped by the parent; set at creation. */
union hv_explicit_suspend_register {
	__u64 as_uint64;
	struct {
		__u64 suspended : 1;
		__u64 reserved : 63;
	};
};

/* Stopped by an intercept; only the hypervisor sets it. */
union hv_intercept_suspend_register {
	__u64 as_uint64;
	struct {
		__u64 suspended : 1;
		__u64 reserved : 63;
	};
};

/* Set by the parent before teardown: no further kick names this VP. */
union hv_dispatch_suspend_register {
	__u64 as_uint64;
	struct {
		__u64 suspended : 1;
		__u64 reserved : 63;
	};
};

/* Why a VP that is not suspended does not run all the same. */
union hv_internal_activity_register {
	__u64 as_uint64;
	struct {
		__u64 startup_suspend : 1;	/* waits for SIPI */
		__u64 halt_suspend : 1;		/* HLT */
		__u64 idle_suspend : 1;		/* read GUEST_IDLE */
		__u64 rsvd_z : 61;
	};
};

union hv_x64_interrupt_state_register {
	__u64 as_uint64;
	struct {
		__u64 interrupt_shadow : 1;	/* after STI, MOV SS */
		__u64 nmi_masked : 1;		/* until IRET */
		__u64 reserved : 62;
	};
};

/* enum of interruption_type; 4 .. 6 need instruction_length */
#define HV_X64_PENDING_INTERRUPT			0
#define HV_X64_PENDING_NMI				2
#define HV_X64_PENDING_EXCEPTION			3
#define HV_X64_PENDING_SOFTWARE_INTERRUPT		4
#define HV_X64_PENDING_PRIVILEGED_SOFTWARE_EXCEPTION	5
#define HV_X64_PENDING_SOFTWARE_EXCEPTION		6

/*
 * Delivered through the IDT at the next resume, before any instruction, and
 * regardless of IF and TPR: it has won that race already. After an intercept
 * that hit during delivery it holds the interrupted event.
 */
union hv_x64_pending_interruption_register {
	__u64 as_uint64;
	struct {
		__u32 interruption_pending : 1;
		__u32 interruption_type : 3;
		__u32 deliver_error_code : 1;
		__u32 instruction_length : 4;
		__u32 nested_event : 1;
		__u32 reserved : 6;
		__u32 interruption_vector : 16;
		__u32 error_code;
	};
};

/* What the parent wants to be told of; the bit clears when it is told. */
union hv_x64_deliverability_notifications_register {
	__u64 as_uint64;
	struct {
		__u64 nmi_notification : 1;
		__u64 interrupt_notification : 1;
		__u64 interrupt_priority : 4;	/* 0: any */
		__u64 reserved : 42;
		__u64 sints : 16;
	};
};

/* event_type of the pending events */
#define HV_X64_PENDING_EVENT_EXCEPTION			0
#define HV_X64_PENDING_EVENT_MEMORY_INTERCEPT		1
#define HV_X64_PENDING_EVENT_NESTED_MEMORY_INTERCEPT	2
#define HV_X64_PENDING_EVENT_VIRTUALIZATION_FAULT	3
#define HV_X64_PENDING_EVENT_HYPERCALL_OUTPUT		4
#define HV_X64_PENDING_EVENT_EXT_INT			5
#define HV_X64_PENDING_EVENT_SHADOW_IPT			6

/* For exceptions with side effects: CR2 or DR6 in exception_parameter. */
union hv_x64_pending_exception_event {
	__u64 as_uint64[2];
	struct {
		__u32 event_pending : 1;
		__u32 event_type : 3;
		__u32 reserved0 : 4;
		__u32 deliver_error_code : 1;
		__u32 reserved1 : 7;
		__u32 vector : 16;
		__u32 error_code;
		__u64 exception_parameter;
	};
};

union hv_x64_pending_ext_int_event {
	__u64 as_uint64[2];
	struct {
		__u64 event_pending : 1;
		__u64 event_type : 3;
		__u64 reserved0 : 4;
		__u64 vector : 8;
		__u64 reserved1 : 48;
		__u64 reserved2;
	};
};

/* x87 control and status; last_fp_rip is EIP + CS in 32-bit form. */
union hv_x64_fp_control_status_register {
	struct hv_u128 as_uint128;
	struct {
		__u16 fp_control;
		__u16 fp_status;
		__u8 fp_tag;		/* abridged, as FXSAVE has it */
		__u8 reserved;
		__u16 last_fp_op;
		union {
			__u64 last_fp_rip;
			struct {
				__u32 last_fp_eip;
				__u16 last_fp_cs;
				__u16 padding;
			};
		};
	};
};

union hv_x64_xmm_control_status_register {
	struct hv_u128 as_uint128;
	struct {
		union {
			__u64 last_fp_rdp;
			struct {
				__u32 last_fp_dp;
				__u16 last_fp_ds;
				__u16 padding;
			};
		};
		__u32 xmm_status_control;
		__u32 xmm_status_control_mask;
	};
};

union hv_x64_fp_register {
	struct hv_u128 as_uint128;
	struct {
		__u64 mantissa;
		__u64 biased_exponent : 15;
		__u64 sign : 1;
		__u64 reserved : 48;
	};
};

union hv_x64_xsave_xfem_register {
	__u64 as_uint64;
	struct {
		__u32 low_uint32;
		__u32 high_uint32;
	};
	struct {
		__u64 legacy_x87 : 1;
		__u64 legacy_sse : 1;
		__u64 avx : 1;
		__u64 mpx_bndreg : 1;
		__u64 mpx_bndcsr : 1;
		__u64 avx_512_op_mask : 1;
		__u64 avx_512_zmmhi : 1;
		__u64 avx_512_zmm16_31 : 1;
		__u64 rsvd8_9 : 2;
		__u64 pasid : 1;
		__u64 cet_u : 1;
		__u64 cet_s : 1;
		__u64 rsvd13_16 : 4;
		__u64 xtile_cfg : 1;
		__u64 xtile_data : 1;
		__u64 rsvd19_63 : 45;
	};
};

union hv_register_value {
	struct hv_u128 reg128;
	__u64 reg64;
	__u32 reg32;
	__u16 reg16;
	__u8 reg8;

	struct hv_x64_segment_register segment;
	struct hv_x64_table_register table;
	union hv_explicit_suspend_register explicit_suspend;
	union hv_intercept_suspend_register intercept_suspend;
	union hv_dispatch_suspend_register dispatch_suspend;
	union hv_internal_activity_register internal_activity;
	union hv_x64_interrupt_state_register interrupt_state;
	union hv_x64_pending_interruption_register pending_interruption;
	union hv_x64_deliverability_notifications_register
		deliverability_notifications;
	union hv_x64_pending_exception_event pending_exception_event;
	union hv_x64_pending_ext_int_event pending_ext_int_event;
	union hv_x64_fp_register fp;
	union hv_x64_fp_control_status_register fp_control_status;
	union hv_x64_xmm_control_status_register xmm_control_status;
	union hv_x64_xsave_xfem_register xfem;
};
HVPART_ASSERT_SIZE(union hv_register_value, 16);

/* One element of SetVpRegisters. */
struct hv_register_assoc {
	__u32 name;			/* HV_REGISTER_*, HV_X64_REGISTER_* */
	__u32 reserved1;
	__u64 reserved2;
	union hv_register_value value;
};
HVPART_ASSERT_SIZE(struct hv_register_assoc, 32);
HVPART_ASSERT_OFFSET(struct hv_register_assoc, value, 16);

/* The VTL byte of many calls: 0, or 0x10 for "VTL 0, and I mean it". */
union hv_input_vtl {
	__u8 as_uint8;
	struct {
		__u8 target_vtl : 4;
		__u8 use_target_vtl : 1;
		__u8 reserved_z : 3;
	};
};
HVPART_ASSERT_SIZE(union hv_input_vtl, 1);

/* Bits of hv_vp_register_page.dirty. */
#define HV_X64_REGISTER_CLASS_GENERAL	0
#define HV_X64_REGISTER_CLASS_IP	1
#define HV_X64_REGISTER_CLASS_XMM	2
#define HV_X64_REGISTER_CLASS_SEGMENT	3
#define HV_X64_REGISTER_CLASS_FLAGS	4
#define HV_X64_REGISTER_CLASS_ALL_MASK	0x1F

#define HV_VP_REGISTER_PAGE_VERSION_1		1
#define HV_VP_REGISTER_PAGE_MAX_VECTOR_COUNT	7

union hv_vp_register_page_interrupt_vectors {
	__u64 as_uint64;
	struct {
		__u8 vector_count;
		__u8 vector[HV_VP_REGISTER_PAGE_MAX_VECTOR_COUNT];
	};
};

/*
 * The register page (HV_VP_STATE_PAGE_REGISTERS), shared with user space.
 *
 * The hypervisor fills it and sets isvalid when the VP stops with an intercept;
 * user space writes fields and sets the bits of their classes in dirty; the
 * next dispatch loads the dirty classes, once, from a copy (user space may
 * scribble meanwhile), checks them like SetVpRegisters, and clears both.
 * Everything from cr0 on is for reading only.
 */
struct hv_vp_register_page {
	__u16 version;
	__u8 isvalid;
	__u8 rsvdz;
	__u32 dirty;			/* 1 << HV_X64_REGISTER_CLASS_* */
	union {
		struct {
			/* HV_X64_REGISTER_CLASS_GENERAL */
			union {
				struct {
					__u64 rax;
					__u64 rcx;
					__u64 rdx;
					__u64 rbx;
					__u64 rsp;
					__u64 rbp;
					__u64 rsi;
					__u64 rdi;
					__u64 r8;
					__u64 r9;
					__u64 r10;
					__u64 r11;
					__u64 r12;
					__u64 r13;
					__u64 r14;
					__u64 r15;
				};
				__u64 gp_registers[16];
			};
			__u64 rip;	/* HV_X64_REGISTER_CLASS_IP */
			__u64 rflags;	/* HV_X64_REGISTER_CLASS_FLAGS */
		};
		__u64 registers[18];
	};
	__u8 reserved[8];
	/* HV_X64_REGISTER_CLASS_XMM */
	union {
		struct {
			struct hv_u128 xmm0;
			struct hv_u128 xmm1;
			struct hv_u128 xmm2;
			struct hv_u128 xmm3;
			struct hv_u128 xmm4;
			struct hv_u128 xmm5;
		};
		struct hv_u128 xmm_registers[6];
	};
	/* HV_X64_REGISTER_CLASS_SEGMENT */
	union {
		struct {
			struct hv_x64_segment_register es;
			struct hv_x64_segment_register cs;
			struct hv_x64_segment_register ss;
			struct hv_x64_segment_register ds;
			struct hv_x64_segment_register fs;
			struct hv_x64_segment_register gs;
		};
		struct hv_x64_segment_register segment_registers[6];
	};
	/* Read only from here. */
	__u64 cr0;
	__u64 cr3;
	__u64 cr4;
	__u64 cr8;
	__u64 efer;
	__u64 dr7;
	union hv_x64_pending_interruption_register pending_interruption;
	union hv_x64_interrupt_state_register interrupt_state;
	__u64 instruction_emulation_hints;
	__u64 xfem;
	/* Not part of what a save of the page keeps. */
	__u8 reserved1[0x100];
	/* Taken by DispatchVp with ..._SCAN_INTERRUPT_INJECTION. */
	union hv_vp_register_page_interrupt_vectors interrupt_vectors;
};
HVPART_ASSERT_SIZE(struct hv_vp_register_page, 696);
HVPART_ASSERT_OFFSET(struct hv_vp_register_page, isvalid, 2);
HVPART_ASSERT_OFFSET(struct hv_vp_register_page, dirty, 4);
HVPART_ASSERT_OFFSET(struct hv_vp_register_page, rax, 8);
HVPART_ASSERT_OFFSET(struct hv_vp_register_page, r15, 0x80);
HVPART_ASSERT_OFFSET(struct hv_vp_register_page, rip, 0x88);
HVPART_ASSERT_OFFSET(struct hv_vp_register_page, rflags, 0x90);
HVPART_ASSERT_OFFSET(struct hv_vp_register_page, xmm0, 0xA0);
HVPART_ASSERT_OFFSET(struct hv_vp_register_page, es, 0x100);
HVPART_ASSERT_OFFSET(struct hv_vp_register_page, gs, 0x150);
HVPART_ASSERT_OFFSET(struct hv_vp_register_page, cr0, 0x160);
HVPART_ASSERT_OFFSET(struct hv_vp_register_page, dr7, 0x188);
HVPART_ASSERT_OFFSET(struct hv_vp_register_page, pending_interruption, 0x190);
HVPART_ASSERT_OFFSET(struct hv_vp_register_page, interrupt_state, 0x198);
HVPART_ASSERT_OFFSET(struct hv_vp_register_page,
		     instruction_emulation_hints, 0x1A0);
HVPART_ASSERT_OFFSET(struct hv_vp_register_page, xfem, 0x1A8);
HVPART_ASSERT_OFFSET(struct hv_vp_register_page, interrupt_vectors, 0x2B0);

#endif /* _HVPART_REGISTER_H */
