// SPDX-License-Identifier: GPL-2.0
/* From create to delete: states, memory in every amount, pages counted. */
#include <string.h>

#include "sim.h"

static u16 create(u64 flags, u64 isolation)
{
	struct hv_input_create_partition in = plain_partition;

	in.flags = flags;
	in.isolation_properties.as_uint64 = isolation;
	return root_simple(HVCALL_CREATE_PARTITION, &in, sizeof(in));
}

static void create_refused(void)
{
	const u64 good = plain_partition.flags;
	u64 used = root_used();

	for (u32 bit = 0; bit < 64; bit++) {
		static const u64 known = HV_PARTITION_CREATION_FLAG_SMT_ENABLED_GUEST |
			HV_PARTITION_CREATION_FLAG_GPA_SUPER_PAGES_ENABLED |
			HV_PARTITION_CREATION_FLAG_EXO_PARTITION |
			HV_PARTITION_CREATION_FLAG_LAPIC_ENABLED |
			HV_PARTITION_CREATION_FLAG_INTERCEPT_MESSAGE_PAGE_ENABLED |
			HV_PARTITION_CREATION_FLAG_X2APIC_CAPABLE;

		if (!(known & BIT(bit)))
			CHECK_EQ(create(good | BIT(bit), 0), 5);
	}
	CHECK_EQ(create(good, 1), 5);
	CHECK_EQ(create(good & ~HV_PARTITION_CREATION_FLAG_LAPIC_ENABLED, 0), 0x1e);
	CHECK_EQ(create(good & ~HV_PARTITION_CREATION_FLAG_X2APIC_CAPABLE, 0), 0x1e);
	CHECK_EQ(root_fast(HVCALL_HVPART_PREPARE_LEAVE, 0, 0), 0);
	CHECK_EQ(create(good, 0), 8);
	CHECK_EQ(root_fast(HVCALL_HVPART_CANCEL_LEAVE, 0, 0), 0);
	CHECK_EQ(used, root_used());
	CHECK_EQ(create(good, 0), 0);
	CHECK_EQ(used + 1, root_used());
	CHECK_EQ(root_fast(HVCALL_HVPART_PREPARE_LEAVE, 0, 0), 0x19);
}

/* Ids are never used twice, slots are; children come in order. */
static u64 next_child(u64 parent, u64 prev)
{
	struct hv_input_get_next_child_partition in = { parent, prev };
	u64 r = root_simple(HVCALL_GET_NEXT_CHILD_PARTITION, &in, sizeof(in));

	return r ? r | BIT(63) : *(u64 *)root_out();
}

static void ids(void)
{
	u64 a = new_partition(), b = new_partition(), c = new_partition(), d;
	u16 slot = part(b)->slot;

	CHECK(a < b && b < c);
	CHECK_EQ(next_child(HV_PARTITION_ID_SELF, 0), a);
	CHECK_EQ(next_child(1, a), b);
	CHECK_EQ(root_fast(HVCALL_DELETE_PARTITION, b, 0), 0);
	CHECK_EQ(next_child(1, a), c);
	CHECK_EQ(next_child(1, b), BIT(63) | 0xd);
	d = new_partition();
	CHECK(d > c);
	CHECK_EQ(part(d)->slot, slot);
	CHECK_EQ(next_child(1, c), d);
	CHECK_EQ(next_child(1, d), 0);
	CHECK_EQ(next_child(a, 0), BIT(63) | 6);
	CHECK_EQ(root_partition.nr_children, 3);
	CHECK_EQ(root_simple(HVCALL_GET_PARTITION_ID, NULL, 0), 0);
	CHECK_EQ(*(u64 *)root_out(), 1);
}

static void too_many(void)
{
	u64 first = new_partition();

	for (u32 i = 2; i < HV_MAX_PARTITIONS; i++)
		new_partition();
	CHECK_EQ(create(plain_partition.flags, 0), HV_STATUS_NO_RESOURCES);
	CHECK_EQ(root_fast(HVCALL_DELETE_PARTITION, first, 0), 0);
	new_partition();
}

static void root_pool_empty(void)
{
	u64 free = root_pool->nr_free;

	root_pool->reserve = free;
	CHECK_EQ(create(plain_partition.flags, 0), 0xb);
	CHECK_EQ(partition_count_children(), 0);
	root_pool->reserve = free - 1;
	CHECK_EQ(create(plain_partition.flags, 0), 0);
	CHECK_EQ(create(plain_partition.flags, 0), 0xb);
}

static void states(void)
{
	u64 id = new_partition(), used = root_used();
	struct hv_create_vp vp = { .partition_id = id };

	CHECK_EQ(root_fast(HVCALL_FINALIZE_PARTITION, id, 0), 7);
	CHECK_EQ(root_fast(HVCALL_INITIALIZE_PARTITION, id, 0), 0xb);
	CHECK_EQ(deposit(id, 100), 0);
	CHECK_EQ(root_fast(HVCALL_DELETE_PARTITION, id, 0), 8);
	CHECK_EQ(root_fast(HVCALL_INITIALIZE_PARTITION, id, 0), 0);
	CHECK_EQ(root_fast(HVCALL_INITIALIZE_PARTITION, id, 0), 7);
	CHECK_EQ(root_fast(HVCALL_DELETE_PARTITION, id, 0), 7);
	CHECK_EQ(root_simple(HVCALL_CREATE_VP, &vp, sizeof(vp)), 0);
	/* What is in use cannot be withdrawn. */
	withdraw_all(id);
	CHECK(part(id)->pool.nr_used);
	CHECK_EQ(root_fast(HVCALL_FINALIZE_PARTITION, id, 0), 0);
	CHECK_EQ(root_fast(HVCALL_FINALIZE_PARTITION, id, 0), 0);
	CHECK_EQ(deposit(id, 1), 7);
	CHECK_EQ(root_fast(HVCALL_INITIALIZE_PARTITION, id, 0), 7);
	CHECK_EQ(root_fast(HVCALL_DELETE_PARTITION, id, 0), 8);
	CHECK_EQ(part(id)->pool.nr_used, 0);
	CHECK(withdraw_all(id) > 0);
	CHECK_EQ(root_fast(HVCALL_DELETE_PARTITION, id, 0), 0);
	CHECK_EQ(root_fast(HVCALL_DELETE_PARTITION, id, 0), 0xd);
	sim_settle();
	CHECK_EQ(root_used(), used - 1);
}

/* A running VP or a mapped page holds a partition up; a child of it as well. */
static void finalize_refused(void)
{
	struct partition *p = new_guest(2);
	u64 id = p->id;

	CHECK_EQ(root_fast(HVCALL_FINALIZE_PARTITION, id, 0), 0x19);
	CHECK_EQ(root_fast(HVCALL_DELETE_VP, id, 1), 0x19);
	CHECK_EQ(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, id, 1ull << 32 | 1), 0);
	CHECK_EQ(root_fast(HVCALL_DELETE_VP, id, 1), 0x19);
	CHECK_EQ(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, id, 1), 0);
	p->vps[0]->running = 2;
	CHECK_EQ(root_fast(HVCALL_DELETE_VP, id, 1), 0x15);
	CHECK_EQ(root_fast(HVCALL_FINALIZE_PARTITION, id, 0), 0x19);
	p->vps[0]->running = 0;
	CHECK_EQ(root_fast(HVCALL_DELETE_VP, id, 1), 0);
	CHECK_EQ(root_fast(HVCALL_DELETE_VP, id, 1), 0xe);
	CHECK_EQ(root_fast(HVCALL_DELETE_VP, id, 64), 0xe);
	CHECK_EQ(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, id, 1ull << 32), 0);
	CHECK_EQ(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, id, 0), 0);
	p->nr_children = 1;
	CHECK_EQ(root_fast(HVCALL_FINALIZE_PARTITION, id, 0), 8);
	p->nr_children = 0;
	end_guest(p);
}

static void create_vp(void)
{
	struct partition *p = new_guest(1);
	struct hv_create_vp in = { .partition_id = p->id };

	CHECK_EQ(root_simple(HVCALL_CREATE_VP, &in, sizeof(in)), 0xe);
	in.vp_index = 64;
	CHECK_EQ(root_simple(HVCALL_CREATE_VP, &in, sizeof(in)), 0xe);
	in.vp_index = 63;
	in.flags = 1;
	CHECK_EQ(root_simple(HVCALL_CREATE_VP, &in, sizeof(in)), 5);
	in.flags = 0;
	in.proximity_domain_info.flags.reserved = 1;
	CHECK_EQ(root_simple(HVCALL_CREATE_VP, &in, sizeof(in)), 5);
	in.proximity_domain_info.flags.reserved = 0;
	memset(in.padding, 0xff, 3);		/* Linux leaves these stale */
	CHECK_EQ(root_simple(HVCALL_CREATE_VP, &in, sizeof(in)), 0);
	CHECK_EQ(p->nr_vps, 2);
	CHECK(p->vps[63]->explicit_suspend && p->vps[63]->wait_sipi);
	CHECK_EQ(get_reg(p->vps[63], HV_X64_REGISTER_INITIAL_APIC_ID), 63);
	CHECK(!p->vps[0]->wait_sipi);
	end_guest(p);
}

/*
 * Exactly n pages, for every n: either it works, or nothing has happened. The
 * pages that wait for an epoch count as free.
 */
static u64 available(struct pool *pool)
{
	return pool->nr_free + pool->nr_pending;
}

static u32 sweep(u16 (*op)(u64 id), void (*prepare)(u64 id), u32 first)
{
	u32 n;

	for (n = first; n < 200; n++) {
		u64 id = new_partition(), used, avail;
		u16 st;

		CHECK_EQ(deposit(id, n), 0);
		if (prepare)
			prepare(id);
		used = part(id)->pool.nr_used;
		avail = available(&part(id)->pool);
		st = op(id);
		if (st) {
			CHECK_EQ(st, 0xb);
			CHECK_EQ(part(id)->pool.nr_used, used);
			CHECK_EQ(available(&part(id)->pool), avail);
			/* The rest makes the same call succeed. */
			CHECK_EQ(deposit(id, 60), 0);
			CHECK_EQ(op(id), 0);
			CHECK(part(id)->pool.nr_used > used);
		}
		end_guest(part(id));
		if (!st)
			return n;
	}
	fail("no amount of memory suffices");
}

static u16 op_initialize(u64 id)
{
	return root_fast(HVCALL_INITIALIZE_PARTITION, id, 0);
}

static u16 op_create_vp(u64 id)
{
	struct hv_create_vp in = { .partition_id = id, .vp_index = 7 };

	return root_simple(HVCALL_CREATE_VP, &in, sizeof(in));
}

static void initialized(u64 id)
{
	CHECK_EQ(op_initialize(id), 0);
}

static void memory_sweep(void)
{
	u64 used = root_used(), all = root_pool->nr_free + root_pool->nr_pending;
	u32 init = sweep(op_initialize, NULL, 0);
	u32 vp = sweep(op_create_vp, initialized, init);

	printf("# initialize: %u pages, create VP: %u\n", init, vp - init);
	CHECK(init > 0 && vp > init);
	sim_settle();
	pool_settle(root_pool);
	CHECK_EQ(root_used(), used);
	CHECK_EQ(root_pool->nr_free + root_pool->nr_pending, all);
}

/* Balance is what there is; withdrawn pages are zero and the root's again. */
static void balance(void)
{
	struct hv_input_get_memory_balance in = { .partition_id = new_partition() };
	struct hv_output_get_memory_balance *out = root_out();
	u64 id = in.partition_id;

	CHECK_EQ(deposit(id, 40), 0);
	CHECK_EQ(root_simple(HVCALL_GET_MEMORY_BALANCE, &in, sizeof(in)), 0);
	CHECK_EQ(out->pages_available, 40);
	CHECK_EQ(out->pages_in_use, 0);
	CHECK_EQ(op_initialize(id), 0);
	CHECK_EQ(root_simple(HVCALL_GET_MEMORY_BALANCE, &in, sizeof(in)), 0);
	CHECK_EQ(out->pages_available + out->pages_in_use, 40);
	CHECK(out->pages_in_use);
	in.proximity_domain_info.flags.reserved = 1;
	CHECK_EQ(root_simple(HVCALL_GET_MEMORY_BALANCE, &in, sizeof(in)), 5);
	CHECK_EQ(ST(root_simple(HVCALL_WITHDRAW_MEMORY | REPS(1), &in,
				sizeof(in))), 5);
	in.proximity_domain_info.flags.reserved = 0;
	in.partition_id = HV_PARTITION_ID_SELF;
	CHECK_EQ(root_simple(HVCALL_GET_MEMORY_BALANCE, &in, sizeof(in)), 0);
	CHECK_EQ(out->pages_in_use, root_pool->nr_used);
	CHECK_EQ(ST(root_simple(HVCALL_WITHDRAW_MEMORY | REPS(1), &in,
				sizeof(in))), HV_STATUS_NO_RESOURCES);
	CHECK_EQ(deposit(1, 5), 0);
	end_guest(part(id));
}

/* A batch is taken as a whole or not at all. */
static void deposit_batch(void)
{
	static const u64 bad[] = { HOLE, ARENA + 20, PFN_CALLER(0), NR_PAGES,
				   ~0ull, 1ull << 52, 1ull << 40 | 600, 601 };
	u64 in[4] = { new_partition(), 600, 601 };
	struct pool *pool = &part(in[0])->pool;

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		in[3] = bad[i];
		CHECK_EQ(root_simple(HVCALL_DEPOSIT_MEMORY | REPS(3), in, 32), 8);
		CHECK_EQ(owner_get(600).state, PG_ROOT);
		CHECK_EQ(available(pool), 0);
	}
	/* A continued call takes the rest only. */
	in[3] = 602;
	CHECK_EQ(root_simple(HVCALL_DEPOSIT_MEMORY | REPS(3) | START(1), in, 32),
		 3ull << 32);
	CHECK_EQ(owner_get(600).state, PG_ROOT);
	CHECK_EQ(available(pool), 2);
	CHECK(gpa_lookup(&root_partition.gpa, 601).level == 0);
}

const struct test life_tests[] = {
	{ "create: what is refused", create_refused },
	{ "ids, slots, children in order", ids },
	{ "255 children and no more", too_many },
	{ "create: the root's pool is empty", root_pool_empty },
	{ "states from create to delete", states },
	{ "finalize and delete VP: what holds them up", finalize_refused },
	{ "create VP: index, flags, state", create_vp },
	{ "memory: exactly n pages, for every n", memory_sweep },
	{ "memory balance", balance },
	{ "deposit: the whole batch or nothing", deposit_batch },
	{}
};
