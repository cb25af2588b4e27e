// SPDX-License-Identifier: GPL-2.0
/*
 * top: what the partitions do, a second, refreshed. The first report is about the
 * time since each of them was created.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "exits.h"
#include "partctl.h"
#include "sample.h"
#include "watch.h"

#define INTERVAL_MS	2000
#define INTERVAL_MIN	0.1
#define INTERVAL_MAX	86400.0
/* Reasons of exits shown for a partition. */
#define REASONS		6

struct top {
	struct part_nl *nl;
	bool json, clear;
	unsigned long count;		/* reports; 0: without end */
	unsigned long interval_ms;
};

static double rate(__u64 n, __u64 ns)
{
	return ns ? (double)n * 1e9 / (double)ns : 0;
}

/* --- JSON ------------------------------------------------------------------- */

static void put_number(struct json_object *o, const char *name, __u64 value)
{
	json_object_object_add(o, name, json_object_new_uint64(value));
}

/* Whole numbers are enough, and no library's idea of digits gets in. */
static void put_rate(struct json_object *o, const char *name, __u64 n, __u64 ns)
{
	put_number(o, name, (__u64)(rate(n, ns) + 0.5));
}

static struct json_object *row_json(const struct sample *s,
				    const struct sample_row *row,
				    const struct sample *before)
{
	struct json_object *o = json_object_new_object();
	const struct part_nl_partition *p = &row->partition;
	__u64 ns;
	struct sample_counts c = sample_since(s, row, before, &ns);

	put_number(o, "partition", p->id);
	json_object_object_add(o, "name", p->name[0] ?
			       json_object_new_string(p->name) : NULL);
	json_object_object_add(o, "state",
		json_object_new_string(watch_state_name(p->state)));
	put_number(o, "pid", p->pid);
	put_number(o, "vps", p->vps);
	put_number(o, "memory", p->memory);
	put_number(o, "balloon", p->balloon);
	put_number(o, "pool_pages", p->pool_pages);
	put_number(o, "interval_ms", ns / 1000000);
	json_object_object_add(o, "exits", exits_to_json(c.exits));
	put_rate(o, "exits_per_s", sample_exits(&c), ns);
	put_rate(o, "hypercalls_per_s", c.hypercalls, ns);
	put_rate(o, "world_switches_per_s", c.world_switches, ns);
	put_rate(o, "interrupts_per_s", c.interrupts, ns);
	if (!row->has_rings)
		return o;
	put_rate(o, "ring_packets_in_per_s", c.packets_in, ns);
	put_rate(o, "ring_bytes_in_per_s", c.bytes_in, ns);
	put_rate(o, "ring_packets_out_per_s", c.packets_out, ns);
	put_rate(o, "ring_bytes_out_per_s", c.bytes_out, ns);
	return o;
}

static int report_json(const struct sample *s, const struct sample *before)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();
	size_t i;

	put_number(o, "time_ns", s->time_ns);
	json_object_object_add(o, "partitions", list);
	for (i = 0; i < s->nr; i++)
		json_object_array_add(list, row_json(s, &s->rows[i], before));
	return watch_print_line(o);
}

/* --- for people --------------------------------------------------------------- */

/* A row of the table, and what it has counted. */
struct line {
	const struct sample_row *row;
	struct sample_counts counts;
	__u64 ns, exits;
};

/* The busiest first. */
static int compare(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	double dx = rate(x->exits, x->ns), dy = rate(y->exits, y->ns);

	return dx < dy ? 1 : dx > dy ? -1 : 0;
}

static void format_rate(char *buf, double n)
{
	if (n >= 1e7)
		snprintf(buf, FORMAT_MAX, "%.0fM", n / 1e6);
	else if (n >= 1e4)
		snprintf(buf, FORMAT_MAX, "%.0fK", n / 1e3);
	else
		snprintf(buf, FORMAT_MAX, "%.0f", n);
}

static void print_reasons(const struct line *l)
{
	__u64 left[HVPART_EXIT_COUNT];
	int n, i, most;

	memcpy(left, l->counts.exits, sizeof(left));
	for (n = 0; n < REASONS; n++) {
		for (most = 0, i = 1; i < HVPART_EXIT_COUNT; i++)
			if (left[i] > left[most])
				most = i;
		if (!left[most])
			break;
		printf("%s%s %.0f%%", n ? "  " : "    ",
		       exit_name((unsigned int)most),
		       100.0 * (double)left[most] / (double)l->exits);
		left[most] = 0;
	}
	if (n)
		putchar('\n');
}

static void print_line(const struct line *l)
{
	const struct part_nl_partition *p = &l->row->partition;
	const struct sample_counts *c = &l->counts;
	char memory[FORMAT_MAX], exits[FORMAT_MAX], calls[FORMAT_MAX];
	char interrupts[FORMAT_MAX], in[FORMAT_MAX] = "-";
	char out[FORMAT_MAX] = "-";

	format_size(memory, p->memory);
	format_rate(exits, rate(l->exits, l->ns));
	format_rate(calls, rate(c->hypercalls, l->ns));
	format_rate(interrupts, rate(c->interrupts, l->ns));
	if (l->row->has_rings) {
		format_rate(in, rate(c->bytes_in, l->ns));
		format_rate(out, rate(c->bytes_out, l->ns));
	}
	printf("%-16s %4llu %-8s %4u %8s %8s %9s %8s %8s %8s\n",
	       p->name[0] ? p->name : "-", p->id, watch_state_name(p->state),
	       p->vps, memory, exits, calls, interrupts, in, out);
	print_reasons(l);
}

static void print_head(const struct sample *s)
{
	char memory[FORMAT_MAX], balloon[FORMAT_MAX];
	__u64 bytes = 0, given = 0, vps = 0;
	size_t i;

	for (i = 0; i < s->nr; i++) {
		bytes += s->rows[i].partition.memory;
		given += s->rows[i].partition.balloon;
		vps += s->rows[i].partition.vps;
	}
	format_size(memory, bytes);
	format_size(balloon, given);
	printf("partctl top: %zu partitions, %llu VPs, %s, balloon %s\n\n",
	       s->nr, vps, memory, balloon);
	printf("%-16s %4s %-8s %4s %8s %8s %9s %8s %8s %8s\n", "NAME", "ID",
	       "STATE", "VPS", "MEMORY", "EXITS/s", "HCALLS/s", "INTR/s",
	       "IN B/s", "OUT B/s");
}

static int report_table(const struct top *t, const struct sample *s,
			const struct sample *before)
{
	struct line *lines = calloc(s->nr + 1, sizeof(*lines));
	size_t i;

	if (!lines)
		return fail(-ENOMEM, "top");
	for (i = 0; i < s->nr; i++) {
		lines[i].row = &s->rows[i];
		lines[i].counts = sample_since(s, &s->rows[i], before,
					       &lines[i].ns);
		lines[i].exits = sample_exits(&lines[i].counts);
	}
	qsort(lines, s->nr, sizeof(*lines), compare);
	if (t->clear)
		fputs("\033[H\033[J", stdout);
	print_head(s);
	for (i = 0; i < s->nr; i++)
		print_line(&lines[i]);
	if (!t->clear)
		putchar('\n');
	free(lines);
	return fflush(stdout) ? EXIT_FAILED : EXIT_OK;
}

/* --- the command -------------------------------------------------------------- */

static void wait_for_next(const struct top *t)
{
	const struct timespec step = {
		.tv_sec = (time_t)(t->interval_ms / 1000),
		.tv_nsec = (long)(t->interval_ms % 1000) * 1000000,
	};

	nanosleep(&step, NULL);
}

static int run(const struct top *t)
{
	struct sample now, before = { .nr = 0 };
	unsigned long n;
	int ret = EXIT_OK;

	for (n = 0; !ret && (!t->count || n < t->count); n++) {
		if (n)
			wait_for_next(t);
		ret = sample_take(t->nl, &now);
		if (ret)
			ret = watch_failed(ret);
		else if (t->json)
			ret = report_json(&now, n ? &before : NULL);
		else
			ret = report_table(t, &now, n ? &before : NULL);
		sample_free(&before);
		before = now;
	}
	sample_free(&before);
	return ret;
}

static bool parse_interval(const char *text, unsigned long *ms)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds >= INTERVAL_MIN) ||
	    seconds > INTERVAL_MAX)
		return false;
	*ms = (unsigned long)(seconds * 1000);
	return true;
}

static bool parse(int argc, char **argv, struct top *t)
{
	char *end;
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json")) {
			t->json = true;
		} else if (!strcmp(argv[i], "--once")) {
			t->count = 1;
		} else if (!strcmp(argv[i], "--count") && i + 1 < argc) {
			t->count = strtoul(argv[++i], &end, 10);
			if (*end || !t->count || *argv[i] == '-')
				return false;
		} else if (!strcmp(argv[i], "--interval") && i + 1 < argc) {
			if (!parse_interval(argv[++i], &t->interval_ms))
				return false;
		} else {
			return false;
		}
	}
	return true;
}

int cmd_top(int argc, char **argv)
{
	struct top t = { .interval_ms = INTERVAL_MS };
	int ret;

	if (!parse(argc, argv, &t))
		return usage("top");
	t.clear = !t.json && t.count != 1 && isatty(STDOUT_FILENO);
	ret = watch_open(&t.nl);
	if (ret)
		return ret;
	ret = run(&t);
	part_nl_close(t.nl);
	return ret;
}
