// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "announce.h"
#include "guest.h"
#include "log.h"
#include "ram_pages.h"
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

	void *p;

	/* A page that is taken again must not be lent meanwhile. */
	if (ram_is_ballooned(&g->ram, gpa, len))
		return NULL;
	p = ram_ptr(&g->ram, gpa, len);
	/* A page that the guest has not touched since it was taken is its own. */
	if (!p && ram_touch(&g->ram, gpa, false) == 1)
		p = ram_ptr(&g->ram, gpa, len);
	return p;
}

/* One eventfd for all channels: the host looks at each that is open. */
static int listen_to(void *ctx, __u32 connection, bool on)
{
	struct guest *g = ctx;

	if (on)
		return part_port_eventfd(g->part, connection, 0,
					 g->vmbus.event_fd);
	return part_port_eventfd_remove(g->part, connection, 0,
					g->vmbus.event_fd);
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

static const struct part_vmbus_ops ops = {
	.size = sizeof(ops),
	.post = post,
	.signal = signal_vp,
	.memory = memory,
	.listen = listen_to,
	.schedule = schedule,
	.complain = complain,
	.channel = announce_channel,
};

static int open_files(struct guest *g)
{
	struct vmbus *v = &g->vmbus;

	v->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (v->event_fd < 0)
		return log_errno(errno, "VMBus: eventfd");
	v->message_fd = part_port_msgq(g->part, VMBUS_MESSAGE_CONNECTION);
	if (v->message_fd >= 0)
		return 0;
	log_error("VMBus: %s", part_strerror(v->message_fd));
	return v->message_fd;
}

int vmbus_open(struct guest *g)
{
	struct vmbus *v = &g->vmbus;
	int ret = part_vmbus_create(&v->host, &ops, g, g->config->vps);

	v->due = false;
	v->contacted = false;
	if (ret)
		return log_errno(-ret, "VMBus");
	ret = open_files(g);
	if (!ret)
		ret = vsp_open(g);
	if (ret)
		vmbus_close(g);
	return ret;
}

void vmbus_close(struct guest *g)
{
	struct vmbus *v = &g->vmbus;

	part_vmbus_destroy(v->host);
	v->host = NULL;
	vsp_close(g);
	if (v->message_fd >= 0)
		close(v->message_fd);
	if (v->event_fd >= 0)
		close(v->event_fd);
	v->message_fd = -1;
	v->event_fd = -1;
}

bool vmbus_listens(const struct guest *g)
{
	return g->vmbus.host && !part_vmbus_full(g->vmbus.host);
}

bool vmbus_run(struct guest *g)
{
	struct vmbus *v = &g->vmbus;
	struct hv_message msg;
	uint64_t events;
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
	if (read(v->event_fd, &events, sizeof(events)) == sizeof(events))
		part_vmbus_signalled(v->host);
	ret = part_vmbus_work(v->host);
	if (ret == 1)
		v->due = true;
	return ret != -EAGAIN;
}
