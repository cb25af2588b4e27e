// SPDX-License-Identifier: GPL-2.0
/* Overlay pages where they should not be. */
#include <hvpart/message.h>
#include "hostile.h"

#define PATTERN		0x7E57AB1EDEADBEEFULL
#define VEC		0x70

/* Those that place a page; the hypercall page is enabled all along. */
static const u32 placers[] = {
	HV_X64_MSR_HYPERCALL, HV_X64_MSR_REFERENCE_TSC, HV_X64_MSR_SIMP,
	HV_X64_MSR_SIEFP, HV_X64_MSR_VP_ASSIST_PAGE,
};

#define NR_PLACERS	ARRAY_SIZE(placers)

static void all_off(void)
{
	for (u32 i = 0; i < NR_PLACERS; i++)
		wrmsr(placers[i], 0);
}

static void synic_traffic(void)
{
	wrmsr_safe(HV_X64_MSR_SCONTROL, 1);
	wrmsr_safe(HV_X64_MSR_SINT3, VEC);
	wrmsr_safe(HV_X64_MSR_STIMER0_CONFIG, HV_STIMER_AUTOENABLE |
		   3ULL << HV_STIMER_SINTX_SHIFT);
	wrmsr_safe(HV_X64_MSR_STIMER0_COUNT, 1);
	wrmsr_safe(HV_X64_MSR_EOM, 0);
	irq_on();
	apic_self(VEC + 1);
	irq_off();
}

/* All on one page, switched off in another order than on. */
static void pages_same(void)
{
	void *page = page_alloc();

	for (u32 round = 0; round < 300; round++) {
		u32 on = round ? random() % NR_PLACERS : 0, off = random();

		page_fill(page, PATTERN);
		for (u32 i = 0; i < NR_PLACERS; i++)
			wrmsr(placers[(i + on) % NR_PLACERS], (u64)page | ON);
		synic_traffic();
		for (u32 i = 0; i < NR_PLACERS; i++)
			wrmsr(placers[(i * 3 + off % 5) % NR_PLACERS], 0);
		if (!page_is(page, PATTERN)) {
			fail("memory below has changed in round %u", round);
			break;
		}
	}
	hcall_setup(NULL);
}

static void pages_nowhere(void)
{
	static const u64 nowhere[] = NOWHERE;

	for (u32 i = 0; i < NR_PLACERS; i++) {
		for (u32 k = 0; k < ARRAY_SIZE(nowhere); k++) {
			u64 v;

			wrmsr_safe(placers[i], nowhere[k] | ON);
			rdmsr_safe(placers[i], &v);
			synic_traffic();
		}
	}
	all_off();
	/* And all of them at one place that is no memory. */
	for (u32 k = 0; k < ARRAY_SIZE(nowhere); k++) {
		for (u32 i = 0; i < NR_PLACERS; i++)
			wrmsr_safe(placers[i], nowhere[k] | ON);
		synic_traffic();
		for (u32 i = 0; i < NR_PLACERS; i++)
			wrmsr_safe(placers[i], 0);
	}
	hcall_setup(NULL);
}

/* A message page in the MMIO hole is a page there, and then it is not. */
static void page_in_hole(void)
{
	volatile u64 *p = (volatile u64 *)MMIO_HOLE;
	u64 v;

	wrmsr(HV_X64_MSR_SIMP, MMIO_HOLE | ON);
	CHECK(!read64_safe(p, &v) && v == 0, "the page is not there");
	synic_traffic();
	wrmsr(HV_X64_MSR_SIMP, 0);
	/* Nobody answers: ones. What is below must not be the page. */
	read64_safe(p, &v);
	CHECK(v == ~0ULL, "the hole reads %#llx", v);
}

/* Over a page directory that nothing needs: its addresses fault. */
static void page_on_page_table(void)
{
	extern u64 boot_pd[4 * 512];
	u64 pd3 = (u64)&boot_pd[3 * 512], v;

	for (u32 i = 0; i < 100; i++) {
		wrmsr(HV_X64_MSR_SIMP, pd3 | ON);
		asm volatile("mov %%cr3, %0; mov %0, %%cr3" : "=r"(v) ::
			     "memory");
		CHECK(read64_safe((u64 *)0xF0000000, &v) == FAULT_PF,
		      "no page fault through an empty directory");
		wrmsr(HV_X64_MSR_SIMP, 0);
	}
}

/* Over the directory that maps this code. Whatever comes, it is defined. */
static void page_on_own_table(void)
{
	extern u64 boot_pd[4 * 512];
	u64 v;

	wrmsr(HV_X64_MSR_SIEFP, (u64)boot_pd | ON);
	asm volatile("mov %%cr3, %0; mov %0, %%cr3" : "=r"(v) :: "memory");
}

/*
 * XSA-472 (CVE-2025-58142): a timer message for a SIM page that is not there.
 */
static void stimer_without_simp(void)
{
	void *page = page_alloc();

	page_fill(page, PATTERN);
	for (u32 i = 0; i < 3000; i++) {
		wrmsr(HV_X64_MSR_SIMP, (u64)page | (i % 3 == 1));
		wrmsr(HV_X64_MSR_SCONTROL, i & 1);
		wrmsr(HV_X64_MSR_SINT3, VEC);
		wrmsr(HV_X64_MSR_STIMER0_CONFIG, HV_STIMER_AUTOENABLE |
		      3ULL << HV_STIMER_SINTX_SHIFT);
		wrmsr(HV_X64_MSR_STIMER0_COUNT, ref_time() + i % 50);
		wrmsr(HV_X64_MSR_SIMP, (u64)page);
		wrmsr(HV_X64_MSR_EOM, 0);
		irq_on();
		irq_off();
	}
	wrmsr(HV_X64_MSR_STIMER0_CONFIG, 0);
	CHECK(page_is(page, PATTERN), "memory has changed");
}

/* XSA-472 (CVE-2025-27466): an update of a TSC page that is not mapped. */
static void tsc_page_unmapped(void)
{
	static const u64 nowhere[] = NOWHERE;

	for (u32 i = 0; i < 2000; i++) {
		u64 v;

		wrmsr_safe(HV_X64_MSR_REFERENCE_TSC,
			   nowhere[i % ARRAY_SIZE(nowhere)] | ON);
		rdmsr_safe(HV_X64_MSR_TIME_REF_COUNT, &v);
		wrmsr_safe(HV_X64_MSR_TSC_INVARIANT_CONTROL, i & 1);
		wrmsr_safe(0x3B, random());
		wrmsr_safe(0x10, random() >> 16);
	}
	wrmsr(HV_X64_MSR_REFERENCE_TSC, 0);
}

/* The same for the assist page, under interrupts whose EOI it is about. */
static void assist_unmapped(void)
{
	static const u64 nowhere[] = NOWHERE;
	u64 before = cpu()->irqs[VEC];

	for (u32 i = 0; i < 2000; i++) {
		wrmsr_safe(HV_X64_MSR_VP_ASSIST_PAGE,
			   nowhere[i % ARRAY_SIZE(nowhere)] | ON);
		irq_on();
		apic_self(VEC);
		irq_off();
		CHECK(cpu()->irqs[VEC] == before + i + 1, "interrupt %u", i);
	}
	wrmsr(HV_X64_MSR_VP_ASSIST_PAGE, 0);
}

const struct hostile page_cases[] = {
	{ "pages-same", pages_same },
	{ "pages-nowhere", pages_nowhere },
	{ "page-in-hole", page_in_hole },
	{ "page-on-page-table", page_on_page_table },
	{ "page-on-own-table", page_on_own_table },
	{ "stimer-without-simp", stimer_without_simp },
	{ "tsc-page-unmapped", tsc_page_unmapped },
	{ "assist-unmapped", assist_unmapped },
	{ NULL, NULL }
};
