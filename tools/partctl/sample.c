// SPDX-License-Identifier: GPL-2.0
/*
 * Counters: exits and such from the driver, which knows all partitions; ring
 * traffic from the workers, which have the rings.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control.h"
#include "partctl.h"
#include "sample.h"

/* One that does not answer must not hold up the others. */
#define WORKER_MS	1000

static int add_row(void *ctx, const struct part_nl_partition *p)
{
	struct sample *s = ctx;
	struct sample_row *more;

	more = reallocarray(s->rows, s->nr + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	s->rows = more;
	memset(&more[s->nr], 0, sizeof(*more));
	more[s->nr++].partition = *p;
	return 0;
}

static struct sample_row *find(const struct sample *s, __u64 id)
{
	size_t i;

	for (i = 0; i < s->nr; i++)
		if (s->rows[i].partition.id == id)
			return &s->rows[i];
	return NULL;
}

static int add_counters(void *ctx, const struct part_nl_stats *stats)
{
	struct sample_row *row = find(ctx, stats->partition);
	int i;

	/* One that came in between is the next sample's. */
	if (!row || !stats->is_vp)
		return 0;
	for (i = 0; i < HVPART_EXIT_COUNT; i++)
		row->counts.exits[i] += stats->vp.exits[i];
	row->counts.hypercalls += stats->vp.hypercalls;
	row->counts.world_switches += stats->vp.world_switches;
	row->counts.interrupts += stats->vp.interrupts_injected;
	return 0;
}

static void take_rings(struct sample_row *row, struct json_object *stat)
{
	struct json_object *partition, *rings;

	/* Another partition of the name, or one of another life of the guest. */
	if (!json_object_object_get_ex(stat, "partition", &partition) ||
	    json_number(partition, "partition_id") != row->partition.id ||
	    !json_object_object_get_ex(stat, "rings", &rings))
		return;
	row->counts.packets_in = json_number(rings, "packets_in");
	row->counts.bytes_in = json_number(rings, "bytes_in");
	row->counts.packets_out = json_number(rings, "packets_out");
	row->counts.bytes_out = json_number(rings, "bytes_out");
	row->has_rings = true;
}

/* Not ours, dead or deaf: then there are no figures. */
static void ask_worker(struct sample_row *row)
{
	char absolute[RUNDIR_PATH_MAX], dir[PATH_MAX];
	struct control_client *client;
	struct json_object *stat = NULL;

	if (!rundir_name_valid(row->partition.name))
		return;
	snprintf(absolute, sizeof(absolute), RUNDIR_BASE "/%s",
		 row->partition.name);
	path_at(dir, absolute);
	if (control_connect(&client, dir))
		return;
	control_set_patience(client, WORKER_MS);
	if (!control_call(client, "stat", NULL, &stat))
		take_rings(row, stat);
	json_object_put(stat);
	control_disconnect(client);
}

int sample_take(struct part_nl *nl, struct sample *s)
{
	struct timespec now;
	size_t i;
	int ret;

	memset(s, 0, sizeof(*s));
	clock_gettime(CLOCK_BOOTTIME, &now);
	s->time_ns = (__u64)now.tv_sec * 1000000000 + (__u64)now.tv_nsec;
	/* 1: some came or went, which is no surprise. */
	ret = part_nl_partitions(nl, add_row, s);
	if (ret >= 0)
		ret = part_nl_stats(nl, 0, add_counters, s);
	if (ret < 0) {
		sample_free(s);
		return ret;
	}
	for (i = 0; i < s->nr; i++)
		ask_worker(&s->rows[i]);
	return 0;
}

void sample_free(struct sample *s)
{
	free(s->rows);
	s->rows = NULL;
	s->nr = 0;
}

__u64 sample_exits(const struct sample_counts *c)
{
	__u64 total = 0;
	int i;

	for (i = 0; i < HVPART_EXIT_COUNT; i++)
		total += c->exits[i];
	return total;
}

/* Nothing goes backwards; a worker that came later may begin at zero. */
static __u64 grown(__u64 now, __u64 then)
{
	return now > then ? now - then : 0;
}

struct sample_counts sample_since(const struct sample *s,
				  const struct sample_row *row,
				  const struct sample *before, __u64 *ns)
{
	const struct sample_row *old = before ?
		find(before, row->partition.id) : NULL;
	struct sample_counts c = row->counts;
	int i;

	/* Ids come again. */
	if (old && old->partition.created_ns != row->partition.created_ns)
		old = NULL;
	*ns = grown(s->time_ns, old ? before->time_ns :
		    row->partition.created_ns);
	if (!old)
		return c;
	for (i = 0; i < HVPART_EXIT_COUNT; i++)
		c.exits[i] = grown(c.exits[i], old->counts.exits[i]);
	c.hypercalls = grown(c.hypercalls, old->counts.hypercalls);
	c.world_switches = grown(c.world_switches, old->counts.world_switches);
	c.interrupts = grown(c.interrupts, old->counts.interrupts);
	c.packets_in = grown(c.packets_in, old->counts.packets_in);
	c.bytes_in = grown(c.bytes_in, old->counts.bytes_in);
	c.packets_out = grown(c.packets_out, old->counts.packets_out);
	c.bytes_out = grown(c.bytes_out, old->counts.bytes_out);
	return c;
}
