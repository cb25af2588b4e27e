/* SPDX-License-Identifier: GPL-2.0 */
/* CPUID of children: the driver's list, edited; overrides. */
#ifndef HV_CPUID_H
#define HV_CPUID_H

#include "partition.h"
#include <hvpart/cpuid_policy.h>

struct cpuid_regs { u32 eax, ebx, ecx, edx; };

/* What the guest of @vp sees; dynamic bits (OSXSAVE, APIC id, XCR0 sizes) included. */
void cpuid_query(struct vp *vp, u32 leaf, u32 subleaf, struct cpuid_regs *out);

/* RegisterInterceptResult type CPUID and its removal. */
hv_status cpuid_set_override(struct partition *p, const struct cpuid_override *o);
hv_status cpuid_clear_override(struct partition *p, u32 vp_index, u32 leaf, u32 subleaf);

/* XCR0 bits that guests of @p may set. */
u64 cpuid_xcr0_mask(const struct partition *p);

/* Is the bit of a leaf that @vp sees set? For the MSRs that belong to one. */
enum cpuid_reg { CPUID_EAX, CPUID_EBX, CPUID_ECX, CPUID_EDX };
bool cpuid_has(struct vp *vp, u32 leaf, enum cpuid_reg reg, u32 bit);

/* Once, at boot. False: the list does not end within its @bytes. */
bool cpuid_init(const struct hvpart_cpuid_policy *list, u32 bytes);
extern const struct hvpart_cpuid_policy *cpuid_policy;

#endif
