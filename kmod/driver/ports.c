// SPDX-License-Identifier: GPL-2.0
/*
 * Ports and connections.
 *
 * Whatever a guest sends goes through a connection of the child to a port of
 * the root. The port notifies through the caller page, so nothing of it touches
 * the root's own SynIC. An event port carries up to 2048 flags, each with an
 * eventfd of its own. A message port keeps its messages in the hypervisor until
 * read() fetches them: a slow reader makes the guest wait, not the kernel's
 * memory grow.
 */
#include <linux/anon_inodes.h>
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <hvpart/call_hvpart.h>
#include <hvpart/call_interrupt.h>
#include <hvpart/callerpage.h>
#include "compat.h"
#include "partition.h"
#include "ports.h"
#include "user.h"

/* VMBus's, as good as any. */
#define PORT_SINT	2

/**
 * struct hvp_port - one connection of a child, with its port in the root
 * @part: the child
 * @id: port id, index in hvp_ports
 * @connection: connection id, index in part->links
 * @type: HV_PORT_TYPE_*
 * @flags: event port: struct eventfd_ctx by flag number
 * @wq: message port: readers
 * @noted: message port: something may be there. While it is not set nothing is,
 *	or the note is still to come
 * @ended: the hypervisor does not know it any more
 * @read_lock: one read() at a time
 * @stash: its message was fetched and not yet handed out
 * @stashed: there is one
 */
struct hvp_port {
	struct hvp_partition *part;
	u32 id, connection, type;
	struct xarray flags;
	wait_queue_head_t wq;
	bool noted, ended;
	struct mutex read_lock;
	struct hvpart_output_receive_message stash;
	bool stashed;
};

/* All ports by id. Looked up under RCU from any context. */
static DEFINE_XARRAY_ALLOC1(hvp_ports);

/* --- what came in ------------------------------------------------------ */

static void port_message(struct hvp_port *port)
{
	smp_store_release(&port->noted, true);
	wake_up_interruptible_poll(&port->wq, EPOLLIN);
}

void hvp_port_note(const struct hvpart_port_note *note)
{
	struct hvp_port *port = xa_load(&hvp_ports, note->port_id);
	struct eventfd_ctx *ctx;

	if (!port)
		return;
	if (port->type == HV_PORT_TYPE_MESSAGE) {
		port_message(port);
		return;
	}
	ctx = xa_load(&port->flags, note->flag);
	if (ctx)
		hvp_eventfd_signal(ctx);
}

void hvp_port_note_all(void)
{
	struct eventfd_ctx *ctx;
	struct hvp_port *port;
	unsigned long id, flag;

	xa_for_each(&hvp_ports, id, port) {
		if (port->type == HV_PORT_TYPE_MESSAGE)
			port_message(port);
		xa_for_each(&port->flags, flag, ctx)
			hvp_eventfd_signal(ctx);
	}
}

/* --- life -------------------------------------------------------------- */

static int port_create_call(struct hvp_port *port)
{
	struct hv_input_create_port in = {
		.port_partition_id = hvp_root_account.id,
		.port_id.asu32 = port->id,
		.connection_partition_id = port->part->account.id,
		.port_info.port_type = port->type,
	};

	/* Must be one, though a port of the root interrupts nobody. */
	in.port_info.message_port_info.target_sint = PORT_SINT;
	if (port->type == HV_PORT_TYPE_EVENT)
		in.port_info.event_port_info.flag_count = HV_EVENT_FLAGS_COUNT;
	return hvp_simple(HVCALL_CREATE_PORT, &in, sizeof(in),
			  &hvp_root_account, NULL);
}

static int port_connect_call(struct hvp_port *port)
{
	struct hv_input_connect_port in = {
		.connection_partition_id = port->part->account.id,
		.connection_id.asu32 = port->connection,
		.port_partition_id = hvp_root_account.id,
		.port_id.asu32 = port->id,
		.connection_info.port_type = port->type,
	};

	return hvp_simple(HVCALL_CONNECT_PORT, &in, sizeof(in),
			  &port->part->account, NULL);
}

static void port_delete_call(struct hvp_port *port)
{
	union hv_input_delete_port in = {
		.port_partition_id = hvp_root_account.id,
		.port_id.asu32 = port->id,
	};

	hvp_simple(HVCALL_DELETE_PORT, &in, sizeof(in), NULL, NULL);
}

static void port_disconnect_call(struct hvp_port *port)
{
	union hv_input_disconnect_port in = {
		.connection_partition_id = port->part->account.id,
		.connection_id.asu32 = port->connection,
	};

	hvp_simple(HVCALL_DISCONNECT_PORT, &in, sizeof(in), NULL, NULL);
}

/* Takes the port out of sight, first of the guest, then of the notes. */
static void port_end(struct hvp_port *port)
{
	struct eventfd_ctx *ctx;
	unsigned long flag;

	if (port->ended)
		return;
	port_disconnect_call(port);
	port_delete_call(port);
	xa_erase(&port->part->links, port->connection);
	xa_erase(&hvp_ports, port->id);
	synchronize_rcu();
	xa_for_each(&port->flags, flag, ctx)
		eventfd_ctx_put(ctx);
	xa_destroy(&port->flags);
	WRITE_ONCE(port->ended, true);
	wake_up_interruptible_poll(&port->wq, EPOLLHUP | EPOLLIN);
}

static struct hvp_port *port_alloc(struct hvp_partition *part, u32 connection,
				   u32 type)
{
	struct hvp_port *port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);
	int ret;

	if (!port)
		return ERR_PTR(-ENOMEM);
	port->part = part;
	port->connection = connection;
	port->type = type;
	xa_init(&port->flags);
	init_waitqueue_head(&port->wq);
	mutex_init(&port->read_lock);
	ret = xa_alloc(&hvp_ports, &port->id, port,
		       XA_LIMIT(1, HV_PORT_ID_MASK), GFP_KERNEL_ACCOUNT);
	if (ret) {
		kfree(port);
		return ERR_PTR(ret == -EBUSY ? -ENOSPC : ret);
	}
	return port;
}

/* A port and its connection; the connection id must be free. */
static struct hvp_port *port_create(struct hvp_partition *part, u32 connection,
				    u32 type)
{
	struct hvp_port *port = port_alloc(part, connection, type);
	int ret;

	if (IS_ERR(port))
		return port;
	ret = xa_insert(&part->links, connection, port, GFP_KERNEL_ACCOUNT);
	if (ret)
		goto free;
	ret = port_create_call(port);
	if (ret)
		goto unlink;
	ret = port_connect_call(port);
	if (!ret)
		return port;
	port_delete_call(port);
unlink:
	xa_erase(&part->links, connection);
free:
	xa_erase(&hvp_ports, port->id);
	synchronize_rcu();
	kfree(port);
	return ERR_PTR(ret);
}

void hvp_ports_end(struct hvp_partition *part)
{
	struct hvp_port *port;
	unsigned long connection;

	xa_for_each(&part->links, connection, port) {
		bool event = port->type == HV_PORT_TYPE_EVENT;

		port_end(port);
		/* A message port belongs to its file. */
		if (event)
			kfree(port);
	}
}

/* --- event flags and eventfds ------------------------------------------- */

static long port_bind(struct hvp_partition *part, struct hvp_port *port,
		      const struct hvpart_port_eventfd *args,
		      struct eventfd_ctx *ctx)
{
	bool fresh = !port;
	int ret;

	if (fresh)
		port = port_create(part, args->connection_id,
				   HV_PORT_TYPE_EVENT);
	if (IS_ERR(port))
		return PTR_ERR(port);
	ret = xa_insert(&port->flags, args->flag_number, ctx,
			GFP_KERNEL_ACCOUNT);
	if (ret && fresh) {
		port_end(port);
		kfree(port);
	}
	return ret == -EBUSY ? -EEXIST : ret;
}

static long port_unbind(struct hvp_port *port,
			const struct hvpart_port_eventfd *args,
			struct eventfd_ctx *ctx)
{
	if (!port || xa_load(&port->flags, args->flag_number) != ctx)
		return -ENOENT;
	xa_erase(&port->flags, args->flag_number);
	synchronize_rcu();
	eventfd_ctx_put(ctx);
	if (xa_empty(&port->flags)) {
		port_end(port);
		kfree(port);
	}
	return 0;
}

/**
 * hvp_port_eventfd - HVPART_PORT_EVENTFD: an eventfd for an event flag
 * @part: the partition; locked
 * @arg: struct hvpart_port_eventfd of user space
 *
 * Return: 0, -EINVAL, -EEXIST, -ENOENT, -EBADF, -ENOMEM, -EFAULT.
 */
long hvp_port_eventfd(struct hvp_partition *part, void __user *arg)
{
	struct hvpart_port_eventfd args;
	struct eventfd_ctx *ctx;
	struct hvp_port *port;
	long ret;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (args.connection_id & ~HV_PORT_ID_MASK || args.reserved ||
	    args.flag_number >= HV_EVENT_FLAGS_COUNT ||
	    args.flags & ~HVPART_PORT_DEASSIGN)
		return -EINVAL;
	if (!part->initialized)
		return -ENODEV;
	port = xa_load(&part->links, args.connection_id);
	if (port && port->type != HV_PORT_TYPE_EVENT)
		return -EEXIST;
	ctx = eventfd_ctx_fdget(args.fd);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	if (args.flags & HVPART_PORT_DEASSIGN) {
		ret = port_unbind(port, &args, ctx);
		eventfd_ctx_put(ctx);
		return ret;
	}
	ret = port_bind(part, port, &args, ctx);
	if (ret)
		eventfd_ctx_put(ctx);
	return ret;
}

/* --- message queues ------------------------------------------------------ */

/* The next message into the stash. Return: 0, -EAGAIN, -errno. */
static int msgq_fetch(struct hvp_port *port)
{
	const struct hvpart_input_receive_message in = { .port_id = port->id };
	struct hvp_request r = {
		.code = HVCALL_HVPART_RECEIVE_MESSAGE,
		.in = &in,
		.in_len = sizeof(in),
		.out = &port->stash,
		.out_len = sizeof(port->stash),
	};
	int ret;

	if (port->stashed)
		return 0;
	if (READ_ONCE(port->ended))
		return -EIO;
	if (!READ_ONCE(port->noted))
		return -EAGAIN;
	/* Before the call: a message that comes after it raises it again. */
	WRITE_ONCE(port->noted, false);
	ret = hvp_request_run(&r);
	if (r.status == HV_STATUS_NO_DATA)
		return -EAGAIN;
	if (ret)
		return ret;
	port->stashed = true;
	if (port->stash.remaining)
		WRITE_ONCE(port->noted, true);
	return 0;
}

static ssize_t msgq_read_some(struct hvp_port *port, char __user *buf,
			      size_t count)
{
	const struct hv_message *msg = &port->stash.message;
	size_t done = 0;
	int ret = 0;

	while (count - done >= sizeof(*msg)) {
		ret = msgq_fetch(port);
		if (!ret)
			ret = hvp_message_to_user(buf + done, msg,
						  sizeof(*msg));
		if (ret)
			break;
		port->stashed = false;
		done += sizeof(*msg);
		if (signal_pending(current))
			break;
	}
	return done ? done : ret;
}

static ssize_t msgq_read(struct file *file, char __user *buf, size_t count,
			 loff_t *pos)
{
	struct hvp_port *port = file->private_data;
	ssize_t ret;

	if (count < sizeof(struct hv_message))
		return -EINVAL;
	for (;;) {
		if (mutex_lock_interruptible(&port->read_lock))
			return -EINTR;
		ret = msgq_read_some(port, buf, count);
		mutex_unlock(&port->read_lock);
		if (ret != -EAGAIN || file->f_flags & O_NONBLOCK)
			return ret;
		if (wait_event_interruptible(port->wq,
					     READ_ONCE(port->noted) ||
					     READ_ONCE(port->ended)))
			return -EINTR;
	}
}

static __poll_t msgq_poll(struct file *file, poll_table *wait)
{
	struct hvp_port *port = file->private_data;
	__poll_t mask = 0;

	poll_wait(file, &port->wq, wait);
	if (READ_ONCE(port->noted) || READ_ONCE(port->stashed))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (READ_ONCE(port->ended))
		mask |= EPOLLHUP;
	return mask;
}

static int msgq_release(struct inode *inode, struct file *file)
{
	struct hvp_port *port = file->private_data;
	struct hvp_partition *part = port->part;

	mutex_lock(&part->lock);
	port_end(port);
	mutex_unlock(&part->lock);
	kfree(port);
	hvp_partition_put(part);
	return 0;
}

static const struct file_operations msgq_fops = {
	.owner = THIS_MODULE,
	.read = msgq_read,
	.poll = msgq_poll,
	.release = msgq_release,
	.llseek = noop_llseek,
};

/**
 * hvp_port_msgq - HVPART_PORT_MSGQ: receive the messages of a connection
 * @part: the partition; locked
 * @arg: struct hvpart_port_msgq of user space
 *
 * Return: a descriptor, -EINVAL, -EEXIST, -ENOMEM, -EMFILE, -EFAULT.
 */
long hvp_port_msgq(struct hvp_partition *part, void __user *arg)
{
	struct hvpart_port_msgq args;
	struct hvp_port *port;
	int fd;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	if (args.connection_id & ~HV_PORT_ID_MASK || args.flags ||
	    args.reserved)
		return -EINVAL;
	if (!part->initialized)
		return -ENODEV;
	if (xa_load(&part->links, args.connection_id))
		return -EEXIST;
	port = port_create(part, args.connection_id, HV_PORT_TYPE_MESSAGE);
	if (IS_ERR(port))
		return PTR_ERR(port);
	hvp_partition_get(part);
	fd = anon_inode_getfd("[hvpart-msgq]", &msgq_fops, port,
			      O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		port_end(port);
		kfree(port);
		hvp_partition_put(part);
	}
	return fd;
}
