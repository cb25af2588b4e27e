// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "fuzz.h"

struct partition *guest;

static struct {
	u64 used, free;
} base;
static u32 ports[64], cons[64], nr_ports, nr_cons;

u64 get_word(struct input *in)
{
	u8 kind = get8(in);
	u16 v = get16(in);

	switch (kind % 8) {
	case 0:
		return v;
	case 1:
		return (u64)v << PAGE_SHIFT;
	case 2:
		return v % 4 == 0 ? guest->id : v % 4 == 1 ? 1 :
			v % 4 == 2 ? HV_PARTITION_ID_SELF : guest->id + v % 8;
	case 3:
		return ~(u64)v;
	case 4:
		return (u64)v << 32 | get16(in);
	case 5:
		return 1ull << (v % 64);
	case 6:
		return PFN_DEPOSIT + v % 1024;
	}
	return get64(in);
}

static u64 free_pages(void)
{
	pool_settle(root_pool);
	return root_pool->nr_free + root_pool->nr_pending;
}

void fuzz_begin(void)
{
	static bool started;

	if (!started)
		sim_init();
	started = true;
	cur = 0;
	vendor_reset();
	base.used = root_used();
	base.free = free_pages();
	nr_ports = nr_cons = 0;
	guest = new_guest(2);
	for (u32 i = 0; i < 2; i++)
		enable_calls(guest->vps[i]);
}

void fuzz_check(void)
{
	for (u32 i = 0; i < NR_CPUS; i++) {
		ON_CPU(i, CHECK(!locks_held()));
		CHECK(!cpus[i].windows_open);
		CHECK(cpus[i].current == cpus[i].root_vp);
		CHECK(!cpus[i].leave);
	}
	for (u32 i = 0; i < HV_MAX_VPS; i++)
		if (guest->vps[i])
			CHECK_EQ(guest->vps[i]->running, 0);
	CHECK(guest->state <= PS_FINALIZED);
	/* Counts that went below zero are huge. */
	CHECK((guest->pool.nr_free | guest->pool.nr_used |
	       guest->pool.nr_pending | guest->pool.nr_leaving) < NR_PAGES);
}

void note_port(u32 id)
{
	if (nr_ports < ARRAY_SIZE(ports))
		ports[nr_ports++] = id;
}

void note_connection(u32 id)
{
	if (nr_cons < ARRAY_SIZE(cons))
		cons[nr_cons++] = id;
}

static u64 first_child(void)
{
	struct hv_input_get_next_child_partition in = { 1, 0 };

	CHECK_EQ(root_simple(HVCALL_GET_NEXT_CHILD_PARTITION, &in, sizeof(in)), 0);
	return *(u64 *)root_out();
}

/* The caller pages as sim_init() had them. */
static void caller_pages(void)
{
	for (u32 i = 0; i < NR_CPUS; i++)
		ON_CPU(i, {
			CHECK_EQ(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE, 0, 0), 0);
			CHECK_EQ(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE,
					   PFN_CALLER(i), 1), 0);
		});
}

void fuzz_end(void)
{
	u64 id;

	cur = 0;
	root_fast(HVCALL_HVPART_CANCEL_LEAVE, 0, 0);
	sim_settle();
	while ((id = first_child()))
		end_guest(part(id));
	while (nr_ports)
		root_fast(HVCALL_DELETE_PORT, 1, ports[--nr_ports]);
	while (nr_cons)
		root_fast(HVCALL_DISCONNECT_PORT, 1, cons[--nr_cons]);
	caller_pages();
	sim_settle();
	sim_settle();
	/* The table of device memory that the root touched is all that may stay. */
	CHECK_EQ(root_used(), base.used);
	CHECK_EQ(free_pages(), base.free);
	for (u64 pfn = PFN_DEPOSIT; pfn < ARENA; pfn++) {
		CHECK_EQ(owner_get(pfn).state, PG_ROOT);
		CHECK_EQ(owner_get(pfn).link, 0);
	}
}
