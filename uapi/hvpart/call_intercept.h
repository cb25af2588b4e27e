/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Parameter blocks: intercepts that a parent installs, and results that it
 * registers so that no intercept is needed (CPUID, MSR).
 */
#ifndef _HVPART_CALL_INTERCEPT_H
#define _HVPART_CALL_INTERCEPT_H

#include "types.h"

#define HV_INTERCEPT_TYPE_X64_IO_PORT			0x00U
#define HV_INTERCEPT_TYPE_X64_MSR			0x01U
#define HV_INTERCEPT_TYPE_X64_CPUID			0x02U
#define HV_INTERCEPT_TYPE_EXCEPTION			0x03U
#define HV_INTERCEPT_TYPE_RESERVED0			0x04U
#define HV_INTERCEPT_TYPE_MMIO				0x05U
#define HV_INTERCEPT_TYPE_X64_GLOBAL_CPUID		0x06U
#define HV_INTERCEPT_TYPE_X64_APIC_SMI			0x07U
#define HV_INTERCEPT_TYPE_HYPERCALL			0x08U
#define HV_INTERCEPT_TYPE_X64_APIC_INIT_SIPI		0x09U
#define HV_INTERCEPT_MC_UPDATE_PATCH_LEVEL_MSR_READ	0x0AU
#define HV_INTERCEPT_TYPE_X64_APIC_WRITE		0x0BU
#define HV_INTERCEPT_TYPE_X64_MSR_INDEX			0x0CU
#define HV_INTERCEPT_TYPE_UNKNOWN_SYNIC_CONNECTION	0x0DU
#define HV_INTERCEPT_TYPE_X64_APIC_EOI			0x0EU
#define HV_INTERCEPT_TYPE_RETARGET_INTERRUPT_WITH_UNKNOWN_DEVICE_ID	0x0FU
#define HV_INTERCEPT_TYPE_X64_EXCEPTION_TRAP		0x10U
#define HV_INTERCEPT_TYPE_X64_IO_PORT_RANGE		0x11U

/* A mask here; message.h has the enumeration. 0 removes the intercept. */
#define HV_INTERCEPT_ACCESS_MASK_NONE			0x0U
#define HV_INTERCEPT_ACCESS_MASK_READ			0x1U
#define HV_INTERCEPT_ACCESS_MASK_WRITE			0x2U
#define HV_INTERCEPT_ACCESS_MASK_EXECUTE		0x4U

union hv_intercept_parameters {
	__u64 as_uint64;
	__u16 io_port;
	__u32 cpuid_index;
	__u32 apic_write_mask;
	__u16 exception_vector;
	__u32 msr_index;
	struct {
		__u16 base;
		__u16 end;		/* inclusive */
	} io_port_range;
};
HVPART_ASSERT_SIZE(union hv_intercept_parameters, 8);

/* S HVCALL_INSTALL_INTERCEPT */
struct hv_input_install_intercept {
	__u64 partition_id;
	__u32 access_type;		/* HV_INTERCEPT_ACCESS_MASK_* */
	__u32 intercept_type;		/* HV_INTERCEPT_TYPE_* */
	union hv_intercept_parameters intercept_parameter;
};
HVPART_ASSERT_SIZE(struct hv_input_install_intercept, 24);
HVPART_ASSERT_OFFSET(struct hv_input_install_intercept, intercept_type, 12);

/* Masked bits replace the default result. */
struct hv_register_x64_cpuid_result_parameters {
	struct {
		__u32 eax;
		__u32 ecx;
		__u8 subleaf_specific;	/* 0: ecx is any */
		__u8 always_override;
		__u16 padding;
	} input;
	struct {
		__u32 eax;
		__u32 eax_mask;
		__u32 ebx;
		__u32 ebx_mask;
		__u32 ecx;
		__u32 ecx_mask;
		__u32 edx;
		__u32 edx_mask;
	} result;
};
HVPART_ASSERT_SIZE(struct hv_register_x64_cpuid_result_parameters, 44);

struct hv_register_x64_msr_result_parameters {
	__u32 msr_index;
	__u32 access_type;		/* HV_INTERCEPT_ACCESS_MASK_* */
	__u32 action;			/* HV_UNIMPLEMENTED_MSR_ACTION_* */
};
HVPART_ASSERT_SIZE(struct hv_register_x64_msr_result_parameters, 12);

union hv_register_intercept_result_parameters {
	struct hv_register_x64_cpuid_result_parameters cpuid;
	struct hv_register_x64_msr_result_parameters msr;
};

/*
 * S HVCALL_REGISTER_INTERCEPT_RESULT. 60 bytes with a u64 in front: natural
 * alignment would make it 64, hence the one packed structure of uapi/.
 */
struct hv_input_register_intercept_result {
	__u64 partition_id;
	__u32 vp_index;			/* or HV_ANY_VP */
	__u32 intercept_type;		/* X64_CPUID, X64_MSR */
	union hv_register_intercept_result_parameters parameters;
} HVPART_PACKED;
HVPART_ASSERT_SIZE(struct hv_input_register_intercept_result, 60);
HVPART_ASSERT_OFFSET(struct hv_input_register_intercept_result,
		     parameters, 16);
HVPART_ASSERT_OFFSET(struct hv_input_register_intercept_result,
		     parameters.cpuid.input.subleaf_specific, 24);
HVPART_ASSERT_OFFSET(struct hv_input_register_intercept_result,
		     parameters.cpuid.result, 28);

/* S HVCALL_UNREGISTER_INTERCEPT_RESULT: the leaf or the MSR only */
struct hv_input_unregister_intercept_result {
	__u64 partition_id;
	__u32 vp_index;
	__u32 intercept_type;
	union {
		struct {
			__u32 eax;
			__u32 ecx;
			__u8 subleaf_specific;
			__u8 padding[3];
		} cpuid;
		struct {
			__u32 msr_index;
			__u32 access_type;
		} msr;
	} parameters;
	__u32 padding;
};
HVPART_ASSERT_SIZE(struct hv_input_unregister_intercept_result, 32);

#define HV_GET_VP_CPUID_VALUES_USE_VP_XFEM_XSS		0x1U
#define HV_GET_VP_CPUID_VALUES_APPLY_REGISTERED_VALUES	0x2U

/* XCR0 and XSS matter to leaf 0xD alone, and not with USE_VP_XFEM_XSS. */
struct hv_cpuid_leaf_info {
	__u32 eax;
	__u32 ecx;
	__u64 xfem;
	__u64 xss;
};
HVPART_ASSERT_SIZE(struct hv_cpuid_leaf_info, 24);

/* R HVCALL_GET_VP_CPUID_VALUES; output: struct hv_cpuid_result each */
struct hv_input_get_vp_cpuid_values {
	__u64 partition_id;
	__u32 vp_index;
	__u32 flags;			/* HV_GET_VP_CPUID_VALUES_* */
	__u32 reserved;
	__u32 padding;
	struct hv_cpuid_leaf_info cpuid_leaf_info[];
};
HVPART_ASSERT_OFFSET(struct hv_input_get_vp_cpuid_values,
		     cpuid_leaf_info, 24);

struct hv_cpuid_result {
	__u32 eax;
	__u32 ebx;
	__u32 ecx;
	__u32 edx;
};
HVPART_ASSERT_SIZE(struct hv_cpuid_result, 16);

#endif /* _HVPART_CALL_INTERCEPT_H */
