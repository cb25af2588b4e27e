/* SPDX-License-Identifier: GPL-2.0 */
/* What children see of CPUID (cpuid.c, cpuid_list.c). */
#ifndef HVP_CPUID_H
#define HVP_CPUID_H

#include <linux/types.h>
#include <hvpart/cpuid_policy.h>
#include "machine.h"

enum hvp_cpuid_reg { EAX, EBX, ECX, EDX };

/**
 * struct hvp_cpuid - the machine, and the list that is made of it
 * @read:  CPUID of the machine: @regs are EAX, EBX, ECX, EDX
 * @machine: what was found out about it
 * @out:   where the list goes, zero
 * @room:  bytes there
 * @bytes: how many it takes
 * @full:  it did not fit
 * @xcr0:  what children may have in XCR0, 0 without XSAVE
 * @intel: "GenuineIntel"
 * @leaf:  the last of the list
 */
struct hvp_cpuid {
	hvp_cpuid_fn read;
	const struct hvpart_machine *machine;
	struct hvpart_cpuid_policy *out;
	size_t room;

	size_t bytes;
	bool full;
	u64 xcr0;
	bool intel;
	struct hvpart_cpuid_leaf *leaf;
};

/**
 * hvp_cpuid_policy - fill @c->out, once, at load
 * Context: a CPU that stands for all. Nothing of Linux is used: the unit tests
 * build the same files.
 * Return: 0, or -E2BIG.
 */
int hvp_cpuid_policy(struct hvp_cpuid *c);

/* cpuid_list.c: @subleaf -1: all of them; edits belong to the last leaf. */
void hvp_cpuid_add(struct hvp_cpuid *c, u32 leaf, int subleaf, const u32 *regs);
void hvp_cpuid_edit(struct hvp_cpuid *c, u8 source, enum hvp_cpuid_reg reg,
		    unsigned int bit, u32 mask);
/* Is the leaf, with those below it, in the machine? */
bool hvp_cpuid_has_leaf(struct hvp_cpuid *c, u32 leaf);
/* The machine's leaf, zero when it is not there. */
void hvp_cpuid_machine(struct hvp_cpuid *c, u32 leaf, u32 subleaf, u32 *regs);
/* Fills @xcr0, @intel. */
void hvp_cpuid_probe(struct hvp_cpuid *c);

/* cpuid_bits.c: the leaves that are shown in part */
void hvp_cpuid_listed(struct hvp_cpuid *c);

#endif
