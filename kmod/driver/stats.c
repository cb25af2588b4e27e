// SPDX-License-Identifier: GPL-2.0
/* HVPART_GET_STATS, HVPART_GET_INFO: the hypervisor's counters. */
#include <linux/elf.h>
#include <linux/minmax.h>
#include <linux/uaccess.h>
#include <asm/processor-flags.h>
#include <hvpart/boot.h>
#include <hvpart/call_hvpart.h>
#include <hvpart/call_partition.h>
#include <hvpart/property.h>
#include <hvpart/release.h>
#include "image.h"
#include "layout.h"
#include "partition.h"
#include "stats.h"

int hvp_read_stats(u64 partition_id, u32 vp_index, u32 object, void *out,
		   size_t len)
{
	const struct hvpart_input_get_stats in = {
		.partition_id = partition_id,
		.vp_index = vp_index,
		.object = object,
	};
	struct hvp_request r = {
		.code = HVCALL_HVPART_GET_STATS,
		.in = &in,
		.in_len = sizeof(in),
		.out = out,
		.out_len = len,
	};

	return hvp_request_run(&r);
}

/**
 * hvp_get_stats - HVPART_GET_STATS
 * @part: the partition
 * @vp_index: the VP, for HVPART_STATS_VP
 * @object: HVPART_STATS_*
 * @arg: struct hvpart_get_stats of user space
 *
 * Context: no lock is needed, so that it works while VPs run.
 * Return: 0, -EINVAL, -EFAULT, or what the hypervisor says.
 */
long hvp_get_stats(struct hvp_partition *part, u32 vp_index, u32 object,
		   void __user *arg)
{
	union {
		struct hvpart_vp_stats vp;
		struct hvpart_partition_stats part;
	} stats;
	u32 have = object == HVPART_STATS_VP ? sizeof(stats.vp) :
		sizeof(stats.part);
	struct hvpart_get_stats args;
	int ret;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (args.reserved || !args.stats_ptr)
		return -EINVAL;
	ret = hvp_read_stats(part->account.id, vp_index, object, &stats, have);
	if (ret)
		return ret;
	if (copy_to_user(u64_to_user_ptr(args.stats_ptr), &stats,
			 min(have, args.size)))
		return -EFAULT;
	args.size = have;
	return copy_to_user(arg, &args, sizeof(args)) ? -EFAULT : 0;
}

int hvp_get_property(u64 partition_id, u32 code, u64 *value)
{
	const struct hv_input_get_partition_property in = {
		.partition_id = partition_id,
		.property_code = code,
	};
	struct hvp_request r = {
		.code = HVCALL_GET_PARTITION_PROPERTY,
		.in = &in,
		.in_len = sizeof(in),
		.out = value,
		.out_len = sizeof(*value),
	};

	return hvp_request_run(&r);
}

/* --- the machine ---------------------------------------------------------------- */

/* What of the image's file is loaded (hv.lds): the part that is only read, all. */
static void info_image(struct hvpart_info *info)
{
	const struct elf64_hdr *eh = hvp_image();
	const struct elf64_phdr *ph = hvp_image() + eh->e_phoff;
	unsigned int i;
	u64 end;

	for (i = 0; i < eh->e_phnum; i++, ph++) {
		if (ph->p_type != PT_LOAD)
			continue;
		end = ph->p_vaddr + ph->p_memsz - HVP_IMAGE_BASE;
		info->image_total = max(info->image_total, end);
		if (!(ph->p_flags & PF_W))
			info->image_bytes = max(info->image_bytes, end);
	}
}

/* What was settled when it was built and loaded (place_info()). */
static int info_known(struct hvpart_info *info)
{
	*info = (struct hvpart_info) {
		.abi_version = HVPART_ABI_VERSION,
		.build = HVPART_RELEASE,
		.vendor = HV_PARTITION_PROCESSOR_VENDOR_AMD,
		.paging_levels = hvp_read_cr4() & X86_CR4_LA57 ? 5 : 4,
		.max_vps = HVPART_MAX_VPS,
		.max_partitions = HVPART_MAX_PARTITIONS,
		.asid_count = hvp_asid_count(),
		.cpu_count = nr_cpu_ids,
	};
	info_image(info);
	/* Linux may have measured it better since. */
	return hvp_get_property(hvp_root_account.id,
				HV_PARTITION_PROPERTY_PROCESSOR_CLOCK_FREQUENCY,
				&info->tsc_hz);
}

/*
 * Return: 0 or -errno; -ENODEV: the hypervisor is gone. A CPU that has fallen may
 * have fallen with a child's lock, and takes whoever asks about that child along.
 */
static int info_pages(struct hvpart_info *info)
{
	struct hvpart_partition_stats s;
	struct hvp_partition *part;
	unsigned long id = 0;
	int ret;

	ret = hvp_read_stats(hvp_root_account.id, 0, HVPART_STATS_PARTITION, &s,
			     sizeof(s));
	if (ret)
		return ret;
	info->partition_count = 1 + s.child_count;
	info->leaf_1g = s.leaf_1g;
	info->leaf_2m = s.leaf_2m;
	info->leaf_4k = s.leaf_4k;
	info->table_pages = s.table_pages;
	info->deposited_pages = s.pool_pages;
	info->free_pages = s.pool_free;
	while (!info->faults && (part = hvp_partition_next(&id))) {
		/* One that has ended meanwhile has nothing. */
		if (!hvp_read_stats(part->account.id, 0, HVPART_STATS_PARTITION,
				    &s, sizeof(s))) {
			info->deposited_pages += s.pool_pages;
			info->free_pages += s.pool_free;
		}
		hvp_partition_put(part);
	}
	return 0;
}

/* The root's VPs are the CPUs; not each has ever been demoted. */
static void info_exits(struct hvpart_info *info)
{
	struct hvpart_vp_stats s;
	u32 cpu, i;

	for (cpu = 0; cpu < info->cpu_count; cpu++) {
		if (hvp_read_stats(hvp_root_account.id, cpu, HVPART_STATS_VP, &s,
				   sizeof(s)))
			continue;
		for (i = 0; i < HVPART_EXIT_COUNT; i++)
			info->root_exits[i] += s.exits[i];
	}
}

static int info_machine(struct hvpart_info *info)
{
	struct hvpart_machine_stats s;
	int ret;

	ret = hvp_read_stats(hvp_root_account.id, 0, HVPART_STATS_MACHINE, &s,
			     sizeof(s));
	if (ret)
		return ret;
	info->hidden_reads = s.hidden_reads;
	info->hidden_writes = s.hidden_writes;
	info->epoch = s.epoch;
	info->epoch_oldest = s.epoch_oldest;
	info->log_next = s.log_next;
	info->faults = s.faults;
	info->cpu_demoted = s.cpu_demoted;
	return 0;
}

int hvp_read_info(struct hvpart_info *info)
{
	int ret = info_known(info) ?: info_machine(info) ?: info_pages(info);

	if (!ret)
		info_exits(info);
	return ret;
}
