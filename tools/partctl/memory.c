// SPDX-License-Identifier: GPL-2.0
/*
 * memory: more or less of it for a guest that runs, and how much it has.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control.h"
#include "options.h"
#include "partctl.h"

/* A guest that reports does it once a second. */
#define REPORT_MS	3000
#define LOOK_MS		100

struct request {
	const char *op;
	const char *name;
	bool has_size;
	bool has_at;
	bool json;
	uint64_t size;
	uint64_t at;
};

static bool parse_at(const char *text, uint64_t *at)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*at = strtoull(text, &end, 0);
	return !errno && !*end && *at && *at < INT64_MAX;
}

/* Of add and set a size is wanted, of add alone an address may be. */
static bool complete(const struct request *r)
{
	if (!r->op || !r->name)
		return false;
	if (!strcmp(r->op, "info"))
		return !r->has_size && !r->has_at;
	if (!strcmp(r->op, "add"))
		return r->has_size;
	return !strcmp(r->op, "set") && r->has_size && !r->has_at;
}

static bool parse(int argc, char **argv, struct request *r)
{
	int i;

	memset(r, 0, sizeof(*r));
	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json")) {
			r->json = true;
		} else if (!strcmp(argv[i], "--at")) {
			if (r->has_at || i + 1 == argc ||
			    !parse_at(argv[++i], &r->at))
				return false;
			r->has_at = true;
		} else if (*argv[i] == '-') {
			return false;
		} else if (!r->op) {
			r->op = argv[i];
		} else if (!r->name) {
			r->name = argv[i];
		} else if (!r->has_size) {
			if (options_size(argv[i], &r->size) || !r->size ||
			    r->size > INT64_MAX)
				return false;
			r->has_size = true;
		} else {
			return false;
		}
	}
	return complete(r);
}

static int refused(const struct request *r, struct json_object *reply, int err)
{
	const char *text = json_text(reply, "error", NULL);

	if (err == -EPIPE)
		text = "its worker died";
	complain("%s: %s", r->name, text ? text : strerror(-err));
	/* The guest lacks what it takes. */
	return err == -ENOTCONN ? EXIT_NOT_SUPPORTED : exit_code(err);
}

static void print_size(const char *what, struct json_object *info,
		       const char *member)
{
	char size[FORMAT_MAX];

	format_size(size, json_number(info, member));
	printf("%-12s %s\n", what, size);
}

static bool has(struct json_object *info, const char *member)
{
	return json_object_object_get_ex(info, member, NULL);
}

static int show(struct json_object *info, bool json)
{
	json_object_object_del(info, "ok");
	if (json)
		return print_json(info);
	print_size("assigned", info, "assigned");
	print_size("boot", info, "boot");
	print_size("added", info, "added");
	print_size("ballooned", info, "ballooned");
	print_size("given back", info, "absent");
	print_size("limit", info, "limit");
	printf("%-12s %s\n", "protocol", json_text(info, "protocol", "none"));
	if (json_number(info, "alignment"))
		print_size("alignment", info, "alignment");
	if (has(info, "available")) {
		print_size("available", info, "available");
		print_size("committed", info, "committed");
	}
	json_object_put(info);
	return EXIT_OK;
}

/*
 * Waits for the job's end. The guest may take minutes; when it stops, nobody
 * would answer any more.
 */
static int wait_for_end(struct control_client *client, uint64_t job,
			struct json_object **end)
{
	struct json_object *event;
	const char *kind;
	int ret;

	for (;;) {
		ret = control_event(client, -1, &event);
		if (ret == -EINTR)
			continue;
		if (ret)
			return ret;
		kind = json_text(event, "event", "");
		if (!strcmp(kind, "memory") &&
		    json_number(event, "job") == job) {
			*end = event;
			return -(int)json_number(event, "errno");
		}
		ret = !strcmp(kind, "state") &&
		      strcmp(json_text(event, "state", ""), "running");
		json_object_put(event);
		if (ret)
			return -ESRCH;
	}
}

static int look(struct control_client *client, struct json_object **info)
{
	struct json_object *args = json_object_new_object();
	int ret;

	json_object_object_add(args, "op", json_object_new_string("info"));
	ret = control_call(client, "memory", args, info);
	json_object_put(args);
	if (ret) {
		json_object_put(*info);
		*info = NULL;
	}
	return ret;
}

/*
 * What the guest says it has available after an add, if it has said so before
 * (@was): in its next report. MemTotal neither its driver nor its daemon tells.
 */
static void add_report(struct control_client *client, struct json_object *was,
		       struct json_object *end)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	struct json_object *info;
	uint64_t first = 0;
	int i;

	if (!has(was, "available") || !json_number(end, "done"))
		return;
	for (i = 0; i < REPORT_MS / LOOK_MS && !look(client, &info); i++) {
		uint64_t reports = json_number(info, "reports");
		uint64_t available = json_number(info, "available");

		json_object_put(info);
		if (!i)
			first = reports;
		if (reports > first) {
			json_object_object_add(end, "available_before",
				json_object_new_uint64(json_number(was,
							"available")));
			json_object_object_add(end, "available",
				json_object_new_uint64(available));
			return;
		}
		nanosleep(&pause, NULL);
	}
}

static void print_report(const struct request *r, struct json_object *end)
{
	char before[FORMAT_MAX], now[FORMAT_MAX];

	if (!has(end, "available"))
		return;
	format_size(before, json_number(end, "available_before"));
	format_size(now, json_number(end, "available"));
	printf("%s: the guest says: %s available, %s before\n", r->name, now,
	       before);
}

static void print_end(const struct request *r, struct json_object *end)
{
	char done[FORMAT_MAX], have[FORMAT_MAX], time[FORMAT_MAX];
	bool add = !strcmp(r->op, "add");

	format_size(done, json_number(end, "done"));
	format_size(have, json_number(end, "assigned"));
	format_time(time, json_number(end, "ms"));
	printf("%s: ", r->name);
	if (add && json_number(end, "done"))
		printf("%s added at %#llx", done, json_number(end, "gpa"));
	else if (add)
		printf("nothing added");
	else
		printf("%s moved", done);
	printf(" in %s (%llu ms), it has %s now", time,
	       json_number(end, "ms"), have);
	if (has(end, "before")) {
		format_size(have, json_number(end, "before"));
		printf(", %s before", have);
	}
	putchar('\n');
	print_report(r, end);
}

/* What was done is said also where it is not all. */
static int report(const struct request *r, struct json_object *end, int err)
{
	int ret = EXIT_OK;

	if (err == -ESRCH && !end) {
		complain("%s: the guest ended meanwhile", r->name);
		return EXIT_FAILED;
	}
	if (end && r->json)
		ret = print_json(json_object_get(end));
	else if (end)
		print_end(r, end);
	if (err)
		ret = refused(r, end, err);
	json_object_put(end);
	return ret;
}

static struct json_object *words(const struct request *r)
{
	struct json_object *args = json_object_new_object();

	json_object_object_add(args, "op", json_object_new_string(r->op));
	if (r->has_size)
		json_object_object_add(args, "size",
				       json_object_new_uint64(r->size));
	if (r->has_at)
		json_object_object_add(args, "at",
				       json_object_new_uint64(r->at));
	return args;
}

static int ask(const struct request *r, struct control_client *client)
{
	struct json_object *args = words(r), *was = NULL;
	struct json_object *reply = NULL, *end = NULL;
	bool add = !strcmp(r->op, "add");
	int ret;

	/* Before the request, so that its end is not missed. */
	ret = r->has_size ? control_call(client, "watch", NULL, NULL) : 0;
	if (!ret && add)
		ret = look(client, &was);
	if (!ret)
		ret = control_call(client, "memory", args, &reply);
	json_object_put(args);
	if (ret) {
		ret = refused(r, reply, ret);
		json_object_put(reply);
		json_object_put(was);
		return ret;
	}
	if (!r->has_size)
		return show(reply, r->json);
	ret = wait_for_end(client, json_number(reply, "job"), &end);
	json_object_put(reply);
	if (end && add)
		add_report(client, was, end);
	json_object_put(was);
	return report(r, end, ret);
}

int cmd_memory(int argc, char **argv)
{
	struct control_client *client;
	char dir[RUNDIR_PATH_MAX];
	struct request r;
	int ret;

	if (!parse(argc, argv, &r))
		return usage("memory");
	ret = partition_connect(r.name, dir, &client);
	if (ret)
		return ret;
	ret = ask(&r, client);
	control_disconnect(client);
	return ret;
}
