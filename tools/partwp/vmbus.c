// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <unistd.h>

#include "guest.h"
#include "log.h"
#include "vmbus.h"

/* Messages taken at once; the guest may post as fast as it can. */
#define MESSAGE_BURST	16

static int post(void *ctx, __u32 vp, __u8 sint, const struct hv_message *msg)
{
	struct guest *g = ctx;

	return part_post_message_direct(g->part, vp, sint, msg);
}

static int signal_vp(void *ctx, __u32 vp, __u8 sint, __u16 flag)
{
	struct guest *g = ctx;

	return part_signal_event_direct(g->part, vp, sint, flag);
}

static void *memory(void *ctx, __u64 gpa, __u64 len)
{
	struct guest *g = ctx;

	return ram_ptr(&g->ram, gpa, len);
}

static void schedule(void *ctx)
{
	struct guest *g = ctx;

	g->vmbus.due = true;
}

static void complain(void *ctx, const char *text)
{
	(void)ctx;
	log_guest("VMBus: %s", text);
}

/* No listen(): nobody here offers a channel. */
static const struct part_vmbus_ops ops = {
	.size = sizeof(ops),
	.post = post,
	.signal = signal_vp,
	.memory = memory,
	.schedule = schedule,
	.complain = complain,
};

int vmbus_open(struct guest *g)
{
	struct vmbus *v = &g->vmbus;
	int ret = part_vmbus_create(&v->host, &ops, g, g->config->vps);

	v->due = false;
	v->contacted = false;
	if (ret)
		return log_errno(-ret, "VMBus");
	v->message_fd = part_port_msgq(g->part, VMBUS_MESSAGE_CONNECTION);
	if (v->message_fd < 0) {
		ret = v->message_fd;
		v->message_fd = -1;
		log_error("VMBus: %s", part_strerror(ret));
		vmbus_close(g);
	}
	return ret;
}

void vmbus_close(struct guest *g)
{
	struct vmbus *v = &g->vmbus;

	if (v->message_fd >= 0)
		close(v->message_fd);
	v->message_fd = -1;
	part_vmbus_destroy(v->host);
	v->host = NULL;
}

bool vmbus_listens(const struct guest *g)
{
	return g->vmbus.host && !part_vmbus_full(g->vmbus.host);
}

bool vmbus_run(struct guest *g)
{
	struct vmbus *v = &g->vmbus;
	struct hv_message msg;
	int ret, i;

	v->due = false;
	if (!v->host || guest_end_reason(g))
		return true;
	for (i = 0; i < MESSAGE_BURST && vmbus_listens(g); i++) {
		if (part_port_read_message(v->message_fd, &msg))
			break;
		part_vmbus_message(v->host, &msg);
		if (part_vmbus_version(v->host))
			v->contacted = true;
	}
	ret = part_vmbus_work(v->host);
	if (ret == 1)
		v->due = true;
	return ret != -EAGAIN;
}
