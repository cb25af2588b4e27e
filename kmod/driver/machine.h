/* SPDX-License-Identifier: GPL-2.0 */
/* What the CPU has, as far as the hypervisor must know. */
#ifndef HVP_MACHINE_H
#define HVP_MACHINE_H

#include <hvpart/machine.h>

/**
 * hvp_cpuid_fn - answer CPUID
 * @r: EAX, EBX, ECX, EDX
 */
typedef void (*hvp_cpuid_fn)(__u32 leaf, __u32 subleaf, __u32 r[4]);

/* The CPU's leaf, zero when it is beyond the end of its kind. */
void hvp_cpuid_leaf(hvp_cpuid_fn cpuid, __u32 leaf, __u32 subleaf, __u32 r[4]);

/*
 * Fill in what CPUID tells; the rest of both stays as it is, and what CPUID does
 * not tell must be 0 before.
 */
void hvp_machine_probe(hvp_cpuid_fn cpuid, struct hvpart_machine *m,
		       struct hvpart_svm *svm);

#endif
