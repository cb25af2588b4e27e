// SPDX-License-Identifier: GPL-2.0
/* Calls on a child's memory: map, unmap, access states, translation. */
#include <string.h>

#include "sim.h"

static struct partition *p;
static struct vp *vp;

static u64 map(u64 gpn, u32 flags, u64 pfn, u32 n, u32 start)
{
	u64 buf[32] = {};
	struct hv_input_map_gpa_pages *in = (void *)buf;

	in->target_partition_id = p->id;
	in->target_gpa_base = gpn;
	in->map_flags = flags;
	for (u32 i = 0; i < n; i++)
		in->source_gpa_page_list[i] = pfn + i;
	return root_simple(HVCALL_MAP_GPA_PAGES | REPS(n) | START(start), buf,
			   sizeof(buf));
}

static u64 unmap(u64 gpn, u32 flags, u32 n)
{
	struct hv_input_unmap_gpa_pages in = { .target_partition_id = p->id,
		.target_gpa_base = gpn, .unmap_flags = flags };

	return root_simple(HVCALL_UNMAP_GPA_PAGES | REPS(n), &in, sizeof(in));
}

static void begin(void)
{
	p = new_guest(1);
	vp = p->vps[0];
}

static void map_refused(void)
{
	begin();
	for (u32 r = 0; r < 16; r++) {
		bool good = r == 0 || r == 1 || r == 3 || r == 0xd || r == 0xf;

		CHECK_EQ(map(300, r, PFN_GUEST + 400, 1, 0),
			 good ? 1ull << 32 : 5);
	}
	for (u32 bit = 4; bit < 32; bit++)
		if (!((HV_MAP_GPA_ADJUSTABLE | HV_MAP_GPA_NO_ACCESS |
		       HV_MAP_GPA_LARGE_PAGE) & BIT(bit)))
			CHECK_EQ(map(300, 1u << bit | 1, PFN_GUEST, 1, 0),
				 1u << bit == HV_MAP_GPA_NOT_CACHED ? 0x1e : 5);
	CHECK_EQ(map(300, 0xf, HOLE, 1, 0), 8);
	CHECK_EQ(map(300, 0xf, ARENA, 1, 0), 8);
	CHECK_EQ(map(300, 0xf, ~0ull, 1, 0), 8);
	CHECK_EQ(map(1ull << 40, 0xf, PFN_GUEST, 1, 0), 5);
	CHECK_EQ(map(~0ull, 0xf, PFN_GUEST, 1, 0), 5);
	CHECK_EQ(map(~0ull, 0xf, PFN_GUEST, 2, 1), 1ull << 32 | 5);
	CHECK_EQ(map(300, 0xf | HV_MAP_GPA_LARGE_PAGE, PFN_GUEST, 1, 0), 5);
	CHECK_EQ(map(512, 0xf | HV_MAP_GPA_LARGE_PAGE, PFN_GUEST + 1, 1, 0), 5);
	/* Up to the first bad page: counted. */
	CHECK_EQ(map(300, 0xf, HOLE - 2, 4, 0), 2ull << 32 | 8);
	CHECK_EQ(gpa_lookup(&p->gpa, 301).level, 1);
	CHECK_EQ(gpa_lookup(&p->gpa, 302).level, 0);
	CHECK_EQ(unmap(300, 1, 1), 5);
	CHECK_EQ(unmap(300, 4, 1), 5);
	CHECK_EQ(unmap(300, 0, 2), 2ull << 32);
	CHECK_EQ(unmap(300, 0, 2), 2ull << 32);
	CHECK_EQ(unmap(~0ull, 0, 2), 5);
	sim_settle();
	end_guest(p);
}

static void large_and_none(void)
{
	begin();
	CHECK_EQ(map(1024, 0xf | HV_MAP_GPA_LARGE_PAGE, PFN_GUEST + 1024, 1, 0),
		 1ull << 32);
	CHECK_EQ(gpa_lookup(&p->gpa, 1024 + 77).level, 2);
	CHECK_EQ(owner_get(PFN_GUEST + 1024 + 77).link, 1);
	CHECK_EQ(unmap(1024, HV_UNMAP_GPA_LARGE_PAGE, 1), 1ull << 32);
	CHECK_EQ(owner_get(PFN_GUEST + 1024 + 77).link, 0);
	CHECK_EQ(map(300, HV_MAP_GPA_NO_ACCESS, 0, 3, 0), 3ull << 32);
	CHECK_EQ(gpa_lookup(&p->gpa, 302).level, 1);
	CHECK_EQ(gpa_lookup(&p->gpa, 302).rights, 0);
	/* What a child maps cannot be deposited. */
	CHECK_EQ(root_simple(HVCALL_DEPOSIT_MEMORY | REPS(1),
			     (u64[]) { p->id, PFN_GUEST }, 16), 8);
	sim_settle();
	end_guest(p);
}

static u64 access_states(u64 gpn, u64 flags, u32 n)
{
	struct hv_input_get_gpa_pages_access_state in = { .partition_id = p->id,
		.flags.as_uint64 = flags, .hv_gpa_page_number = gpn };

	return root_simple(HVCALL_GET_GPA_PAGES_ACCESS_STATES | REPS(n), &in,
			   sizeof(in));
}

static void access(void)
{
	u8 *out = root_out();

	begin();
	CHECK_EQ(access_states(4, 0, 1), 8);
	p->access_tracking = true;
	CHECK_EQ(access_states(4, 1ull << 4, 1), 5);
	CHECK_EQ(access_states(4, 1ull << 63, 1), 5);
	CHECK_EQ(access_states(10, 0, 3), 3ull << 32);
	CHECK_EQ(out[0] | out[1] | out[2], 0);
	CHECK_EQ(access_states(11, 2 | 8, 1), 1ull << 32);	/* set both */
	CHECK_EQ(access_states(10, 1, 3), 3ull << 32);
	CHECK_EQ(out[0], 0);
	CHECK_EQ(out[1], 3);
	CHECK_EQ(access_states(10, 0, 3), 3ull << 32);
	CHECK_EQ(out[1], 2);
	sim_settle();
	end_guest(p);
}

/* The driver walks a child's tables: a call that the TLFS has, and we have not. */
static void no_translation(void)
{
	const struct hv_input_translate_virtual_address in = {
		.control_flags = HV_TRANSLATE_GVA_VALIDATE_READ,
	};

	CHECK_EQ(root_simple(HVCALL_TRANSLATE_VIRTUAL_ADDRESS, &in, sizeof(in)), 2);
}

const struct test memory_tests[] = {
	{ "memory: what map and unmap refuse", map_refused },
	{ "memory: large pages, no access", large_and_none },
	{ "memory: access states", access },
	{ "memory: translating is not ours", no_translation },
	{}
};
