/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instructions that describe the CPU. Not Linux's accessors: those go through
 * paravirt calls that not every kernel exports.
 */
#ifndef HVP_INSN_H
#define HVP_INSN_H

#include <linux/types.h>
#include <asm/asm.h>

#define HVP_MSR_VM_CR		0xc0010114
#define HVP_VM_CR_SVMDIS	(1ULL << 4)

/* Result of a hypercall that no hypervisor took. */
#define HVP_VMMCALL_BARE	0xFFFFULL

#define HVP_READ_REG(name)						\
static inline u64 hvp_read_##name(void)					\
{									\
	u64 val;							\
									\
	asm volatile("mov %%" #name ", %0" : "=r" (val));		\
	return val;							\
}
HVP_READ_REG(cr0)
HVP_READ_REG(cr2)
HVP_READ_REG(cr3)
HVP_READ_REG(cr4)
HVP_READ_REG(dr6)
HVP_READ_REG(dr7)

#define HVP_READ_SELECTOR(name)						\
static inline u16 hvp_read_##name(void)					\
{									\
	u16 val;							\
									\
	asm volatile("mov %%" #name ", %0" : "=rm" (val));		\
	return val;							\
}
HVP_READ_SELECTOR(cs)
HVP_READ_SELECTOR(ss)
HVP_READ_SELECTOR(ds)
HVP_READ_SELECTOR(es)
HVP_READ_SELECTOR(fs)
HVP_READ_SELECTOR(gs)

static inline u16 hvp_read_ldtr(void)
{
	u16 val;

	asm volatile("sldt %0" : "=rm" (val));
	return val;
}

static inline u16 hvp_read_tr(void)
{
	u16 val;

	asm volatile("str %0" : "=rm" (val));
	return val;
}

static inline u64 hvp_rdmsr(u32 msr)
{
	u32 lo, hi;

	asm volatile("rdmsr" : "=a" (lo), "=d" (hi) : "c" (msr));
	return (u64)hi << 32 | lo;
}

static inline void hvp_wrmsr(u32 msr, u64 val)
{
	asm volatile("wrmsr" : : "c" (msr), "a" ((u32)val),
		     "d" ((u32)(val >> 32)) : "memory");
}

static inline void hvp_cpuid_insn(u32 leaf, u32 subleaf, u32 *regs)
{
	asm volatile("cpuid" : "=a" (regs[0]), "=b" (regs[1]), "=c" (regs[2]),
		     "=d" (regs[3]) : "a" (leaf), "c" (subleaf));
}

/* Access rights and limit of a selector; 0 when it names no descriptor. */
static inline u32 hvp_lar(u16 selector)
{
	u32 ar = 0;

	asm volatile("lar %1, %0" : "+r" (ar) : "r" ((u32)selector) : "cc");
	return ar;
}

static inline u32 hvp_lsl(u16 selector)
{
	u32 limit = 0;

	asm volatile("lsl %1, %0" : "+r" (limit) : "r" ((u32)selector) : "cc");
	return limit;
}

/*
 * The hypercall. On a CPU that is bare after all VMMCALL gets #UD: the result
 * says so instead.
 */
static inline u64 hvp_vmmcall(u64 control, u64 in, u64 out)
{
	register u64 r8 asm("r8") = out;
	u64 result = HVP_VMMCALL_BARE;

	asm volatile("1: vmmcall\n"
		     "2:\n"
		     _ASM_EXTABLE(1b, 2b)
		     : "+a" (result), "+c" (control), "+d" (in), "+r" (r8)
		     : : "memory", "cc");
	return result;
}

#endif
