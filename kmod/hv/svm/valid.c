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
	u64 valid = MASK(machine.phys_bits - 1, 0);

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
	u64 end = BIT(machine.phys_bits);

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
	       (c->nested_cr3 & ~MASK(machine.phys_bits - 1, 0));
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

/*
 * Every rule with its name. The names are only the driver's to read (log.h), so
 * a number of eight bits stands for them.
 */
#define RULES(X)							\
	X(svme_clear, "EFER.SVME") \
	X(nw_without_cd, "CR0.NW without CD") \
	X(cr0_high, "CR0 bits 63:32") \
	X(cr3_mbz, "CR3 reserved bits") \
	X(cr4_mbz, "CR4 reserved bits") \
	X(dr_high, "DR6/DR7 bits 63:32") \
	X(efer_mbz, "EFER reserved bits") \
	X(long_without_pae, "long mode without CR4.PAE") \
	X(long_without_pe, "long mode without CR0.PE") \
	X(paging_without_pe, "CR0.PG without PE") \
	X(long_and_default, "CS.L with CS.D") \
	X(vmrun_free, "VMRUN not intercepted") \
	X(maps_beyond, "permission map address") \
	X(bad_event, "event injection") \
	X(asid_zero, "ASID 0") \
	X(gpat_reserved, "PAT type") \
	X(ncr3_mbz, "nested CR3 reserved bits") \
	X(cet_without_wp, "CR4.CET without CR0.WP") \
	X(s_cet_reserved, "S_CET reserved bits")

enum rule {
	NO_RULE,
#define RULE_NUMBER(rule, name)	RULE_##rule,
	RULES(RULE_NUMBER)
};

static const char names[][32] HV_TEXT_SECTION = {
#define RULE_NAME(rule, name)	[RULE_##rule] = name,
	RULES(RULE_NAME)
};

/* The first rule that is broken. */
static u8 broken_rule(const struct vmcb *c)
{
#define RULE_CHECK(rule, name)	if (rule(c)) return RULE_##rule;
	RULES(RULE_CHECK)
	return NO_RULE;
}

bool vendor_state_valid(struct vendor_vp *v, const char **why)
{
	struct vmcb *vmcb = v->vmcb;
	u64 event_inj = vmcb->event_inj;
	u32 asid = vmcb->asid;
	u8 rule;

	/* As the entry will see it: the tag and the event come last. */
	svm_event_preview(v);
	if (!asid)
		vmcb->asid = ASID_FIRST_CHILD;
	rule = broken_rule(vmcb);
	*why = names[rule];
	vmcb->event_inj = event_inj;
	vmcb->asid = asid;
	return rule == NO_RULE;
}
