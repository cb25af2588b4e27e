/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Partition properties, creation flags, privileges and processor features
 * (TLFS, "partition properties"; names as in Linux's include/hyperv/hvhdk*.h).
 */
#ifndef _HVPART_PROPERTY_H
#define _HVPART_PROPERTY_H

#include "types.h"

/* "early": may be set before InitializePartition. */
#define HV_PARTITION_PROPERTY_PRIVILEGE_FLAGS		0x00010000 /* early */
#define HV_PARTITION_PROPERTY_SYNTHETIC_PROC_FEATURES	0x00010001 /* early */

#define HV_PARTITION_PROPERTY_SUSPEND			0x00020000
#define HV_PARTITION_PROPERTY_CPU_RESERVE		0x00020001
#define HV_PARTITION_PROPERTY_CPU_CAP			0x00020002
#define HV_PARTITION_PROPERTY_CPU_WEIGHT		0x00020003
#define HV_PARTITION_PROPERTY_CPU_GROUP_ID		0x00020004
#define HV_PARTITION_PROPERTY_INTEGRATED_SCHEDULER_ENABLED	0x00020005

#define HV_PARTITION_PROPERTY_EMULATED_TIMER_PERIOD	0x00030000
#define HV_PARTITION_PROPERTY_EMULATED_TIMER_CONTROL	0x00030001
#define HV_PARTITION_PROPERTY_PM_TIMER_ASSIST		0x00030002
/* 1 stops reference time while all VPs are stopped, 0 lets it go on. */
#define HV_PARTITION_PROPERTY_TIME_FREEZE		0x00030003
/* 100 ns */
#define HV_PARTITION_PROPERTY_REFERENCE_TIME		0x00030005

#define HV_PARTITION_PROPERTY_DEBUG_CHANNEL_ID		0x00040000

#define HV_PARTITION_PROPERTY_VIRTUAL_TLB_PAGE_COUNT	0x00050000
#define HV_PARTITION_PROPERTY_VSM_CONFIG		0x00050001
#define HV_PARTITION_PROPERTY_ZERO_MEMORY_ON_RESET	0x00050002
#define HV_PARTITION_PROPERTY_PROCESSORS_PER_SOCKET	0x00050003
#define HV_PARTITION_PROPERTY_NESTED_TLB_SIZE		0x00050004
#define HV_PARTITION_PROPERTY_GPA_PAGE_ACCESS_TRACKING	0x00050005
#define HV_PARTITION_PROPERTY_VSM_PERMISSIONS_DIRTY_SINCE_LAST_QUERY \
							0x00050006
#define HV_PARTITION_PROPERTY_ISOLATION_STATE		0x0005000C
#define HV_PARTITION_PROPERTY_ISOLATION_CONTROL		0x0005000D
#define HV_PARTITION_PROPERTY_ALLOCATION_ID		0x0005000E
#define HV_PARTITION_PROPERTY_MONITORING_ID		0x0005000F
#define HV_PARTITION_PROPERTY_IMPLEMENTED_PHYSICAL_ADDRESS_BITS	0x00050010
#define HV_PARTITION_PROPERTY_NON_ARCHITECTURAL_CORE_SHARING	0x00050011
#define HV_PARTITION_PROPERTY_HYPERCALL_DOORBELL_PAGE	0x00050012 /* early */
#define HV_PARTITION_PROPERTY_ISOLATION_POLICY		0x00050014
#define HV_PARTITION_PROPERTY_UNIMPLEMENTED_MSR_ACTION	0x00050017
#define HV_PARTITION_PROPERTY_SEV_VMGEXIT_OFFLOADS	0x00050022
#define HV_PARTITION_PROPERTY_PARTITION_DIAG_BUFFER_CONFIG \
							0x00050026 /* early */

#define HV_PARTITION_PROPERTY_PROCESSOR_VENDOR		0x00060000
#define HV_PARTITION_PROPERTY_PROCESSOR_FEATURES	0x00060001
#define HV_PARTITION_PROPERTY_PROCESSOR_XSAVE_FEATURES	0x00060002
#define HV_PARTITION_PROPERTY_PROCESSOR_CL_FLUSH_SIZE	0x00060003
#define HV_PARTITION_PROPERTY_ENLIGHTENMENT_MODIFICATIONS	0x00060004
#define HV_PARTITION_PROPERTY_COMPATIBILITY_VERSION	0x00060005
#define HV_PARTITION_PROPERTY_PHYSICAL_ADDRESS_WIDTH	0x00060006 /* early */
#define HV_PARTITION_PROPERTY_XSAVE_STATES		0x00060007
#define HV_PARTITION_PROPERTY_MAX_XSAVE_DATA_SIZE	0x00060008
#define HV_PARTITION_PROPERTY_PROCESSOR_CLOCK_FREQUENCY	0x00060009
#define HV_PARTITION_PROPERTY_PROCESSOR_FEATURES0	0x0006000A
#define HV_PARTITION_PROPERTY_PROCESSOR_FEATURES1	0x0006000B

#define HV_PARTITION_PROPERTY_GUEST_OS_ID		0x00070000

#define HV_PARTITION_PROPERTY_PROCESSOR_VIRTUALIZATION_FEATURES	0x00080000

/* Through the Ex calls only */
#define HV_PARTITION_PROPERTY_VMM_CAPABILITIES		0x00090007 /* early */
#define HV_PARTITION_PROPERTY_EX_90009			0x00090009

/* hvpart's own */
#define HVPART_PROPERTY_FIRST				0x7F000000
/* u64 HVPART_BREAK_*: early or later; read/write. For tests only. */
#define HVPART_PROPERTY_DEBUG_BREAK			0x7F000000
/* u32 leaf 0x40000004 EAX: early. Replaces what 0x10001 implied. */
#define HVPART_PROPERTY_HINTS				0x7F000001
/* u32 leaf 0x40000003 EDX: early. Bits that are not built: out of range. */
#define HVPART_PROPERTY_FEATURES_EDX			0x7F000002
/* u32, read-only: greatest number of VPs, VP indices are below it. */
#define HVPART_PROPERTY_MAX_VPS				0x7F000003

/* HV_PARTITION_PROPERTY_UNIMPLEMENTED_MSR_ACTION */
#define HV_UNIMPLEMENTED_MSR_ACTION_FAULT		0
#define HV_UNIMPLEMENTED_MSR_ACTION_IGNORE_WRITE_READ_ZERO	1

/* HV_PARTITION_PROPERTY_PROCESSOR_VENDOR */
#define HV_PARTITION_PROCESSOR_VENDOR_AMD		0
#define HV_PARTITION_PROCESSOR_VENDOR_INTEL		1

/*
 * HVPART_PROPERTY_DEBUG_BREAK: what the hypervisor does wrong on purpose, in
 * that partition alone, so that the conformance suite can show that it notices.
 * One representative statement of each group of tlfs-interrupts section 9.
 */
#define HVPART_BREAK_NONE		0
/* 9.1, statement 10: an unknown call answers SUCCESS. */
#define HVPART_BREAK_UNKNOWN_CALL	1
/* 9.2, statement 21: the page below the hypercall page stays hidden. */
#define HVPART_BREAK_HYPERCALL_OVERLAY	2
/* 9.3, statement 39: TPR does not hold back lower interrupts. */
#define HVPART_BREAK_TPR		3
/* 9.4, statement 57: only bank 0 of a sparse VP set is looked at. */
#define HVPART_BREAK_IPI_BANKS		4
/* 9.5, statement 67: SINTs are 0 after VP creation. */
#define HVPART_BREAK_SINT_RESET		5
/* 9.6, statement 86: the pending flag is never set. */
#define HVPART_BREAK_MESSAGE_PENDING	6
/* 9.7, statement 108: a post to a full port answers 0x33. */
#define HVPART_BREAK_POST_STATUS	7
/* 9.8, statement 119: a flag that is set already interrupts again. */
#define HVPART_BREAK_EVENT_EDGE		8
/* 9.9, statement 127: Enable stays set after a one-shot expiry. */
#define HVPART_BREAK_STIMER_ENABLE	9
/* 9.10, statement 152: the reference counter repeats a value. */
#define HVPART_BREAK_REFERENCE_TIME	10
/* 9.11, statement 169: P4 does not keep what is written. */
#define HVPART_BREAK_CRASH_PARAMETER	11
#define HVPART_BREAK_LAST		11

/* CreatePartition: flags */
#define HV_PARTITION_CREATION_FLAG_SMT_ENABLED_GUEST	HVPART_U64(0x00000001)
#define HV_PARTITION_CREATION_FLAG_NESTED_VIRTUALIZATION_CAPABLE \
							HVPART_U64(0x00000002)
#define HV_PARTITION_CREATION_FLAG_GPA_SUPER_PAGES_ENABLED \
							HVPART_U64(0x00000010)
/* The VMM lives outside: messages carry CR8, HLT may be a message. */
#define HV_PARTITION_CREATION_FLAG_EXO_PARTITION	HVPART_U64(0x00000100)
#define HV_PARTITION_CREATION_FLAG_LAPIC_ENABLED	HVPART_U64(0x00002000)
#define HV_PARTITION_CREATION_FLAG_PMU_ENABLED		HVPART_U64(0x00008000)
#define HV_PARTITION_CREATION_FLAG_LBR_ENABLED		HVPART_U64(0x00010000)
#define HV_PARTITION_CREATION_FLAG_INTERCEPT_MESSAGE_PAGE_ENABLED \
							HVPART_U64(0x00080000)
#define HV_PARTITION_CREATION_FLAG_X2APIC_CAPABLE	HVPART_U64(0x00400000)

/* isolation_properties: 4:0 type; hvpart has only NONE */
#define HV_PARTITION_ISOLATION_TYPE_NONE		0

#define HV_COMPATIBILITY_21_H2				0x0609

/*
 * The privilege mask is (leaf 3 EBX << 32) | leaf 3 EAX: the bits are in
 * cpuid.h. This makes one of them a mask bit.
 */
#define HVPART_PRIVILEGE(eax, ebx) \
	((HVPART_U64(1) * (ebx)) << 32 | (eax))

/* SYNTHETIC_PROC_FEATURES: one knob for CPUID, MSRs and calls together */
#define HV_SYNTH_HYPERVISOR_PRESENT			HVPART_U64(0x00000001)
#define HV_SYNTH_HV1					HVPART_U64(0x00000002)
#define HV_SYNTH_ACCESS_VP_RUN_TIME_REG			HVPART_U64(0x00000004)
#define HV_SYNTH_ACCESS_PARTITION_REFERENCE_COUNTER	HVPART_U64(0x00000008)
#define HV_SYNTH_ACCESS_SYNIC_REGS			HVPART_U64(0x00000010)
#define HV_SYNTH_ACCESS_SYNTHETIC_TIMER_REGS		HVPART_U64(0x00000020)
#define HV_SYNTH_ACCESS_INTR_CTRL_REGS			HVPART_U64(0x00000040)
#define HV_SYNTH_ACCESS_HYPERCALL_REGS			HVPART_U64(0x00000080)
#define HV_SYNTH_ACCESS_VP_INDEX			HVPART_U64(0x00000100)
#define HV_SYNTH_ACCESS_PARTITION_REFERENCE_TSC		HVPART_U64(0x00000200)
#define HV_SYNTH_ACCESS_GUEST_IDLE_REG			HVPART_U64(0x00000400)
#define HV_SYNTH_ACCESS_FREQUENCY_REGS			HVPART_U64(0x00000800)
#define HV_SYNTH_ENABLE_EXTENDED_GVA_RANGES_FOR_FLUSH	HVPART_U64(0x00008000)
#define HV_SYNTH_FAST_HYPERCALL_OUTPUT			HVPART_U64(0x00040000)
#define HV_SYNTH_START_VIRTUAL_PROCESSOR		HVPART_U64(0x00100000)
#define HV_SYNTH_DIRECT_SYNTHETIC_TIMERS		HVPART_U64(0x00400000)
#define HV_SYNTH_EXTENDED_PROCESSOR_MASKS		HVPART_U64(0x01000000)
#define HV_SYNTH_TB_FLUSH_HYPERCALLS			HVPART_U64(0x02000000)
#define HV_SYNTH_SYNTHETIC_CLUSTER_IPI			HVPART_U64(0x04000000)
#define HV_SYNTH_NOTIFY_LONG_SPIN_WAIT			HVPART_U64(0x08000000)
#define HV_SYNTH_QUERY_NUMA_DISTANCE			HVPART_U64(0x10000000)
#define HV_SYNTH_SIGNAL_EVENTS				HVPART_U64(0x20000000)
#define HV_SYNTH_RETARGET_DEVICE_INTERRUPT		HVPART_U64(0x40000000)
#define HV_SYNTH_RESTORE_TIME				HVPART_U64(0x80000000)
#define HV_SYNTH_ENLIGHTENED_VMCS			HVPART_U64(0x100000000)

#define HV_PARTITION_PROCESSOR_FEATURES_BANKS		2
#define HV_PARTITION_SYNTHETIC_PROCESSOR_FEATURES_BANKS	1

/* Processor XSAVE features */
#define HV_PROCESSOR_XSAVE_SUPPORT			HVPART_U64(0x1)
#define HV_PROCESSOR_XSAVEOPT_SUPPORT			HVPART_U64(0x2)
#define HV_PROCESSOR_AVX_SUPPORT			HVPART_U64(0x4)

#ifndef __ASSEMBLER__

/*
 * Processor features: at creation a set bit takes the feature away; in the
 * properties FEATURES0/1 a set bit says that it is there.
 */
union hv_partition_processor_features {
	__u64 as_uint64[HV_PARTITION_PROCESSOR_FEATURES_BANKS];
	struct {
		/* bank 0 */
		__u64 sse3_support : 1;
		__u64 lahf_sahf_support : 1;
		__u64 ssse3_support : 1;
		__u64 sse4_1_support : 1;
		__u64 sse4_2_support : 1;
		__u64 sse4a_support : 1;
		__u64 xop_support : 1;
		__u64 pop_cnt_support : 1;
		__u64 cmpxchg16b_support : 1;
		__u64 altmovcr8_support : 1;
		__u64 lzcnt_support : 1;
		__u64 mis_align_sse_support : 1;
		__u64 mmx_ext_support : 1;
		__u64 amd3dnow_support : 1;
		__u64 extended_amd3dnow_support : 1;
		__u64 page_1gb_support : 1;
		__u64 aes_support : 1;
		__u64 pclmulqdq_support : 1;
		__u64 pcid_support : 1;
		__u64 fma4_support : 1;
		__u64 f16c_support : 1;
		__u64 rd_rand_support : 1;
		__u64 rd_wr_fs_gs_support : 1;
		__u64 smep_support : 1;
		__u64 enhanced_fast_string_support : 1;
		__u64 bmi1_support : 1;
		__u64 bmi2_support : 1;
		__u64 hle_support_deprecated : 1;
		__u64 rtm_support_deprecated : 1;
		__u64 movbe_support : 1;
		__u64 npiep1_support : 1;
		__u64 dep_x87_fpu_save_support : 1;
		__u64 rd_seed_support : 1;
		__u64 adx_support : 1;
		__u64 intel_prefetch_support : 1;
		__u64 smap_support : 1;
		__u64 hle_support : 1;
		__u64 rtm_support : 1;
		__u64 rdtscp_support : 1;
		__u64 clflushopt_support : 1;
		__u64 clwb_support : 1;
		__u64 sha_support : 1;
		__u64 x87_pointers_saved_support : 1;
		__u64 invpcid_support : 1;
		__u64 ibrs_support : 1;
		__u64 stibp_support : 1;
		__u64 ibpb_support : 1;
		__u64 unrestricted_guest_support : 1;
		__u64 mdd_support : 1;
		__u64 fast_short_rep_mov_support : 1;
		__u64 l1dcache_flush_support : 1;
		__u64 rdcl_no_support : 1;
		__u64 ibrs_all_support : 1;
		__u64 skip_l1df_support : 1;
		__u64 ssb_no_support : 1;
		__u64 rsb_a_no_support : 1;
		__u64 virt_spec_ctrl_support : 1;
		__u64 rd_pid_support : 1;
		__u64 umip_support : 1;
		__u64 mbs_no_support : 1;
		__u64 mb_clear_support : 1;
		__u64 taa_no_support : 1;
		__u64 tsx_ctrl_support : 1;
		__u64 reserved_bank0 : 1;

		/* bank 1; Linux names bits 0 .. 21, the specification the rest */
		__u64 acount_mcount_support : 1;
		__u64 tsc_invariant_support : 1;
		__u64 cl_zero_support : 1;
		__u64 rdpru_support : 1;
		__u64 la57_support : 1;
		__u64 mbec_support : 1;
		__u64 nested_virt_support : 1;
		__u64 psfd_support : 1;
		__u64 cet_ss_support : 1;
		__u64 cet_ibt_support : 1;
		__u64 vmx_exception_inject_support : 1;
		__u64 enqcmd_support : 1;
		__u64 umwait_tpause_support : 1;
		__u64 movdiri_support : 1;
		__u64 movdir64b_support : 1;
		__u64 cldemote_support : 1;
		__u64 serialize_support : 1;
		__u64 tsc_deadline_tmr_support : 1;
		__u64 tsc_adjust_support : 1;
		__u64 fzlrep_movsb : 1;
		__u64 fsrep_stosb : 1;
		__u64 fsrep_cmpsb : 1;
		__u64 tsx_ld_trk_support : 1;
		__u64 vmx_ins_outs_exit_info_support : 1;
		__u64 hlat_support : 1;
		__u64 sbdr_ssdp_no_support : 1;
		__u64 fbsdp_no_support : 1;
		__u64 psdp_no_support : 1;
		__u64 fb_clear_support : 1;
		__u64 btc_no_support : 1;
		__u64 ibpb_rsb_flush_support : 1;
		__u64 stibp_always_on_support : 1;
		__u64 perf_global_ctrl_support : 1;
		__u64 npt_execute_only_support : 1;
		__u64 npt_ad_flags_support : 1;
		__u64 npt_1gb_page_support : 1;
		__u64 reserved_bank1_36 : 4;
		__u64 cmpccxadd_support : 1;
		__u64 reserved_bank1_41 : 4;
		__u64 prefetch_i_support : 1;
		__u64 sha512_support : 1;
		__u64 reserved_bank1_47 : 3;
		__u64 sm3_support : 1;
		__u64 sm4_support : 1;
		__u64 reserved_bank1_52 : 2;
		__u64 sbpb_support : 1;
		__u64 ibpb_br_type_support : 1;
		__u64 srso_no_support : 1;
		__u64 srso_user_kernel_no_support : 1;
		__u64 reserved_bank1_58 : 6;
	};
};
HVPART_ASSERT_SIZE(union hv_partition_processor_features, 16);

union hv_partition_processor_xsave_features {
	__u64 as_uint64;
	struct {
		__u64 xsave_support : 1;
		__u64 xsaveopt_support : 1;
		__u64 avx_support : 1;
		__u64 reserved1 : 61;
	};
};

union hv_partition_synthetic_processor_features {
	__u64 as_uint64[HV_PARTITION_SYNTHETIC_PROCESSOR_FEATURES_BANKS];
	struct {
		__u64 hypervisor_present : 1;
		__u64 hv1 : 1;
		__u64 access_vp_run_time_reg : 1;
		__u64 access_partition_reference_counter : 1;
		__u64 access_synic_regs : 1;
		__u64 access_synthetic_timer_regs : 1;
		__u64 access_intr_ctrl_regs : 1;
		__u64 access_hypercall_regs : 1;
		__u64 access_vp_index : 1;
		__u64 access_partition_reference_tsc : 1;
		__u64 access_guest_idle_reg : 1;
		__u64 access_frequency_regs : 1;
		__u64 reserved_z12 : 3;
		__u64 enable_extended_gva_ranges_for_flush_virtual_address_list
			: 1;
		__u64 reserved_z16 : 2;
		__u64 fast_hypercall_output : 1;
		__u64 reserved_z19 : 1;
		__u64 start_virtual_processor : 1;
		__u64 reserved_z21 : 1;
		__u64 direct_synthetic_timers : 1;
		__u64 reserved_z23 : 1;
		__u64 extended_processor_masks : 1;
		__u64 tb_flush_hypercalls : 1;
		__u64 synthetic_cluster_ipi : 1;
		__u64 notify_long_spin_wait : 1;
		__u64 query_numa_distance : 1;
		__u64 signal_events : 1;
		__u64 retarget_device_interrupt : 1;
		__u64 restore_time : 1;
		__u64 enlightened_vmcs : 1;
		__u64 reserved : 31;
	};
};
HVPART_ASSERT_SIZE(union hv_partition_synthetic_processor_features, 8);

union hv_partition_isolation_properties {
	__u64 as_uint64;
	struct {
		__u64 isolation_type : 5;
		__u64 isolation_host_type : 2;
		__u64 rsvd_z : 5;
		__u64 shared_gpa_boundary_page_number : 52;
	};
};

/* Value of HV_PARTITION_PROPERTY_VMM_CAPABILITIES. */
struct hv_partition_property_vmm_capabilities {
	__u16 bank_count;		/* 1 */
	__u16 reserved[3];
	__u64 as_uint64[1];		/* all zero in hvpart */
};
HVPART_ASSERT_SIZE(struct hv_partition_property_vmm_capabilities, 16);

#endif /* __ASSEMBLER__ */
#endif /* _HVPART_PROPERTY_H */
