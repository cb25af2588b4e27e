// SPDX-License-Identifier: GPL-2.0
/*
 * Local APIC: request and in-service registers, priority, EOI, registers.
 *
 * x2APIC mode from reset (guest-contract 1.5): the guest never touches the
 * page at 0xFEE00000, and there is none. APM vol. 2 chapter 16, SDM chapter 11.
 */
#include "apic_state.h"
#include "unit.h"
#include <hvpart/cpuid.h>
#include <hvpart/msr.h>

/* Highest vector of a map, or -1. Unrolled: several times on every entry. */
static int highest(const u64 *map)
{
	u32 base = 192;
	u64 w = READ_ONCE(map[3]);

	if (!w) {
		w = READ_ONCE(map[2]);
		base = 128;
	}
	if (!w) {
		w = READ_ONCE(map[1]);
		base = 64;
	}
	if (!w) {
		w = READ_ONCE(map[0]);
		base = 0;
	}
	return w ? (int)(base + fls64(w)) : -1;
}

static u32 ppr(struct apic *a, bool with_tpr)
{
	int v = highest(apic_map(a, APIC_ISR));
	u32 isr_class = v < 0 ? 0 : v & 0xf0;
	u32 tpr = with_tpr ? a->reg[APIC_TPR] : 0;

	return (tpr & 0xf0) >= isr_class ? tpr : isr_class;
}

/*
 * A disabled APIC loses what is sent to it (SDM 11.4.7.2; TLFS 2.5 rule 5);
 * what is already in IRR stays and is delivered.
 */
static bool accepts(const struct apic *a)
{
	return a && READ_ONCE(a->reg[APIC_SVR]) & SVR_ENABLED &&
	       READ_ONCE(a->base) & APIC_BASE_EN;
}

/**
 * apic_post - request a fixed edge interrupt
 *
 *  this CPU                          CPU that runs the VP
 *  IRR bit = 1 (locked)              takes requests (locked)
 *  requests |= VPREQ_APIC (locked)   reads IRR
 *
 * The other order would let the VP take the request, find IRR empty, and go to
 * sleep with the bit set. Who finds the bit set already knows that the one who
 * set it also asks.
 */
void apic_post(struct vp *vp, u8 vector)
{
	struct apic *a = vp->apic;

	if (!accepts(a))
		return;
	if (vector < 16) {
		apic_error(vp, ESR_RECEIVE_ILLEGAL);
		return;
	}
	if (IRQ_MUTATED(APIC_IRR_ORDER))
		vp_request(vp, VPREQ_APIC);
	IRQ_RACE("apic_post", vp);
	if (!test_and_set_bit(apic_map(a, APIC_IRR), vector) &&
	    !IRQ_MUTATED(APIC_IRR_ORDER))
		vp_request(vp, VPREQ_APIC);
}

/* Error interrupt; the LVT entry is read as the guest last left it. */
void apic_error(struct vp *vp, u32 bit)
{
	struct apic *a = vp->apic;
	u32 lvt = apic_lvt(a, LVT_ERROR);

	atomic_or(&a->esr_pending, bit);
	/* An illegal error vector must not recurse. */
	if (!(lvt & LVT_MASKED) && (lvt & LVT_VECTOR) >= 16)
		apic_post(vp, lvt & LVT_VECTOR);
}

bool apic_irr_any(struct vp *vp)
{
	return highest(apic_map(vp->apic, APIC_IRR)) >= 0;
}

int apic_pending_vector(struct vp *vp)
{
	struct apic *a = vp->apic;
	bool tpr = vp->partition->debug_break != HVPART_BREAK_TPR;
	int v = highest(apic_map(a, APIC_IRR));

	if (v < 0 || (v & 0xf0) <= (int)(ppr(a, tpr) & 0xf0))
		return -1;
	return v;
}

bool apic_tpr_held(struct vp *vp)
{
	struct apic *a = vp->apic;
	int v = highest(apic_map(a, APIC_IRR));

	return v >= 0 && (v & 0xf0) > (int)(ppr(a, false) & 0xf0);
}

/* Has one of the SynIC's sources in @set this vector? */
static bool in_sources(const struct apic *a, u32 set, u8 vector)
{
	for (; set; set &= set - 1)
		if ((u8)READ_ONCE(a->sources.reg[ffs64(set)]) == vector)
			return true;
	return false;
}

static bool message_behind(const struct apic *a, u8 vector)
{
	return in_sources(a, READ_ONCE(a->sources.queued), vector);
}

static void look_again(struct vp *vp, u8 vector)
{
	if (unlikely(message_behind(vp->apic, vector)))
		vp_request(vp, VPREQ_SYNIC);
}

void apic_accept(struct vp *vp, u8 vector)
{
	struct apic *a = vp->apic;

	test_and_clear_bit(apic_map(a, APIC_IRR), vector);
	/* Auto-EOI: as if EOI were issued at delivery (TLFS 2.7). */
	if (unlikely(in_sources(a, a->sources.auto_eoi, vector)))
		look_again(vp, vector);
	else
		apic_map(a, APIC_ISR)[vector / 64] |= BIT(vector % 64);
}

void apic_eoi(struct vp *vp)
{
	struct apic *a = vp->apic;
	int v = highest(apic_map(a, APIC_ISR));

	if (v < 0)
		return;
	apic_map(a, APIC_ISR)[v / 64] &= ~BIT(v % 64);
	if (unlikely(test_bit(apic_map(a, APIC_TMR), v)))
		test_and_clear_bit(apic_map(a, APIC_TMR), v);
	look_again(vp, v);
}

struct apic_sources *apic_sources(struct vp *vp)
{
	return &vp->apic->sources;
}

/*
 * Lazy EOI (TLFS 1.3). The word is 1 only while the guest runs, only for the
 * innermost interrupt, and only when its EOI could have no effect: nothing else
 * requested, edge, no message behind it. So what the guest did is known at the
 * next exit: 0 where 1 was means that it has EOIed.
 *
 *  we                               guest                    another CPU
 *  nothing in IRR; word = 1
 *                                                            IRR bit; kick
 *  VMRUN                            handler; word 1 -> 0
 *  exit: 0 -> EOI now; IRR seen
 *
 * The window between the look at IRR and VMRUN is closed by the kick: the
 * physical interrupt is pending and ends the run at once.
 */
void apic_assist_enter(struct vp *vp)
{
	struct apic *a = vp->apic;
	int v;

	if (!(vp->assist_msr & HV_X64_MSR_VP_ASSIST_PAGE_ENABLE) ||
	    !(vp->partition->hints & HV_X64_APIC_ACCESS_RECOMMENDED))
		return;
	v = highest(apic_map(a, APIC_ISR));
	if (v < 0 || test_bit(apic_map(a, APIC_TMR), v))
		return;
	if (apic_irr_any(vp) && !IRQ_MUTATED(APIC_ASSIST_IRR))
		return;
	if (message_behind(a, v) && !IRQ_MUTATED(APIC_ASSIST_NOTIFY))
		return;
	store_release((u32 *)vp->assist_page, HV_APIC_ASSIST_NO_EOI_REQUIRED);
	a->assist_offered = true;
}

void apic_assist_exit(struct vp *vp)
{
	struct apic *a = vp->apic;
	u32 *word = vp->assist_page, old;

	if (likely(!a->assist_offered))
		return;
	a->assist_offered = false;
	old = IRQ_MUTATED(APIC_ASSIST_CLEAR) ? *word : atomic_xchg(word, 0);
	if (!(old & HV_APIC_ASSIST_NO_EOI_REQUIRED))
		apic_eoi(vp);
}

u8 apic_get_tpr(struct vp *vp)
{
	return vp->apic->reg[APIC_TPR];
}

void apic_set_tpr(struct vp *vp, u8 tpr)
{
	vp->apic->reg[APIC_TPR] = tpr;
}

/* --- registers ---------------------------------------------------------- */

/* The rest of the file's numbers exist, but cannot be read as 32 bits. */
#define READABLE	(BIT(APIC_ID) | BIT(APIC_VERSION) | BIT(APIC_TPR) |	\
			 BIT(APIC_PPR) | BIT(APIC_LDR) | BIT(APIC_SVR) |	\
			 MASK(APIC_IRR + 7, APIC_ISR) | BIT(APIC_ESR) |		\
			 MASK(APIC_COUNT, APIC_LVT) | BIT(APIC_DIVIDE))

/* Read-only bits of the LVT: delivery status, remote IRR. Always 0 here. */
#define LVT_READ_ONLY	0x5000u

/*
 * Registers that are plainly written, with the bits that a guest may write; any
 * other is #GP (SDM 11.12.1). The divisor before the count: see apic_set_page().
 */
static const struct {
	u8 reg;
	u32 bits;
} __packed writable[] = {
	{ APIC_TPR, 0xff },
	{ APIC_SVR, 0x3ff },
	{ APIC_LVT + LVT_TIMER, 0x310ff },
	{ APIC_LVT + LVT_THERMAL, 0x117ff },
	{ APIC_LVT + LVT_PERF, 0x117ff },
	{ APIC_LVT + LVT_LINT0, 0x1f7ff },
	{ APIC_LVT + LVT_LINT1, 0x1f7ff },
	{ APIC_LVT + LVT_ERROR, 0x110ff },
	{ APIC_DIVIDE, 0xb },
	{ APIC_INIT_COUNT, 0xffffffff },
};

static void mask_lvts(struct apic *a)
{
	for (u32 i = 0; i < NR_LVT; i++)
		a->reg[APIC_LVT + i] |= LVT_MASKED;
}

/* What INIT resets: all but mode and id (SDM 11.4.7.3, 11.12.5). */
__used void apic_init(struct vp *vp)
{
	struct apic *a = vp->apic;

	vp_set_deadline(vp, DL_APIC, 0);
	memset(a, 0, offsetof(struct apic, base));
	a->reg[APIC_VERSION] = (NR_LVT - 1) << 16 | 0x14;
	a->reg[APIC_SVR] = 0xff;
	mask_lvts(a);
}

/* A readable 32-bit register; false: reserved or write-only. */
static bool read_reg(struct vp *vp, u32 reg, u32 *val)
{
	if (reg >= 64 || !(READABLE & BIT(reg)))
		return false;
	if (reg == APIC_ID)
		*val = vp->initial_apic_id;
	else if (reg == APIC_LDR)
		*val = apic_ldr(vp);
	else if (reg == APIC_PPR)
		*val = ppr(vp->apic, true);
	else if (reg == APIC_COUNT)
		*val = apic_timer_count(vp);
	else
		*val = vp->apic->reg[reg];
	return true;
}

static __noinline void write_plain(struct vp *vp, u32 reg, u32 val)
{
	struct apic *a = vp->apic;

	if (reg - APIC_LVT < NR_LVT) {
		val &= ~LVT_READ_ONLY;
		if (!(a->reg[APIC_SVR] & SVR_ENABLED))
			val |= LVT_MASKED;
	} else if (reg == APIC_DIVIDE) {
		apic_timer_set_divide(vp, val);
	}
	WRITE_ONCE(a->reg[reg], val);
	if (reg == APIC_INIT_COUNT)
		apic_timer_start(vp, val);
	/* Disabling sets every mask bit (SDM 11.4.7.2). */
	if (reg == APIC_SVR && !(val & SVR_ENABLED))
		mask_lvts(a);
}

static bool write_reg(struct vp *vp, u32 reg, u64 val)
{
	for (u32 i = 0; i < ARRAY_SIZE(writable); i++) {
		if (writable[i].reg != reg)
			continue;
		if (val & ~(u64)writable[i].bits)
			return false;
		write_plain(vp, reg, val);
		return true;
	}
	return false;
}

/*
 * Mode changes as the CPU has them (SDM 11.12.5): x2APIC -> disabled -> xAPIC
 * -> x2APIC, or none. xAPIC mode can be passed through; it has no registers here.
 * Bit 4 * from + to; the modes: disabled, none, xAPIC, x2APIC.
 */
#define MODE_CHANGES	((BIT(0) | BIT(2)) | (BIT(0) | BIT(2) | BIT(3)) << 8 | \
			 (BIT(0) | BIT(3)) << 12)

static enum msr_result write_base(struct vp *vp, u64 val)
{
	struct apic *a = vp->apic;
	u32 from = a->base >> 10 & 3, to = val >> 10 & 3;

	static_assert(APIC_BASE_EN == BIT(11) && APIC_BASE_EXTD == BIT(10), "mode");
	if (val & 0x2ff & ~APIC_BASE_BSP || val >> machine.phys_bits ||
	    !(MODE_CHANGES & BIT(4 * from + to)))
		return MSR_FAULT;
	a->base = (val & ~APIC_BASE_BSP) | (a->base & APIC_BASE_BSP);
	if (!to)
		apic_init(vp);
	return MSR_OK;
}

enum msr_result apic_rdmsr(struct vp *vp, u32 msr, u64 *val)
{
	struct apic *a = vp->apic;
	u32 v;

	if (msr == 0x1b) {
		*val = a->base;
		return MSR_OK;
	}
	if (!(a->base & APIC_BASE_EXTD))
		return MSR_FAULT;
	if (msr == 0x800 + APIC_ICR) {
		*val = a->icr;
		return MSR_OK;
	}
	if (!read_reg(vp, msr - 0x800, &v))
		return MSR_FAULT;
	*val = v;
	return MSR_OK;
}

enum msr_result apic_wrmsr(struct vp *vp, u32 msr, u64 val)
{
	struct apic *a = vp->apic;

	if (msr == 0x1b)
		return write_base(vp, val);
	if (!(a->base & APIC_BASE_EXTD))
		return MSR_FAULT;
	switch (msr - 0x800) {
	case APIC_EOI:
		if (val)
			return MSR_FAULT;
		apic_eoi(vp);
		return MSR_OK;
	case APIC_SELF_IPI:
		if (val >> 8)
			return MSR_FAULT;
		apic_post(vp, val);
		return MSR_OK;
	case APIC_ICR:
		return apic_icr_write(vp, val);
	case APIC_ESR:
		if (val)
			return MSR_FAULT;
		a->reg[APIC_ESR] = atomic_xchg(&a->esr_pending, 0);
		return MSR_OK;
	}
	return write_reg(vp, msr - 0x800, val) ? MSR_OK : MSR_FAULT;
}

void apic_get_page(struct vp *vp, void *page)
{
	u32 *reg = page;

	memset(page, 0, 1024);
	for (u32 r = 0; r < 0x40; r++)
		read_reg(vp, r, &reg[r * 4]);
	reg[APIC_ICR * 4] = vp->apic->icr;
	reg[APIC_ICR_HIGH * 4] = vp->apic->icr >> 32;
}

/**
 * apic_set_page - load a register image
 * What is read-only to the guest (id, version, LDR) is ignored.
 * Return: INVALID_REGISTER_VALUE when a register would not take its value from
 * the guest; those before it have been loaded.
 */
hv_status apic_set_page(struct vp *vp, const void *page)
{
	struct apic *a = vp->apic;
	const u32 *reg = page;

	for (u32 i = 0; i < ARRAY_SIZE(writable); i++) {
		u32 r = writable[i].reg;

		if (!write_reg(vp, r, reg[r * 4]))
			return HV_STATUS_INVALID_REGISTER_VALUE;
	}
	/* A timer in flight goes on from where it was. */
	if (reg[APIC_COUNT * 4])
		apic_timer_start(vp, reg[APIC_COUNT * 4]);
	a->icr = reg[APIC_ICR * 4] | (u64)reg[APIC_ICR_HIGH * 4] << 32;
	for (u32 r = APIC_ISR; r <= APIC_ESR; r++)
		a->reg[r] = reg[r * 4];
	/* Vectors below 16 do not exist. */
	for (u32 r = APIC_ISR; r <= APIC_IRR; r += 8)
		a->reg[r] &= ~0xffffu;
	vp_request(vp, VPREQ_APIC);
	return HV_STATUS_SUCCESS;
}

/* --- life --------------------------------------------------------------- */

__used void apic_reset(struct vp *vp)
{
	vp->apic->base = APIC_BASE_DEFAULT | APIC_BASE_EN | APIC_BASE_EXTD |
			 (vp->index ? 0 : APIC_BASE_BSP);
	apic_init(vp);
}

HV_HOOK(30, vp_reset, apic_reset);
HV_HOOK(30, vp_init_ipi, apic_init);
