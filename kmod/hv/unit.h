/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A room that keeps state per partition or per VP registers hooks. The core
 * (partition.c, vp.c) runs them and never names the room, so a room can be
 * added or left out by its Makefile line alone.
 */
#ifndef HV_UNIT_H
#define HV_UNIT_H

#include "types.h"

struct partition;
struct vp;

/**
 * struct hv_hook - one life-cycle hook of a room
 * @partition_init: at InitializePartition, partition lock held; may allocate
 *                  from the partition's pool; INSUFFICIENT_MEMORY undoes all
 * @partition_exit: at finalize; must free what init took; also called after a
 *                  failed init
 * @vp_init:        at CreateVp (same rules)
 * @vp_exit:        at DeleteVp or finalize
 * @vp_reset:       partition reset: synthetic and APIC state of the VP returns
 *                  to creation values. VP stopped, runs on the resetting CPU
 * @vp_init_ipi:    architectural INIT reached the VP (synthetic MSRs stay)
 */
struct hv_hook {
	union {
		hv_status (*partition_init)(struct partition *p);
		hv_status (*vp_init)(struct vp *vp);
		void (*partition_exit)(struct partition *p);
		void (*vp_exit)(struct vp *vp);
		void (*vp_reset)(struct vp *vp);
		void (*vp_init_ipi)(struct vp *vp);
		hv_status (*init)(void *object);
		void (*other)(void *object);
	};
	u8 kind;
} __packed;

/* Those that can fail first. */
enum hook_kind {
	HOOK_partition_init, HOOK_vp_init,
	HOOK_partition_exit, HOOK_vp_exit, HOOK_vp_reset, HOOK_vp_init_ipi,
};

/* @order: two digits; apic 30, cpuid 31, time 35, msr 36, synic 40, stimer 50, port 51 */
#define HV_HOOK(order, hook, fn)					\
	static const struct hv_hook __used __aligned(1)			\
		__section(".hv_hooks." #order) hook_##hook = {		\
		.hook = fn, .kind = HOOK_##hook,			\
	}

/*
 * All hooks of a kind, in link order (alphabetical by section name). Those that
 * can fail: up to the first that does.
 */
hv_status unit_run(enum hook_kind kind, void *object);

/* The same in reverse, for exits. */
void unit_undo(enum hook_kind kind, void *object);

#endif
