// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Pages that leave a region and come back. The kernel knows which are there;
 * the map of holes is so that part_mem_ptr() does not lead into one, and that
 * restoring never drops memory that the guest uses.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "internal.h"

/* What a walk over the regions of a range does to each piece. */
typedef int piece_fn(struct part_region *region, uint64_t first, uint64_t n);

static bool hole(const struct part_region *r, uint64_t page)
{
	return r->holes && r->holes[page / 8] >> page % 8 & 1;
}

bool region_has_hole(const struct part_region *r, uint64_t at, uint64_t len)
{
	uint64_t page = at / PART_PAGE_SIZE;

	if (!r->holes)
		return false;
	for (; page <= (at + len - 1) / PART_PAGE_SIZE; page++) {
		if (hole(r, page))
			return true;
	}
	return false;
}

/* Memory for the map, before anything is done. */
static int prepare(struct part_region *r, uint64_t first, uint64_t n)
{
	(void)first, (void)n;
	if (!r->holes)
		r->holes = calloc((r->size / PART_PAGE_SIZE + 7) / 8, 1);
	return r->holes ? 0 : -ENOMEM;
}

/* Nothing: whether there are regions everywhere. */
static int covered(struct part_region *r, uint64_t first, uint64_t n)
{
	(void)r, (void)first, (void)n;
	return 0;
}

static int all_holes(struct part_region *r, uint64_t first, uint64_t n)
{
	for (; n; n--, first++) {
		if (!hole(r, first))
			return -EEXIST;
	}
	return 0;
}

static int mark(struct part_region *r, uint64_t first, uint64_t n)
{
	for (; n; n--, first++)
		r->holes[first / 8] |= (uint8_t)(1 << first % 8);
	return 0;
}

static int unmark(struct part_region *r, uint64_t first, uint64_t n)
{
	for (; n; n--, first++)
		r->holes[first / 8] &= (uint8_t)~(1 << first % 8);
	return 0;
}

/* Whoever still has a pointer there finds zeros, and harms only himself. */
static int drop(struct part_region *r, uint64_t first, uint64_t n)
{
	return madvise(r->hva + first * PART_PAGE_SIZE, n * PART_PAGE_SIZE,
		       MADV_DONTNEED) ? -errno : 0;
}

/* All of the range in live regions, or -EINVAL; stops at the first error. */
static int each_piece(struct part *part, const struct hvpart_memory_range *range,
		      piece_fn *fn)
{
	uint64_t gpa, end, n;
	struct part_region *r;
	int ret;

	if (!range->page_count || range->guest_pfn >= 1ULL << 40 ||
	    range->page_count > (1ULL << 40) - range->guest_pfn)
		return -EINVAL;
	gpa = range->guest_pfn * PART_PAGE_SIZE;
	end = gpa + range->page_count * PART_PAGE_SIZE;
	for (r = part->regions; r && gpa < end; r = r->next) {
		if (!r->live || gpa < r->gpa || gpa - r->gpa >= r->size)
			continue;
		n = r->gpa + r->size < end ? r->gpa + r->size - gpa : end - gpa;
		ret = fn(r, (gpa - r->gpa) / PART_PAGE_SIZE, n / PART_PAGE_SIZE);
		if (ret)
			return ret;
		gpa += n;
	}
	return gpa < end ? -EINVAL : 0;
}

static int each_range(struct part *part, const struct hvpart_memory_range *ranges,
		      size_t nr, piece_fn *fn)
{
	size_t i;
	int ret = 0;

	pthread_rwlock_wrlock(&part->mem_lock);
	for (i = 0; i < nr && !ret; i++)
		ret = each_piece(part, &ranges[i], fn);
	pthread_rwlock_unlock(&part->mem_lock);
	return ret;
}

/* One ioctl; *done is what it says, 0 when it never came so far. */
static int ranges_ioctl(struct part *part, unsigned long request,
			const struct hvpart_memory_range *ranges, size_t nr,
			size_t *done)
{
	struct hvpart_memory_ranges arg = {
		.ranges_ptr = (uintptr_t)ranges,
		.count = (uint32_t)nr,
	};
	int ret = part_ioctl(part->fd, request, &arg);

	/* Whoever refuses at the door leaves the count; EIO comes later. */
	*done = !ret || ret == -EIO || arg.count < nr ? arg.count : 0;
	return ret;
}

static int discard_some(struct part *part,
			const struct hvpart_memory_range *ranges, size_t nr,
			size_t *done)
{
	int ret = each_range(part, ranges, nr, prepare);

	*done = 0;
	if (ret)
		return ret;
	ret = ranges_ioctl(part, HVPART_DISCARD_MEMORY, ranges, nr, done);
	each_range(part, ranges, *done, mark);
	each_range(part, ranges, *done, drop);
	return ret;
}

static int restore_some(struct part *part,
			const struct hvpart_memory_range *ranges, size_t nr,
			size_t *done)
{
	int ret = each_range(part, ranges, nr, covered);

	*done = 0;
	if (!ret)
		ret = each_range(part, ranges, nr, all_holes);
	if (!ret)
		ret = each_range(part, ranges, nr, drop);
	if (ret)
		return ret;
	ret = ranges_ioctl(part, HVPART_RESTORE_MEMORY, ranges, nr, done);
	each_range(part, ranges, *done, unmark);
	return ret;
}

typedef int some_fn(struct part *part, const struct hvpart_memory_range *ranges,
		    size_t nr, size_t *done);

static int all(struct part *part, const struct hvpart_memory_range *ranges,
	       size_t nr, size_t *done, some_fn *some)
{
	size_t total = 0, n, did;
	int ret = 0;

	status_set(HV_STATUS_SUCCESS);
	pthread_mutex_lock(&part->range_lock);
	while (!ret && total < nr) {
		n = nr - total < HVPART_MEMORY_RANGES_MAX ?
			nr - total : HVPART_MEMORY_RANGES_MAX;
		ret = some(part, ranges + total, n, &did);
		total += did;
	}
	pthread_mutex_unlock(&part->range_lock);
	if (done)
		*done = total;
	return ret;
}

PART_PUBLIC int part_mem_discard(struct part *part,
				 const struct hvpart_memory_range *ranges,
				 size_t nr, size_t *done)
{
	return all(part, ranges, nr, done, discard_some);
}

PART_PUBLIC int part_mem_restore(struct part *part,
				 const struct hvpart_memory_range *ranges,
				 size_t nr, size_t *done)
{
	return all(part, ranges, nr, done, restore_some);
}
