/* SPDX-License-Identifier: GPL-2.0 */
/* Private to the cpuid rooms. */
#ifndef HV_CPUID_STATE_H
#define HV_CPUID_STATE_H

#include "cpuid.h"

/* The CPUID instruction; a hook of the unit tests. */
void machine_cpuid(u32 leaf, u32 subleaf, struct cpuid_regs *r);

/* cpuid_topology.c */
void cpuid_topology(struct vp *vp, u32 leaf, u32 subleaf, struct cpuid_regs *r);
void cpuid_xsave(struct vp *vp, u32 subleaf, struct cpuid_regs *r);

/* cpuid_override.c */
void cpuid_apply_overrides(struct vp *vp, u32 leaf, u32 subleaf,
			   struct cpuid_regs *r);

#endif
