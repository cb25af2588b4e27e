// SPDX-License-Identifier: GPL-2.0
/* Results that a parent registered for CPUID leaves (RegisterInterceptResult). */
#include "cpuid_state.h"
#include "unit.h"
#include <hvpart/status.h>

/* The table is two pool pages, which have no common address. */
#define PER_PAGE	64u

static_assert(PER_PAGE * sizeof(struct cpuid_override) <= PAGE_SIZE, "one page");
static_assert(2 * PER_PAGE == HV_MAX_CPUID_OVERRIDES, "two pages");

static __noinline struct cpuid_override *entry(const struct partition *p, u32 i)
{
	return &p->cpuid[i / PER_PAGE][i % PER_PAGE];
}

static bool same_key(const struct cpuid_override *a,
		     const struct cpuid_override *b)
{
	return a->vp_index == b->vp_index && a->key.leaf == b->key.leaf &&
	       a->key.subleaf_specific == b->key.subleaf_specific &&
	       (!a->key.subleaf_specific || a->key.subleaf == b->key.subleaf);
}

/**
 * cpuid_set_override - add or replace
 * Context: partition lock held, no VP runs (the parent configures CPUID before
 * the first run: it is constant afterwards).
 * Return: INSUFFICIENT_MEMORY (deposit, call again), NO_RESOURCES (table full).
 */
hv_status cpuid_set_override(struct partition *p, const struct cpuid_override *o)
{
	u32 n = p->nr_cpuid;
	struct cpuid_override **page = &p->cpuid[n / PER_PAGE];

	for (u32 i = 0; i < n; i++) {
		if (same_key(entry(p, i), o)) {
			memcpy(entry(p, i), o, sizeof(*o));
			return HV_STATUS_SUCCESS;
		}
	}
	if (n == HV_MAX_CPUID_OVERRIDES)
		return HV_STATUS_NO_RESOURCES;
	if (!*page)
		*page = pool_alloc(&p->pool);
	if (!*page)
		return HV_STATUS_INSUFFICIENT_MEMORY;
	memcpy(entry(p, n), o, sizeof(*o));
	p->nr_cpuid = n + 1;
	return HV_STATUS_SUCCESS;
}

/* Removes every override of the leaf and subleaf for @vp_index. */
hv_status cpuid_clear_override(struct partition *p, u32 vp_index, u32 leaf,
			       u32 subleaf)
{
	hv_status st = HV_STATUS_NOT_FOUND;

	for (u32 i = 0; i < p->nr_cpuid; ) {
		struct cpuid_override *o = entry(p, i);

		if (o->vp_index != vp_index || o->key.leaf != leaf ||
		    (o->key.subleaf_specific && o->key.subleaf != subleaf)) {
			i++;
			continue;
		}
		memcpy(o, entry(p, --p->nr_cpuid), sizeof(*o));
		st = HV_STATUS_SUCCESS;
	}
	return st;
}

static bool applies(const struct cpuid_override *o, struct vp *vp, u32 leaf,
		    u32 subleaf)
{
	return (o->vp_index == HV_ANY_VP || o->vp_index == vp->index) &&
	       cpuid_fits(&o->key, leaf, subleaf);
}

/* For all VPs first, then for this one: the narrower wins. */
__noinline void cpuid_apply_overrides(struct vp *vp, u32 leaf, u32 subleaf,
			   struct cpuid_regs *r)
{
	struct partition *p = vp->partition;

	for (u32 pass = 0; pass < 2; pass++) {
		for (u32 i = 0; i < p->nr_cpuid; i++) {
			const struct cpuid_override *o = entry(p, i);

			if ((o->vp_index != HV_ANY_VP) != pass ||
			    !applies(o, vp, leaf, subleaf))
				continue;
			for (u32 k = 0; k < 4; k++) {
				u32 *reg = &r->eax + k;

				*reg ^= (*reg ^ o->result[k].value) &
					o->result[k].mask;
			}
		}
	}
}

__used void cpuid_partition_exit(struct partition *p)
{
	p->nr_cpuid = 0;
	for (u32 i = 0; i < ARRAY_SIZE(p->cpuid); i++) {
		pool_free(&p->pool, p->cpuid[i]);
		p->cpuid[i] = NULL;
	}
}

HV_HOOK(31, partition_exit, cpuid_partition_exit);
