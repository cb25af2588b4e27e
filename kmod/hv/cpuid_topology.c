// SPDX-License-Identifier: GPL-2.0
/*
 * Parts of CPUID that follow the partition's shape: one package of single-thread
 * cores, caches private up to the last level, XSAVE areas of the state that the
 * partition may have.
 */
#include "cpuid_state.h"
#include "cpuid_insn.h"
#include "world.h"

struct shape {
	u32 n;			/* VPs, at least 1 */
	u32 bits;		/* of the core id in an APIC id */
};

/* The VPs exist before the first one runs; so this is constant. */
static struct shape shape_of(const struct partition *p)
{
	struct shape s = { .n = MAX(p->nr_vps, 1u) };
	u32 max = 0;

	for (u32 i = 0; i < HV_MAX_VPS; i++)
		if (p->vps[i])
			max = MAX(max, p->vps[i]->initial_apic_id);
	s.bits = max ? fls64(max) + 1 : 0;
	return s;
}

static void leaf_b(const struct shape *s, u32 subleaf, u32 id,
		   struct cpuid_regs *r)
{
	*r = (struct cpuid_regs) { .ecx = subleaf & 0xff, .edx = id };
	if (subleaf == 0) {
		r->ebx = 1;
		r->ecx |= 1 << 8;	/* threads: one a core */
	} else if (subleaf == 1) {
		r->eax = s->bits;
		r->ebx = s->n;
		r->ecx |= 2 << 8;	/* cores: one package */
	}
}

/* "Logical processors sharing this cache" is in the same bits on both vendors. */
static void cache_sharing(const struct shape *s, struct cpuid_regs *r)
{
	u32 level = r->eax >> 5 & 7;

	if (!(r->eax & 0x1f))
		return;
	r->eax &= ~MASK(25, 14);
	if (level >= 3)
		r->eax |= (s->n - 1) << 14;
}

/* "GenuineIntel": its reserved fields stay zero. */
static bool intel(void)
{
	struct cpuid_regs r;

	machine_cpuid(0, 0, &r);
	return r.ebx == 0x756e6547;
}

__noinline void cpuid_topology(struct vp *vp, u32 leaf, u32 subleaf,
			       struct cpuid_regs *r)
{
	u32 id = vp->initial_apic_id;
	struct cpuid_regs vendor;
	struct shape s;

	if (leaf != 0x01 && leaf != 0x04 && leaf != 0x0b &&
	    (leaf < 0x80000001 || leaf > 0x8000001e))
		return;
	s = shape_of(vp->partition);
	switch (leaf) {
	case 0x01:
		r->ebx = (r->ebx & 0xff00) | MIN(s.n, 255u) << 16 | id << 24;
		if (s.n > 1)
			r->edx |= BIT(28);
		break;
	case 0x04:
		cache_sharing(&s, r);
		r->eax &= ~MASK(31, 26);
		if (r->eax & 0x1f)
			r->eax |= MIN(s.n - 1, 63u) << 26;
		break;
	case 0x0b:
		leaf_b(&s, subleaf, id, r);
		break;
	case 0x80000001:
		/* CmpLegacy: AMD's way to say cores, not threads. */
		r->ecx &= ~BIT(1);
		if (s.n > 1 && !intel())
			r->ecx |= BIT(1);
		break;
	case 0x80000008:
		r->ecx = intel() ? 0 : (s.n - 1) | s.bits << 12;
		break;
	case 0x8000001d:
		cache_sharing(&s, r);
		break;
	case 0x8000001e:
		machine_cpuid(0x80000000, 0, &vendor);
		if (vendor.eax < leaf)
			break;
		*r = (struct cpuid_regs) { .eax = id, .ebx = id & 0xff };
		break;
	}
}

/*
 * Leaf 0xD. Not shown: XSAVES and XFD (bits 3, 4 of subleaf 1), so there is no
 * supervisor state and no MSR for it.
 */
void cpuid_xsave(struct vp *vp, u32 subleaf, struct cpuid_regs *r)
{
	const struct partition *p = vp->partition;
	u64 xcr0 = cpuid_xcr0_mask(p);
	struct cpuid_regs hw = *r;

	*r = (struct cpuid_regs) {};
	if (!xcr0)
		return;
	if (subleaf == 0) {
		r->eax = xcr0;
		r->edx = xcr0 >> 32;
		r->ebx = cpuid_xsave_bytes(vp->world->xcr0, false);
		r->ecx = cpuid_xsave_bytes(xcr0, false);
	} else if (subleaf == 1) {
		r->eax = hw.eax & 7;
		if (p->disabled_xsave & HV_PROCESSOR_XSAVEOPT_SUPPORT)
			r->eax &= ~1u;
		if (r->eax & BIT(1))
			r->ebx = cpuid_xsave_bytes(vp->world->xcr0, true);
	} else if (subleaf < 63 && xcr0 & BIT(subleaf)) {
		*r = hw;
		r->ecx &= BIT(1);
		r->edx = 0;
	}
}
