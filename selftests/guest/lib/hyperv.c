// SPDX-License-Identifier: GPL-2.0
#include "guest.h"
#include "hyperv.h"

/* PUSH ES: there is none in 64-bit mode, so #UD wherever it is entered. */
#define INVALID_OPCODE	0x06

static u8 own_page[PAGE_SIZE] __attribute__((aligned(4096)));
static void *page;

bool hv_present(void)
{
	struct cpuid c;

	if (!(cpuid(1, 0).ecx & HYPERV_HYPERVISOR_PRESENT_BIT))
		return false;
	c = cpuid(HYPERV_CPUID_VENDOR_AND_MAX_FUNCTIONS, 0);
	return c.ebx == HYPERV_VENDOR_EBX && c.ecx == HYPERV_VENDOR_ECX &&
	       c.edx == HYPERV_VENDOR_EDX;
}

struct cpuid hv_features(void)
{
	return cpuid(HYPERV_CPUID_FEATURES, 0);
}

void hcall_setup(void *at)
{
	/* If no page comes over it, calls shall end in #UD. */
	if (!page)
		memset(own_page, INVALID_OPCODE, sizeof(own_page));
	page = at ? at : own_page;
	wrmsr_safe(HV_X64_MSR_GUEST_OS_ID, GUEST_OS_ID);
	wrmsr_safe(HV_X64_MSR_HYPERCALL,
		   (u64)page | HV_X64_MSR_HYPERCALL_ENABLE);
}

void *hcall_page(void)
{
	return page;
}

u64 hcall(u64 control, u64 in, u64 out)
{
	register u64 r8 asm("r8") = out;
	u64 ret;

	asm volatile("call *%[page]"
		     : "=a"(ret), "+c"(control), "+d"(in), "+r"(r8)
		     : [page] "r"(page)
		     : "r9", "r10", "r11", "memory", "cc");
	return ret;
}
