// SPDX-License-Identifier: GPL-2.0
/* Rows: OPEN, CLOSE, RELID_RELEASED, MODIFYCHANNEL. */
#include "attack.h"

static void refused(u32 relid, u32 gpadl, u32 downstream, u32 vp,
		    const char *what, u32 value)
{
	u32 status = vmbus_open_raw(relid, gpadl, downstream, vp);

	CHECK(status != SUCCESS && status != NO_ANSWER,
	      "%s %#x: status %#x", what, value, status);
}

/* Closed, its GPADL still lent. */
static void shut(struct vmbus_channel *ch)
{
	vmbus_relid_post(VMBUS_MSG_CLOSE, ch->relid);
	vmbus_clear(ch);
}

static void still_opens(const char *when)
{
	vmbus_clear(&a);
	CHECK(vmbus_open_raw(a.relid, a.gpadl, RING_PAGES, 0) == SUCCESS,
	      "%s: it does not open", when);
	CHECK(reopen(&a), "%s: it does not open again", when);
	both_work(when);
}

static void open_twice(void)
{
	u32 handle = vmbus_new_handle();

	refused(a.relid, a.gpadl, RING_PAGES, 0, "the second time", 0);
	refused(a.relid, a.gpadl, RING_PAGES - 1, 1, "otherwise", 0);
	CHECK(vmbus_gpadl_at(a.relid, handle, vmbus_pages(8), 8) == SUCCESS,
	      "GPADL");
	refused(a.relid, handle, RING_PAGES, 0, "with other rings", 0);
	both_work("after a second OPEN");
}

static void open_gpadl(void)
{
	u32 torn = vmbus_new_handle(), partial = vmbus_new_handle();
	struct vmbus_gpadl_header h = {
		.msg.type = VMBUS_MSG_GPADL_HEADER,
		.relid = a.relid,
		.gpadl = partial,
		.range_bytes = 8 + 8 * 8,
		.ranges = 1,
		.byte_count = 8 * PAGE_SIZE,
	};

	shut(&a);
	refused(a.relid, 0, RING_PAGES, 0, "GPADL", 0);
	refused(a.relid, ~0U, RING_PAGES, 0, "GPADL", ~0U);
	refused(a.relid, b.gpadl, RING_PAGES, 0, "another channel's GPADL", 0);
	vmbus_gpadl_at(a.relid, torn, a.rings, 8);
	vmbus_teardown(a.relid, torn);
	refused(a.relid, torn, RING_PAGES, 0, "a GPADL that is gone", 0);
	vmbus_post(&h, sizeof(h));
	refused(a.relid, partial, RING_PAGES, 0, "an incomplete GPADL", 0);
	still_opens("after wrong GPADLs");
}

/* Each side needs a page for its header and one for data. */
static void open_downstream(void)
{
	static const u32 wrong[] = { 0, 1, 2 * RING_PAGES - 1, 2 * RING_PAGES,
				     2 * RING_PAGES + 1, 0x80000000, ~0U };

	shut(&a);
	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++)
		refused(a.relid, a.gpadl, wrong[i], 0, "offset", wrong[i]);
	still_opens("after wrong offsets");
}

/* A GPADL that does not begin with its page. */
static void open_unaligned(void)
{
	struct {
		struct vmbus_gpadl_header m;
		u64 pfn[8];
	} __attribute__((packed)) h = { .m = {
		.msg.type = VMBUS_MSG_GPADL_HEADER,
		.relid = a.relid,
		.gpadl = vmbus_new_handle(),
		.range_bytes = 8 + 8 * 8,
		.ranges = 1,
		.byte_count = 8 * PAGE_SIZE - 64,
		.byte_offset = 32,
	} };

	shut(&a);
	for (u32 i = 0; i < 8; i++) {
		u64 pfn = pfn_of(a.rings) + i;

		memcpy((u8 *)&h + sizeof(h.m) + 8 * i, &pfn, 8);
	}
	vmbus_post(&h, sizeof(h));
	CHECK(vmbus_gpadl_status(a.relid, h.m.gpadl) == SUCCESS, "GPADL");
	refused(a.relid, h.m.gpadl, RING_PAGES, 0, "rings off their pages", 32);
	still_opens("after unaligned rings");
}

static void open_vp(void)
{
	static const u32 wrong[] = { 2, 63, 64, 1024, 0x80000000, ~0U };

	shut(&a);
	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++)
		refused(a.relid, a.gpadl, RING_PAGES, wrong[i], "VP", wrong[i]);
	still_opens("after wrong VPs");
}

static void open_relid(void)
{
	static const u32 wrong[] = { 0, RELID_NONE, 2047, 2048, 0x80000001,
				     ~0U };

	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++)
		refused(wrong[i], a.gpadl, RING_PAGES, 0, "relid", wrong[i]);
	both_work("after wrong relids");
}

/* What the rings say before they are opened. */
static void open_indices(void)
{
	const u32 size = (RING_PAGES - 1) * PAGE_SIZE;
	const u32 wrong[] = { 1, 4, 7, 12, size - 1, size, size + 8,
			      0x80000000, ~0U, ~7U };

	shut(&a);
	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++) {
		u32 *words[] = { &a.out.head->write, &a.out.head->read,
				 &a.in.head->write, &a.in.head->read };

		for (u32 k = 0; k < ARRAY_SIZE(words); k++) {
			vmbus_clear(&a);
			*words[k] = wrong[i];
			refused(a.relid, a.gpadl, RING_PAGES, 0, "index",
				wrong[i]);
		}
	}
	/* No room for the greeting: the provider refuses. */
	vmbus_clear(&a);
	a.in.head->read = 8;
	a.in.head->write = 0;
	refused(a.relid, a.gpadl, RING_PAGES, 0, "a full ring", 0);
	still_opens("after wrong indices");
}

/* Many times over, with nobody reading. */
static void open_storm(void)
{
	struct vmbus_open m = {
		.msg.type = VMBUS_MSG_OPEN,
		.relid = a.relid,
		.gpadl = a.gpadl,
		.downstream = RING_PAGES,
	};
	struct vmbus_open_result r;

	for (u32 i = 0; i < 150; i++) {
		shut(&a);
		vmbus_post(&m, sizeof(m));
		CHECK(vmbus_expect(VMBUS_MSG_OPEN_RESULT, &r, sizeof(r)) &&
		      r.status == SUCCESS, "OPEN %u", i);
	}
	CHECK(reopen(&a), "it does not open again");
	both_work("after many OPENs");
}

static void close_odd(void)
{
	static const u32 wrong[] = { 0, RELID_NONE, 2047, 2048, ~0U };

	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++) {
		vmbus_relid_post(VMBUS_MSG_CLOSE, wrong[i]);
		vmbus_relid_post(VMBUS_MSG_RELID_RELEASED, wrong[i]);
	}
	vmbus_relid_post(VMBUS_MSG_RELID_RELEASED, a.relid);
	CHECK(vmbus_quiet(), "answered");
	both_work("after CLOSE and RELEASED of nothing");
	vmbus_relid_post(VMBUS_MSG_CLOSE, a.relid);
	vmbus_relid_post(VMBUS_MSG_CLOSE, a.relid);
	vmbus_relid_post(VMBUS_MSG_RELID_RELEASED, a.relid);
	CHECK(vmbus_quiet(), "answered");
	CHECK(vmbus_signal(a.connection, 0) == HV_STATUS_INVALID_CONNECTION_ID,
	      "a closed channel can be signalled");
	CHECK(ping(&b), "another channel is silent");
	still_opens("after a second CLOSE");
}

static void modify(void)
{
	static const u32 vps[] = { 2, 63, 64, 0x80000000, ~0U };
	static const u32 relids[] = { 0, RELID_NONE, 2047, 2048, ~0U };
	u64 data = 1;

	for (u32 i = 0; i < ARRAY_SIZE(vps); i++)
		CHECK(vmbus_modify(a.relid, vps[i]) != SUCCESS, "VP %#x",
		      vps[i]);
	for (u32 i = 0; i < ARRAY_SIZE(relids); i++)
		CHECK(vmbus_modify(relids[i], 0) != SUCCESS, "relid %#x",
		      relids[i]);
	/* None of it has counted: flags still go to VP 0. */
	vmbus_flag(0, a.relid);
	CHECK(ping(&a), "silent");
	CHECK(vmbus_wait_flag(0, a.relid, 1000), "no flag at VP 0");
	CHECK(vmbus_modify(a.relid, 1) == SUCCESS, "VP 1");
	vmbus_flag(1, a.relid);
	vmbus_send(&a, VMBUS_PACKET_WANTS_COMPLETION, 1, &data, sizeof(data));
	CHECK(vmbus_wait_flag(1, a.relid, 1000), "no flag at VP 1");
	CHECK(reopen(&a), "it does not open again");
	shut(&a);
	CHECK(vmbus_modify(a.relid, 0) != SUCCESS, "of a closed channel");
	still_opens("after MODIFYCHANNEL");
}

const struct attack channel_attacks[] = {
	{ "open-twice", open_twice },
	{ "open-gpadl", open_gpadl },
	{ "open-downstream", open_downstream },
	{ "open-unaligned", open_unaligned },
	{ "open-vp", open_vp },
	{ "open-relid", open_relid },
	{ "open-indices", open_indices },
	{ "open-storm", open_storm },
	{ "close-odd", close_odd },
	{ "modify", modify },
	{ NULL, NULL }
};
