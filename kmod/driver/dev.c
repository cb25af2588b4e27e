// SPDX-License-Identifier: GPL-2.0
/* /dev/hvpart: the device file, and the life of the device part. */
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <asm/cpufeature.h>
#include <hvpart/call_hvpart.h>
#include <hvpart/call_partition.h>
#include "arena.h"
#include "debugfs.h"
#include "kick.h"
#include "log.h"
#include "parent.h"
#include "partition.h"
#include "stats.h"
#include "hvp_trace.h"

#define CAPS_ALWAYS	(HVPART_CAP_MSI_ROUTING | HVPART_CAP_GPAP_ACCESS | \
			 HVPART_CAP_VP_STATE | HVPART_CAP_REGISTER_PAGE | \
			 HVPART_CAP_RUN_PAGE | HVPART_CAP_PORT_EVENTFD | \
			 HVPART_CAP_PORT_MSGQ | HVPART_CAP_X2APIC | \
			 HVPART_CAP_DEBUG_BREAK | \
			 HVPART_CAP_DISCARD_MEMORY | HVPART_CAP_ANNOUNCE | \
			 HVPART_CAP_CONNECT)

/* Guest memory aligned to this gets large pages. */
#define LARGE_ALIGNMENT	(2ULL << 20)

/* --- ioctls -------------------------------------------------------------------- */

/* HVPART_GET_CAPS: what this build answers with something but ENOTTY */
static long dev_get_caps(void __user *arg)
{
	struct hvpart_caps caps = {
		.abi_version = HVPART_ABI_VERSION,
		.features = CAPS_ALWAYS,
		.memory_alignment = LARGE_ALIGNMENT,
	};
	struct hvpart_info *info = kzalloc(sizeof(*info), GFP_KERNEL_ACCOUNT);
	u64 bits;
	int ret;

	if (!info)
		return -ENOMEM;
	ret = hvp_read_info(info);
	caps.vendor = info->vendor;
	caps.max_vps = info->max_vps;
	caps.tsc_hz = info->tsc_hz;
	kfree(info);
	if (ret)
		return ret;
	if (hvp_get_property(hvp_root_account.id,
			     HV_PARTITION_PROPERTY_PHYSICAL_ADDRESS_WIDTH, &bits))
		bits = boot_cpu_data.x86_phys_bits;
	caps.physical_address_bits = bits;
	if (boot_cpu_has(X86_FEATURE_CONSTANT_TSC) &&
	    boot_cpu_has(X86_FEATURE_NONSTOP_TSC))
		caps.features |= HVPART_CAP_INVARIANT_TSC;
	return copy_to_user(arg, &caps, sizeof(caps)) ? -EFAULT : 0;
}

/* HVPART_GET_INFO */
static long dev_get_info(void __user *arg)
{
	struct hvpart_info *info = kzalloc(sizeof(*info), GFP_KERNEL_ACCOUNT);
	long ret;

	if (!info)
		return -ENOMEM;
	ret = hvp_read_info(info);
	if (!ret && copy_to_user(arg, info, sizeof(*info)))
		ret = -EFAULT;
	kfree(info);
	return ret;
}

/* Pages of records to user space, until it has enough or there are no more. */
static int log_copy(struct hvpart_read_log *args, u32 max,
		    struct hvp_log_page *page)
{
	struct hvpart_log_record __user *to = u64_to_user_ptr(args->records_ptr);
	int ret;

	args->next = args->first;
	args->count = 0;
	while (args->count < max) {
		ret = hvp_read_log(args->next, max - args->count, page);
		if (ret)
			return ret;
		if (!args->count)
			args->first = page->first;
		args->next = page->next;
		if (!page->count)
			break;
		if (copy_to_user(to + args->count, page->records,
				 page->count * sizeof(*to)))
			return -EFAULT;
		args->count += page->count;
	}
	return 0;
}

/* HVPART_READ_LOG */
static long dev_read_log(void __user *arg)
{
	struct hvp_log_page *page;
	struct hvpart_read_log args;
	long ret;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (args.reserved || (args.count && !args.records_ptr))
		return -EINVAL;
	page = (void *)__get_free_page(GFP_KERNEL_ACCOUNT);
	if (!page)
		return -ENOMEM;
	ret = log_copy(&args, args.count, page);
	free_page((unsigned long)page);
	if (!ret && copy_to_user(arg, &args, sizeof(args)))
		ret = -EFAULT;
	return ret;
}

static long dev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case HVPART_CREATE_PARTITION:
		return hvp_partition_create(user);
	case HVPART_ROOT_HVCALL:
		return hvp_root_hvcall(NULL, NULL, user);
	case HVPART_GET_CAPS:
		return dev_get_caps(user);
	case HVPART_GET_INFO:
		return dev_get_info(user);
	case HVPART_READ_LOG:
		return dev_read_log(user);
	case HVPART_LIST:
		return hvp_partition_list(user);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations dev_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = dev_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice dev_hvpart = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "hvpart",
	.fops = &dev_fops,
	.mode = 0600,
};

/* The same files for clients that know only this name. */
static struct miscdevice dev_mshv = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "mshv",
	.fops = &dev_fops,
	.mode = 0600,
};

static bool dev_mshv_ours;

/* --- life ------------------------------------------------------------------------ */

static int root_get_id(void)
{
	struct hv_output_get_partition_id out;
	struct hvp_request r = {
		.code = HVCALL_GET_PARTITION_ID,
		.out = &out,
		.out_len = sizeof(out),
	};
	int ret = hvp_request_run(&r);

	if (!ret)
		hvp_root_account.id = out.partition_id;
	return ret;
}

int hvp_dev_init(void)
{
	int ret;

	hvp_kick_init();
	ret = root_get_id();
	if (ret)
		return ret;
	ret = hvp_nl_init();
	if (ret)
		return ret;
	hvp_debugfs_init();
	ret = misc_register(&dev_hvpart);
	if (ret) {
		hvp_debugfs_exit();
		hvp_nl_exit();
		return ret;
	}
	/*
	 * Linux's own driver of that name needs a hypervisor below, and then
	 * hvpart does not load: the name is free.
	 */
	dev_mshv_ours = !misc_register(&dev_mshv);
	trace_hvpart_load(true);
	return 0;
}

void hvp_dev_exit(void)
{
	if (dev_mshv_ours)
		misc_deregister(&dev_mshv);
	misc_deregister(&dev_hvpart);
	hvp_debugfs_exit();
	hvp_nl_exit();
	hvp_kick_exit();
	trace_hvpart_load(false);
}

void hvp_dev_shutdown(void)
{
	hvp_partition_end_all();
}

void hvp_dev_free(void)
{
	hvp_arena_free_all();
	atomic64_set(&hvp_root_account.pages, 0);
}
