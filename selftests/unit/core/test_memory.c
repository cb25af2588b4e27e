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

/* --- TranslateVirtualAddress -------------------------------------------------------- */

struct result {
	u16 st;
	u32 code;
	u64 gpa;
	bool overlay;
};

static struct result translate(u64 gva, u64 control)
{
	struct hv_input_translate_virtual_address in = { .partition_id = p->id,
		.control_flags = control, .gva_page = gva };
	struct hv_output_translate_virtual_address *out = root_out();
	struct result r;

	r.st = root_simple(HVCALL_TRANSLATE_VIRTUAL_ADDRESS, &in, sizeof(in));
	r.code = out->translation_result.result_code;
	r.gpa = out->gpa_page;
	r.overlay = out->translation_result.overlay_page;
	return r;
}

static void leads(u64 gva, u64 control, u64 gpa)
{
	struct result r = translate(gva, control);

	if (r.st || r.code || r.gpa != gpa)
		fail("%llx: status %x code %u page %llx", gva, r.st, r.code, r.gpa);
}

static void stops(u64 gva, u64 control, u32 code)
{
	struct result r = translate(gva, control);

	if (r.st || r.code != code)
		fail("%llx: status %x code %u, not %u", gva, r.st, r.code, code);
}

/* Page tables in guest pages 32 ..; RAM of the guest is at PFN_GUEST. */
static void entry(u32 table, u32 index, u64 val)
{
	ram64(PFN_GUEST + table)[index] = val;
}

static void translate_long(void)
{
	const u64 nx = 1ull << 63;

	begin();
	for (u64 c = 0; c < 0x800; c = c ? c << 1 : 1)
		CHECK_EQ(translate(0, c).st, c >= 1 && c <= 4 ? 0 : 5);
	CHECK_EQ(translate(0, 1ull << 56 | 1).st, 5);
	leads(77, 1, 77);			/* no paging: the identity */
	vp->v.plain[0] = CR0_PG | CR0_PE;
	vp->v.plain[2] = 32 << 12;
	vp->v.plain[3] = CR4_PAE;
	vp->v.plain[4] = EFER_LMA | EFER_LME | EFER_NXE;
	entry(32, 0, 33 << 12 | 7);
	entry(33, 0, 34 << 12 | 7);
	entry(33, 1, 1ull << 30 | 0x87);	/* 1 GiB */
	entry(34, 0, 35 << 12 | 7);
	entry(34, 1, 0x200000 | 0x83 | nx);	/* 2 MiB */
	entry(34, 2, 1000ull << 12 | 7);	/* table beyond RAM */
	entry(35, 0, 50 << 12 | 7);
	entry(35, 1, 51 << 12 | 5);		/* read-only, user */
	entry(35, 2, 52 << 12 | 3);
	entry(35, 3, 53 << 12 | 2);		/* not present */
	leads(0, 7, 50);
	leads(1, 1, 51);
	leads(1, 2, 51);			/* CR0.WP clear: CPL 0 writes */
	vp->v.plain[0] |= CR0_WP;
	stops(1, 2, HV_TRANSLATE_GVA_PRIVILEGE_VIOLATION);
	leads(2, 2, 52);
	stops(3, 1, HV_TRANSLATE_GVA_PAGE_NOT_PRESENT);
	leads(512 + 5, 1, 512 + 5);
	stops(512 + 5, 4, HV_TRANSLATE_GVA_PRIVILEGE_VIOLATION);
	stops(1024, 1, HV_TRANSLATE_GVA_GPA_UNMAPPED);
	leads((1 << 18) + 9, 1, (1 << 18) + 9);
	stops(1ull << 35, 1, HV_TRANSLATE_GVA_PAGE_NOT_PRESENT); /* bit 47 */
	stops(1ull << 50, 1, HV_TRANSLATE_GVA_PAGE_NOT_PRESENT);
	vp->v.seg[2].descriptor_privilege_level = 3;
	stops(2, 1, HV_TRANSLATE_GVA_PRIVILEGE_VIOLATION);
	leads(2, 1 | HV_TRANSLATE_GVA_PRIVILEGE_EXEMPT, 52);
	stops(1, 2, HV_TRANSLATE_GVA_PRIVILEGE_VIOLATION);
	map_guest(p->id, 35, PFN_GUEST + 35, 1, 0);
	stops(0, 1, HV_TRANSLATE_GVA_GPA_NO_READ_ACCESS);
	map_guest(p->id, 35, PFN_GUEST + 35, 1, 0xf);
	/* An overlay says so. */
	enable_calls(vp);
	entry(35, 0, 200 << 12 | 7);
	CHECK(translate(0, 1).overlay);
	CHECK(!translate(1, 1).overlay);
	/* Five levels. */
	vp->v.plain[3] |= CR4_LA57;
	entry(36, 0, 32 << 12 | 7);
	vp->v.plain[2] = 36 << 12;
	leads(1, 1, 51);
	stops(1ull << 36, 1, HV_TRANSLATE_GVA_PAGE_NOT_PRESENT);
	sim_settle();
	end_guest(p);
}

static void translate_32(void)
{
	u32 *t32;

	begin();
	vp->v.plain[0] = CR0_PG | CR0_PE;
	vp->v.plain[2] = 32 << 12;
	t32 = ram(PFN_GUEST + 32);
	t32[0] = 33 << 12 | 7;
	t32[1] = 0x400000 | 0x87;
	((u32 *)ram(PFN_GUEST + 33))[5] = 60 << 12 | 7;
	leads(5, 1, 60);
	stops(6, 1, HV_TRANSLATE_GVA_PAGE_NOT_PRESENT);
	stops(1024, 1, HV_TRANSLATE_GVA_GPA_UNMAPPED);	/* no PSE: a table */
	vp->v.plain[3] = BIT(4);
	leads(1024 + 3, 1, 1024 + 3);
	/* PAE: four entries without rights of their own. */
	vp->v.plain[3] = CR4_PAE;
	vp->v.plain[2] = (40 << 12) + 32;
	entry(40, 4, 41 << 12 | 1);
	entry(41, 0, 42 << 12 | 7);
	entry(41, 1, 0x200000 | 0x87);
	entry(42, 7, 61 << 12 | 7);
	leads(7, 2, 61);
	leads(512 + 1, 1, 512 + 1);
	stops(1 << 18, 1, HV_TRANSLATE_GVA_PAGE_NOT_PRESENT);
	end_guest(p);
}

const struct test memory_tests[] = {
	{ "memory: what map and unmap refuse", map_refused },
	{ "memory: large pages, no access", large_and_none },
	{ "memory: access states", access },
	{ "translate: long mode", translate_long },
	{ "translate: 32 bits and PAE", translate_32 },
	{}
};
