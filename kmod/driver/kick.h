/* SPDX-License-Identifier: GPL-2.0 */
/* What the caller page asks for: VPs to kick and wake, ports to look at. */
#ifndef HVP_KICK_H
#define HVP_KICK_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <hvpart/callerpage.h>

struct hvp_vp;

/* The page is not empty. Return: the flush ticket. */
u64 hvp_take_all_notes(struct hvpart_caller_page *page);

/**
 * hvp_take_notes - act on this CPU's caller page and empty it
 *
 * Context: interrupts off since before the hypercall that filled it.
 * Return: the flush ticket, 0 when nothing has to be waited for.
 */
static inline u64 hvp_take_notes(struct hvpart_caller_page *page)
{
	/* Almost always there is nothing, and this is the hot path. */
	if (likely(!(READ_ONCE(page->flush_ticket) |
		     READ_ONCE(page->kick_count) |
		     READ_ONCE(page->port_count) | READ_ONCE(page->overflow))))
		return 0;
	return hvp_take_all_notes(page);
}

/*
 * Is this CPU in the midst of that? Then its caller page is in use: what is
 * called from there (an eventfd's wake-up) must make no hypercall.
 */
bool hvp_taking_notes(void);

/**
 * hvp_vp_wake - the VP has something to do: its thread must not sleep
 *
 * Any context. If the thread is about to sleep, it does not.
 */
void hvp_vp_wake(struct hvp_vp *vp);

/**
 * hvp_vp_kick - hvp_vp_wake(), and if the VP is in guest mode, make it exit
 *
 * Any context.
 */
void hvp_vp_kick(struct hvp_vp *vp);

void hvp_kick_init(void);
/* Waits for every interprocessor interrupt that is still under way. */
void hvp_kick_exit(void);

#endif
