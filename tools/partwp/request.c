// SPDX-License-Identifier: GPL-2.0
/* What partctl asks over the control socket; see tools/common/control.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exits.h"
#include "worker.h"

static void put_int(struct json_object *o, const char *name, uint64_t value)
{
	json_object_object_add(o, name, json_object_new_uint64(value));
}

static void put_text(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

static int refuse(struct json_object *reply, int err, const char *text)
{
	put_text(reply, "error", text);
	return -err;
}

static int do_info(struct worker *w, struct json_object *reply)
{
	const struct child_config *c = w->guest.config;

	put_text(reply, "name", c->name);
	put_text(reply, "state", part_state_name(w->state));
	put_text(reply, "reason", part_reason_name(w->reason));
	put_int(reply, "pid", (uint64_t)getpid());
	put_int(reply, "partition", w->guest.part ? part_id(w->guest.part) : 0);
	put_int(reply, "memory", c->memory);
	put_int(reply, "vps", c->vps);
	put_text(reply, "kernel", c->kernel);
	put_text(reply, "cmdline", c->cmdline);
	put_int(reply, "restarts", w->restarts);
	put_int(reply, "uptime_ms",
		w->started_ms ? guest_now_ms() - w->started_ms : 0);
	vsp_info(&w->guest, reply);
	if (w->panic.happened)
		json_object_object_add(reply, "crash", panic_json(&w->panic));
	return 0;
}

static int do_stop(struct worker *w, struct json_object *request,
		   struct json_object *reply)
{
	struct json_object *force;

	if (w->state != PART_STATE_RUNNING)
		return refuse(reply, EBUSY, "it does not run");
	if (json_object_object_get_ex(request, "force", &force) &&
	    json_object_get_boolean(force))
		return worker_kill(w);
	return vsp_request(&w->guest, "stop", request, reply);
}

static void put_guid(struct json_object *o, const char *name,
		     const struct vmbus_guid *guid)
{
	const __u8 *g = guid->b;
	char text[37];

	/* The first three fields are numbers, little-endian. */
	snprintf(text, sizeof(text),
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8], g[9],
		 g[10], g[11], g[12], g[13], g[14], g[15]);
	put_text(o, name, text);
}

static void put_channel(void *list, const struct part_channel *ch)
{
	struct json_object *o = json_object_new_object();
	struct part_channel_info info;

	part_channel_info(ch, &info, sizeof(info));
	put_guid(o, "type", &info.type);
	put_guid(o, "instance", &info.instance);
	put_int(o, "channel", info.index);
	json_object_object_add(o, "open", json_object_new_boolean(info.open));
	put_int(o, "packets_in", info.packets_in);
	put_int(o, "bytes_in", info.bytes_in);
	put_int(o, "packets_out", info.packets_out);
	put_int(o, "bytes_out", info.bytes_out);
	json_object_array_add(list, o);
}

/* The host is the main thread's, as this is. */
static void put_rings(struct worker *w, struct json_object *reply)
{
	const struct part_vmbus *host = w->guest.vmbus.host;
	struct json_object *rings, *list;
	struct part_vmbus_stats stats;

	if (!host)
		return;
	part_vmbus_stats(host, &stats, sizeof(stats));
	rings = json_object_new_object();
	json_object_object_add(reply, "rings", rings);
	put_int(rings, "packets_in", stats.packets_in);
	put_int(rings, "bytes_in", stats.bytes_in);
	put_int(rings, "packets_out", stats.packets_out);
	put_int(rings, "bytes_out", stats.bytes_out);
	put_int(rings, "broken", stats.broken);
	list = json_object_new_array();
	json_object_object_add(reply, "channels", list);
	part_vmbus_channels(host, put_channel, list);
}

static int do_stat(struct worker *w, struct json_object *reply)
{
	struct hvpart_partition_stats partition;
	struct hvpart_vp_stats vp;
	struct json_object *list;
	unsigned int i;
	int ret;

	if (!w->guest.part)
		return refuse(reply, ENODEV, "there is no partition");
	ret = part_get_stats(w->guest.part, &partition);
	if (ret)
		return refuse(reply, -ret, part_strerror(ret));
	json_object_object_add(reply, "partition",
			       partition_stats_to_json(&partition));
	list = json_object_new_array();
	json_object_object_add(reply, "vps", list);
	for (i = 0; i < w->guest.config->vps; i++) {
		ret = part_vp_get_stats(w->guest.vps[i].vp, &vp);
		if (ret)
			return refuse(reply, -ret, part_strerror(ret));
		json_object_array_add(list, vp_stats_to_json(i, &vp));
	}
	put_rings(w, reply);
	return 0;
}

int worker_request(void *ctx, const char *cmd, struct json_object *request,
		   struct json_object *reply)
{
	struct worker *w = ctx;

	if (!strcmp(cmd, "info"))
		return do_info(w, reply);
	if (!strcmp(cmd, "start"))
		return worker_start(w);
	if (!strcmp(cmd, "stop"))
		return do_stop(w, request, reply);
	if (!strcmp(cmd, "stat"))
		return do_stat(w, reply);
	if (!strcmp(cmd, "quit")) {
		w->quit = true;
		w->remove = true;
		return 0;
	}
	return vsp_request(&w->guest, cmd, request, reply);
}
