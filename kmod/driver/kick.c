// SPDX-License-Identifier: GPL-2.0
/*
 * Kicks and wakes: how one CPU of the root moves a VP that another one runs.
 *
 *   kicker                           runner
 *   (the hypervisor posted work)     vp->kicked = false
 *   vp->kicked = true                vp->cpu = this CPU
 *   barrier                          barrier
 *   vp->cpu set?  -> IPI             last checks, then dispatch: the hypervisor
 *   asleep?       -> wake            looks at the posted work
 *
 * Interrupts are off on the runner from "vp->cpu" to the dispatch, so the IPI
 * either makes the guest exit or keeps it from being entered. Nobody is told
 * twice; nothing waits unseen.
 */
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>
#include <hvpart/callerpage.h>
#include "crash.h"
#include "kick.h"
#include "partition.h"
#include "ports.h"
#include "vp.h"

/**
 * struct kick_ipi - one per CPU that may be kicked
 * @csd: what the interrupt calls
 * @pending: bit 0: the interrupt is under way. Several kickers may want it at
 *	once, while @csd may be queued only once; one interrupt serves them all
 */
struct kick_ipi {
	call_single_data_t csd;
	unsigned long pending;
};

static DEFINE_PER_CPU(struct kick_ipi, kick_ipi);

/* Having interrupted the guest is all there is to do. */
static void kick_arrived(void *info)
{
	struct kick_ipi *ipi = info;

	clear_bit_unlock(0, &ipi->pending);
}

static void kick_cpu(int cpu)
{
	struct kick_ipi *ipi = per_cpu_ptr(&kick_ipi, cpu);

	if (test_and_set_bit(0, &ipi->pending))
		return;
	/* A CPU that has gone offline runs no VP any more. */
	if (smp_call_function_single_async(cpu, &ipi->csd))
		clear_bit_unlock(0, &ipi->pending);
}

void hvp_vp_wake(struct hvp_vp *vp)
{
	WRITE_ONCE(vp->kicked, true);
	/* Has the barrier that orders this against the reading of the task. */
	rcuwait_wake_up(&vp->wait);
}

void hvp_vp_kick(struct hvp_vp *vp)
{
	int cpu;

	hvp_vp_wake(vp);
	smp_mb();
	preempt_disable();
	cpu = READ_ONCE(vp->cpu);
	if (cpu >= 0 && cpu != smp_processor_id()) {
		vp->stats.kicks++;
		kick_cpu(cpu);
	}
	preempt_enable();
}

static void take_kick(const struct hvpart_kick *kick)
{
	struct hvp_partition *part;
	struct hvp_vp *vp;

	part = hvp_partition_find(kick->partition_id);
	vp = part ? xa_load(&part->vps, kick->vp_index) : NULL;
	if (!vp)
		return;
	if (kick->flags & HVPART_KICK_CRASH)
		hvp_crash_note(part, kick->vp_index);
	if (kick->flags & HVPART_KICK_EXIT)
		hvp_vp_kick(vp);
	else if (kick->flags & HVPART_KICK_WAKE)
		hvp_vp_wake(vp);
}

/* The list was too short for all who were meant. */
static void kick_everybody(void)
{
	struct hvp_partition *part;
	struct hvp_vp *vp;
	unsigned long id, index;

	xa_for_each(&hvp_partitions, id, part)
		xa_for_each(&part->vps, index, vp)
			hvp_vp_kick(vp);
}

static DEFINE_PER_CPU(bool, taking_notes);

bool hvp_taking_notes(void)
{
	return raw_cpu_read(taking_notes);
}

u64 hvp_take_all_notes(struct hvpart_caller_page *page)
{
	u64 ticket = READ_ONCE(page->flush_ticket);
	u32 overflow = READ_ONCE(page->overflow);
	u32 i;

	__this_cpu_write(taking_notes, true);
	rcu_read_lock();
	for (i = 0; i < min_t(u32, page->kick_count, HVPART_CALLER_KICKS); i++)
		take_kick(&page->kick[i]);
	for (i = 0; i < min_t(u32, page->port_count, HVPART_CALLER_PORTS); i++)
		hvp_port_note(&page->port[i]);
	if (overflow & HVPART_OVERFLOW_KICK)
		kick_everybody();
	if (overflow & HVPART_OVERFLOW_PORT)
		hvp_port_note_all();
	rcu_read_unlock();
	__this_cpu_write(taking_notes, false);
	WRITE_ONCE(page->flush_ticket, 0);
	WRITE_ONCE(page->kick_count, 0);
	WRITE_ONCE(page->port_count, 0);
	WRITE_ONCE(page->overflow, 0);
	return ticket;
}

void hvp_kick_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct kick_ipi *ipi = per_cpu_ptr(&kick_ipi, cpu);

		INIT_CSD(&ipi->csd, kick_arrived, ipi);
	}
}

void hvp_kick_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		while (test_bit(0, &per_cpu_ptr(&kick_ipi, cpu)->pending))
			schedule_timeout_uninterruptible(1);
	/* And for the last instructions of kick_arrived(). */
	synchronize_rcu();
}
