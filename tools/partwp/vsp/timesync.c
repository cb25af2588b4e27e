// SPDX-License-Identifier: GPL-2.0
#include <json-c/json.h>
#include <string.h>
#include <time.h>

#include "guest.h"
#include "log.h"
#include "timesync.h"

/* In units of 100 ns, as all here. */
#define UNITS_PER_S	10000000ULL
#define UNITS_PER_MS	10000ULL

static uint64_t root_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return IC_TIME_UNIX_EPOCH + (uint64_t)t.tv_sec * UNITS_PER_S +
	       (uint64_t)t.tv_nsec / 100;
}

/* The two clocks at one moment. */
static int read_clocks(struct guest *g, uint64_t *root, __u64 *reference)
{
	uint64_t before = root_now();
	int ret = part_get_property(g->part,
				    HV_PARTITION_PROPERTY_REFERENCE_TIME,
				    reference);

	*root = before + (root_now() - before) / 2;
	return ret;
}

static bool jumped(const struct timesync *s, int64_t offset)
{
	int64_t by = offset - s->offset;

	return by > (int64_t)(TIMESYNC_JUMP_MS * UNITS_PER_MS) ||
	       by < -(int64_t)(TIMESYNC_JUMP_MS * UNITS_PER_MS);
}

static int send_time(struct timesync *s, uint64_t root, uint64_t reference,
		     __u8 flags)
{
	const struct ic_time_reference new = {
		.parent = root,
		.reference = reference,
		.flags = flags,
	};
	const struct ic_time old = { .parent = root, .flags = flags };

	if (s->ic.message.major >= 4)
		return ic_ask(&s->ic, &new, IC_TIME_REFERENCE_SIZE);
	return ic_ask(&s->ic, &old, IC_TIME_SIZE);
}

static void tick(struct guest *g)
{
	struct timesync *s = &g->timesync;
	uint64_t root;
	__u64 reference;
	int64_t offset;
	bool sync;

	vsp_set_timer(g, &timesync_vsp, TIMESYNC_MS);
	if (read_clocks(g, &root, &reference)) {
		log_guest("time: the partition's reference time cannot be read");
		return;
	}
	offset = (int64_t)(root - reference);
	sync = !s->synced || jumped(s, offset);
	if (send_time(s, root, reference,
		      sync ? IC_TIME_SYNC_NOW : IC_TIME_SAMPLE))
		return;
	if (!sync) {
		s->samples++;
		return;
	}
	s->synced = true;
	s->offset = offset;
	s->syncs++;
}

static void ready(void *ctx)
{
	struct guest *g = ctx;

	g->timesync.synced = false;
	tick(g);
}

static void gone(void *ctx)
{
	vsp_set_timer(ctx, &timesync_vsp, 0);
}

static const struct ic_version versions[] = { { 1, 0 }, { 3, 0 }, { 4, 0 } };

static const struct ic_ops component = {
	.name = "time",
	.type = IC_TIME_SYNC,
	.device = { {
		0x30, 0xe6, 0x27, 0x95, 0xae, 0xd0, 0x7b, 0x49,
		0xad, 0xce, 0xe8, 0x0a, 0xb0, 0x17, 0x5c, 0xaf } },
	.instance = { {
		0x17, 0xce, 0xd1, 0x2d, 0x9e, 0x07, 0x3c, 0x40,
		0xb3, 0x52, 0xa1, 0x92, 0x1e, 0xe2, 0x07, 0xee } },
	.versions = versions,
	.nr_versions = sizeof(versions) / sizeof(versions[0]),
	.ready = ready,
	.gone = gone,
};

static int offer(struct guest *g)
{
	memset(&g->timesync, 0, sizeof(g->timesync));
	return ic_offer(&g->timesync.ic, &component, g, g->vmbus.host);
}

static void info(struct guest *g, struct json_object *reply)
{
	const struct timesync *s = &g->timesync;
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "syncs", json_object_new_uint64(s->syncs));
	json_object_object_add(o, "samples",
			       json_object_new_uint64(s->samples));
	json_object_object_add(reply, "time_sync", o);
}

const struct vsp_ops timesync_vsp = {
	.name = "time",
	.open = offer,
	.timer = tick,
	.info = info,
};
