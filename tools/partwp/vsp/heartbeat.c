// SPDX-License-Identifier: GPL-2.0
#include <json-c/json.h>
#include <string.h>

#include "guest.h"
#include "heartbeat.h"

static void beat(struct guest *g)
{
	struct heartbeat *h = &g->heartbeat;
	const struct ic_heartbeat data = { .sequence = h->sequence };

	/* A guest that does not answer is not asked again for a while. */
	ic_ask(&h->ic, &data, sizeof(data));
	vsp_set_timer(g, &heartbeat_vsp, HEARTBEAT_MS);
}

static void ready(void *ctx)
{
	struct guest *g = ctx;

	g->heartbeat.heard_ms = guest_now_ms();
	beat(g);
}

static void answer(void *ctx, __u32 status, const void *data, __u32 size)
{
	struct guest *g = ctx;
	struct heartbeat *h = &g->heartbeat;
	uint64_t sequence = 0;

	if (size >= sizeof(sequence))
		memcpy(&sequence, data, sizeof(sequence));
	if (status || sequence != h->sequence + 1) {
		h->wrong++;
		return;
	}
	h->sequence = sequence;
	h->heard_ms = guest_now_ms();
	h->answers++;
}

static void gone(void *ctx)
{
	vsp_set_timer(ctx, &heartbeat_vsp, 0);
}

static const struct ic_version versions[] = { { 1, 0 }, { 3, 0 } };

static const struct ic_ops component = {
	.name = "heartbeat",
	.type = IC_HEARTBEAT,
	.device = { {
		0x39, 0x4f, 0x16, 0x57, 0x15, 0x91, 0x78, 0x4e,
		0xab, 0x55, 0x38, 0x2f, 0x3b, 0xd5, 0x42, 0x2d } },
	.instance = { {
		0x91, 0x9e, 0x14, 0xfd, 0xe0, 0x82, 0x7d, 0x4a,
		0xaf, 0xa6, 0x2a, 0x41, 0x66, 0xcb, 0xd7, 0xc0 } },
	.versions = versions,
	.nr_versions = sizeof(versions) / sizeof(versions[0]),
	.ready = ready,
	.answer = answer,
	.gone = gone,
};

static int offer(struct guest *g)
{
	memset(&g->heartbeat, 0, sizeof(g->heartbeat));
	return ic_offer(&g->heartbeat.ic, &component, g, g->vmbus.host);
}

static const char *verdict(struct guest *g, uint64_t age)
{
	if (g->heartbeat.ic.state != IC_READY || guest_end_reason(g))
		return "no contact";
	return age < HEARTBEAT_LOST_MS ? "ok" : "lost";
}

static void info(struct guest *g, struct json_object *reply)
{
	const struct heartbeat *h = &g->heartbeat;
	struct json_object *o = json_object_new_object();
	uint64_t age = guest_now_ms() - h->heard_ms;

	json_object_object_add(o, "state",
			       json_object_new_string(verdict(g, age)));
	if (h->ic.state == IC_READY)
		json_object_object_add(o, "age_ms",
				       json_object_new_uint64(age));
	json_object_object_add(o, "answers",
			       json_object_new_uint64(h->answers));
	json_object_object_add(o, "wrong", json_object_new_uint64(h->wrong));
	json_object_object_add(reply, "heartbeat", o);
}

const struct vsp_ops heartbeat_vsp = {
	.name = "heartbeat",
	.open = offer,
	.timer = beat,
	.info = info,
};
