/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The Linux half's own header: what its files offer each other.
 *
 *   main.c        module init and exit, in which order
 *   check.c       what must be true before anything is changed
 *   load.c        image, chunks, tables; frees them again
 *   cpuid.c       what children see of CPUID: a list for the hypervisor
 *   cpu.c         one CPU in and out, cpuhp, epochs
 *   hypercall.c   calls and the pages they need
 *   power.c       reboot, panic, suspend
 */
#ifndef HVPART_DRIVER_H
#define HVPART_DRIVER_H

#include <linux/types.h>
#include <linux/percpu.h>
#include <hvpart/types.h>
#include <hvpart/status.h>
#include <hvpart/hypercall.h>
#include <hvpart/boot.h>
#include "insn.h"

#define pr_hvpart "hvpart: "

/* --- CPUs (cpu.c) ----------------------------------------------------- */

enum hvp_cpu_state { HVP_BARE, HVP_ENTERING, HVP_DEMOTED, HVP_LEAVING };

/**
 * struct hvp_cpu - one per possible CPU
 * @state:  written on that CPU with interrupts off only
 * @in, @out: parameter pages of hvp_call(); use with interrupts off
 * @caller: struct hvpart_caller_page, registered while demoted
 */
struct hvp_cpu {
	enum hvp_cpu_state state;
	struct hvpart_cpu_frame *frame;
	void *in, *out;
	void *caller;
};

DECLARE_PER_CPU(struct hvp_cpu, hvp_cpu);

/* This CPU's caller page; preemption off. */
static inline void *hvp_caller_page(void)
{
	return this_cpu_ptr(&hvp_cpu)->caller;
}

/**
 * hvp_for_each_cpu_enter - make every demoted CPU enter the hypervisor
 * An IPI with an empty hypercall: after it, tickets drawn before are complete.
 * Context: process, may sleep. Return: 0.
 */
int hvp_for_each_cpu_enter(void);

int hvp_cpu_init(void);		/* demotes all; rolls back when one fails */
int hvp_cpu_exit(void);		/* promotes all; -EBUSY while partitions exist */
/* Reboot: every CPU that can, for good; partitions or not. */
void hvp_cpu_promote_all(void);

/* --- hypercalls (hypercall.c) ------------------------------------------- */

/**
 * hvp_hypercall - issue one call on this CPU
 * @control: control word
 * @in, @out: physical addresses (or the two register words of a fast call)
 * Return: the result word. On a CPU that is not demoted nothing is executed
 * and the status is HV_STATUS_INVALID_VP_STATE.
 */
u64 hvp_hypercall(u64 control, u64 in, u64 out);

/* @cpu found that it is bare: the result word that its caller gets. */
u64 hvp_hypercall_fell(struct hvp_cpu *cpu);

/* hvp_hypercall() with interrupts off, on this CPU, which is demoted */
static inline u64 hvp_hypercall_on(struct hvp_cpu *cpu, u64 control, u64 in,
				   u64 out)
{
	u64 result = hvp_vmmcall(control, in, out);

	return unlikely(result == HVP_VMMCALL_BARE) ?
		hvp_hypercall_fell(cpu) : result;
}

static inline u64 hvp_hypercall_fast(u16 code, u64 p1, u64 p2)
{
	return hvp_hypercall(code | HV_HYPERCALL_FAST_BIT, p1, p2);
}

/* The status in a result word. */
static inline u16 hvp_status(u64 result)
{
	return result & HV_HYPERCALL_RESULT_MASK;
}

/* Repetitions completed in a result word. */
static inline u32 hvp_reps(u64 result)
{
	return (result & HV_HYPERCALL_REP_COMP_MASK) >>
		HV_HYPERCALL_REP_COMP_OFFSET;
}

/**
 * hvp_call - a simple call with copied parameters
 * Copies @in to this CPU's page, calls, copies @out_len bytes back; all with
 * interrupts off. Any context.
 * Return: HV_STATUS_*.
 */
u16 hvp_call(u16 code, const void *in, size_t in_len, void *out, size_t out_len);

/* -errno for a status; the caller may refine. 0 for SUCCESS. */
int hvp_errno(u16 status);

int hvp_hypercall_init(void);
void hvp_hypercall_exit(void);

/* --- loading (check.c, load.c, power.c) --------------------------------- */

int hvp_check(void);		/* 0, or -errno after one line in the log */
u32 hvp_asid_count(void);	/* of this CPU */
int hvp_load(void);
void hvp_unload(void);		/* every CPU is bare */
struct hvpart_boot_info *hvp_boot_info(void);
struct hvpart_cpu_frame *hvp_boot_frames(void);
u64 hvp_load_pages(void);	/* taken from Linux at load, 4 KiB each */
/* Physical address of the hypervisor's tables, entry point. */
u64 hvp_boot_cr3(void);
u64 hvp_boot_entry(void);

int hvp_power_init(void);
void hvp_power_exit(void);

/* --- the device part (dev.c and others) ---------------------------------- */

/* After every CPU is demoted. */
int hvp_dev_init(void);
/* Before the first CPU is promoted; no file is open any more. */
void hvp_dev_exit(void);
/*
 * Reboot: end every partition now (files may be open, tasks may be in
 * RUN_VP), so that CPUs may be promoted. Process context, may sleep.
 */
void hvp_dev_shutdown(void);
/*
 * After every CPU is bare: free what was deposited in the root's pool. Nothing
 * of it needs withdrawing: the hypervisor is gone.
 */
void hvp_dev_free(void);

#endif
