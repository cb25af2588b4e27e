// SPDX-License-Identifier: GPL-2.0
/*
 * Reboot, kexec, suspend.
 *
 * A panic needs nothing: the CPU that panics, and a crash kernel that it starts,
 * go on as the root; hidden pages read as zeros; a reset resets.
 */
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/reboot.h>
#include <linux/suspend.h>
#include "hvpart.h"

/* Also the way into a kexec'ed kernel, which must find a bare machine. */
static int reboot_event(struct notifier_block *nb, unsigned long event,
			void *unused)
{
	hvp_dev_shutdown();
	hvp_cpu_promote_all();
	return NOTIFY_DONE;
}

static int pm_event(struct notifier_block *nb, unsigned long event,
		    void *unused)
{
	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		pr_err("hvpart: suspend and hibernation are not supported while loaded: rmmod hvpart first\n");
		return notifier_from_errno(-EBUSY);
	}
	return NOTIFY_DONE;
}

/* Before other drivers' notifiers stop what partitions still use. */
static struct notifier_block reboot_block = {
	.notifier_call = reboot_event,
	.priority = INT_MAX,
};

static struct notifier_block pm_block = { .notifier_call = pm_event };

int hvp_power_init(void)
{
	int ret = register_reboot_notifier(&reboot_block);

	if (ret)
		return ret;
	ret = register_pm_notifier(&pm_block);
	if (ret)
		unregister_reboot_notifier(&reboot_block);
	return ret;
}

void hvp_power_exit(void)
{
	unregister_pm_notifier(&pm_block);
	unregister_reboot_notifier(&reboot_block);
}
