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

/* Leaves that are shown in part, and the key of each: leaf 7.1 is 0x107. */
enum { L1, L7, L71, LX1, LX7, LX8, LX21, NR_LEAVES };

static const u32 leaf_key[NR_LEAVES] = {
	0x01, 0x07, 0x107, 0x80000001, 0x80000007, 0x80000008, 0x80000021
};

/*
 * Bits of EAX, EBX, ECX, EDX that children may see. Kept out: virtualization,
 * MONITOR, PMU and tracing, power and thermal management, SMX, memory
 * encryption, what needs MSRs that msr_arch.c does not have. OSXSAVE, OSPKE,
 * x2APIC, APIC ids come later.
 */
#define ALL	0xffffffffu

static const u32 visible[NR_LEAVES][4] = {
	/* SSE.., FMA, CX16, PCID, MOVBE, POPCNT, AES, XSAVE, AVX, F16C, RDRAND */
	[L1] = { ALL, 0x0000ff00, 0x76da3203, 0x0f8bfbff },
	[L7] = { ALL, 0xf1bf27eb, 0x1a415f4e, 0x8c804510 },
	[L71] = { 0x00801cb7, 0, 0, 0x00004030 },
	[LX1] = { ALL, ALL, 0x006109f3, 0xefd3fbff },
	[LX7] = { 0, 0, 0, 0x00000100 },
	/* CLZERO, XSAVE error pointers, IBPB, IBRS, STIBP, SSBD and their like */
	[LX8] = { 0x0000ffff, 0x7506d005, 0, 0 },
	[LX21] = { 0x38000c46, 0, 0, 0 },
};

/* Leaves shown as a whole: caches, XSAVE, brand, TLBs. Bit n: (base +) n. */
#define WHOLE_BASIC	(BIT(0x02) | BIT(0x04) | BIT(0x0d))
#define WHOLE_EXTENDED	(MASK(0x06, 0x02) | MASK(0x1a, 0x19) | BIT(0x1d))

static __noinline int leaf_index(u32 leaf, u32 subleaf)
{
	u32 key = leaf == 0x07 ? leaf | subleaf << 8 : leaf;

	for (int i = 0; i < NR_LEAVES; i++)
		if (leaf_key[i] == key)
			return i;
	return -1;
}

/* The registers of leaves in which there is more to say about single bits. */
#define PLACES(X)							\
	X(L1, ECX) X(L7, EBX) X(L7, ECX) X(L7, EDX) X(L71, EAX) X(L71, EDX) \
	X(LX1, ECX) X(LX1, EDX) X(LX7, EDX) X(LX8, EBX) X(LX21, EAX)
enum place {
#define PLACE(leaf, reg)	leaf##_##reg,
	PLACES(PLACE)
};

static const struct {
	u8 leaf : 4, reg : 4;
} places[] = {
#define PLACE_OF(leaf, reg)	{ leaf, CPUID_##reg },
	PLACES(PLACE_OF)
};

/* What some bits need besides the CPU's word for them. */
struct need_bits {
	u8 place;
	u8 flag;			/* of struct machine */
	u16 xcr0;			/* all of these */
	u32 bits;
};

#define STATE(bits)	offsetof(struct machine, has_xsave), bits
#define FLAG(member)	offsetof(struct machine, member), 0
#define NEED_XSAVE	STATE(BIT(0))
#define NEED_AVX	STATE(BIT(2))
#define NEED_AVX512	STATE(MASK(7, 5))
#define NEED_PKU	offsetof(struct machine, has_pku), BIT(9)

/* TLFS processor feature (bank 1 from 64 on) and where CPUID shows it. */
struct feature_bit {
	u16 feature : 7, place : 4, bit : 5;
};

static const struct feature_bit features[] = {
	{ 0, L1_ECX, 0 },	{ 1, LX1_ECX, 0 },	{ 2, L1_ECX, 9 },
	{ 3, L1_ECX, 19 },	{ 4, L1_ECX, 20 },	{ 5, LX1_ECX, 6 },
	{ 6, LX1_ECX, 11 },	{ 7, L1_ECX, 23 },	{ 8, L1_ECX, 13 },
	{ 9, LX1_ECX, 4 },	{ 10, LX1_ECX, 5 },	{ 11, LX1_ECX, 7 },
	{ 12, LX1_EDX, 22 },	{ 13, LX1_EDX, 31 },	{ 14, LX1_EDX, 30 },
	{ 15, LX1_EDX, 26 },	{ 16, L1_ECX, 25 },	{ 17, L1_ECX, 1 },
	{ 18, L1_ECX, 17 },	{ 19, LX1_ECX, 16 },	{ 20, L1_ECX, 29 },
	{ 21, L1_ECX, 30 },	{ 22, L7_EBX, 0 },	{ 23, L7_EBX, 7 },
	{ 24, L7_EBX, 9 },	{ 25, L7_EBX, 3 },	{ 26, L7_EBX, 8 },
	{ 29, L1_ECX, 22 },	{ 31, L7_EBX, 13 },	{ 32, L7_EBX, 18 },
	{ 33, L7_EBX, 19 },	{ 34, LX1_ECX, 8 },	{ 35, L7_EBX, 20 },
	{ 38, LX1_EDX, 27 },	{ 39, L7_EBX, 23 },	{ 40, L7_EBX, 24 },
	{ 41, L7_EBX, 29 },	{ 42, LX8_EBX, 2 },	{ 43, L7_EBX, 10 },
	{ 44, L7_EDX, 26 },	{ 44, LX8_EBX, 14 },	{ 45, L7_EDX, 27 },
	{ 45, LX8_EBX, 15 },	{ 46, LX8_EBX, 12 },	{ 48, L7_EDX, 31 },
	{ 48, LX8_EBX, 24 },	{ 49, L7_EDX, 4 },	{ 54, LX8_EBX, 26 },
	{ 57, L7_ECX, 22 },	{ 58, L7_ECX, 2 },	{ 64 + 1, LX7_EDX, 8 },
	{ 64 + 2, LX8_EBX, 0 }, { 64 + 4, L7_ECX, 16 }, { 64 + 7, LX8_EBX, 28 },
	{ 64 + 13, L7_ECX, 27 }, { 64 + 14, L7_ECX, 28 },
	{ 64 + 15, L7_ECX, 25 }, { 64 + 16, L7_EDX, 14 },
	{ 64 + 18, L7_EBX, 1 }, { 64 + 19, L71_EAX, 10 },
	{ 64 + 20, L71_EAX, 11 }, { 64 + 21, L71_EAX, 12 },
	{ 64 + 29, LX8_EBX, 29 }, { 64 + 30, LX8_EBX, 30 },
	{ 64 + 31, LX8_EBX, 17 }, { 64 + 40, L71_EAX, 7 },
	{ 64 + 45, L71_EDX, 14 }, { 64 + 46, L71_EAX, 0 },
	{ 64 + 50, L71_EAX, 1 }, { 64 + 51, L71_EAX, 2 },
	{ 64 + 54, LX21_EAX, 27 }, { 64 + 55, LX21_EAX, 28 },
	{ 64 + 56, LX21_EAX, 29 },
};

/* On Intel, leaf 7 EDX bit 26 is IBRS and IBPB in one. */
static const struct need_bits needs[] = {
	{ L1_ECX, NEED_XSAVE, 1 << 26 },
	{ L1_ECX, NEED_AVX, 1 << 12 | 1 << 28 | 1 << 29 },
	{ L7_EBX, NEED_AVX, 1 << 5 },
	{ L7_EBX, NEED_AVX512, 0xdc230000 },
	{ L7_ECX, NEED_AVX, 1 << 9 | 1 << 10 },
	{ L7_ECX, NEED_AVX512, 0x00005842 },
	{ L7_ECX, NEED_PKU, 1 << 3 },
	{ L7_ECX, FLAG(la57), 1 << 16 },
	{ L7_ECX, FLAG(has_tsc_aux), 1 << 22 },
	{ L7_EDX, NEED_AVX512, 1 << 8 | 1 << 23 },
	{ L7_EDX, FLAG(has_ibpb), 1u << 31 | 1 << 27 | 1 << 26 },
	{ L7_EDX, FLAG(has_spec_ctrl), 1u << 31 | 1 << 27 | 1 << 26 },
	{ L71_EAX, NEED_AVX, 1 << 23 | 1 << 4 | 7 },
	{ L71_EAX, NEED_AVX512, 1 << 5 },
	{ L71_EDX, NEED_AVX, 1 << 4 | 1 << 5 },
	{ LX1_ECX, NEED_AVX, 1 << 11 | 1 << 16 },
	{ LX1_EDX, FLAG(has_tsc_aux), 1 << 27 },
	{ LX7_EDX, FLAG(invariant_tsc), 1 << 8 },
	{ LX8_EBX, FLAG(has_ibpb), 1 << 12 },
	{ LX8_EBX, FLAG(has_spec_ctrl), 0x1106c000 },
};

static u32 *reg_of(struct cpuid_regs *r, u32 n)
{
	return &r->eax + n;
}

static bool met(const struct need_bits *n, u64 xcr0)
{
	return (xcr0 & n->xcr0) == n->xcr0 && ((const u8 *)&machine)[n->flag];
}

/* Take @bits from @r, which shows leaf @n, if they stand in that. */
static __noinline void clear(struct cpuid_regs *r, int n, enum place at, u32 bits)
{
	if (places[at].leaf == n)
		*reg_of(r, places[at].reg) &= ~bits;
}

static bool whole(u32 leaf)
{
	u64 map = leaf >> 31 ? WHOLE_EXTENDED : WHOLE_BASIC;

	leaf &= ~BIT(31);
	return leaf < 64 && map & BIT(leaf);
}

/*
 * The machine's leaf as a child with @xcr0 may see it. Intel answers with the
 * highest basic leaf beyond the end: so the end is looked up first.
 */
static void machine_leaf(u32 leaf, u32 subleaf, u64 xcr0, struct cpuid_regs *r)
{
	int n = leaf_index(leaf, subleaf);

	machine_cpuid(leaf & 0x80000000, 0, r);
	if ((n < 0 && !whole(leaf)) || leaf > r->eax) {
		*r = (struct cpuid_regs) {};
		return;
	}
	machine_cpuid(leaf, subleaf, r);
	if (n < 0)
		return;
	for (u32 i = 0; i < 4; i++)
		*reg_of(r, i) &= visible[n][i];
	for (u32 i = 0; i < ARRAY_SIZE(needs); i++)
		if (!met(&needs[i], xcr0))
			clear(r, n, needs[i].place, needs[i].bits);
}

/* The features that @p does without. */
static void mask_features(const struct partition *p, u32 leaf, u32 subleaf,
			  struct cpuid_regs *r)
{
	int n = leaf_index(leaf, subleaf);

	for (u32 i = 0; n >= 0 && i < ARRAY_SIZE(features); i++) {
		const struct feature_bit *f = &features[i];

		if (test_bit(p->disabled_features, f->feature))
			clear(r, n, f->place, BIT(f->bit));
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
		u32 key = leaf_key[places[f->place].leaf];
		struct cpuid_regs r;

		if (f->feature / 64 != bank)
			continue;
		machine_leaf(key & ~0x100u, key >> 8 & 1, machine.xcr0_mask, &r);
		if (*reg_of(&r, places[f->place].reg) & BIT(f->bit))
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

/*
 * Invariant TSC: where the guest has to ask for it by MSR, not before it has;
 * elsewhere as the machine has it (digest 5.5).
 */
static void mask_invariant(const struct partition *p, struct cpuid_regs *r)
{
	if (!partition_may(p, HV_ACCESS_TSC_INVARIANT))
		return;
	r->edx &= ~(u32)BIT(8);
	/*
	 * The parent promised it with the privilege; an emulated machine may
	 * keep the promise and not say so. Bank 1 bit 1 takes it away.
	 */
	if (p->tsc_invariant_shown &&
	    !(p->disabled_features[1] & BIT(1)))
		r->edx |= BIT(8);
}

static __noinline void policy(struct vp *vp, u32 leaf, u32 subleaf, struct cpuid_regs *r)
{
	const struct partition *p = vp->partition;

	machine_leaf(leaf, subleaf, cpuid_xcr0_mask(p), r);
	mask_features(p, leaf, subleaf, r);
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
static __noinline void dynamic(struct vp *vp, u32 leaf, u32 subleaf, struct cpuid_regs *r)
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
	if (leaf >> 16 == 0x4000) {
		cpuid_hv(vp->partition, leaf, out);
	} else {
		policy(vp, leaf, subleaf, out);
		dynamic(vp, leaf, subleaf, out);
	}
	if (vp->partition->nr_cpuid) {
		cpuid_apply_overrides(vp, leaf, subleaf, out);
		dynamic(vp, leaf, subleaf, out);
	}
}

bool cpuid_has(struct vp *vp, u32 leaf, enum cpuid_reg reg, u32 bit)
{
	struct cpuid_regs r;

	cpuid_query(vp, leaf, 0, &r);
	return *reg_of(&r, reg) & BIT(bit);
}
