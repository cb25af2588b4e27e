/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test hooks of the interrupt and time rooms; nothing of this is in the image.
 * Every order and barrier that must not be taken out has a name here; the unit
 * tests take out one at a time and expect a failure (see mutate.h for memory).
 * IRQ_RACE marks a place where the guest, or another CPU, may come between.
 */
#ifndef HV_MUTATE_IRQ_H
#define HV_MUTATE_IRQ_H

#define IRQ_MUTATIONS(X)						\
	X(APIC_IRR_ORDER)	/* IRR first, request second */		\
	X(APIC_INIT_DROPS_SIPI)	/* an older SIPI does not start the VP */ \
	X(APIC_ASSIST_IRR)	/* lazy EOI only with nothing pending */ \
	X(APIC_ASSIST_NOTIFY)	/* ... and no message queued behind */	\
	X(APIC_ASSIST_CLEAR)	/* no lazy EOI left behind at an exit */ \
	X(SYNIC_FLAG_FIRST)	/* flag published before the last look */ \
	X(SYNIC_RECHECK)	/* the last look itself */		\
	X(SYNIC_TYPE_LAST)	/* type published after the rest */	\
	X(SYNIC_RETRY)		/* a guest that frees slots silently */	\
	X(SYNIC_DISABLE_ORDER)	/* no delivery once SIMP reads 0 */	\
	X(SYNIC_ZERO)		/* page zeroed at each enable */	\
	X(SYNIC_EVENT_ORDER)	/* flag first, interrupt second */	\
	X(STIMER_CANCEL)	/* rewrite drops the queued expiry */	\
	X(STIMER_EARLY)		/* deadline checked in reference time */ \
	X(TIME_MAX)		/* no value is returned twice */	\
	X(TIME_SEQUENCE)	/* page invalid while it is rewritten */

#ifdef HV_UNIT_TEST
#define IRQ_MUTATION_ENUM(name) IRQ_MUT_##name,
enum irq_mutation { IRQ_MUT_NONE, IRQ_MUTATIONS(IRQ_MUTATION_ENUM) IRQ_MUT_END };
extern int irq_mutation;		/* the one that is taken out */
extern void irq_race(const char *where, void *what);
#define IRQ_MUTATED(name)	(irq_mutation == IRQ_MUT_##name)
#define IRQ_RACE(where, what)	irq_race(where, what)
#else
#define IRQ_MUTATED(name)	0
#define IRQ_RACE(where, what)	((void)0)
#endif

#endif
