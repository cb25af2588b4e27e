/* SPDX-License-Identifier: GPL-2.0 */
/* Hypercalls, synthetic MSRs and pages, as a guest uses them. */
#ifndef GUEST_HYPERV_H
#define GUEST_HYPERV_H

#include <hvpart/cpuid.h>
#include <hvpart/hypercall.h>
#include <hvpart/msr.h>
#include <hvpart/status.h>
#include "cpu.h"

/* Any value but 0 will do: open source, "Linux", version 0. */
#define GUEST_OS_ID	0x8100000000000001ULL

bool hv_present(void);
/* Leaf 0x40000003. */
struct cpuid hv_features(void);

/* Identity, then the page; the library's own one when @page is NULL. */
void hcall_setup(void *page);
void *hcall_page(void);

/* The whole result word. Slow calls take addresses. */
u64 hcall(u64 control, u64 in, u64 out);

/* Status alone. */
static inline u32 hcall_status(u64 control, u64 in, u64 out)
{
	return hcall(control, in, out) & HV_HYPERCALL_RESULT_MASK;
}

static inline u32 hcall_fast(u16 code, u64 in0, u64 in1)
{
	return hcall_status(code | HV_HYPERCALL_FAST_BIT, in0, in1);
}

static inline u32 hcall_slow(u64 control, const void *in, void *out)
{
	return hcall_status(control, (u64)in, (u64)out);
}

static inline u64 varhead(u32 qwords)
{
	return (u64)qwords << HV_HYPERCALL_VARHEAD_OFFSET;
}

static inline u64 reps(u32 count, u32 start)
{
	return (u64)count << HV_HYPERCALL_REP_COMP_OFFSET |
	       (u64)start << HV_HYPERCALL_REP_START_OFFSET;
}

static inline u64 ref_time(void)
{
	return rdmsr(HV_X64_MSR_TIME_REF_COUNT);
}

#define REF_MS		10000ULL	/* 100 ns in a millisecond */

#endif
