// SPDX-License-Identifier: GPL-2.0
/*
 * Guest memory.
 *
 * A region is pinned for as long as it is mapped: the hypervisor knows frames,
 * not addresses, and nobody tells it when Linux would like to move one. Where
 * the frames of 2 MiB of guest pages happen to be consecutive and aligned they
 * are mapped as one large page; nothing else about the backing matters.
 *
 * Before a page is unpinned the hypervisor must have seen that no CPU holds a
 * translation to it (hvp_sync()). If it cannot say so, the page stays pinned
 * for good: a leak is better than a guest that writes into somebody else's page.
 */
#include <linux/cred.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <hvpart/call_memory.h>
#include "memory.h"
#include "partition.h"
#include "region.h"
#include "checks.h"

#define LARGE_PAGES		512UL
/* Guest physical addresses have at most 52 bits. */
#define GPN_LIMIT		(1ULL << (52 - PAGE_SHIFT))

/* --- the tree --------------------------------------------------------- */

struct hvp_region *hvp_region_find(struct hvp_partition *part, u64 gpn,
				   u64 npages)
{
	struct rb_node *n = part->regions.rb_node;

	while (n) {
		struct hvp_region *r = rb_entry(n, struct hvp_region, node);

		if (gpn + npages <= r->gpn)
			n = n->rb_left;
		else if (gpn >= r->gpn + r->npages)
			n = n->rb_right;
		else
			return r;
	}
	return NULL;
}

/* No overlap: the caller has looked. */
static void region_insert(struct hvp_partition *part, struct hvp_region *new)
{
	struct rb_node **link = &part->regions.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = new->gpn < rb_entry(parent, struct hvp_region, node)->gpn ?
			&parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&new->node, parent, link);
	rb_insert_color(&new->node, &part->regions);
	part->region_pages += new->npages;
}

static void region_remove(struct hvp_partition *part, struct hvp_region *r)
{
	rb_erase(&r->node, &part->regions);
	part->region_pages -= r->npages - r->nholes;
}

/* --- pinning ---------------------------------------------------------- */

/* How many pages from @i on, at most a batch, are no holes. */
static u64 region_run(const struct hvp_region *r, u64 i, u64 end)
{
	u64 n = 0;

	while (n < HVP_PIN_BATCH && i + n < end && r->pages[i + n])
		n++;
	return n;
}

void hvp_region_unpin(struct hvp_region *r, u64 i, u64 end)
{
	u64 n;

	for (; i < end; i += n ?: 1) {
		n = region_run(r, i, end);
		unpin_user_pages_dirty_lock(r->pages + i, n, r->writable);
		cond_resched();
	}
}

static void region_unpin(struct hvp_region *r)
{
	hvp_region_unpin(r, 0, r->npinned);
	r->npinned = 0;
}

static int region_pin_as(struct hvp_region *r, unsigned int gup_flags)
{
	int n;

	while (r->npinned < r->npages) {
		if (fatal_signal_pending(current))
			return -EINTR;
		n = pin_user_pages_fast(r->uaddr + (r->npinned << PAGE_SHIFT),
					min_t(u64, HVP_PIN_BATCH,
					      r->npages - r->npinned),
					gup_flags, r->pages + r->npinned);
		if (n <= 0)
			return n ? n : -EFAULT;
		r->npinned += n;
		cond_resched();
	}
	return 0;
}

/*
 * For writing also when the guest may only read: a private page that was never
 * written is the shared page of zeros, and the creator's first write would then
 * go to a page that the guest does not see.
 */
static int region_pin(struct hvp_region *r)
{
	int ret = region_pin_as(r, FOLL_LONGTERM | FOLL_WRITE);

	r->writable = true;
	if (ret == -EFAULT && !(r->rights & HV_MAP_GPA_WRITABLE)) {
		region_unpin(r);
		r->writable = false;
		ret = region_pin_as(r, FOLL_LONGTERM);
	}
	if (ret)
		region_unpin(r);
	return ret;
}

/* --- mapping ---------------------------------------------------------- */

/*
 * May guest pages from @i on be one large page? The hypervisor splits what is
 * mapped large and unmapped small, and the other way round forgets all at once,
 * so the answer may change while pages come and go.
 */
static bool region_is_large(const struct hvp_region *r, u64 i, u64 end)
{
	unsigned long pfn;
	u64 k;

	if (end - i < LARGE_PAGES || (r->gpn + i) % LARGE_PAGES || !r->pages[i])
		return false;
	pfn = page_to_pfn(r->pages[i]);
	if (pfn % LARGE_PAGES)
		return false;
	for (k = 1; k < LARGE_PAGES; k++)
		if (!r->pages[i + k] || page_to_pfn(r->pages[i + k]) != pfn + k)
			return false;
	return true;
}

/*
 * How many pages from @i on go into one hypercall: of the same size, and not
 * more than its input holds. *large says which size.
 */
static u64 region_batch(const struct hvp_region *r, u64 i, u64 end, bool *large)
{
	u64 step, n;

	*large = region_is_large(r, i, end);
	step = *large ? LARGE_PAGES : 1;
	for (n = step; n < HV_MAP_GPA_MAX * step && i + n < end; n += step) {
		/* Asking at multiples of 2 MiB is enough, elsewhere it is no. */
		if ((*large || !((r->gpn + i + n) % LARGE_PAGES)) &&
		    region_is_large(r, i + n, end) != *large)
			break;
	}
	return n;
}

static int region_map_batch(struct hvp_partition *part, struct hvp_region *r,
			    u64 i, u64 n, bool large,
			    struct hv_input_map_gpa_pages *in)
{
	u64 step = large ? LARGE_PAGES : 1, k;
	struct hvp_request req = {
		.code = HVCALL_MAP_GPA_PAGES,
		.reps = n / step,
		.in = in,
		.in_len = struct_size(in, source_gpa_page_list, n / step),
		.account = &part->account,
	};

	in->target_partition_id = part->account.id;
	in->target_gpa_base = r->gpn + i;
	in->map_flags = r->rights | (large ? HV_MAP_GPA_LARGE_PAGE : 0);
	in->padding = 0;
	for (k = 0; k < n; k += step)
		in->source_gpa_page_list[k / step] = page_to_pfn(r->pages[i + k]);
	return hvp_request_run(&req);
}

int hvp_region_unmap(struct hvp_partition *part, const struct hvp_region *r,
		     u64 i, u64 end, u64 *ticket)
{
	struct hv_input_unmap_gpa_pages in = {
		.target_partition_id = part->account.id,
	};
	bool large;
	u64 batch;
	int ret;

	for (; i < end; i += batch) {
		batch = region_batch(r, i, end, &large);
		in.target_gpa_base = r->gpn + i;
		in.unmap_flags = large ? HV_UNMAP_GPA_LARGE_PAGE : 0;
		struct hvp_request req = {
			.code = HVCALL_UNMAP_GPA_PAGES,
			.reps = large ? batch / LARGE_PAGES : batch,
			.in = &in,
			.in_len = sizeof(in),
			.account = &part->account,
		};

		ret = hvp_request_run(&req);
		if (ret)
			return ret;
		*ticket = max(*ticket, req.ticket);
		cond_resched();
	}
	return 0;
}

int hvp_region_map(struct hvp_partition *part, struct hvp_region *r, u64 i,
		   u64 end, u64 *done)
{
	struct hv_input_map_gpa_pages *in;
	bool large;
	int ret = 0;
	u64 n = 0;

	*done = i;
	in = (void *)__get_free_page(GFP_KERNEL_ACCOUNT);
	if (!in)
		return -ENOMEM;
	for (; i < end && !ret; i += n) {
		n = region_batch(r, i, end, &large);
		ret = region_map_batch(part, r, i, n, large, in);
		if (fatal_signal_pending(current))
			ret = ret ?: -EINTR;
	}
	free_page((unsigned long)in);
	/* Of the batch that failed, some may be mapped. */
	*done = i;
	return ret;
}

static int region_unmap(struct hvp_partition *part, struct hvp_region *r, u64 n)
{
	u64 ticket = 0;

	return hvp_region_unmap(part, r, 0, n, &ticket) ?: hvp_sync(ticket);
}

static int region_map(struct hvp_partition *part, struct hvp_region *r)
{
	u64 done;
	int ret = hvp_region_map(part, r, 0, r->npages, &done);

	if (ret && region_unmap(part, r, done)) {
		pr_warn(pr_hvpart "guest memory could not be unmapped and stays pinned\n");
		r->npinned = 0;
	}
	return ret;
}

/* --- the ioctl -------------------------------------------------------- */

static void region_free(struct hvp_partition *part, struct hvp_region *r)
{
	region_unpin(r);
	account_locked_vm(part->mm, r->npages - r->nholes, false);
	kvfree(r->pages);
	kfree(r);
}

static struct hvp_region *region_new(struct hvp_partition *part,
				     const struct hvpart_user_mem_region *args)
{
	struct hvp_region *r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!r)
		return ERR_PTR(-ENOMEM);
	r->gpn = args->guest_pfn;
	r->npages = args->size >> PAGE_SHIFT;
	r->uaddr = args->userspace_addr;
	r->rights = HV_MAP_GPA_READABLE | HV_MAP_GPA_ADJUSTABLE;
	if (args->flags & BIT(HVPART_SET_MEM_BIT_WRITABLE))
		r->rights |= HV_MAP_GPA_WRITABLE;
	if (args->flags & BIT(HVPART_SET_MEM_BIT_EXECUTABLE))
		r->rights |= HV_MAP_GPA_EXECUTABLE;
	ret = account_locked_vm(part->mm, r->npages, true);
	if (ret)
		goto free;
	r->pages = kvcalloc(r->npages, sizeof(*r->pages), GFP_KERNEL_ACCOUNT);
	if (r->pages)
		return r;
	account_locked_vm(part->mm, r->npages, false);
	ret = -ENOMEM;
free:
	kfree(r);
	return ERR_PTR(ret);
}

static int memory_map(struct hvp_partition *part,
		      const struct hvpart_user_mem_region *args)
{
	u64 npages = args->size >> PAGE_SHIFT;
	struct hvp_region *r;
	u64 end;
	int ret;

	if (args->guest_pfn >= GPN_LIMIT ||
	    npages > GPN_LIMIT - args->guest_pfn ||
	    check_add_overflow(args->userspace_addr, args->size, &end))
		return -EINVAL;
	if (!access_ok(u64_to_user_ptr(args->userspace_addr), args->size))
		return -EFAULT;
	if (hvp_region_find(part, args->guest_pfn, npages))
		return -EEXIST;
	/* Saves the attempt, and bounds the list of pages. */
	if (npages > totalram_pages())
		return -ENOMEM;
	r = region_new(part, args);
	if (IS_ERR(r))
		return PTR_ERR(r);
	ret = region_pin(r) ?: region_map(part, r);
	if (ret) {
		region_free(part, r);
		return ret;
	}
	region_insert(part, r);
	return 0;
}

static int memory_unmap(struct hvp_partition *part,
			const struct hvpart_user_mem_region *args)
{
	struct hvp_region *r = hvp_region_find(part, args->guest_pfn, 1);
	int ret;

	if (!r || r->gpn != args->guest_pfn ||
	    r->npages != args->size >> PAGE_SHIFT ||
	    r->uaddr != args->userspace_addr)
		return -EINVAL;
	/* On an error it stays a region, whole as far as anybody can tell. */
	ret = region_unmap(part, r, r->npages);
	if (ret)
		return ret;
	region_remove(part, r);
	region_free(part, r);
	return 0;
}

/**
 * hvp_set_guest_memory - HVPART_SET_GUEST_MEMORY: map or unmap a region
 * @part: the partition; locked
 * @arg: struct hvpart_user_mem_region of user space
 *
 * Return: 0, -EINVAL (alignment, size, flags, no such region), -EEXIST
 * (overlap), -EFAULT, -ENOMEM (RLIMIT_MEMLOCK too), -EINTR, -ENODEV (not
 * initialized).
 */
long hvp_set_guest_memory(struct hvp_partition *part, void __user *arg)
{
	struct hvpart_user_mem_region args;
	int ret;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (!args.size || !PAGE_ALIGNED(args.size) ||
	    !PAGE_ALIGNED(args.userspace_addr) ||
	    args.flags & ~HVPART_SET_MEM_FLAGS_MASK ||
	    hvp_nonzero(args.rsvd, sizeof(args.rsvd)))
		return -EINVAL;
	if (!part->initialized)
		return -ENODEV;
	if (args.flags & BIT(HVPART_SET_MEM_BIT_UNMAP))
		ret = memory_unmap(part, &args);
	else
		ret = memory_map(part, &args);
	if (!ret)
		hvp_event_memory(part);
	return ret;
}

void hvp_memory_free(struct hvp_partition *part, bool mapped)
{
	struct rb_node *n;

	while ((n = rb_first(&part->regions))) {
		struct hvp_region *r = rb_entry(n, struct hvp_region, node);

		if (mapped)
			r->npinned = 0;
		region_remove(part, r);
		region_free(part, r);
	}
}

int hvp_memory_read(struct hvp_partition *part, u64 gpa, void *buf, size_t len)
{
	while (len) {
		struct hvp_region *r = hvp_region_find(part, gpa >> PAGE_SHIFT, 1);
		size_t n = min_t(size_t, len, PAGE_SIZE - offset_in_page(gpa));
		struct page *page;
		void *va;

		page = r ? r->pages[(gpa >> PAGE_SHIFT) - r->gpn] : NULL;
		if (!page)
			return -EFAULT;
		va = kmap_local_page(page);
		memcpy(buf, va + offset_in_page(gpa), n);
		kunmap_local(va);
		gpa += n;
		buf += n;
		len -= n;
	}
	return 0;
}
