/* SPDX-License-Identifier: GPL-2.0 */
/* Offsets of struct cpu_regs for the assembler; checked in percpu.c. */
#ifndef HV_REGS_H
#define HV_REGS_H

#define REGS_RAX	0x10
#define REGS_RCX	0x18
#define REGS_RDX	0x20
#define REGS_RBX	0x28
#define REGS_RSP	0x30
#define REGS_RBP	0x38
#define REGS_RSI	0x40
#define REGS_RDI	0x48
#define REGS_R8		0x50
#define REGS_R9		0x58
#define REGS_R10	0x60
#define REGS_R11	0x68
#define REGS_R12	0x70
#define REGS_R13	0x78
#define REGS_R14	0x80
#define REGS_R15	0x88

/* Selectors: Linux's own, see desc.h. */
#define HV_SEL_CODE	0x10
#define HV_SEL_DATA	0x18
#define HV_SEL_TSS	0x20

/* struct percpu, checked in percpu.c */
#define PERCPU_STACK	0x08

/* Flag of bare_continue(): give the boot stack free with the last jump. */
#define BARE_UNLOCK_BIT	30
#define BARE_UNLOCK	(1 << BARE_UNLOCK_BIT)

#define MSR_GS_BASE	0xc0000101

#endif
