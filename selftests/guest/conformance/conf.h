/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The conformance guest: one function per numbered statement of the list, one
 * line of TAP for each. A function that returns without fail() or skip() has
 * passed. It starts on CPU 0, interrupts off, identity and hypercall page set,
 * everything synthetic on all CPUs in its reset state, and may leave a mess.
 */
#ifndef CONF_H
#define CONF_H

#include "apic.h"
#include "guest.h"
#include "hyperv.h"

/*
 * Boots. Most statements are tested in MAIN, with everything offered; NARROW
 * has a partition without most privileges; the others end the guest.
 */
#define IN_MAIN		0x01
#define IN_NARROW	0x02
#define IN_LOCK		0x04
#define IN_CRASH	0x08	/* parameters, no message */
#define IN_MESSAGE	0x10	/* with a good message */
#define IN_BAD_MESSAGE	0x20
#define IN_PORTS	0x40	/* as MAIN, with the counterpart: parent.h */

struct test {
	u16 number;
	u16 boots;
	void (*fn)(void);	/* NULL: skipped, @text says why */
	const char *text;
};

#define T(n, boots, fn, text)	{ n, boots, fn, text }
#define SKIPPED(n, why)		{ n, IN_MAIN, NULL, why }

extern const struct test group1[], group2[], group3[], group4[], group5[];
extern const struct test group6[], group7[], group8[], group9[], group10[];
extern const struct test group11[];

void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void skip(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The rest of the function makes no sense without it. */
#define REQUIRE(cond, ...) do {			\
	if (!(cond)) {				\
		fail(__VA_ARGS__);		\
		return;				\
	}					\
} while (0)

#define CHECK(cond, ...) do {			\
	if (!(cond))				\
		fail(__VA_ARGS__);		\
} while (0)

#define NEED_CPUS(n) do {			\
	if (nr_cpus < (n)) {			\
		skip("needs %d VPs", n);	\
		return;				\
	}					\
} while (0)

/* Compares and names what differs. */
void same(const char *what, u64 got, u64 want);
/* An MSR's value, or how it faulted. */
void msr_is(const char *what, u32 msr, u64 want);
void msr_read_faults(const char *what, u32 msr);
void msr_write_faults(const char *what, u32 msr, u64 val);

extern u64 loops;		/* of what is to be done a million times */
extern u32 boot;		/* IN_* */

/* What each CPU's registers were before anyone wrote them. */
struct initial {
	u64 assist, scontrol, simp, siefp, sint[16], config[4], count[4];
};

extern struct initial initial[MAX_CPUS];
extern u64 initial_os_id, initial_hypercall, initial_ref_tsc;

/* MSRs of another CPU. */
u64 rdmsr_on(u32 n, u32 msr);
void wrmsr_on(u32 n, u32 msr, u64 val);

/* SynIC of this CPU on, with fresh pages. */
struct hv_message;
struct hv_message *sim_on(void *page);

/* Waits for a reference time; gives up when the clock stands still. */
void until_ref(u64 when);

/*
 * Ends a halt of this CPU every second, until the test is over: who waits for
 * something that has been lost can give up.
 */
void heartbeat(void);

/* Enough for an emulator whose CPUs have other things to do. */
#define SOON_MS		5000

#endif
