/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A small machine around the interrupt, time, MSR and CPUID rooms: one partition
 * with VPs that take interrupts when run() is called, a TSC that tests move, and
 * guest memory of a few pages under overlays.
 */
#ifndef IRQ_H
#define IRQ_H

#include <stdio.h>
#include <string.h>

#include "apic.h"
#include "cpuid.h"
#include "msr.h"
#include "mutate_irq.h"
#include "overlay.h"
#include "partition.h"
#include "stimer.h"
#include "synic.h"
#include "time.h"
#include "unit.h"
#include "world.h"
#include <hvpart/call_interrupt.h>
#include <hvpart/cpuid.h>
#include <hvpart/msr.h>
#include <hvpart/status.h>

#define NR_TEST_VPS	4
#define TSC_HZ		2000000000ull	/* 200 ticks are 100 ns */
#define APIC_HZ		100000000ull
#define REF(n)		((u64)(n) * 200)	/* 100 ns units in ticks */
#define MS		10000			/* in 100 ns */

/* --- failures ------------------------------------------------------------- */

void fail(const char *fmt, ...) __printf(1, 2) __noreturn;
#define CHECK(c) do { if (!(c)) fail("%s:%d: %s", __FILE__, __LINE__, #c); } while (0)
#define CHECK_EQ(a, b) do {						\
	u64 a_ = (u64)(a), b_ = (u64)(b);				\
	if (a_ != b_)							\
		fail("%s:%d: %s is %#llx, not %#llx", __FILE__, __LINE__, \
		     #a, (unsigned long long)a_, (unsigned long long)b_); \
} while (0)

struct test {
	const char *name;
	void (*run)(void);
};

extern const struct test apic_tests[], ipi_tests[], assist_tests[],
	synic_tests[], synic_race_tests[],
	synic_event_tests[], stimer_tests[], time_tests[], msr_tests[],
	msr_memory_tests[], cpuid_tests[], cpuid_machine_tests[];

/* --- the machine ------------------------------------------------------------ */

extern struct partition *p;		/* all that it offers, VPs 0..3 */
extern struct vp *vp0, *vp1;
extern u64 now;				/* TSC */
extern u64 tsc_step;			/* added by every look at the TSC */
extern u32 cur;				/* CPU that executes; VP n runs on n */
extern int pool_left;			/* pages until the pool is empty, -1: never */
extern int pool_used;
extern bool overlay_fails;
extern u32 kicks[NR_TEST_VPS];		/* by vp_notify() */
extern u8 guest_ram[16 * 4096];		/* GPA 0.. */
extern u64 hw_msr[8][2];		/* written by safe_wrmsr(): number, value */
extern u32 nr_hw_msr;
extern bool hw_msr_faults;

/* Called at IRQ_RACE(where): the guest, or another CPU, comes between. */
extern void (*race_hook)(const char *where, void *what);

/* CPUID of the machine, by leaf and subleaf. */
void hw_cpuid(u32 leaf, u32 subleaf, u32 eax, u32 ebx, u32 ecx, u32 edx);
struct cpuid_regs *hw_leaf(u32 leaf, u32 subleaf);
void hw_policy(bool la57);		/* children see what that is now */
void hw_forget(void);			/* no leaf is left */

void sim_init(void);			/* fresh partition, VPs 0 and 1 enabled */
void sim_init_with(u64 privileges, u32 edx, u32 hints, u64 debug_break,
		   u32 nr_vps);
void sim_exit(void);			/* everything back to the pool */
void sim_reset(void);			/* vp_reset of every VP and unit */

/* What the loop does between exits, as far as these rooms are concerned. */
void settle(struct vp *vp);		/* requests and deadlines, no entry */
int run(struct vp *vp);			/* ... and one interrupt; its vector or -1 */
void advance(struct vp *vp, u64 ref);	/* time passes, then settle() */

/* MSR accesses of a guest; fail() where the other outcome is expected. */
u64 rd(struct vp *vp, u32 msr);
void wr(struct vp *vp, u32 msr, u64 val);
bool rd_faults(struct vp *vp, u32 msr);
bool wr_faults(struct vp *vp, u32 msr, u64 val);

void apic_on(struct vp *vp);		/* software enable */
void synic_on(struct vp *vp);		/* SIMP at GPA page 1, SIEFP 2, SCONTROL */
struct hv_message *slot(struct vp *vp, u32 sint);

/* What the guest sees at a page: an overlay or its memory. */
void *guest_page(u64 gpn);

#endif
