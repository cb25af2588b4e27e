// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Guest memory: regions of this process's memory that the guest sees.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "internal.h"

static int region_ioctl(struct part *part, const struct part_region *region,
			uint8_t flags)
{
	struct hvpart_user_mem_region arg = {
		.size = region->size,
		.guest_pfn = region->gpa / PART_PAGE_SIZE,
		.userspace_addr = (uintptr_t)region->hva,
		.flags = flags,
	};

	return part_ioctl(part->fd, HVPART_SET_GUEST_MEMORY, &arg);
}

/*
 * Zeroed memory whose address agrees with the GPA modulo 2 MiB, so that both
 * can be mapped large. Neither a core dump nor a forked child wants it.
 */
static void *guest_alloc(uint64_t gpa, uint64_t size)
{
	size_t slack = size >= PART_HUGE_SIZE ? PART_HUGE_SIZE : 0;
	uint8_t *base, *hva;
	size_t head;

	base = mmap(NULL, size + slack, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return NULL;
	head = slack ? (gpa - (uintptr_t)base) % PART_HUGE_SIZE : 0;
	hva = base + head;
	if (head)
		munmap(base, head);
	if (slack - head)
		munmap(hva + size, slack - head);

	if (slack)
		madvise(hva, size, MADV_HUGEPAGE);
	madvise(hva, size, MADV_DONTDUMP);
	madvise(hva, size, MADV_DONTFORK);
	return hva;
}

static void region_free(struct part_region *region)
{
	if (region->owned)
		munmap(region->hva, region->size);
	free(region->holes);
	free(region);
}

/* Both ends in [0, 2^52), so that no sum below overflows. */
static bool range_valid(uint64_t gpa, uint64_t size)
{
	return size && !((gpa | size) % PART_PAGE_SIZE) &&
	       gpa < 1ULL << 52 && size <= (1ULL << 52) - gpa;
}

static int region_insert(struct part *part, struct part_region *region)
{
	struct part_region **link = &part->regions;
	int ret = 0;

	pthread_rwlock_wrlock(&part->mem_lock);
	while (*link && (*link)->gpa + (*link)->size <= region->gpa)
		link = &(*link)->next;
	if (*link && (*link)->gpa < region->gpa + region->size) {
		ret = -EEXIST;
	} else {
		region->next = *link;
		*link = region;
	}
	pthread_rwlock_unlock(&part->mem_lock);
	return ret;
}

static void region_unlink(struct part *part, struct part_region *region)
{
	struct part_region **link = &part->regions;

	pthread_rwlock_wrlock(&part->mem_lock);
	while (*link != region)
		link = &(*link)->next;
	*link = region->next;
	pthread_rwlock_unlock(&part->mem_lock);
}

static void region_set_live(struct part *part, struct part_region *region,
			    bool live)
{
	pthread_rwlock_wrlock(&part->mem_lock);
	region->live = live;
	pthread_rwlock_unlock(&part->mem_lock);
}

static struct part_region *region_new(uint64_t gpa, uint64_t size,
				      uint32_t flags, void *hva)
{
	struct part_region *region = calloc(1, sizeof(*region));

	if (!region)
		return NULL;
	region->gpa = gpa;
	region->size = size;
	region->flags = flags;
	region->owned = !hva;
	region->hva = hva ? hva : guest_alloc(gpa, size);
	if (!region->hva) {
		free(region);
		return NULL;
	}
	return region;
}

PART_PUBLIC int part_mem_add(struct part *part, __u64 gpa, __u64 size,
			     __u32 flags, void *hva, void **out)
{
	struct part_region *region;
	int ret;

	status_set(HV_STATUS_SUCCESS);
	if (!range_valid(gpa, size) || (flags & ~PART_MEM_RAM) ||
	    (uintptr_t)hva % PART_PAGE_SIZE)
		return -EINVAL;
	region = region_new(gpa, size, flags, hva);
	if (!region)
		return -ENOMEM;

	/* It holds its place while the kernel pins it, and nobody sees it. */
	ret = region_insert(part, region);
	if (ret) {
		region_free(region);
		return ret;
	}
	ret = region_ioctl(part, region, flags);
	if (ret < 0) {
		region_unlink(part, region);
		region_free(region);
		return ret;
	}
	if (out)
		*out = region->hva;
	region_set_live(part, region, true);
	return 0;
}

/* Finds the region and hides it, so that only one of two removers gets it. */
static struct part_region *region_claim(struct part *part, uint64_t gpa,
					uint64_t size)
{
	struct part_region *region;

	pthread_rwlock_wrlock(&part->mem_lock);
	for (region = part->regions; region; region = region->next)
		if (region->gpa == gpa && region->size == size && region->live)
			break;
	if (region)
		region->live = false;
	pthread_rwlock_unlock(&part->mem_lock);
	return region;
}

static int region_take(struct part *part, uint64_t gpa, uint64_t size)
{
	struct part_region *region = region_claim(part, gpa, size);
	int ret;

	if (!region)
		return -ENOENT;
	ret = region_ioctl(part, region, 1 << HVPART_SET_MEM_BIT_UNMAP);
	if (ret < 0) {
		region_set_live(part, region, true);
		return ret;
	}
	region_unlink(part, region);
	region_free(region);
	return 0;
}

PART_PUBLIC int part_mem_remove(struct part *part, __u64 gpa, __u64 size)
{
	int ret;

	status_set(HV_STATUS_SUCCESS);
	pthread_mutex_lock(&part->range_lock);
	ret = region_take(part, gpa, size);
	pthread_mutex_unlock(&part->range_lock);
	return ret;
}

PART_PUBLIC void *part_mem_ptr(struct part *part, __u64 gpa, __u64 len)
{
	struct part_region *r;
	void *ptr = NULL;

	if (!len)
		return NULL;
	pthread_rwlock_rdlock(&part->mem_lock);
	for (r = part->regions; r && r->gpa <= gpa; r = r->next) {
		/* Subtractions only: gpa and len are the guest's choice. */
		if (!r->live || gpa - r->gpa >= r->size)
			continue;
		if (len <= r->size - (gpa - r->gpa) &&
		    !region_has_hole(r, gpa - r->gpa, len))
			ptr = r->hva + (gpa - r->gpa);
		break;
	}
	pthread_rwlock_unlock(&part->mem_lock);
	return ptr;
}

void memory_release(struct part *part)
{
	struct part_region *region;

	while ((region = part->regions)) {
		part->regions = region->next;
		region_free(region);
	}
}
