/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GDT, TSS and IDT of a CPU.
 *
 * The selectors are those of Linux's kernel segments. On the way out an NMI may
 * come after Linux's tables are loaded and before IRETQ has reloaded CS and SS:
 * its handler's own IRETQ must find them in Linux's GDT.
 */
#ifndef HV_DESC_H
#define HV_DESC_H

#include "types.h"
#include "regs.h"

struct tss64 {
	u32 reserved0;
	u32 rsp[6];
	u32 reserved1[2];
	u64 ist[7];
	u32 reserved2[2];
	u16 reserved3;
	u16 iomap;
} __packed;
static_assert(sizeof(struct tss64) == 104, "tss64");

#define HV_GDT_ENTRIES	6

struct cpu_desc {
	u64 gdt[HV_GDT_ENTRIES];
	struct tss64 tss;
};

/* Stacks by IST number; each has a guard page below. */
enum { IST_NMI = 1, IST_DF = 2, IST_MC = 3 };

/* Once: the IDT, shared by all CPUs. */
void desc_init(void);
/* Fill @d, which is zero, but for the stacks. */
void desc_build(struct cpu_desc *d);
/* Load the CPU's own GDT; TR still is Linux's. */
void desc_load_gdt(struct cpu_desc *d);
/* Load TR; the CPU's percpu must know its descriptors. */
void desc_load_task(void);

#endif
