// SPDX-License-Identifier: GPL-2.0
/* See unit.h. */
#include "unit.h"

/* hv.lds */
extern const struct hv_hook __hv_hooks_start[], __hv_hooks_end[];

hv_status unit_run(enum hook_kind kind, void *object)
{
	const struct hv_hook *h;
	hv_status st = 0;

	for (h = __hv_hooks_start; h < __hv_hooks_end && !st; h++) {
		if (h->kind != kind)
			continue;
		if (kind <= HOOK_vp_init)
			st = h->init(object);
		else
			h->other(object);
	}
	return st;
}

void unit_undo(enum hook_kind kind, void *object)
{
	const struct hv_hook *h = __hv_hooks_end;

	while (h-- > __hv_hooks_start)
		if (h->kind == kind)
			h->other(object);
}
