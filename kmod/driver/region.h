/* SPDX-License-Identifier: GPL-2.0 */
/* A region of guest memory, between memory.c and discard.c. */
#ifndef HVP_REGION_H
#define HVP_REGION_H

#include <linux/rbtree.h>
#include <linux/types.h>

struct hvp_partition;
struct page;

#define HVP_PIN_BATCH	512UL

/**
 * struct hvp_region - consecutive guest pages
 * @node: in part->regions
 * @gpn: first guest page number
 * @npages: how many
 * @uaddr: where they are in the creator
 * @rights: HV_MAP_GPA_*
 * @writable: pinned for writing
 * @npinned: how many of @pages, from the first on, are pinned or holes
 * @nholes: pages that were discarded
 * @pages: the frames; NULL: a hole
 *
 * Partition lock held for everything.
 */
struct hvp_region {
	struct rb_node node;
	u64 gpn, npages, uaddr;
	u32 rights;
	bool writable;
	u64 npinned, nholes;
	struct page **pages;
};

/* The region that has a page of [gpn, gpn + npages), if any has. */
struct hvp_region *hvp_region_find(struct hvp_partition *part, u64 gpn,
				   u64 npages);

/* Pages @i .. @end - 1 of the region; the holes among them are passed over. */
void hvp_region_unpin(struct hvp_region *r, u64 i, u64 end);

/*
 * Map pages @i .. @end - 1, which are no holes. On an error *done says how far
 * it may have come.
 */
int hvp_region_map(struct hvp_partition *part, struct hvp_region *r, u64 i,
		   u64 end, u64 *done);

/*
 * Unmap pages @i .. @end - 1; *ticket is raised to what hvp_sync() must have
 * seen before they are unpinned.
 */
int hvp_region_unmap(struct hvp_partition *part, const struct hvp_region *r,
		     u64 i, u64 end, u64 *ticket);

#endif
