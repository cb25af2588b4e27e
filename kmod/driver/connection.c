// SPDX-License-Identifier: GPL-2.0
/*
 * The other direction than ports.c: a port of the child, in one of its VPs'
 * SynIC, and a connection of the root to it. A descriptor stands for both.
 *
 * An event flag may have an eventfd. Whoever writes to that makes the hypercall
 * himself, in the eventfd's wake-up; user space of the partition's owner does
 * not run. Where a call cannot be made there and then, a work does it.
 *
 *   sender                              end
 *   RCU read side                       ended = true, eventfds let go
 *   ended? else one hypercall           grace period
 *                                       the hypervisor forgets the connection
 *
 * so that no call names a connection that is another one's by now.
 */
#include <linux/anon_inodes.h>
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <hvpart/call_interrupt.h>
#include "checks.h"
#include "connection.h"
#include "kick.h"
#include "partition.h"

/* Attempts on CPUs that are on their way in or out. */
#define BARE_TRIES	200

/**
 * struct hvp_connection - a port of a child and a connection of the root to it
 * @part: the child
 * @entry: in part->connections
 * @id: of the connection and of the port
 * @type: HV_PORT_TYPE_*
 * @flag_count: event: flags that the port has
 * @flags: event: struct hvp_event_flag by flag number; under the partition's
 *	lock
 * @ended: no call may name it any more
 */
struct hvp_connection {
	struct hvp_partition *part;
	struct list_head entry;
	u32 id, type, flag_count;
	struct xarray flags;
	bool ended;
};

/**
 * struct hvp_event_flag - an event flag that an eventfd signals
 * @connection: where
 * @flag: which
 * @eventfd: by whom
 * @wait: in the eventfd's queue
 * @poll: how it gets there
 * @work: for when the wake-up itself cannot make the call
 */
struct hvp_event_flag {
	struct hvp_connection *connection;
	u16 flag;
	struct eventfd_ctx *eventfd;
	wait_queue_entry_t wait;
	poll_table poll;
	struct work_struct work;
};

/* Ids of the root's connections. A child's port ids need not be dense. */
static DEFINE_XARRAY_ALLOC1(connection_ids);

/* --- sending ------------------------------------------------------------- */

/* One attempt. Any context. False: not on this CPU, not now. */
static bool connection_try(struct hvp_connection *c, struct hvp_request *r)
{
	rcu_read_lock();
	if (READ_ONCE(c->ended))
		r->status = HV_STATUS_INVALID_CONNECTION_ID;
	else
		hvp_issue(r);
	rcu_read_unlock();
	return r->status != HVP_STATUS_BARE;
}

static long connection_call(struct hvp_connection *c, u16 code, const void *in,
			    size_t in_len, u16 *status)
{
	struct hvp_request r = { .code = code, .in = in, .in_len = in_len };
	unsigned int tries;

	for (tries = 0; !connection_try(c, &r); tries++) {
		if (tries == BARE_TRIES)
			return -ENODEV;
		schedule_timeout_uninterruptible(1);
	}
	if (READ_ONCE(c->ended))
		return -EIO;
	*status = r.status;
	if (r.status == HV_STATUS_INSUFFICIENT_BUFFERS)
		return -EAGAIN;
	return hvp_errno(r.status);
}

/* HVPART_POST_MESSAGE */
static long connection_post(struct hvp_connection *c, void __user *arg)
{
	struct hv_input_post_message in = { .connectionid.asu32 = c->id };
	struct hvpart_post_message args;
	struct hv_message msg;
	long ret;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (args.status || hvp_nonzero(args.reserved, sizeof(args.reserved)))
		return -EINVAL;
	if (copy_from_user(&msg, u64_to_user_ptr(args.message_ptr), sizeof(msg)))
		return -EFAULT;
	in.message_type = msg.header.message_type;
	in.payload_size = msg.header.payload_size;
	BUILD_BUG_ON(sizeof(in.payload) != sizeof(msg.u.payload));
	memcpy(in.payload, msg.u.payload, sizeof(in.payload));
	ret = connection_call(c, HVCALL_POST_MESSAGE, &in, sizeof(in),
			      &args.status);
	return copy_to_user(arg, &args, sizeof(args)) ? -EFAULT : ret;
}

/* HVPART_SIGNAL_EVENT */
static long connection_signal(struct hvp_connection *c, void __user *arg)
{
	union hv_input_signal_event in = { .connectionid.asu32 = c->id };
	struct hvpart_signal_event args;
	long ret;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (args.status || args.reserved)
		return -EINVAL;
	in.flag_number = args.flag_number;
	ret = connection_call(c, HVCALL_SIGNAL_EVENT, &in, sizeof(in),
			      &args.status);
	return copy_to_user(arg, &args, sizeof(args)) ? -EFAULT : ret;
}

/* --- eventfds ------------------------------------------------------------ */

static bool flag_signal(struct hvp_event_flag *f)
{
	const union hv_input_signal_event in = {
		.connectionid.asu32 = f->connection->id,
		.flag_number = f->flag,
	};
	struct hvp_request r = {
		.code = HVCALL_SIGNAL_EVENT,
		.in = &in,
		.in_len = sizeof(in),
	};

	/* What the guest does not take (its SynIC is off) is lost. */
	return connection_try(f->connection, &r);
}

static void flag_work(struct work_struct *work)
{
	struct hvp_event_flag *f = container_of(work, struct hvp_event_flag,
						work);
	unsigned int tries;

	for (tries = 0; !flag_signal(f) && tries < BARE_TRIES; tries++)
		schedule_timeout_uninterruptible(1);
}

/*
 * The eventfd was written to; its lock is held. When a port's note did that
 * (one partition's event is another's), the caller page is being read, and a
 * call would write to it.
 */
static int flag_wake(wait_queue_entry_t *wait, unsigned int mode, int sync,
		     void *key)
{
	struct hvp_event_flag *f = container_of(wait, struct hvp_event_flag,
						wait);
	u64 count;

	if (!(key_to_poll(key) & EPOLLIN))
		return 0;
	eventfd_ctx_do_read(f->eventfd, &count);
	if (hvp_taking_notes() || !flag_signal(f))
		schedule_work(&f->work);
	return 0;
}

static void flag_queue(struct file *file, wait_queue_head_t *wq,
		       poll_table *poll)
{
	add_wait_queue(wq, &container_of(poll, struct hvp_event_flag, poll)->wait);
}

static void flag_free(struct hvp_event_flag *f)
{
	u64 count;

	/* After this no wake-up runs, and none begins. */
	eventfd_ctx_remove_wait_queue(f->eventfd, &f->wait, &count);
	cancel_work_sync(&f->work);
	eventfd_ctx_put(f->eventfd);
	kfree(f);
}

static long flag_bind(struct hvp_connection *c, u16 flag, struct file *file)
{
	struct hvp_event_flag *f;
	int ret;

	if (xa_load(&c->flags, flag))
		return -EEXIST;
	f = kzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);
	if (!f)
		return -ENOMEM;
	f->connection = c;
	f->flag = flag;
	f->eventfd = eventfd_ctx_fileget(file);
	if (IS_ERR(f->eventfd)) {
		ret = PTR_ERR(f->eventfd);
		kfree(f);
		return ret;
	}
	INIT_WORK(&f->work, flag_work);
	init_waitqueue_func_entry(&f->wait, flag_wake);
	init_poll_funcptr(&f->poll, flag_queue);
	ret = xa_insert(&c->flags, flag, f, GFP_KERNEL_ACCOUNT);
	if (ret) {
		eventfd_ctx_put(f->eventfd);
		kfree(f);
		return ret;
	}
	/* Written to before: nobody wakes us for that. */
	if (vfs_poll(file, &f->poll) & EPOLLIN)
		schedule_work(&f->work);
	return 0;
}

static long flag_unbind(struct hvp_connection *c, u16 flag, struct file *file)
{
	struct hvp_event_flag *f = xa_load(&c->flags, flag);
	struct eventfd_ctx *ctx = eventfd_ctx_fileget(file);

	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	eventfd_ctx_put(ctx);
	if (!f || f->eventfd != ctx)
		return -ENOENT;
	xa_erase(&c->flags, flag);
	flag_free(f);
	return 0;
}

/* HVPART_EVENT_EVENTFD */
static long connection_eventfd(struct hvp_connection *c, void __user *arg)
{
	struct hvp_partition *part = c->part;
	struct hvpart_event_eventfd args;
	struct file *file;
	long ret = -EIO;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (args.reserved || args.flag_number >= c->flag_count ||
	    args.flags & ~HVPART_PORT_DEASSIGN)
		return -EINVAL;
	file = fget(args.fd);
	if (!file)
		return -EBADF;
	if (mutex_lock_interruptible(&part->lock)) {
		fput(file);
		return -EINTR;
	}
	if (args.flags & HVPART_PORT_DEASSIGN)
		ret = flag_unbind(c, args.flag_number, file);
	else if (!c->ended)
		ret = flag_bind(c, args.flag_number, file);
	mutex_unlock(&part->lock);
	fput(file);
	return ret;
}

/* --- life ---------------------------------------------------------------- */

/* Who may connect is named by id: "self" would be the child. */
static int root_id(u64 *id)
{
	struct hvp_request r = {
		.code = HVCALL_GET_PARTITION_ID,
		.out = id,
		.out_len = sizeof(*id),
	};

	return hvp_request_run(&r);
}

static int port_create_call(struct hvp_connection *c,
			    const struct hvpart_connect *args)
{
	struct hv_input_create_port in = {
		.port_partition_id = c->part->account.id,
		.port_id.asu32 = c->id,
		.port_info.port_type = c->type,
	};
	int ret = root_id(&in.connection_partition_id);

	if (ret)
		return ret;
	if (c->type == HV_PORT_TYPE_EVENT) {
		in.port_info.event_port_info.base_flag_number = args->base_flag;
		in.port_info.event_port_info.flag_count = args->flag_count;
	}
	in.port_info.message_port_info.target_sint = args->sint;
	in.port_info.message_port_info.target_vp = args->vp_index;
	return hvp_simple(HVCALL_CREATE_PORT, &in, sizeof(in),
			  &c->part->account, NULL);
}

static void port_delete_call(struct hvp_connection *c)
{
	union hv_input_delete_port in = {
		.port_partition_id = c->part->account.id,
		.port_id.asu32 = c->id,
	};

	hvp_simple(HVCALL_DELETE_PORT, &in, sizeof(in), NULL, NULL);
}

static int connect_call(struct hvp_connection *c)
{
	struct hv_input_connect_port in = {
		.connection_partition_id = hvp_root_account.id,
		.connection_id.asu32 = c->id,
		.port_partition_id = c->part->account.id,
		.port_id.asu32 = c->id,
		.connection_info.port_type = c->type,
	};

	return hvp_simple(HVCALL_CONNECT_PORT, &in, sizeof(in),
			  &hvp_root_account, NULL);
}

static void disconnect_call(struct hvp_connection *c)
{
	union hv_input_disconnect_port in = {
		.connection_partition_id = hvp_root_account.id,
		.connection_id.asu32 = c->id,
	};

	hvp_simple(HVCALL_DISCONNECT_PORT, &in, sizeof(in), NULL, NULL);
}

/* Context: partition lock held. */
static void connection_end(struct hvp_connection *c)
{
	struct hvp_event_flag *f;
	unsigned long flag;

	if (c->ended)
		return;
	WRITE_ONCE(c->ended, true);
	xa_for_each(&c->flags, flag, f)
		flag_free(f);
	xa_destroy(&c->flags);
	synchronize_rcu();
	disconnect_call(c);
	port_delete_call(c);
	xa_erase(&connection_ids, c->id);
	list_del(&c->entry);
}

void hvp_connections_end(struct hvp_partition *part)
{
	struct hvp_connection *c, *next;

	list_for_each_entry_safe(c, next, &part->connections, entry)
		connection_end(c);
}

static int connection_release(struct inode *inode, struct file *file)
{
	struct hvp_connection *c = file->private_data;
	struct hvp_partition *part = c->part;

	mutex_lock(&part->lock);
	connection_end(c);
	mutex_unlock(&part->lock);
	kfree(c);
	hvp_partition_put(part);
	return 0;
}

static long connection_ioctl(struct file *file, unsigned int cmd,
			     unsigned long arg)
{
	struct hvp_connection *c = file->private_data;
	void __user *user = (void __user *)arg;

	if (cmd == HVPART_POST_MESSAGE)
		return connection_post(c, user);
	if (cmd == HVPART_SIGNAL_EVENT)
		return connection_signal(c, user);
	if (cmd == HVPART_EVENT_EVENTFD)
		return connection_eventfd(c, user);
	return -ENOTTY;
}

static const struct file_operations connection_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = connection_ioctl,
	.release = connection_release,
	.llseek = noop_llseek,
};

static struct hvp_connection *
connection_alloc(struct hvp_partition *part, const struct hvpart_connect *args)
{
	struct hvp_connection *c = kzalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!c)
		return ERR_PTR(-ENOMEM);
	c->part = part;
	c->type = args->port_type;
	c->flag_count = args->flag_count;
	xa_init(&c->flags);
	ret = xa_alloc(&connection_ids, &c->id, c,
		       XA_LIMIT(1, HV_PORT_ID_MASK), GFP_KERNEL_ACCOUNT);
	if (ret) {
		kfree(c);
		return ERR_PTR(ret == -EBUSY ? -ENOSPC : ret);
	}
	return c;
}

/* The hypervisor checks what stands in @args (DESIGN wall 8). */
static struct hvp_connection *
connection_create(struct hvp_partition *part, const struct hvpart_connect *args)
{
	struct hvp_connection *c = connection_alloc(part, args);
	int ret;

	if (IS_ERR(c))
		return c;
	ret = port_create_call(c, args);
	if (ret)
		goto free;
	ret = connect_call(c);
	if (ret)
		goto delete;
	list_add(&c->entry, &part->connections);
	return c;
delete:
	port_delete_call(c);
free:
	xa_erase(&connection_ids, c->id);
	kfree(c);
	return ERR_PTR(ret);
}

/**
 * hvp_connect - HVPART_CONNECT: a way to send to a VP
 * @part: the partition; locked
 * @arg: struct hvpart_connect of user space
 *
 * Return: a descriptor, -EINVAL, -ENODEV, -ENOMEM, -EMFILE, -EFAULT.
 */
long hvp_connect(struct hvp_partition *part, void __user *arg)
{
	struct hvp_connection *c;
	struct hvpart_connect args;
	int fd;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (args.reserved || (args.port_type == HV_PORT_TYPE_MESSAGE &&
			      (args.base_flag || args.flag_count)) ||
	    (args.port_type != HV_PORT_TYPE_MESSAGE &&
	     args.port_type != HV_PORT_TYPE_EVENT))
		return -EINVAL;
	if (!part->initialized)
		return -ENODEV;
	c = connection_create(part, &args);
	if (IS_ERR(c))
		return PTR_ERR(c);
	hvp_partition_get(part);
	fd = anon_inode_getfd("[hvpart-connection]", &connection_fops, c,
			      O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		connection_end(c);
		kfree(c);
		hvp_partition_put(part);
	}
	return fd;
}
