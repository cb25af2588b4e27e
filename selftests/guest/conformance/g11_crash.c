// SPDX-License-Identifier: GPL-2.0
/* 9.11 Crash. What the parent got of it the host sees, see selftests/conformance. */
#include "conf.h"

#define P(n)	(HV_X64_MSR_CRASH_P0 + (n))

static const u64 values[] = {
	0xDEAD000000000001ULL, 0x0123456789ABCDEFULL, 0xFFFFFFFFFFFFFFFFULL,
	0x8000000000000000ULL, 0x0000000055AA55AAULL,
};

static void t169_parameters(void)
{
	for (u32 i = 0; i < HV_X64_MSR_CRASH_PARAMS; i++)
		wrmsr(P(i), values[i]);
	for (u32 i = 0; i < HV_X64_MSR_CRASH_PARAMS; i++)
		CHECK(rdmsr(P(i)) == values[i], "P%u reads %#llx", i,
		      rdmsr(P(i)));
	for (u32 i = 0; i < HV_X64_MSR_CRASH_PARAMS; i++)
		wrmsr(P(i), 0);
	for (u32 i = 0; i < HV_X64_MSR_CRASH_PARAMS; i++)
		same("a cleared parameter", rdmsr(P(i)), 0);
}

static void t170_control(void)
{
	REQUIRE(hv_features().edx & HV_FEATURE_GUEST_CRASH_MSR_AVAILABLE,
		"the facility is not announced");
	same("bit 63", rdmsr(HV_X64_MSR_CRASH_CTL) >> 63, 1);
}

/* The suite compares these with what partctl shows. */
static void t171_notify(void)
{
	print("@@crash %#llx %#llx %#llx %#llx %#llx\n", values[0], values[1],
	      values[2], values[3], values[4]);
	for (u32 i = 0; i < HV_X64_MSR_CRASH_PARAMS; i++)
		wrmsr(P(i), values[i]);
}

static void t172_goes_on(void)
{
	wrmsr(HV_X64_MSR_CRASH_CTL, HV_CRASH_CTL_CRASH_NOTIFY);
}

static void notify_message(u64 gpa, u64 len)
{
	wrmsr(P(0), 0x173);
	wrmsr(P(1), 1);
	wrmsr(P(2), 2);
	wrmsr(P(3), gpa);
	wrmsr(P(4), len);
	wrmsr(HV_X64_MSR_CRASH_CTL, HV_CRASH_CTL_CRASH_NOTIFY |
	      HV_CRASH_CTL_CRASH_NOTIFY_MSG);
}

static void t173_message(void)
{
	static const char text[] = "hvpart conformance: the last words";
	char *page = page_alloc();

	memcpy(page + 100, text, sizeof(text));
	notify_message((u64)page + 100, sizeof(text) - 1);
}

/* One bad message a boot: "bad=" says which. */
static void t174_bad_message(void)
{
	if (option_is("bad=", "length"))
		notify_message((u64)page_alloc(),
			       HV_CRASH_MAXIMUM_MESSAGE_SIZE + 1);
	else
		notify_message(0xD0000000, 100);
}

const struct test group11[] = {
	T(169, IN_MAIN, t169_parameters, "crash parameters read back"),
	T(170, IN_MAIN, t170_control, "the crash control reads bit 63"),
	T(171, IN_CRASH, t171_notify,
	  "the parent gets P0 to P4 unchanged"),
	T(172, IN_CRASH, t172_goes_on,
	  "the VP goes on after the crash notification"),
	T(173, IN_MESSAGE, t173_message, "the parent gets the crash message"),
	T(174, IN_BAD_MESSAGE, t174_bad_message,
	  "a bad crash message is dropped, the notification is not"),
	{ 0 }
};
