// SPDX-License-Identifier: GPL-2.0
/*
 * HVPART_DISCARD_MEMORY, HVPART_RESTORE_MEMORY: pages that leave a region and
 * come back, for ballooning.
 *
 * A discarded page is a hole: the region still covers it, but it is neither
 * mapped nor pinned nor charged, and what was there is the creator's to give
 * away. As everywhere, between unmapping and unpinning the hypervisor must have
 * seen that no CPU holds a translation to it.
 */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "checks.h"
#include "memory.h"
#include "partition.h"
#include "region.h"

/* --- ranges ----------------------------------------------------------- */

/* The part of a range that lies in one region. */
struct piece {
	struct hvp_region *r;
	u64 first, end;		/* pages of the region */
};

/* The piece at @gpn of [gpn, end); *gpn moves behind it. False: no region. */
static bool next_piece(struct hvp_partition *part, u64 *gpn, u64 end,
		       struct piece *p)
{
	p->r = hvp_region_find(part, *gpn, 1);
	if (!p->r)
		return false;
	p->first = *gpn - p->r->gpn;
	p->end = min(p->r->npages, end - p->r->gpn);
	*gpn = p->r->gpn + p->end;
	return true;
}

static bool all_holes(const struct piece *p)
{
	u64 i;

	for (i = p->first; i < p->end; i++)
		if (p->r->pages[i])
			return false;
	return true;
}

/* Regions everywhere; for restoring, and nothing but holes. */
static int range_check(struct hvp_partition *part,
		       const struct hvpart_memory_range *range, bool restore)
{
	u64 gpn = range->guest_pfn, end = gpn + range->page_count;
	struct piece p;
	int ret = 0;

	if (end <= gpn)
		return -EINVAL;
	while (gpn < end) {
		if (!next_piece(part, &gpn, end, &p))
			return -EINVAL;
		if (restore && !all_holes(&p))
			ret = -EEXIST;
		cond_resched();
	}
	return ret;
}

static void count_holes(struct hvp_partition *part, struct hvp_region *r, s64 n)
{
	r->nholes += n;
	part->region_pages -= n;
}

/* --- discarding ------------------------------------------------------- */

static int range_unmap(struct hvp_partition *part,
		       const struct hvpart_memory_range *range, u64 *ticket)
{
	u64 gpn = range->guest_pfn, end = gpn + range->page_count;
	struct piece p;
	int ret = 0;

	while (!ret && gpn < end && next_piece(part, &gpn, end, &p))
		ret = hvp_region_unmap(part, p.r, p.first, p.end, ticket);
	return ret;
}

/* @leak: some CPU may still reach the frames, so they stay pinned for good. */
static void piece_forget(struct hvp_partition *part, const struct piece *p,
			 bool leak)
{
	u64 i, n = 0;

	if (!leak)
		hvp_region_unpin(p->r, p->first, p->end);
	for (i = p->first; i < p->end; i++) {
		n += !!p->r->pages[i];
		p->r->pages[i] = NULL;
	}
	count_holes(part, p->r, n);
	account_locked_vm(part->mm, n, false);
}

static void range_forget(struct hvp_partition *part,
			 const struct hvpart_memory_range *range, bool leak)
{
	u64 gpn = range->guest_pfn, end = gpn + range->page_count;
	struct piece p;

	while (gpn < end && next_piece(part, &gpn, end, &p))
		piece_forget(part, &p, leak);
}

/*
 * One wait for all ranges. *done: how many were discarded; of the one behind
 * them some pages may be unmapped, which discarding it again puts right.
 */
static int discard(struct hvp_partition *part,
		   const struct hvpart_memory_range *ranges, u32 nr, u32 *done)
{
	u64 ticket = 0;
	u32 i, n = 0;
	int ret, sync;

	do {
		ret = fatal_signal_pending(current) ? -EINTR :
			range_unmap(part, &ranges[n], &ticket);
	} while (!ret && ++n < nr);
	sync = hvp_sync(ticket);
	if (sync)
		pr_warn(pr_hvpart "discarded guest memory stays pinned\n");
	for (i = 0; i < n; i++)
		range_forget(part, &ranges[i], sync);
	*done = n;
	return ret ?: sync;
}

/* --- restoring -------------------------------------------------------- */

static int piece_pin(struct hvp_region *r, u64 i, u64 end)
{
	unsigned int flags = FOLL_LONGTERM | (r->writable ? FOLL_WRITE : 0);
	int n;

	for (; i < end; i += n) {
		if (fatal_signal_pending(current))
			return -EINTR;
		n = pin_user_pages_fast(r->uaddr + (i << PAGE_SHIFT),
					min_t(u64, HVP_PIN_BATCH, end - i),
					flags, r->pages + i);
		if (n <= 0)
			return n ? n : -EFAULT;
		cond_resched();
	}
	return 0;
}

/* On an error the piece is a hole again. */
static int piece_restore(struct hvp_partition *part, const struct piece *p)
{
	u64 n = p->end - p->first, done, ticket = 0;
	int ret;

	ret = account_locked_vm(part->mm, n, true);
	if (ret)
		return ret;
	ret = piece_pin(p->r, p->first, p->end);
	if (ret) {
		hvp_region_unpin(p->r, p->first, p->end);
		memset(p->r->pages + p->first, 0, n * sizeof(*p->r->pages));
		account_locked_vm(part->mm, n, false);
		return ret;
	}
	count_holes(part, p->r, -(s64)n);
	ret = hvp_region_map(part, p->r, p->first, p->end, &done);
	if (ret)
		piece_forget(part, p,
			     hvp_region_unmap(part, p->r, p->first, done,
					      &ticket) ?: hvp_sync(ticket));
	return ret;
}

static int range_restore(struct hvp_partition *part,
			 const struct hvpart_memory_range *range)
{
	u64 gpn = range->guest_pfn, end = gpn + range->page_count;
	struct hvpart_memory_range before = { .guest_pfn = gpn };
	struct piece p;
	u32 done;
	int ret;

	while (gpn < end && next_piece(part, &gpn, end, &p)) {
		ret = piece_restore(part, &p);
		if (!ret)
			continue;
		/* All of it or nothing: what came back in other regions. */
		before.page_count = p.r->gpn + p.first - before.guest_pfn;
		if (before.page_count)
			discard(part, &before, 1, &done);
		return ret;
	}
	return 0;
}

static int restore(struct hvp_partition *part,
		   const struct hvpart_memory_range *ranges, u32 nr, u32 *done)
{
	int ret = 0;

	for (*done = 0; *done < nr; ++*done) {
		/* Again: a list may name a page twice. */
		ret = range_check(part, &ranges[*done], true) ?:
			range_restore(part, &ranges[*done]);
		if (ret)
			break;
	}
	return ret;
}

/* --- the ioctls ------------------------------------------------------- */

static int ranges_do(struct hvp_partition *part,
		     const struct hvpart_memory_range *ranges,
		     bool restoring, struct hvpart_memory_ranges *args)
{
	u32 nr = args->count, i;
	int ret;

	args->count = 0;
	for (i = 0; i < nr; i++) {
		ret = range_check(part, &ranges[i], restoring);
		if (ret)
			return ret;
	}
	return restoring ? restore(part, ranges, nr, &args->count) :
		discard(part, ranges, nr, &args->count);
}

/**
 * hvp_memory_ranges - HVPART_DISCARD_MEMORY, HVPART_RESTORE_MEMORY
 * @part: the partition; locked
 * @arg: struct hvpart_memory_ranges of user space
 * @restoring: which of the two
 *
 * Return: as said there.
 */
long hvp_memory_ranges(struct hvp_partition *part,
		       struct hvpart_memory_ranges __user *arg, bool restoring)
{
	struct hvpart_memory_ranges args;
	struct hvpart_memory_range *ranges;
	long ret;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (!args.count || args.count > HVPART_MEMORY_RANGES_MAX ||
	    args.reserved)
		return -EINVAL;
	ranges = vmemdup_user(u64_to_user_ptr(args.ranges_ptr),
			      args.count * sizeof(*ranges));
	if (IS_ERR(ranges))
		return PTR_ERR(ranges);
	ret = ranges_do(part, ranges, restoring, &args);
	kvfree(ranges);
	if (args.count)
		hvp_event_memory(part);
	if (put_user(args.count, &arg->count))
		return -EFAULT;
	return ret;
}
