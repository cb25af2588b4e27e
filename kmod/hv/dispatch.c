// SPDX-License-Identifier: GPL-2.0
/*
 * DispatchVp (TLFS root scheduler interface, DESIGN wall 6).
 *
 *   root VP                hypervisor                    child VP
 *   DISPATCH_VP  --------> claim, world switch, current = child
 *                          prepare ---- enter ------------> runs
 *                          exit handled inside: prepare, enter again
 *                          exit for the parent, interrupt, or nothing to run:
 *   result in the  <------ world switch, current = root
 *   child's VP page
 *
 * The root's RAX and RIP are final before the child runs: the call always
 * completes and never rewinds.
 */
#include "dispatch.h"
#include "apic.h"
#include "fault.h"
#include "hypercall.h"
#include "intercept.h"
#include "log.h"
#include "mutate.h"
#include "owner.h"
#include "register.h"
#include "stimer.h"
#include "synic.h"
#include "unit.h"
#include "world.h"

#define DISPATCH_FLAGS_KNOWN						\
	(HV_DISPATCH_VP_FLAG_CLEAR_INTERCEPT_SUSPEND)

bool dispatch_settle_flush(struct percpu *cpu)
{
	if (likely(!cpu->flush_ticket))
		return false;
	/* Between guests and with no window open: as good as an entry. */
	if (epoch_behind(cpu)) {
		if (!MUTATED(SETTLE_FLUSH))
			vendor_cpu_flush_all();
		epoch_pass(cpu);
	}
	if (epoch_complete(cpu->flush_ticket))
		cpu->flush_ticket = 0;
	return cpu->flush_ticket;
}

void dispatch_tell_ticket(struct percpu *cpu, struct hvpart_caller_page *page)
{
	page->exits = cpu->exits;
	if (likely(!cpu->flush_ticket) && !MUTATED(TICKET_KEPT))
		return;
	dispatch_settle_flush(cpu);
	/* One that the root has not read yet stays: a later one covers it. */
	if (cpu->flush_ticket || MUTATED(TICKET_KEPT))
		WRITE_ONCE(page->flush_ticket, cpu->flush_ticket);
	cpu->flush_ticket = 0;
}

static void publish_result(struct percpu *cpu, struct vp *vp, u32 state, u32 event)
{
	struct hvpart_vp_page *page = vp->vp_page;
	struct hvpart_caller_page *cp = vp->caller->caller_page;
	struct hv_output_dispatch_vp out = { state, event };

	page->next_deadline_tsc = vp->next_deadline;
	vp->armed_deadline = vp->next_deadline;
	page->exit_reason = vp->last_exit;
	page->exits = vp->stats.world_switches;
	page->dispatch_state = state;
	page->dispatch_event = event;
	if (cp && !MUTATED(DISPATCH_TICKET))
		dispatch_tell_ticket(cpu, cp);
	if (cpu->dispatch_out)
		hypercall_store(vp->caller, cpu->dispatch_out, &out, sizeof(out));
}

void dispatch_sync(struct percpu *cpu, struct vp *vp)
{
	if (cpu->synced)
		return;
	cpu->synced = true;
	apic_set_tpr(vp, vendor_cr8(&vp->v) << 4 | (apic_get_tpr(vp) & 0xf));
	apic_assist_exit(vp);
}

void dispatch_end(struct percpu *cpu, u32 state, u32 event)
{
	struct vp *vp = cpu->current, *caller = vp->caller;
	u64 requests;

	vp->runtime_tsc += rdtsc() - vp->enter_tsc;
	world_switch(vp, caller);
	/* With the XMM registers that this has just saved. */
	if (event == HV_VP_DISPATCH_EVENT_INTERCEPT)
		register_page_store(vp);
	cpu->current = caller;
	/*
	 * Held first, then the last look: whoever sets a request after it
	 * finds no guest running and sends a wake (see vp_notify()). Let go
	 * last of all: then anybody may run or delete the VP.
	 */
	if (!MUTATED(DISPATCH_END_ORDER))
		atomic_xchg(&vp->running, VP_HELD | (cpu->index + 1));
	requests = MUTATED(DISPATCH_LAST_LOOK) ? 0 : READ_ONCE(vp->requests);
	HV_RACE("dispatch_end", vp);
	if (state == HV_VP_DISPATCH_STATE_BLOCKED && requests) {
		state = HV_VP_DISPATCH_STATE_READY;
		event = HV_VP_DISPATCH_EVENT_INVALID;
	}
	if (MUTATED(DISPATCH_LET_GO))
		store_release(&vp->running, 0u);
	HV_RACE("dispatch_publish", vp);
	publish_result(cpu, vp, state, event);
	cpu->tell_root = false;
	store_release(&vp->running, 0u);
}

/* --- before the guest runs -------------------------------------------------- */

static void take_init(struct vp *vp)
{
	vendor_vp_reset(&vp->v, true);
	unit_run(HOOK_vp_init_ipi, vp);
	vp->halted = false;
	vp->idle = false;
	vp->nmi_pending = false;
	vp->wait_sipi = true;
	vp->check_state = true;
}

static void take_requests(struct vp *vp)
{
	u64 r = atomic_xchg(&vp->requests, 0ull);

	if (r & VPREQ_FLUSH) {
		if (!MUTATED(TAKE_FLUSH))
			vendor_flush(&vp->v);
		vp->stats.flushes++;
	}
	if (r & VPREQ_INIT)
		take_init(vp);
	if (r & VPREQ_SIPI && vp->wait_sipi) {
		vendor_vp_sipi(&vp->v, vp->sipi_vector);
		vp->wait_sipi = false;
		vp->check_state = true;
	}
	if (r & VPREQ_NMI)
		vp->nmi_pending = true;
	if (r & VPREQ_SYNIC)
		synic_scan(vp);
}

static void run_timers(struct vp *vp, u64 now)
{
	for (u32 i = 0; i < NR_DEADLINES; i++) {
		if (!vp->deadline[i] || vp->deadline[i] > now)
			continue;
		vp_set_deadline(vp, i, 0);
		if (i == DL_APIC)
			apic_timer_expired(vp, now);
		else if (i == DL_SYNIC)
			synic_retry_expired(vp);
		else
			stimer_expired(vp, i - DL_STIMER0, now);
	}
	if (vp->armed_deadline <= now)
		vp->armed_deadline = 0;
}

/* HLT ends with what can be delivered; guest idle with anything (TLFS 4.12). */
static bool wakes(struct vp *vp)
{
	if (vp->nmi_pending || vendor_event(&vp->v)->valid)
		return true;
	if (vp->idle)
		return apic_pending_vector(vp) >= 0 || apic_irr_any(vp);
	return apic_pending_vector(vp) >= 0 && (vp->v.regs.rflags & RFLAGS_IF);
}

/* Why the guest cannot run now; false = it can. Sets the result. */
static bool must_stop(struct percpu *cpu, struct vp *vp)
{
	if (vp->explicit_suspend || vp->intercept_suspend || vp->dispatch_suspend) {
		dispatch_end(cpu, HV_VP_DISPATCH_STATE_BLOCKED,
			     HV_VP_DISPATCH_EVENT_SUSPEND);
		return true;
	}
	if ((vp->halted || vp->idle) && !vp->wait_sipi && wakes(vp))
		vp->halted = vp->idle = false;
	if (vp->wait_sipi || vp->halted || vp->idle) {
		vp->stats.halts++;
		dispatch_end(cpu, HV_VP_DISPATCH_STATE_BLOCKED,
			     HV_VP_DISPATCH_EVENT_INVALID);
		return true;
	}
	return false;
}

/* A flush this VP asked for is not over while its targets have not taken it. */
static bool flush_waits(struct vp *vp)
{
	u64 left = vp->flush_wait;

	for (u64 m = left; m; m &= m - 1) {
		u32 i = ffs64(m);
		struct vp *t = partition_vp(vp->partition, i);

		if (!t || !(READ_ONCE(t->requests) & VPREQ_FLUSH) ||
		    !vp_in_guest(t) || MUTATED(FLUSH_WAIT))
			left &= ~BIT(i);
	}
	vp->flush_wait = left;
	return left;
}

/* The root has to act (kick, arm its timer) before the guest goes on. */
static bool root_wanted(struct percpu *cpu, struct vp *vp)
{
	if (cpu->tell_root || unlikely(vp->flush_wait && flush_waits(vp)))
		return true;
	if (dispatch_settle_flush(cpu))
		return true;
	return vp->next_deadline &&
		(!vp->armed_deadline || vp->next_deadline < vp->armed_deadline);
}

static void inject(struct vp *vp)
{
	struct hv_event *ev = vendor_event(&vp->v);
	int vector;

	if (vp->nmi_pending && vendor_nmi_ready(&vp->v)) {
		*ev = (struct hv_event) { .valid = true, .type = EVENT_NMI, .vector = 2 };
		vp->nmi_pending = false;
		vp->stats.interrupts_injected++;
	}
	vendor_want_nmi_window(&vp->v, vp->nmi_pending);
	vector = apic_pending_vector(vp);
	if (vector >= 0 && vendor_intr_ready(&vp->v)) {
		*ev = (struct hv_event) { .valid = true, .type = EVENT_INTR,
					  .vector = vector };
		apic_accept(vp, vector);
		vp->stats.interrupts_injected++;
		vector = apic_pending_vector(vp);
	}
	vendor_want_intr_window(&vp->v, vector >= 0);
	vendor_want_tpr_window(&vp->v, vector < 0 && apic_get_tpr(vp) &&
			       apic_tpr_held(vp));
}

static bool state_ok(struct percpu *cpu, struct vp *vp)
{
	const char *why = "";

	/* Refused until somebody repairs it: the question stays. */
	vp->check_state = !vendor_state_valid(&vp->v, &why);
	if (!vp->check_state)
		return true;
	hv_log(HV_LOG_WARN, "partition %llu vp %u: invalid state: %s",
	       vp->partition->id, vp->index, why);
	intercept_invalid_state(vp);
	dispatch_end(cpu, HV_VP_DISPATCH_STATE_READY, HV_VP_DISPATCH_EVENT_INTERCEPT);
	return false;
}

bool dispatch_prepare(struct percpu *cpu, struct vp *vp)
{
	u64 now = vp->next_deadline ? rdtsc() : 0;

	if (!MUTATED(SYNC_PREPARE))
		dispatch_sync(cpu, vp);
	/* Before the looks: what they change is looked at once more. */
	cpu->look = false;
	if (unlikely(READ_ONCE(vp->requests)))
		take_requests(vp);
	if (unlikely(vp->next_deadline && vp->next_deadline <= now))
		run_timers(vp, now);
	if (must_stop(cpu, vp))
		return false;
	if (unlikely(root_wanted(cpu, vp))) {
		dispatch_end(cpu, HV_VP_DISPATCH_STATE_READY,
			     HV_VP_DISPATCH_EVENT_INVALID);
		return false;
	}
	inject(vp);
	if (unlikely(vp->check_state) && !state_ok(cpu, vp))
		return false;
	if (unlikely(vp->gpa_seen != vp->partition->gpa.generation)) {
		/* Read before the entry: a change after it comes with a kick. */
		if (MUTATED(DISPATCH_SEEN_ORDER))
			vendor_flush(&vp->v);
		HV_RACE("gpa_seen", vp);
		vp->gpa_seen = load_acquire(&vp->partition->gpa.generation);
		HV_RACE("gpa_flush", vp);
		if (!MUTATED(DISPATCH_SEEN) && !MUTATED(DISPATCH_SEEN_ORDER))
			vendor_flush(&vp->v);
		vp->stats.flushes++;
	}
	vendor_set_cr8(&vp->v, apic_get_tpr(vp) >> 4);
	apic_assist_enter(vp);
	cpu->synced = false;
	return true;
}

/* --- the call ----------------------------------------------------------------- */

/* What placing an overlay can take: a table per level, and one to spare. */
#define OVERLAY_PAGES	4

static bool enough_memory(struct vp *vp)
{
	struct pool *pool = &vp->partition->pool;

	pool_settle(pool);
	if (pool->nr_free < OVERLAY_PAGES)
		return false;
	vp->need_memory = false;
	return true;
}

hv_status hc_dispatch_vp(struct hcall *c)
{
	const struct hv_input_dispatch_vp *in = (void *)c->in;
	struct percpu *cpu = this_cpu();
	struct vp *vp = c->target;
	/* In registers there is half of the input, and no output. */
	u64 out_gpa = c->fast ? 0 : c->out_gpa;
	hv_status st;

	if (in->flags & ~DISPATCH_FLAGS_KNOWN)
		return HV_STATUS_INVALID_PARAMETER;
	if (!IS_ALIGNED(out_gpa, HV_HYPERCALL_ALIGNMENT))
		return HV_STATUS_INVALID_ALIGNMENT;
	/* After a fault of ours no child runs any more (DESIGN wall 13). */
	if (unlikely(READ_ONCE(hv_faults)))
		return HV_STATUS_OPERATION_FAILED;
	if (!vp->vp_page)
		return HV_STATUS_INVALID_VP_STATE;
	if (unlikely(vp->need_memory) && !enough_memory(vp))
		return HV_STATUS_INSUFFICIENT_MEMORY;
	st = register_page_load(vp);
	if (st)
		return st;
	if (in->flags & HV_DISPATCH_VP_FLAG_CLEAR_INTERCEPT_SUSPEND)
		vp->intercept_suspend = false;
	c->p->has_run = true;
	c->keep_claim = true;
	vp->caller = c->vp;
	vp->stats.dispatches++;
	cpu->dispatch_out = out_gpa;
	cpu->tell_root = false;
	cpu->synced = true;
	LOOK(cpu, LOOK_DISPATCH);
	world_switch(c->vp, vp);
	vp->enter_tsc = rdtsc();
	cpu->current = vp;
	/* Running first, then the first look at the requests: vp_notify(). */
	if (!MUTATED(DISPATCH_START))
		atomic_xchg(&vp->running, cpu->index + 1);
	return HV_STATUS_SUCCESS;
}
