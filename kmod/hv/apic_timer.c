// SPDX-License-Identifier: GPL-2.0
/*
 * The APIC timer: one-shot and periodic, off machine.apic_timer_hz, which the
 * guest reads in HV_X64_MSR_APIC_FREQUENCY. TSC-deadline mode is not offered.
 */
#include "apic_state.h"

/* A guest may not ask for more than 10,000 expiries a second. */
static u64 min_period(void)
{
	return machine.tsc_hz / 10000;
}

/* Divide configuration: bits 3, 1, 0; 0b111 means 1 (SDM figure 11-10). */
static u32 divisor_shift(u32 divide)
{
	return ((divide & 3) + (divide >> 1 & 4) + 1) & 7;
}

/* TSC ticks of @count timer ticks, rounded up: never early. */
static u64 count_to_tsc(const struct apic *a, u32 count)
{
	u64 ticks = (u64)count << divisor_shift(a->reg[APIC_DIVIDE]);
	unsigned __int128 t = (unsigned __int128)ticks * machine.tsc_hz +
			      machine.apic_timer_hz - 1;

	return div_u128_u64(t >> 64, t, machine.apic_timer_hz);
}

static void arm(struct vp *vp, u64 deadline)
{
	vp->apic->timer_next = deadline;
	vp_set_deadline(vp, DL_APIC, deadline);
}

/* Count down from @count; the period stays that of the initial count. */
void apic_timer_start(struct vp *vp, u32 count)
{
	struct apic *a = vp->apic;

	a->timer_period = MAX(count_to_tsc(a, a->reg[APIC_INIT_COUNT]), min_period());
	arm(vp, count ? rdtsc() + count_to_tsc(a, count) : 0);
}

u32 apic_timer_count(struct vp *vp)
{
	const struct apic *a = vp->apic;
	u64 now = rdtsc(), left = a->timer_next - now;

	if (!a->timer_next)
		return 0;
	if ((s64)left <= 0) {
		/* Due, but not noticed yet. */
		if (!(apic_lvt(a, LVT_TIMER) & LVT_TIMER_PERIODIC))
			return 0;
		left = a->timer_period - -left % a->timer_period;
	}
	left = div_u128_u64(mul_u64_hi(left, machine.apic_timer_hz),
			    left * machine.apic_timer_hz, machine.tsc_hz);
	left >>= divisor_shift(a->reg[APIC_DIVIDE]);
	return MIN(left, (u64)a->reg[APIC_INIT_COUNT]);
}

void apic_timer_set_divide(struct vp *vp, u32 divide)
{
	u32 left = apic_timer_count(vp);

	vp->apic->reg[APIC_DIVIDE] = divide;
	if (vp->apic->timer_next)
		apic_timer_start(vp, left);
}

/**
 * apic_timer_expired - DL_APIC has passed
 * A periodic timer keeps its phase; ticks that were missed are dropped.
 */
void apic_timer_expired(struct vp *vp, u64 now)
{
	struct apic *a = vp->apic;
	u32 lvt = apic_lvt(a, LVT_TIMER);
	u64 next = a->timer_next;

	if (!next || now < next)
		return;
	if (lvt & LVT_TIMER_PERIODIC)
		next += ((now - next) / a->timer_period + 1) * a->timer_period;
	else
		next = 0;
	arm(vp, next);
	vp->stats.timer_expiries++;
	if (!(lvt & LVT_MASKED))
		apic_post(vp, lvt & LVT_VECTOR);
}
