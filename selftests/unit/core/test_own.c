// SPDX-License-Identifier: GPL-2.0
/* hvpart's own calls: caller page, log, statistics, leaving. */
#include <string.h>

#include <hvpart/release.h>

#include "fault.h"
#include "log.h"
#include "sim.h"

static void caller_pages(void)
{
	u64 used = root_used();

	CHECK_EQ(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE, PFN_SPARE, 1), 0x19);
	CHECK_EQ(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE, PFN_SPARE, 2), 5);
	CHECK_EQ(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE, 0, 0), 0);
	CHECK_EQ(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE, 0, 0), 0);
	CHECK_EQ(owner_get(PFN_CALLER(0)).state, PG_ROOT);
	CHECK(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE, HOLE, 1));
	CHECK(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE, ARENA, 1));
	CHECK(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE, ~0ull, 1));
	CHECK(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE, 1ull << 52, 1));
	CHECK_EQ(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE, PFN_SPARE, 1), 0);
	CHECK_EQ(owner_get(PFN_SPARE).state, PG_SHARED);
	/* Shared by two CPUs is shared twice. */
	ON_CPU(1, {
		CHECK_EQ(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE, 0, 0), 0);
		CHECK_EQ(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE, PFN_SPARE, 1), 0);
		CHECK_EQ(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE, 0, 0), 0);
	});
	CHECK_EQ(owner_get(PFN_SPARE).state, PG_SHARED);
	CHECK_EQ(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE, 0, 0), 0);
	CHECK_EQ(owner_get(PFN_SPARE).state, PG_ROOT);
	sim_settle();
	CHECK_EQ(root_used(), used);
}

/* Parameters inside the caller page, and while it goes. */
static void parameters_in_page(void)
{
	u64 page = (u64)PFN_CALLER(0) << PAGE_SHIFT;
	struct hvpart_caller_page *cp = caller_page(0);

	CHECK_EQ(root_call(&(struct call) { .control = HVCALL_GET_PARTITION_ID,
		.out_gpa = page + offsetof(struct hvpart_caller_page, output) }), 0);
	CHECK_EQ(*(u64 *)cp->output, 1);
	((u64 *)cp->input)[1] = 0;
	CHECK_EQ(root_call(&(struct call) {
		.control = HVCALL_HVPART_REGISTER_CALLER_PAGE,
		.in_gpa = page + offsetof(struct hvpart_caller_page, input) }), 0);
	CHECK_EQ(root_call(&(struct call) { .control = HVCALL_GET_PARTITION_ID,
		.out_gpa = page + 8 }), 0);
	CHECK_EQ(cp->kick_count, 1);
}

static u16 read_log(u64 first, u32 max, u32 reserved)
{
	struct hvpart_input_read_log in = { first, max, reserved };

	return root_simple(HVCALL_HVPART_READ_LOG, &in, sizeof(in));
}

/* A text's place is its address; here all of them are near this function. */
static bool is_text(u64 place, const char *text)
{
	u64 here = (u64)"text";
	u64 at = here + (s32)((u32)place - (u32)here);

	return !strcmp((const char *)at, text);
}

static void log_ring(void)
{
	struct hvpart_output_read_log *out = root_out();
	u64 next, first;

	CHECK_EQ(read_log(0, 1, 1), 5);
	CHECK_EQ(read_log(0, 100, 0), 0);
	CHECK_EQ(out->count, 0);
	hv_log(HV_LOG_WARN, "%s %u %x|%llx|%llu", HV_TEXT("text"), ~0u, 0xabu,
	       0x123456789abcdefull, ~0ull);
	CHECK_EQ(read_log(0, 100, 0), 0);
	CHECK_EQ(out->count, 1);
	CHECK(is_text(out->records[0].text, "2%s %u %x|%llx|%llu"));
	CHECK(is_text(out->records[0].args[0], "text"));
	CHECK_EQ(out->records[0].args[1], ~0u);
	CHECK_EQ(out->records[0].args[2], 0xab);
	CHECK_EQ(out->records[0].args[3], 0x123456789abcdefull);
	CHECK_EQ(out->records[0].args[4], ~0ull);
	CHECK_EQ(out->records[0].cpu, 0);
	next = out->next;
	for (u32 i = 0; i < 300; i++)
		hv_log(HV_LOG_ERR, "line %u", i);
	CHECK_EQ(read_log(next, 0, 0), 0);
	CHECK_EQ(out->count, 0);
	CHECK_EQ(read_log(next, 1000, 0), 0);
	CHECK_EQ(out->count, HVPART_READ_LOG_MAX);
	first = out->records[0].done - 1;
	CHECK(first > next);			/* overwritten between */
	CHECK(is_text(out->records[0].text, "1line %u"));
	CHECK_EQ(out->records[0].args[0], 44);
	CHECK_EQ(out->records[0].args[1], 0);
	for (u32 i = 0; i < HVPART_READ_LOG_MAX; i++)
		CHECK_EQ(out->records[i].done, first + i + 1);
	CHECK_EQ(out->next, first + HVPART_READ_LOG_MAX);
	for (u32 n = out->count; n; n = out->count)
		CHECK_EQ(read_log(out->next, 1000, 0), 0);
	CHECK_EQ(read_log(~0ull, 1000, 0), 0);
	CHECK_EQ(out->count, 0);
}

static u16 stats(u64 id, u32 vp, u32 object)
{
	struct hvpart_input_get_stats in = { id, vp, object };

	return root_simple(HVCALL_HVPART_GET_STATS, &in, sizeof(in));
}

static void statistics(void)
{
	struct hvpart_partition_stats *ps = root_out();
	struct hvpart_vp_stats *vs = root_out();
	struct partition *p = new_guest(2);

	CHECK_EQ(dispatch(p->vps[1], 0), 0);
	CHECK_EQ(stats(p->id, 1, HVPART_STATS_VP), 0);
	CHECK_EQ(vs->dispatches, 1);
	CHECK_EQ(vs->exits[EXIT_INTR], 1);
	CHECK_EQ(stats(p->id, 2, HVPART_STATS_VP), 0xe);
	CHECK_EQ(stats(p->id, 0, 3), 5);
	CHECK_EQ(stats(p->id, 99, HVPART_STATS_PARTITION), 0);
	CHECK_EQ(ps->partition_id, p->id);
	CHECK_EQ(ps->parent_id, 1);
	CHECK_EQ(ps->state, HVPART_PARTITION_ACTIVE);
	CHECK_EQ(ps->vp_count, 2);
	CHECK_EQ(ps->pool_pages, 100);
	CHECK_EQ(ps->leaf_4k, p->gpa.leaves[0]);
	CHECK_EQ(ps->table_pages, 4);		/* all memory is at 0 */
	CHECK(ps->reference_time);
	CHECK_EQ(stats(HV_PARTITION_ID_SELF, 0, HVPART_STATS_PARTITION), 0);
	CHECK_EQ(ps->partition_id, 1);
	CHECK_EQ(ps->child_count, 1);
	CHECK_EQ(stats(1, 0, HVPART_STATS_VP), 0);
	CHECK(vs->hypercalls);
	CHECK_EQ(stats(999, 0, 0), 0xd);
	end_guest(p);
}

/* What of a partition is told as it stands there, and what is worked out. */
static void told(void)
{
	struct hvpart_partition_stats *s = root_out();
	struct partition *p = new_guest(2);

	sim_settle();
	pool_settle(&p->pool);
	p->gpa.leaves[0] += 0x101;
	p->gpa.leaves[1] += 0x202;
	p->gpa.leaves[2] += 0x303;
	p->guest_os_id = 0x8100123456789abc;
	p->crash_count = 7;
	p->ports.count = 8;
	p->connections.count = 9;
	CHECK_EQ(stats(p->id, 0, HVPART_STATS_PARTITION), 0);
	CHECK_EQ(s->leaf_4k, p->gpa.leaves[0]);
	CHECK_EQ(s->leaf_2m, p->gpa.leaves[1]);
	CHECK_EQ(s->leaf_1g, p->gpa.leaves[2]);
	CHECK_EQ(s->table_pages, p->gpa.nr_tables);
	CHECK_EQ(s->guest_os_id, p->guest_os_id);
	CHECK_EQ(s->crash_count, 7);
	CHECK_EQ(s->port_count, 8);
	CHECK_EQ(s->connection_count, 9);
	CHECK_EQ(s->child_count | s->reserved0, 0);
	CHECK_EQ(s->pool_pages, 100);
	CHECK_EQ(s->pool_free, p->pool.nr_free);
	CHECK(s->pool_free && s->pool_free < 100);
	for (u32 i = 0; i < ARRAY_SIZE(s->reserved); i++)
		CHECK_EQ(s->reserved[i], 0);
	p->gpa.leaves[0] -= 0x101;
	p->gpa.leaves[1] -= 0x202;
	p->gpa.leaves[2] -= 0x303;
	p->ports.count = p->connections.count = 0;
	CHECK_EQ(stats(1, 0, HVPART_STATS_PARTITION), 0);
	CHECK_EQ(s->parent_id | s->reference_time, 0);
	CHECK_EQ(s->table_pages, root_partition.gpa.nr_tables);
	CHECK_EQ(s->pool_pages, ARENA_SEED);
	CHECK_EQ(s->pool_free, ARENA_SEED - root_used());
	end_guest(p);
	CHECK_EQ(stats(1, 0, HVPART_STATS_PARTITION), 0);
	CHECK_EQ(s->child_count, 0);
}

/* The root's VPs are the CPUs. */
static void exits_of_cpus(void)
{
	struct hvpart_vp_stats *s = root_out();
	u64 calls;

	CHECK_EQ(stats(1, 2, HVPART_STATS_VP), 0);
	calls = s->exits[EXIT_HYPERCALL];
	ON_CPU(2, CHECK_EQ(root_fast(HVCALL_HVPART_NULL, 0, 0), 0));
	CHECK_EQ(stats(1, 2, HVPART_STATS_VP), 0);
	CHECK_EQ(s->exits[EXIT_HYPERCALL], calls + 1);
	CHECK_EQ(stats(1, NR_CPUS, HVPART_STATS_VP), 0xe);
	CHECK_EQ(stats(1, ~0u, HVPART_STATS_VP), 0xe);
}

/* A ticket moves the epoch; the oldest follows when the last CPU has entered. */
static void machine_moves(void)
{
	struct hvpart_machine_stats *s = root_out();
	struct partition *p = new_guest(1);
	u64 ticket, lines;

	sim_settle();
	CHECK_EQ(stats(1, 0, HVPART_STATS_MACHINE), 0);
	ticket = s->epoch + 1;
	lines = s->log_next;
	CHECK_EQ(s->epoch_oldest, s->epoch);
	CHECK_EQ(s->cpu_demoted, NR_CPUS);
	CHECK_EQ(s->faults, 0);
	CHECK_EQ(epoch_request(), ticket);
	hv_log(HV_LOG_INFO, "a line");
	gpa_root_stats.hidden_reads += 3;
	gpa_root_stats.hidden_writes += 4;
	hv_faults = 5;
	CHECK_EQ(stats(HV_PARTITION_ID_SELF, 0, HVPART_STATS_MACHINE), 0);
	CHECK_EQ(s->epoch, ticket);
	CHECK_EQ(s->epoch_oldest, ticket - 1);
	CHECK_EQ(s->log_next, lines + 1);
	CHECK_EQ(s->hidden_reads, gpa_root_stats.hidden_reads);
	CHECK_EQ(s->hidden_writes, gpa_root_stats.hidden_writes);
	CHECK_EQ(s->faults, 5);
	hv_faults = 0;
	sim_settle();
	CHECK_EQ(stats(1, 0, HVPART_STATS_MACHINE), 0);
	CHECK_EQ(s->epoch_oldest, s->epoch);
	CHECK_EQ(read_log(lines, 1, 0), 0);
	CHECK_EQ(((struct hvpart_output_read_log *)root_out())->records[0].done,
		 lines + 1);
	/* The machine is the root's to look at. */
	CHECK_EQ(stats(p->id, 0, HVPART_STATS_MACHINE), 5);
	end_guest(p);
}

/* LEAVE ends the loop with RAX and RIP final. */
static void leave(void)
{
	struct percpu *cpu = &cpus[0];
	u32 runs = cpu->root_vp->v.runs;

	CHECK_EQ(root_fast(HVCALL_HVPART_LEAVE, 0, 0), 0);
	CHECK_EQ(cpu->root_vp->v.runs, runs + 1);	/* not entered again */
	CHECK_EQ(cpu->root_vp->v.regs.rip, 0x1003);
	CHECK(!cpu->leave);
}

static void debug_break(void)
{
	struct partition *p = new_guest(1);
	struct hv_input_set_partition_property in = {
		p->id, HVPART_PROPERTY_DEBUG_BREAK, 0, 1 };

	CHECK_EQ(root_simple(HVCALL_SET_PARTITION_PROPERTY, &in, sizeof(in)), 0);
	CHECK_EQ(p->debug_break, 1);
	enable_calls(p->vps[0]);
	CHECK_EQ(child_call(p->vps[0], &(struct call) { .control = 0x1ff }), 0);
	in.property_value = 0;
	CHECK_EQ(root_simple(HVCALL_SET_PARTITION_PROPERTY, &in, sizeof(in)), 0);
	CHECK_EQ(child_call(p->vps[0], &(struct call) { .control = 0x1ff }), 2);
	end_guest(p);
}

const struct test own_tests[] = {
	{ "own: the caller page", caller_pages },
	{ "own: parameters in the caller page", parameters_in_page },
	{ "own: the log", log_ring },
	{ "own: statistics", statistics },
	{ "own: what is told of a partition", told },
	{ "own: exits of the root's CPUs", exits_of_cpus },
	{ "own: the machine, epochs and the log", machine_moves },
	{ "own: leave", leave },
	{ "own: debug break", debug_break },
	{}
};
