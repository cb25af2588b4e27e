// SPDX-License-Identifier: GPL-2.0
/*
 * Hypercalls of a parent.
 *
 * A call is issued with interrupts off, because parameters lie in pages of this
 * CPU and because the caller page belongs to the CPU until it has been read.
 * Everything that may sleep (deposit, making other CPUs enter) happens between
 * two attempts.
 */
#include <linux/irqflags.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <hvpart/call_hvpart.h>
#include <hvpart/call_partition.h>
#include <hvpart/callerpage.h>
#include "arena.h"
#include "kick.h"
#include "parent.h"
#include "hvp_trace.h"

/* Pages of a deposit that nobody could plan: some objects and some tables. */
#define DEPOSIT_PAGES		32
/* Deposits without any progress in between; then the call is at fault. */
#define DEPOSITS_MAX		16
/* Attempts to get a CPU to enter, or a call to go on, before giving up. */
#define WAITS_MAX		200

struct hvp_account hvp_root_account = { .id = HV_PARTITION_ID_SELF };

static u64 request_control(const struct hvp_request *r)
{
	return r->code |
		(u64)r->varhead << HV_HYPERCALL_VARHEAD_OFFSET |
		(u64)r->reps << HV_HYPERCALL_REP_COMP_OFFSET |
		(u64)r->done << HV_HYPERCALL_REP_START_OFFSET;
}

/*
 * Small blocks go through the caller page, which the hypervisor has mapped
 * already. Blocks of user space never do: they are passed as whole pages, so
 * that a list that is longer than it says runs into the end of the page.
 */
static void issue_on(struct hvp_cpu *cpu, struct hvp_request *r)
{
	struct hvpart_caller_page *page = cpu->caller;
	void *in = cpu->in, *out = cpu->out;
	u64 result;

	if (r->in_len <= sizeof(page->input))
		in = page->input;
	if (r->out_len <= sizeof(page->output))
		out = page->output;
	memcpy(in, r->in, r->in_len);
	/* A list that is continued keeps the output it has so far. */
	if (r->done && r->out)
		memcpy(out, r->out, r->out_len);
	else
		memset(out, 0, r->out_len);
	/* Never without an output page: 0 is a page of the root, too. */
	result = hvp_hypercall(request_control(r), __pa(in), __pa(out));
	if (r->out)
		memcpy(r->out, out, r->out_len);
	r->status = hvp_status(result);
	/* Counted from the start of the list, but for errors before the list. */
	if (r->reps)
		r->done = max_t(u16, r->done, hvp_reps(result));
	r->ticket = max(r->ticket, hvp_take_notes(page));
}

void hvp_issue(struct hvp_request *r)
{
	struct hvp_cpu *cpu;
	unsigned long flags;

	local_irq_save(flags);
	cpu = this_cpu_ptr(&hvp_cpu);
	if (cpu->state == HVP_DEMOTED)
		issue_on(cpu, r);
	else
		r->status = HVP_STATUS_BARE;
	local_irq_restore(flags);
	trace_hvpart_hypercall(r->code, r->reps, r->done, r->status);
}

/* Who has to pay; NULL: nobody, the status is an error. */
static struct hvp_account *request_payer(const struct hvp_request *r)
{
	if (!r->account)
		return NULL;
	switch (r->status) {
	case HV_STATUS_INSUFFICIENT_MEMORY:
	case HV_STATUS_INSUFFICIENT_CONTIGUOUS_MEMORY:
		return r->account;
	case HV_STATUS_INSUFFICIENT_ROOT_MEMORY:
	case HV_STATUS_INSUFFICIENT_CONTIGUOUS_ROOT_MEMORY:
		return &hvp_root_account;
	default:
		return NULL;
	}
}

/* Wait for what a status says is only a matter of time. */
static int request_wait(u16 status)
{
	switch (status) {
	case HV_STATUS_SUCCESS:
		/* A rep call that stopped early, so that interrupts get in. */
		cond_resched();
		return 0;
	case HV_STATUS_TIME_OUT:
		return hvp_for_each_cpu_enter();
	case HVP_STATUS_BARE:
		/* This CPU is on its way in or out; the next may not be. */
		schedule_timeout_uninterruptible(1);
		return 0;
	default:
		return hvp_errno(status);
	}
}

/*
 * The root's pool is rarely too small: mostly its pages wait for the CPUs to
 * enter, and what it is given beyond that it keeps until the end.
 */
static int request_pay(struct hvp_account *payer, unsigned int times)
{
	if (times >= DEPOSITS_MAX)
		return -ENOMEM;
	if (payer == &hvp_root_account && !times)
		return hvp_for_each_cpu_enter();
	return hvp_deposit(payer, DEPOSIT_PAGES);
}

int hvp_request_run(struct hvp_request *r)
{
	unsigned int deposits = 0, waits = 0;
	struct hvp_account *payer;
	u16 before;
	int ret;

	r->done = 0;
	for (;;) {
		before = r->done;
		hvp_issue(r);
		if (r->status == HV_STATUS_SUCCESS && r->done == r->reps)
			return 0;
		if (r->done > before)
			deposits = waits = 0;
		payer = request_payer(r);
		if (payer)
			ret = request_pay(payer, deposits++);
		else
			ret = waits++ < WAITS_MAX ?
				request_wait(r->status) : -EIO;
		if (ret)
			return r->status == HVP_STATUS_BARE ? -ENODEV : ret;
	}
}

int hvp_simple(u16 code, const void *in, size_t in_len,
	       struct hvp_account *account, u64 *ticket)
{
	struct hvp_request r = {
		.code = code,
		.in = in,
		.in_len = in_len,
		.account = account,
	};
	int ret = hvp_request_run(&r);

	if (ticket)
		*ticket = max(*ticket, r.ticket);
	return ret;
}

static int deposit_block(struct hvp_account *account,
			 struct hv_deposit_memory *block, unsigned int n)
{
	struct hvp_request r = {
		.code = HVCALL_DEPOSIT_MEMORY,
		.reps = n,
		.in = block,
		.in_len = struct_size(block, gpa_page_list, n),
	};
	int ret;

	/* Hiding pages may split tables of the root, which the root pays. */
	if (account != &hvp_root_account)
		r.account = &hvp_root_account;
	block->partition_id = account->id;
	ret = hvp_arena_take(block->gpa_page_list, n);
	if (ret)
		return ret;
	ret = hvp_request_run(&r);
	atomic64_add(r.done, &account->pages);
	hvp_arena_give(block->gpa_page_list + r.done, n - r.done);
	/* Pending until every CPU has entered; there is no ticket to ask for. */
	return ret ?: hvp_for_each_cpu_enter();
}

int hvp_deposit(struct hvp_account *account, unsigned int n)
{
	struct hv_deposit_memory *block;
	int ret;

	if (WARN_ON_ONCE(n > HV_DEPOSIT_MAX))
		return -EINVAL;
	block = kmalloc(struct_size(block, gpa_page_list, n),
			GFP_KERNEL_ACCOUNT);
	if (!block)
		return -ENOMEM;
	ret = deposit_block(account, block, n);
	kfree(block);
	return ret;
}

static int withdraw_into(struct hvp_account *account, u64 *pfns)
{
	const struct hv_input_withdraw_memory in = {
		.partition_id = account->id,
	};
	unsigned int waits = 0;
	int ret;

	for (;;) {
		struct hvp_request r = {
			.code = HVCALL_WITHDRAW_MEMORY,
			.reps = HV_WITHDRAW_MAX,
			.in = &in,
			.in_len = sizeof(in),
			.out = pfns,
			.out_len = HV_HYP_PAGE_SIZE,
		};

		hvp_issue(&r);
		if (r.status != HVP_STATUS_BARE && r.done) {
			hvp_arena_give(pfns, r.done);
			atomic64_sub(r.done, &account->pages);
			waits = 0;
		}
		if (r.status == HV_STATUS_NO_RESOURCES)
			return atomic64_read(&account->pages) ? -EIO : 0;
		ret = waits++ < WAITS_MAX ? request_wait(r.status) : -EIO;
		if (ret)
			return ret;
	}
}

int hvp_withdraw_all(struct hvp_account *account)
{
	u64 *pfns = (u64 *)__get_free_page(GFP_KERNEL | __GFP_NOFAIL);
	int ret;

	ret = withdraw_into(account, pfns);
	free_page((unsigned long)pfns);
	return ret;
}

int hvp_sync(u64 ticket)
{
	const struct hvpart_input_sync in = { .ticket = ticket };

	if (!ticket)
		return 0;
	return hvp_simple(HVCALL_HVPART_SYNC, &in, sizeof(in), NULL, NULL);
}
