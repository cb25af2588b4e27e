/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Parameter blocks: life of a partition, its properties, its memory pool.
 * S simple, R rep, F may be issued fast. "id" is a partition id; the parent
 * names its child, a partition names itself with HV_PARTITION_ID_SELF.
 *
 * Padding of a block is never checked: Linux leaves stale bytes in it.
 */
#ifndef _HVPART_CALL_PARTITION_H
#define _HVPART_CALL_PARTITION_H

#include "types.h"
#include "property.h"

/* A hint that hvpart checks for form and otherwise ignores. */
struct hv_proximity_domain_flags {
	__u32 proximity_preferred : 1;
	__u32 reserved : 30;
	__u32 proximity_info_valid : 1;
};

struct hv_proximity_domain_info {
	__u32 domain_id;
	struct hv_proximity_domain_flags flags;
};
HVPART_ASSERT_SIZE(struct hv_proximity_domain_info, 8);

struct hv_partition_creation_properties {
	union hv_partition_processor_features disabled_processor_features;
	union hv_partition_processor_xsave_features
		disabled_processor_xsave_features;
};

/* S HVCALL_CREATE_PARTITION; pays from the caller's pool */
struct hv_input_create_partition {
	__u64 flags;			/* HV_PARTITION_CREATION_FLAG_* */
	struct hv_proximity_domain_info proximity_domain_info;
	__u32 compatibility_version;
	__u32 padding;
	struct hv_partition_creation_properties partition_creation_properties;
	union hv_partition_isolation_properties isolation_properties;
};
HVPART_ASSERT_SIZE(struct hv_input_create_partition, 56);
HVPART_ASSERT_OFFSET(struct hv_input_create_partition,
		     compatibility_version, 16);
HVPART_ASSERT_OFFSET(struct hv_input_create_partition,
		     partition_creation_properties, 24);
HVPART_ASSERT_OFFSET(struct hv_input_create_partition,
		     isolation_properties, 48);

struct hv_output_create_partition {
	__u64 partition_id;
};

/* S F HVCALL_INITIALIZE_PARTITION */
struct hv_input_initialize_partition {
	__u64 partition_id;
};

/* S F HVCALL_FINALIZE_PARTITION: ends the VPs, unmaps everything */
struct hv_input_finalize_partition {
	__u64 partition_id;
};

/* S F HVCALL_DELETE_PARTITION: needs an empty pool */
struct hv_input_delete_partition {
	__u64 partition_id;
};

/* S HVCALL_GET_PARTITION_PROPERTY */
struct hv_input_get_partition_property {
	__u64 partition_id;
	__u32 property_code;		/* HV_PARTITION_PROPERTY_* */
	__u32 padding;
};
HVPART_ASSERT_SIZE(struct hv_input_get_partition_property, 16);

struct hv_output_get_partition_property {
	__u64 property_value;
};

/* S HVCALL_SET_PARTITION_PROPERTY */
struct hv_input_set_partition_property {
	__u64 partition_id;
	__u32 property_code;
	__u32 padding;
	__u64 property_value;
};
HVPART_ASSERT_SIZE(struct hv_input_set_partition_property, 24);
HVPART_ASSERT_OFFSET(struct hv_input_set_partition_property,
		     property_value, 16);

/* S HVCALL_GET_PARTITION_PROPERTY_EX; output: the property's structure */
union hv_partition_property_arg {
	__u64 as_uint64;
	struct {
		union {
			__u32 arg;
			__u32 vp_index;
		};
		__u16 reserved0;
		__u8 reserved1;
		__u8 object_type;
	};
};

struct hv_input_get_partition_property_ex {
	__u64 partition_id;
	__u32 property_code;
	__u32 padding;
	union {
		union hv_partition_property_arg arg_data;
		__u64 arg;
	};
};
HVPART_ASSERT_SIZE(struct hv_input_get_partition_property_ex, 24);

#define HV_PARTITION_PROPERTY_EX_MAX_VAR_SIZE	(HV_HYP_PAGE_SIZE - 24)

union hv_partition_property_ex {
	__u8 buffer[HV_PARTITION_PROPERTY_EX_MAX_VAR_SIZE];
	struct hv_partition_property_vmm_capabilities vmm_capabilities;
};

struct hv_output_get_partition_property_ex {
	union hv_partition_property_ex property_value;
};

/* S HVCALL_GET_PARTITION_ID */
struct hv_output_get_partition_id {
	__u64 partition_id;
};

/* S HVCALL_GET_NEXT_CHILD_PARTITION: creation order, 0 begins and ends */
struct hv_input_get_next_child_partition {
	__u64 parent_id;
	__u64 previous_child_id;
};

struct hv_output_get_next_child_partition {
	__u64 next_child_id;
};

/*
 * R HVCALL_DEPOSIT_MEMORY. Linux frees the whole batch when any element fails,
 * so the batch is checked as a whole before the first page moves.
 */
struct hv_deposit_memory {
	__u64 partition_id;
	__u64 gpa_page_list[];
};
HVPART_ASSERT_OFFSET(struct hv_deposit_memory, gpa_page_list, 8);
#define HV_DEPOSIT_MAX		((HV_HYP_PAGE_SIZE / 8) - 1)

/*
 * R HVCALL_WITHDRAW_MEMORY; output: __u64 page numbers. NO_RESOURCES ends it,
 * with the pages that did come counted in reps completed.
 */
struct hv_input_withdraw_memory {
	__u64 partition_id;
	struct hv_proximity_domain_info proximity_domain_info;
};
HVPART_ASSERT_SIZE(struct hv_input_withdraw_memory, 16);
#define HV_WITHDRAW_MAX		(HV_HYP_PAGE_SIZE / 8)

/* S HVCALL_GET_MEMORY_BALANCE */
struct hv_input_get_memory_balance {
	__u64 partition_id;
	struct hv_proximity_domain_info proximity_domain_info;
};

struct hv_output_get_memory_balance {
	__u64 pages_available;
	__u64 pages_in_use;
};
HVPART_ASSERT_SIZE(struct hv_output_get_memory_balance, 16);

#endif /* _HVPART_CALL_PARTITION_H */
