// SPDX-License-Identifier: GPL-2.0
/* Results that a parent registered for CPUID leaves (RegisterInterceptResult). */
#include "cpuid_state.h"
#include "unit.h"
#include <hvpart/status.h>

/*
 * The table is two pool pages, which have no common address: the second hangs
 * at the end of the first.
 */
#define PER_PAGE	84u

struct override_page {
	struct cpuid_override entry[PER_PAGE];
	struct override_page *next;
};

static_assert(sizeof(struct override_page) <= PAGE_SIZE, "one page");
static_assert(2 * PER_PAGE >= HV_MAX_CPUID_OVERRIDES, "two pages");

static struct override_page *first_page(struct partition *p)
{
	return (struct override_page *)p->cpuid;
}

static __noinline struct cpuid_override *entry(struct partition *p, u32 i)
{
	struct override_page *page = first_page(p);

	return i < PER_PAGE ? &page->entry[i] : &page->next->entry[i - PER_PAGE];
}

static bool same_key(const struct cpuid_override *a,
		     const struct cpuid_override *b)
{
	return a->vp_index == b->vp_index && a->leaf == b->leaf &&
	       a->subleaf_specific == b->subleaf_specific &&
	       (!a->subleaf_specific || a->subleaf == b->subleaf);
}

static bool add_page(struct partition *p)
{
	struct override_page *page = pool_alloc(&p->pool);

	if (!page)
		return false;
	if (first_page(p))
		first_page(p)->next = page;
	else
		p->cpuid = (struct cpuid_override *)page;
	return true;
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

	for (u32 i = 0; i < n; i++) {
		if (same_key(entry(p, i), o)) {
			memcpy(entry(p, i), o, sizeof(*o));
			return HV_STATUS_SUCCESS;
		}
	}
	if (n == HV_MAX_CPUID_OVERRIDES)
		return HV_STATUS_NO_RESOURCES;
	if ((!first_page(p) || (n >= PER_PAGE && !first_page(p)->next)) &&
	    !add_page(p))
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

		if (o->vp_index != vp_index || o->leaf != leaf ||
		    (o->subleaf_specific && o->subleaf != subleaf)) {
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
	return o->leaf == leaf &&
	       (o->vp_index == HV_ANY_VP || o->vp_index == vp->index) &&
	       (!o->subleaf_specific || o->subleaf == subleaf);
}

/* For all VPs first, then for this one: the narrower wins. */
void cpuid_apply_overrides(struct vp *vp, u32 leaf, u32 subleaf,
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
	if (first_page(p))
		pool_free(&p->pool, first_page(p)->next);
	pool_free(&p->pool, p->cpuid);
	p->cpuid = NULL;
}

HV_HOOK(31, partition_exit, cpuid_partition_exit);
