/* SPDX-License-Identifier: GPL-2.0 */
/* Private to the msr rooms. */
#ifndef HV_MSR_STATE_H
#define HV_MSR_STATE_H

#include "msr.h"
#include "partition.h"
#include <hvpart/msr.h>

/* msr_hv.c: guest OS id, hypercall page, VP index, assist page, crash */
enum msr_result msr_hv_read(u32 msr, u64 *val);
enum msr_result msr_hv_write(struct vp *vp, u32 msr, u64 val);

/* msr_arch.c: everything outside the synthetic range and x2APIC */
enum msr_result msr_arch_read(struct vp *vp, u32 msr, u64 *val);
enum msr_result msr_arch_write(struct vp *vp, u32 msr, u64 val);

/* msr.c: the back end's name of an MSR in the control block, 0: it is not. */
u32 msr_vendor_name(u32 msr);

/* Indices in vp->kept. */
#define KEPT_MTRR_DEF_TYPE	0
#define KEPT_MISC_ENABLE	(NR_KEPT - 1)

#endif
