/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hypervisor's own page tables (layout.h). Format: the CPU's long mode.
 *
 * Table pages are reached at their pool_va() like every other page of ours; the
 * tables that the loader built are mapped there too. Tables that grow come from
 * the root's pool and go back to it when they are empty.
 */
#ifndef HV_ASPACE_H
#define HV_ASPACE_H

#include "lib.h"
#include "layout.h"

/* @top: the table that CR3 points to, at its pool_va() address. */
void aspace_init(void *top);

/**
 * aspace_map - map one 4 KiB page as data
 * Mapping what is mapped the same way already is fine; anything else there is
 * a bug of ours. Return: SUCCESS, INSUFFICIENT_ROOT_MEMORY.
 */
hv_status aspace_map(u64 va, u64 spa) __must_check;

/*
 * Unmap one page. Gone at once on this CPU; elsewhere after an epoch, whose
 * ticket the caller draws.
 */
void aspace_unmap(u64 va);

/*
 * The last-level entry of @va; a per-CPU window writes its own by itself. NULL
 * when no table leads there; it stays while a neighbour is mapped.
 */
u64 *aspace_entry(u64 va);

static inline void invlpg(u64 va)
{
#ifdef HV_UNIT_TEST
	extern void test_invlpg(u64 va);

	test_invlpg(va);
#else
	__asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
#endif
}

/* Entries of the CPU's own format; windows make theirs with it. */
#define HPTE_P		BIT(0)
#define HPTE_W		BIT(1)
#define HPTE_A		BIT(5)
#define HPTE_D		BIT(6)
#define HPTE_PS		BIT(7)
#define HPTE_NX		BIT(63)
#define HPTE_SPA	MASK(51, 12)

#endif
