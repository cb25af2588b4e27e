// SPDX-License-Identifier: GPL-2.0
/*
 * Architectural and model-specific MSRs of children. What a stock kernel reads
 * at boot on hardware does not fault here (an "unchecked MSR access" in its log
 * is a defect); model-specific knobs read a constant and ignore writes.
 *
 * The policy of TLFS 5.2 (digest part 1), with AMD's registers as KVM has them.
 * Not there: XSS (XSAVES is not shown), CET, counters, tracing; and LS_CFG and
 * BP_CFG, where an ignored write would pass for a mitigation.
 */
#include "msr_state.h"
#include "apic.h"
#include "cpuid.h"
#include "time.h"
#include "world.h"

/*
 * The first NR_KEPT registers of these rows are kept in vp->kept, in order. The
 * others read a constant (zero but for constant() below) and ignore writes.
 */
struct knobs {
	u16 first;		/* KNOB() */
	u8 more : 7;		/* last - first */
	u8 read_only : 1;	/* writes are #GP */
} __packed;

/* From 0 and from 0xc0010000 on. */
#define KNOB(msr)	((msr) >> 31 << 15 | ((msr) & 0x7fff))

static const struct knobs knobs[] = {
	{ KNOB(0x2ff), 0, 0 },			/* MTRRs: default type, */
	{ KNOB(0x200), 15, 0 },			/* base and mask in turns, */
	{ KNOB(0x250), 0, 0 }, { KNOB(0x258), 1, 0 }, { KNOB(0x268), 7, 0 },
	{ KNOB(0x1a0), 0, 0 },			/* IA32_MISC_ENABLE */
	{ KNOB(0x0), 1, 0 },			/* P5 machine check */
	{ KNOB(0x17), 0, 0 },			/* platform id */
	{ KNOB(0x2a), 0, 0 },			/* power-on configuration */
	{ KNOB(0x79), 0, 0 },			/* microcode loader, Intel */
	{ KNOB(0x8b), 0, 0 },			/* microcode revision */
	{ KNOB(0xce), 0, 1 },			/* platform information */
	{ KNOB(0xfe), 0, 1 },			/* MTRRCAP */
	{ KNOB(0x140), 0, 0 },		/* misc features */
	{ KNOB(0x179), 0, 1 },		/* MCG_CAP: no banks */
	{ KNOB(0x17a), 0, 0 },		/* MCG_STATUS */
	{ KNOB(0x198), 1, 0 },		/* P-state status, control */
	{ KNOB(0x1db), 3, 0 },		/* last branch */
	{ KNOB(0xc0010000), 7, 0 },		/* K7 counters */
	{ KNOB(0xc0010010), 0, 0 },		/* SYSCFG */
	{ KNOB(0xc0010015), 0xa, 0 },		/* HWCR, IORRs, TOP_MEM.., NB_CFG */
	{ KNOB(0xc0010020), 0, 0 },		/* microcode loader, AMD */
	{ KNOB(0xc0010055), 3, 0 },		/* C1E, MMIO configuration */
	{ KNOB(0xc0010061), 0xa, 0 },		/* P-states */
	{ KNOB(0xc0010112), 1, 0 },		/* TSEG */
	{ KNOB(0xc0010114), 0, 1 },		/* VM_CR */
	{ KNOB(0xc0010140), 1, 0 },		/* OSVW */
	{ KNOB(0xc0011002), 3, 0 },		/* CPUID feature words */
	{ KNOB(0xc0011021), 0xc, 0 },		/* IC_CFG .. EX_CFG */
};

/* @index: of the register, counted through all rows. */
static const struct knobs *find(u32 msr, u32 *index)
{
	u32 range = msr & ~0x7fffu, knob = KNOB(msr);

	*index = 0;
	if (range && range != 0xc0010000)
		return NULL;
	for (u32 i = 0; i < ARRAY_SIZE(knobs); i++) {
		u32 n = knob - knobs[i].first;

		if (n <= knobs[i].more) {
			*index += n;
			return &knobs[i];
		}
		*index += knobs[i].more + 1;
	}
	return NULL;
}

static const struct {
	u16 knob;
	u32 val;
} __packed constants[] = {
	{ KNOB(0xfe), 0x508 },		/* WC, fixed ranges, 8 variable */
	{ KNOB(0xc0010015), 1 << 24 },	/* the TSC counts at P0: else Linux warns */
	{ KNOB(0xc0010114), 0x18 },	/* no virtualization, locked */
	{ KNOB(0xc0011029), 1 << 1 },	/* LFENCE serialises */
};

static u64 constant(u32 msr)
{
	u64 val = 0;

	/* Linux compares it with the revisions that fix errata. */
	if (msr == 0x8b && !safe_rdmsr(msr, &val))
		val = 0;
	for (u32 i = 0; i < ARRAY_SIZE(constants); i++)
		if (KNOB(msr) == constants[i].knob)
			val = constants[i].val;
	return val;
}

/* Is the VP's state in this CPU's registers, or in its world? */
static bool live(struct vp *vp)
{
	return this_cpu()->current == vp;
}

static bool canonical(u64 va)
{
	u32 shift = machine.la57 ? 7 : 16;

	return (u64)((s64)(va << shift) >> shift) == va;
}

/* UC, WC, WT, WP, WB; PAT has UC- too. */
static __noinline bool types_ok(u64 val, u32 n, bool pat)
{
	for (; n; n--, val >>= 8)
		if ((u8)val > 7 || !((pat ? 0xf3 : 0x73) & BIT(val & 7)))
			return false;
	return true;
}

/* --- in the control block --------------------------------------------------- */

static enum msr_result vendor_read(struct vp *vp, u32 name, u64 *val)
{
	union hv_register_value v = {};

	if (!vendor_get_reg(&vp->v, name, &v))
		return MSR_UNKNOWN;
	/* Of a segment this is the base. */
	*val = v.reg64;
	return MSR_OK;
}

static enum msr_result vendor_write(struct vp *vp, u32 name, u64 val)
{
	union hv_register_value v = {};

	vendor_get_reg(&vp->v, name, &v);
	v.reg64 = val;
	return vendor_set_reg(&vp->v, name, &v) ? MSR_OK : MSR_UNKNOWN;
}

static enum msr_result checked_write(struct vp *vp, u32 msr, u64 val)
{
	bool ok = true;

	switch (msr) {
	case 0x1d9:
		/* No LBR is offered: of what is defined, BTF has a meaning. */
		ok = !(val & ~0x3full);
		val &= BIT(1);
		break;
	case 0x277:
		ok = types_ok(val, 8, true);
		break;
	case 0x174:
	case 0xc0000081:
	case 0xc0000084:
		break;
	default:
		ok = canonical(val);
	}
	return ok ? vendor_write(vp, msr_vendor_name(msr), val) : MSR_FAULT;
}

#define EFER_FFXSR	BIT(14)

/*
 * SVME is never seen and never set. LMA follows LME and CR0.PG, which the CPU
 * keeps; a guest cannot write it.
 */
static enum msr_result write_efer(struct vp *vp, u64 val)
{
	u64 old = vendor_efer(&vp->v), allowed = EFER_SCE | EFER_LME | EFER_LMA |
						 EFER_NXE;

	if (cpuid_has(vp, 0x80000001, CPUID_EDX, 25))
		allowed |= EFER_FFXSR;
	if (val & ~allowed ||
	    ((val ^ old) & EFER_LME && vendor_cr0(&vp->v) & CR0_PG))
		return MSR_FAULT;
	return vendor_write(vp, HV_X64_REGISTER_EFER,
			    (val & ~EFER_LMA) | (old & EFER_LMA));
}

/* --- speculation control, TSC_AUX --------------------------------------------- */

/* Bits that leaf 7 (Intel) or leaf 0x80000008 (AMD) shows. */
static u32 spec_ctrl_bits(struct vp *vp, bool *ibpb)
{
	struct cpuid_regs i, a;

	cpuid_query(vp, 0x07, 0, &i);
	cpuid_query(vp, 0x80000008, 0, &a);
	*ibpb = i.edx & BIT(26) || a.ebx & BIT(12);
	return (((i.edx >> 26) | (a.ebx >> 14)) & 3) |	/* IBRS, STIBP */
	       (((i.edx >> 31) | (a.ebx >> 24)) & 1) << 2 |	/* SSBD */
	       ((a.ebx >> 28) & 1) << 7;			/* PSFD */
}

/* SPEC_CTRL is kept, written through while the VP is on this CPU; so is TSC_AUX. */
static enum msr_result write_through(struct vp *vp, u32 msr, u64 *saved, u64 val)
{
	if (live(vp) && !safe_wrmsr(msr, val))
		return MSR_FAULT;
	*saved = val;
	return MSR_OK;
}

static enum msr_result write_spec(struct vp *vp, u32 msr, u64 val)
{
	bool ibpb;
	u64 bits = spec_ctrl_bits(vp, &ibpb);

	if (msr == 0x49)
		bits = ibpb;
	if (!bits)
		return MSR_UNKNOWN;
	if (val & ~bits)
		return MSR_FAULT;
	if (msr == 0x48)
		return write_through(vp, msr, &vp->world->spec_ctrl, val);
	if (val && live(vp))
		safe_wrmsr(msr, val);
	return MSR_OK;
}

/* --- MTRRs, MISC_ENABLE ------------------------------------------------------- */

/* Kept for the guest to read; guest memory is write-back whatever they say. */
static enum msr_result write_kept(struct vp *vp, u32 msr, u64 *reg, u64 val)
{
	u64 bits = MASK(vp->partition->max_phys_bits - 1, PAGE_SHIFT);
	u32 types = 1;

	if (msr == 0x1a0) {
		/* Bits 7, 11, 12 (performance monitoring) are read-only. */
		val = (val & ~0x1880ull) | 0x1800;
		bits = ~0ull;
		types = 0;
	} else if (msr == 0x2ff) {
		bits = 0xcff;
	} else if (msr >= 0x250) {
		bits = ~0ull;
		types = 8;
	} else if (msr & 1) {
		bits |= BIT(11);
		types = 0;
	} else {
		bits |= 0xff;
	}
	if (val & ~bits || !types_ok(val, types, false))
		return MSR_FAULT;
	*reg = val;
	return MSR_OK;
}

/* --- by number ------------------------------------------------------------------ */

static enum msr_result table_read(struct vp *vp, u32 msr, u64 *val)
{
	u32 name = msr_vendor_name(msr), i;

	if (name)
		return vendor_read(vp, name, val);
	if (!find(msr, &i))
		return MSR_UNKNOWN;
	*val = i < NR_KEPT ? vp->kept[i] : constant(msr);
	return MSR_OK;
}

__noinline enum msr_result msr_arch_read(struct vp *vp, u32 msr, u64 *val)
{
	bool ibpb;

	switch (msr) {
	case 0x10:
	case 0x3b:
		return time_rdmsr(vp, msr, val);
	case 0x1b:
		return apic_rdmsr(vp, msr, val);
	case 0x48:
		*val = vp->world->spec_ctrl;
		return spec_ctrl_bits(vp, &ibpb) ? MSR_OK : MSR_UNKNOWN;
	case 0x49:
		return MSR_FAULT;
	case 0xc0000080:
		*val = vendor_efer(&vp->v) & ~EFER_SVME;
		return MSR_OK;
	case 0xc0000103:
		*val = vp->world->tsc_aux;
		return machine.has_tsc_aux ? MSR_OK : MSR_UNKNOWN;
	}
	return table_read(vp, msr, val);
}

static enum msr_result table_write(struct vp *vp, u32 msr, u64 val)
{
	const struct knobs *k;
	u32 i;

	if (msr_vendor_name(msr))
		return checked_write(vp, msr, val);
	k = find(msr, &i);
	if (!k)
		return MSR_UNKNOWN;
	if (i < NR_KEPT)
		return write_kept(vp, msr, &vp->kept[i], val);
	return k->read_only ? MSR_FAULT : MSR_OK;
}

enum msr_result msr_arch_write(struct vp *vp, u32 msr, u64 val)
{
	switch (msr) {
	case 0x10:
	case 0x3b:
		return time_wrmsr(vp, msr, val);
	case 0x1b:
		return apic_wrmsr(vp, msr, val);
	case 0x48:
	case 0x49:
		return write_spec(vp, msr, val);
	case 0xc0000080:
		return write_efer(vp, val);
	case 0xc0000103:
		if (!machine.has_tsc_aux)
			return MSR_UNKNOWN;
		if (val >> 32)
			return MSR_FAULT;
		return write_through(vp, msr, &vp->world->tsc_aux, val);
	}
	return table_write(vp, msr, val);
}
