/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What children see of CPUID, as data: written by the driver at load, part of
 * the boot information, read by the hypervisor at every CPUID of a child.
 *
 * A list of leaves. Each has its four registers as this machine's children may
 * see them, and behind it the edits that depend on the child. The first leaf of
 * the list that fits is taken; what fits none reads zero.
 */
#ifndef _HVPART_CPUID_POLICY_H
#define _HVPART_CPUID_POLICY_H

#include "types.h"

/*
 * Sources of edits. Up to HVPART_EDIT_VALUE: a processor feature (bank 0, bank
 * 1) or an XSAVE feature of HvCreatePartition: where the partition was
 * created without it, the bits are cleared. From HVPART_EDIT_VALUE on: a value
 * that is inserted.
 */
#define HVPART_EDIT_FEATURE		0
#define HVPART_EDIT_NO_XSAVE		128
#define HVPART_EDIT_NO_XSAVEOPT		129
#define HVPART_EDIT_NO_AVX		130
#define HVPART_EDIT_VALUE		192
#define HVPART_EDIT_PRIVILEGES_LOW	192
#define HVPART_EDIT_PRIVILEGES_HIGH	193
#define HVPART_EDIT_FEATURES_EDX	194
#define HVPART_EDIT_HINTS		195
#define HVPART_EDIT_MAY_CREATE		196	/* partitions: ~0, or 0 */
#define HVPART_EDIT_PHYS_BITS		197
#define HVPART_EDIT_INVARIANT_TSC	198
#define HVPART_EDIT_APIC_ID		199
#define HVPART_EDIT_SUBLEAF		200	/* that was asked for */
#define HVPART_EDIT_NR_VPS		201
#define HVPART_EDIT_LAST_VP		202	/* NR_VPS - 1 */
#define HVPART_EDIT_SEVERAL_VPS	203	/* ~0, or 0 when there is one */
#define HVPART_EDIT_ID_BITS		204	/* that hold every APIC id */
#define HVPART_EDIT_XSAVE_ALL		205	/* bytes: of all that it may have */
#define HVPART_EDIT_XSAVE_NOW		206	/* ... of what XCR0 says */
#define HVPART_EDIT_XSAVE_PACKED	207	/* ... in the compacted format */

/* Register (0: EAX) and bit of an edit in one byte. */
#define HVPART_EDIT_AT(reg, bit)	((reg) << 5 | (bit))

/**
 * struct hvpart_cpuid_edit - register = register & ~mask | value << bit & mask
 * @at: HVPART_EDIT_AT(); the top bit is ignored
 */
struct hvpart_cpuid_edit {
	__u8 source;
	__u8 at;
	__u16 reserved;
	__u32 mask;
};
HVPART_ASSERT_SIZE(struct hvpart_cpuid_edit, 8);

/**
 * struct hvpart_cpuid_leaf - one leaf; @nr_edits of the above follow it
 * @subleaf: only this one, where @subleaf_specific is 1
 * @reg:     EAX, EBX, ECX, EDX
 */
struct hvpart_cpuid_leaf {
	__u32 leaf;
	__u32 subleaf;
	__u8 subleaf_specific;
	__u8 nr_edits;
	__u16 reserved;
	__u32 reg[4];
};
HVPART_ASSERT_SIZE(struct hvpart_cpuid_leaf, 28);

/**
 * struct hvpart_cpuid_policy - the header of the list
 * @features:  properties 0x6000A and 0x6000B: what children can have
 * @nr_leaves: how many follow
 */
struct hvpart_cpuid_policy {
	__u64 features[2];
	__u32 nr_leaves;
	__u32 reserved;
};
HVPART_ASSERT_SIZE(struct hvpart_cpuid_policy, 24);

#endif /* _HVPART_CPUID_POLICY_H */
