// SPDX-License-Identifier: GPL-2.0
/*
 * CPUID of children: a leaf of the list that the driver made at load, which has
 * the policy in it (<hvpart/cpuid_policy.h>); what of it depends on the partition
 * and the VP; the parent's overrides; last the bits that follow the VP's
 * registers. No child's CPUID is the machine's, whatever that has.
 *
 * SDM vol. 2 "CPUID", APM vol. 3 appendix E.
 */
#include "cpuid_state.h"
#include "cpuid_insn.h"
#include "world.h"

const struct hvpart_cpuid_policy *cpuid_policy;

static struct hvpart_cpuid_edit *edits(const struct hvpart_cpuid_leaf *l)
{
	return (struct hvpart_cpuid_edit *)(l + 1);
}

static const struct hvpart_cpuid_leaf *next(const struct hvpart_cpuid_leaf *l)
{
	return (const void *)(edits(l) + l->nr_edits);
}

static const struct hvpart_cpuid_leaf *first(const struct hvpart_cpuid_policy *list)
{
	return (const void *)(list + 1);
}

/*
 * Any source, any place and any leaf will do; only the end must be the end. What
 * is read beyond it, to find out, is still the first chunk.
 */
bool cpuid_init(const struct hvpart_cpuid_policy *list, u32 bytes)
{
	const struct hvpart_cpuid_leaf *l = first(list);
	const void *end = (const u8 *)list + bytes;
	u32 n = list->nr_leaves;

	for (; n && (const void *)(l + 1) <= end; n--)
		l = next(l);
	cpuid_policy = list;
	return !n && (const void *)l <= end;
}

/* For the list and for the overrides. */
bool cpuid_fits(const struct cpuid_key *k, u32 leaf, u32 subleaf)
{
	return k->leaf == leaf && (!k->subleaf_specific || k->subleaf == subleaf);
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

/* The VPs exist before the first one runs; so this is constant. */
static u32 id_bits(const struct partition *p)
{
	u32 max = 0;

	for (u32 i = 0; i < HV_MAX_VPS; i++)
		if (p->vps[i])
			max = MAX(max, p->vps[i]->initial_apic_id);
	return max ? fls64(max) + 1 : 0;
}

/*
 * Invariant TSC: where the guest has to ask for it by MSR, not before it has; the
 * parent promised it with the privilege, and an emulated machine may keep the
 * promise and not say so. Elsewhere as the machine has it (digest 5.5).
 */
static bool invariant_tsc(const struct partition *p)
{
	return partition_may(p, HV_ACCESS_TSC_INVARIANT) ?
		p->tsc_invariant_shown : machine.invariant_tsc;
}

static u32 value(const struct vp *vp, u32 source, u32 subleaf)
{
	const struct partition *p = vp->partition;

	switch (source) {
	case HVPART_EDIT_MAY_CREATE:
		return partition_may(p, HVPART_PRIVILEGE(0, HV_CREATE_PARTITIONS)) ?
			~0u : 0;
	case HVPART_EDIT_PHYS_BITS:
		return p->max_phys_bits;
	case HVPART_EDIT_INVARIANT_TSC:
		return invariant_tsc(p);
	case HVPART_EDIT_APIC_ID:
		return vp->initial_apic_id;
	case HVPART_EDIT_SUBLEAF:
		return subleaf;
	case HVPART_EDIT_NR_VPS:
		return p->nr_vps;
	case HVPART_EDIT_LAST_VP:
		return p->nr_vps - 1;
	case HVPART_EDIT_SEVERAL_VPS:
		return p->nr_vps > 1 ? ~0u : 0;
	case HVPART_EDIT_ID_BITS:
		return id_bits(p);
	case HVPART_EDIT_XSAVE_ALL:
		return cpuid_xsave_bytes(cpuid_xcr0_mask(p), false);
	case HVPART_EDIT_XSAVE_NOW:
	case HVPART_EDIT_XSAVE_PACKED:
		return cpuid_xsave_bytes(vp->world->xcr0,
					 source == HVPART_EDIT_XSAVE_PACKED);
	}
	/* Words in a row; what the driver does not know of reads zero. */
	source -= HVPART_EDIT_PRIVILEGES_LOW;
	return source < 4 ? ((const u32 *)&p->privileges)[source] : 0;
}

static u32 *reg_of(struct cpuid_regs *r, u32 n)
{
	return &r->eax + n;
}

static void edit(const struct vp *vp, const struct hvpart_cpuid_edit *e,
		 u32 subleaf, struct cpuid_regs *r)
{
	const struct partition *p = vp->partition;
	u32 *reg = reg_of(r, e->at >> 5 & 3), val = 0;

	static_assert(offsetof(struct partition, disabled_xsave) ==
		      offsetof(struct partition, disabled_features) + 16,
		      "three words in a row");
	if (e->source >= HVPART_EDIT_VALUE)
		val = value(vp, e->source, subleaf) << (e->at & 31) & e->mask;
	else if (!test_bit(p->disabled_features, e->source))
		return;
	*reg = (*reg & ~e->mask) | val;
}

/* By itself, so that a leaf without edits saves no registers for it. */
static __noinline void edit_all(const struct vp *vp,
				const struct hvpart_cpuid_leaf *l, u32 subleaf,
				struct cpuid_regs *r)
{
	for (u32 i = 0; i < l->nr_edits; i++)
		edit(vp, &edits(l)[i], subleaf, r);
}

static void answer(struct vp *vp, u32 leaf, u32 subleaf, struct cpuid_regs *out)
{
	const struct hvpart_cpuid_leaf *l = first(cpuid_policy);

	static_assert(offsetof(struct hvpart_cpuid_leaf, subleaf_specific) ==
		      offsetof(struct cpuid_key, subleaf_specific), "a key");
	*out = (struct cpuid_regs) {};
	for (u32 n = cpuid_policy->nr_leaves; n; n--, l = next(l)) {
		if (!cpuid_fits((const struct cpuid_key *)l, leaf, subleaf))
			continue;
		*out = *(const struct cpuid_regs *)l->reg;
		if (l->nr_edits)
			edit_all(vp, l, subleaf, out);
		break;
	}
}

/* OSXSAVE and OSPKE: one above the feature's bit where CR4 has it enabled. */
static void follow_cr4(struct vp *vp, u32 leaf, u32 subleaf, struct cpuid_regs *r)
{
	bool on = vendor_cr4(&vp->v) & CR4_OSXSAVE;
	u32 bit = BIT(26);

	if (leaf == 0x07 && !subleaf) {
		on = vendor_cr4(&vp->v) & CR4_PKE;
		bit = BIT(3);
	} else if (leaf != 0x01) {
		return;
	}
	r->ecx &= ~(bit << 1);
	if (on)
		r->ecx |= (r->ecx & bit) << 1;
}

void cpuid_query(struct vp *vp, u32 leaf, u32 subleaf, struct cpuid_regs *out)
{
	answer(vp, leaf, subleaf, out);
	if (vp->partition->nr_cpuid)
		cpuid_apply_overrides(vp, leaf, subleaf, out);
	follow_cr4(vp, leaf, subleaf, out);
}

bool cpuid_has(struct vp *vp, u32 leaf, enum cpuid_reg reg, u32 bit)
{
	struct cpuid_regs r;

	cpuid_query(vp, leaf, 0, &r);
	return *reg_of(&r, reg) & BIT(bit);
}
