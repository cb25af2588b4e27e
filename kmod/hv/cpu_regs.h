/* SPDX-License-Identifier: GPL-2.0 */
/* Registers that the core reads and writes on every exit, in one neutral shape. */
#ifndef HV_CPU_REGS_H
#define HV_CPU_REGS_H

#include "types.h"

/* Order of HV_X64_REGISTER_RAX.. (0x20000): index = name & 0xf. */
enum gpr {
	GPR_RAX, GPR_RCX, GPR_RDX, GPR_RBX, GPR_RSP, GPR_RBP, GPR_RSI, GPR_RDI,
	GPR_R8, GPR_R9, GPR_R10, GPR_R11, GPR_R12, GPR_R13, GPR_R14, GPR_R15,
	NR_GPRS
};

/*
 * gpr[] is complete (RAX and RSP too) between vendor_run() calls, and so are
 * rip and rflags: the back end copies them in and out of its control block.
 */
struct cpu_regs {
	u64 rip;
	u64 rflags;
	u64 gpr[NR_GPRS];
};

#define RFLAGS_CF	BIT(0)
#define RFLAGS_FIXED	BIT(1)
#define RFLAGS_ZF	BIT(6)
#define RFLAGS_TF	BIT(8)
#define RFLAGS_IF	BIT(9)
#define RFLAGS_AC	BIT(18)
#define RFLAGS_RF	BIT(16)
#define RFLAGS_VM	BIT(17)

#define CR0_PE		BIT(0)
#define CR0_NE		BIT(5)
#define CR0_ET		BIT(4)
#define CR0_WP		BIT(16)
#define CR0_AM		BIT(18)
#define CR0_NW		BIT(29)
#define CR0_CD		BIT(30)
#define CR0_PG		BIT(31)
#define CR4_PAE		BIT(5)
#define CR4_MCE		BIT(6)
#define CR4_PGE		BIT(7)
#define CR4_OSFXSR	BIT(9)
#define CR4_OSXMMEXCPT	BIT(10)
#define CR4_UMIP	BIT(11)
#define CR4_LA57	BIT(12)
#define CR4_VMXE	BIT(13)
#define CR4_FSGSBASE	BIT(16)
#define CR4_PCIDE	BIT(17)
#define CR4_OSXSAVE	BIT(18)
#define CR4_SMEP	BIT(20)
#define CR4_SMAP	BIT(21)
#define CR4_PKE		BIT(22)
#define CR4_CET		BIT(23)
#define EFER_SCE	BIT(0)
#define EFER_LME	BIT(8)
#define EFER_LMA	BIT(10)
#define EFER_NXE	BIT(11)
#define EFER_SVME	BIT(12)

#endif
