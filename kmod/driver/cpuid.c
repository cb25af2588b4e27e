// SPDX-License-Identifier: GPL-2.0
/*
 * The CPUID policy: what children of this machine see. It is made once, at load,
 * and handed to the hypervisor as a list (<hvpart/cpuid_policy.h>); what has no
 * leaf here reads zero there. cpuid_bits.c has the leaves that are shown in part,
 * bit by bit; here are those shown as a whole, and the hypervisor's own.
 *
 * SDM vol. 2 "CPUID", APM vol. 3 appendix E.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <hvpart/boot.h>
#include <hvpart/cpuid.h>
#include <hvpart/property.h>
#include <hvpart/release.h>
#include <hvpart/stats.h>
#include "cpuid.h"

/*
 * TLFS "feature discovery". What is not defined reads zero, beyond the announced
 * maximum too: Linux reads 0x40000082 without asking (guest-contract 2.1).
 */
static const struct {
	u32 leaf, reg[4];
} hyperv[] = {
	{ HYPERV_CPUID_VENDOR_AND_MAX_FUNCTIONS,
	  { HYPERV_CPUID_HARDWARE_FEATURES, HYPERV_VENDOR_EBX,
	    HYPERV_VENDOR_ECX, HYPERV_VENDOR_EDX } },
	{ HYPERV_CPUID_INTERFACE, { HYPERV_INTERFACE_EAX } },
	/* Information only: build, version. */
	{ HYPERV_CPUID_VERSION,
	  { HVPART_ABI_VERSION,
	    HVPART_RELEASE_MAJOR << 16 | HVPART_RELEASE_MINOR } },
	{ HYPERV_CPUID_FEATURES, { 0 } },
	{ HYPERV_CPUID_ENLIGHTMENT_INFO, { [EBX] = HV_SPIN_RETRIES_NEVER } },
	{ HYPERV_CPUID_IMPLEMENT_LIMITS, { HVPART_MAX_VPS } },
	{ HYPERV_CPUID_HARDWARE_FEATURES,
	  { HV_X64_MSR_BITMAPS_IN_USE | HV_X64_SLAT_IN_USE } },
	{ HVPART_CPUID_DISCOVERY, { 0 } },
};

static void hyperv_edits(struct hvp_cpuid *c, u32 leaf)
{
	switch (leaf) {
	case HYPERV_CPUID_FEATURES:
		hvp_cpuid_edit(c, HVPART_EDIT_PRIVILEGES_LOW, EAX, 0, ~0u);
		hvp_cpuid_edit(c, HVPART_EDIT_PRIVILEGES_HIGH, EBX, 0, ~0u);
		hvp_cpuid_edit(c, HVPART_EDIT_FEATURES_EDX, EDX, 0, ~0u);
		break;
	case HYPERV_CPUID_ENLIGHTMENT_INFO:
		hvp_cpuid_edit(c, HVPART_EDIT_HINTS, EAX, 0, ~0u);
		hvp_cpuid_edit(c, HVPART_EDIT_PHYS_BITS, ECX, 0, 0x7f);
		break;
	case HVPART_CPUID_DISCOVERY:
		hvp_cpuid_edit(c, HVPART_EDIT_MAY_CREATE, EAX, 0,
			       HVPART_CPUID_SIGNATURE);
		hvp_cpuid_edit(c, HVPART_EDIT_MAY_CREATE, EBX, 0,
			       HVPART_ABI_VERSION);
		hvp_cpuid_edit(c, HVPART_EDIT_MAY_CREATE, ECX, 0,
			       HVPART_CPUID_MAY_CREATE);
		break;
	}
}

static void add_hyperv(struct hvp_cpuid *c)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hyperv); i++) {
		hvp_cpuid_add(c, hyperv[i].leaf, -1, hyperv[i].reg);
		hyperv_edits(c, hyperv[i].leaf);
	}
}

/* The ends of both ranges, and ARAT: the APIC timer never stops. */
static void add_constant(struct hvp_cpuid *c)
{
	static const u32 thermal[4] = { 1 << 2 };
	u32 r[4];

	c->read(0, 0, r);
	r[EAX] = clamp(r[EAX], 0x0bu, 0x0du);
	hvp_cpuid_add(c, 0, -1, r);
	hvp_cpuid_add(c, 0x06, -1, thermal);
	c->read(0x80000000, 0, r);
	r[EAX] = min(r[EAX], 0x80000021u);
	hvp_cpuid_add(c, 0x80000000, -1, r);
}

/* TLBs, brand, caches as they were before there were subleaves. */
static void add_whole(struct hvp_cpuid *c)
{
	static const u32 whole[] = {
		0x02, 0x80000002, 0x80000003, 0x80000004, 0x80000005, 0x80000006,
		0x80000019, 0x8000001a,
	};
	unsigned int i;
	u32 r[4];

	for (i = 0; i < ARRAY_SIZE(whole); i++) {
		hvp_cpuid_machine(c, whole[i], 0, r);
		if (r[EAX] | r[EBX] | r[ECX] | r[EDX])
			hvp_cpuid_add(c, whole[i], -1, r);
	}
}

/*
 * Caches: private up to level 2, shared by all VPs above. Intel has them in leaf
 * 4, AMD in 0x8000001d; "logical processors sharing this cache" is in the same
 * bits.
 */
static void add_caches(struct hvp_cpuid *c, u32 leaf)
{
	u32 r[4];
	int i;

	for (i = 0; i < 16; i++) {
		hvp_cpuid_machine(c, leaf, i, r);
		if (!(r[EAX] & 0x1f))
			continue;
		r[EAX] &= ~0x03ffc000u;
		if (leaf == 0x04)
			r[EAX] &= ~0xfc000000u;
		hvp_cpuid_add(c, leaf, i, r);
		if ((r[EAX] >> 5 & 7) >= 3)
			hvp_cpuid_edit(c, HVPART_EDIT_LAST_VP, EAX, 14,
				       0x03ffc000);
		if (leaf == 0x04)
			hvp_cpuid_edit(c, HVPART_EDIT_LAST_VP, EAX, 26,
				       0xfc000000);
	}
}

/* One package of single-thread cores. The first leaf that fits is taken. */
static void add_topology(struct hvp_cpuid *c)
{
	static const u32 threads[4] = { 0, 1, 1 << 8, 0 };
	static const u32 cores[4] = { 0, 0, 2 << 8 | 1, 0 };
	static const u32 none[4];

	hvp_cpuid_add(c, 0x0b, 0, threads);
	hvp_cpuid_edit(c, HVPART_EDIT_APIC_ID, EDX, 0, ~0u);
	hvp_cpuid_add(c, 0x0b, 1, cores);
	hvp_cpuid_edit(c, HVPART_EDIT_ID_BITS, EAX, 0, ~0u);
	hvp_cpuid_edit(c, HVPART_EDIT_NR_VPS, EBX, 0, ~0u);
	hvp_cpuid_edit(c, HVPART_EDIT_APIC_ID, EDX, 0, ~0u);
	hvp_cpuid_add(c, 0x0b, -1, none);
	hvp_cpuid_edit(c, HVPART_EDIT_SUBLEAF, ECX, 0, 0xff);
	hvp_cpuid_edit(c, HVPART_EDIT_APIC_ID, EDX, 0, ~0u);
	if (!hvp_cpuid_has_leaf(c, 0x8000001e))
		return;
	hvp_cpuid_add(c, 0x8000001e, -1, none);
	hvp_cpuid_edit(c, HVPART_EDIT_APIC_ID, EAX, 0, ~0u);
	hvp_cpuid_edit(c, HVPART_EDIT_APIC_ID, EBX, 0, 0xff);
}

/* All four registers are zero without XSAVE, or without AVX. */
static void gone_without(struct hvp_cpuid *c, u8 source)
{
	unsigned int i;

	for (i = 0; i < 4; i++)
		hvp_cpuid_edit(c, source, i, 0, ~0u);
}

/*
 * Leaf 0xD. Not shown: XSAVES and XFD (bits 3, 4 of subleaf 1), so there is no
 * supervisor state and no MSR for it.
 */
static void add_xsave(struct hvp_cpuid *c)
{
	const u32 avx = 0xe4;		/* AVX-512 stands on AVX */
	u32 r[4] = { c->xcr0 };
	int n;

	if (!c->xcr0)
		return;
	hvp_cpuid_add(c, 0x0d, 0, r);
	hvp_cpuid_edit(c, HVPART_EDIT_XSAVE_NOW, EBX, 0, ~0u);
	hvp_cpuid_edit(c, HVPART_EDIT_XSAVE_ALL, ECX, 0, ~0u);
	hvp_cpuid_edit(c, HVPART_EDIT_NO_AVX, EAX, 0, avx);
	gone_without(c, HVPART_EDIT_NO_XSAVE);

	hvp_cpuid_machine(c, 0x0d, 1, r);
	r[EAX] &= 7;
	r[EBX] = r[ECX] = r[EDX] = 0;
	hvp_cpuid_add(c, 0x0d, 1, r);
	if (r[EAX] & 2)
		hvp_cpuid_edit(c, HVPART_EDIT_XSAVE_PACKED, EBX, 0, ~0u);
	hvp_cpuid_edit(c, HVPART_EDIT_NO_XSAVEOPT, EAX, 0, 1);
	gone_without(c, HVPART_EDIT_NO_XSAVE);

	for (n = 2; n < 32; n++) {
		if (!(c->xcr0 >> n & 1))
			continue;
		hvp_cpuid_machine(c, 0x0d, n, r);
		r[ECX] &= 2;
		r[EDX] = 0;
		hvp_cpuid_add(c, 0x0d, n, r);
		if (avx >> n & 1)
			gone_without(c, HVPART_EDIT_NO_AVX);
		gone_without(c, HVPART_EDIT_NO_XSAVE);
	}
}

int hvp_cpuid_policy(struct hvp_cpuid *c)
{
	c->bytes = sizeof(*c->out);
	hvp_cpuid_probe(c);
	/* The order is that of a search. */
	add_hyperv(c);
	hvp_cpuid_listed(c);
	add_constant(c);
	add_topology(c);
	add_xsave(c);
	add_whole(c);
	add_caches(c, 0x04);
	add_caches(c, 0x8000001d);
	return c->full ? -E2BIG : 0;
}
