// SPDX-License-Identifier: GPL-2.0
/* See unit.h. */
#include "unit.h"

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

void unit_undo(u32 kind, void *object)
{
	const struct hv_hook *h = __hv_hooks_end;

	while (h-- > __hv_hooks_start) {
		void (*fn)(void *object) = FN_AT(h->fn);

		if (h->kind == kind)
			fn(object);
	}
}
