// SPDX-License-Identifier: GPL-2.0
/*
 * What RAM there is, as Linux's list of resources has it.
 *
 * Firmware keeps some RAM for its tables, mostly behind the last that Linux
 * has. A range that ends within 2 MiB is prolonged over such pages, so that the
 * root's map has one large page there and not some hundred small ones: a page
 * between that is not listed at all, or is a device's, forbids it.
 */
#include <linux/errno.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/pfn.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include "load.h"

#define MAX_RANGES	512

static int collect_range(struct resource *res, void *arg)
{
	u64 start = PFN_UP(res->start), end = PFN_DOWN(res->end + 1);
	struct hvp_load *load = arg;

	if (start >= end)
		return 0;
	if (load->nr_ranges == MAX_RANGES)
		return -E2BIG;
	load->ranges[load->nr_ranges].pfn = start;
	load->ranges[load->nr_ranges].npages = end - start;
	load->nr_ranges++;
	return 0;
}

/* @arg: up to where all is the firmware's */
static int go_on(struct resource *res, void *arg)
{
	u64 *at = arg;

	if (res->start <= *at)
		*at = max_t(u64, *at, res->end + 1);
	return 0;
}

static bool is_firmware(u64 start, u64 end)
{
	static const unsigned long kinds[] = {
		IORES_DESC_RESERVED, IORES_DESC_ACPI_TABLES,
		IORES_DESC_ACPI_NV_STORAGE,
	};
	u64 at = start, before;
	unsigned int i;

	/* The kinds may follow each other in any order. */
	do {
		before = at;
		for (i = 0; i < ARRAY_SIZE(kinds) && at < end; i++)
			walk_iomem_res_desc(kinds[i], IORESOURCE_MEM, at,
					    end - 1, &at, go_on);
	} while (at < end && at > before);
	return at >= end;
}

/* To the next 2 MiB, if what is there belongs to the firmware. */
static void prolong(struct hvpart_boot_range *r, u64 next)
{
	u64 end = r->pfn + r->npages, stop = round_up(end, PFN_DOWN(SZ_2M));

	if (stop <= next && is_firmware(PFN_PHYS(end), PFN_PHYS(stop)))
		r->npages = stop - r->pfn;
}

int hvp_ranges_collect(struct hvp_load *load)
{
	struct hvpart_boot_range *r;
	u32 i;
	int ret;

	load->ranges = kcalloc(MAX_RANGES, sizeof(*load->ranges), GFP_KERNEL);
	if (!load->ranges)
		return -ENOMEM;
	ret = walk_iomem_res_desc(IORES_DESC_NONE,
				  IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY,
				  0, -1, load, collect_range);
	if (!ret && !load->nr_ranges)
		ret = -ENXIO;
	for (i = 0; !ret && i < load->nr_ranges; i++) {
		r = &load->ranges[i];
		prolong(r, i + 1 < load->nr_ranges ? r[1].pfn : U64_MAX);
		load->max_pfn = r->pfn + r->npages;
	}
	return ret;
}
