/* SPDX-License-Identifier: GPL-2.0 */
/* The instructions of the world switch. Host tests bring their own. */
#ifndef HV_WORLD_INSN_H
#define HV_WORLD_INSN_H

#include "lib.h"

#ifdef HV_UNIT_TEST

u64 cpu_xgetbv(void);
void cpu_xsetbv(u64 val);
void cpu_xsave(void *area, u64 mask);
bool cpu_xrstor(void *area, u64 mask);
void cpu_read_dr(u64 *dr);
void cpu_write_dr(const u64 *dr);
void world_ibpb(void);
void world_fill_rsb(void);

#else

#include "percpu.h"

static inline u64 cpu_xgetbv(void)
{
	u32 lo, hi;

	__asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	return (u64)hi << 32 | lo;
}

static inline void cpu_xsetbv(u64 val)
{
	__asm__ volatile("xsetbv" : : "c"(0), "a"((u32)val),
			 "d"((u32)(val >> 32)));
}

/* @mask 0: no XSAVE in this CPU, FXSAVE. */
static inline void cpu_xsave(void *area, u64 mask)
{
	if (mask)
		__asm__ volatile("xsave64 (%0)" : : "r"(area), "a"((u32)mask),
				 "d"((u32)(mask >> 32)) : "memory");
	else
		__asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
}

/* entry.S: false when the area is malformed and the instruction faulted */
bool safe_xrstor(void *area, u64 mask);
bool safe_fxrstor(void *area);

static inline bool cpu_xrstor(void *area, u64 mask)
{
	static const u32 zero;

	/*
	 * These CPUs neither save nor restore the last instruction's pointers
	 * while no exception is pending: overwrite the other world's.
	 */
	if (machine.fp_leaks)
		__asm__ volatile("fnclex\n\temms\n\tfildl %0" : : "m"(zero));
	return mask ? safe_xrstor(area, mask) : safe_fxrstor(area);
}

static inline void cpu_read_dr(u64 *dr)
{
	__asm__ volatile("mov %%dr0, %0" : "=r"(dr[0]));
	__asm__ volatile("mov %%dr1, %0" : "=r"(dr[1]));
	__asm__ volatile("mov %%dr2, %0" : "=r"(dr[2]));
	__asm__ volatile("mov %%dr3, %0" : "=r"(dr[3]));
}

static inline void cpu_write_dr(const u64 *dr)
{
	__asm__ volatile("mov %0, %%dr0" : : "r"(dr[0]));
	__asm__ volatile("mov %0, %%dr1" : : "r"(dr[1]));
	__asm__ volatile("mov %0, %%dr2" : : "r"(dr[2]));
	__asm__ volatile("mov %0, %%dr3" : : "r"(dr[3]));
}

/* PRED_CMD.IBPB */
static inline void world_ibpb(void)
{
	__asm__ volatile("wrmsr" : : "c"(0x49), "a"(1), "d"(0) : "memory");
}

/* Thirty-two calls that never return: every entry leads into a trap. */
static inline void world_fill_rsb(void)
{
	u32 n = 4;

	__asm__ volatile("1:\n\t.rept 8\n\tcall 2f\n\tint3\n2:\n\t.endr\n\t"
			 "add $64, %%rsp\n\tdec %0\n\tjnz 1b\n\tlfence"
			 : "+r"(n) : : "memory", "cc");
}

#endif
#endif
