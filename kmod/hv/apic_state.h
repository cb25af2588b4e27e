/* SPDX-License-Identifier: GPL-2.0 */
/* Private to apic.c, apic_ipi.c and apic_timer.c. */
#ifndef HV_APIC_STATE_H
#define HV_APIC_STATE_H

#include "apic.h"
#include "partition.h"
#include "mutate_irq.h"

/* Registers by x2APIC number: MSR = 0x800 + n, xAPIC offset = n * 16. */
enum apic_reg {
	APIC_ID = 0x02, APIC_VERSION = 0x03, APIC_TPR = 0x08, APIC_PPR = 0x0a,
	APIC_EOI = 0x0b, APIC_LDR = 0x0d, APIC_SVR = 0x0f, APIC_ISR = 0x10,
	APIC_TMR = 0x18, APIC_IRR = 0x20, APIC_ESR = 0x28, APIC_ICR = 0x30,
	APIC_ICR_HIGH = 0x31, APIC_LVT = 0x32, APIC_LVT_LAST = 0x37,
	APIC_INIT_COUNT = 0x38, APIC_COUNT = 0x39, APIC_DIVIDE = 0x3e,
	APIC_SELF_IPI = 0x3f,
};

enum apic_lvt {
	LVT_TIMER, LVT_THERMAL, LVT_PERF, LVT_LINT0, LVT_LINT1, LVT_ERROR,
	NR_LVT
};

#define LVT_VECTOR		0xffu
#define LVT_MASKED		BIT(16)
#define LVT_TIMER_PERIODIC	BIT(17)

#define APIC_BASE_BSP		BIT(8)
#define APIC_BASE_EXTD		BIT(10)
#define APIC_BASE_EN		BIT(11)
#define APIC_BASE_DEFAULT	0xfee00000ull
#define SVR_ENABLED		BIT(8)
#define ESR_SEND_ILLEGAL	BIT(5)
#define ESR_RECEIVE_ILLEGAL	BIT(6)

/**
 * struct apic - local APIC of one VP
 * @reg:          registers by number, as the guest reads them; id, LDR, PPR and
 *                the current count are computed. ISR, TMR and IRR are bit maps
 *                in place: apic_map()
 * @esr_pending:  atomic: errors not yet latched by a write of ESR
 * @assist_offered: 1 stands in the guest's EOI assist word
 * @timer_next:   physical TSC of the next expiry, 0 = not counting
 * @timer_period: TSC ticks of one full count
 *
 * IRR and TMR are atomic: any CPU sets. Without an owner of its own, a field
 * belongs to who holds vp->running.
 */
struct apic {
	u64 icr, timer_next, timer_period;
	u32 esr_pending;
	bool assist_offered;
	union {
		u32 reg[0x40] __aligned(8);
		u64 map[0x20];
	};
	/* Not cleared by INIT. */
	u64 base;
	struct apic_sources sources;
};

static inline u64 *apic_map(struct apic *a, enum apic_reg first)
{
	return &a->map[first / 2];
}

static inline u32 apic_lvt(const struct apic *a, enum apic_lvt n)
{
	return READ_ONCE(a->reg[APIC_LVT + n]);
}

/* x2APIC logical id: cluster in 31:16, one bit of sixteen below. */
static inline u32 apic_ldr(const struct vp *vp)
{
	u32 id = vp->initial_apic_id;

	return id >> 4 << 16 | 1u << (id & 15);
}

void apic_error(struct vp *vp, u32 bit);

/* apic_timer.c */
void apic_timer_start(struct vp *vp, u32 count);
u32 apic_timer_count(struct vp *vp);
void apic_timer_set_divide(struct vp *vp, u32 divide);

#endif
