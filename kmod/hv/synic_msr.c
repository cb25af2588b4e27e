// SPDX-License-Identifier: GPL-2.0
/* SynIC registers and life (TLFS 2.1, 2.2). */
#include "synic_state.h"
#include "page_msr.h"
#include "unit.h"

/*
 * Vectors below 16 fault only when the source is unmasked: the reset value has
 * vector 0 and must be writable (DECISIONS, statements 71, 72).
 */
static enum msr_result write_sint(struct vp *vp, u32 n, u64 val)
{
	struct synic *s = vp->synic;

	if (!(val & HV_SYNIC_SINT_MASKED) &&
	    (val & HV_SYNIC_SINT_VECTOR_MASK) < HV_SYNIC_FIRST_VALID_VECTOR)
		return MSR_FAULT;
	spin_lock(&s->lock);
	s->sint[n] = val;
	s->sources->auto_eoi &= ~(1u << n);
	if (val & HV_SYNIC_SINT_AUTO_EOI && !(val & HV_SYNIC_SINT_MASKED))
		s->sources->auto_eoi |= 1u << n;
	spin_unlock(&s->lock);
	return MSR_OK;
}

static void set_reg(struct synic *s, u64 *reg, u64 val)
{
	spin_lock(&s->lock);
	*reg = val;
	spin_unlock(&s->lock);
}

/*
 * SIMP and SIEFP. The register says "on" only while the page is in place; a
 * poster on another CPU looks at it under the lock. So that is taken before the
 * page goes: the poster has finished; and after it came: the poster has seen it,
 * or the scan that follows sees what it has queued.
 *
 *  enable:   zero the page, place the overlay, register = on, scan
 *  disable:  register = off, remove the overlay
 *
 * So nobody writes the page before it is zeroed or after it is gone. Fresh
 * contents at each 0 -> 1 only: a page that moves keeps them (TLFS 2.2).
 */
static enum msr_result write_page(struct vp *vp, u64 *reg, u64 val,
				  enum overlay_kind kind, void *page)
{
	enum msr_result r;

	if (!(val & HV_X64_MSR_PAGE_ENABLE) && !IRQ_MUTATED(SYNIC_DISABLE_ORDER))
		set_reg(vp->synic, reg, val);
	r = page_msr_write(vp->partition, kind, vp->index, reg, val, page);
	if (r == MSR_OK)
		set_reg(vp->synic, reg, val);
	return r;
}

enum msr_result synic_wrmsr(struct vp *vp, u32 msr, u64 val)
{
	struct synic *s = vp->synic;
	enum msr_result r = MSR_OK;

	switch (msr) {
	case HV_X64_MSR_SCONTROL:
		set_reg(s, &s->scontrol, val);
		break;
	case HV_X64_MSR_SIEFP:
		return write_page(vp, &s->siefp, val, OVERLAY_SIEF, s->sief);
	case HV_X64_MSR_SIMP:
		r = write_page(vp, &s->simp, val, OVERLAY_SIM, s->sim);
		break;
	case HV_X64_MSR_EOM:
		break;
	case HV_X64_MSR_SINT0 ... HV_X64_MSR_SINT15:
		r = write_sint(vp, msr - HV_X64_MSR_SINT0, val);
		break;
	case HV_X64_MSR_SVERSION:
		return MSR_FAULT;
	default:
		return MSR_UNKNOWN;
	}
	/* What was queued while the page was off goes out now. */
	synic_scan(vp);
	return r;
}

/* --- life --------------------------------------------------------------- */

/* What is queued goes back to whoever sent it; done() takes no lock. */
static void reset_locked(struct vp *vp)
{
	struct synic *s = vp->synic;

	while (s->sources->queued) {
		u32 sint = ffs64(s->sources->queued);
		struct synic_msg *m = synic_unlink(s, sint, &s->queue[sint].head);

		m->done(m, false);
	}
	s->retry = false;
	s->scontrol = 0;
	for (u32 i = 0; i < HV_SYNIC_SINTS; i++)
		s->sint[i] = HV_SYNIC_SINT_RESET;
	if (vp->partition->debug_break == HVPART_BREAK_SINT_RESET)
		memset(s->sint, 0, sizeof(s->sint));
	s->sources->auto_eoi = 0;
}

__used void synic_reset(struct vp *vp)
{
	struct synic *s = vp->synic;

	write_page(vp, &s->simp, 0, OVERLAY_SIM, s->sim);
	write_page(vp, &s->siefp, 0, OVERLAY_SIEF, s->sief);
	spin_lock(&s->lock);
	reset_locked(vp);
	spin_unlock(&s->lock);
	vp_set_deadline(vp, DL_SYNIC, 0);
}

__used void synic_delete(struct vp *vp)
{
	struct pool *pool = &vp->partition->pool;
	struct synic *s = vp->synic;

	if (!s || !s->sources)		/* creation did not come to it */
		return;
	synic_reset(vp);
	pool_free(pool, s->sim);
	pool_free(pool, s->sief);
}

__used hv_status synic_create(struct vp *vp)
{
	struct pool *pool = &vp->partition->pool;
	struct synic *s = vp->synic;

	static_assert(sizeof(struct synic) <= PAGE_SIZE, "one page");
	s->sim = pool_alloc(pool);
	s->sief = pool_alloc(pool);
	s->sversion = HV_SYNIC_VERSION_1;
	s->sources = apic_sources(vp);
	s->sources->reg = s->sint;
	/* vp_exit undoes what there is. */
	return s->sim && s->sief ? HV_STATUS_SUCCESS :
				   HV_STATUS_INSUFFICIENT_MEMORY;
}

HV_HOOK(40, vp_init, synic_create);
HV_HOOK(40, vp_exit, synic_delete);
HV_HOOK(40, vp_reset, synic_reset);
