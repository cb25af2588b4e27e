/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test hooks; nothing of this is in the image. Every flush, barrier, zeroing
 * and wait of the memory rooms carries a name. The unit tests take out one at
 * a time (MUTATED) and expect a failure. HV_RACE marks a place where another
 * CPU, or the table walker, may come between.
 */
#ifndef HV_MUTATE_H
#define HV_MUTATE_H

#define HV_MUTATIONS(X)							\
	X(EPOCH_ADVANCE)	/* a ticket is newer than all seen */	\
	X(EPOCH_SAMPLE)		/* pass what was read before the flush */ \
	X(EPOCH_WINDOW)		/* no epoch with a window open */	\
	X(EPOCH_JOIN)		/* a new CPU counts */			\
	X(EPOCH_JOIN_BEHIND)	/* a new CPU has passed nothing */	\
	X(EPOCH_LEAVE)		/* a CPU that left does not count */	\
	X(EPOCH_TO_ROOT)	/* the root hears of the ticket */	\
	X(POOL_ZERO)		/* pages are zeroed when allocated */	\
	X(POOL_WAIT_PENDING)	/* pending pages wait */		\
	X(POOL_WAIT_LEAVING)	/* leaving pages wait */		\
	X(POOL_DEFER)		/* deferred frees wait */		\
	X(POOL_DEFER_FRESH)	/* ... for a ticket of their own */	\
	X(POOL_BATCH)		/* newcomers get the later ticket */	\
	X(WINDOW_INVLPG)						\
	X(WINDOW_COUNT)							\
	X(ASPACE_INVLPG)						\
	X(ASPACE_FREE_DEFERRED)						\
	X(GPA_SET_FLUSH)	/* unmap, frame change, rights lost */	\
	X(GPA_SPLIT_FLUSH)						\
	X(GPA_CLEAR_FLUSH)	/* accessed/dirty cleared */		\
	X(GPA_DESTROY_FLUSH)						\
	X(GPA_GENERATION)						\
	X(GPA_TICKET)							\
	X(GPA_FLUSH_ORDER)	/* entry first, ticket second */	\
	X(GPA_SET_ATOMIC)	/* a dirty bit set meanwhile survives */ \
	X(GPA_SPLIT_ATOMIC)						\
	X(GPA_CLEAR_ATOMIC)						\
	X(GPA_COPY_ATOMIC)						\
	X(GPA_COPY_DIRTY)						\
	X(GPA_COLLAPSE_DEFERRED)					\
	X(GPA_SUBTREE_DEFERRED)						\
	X(GPA_COUNT_GET)						\
	X(GPA_COUNT_PUT)						\
	X(DEPOSIT_HIDE)							\
	X(DEPOSIT_TICKET)						\
	X(DEPOSIT_TICKET_ORDER)	/* hidden first, ticket second */	\
	X(WITHDRAW_ZERO)						\
	X(WITHDRAW_UNMAP)						\
	X(WITHDRAW_HIDE)						\
	X(WITHDRAW_TICKET)						\
	X(WITHDRAW_TICKET_ORDER)					\
	X(WITHDRAW_STATE_ORDER)	/* LEAVING first, absent second */	\
	X(WITHDRAW_RESTORE)						\
	X(UNSHARE_UNMAP)						\
	X(UNSHARE_FLUSH)

/* The back end's and the world switch's; selftests/unit/svm. */
#define HV_VENDOR_MUTATIONS(X)						\
	X(ASID_FLUSH)		/* a flush takes a fresh tag */		\
	X(ASID_MOVE)		/* so does another CPU */		\
	X(ASID_GENERATION)	/* and a generation that ended */	\
	X(ASID_WRAP)		/* which flushes all */			\
	X(FLUSH_ALL_GUESTS)						\
	X(FLUSH_ALL_HOST)						\
	X(WORLD_BARRIER)						\
	X(WORLD_RSB)							\
	X(WORLD_MSR)		/* equal: not written */		\
	X(WORLD_MSR_ROOT)	/* the root's are read from the CPU */

/* Of calls, dispatch and the loop; selftests/unit/core. */
#define HV_CORE_MUTATIONS(X)						\
	X(LOOP_EPOCH)		/* a CPU passes its epoch at entries */	\
	X(LOOP_EPOCH_FLUSH)	/* and flushes before */		\
	X(SETTLE_FLUSH)		/* the same between two guests */	\
	X(ROOT_TICKET)		/* the root hears of tickets */		\
	X(DISPATCH_TICKET)						\
	X(TICKET_KEPT)		/* also of those it has not read yet */	\
	X(REQUEST_ORDER)	/* request first, look second */	\
	X(REQUEST_FLUSH_ORDER)						\
	X(DISPATCH_START)	/* running before the first look */	\
	X(DISPATCH_END_ORDER)	/* held before the last look */		\
	X(DISPATCH_LAST_LOOK)						\
	X(DISPATCH_LET_GO)	/* nothing is touched afterwards */	\
	X(DISPATCH_SEEN)	/* an old generation flushes */		\
	X(DISPATCH_SEEN_ORDER)	/* generation read before the flush */	\
	X(TAKE_FLUSH)							\
	X(FLUSH_SELF)							\
	X(FLUSH_WAIT)		/* a flush waits for its targets */	\
	X(NPF_FLUSH)							\
	X(ROOT_NPF_FLUSH)						\
	X(PORT_QUIESCE)		/* no sender is at a VP that goes */	\
	X(LOOK_DISPATCH)	/* see percpu.h */			\
	X(LOOK_EXIT)							\
	X(LOOK_APIC)							\
	X(LOOK_MSR)							\
	X(LOOK_DEADLINE)						\
	X(LOOK_TELL)							\
	X(LOOK_PORT)							\
	X(LOOK_SPIN)							\
	X(LOOK_TICKET)							\
	X(LOOK_REQUESTS)						\
	X(LOOK_GENERATION)						\
	X(SYNC_PREPARE)		/* the APIC knows CR8 and lazy EOIs */	\
	X(SYNC_EXIT)							\
	X(SYNC_EXTENDED)

#ifdef HV_UNIT_TEST
#define HV_MUTATION_ENUM(name) MUT_##name,
enum hv_mutation {
	MUT_NONE, HV_MUTATIONS(HV_MUTATION_ENUM) MUT_END,
	HV_VENDOR_MUTATIONS(HV_MUTATION_ENUM) MUT_VENDOR_END,
	HV_CORE_MUTATIONS(HV_MUTATION_ENUM) MUT_CORE_END
};
extern int hv_mutation;			/* the one that is taken out */
extern void hv_race(const char *where, void *what);
#define MUTATED(name)		(hv_mutation == MUT_##name)
#define HV_RACE(where, what)	hv_race(where, what)
#else
#define MUTATED(name)		0
#define HV_RACE(where, what)	((void)0)
#endif

#endif
