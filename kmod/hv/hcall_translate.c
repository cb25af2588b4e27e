// SPDX-License-Identifier: GPL-2.0
/*
 * HvTranslateVirtualAddress (TLFS 3.7): a walk of a stopped child's page
 * tables, as its CPU would do it. Every entry is read once.
 */
#include "hypercall.h"
#include "gpa.h"
#include "cr8.h"

#define PTE_P		BIT(0)
#define PTE_W		BIT(1)
#define PTE_U		BIT(2)
#define PTE_A		BIT(5)
#define PTE_D		BIT(6)
#define PTE_PS		BIT(7)
#define PTE_NX		BIT(63)
#define PTE_ADDR(m)	((m) & 0x000ffffffffff000ull)

#define CONTROL_KNOWN						\
	(HV_TRANSLATE_GVA_VALIDATE_READ | HV_TRANSLATE_GVA_VALIDATE_WRITE | \
	 HV_TRANSLATE_GVA_VALIDATE_EXECUTE | HV_TRANSLATE_GVA_PRIVILEGE_EXEMPT)

struct walk {
	struct vp *vp;
	u64 control;
	u64 gva;
	u64 base;		/* of the current table */
	u64 rights;		/* P, W and U of the path; NX if anywhere set */
	u32 code;		/* HV_TRANSLATE_GVA_* */
	u64 gpa;
};

static bool read_entry(struct walk *w, u64 gpa, u32 size, u64 *entry)
{
	*entry = 0;
	w->gpa = gpa;
	if (gpa_read(&w->vp->partition->gpa, gpa, entry, size))
		return true;
	w->code = gpa_lookup(&w->vp->partition->gpa, gpa >> PAGE_SHIFT).level ?
		HV_TRANSLATE_GVA_GPA_NO_READ_ACCESS : HV_TRANSLATE_GVA_GPA_UNMAPPED;
	return false;
}

/* One level: index of @bits bits above @shift. True: go on downwards. */
static bool step(struct walk *w, u32 shift, u32 bits, u32 size, bool may_large)
{
	u64 index = w->gva >> shift & (BIT(bits) - 1), e;

	if (!read_entry(w, w->base + index * size, size, &e))
		return false;
	if (!(e & PTE_P)) {
		w->code = HV_TRANSLATE_GVA_PAGE_NOT_PRESENT;
		return false;
	}
	w->rights = (w->rights & (e | PTE_NX)) | (e & PTE_NX);
	w->base = size == 4 ? e & 0xfffff000 : PTE_ADDR(e);
	if (shift == PAGE_SHIFT || (may_large && e & PTE_PS)) {
		w->gpa = (w->base & ~(BIT(shift) - 1)) | (w->gva & (BIT(shift) - 1));
		w->code = HV_TRANSLATE_GVA_SUCCESS;
		return false;
	}
	return true;
}

static void walk_tables(struct walk *w)
{
	struct vendor_vp *v = &w->vp->v;
	u64 cr4 = vendor_cr4(v);
	u32 shift = cr4 & CR4_LA57 ? 48 : 39;
	s64 sign;

	w->rights = PTE_W | PTE_U;
	w->base = PTE_ADDR(vendor_cr3(v));
	if (!(vendor_efer(v) & EFER_LMA)) {
		if (!(cr4 & CR4_PAE)) {
			w->base &= 0xfffff000;
			if (step(w, 22, 10, 4, cr4 & BIT(4)))
				step(w, 12, 10, 4, false);
			return;
		}
		/* PAE: the four PDPTEs carry no W, U or NX. */
		w->base = vendor_cr3(v) & 0xffffffe0;
		if (!step(w, 30, 2, 8, false))
			return;
		w->rights = PTE_W | PTE_U;
		shift = 21;
	} else {
		sign = (s64)w->gva >> (shift + 8);
		w->code = HV_TRANSLATE_GVA_PAGE_NOT_PRESENT;
		if (sign && sign != -1)
			return;
	}
	while (step(w, shift, 9, 8, shift <= 30))
		shift -= 9;
}

static void check_rights(struct walk *w)
{
	struct vendor_vp *v = &w->vp->v;
	bool user = vendor_cpl(v) == 3 &&
		!(w->control & HV_TRANSLATE_GVA_PRIVILEGE_EXEMPT);
	bool wp = vendor_cr0(v) & CR0_WP;

	if ((user && !(w->rights & PTE_U)) ||
	    (w->control & HV_TRANSLATE_GVA_VALIDATE_WRITE &&
	     !(w->rights & PTE_W) && (user || wp)) ||
	    (w->control & HV_TRANSLATE_GVA_VALIDATE_EXECUTE &&
	     w->rights & PTE_NX && vendor_efer(v) & EFER_NXE))
		w->code = HV_TRANSLATE_GVA_PRIVILEGE_VIOLATION;
}

static void translate(struct walk *w)
{
	if (!(vendor_cr0(&w->vp->v) & CR0_PG))
		return;			/* the GPA is the GVA, the code SUCCESS */
	walk_tables(w);
	if (w->code == HV_TRANSLATE_GVA_SUCCESS)
		check_rights(w);
}

bool translate_code(struct vp *vp, u64 gva, u64 *gpa)
{
	struct walk w = { .vp = vp, .gva = gva, .gpa = gva,
			  .control = HV_TRANSLATE_GVA_VALIDATE_EXECUTE };

	translate(&w);
	*gpa = w.gpa;
	return w.code == HV_TRANSLATE_GVA_SUCCESS;
}

hv_status hc_translate_va(struct hcall *c)
{
	const struct hv_input_translate_virtual_address *in = (void *)c->in;
	struct hv_output_translate_virtual_address *out = (void *)c->out;
	struct walk w = { .vp = c->target, .control = in->control_flags };

	if (!(in->control_flags & 7) || in->control_flags & ~CONTROL_KNOWN ||
	    in->gva_page >> (64 - PAGE_SHIFT))
		return HV_STATUS_INVALID_PARAMETER;
	w.gva = w.gpa = in->gva_page << PAGE_SHIFT;
	translate(&w);
	out->translation_result.result_code = w.code;
	out->translation_result.cache_type = 6;		/* write back */
	out->gpa_page = w.gpa >> PAGE_SHIFT;
	if (w.code == HV_TRANSLATE_GVA_SUCCESS)
		out->translation_result.overlay_page =
			gpa_lookup(&c->p->gpa, out->gpa_page).overlay;
	return HV_STATUS_SUCCESS;
}
