/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A room that keeps state per partition or per VP registers hooks. The core
 * (partition.c, vp.c) runs them and never names the room, so a room can be
 * added or left out by its Makefile line alone.
 */
#ifndef HV_UNIT_H
#define HV_UNIT_H

#include "fn_offset.h"

struct partition;
struct vp;

/**
 * union hv_hook_type - life-cycle hooks of a room, for children
 * @partition_init: at InitializePartition, partition lock held; may allocate
 *                  from the partition's pool; INSUFFICIENT_MEMORY undoes all
 * @partition_exit: at finalize; must free what init took; also called after a
 *                  failed init
 * @vp_init:        at CreateVp (same rules)
 * @vp_exit:        at DeleteVp or finalize
 * @vp_reset:       synthetic and APIC state of the VP goes to creation values: at
 *                  creation, and at a partition reset. VP stopped, runs on the
 *                  resetting CPU
 * @partition_reset: and that of the partition, at a partition reset
 * @vp_init_ipi:    architectural INIT reached the VP (synthetic MSRs stay)
 */
union hv_hook_type {
	hv_status (*partition_init)(struct partition *p);
	hv_status (*vp_init)(struct vp *vp);
	void (*partition_exit)(struct partition *p);
	void (*vp_exit)(struct vp *vp);
	void (*vp_reset)(struct vp *vp);
	void (*partition_reset)(struct partition *p);
	void (*vp_init_ipi)(struct vp *vp);
};

/* Those that can fail first. */
#define HOOK_partition_init	0
#define HOOK_vp_init		1
#define HOOK_partition_exit	2
#define HOOK_vp_exit		3
#define HOOK_vp_reset		4
#define HOOK_partition_reset	5
#define HOOK_vp_init_ipi	6

struct hv_hook {
	fn_offset fn;
	u8 kind;
} __packed;

/*
 * @fn is global and __used, see fn_offset.h. @order: two digits; apic 30, cpuid
 * 31, time 35, msr 36, synic 40, stimer 50, port 51
 */
#define HV_HOOK(order, hook, fn)					\
	static_assert(__builtin_types_compatible_p(__typeof__(&fn),	\
		      __typeof__(((union hv_hook_type *)0)->hook)), #hook); \
	__asm__(FN_TABLE(".hv_hooks." #order)				\
		FN_OFFSET(fn)						\
		"	.byte " HV_STRING(HOOK_##hook) "\n"		\
		"	.popsection\n")

/*
 * All hooks of a kind, in link order (alphabetical by section name). Those that
 * can fail: up to the first that does.
 */
hv_status unit_run(u32 kind, void *object);

/*
 * The rooms' part of creating and deleting a VP and a partition: the pages of the
 * pool that these have for them (unit.c), there before the first hook and until
 * after the last; and the hooks.
 */
hv_status unit_vp_create(struct vp *vp);
void unit_vp_delete(struct vp *vp);
hv_status unit_partition_create(struct partition *p);
void unit_partition_delete(struct partition *p);

#endif
