/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between 6.1, 6.12 and 7.2. The only file that asks which kernel
 * it is built for.
 */
#ifndef HVP_COMPAT_H
#define HVP_COMPAT_H

#include <linux/eventfd.h>
#include <linux/hrtimer.h>
#include <linux/version.h>
#include <net/genetlink.h>

/* 6.8 took the count away: it was always 1. */
static inline void hvp_eventfd_signal(struct eventfd_ctx *ctx)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	eventfd_signal(ctx);
#else
	eventfd_signal(ctx, 1);
#endif
}

/* 6.13 made one call of two steps, 6.15 took hrtimer_init() away. */
static inline void hvp_hrtimer_setup(struct hrtimer *timer,
				     enum hrtimer_restart (*fn)(struct hrtimer *),
				     clockid_t clock, enum hrtimer_mode mode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(timer, fn, clock, mode);
#else
	hrtimer_init(timer, clock, mode);
	timer->function = fn;
#endif
}

/* 6.7 put the attributes of a dump's request into a struct genl_info. */
static inline struct nlattr **hvp_genl_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

#endif
