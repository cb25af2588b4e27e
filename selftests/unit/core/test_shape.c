// SPDX-License-Identifier: GPL-2.0
/*
 * What is refused before a handler runs, for every call of the table: shape,
 * privilege, parameters outside of the caller's memory, target.
 */
#include <string.h>

#include "sim.h"

struct desc {
	const char *name;
	u16 code, in, out;
	u8 elem_in, elem_out, shape, priv, target;
};

static const struct desc calls[] = {
#define DESC(code, fn, in, out, ein, eout, shape, priv, target) \
	{ #fn, code, in, out, ein, eout, shape, priv, target },
	HYPERCALL_LIST(DESC)
	{}
};

#define FOR_EACH_CALL(d)	for (d = calls; d->name; d++)

/* The control word of a call in its simplest good form. */
static u64 control(const struct desc *d)
{
	return d->code | (d->shape & HC_REP ? REPS(1) : 0);
}

struct counts {
	u64 free, pending, leaving, used, children;
};

static struct counts counts(struct pool *p)
{
	return (struct counts) { p->nr_free, p->nr_pending, p->nr_leaving,
				 p->nr_used, partition_count_children() };
}

static struct partition *guest;

static struct counts before[2];

static void remember(void)
{
	before[0] = counts(root_pool);
	before[1] = counts(&guest->pool);
}

/* A refusal has changed nothing and says so in all of RAX. */
static void expect(const struct desc *d, const char *what, u64 got, u64 want)
{
	struct counts now_[2] = { counts(root_pool), counts(&guest->pool) };

	if (got != want)
		fail("%s, %s: %llx, not %llx", d->name, what, got, want);
	if (memcmp(before, now_, sizeof(before)))
		fail("%s, %s: refused, but something has changed", d->name, what);
}

static void refused(const struct desc *d, const char *what, u64 c, u16 st)
{
	expect(d, what, root_simple(c, NULL, 0), st);
}

static void begin(void)
{
	guest = new_guest(1);
	remember();
	memset(ram(PFN_IN(0)), 0, PAGE_SIZE);
}

static void reserved_bits(void)
{
	const struct desc *d;

	begin();
	FOR_EACH_CALL(d)
		for (u32 bit = 0; bit < 64; bit++)
			if (HV_HYPERCALL_RSVD_MASK & BIT(bit))
				refused(d, "reserved bit", control(d) | BIT(bit), 3);
}

static void shape(void)
{
	const struct desc *d;

	begin();
	FOR_EACH_CALL(d) {
		u64 c = d->code;

		if (!(d->shape & HC_FAST))
			refused(d, "fast", control(d) | FAST, 3);
		if (!(d->shape & HC_VAR)) {
			refused(d, "variable header", control(d) | VAR(1), 3);
			refused(d, "variable header", control(d) | VAR(1023), 3);
		}
		if (!(d->shape & HC_REP)) {
			refused(d, "rep count", c | REPS(1), 3);
			refused(d, "start index", c | START(1), 3);
			continue;
		}
		refused(d, "no reps", c, 3);
		refused(d, "start without reps", c | START(1), 3);
		refused(d, "start = count", c | REPS(5) | START(5), 3);
		refused(d, "start > count", c | REPS(5) | START(6), 3);
	}
}

static bool exists(u32 code)
{
	const struct desc *d;

	FOR_EACH_CALL(d)
		if (d->code == code)
			return true;
	return false;
}

static void unknown_codes(void)
{
	const struct desc none = { .name = "unknown call" };

	begin();
	for (u32 code = 0; code < 0x10000; code += code < 0x200 ? 1 : 7)
		if (!exists(code))
			refused(&none, "code", code, 2);
	/* The debug property breaks this for one child, never for the root. */
	guest->debug_break = HVPART_BREAK_UNKNOWN_CALL;
	refused(&none, "code", 0x1ff, 2);
}

/* Partition id at 0, VP index at 8. */
static u64 target(const struct desc *d, u64 id, u32 vp)
{
	u64 *in = ram(PFN_IN(0));

	memset(in, 0, PAGE_SIZE);
	in[0] = id;
	*(u32 *)&in[1] = vp;
	return root_simple(control(d) | (d->shape & HC_VAR ? VAR(1) : 0), NULL, 0);
}

static void privileges(void)
{
	const struct desc *d;
	u64 all = ~0ull;

	begin();
	FOR_EACH_CALL(d) {
		if (d->priv == P_NONE)
			continue;
		root_partition.privileges = all & ~BIT(d->priv);
		if (d->target != T_OWN) {
			refused(d, "privilege", control(d), 6);
		} else {
			expect(d, "privilege", target(d, 1, 0), 6);
			expect(d, "self", target(d, HV_PARTITION_ID_SELF, 0), 6);
			root_partition.privileges = all & ~BIT(P_CREATE);
			expect(d, "parent", target(d, guest->id, 0), 6);
		}
		root_partition.privileges = all;
	}
}

static u64 at(const struct desc *d, u64 in, u64 out)
{
	return root_call(&(struct call) { .control = control(d), .in_gpa = in,
					  .out_gpa = out });
}

static void input_page(void)
{
	u64 good = (u64)PFN_SPARE << PAGE_SHIFT;
	const struct desc *d;
	u32 bytes;

	begin();
	FOR_EACH_CALL(d) {
		bytes = d->in + (d->shape & HC_REP ? d->elem_in : 0);
		if (!bytes)
			continue;
		for (u32 off = 1; off < 8; off++)
			expect(d, "input alignment", at(d, good + off, 0), 4);
		if (bytes > 8)
			expect(d, "input crosses its page", at(d, good +
			       PAGE_SIZE - (bytes - 1) / 8 * 8, 0), 4);
		expect(d, "input in a hole", at(d, HOLE << PAGE_SHIFT, 0), 4);
		expect(d, "input of the hypervisor",
		       at(d, (u64)ARENA << PAGE_SHIFT, 0), 4);
		expect(d, "input beyond RAM",
		       at(d, (u64)NR_PAGES << PAGE_SHIFT, 0), 4);
		expect(d, "input beyond everything", at(d, ~7ull, 0), 4);
	}
}

static void output_page(void)
{
	u64 good = (u64)PFN_SPARE << PAGE_SHIFT;
	const struct desc *d;
	u32 bytes;

	begin();
	FOR_EACH_CALL(d) {
		bytes = d->out + (d->shape & HC_REP ? d->elem_out : 0);
		if (!bytes)
			continue;
		for (u32 off = 1; off < 8; off++)
			expect(d, "output alignment", at(d, good, good + off), 4);
		if (bytes > 8)
			expect(d, "output crosses its page", at(d, good, good +
			       PAGE_SIZE - (bytes - 1) / 8 * 8), 4);
		expect(d, "output in a hole", at(d, good, HOLE << PAGE_SHIFT), 4);
		expect(d, "output of the hypervisor",
		       at(d, good, (u64)ARENA << PAGE_SHIFT), 4);
		expect(d, "output beyond everything", at(d, good, ~7ull), 4);
	}
}

static void too_many_reps(void)
{
	const struct desc *d;

	begin();
	FOR_EACH_CALL(d) {
		u32 elem = MAX(d->elem_in, d->elem_out);

		if (!(d->shape & HC_REP) || elem < 2)
			continue;
		refused(d, "list beyond the page", d->code | REPS(4095), 4);
		if (d->shape & HC_VAR)
			refused(d, "header beyond the page",
				d->code | REPS(1) | VAR(1023), 4);
	}
}

/* --- targets ------------------------------------------------------------------ */

/* With its rep count: element 0 was not done. */
static void targets(void)
{
	struct partition *other;
	const struct desc *d;
	u64 created;

	begin();
	created = new_partition();
	other = new_guest(1);
	other->parent = guest;		/* somebody else's child */
	remember();
	FOR_EACH_CALL(d) {
		if (d->target <= T_ROOT)
			continue;
		expect(d, "id 0", target(d, 0, 0), 0xd);
		expect(d, "id of nobody", target(d, 12345, 0), 0xd);
		expect(d, "not its child", target(d, other->id, 0), 6);
		if (d->target != T_POOL && d->target != T_OWN) {
			expect(d, "itself", target(d, 1, 0), 6);
			expect(d, "self", target(d, HV_PARTITION_ID_SELF, 0), 6);
		}
		if (d->target < T_ACTIVE)
			continue;
		expect(d, "not initialized", target(d, created, 0), 7);
		if (d->target < T_NAMED)
			continue;
		expect(d, "no such VP", target(d, guest->id, 1), 0xe);
		expect(d, "VP index", target(d, guest->id, 64), 0xe);
		expect(d, "any VP", target(d, guest->id, HV_ANY_VP), 0xe);
		if (d->target != T_VP)
			continue;
		guest->vps[0]->running = 3;
		expect(d, "running VP", target(d, guest->id, 0), 0x15);
		guest->vps[0]->running = 0;
	}
	/* The one thing that a running VP can be told: to stop. */
	CHECK_EQ(guest->vps[0]->requests, VPREQ_STOP);
}

static void finalized(void)
{
	const struct desc *d;
	u64 id;

	begin();
	id = guest->id;
	CHECK_EQ(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, id, 1ull << 32), 0);
	CHECK_EQ(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, id, 0), 0);
	CHECK_EQ(root_fast(HVCALL_FINALIZE_PARTITION, id, 0), 0);
	remember();
	FOR_EACH_CALL(d)
		if (d->target >= T_ACTIVE)
			expect(d, "finalized", target(d, id, 0), 7);
}

const struct test shape_tests[] = {
	{ "reserved bits of the control word", reserved_bits },
	{ "fast form, variable header, reps", shape },
	{ "unknown codes", unknown_codes },
	{ "privileges", privileges },
	{ "input: alignment, page, memory", input_page },
	{ "output: alignment, page, memory", output_page },
	{ "lists and headers that do not fit", too_many_reps },
	{ "targets: partition, child, state, VP", targets },
	{ "targets of a finalized partition", finalized },
	{}
};
