/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hostile guest: does one thing (case=NAME) that no sane guest does. Most
 * cases come back, then the guest says "@@survived" and powers off; others end
 * it in a way that the suite knows. fail() is for what the guest itself can see
 * go wrong: a status or a fault that should not be, memory that has changed.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "apic.h"
#include "attempt.h"
#include "guest.h"
#include "hyperv.h"

struct hostile {
	const char *name;
	void (*fn)(void);
};

extern const struct hostile hcall_cases[], page_cases[], race_cases[];
extern const struct hostile cpu_cases[], sweep_cases[], end_cases[];
extern const struct hostile interrupt_cases[];

/* Executes at most 15 bytes of machine code; 0, or how it faulted. */
u32 execute(const u8 *code, u32 size);

#define ON		HV_X64_MSR_PAGE_ENABLE
#define MMIO_HOLE	0xD0000000ULL	/* below 4 GiB, nothing there */
#define IOAPIC		0xFEC00000ULL
#define LAPIC		0xFEE00000ULL
#define ABOVE_ALL	0x4000000000ULL	/* inside the address width, no RAM */

/* Addresses that are no memory; the last is wider than any machine. */
#define NOWHERE { MMIO_HOLE, IOAPIC, LAPIC, ABOVE_ALL, BIT(47), BIT(51), \
		  BIT(52), ~0xFFFULL }

#endif
