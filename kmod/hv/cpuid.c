// SPDX-License-Identifier: GPL-2.0
/*
 * CPUID of children: the machine's leaf, what of it may be shown (here),
 * topology and XSAVE sizes (cpuid_topology.c), the parent's overrides, and last
 * the bits that follow the VP's registers. Shown is what is on a list; new
 * features of new CPUs stay hidden until somebody has looked at them.
 *
 * SDM vol. 2 "CPUID", APM vol. 3 appendix E.
 */
#include "cpuid.h"
#include "cpuid_state.h"
#include "world.h"
#include "unit.h"

#ifdef HV_UNIT_TEST
void machine_cpuid(u32 leaf, u32 subleaf, struct cpuid_regs *r)
{
	extern void test_cpuid(u32 leaf, u32 subleaf, struct cpuid_regs *r);

	test_cpuid(leaf, subleaf, r);
}
#else
void machine_cpuid(u32 leaf, u32 subleaf, struct cpuid_regs *r)
{
	__asm__ volatile("cpuid"
			 : "=a"(r->eax), "=b"(r->ebx), "=c"(r->ecx),
			   "=d"(r->edx)
			 : "0"(leaf), "2"(subleaf));
}
#endif

/*
 * Bits that children may see, where a leaf is not passed as a whole. Of EAX,
 * EBX, ECX, EDX. Kept out: virtualization, MONITOR, PMU and tracing, power and
 * thermal management, SMX, memory encryption, what needs MSRs that are not in
 * msr_policy.c. OSXSAVE, OSPKE, x2APIC, APIC ids come later.
 */
struct leaf_mask {
	u32 leaf, subleaf;
	u32 reg[4];
};

#define ALL	0xffffffffu

static const struct leaf_mask visible[] = {
	/* FMA, CX16, PCID, SSE.., MOVBE, POPCNT, AES, XSAVE, AVX, F16C, RDRAND */
	{ 0x01, 0, { ALL, 0x0000ff00, 0x76da3203, 0x0f8bfbff } },
	{ 0x02, 0, { ALL, ALL, ALL, ALL } },
	{ 0x04, ALL, { ALL, ALL, ALL, ALL } },
	{ 0x06, 0, { 0, 0, 0, 0 } },
	{ 0x07, 0, { ALL, 0xf1bf27eb, 0x1a415f4e, 0x8c804510 } },
	{ 0x07, 1, { 0x00801cb7, 0, 0, 0x00004030 } },
	{ 0x0d, ALL, { ALL, ALL, ALL, ALL } },
	{ 0x80000001, 0, { ALL, ALL, 0x006109f3, 0xefd3fbff } },
	{ 0x80000002, 0, { ALL, ALL, ALL, ALL } },
	{ 0x80000003, 0, { ALL, ALL, ALL, ALL } },
	{ 0x80000004, 0, { ALL, ALL, ALL, ALL } },
	{ 0x80000005, 0, { ALL, ALL, ALL, ALL } },
	{ 0x80000006, 0, { ALL, ALL, ALL, ALL } },
	{ 0x80000007, 0, { 0, 0, 0, 0x00000100 } },
	/* CLZERO, XSAVE error pointers, IBPB, IBRS, STIBP, SSBD and their like */
	{ 0x80000008, 0, { 0x0000ffff, 0x7506d005, 0, 0 } },
	{ 0x80000019, 0, { ALL, ALL, ALL, ALL } },
	{ 0x8000001a, 0, { ALL, ALL, ALL, ALL } },
	{ 0x8000001d, ALL, { ALL, ALL, ALL, ALL } },
	{ 0x80000021, 0, { 0x38000c46, 0, 0, 0 } },
};

/* TLFS processor features (bank 0 then 1, as one number) by CPUID bit. */
struct feature_bit {
	u8 feature, leaf, reg, bit;
};

enum { L1, L7, L71, LX1, LX7, LX8, LX21 };

static const u32 feature_leaf[] = {
	0x01, 0x07, 0x107, 0x80000001, 0x80000007, 0x80000008, 0x80000021
};

#define EBX CPUID_EBX
#define ECX CPUID_ECX
#define EDX CPUID_EDX
#define EAX CPUID_EAX
static const struct feature_bit features[] = {
	{ 0, L1, ECX, 0 },	{ 1, LX1, ECX, 0 },	{ 2, L1, ECX, 9 },
	{ 3, L1, ECX, 19 },	{ 4, L1, ECX, 20 },	{ 5, LX1, ECX, 6 },
	{ 6, LX1, ECX, 11 },	{ 7, L1, ECX, 23 },	{ 8, L1, ECX, 13 },
	{ 9, LX1, ECX, 4 },	{ 10, LX1, ECX, 5 },	{ 11, LX1, ECX, 7 },
	{ 12, LX1, EDX, 22 },	{ 13, LX1, EDX, 31 },	{ 14, LX1, EDX, 30 },
	{ 15, LX1, EDX, 26 },	{ 16, L1, ECX, 25 },	{ 17, L1, ECX, 1 },
	{ 18, L1, ECX, 17 },	{ 19, LX1, ECX, 16 },	{ 20, L1, ECX, 29 },
	{ 21, L1, ECX, 30 },	{ 22, L7, EBX, 0 },	{ 23, L7, EBX, 7 },
	{ 24, L7, EBX, 9 },	{ 25, L7, EBX, 3 },	{ 26, L7, EBX, 8 },
	{ 29, L1, ECX, 22 },	{ 31, L7, EBX, 13 },	{ 32, L7, EBX, 18 },
	{ 33, L7, EBX, 19 },	{ 34, LX1, ECX, 8 },	{ 35, L7, EBX, 20 },
	{ 38, LX1, EDX, 27 },	{ 39, L7, EBX, 23 },	{ 40, L7, EBX, 24 },
	{ 41, L7, EBX, 29 },	{ 42, LX8, EBX, 2 },	{ 43, L7, EBX, 10 },
	{ 44, L7, EDX, 26 },	{ 44, LX8, EBX, 14 },	{ 45, L7, EDX, 27 },
	{ 45, LX8, EBX, 15 },	{ 46, LX8, EBX, 12 },	{ 48, L7, EDX, 31 },
	{ 48, LX8, EBX, 24 },	{ 49, L7, EDX, 4 },	{ 54, LX8, EBX, 26 },
	{ 57, L7, ECX, 22 },	{ 58, L7, ECX, 2 },	{ 64 + 1, LX7, EDX, 8 },
	{ 64 + 2, LX8, EBX, 0 }, { 64 + 4, L7, ECX, 16 }, { 64 + 7, LX8, EBX, 28 },
	{ 64 + 13, L7, ECX, 27 }, { 64 + 14, L7, ECX, 28 },
	{ 64 + 15, L7, ECX, 25 }, { 64 + 16, L7, EDX, 14 },
	{ 64 + 18, L7, EBX, 1 }, { 64 + 19, L71, EAX, 10 },
	{ 64 + 20, L71, EAX, 11 }, { 64 + 21, L71, EAX, 12 },
	{ 64 + 29, LX8, EBX, 29 }, { 64 + 30, LX8, EBX, 30 },
	{ 64 + 31, LX8, EBX, 17 }, { 64 + 40, L71, EAX, 7 },
	{ 64 + 45, L71, EDX, 14 }, { 64 + 46, L71, EAX, 0 },
	{ 64 + 50, L71, EAX, 1 }, { 64 + 51, L71, EAX, 2 },
	{ 64 + 54, LX21, EAX, 27 }, { 64 + 55, LX21, EAX, 28 },
	{ 64 + 56, LX21, EAX, 29 },
};
#undef EAX
#undef EBX
#undef ECX
#undef EDX

static u32 *reg_of(struct cpuid_regs *r, u32 n)
{
	return &r->eax + n;
}

/* What the loader found out about the machine and about Linux's setup of it. */
static void mask_machine(u32 leaf, u32 subleaf, struct cpuid_regs *r)
{
	u32 spec8 = machine.has_ibpb ? 0 : BIT(12);

	if (!machine.has_spec_ctrl)
		spec8 |= BIT(14) | BIT(15) | BIT(17) | BIT(18) | BIT(24) |
			 BIT(28);
	switch (leaf) {
	case 0x07:
		if (subleaf)
			break;
		if (!machine.la57)
			r->ecx &= ~BIT(16);
		if (!machine.has_pku)
			r->ecx &= ~BIT(3);
		if (!machine.has_tsc_aux)
			r->ecx &= ~BIT(22);
		/* On Intel, bit 26 is IBRS and IBPB in one. */
		if (!machine.has_spec_ctrl || !machine.has_ibpb)
			r->edx &= ~(BIT(26) | BIT(27) | BIT(31));
		break;
	case 0x80000001:
		if (!machine.has_tsc_aux)
			r->edx &= ~BIT(27);
		break;
	case 0x80000007:
		if (!machine.invariant_tsc)
			r->edx = 0;
		break;
	case 0x80000008:
		r->ebx &= ~spec8;
		break;
	}
}

/* Vector features that need state which the partition may not have. */
static void mask_xstate(u32 leaf, u32 subleaf, u64 xcr0, struct cpuid_regs *r)
{
	bool avx = xcr0 & BIT(2), avx512 = (xcr0 & MASK(7, 5)) == MASK(7, 5);

	switch (leaf) {
	case 0x01:
		r->ecx &= ~(xcr0 ? 0 : BIT(26));
		r->ecx &= ~(avx ? 0 : BIT(12) | BIT(28) | BIT(29));
		break;
	case 0x07:
		if (subleaf) {
			r->eax &= ~(avx ? 0 : BIT(4) | BIT(23) | MASK(2, 0));
			r->eax &= ~(avx512 ? 0 : BIT(5));
			r->edx &= ~(avx ? 0 : BIT(4) | BIT(5));
			break;
		}
		r->ebx &= ~(avx ? 0 : BIT(5));
		r->ebx &= ~(avx512 ? 0 : 0xdc230000);
		r->ecx &= ~(avx ? 0 : BIT(9) | BIT(10));
		r->ecx &= ~(avx512 ? 0 : 0x00005842);
		r->ecx &= ~(xcr0 & BIT(9) ? 0 : BIT(3));
		r->edx &= ~(avx512 ? 0 : BIT(8) | BIT(23));
		break;
	case 0x80000001:
		r->ecx &= ~(avx ? 0 : BIT(11) | BIT(16));
		break;
	}
}

/* The machine's leaf as any child may see it; partition properties aside. */
static void machine_leaf(u32 leaf, u32 subleaf, struct cpuid_regs *r)
{
	const struct leaf_mask *m = visible;
	u32 base = leaf & 0x80000000, max;

	*r = (struct cpuid_regs) {};
	for (; m < visible + ARRAY_SIZE(visible); m++)
		if (m->leaf == leaf &&
		    (m->subleaf == subleaf || m->subleaf == ALL ||
		     (!m->subleaf && leaf != 0x07)))
			break;
	if (m == visible + ARRAY_SIZE(visible))
		return;
	/* Intel answers with the highest basic leaf beyond the end. */
	machine_cpuid(base, 0, r);
	max = r->eax;
	*r = (struct cpuid_regs) {};
	if (leaf > max || max < base)
		return;
	machine_cpuid(leaf, subleaf, r);
	for (u32 i = 0; i < 4; i++)
		*reg_of(r, i) &= m->reg[i];
	mask_machine(leaf, subleaf, r);
}

static u32 feature_key(u32 leaf, u32 subleaf)
{
	return leaf == 0x07 && subleaf == 1 ? 0x107 : leaf;
}

static void mask_features(const struct partition *p, u32 leaf, u32 subleaf,
			  struct cpuid_regs *r)
{
	u32 key = feature_key(leaf, subleaf);

	if (!p->disabled_features[0] && !p->disabled_features[1])
		return;
	for (u32 i = 0; i < ARRAY_SIZE(features); i++) {
		const struct feature_bit *f = &features[i];

		if (feature_leaf[f->leaf] == key &&
		    test_bit(p->disabled_features, f->feature))
			*reg_of(r, f->reg) &= ~BIT(f->bit);
	}
}

/**
 * cpuid_feature_bank - processor features that children can have
 * Some features show in two leaves, one per vendor; either will do.
 */
u64 cpuid_feature_bank(u32 bank)
{
	u64 present = 0;

	for (u32 i = 0; i < ARRAY_SIZE(features); i++) {
		const struct feature_bit *f = &features[i];
		u32 leaf = feature_leaf[f->leaf];
		struct cpuid_regs r;

		if (f->feature / 64 != bank)
			continue;
		machine_leaf(leaf & ~0x100u, leaf == 0x107, &r);
		mask_xstate(leaf & ~0x100u, leaf == 0x107, machine.xcr0_mask, &r);
		if (*reg_of(&r, f->reg) & BIT(f->bit))
			present |= BIT(f->feature % 64);
	}
	return present;
}

u64 cpuid_xcr0_mask(const struct partition *p)
{
	u64 mask = machine.has_xsave ? machine.xcr0_mask : 0;

	if (p->disabled_xsave & HV_PROCESSOR_XSAVE_SUPPORT)
		return 0;
	/* AVX-512 stands on AVX. */
	if (p->disabled_xsave & HV_PROCESSOR_AVX_SUPPORT)
		mask &= ~(BIT(2) | MASK(7, 5));
	return mask;
}

u64 cpuid_xss_mask(const struct partition *p)
{
	return cpuid_xcr0_mask(p) ? machine.xss_mask : 0;
}

/*
 * Invariant TSC: where the guest has to ask for it by MSR, not before it has;
 * elsewhere as the machine has it (digest 5.5).
 */
static void mask_invariant(const struct partition *p, struct cpuid_regs *r)
{
	if (partition_may(p, HV_ACCESS_TSC_INVARIANT) && !p->tsc_invariant_shown)
		r->edx &= ~BIT(8);
}

static void policy(struct vp *vp, u32 leaf, u32 subleaf, struct cpuid_regs *r)
{
	const struct partition *p = vp->partition;

	if (leaf >> 16 == 0x4000) {
		cpuid_hv(p, leaf, r);
		return;
	}
	machine_leaf(leaf, subleaf, r);
	mask_features(p, leaf, subleaf, r);
	mask_xstate(leaf, subleaf, cpuid_xcr0_mask(p), r);
	switch (leaf) {
	case 0x00:
		machine_cpuid(0, 0, r);
		r->eax = MAX(MIN(r->eax, 0x0du), 0x0bu);
		break;
	case 0x01:
		r->ecx |= BIT(21) | BIT(31);	/* x2APIC, hypervisor */
		break;
	case 0x06:
		r->eax = BIT(2);		/* ARAT */
		break;
	case 0x07:
		if (!subleaf)
			r->eax = MIN(r->eax, 1u);
		break;
	case 0x0d:
		cpuid_xsave(vp, subleaf, r);
		break;
	case 0x80000000:
		machine_cpuid(leaf, 0, r);
		r->eax = MIN(r->eax, 0x80000021u);
		break;
	case 0x80000007:
		mask_invariant(p, r);
		break;
	case 0x80000008:
		r->eax = (r->eax & 0xff00) | p->max_phys_bits;
		if (!machine.la57)
			r->eax = (r->eax & 0xff) | 48 << 8;
		break;
	}
	cpuid_topology(vp, leaf, subleaf, r);
}

/* Bits that follow the VP's registers, overrides or not. */
static void dynamic(struct vp *vp, u32 leaf, u32 subleaf, struct cpuid_regs *r)
{
	u64 cr4;

	if (leaf == 0x01) {
		cr4 = vendor_cr4(&vp->v);
		r->ecx &= ~BIT(27);
		if (r->ecx & BIT(26) && cr4 & CR4_OSXSAVE)
			r->ecx |= BIT(27);
	} else if (leaf == 0x07 && !subleaf) {
		cr4 = vendor_cr4(&vp->v);
		r->ecx &= ~BIT(4);
		if (r->ecx & BIT(3) && cr4 & CR4_PKE)
			r->ecx |= BIT(4);
	}
}

void cpuid_query(struct vp *vp, u32 leaf, u32 subleaf, struct cpuid_regs *out)
{
	policy(vp, leaf, subleaf, out);
	if (vp->partition->nr_cpuid)
		cpuid_apply_overrides(vp, leaf, subleaf, out);
	dynamic(vp, leaf, subleaf, out);
}

bool cpuid_has(struct vp *vp, u32 leaf, enum cpuid_reg reg, u32 bit)
{
	struct cpuid_regs r;

	cpuid_query(vp, leaf, 0, &r);
	return *reg_of(&r, reg) & BIT(bit);
}
