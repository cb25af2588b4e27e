// SPDX-License-Identifier: GPL-2.0
/*
 * One integration component and a guest that answers what it likes: negotiations,
 * answers of any length, to any request; and requests of partctl between them.
 */
#include <errno.h>
#include <string.h>

#include <json-c/json.h>

#include "control.h"
#include "ic.h"
#include "ic_child.h"
#include "input.h"
#include "log.h"

#define CHECK(cond)	do { if (!(cond)) abort(); } while (0)
#define STEPS		200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --- what the providers stand on ------------------------------------------ */

static uint64_t now_ms, reference;
static const struct vsp_ops *armed;
static unsigned int nr_events;

uint64_t guest_now_ms(void)
{
	return now_ms;
}

enum part_reason guest_end_reason(const struct guest *g)
{
	return (enum part_reason)g->end;
}

void vsp_set_timer(struct guest *g, const struct vsp_ops *ops, uint64_t ms)
{
	(void)g;
	armed = ms ? ops : NULL;
}

int part_get_property(struct part *part, __u32 code, __u64 *value)
{
	(void)part;
	CHECK(code == HV_PARTITION_PROPERTY_REFERENCE_TIME);
	*value = reference;
	return 0;
}

void control_server_event(struct control_server *server,
			  struct json_object *event)
{
	(void)server;
	CHECK(json_object_object_get_ex(event, "event", NULL));
	CHECK(strlen(json_object_to_json_string(event)) < CONTROL_REPLY_MAX);
	nr_events++;
}

void log_info(const char *fmt, ...) { (void)fmt; }
void log_guest(const char *fmt, ...) { (void)fmt; }
int log_errno(int err, const char *fmt, ...) { (void)fmt; return -err; }

/* --- steps ---------------------------------------------------------------- */

static const struct vsp_ops *const components[] = {
	&heartbeat_vsp, &shutdown_vsp, &timesync_vsp, &kvp_vsp,
};

static struct ic *ic_of(struct ic_child *c, const struct vsp_ops *ops)
{
	if (ops == &heartbeat_vsp)
		return &c->g->heartbeat.ic;
	if (ops == &shutdown_vsp)
		return &c->g->shutdown.ic;
	if (ops == &timesync_vsp)
		return &c->g->timesync.ic;
	return &c->g->kvp.ic;
}

/* Some bytes of it become the input's. */
static void spoil(struct input *in, uint8_t *buf, uint32_t size)
{
	uint8_t n = get8(in) % 16;

	while (n-- && size) {
		uint32_t at = get16(in) % size;

		buf[at] = get8(in);
	}
}

/* The answer to what was read last, more or less as it should be. */
static void reply(struct ic_child *c, struct input *in)
{
	struct ic_header h = ic_child_reply(c);
	uint8_t what = get8(in);
	uint32_t size = c->size;

	if (what & 1)
		h.status = IC_STATUS_NO_MORE;
	if (what & 2)
		spoil(in, (uint8_t *)&h, sizeof(h));
	if (what & 4)
		size = get16(in) % (sizeof(c->data) + 1);
	if (what & 8)
		h.size = get16(in);
	if (what & 16)
		h.pipe_size = (uint32_t)sizeof(h) - 8 + size;
	if (what & 32)
		spoil(in, c->data, 48);
	if (what & 64)
		spoil(in, c->data, sizeof(c->data));
	ic_child_send(c, &h, c->data, size);
}

static void choose(struct ic_child *c, struct input *in)
{
	const struct ic_version v = { get8(in) % 5, get8(in) % 3 };
	const struct ic_negotiate n = { get8(in) % 3, 1, 0 };

	memcpy(c->data, &n, sizeof(n));
	memcpy(c->data + 8, &(struct ic_version){ 3, 0 }, 4);
	memcpy(c->data + 12, &v, 4);
	ic_child_answer(c, 0, c->data, 16);
}

static void ask(struct ic_child *c, const struct vsp_ops *ops,
		struct input *in)
{
	static const char *const op[] = { "get", "set", "delete", "list", "ip" };
	static const char *const pool[] = { "external", "guest", "auto" };
	struct json_object *request = json_object_new_object();
	struct json_object *answer = json_object_new_object();
	char key[3] = { (char)get8(in), (char)get8(in), 0 };
	uint8_t n = get8(in) % 5;

	json_object_object_add(request, "op", json_object_new_string(op[n]));
	json_object_object_add(request, "pool",
			       json_object_new_string(pool[get8(in) % 3]));
	json_object_object_add(request, "key", json_object_new_string(
				n == 4 ? "00:15:5d:01:02:03" : key));
	json_object_object_add(request, "value",
			       json_object_new_string("value"));
	ops->request(c->g, ops == &kvp_vsp ? "kvp" : "stop", request, answer);
	json_object_put(request);
	json_object_put(answer);
}

static void show(struct ic_child *c, const struct vsp_ops *ops)
{
	struct json_object *o = json_object_new_object();

	ops->info(c->g, o);
	CHECK(strlen(json_object_to_json_string(o)) < CONTROL_REPLY_MAX);
	json_object_put(o);
}

static void step(struct ic_child *c, const struct vsp_ops *ops,
		 struct input *in, bool *open)
{
	switch (get8(in) % 10) {
	case 0:
		if (*open)
			ic_child_close(c);
		else
			ic_child_open(c);
		*open = !*open;
		break;
	case 1:
	case 2:
		ic_child_read(c);
		reply(c, in);
		break;
	case 3:
		reply(c, in);
		break;
	case 4:
		ic_child_read(c);
		choose(c, in);
		break;
	case 5:
		now_ms += get16(in);
		reference += get16(in) * 1000ULL;
		break;
	case 6:
		if (armed)
			armed->timer(c->g);
		break;
	case 7:
		if (ops->request)
			ask(c, ops, in);
		break;
	case 8:
		if (ops->info)
			show(c, ops);
		break;
	default:
		ic_child_read(c);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, data + size };
	const struct vsp_ops *ops = components[get8(&in) % 4];
	struct ic_child *c = ic_child_new(ops);
	struct ic *ic = ic_of(c, ops);
	bool open = true;
	int i;

	armed = NULL;
	nr_events = 0;
	now_ms = 1000;
	ic_child_open(c);
	for (i = 0; more(&in) && i < STEPS; i++) {
		step(c, ops, &in, &open);
		CHECK(open || ic->state == IC_CLOSED);
		CHECK(ic->state == IC_READY || !armed);
		CHECK(!ic->waiting || ic->state == IC_NEGOTIATING ||
		      ic->state == IC_READY);
	}
	ic_child_free(c, ops);
	return 0;
}
