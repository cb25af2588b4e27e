// SPDX-License-Identifier: GPL-2.0
/*
 * Synthetic timers (TLFS "synthetic timers"; digest part 2, section 4): four
 * per VP, one-shot or periodic, direct (an APIC vector) or by message.
 */
#include "stimer.h"
#include "apic.h"
#include "synic.h"
#include "time.h"
#include "unit.h"
#include "mutate_irq.h"
#include <hvpart/cpuid.h>
#include <hvpart/msr.h>

/* A guest may not ask for more than 10,000 expiries a second (100 us). */
#define MIN_PERIOD	1000

/**
 * struct stimer - one timer
 * @msg:    its only message buffer (TLFS 2.4), with @message
 * @next:   reference time of the next expiry
 * @queued: @msg is in a queue. Set by the owner before the post, cleared by
 *          whoever delivers it, under the SynIC's lock
 */
struct stimer {
	struct synic_msg msg;
	u64 config, count, next;
	bool queued;
	struct hv_message message;
};

struct stimers {
	struct stimer timer[HV_SYNIC_STIMER_COUNT];
};

static u32 sint_of(const struct stimer *t)
{
	return (t->config & HV_STIMER_SINTX_MASK) >> HV_STIMER_SINTX_SHIFT;
}

static struct hv_timer_message_payload *payload(struct synic_msg *m)
{
	return (struct hv_timer_message_payload *)m->msg->u.bytes;
}

static void message_done(struct synic_msg *m, bool delivered)
{
	struct stimer *t = container_of(m, struct stimer, msg);

	(void)delivered;
	WRITE_ONCE(t->queued, false);
}

/* The delivery time is that of the placement in the slot (TLFS 4.3). */
static void message_prepare(struct synic_msg *m, struct vp *vp)
{
	payload(m)->delivery_time = time_ref_peek(vp->partition);
}

/*
 * The expiry of a timer whose last message still waits is that message: there
 * is one buffer, and a periodic tick more tells the guest nothing.
 */
static void post_message(struct vp *vp, u32 n)
{
	struct stimer *t = &vp->stimers->timer[n];

	if (READ_ONCE(t->queued))
		return;
	payload(&t->msg)->expiration_time = t->next;
	t->queued = true;
	synic_post(vp, sint_of(t), &t->msg);
}

static void arm(struct vp *vp, u32 n)
{
	struct stimer *t = &vp->stimers->timer[n];

	vp_set_deadline(vp, DL_STIMER0 + n,
			time_ref_to_tsc(vp->partition, t->next));
}

/* Cancelling what is not armed would cost as much as arming. */
static void disarm(struct vp *vp, u32 n)
{
	if (vp->deadline[DL_STIMER0 + n])
		vp_set_deadline(vp, DL_STIMER0 + n, 0);
}

/*
 * Ticks that were missed are dropped and the phase is kept, so that the nth
 * expiry never precedes enabling + n periods (statement 142).
 */
static void next_period(struct vp *vp, u32 n, u64 now)
{
	struct stimer *t = &vp->stimers->timer[n];
	u64 period = MAX(t->count, MIN_PERIOD);
	u64 missed = (now - t->next) / period;
	u64 next = t->next + (missed + 1) * period;

	/* Beyond the end of time: it has none (digest 4.2). */
	t->next = next < t->next ? ~0ull : next;
	arm(vp, n);
}

static void expire(struct vp *vp, u32 n, u64 now)
{
	struct stimer *t = &vp->stimers->timer[n];

	vp->stats.timer_expiries++;
	if (t->config & HV_STIMER_DIRECT_MODE)
		apic_post(vp, (t->config & HV_STIMER_APIC_VECTOR_MASK) >>
			      HV_STIMER_APIC_VECTOR_SHIFT);
	else
		post_message(vp, n);
	if (t->config & HV_STIMER_PERIODIC) {
		next_period(vp, n, now);
		return;
	}
	disarm(vp, n);
	if (vp->partition->debug_break != HVPART_BREAK_STIMER_ENABLE)
		t->config &= ~HV_STIMER_ENABLE;
}

/**
 * stimer_expired - DL_STIMERn has passed
 * Deadlines are TSC values, promises are in reference time: after a freeze or
 * a change of time the two differ, so this looks at the clock again.
 */
void stimer_expired(struct vp *vp, u32 n, u64 now)
{
	struct stimer *t = &vp->stimers->timer[n];
	u64 ref;

	(void)now;
	if (!(t->config & HV_STIMER_ENABLE) || !t->count) {
		disarm(vp, n);
		return;
	}
	ref = time_ref_peek(vp->partition);
	if (ref >= t->next || IRQ_MUTATED(STIMER_EARLY))
		expire(vp, n, ref);
	else if (vp->partition->time_frozen)
		vp_set_deadline(vp, DL_STIMER0 + n, rdtsc() + machine.tsc_hz / 100);
	else
		arm(vp, n);
}

/* An expiry of the old setting that has not reached its slot is dropped. */
static void drop_message(struct vp *vp, u32 n)
{
	struct stimer *t = &vp->stimers->timer[n];

	if (READ_ONCE(t->queued) && !IRQ_MUTATED(STIMER_CANCEL) &&
	    synic_cancel(vp, sint_of(t), &t->msg))
		t->queued = false;
}

/*
 * The new setting begins. Linux re-arms all the time: this is a hot path, with
 * one division and one change of the deadline.
 */
static void restart(struct vp *vp, u32 n)
{
	struct stimer *t = &vp->stimers->timer[n];
	u64 deadline;

	/* Enabled without a count waits for one (4.2: Linux does this). */
	if (!(t->config & HV_STIMER_ENABLE) || !t->count) {
		disarm(vp, n);
		return;
	}
	if (t->config & HV_STIMER_PERIODIC) {
		t->next = time_ref_peek(vp->partition);
		next_period(vp, n, t->next);
		return;
	}
	t->next = t->count;
	deadline = time_ref_to_tsc(vp->partition, t->next);
	/* At that TSC, and not before, reference time has reached the count. */
	if (deadline <= rdtsc())
		expire(vp, n, t->next);
	else
		vp_set_deadline(vp, DL_STIMER0 + n, deadline);
}

/* The table of msr.c leaves no other numbers: config and count in turns. */
enum msr_result stimer_rdmsr(struct vp *vp, u32 msr, u64 *val)
{
	u32 i = msr - HV_X64_MSR_STIMER0_CONFIG;
	const struct stimer *t = &vp->stimers->timer[i / 2];

	*val = i & 1 ? t->count : t->config;
	return MSR_OK;
}

enum msr_result stimer_wrmsr(struct vp *vp, u32 msr, u64 val)
{
	u32 i = msr - HV_X64_MSR_STIMER0_CONFIG;
	struct stimer *t = &vp->stimers->timer[i / 2];

	if (!(i & 1) && val & HV_STIMER_DIRECT_MODE &&
	    !(vp->partition->features_edx & HV_STIMER_DIRECT_MODE_AVAILABLE))
		return MSR_FAULT;
	drop_message(vp, i / 2);
	if (!(i & 1)) {
		t->config = val;
	} else {
		t->count = val;
		if (!val)
			t->config &= ~HV_STIMER_ENABLE;
		else if (t->config & HV_STIMER_AUTOENABLE)
			t->config |= HV_STIMER_ENABLE;
	}
	/* A timer that would send to SINT 0 is not enabled (4.2, digest C11). */
	if (!(t->config & (HV_STIMER_DIRECT_MODE | HV_STIMER_SINTX_MASK)))
		t->config &= ~HV_STIMER_ENABLE;
	restart(vp, i / 2);
	return MSR_OK;
}

/* --- life --------------------------------------------------------------- */

__used void stimer_reset(struct vp *vp)
{
	/* Also where CreateVp got no further than before this page. */
	for (u32 n = 0; vp->stimers && n < HV_SYNIC_STIMER_COUNT; n++) {
		struct stimer *t = &vp->stimers->timer[n];

		disarm(vp, n);
		drop_message(vp, n);
		t->config = 0;
		t->count = 0;
	}
}

__used hv_status stimer_create(struct vp *vp)
{
	static_assert(sizeof(struct stimers) <= PAGE_SIZE, "one page");
	for (u32 n = 0; n < HV_SYNIC_STIMER_COUNT; n++) {
		struct stimer *t = &vp->stimers->timer[n];
		struct synic_msg *m = &t->msg;

		t->message.header.message_type = HVMSG_TIMER_EXPIRED;
		t->message.header.payload_size =
			sizeof(struct hv_timer_message_payload);
		m->msg = &t->message;
		payload(m)->timer_index = n;
		m->done = message_done;
		m->prepare = message_prepare;
	}
	return HV_STATUS_SUCCESS;
}

HV_HOOK(50, vp_init, stimer_create);
HV_HOOK(50, vp_exit, stimer_reset);
HV_HOOK(50, vp_reset, stimer_reset);
