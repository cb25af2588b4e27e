// SPDX-License-Identifier: GPL-2.0
/* Requests, deadlines and injection: what every room does to a VP. */
#include "vp.h"
#include "mutate.h"
#include "partition.h"
#include "unit.h"
#include "world.h"

void vp_tell_root(struct vp *vp, u32 flags)
{
	struct percpu *cpu = this_cpu();
	struct hvpart_caller_page *page = cpu->root_vp->caller_page;
	u32 n;

	cpu->tell_root = true;
	LOOK(cpu, LOOK_TELL);
	vp->stats.kicks += !!(flags & HVPART_KICK_EXIT);
	if (!page)
		return;
	/* The root can write its page at any time: one read, then the check. */
	n = READ_ONCE(page->kick_count);
	if (n >= ARRAY_SIZE(page->kick)) {
		WRITE_ONCE(page->overflow,
			   READ_ONCE(page->overflow) | HVPART_OVERFLOW_KICK);
		return;
	}
	page->kick[n].partition_id = vp->partition->id;
	page->kick[n].vp_index = vp->index;
	page->kick[n].flags = flags;
	WRITE_ONCE(page->kick_count, n + 1);
}

/*
 *  this CPU                         CPU that runs the VP
 *  requests |= r                    running |= HELD  (dispatch ends)
 *  barrier (locked or)              barrier (locked xchg)
 *  running?  -> kick                requests?  -> result READY, not BLOCKED
 *  else      -> wake
 *
 * One of the two sees the other's store, so no request waits unseen. The same
 * pair the other way round when a dispatch begins (HELD goes, requests are
 * taken).
 */
void vp_notify(struct vp *vp)
{
	u32 running = load_acquire(&vp->running);

	if (running == this_cpu()->index + 1)
		return;
	vp_tell_root(vp, running && !(running & VP_HELD) ? HVPART_KICK_EXIT :
		     HVPART_KICK_WAKE);
}

void vp_request(struct vp *vp, u64 reqs)
{
	if (MUTATED(REQUEST_ORDER))
		vp_notify(vp);
	HV_RACE("request", vp);
	if ((atomic_or(&vp->requests, reqs) & reqs) != reqs &&
	    !MUTATED(REQUEST_ORDER))
		vp_notify(vp);
}

bool vp_request_flush(struct vp *vp)
{
	bool in_guest = MUTATED(REQUEST_FLUSH_ORDER) && vp_in_guest(vp);

	HV_RACE("request", vp);
	atomic_or(&vp->requests, VPREQ_FLUSH);
	if (!MUTATED(REQUEST_FLUSH_ORDER))
		in_guest = vp_in_guest(vp);
	if (in_guest)
		vp_tell_root(vp, HVPART_KICK_EXIT);
	return in_guest;
}

void vp_set_deadline(struct vp *vp, enum vp_deadline which, u64 tsc)
{
	u64 min = 0;

	vp->deadline[which] = tsc;
	for (u32 i = 0; i < NR_DEADLINES; i++)
		if (vp->deadline[i] && (!min || vp->deadline[i] < min))
			min = vp->deadline[i];
	vp->next_deadline = min;
	LOOK(this_cpu(), LOOK_DEADLINE);
}

void vp_inject_exception(struct vp *vp, u8 vector, bool has_error, u32 error)
{
	struct hv_event *ev = vendor_event(&vp->v);

	*ev = (struct hv_event) {
		.valid = true,
		.type = EVENT_EXCEPTION,
		.vector = vector,
		.has_error = has_error,
		.error = error,
	};
	vp->stats.exceptions_injected++;
}

/* A single step (TF) ends after the instruction that we completed. */
static void single_step(struct vp *vp)
{
	*vendor_dr6(&vp->v) |= BIT(14);		/* BS */
	vp_inject_exception(vp, 1, false, 0);
}

void vp_skip(struct vp *vp, u32 len)
{
	u64 rip = vp->v.regs.rip + len;

	if (rip >> 32 &&
	    (!vendor_cs_long(&vp->v) || !(vendor_efer(&vp->v) & EFER_LMA)))
		rip = (u32)rip;
	vp->v.regs.rip = rip;
	vp->v.regs.rflags &= ~RFLAGS_RF;
	vendor_clear_intr_shadow(&vp->v);
	if (unlikely(vp->v.regs.rflags & RFLAGS_TF))
		single_step(vp);
}

static void vp_free(struct vp *vp)
{
	struct partition *p = vp->partition;

	unit_vp_delete(vp);
	world_free(vp->world, &p->pool);
	vendor_vp_free(&vp->v, &p->pool);
	pool_free(&p->pool, vp);
}

static hv_status vp_build(struct vp *vp, struct partition *p)
{
	hv_status st;

	st = vendor_vp_init(&vp->v, &p->pool, va_to_spa(p->gpa.table));
	if (st)
		return st;
	st = world_alloc(&vp->world, &p->pool);
	return st ? st : unit_vp_create(vp);
}

/**
 * vp_create - HvCreateVp
 * Context: partition lock held, state ACTIVE, index free.
 * The VP is explicitly suspended; all but index 0 wait for SIPI.
 */
hv_status vp_create(struct partition *p, u32 index)
{
	struct vp *vp;
	hv_status st;

	static_assert(sizeof(struct vp) <= PAGE_SIZE, "a VP fits its page");
	vp = pool_alloc(&p->pool);
	if (!vp)
		return HV_STATUS_INSUFFICIENT_MEMORY;
	vp->partition = p;
	vp->index = index;
	vp->initial_apic_id = index;
	vp->explicit_suspend = true;
	vp->wait_sipi = index != 0;
	vp->check_state = true;
	vp->gpa_seen = ~0ull;
	st = vp_build(vp, p);
	if (st) {
		vp_free(vp);
		return st;
	}
	/* Senders of IPIs look VPs up without the lock. */
	store_release(&p->vps[index], vp);
	p->nr_vps++;
	return HV_STATUS_SUCCESS;
}

/**
 * vp_delete - HvDeleteVp
 * Refused with INVALID_VP_STATE while any VP of the partition runs: another VP
 * may be in the middle of sending an interrupt to this one.
 * Context: partition lock held.
 */
hv_status vp_delete(struct vp *vp)
{
	struct partition *p = vp->partition;

	if (partition_any_running(p))
		return HV_STATUS_INVALID_VP_STATE;
	if (vp->vp_page || vp->reg_page)
		return HV_STATUS_OBJECT_IN_USE;
	p->vps[vp->index] = NULL;
	p->nr_vps--;
	vp_free(vp);
	return HV_STATUS_SUCCESS;
}
