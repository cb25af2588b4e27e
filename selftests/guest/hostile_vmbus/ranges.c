// SPDX-License-Identifier: GPL-2.0
/* Row: GPA-direct, at the channel that touches what a packet names. */
#include "attack.h"

#define WORDS_MAX	700

static struct vmbus_channel t;
static u8 *memory;		/* four pages */

/* A packet's header: what comes before the request. */
static u64 words[WORDS_MAX];
static u32 used;

static void word32(u32 low, u32 high)
{
	if (used == WORDS_MAX)
		bail_out("a packet too long");
	words[used++] = low | (u64)high << 32;
}

static void page(u64 pfn)
{
	word32((u32)pfn, (u32)(pfn >> 32));
}

/* As many ranges as @nr says there are. */
static void begin(u32 nr)
{
	used = 0;
	word32(0, 0);
	word32(0x77, 0);
	word32(0, nr);
}

static void range(u32 count, u32 offset)
{
	word32(count, offset);
}

static void ends_with(const struct touch_request *r, u16 header8)
{
	struct vmbus_packet p = {
		.type = VMBUS_PACKET_GPA_DIRECT,
		.header8 = header8,
		.length8 = (u16)(used + sizeof(*r) / 8),
		.flags = VMBUS_PACKET_WANTS_COMPLETION,
		.id = 0x77,
	};

	memcpy(words, &p, sizeof(p));
}

/* Adds up, or fills, @length bytes from @at on. */
static int go(u32 op, u32 at, u32 length, u64 *sum)
{
	const struct touch_request r = {
		.op = op, .at = at, .length = length, .fill = 0xA7,
	};

	ends_with(&r, (u16)used);
	return touch_with(&t, words, used * 8, &r, sum);
}

static void dies(const char *what, u64 value)
{
	int ret = go(TOUCH_READ, 0, 1, NULL);

	CHECK(ret == TOUCH_DEAD, "%s %#llx: result %d", what, value, ret);
	vmbus_close(&t);
	CHECK(open_touch(&t), "%s %#llx: it does not open again", what, value);
}

static void three_ranges(void)
{
	begin(3);
	range(100, 4000);
	page(pfn_of(memory));
	page(pfn_of(memory) + 1);
	range(4096, 0);
	page(pfn_of(memory) + 2);
	range(8, 16);
	page(pfn_of(memory) + 3);
}

/* As it should be: so that what is refused is so for its own fault. */
static void good(void)
{
	u64 sum = 0;

	memset(memory, 1, 4 * PAGE_SIZE);
	three_ranges();
	CHECK(!go(TOUCH_READ, 0, 4204, &sum) && sum == 4204, "sum %llu", sum);
	CHECK(!go(TOUCH_WRITE, 90, 20, NULL), "writing");
	for (u32 i = 0; i < 4 * PAGE_SIZE; i++) {
		bool in = (i >= 4090 && i < 4100) ||
			  (i >= 2 * 4096 && i < 2 * 4096 + 10);

		if (memory[i] != (in ? 0xA7 : 1)) {
			fail("byte %#x is %#x", i, memory[i]);
			break;
		}
	}
	CHECK(go(TOUCH_READ, 4204, 1, NULL) == -ERANGE, "behind the end");
	CHECK(go(TOUCH_READ, 0, 4205, NULL) == -ERANGE, "over the end");
	CHECK(go(TOUCH_WRITE, ~0U - TOUCH_MAX, 0x1000, NULL) == -ERANGE,
	      "far behind");
}

static void counts(void)
{
	static const u32 wrong[] = { 0, 4, 5, 255, 0xFFFF, 0x10000000,
				     0x20000000, 0x7FFFFFFF, 0x80000000, ~0U };

	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++) {
		three_ranges();
		words[2] = (u64)wrong[i] << 32;
		dies("range count", wrong[i]);
	}
	/* Zeros for ranges. */
	begin(100);
	for (u32 i = 0; i < 300; i++)
		page(0);
	dies("empty ranges", 100);
}

static void offsets(void)
{
	static const u32 wrong[] = { 4096, 4097, 8192, 0x7FFFFFFF, 0x80000000,
				     ~0U - 4095, ~0U };

	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++) {
		begin(1);
		range(64, wrong[i]);
		page(pfn_of(memory));
		page(pfn_of(memory) + 1);
		page(pfn_of(memory) + 2);
		dies("offset", wrong[i]);
	}
}

static void lengths(void)
{
	static const u32 wrong[] = { 0, 3 * 4096 + 1, 1 << 20, 0x7FFFFFFF,
				     0x80000000, ~0U - 4095, ~0U };

	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++) {
		begin(1);
		range(wrong[i], 0);
		for (u32 k = 0; k < 3; k++)
			page(pfn_of(memory) + k);
		dies("length", wrong[i]);
	}
}

/* The list is shorter than offset and length need; also by the header's end. */
static void short_lists(void)
{
	const struct touch_request r = { .op = TOUCH_READ, .length = 1 };

	begin(1);
	range(4096, 1);
	page(pfn_of(memory));
	dies("pages", 1);
	begin(1);
	range(2, 4095);
	page(pfn_of(memory));
	dies("pages", 1);
	begin(1);
	range(1, 0);
	dies("pages", 0);
	begin(2);
	range(4096, 0);
	page(pfn_of(memory));
	range(4096, 0);
	dies("pages of the second", 0);
	/* The request, which follows, is no part of the header. */
	for (u16 header8 = 2; header8 < 5; header8++) {
		begin(1);
		range(4096, 0);
		page(pfn_of(memory));
		ends_with(&r, header8);
		CHECK(touch_with(&t, words, used * 8, &r, NULL) == TOUCH_DEAD,
		      "header of %u words", header8);
		vmbus_close(&t);
		CHECK(open_touch(&t), "it does not open again");
	}
}

/* More than a transfer may be, in one range and in many. */
static void totals(void)
{
	begin(1);
	range(TOUCH_MAX + 1, 0);
	for (u32 i = 0; i <= TOUCH_MAX / 4096; i++)
		page(pfn_of(memory));
	dies("bytes", TOUCH_MAX + 1);
	begin(2);
	for (u32 k = 0; k < 2; k++) {
		range(TOUCH_MAX / 2 + 4096 * k, 0);
		for (u32 i = 0; i < TOUCH_MAX / 2 / 4096 + k; i++)
			page(pfn_of(memory));
	}
	dies("bytes in two", TOUCH_MAX + 4096);
	/* All that there may be, all in one page. */
	begin(1);
	range(TOUCH_MAX, 0);
	for (u32 i = 0; i < TOUCH_MAX / 4096; i++)
		page(pfn_of(memory));
	CHECK(!go(TOUCH_WRITE, 0, TOUCH_MAX, NULL), "the longest transfer");
}

/* An error of that request alone. */
static void not_ram(void)
{
	static const u64 nowhere[] = PFNS_NOWHERE;
	u64 sum = 0;

	memset(memory, 1, 4 * PAGE_SIZE);
	for (u32 i = 0; i < ARRAY_SIZE(nowhere); i++) {
		begin(1);
		range(3 * 4096, 0);
		page(pfn_of(memory));
		page(nowhere[i]);
		page(pfn_of(memory));
		CHECK(go(TOUCH_READ, 0, 12288, NULL) == -EFAULT,
		      "reading page %#llx", nowhere[i]);
		CHECK(go(TOUCH_WRITE, 4096, 4096, NULL) == -EFAULT,
		      "writing page %#llx", nowhere[i]);
		CHECK(!go(TOUCH_READ, 8192, 4096, &sum) && sum == 4096,
		      "the page behind %#llx", nowhere[i]);
	}
}

/* The hypervisor's pages: what lies below is touched, and not they. */
static void overlays(void)
{
	static const u32 msrs[] = { HV_X64_MSR_HYPERCALL, HV_X64_MSR_SIMP,
				    HV_X64_MSR_SIEFP };

	for (u32 i = 0; i < ARRAY_SIZE(msrs); i++) {
		begin(1);
		range(4096, 0);
		page(rdmsr(msrs[i]) >> 12);
		CHECK(!go(TOUCH_WRITE, 0, 4096, NULL), "MSR %#x", msrs[i]);
	}
	/* Hypercalls, messages and flags go on. */
	CHECK(vmbus_quiet(), "messages");
	both_work("after the hypervisor's pages");
}

/* The rings themselves, header and data, those of this channel and another's. */
static void own_rings(void)
{
	struct vmbus_channel *targets[] = { &t, &a };

	for (u32 i = 0; i < 2 * 8; i++) {
		begin(1);
		range(4096, 0);
		page(pfn_of(targets[i / 8]->rings) + i % 8);
		go(TOUCH_WRITE, 0, 4096, NULL);
		vmbus_close(&t);
		CHECK(open_touch(&t), "it does not open again");
		CHECK(reopen(&a), "the other one does not open again");
		CHECK(ping(&b), "another channel is silent");
	}
}

static void with_touch(void (*fn)(void))
{
	memory = vmbus_pages(4);
	if (!open_touch(&t))
		bail_out("no channel that touches memory");
	fn();
	/* It goes on, or does again. */
	memset(memory, 1, 4 * PAGE_SIZE);
	three_ranges();
	CHECK(go(TOUCH_READ, 0, 100, NULL) == 0, "it does not work any more");
	both_work("after ranges");
}

static void range_good(void) { with_touch(good); }
static void range_counts(void) { with_touch(counts); }
static void range_offsets(void) { with_touch(offsets); }
static void range_lengths(void) { with_touch(lengths); }
static void range_short(void) { with_touch(short_lists); }
static void range_totals(void) { with_touch(totals); }
static void range_not_ram(void) { with_touch(not_ram); }
static void range_overlays(void) { with_touch(overlays); }
static void range_own_rings(void) { with_touch(own_rings); }

const struct attack range_attacks[] = {
	{ "ranges-good", range_good },
	{ "ranges-count", range_counts },
	{ "ranges-offset", range_offsets },
	{ "ranges-length", range_lengths },
	{ "ranges-short", range_short },
	{ "ranges-total", range_totals },
	{ "ranges-not-ram", range_not_ram },
	{ "ranges-overlays", range_overlays },
	{ "ranges-own-rings", range_own_rings },
	{ NULL, NULL }
};
