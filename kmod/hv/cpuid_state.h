/* SPDX-License-Identifier: GPL-2.0 */
/* Private to the cpuid rooms. */
#ifndef HV_CPUID_STATE_H
#define HV_CPUID_STATE_H

#include "cpuid.h"

/* Does a leaf of the list, or an override, answer for this one? */
bool cpuid_fits(const struct cpuid_key *k, u32 leaf, u32 subleaf);

/* cpuid_override.c */
void cpuid_apply_overrides(struct vp *vp, u32 leaf, u32 subleaf,
			   struct cpuid_regs *r);

#endif
