/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page ownership and epochs (DESIGN wall 7).
 *
 *            map into a child: count++
 *   ROOT  ------------------------------>  ROOT(count)      count must be 0
 *    | ^  <------------------------------                   to deposit
 *    | |        unmap: count--
 *    | |   share/unshare (caller page, VP state page)
 *    | +--------------------------------->  SHARED(count)
 *    |  deposit                    epoch passed          pool_alloc
 *    +-----------> PENDING  ------------------> FREE <----------------> USED
 *    ^                                            | withdraw: zeroed, unmapped
 *    |        epoch passed, root map restored     v
 *    +------------------------------------------ LEAVING
 *
 * An epoch ticket is complete when every demoted CPU has entered the
 * hypervisor since the ticket was drawn, with no window open, and has flushed
 * all of its translations: the hypervisor's own and every guest's.
 */
#ifndef HV_OWNER_H
#define HV_OWNER_H

#include "lib.h"

enum page_state {
	PG_NONE,	/* not RAM: device memory, holes. Never ours */
	PG_ROOT,	/* the root's; count = mappings into children */
	PG_SHARED,	/* the root's and permanently mapped by us; count */
	PG_PENDING,	/* deposited, hidden, not yet safe to use */
	PG_FREE,	/* in a pool */
	PG_USED,	/* in a pool, allocated */
	PG_LEAVING,	/* withdrawn, zero, waiting for its epoch */
	PG_HV,		/* image, tables, per-CPU areas: until unload */
};

struct page_info {
	u8 state;
	u8 reserved;
	u16 owner;	/* partition slot for PENDING..LEAVING; SHARED: shares */
	u32 link;	/* next pfn (+1) of a pool list, or the map count;
			   USED: the user's (tables keep a weight there) */
} __aligned(8);

/* @table covers pfn 0..@npages-1; every entry starts as PG_NONE. */
void owner_init(struct page_info *table, u64 npages);
void owner_set_range(u64 pfn, u64 n, enum page_state state);	/* boot only */

/* Snapshot of an entry; PG_NONE beyond the table. */
struct page_info owner_get(u64 pfn);

/*
 * Transitions; each checks the old state, false = illegal, nothing changed.
 * They are atomic (compare and exchange on the entry) against each other.
 */
bool owner_map_get(u64 pfn);		/* ROOT or SHARED: count++ (saturation refuses) */
void owner_map_put(u64 pfn);
bool owner_share(u64 pfn);		/* ROOT -> SHARED, or SHARED: share count++ */
void owner_unshare(u64 pfn);
bool owner_deposit(u64 pfn, u16 slot);	/* ROOT, count 0 -> PENDING */
bool owner_move(u64 pfn, enum page_state from, enum page_state to);
/* The chain of a pool, the weight of a table. Guarded by its user's lock. */
u32 owner_link(u64 pfn);
void owner_set_link(u64 pfn, u32 link);

/* --- epochs --------------------------------------------------------- */

struct percpu;

/* Draw a ticket: what was changed before this call is covered by it. */
u64 epoch_request(void);

/*
 * The same for changes whose effect the root must wait for: the ticket is also
 * left in this CPU's flush ticket.
 */
void epoch_flush(void);

/* The last ticket that was drawn. */
u64 epoch_now(void);

/* The oldest that a demoted CPU stands at: all have passed it. None: ~0. */
u64 epoch_oldest(void);

/* True when every demoted CPU has passed @ticket. 0 is always complete. */
bool epoch_complete(u64 ticket);

/*
 * At every entry from a guest, before anything else is touched. Returns true
 * when this CPU must flush (vendor_cpu_flush_all()) and then epoch_pass().
 * Everything that is reached without a lock between two entries (tables,
 * pages) therefore stays what it was: its release waits for this CPU.
 */
bool epoch_behind(struct percpu *cpu);
void epoch_pass(struct percpu *cpu);

/*
 * A CPU joins (counts from now on) or leaves the set that tickets wait for.
 * It joins behind: flush and epoch_pass() follow at once or at its next entry.
 */
void epoch_cpu_join(struct percpu *cpu);
void epoch_cpu_leave(struct percpu *cpu);

#endif
