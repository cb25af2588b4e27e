// SPDX-License-Identifier: GPL-2.0
/* Rows: GPADL_HEADER, GPADL_BODY, GPADL never completed, TEARDOWN. */
#include "attack.h"

#define CHANNEL_MAX	16	/* GPADLs that one channel may have */
#define PAGES_MAX	8190	/* that one may name */
#define PAGES_ALL	131072
#define HEADERS		1000

static u64 list[PAGES_MAX];

static struct vmbus_gpadl_header header(u32 handle, u32 nr)
{
	return (struct vmbus_gpadl_header){
		.msg.type = VMBUS_MSG_GPADL_HEADER,
		.relid = a.relid,
		.gpadl = handle,
		.range_bytes = 8 + 8 * nr,
		.ranges = 1,
		.byte_count = nr * PAGE_SIZE,
	};
}

/* A header with page numbers of ours behind it, as many as @nr. */
static void post_header(const struct vmbus_gpadl_header *h, u32 nr)
{
	u64 words[30] = { 0 };
	u64 pfn = pfn_of(a.rings);
	u8 *at = (u8 *)words;

	memcpy(at, h, sizeof(*h));
	for (u32 i = 0; i < nr; i++, pfn++)
		memcpy(at + sizeof(*h) + 8 * i, &pfn, 8);
	vmbus_post(words, sizeof(*h) + 8 * nr);
}

static void refused(const struct vmbus_gpadl_header *h, u32 nr,
		    const char *what, u64 value)
{
	u32 status;

	post_header(h, nr);
	status = vmbus_gpadl_status(h->relid, h->gpadl);
	CHECK(status != SUCCESS && status != NO_ANSWER,
	      "%s %#llx: status %#x", what, value, status);
}

static void body(u32 handle, const u64 *pfn, u32 nr)
{
	struct {
		struct vmbus_gpadl_body m;
		u64 pfn[VMBUS_GPADL_BODY_PAGES];
	} b = { .m = { .msg.type = VMBUS_MSG_GPADL_BODY, .gpadl = handle } };

	memcpy(b.pfn, pfn, nr * 8);
	vmbus_post(&b, sizeof(b.m) + nr * 8);
}

static void ours(u32 nr)
{
	for (u32 i = 0; i < nr; i++)
		list[i] = pfn_of(a.rings) + i % a.pages;
}

static void wrong_ranges(void)
{
	static const u16 counts[] = { 0, 2, 3, 255, 256, 0x7FFF, 0xFFFF };
	struct vmbus_gpadl_header h;

	for (u32 i = 0; i < ARRAY_SIZE(counts); i++) {
		h = header(vmbus_new_handle(), 4);
		h.ranges = counts[i];
		refused(&h, 4, "range count", counts[i]);
	}
	both_work("after range counts");
}

static void wrong_lengths(void)
{
	static const u16 lengths[] = { 0, 1, 7, 8, 9, 15, 17, 32, 39, 41, 48,
				       0x7FF8, 0xFFF8, 0xFFFF };
	static const u32 counts[] = { 0, 1, 4095, 3 * 4096, 4 * 4096 + 1,
				      5 * 4096, 0x80000000, ~0U };
	static const u32 offsets[] = { 1, 4096, 4097, 0x80000000, ~0U };
	struct vmbus_gpadl_header h;

	for (u32 i = 0; i < ARRAY_SIZE(lengths); i++) {
		h = header(vmbus_new_handle(), 4);
		h.range_bytes = lengths[i];
		refused(&h, 4, "range length", lengths[i]);
	}
	for (u32 i = 0; i < ARRAY_SIZE(counts); i++) {
		h = header(vmbus_new_handle(), 4);
		h.byte_count = counts[i];
		refused(&h, 4, "byte count", counts[i]);
	}
	for (u32 i = 0; i < ARRAY_SIZE(offsets); i++) {
		h = header(vmbus_new_handle(), 4);
		h.byte_offset = offsets[i];
		refused(&h, 4, "byte offset", offsets[i]);
	}
	/* 2^32 by offset and count together. */
	h = header(vmbus_new_handle(), 4);
	h.byte_count = ~0U - 4094;
	h.byte_offset = 4095;
	refused(&h, 4, "the sum", 1ULL << 32);
	both_work("after lengths");
}

/* More page numbers than the header announces. */
static void surplus(void)
{
	struct vmbus_gpadl_header h;
	u32 handle = vmbus_new_handle();

	for (u32 nr = 1; nr < 26; nr += 5) {
		h = header(vmbus_new_handle(), nr);
		refused(&h, nr + 1, "one page number more than", nr);
	}
	/* In a body: dropped as a whole, the right one completes it. */
	h = header(handle, 30);
	post_header(&h, 26);
	ours(28);
	body(handle, list, 5);
	body(handle, list, 28);
	CHECK(vmbus_quiet(), "a body with too much is answered");
	body(handle, list, 4);
	CHECK(vmbus_gpadl_status(a.relid, handle) == SUCCESS, "the rest");
	CHECK(vmbus_teardown(a.relid, handle), "TEARDOWN");
	both_work("after surplus page numbers");
}

static void wrong_handles(void)
{
	struct vmbus_gpadl_header h = header(0, 4);
	u32 handle = vmbus_new_handle();

	refused(&h, 4, "handle", 0);
	h = header(a.gpadl, 4);
	refused(&h, 4, "the rings' handle", a.gpadl);
	h = header(b.gpadl, 4);
	refused(&h, 4, "another channel's handle", b.gpadl);
	/* Of an incomplete one, which stays. */
	h = header(handle, 30);
	post_header(&h, 26);
	refused(&h, 26, "an incomplete one's handle", handle);
	ours(4);
	body(handle, list, 4);
	CHECK(vmbus_gpadl_status(a.relid, handle) == SUCCESS,
	      "the first one is not completed");
	CHECK(vmbus_teardown(a.relid, handle), "TEARDOWN");
	both_work("after handles");
}

static void wrong_channels(void)
{
	static const u32 relids[] = { 0, RELID_NONE, 2047, 2048, 2049, 65536,
				      0x80000001, ~0U };
	struct vmbus_gpadl_header h;

	for (u32 i = 0; i < ARRAY_SIZE(relids); i++) {
		h = header(vmbus_new_handle(), 4);
		h.relid = relids[i];
		refused(&h, 4, "relid", relids[i]);
	}
	both_work("after relids");
}

static void stray_bodies(void)
{
	ours(28);
	for (u32 i = 0; i < 20; i++)
		body((u32)random(), list, (u32)random() % 29);
	body(0, list, 28);
	body(a.gpadl, list, 1);		/* complete already */
	body(a.gpadl, list, 0);
	body(b.gpadl, list, 28);
	CHECK(vmbus_quiet(), "answered");
	both_work("after stray bodies");
}

/* As many as the host allows, and then no; of those that never end as well. */
static void caps(void)
{
	u32 first = vmbus_new_handle(), handle, made = 0, refusals = 0;
	struct vmbus_gpadl_header h;

	/* The rings are one. */
	for (handle = first; made < CHANNEL_MAX - 1; made++)
		CHECK(vmbus_gpadl_at(a.relid, handle++, a.rings, 4) == SUCCESS,
		      "GPADL %u", made);
	CHECK(vmbus_gpadl_at(a.relid, handle, a.rings, 4) ==
	      VMBUS_STATUS_NO_RESOURCES, "there is room for more than %u",
	      CHANNEL_MAX);
	for (u32 i = 0; i < made; i++)
		CHECK(vmbus_teardown(a.relid, first + i), "TEARDOWN %u", i);
	for (u32 i = 0; i < HEADERS; i++) {
		h = header(0x1000000 + i, 2000);
		post_header(&h, 0);
		if (i < CHANNEL_MAX - 1)
			continue;
		refusals += vmbus_gpadl_status(a.relid, 0x1000000 + i) ==
			    VMBUS_STATUS_NO_RESOURCES;
	}
	CHECK(refusals == HEADERS - (CHANNEL_MAX - 1),
	      "%u of %u headers are refused", refusals, HEADERS);
	both_work("with many incomplete ones");
	/* Another channel may still make one. */
	CHECK(vmbus_gpadl_at(b.relid, 0xB, b.rings, 4) == SUCCESS,
	      "the other channel's");
	attach_again();
}

/* All of the child's pages together. */
static void all_pages(void)
{
	u32 handle = 0x2000000, all = a.pages + b.pages, relid = a.relid;
	struct vmbus_gpadl_header h;

	while (all + PAGES_MAX <= PAGES_ALL) {
		h = header(handle++, PAGES_MAX);
		h.relid = relid;
		if (handle == 0x2000000 + CHANNEL_MAX - 1)
			relid = b.relid;
		post_header(&h, 0);
		all += PAGES_MAX;
	}
	CHECK(vmbus_quiet(), "one of them is refused");
	h = header(handle, PAGES_MAX);
	h.relid = b.relid;
	refused(&h, 0, "pages above the cap", all);
	both_work("with all pages lent");
	attach_again();
}

static void largest(void)
{
	u32 handle = vmbus_new_handle();

	ours(PAGES_MAX);
	CHECK(vmbus_gpadl(a.relid, handle, list, PAGES_MAX) == SUCCESS,
	      "%u pages", PAGES_MAX);
	CHECK(vmbus_teardown(a.relid, handle), "TEARDOWN");
	both_work("after the largest one");
}

/* Left behind incomplete, at TEARDOWN and at the end of the connection. */
static void incomplete(void)
{
	u32 handle = vmbus_new_handle();
	struct vmbus_gpadl_header h = header(handle, 30);

	post_header(&h, 26);
	CHECK(vmbus_teardown(a.relid, handle), "TEARDOWN of an incomplete one");
	ours(28);
	body(handle, list, 4);
	CHECK(vmbus_quiet(), "a body for what is gone is answered");
	CHECK(vmbus_gpadl_at(a.relid, handle, a.rings, 8) == SUCCESS,
	      "its handle is not free");
	CHECK(vmbus_teardown(a.relid, handle), "TEARDOWN");
	post_header(&h, 26);
	attach_again();
	body(handle, list, 4);
	CHECK(vmbus_quiet(), "a body for the last connection is answered");
	CHECK(vmbus_gpadl_at(a.relid, handle, a.rings, 8) == SUCCESS,
	      "its handle is not free in the next connection");
	both_work("after incomplete ones");
}

/* TORNDOWN has to wait until nobody uses the rings. */
static void teardown_open(void)
{
	struct vmbus_gpadl_torndown t;
	struct hv_message msg;

	vmbus_teardown_post(a.relid, a.gpadl);
	CHECK(!vmbus_receive(&msg, 50), "an answer while it is open");
	both_work("on its way");
	vmbus_teardown_post(a.relid, a.gpadl);
	CHECK(vmbus_quiet(), "a second TEARDOWN is answered");
	CHECK(vmbus_gpadl_at(a.relid, a.gpadl, a.rings, 8) != SUCCESS,
	      "its handle is free already");
	vmbus_relid_post(VMBUS_MSG_CLOSE, a.relid);
	CHECK(vmbus_expect(VMBUS_MSG_GPADL_TORNDOWN, &t, sizeof(t)) &&
	      t.gpadl == a.gpadl, "no TORNDOWN after CLOSE");
	CHECK(vmbus_quiet(), "a second TORNDOWN");
	CHECK(vmbus_open_raw(a.relid, a.gpadl, 4, 0) != SUCCESS,
	      "a channel opens on what is torn down");
	CHECK(open_loopback(&a, 0, RING_PAGES), "it does not open again");
	both_work("after TEARDOWN of open rings");
}

static void teardown_odd(void)
{
	u32 handle = vmbus_new_handle();

	vmbus_teardown_post(b.relid, a.gpadl);
	vmbus_teardown_post(RELID_NONE, a.gpadl);
	vmbus_teardown_post(~0U, a.gpadl);
	vmbus_teardown_post(a.relid, 0);
	for (u32 i = 0; i < 20; i++)
		vmbus_teardown_post(a.relid, (u32)random() | 0x80000000);
	CHECK(vmbus_quiet(), "answered");
	CHECK(vmbus_gpadl_at(a.relid, handle, a.rings, 4) == SUCCESS, "GPADL");
	CHECK(vmbus_teardown(a.relid, handle), "TEARDOWN");
	vmbus_teardown_post(a.relid, handle);
	CHECK(vmbus_quiet(), "the second TEARDOWN is answered");
	both_work("after odd TEARDOWNs");
}

const struct attack gpadl_attacks[] = {
	{ "gpadl-ranges", wrong_ranges },
	{ "gpadl-lengths", wrong_lengths },
	{ "gpadl-surplus", surplus },
	{ "gpadl-handles", wrong_handles },
	{ "gpadl-channels", wrong_channels },
	{ "gpadl-stray-bodies", stray_bodies },
	{ "gpadl-caps", caps },
	{ "gpadl-all-pages", all_pages },
	{ "gpadl-largest", largest },
	{ "gpadl-incomplete", incomplete },
	{ "gpadl-teardown-open", teardown_open },
	{ "gpadl-teardown-odd", teardown_odd },
	{ NULL, NULL }
};
