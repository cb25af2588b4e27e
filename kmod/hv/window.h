/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Per-CPU windows: a guest page is mapped only while it is needed. Slots have
 * fixed uses so that nesting is visible in the source.
 */
#ifndef HV_WINDOW_H
#define HV_WINDOW_H

#include "types.h"
#include "layout.h"

enum window_slot {
	WIN_COPY,	/* gpa_read()/gpa_write() */
	WIN_TABLE,	/* free, as is the next; the unit tests nest it */
	WIN_LIST,
};

/* Map the page of @spa; the address includes the offset in the page. */
void *window_map(enum window_slot slot, u64 spa);
void window_unmap(enum window_slot slot);

#endif
