// SPDX-License-Identifier: GPL-2.0
#include <hvpart/call_guest.h>
#include <hvpart/status.h>

#include "cold.h"
#include "ram_pages.h"

/* What a stock guest reports at a time at most; aligned. */
#define STEP	(4ULL << 20)

struct area {
	uint64_t gpa, len;
};

static bool parse(uint64_t range, struct area *a)
{
	uint64_t unit = RAM_PAGE;

	if (range & HV_GPA_RANGE_LARGE) {
		if (range & HV_GPA_RANGE_LARGE_RESERVED)
			return false;
		unit = range & HV_GPA_RANGE_1G ? 1ULL << 30 : 1ULL << 21;
		a->gpa = range & ~((1ULL << 21) - 1);
	} else {
		a->gpa = range & ~(RAM_PAGE - 1);
	}
	a->len = ((range & HV_GPA_RANGE_ADDITIONAL) + 1) * unit;
	return !(a->gpa & (unit - 1));
}

/* A piece of at most 2 MiB that has a page which must stay stays as a whole. */
static void discard(struct resize *rz, uint64_t gpa, uint64_t len)
{
	uint64_t part, pages = 0;

	if (resize_may_take(rz, gpa, len) && !ram_drop(rz->ram, gpa, len, &pages)) {
		rz->cold.pages += pages;
	} else if (len <= RAM_GRANULE) {
		rz->cold.kept += len / RAM_PAGE;
	} else {
		for (; len; gpa += part, len -= part) {
			part = RAM_GRANULE - gpa % RAM_GRANULE;
			if (part > len)
				part = len;
			discard(rz, gpa, part);
		}
	}
}

static void discard_area(struct resize *rz, struct area a)
{
	uint64_t part;

	for (; a.len; a.gpa += part, a.len -= part) {
		part = STEP - a.gpa % STEP;
		if (part > a.len)
			part = a.len;
		discard(rz, a.gpa, part);
	}
}

unsigned int cold_discard(struct resize *rz, const uint64_t *range,
			  unsigned int nr, unsigned int *done)
{
	uint64_t bytes = 0;
	struct area a;

	rz->cold.hints += !*done;
	for (; *done < nr && bytes < COLD_BATCH; ++*done) {
		if (!parse(range[*done], &a) ||
		    !ram_find(rz->ram, a.gpa, a.len)) {
			rz->cold.refused++;
			return HV_STATUS_INVALID_PARAMETER;
		}
		discard_area(rz, a);
		bytes += a.len;
	}
	return HV_STATUS_SUCCESS;
}
