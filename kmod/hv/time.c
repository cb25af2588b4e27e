// SPDX-License-Identifier: GPL-2.0
/*
 * Reference time (TLFS "partition reference time enlightenment") and the TSC.
 *
 *   guest TSC       = TSC - ref_base        (vp->tsc_offset, until written)
 *   reference time  = high64(guest TSC * scale) + ref_offset
 *
 * The MSR, the TSC page and the timers compute the same formula from the same
 * numbers, so that they agree to the last digit. scale = 10^7 * 2^64 / TSC Hz.
 */
#include "time.h"
#include "page_msr.h"
#include "unit.h"
#include "mutate_irq.h"
#include <hvpart/msr.h>

#define REF_HZ		10000000ull	/* 100 ns */

static u64 scale;

/* Below 10 MHz the scale does not fit 64 bits; no such TSC is supported. */
static void set_scale(void)
{
	if (!scale && machine.tsc_hz > REF_HZ)
		scale = div_u128_u64(REF_HZ, 0, machine.tsc_hz);
}

u64 time_tsc_to_100ns(u64 tsc_ticks)
{
	return mul_u64_hi(tsc_ticks, scale);
}

u64 time_ref_peek(struct partition *p)
{
	if (unlikely(p->time_frozen))
		return p->frozen_at;
	return time_tsc_to_100ns(rdtsc() - p->ref_base) + p->ref_offset;
}

/**
 * time_ref_now - what a read of the counter returns
 * Strictly increasing over all VPs (TLFS 5.1): the last value is kept, and a
 * reader that came too early waits for the next 100 ns instead of inventing
 * it. An invented value would be ahead of the TSC page (statement 157).
 */
u64 time_ref_now(struct partition *p)
{
	for (u32 tries = 0; ; tries++) {
		u64 last = READ_ONCE(p->ref_last), now = time_ref_peek(p);

		if (unlikely(p->time_frozen) || IRQ_MUTATED(TIME_MAX))
			return now;
		if (now <= last && tries >= 1000)
			now = last + 1;		/* the TSC stands still */
		if (p->debug_break == HVPART_BREAK_REFERENCE_TIME)
			return now & ~0x3ffull;
		if (now > last && cmpxchg(&p->ref_last, last, now))
			return now;
		cpu_relax();
	}
}

/**
 * time_ref_to_tsc - when does reference time reach @ref?
 * Rounded up: at the TSC returned the counter has reached @ref. Never 0; ~0
 * for what is farther away than the TSC can count.
 */
u64 time_ref_to_tsc(struct partition *p, u64 ref)
{
	u64 x = ref - p->ref_offset, tsc;

	/* ref_offset is signed: it is negative after time was set back. */
	if ((s64)p->ref_offset > 0 && ref <= p->ref_offset)
		return MAX(p->ref_base, 1ull);
	if (x >= scale)
		return ~0ull;
	tsc = div_u128_u64(x, 0, scale);
	tsc += mul_u64_hi(tsc, scale) < x;
	if (tsc + p->ref_base < tsc)
		return ~0ull;
	return MAX(tsc + p->ref_base, 1ull);
}

/**
 * time_update_tsc_page - publish scale and offset
 *
 *  we                         reader
 *  sequence = 0               sequence s
 *  scale, offset              scale, offset, TSC
 *  sequence = next            sequence != s: again
 *
 * Neither 0 nor ~0 is ever published as valid: old editions took ~0 for
 * "unusable" (digest C2). 0 while time is frozen: the MSR stands still, a page
 * cannot. Context: msr_lock, or no VP runs.
 */
void time_update_tsc_page(struct partition *p)
{
	struct ms_hyperv_tsc_page *page = p->ref_tsc_page;

	if (!page || !(p->ref_tsc_msr & HV_X64_MSR_TSC_REFERENCE_ENABLE))
		return;
	if (!IRQ_MUTATED(TIME_SEQUENCE))
		WRITE_ONCE(page->tsc_sequence, HV_REFERENCE_TSC_SEQUENCE_INVALID);
	smp_mb();
	IRQ_RACE("tsc_page", page);
	WRITE_ONCE(page->tsc_scale, scale);
	IRQ_RACE("tsc_page", page);
	WRITE_ONCE(page->tsc_offset, (s64)p->ref_offset);
	if (p->time_frozen || !scale)
		return;
	p->ref_tsc_sequence++;
	if (p->ref_tsc_sequence == HV_REFERENCE_TSC_SEQUENCE_AVOID ||
	    p->ref_tsc_sequence == HV_REFERENCE_TSC_SEQUENCE_INVALID)
		p->ref_tsc_sequence = 1;
	store_release(&page->tsc_sequence, p->ref_tsc_sequence);
}

/* Restore. Time may jump either way, so every timer looks again at next run. */
void time_set_ref(struct partition *p, u64 ref)
{
	if (p->time_frozen) {
		p->frozen_at = ref;
	} else {
		p->ref_offset = 0;
		p->ref_offset = ref - time_ref_peek(p);
		p->ref_last = ref;
	}
	time_update_tsc_page(p);
	for (u32 i = 0; i < HV_MAX_VPS; i++) {
		struct vp *vp = p->vps[i];

		for (u32 t = DL_STIMER0; vp && t <= DL_STIMER3; t++)
			if (vp->deadline[t])
				vp_set_deadline(vp, t, 1);
	}
}

/* No VP runs while time is frozen; after the thaw it goes on from there. */
void time_freeze(struct partition *p, bool freeze)
{
	u64 ref = p->frozen_at;

	if (p->time_frozen == freeze)
		return;
	if (freeze) {
		ref = time_ref_peek(p);
		ref = MAX(ref, p->ref_last);
	}
	p->time_frozen = freeze;
	time_set_ref(p, ref);
}

/* --- MSRs --------------------------------------------------------------- */

/* Time of this VP on a CPU, hypervisor included (TLFS 5.8). */
static u64 runtime(struct vp *vp)
{
	u64 tsc = vp->runtime_tsc;

	if (load_acquire(&vp->running))
		tsc += rdtsc() - vp->enter_tsc;
	return time_tsc_to_100ns(tsc);
}

enum msr_result time_rdmsr(struct vp *vp, u32 msr, u64 *val)
{
	struct partition *p = vp->partition;

	switch (msr) {
	case 0x10:
		*val = rdtsc() + vp->tsc_offset;
		break;
	case 0x3b:
		*val = vp->tsc_adjust;
		break;
	case HV_X64_MSR_VP_RUNTIME:
		*val = runtime(vp);
		break;
	case HV_X64_MSR_TIME_REF_COUNT:
		*val = time_ref_now(p);
		break;
	default:			/* HV_X64_MSR_TSC_INVARIANT_CONTROL */
		*val = p->tsc_invariant_shown;
	}
	return MSR_OK;
}

static void set_tsc_offset(struct vp *vp, u64 offset)
{
	vp->tsc_offset = offset;
	vendor_set_tsc_offset(&vp->v, offset);
}

/* Overlay of the partition: nothing is written into guest memory (TLFS 5.2). */
static enum msr_result write_ref_tsc(struct partition *p, u64 val)
{
	enum msr_result r;

	spin_lock(&p->msr_lock);
	r = page_msr_write(p, OVERLAY_TSC, 0, &p->ref_tsc_msr, val,
			   p->ref_tsc_page);
	if (r == MSR_OK)
		time_update_tsc_page(p);
	spin_unlock(&p->msr_lock);
	return r;
}

/* Bit 0 can be set once and stays (digest 5.5). */
static enum msr_result write_invariant(struct partition *p, u64 val)
{
	if (val & ~HV_EXPOSE_INVARIANT_TSC || (p->tsc_invariant_shown && !val))
		return MSR_FAULT;
	p->tsc_invariant_shown = val;
	return MSR_OK;
}

enum msr_result time_wrmsr(struct vp *vp, u32 msr, u64 val)
{
	struct partition *p = vp->partition;
	u64 offset;

	switch (msr) {
	case 0x10:
		/* A write of the TSC moves TSC_ADJUST along (SDM 18.17.3). */
		offset = val - rdtsc();
		vp->tsc_adjust += offset - vp->tsc_offset;
		set_tsc_offset(vp, offset);
		return MSR_OK;
	case 0x3b:
		set_tsc_offset(vp, vp->tsc_offset + val - vp->tsc_adjust);
		vp->tsc_adjust = val;
		return MSR_OK;
	case HV_X64_MSR_REFERENCE_TSC:
		return write_ref_tsc(p, val);
	}
	return write_invariant(p, val);	/* no other is written: msr.c */
}

/* --- life --------------------------------------------------------------- */

__used hv_status time_partition_init(struct partition *p)
{
	(void)p;
	set_scale();
	return HV_STATUS_SUCCESS;
}

__used void time_partition_reset(struct partition *p)
{
	write_ref_tsc(p, 0);
	p->tsc_invariant_shown = false;
}

/* All VPs start with one TSC: the reference page has one offset for all. */
__used void time_vp_reset(struct vp *vp)
{
	set_tsc_offset(vp, -vp->partition->ref_base);
	vp->tsc_adjust = 0;
}

HV_HOOK(35, partition_init, time_partition_init);
HV_HOOK(35, partition_exit, time_partition_reset);
HV_HOOK(35, partition_reset, time_partition_reset);
HV_HOOK(35, vp_reset, time_vp_reset);
