// SPDX-License-Identifier: GPL-2.0
/* Partitions: creation, their file, their end. */
#include <linux/anon_inodes.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/poll.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <hvpart/call_hvpart.h>
#include <hvpart/call_partition.h>
#include "checks.h"
#include "connection.h"
#include "debugfs.h"
#include "kick.h"
#include "memory.h"
#include "partition.h"
#include "ports.h"
#include "vp.h"
#include "hvp_trace.h"

DEFINE_XARRAY(hvp_partitions);

/* Creation against hvp_partition_end_all(): after that there are no new ones. */
static DEFINE_MUTEX(create_lock);
static bool create_closed;

/* All that the hypervisor has, also those on their way out, which no list has. */
static atomic_t nr_entered = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(all_gone);
#define ALL_GONE_TIMEOUT	(30 * HZ)

/* --- the end ------------------------------------------------------------------ */

/* After this no dispatch is issued, and none is under way. */
static void partition_stop(struct hvp_partition *part)
{
	struct hvp_vp *vp;
	unsigned long index;

	WRITE_ONCE(part->dead, true);
	xa_for_each(&part->vps, index, vp) {
		hvp_vp_kick(vp);
		mutex_lock(&vp->lock);
		hvp_vp_run_exit(vp);
		mutex_unlock(&vp->lock);
	}
}

/* Return: 0: no translation of the hypervisor reaches our pages any more. */
static int partition_finalize(struct hvp_partition *part)
{
	const struct hv_input_finalize_partition in = {
		.partition_id = part->account.id,
	};
	struct hvp_vp *vp;
	unsigned long index;
	u64 ticket = 0;
	int ret = 0;

	xa_for_each(&part->vps, index, vp)
		hvp_vp_unmap_pages(vp, &ticket);
	if (part->initialized)
		ret = hvp_simple(HVCALL_FINALIZE_PARTITION, &in, sizeof(in),
				 NULL, &ticket);
	return ret ?: hvp_sync(ticket);
}

static void partition_delete(struct hvp_partition *part)
{
	const struct hv_input_delete_partition in = {
		.partition_id = part->account.id,
	};
	int ret;

	ret = hvp_withdraw_all(&part->account);
	/* Its id may be another's as soon as it is deleted. */
	xa_erase(&hvp_partitions, part->account.id);
	ret = ret ?: hvp_simple(HVCALL_DELETE_PARTITION, &in, sizeof(in), NULL,
				NULL);
	if (ret)
		pr_warn(pr_hvpart "partition %llu could not be deleted (%d), %lld pages stay with the hypervisor\n",
			part->account.id, ret,
			(s64)atomic64_read(&part->account.pages));
}

/* Context: partition lock held. @reason: if nobody has told of a better one. */
static void partition_end(struct hvp_partition *part,
			  enum hvpart_nl_reason reason)
{
	struct hvp_vp *vp;
	unsigned long index;
	bool mapped;

	if (part->ended)
		return;
	partition_stop(part);
	hvp_ports_end(part);
	hvp_connections_end(part);
	mapped = partition_finalize(part);
	hvp_memory_free(part, mapped);
	if (mapped) {
		pr_warn(pr_hvpart "partition %llu could not be finalized, its memory stays pinned\n",
			part->account.id);
		xa_for_each(&part->vps, index, vp)
			hvp_vp_forget_pages(vp);
	}
	partition_delete(part);
	part->ended = true;
	if (atomic_dec_and_test(&nr_entered))
		wake_up_all(&all_gone);
	trace_hvpart_partition_destroy(part->account.id,
				       atomic64_read(&part->account.pages));
	hvp_event_ended(part, reason);
	wake_up_poll(&part->wq, EPOLLHUP);
}

static void partition_free(struct hvp_partition *part)
{
	struct hvp_vp *vp;
	unsigned long index;

	hvp_debugfs_partition_end(part);
	/* Kicks and notes look partitions and VPs up without a lock. */
	synchronize_rcu();
	xa_for_each(&part->vps, index, vp)
		hvp_vp_free(vp);
	xa_destroy(&part->vps);
	xa_destroy(&part->links);
	hvp_crash_free(part);
	kvfree(part->routes);
	put_pid(part->pid);
	mmdrop(part->mm);
	kfree(part);
}

static void partition_release(struct kref *kref)
{
	struct hvp_partition *part = container_of(kref, struct hvp_partition,
						  kref);

	mutex_lock(&part->lock);
	partition_end(part, HVPART_NL_REASON_CLOSED);
	mutex_unlock(&part->lock);
	partition_free(part);
}

void hvp_partition_get(struct hvp_partition *part)
{
	kref_get(&part->kref);
}

void hvp_partition_put(struct hvp_partition *part)
{
	kref_put(&part->kref, partition_release);
}

struct hvp_partition *hvp_partition_next(unsigned long *id)
{
	struct hvp_partition *part;

	rcu_read_lock();
	while ((part = xa_find(&hvp_partitions, id, ULONG_MAX, XA_PRESENT))) {
		++*id;
		if (kref_get_unless_zero(&part->kref))
			break;
	}
	rcu_read_unlock();
	return part;
}

void hvp_partition_end_all(void)
{
	struct hvp_partition *part;
	unsigned long id = 0;

	mutex_lock(&create_lock);
	create_closed = true;
	mutex_unlock(&create_lock);
	while ((part = hvp_partition_next(&id))) {
		mutex_lock(&part->lock);
		partition_end(part, HVPART_NL_REASON_HOST_REBOOT);
		mutex_unlock(&part->lock);
		hvp_partition_put(part);
	}
	/* The last CPU is not promoted while one is there. */
	if (!wait_event_timeout(all_gone, !atomic_read(&nr_entered),
				ALL_GONE_TIMEOUT))
		pr_err(pr_hvpart "a partition does not end\n");
}

/* --- ioctls ------------------------------------------------------------------ */

/* HVPART_INITIALIZE_PARTITION: from now on it may have memory and VPs. */
static long partition_initialize(struct hvp_partition *part)
{
	const struct hv_input_initialize_partition in = {
		.partition_id = part->account.id,
	};
	int ret;

	if (part->initialized)
		return -EINVAL;
	ret = hvp_simple(HVCALL_INITIALIZE_PARTITION, &in, sizeof(in),
			 &part->account, NULL);
	if (!ret)
		part->initialized = true;
	return ret;
}

static long partition_ioctl_locked(struct hvp_partition *part, unsigned int cmd,
				   void __user *arg)
{
	if (part->dead)
		return -EIO;
	switch (cmd) {
	case HVPART_INITIALIZE_PARTITION:
		return partition_initialize(part);
	case HVPART_CREATE_VP:
		return hvp_vp_create(part, arg);
	case HVPART_SET_GUEST_MEMORY:
		return hvp_set_guest_memory(part, arg);
	case HVPART_SET_MSI_ROUTING:
		return hvp_set_msi_routing(part, arg);
	case HVPART_GET_GPAP_ACCESS_BITMAP:
		return hvp_get_access_bitmap(part, arg);
	case HVPART_ROOT_HVCALL:
		return hvp_root_hvcall(part, NULL, arg);
	case HVPART_GET_CRASH:
		return hvp_get_crash(part, arg);
	case HVPART_PORT_EVENTFD:
		return hvp_port_eventfd(part, arg);
	case HVPART_PORT_MSGQ:
		return hvp_port_msgq(part, arg);
	case HVPART_DISCARD_MEMORY:
		return hvp_memory_ranges(part, arg, false);
	case HVPART_RESTORE_MEMORY:
		return hvp_memory_ranges(part, arg, true);
	case HVPART_ANNOUNCE:
		return hvp_announce(part, arg);
	case HVPART_CONNECT:
		return hvp_connect(part, arg);
	default:
		/* HVPART_IRQFD and HVPART_IOEVENTFD are not built yet. */
		return -ENOTTY;
	}
}

static long partition_ioctl(struct file *file, unsigned int cmd,
			    unsigned long arg)
{
	struct hvp_partition *part = file->private_data;
	void __user *user = (void __user *)arg;
	long ret;

	if (part->mm != current->mm)
		return -EIO;
	if (cmd == HVPART_GET_STATS)
		return hvp_get_stats(part, 0, HVPART_STATS_PARTITION, user);
	if (mutex_lock_interruptible(&part->lock))
		return -EINTR;
	ret = partition_ioctl_locked(part, cmd, user);
	mutex_unlock(&part->lock);
	return ret;
}

static __poll_t partition_poll(struct file *file, poll_table *wait)
{
	struct hvp_partition *part = file->private_data;
	__poll_t mask = 0;

	poll_wait(file, &part->wq, wait);
	if (hvp_crash_is_news(part))
		mask |= EPOLLPRI;
	if (READ_ONCE(part->ended))
		mask |= EPOLLHUP;
	return mask;
}

static int partition_file_release(struct inode *inode, struct file *file)
{
	hvp_partition_put(file->private_data);
	return 0;
}

static const struct file_operations partition_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = partition_ioctl,
	.poll = partition_poll,
	.release = partition_file_release,
	.llseek = noop_llseek,
};

/* --- creation ------------------------------------------------------------------ */

static const struct {
	u64 pt, hv;
} creation_flags[] = {
	{ BIT(HVPART_PT_BIT_LAPIC), HV_PARTITION_CREATION_FLAG_LAPIC_ENABLED },
	{ BIT(HVPART_PT_BIT_X2APIC), HV_PARTITION_CREATION_FLAG_X2APIC_CAPABLE },
	{ BIT(HVPART_PT_BIT_GPA_SUPER_PAGES),
	  HV_PARTITION_CREATION_FLAG_GPA_SUPER_PAGES_ENABLED },
	{ BIT(HVPART_PT_BIT_SMT_ENABLED_GUEST),
	  HV_PARTITION_CREATION_FLAG_SMT_ENABLED_GUEST },
};

/* Reads v1, and what v2 has beyond it if the flag says so; neither twice. */
static int creation_copy(struct hvpart_create_partition_v2 *args,
			 void __user *arg)
{
	const size_t v1 = sizeof(struct hvpart_create_partition);

	memset(args, 0, sizeof(*args));
	if (copy_from_user(args, arg, v1))
		return -EFAULT;
	if (args->pt_flags & ~(u64)HVPART_PT_FLAGS_MASK)
		return -EINVAL;
	if (args->pt_isolation != HVPART_PT_ISOLATION_NONE ||
	    args->pt_flags & BIT(HVPART_PT_BIT_NESTED_VIRTUALIZATION))
		return -EOPNOTSUPP;
	if (!(args->pt_flags & BIT(HVPART_PT_BIT_CPU_AND_XSAVE_FEATURES)))
		return 0;
	if (copy_from_user((void *)args + v1, arg + v1, sizeof(*args) - v1))
		return -EFAULT;
	if (args->pt_num_cpu_fbanks != HVPART_NUM_CPU_FEATURES_BANKS ||
	    hvp_nonzero(args->pt_rsvd, sizeof(args->pt_rsvd)) ||
	    hvp_nonzero(args->pt_rsvd1, sizeof(args->pt_rsvd1)))
		return -EINVAL;
	return 0;
}

static int creation_call(const struct hvpart_create_partition_v2 *args, u64 *id)
{
	struct hv_input_create_partition in = {
		.flags = HV_PARTITION_CREATION_FLAG_EXO_PARTITION |
			HV_PARTITION_CREATION_FLAG_INTERCEPT_MESSAGE_PAGE_ENABLED,
		.compatibility_version = HV_COMPATIBILITY_21_H2,
		.partition_creation_properties = {
			.disabled_processor_features.as_uint64 = {
				args->pt_cpu_fbanks[0], args->pt_cpu_fbanks[1],
			},
			.disabled_processor_xsave_features.as_uint64 =
				args->pt_disabled_xsave,
		},
	};
	struct hvp_request r = {
		.code = HVCALL_CREATE_PARTITION,
		.in = &in,
		.in_len = sizeof(in),
		.out = id,
		.out_len = sizeof(*id),
		.account = &hvp_root_account,
	};
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(creation_flags); i++)
		if (args->pt_flags & creation_flags[i].pt)
			in.flags |= creation_flags[i].hv;
	ret = hvp_request_run(&r);
	/* So far, all partitions have a local APIC in x2APIC mode. */
	return r.status == HV_STATUS_FEATURE_UNAVAILABLE ? -EOPNOTSUPP : ret;
}

static struct hvp_partition *partition_alloc(void)
{
	struct hvp_partition *part = kzalloc(sizeof(*part), GFP_KERNEL_ACCOUNT);

	if (!part)
		return NULL;
	kref_init(&part->kref);
	mutex_init(&part->lock);
	init_waitqueue_head(&part->wq);
	hvp_event_init(part);
	part->regions = RB_ROOT;
	xa_init(&part->vps);
	xa_init(&part->links);
	INIT_LIST_HEAD(&part->connections);
	part->mm = current->mm;
	mmgrab(part->mm);
	part->pid = get_pid(task_tgid(current));
	part->created_ns = ktime_get_boottime_ns();
	/* Until the hypervisor knows it there is nothing to be ended. */
	part->ended = true;
	return part;
}

static int partition_enter(struct hvp_partition *part,
			   const struct hvpart_create_partition_v2 *args)
{
	int ret = -ENODEV;

	mutex_lock(&create_lock);
	if (!create_closed)
		ret = creation_call(args, &part->account.id);
	if (!ret) {
		atomic_inc(&nr_entered);
		part->ended = false;
		ret = xa_insert(&hvp_partitions, part->account.id, part,
				GFP_KERNEL_ACCOUNT);
	}
	mutex_unlock(&create_lock);
	return ret;
}

long hvp_partition_create(void __user *arg)
{
	struct hvpart_create_partition_v2 args;
	struct hvp_partition *part;
	int ret, fd;

	ret = creation_copy(&args, arg);
	if (ret)
		return ret;
	part = partition_alloc();
	if (!part)
		return -ENOMEM;
	ret = partition_enter(part, &args);
	if (ret) {
		hvp_partition_put(part);
		return ret;
	}
	hvp_debugfs_partition(part);
	trace_hvpart_partition_create(part->account.id,
				      atomic64_read(&part->account.pages));
	hvp_event_created(part);
	/* From here on its file owns it. */
	fd = anon_inode_getfd("[hvpart-partition]", &partition_fops, part,
			      O_RDWR | O_CLOEXEC);
	if (fd < 0)
		hvp_partition_put(part);
	return fd;
}

/* --- the list ------------------------------------------------------------------ */

static void list_fill(struct hvp_partition *part,
		      struct hvpart_partition_entry *e)
{
	*e = (struct hvpart_partition_entry) {
		.partition_id = part->account.id,
		.state = part->initialized ? HVPART_PARTITION_ACTIVE :
			HVPART_PARTITION_CREATED,
		.vp_count = READ_ONCE(part->nr_vps),
		.pid = pid_vnr(part->pid),
		.memory = READ_ONCE(part->region_pages) << PAGE_SHIFT,
		.pool_pages = atomic64_read(&part->account.pages),
		.created_ns = part->created_ns,
	};
}

long hvp_partition_list(struct hvpart_list __user *arg)
{
	struct hvpart_partition_entry entry;
	struct hvp_partition *part;
	struct hvpart_list args;
	unsigned long id;
	u32 n;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (args.reserved || (args.count && !args.entries_ptr))
		return -EINVAL;
	id = args.after + 1;
	for (n = 0; n < args.count && id; n++) {
		part = hvp_partition_next(&id);
		if (!part)
			break;
		list_fill(part, &entry);
		hvp_partition_put(part);
		if (copy_to_user(u64_to_user_ptr(args.entries_ptr) +
				 n * sizeof(entry), &entry, sizeof(entry)))
			return -EFAULT;
	}
	args.count = n;
	return copy_to_user(arg, &args, sizeof(args)) ? -EFAULT : 0;
}
