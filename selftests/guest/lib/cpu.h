/* SPDX-License-Identifier: GPL-2.0 */
/* Instructions, plain and with an expected fault. */
#ifndef GUEST_CPU_H
#define GUEST_CPU_H

#include <hvpart/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;
typedef _Bool bool;
#define true	1
#define false	0
#define NULL	((void *)0)

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define BIT(n)		(1ULL << (n))
#define MIN(a, b)	((a) < (b) ? (a) : (b))
#define MAX(a, b)	((a) > (b) ? (a) : (b))
#define READ_ONCE(x)	(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define barrier()	asm volatile("" ::: "memory")
#define smp_mb()	asm volatile("lock; addl $0, (%%rsp)" ::: "memory", "cc")
#define PAGE_SIZE	4096UL

#define X86_DE		0
#define X86_DB		1
#define X86_NMI		2
#define X86_UD		6
#define X86_DF		8
#define X86_GP		13
#define X86_PF		14

/*
 * "Safe" forms answer 0, or FAULT(vector). The trap handler finds the address
 * of the instruction in ex_table, goes on at the second address, and leaves the
 * answer in RDI.
 */
#define FAULT(vector)	(0x100U | (vector))
#define FAULT_GP	FAULT(X86_GP)
#define FAULT_UD	FAULT(X86_UD)
#define FAULT_PF	FAULT(X86_PF)

#define EX(insn, next) \
	".pushsection .ex_table, \"a\"\n" \
	".quad " #insn "b, " #next "f\n" \
	".popsection\n"

struct cpuid { u32 eax, ebx, ecx, edx; };

static inline struct cpuid cpuid(u32 leaf, u32 subleaf)
{
	struct cpuid r;

	asm volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx),
		     "=d"(r.edx) : "a"(leaf), "c"(subleaf));
	return r;
}

static inline u64 rdmsr(u32 msr)
{
	u32 lo, hi;

	asm volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr) : "memory");
	return (u64)hi << 32 | lo;
}

static inline void wrmsr(u32 msr, u64 val)
{
	asm volatile("wrmsr" :: "c"(msr), "a"((u32)val), "d"((u32)(val >> 32))
		     : "memory");
}

static inline u32 rdmsr_safe(u32 msr, u64 *val)
{
	u64 fault = 0;
	u32 lo = 0, hi = 0;

	asm volatile("1: rdmsr\n" EX(1, 2) "2:"
		     : "+a"(lo), "+d"(hi), "+D"(fault) : "c"(msr) : "memory");
	*val = (u64)hi << 32 | lo;
	return fault;
}

static inline u32 wrmsr_safe(u32 msr, u64 val)
{
	u64 fault = 0;

	asm volatile("1: wrmsr\n" EX(1, 2) "2:" : "+D"(fault)
		     : "c"(msr), "a"((u32)val), "d"((u32)(val >> 32))
		     : "memory");
	return fault;
}

static inline u32 write64_safe(volatile u64 *p, u64 val)
{
	u64 fault = 0;

	asm volatile("1: mov %[v], (%[p])\n" EX(1, 2) "2:" : "+D"(fault)
		     : [p] "r"(p), [v] "r"(val) : "memory");
	return fault;
}

static inline u32 read64_safe(const volatile u64 *p, u64 *val)
{
	u64 fault = 0, v = 0;

	asm volatile("1: mov (%[p]), %[v]\n" EX(1, 2) "2:"
		     : "+D"(fault), [v] "+&r"(v) : [p] "r"(p) : "memory");
	*val = v;
	return fault;
}

static inline u64 rdtsc(void)
{
	u32 lo, hi;

	asm volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi) :: "memory");
	return (u64)hi << 32 | lo;
}

static inline void pause(void)
{
	asm volatile("pause" ::: "memory");
}

static inline void irq_off(void)
{
	asm volatile("cli" ::: "memory");
}

static inline void irq_on(void)
{
	asm volatile("sti; nop" ::: "memory");
}

/* Interrupts come in here if any wait; nothing is lost between the two. */
static inline void irq_on_halt(void)
{
	asm volatile("sti; hlt" ::: "memory");
}

static inline u64 irq_save(void)
{
	u64 flags;

	asm volatile("pushfq; pop %0; cli" : "=r"(flags) :: "memory");
	return flags;
}

static inline void irq_restore(u64 flags)
{
	asm volatile("push %0; popfq" :: "r"(flags) : "memory", "cc");
}

static inline u64 read_cr8(void)
{
	u64 v;

	asm volatile("mov %%cr8, %0" : "=r"(v) :: "memory");
	return v;
}

static inline void write_cr8(u64 v)
{
	asm volatile("mov %0, %%cr8" :: "r"(v) : "memory");
}

static inline u64 read_cr2(void)
{
	u64 v;

	asm volatile("mov %%cr2, %0" : "=r"(v));
	return v;
}

static inline void outb(u16 port, u8 v)
{
	asm volatile("outb %0, %1" :: "a"(v), "Nd"(port) : "memory");
}

static inline void outl(u16 port, u32 v)
{
	asm volatile("outl %0, %1" :: "a"(v), "Nd"(port) : "memory");
}

static inline u8 inb(u16 port)
{
	u8 v;

	asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

/* 128 by 64 bits; the caller knows that the quotient fits. */
static inline u64 div128(u64 hi, u64 lo, u64 by)
{
	u64 q, r;

	asm("divq %4" : "=a"(q), "=d"(r) : "a"(lo), "d"(hi), "rm"(by) : "cc");
	return q;
}

static inline u64 mul_hi(u64 a, u64 b)
{
	return (unsigned __int128)a * b >> 64;
}

#endif
