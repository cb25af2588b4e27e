// SPDX-License-Identifier: GPL-2.0
/* Hypercalls: codes, control words, parameter blocks, VP sets. */
#include <hvpart/call_guest.h>
#include <hvpart/call_interrupt.h>
#include "hostile.h"

#define REP_BITS	(HV_HYPERCALL_REP_COMP_MASK | HV_HYPERCALL_REP_START_MASK)

/* What a child without the privileges of a parent may get done. */
static bool own_call(u32 code)
{
	return code < 0x40 || code == HV_EXT_CALL_QUERY_CAPABILITIES;
}

static void unknown_calls(void)
{
	void *in = page_alloc(), *out = page_alloc();

	for (u32 code = 0; code <= 0xFFFF; code++) {
		u32 status = hcall_fast(code, 0, 0);

		CHECK(status || own_call(code), "fast call %#x works", code);
		if (((code > 0x200 && code < 0x7F00) || code > 0x8010) &&
		    code & 0xF)
			continue;
		status = hcall_slow(code, in, out);
		CHECK(status || own_call(code), "call %#x works", code);
		status = hcall_slow(code | reps(1, 0), in, out);
		CHECK(status || own_call(code), "rep call %#x works", code);
	}
}

static void control_words(void)
{
	u64 *in = page_alloc(), *out = page_alloc();

	for (u32 i = 0; i < 20000; i++) {
		u64 control = random();

		/* A random code is unknown: most shall get further. */
		if (i & 7)
			control = (control & ~0xFFFFULL) | (random() & 0x1F);
		if (i & 1)
			control &= ~HV_HYPERCALL_RSVD_MASK;
		/* A mask with ourselves in it would only ring our own bell. */
		for (u32 k = 0; k < 32; k++)
			in[k] = random() & random();
		hcall(control, (u64)in + (random() & 0x38), (u64)out);
	}
}

static const u16 rep_calls[] = {
	HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST, HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST_EX,
};

static void rep_counts(void)
{
	u8 *in = page_alloc();

	for (u32 i = 0; i < ARRAY_SIZE(rep_calls); i++) {
		u16 code = rep_calls[i];

		CHECK(hcall_slow(code, in, NULL) ==
		      HV_STATUS_INVALID_HYPERCALL_INPUT, "%#x: no reps", code);
		CHECK(hcall_slow(code | reps(1, 1), in, NULL) ==
		      HV_STATUS_INVALID_HYPERCALL_INPUT, "%#x: start 1", code);
		CHECK(hcall_slow(code | reps(3, 0xFFF), in, NULL) ==
		      HV_STATUS_INVALID_HYPERCALL_INPUT, "%#x: start", code);
		CHECK(hcall_slow(code | reps(0xFFF, 0), in, NULL) ==
		      HV_STATUS_INVALID_ALIGNMENT, "%#x: list too long", code);
		CHECK(hcall_slow(code | reps(0xFFF, 0xFFE), in, NULL) ==
		      HV_STATUS_INVALID_ALIGNMENT, "%#x: list too long", code);
		CHECK(hcall_slow(code | reps(1, 0), in + PAGE_SIZE - 8, NULL),
		      "%#x: list over the end", code);
	}
	/* The greatest list that fits must end, and say how far it came. */
	CHECK(hcall(HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST | reps(509, 0), (u64)in, 0)
	      == 509ULL << HV_HYPERCALL_REP_COMP_OFFSET, "a full list");
}

static void input_pages(void)
{
	static const u64 nowhere[] = NOWHERE;
	static const u16 codes[] = {
		HVCALL_SEND_IPI, HVCALL_SEND_IPI_EX, HVCALL_POST_MESSAGE,
		HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE, HVCALL_SIGNAL_EVENT,
		HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE_EX,
	};
	u64 page = (u64)page_alloc();

	for (u32 i = 0; i < ARRAY_SIZE(codes); i++) {
		for (u32 k = 0; k < ARRAY_SIZE(nowhere); k++) {
			u32 status = hcall_status(codes[i], nowhere[k], 0);

			CHECK(status == HV_STATUS_INVALID_ALIGNMENT,
			      "call %#x from %#llx: %#x", codes[i], nowhere[k],
			      status);
		}
		for (u32 off = 1; off < 8; off++)
			CHECK(hcall_status(codes[i], page + off, 0) ==
			      HV_STATUS_INVALID_ALIGNMENT, "unaligned");
	}
	CHECK(hcall_status(HVCALL_POST_MESSAGE, page + PAGE_SIZE - 248, 0) ==
	      HV_STATUS_INVALID_ALIGNMENT, "over the end of a page");
	/* The last bytes of RAM, and the first behind it. */
	hcall_status(HVCALL_SEND_IPI, 32 * 1024 * 1024 - 16, 0);
	hcall_status(HVCALL_SEND_IPI, 32 * 1024 * 1024 - 8, 0);
	hcall_status(HVCALL_SEND_IPI, 32 * 1024 * 1024, 0);
}

/* Blocks in pages that the hypervisor itself owns or writes. */
static void input_overlays(void)
{
	static const u32 msrs[] = {
		HV_X64_MSR_SIMP, HV_X64_MSR_SIEFP, HV_X64_MSR_REFERENCE_TSC,
		HV_X64_MSR_VP_ASSIST_PAGE,
	};

	for (u32 i = 0; i < ARRAY_SIZE(msrs); i++) {
		void *page = page_alloc();

		wrmsr(msrs[i], (u64)page | ON);
		for (u32 code = 0; code < 0x140; code++) {
			hcall_slow(code, page, page);
			hcall_slow(code | reps(1, 0), page, page);
			hcall_slow(code, hcall_page(), hcall_page());
		}
		wrmsr(msrs[i], 0);
	}
}

/*
 * XSA-475 (CVE-2025-58147): a sparse set was turned into a bitmap without a
 * look at its end. Here: all banks, all bits, headers of any size.
 */
static void vp_sets(void)
{
	static const u16 codes[] = {
		HVCALL_SEND_IPI_EX, HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE_EX,
		HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST_EX,
	};
	u64 *in = page_alloc();

	for (u32 i = 0; i < 20000; i++) {
		u16 code = codes[i % 3];
		u32 fixed = code == HVCALL_SEND_IPI_EX ? 1 : 2, banks = 0;
		u64 valid = i < 64 * 3 ? BIT(i / 3) : random();

		for (u32 k = 0; k < 512; k += 8)
			in[k] = ~0ULL;
		in[0] = code == HVCALL_SEND_IPI_EX ? 0x70 : 0;
		in[1] = 0;
		in[fixed] = i % 7 == 6 ? random() : i % 5 == 4;
		in[fixed + 1] = valid;
		for (; valid; valid &= valid - 1)
			banks++;
		for (u32 k = 0; k < banks; k++)
			in[fixed + 2 + k] = i & 1 ? ~0ULL : ~0ULL << 63;
		if (i % 11 == 10)
			banks = random() & 0x3FF;
		hcall_slow(code | varhead(banks) |
			   (i % 3 == 2 ? reps(1, 0) : 0), in, NULL);
	}
	irq_on();
	irq_off();
}

/* XSA-475 (CVE-2025-58148): VP indices beyond those that exist. */
static void vp_masks(void)
{
	u64 *in = page_alloc();

	for (u32 bit = 0; bit < 64; bit++) {
		hcall_fast(HVCALL_SEND_IPI, 0x70, BIT(bit));
		hcall_fast(HVCALL_SEND_IPI, 0x70, ~0ULL << bit);
		in[0] = 0;
		in[1] = 0;
		in[2] = BIT(bit);
		hcall_slow(HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE, in, NULL);
		in[2] = ~0ULL << bit;
		hcall_slow(HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE, in, NULL);
	}
	CHECK(hcall_fast(HVCALL_SEND_IPI, 0x70, ~3ULL) == 0,
	      "absent VPs are not ignored");
	irq_on();
	irq_off();
}

static void post_flood(void)
{
	struct hv_input_post_message *in = page_alloc();

	in->message_type = 1;
	for (u32 i = 0; i < 20000; i++) {
		u32 status;

		in->connectionid.asu32 = i < 1000 ? i : random();
		in->payload_size = i % 300;
		status = hcall_slow(HVCALL_POST_MESSAGE, in, NULL);
		hcall_fast(HVCALL_SIGNAL_EVENT, i | random() << 32, 0);
		CHECK(status != HV_STATUS_INVALID_HYPERCALL_CODE, "no call");
	}
}

const struct hostile hcall_cases[] = {
	{ "unknown-calls", unknown_calls },
	{ "control-words", control_words },
	{ "rep-counts", rep_counts },
	{ "input-pages", input_pages },
	{ "input-overlays", input_overlays },
	{ "vp-sets", vp_sets },
	{ "vp-masks", vp_masks },
	{ "post-flood", post_flood },
	{ NULL, NULL }
};
