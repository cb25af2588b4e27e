/* SPDX-License-Identifier: GPL-2.0 */
/* A child partition, as the Linux half knows it. */
#ifndef HVP_PARTITION_H
#define HVP_PARTITION_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/wait.h>
#include <linux/xarray.h>
#include <linux/hvpart.h>
#include "crash.h"
#include "netlink.h"
#include "parent.h"

struct dentry;
struct file;
struct mm_struct;
struct hvp_vp;
struct pid;

/**
 * struct hvp_partition - one child
 * @kref: held by the partition's file, by each VP's, by each message queue's and
 *	by each connection's
 * @account: its id and its pool
 * @lock: serialises the ioctls; outermost lock of the driver
 * @mm: of the creator, which pays for pinned memory (mm_count reference)
 * @regions: guest memory, by guest page; memory.c
 * @region_pages: 4 KiB pages in @regions
 * @vps: struct hvp_vp by index; entries stay until the partition is freed
 * @dead: no VP may be dispatched any more
 * @ended: the hypervisor does not know it any more
 * @routes: MSI routing table, NULL when empty; routing.c
 * @links: connections of ports, by connection id; ports.c
 * @nl: what listeners have been told; event.c
 * @connections: of the root to ports of the child; connection.c
 * @wq: poll() on the partition's file
 */
struct hvp_partition {
	struct kref kref;
	struct hvp_account account;
	struct mutex lock;
	struct mm_struct *mm;
	struct pid *pid;
	u64 created_ns;
	bool initialized, dead, ended;
	struct rb_root regions;
	u64 region_pages;
	struct xarray vps;
	u32 nr_vps;
	struct hvpart_user_irq_table *routes;
	struct xarray links;
	struct list_head connections;
	struct hvp_crash crash;
	struct hvp_nl nl;
	wait_queue_head_t wq;
	struct dentry *debugfs;
};

/* All partitions by id. Looked up under RCU, from any context. */
extern struct xarray hvp_partitions;

/* Caller holds rcu_read_lock() or knows that it cannot go away. */
static inline struct hvp_partition *hvp_partition_find(u64 id)
{
	return xa_load(&hvp_partitions, id);
}

/**
 * hvp_partition_create - HVPART_CREATE_PARTITION
 * @arg: struct hvpart_create_partition or _v2 of user space
 * Return: a file descriptor or -errno.
 */
long hvp_partition_create(void __user *arg);

void hvp_partition_get(struct hvp_partition *part);
void hvp_partition_put(struct hvp_partition *part);

/* The next partition from *id on, with a reference; *id moves behind it. */
struct hvp_partition *hvp_partition_next(unsigned long *id);

/* Ends all partitions although files may be open. For reboot. */
void hvp_partition_end_all(void);

/* HVPART_LIST */
long hvp_partition_list(struct hvpart_list __user *arg);

/* HVPART_SET_MSI_ROUTING (routing.c); partition lock held */
long hvp_set_msi_routing(struct hvp_partition *part, void __user *arg);

/* HVPART_GET_GPAP_ACCESS_BITMAP (access.c); partition lock held */
long hvp_get_access_bitmap(struct hvp_partition *part, void __user *arg);

/* HVPART_GET_STATS of a partition or of a VP (stats.c) */
long hvp_get_stats(struct hvp_partition *part, u32 vp_index, u32 object,
		   void __user *arg);

/**
 * hvp_root_hvcall - HVPART_ROOT_HVCALL (passthrough.c)
 * @part: whose id goes into the input; NULL: the root's own
 * @vp: whose file it is, not locked; NULL: the partition's, locked, or none's
 */
long hvp_root_hvcall(struct hvp_partition *part, struct hvp_vp *vp,
		     void __user *arg);

#endif
