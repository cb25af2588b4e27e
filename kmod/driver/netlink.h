/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family "hvpart": netlink.c answers requests, event.c sends
 * events. Documentation/netlink.rst.
 */
#ifndef HVP_NETLINK_H
#define HVP_NETLINK_H

#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/hvpart.h>
#include <linux/hvpart_netlink.h>

struct genl_family;
struct hvp_partition;
struct sk_buff;

/**
 * struct hvp_nl - what has been told of a partition
 * @created: that it exists
 * @started: that a VP of it has run
 * @stopped: that it has stopped
 * @name_len: bytes of @name; 0: it has none. Written once, @name before it
 * @balloon: bytes, as the owner says
 * @dropped: events that were held back
 * @tokens, @refilled: how many of a kind that a guest can cause may follow
 * @memory_at: when its memory was told last
 * @memory: tells it again, later
 *
 * Written with the lock of event.c held.
 */
struct hvp_nl {
	bool created, started, stopped;
	u32 name_len;
	char name[HVPART_NAME_MAX + 1];
	u64 balloon, dropped;
	u32 tokens;
	u64 refilled, memory_at;
	struct delayed_work memory;
};

extern struct genl_family hvp_nl_family;

/* Before the first partition, after the last. */
int hvp_nl_init(void);
void hvp_nl_exit(void);

/* What is dumped has changed: a dump that is under way says so. Any context. */
void hvp_nl_changed(void);

/* The name, for event.c and netlink.c alike. */
int hvp_nl_put_name(struct sk_buff *skb, const struct hvp_nl *nl);

/* --- events (event.c); process context, may sleep ------------------------- */

/* Between these hvp_event_hypervisor_fault() is heard. */
void hvp_event_open(void);
void hvp_event_close(void);

void hvp_event_init(struct hvp_partition *part);

/* It exists, and those who look find it. */
void hvp_event_created(struct hvp_partition *part);

/* Out of line: once; this is for every dispatch. */
void hvp_event_first_run(struct hvp_partition *part);
#define hvp_event_started(part) do {				\
	if (unlikely(!READ_ONCE((part)->nl.started)))		\
		hvp_event_first_run(part);			\
} while (0)

/* It is gone; nothing is told of it afterwards. */
void hvp_event_ended(struct hvp_partition *part, enum hvpart_nl_reason reason);

/* Its regions have changed. Partition lock held. */
void hvp_event_memory(struct hvp_partition *part);

/* @crash: P0 to P4, for HVPART_NL_FAULT_CRASH */
void hvp_event_fault(struct hvp_partition *part, u32 vp_index,
		     enum hvpart_nl_fault fault, const u64 *crash);

/* The hypervisor has fallen on this CPU. Interrupts off, not in NMI. */
void hvp_event_hypervisor_fault(unsigned int cpu);

/* HVPART_ANNOUNCE; partition lock held */
long hvp_announce(struct hvp_partition *part, void __user *arg);

#endif
