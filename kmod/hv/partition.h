/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Partitions: identity, life cycle, properties, and the relation to the parent.
 *
 * Lock order: partition table lock > partition.lock > partition.msr_lock >
 * gpa_space.lock > pool.lock. partition.lock > port table lock > SynIC lock; the
 * port table lock is held over pool.lock too. (selftests/unit/core watches.)
 * vp->running is not a lock that is waited for: who does not get it answers
 * INVALID_VP_STATE.
 */
#ifndef HV_PARTITION_H
#define HV_PARTITION_H

#include "vp.h"
#include "gpa.h"
#include <hvpart/cpuid.h>
#include <hvpart/property.h>

enum partition_state { PS_CREATED, PS_ACTIVE, PS_FINALIZING, PS_FINALIZED };

/* port.c: the ports or the connections of a partition */
struct port_end;
struct port_ends {
	struct port_end *first;
	u32 count;
};

/* As the parent gave it; of the result, values and masks in turns. */
struct cpuid_key {
	u32 leaf, subleaf;
	u8 subleaf_specific, always_override;
	u16 padding;
};

struct cpuid_override {
	u32 vp_index;			/* or HV_ANY_VP */
	struct cpuid_key key;
	struct {
		u32 value, mask;
	} result[4];			/* EAX EBX ECX EDX */
};

#define HV_MAX_CPUID_OVERRIDES	128	/* partition.nr_cpuid is a byte */

/**
 * struct partition
 * @lock:       life cycle, VP table, properties
 * @privileges: TLFS 2.8 mask (low word = leaf 0x40000003 EAX)
 * @features_edx, @hints: leaves 0x40000003 EDX and 0x40000004 EAX
 * @has_run:    first dispatch happened: configuration is locked
 * @ref_base:   physical TSC at which the reference counter was 0
 */
struct partition {
	/* Hot first: an 8-bit offset reaches to the start of the pool. */
	u64 id;
	u16 slot;
	u8 state;
	bool is_root, has_run;
	bool access_tracking, time_frozen, tsc_invariant_shown;
	struct spinlock lock;
	struct spinlock msr_lock;	/* the synthetic MSRs, the crash block */
	u64 privileges;
	u32 features_edx, hints;
	u8 debug_break;			/* HVPART_PROPERTY_DEBUG_BREAK */
	u8 unimplemented_msr_action;
	u8 max_phys_bits;
	u8 nr_cpuid;
	u32 nr_vps;
	u64 hypercall_msr;
	struct gpa_space gpa;
	struct pool pool;
	struct partition *parent;
	u64 ref_base;			/* see time.h */
	struct port_ends ports, connections;
	u32 nr_children;

	u64 creation_flags;
	u64 synthetic_features;		/* property 0x10001 as written */
	u64 disabled_features[2], disabled_xsave;

	/* synthetic MSRs of the whole partition */
	u64 guest_os_id, ref_tsc_msr;
	void *hypercall_page, *ref_tsc_page;
	u32 ref_tsc_sequence;
	u64 ref_offset;			/* 100 ns added after freeze/restore */
	u64 frozen_at;
	u64 ref_last;			/* atomic: greatest value returned */

	u64 crash_param[5], crash_ctl;
	u32 crash_count, crash_msg_len;
	u8 *crash_msg;			/* pool page */

	struct cpuid_override *cpuid[2];	/* pool pages */

	struct vp *vps[HV_MAX_VPS];
};

/* Every hint and leaf 0x40000003 EDX bit that is implemented. */
#define HVPART_HINTS_OFFERED						\
	(HV_X64_REMOTE_TLB_FLUSH_RECOMMENDED | HV_X64_APIC_ACCESS_RECOMMENDED |	\
	 HV_X64_SYSTEM_RESET_RECOMMENDED | HV_X64_RELAXED_TIMING_RECOMMENDED |	\
	 HV_DEPRECATING_AEOI_RECOMMENDED | HV_X64_CLUSTER_IPI_RECOMMENDED |	\
	 HV_X64_EX_PROCESSOR_MASKS_RECOMMENDED)
#define HVPART_FEATURES_EDX_OFFERED					\
	(HV_X64_GUEST_IDLE_STATE_AVAILABLE |				\
	 HV_FEATURE_FREQUENCY_MSRS_AVAILABLE |				\
	 HV_FEATURE_GUEST_CRASH_MSR_AVAILABLE |				\
	 HV_FEATURE_SINT_POLLING_AVAILABLE |				\
	 HV_FEATURE_HYPERCALL_MSR_LOCK_AVAILABLE |			\
	 HV_STIMER_DIRECT_MODE_AVAILABLE)

extern struct partition root_partition;
extern struct pool *const root_pool;	/* &root_partition.pool */

/* Bits of partition.privileges are HV_PRIV_* in <hvpart/property.h>. */
static inline bool partition_may(const struct partition *p, u64 priv)
{
	return p->privileges & priv;
}

/**
 * partition_lock - find a partition by id and lock it
 * @caller: HV_PARTITION_ID_SELF means the caller's own
 * Return: NULL: no such partition.
 */
struct partition *partition_lock(struct partition *caller, u64 id);
void partition_unlock(struct partition *p);

/* partition_lock() plus "caller is its parent": ACCESS_DENIED otherwise. */
hv_status partition_lock_child(struct partition *caller, u64 id,
			       struct partition **out);

/**
 * partition_translate - the caller's page number to the machine's (wall 4)
 * @rights: GPA_R/GPA_W the caller must itself have on the page
 * PFN_NONE: not mapped, hidden, or rights missing.
 */
u64 partition_translate(struct partition *caller, u64 gpn, u32 rights);

/* Copies between hypercall pages of @p and private buffers (gpa_read rules). */
static inline bool partition_read(struct partition *p, u64 gpa, void *b, size_t n)
{
	return gpa_read(&p->gpa, gpa, b, n);
}

/* VP by index, NULL when there is none. Lock or a running VP of @p held. */
static inline struct vp *partition_vp(struct partition *p, u32 index)
{
	return index < HV_MAX_VPS ? READ_ONCE(p->vps[index]) : NULL;
}

/* Life cycle; callers hold what the kernel-doc in partition.c says. */
struct hv_input_create_partition;
hv_status partition_create(struct partition *caller,
			   const struct hv_input_create_partition *in, u64 *id);
hv_status partition_initialize(struct partition *p);
hv_status partition_finalize(struct partition *p);
hv_status partition_delete(struct partition *caller, u64 id);
hv_status vp_create(struct partition *p, u32 index);
hv_status vp_delete(struct vp *vp);
hv_status partition_next_child(struct partition *caller, u64 prev, u64 *next);
u32 partition_count_children(void);
/* True while a VP of @p is dispatched anywhere. Stable under the lock. */
bool partition_any_running(struct partition *p);
/* Refuse (true) or allow new partitions; false when one exists already. */
bool partition_block_creation(bool block);

hv_status partition_get_property(struct partition *p, u32 code, u64 *val);
hv_status partition_set_property(struct partition *p, u32 code, u64 val);

/* All VPs back to creation state (reset MSR); other VPs must be stopped. */
void partition_reset_msrs(struct partition *p);

#endif
