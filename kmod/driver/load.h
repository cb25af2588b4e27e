/* SPDX-License-Identifier: GPL-2.0 */
/* What load.c keeps, and who helps it. */
#ifndef HVP_LOAD_H
#define HVP_LOAD_H

#include <hvpart/boot.h>

/* What a chunk of memory is for; each is aligned to its size, 2 MiB. */
enum hvp_chunk_use {
	HVP_CHUNK_IMAGE,	/* the first, and no other */
	HVP_CHUNK_OWNER,	/* ownership table, in address order */
	HVP_CHUNK_POOL,		/* the root's pool */
};

struct hvp_chunk {
	u64 pfn;
	enum hvp_chunk_use use;
};

struct hvp_load {
	struct hvp_chunk *chunks;
	struct hvpart_boot_range *ranges;
	u32 nr_chunks, nr_ranges;
	u64 max_pfn;
	bool la57;
	/* the first chunk */
	u64 used_pages, image_pages;
	u64 cr3, entry;
	struct hvpart_boot_info *info;
	struct hvpart_cpu_frame *frames;
};

/*
 * Fill @ranges, @nr_ranges, @max_pfn (ranges.c). Return: 0, -ENOMEM, -E2BIG,
 * -ENXIO: no RAM found.
 */
int hvp_ranges_collect(struct hvp_load *load);

#endif
