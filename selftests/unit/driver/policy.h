/* SPDX-License-Identifier: GPL-2.0 */
/* The driver's CPUID policy, for host tests of the hypervisor. */
#ifndef UNIT_POLICY_H
#define UNIT_POLICY_H

#include <hvpart/cpuid_policy.h>

#define POLICY_ROOM	8192u

/* The test's machine: EAX, EBX, ECX, EDX. */
void policy_cpuid(__u32 leaf, __u32 subleaf, __u32 *regs);

/*
 * The list for children of that machine, as load.c has it made; @room: at most
 * POLICY_ROOM. Return: bytes of it, 0: they are more than @room.
 */
__u32 policy_make(_Bool la57, __u32 room, struct hvpart_cpuid_policy **list);

#endif
