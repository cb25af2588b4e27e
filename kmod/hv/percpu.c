// SPDX-License-Identifier: GPL-2.0
/*
 * The area of a CPU at HV_PERCPU_BASE + index * HV_PERCPU_STRIDE. A page that
 * is not listed here stays unmapped: every stack has a guard page below it.
 */
#include "percpu.h"
#include "aspace.h"
#include "cpu_regs.h"
#include "desc.h"
#include "pool.h"
#include "regs.h"
#include "window.h"
#include <hvpart/status.h>

enum area_page {
	AREA_PERCPU = 0,
	AREA_DESC = 1,
	AREA_HCALL_IN = 2,
	AREA_HCALL_OUT = 3,
	AREA_STACK = 5,
	AREA_STACK_END = 9,
	AREA_NMI = 10,
	AREA_DF = 12,
	AREA_MC = 14,
	AREA_WINDOWS = 16,
};

static_assert(offsetof(struct percpu, stack_top) == PERCPU_STACK, "entry.S");
static_assert(offsetof(struct cpu_regs, gpr[GPR_RAX]) == REGS_RAX &&
	      offsetof(struct cpu_regs, gpr[GPR_RSI]) == REGS_RSI &&
	      offsetof(struct cpu_regs, gpr[GPR_R15]) == REGS_R15, "run.S");
static_assert(sizeof(struct percpu) <= PERCPU_VENDOR, "area");
static_assert((AREA_WINDOWS + HV_WINDOW_SLOTS) * PAGE_SIZE <= HV_PERCPU_STRIDE,
	      "area");

struct hvpart_machine machine;

/* This CPU's, while its own does not exist yet. */
struct percpu boot_percpu = { .self = &boot_percpu, .index = ~0u };

static struct percpu *cpus[HV_MAX_CPUS];

u64 hv_image_spa;

u64 image_to_spa(const void *va)
{
	return hv_image_spa + (u64)va - HV_IMAGE_BASE;
}

struct percpu *cpu_by_index(u32 index)
{
	return index < HV_MAX_CPUS ? load_acquire(&cpus[index]) : NULL;
}

u32 cpu_count_demoted(void)
{
	struct percpu *cpu;
	u32 n = 0;

	for (u32 i = 0; i < machine.nr_cpus; i++) {
		cpu = cpu_by_index(i);
		n += cpu && READ_ONCE(cpu->state) == CPU_DEMOTED;
	}
	return n;
}

#define AREA_PAGES	(BIT(AREA_PERCPU) | BIT(AREA_DESC) |			\
			 BIT(AREA_HCALL_IN) | BIT(AREA_HCALL_OUT) |		\
			 MASK(AREA_STACK_END - 1, AREA_STACK) | BIT(AREA_NMI) |	\
			 BIT(AREA_DF) | BIT(AREA_MC))

/* What an earlier try mapped before it ran out of memory stays. */
static bool area_map(u64 area)
{
	u64 va, *e;
	void *page;

	for (u32 pages = AREA_PAGES; pages; pages &= pages - 1) {
		va = area + ffs64(pages) * PAGE_SIZE;
		e = aspace_entry(va);
		if (e && *e)
			continue;
		page = pool_alloc(root_pool);
		if (!page)
			return false;
		if (aspace_map(va, va_to_spa(page))) {
			pool_free(root_pool, page);
			return false;
		}
	}
	return true;
}

struct percpu *percpu_create(u32 index)
{
	u64 area = HV_PERCPU_BASE + index * HV_PERCPU_STRIDE;
	struct percpu *cpu = (struct percpu *)area;
	struct cpu_desc *desc = (struct cpu_desc *)(area + AREA_DESC * PAGE_SIZE);

	static_assert(AREA_PERCPU == 0, "the area begins with it");
	static_assert(WIN_LIST < HV_WINDOW_SLOTS, "window slots");
	if (!area_map(area))
		return NULL;
	cpu->self = cpu;
	cpu->index = index;
	cpu->vendor = (struct vendor_cpu *)(area + PERCPU_VENDOR);
	cpu->stack_top = area + AREA_STACK_END * PAGE_SIZE;
	cpu->hcall_in = (u8 *)area + AREA_HCALL_IN * PAGE_SIZE;
	cpu->hcall_out = (u8 *)area + AREA_HCALL_OUT * PAGE_SIZE;
	cpu->window_va = (u8 *)area + AREA_WINDOWS * PAGE_SIZE;
	/* All of an area lies in one table, which our own page keeps alive. */
	cpu->window_ptes = aspace_entry((u64)cpu->window_va);
	cpu->desc = desc;
	desc_build(desc);
	desc->tss.ist[IST_NMI - 1] = area + (AREA_NMI + 1) * PAGE_SIZE;
	desc->tss.ist[IST_DF - 1] = area + (AREA_DF + 1) * PAGE_SIZE;
	desc->tss.ist[IST_MC - 1] = area + (AREA_MC + 1) * PAGE_SIZE;
	store_release(&cpus[index], cpu);
	return cpu;
}
