// SPDX-License-Identifier: GPL-2.0
/*
 * CPUID leaves of which children see a part: which bits, what those need, and
 * which processor feature of HvCreatePartition takes them away. Shown is what is
 * listed here; new features of new CPUs stay hidden until somebody has looked at
 * them.
 *
 * SDM vol. 2 "CPUID", APM vol. 3 appendix E.
 */
#include <linux/kernel.h>
#include <hvpart/property.h>
#include "cpuid.h"

enum place { L1, L7, L71, LX1, LX7, LX8, LX21 };

/*
 * Bits of EAX, EBX, ECX, EDX that children may see. Kept out: virtualization,
 * MONITOR, PMU and tracing, power and thermal management, SMX, memory
 * encryption, what needs MSRs that kmod/hv/msr_arch.c does not have. OSXSAVE,
 * OSPKE, APIC ids are the hypervisor's.
 */
#define ALL	0xffffffffu

static const struct {
	u32 leaf;
	int subleaf;
	u32 visible[4];
} leaves[] = {
	/* SSE.., FMA, CX16, PCID, MOVBE, POPCNT, AES, XSAVE, AVX, F16C, RDRAND */
	[L1] = { 0x01, -1, { ALL, 0x0000ff00, 0x76da3203, 0x0f8bfbff } },
	[L7] = { 0x07, 0, { ALL, 0xf1bf27eb, 0x1a415f4e, 0x8c804510 } },
	[L71] = { 0x07, 1, { 0x00801cb7, 0, 0, 0x00004030 } },
	/* without CmpLegacy: shape() */
	[LX1] = { 0x80000001, -1, { ALL, ALL, 0x006109f1, 0xefd3fbff } },
	[LX7] = { 0x80000007, -1, { 0, 0, 0, 0x00000100 } },
	/* CLZERO, XSAVE error pointers, IBPB, IBRS, STIBP, SSBD and their like */
	[LX8] = { 0x80000008, -1, { 0x0000ff00, 0x7506d005, 0, 0 } },
	[LX21] = { 0x80000021, -1, { 0x38000c46, 0, 0, 0 } },
};

/* What some bits need besides the CPU's word for them. State: all in XCR0. */
enum need {
	NEED_XSAVE, NEED_AVX, NEED_AVX512, NEED_PKU, NR_STATES,
	NEED_LA57 = NR_STATES, NEED_TSC_AUX, NEED_IBPB, NEED_SPEC_CTRL,
};

static const u64 state[NR_STATES] = {
	[NEED_XSAVE] = 0x1, [NEED_AVX] = 0x4, [NEED_AVX512] = 0xe0,
	[NEED_PKU] = 0x200,
};

/* On Intel, leaf 7 EDX bit 26 is IBRS and IBPB in one. */
static const struct {
	enum place place;
	enum hvp_cpuid_reg reg;
	enum need need;
	u32 bits;
} needs[] = {
	{ L1, ECX, NEED_XSAVE, 1 << 26 },
	{ L1, ECX, NEED_AVX, 1 << 12 | 1 << 28 | 1 << 29 },
	{ L7, EBX, NEED_AVX, 1 << 5 },
	{ L7, EBX, NEED_AVX512, 0xdc230000 },
	{ L7, ECX, NEED_AVX, 1 << 9 | 1 << 10 },
	{ L7, ECX, NEED_AVX512, 0x00005842 },
	{ L7, ECX, NEED_PKU, 1 << 3 },
	{ L7, ECX, NEED_LA57, 1 << 16 },
	{ L7, ECX, NEED_TSC_AUX, 1 << 22 },
	{ L7, EDX, NEED_AVX512, 1 << 8 | 1 << 23 },
	{ L7, EDX, NEED_IBPB, 1u << 31 | 1 << 27 | 1 << 26 },
	{ L7, EDX, NEED_SPEC_CTRL, 1u << 31 | 1 << 27 | 1 << 26 },
	{ L71, EAX, NEED_AVX, 1 << 23 | 1 << 4 | 7 },
	{ L71, EAX, NEED_AVX512, 1 << 5 },
	{ L71, EDX, NEED_AVX, 1 << 4 | 1 << 5 },
	{ LX1, ECX, NEED_AVX, 1 << 11 | 1 << 16 },
	{ LX1, EDX, NEED_TSC_AUX, 1 << 27 },
	{ LX8, EBX, NEED_IBPB, 1 << 12 },
	{ LX8, EBX, NEED_SPEC_CTRL, 0x1106c000 },
};

/* TLFS processor feature (bank 1 from 64 on) and where CPUID shows it. */
static const struct {
	u8 feature;
	enum place place;
	enum hvp_cpuid_reg reg;
	u8 bit;
} features[] = {
	{ 0, L1, ECX, 0 },		{ 1, LX1, ECX, 0 },
	{ 2, L1, ECX, 9 },		{ 3, L1, ECX, 19 },
	{ 4, L1, ECX, 20 },		{ 5, LX1, ECX, 6 },
	{ 6, LX1, ECX, 11 },		{ 7, L1, ECX, 23 },
	{ 8, L1, ECX, 13 },		{ 9, LX1, ECX, 4 },
	{ 10, LX1, ECX, 5 },		{ 11, LX1, ECX, 7 },
	{ 12, LX1, EDX, 22 },		{ 13, LX1, EDX, 31 },
	{ 14, LX1, EDX, 30 },		{ 15, LX1, EDX, 26 },
	{ 16, L1, ECX, 25 },		{ 17, L1, ECX, 1 },
	{ 18, L1, ECX, 17 },		{ 19, LX1, ECX, 16 },
	{ 20, L1, ECX, 29 },		{ 21, L1, ECX, 30 },
	{ 22, L7, EBX, 0 },		{ 23, L7, EBX, 7 },
	{ 24, L7, EBX, 9 },		{ 25, L7, EBX, 3 },
	{ 26, L7, EBX, 8 },		{ 29, L1, ECX, 22 },
	{ 31, L7, EBX, 13 },		{ 32, L7, EBX, 18 },
	{ 33, L7, EBX, 19 },		{ 34, LX1, ECX, 8 },
	{ 35, L7, EBX, 20 },		{ 38, LX1, EDX, 27 },
	{ 39, L7, EBX, 23 },		{ 40, L7, EBX, 24 },
	{ 41, L7, EBX, 29 },		{ 42, LX8, EBX, 2 },
	{ 43, L7, EBX, 10 },		{ 44, L7, EDX, 26 },
	{ 44, LX8, EBX, 14 },		{ 45, L7, EDX, 27 },
	{ 45, LX8, EBX, 15 },		{ 46, LX8, EBX, 12 },
	{ 48, L7, EDX, 31 },		{ 48, LX8, EBX, 24 },
	{ 49, L7, EDX, 4 },		{ 54, LX8, EBX, 26 },
	{ 57, L7, ECX, 22 },		{ 58, L7, ECX, 2 },
	{ 64 + 1, LX7, EDX, 8 },	{ 64 + 2, LX8, EBX, 0 },
	{ 64 + 4, L7, ECX, 16 },	{ 64 + 7, LX8, EBX, 28 },
	{ 64 + 13, L7, ECX, 27 },	{ 64 + 14, L7, ECX, 28 },
	{ 64 + 15, L7, ECX, 25 },	{ 64 + 16, L7, EDX, 14 },
	{ 64 + 18, L7, EBX, 1 },	{ 64 + 19, L71, EAX, 10 },
	{ 64 + 20, L71, EAX, 11 },	{ 64 + 21, L71, EAX, 12 },
	{ 64 + 29, LX8, EBX, 29 },	{ 64 + 30, LX8, EBX, 30 },
	{ 64 + 31, LX8, EBX, 17 },	{ 64 + 40, L71, EAX, 7 },
	{ 64 + 45, L71, EDX, 14 },	{ 64 + 46, L71, EAX, 0 },
	{ 64 + 50, L71, EAX, 1 },	{ 64 + 51, L71, EAX, 2 },
	{ 64 + 54, LX21, EAX, 27 },	{ 64 + 55, LX21, EAX, 28 },
	{ 64 + 56, LX21, EAX, 29 },
};

static bool met(struct hvp_cpuid *c, enum need need)
{
	switch (need) {
	case NEED_LA57:
		return c->machine->la57;
	case NEED_TSC_AUX:
		return c->machine->has_tsc_aux;
	case NEED_IBPB:
		return c->machine->has_ibpb;
	case NEED_SPEC_CTRL:
		return c->machine->has_spec_ctrl;
	default:
		return (c->xcr0 & state[need]) == state[need];
	}
}

/* The machine's leaf as far as children may see it. */
static void shown(struct hvp_cpuid *c, enum place n, u32 *r)
{
	unsigned int i;

	hvp_cpuid_machine(c, leaves[n].leaf, max(leaves[n].subleaf, 0), r);
	for (i = 0; i < 4; i++)
		r[i] &= leaves[n].visible[i];
	for (i = 0; i < ARRAY_SIZE(needs); i++)
		if (needs[i].place == n && !met(c, needs[i].need))
			r[needs[i].reg] &= ~needs[i].bits;
}

/* What the machine has no say in. */
static void constants(struct hvp_cpuid *c, enum place n, u32 *r)
{
	switch (n) {
	case L1:
		r[ECX] |= 1u << 21 | 1u << 31;	/* x2APIC, hypervisor */
		break;
	case L7:
		r[EAX] = min(r[EAX], 1u);
		break;
	case LX8:
		if (!c->machine->la57)
			r[EAX] = 48 << 8;
		break;
	default:
		break;
	}
}

/* Of the partition's shape: APIC id, number of VPs, width of addresses. */
static void shape(struct hvp_cpuid *c, enum place n)
{
	switch (n) {
	case L1:
		hvp_cpuid_edit(c, HVPART_EDIT_NR_VPS, EBX, 16, 0x00ff0000);
		hvp_cpuid_edit(c, HVPART_EDIT_APIC_ID, EBX, 24, 0xff000000);
		hvp_cpuid_edit(c, HVPART_EDIT_SEVERAL_VPS, EDX, 0, 1 << 28);
		break;
	case LX1:
		/* CmpLegacy: AMD's way to say cores, not threads. */
		if (!c->intel)
			hvp_cpuid_edit(c, HVPART_EDIT_SEVERAL_VPS, ECX, 0, 1 << 1);
		break;
	case LX7:
		hvp_cpuid_edit(c, HVPART_EDIT_INVARIANT_TSC, EDX, 8, 1 << 8);
		break;
	case LX8:
		hvp_cpuid_edit(c, HVPART_EDIT_PHYS_BITS, EAX, 0, 0xff);
		if (c->intel)
			break;
		hvp_cpuid_edit(c, HVPART_EDIT_LAST_VP, ECX, 0, 0x00000fff);
		hvp_cpuid_edit(c, HVPART_EDIT_ID_BITS, ECX, 12, 0x000ff000);
		break;
	default:
		break;
	}
}

/* A partition may be created without AVX, and what stands on it, or XSAVE. */
static void without_state(struct hvp_cpuid *c, enum place n)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(needs); i++) {
		u32 bits = needs[i].bits & c->leaf->reg[needs[i].reg];

		if (needs[i].place != n || needs[i].need >= NR_STATES || !bits)
			continue;
		hvp_cpuid_edit(c, HVPART_EDIT_NO_XSAVE, needs[i].reg, 0, bits);
		if (needs[i].need == NEED_AVX || needs[i].need == NEED_AVX512)
			hvp_cpuid_edit(c, HVPART_EDIT_NO_AVX, needs[i].reg, 0,
				       bits);
	}
}

/*
 * Some features show in two leaves, one per vendor; either will do. The invariant
 * TSC may be promised where the machine does not say that it has it.
 */
static void without_features(struct hvp_cpuid *c, enum place n)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(features); i++) {
		u8 f = features[i].feature;
		u32 bit = 1u << features[i].bit;
		bool has = c->leaf->reg[features[i].reg] & bit;

		if (features[i].place != n)
			continue;
		if (has)
			c->out->features[f / 64] |= 1ull << f % 64;
		if (has || n == LX7)
			hvp_cpuid_edit(c, HVPART_EDIT_FEATURE + f,
				       features[i].reg, 0, bit);
	}
}

void hvp_cpuid_listed(struct hvp_cpuid *c)
{
	unsigned int n;
	u32 r[4];

	for (n = 0; n < ARRAY_SIZE(leaves) && !c->full; n++) {
		shown(c, n, r);
		constants(c, n, r);
		hvp_cpuid_add(c, leaves[n].leaf, leaves[n].subleaf, r);
		if (c->full)
			break;
		shape(c, n);
		without_state(c, n);
		without_features(c, n);
	}
}
