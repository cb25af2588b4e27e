// SPDX-License-Identifier: GPL-2.0
/*
 * What VMRUN checks before it enters: APM vol. 2, 15.5.1 "Canonicalization and
 * Consistency Checks", 15.20 (illegal event injection), 15.25.4 (gPAT), and
 * 18.13 for CET. One function a rule, in the manual's order.
 */
#include "svm.h"
#include "log.h"

#define EFER_LM		(EFER_LME | EFER_LMA)

static inline bool svme_clear(const struct vmcb *c)
{
	return !(c->efer & EFER_SVME);
}

static inline bool nw_without_cd(const struct vmcb *c)
{
	return (c->cr0 & CR0_NW) && !(c->cr0 & CR0_CD);
}

static inline bool cr0_high(const struct vmcb *c)
{
	return c->cr0 >> 32;
}

/* Long mode: above the CPU's physical width. Elsewhere CR3 has 32 bits. */
static inline bool cr3_mbz(const struct vmcb *c)
{
	u64 valid = MASK(svm.phys_bits - 1, 0);

	return (c->cr0 & CR0_PG) && (c->efer & EFER_LME) && (c->cr3 & ~valid);
}

static inline bool cr4_mbz(const struct vmcb *c)
{
	return c->cr4 & ~svm.cr4_valid;
}

static inline bool dr_high(const struct vmcb *c)
{
	return (c->dr6 >> 32) || (c->dr7 >> 32);
}

static inline bool efer_mbz(const struct vmcb *c)
{
	return c->efer & ~svm.efer_valid;
}

static bool long_mode(const struct vmcb *c)
{
	return (c->efer & EFER_LME) && (c->cr0 & CR0_PG);
}

static inline bool long_without_pae(const struct vmcb *c)
{
	return long_mode(c) && !(c->cr4 & CR4_PAE);
}

static inline bool long_without_pe(const struct vmcb *c)
{
	return long_mode(c) && !(c->cr0 & CR0_PE);
}

/*
 * Paged real mode: VMRUN takes it (15.19), but no instruction leads there, and
 * Intel has none. A parent that asks for it has made a mistake.
 */
static inline bool paging_without_pe(const struct vmcb *c)
{
	return (c->cr0 & CR0_PG) && !(c->cr0 & CR0_PE);
}

static inline bool long_and_default(const struct vmcb *c)
{
	return long_mode(c) && (c->cr4 & CR4_PAE) &&
	       (c->cs.attrib & VMCB_SEG_L) && (c->cs.attrib & VMCB_SEG_D);
}

static inline bool vmrun_free(const struct vmcb *c)
{
	return !(c->intercept[1] & BIT(INTERCEPT_VMRUN - 32));
}

static inline bool maps_beyond(const struct vmcb *c)
{
	u64 end = BIT(svm.phys_bits);

	return c->msrpm_spa + 0x2000 > end || c->iopm_spa + 0x3000 > end;
}

/* Types 1 and 5 to 7 do not exist; exceptions are vectors 0 to 31 but 2. */
static inline bool bad_event(const struct vmcb *c)
{
	u8 type = (c->event_inj & EVENTINJ_TYPE) >> EVENTINJ_TYPE_SHIFT;
	u8 vector = c->event_inj & 0xff;

	if (!(c->event_inj & EVENTINJ_VALID))
		return false;
	if (type == 1 || type > EVENT_SOFT_INTR)
		return true;
	if (type != EVENT_EXCEPTION)
		return false;
	/* #OF and #BR come from instructions that 64-bit code lacks. */
	if ((vector == 4 || vector == 5) && (c->efer & EFER_LMA) &&
	    (c->cs.attrib & VMCB_SEG_L))
		return true;
	return vector > 31 || vector == 2;
}

static inline bool asid_zero(const struct vmcb *c)
{
	return !c->asid;
}

/* PAT types 2 and 3 and everything above 7 are reserved (7.8.1). */
static inline bool gpat_reserved(const struct vmcb *c)
{
	u8 type;

	if (!(c->np_control & NP_ENABLE))
		return false;
	for (u32 i = 0; i < 8; i++) {
		type = c->g_pat >> (8 * i);
		if (type > 7 || type == 2 || type == 3)
			return true;
	}
	return false;
}

static inline bool ncr3_mbz(const struct vmcb *c)
{
	return (c->np_control & NP_ENABLE) &&
	       (c->nested_cr3 & ~MASK(svm.phys_bits - 1, 0));
}

static inline bool cet_without_wp(const struct vmcb *c)
{
	return (c->cr4 & CR4_CET) && !(c->cr0 & CR0_WP);
}

/* Shadow stacks: S_CET has bits 0 (SH_STK_EN) and 1 (WR_SHSTK_EN). */
static inline bool s_cet_reserved(const struct vmcb *c)
{
	return svm.shstk && (c->s_cet & ~3ull);
}

/* Name of the first rule that is broken; NULL: none. */
static const char *broken_rule(const struct vmcb *c)
{
	if (svme_clear(c))
		return HV_TEXT("EFER.SVME");
	if (nw_without_cd(c))
		return HV_TEXT("CR0.NW without CD");
	if (cr0_high(c))
		return HV_TEXT("CR0 bits 63:32");
	if (cr3_mbz(c))
		return HV_TEXT("CR3 reserved bits");
	if (cr4_mbz(c))
		return HV_TEXT("CR4 reserved bits");
	if (dr_high(c))
		return HV_TEXT("DR6/DR7 bits 63:32");
	if (efer_mbz(c))
		return HV_TEXT("EFER reserved bits");
	if (long_without_pae(c))
		return HV_TEXT("long mode without CR4.PAE");
	if (long_without_pe(c))
		return HV_TEXT("long mode without CR0.PE");
	if (paging_without_pe(c))
		return HV_TEXT("CR0.PG without PE");
	if (long_and_default(c))
		return HV_TEXT("CS.L with CS.D");
	if (vmrun_free(c))
		return HV_TEXT("VMRUN not intercepted");
	if (maps_beyond(c))
		return HV_TEXT("permission map address");
	if (bad_event(c))
		return HV_TEXT("event injection");
	if (asid_zero(c))
		return HV_TEXT("ASID 0");
	if (gpat_reserved(c))
		return HV_TEXT("PAT type");
	if (ncr3_mbz(c))
		return HV_TEXT("nested CR3 reserved bits");
	if (cet_without_wp(c))
		return HV_TEXT("CR4.CET without CR0.WP");
	if (s_cet_reserved(c))
		return HV_TEXT("S_CET reserved bits");
	return NULL;
}

bool vendor_state_valid(struct vendor_vp *v, const char **why)
{
	struct vmcb *vmcb = v->vmcb;
	u64 event_inj = vmcb->event_inj;
	u32 asid = vmcb->asid;

	/* As the entry will see it: the tag and the event come last. */
	svm_event_preview(v);
	if (!asid)
		vmcb->asid = ASID_FIRST_CHILD;
	*why = broken_rule(vmcb);
	vmcb->event_inj = event_inj;
	vmcb->asid = asid;
	return !*why;
}
