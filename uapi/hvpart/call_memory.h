/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Parameter blocks: a partition's guest physical memory, and translation.
 */
#ifndef _HVPART_CALL_MEMORY_H
#define _HVPART_CALL_MEMORY_H

#include "types.h"

/* Rights: none, R, RW, RX, RWX; the two X bits go together. */
#define HV_MAP_GPA_PERMISSIONS_NONE		0x00000000U
#define HV_MAP_GPA_READABLE			0x00000001U
#define HV_MAP_GPA_WRITABLE			0x00000002U
#define HV_MAP_GPA_KERNEL_EXECUTABLE		0x00000004U
#define HV_MAP_GPA_USER_EXECUTABLE		0x00000008U
#define HV_MAP_GPA_EXECUTABLE			0x0000000CU
#define HV_MAP_GPA_PERMISSIONS_MASK		0x0000000FU
#define HV_MAP_GPA_SUPERVISOR_SHADOW_STACK	0x00000010U
#define HV_MAP_GPA_PAGING_WRITABILITY		0x00000020U
#define HV_MAP_GPA_VERIFY_PAGING_WRITABILITY	0x00000040U
/* Rights may change later; Linux sets it on all RAM. */
#define HV_MAP_GPA_ADJUSTABLE			0x00008000U
/* Mapped, every access intercepts; the source list is zeros. */
#define HV_MAP_GPA_NO_ACCESS			0x00010000U
#define HV_MAP_GPA_ZEROED			0x00020000U
#define HV_MAP_GPA_ONES				0x00030000U
#define HV_MAP_GPA_SPECIAL_MASK			0x00030000U
#define HV_MAP_GPA_NO_OVERLAY			0x00100000U
#define HV_MAP_GPA_NOT_CACHED			0x00200000U
#define HV_MAP_GPA_CLEAR_ACCESSED		0x01000000U
#define HV_MAP_GPA_SET_ACCESSED			0x02000000U
#define HV_MAP_GPA_CLEAR_DIRTY			0x04000000U
#define HV_MAP_GPA_SET_DIRTY			0x08000000U
#define HV_MAP_GPA_DONT_SET_RANGE_ACCESSED	0x10000000U
/* One rep is 2 MiB: base and sources aligned, the base steps by 512. */
#define HV_MAP_GPA_LARGE_PAGE			0x80000000U

/* R HVCALL_MAP_GPA_PAGES; replaces what is mapped there */
struct hv_input_map_gpa_pages {
	__u64 target_partition_id;
	__u64 target_gpa_base;		/* page number */
	__u32 map_flags;		/* HV_MAP_GPA_* */
	__u32 padding;
	__u64 source_gpa_page_list[];	/* page numbers of the caller */
};
HVPART_ASSERT_SIZE(struct hv_input_map_gpa_pages, 24);
HVPART_ASSERT_OFFSET(struct hv_input_map_gpa_pages, map_flags, 16);
#define HV_MAP_GPA_MAX		((HV_HYP_PAGE_SIZE - 24) / 8)

#define HV_UNMAP_GPA_KEEP_PRECOMMITTED		0x1U
#define HV_UNMAP_GPA_LARGE_PAGE			0x2U

/* R HVCALL_UNMAP_GPA_PAGES; no list. Unmapping what is not mapped succeeds. */
struct hv_input_unmap_gpa_pages {
	__u64 target_partition_id;
	__u64 target_gpa_base;
	__u32 unmap_flags;		/* HV_UNMAP_GPA_* */
	__u32 padding;
};
HVPART_ASSERT_SIZE(struct hv_input_unmap_gpa_pages, 24);
HVPART_ASSERT_OFFSET(struct hv_input_unmap_gpa_pages, unmap_flags, 16);

/* R HVCALL_GET_GPA_PAGES_ACCESS_STATES; output: one byte a page */
union hv_gpa_page_access_state_flags {
	__u64 as_uint64;
	struct {
		__u64 clear_accessed : 1;
		__u64 set_accessed : 1;
		__u64 clear_dirty : 1;
		__u64 set_dirty : 1;
		__u64 reserved : 60;
	};
};

struct hv_input_get_gpa_pages_access_state {
	__u64 partition_id;
	union hv_gpa_page_access_state_flags flags;
	__u64 hv_gpa_page_number;
};
HVPART_ASSERT_SIZE(struct hv_input_get_gpa_pages_access_state, 24);

union hv_gpa_page_access_state {
	__u8 as_uint8;
	struct {
		__u8 accessed : 1;
		__u8 dirty : 1;
		__u8 reserved : 6;
	};
};

/* control_flags of TranslateVirtualAddress; one of the first three at least */
#define HV_TRANSLATE_GVA_VALIDATE_READ		HVPART_U64(0x0001)
#define HV_TRANSLATE_GVA_VALIDATE_WRITE		HVPART_U64(0x0002)
#define HV_TRANSLATE_GVA_VALIDATE_EXECUTE	HVPART_U64(0x0004)
#define HV_TRANSLATE_GVA_PRIVILEGE_EXEMPT	HVPART_U64(0x0008)
#define HV_TRANSLATE_GVA_SET_PAGE_TABLE_BITS	HVPART_U64(0x0010)
#define HV_TRANSLATE_GVA_TLB_FLUSH_INHIBIT	HVPART_U64(0x0020)
#define HV_TRANSLATE_GVA_SUPERVISOR_ACCESS	HVPART_U64(0x0040)
#define HV_TRANSLATE_GVA_USER_ACCESS		HVPART_U64(0x0080)
#define HV_TRANSLATE_GVA_ENFORCE_SMAP		HVPART_U64(0x0100)
#define HV_TRANSLATE_GVA_OVERRIDE_SMAP		HVPART_U64(0x0200)
#define HV_TRANSLATE_GVA_SHADOW_STACK		HVPART_U64(0x0400)
#define HV_TRANSLATE_GVA_INPUT_VTL_SHIFT	56

#define HV_TRANSLATE_GVA_SUCCESS			0
#define HV_TRANSLATE_GVA_PAGE_NOT_PRESENT		1
#define HV_TRANSLATE_GVA_PRIVILEGE_VIOLATION		2
#define HV_TRANSLATE_GVA_INVALID_PAGE_TABLE_FLAGS	3
#define HV_TRANSLATE_GVA_GPA_UNMAPPED			4
#define HV_TRANSLATE_GVA_GPA_NO_READ_ACCESS		5
#define HV_TRANSLATE_GVA_GPA_NO_WRITE_ACCESS		6
#define HV_TRANSLATE_GVA_GPA_ILLEGAL_OVERLAY_ACCESS	7
#define HV_TRANSLATE_GVA_INTERCEPT			8
#define HV_TRANSLATE_GVA_GPA_UNACCEPTED			9

/* S HVCALL_TRANSLATE_VIRTUAL_ADDRESS, which hvpart's driver answers */
struct hv_input_translate_virtual_address {
	__u64 partition_id;
	__u32 vp_index;
	__u32 padding;
	__u64 control_flags;		/* HV_TRANSLATE_GVA_* */
	__u64 gva_page;
};
HVPART_ASSERT_SIZE(struct hv_input_translate_virtual_address, 32);
HVPART_ASSERT_OFFSET(struct hv_input_translate_virtual_address,
		     control_flags, 16);

union hv_translate_gva_result {
	__u64 as_uint64;
	struct {
		__u32 result_code;	/* HV_TRANSLATE_GVA_SUCCESS .. */
		__u32 cache_type : 8;	/* HV_CACHE_TYPE_* of message.h */
		__u32 overlay_page : 1;
		__u32 reserved : 23;
	};
};

/* SUCCESS of the call says little: the result code must be looked at too. */
struct hv_output_translate_virtual_address {
	union hv_translate_gva_result translation_result;
	__u64 gpa_page;
};
HVPART_ASSERT_SIZE(struct hv_output_translate_virtual_address, 16);

#define HV_READ_WRITE_GPA_MAX_SIZE		16

union hv_access_gpa_control_flags {
	__u64 as_uint64;
	struct {
		__u64 cache_type : 8;	/* HV_CACHE_TYPE_* */
		__u64 reserved : 56;
	};
};

#define HV_ACCESS_GPA_SUCCESS			0
#define HV_ACCESS_GPA_UNMAPPED			1
#define HV_ACCESS_GPA_READ_INTERCEPT		2
#define HV_ACCESS_GPA_WRITE_INTERCEPT		3
#define HV_ACCESS_GPA_ILLEGAL_OVERLAY_ACCESS	4

union hv_access_gpa_result {
	__u64 as_uint64;
	struct {
		__u32 result_code;	/* HV_ACCESS_GPA_* */
		__u32 reserved;
	};
};

/* S HVCALL_READ_GPA */
struct hv_input_read_gpa {
	__u64 partition_id;
	__u32 vp_index;
	__u32 byte_count;		/* 1 .. 16, within a page */
	__u64 base_gpa;
	union hv_access_gpa_control_flags control_flags;
};
HVPART_ASSERT_SIZE(struct hv_input_read_gpa, 32);

struct hv_output_read_gpa {
	union hv_access_gpa_result access_result;
	__u8 data[HV_READ_WRITE_GPA_MAX_SIZE];
};
HVPART_ASSERT_SIZE(struct hv_output_read_gpa, 24);

/* S HVCALL_WRITE_GPA */
struct hv_input_write_gpa {
	__u64 partition_id;
	__u32 vp_index;
	__u32 byte_count;
	__u64 base_gpa;
	union hv_access_gpa_control_flags control_flags;
	__u8 data[HV_READ_WRITE_GPA_MAX_SIZE];
};
HVPART_ASSERT_SIZE(struct hv_input_write_gpa, 48);
HVPART_ASSERT_OFFSET(struct hv_input_write_gpa, data, 32);

struct hv_output_write_gpa {
	union hv_access_gpa_result access_result;
};

#endif /* _HVPART_CALL_MEMORY_H */
