// SPDX-License-Identifier: GPL-2.0
/* What partctl asks over the control socket; see tools/common/control.h. */
#include <errno.h>
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
