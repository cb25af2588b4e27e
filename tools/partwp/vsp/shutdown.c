// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "guest.h"
#include "log.h"
#include "shutdown.h"

/* For the guest's log; Linux shows it. */
#define REASON_PLANNED	0x80000000U

static void tell(struct guest *g, bool accepted, const char *text)
{
	struct json_object *event = json_object_new_object();

	log_info("shutdown: %s", text);
	g->shutdown.asked = false;
	g->shutdown.accepted = accepted;
	json_object_object_add(event, "event",
			       json_object_new_string("shutdown"));
	json_object_object_add(event, "accepted",
			       json_object_new_boolean(accepted));
	json_object_object_add(event, "text", json_object_new_string(text));
	control_server_event(g->control, event);
	json_object_put(event);
}

static void ready(void *ctx)
{
	(void)ctx;
}

static void answer(void *ctx, __u32 status, const void *data, __u32 size)
{
	char text[64];

	(void)data, (void)size;
	if (!status) {
		tell(ctx, true, "the guest is about to do it");
		return;
	}
	snprintf(text, sizeof(text), "the guest refuses, with status %#x",
		 status);
	tell(ctx, false, text);
}

/*
 * Drivers answer before they begin; but the VMBus ends with the system, so after
 * a yes this is what has to come.
 */
static void gone(void *ctx)
{
	struct guest *g = ctx;

	if (g->shutdown.asked)
		tell(g, false, "the guest's driver has gone away");
	/* Whoever comes next has not been asked. */
	g->shutdown.accepted = false;
}

static const struct ic_version versions[] = {
	{ 1, 0 }, { 3, 0 }, { 3, 1 }, { 3, 2 },
};

static const struct ic_ops component = {
	.name = "shutdown",
	.type = IC_SHUTDOWN,
	.device = { {
		0x31, 0x60, 0x0b, 0x0e, 0x13, 0x52, 0x34, 0x49,
		0x81, 0x8b, 0x38, 0xd9, 0x0c, 0xed, 0x39, 0xdb } },
	.instance = { {
		0xf7, 0x0f, 0x65, 0xb6, 0xbc, 0x33, 0x40, 0x48,
		0x80, 0x48, 0xe0, 0x67, 0x67, 0x86, 0xf3, 0x93 } },
	.versions = versions,
	.nr_versions = sizeof(versions) / sizeof(versions[0]),
	.ready = ready,
	.answer = answer,
	.gone = gone,
};

static int offer(struct guest *g)
{
	memset(&g->shutdown, 0, sizeof(g->shutdown));
	return ic_offer(&g->shutdown.ic, &component, g, g->vmbus.host);
}

static int refuse(struct json_object *reply, int err, const char *text)
{
	json_object_object_add(reply, "error", json_object_new_string(text));
	return err;
}

static int stop(struct guest *g, bool reboot, struct json_object *reply)
{
	struct shutdown *s = &g->shutdown;
	struct ic_shutdown data;
	int ret;

	if (s->accepted)
		return refuse(reply, -EBUSY, "it is shutting down already");
	memset(&data, 0, sizeof(data));
	data.reason = REASON_PLANNED;
	data.flags = reboot ? IC_SHUTDOWN_REBOOT : 0;
	memcpy(data.text, "partctl stop", sizeof("partctl stop"));
	ret = ic_ask(&s->ic, &data, sizeof(data));
	if (ret == -ENOTCONN)
		return refuse(reply, -EOPNOTSUPP,
			      "the guest has no driver for it (hv_utils), or has not come so far yet");
	if (ret)
		return refuse(reply, -EBUSY,
			      "it has been asked before, and has not answered yet");
	s->asked = true;
	return 0;
}

static int request(struct guest *g, const char *cmd,
		   struct json_object *request, struct json_object *reply)
{
	struct json_object *reboot;

	if (strcmp(cmd, "stop"))
		return -ENOSYS;
	return stop(g, json_object_object_get_ex(request, "reboot", &reboot) &&
		       json_object_get_boolean(reboot), reply);
}

const struct vsp_ops shutdown_vsp = {
	.name = "shutdown",
	.open = offer,
	.request = request,
};
