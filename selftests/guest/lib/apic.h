/* SPDX-License-Identifier: GPL-2.0 */
/* The local APIC in x2APIC mode. */
#ifndef GUEST_APIC_H
#define GUEST_APIC_H

#include "cpu.h"

#define MSR_APIC_BASE		0x1B
#define APIC_BASE_BSP		BIT(8)
#define APIC_BASE_EXTD		BIT(10)
#define APIC_BASE_EN		BIT(11)

#define X2APIC_ID		0x802
#define X2APIC_TPR		0x808
#define X2APIC_PPR		0x80A
#define X2APIC_EOI		0x80B
#define X2APIC_SVR		0x80F
#define X2APIC_ISR		0x810
#define X2APIC_TMR		0x818
#define X2APIC_IRR		0x820
#define X2APIC_ESR		0x828
#define X2APIC_ICR		0x830
#define X2APIC_LVT_TIMER	0x832
#define X2APIC_INIT_COUNT	0x838
#define X2APIC_COUNT		0x839
#define X2APIC_DIVIDE		0x83E
#define X2APIC_SELF_IPI		0x83F

#define LVT_MASKED		BIT(16)

#define ICR_FIXED		0x0000
#define ICR_NMI			0x0400
#define ICR_INIT		0x4500	/* with level and assert, as Linux */
#define ICR_SIPI		0x4600
#define ICR_SELF		(1U << 18)
#define ICR_ALL			(2U << 18)
#define ICR_OTHERS		(3U << 18)

void apic_init_cpu(void);

static inline void apic_eoi(void)
{
	wrmsr(X2APIC_EOI, 0);
}

static inline void apic_send(u32 apic_id, u32 command)
{
	wrmsr(X2APIC_ICR, (u64)apic_id << 32 | command);
}

static inline void apic_self(u8 vector)
{
	wrmsr(X2APIC_ICR, ICR_SELF | vector);
}

static inline bool apic_bit(u32 base, u8 vector)
{
	return rdmsr(base + vector / 32) >> vector % 32 & 1;
}

/* Of CPU n of this guest; the trampoline numbers CPUs by it. */
static inline u32 apic_id(u32 n)
{
	return n;
}

#endif
