// SPDX-License-Identifier: GPL-2.0
/*
 * Epochs: when can no CPU hold a stale translation any more?
 *
 *   CPU A                              CPU B
 *   entry := absent
 *   ticket = ++epoch  (full barrier)
 *                                      enters the hypervisor
 *                                      target = epoch        >= ticket
 *                                      flush everything
 *                                      seen = target
 *   complete: every seen >= ticket
 *
 * B must pass what it read before the flush: a ticket drawn while it flushes
 * may stand for an entry that its walker has just cached again.
 */
#include "owner.h"
#include "percpu.h"
#include "mutate.h"

static u64 epoch = 1;		/* 0 is the ticket that is always complete */

u64 epoch_request(void)
{
	if (MUTATED(EPOCH_ADVANCE))
		return epoch;
	return atomic_fetch_add(&epoch, 1) + 1;
}

void epoch_flush(void)
{
	u64 ticket = epoch_request();

	/* Tickets only grow, so this is the highest. */
	if (!MUTATED(EPOCH_TO_ROOT))
		this_cpu()->flush_ticket = ticket;
	LOOK(this_cpu(), LOOK_TICKET);
}

u64 epoch_now(void)
{
	return READ_ONCE(epoch);
}

u64 epoch_oldest(void)
{
	u64 oldest = ~0ull, seen;
	struct percpu *cpu;
	u32 i;

	for (i = 0; i < machine.nr_cpus; i++) {
		cpu = cpu_by_index(i);
		if (!cpu || !load_acquire(&cpu->epoch_member))
			continue;
		seen = load_acquire(&cpu->epoch_seen);
		oldest = MIN(oldest, seen);
	}
	return oldest;
}

bool epoch_complete(u64 ticket)
{
	return !ticket || epoch_oldest() >= ticket;
}

bool epoch_behind(struct percpu *cpu)
{
	/* Who has a page mapped may still write to it. */
	if (cpu->windows_open && !MUTATED(EPOCH_WINDOW))
		return false;
	cpu->epoch_target = load_acquire(&epoch);
	return cpu->epoch_target != cpu->epoch_seen;
}

void epoch_pass(struct percpu *cpu)
{
	if (MUTATED(EPOCH_SAMPLE))
		cpu->epoch_target = epoch;
	store_release(&cpu->epoch_seen, cpu->epoch_target);
}

void epoch_cpu_join(struct percpu *cpu)
{
	WRITE_ONCE(cpu->epoch_seen, MUTATED(EPOCH_JOIN_BEHIND) ? epoch : 0);
	if (!MUTATED(EPOCH_JOIN))
		store_release(&cpu->epoch_member, 1);
	/*
	 * Whoever does not see this CPU as a member yet has written its entry
	 * before: from here on our walks find it.
	 */
	smp_mb();
}

void epoch_cpu_leave(struct percpu *cpu)
{
	if (!MUTATED(EPOCH_LEAVE))
		store_release(&cpu->epoch_member, 0);
}
