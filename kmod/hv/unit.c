// SPDX-License-Identifier: GPL-2.0
/* See unit.h. */
#include "unit.h"
#include "partition.h"
#include <hvpart/status.h>

/* hv.lds */
extern const struct hv_hook __hv_hooks_start[], __hv_hooks_end[];

hv_status unit_run(u32 kind, void *object)
{
	const struct hv_hook *h;
	hv_status st = 0;

	for (h = __hv_hooks_start; h < __hv_hooks_end && !st; h++) {
		hv_status (*fn)(void *object) = FN_AT(h->fn);

		if (h->kind != kind)
			continue;
		st = fn(object);
		if (kind > HOOK_vp_init)
			st = 0;		/* it has said nothing */
	}
	return st;
}

/* The same in reverse, for exits. */
static void undo(u32 kind, void *object)
{
	const struct hv_hook *h = __hv_hooks_end;

	while (h-- > __hv_hooks_start) {
		void (*fn)(void *object) = FN_AT(h->fn);

		if (h->kind == kind)
			fn(object);
	}
}

static const u16 vp_pages[] = {
	offsetof(struct vp, apic), offsetof(struct vp, synic),
	offsetof(struct vp, stimers), offsetof(struct vp, assist_page),
};

static const u16 partition_pages[] = {
	offsetof(struct partition, hypercall_page),
	offsetof(struct partition, ref_tsc_page),
	offsetof(struct partition, crash_msg),
};

/* Pages are there from the start: enabling one cannot run out of memory. */
static hv_status take(struct pool *pool, void *object, const u16 *at, u32 n)
{
	for (; n; n--, at++) {
		void *page = pool_alloc(pool);

		*(void **)((u8 *)object + *at) = page;
		if (!page)
			return HV_STATUS_INSUFFICIENT_MEMORY;
	}
	return HV_STATUS_SUCCESS;
}

static void give(struct pool *pool, void *object, const u16 *at, u32 n)
{
	for (; n; n--, at++) {
		void **page = (void **)((u8 *)object + *at);

		pool_free(pool, *page);
		*page = NULL;
	}
}

hv_status unit_vp_create(struct vp *vp)
{
	hv_status st = take(&vp->partition->pool, vp, vp_pages,
			    ARRAY_SIZE(vp_pages));

	if (!st)
		st = unit_run(HOOK_vp_init, vp);
	return st ? st : unit_run(HOOK_vp_reset, vp);
}

void unit_vp_delete(struct vp *vp)
{
	undo(HOOK_vp_exit, vp);
	give(&vp->partition->pool, vp, vp_pages, ARRAY_SIZE(vp_pages));
}

hv_status unit_partition_create(struct partition *p)
{
	hv_status st = take(&p->pool, p, partition_pages,
			    ARRAY_SIZE(partition_pages));

	return st ? st : unit_run(HOOK_partition_init, p);
}

void unit_partition_delete(struct partition *p)
{
	undo(HOOK_partition_exit, p);
	give(&p->pool, p, partition_pages, ARRAY_SIZE(partition_pages));
}
