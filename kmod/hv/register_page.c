// SPDX-License-Identifier: GPL-2.0
/*
 * The register page: what a VMM reads and writes at every exit, without calls.
 * User space may rewrite it while we look, so dirty and each dirty class are
 * read once; and whatever is loaded passes the state oracle before entry.
 */
#include "register.h"
#include "apic.h"
#include "world.h"

#define CLASS(n)	(1u << HV_X64_REGISTER_CLASS_##n)

/* Page order of segments is the order of the register names: ES CS SS DS FS GS. */
static hv_status load_segments(struct vp *vp, struct hv_vp_register_page *pg)
{
	union hv_register_value v;

	for (u32 i = 0; i < 6; i++) {
		v = (union hv_register_value) {};
		memcpy(&v.segment, &pg->segment_registers[i], sizeof(v.segment));
		if (!vendor_set_reg(&vp->v, HV_X64_REGISTER_ES + i, &v))
			return HV_STATUS_INVALID_REGISTER_VALUE;
	}
	return HV_STATUS_SUCCESS;
}

static void load_xmm(struct vp *vp, struct hv_vp_register_page *pg)
{
	union hv_register_value v;

	for (u32 i = 0; i < 6; i++) {
		memcpy(&v, &pg->xmm_registers[i], sizeof(v));
		register_set(vp, HV_X64_REGISTER_XMM0 + i, &v);
	}
}

/* What is rarely written, and can make an entry fail. */
static hv_status load_rest(struct vp *vp, struct hv_vp_register_page *pg, u32 dirty)
{
	union hv_register_value v = {};
	hv_status st = HV_STATUS_SUCCESS;

	if (dirty & CLASS(FLAGS)) {
		v.reg64 = READ_ONCE(pg->rflags);
		st = register_set(vp, HV_X64_REGISTER_RFLAGS, &v);
	}
	if (!st && dirty & CLASS(SEGMENT))
		st = load_segments(vp, pg);
	if (!st && dirty & CLASS(XMM))
		load_xmm(vp, pg);
	vp->check_state = true;
	return st;
}

hv_status register_page_load(struct vp *vp)
{
	struct hv_vp_register_page *pg = vp->reg_page;
	hv_status st = HV_STATUS_SUCCESS;
	u32 dirty;

	if (!pg)
		return HV_STATUS_SUCCESS;
	dirty = READ_ONCE(pg->dirty);
	if (!dirty)
		return HV_STATUS_SUCCESS;
	if (dirty & CLASS(GENERAL))
		memcpy(vp->v.regs.gpr, pg->gp_registers, sizeof(pg->gp_registers));
	if (dirty & CLASS(IP))
		vp->v.regs.rip = READ_ONCE(pg->rip);
	if (dirty & (CLASS(FLAGS) | CLASS(SEGMENT) | CLASS(XMM)))
		st = load_rest(vp, pg, dirty);
	WRITE_ONCE(pg->dirty, 0);
	return st;
}

/* XMM0-5 go out only as far as the saved area has them. */
static void store_xmm(struct vp *vp, struct hv_vp_register_page *pg)
{
	const u8 *x = vp->world->xsave;

	if (*(const u64 *)(x + 512) & 2)
		memcpy(pg->xmm_registers, x + 160, sizeof(pg->xmm_registers));
	else
		memset(pg->xmm_registers, 0, sizeof(pg->xmm_registers));
}

void register_page_store(struct vp *vp)
{
	struct hv_vp_register_page *pg = vp->reg_page;

	if (!pg)
		return;
	memcpy(pg->gp_registers, vp->v.regs.gpr, sizeof(pg->gp_registers));
	pg->rip = vp->v.regs.rip;
	pg->rflags = vp->v.regs.rflags;
	vendor_get_segments(&vp->v, HV_X64_REGISTER_ES, pg->segment_registers, 6);
	store_xmm(vp, pg);
	pg->cr0 = vendor_cr0(&vp->v);
	pg->cr3 = vendor_cr3(&vp->v);
	pg->cr4 = vendor_cr4(&vp->v);
	pg->efer = vendor_efer(&vp->v);
	pg->cr8 = apic_get_tpr(vp) >> 4;
	pg->dr7 = vendor_dr7(&vp->v);
	pg->pending_interruption.as_uint64 = hv_event_word(vendor_event(&vp->v));
	pg->interrupt_state.as_uint64 = vendor_interrupt_state(&vp->v);
	pg->xfem = vp->world->xcr0;
	pg->version = HV_VP_REGISTER_PAGE_VERSION_1;
	pg->dirty = 0;
	WRITE_ONCE(pg->isvalid, 1);
}
