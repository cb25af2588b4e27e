// SPDX-License-Identifier: GPL-2.0
/* Registers that live in the control block, by their TLFS names. */
#include "svm.h"

/* Plain 64-bit members; XX names whose value needs no thought. */
static const struct { u32 name; u16 offset; } __packed plain[] = {
	{ HV_X64_REGISTER_CR0, offsetof(struct vmcb, cr0) },
	{ HV_X64_REGISTER_CR2, offsetof(struct vmcb, cr2) },
	{ HV_X64_REGISTER_CR3, offsetof(struct vmcb, cr3) },
	{ HV_X64_REGISTER_CR4, offsetof(struct vmcb, cr4) },
	{ HV_X64_REGISTER_DR6, offsetof(struct vmcb, dr6) },
	{ HV_X64_REGISTER_DR7, offsetof(struct vmcb, dr7) },
	{ HV_X64_REGISTER_KERNEL_GS_BASE, offsetof(struct vmcb, kernel_gs_base) },
	{ HV_X64_REGISTER_PAT, offsetof(struct vmcb, g_pat) },
	{ HV_X64_REGISTER_SYSENTER_CS, offsetof(struct vmcb, sysenter_cs) },
	{ HV_X64_REGISTER_SYSENTER_EIP, offsetof(struct vmcb, sysenter_eip) },
	{ HV_X64_REGISTER_SYSENTER_ESP, offsetof(struct vmcb, sysenter_esp) },
	{ HV_X64_REGISTER_STAR, offsetof(struct vmcb, star) },
	{ HV_X64_REGISTER_LSTAR, offsetof(struct vmcb, lstar) },
	{ HV_X64_REGISTER_CSTAR, offsetof(struct vmcb, cstar) },
	{ HV_X64_REGISTER_SFMASK, offsetof(struct vmcb, sfmask) },
	{ HV_X64_REGISTER_DEBUG_CTL, offsetof(struct vmcb, dbgctl) },
};

static u64 *plain_member(struct vendor_vp *v, u32 name)
{
	for (u32 i = 0; i < ARRAY_SIZE(plain); i++)
		if (plain[i].name == name)
			return (u64 *)((u8 *)v->vmcb + plain[i].offset);
	return NULL;
}

/*
 * Segments and tables stand in a row: es cs ss ds fs gs gdtr ldtr idtr tr. The
 * names of segments are consecutive.
 */
static const u8 segment_place[8] = { 0, 1, 2, 3, 4, 5, 7, 9 };
static_assert(offsetof(struct vmcb, gs) ==
	      offsetof(struct vmcb, es) + 5 * sizeof(struct vmcb_segment) &&
	      offsetof(struct vmcb, ldtr) ==
	      offsetof(struct vmcb, es) + 7 * sizeof(struct vmcb_segment) &&
	      offsetof(struct vmcb, tr) ==
	      offsetof(struct vmcb, es) + 9 * sizeof(struct vmcb_segment),
	      "order of the save area (APM table B-2)");

static struct vmcb_segment *segment(struct vmcb *vmcb, u32 name)
{
	u32 i = name - HV_X64_REGISTER_ES;

	return i < ARRAY_SIZE(segment_place) ? &vmcb->es + segment_place[i] : NULL;
}

static struct vmcb_segment *table(struct vmcb *vmcb, u32 name)
{
	switch (name) {
	case HV_X64_REGISTER_GDTR:
		return &vmcb->gdtr;
	case HV_X64_REGISTER_IDTR:
		return &vmcb->idtr;
	}
	return NULL;
}

static bool get_special(struct vendor_vp *v, u32 name,
			union hv_register_value *val)
{
	switch (name) {
	case HV_X64_REGISTER_EFER:
		/* SVME is ours: the guest has no SVM. */
		val->reg64 = v->vmcb->efer & ~EFER_SVME;
		return true;
	case HV_REGISTER_INTERRUPT_STATE:
		val->reg64 = vendor_interrupt_state(v);
		return true;
	}
	return false;
}

/*
 * Selector and attributes are one word in both, but for four unused bits that
 * ours has in the middle.
 */
static void get_segments(const struct vmcb_segment *s,
			 struct hv_x64_segment_register *out, u32 n)
{
	u32 word;

	do {
		word = *(const u32 *)s;
		out->base = s->base;
		out->limit = s->limit;
		*(u32 *)&out->selector = (word & 0x00ffffff) |
			(word << 4 & 0xf0000000);
		s++;
		out++;
	} while (--n);
}

void vendor_get_segments(struct vendor_vp *v, u32 name,
			 struct hv_x64_segment_register *out, u32 n)
{
	get_segments(&v->vmcb->es + (name - HV_X64_REGISTER_ES), out, n);
}

bool vendor_get_reg(struct vendor_vp *v, u32 name, union hv_register_value *val)
{
	struct vmcb_segment *s = segment(v->vmcb, name);
	u64 *member;

	if (s) {
		get_segments(s, &val->segment, 1);
		return true;
	}
	val->reg128 = (struct hv_u128) { 0, 0 };
	if (get_special(v, name, val))
		return true;
	member = plain_member(v, name);
	if (member) {
		val->reg64 = *member;
		return true;
	}
	s = table(v->vmcb, name);
	if (!s)
		return false;
	val->table.base = s->base;
	val->table.limit = s->limit;
	return true;
}

/* The CPU takes the CPL from its own field (15.5.1), Intel from SS.DPL. */
static void set_cpl(struct vmcb *vmcb)
{
	if (!(vmcb->cr0 & CR0_PE))
		vmcb->cpl = 0;
	else if (vmcb->rflags & RFLAGS_VM)
		vmcb->cpl = 3;
	else
		vmcb->cpl = (vmcb->ss.attrib & VMCB_SEG_DPL) >> 5;
}

static bool set_special(struct vendor_vp *v, u32 name,
			const union hv_register_value *val)
{
	bool masked;

	switch (name) {
	case HV_X64_REGISTER_EFER:
		v->vmcb->efer = val->reg64 | EFER_SVME;
		return true;
	case HV_REGISTER_INTERRUPT_STATE:
		masked = val->interrupt_state.nmi_masked;
		v->vmcb->int_shadow = val->interrupt_state.interrupt_shadow;
		v->nmi_masked = masked;
		v->iret_seen = false;
		v->stepping = STEP_NONE;
		svm_intercept(v->vmcb, INTERCEPT_IRET, masked);
		return true;
	}
	return false;
}

static void changed(struct vendor_vp *v, u32 name)
{
	switch (name) {
	case HV_X64_REGISTER_CR0:
	case HV_X64_REGISTER_CR3:
	case HV_X64_REGISTER_CR4:
	case HV_X64_REGISTER_EFER:
		/* VMRUN flushes nothing by itself (15.16). */
		vendor_flush(v);
	}
	set_cpl(v->vmcb);
}

bool vendor_set_reg(struct vendor_vp *v, u32 name,
		    const union hv_register_value *val)
{
	struct vmcb_segment *s = segment(v->vmcb, name);
	u64 *member = plain_member(v, name);

	if (member) {
		*member = val->reg64;
	} else if (s) {
		s->base = val->segment.base;
		s->limit = val->segment.limit;
		s->selector = val->segment.selector;
		s->attrib = svm_attrib(val->segment.attributes);
	} else if (table(v->vmcb, name)) {
		s = table(v->vmcb, name);
		s->base = val->table.base;
		s->limit = val->table.limit;
	} else if (!set_special(v, name, val)) {
		return false;
	}
	changed(v, name);
	return true;
}

u64 *vendor_dr6(struct vendor_vp *v)
{
	return &v->vmcb->dr6;
}

u64 vendor_dr7(struct vendor_vp *v)
{
	return v->vmcb->dr7;
}

u64 vendor_interrupt_state(struct vendor_vp *v)
{
	return (v->vmcb->int_shadow & INT_SHADOW) | v->nmi_masked << 1;
}

u64 vendor_cr0(struct vendor_vp *v)
{
	return v->vmcb->cr0;
}

u64 vendor_cr3(struct vendor_vp *v)
{
	return v->vmcb->cr3;
}

u64 vendor_cr4(struct vendor_vp *v)
{
	return v->vmcb->cr4;
}

u64 vendor_efer(struct vendor_vp *v)
{
	return v->vmcb->efer & ~EFER_SVME;
}

u8 vendor_cpl(struct vendor_vp *v)
{
	return v->vmcb->cpl;
}

bool vendor_cs_long(struct vendor_vp *v)
{
	return v->vmcb->cs.attrib & VMCB_SEG_L;
}
