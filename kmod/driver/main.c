// SPDX-License-Identifier: GPL-2.0
/* hvpart.ko: init and exit. */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <hvpart/release.h>
#include "hvpart.h"

static int __init hvpart_init(void)
{
	int ret;

	ret = hvp_check();
	if (ret)
		return ret;
	ret = hvp_load();
	if (ret)
		return ret;
	ret = hvp_hypercall_init();
	if (ret)
		goto unload;
	ret = hvp_cpu_init();
	if (ret)
		goto hypercalls;
	ret = hvp_power_init();
	if (ret)
		goto cpus;
	ret = hvp_dev_init();
	if (ret)
		goto power;
	pr_info("hvpart: this kernel is now the root partition (%u CPUs, %llu KiB for the hypervisor)\n",
		num_online_cpus(), hvp_load_pages() * 4);
	return 0;

power:
	hvp_power_exit();
cpus:
	hvp_cpu_exit();
hypercalls:
	hvp_hypercall_exit();
unload:
	hvp_unload();
	return ret;
}

static void __exit hvpart_exit(void)
{
	hvp_dev_exit();
	hvp_power_exit();
	/*
	 * Open files keep the module, and partitions live in open files: there
	 * is none. If the hypervisor thinks otherwise it is right: stay.
	 */
	while (hvp_cpu_exit()) {
		pr_err_ratelimited("hvpart: cannot unload: a partition exists\n");
		msleep(1000);
	}
	hvp_dev_free();
	hvp_hypercall_exit();
	hvp_unload();
	pr_info("hvpart: back on bare metal\n");
}

module_init(hvpart_init);
module_exit(hvpart_exit);

MODULE_DESCRIPTION("Hypervisor under a running kernel: the Linux half");
MODULE_LICENSE("GPL");
MODULE_VERSION(HVPART_RELEASE_TEXT);
