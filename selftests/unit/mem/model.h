/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A model machine for the memory rooms of the hypervisor: RAM, CPUs with TLBs
 * and paging-structure caches that retain everything, and an oracle.
 *
 * Nothing ever leaves a TLB but by what the real code orders: invlpg, the
 * flush at an entry that is behind its epoch, the flush of a VP whose
 * generation is old. (An overfull TLB may lose a random entry: hardware may.)
 */
#ifndef MEM_MODEL_H
#define MEM_MODEL_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "aspace.h"
#include "deposit.h"
#include "gpa_table.h"
#include "log.h"
#include "mutate.h"
#include "overlay.h"
#include "owner.h"
#include "percpu.h"
#include "pool.h"
#include "window.h"
#include <hvpart/status.h>

#define NR_CPUS		3
#define NR_CHILDREN	2
#define NR_VPS		2		/* of a child */

#define ASID_HOST	0
#define ASID_ROOT	1
#define ASID_CHILD(c, v)	(2 + (c) * NR_VPS + (v))
#define CHILD_OF(asid)	(((asid) - 2) / NR_VPS)

/*
 * RAM of the small machine in pages; one hole as PCs have it, an arena that
 * came with the image, and 2 MiB that only large mappings use.
 */
#define HOLE		160
#define HOLE_END	256
#define LARGE_PFN	2560
#define ARENA		3584
#define NR_PAGES	4096
#define NR_BOOT		8		/* PG_HV pages at its start */
#define BIG_PAGES	(3ull << 18)

#define GUEST_PAGES	2048		/* of a child that the oracle follows */

enum access { READ, WRITE, FETCH };

struct tlb_entry {
	u64 page, pfn;			/* both aligned to the span of level */
	u16 asid;
	u8 level;
	bool valid, w, x, d;
};

struct psc_entry {			/* caches a pointer to a table */
	u64 prefix, table_pfn;
	u16 asid;
	u8 level;			/* of the table */
	bool valid;
};

#define TLB_SIZE	96
#define PSC_SIZE	48

struct vcpu {
	u64 gpa_seen;
	int cpu;			/* runs there, or -1 */
	int last_cpu;
};

struct mcpu {
	struct percpu pc;
	struct tlb_entry tlb[TLB_SIZE];
	struct psc_entry psc[PSC_SIZE];
	int asid;			/* guest that runs; ASID_HOST: inside */
	u64 session;			/* counts entries */
	u64 root_seen;
	bool bare;			/* not demoted; its TLB sleeps */
};

/* What a child's page shows, as the oracle knows it. */
struct view {
	u64 pfn;			/* PFN_NONE: nothing to reach */
	u32 rights;
};

/* A former view that somebody may still hold until the ticket is complete. */
struct grace {
	int child;
	u64 gpn, ticket, session;
	struct view v;
	int cpu;
};

struct child {
	bool exists;
	struct pool pool;
	struct gpa_space gpa;
	struct vcpu vp[NR_VPS];
	struct view below[GUEST_PAGES];
	bool written[GUEST_PAGES];
	u64 clear_ticket[GUEST_PAGES];
	void *ovl_page[8];
	u64 ovl_gpn[8];
	u32 ovl_rights[8];
};

extern struct mcpu cpus[NR_CPUS];
extern struct mcpu *cur;
extern struct child kids[NR_CHILDREN];
extern struct pool the_root_pool;
extern struct gpa_space root;
extern u8 *mem;
extern u64 nr_pages;
extern u64 top_pfn, zeros_pfn;
extern u64 window_expect[2];	/* pages a copy may touch; PFN_NONE: any */

/* model.c */
struct model_options {
	bool big, la57, page1g;
	u32 seed_pages;
};
void model_init(const struct model_options *o);
void model_default(void);
void fail(const char *fmt, ...) __printf(1, 2) __noreturn;
#define CHECK(c) do { if (!(c)) fail("%s:%d: %s", __FILE__, __LINE__, #c); } while (0)
#define CHECK_EQ(a, b) do {						\
	u64 a_ = (a), b_ = (b);						\
	if (a_ != b_)							\
		fail("%s:%d: %s is %llx, not %s = %llx", __FILE__,	\
		     __LINE__, #a, (unsigned long long)a_, #b,		\
		     (unsigned long long)b_);				\
} while (0)
/* True when @stmt ends in hv_bug(). */
#define BUGS(stmt) ({							\
	volatile bool bug_ = true;						\
	if (!setjmp(bug_jump)) {				\
		bug_armed = true;					\
		stmt;							\
		bug_ = false;						\
	}								\
	bug_armed = false;						\
	bug_;								\
})
extern jmp_buf bug_jump;
extern bool bug_armed;

u32 rnd(u32 n);
void seed_rnd(u64 seed);

void cpu_enter(struct mcpu *c);		/* as the run loop does */
void cpu_run(struct mcpu *c, int asid);
void cpu_use(struct mcpu *c);		/* c executes the hypervisor now */
void all_enter(void);			/* what the driver does for a ticket */
void cpu_leave(struct mcpu *c);		/* promote, demote again */
void cpu_join(struct mcpu *c);

/* Called at HV_RACE points; NULL: nothing. */
extern void (*race_hook)(const char *where, void *what);

void *test_pool_va(u64 spa);
void *test_memset(void *dst, int c, size_t n);
void *test_memcpy(void *dst, const void *src, size_t n);
u64 test_va_to_spa(const void *va);

/* model_tlb.c */
bool mmu_access(struct mcpu *c, int asid, u64 page, enum access a, u64 *pfn);
void tlb_flush_all(struct mcpu *c);
void tlb_flush_asid(struct mcpu *c, int asid);
struct tlb_entry *tlb_find(struct mcpu *c, int asid, u64 page);
u64 *raw_table(int asid);
/* No guest reaches @pfn, no walker stands in it. */
void check_private(u64 pfn);
/* A page is the root's again. */
void check_given_back(u64 pfn);
u64 raw_host_pfn(u64 page);
u64 *raw_host_table(u64 page);

/* oracle.c */
struct view view_of(int child, u64 gpn);
bool view_allowed(int child, u64 gpn, u64 pfn, u32 need, struct mcpu *not_now);
u32 map_count(u64 pfn);
void grace_add(int child, u64 gpn, struct view v, u64 ticket);
void grace_new(int child, u64 gpn, struct view v);	/* until the call ends */
void grace_drop_new(void);
void grace_clear(int child);
void grace_poll(void);
void check_run(struct mcpu *c, int asid);
void check_access(struct mcpu *c, int asid, u64 page, u64 pfn, enum access a);
void check_all(void);
extern u64 undo_ticket;
extern u8 given[NR_PAGES];	/* 0: the root's; slot + 1: deposited there */
extern struct grace graces[8192];
extern u32 nr_graces;

/* ops.c: what drivers and guests do, with their expectations */
hv_status op_create(int child);
void op_delete(int child);
hv_status op_deposit(struct pool *pool, const u64 *pfns, u32 n);
hv_status op_withdraw(struct pool *pool, u32 n, u32 *got);
hv_status op_map(int child, u64 gpn, u64 pfn, u32 rights, bool large);
hv_status op_unmap(int child, u64 gpn, bool large);
hv_status op_overlay(int child, u32 which, u64 gpn, u32 rights);
void op_overlay_remove(int child, u32 which);
hv_status op_access_state(int child, u64 gpn, u64 flags, u8 *state);
void op_copy(int child, u64 gpa, u32 len, bool write);
void op_copy_root(u64 pfn, u32 len, bool write);
bool op_guest(struct mcpu *c, u64 page, enum access a);
bool op_root(struct mcpu *c, u64 page, enum access a);

/* random.c */
void random_run(u64 seed, u32 steps);

/* The tests: NULL-terminated in main.c */
struct test {
	const char *name;
	void (*run)(void);
};
extern const struct test owner_tests[], table_tests[], copy_tests[],
			 overlay_tests[], deposit_tests[], root_tests[];

#endif
