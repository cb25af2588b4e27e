/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by the tests of the SVM back end. */
#ifndef SVMTEST_H
#define SVMTEST_H

#include <stdio.h>
#include <string.h>
#include "svm.h"
#include "mutate.h"
#include "vp.h"
#include "world.h"

/* A check that fails says where and lets the test go on. */
extern int failures;
#define CHECK(c)							\
	do {								\
		if (!(c)) {						\
			failures++;					\
			if (!quiet)					\
				printf("# %s:%d: %s\n", __FILE__,	\
				       __LINE__, #c);			\
		}							\
	} while (0)
#define CHECK_EQ(a, b)							\
	do {								\
		unsigned long long __a = (a), __b = (b);		\
									\
		if (__a != __b) {					\
			failures++;					\
			if (!quiet)					\
				printf("# %s:%d: %s = %#llx, want %s = %#llx\n", \
				       __FILE__, __LINE__, #a, __a, #b, __b); \
		}							\
	} while (0)
extern bool quiet;

/* fake.c */
extern struct percpu *fake_cpu;		/* what this_cpu() says */
extern int cr3_reloads;
extern void (*fake_vmrun)(struct vmcb *vmcb, struct cpu_regs *regs);
void fake_reset(void);			/* CPUs, MSRs, CPUID, counters */
struct percpu *fake_percpu(u32 index);
void fake_vp(struct vendor_vp *v);	/* a child VP after RESET */
void fake_vp_done(struct vendor_vp *v);
void fake_msr_set(u32 msr, u64 val, u64 writable);
u64 fake_msr_get(u32 msr);
extern struct pool fake_pool;

/* The machine of world_insn.h. */
struct fake_fpu {
	u64 xcr0, dr[4], xcr0_reads;
	int msr_reads, msr_writes;
	u8 regs[4096];
	int ibpb, rsb, bad_areas;
};
extern struct fake_fpu fpu;

void test_valid(void);
void test_exit(void);
void test_asid(void);
void test_asid_mutations(void);
void test_event(void);
void test_nmi_window(void);
void test_cr8(void);
void test_intercept(void);
void test_root_msrs(void);
void test_registers(void);
void test_world(void);
void test_world_mutations(void);

#endif
