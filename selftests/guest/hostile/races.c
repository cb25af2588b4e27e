// SPDX-License-Identifier: GPL-2.0
/* Two VPs, one of which changes what the other is just using. */
#include <hvpart/call_guest.h>
#include <hvpart/call_interrupt.h>
#include "hostile.h"

#define PATTERN		0xC0FFEEC0FFEEC0FFULL
#define ROUNDS		20000

static volatile bool stop;

static void start(void (*fn)(void *), void *arg)
{
	stop = false;
	run_async(1, fn, arg);
}

static void finish(void)
{
	stop = true;
	run_wait(1);
}

static void flip_content(void *arg)
{
	volatile u64 *p = arg;

	for (u32 i = 0; !stop; i++) {
		/* IPI: vector, set; post: connection, type and size, … */
		p[0] = i & 1 ? 0x70 : ~0ULL;
		p[1] = i & 2 ? 8ULL << 32 | 1 : ~0ULL;
		p[2] = i & 4 ? 1 : ~0ULL;
		p[3] = random();
	}
}

/* The page itself comes and goes under the reader. */
static void flip_overlay(void *arg)
{
	for (u32 i = 0; !stop; i++) {
		u32 msr = i & 1 ? HV_X64_MSR_SIMP : HV_X64_MSR_SIEFP;

		wrmsr(msr, (u64)arg | ON);
		wrmsr(msr, i & 2 ? MMIO_HOLE | ON : 0);
	}
	wrmsr(HV_X64_MSR_SIMP, 0);
	wrmsr(HV_X64_MSR_SIEFP, 0);
}

static bool expected(u32 status)
{
	switch (status) {
	case HV_STATUS_SUCCESS:
	case HV_STATUS_INVALID_HYPERCALL_INPUT:
	case HV_STATUS_INVALID_ALIGNMENT:
	case HV_STATUS_INVALID_PARAMETER:
	case HV_STATUS_INVALID_CONNECTION_ID:
		return true;
	}
	return false;
}

static void call_with(void *page)
{
	static const u64 controls[] = {
		HVCALL_SEND_IPI, HVCALL_POST_MESSAGE, HVCALL_SIGNAL_EVENT,
		HVCALL_SEND_IPI_EX | 1ULL << HV_HYPERCALL_VARHEAD_OFFSET,
		HVCALL_FLUSH_VIRTUAL_ADDRESS_SPACE,
		HVCALL_FLUSH_VIRTUAL_ADDRESS_LIST |
			4ULL << HV_HYPERCALL_REP_COMP_OFFSET,
	};

	for (u32 i = 0; i < ROUNDS; i++) {
		u32 status = hcall_slow(controls[i % ARRAY_SIZE(controls)],
					page, NULL);

		CHECK(expected(status), "status %#x", status);
		if (i % 16 == 0) {
			irq_on();
			irq_off();
		}
	}
}

static void race_input(void)
{
	void *page = page_alloc();

	start(flip_content, page);
	call_with(page);
	finish();
}

static void race_input_overlay(void)
{
	void *page = page_alloc();

	start(flip_overlay, page);
	call_with(page);
	finish();
}

/*
 * XSA-472 (CVE-2025-58143): two VPs write the TSC MSR at once, and a page was
 * given back while the guest still had it.
 */
static void flip_tsc(void *arg)
{
	for (u32 i = 0; !stop; i++)
		wrmsr(HV_X64_MSR_REFERENCE_TSC,
		      ((u64)arg + (i & 1) * PAGE_SIZE) | (i & 2 ? 0 : ON));
}

static void race_tsc_page(void)
{
	void *a = page_alloc(), *b = page_alloc();

	page_fill(a, PATTERN);
	page_fill(b, PATTERN);
	start(flip_tsc, a);
	/* Few: for most, both VPs leave and a table page passes every CPU. */
	for (u32 i = 0; i < ROUNDS / 10; i++) {
		wrmsr(HV_X64_MSR_REFERENCE_TSC, (u64)(i & 1 ? a : b) | ON);
		READ_ONCE(*(u64 *)a);
		READ_ONCE(*(u64 *)b);
		if (i % 3 == 0)
			wrmsr(HV_X64_MSR_REFERENCE_TSC, 0);
	}
	finish();
	wrmsr(HV_X64_MSR_REFERENCE_TSC, 0);
	CHECK(page_is(a, PATTERN) && page_is(b, PATTERN),
	      "memory below has changed");
}

/* The hypercall page moves under a caller: old code, new code, or #UD. */
static void flip_hypercall(void *arg)
{
	for (u32 i = 0; !stop; i++)
		wrmsr(HV_X64_MSR_HYPERCALL,
		      ((u64)arg + (i & 1) * PAGE_SIZE) | (i & 6 ? ON : 0));
}

static void call_page(void *arg)
{
	hcall_setup(arg);
	for (u32 i = 0; i < 50; i++)
		hcall(0x0FFF, 0, 0);
}

static void race_hypercall_page(void)
{
	u8 *a = page_alloc(), *b = page_alloc();

	/* PUSH ES: #UD where the page is not. */
	memset(a, 0x06, PAGE_SIZE);
	memset(b, 0x06, PAGE_SIZE);
	start(flip_hypercall, a);
	for (u32 i = 0; i < 2000; i++) {
		u32 fault = trap_escape(call_page, i & 1 ? a : b);

		CHECK(!fault || fault == FAULT_UD, "fault %#x", fault);
		if (i % 5 == 0)
			wrmsr(HV_X64_MSR_GUEST_OS_ID, 0);
	}
	finish();
	hcall_setup(NULL);
}

/* Messages into a page that another VP writes, reads and takes away. */
static void mess_with_page(void *arg)
{
	volatile u64 *p = arg;

	for (u32 i = 0; !stop; i++) {
		p[(random() & 511)] = random();
		p[3 * 32] = 0;
		wrmsr(HV_X64_MSR_VP_ASSIST_PAGE, (u64)arg | (i & 1));
	}
	wrmsr(HV_X64_MSR_VP_ASSIST_PAGE, 0);
}

static void race_message_page(void)
{
	void *page = page_alloc();

	start(mess_with_page, page);
	wrmsr(HV_X64_MSR_SINT3, 0x70);
	wrmsr(HV_X64_MSR_SCONTROL, 1);
	for (u32 i = 0; i < ROUNDS / 4; i++) {
		wrmsr(HV_X64_MSR_SIMP, (u64)page | (i % 5 != 0));
		wrmsr(HV_X64_MSR_STIMER0_CONFIG, HV_STIMER_AUTOENABLE |
		      3ULL << HV_STIMER_SINTX_SHIFT);
		wrmsr(HV_X64_MSR_STIMER0_COUNT, 1);
		wrmsr(HV_X64_MSR_EOM, 0);
		irq_on();
		irq_off();
	}
	finish();
	wrmsr(HV_X64_MSR_SIMP, 0);
}

const struct hostile race_cases[] = {
	{ "race-input", race_input },
	{ "race-input-overlay", race_input_overlay },
	{ "race-tsc-page", race_tsc_page },
	{ "race-hypercall-page", race_hypercall_page },
	{ "race-message-page", race_message_page },
	{ NULL, NULL }
};
