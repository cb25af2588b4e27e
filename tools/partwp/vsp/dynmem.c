// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "acpi.h"
#include "control.h"
#include "guest.h"
#include "log.h"
#include "ram_pages.h"

/* How often a guest that does not answer is noticed, and touched pages are. */
#define TICK_MS		5000

static const struct vmbus_guid instance = { {
	0x6b, 0x3d, 0xf2, 0x17, 0x94, 0x5a, 0x08, 0x4e,
	0xb1, 0x6c, 0x39, 0xd0, 0x8f, 0x45, 0xea, 0x01 } };

/* After everything that may start something. */
static void arm(struct guest *g)
{
	bool need = resize_waits(&g->dynmem.resize) || g->ram.ballooned;

	if (need != g->dynmem.ticking)
		vsp_set_timer(g, &dynmem_vsp, need ? TICK_MS : 0);
	g->dynmem.ticking = need;
}

/* -- the channel ------------------------------------------------------ */

static int opened(void *ctx, struct part_channel *ch, const void *user)
{
	struct guest *g = ctx;

	(void)ch, (void)user;
	resize_open(&g->dynmem.resize);
	return 0;
}

static void closed(void *ctx, struct part_channel *ch)
{
	struct guest *g = ctx;

	(void)ch;
	resize_close(&g->dynmem.resize);
	arm(g);
}

static int take(void *ctx, struct part_channel *ch,
		const struct part_packet *packet)
{
	struct guest *g = ctx;
	int ret;

	(void)ch;
	if (packet->type != VMBUS_PACKET_INBAND)
		return -EPROTO;
	ret = resize_packet(&g->dynmem.resize, packet->data, packet->size);
	arm(g);
	return ret;
}

static void room(void *ctx, struct part_channel *ch)
{
	struct guest *g = ctx;

	resize_room(&g->dynmem.resize);
	part_channel_resume(ch);
	arm(g);
}

/* -- what resizing needs ---------------------------------------------- */

static int send(void *ctx, const void *data, uint32_t size)
{
	const struct part_packet packet = {
		.type = VMBUS_PACKET_INBAND,
		.data = data,
		.size = size,
	};
	struct guest *g = ctx;

	return part_channel_send(g->dynmem.channel, &packet);
}

static bool lent(void *ctx, uint64_t gpa, uint64_t len)
{
	struct guest *g = ctx;

	return part_vmbus_lent(g->vmbus.host, gpa, len);
}

static uint64_t spare(void *ctx)
{
	struct guest *g = ctx;

	return host_memory_spare(&g->host_memory);
}

static uint64_t now(void *ctx)
{
	(void)ctx;
	return guest_now_ms();
}

static void put_int(struct json_object *o, const char *name, uint64_t value)
{
	json_object_object_add(o, name, json_object_new_uint64(value));
}

static void put_text(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

static const char *words(int error)
{
	switch (-error) {
	case EAGAIN:
		return "the guest did not take all of it; it may take more later";
	case EOPNOTSUPP:
		return "the guest refuses more memory for good";
	case ENOSPC:
		return "the guest gives no more";
	case ENOMEM:
		return "the machine has not that much memory to spare";
	case ECONNRESET:
		return "the guest's driver went away";
	case ETIMEDOUT:
		return "the guest does not answer";
	case EEXIST:
		return "there is memory already";
	default:
		return strerror(-error);
	}
}

static void ended(void *ctx, const struct resize_job *job)
{
	struct json_object *event = json_object_new_object();
	struct guest *g = ctx;
	uint64_t have = resize_assigned(&g->dynmem.resize);

	if (!event)
		return;
	put_text(event, "event", "memory");
	put_int(event, "job", job->id);
	put_int(event, "gpa", job->gpa);
	put_int(event, "done", job->done);
	put_int(event, "assigned", have);
	/* Jobs come one after the other: nothing else has changed meanwhile. */
	if (job->kind == RESIZE_ADD)
		put_int(event, "before", have - job->done);
	put_int(event, "ms", guest_now_ms() - job->request_ms);
	if (job->error) {
		put_int(event, "errno", (uint64_t)-job->error);
		put_text(event, "error", words(job->error));
	}
	control_server_event(g->control, event);
	json_object_put(event);
}

static const struct resize_ops ops = {
	.send = send,
	.lent = lent,
	.spare = spare,
	.now = now,
	.ended = ended,
};

/* -- the provider ----------------------------------------------------- */

static int offer(struct guest *g)
{
	const struct part_offer o = {
		.size = sizeof(o),
		.type = DYNMEM_GUID,
		.instance = instance,
		.packet_max = DYNMEM_GUEST_MESSAGE_MAX,
		.child_packet_max = DYNMEM_HOST_MESSAGE_MAX,
		.open = opened,
		.close = closed,
		.packet = take,
		.room = room,
	};
	struct dynmem *d = &g->dynmem;
	int ret;

	d->ticking = false;
	resize_init(&d->resize, &ops, g, &g->ram, guest_memory_max(g),
		    acpi_window_base());
	ret = part_vmbus_offer(g->vmbus.host, &o, g, &d->channel);
	return ret ? log_errno(-ret, "dynamic memory") : 0;
}

static void tick(struct guest *g)
{
	resize_tick(&g->dynmem.resize);
	ram_retire(&g->ram);
	g->dynmem.ticking = false;
	arm(g);
}

static const char *version(const struct dm *dm)
{
	switch (dm->state == DM_READY ? dm->version : 0) {
	case DYNMEM_VERSION_2_0:
		return "2.0";
	case DYNMEM_VERSION_1_0:
		return "1.0";
	default:
		return "none";
	}
}

static int tell(struct guest *g, struct json_object *reply)
{
	const struct resize *rz = &g->dynmem.resize;
	const struct dm *dm = &rz->dm;

	put_int(reply, "boot", g->ram.size);
	put_int(reply, "added", g->ram.added);
	put_int(reply, "ballooned", g->ram.ballooned * RAM_PAGE);
	put_int(reply, "assigned", resize_assigned(rz));
	put_int(reply, "backed", g->ram.size + g->ram.added -
		g->ram.absent * RAM_PAGE);
	put_int(reply, "touched", ram_touched(&g->ram) * RAM_PAGE);
	put_int(reply, "limit", rz->limit);
	put_text(reply, "protocol", version(dm));
	json_object_object_add(reply, "can_add", json_object_new_boolean(
		dm->can_add && !rz->never));
	json_object_object_add(reply, "can_balloon",
			       json_object_new_boolean(dm->can_balloon));
	put_int(reply, "alignment", dm->alignment);
	if (dm->reported) {
		put_int(reply, "available", dm->available * RAM_PAGE);
		put_int(reply, "committed", dm->committed * RAM_PAGE);
	}
	put_int(reply, "jobs", rz->nr);
	put_int(reply, "reports", dm->stats.reports);
	put_int(reply, "malformed", dm->stats.malformed);
	put_int(reply, "unexpected", dm->stats.unexpected);
	put_int(reply, "clamped_pages", dm->stats.clamped);
	put_int(reply, "kept_pages", rz->kept);
	json_object_object_add(reply, "page_reporting", json_object_new_boolean(
		g->config->page_reporting));
	put_int(reply, "absent", ram_dropped(&g->ram) * RAM_PAGE);
	put_int(reply, "hints", rz->cold.hints);
	put_int(reply, "hints_refused", rz->cold.refused);
	put_int(reply, "hinted_pages", rz->cold.pages);
	put_int(reply, "hints_kept_pages", rz->cold.kept);
	return 0;
}

static void info(struct guest *g, struct json_object *reply)
{
	put_int(reply, "assigned", resize_assigned(&g->dynmem.resize));
}

/* Why a job does not even begin. */
static const char *why_not(const struct guest *g, int error)
{
	switch (-error) {
	case ENOTCONN:
		return "the guest has no dynamic memory driver (hv_balloon), or not yet";
	case EOPNOTSUPP:
		return "the guest does not take that kind of request";
	case EINVAL:
		return "the guest's alignment is not met, or no memory may be there";
	case EEXIST:
		return "there is memory already";
	case ENOMEM:
		return "more than the partition's limit (--memory-max)";
	case ERANGE:
		return "more than the guest has; add memory first";
	case EBUSY:
		return g->dynmem.resize.mute ?
			"the guest has yet to answer an earlier request" :
			"too many requests at a time";
	default:
		return strerror(-error);
	}
}

static bool number(struct json_object *request, const char *name, uint64_t *v)
{
	struct json_object *o;

	if (!json_object_object_get_ex(request, name, &o) ||
	    !json_object_is_type(o, json_type_int) ||
	    json_object_get_int64(o) < 0)
		return false;
	*v = json_object_get_uint64(o);
	return true;
}

static int request(struct guest *g, const char *cmd,
		   struct json_object *request, struct json_object *reply)
{
	struct resize *rz = &g->dynmem.resize;
	struct json_object *o;
	uint64_t size = 0, gpa = 0, id = 0;
	const char *op = "";
	int ret;

	if (strcmp(cmd, "memory"))
		return -ENOSYS;
	if (json_object_object_get_ex(request, "op", &o))
		op = json_object_get_string(o);
	if (!strcmp(op, "info"))
		return tell(g, reply);
	if (guest_end_reason(g))
		return -ESRCH;	/* nobody would answer */
	if (!number(request, "size", &size) ||
	    (json_object_object_get_ex(request, "at", &o) &&
	     !number(request, "at", &gpa)))
		return -EINVAL;
	if (!strcmp(op, "add"))
		ret = resize_add(rz, size, gpa, &id);
	else if (!strcmp(op, "set"))
		ret = resize_set(rz, size, &id);
	else
		return -EINVAL;
	if (ret)
		put_text(reply, "error", why_not(g, ret));
	put_int(reply, "job", id);
	arm(g);
	return ret;
}

const struct vsp_ops dynmem_vsp = {
	.name = "dynamic memory",
	.open = offer,
	.timer = tick,
	.info = info,
	.request = request,
};
