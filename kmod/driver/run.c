// SPDX-License-Identifier: GPL-2.0
/*
 * HVPART_RUN_VP: the thread that is a VP.
 *
 * It dispatches until there is a message for user space or a signal. What a
 * dispatch ends with stands in the VP's page; what the hypervisor wants from
 * this CPU stands in the caller page. A physical interrupt ends a dispatch too:
 * Linux takes it as soon as interrupts are on again, with nothing lost.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/moduleparam.h>
#include <linux/rcuwait.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <asm/msr.h>
#include <asm/tsc.h>
#include <hvpart/call_vp.h>
#include <hvpart/callerpage.h>
#include "compat.h"
#include "kick.h"
#include "partition.h"
#include "user.h"
#include "vp.h"
#include "hvp_trace.h"

static unsigned int halt_poll_us = 200;
module_param(halt_poll_us, uint, 0644);
MODULE_PARM_DESC(halt_poll_us,
		 "Longest time to poll before a halted VP's thread sleeps, in us (0: never)");

/* Polling starts with this and doubles. */
#define POLL_START_NS		10000U
/* A demoted CPU is one tick away, unless the hypervisor is gone. */
#define BARE_TRIES		200

/* Return value of a step of the loop that is no errno: the next one, please. */
#define RUN_ON			1

/* --- when to stop ------------------------------------------------------- */

/* One look at all of them: the hot path has no time for three. */
#define STOP_FLAGS	(_TIF_NEED_RESCHED | _TIF_SIGPENDING | _TIF_NOTIFY_SIGNAL)

static bool vp_interrupted(const struct hvp_vp *vp)
{
	return signal_pending(current) || READ_ONCE(vp->run->immediate_exit) ||
		READ_ONCE(vp->part->dead);
}

/* The last look before the guest. Context: interrupts off. */
static bool vp_may_enter(const struct hvp_vp *vp)
{
	return likely(!(read_thread_flags() & STOP_FLAGS) &&
		      !READ_ONCE(vp->run->immediate_exit) &&
		      !READ_ONCE(vp->part->dead) && !task_work_pending(current));
}

/*
 * Task work is done on the way to user space, which a guest that never exits
 * would put off for ever; the scheduler queues some ten times a second. It shall
 * not look like a signal, though: with the flag of a signal and none there,
 * Linux does the work and enters the ioctl again. If a signal comes meanwhile
 * after all, this becomes EINTR. What else is done there (rseq) can wait.
 */
static int vp_do_task_work(void)
{
	set_thread_flag(TIF_SIGPENDING);
	return -ERESTARTNOHAND;
}

static int vp_must_leave(const struct hvp_vp *vp)
{
	if (READ_ONCE(vp->part->dead))
		return -EIO;
	if (vp_interrupted(vp))
		return -EINTR;
	return task_work_pending(current) ? vp_do_task_work() : 0;
}

/* The guest may not be entered: leave, or let others run first. */
static int vp_attend(struct hvp_vp *vp)
{
	int ret = vp_must_leave(vp);

	if (ret) {
		vp->stats.interrupted++;
		return ret;
	}
	/* cond_resched() may be nothing in a preemptible kernel. */
	if (need_resched())
		schedule();
	return RUN_ON;
}

/* --- the VP's timer ------------------------------------------------------ */

/*
 * In guest mode the interrupt itself is the message: the dispatch ends and the
 * hypervisor looks at its timers at the next one. A thread that sleeps is woken.
 */
static enum hrtimer_restart vp_timer_fn(struct hrtimer *timer)
{
	struct hvp_vp *vp = container_of(timer, struct hvp_vp, timer);

	vp->stats.timer_fires++;
	WRITE_ONCE(vp->timer_deadline, 0);
	hvp_vp_wake(vp);
	return HRTIMER_NORESTART;
}

static void vp_start_timer(struct hvp_vp *vp, u64 deadline, int cpu)
{
	u64 now = rdtsc(), ns;

	ns = deadline > now ?
		mul_u64_u32_div(deadline - now, NSEC_PER_MSEC, tsc_khz) : 0;
	vp->stats.timer_starts++;
	WRITE_ONCE(vp->timer_deadline, deadline);
	vp->timer_cpu = cpu;
	hrtimer_start(&vp->timer, ns_to_ktime(min_t(u64, ns, KTIME_MAX / 2)),
		      HRTIMER_MODE_REL_PINNED_HARD);
}

/*
 * Arms the timer on this CPU for the VP's next deadline, unless it is already.
 * Without a deadline it is left alone: one needless wake costs less than
 * stopping it each time. Context: interrupts off.
 */
static inline void vp_arm_timer(struct hvp_vp *vp)
{
	u64 deadline = vp->page->next_deadline_tsc;
	int cpu = smp_processor_id();

	if (deadline && (deadline != READ_ONCE(vp->timer_deadline) ||
			 cpu != vp->timer_cpu))
		vp_start_timer(vp, deadline, cpu);
}

/* --- blocked -------------------------------------------------------------- */

static bool vp_has_work(const struct hvp_vp *vp)
{
	return READ_ONCE(vp->kicked) || vp_interrupted(vp);
}

static bool vp_poll(struct hvp_vp *vp, ktime_t until)
{
	vp->stats.polls++;
	while (ktime_before(ktime_get(), until)) {
		if (vp_has_work(vp)) {
			vp->stats.poll_hits++;
			return true;
		}
		if (need_resched())
			break;
		cpu_relax();
	}
	return false;
}

/* Poll longer if that would have caught the wake, else not at all. */
static void vp_adapt_poll(struct hvp_vp *vp, s64 blocked_ns)
{
	unsigned int max_ns = READ_ONCE(halt_poll_us) * NSEC_PER_USEC;

	if (blocked_ns > max_ns)
		vp->poll_ns = 0;
	else if (blocked_ns > vp->poll_ns)
		vp->poll_ns = min(max_ns, max(2 * vp->poll_ns, POLL_START_NS));
}

/* Until somebody kicks or wakes the VP, its timer fires, or a signal comes. */
static void vp_block(struct hvp_vp *vp)
{
	ktime_t start = ktime_get();

	local_irq_disable();
	vp_arm_timer(vp);
	local_irq_enable();
	if (vp->poll_ns && vp_poll(vp, ktime_add_ns(start, vp->poll_ns)))
		return;
	vp->stats.sleeps++;
	rcuwait_wait_event(&vp->wait, vp_has_work(vp), TASK_INTERRUPTIBLE);
	vp_adapt_poll(vp, ktime_to_ns(ktime_sub(ktime_get(), start)));
}

/* A new VP is explicitly suspended; running it is how its parent starts it. */
static int vp_clear_suspend(struct hvp_vp *vp)
{
	/* struct hv_input_set_vp_registers with a list of one */
	const struct {
		u64 partition_id;
		u32 vp_index;
		u32 vtl;
		struct hv_register_assoc element;
	} in = {
		.partition_id = vp->part->account.id,
		.vp_index = vp->index,
		.element.name = HV_REGISTER_EXPLICIT_SUSPEND,
	};
	struct hvp_request r = {
		.code = HVCALL_SET_VP_REGISTERS,
		.reps = 1,
		.in = &in,
		.in_len = sizeof(in),
		.account = &vp->part->account,
	};

	return hvp_request_run(&r);
}

/* --- dispatch -------------------------------------------------------------- */

/* No output: the VP's page says the same, and stays with the VP. */
static u16 vp_dispatch_on(struct hvp_vp *vp, struct hvp_cpu *cpu, u64 *ticket)
{
	const u64 id = vp->part->account.id;
	const u32 flags = vp->resume ?
		HV_DISPATCH_VP_FLAG_CLEAR_INTERCEPT_SUSPEND : 0;
	u16 status;

	vp_arm_timer(vp);
	trace_hvpart_vp_run(id, vp->index, flags, vp->timer_deadline);
	status = hvp_status(hvp_hypercall_on(cpu,
			HVCALL_DISPATCH_VP | HV_HYPERCALL_FAST_BIT, id,
			vp->index | (u64)flags << 32));
	if (status == HV_STATUS_SUCCESS)
		vp->resume = false;
	*ticket = hvp_take_notes(cpu->caller);
	return status;
}

/*
 * One dispatch. The order of the first lines is half of the protocol of kick.c.
 * Return: HV_STATUS_*, HVP_STATUS_BARE; -1: vp_attend() first.
 */
static int vp_dispatch(struct hvp_vp *vp, u64 *ticket)
{
	struct hvp_cpu *cpu;
	int status = -1;

	*ticket = 0;
	local_irq_disable();
	cpu = this_cpu_ptr(&hvp_cpu);
	WRITE_ONCE(vp->kicked, false);
	WRITE_ONCE(vp->cpu, smp_processor_id());
	smp_mb();
	if (vp_may_enter(vp))
		status = likely(cpu->state == HVP_DEMOTED) ?
			vp_dispatch_on(vp, cpu, ticket) : HVP_STATUS_BARE;
	WRITE_ONCE(vp->cpu, -1);
	local_irq_enable();
	return status;
}

/* What the page says about a dispatch that was successful. */
static int vp_handle(struct hvp_vp *vp)
{
	const struct hvpart_vp_page *page = vp->page;

	trace_hvpart_vp_exit(vp->part->account.id, vp->index, HV_STATUS_SUCCESS,
			     page->dispatch_state, page->dispatch_event,
			     page->exit_reason);
	if (page->dispatch_event == HV_VP_DISPATCH_EVENT_INTERCEPT) {
		vp->undelivered = true;
		return 0;
	}
	if (page->dispatch_state != HV_VP_DISPATCH_STATE_BLOCKED) {
		vp->unsuspended = false;
		return RUN_ON;
	}
	if (page->dispatch_event == HV_VP_DISPATCH_EVENT_SUSPEND &&
	    !vp->unsuspended) {
		vp->unsuspended = true;
		return vp_clear_suspend(vp) ?: RUN_ON;
	}
	/* Also if clearing it did not help: something else holds the VP. */
	vp->unsuspended = false;
	vp_block(vp);
	return RUN_ON;
}

static int vp_handle_status(struct hvp_vp *vp, int status, unsigned int *bare)
{
	if (likely(status == HV_STATUS_SUCCESS)) {
		hvp_event_started(vp->part);
		return vp_handle(vp);
	}
	if (status < 0)
		return vp_attend(vp);
	trace_hvpart_vp_exit(vp->part->account.id, vp->index, status, 0, 0, 0);
	switch (status) {
	case HVP_STATUS_BARE:
		schedule_timeout_interruptible(1);
		return ++*bare < BARE_TRIES ? RUN_ON : -ENODEV;
	case HV_STATUS_INSUFFICIENT_MEMORY:
		return hvp_deposit(&vp->part->account, 16) ?: RUN_ON;
	case HV_STATUS_INSUFFICIENT_ROOT_MEMORY:
		return hvp_deposit(&hvp_root_account, 16) ?: RUN_ON;
	default:
		if (!READ_ONCE(vp->part->dead))
			hvp_event_fault(vp->part, vp->index,
					HVPART_NL_FAULT_DISPATCH, NULL);
		return -EIO;
	}
}

/* Of messages that mean the end of the guest listeners hear too. */
static void vp_tell_fault(const struct hvp_vp *vp)
{
	enum hvpart_nl_fault fault;

	switch (vp->page->message.header.message_type) {
	case HVMSG_UNRECOVERABLE_EXCEPTION:
		fault = HVPART_NL_FAULT_TRIPLE_FAULT;
		break;
	case HVMSG_INVALID_VP_REGISTER_VALUE:
		fault = HVPART_NL_FAULT_INVALID_STATE;
		break;
	case HVMSG_UNSUPPORTED_FEATURE:
		fault = HVPART_NL_FAULT_UNSUPPORTED;
		break;
	default:
		return;
	}
	hvp_event_fault(vp->part, vp->index, fault, NULL);
}

static long vp_deliver(struct hvp_vp *vp, struct hvpart_run_vp __user *arg)
{
	const struct hv_message *msg = &vp->page->message;

	BUILD_BUG_ON(sizeof(arg->msg_buf) != sizeof(*msg));
	if (hvp_message_to_user(arg->msg_buf, msg, sizeof(msg->header) +
				msg->header.payload_size))
		return -EFAULT;
	vp->undelivered = false;
	vp->resume = true;
	vp_tell_fault(vp);
	vp->stats.messages++;
	return 0;
}

/**
 * hvp_vp_run - HVPART_RUN_VP: run until there is a message or a signal
 * @vp: the VP; locked
 * @arg: struct hvpart_run_vp of user space
 *
 * A message that could not be copied is kept and offered again.
 *
 * Return: 0, -EINTR, -ERESTARTNOHAND, -EFAULT; -EIO: the partition is gone or
 * the hypervisor refuses to run the VP; -ENODEV: the hypervisor is gone.
 */
long hvp_vp_run(struct hvp_vp *vp, struct hvpart_run_vp __user *arg)
{
	unsigned int bare = 0;
	int ret, status;
	u64 ticket;

	vp->stats.runs++;
	while (!vp->undelivered) {
		status = vp_dispatch(vp, &ticket);
		if (hvp_crash_is_of(&vp->part->crash, vp->index))
			hvp_crash_read(vp->part);
		/* The guest changed a mapping that other CPUs may still use. */
		if (unlikely(ticket) && hvp_sync(ticket))
			return -EIO;
		ret = vp_handle_status(vp, status, &bare);
		if (ret < 0)
			return ret;
	}
	return vp_deliver(vp, arg);
}

void hvp_vp_run_init(struct hvp_vp *vp)
{
	vp->cpu = -1;
	vp->timer_cpu = -1;
	rcuwait_init(&vp->wait);
	hvp_hrtimer_setup(&vp->timer, vp_timer_fn, CLOCK_MONOTONIC,
			  HRTIMER_MODE_REL_PINNED_HARD);
}

void hvp_vp_run_exit(struct hvp_vp *vp)
{
	hrtimer_cancel(&vp->timer);
}
