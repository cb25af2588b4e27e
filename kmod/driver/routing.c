// SPDX-License-Identifier: GPL-2.0
/*
 * The MSI routing table: which message an interrupt line of the worker becomes.
 * Kept for HVPART_IRQFD, which is its only reader and answers ENOTTY so far.
 */
#include <linux/bitmap.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "partition.h"

#define ROUTES_MAX	4096

/* A gsi may stand there once; entries of zeros are no routes (stock QEMU). */
static int routes_check(const struct hvpart_user_irq_table *table)
{
	unsigned long *seen = bitmap_zalloc(ROUTES_MAX, GFP_KERNEL_ACCOUNT);
	int ret = 0;
	u32 i;

	if (!seen)
		return -ENOMEM;
	for (i = 0; i < table->nr && !ret; i++) {
		const struct hvpart_user_irq_entry *e = &table->entries[i];

		if (e->gsi >= ROUTES_MAX)
			ret = -EINVAL;
		else if ((e->address_lo || e->data) &&
			 __test_and_set_bit(e->gsi, seen))
			ret = -EINVAL;
	}
	bitmap_free(seen);
	return ret;
}

/**
 * hvp_set_msi_routing - HVPART_SET_MSI_ROUTING: replace the table
 * @part: the partition; locked
 * @arg: struct hvpart_user_irq_table of user space
 *
 * Return: 0, -EINVAL, -EFAULT, -ENOMEM.
 */
long hvp_set_msi_routing(struct hvp_partition *part, void __user *arg)
{
	struct hvpart_user_irq_table head, *table;
	int ret;

	if (copy_from_user(&head, arg, sizeof(head)))
		return -EFAULT;
	if (head.rsvd || head.nr > ROUTES_MAX)
		return -EINVAL;
	table = kvzalloc(struct_size(table, entries, head.nr),
			 GFP_KERNEL_ACCOUNT);
	if (!table)
		return -ENOMEM;
	table->nr = head.nr;
	ret = copy_from_user(table->entries, arg + sizeof(head),
			     flex_array_size(table, entries, head.nr)) ?
		-EFAULT : routes_check(table);
	if (!ret)
		swap(part->routes, table);
	kvfree(table);
	return ret;
}
