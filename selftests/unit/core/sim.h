/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A simulated machine under the real rooms of kmod/hv: RAM, CPUs that are
 * stepped one at a time, and a back end whose guests are scripts.
 *
 * RAM is mapped twice. The hypervisor's view is poisoned but for pages that it
 * may touch (its own, shared ones, open windows), so AddressSanitizer sees every
 * stray access; tests use the other view, ram().
 */
#ifndef CORE_SIM_H
#define CORE_SIM_H

#include <stdio.h>

#include "dispatch.h"
#include "hypercall.h"
#include "loop.h"
#include "mutate.h"
#include "mutate_irq.h"
#include "owner.h"
#include "partition.h"
#include "vp.h"

#define NR_CPUS		4
#define NR_PAGES	8192		/* 32 MiB */
#define HOLE		160		/* device memory, as PCs have it */
#define HOLE_END	256
#define ARENA		6144		/* the root's pool from here on */
#define ARENA_SEED	700
#define NR_BOOT		8		/* PG_HV pages at its start */

/* Pages of the root with a fixed use. */
#define PFN_IN(cpu)	(16 + 2 * (cpu))
#define PFN_OUT(cpu)	(17 + 2 * (cpu))
#define PFN_CALLER(cpu)	(32 + (cpu))
#define PFN_SPARE	48		/* .. 63: for one test each */
#define PFN_VP_PAGES	64		/* .. 127 */
#define PFN_GUEST	2048		/* guest RAM: GPA 0 is here */
#define PFN_DEPOSIT	1024		/* .. 2047: what is deposited */

extern struct percpu cpus[NR_CPUS];
extern u32 cur;				/* CPU that executes */
extern u64 now;				/* TSC; every look advances it */
extern u64 bus_barriers;		/* speculation barriers executed */
extern u32 flush_alls;			/* vendor_cpu_flush_all() */

/* The test's view of RAM. */
void *ram(u64 pfn);
u64 *ram64(u64 pfn);

void sim_init(void);			/* a machine with its root, all demoted */
void sim_settle(void);			/* every CPU enters: epochs pass */

/* --- failures ------------------------------------------------------------ */

void fail(const char *fmt, ...) __printf(1, 2) __noreturn;
#define CHECK(c) do { if (!(c)) fail("%s:%d: %s", __FILE__, __LINE__, #c); } while (0)
#define CHECK_EQ(a, b) do {						\
	u64 a_ = (u64)(a), b_ = (u64)(b);				\
	if (a_ != b_)							\
		fail("%s:%d: %s is %llx, not %s = %llx", __FILE__,	\
		     __LINE__, #a, a_, #b, b_);				\
} while (0)
/* True when @stmt ends in hv_bug(). */
#define BUGS(stmt) ({							\
	bool bug_ = true;						\
	if (!__builtin_setjmp(bug_jump)) {				\
		bug_armed = true;					\
		stmt;							\
		bug_ = false;						\
	}								\
	bug_armed = false;						\
	bug_;								\
})
/* True when @stmt would wait for a lock for ever. Its CPU is lost then. */
#define WAITS(stmt) ({							\
	bool wait_ = true;						\
	if (!__builtin_setjmp(wait_jump)) {				\
		wait_armed = true;					\
		stmt;							\
		wait_ = false;						\
	}								\
	wait_armed = false;						\
	wait_;								\
})
extern void *bug_jump[5], *wait_jump[5];
extern bool wait_armed;
extern bool bug_armed;

/* --- locks --------------------------------------------------------------- */

u32 locks_held(void);			/* by this CPU */
u32 lock_kind(struct spinlock *l);	/* a partition's, a pool's, ... */
bool in_ram(const void *va);

/* --- guests: what vendor_run() does ---------------------------------------- */

/* One step of a guest: fill in the exit. NULL hook: nothing happens first. */
typedef void (*guest_fn)(struct vp *vp, struct hv_exit *e);

/*
 * The next exits of a child's VP. When they run out, a physical interrupt comes,
 * so that its slice ends. @guest is called before each exit is taken.
 */
struct script {
	struct hv_exit exits[16];
	u32 n, at;
	guest_fn guest;
};
struct script *script(struct vp *vp);
void vendor_reset(void);
/* Called for every run, any VP. */
extern void (*run_hook)(struct vp *vp);
/* The low half of an XMM register of this CPU. */
void fpu_set_xmm(u32 i, u64 low);
/* Called at HV_RACE() and IRQ_RACE(). */
extern void (*race_hook)(const char *where, void *what);

/* --- hypercalls ------------------------------------------------------------ */

struct call {
	u64 control;		/* code and all flags; use the macros below */
	u64 in_gpa, out_gpa;	/* 0: PFN_IN and PFN_OUT of the CPU */
	const void *in;		/* copied to the input page if not NULL */
	u32 in_bytes;
	bool once;		/* do not execute a rep call again */
};

#define FAST		HV_HYPERCALL_FAST_BIT
#define REPS(n)		((u64)(n) << HV_HYPERCALL_REP_COMP_OFFSET)
#define START(n)	((u64)(n) << HV_HYPERCALL_REP_START_OFFSET)
#define VAR(n)		((u64)(n) << HV_HYPERCALL_VARHEAD_OFFSET)
#define ST(r)		((u16)(r))
#define DONE(r)		((u32)((r) >> HV_HYPERCALL_REP_COMP_OFFSET) & 0xfff)

u64 root_call(const struct call *c);		/* on CPU cur; returns RAX */
u64 root_fast(u16 code, u64 a, u64 b);
u64 root_simple(u64 control, const void *in, u32 bytes);
void *root_out(void);				/* PFN_OUT of this CPU */
/* A child's VP, dispatched for the one call. @c->in_gpa is its own. */
u64 child_call(struct vp *vp, const struct call *c);

/* Dispatch; the result is in the VP page. Return: status of the call. */
hv_status dispatch(struct vp *vp, u32 flags);
/* Dispatch until one exit has been handled. */
hv_status child_exit_once(struct vp *vp, const struct hv_exit *e);
struct hvpart_vp_page *vp_page(struct vp *vp);
struct hv_vp_register_page *reg_page(struct vp *vp);
struct hvpart_caller_page *caller_page(u32 cpu);
void take_notes(u32 cpu);		/* as the driver: reset the counts */
/* Kicks of @vp with these flags in a caller page. */
u32 kicks(u32 cpu, struct vp *vp, u32 flags);

/* On another CPU; nested inside hooks. */
#define ON_CPU(i, stmt) do {						\
	u32 was_ = cur;							\
	cur = (i);							\
	stmt;								\
	cur = was_;							\
} while (0)

/* --- partitions ------------------------------------------------------------ */

extern const struct hv_input_create_partition plain_partition;

u64 new_partition(void);			/* created, not initialized */
u32 deposit(u64 id, u32 n);			/* and settle; returns the status */
u32 withdraw_all(u64 id);			/* pages that came */
struct partition *part(u64 id);
/* Active, @n VPs runnable, guest RAM of 256 pages at GPA 0, VP pages. */
struct partition *new_guest(u32 n);
void make_runnable(struct vp *vp);		/* VP pages, no suspension */
void map_guest(u64 id, u64 gpn, u64 pfn, u32 n, u32 rights);
void end_guest(struct partition *p);		/* to the last page */
hv_status set_reg(struct vp *vp, u32 name, u64 val);
u64 get_reg(struct vp *vp, u32 name);
/* An enabled hypercall page, long mode: the child may make calls. */
void enable_calls(struct vp *vp);
u64 root_used(void);				/* pages of the root's pool */

/* --- tests ----------------------------------------------------------------- */

struct test {
	const char *name;
	void (*run)(void);
};
extern const struct test call_tests[], shape_tests[], life_tests[],
	property_tests[], register_tests[], page_tests[], dispatch_tests[],
	request_tests[], exit_tests[], port_tests[], message_tests[],
	guest_tests[], own_tests[], memory_tests[], entry_tests[];

#endif
