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
static_assert(sizeof(struct percpu) <= PAGE_SIZE, "area");
static_assert((AREA_WINDOWS + HV_WINDOW_SLOTS) * PAGE_SIZE <= HV_PERCPU_STRIDE,
	      "area");

struct machine machine;

/* This CPU's, while its own does not exist yet. */
struct percpu boot_percpu = { .self = &boot_percpu, .index = ~0u };

static struct percpu *cpus[HV_MAX_CPUS];

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

static u64 area_va(u32 index, u32 page)
{
	return HV_PERCPU_BASE + index * HV_PERCPU_STRIDE + page * PAGE_SIZE;
}

/* Mapped by an earlier try that ran out of memory: fine as it is. */
static bool area_map(u32 index, u32 page)
{
	u64 va = area_va(index, page);
	void *p;

	if (aspace_lookup(va) != PFN_NONE)
		return true;
	p = pool_alloc(root_pool);
	if (!p)
		return false;
	if (aspace_map(va, va_to_spa(p), ASPACE_W) == HV_STATUS_SUCCESS)
		return true;
	pool_free(root_pool, p);
	return false;
}

static bool area_map_all(u32 index)
{
	static const u8 pages[] = {
		AREA_PERCPU, AREA_DESC, AREA_HCALL_IN, AREA_HCALL_OUT,
		AREA_NMI, AREA_DF, AREA_MC,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(pages); i++)
		if (!area_map(index, pages[i]))
			return false;
	for (i = AREA_STACK; i < AREA_STACK_END; i++)
		if (!area_map(index, i))
			return false;
	return true;
}

struct percpu *percpu_create(u32 index)
{
	struct percpu *cpu = (struct percpu *)area_va(index, AREA_PERCPU);
	u64 ist[4] = {
		[IST_NMI] = area_va(index, AREA_NMI + 1),
		[IST_DF] = area_va(index, AREA_DF + 1),
		[IST_MC] = area_va(index, AREA_MC + 1),
	};

	static_assert(WIN_LIST < HV_WINDOW_SLOTS, "window slots");
	if (!area_map_all(index))
		return NULL;
	cpu->self = cpu;
	cpu->index = index;
	cpu->stack_top = area_va(index, AREA_STACK_END);
	cpu->hcall_in = (u8 *)area_va(index, AREA_HCALL_IN);
	cpu->hcall_out = (u8 *)area_va(index, AREA_HCALL_OUT);
	cpu->window_va = (void *)area_va(index, AREA_WINDOWS);
	/* All of an area lies in one table, which our own page keeps alive. */
	cpu->window_ptes = aspace_entry((u64)cpu->window_va);
	cpu->desc = (struct cpu_desc *)area_va(index, AREA_DESC);
	desc_build(cpu->desc, ist);
	store_release(&cpus[index], cpu);
	return cpu;
}
