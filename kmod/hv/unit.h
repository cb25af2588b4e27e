/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A room that keeps state per partition or per VP registers a unit. The core
 * (partition.c, vp.c) walks the table and never names the room, so a room can
 * be added or left out by its Makefile line alone.
 */
#ifndef HV_UNIT_H
#define HV_UNIT_H

#include "types.h"

struct partition;
struct vp;

/**
 * struct hv_unit - life-cycle hooks of a room; any of them may be NULL
 * @partition_init: at InitializePartition, partition lock held; may allocate
 *                  from the partition's pool; INSUFFICIENT_MEMORY undoes all
 * @partition_exit: at finalize; must free what init took; also called after a
 *                  failed init
 * @vp_init:        at CreateVp (same rules)
 * @vp_exit:        at DeleteVp or finalize
 * @vp_reset:       partition reset: synthetic and APIC state of the VP returns
 *                  to creation values. VP stopped, runs on the resetting CPU
 * @vp_init_ipi:    architectural INIT reached the VP (synthetic MSRs stay)
 *
 * Order: init hooks in link order (alphabetical by section name, see
 * HV_UNIT), exit hooks in reverse.
 */
struct hv_unit {
	hv_status (*partition_init)(struct partition *p);
	void (*partition_exit)(struct partition *p);
	hv_status (*vp_init)(struct vp *vp);
	void (*vp_exit)(struct vp *vp);
	void (*vp_reset)(struct vp *vp);
	void (*vp_init_ipi)(struct vp *vp);
};

/* @order: two digits; overlay 20, apic 30, cpuid 31, time 35, synic 40, stimer 50, port 51 */
#define HV_UNIT(order, unit_name)					\
	static const struct hv_unit __used __aligned(8)			\
		__section(".hv_units." #order) unit_name

extern const struct hv_unit __hv_units_start[], __hv_units_end[];

#define for_each_unit(u) \
	for (u = __hv_units_start; u < __hv_units_end; u++)

#endif
