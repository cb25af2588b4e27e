// SPDX-License-Identifier: GPL-2.0
#include "window.h"
#include "aspace.h"
#include "percpu.h"
#include "log.h"
#include "mutate.h"

static u64 slot_va(struct percpu *cpu, enum window_slot slot)
{
	return (u64)cpu->window_va + slot * PAGE_SIZE;
}

void *window_map(enum window_slot slot, u64 spa)
{
	struct percpu *cpu = this_cpu();

	HV_BUG_ON(cpu->window_ptes[slot] & HPTE_P);
	WRITE_ONCE(cpu->window_ptes[slot], (spa & HPTE_SPA) | HPTE_P | HPTE_W |
					   HPTE_A | HPTE_D | HPTE_NX);
	if (!MUTATED(WINDOW_COUNT))
		cpu->windows_open++;
	/* No flush: what was not present is not in the TLB. */
	return (void *)(slot_va(cpu, slot) | (spa & ~PAGE_MASK));
}

void window_unmap(enum window_slot slot)
{
	struct percpu *cpu = this_cpu();

	WRITE_ONCE(cpu->window_ptes[slot], 0);
	if (!MUTATED(WINDOW_INVLPG))
		invlpg(slot_va(cpu, slot));
	cpu->windows_open--;
}
