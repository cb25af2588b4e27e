// SPDX-License-Identifier: GPL-2.0
/*
 * Architectural and model-specific MSRs of children. What a stock kernel reads
 * at boot on hardware does not fault here (an "unchecked MSR access" in its log
 * is a defect); model-specific knobs read a constant and ignore writes.
 *
 * The policy of TLFS 5.2 (digest part 1), with AMD's registers as KVM has them.
 */
#include "msr_state.h"
#include "apic.h"
#include "cpuid.h"
#include "time.h"
#include "world.h"

enum how {
	FIXED,		/* reads @arg, writes are ignored */
	READ_ONLY,	/* reads @arg, writes fault */
	VENDOR,		/* register @arg of the control block, any value */
	CANONICAL,	/* the same, a canonical address */
	PAT,		/* the same, eight memory types */
	CET,		/* the same, where the partition has CET */
	OTHER,		/* by number, below */
};

struct arch_msr {
	u32 first;
	u16 more;		/* last - first */
	u8 how;
	u32 arg;
};

static const struct arch_msr policy[] = {
	{ 0x10, 0, OTHER, 0 },
	{ 0x48, 1, OTHER, 0 },			/* SPEC_CTRL, PRED_CMD */
	{ 0xc0000100, 1, OTHER, 0 },		/* FS and GS base */
	{ 0xc0000102, 0, CANONICAL, HV_X64_REGISTER_KERNEL_GS_BASE },
	{ 0xc0000080, 0, OTHER, 0 },		/* EFER */
	{ 0xc0000081, 0, VENDOR, HV_X64_REGISTER_STAR },
	{ 0xc0000082, 0, CANONICAL, HV_X64_REGISTER_LSTAR },
	{ 0xc0000083, 0, CANONICAL, HV_X64_REGISTER_CSTAR },
	{ 0xc0000084, 0, VENDOR, HV_X64_REGISTER_SFMASK },
	{ 0xc0000103, 0, OTHER, 0 },		/* TSC_AUX */
	{ 0x174, 0, VENDOR, HV_X64_REGISTER_SYSENTER_CS },
	{ 0x175, 0, CANONICAL, HV_X64_REGISTER_SYSENTER_ESP },
	{ 0x176, 0, CANONICAL, HV_X64_REGISTER_SYSENTER_EIP },
	{ 0x277, 0, PAT, HV_X64_REGISTER_PAT },
	{ 0x1b, 0, OTHER, 0 },			/* APIC_BASE */
	{ 0x3b, 0, OTHER, 0 },			/* TSC_ADJUST */
	{ 0x8b, 0, OTHER, 0 },			/* microcode revision */
	{ 0x1a0, 0, OTHER, 0 },			/* MISC_ENABLE */
	{ 0x1d9, 0, OTHER, 0 },			/* DEBUGCTL */
	{ 0x200, 0xf, OTHER, 0 },		/* MTRRs */
	{ 0x250, 0, OTHER, 0 },
	{ 0x258, 1, OTHER, 0 },
	{ 0x268, 7, OTHER, 0 },
	{ 0x2ff, 0, OTHER, 0 },
	{ 0xda0, 0, OTHER, 0 },			/* XSS */
	{ 0x6a0, 0, CET, HV_X64_REGISTER_U_CET },
	{ 0x6a2, 0, CET, HV_X64_REGISTER_S_CET },
	{ 0x6a4, 4, CET, HV_X64_REGISTER_PL0_SSP },
	{ 0x0, 1, FIXED, 0 },			/* P5 machine check */
	{ 0x17, 0, FIXED, 0 },			/* platform id */
	{ 0x2a, 0, FIXED, 0 },			/* power-on configuration */
	{ 0x79, 0, FIXED, 0 },			/* microcode loader, Intel */
	{ 0xce, 0, READ_ONLY, 0 },		/* platform information */
	{ 0xfe, 0, READ_ONLY, 0x508 },		/* MTRRCAP: WC, fixed, 8 */
	{ 0x140, 0, FIXED, 0 },			/* misc features */
	{ 0x179, 0, READ_ONLY, 0 },		/* MCG_CAP: no banks */
	{ 0x17a, 0, FIXED, 0 },			/* MCG_STATUS */
	{ 0x198, 1, FIXED, 0 },			/* P-state status, control */
	{ 0x1db, 3, FIXED, 0 },			/* last branch */
	{ 0xc0010000, 7, FIXED, 0 },		/* K7 counters */
	{ 0xc0010010, 0, FIXED, 0 },		/* SYSCFG */
	{ 0xc0010015, 0, FIXED, 1 << 24 },	/* HWCR: TSC runs at P0 */
	{ 0xc0010016, 9, FIXED, 0 },		/* IORRs, TOP_MEM.., NB_CFG */
	{ 0xc0010020, 0, FIXED, 0 },		/* microcode loader, AMD */
	{ 0xc0010055, 3, FIXED, 0 },		/* C1E, MMIO configuration */
	{ 0xc0010061, 0xa, FIXED, 0 },		/* P-states */
	{ 0xc0010112, 1, FIXED, 0 },		/* TSEG */
	{ 0xc0010114, 0, READ_ONLY, 0x18 },	/* VM_CR: SVM off, locked */
	{ 0xc0010140, 1, FIXED, 0 },		/* OSVW */
	{ 0xc0011002, 3, FIXED, 0 },		/* CPUID feature words */
	{ 0xc0011029, 0, FIXED, 2 },		/* DE_CFG: LFENCE serialises */
	{ 0xc0011020, 0xf, FIXED, 0 },		/* LS_CFG .. EX_CFG */
};

static const struct arch_msr *find(u32 msr)
{
	for (u32 i = 0; i < ARRAY_SIZE(policy); i++)
		if (msr - policy[i].first <= policy[i].more)
			return &policy[i];
	return NULL;
}

static bool canonical(u64 va)
{
	u32 shift = machine.la57 ? 7 : 16;

	return (u64)((s64)(va << shift) >> shift) == va;
}

/* UC, WC, WT, WP, WB; PAT has UC- too. */
static bool memory_type_ok(u8 type, bool pat)
{
	return type == 0 || type == 1 || (type >= 4 && type <= 6) ||
	       (pat && type == 7);
}

static bool eight_types_ok(u64 val, bool pat)
{
	for (u32 i = 0; i < 8; i++)
		if (!memory_type_ok(val >> i * 8, pat))
			return false;
	return true;
}

/* Is the VP's state in this CPU's registers, or in its world? */
static bool live(struct vp *vp)
{
	return this_cpu()->current == vp;
}

static enum msr_result set_live(struct vp *vp, u32 msr, u64 *saved, u64 val)
{
	if (live(vp) && !safe_wrmsr(msr, val))
		return MSR_FAULT;
	*saved = val;
	return MSR_OK;
}

/* --- vendor registers ----------------------------------------------------- */

static enum msr_result vendor_read(struct vp *vp, u32 name, u64 *val)
{
	union hv_register_value v = {};

	if (!vendor_get_reg(&vp->v, name, &v))
		return MSR_UNKNOWN;
	*val = v.reg64;
	return MSR_OK;
}

static enum msr_result vendor_write(struct vp *vp, u32 name, u64 val)
{
	union hv_register_value v = { .reg64 = val };

	return vendor_set_reg(&vp->v, name, &v) ? MSR_OK : MSR_UNKNOWN;
}

static enum msr_result segment_base(struct vp *vp, u32 msr, u64 *val, bool write)
{
	u32 name = msr & 1 ? HV_X64_REGISTER_GS : HV_X64_REGISTER_FS;
	union hv_register_value v = {};

	if (write && !canonical(*val))
		return MSR_FAULT;
	if (!vendor_get_reg(&vp->v, name, &v))
		return MSR_UNKNOWN;
	if (write) {
		v.segment.base = *val;
		vendor_set_reg(&vp->v, name, &v);
	} else {
		*val = v.segment.base;
	}
	return MSR_OK;
}

#define EFER_FFXSR	BIT(14)

/*
 * SVME is never seen and never set. LMA follows LME and CR0.PG, which the CPU
 * keeps; a guest cannot write it, a parent restores it.
 */
static enum msr_result write_efer(struct vp *vp, u64 val, bool parent)
{
	u64 old = vendor_efer(&vp->v), allowed = EFER_SCE | EFER_LME | EFER_LMA |
						 EFER_NXE;

	if (cpuid_has(vp, 0x80000001, CPUID_EDX, 25))
		allowed |= EFER_FFXSR;
	if (val & ~allowed)
		return MSR_FAULT;
	if (!parent) {
		if ((val ^ old) & EFER_LME && vendor_cr0(&vp->v) & CR0_PG)
			return MSR_FAULT;
		val = (val & ~EFER_LMA) | (old & EFER_LMA);
	}
	return vendor_write(vp, HV_X64_REGISTER_EFER, val);
}

/* No LBR is offered: only BTF has a meaning, what else is defined reads 0. */
static enum msr_result write_debugctl(struct vp *vp, u64 val)
{
	if (val & ~0x3full)
		return MSR_FAULT;
	return vendor_write(vp, HV_X64_REGISTER_DEBUG_CTL, val & BIT(1));
}

/* --- speculation control --------------------------------------------------- */

/* Shown by leaf 7 (Intel) or leaf 0x80000008 (AMD). */
static bool shown(struct vp *vp, u32 edx7, u32 ebx8)
{
	return cpuid_has(vp, 0x07, CPUID_EDX, edx7) ||
	       cpuid_has(vp, 0x80000008, CPUID_EBX, ebx8);
}

static u64 spec_ctrl_bits(struct vp *vp)
{
	u64 bits = 0;

	if (shown(vp, 26, 14))
		bits |= BIT(0);		/* IBRS */
	if (shown(vp, 27, 15))
		bits |= BIT(1);		/* STIBP */
	if (shown(vp, 31, 24))
		bits |= BIT(2);		/* SSBD */
	if (cpuid_has(vp, 0x80000008, CPUID_EBX, 28))
		bits |= BIT(7);		/* PSFD */
	return bits;
}

static enum msr_result write_spec_ctrl(struct vp *vp, u64 val)
{
	u64 bits = spec_ctrl_bits(vp);

	if (!bits)
		return MSR_UNKNOWN;
	if (val & ~bits)
		return MSR_FAULT;
	return set_live(vp, 0x48, &vp->world->spec_ctrl, val);
}

static enum msr_result write_pred_cmd(struct vp *vp, u64 val)
{
	if (!shown(vp, 26, 12))
		return MSR_UNKNOWN;
	if (val & ~BIT(0))
		return MSR_FAULT;
	if (val && live(vp))
		safe_wrmsr(0x49, BIT(0));
	return MSR_OK;
}

/* --- MTRRs ------------------------------------------------------------------- */

static u64 *mtrr(struct vp *vp, u32 msr)
{
	switch (msr) {
	case 0x200 ... 0x20f:
		return msr & 1 ? &vp->mtrr_mask[(msr & 0xf) / 2] :
				 &vp->mtrr_base[(msr & 0xf) / 2];
	case 0x250:
		return &vp->mtrr_fixed[0];
	case 0x258 ... 0x259:
		return &vp->mtrr_fixed[1 + (msr & 1)];
	case 0x268 ... 0x26f:
		return &vp->mtrr_fixed[3 + (msr & 7)];
	}
	return &vp->mtrr_def;
}

/* Kept for the guest to read; guest memory is write-back whatever they say. */
static enum msr_result write_mtrr(struct vp *vp, u32 msr, u64 val)
{
	u64 address = MASK(vp->partition->max_phys_bits - 1, PAGE_SHIFT);
	bool ok;

	if (msr == 0x2ff)
		ok = !(val & ~0xcffull) && memory_type_ok(val, false);
	else if (msr >= 0x250)
		ok = eight_types_ok(val, false);
	else if (msr & 1)
		ok = !(val & ~(address | BIT(11)));
	else
		ok = !(val & ~(address | 0xff)) && memory_type_ok(val, false);
	if (!ok)
		return MSR_FAULT;
	*mtrr(vp, msr) = val;
	return MSR_OK;
}

/* --- the rest ------------------------------------------------------------------ */

static enum msr_result read_microcode(u64 *val)
{
	/* Both vendors; Linux compares it with the revisions that fix errata. */
	if (!safe_rdmsr(0x8b, val))
		*val = 0;
	return MSR_OK;
}

static enum msr_result write_xss(struct vp *vp, u64 val)
{
	if (!cpuid_xcr0_mask(vp->partition))
		return MSR_UNKNOWN;
	if (val & ~cpuid_xss_mask(vp->partition))
		return MSR_FAULT;
	return set_live(vp, 0xda0, &vp->world->xss, val);
}

static enum msr_result write_tsc_aux(struct vp *vp, u64 val)
{
	if (!machine.has_tsc_aux)
		return MSR_UNKNOWN;
	if (val >> 32)
		return MSR_FAULT;
	return set_live(vp, 0xc0000103, &vp->world->tsc_aux, val);
}

static enum msr_result other_read(struct vp *vp, u32 msr, u64 *val)
{
	switch (msr) {
	case 0x10:
	case 0x3b:
		return time_rdmsr(vp, msr, val);
	case 0x1b:
		return apic_rdmsr(vp, msr, val);
	case 0x48:
		*val = vp->world->spec_ctrl;
		return spec_ctrl_bits(vp) ? MSR_OK : MSR_UNKNOWN;
	case 0x49:
		return MSR_FAULT;
	case 0x8b:
		return read_microcode(val);
	case 0x1a0:
		*val = vp->misc_enable;
		return MSR_OK;
	case 0x1d9:
		return vendor_read(vp, HV_X64_REGISTER_DEBUG_CTL, val);
	case 0xda0:
		*val = vp->world->xss;
		return cpuid_xcr0_mask(vp->partition) ? MSR_OK : MSR_UNKNOWN;
	case 0xc0000080:
		*val = vendor_efer(&vp->v) & ~EFER_SVME;
		return MSR_OK;
	case 0xc0000100 ... 0xc0000101:
		return segment_base(vp, msr, val, false);
	case 0xc0000103:
		*val = vp->world->tsc_aux;
		return machine.has_tsc_aux ? MSR_OK : MSR_UNKNOWN;
	}
	*val = *mtrr(vp, msr);
	return MSR_OK;
}

static enum msr_result other_write(struct vp *vp, u32 msr, u64 val, bool parent)
{
	switch (msr) {
	case 0x10:
	case 0x3b:
		return time_wrmsr(vp, msr, val);
	case 0x1b:
		return apic_wrmsr(vp, msr, val);
	case 0x48:
		return write_spec_ctrl(vp, val);
	case 0x49:
		return write_pred_cmd(vp, val);
	case 0x8b:
		return MSR_OK;
	case 0x1a0:
		/* Bits 7, 11, 12 (performance monitoring) are read-only. */
		vp->misc_enable = (val & ~0x1880ull) | BIT(11) | BIT(12);
		return MSR_OK;
	case 0x1d9:
		return write_debugctl(vp, val);
	case 0xda0:
		return write_xss(vp, val);
	case 0xc0000080:
		return write_efer(vp, val, parent);
	case 0xc0000100 ... 0xc0000101:
		return segment_base(vp, msr, &val, true);
	case 0xc0000103:
		return write_tsc_aux(vp, val);
	}
	return write_mtrr(vp, msr, val);
}

static bool has_cet(struct vp *vp)
{
	return cpuid_xss_mask(vp->partition) & MASK(12, 11);
}

enum msr_result msr_arch_read(struct vp *vp, u32 msr, u64 *val)
{
	const struct arch_msr *m = find(msr);

	if (!m)
		return MSR_UNKNOWN;
	switch (m->how) {
	case FIXED:
	case READ_ONLY:
		*val = m->arg;
		return MSR_OK;
	case OTHER:
		return other_read(vp, msr, val);
	case CET:
		if (!has_cet(vp))
			return MSR_UNKNOWN;
	}
	return vendor_read(vp, m->arg + (msr - m->first), val);
}

enum msr_result msr_arch_write(struct vp *vp, u32 msr, u64 val, bool parent)
{
	const struct arch_msr *m = find(msr);

	if (!m)
		return MSR_UNKNOWN;
	switch (m->how) {
	case FIXED:
		return MSR_OK;
	case READ_ONLY:
		return MSR_FAULT;
	case OTHER:
		return other_write(vp, msr, val, parent);
	case PAT:
		if (!eight_types_ok(val, true))
			return MSR_FAULT;
		break;
	case CANONICAL:
		if (!canonical(val))
			return MSR_FAULT;
		break;
	case CET:
		if (!has_cet(vp))
			return MSR_UNKNOWN;
	}
	return vendor_write(vp, m->arg + (msr - m->first), val);
}
