/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Synthetic MSRs: numbers, bits, and the pages that some of them place (TLFS,
 * "synthetic MSRs", "SynIC registers", "timers", "guest crash").
 *
 * Every number here belongs to a privilege bit of cpuid.h; without it an access
 * is #GP. A number in 0x40000000 .. 0x400000FF that is not here always is.
 */
#ifndef _HVPART_MSR_H
#define _HVPART_MSR_H

#include "types.h"

/* HV_MSR_HYPERCALL_AVAILABLE */
#define HV_X64_MSR_GUEST_OS_ID			0x40000000
#define HV_X64_MSR_HYPERCALL			0x40000001
/* HV_MSR_VP_INDEX_AVAILABLE; read-only */
#define HV_X64_MSR_VP_INDEX			0x40000002
/* HV_MSR_RESET_AVAILABLE; bit 0, reads 0 */
#define HV_X64_MSR_RESET			0x40000003
/* HV_MSR_VP_RUNTIME_AVAILABLE; read-only, 100 ns */
#define HV_X64_MSR_VP_RUNTIME			0x40000010
/* HV_MSR_TIME_REF_COUNT_AVAILABLE; read-only, 100 ns */
#define HV_X64_MSR_TIME_REF_COUNT		0x40000020
/* HV_MSR_REFERENCE_TSC_AVAILABLE */
#define HV_X64_MSR_REFERENCE_TSC		0x40000021
/* HV_ACCESS_FREQUENCY_MSRS and HV_FEATURE_FREQUENCY_MSRS_AVAILABLE; Hz */
#define HV_X64_MSR_TSC_FREQUENCY		0x40000022
#define HV_X64_MSR_APIC_FREQUENCY		0x40000023
/* HV_FEATURE_NPIEP_AVAILABLE */
#define HV_X64_MSR_NPIEP_CONFIG			0x40000040

/* HV_MSR_APIC_ACCESS_AVAILABLE */
#define HV_X64_MSR_EOI				0x40000070
#define HV_X64_MSR_ICR				0x40000071
#define HV_X64_MSR_TPR				0x40000072
#define HV_X64_MSR_VP_ASSIST_PAGE		0x40000073

/* HV_MSR_SYNIC_AVAILABLE */
#define HV_X64_MSR_SCONTROL			0x40000080
#define HV_X64_MSR_SVERSION			0x40000081
#define HV_X64_MSR_SIEFP			0x40000082
#define HV_X64_MSR_SIMP				0x40000083
#define HV_X64_MSR_EOM				0x40000084
#define HV_X64_MSR_SIRBP			0x40000085
#define HV_X64_MSR_SINT0			0x40000090
#define HV_X64_MSR_SINT1			0x40000091
#define HV_X64_MSR_SINT2			0x40000092
#define HV_X64_MSR_SINT3			0x40000093
#define HV_X64_MSR_SINT4			0x40000094
#define HV_X64_MSR_SINT5			0x40000095
#define HV_X64_MSR_SINT6			0x40000096
#define HV_X64_MSR_SINT7			0x40000097
#define HV_X64_MSR_SINT8			0x40000098
#define HV_X64_MSR_SINT9			0x40000099
#define HV_X64_MSR_SINT10			0x4000009A
#define HV_X64_MSR_SINT11			0x4000009B
#define HV_X64_MSR_SINT12			0x4000009C
#define HV_X64_MSR_SINT13			0x4000009D
#define HV_X64_MSR_SINT14			0x4000009E
#define HV_X64_MSR_SINT15			0x4000009F

/* HV_MSR_SYNTIMER_AVAILABLE */
#define HV_X64_MSR_STIMER0_CONFIG		0x400000B0
#define HV_X64_MSR_STIMER0_COUNT		0x400000B1
#define HV_X64_MSR_STIMER1_CONFIG		0x400000B2
#define HV_X64_MSR_STIMER1_COUNT		0x400000B3
#define HV_X64_MSR_STIMER2_CONFIG		0x400000B4
#define HV_X64_MSR_STIMER2_COUNT		0x400000B5
#define HV_X64_MSR_STIMER3_CONFIG		0x400000B6
#define HV_X64_MSR_STIMER3_COUNT		0x400000B7

/* HV_CPU_MANAGEMENT: the root's power states */
#define HV_X64_MSR_POWER_STATE_TRIGGER_C1	0x400000C1
#define HV_X64_MSR_POWER_STATE_TRIGGER_C2	0x400000C2
#define HV_X64_MSR_POWER_STATE_TRIGGER_C3	0x400000C3
#define HV_X64_MSR_POWER_STATE_CONFIG_C1	0x400000D1
#define HV_X64_MSR_POWER_STATE_CONFIG_C2	0x400000D2
#define HV_X64_MSR_POWER_STATE_CONFIG_C3	0x400000D3

/* HV_MSR_STAT_PAGES_AVAILABLE */
#define HV_X64_MSR_STATS_PARTITION_RETAIL_PAGE		0x400000E0
#define HV_X64_MSR_STATS_PARTITION_INTERNAL_PAGE	0x400000E1
#define HV_X64_MSR_STATS_VP_RETAIL_PAGE			0x400000E2
#define HV_X64_MSR_STATS_VP_INTERNAL_PAGE		0x400000E3

/* HV_MSR_GUEST_IDLE_AVAILABLE; a read waits for any interrupt */
#define HV_X64_MSR_GUEST_IDLE			0x400000F0

/* HV_FEATURE_DEBUG_MSRS_AVAILABLE */
#define HV_X64_MSR_SYNDBG_CONTROL		0x400000F1
#define HV_X64_MSR_SYNDBG_STATUS		0x400000F2
#define HV_X64_MSR_SYNDBG_SEND_BUFFER		0x400000F3
#define HV_X64_MSR_SYNDBG_RECV_BUFFER		0x400000F4
#define HV_X64_MSR_SYNDBG_PENDING_BUFFER	0x400000F5
#define HV_X64_MSR_SYNDBG_OPTIONS		0x400000FF

/* HV_FEATURE_GUEST_CRASH_MSR_AVAILABLE, no privilege bit */
#define HV_X64_MSR_CRASH_P0			0x40000100
#define HV_X64_MSR_CRASH_P1			0x40000101
#define HV_X64_MSR_CRASH_P2			0x40000102
#define HV_X64_MSR_CRASH_P3			0x40000103
#define HV_X64_MSR_CRASH_P4			0x40000104
#define HV_X64_MSR_CRASH_CTL			0x40000105
#define HV_X64_MSR_CRASH_PARAMS			5

/* HV_ACCESS_REENLIGHTENMENT */
#define HV_X64_MSR_REENLIGHTENMENT_CONTROL	0x40000106
#define HV_X64_MSR_TSC_EMULATION_CONTROL	0x40000107
#define HV_X64_MSR_TSC_EMULATION_STATUS		0x40000108

/* HV_FEATURE_STIME_UNHALTED_TIMER_AVAILABLE */
#define HV_X64_MSR_STIME_UNHALTED_TIMER_CONFIG	0x40000114
#define HV_X64_MSR_STIME_UNHALTED_TIMER_COUNT	0x40000115

/* HV_ACCESS_TSC_INVARIANT */
#define HV_X64_MSR_TSC_INVARIANT_CONTROL	0x40000118

/* The whole range that unassigned numbers fault in. */
#define HV_X64_MSR_FIRST			0x40000000
#define HV_X64_MSR_LAST				0x400001FF

/*
 * MSRs that place a page: bit 0 enables, 11:1 are preserved (except that bit 1
 * of HYPERCALL locks it), 63:12 are the guest page number.
 */
#define HV_X64_MSR_PAGE_ENABLE			HVPART_U64(0x0000000000000001)
#define HV_X64_MSR_PAGE_RSVDP_MASK		HVPART_U64(0x0000000000000FFE)
#define HV_X64_MSR_PAGE_SHIFT			12
#define HV_X64_MSR_PAGE_ADDRESS_MASK		HVPART_U64(0xFFFFFFFFFFFFF000)

#define HV_X64_MSR_HYPERCALL_ENABLE		0x00000001
#define HV_X64_MSR_HYPERCALL_LOCKED		0x00000002
#define HV_X64_MSR_HYPERCALL_PAGE_ADDRESS_SHIFT	12
#define HV_X64_MSR_HYPERCALL_PAGE_ADDRESS_MASK	HV_X64_MSR_PAGE_ADDRESS_MASK
#define HV_X64_MSR_VP_ASSIST_PAGE_ENABLE	0x00000001
#define HV_X64_MSR_VP_ASSIST_PAGE_ADDRESS_SHIFT	12
#define HV_X64_MSR_VP_ASSIST_PAGE_ADDRESS_MASK	HV_X64_MSR_PAGE_ADDRESS_MASK
#define HV_X64_MSR_TSC_REFERENCE_ENABLE		0x00000001
#define HV_X64_MSR_TSC_REFERENCE_ADDRESS_SHIFT	12

#define HV_X64_MSR_RESET_ACTION			HVPART_U64(0x0000000000000001)
#define HV_EXPOSE_INVARIANT_TSC			HVPART_U64(0x0000000000000001)

/* Crash control: 63 notify, 62 message at P3 of P4 bytes, 61 no dump. */
#define HV_CRASH_CTL_CRASH_NOTIFY		HVPART_U64(0x8000000000000000)
#define HV_CRASH_CTL_CRASH_NOTIFY_MSG		HVPART_U64(0x4000000000000000)
#define HV_CRASH_CTL_NO_CRASH_DUMP		HVPART_U64(0x2000000000000000)
#define HV_CRASH_CTL_PRE_OS_ID_MASK		HVPART_U64(0x1C00000000000000)
#define HV_CRASH_MAXIMUM_MESSAGE_SIZE		4096

/* SynIC */
#define HV_SYNIC_VERSION_1			0x1
#define HV_SYNIC_FIRST_VALID_VECTOR		16
#define HV_SYNIC_CONTROL_ENABLE			HVPART_U64(0x0000000000000001)
#define HV_SYNIC_SIMP_ENABLE			HVPART_U64(0x0000000000000001)
#define HV_SYNIC_SIEFP_ENABLE			HVPART_U64(0x0000000000000001)
#define HV_SYNIC_SINT_VECTOR_MASK		0xFF
#define HV_SYNIC_SINT_MASKED			HVPART_U64(0x0000000000010000)
#define HV_SYNIC_SINT_AUTO_EOI			HVPART_U64(0x0000000000020000)
#define HV_SYNIC_SINT_POLLING			HVPART_U64(0x0000000000040000)
#define HV_SYNIC_SINT_AS_INTERCEPT		HVPART_U64(0x0000000000080000)
#define HV_SYNIC_SINT_PROXY			HVPART_U64(0x0000000000100000)
/* Reset value of every SINT; must be writable without a fault. */
#define HV_SYNIC_SINT_RESET			HV_SYNIC_SINT_MASKED

/* Statically assigned sources, as Linux uses them. */
#define HV_SYNIC_INTERCEPTION_SINT_INDEX	0
#define HV_SYNIC_IOMMU_FAULT_SINT_INDEX		1
#define HV_SYNIC_VMBUS_SINT_INDEX		2
#define HV_SYNIC_FIRST_UNUSED_SINT_INDEX	5

#define HV_SYNIC_STIMER_COUNT			4
#define HV_STIMER_ENABLE			HVPART_U64(0x0000000000000001)
#define HV_STIMER_PERIODIC			HVPART_U64(0x0000000000000002)
#define HV_STIMER_LAZY				HVPART_U64(0x0000000000000004)
#define HV_STIMER_AUTOENABLE			HVPART_U64(0x0000000000000008)
#define HV_STIMER_APIC_VECTOR_SHIFT		4
#define HV_STIMER_APIC_VECTOR_MASK		HVPART_U64(0x0000000000000FF0)
#define HV_STIMER_DIRECT_MODE			HVPART_U64(0x0000000000001000)
#define HV_STIMER_SINTX_SHIFT			16
#define HV_STIMER_SINTX_MASK			HVPART_U64(0x00000000000F0000)

/* Vectors a cluster IPI may carry. */
#define HV_IPI_LOW_VECTOR			0x10
#define HV_IPI_HIGH_VECTOR			0xFF

#ifndef __ASSEMBLER__

union hv_x64_msr_hypercall_contents {
	__u64 as_uint64;
	struct {
		__u64 enable : 1;
		__u64 locked : 1;
		__u64 reserved : 10;
		__u64 guest_physical_address : 52;
	};
};

union hv_reference_tsc_msr {
	__u64 as_uint64;
	struct {
		__u64 enable : 1;
		__u64 reserved : 11;
		__u64 pfn : 52;
	};
};

union hv_vp_assist_msr_contents {
	__u64 as_uint64;
	struct {
		__u64 enable : 1;
		__u64 reserved : 11;
		__u64 pfn : 52;
	};
};

union hv_synic_scontrol {
	__u64 as_uint64;
	struct {
		__u64 enable : 1;
		__u64 reserved : 63;
	};
};

union hv_synic_simp {
	__u64 as_uint64;
	struct {
		__u64 simp_enabled : 1;
		__u64 preserved : 11;
		__u64 base_simp_gpa : 52;	/* a page number */
	};
};

union hv_synic_siefp {
	__u64 as_uint64;
	struct {
		__u64 siefp_enabled : 1;
		__u64 preserved : 11;
		__u64 base_siefp_gpa : 52;	/* a page number */
	};
};

union hv_synic_sint {
	__u64 as_uint64;
	struct {
		__u64 vector : 8;
		__u64 reserved1 : 8;
		__u64 masked : 1;
		__u64 auto_eoi : 1;
		__u64 polling : 1;
		__u64 as_intercept : 1;
		__u64 proxy : 1;
		__u64 reserved2 : 43;
	};
};

union hv_stimer_config {
	__u64 as_uint64;
	struct {
		__u64 enable : 1;
		__u64 periodic : 1;
		__u64 lazy : 1;
		__u64 auto_enable : 1;
		__u64 apic_vector : 8;
		__u64 direct_mode : 1;
		__u64 reserved_z0 : 3;
		__u64 sintx : 4;
		__u64 reserved_z1 : 44;
	};
};

union hv_reenlightenment_control {
	__u64 as_uint64;
	struct {
		__u64 vector : 8;
		__u64 reserved1 : 8;
		__u64 enabled : 1;
		__u64 reserved2 : 15;
		__u64 target_vp : 32;
	};
};

/*
 * Reference TSC page: time = high64(TSC * scale) + offset. Sequence 0 tells the
 * reader to use the MSR instead; 0xFFFFFFFF meant the same in old editions, so
 * neither is ever published for a valid page.
 */
struct ms_hyperv_tsc_page {
	__u32 tsc_sequence;
	__u32 reserved1;
	__u64 tsc_scale;
	__s64 tsc_offset;
	__u64 reserved2[509];
};
HVPART_ASSERT_SIZE(struct ms_hyperv_tsc_page, HV_HYP_PAGE_SIZE);
HVPART_ASSERT_OFFSET(struct ms_hyperv_tsc_page, tsc_scale, 8);
HVPART_ASSERT_OFFSET(struct ms_hyperv_tsc_page, tsc_offset, 16);
#define HV_REFERENCE_TSC_SEQUENCE_INVALID	0x00000000U
#define HV_REFERENCE_TSC_SEQUENCE_AVOID		0xFFFFFFFFU

struct hv_nested_enlightenments_control {
	__u32 features;			/* 0 direct hypercall */
	__u32 hypercall_controls;	/* 0 inter-partition communication */
};

/* VP assist page; what hvpart uses of it is apic_assist, the rest is zero. */
struct hv_vp_assist_page {
	__u32 apic_assist;		/* HV_APIC_ASSIST_* */
	__u32 reserved1;
	__u32 vtl_entry_reason;
	__u32 vtl_reserved;
	__u64 vtl_ret_x64rax;
	__u64 vtl_ret_x64rcx;
	struct hv_nested_enlightenments_control nested_control;
	__u8 enlighten_vmentry;
	__u8 reserved2[7];
	__u64 current_nested_vmcs;
	__u8 synthetic_time_unhalted_timer_expired;
	__u8 reserved3[7];
	__u8 virtualization_fault_information[40];
	__u8 reserved4[8];
	__u8 intercept_message[256];
	__u8 vtl_ret_actions[256];
	__u8 reserved5[3472];
};
HVPART_ASSERT_SIZE(struct hv_vp_assist_page, HV_HYP_PAGE_SIZE);
HVPART_ASSERT_OFFSET(struct hv_vp_assist_page, vtl_entry_reason, 8);
HVPART_ASSERT_OFFSET(struct hv_vp_assist_page, nested_control, 0x20);
HVPART_ASSERT_OFFSET(struct hv_vp_assist_page, current_nested_vmcs, 0x30);
HVPART_ASSERT_OFFSET(struct hv_vp_assist_page,
		     virtualization_fault_information, 0x40);
HVPART_ASSERT_OFFSET(struct hv_vp_assist_page, intercept_message, 0x70);
HVPART_ASSERT_OFFSET(struct hv_vp_assist_page, vtl_ret_actions, 0x170);
/* The interrupt in service needs no EOI; the guest clears the word instead. */
#define HV_APIC_ASSIST_NO_EOI_REQUIRED		0x1U

#endif /* __ASSEMBLER__ */
#endif /* _HVPART_MSR_H */
