// SPDX-License-Identifier: GPL-2.0
/*
 * Requests between CPUs, flushes and epochs: the interleavings that lose
 * something when an order or a flush is missing.
 */
#include <string.h>

#include "apic.h"
#include "sim.h"

static struct partition *p;
static struct vp *vp, *vp1;
static u32 hooked;
static const char *hook_at;

static void begin(void)
{
	p = new_guest(2);
	vp = p->vps[0];
	vp1 = p->vps[1];
	enable_calls(vp);
	CHECK_EQ(set_reg(vp, 0x84800 + 0xf, 0x1ff), 0);
	CHECK_EQ(set_reg(vp1, 0x84800 + 0xf, 0x1ff), 0);
	sim_settle();
	hooked = 0;
}

static const struct hv_exit hlt = { .reason = EXIT_HLT, .insn_len = 1 };

static void assert_fixed(u32 index, u32 vector)
{
	struct hv_input_assert_virtual_interrupt in = {
		.partition_id = p->id, .dest_addr = index, .vector = vector,
	};

	CHECK_EQ(root_simple(HVCALL_ASSERT_VIRTUAL_INTERRUPT, &in, sizeof(in)), 0);
}

/* --- the pair of vp_notify() and dispatch_end() -------------------------------- */

static void interrupt_from_cpu1(const char *where, void *what)
{
	if (strcmp(where, hook_at) || what != vp || cur || hooked++)
		return;
	ON_CPU(1, assert_fixed(0, 0x40));
}

/* It blocks while an interrupt comes: READY, or the sender wakes it. */
static void one_wakeup(const char *at)
{
	begin();
	hook_at = at;
	race_hook = interrupt_from_cpu1;
	vp->v.regs.rflags |= RFLAGS_IF;
	child_exit_once(vp, &hlt);
	race_hook = NULL;
	CHECK_EQ(hooked, 1);
	if (vp_page(vp)->dispatch_state == HV_VP_DISPATCH_STATE_BLOCKED)
		CHECK(kicks(1, vp, HVPART_KICK_WAKE));
	else
		CHECK_EQ(vp_page(vp)->dispatch_event, HV_VP_DISPATCH_EVENT_INVALID);
	CHECK_EQ(dispatch(vp, 0), 0);
	CHECK_EQ(vp->v.nr_taken, 1);
	end_guest(p);
}

static void interrupt_before_end(struct vp *v, struct hv_exit *e)
{
	if (e->reason != EXIT_HLT)
		return;
	/* Between the guest's HLT and the dispatch's end. */
	ON_CPU(1, assert_fixed(0, 0x40));
	CHECK_EQ(kicks(1, v, HVPART_KICK_EXIT), 1);
	v->v.event = (struct hv_event) {};
}

static void wakeups(void)
{
	one_wakeup("ibpb");			/* before the last look */
	one_wakeup("dispatch_end");
	one_wakeup("dispatch_publish");
	begin();
	vp->v.regs.rflags |= RFLAGS_IF;
	script(vp)->guest = interrupt_before_end;
	child_exit_once(vp, &hlt);
	CHECK_EQ(vp->v.nr_taken, 1);
	end_guest(p);
}

/* A request bit that is set already when the VP blocks. */
static void late_request(const char *where, void *what)
{
	if (!strcmp(where, "dispatch_end") && what == vp && !hooked++)
		CHECK_EQ(vp->running, VP_HELD | 1);
}

static void last_look(void)
{
	begin();
	race_hook = late_request;
	/* Suspended with a stop to take: it is dispatched once more. */
	vp->explicit_suspend = true;
	CHECK_EQ(dispatch(vp, 0), 0);
	CHECK_EQ(hooked, 1);
	CHECK_EQ(vp_page(vp)->dispatch_state, HV_VP_DISPATCH_STATE_BLOCKED);
	vp->explicit_suspend = false;
	race_hook = NULL;
	end_guest(p);
}

/*
 * It blocks on CPU 2 while CPU 1 is about to ask. With the request first one of
 * the two sees it; else the sender's look found a running guest, and the last
 * look of the other CPU nothing.
 */
static u64 last_seen;

static void blocks_meanwhile(const char *where, void *what)
{
	if (strcmp(where, "request") || what != vp || hooked++)
		return;
	vp->running = VP_HELD | 3;
	last_seen = vp->requests;
	vp->running = 0;
}

static void request_order(void)
{
	begin();
	race_hook = blocks_meanwhile;
	vp->running = 3;
	ON_CPU(1, vp_request(vp, VPREQ_NMI));
	race_hook = NULL;
	CHECK_EQ(hooked, 1);
	CHECK(last_seen || kicks(1, vp, HVPART_KICK_WAKE));
	end_guest(p);
}

/* Mutated, the look comes before the VP starts to run. */
static void starts_meanwhile(const char *where, void *what)
{
	if (strcmp(where, "request") || what != vp1 || cur || hooked++)
		return;
	vp1->running = 2;
}

static void flush_order(void)
{
	begin();
	race_hook = starts_meanwhile;
	cpus[0].current = vp;			/* as if in its call */
	CHECK(vp_request_flush(vp1));
	cpus[0].current = cpus[0].root_vp;
	race_hook = NULL;
	CHECK_EQ(kicks(0, vp1, HVPART_KICK_EXIT), 1);
	vp1->running = 0;
	CHECK(!vp_request_flush(vp1));
	vp1->running = VP_HELD | 2;
	CHECK(!vp_request_flush(vp1));
	vp1->running = 0;
	end_guest(p);
}

/* Held for a register call: asleep, so a wake; nothing at all if repeated. */
static void held(void)
{
	begin();
	vp->running = VP_HELD | 3;
	vp_request(vp, VPREQ_STOP);
	CHECK_EQ(kicks(0, vp, HVPART_KICK_WAKE), 1);
	vp_request(vp, VPREQ_STOP);
	CHECK_EQ(caller_page(0)->kick_count, 1);
	vp->running = 3;
	vp_request(vp, VPREQ_NMI);
	CHECK_EQ(kicks(0, vp, HVPART_KICK_EXIT), 1);
	vp->running = 1;
	vp_request(vp, VPREQ_SYNIC);
	CHECK_EQ(caller_page(0)->kick_count, 2);
	vp->running = 0;
	end_guest(p);
}

/* After the result is published nobody of ours looks at the VP again. */
static void delete_meanwhile(const char *where, void *what)
{
	if (strcmp(where, "dispatch_publish") || what != vp || cur || hooked++)
		return;
	ON_CPU(1, {
		CHECK(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, p->id, 1ull << 32));
		CHECK(root_fast(HVCALL_DELETE_VP, p->id, 0));
	});
}

static void let_go(void)
{
	begin();
	race_hook = delete_meanwhile;
	CHECK_EQ(dispatch(vp, 0), 0);
	CHECK_EQ(hooked, 1);
	race_hook = NULL;
	end_guest(p);
}

/* --- the kick list --------------------------------------------------------------- */

static void overflow(void)
{
	struct hvpart_caller_page *page = caller_page(0);
	u32 kick[4];

	begin();
	for (u32 i = 0; i < HVPART_CALLER_KICKS; i++)
		vp_tell_root(vp, HVPART_KICK_WAKE);
	CHECK_EQ(page->kick_count, HVPART_CALLER_KICKS);
	CHECK_EQ(page->overflow, 0);
	memcpy(kick, page->port, sizeof(kick));
	vp_tell_root(vp, HVPART_KICK_WAKE);
	CHECK_EQ(page->kick_count, HVPART_CALLER_KICKS);
	CHECK_EQ(page->overflow, HVPART_OVERFLOW_KICK);
	CHECK(!memcmp(kick, page->port, sizeof(kick)));
	/* The root writes nonsense there: counts as full. */
	page->kick_count = ~0u;
	page->overflow = 0;
	vp_tell_root(vp, HVPART_KICK_EXIT);
	CHECK_EQ(page->overflow, HVPART_OVERFLOW_KICK);
	CHECK(!memcmp(kick, page->port, sizeof(kick)));
	take_notes(0);
	/* A slice ends when there is something to tell. */
	cpus[0].tell_root = false;
	end_guest(p);
}

/* --- flushes of translations -------------------------------------------------------- */

/* A remote flush: the sender does not go on before the target has flushed. */
static void flush_call(struct vp *v, struct hv_exit *e)
{
	if (e->reason != EXIT_HYPERCALL)
		return;
	/* VP 1 runs on CPU 1 and keeps a stale translation. */
	vp1->running = 2;
	vp1->v.stale = v->v.stale = true;
	v->v.regs.gpr[GPR_RCX] = HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE;
	v->v.regs.gpr[GPR_RDX] = 4 << PAGE_SHIFT;
	((u64 *)ram(PFN_GUEST + 4))[0] = 0;
	((u64 *)ram(PFN_GUEST + 4))[1] = HV_FLUSH_ALL_PROCESSORS;
	((u64 *)ram(PFN_GUEST + 4))[2] = 0;
}

static void remote_flush(void)
{
	const struct hv_exit call = { .reason = EXIT_HYPERCALL, .insn_len = 3 };
	u32 runs;

	begin();
	script(vp)->guest = flush_call;
	child_exit_once(vp, &call);
	runs = vp->v.runs;
	CHECK_EQ(vp->v.regs.gpr[GPR_RAX], 0);
	CHECK(!vp->v.stale);
	CHECK_EQ(vp->flush_wait, 2);
	CHECK_EQ(kicks(0, vp1, HVPART_KICK_EXIT), 1);
	CHECK_EQ(vp_page(vp)->dispatch_state, HV_VP_DISPATCH_STATE_READY);
	/* Still not: the target has not been in the hypervisor. */
	CHECK_EQ(dispatch(vp, 0), 0);
	CHECK_EQ(vp->v.runs, runs);
	/* It exits and takes the request before it runs again. */
	vp1->running = 0;
	ON_CPU(1, CHECK_EQ(dispatch(vp1, 0), 0));
	CHECK(!vp1->v.stale);
	CHECK_EQ(vp1->requests, 0);
	CHECK_EQ(dispatch(vp, 0), 0);
	CHECK_EQ(vp->v.runs, runs + 1);
	CHECK_EQ(vp->flush_wait, 0);
	end_guest(p);
}

/* A target that does not run takes it before its next entry. */
static void later_flush(void)
{
	begin();
	CHECK_EQ(dispatch(vp1, 0), 0);
	vp1->v.stale = true;
	CHECK(!vp_request_flush(vp1));
	CHECK_EQ(dispatch(vp1, 0), 0);
	CHECK(!vp1->v.stale);
	end_guest(p);
}

/* The map changed: who has seen an older generation flushes. */
static void generation(void)
{
	begin();
	CHECK_EQ(dispatch(vp, 0), 0);
	vp->v.stale = true;
	p->gpa.generation++;
	CHECK_EQ(dispatch(vp, 0), 0);
	CHECK(!vp->v.stale);
	end_guest(p);
}

static void change_map(const char *where, void *what)
{
	if (strcmp(where, "gpa_seen") || what != vp || cur || hooked++)
		return;
	vp->v.stale = true;
	p->gpa.generation++;
}

/* Changed between the flush and the reading of the generation. */
static void generation_order(void)
{
	begin();
	p->gpa.generation++;
	race_hook = change_map;
	CHECK_EQ(dispatch(vp, 0), 0);
	race_hook = NULL;
	CHECK_EQ(hooked, 1);
	end_guest(p);
}

/* --- epochs --------------------------------------------------------------------------- */

static void entry_flushes(void)
{
	u32 before;
	u64 ticket;

	begin();
	before = flush_alls;
	ticket = epoch_request();
	for (u32 i = 0; i < NR_CPUS; i++) {
		CHECK(!epoch_complete(ticket));
		CHECK_EQ(root_fast(HVCALL_HVPART_SYNC, ticket, 0),
			 HV_STATUS_TIME_OUT);
		if (i)
			ON_CPU(i, root_fast(HVCALL_HVPART_NULL, 0, 0));
		CHECK_EQ(flush_alls, before + i + 1);
	}
	CHECK(epoch_complete(ticket));
	CHECK_EQ(root_fast(HVCALL_HVPART_SYNC, ticket, 0), 0);
	CHECK_EQ(flush_alls, before + NR_CPUS);
	CHECK_EQ(root_fast(HVCALL_HVPART_SYNC, 0, 0), 0);
	end_guest(p);
}

static void unmap(u64 gpn)
{
	struct hv_input_unmap_gpa_pages in = {
		.target_partition_id = p->id, .target_gpa_base = gpn,
	};

	CHECK_EQ(ST(root_simple(HVCALL_UNMAP_GPA_PAGES | REPS(1), &in,
				sizeof(in))), 0);
}

/* Unmapping tells the root which epoch it must bring about. */
static void tickets(void)
{
	struct hvpart_caller_page *page = caller_page(0);
	u64 first;

	begin();
	CHECK_EQ(page->flush_ticket, 0);
	unmap(100);
	first = page->flush_ticket;
	CHECK(first && !epoch_complete(first));
	/* Two calls before the root looks: the ticket is not lost. */
	CHECK_EQ(root_fast(HVCALL_HVPART_NULL, 0, 0), 0);
	CHECK_EQ(page->flush_ticket, first);
	unmap(101);
	CHECK(page->flush_ticket > first);
	sim_settle();
	CHECK(epoch_complete(first));
	CHECK_EQ(page->flush_ticket, 0);
	end_guest(p);
}

/* Another CPU's part of a flush drawn on this one, on its way to a child. */
static void settle(void)
{
	u32 before;
	u64 ticket;

	begin();
	CHECK_EQ(dispatch(vp, 0), 0);
	before = flush_alls;
	epoch_flush();
	ticket = cpus[0].flush_ticket;
	CHECK(dispatch_settle_flush(&cpus[0]));
	CHECK_EQ(flush_alls, before + 1);
	for (u32 i = 1; i < NR_CPUS; i++)
		ON_CPU(i, root_fast(HVCALL_HVPART_NULL, 0, 0));
	CHECK(epoch_complete(ticket));
	CHECK(!dispatch_settle_flush(&cpus[0]));
	end_guest(p);
}

/* A child's slice draws a ticket: the guest waits, the root hears of it. */
static void draw_ticket(struct vp *v, struct hv_exit *e)
{
	if (e->reason == EXIT_CPUID)
		epoch_flush();
	script(v)->guest = NULL;
}

static void dispatch_ticket(void)
{
	const struct hv_exit cpuid = { .reason = EXIT_CPUID, .insn_len = 2 };
	u32 runs;

	begin();
	script(vp)->guest = draw_ticket;
	runs = vp->v.runs;
	child_exit_once(vp, &cpuid);
	CHECK_EQ(vp->v.runs, runs + 1);
	CHECK(caller_page(0)->flush_ticket);
	CHECK_EQ(vp_page(vp)->dispatch_state, HV_VP_DISPATCH_STATE_READY);
	CHECK_EQ(vp_page(vp)->dispatch_event, HV_VP_DISPATCH_EVENT_INVALID);
	end_guest(p);
}

const struct test request_tests[] = {
	{ "requests: no wakeup is lost", wakeups },
	{ "requests: held before the last look", last_look },
	{ "requests: asked first, looked second", request_order },
	{ "requests: flush asked first, looked second", flush_order },
	{ "requests: kick, wake or nothing", held },
	{ "requests: the VP is let go last", let_go },
	{ "requests: the kick list and its overflow", overflow },
	{ "flush: waits for a running target", remote_flush },
	{ "flush: taken before the next entry", later_flush },
	{ "flush: an old generation", generation },
	{ "flush: generation read first", generation_order },
	{ "epochs: every entry that is behind flushes", entry_flushes },
	{ "epochs: tickets in the caller page", tickets },
	{ "epochs: settled between guests", settle },
	{ "epochs: a ticket of a child's slice", dispatch_ticket },
	{}
};
