/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Parameter blocks of the calls a guest makes for itself: TLB flushes and IPIs.
 * The target is always the calling partition.
 */
#ifndef _HVPART_CALL_GUEST_H
#define _HVPART_CALL_GUEST_H

#include "types.h"

#define HV_GENERIC_SET_SPARSE_4K		0
#define HV_GENERIC_SET_ALL			1
#define HV_MAX_SPARSE_VCPU_BANKS		64
#define HV_VCPUS_PER_SPARSE_BANK		64

/*
 * A set of VP indices: bank b covers 64 b .. 64 b + 63, one qword for each bit
 * of the mask. In all calls that take one, format and mask belong to the fixed
 * header; the variable header counts the banks alone, and must equal the number
 * of mask bits, also with format ALL.
 */
struct hv_vpset {
	__u64 format;			/* HV_GENERIC_SET_* */
	__u64 valid_bank_mask;
	__u64 bank_contents[];
};
HVPART_ASSERT_SIZE(struct hv_vpset, 16);

/* flags of the flush calls */
#define HV_FLUSH_ALL_PROCESSORS			0x1U
#define HV_FLUSH_ALL_VIRTUAL_ADDRESS_SPACES	0x2U
#define HV_FLUSH_NON_GLOBAL_MAPPINGS_ONLY	0x4U
#define HV_FLUSH_USE_EXTENDED_RANGE_FORMAT	0x8U

/* S HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE, R .._LIST (with the list) */
struct hv_tlb_flush {
	__u64 address_space;
	__u64 flags;			/* HV_FLUSH_* */
	__u64 processor_mask;
	__u64 gva_list[];		/* union hv_gva_range */
};
HVPART_ASSERT_SIZE(struct hv_tlb_flush, 24);

/* S HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE_EX, R .._LIST_EX; banks, then list */
struct hv_tlb_flush_ex {
	__u64 address_space;
	__u64 flags;
	__u64 format;			/* struct hv_vpset, spelled out: C++ */
	__u64 valid_bank_mask;
	__u64 bank_contents[];
};
HVPART_ASSERT_SIZE(struct hv_tlb_flush_ex, 32);
HVPART_ASSERT_OFFSET(struct hv_tlb_flush_ex, format, 16);

/* One element of a flush list; "additional" does not count the first page. */
union hv_gva_range {
	__u64 as_uint64;
	struct {
		__u64 additional_pages : 12;
		__u64 gva_page_number : 52;
	} simple;
	struct {
		__u64 additional_pages : 11;
		__u64 largepage : 1;
		__u64 basepfn : 52;
	} extended;
	struct {
		__u64 additional_pages : 11;
		__u64 largepage : 1;
		__u64 page_size : 1;	/* 0: 2 MiB, 1: 1 GiB */
		__u64 reserved : 8;
		__u64 base_large_pfn : 43;
	} extended_large;
};
HVPART_ASSERT_SIZE(union hv_gva_range, 8);

/* S F HVCALL_SEND_IPI; vector 0x10 .. 0xFF, else INVALID_PARAMETER */
struct hv_send_ipi {
	__u32 vector;
	__u32 reserved;			/* VTL byte and zeros */
	__u64 cpu_mask;			/* VP indices 0 .. 63 */
};
HVPART_ASSERT_SIZE(struct hv_send_ipi, 16);

/* S HVCALL_SEND_IPI_EX */
struct hv_send_ipi_ex {
	__u32 vector;
	__u32 reserved;
	__u64 format;			/* struct hv_vpset, spelled out: C++ */
	__u64 valid_bank_mask;
	__u64 bank_contents[];
};
HVPART_ASSERT_SIZE(struct hv_send_ipi_ex, 24);
HVPART_ASSERT_OFFSET(struct hv_send_ipi_ex, format, 8);

/* S F HVCALL_NOTIFY_LONG_SPIN_WAIT */
struct hv_input_notify_long_spin_wait {
	__u32 spin_count;
	__u32 reserved;
};
HVPART_ASSERT_SIZE(struct hv_input_notify_long_spin_wait, 8);

/* S HV_EXT_CALL_QUERY_CAPABILITIES */
#define HV_EXT_CAPABILITY_BOOT_ZEROED_MEMORY		HVPART_U64(0x001)
#define HV_EXT_CAPABILITY_MEMORY_COLD_DISCARD_HINT	HVPART_U64(0x100)

/*
 * R HV_EXT_CALL_MEMORY_HEAT_HINT: 1:0 the kind of hint, 63:2 zero; then the list,
 * of ranges of guest physical memory.
 *
 *  10:0   units behind the first    11     unit: 0: 4 KiB, 1: larger
 *  4 KiB:   63:12  page number
 *  larger:  12     unit: 0: 2 MiB, 1: 1 GiB     20:13  must be zero
 *           63:21  address in units of 2 MiB
 */
#define HV_EXT_MEMORY_HEAT_HINT_COLD_DISCARD		2
#define HV_GPA_RANGE_ADDITIONAL				HVPART_U64(0x0007FF)
#define HV_GPA_RANGE_LARGE				HVPART_U64(0x000800)
#define HV_GPA_RANGE_1G					HVPART_U64(0x001000)
#define HV_GPA_RANGE_LARGE_RESERVED			HVPART_U64(0x1FE000)

#endif /* _HVPART_CALL_GUEST_H */
