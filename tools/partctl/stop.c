// SPDX-License-Identifier: GPL-2.0
/*
 * stop: the guest shuts itself down or reboots, when asked; or its power goes.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "control.h"
#include "partctl.h"
#include "state.h"
#include "worker.h"

/* A system with services to stop; whoever has more says so. */
#define TIMEOUT_S	60
#define TIMEOUT_MAX_S	86400

struct stop {
	const char *name;
	bool force;
	bool reboot;
	int timeout_s;
};

enum { OPT_FORCE, OPT_REBOOT, OPT_TIMEOUT };

static const struct option long_options[] = {
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "reboot", no_argument, NULL, OPT_REBOOT },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ NULL, 0, NULL, 0 },
};

static bool parse_timeout(const char *text, int *seconds)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || end == text || *end || n < 1 || n > TIMEOUT_MAX_S)
		return false;
	*seconds = (int)n;
	return true;
}

static int parse(int argc, char **argv, struct stop *s)
{
	bool timeout = false;
	int option;

	*s = (struct stop){ .timeout_s = TIMEOUT_S };
	while ((option = getopt_long(argc, argv, "", long_options,
				     NULL)) != -1) {
		switch (option) {
		case OPT_FORCE:
			s->force = true;
			break;
		case OPT_REBOOT:
			s->reboot = true;
			break;
		case OPT_TIMEOUT:
			timeout = true;
			if (parse_timeout(optarg, &s->timeout_s))
				break;
			complain("--timeout: %s: seconds, 1 to %d", optarg,
				 TIMEOUT_MAX_S);
			return EXIT_USAGE;
		default:
			return usage("stop");
		}
	}
	/* What has no choice needs no time. */
	if (optind != argc - 1 || (s->force && (s->reboot || timeout)))
		return usage("stop");
	s->name = argv[optind];
	return EXIT_OK;
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* A change of state: is it the one? An exit code; -1: go on waiting. */
static int state_event(const struct stop *s, struct json_object *event)
{
	const char *want = part_reason_name(s->reboot ? PART_REASON_RESET :
							PART_REASON_POWEROFF);
	const char *reason = json_text(event, "reason", "");

	if (!*reason)
		return -1;
	if (!strcmp(reason, want))
		return EXIT_OK;
	complain("%s: the guest came to another end: %s", s->name, reason);
	return EXIT_FAILED;
}

static int one_event(const struct stop *s, struct json_object *event)
{
	const char *kind = json_text(event, "event", "");
	struct json_object *accepted;

	if (!strcmp(kind, "state"))
		return state_event(s, event);
	if (strcmp(kind, "shutdown") ||
	    !json_object_object_get_ex(event, "accepted", &accepted) ||
	    json_object_get_boolean(accepted))
		return -1;
	complain("%s: %s; nothing was forced", s->name,
		 json_text(event, "text", "the guest refuses"));
	return EXIT_DENIED;
}

static int wait_end(const struct stop *s, struct control_client *client)
{
	long long end = now_ms() + s->timeout_s * 1000LL;
	struct json_object *event;
	int code = -1;
	int ret;

	while (code < 0) {
		long long left = end - now_ms();

		ret = control_event(client, left > 0 ? (int)left : 0, &event);
		if (ret == -EINTR)
			continue;
		if (ret == -EAGAIN) {
			complain("%s: the guest has not %s within %d s; nothing was forced",
				 s->name, s->reboot ? "rebooted" :
				 "powered off", s->timeout_s);
			return EXIT_TIMEOUT;
		}
		if (ret)
			return partition_refused(s->name, NULL, ret);
		code = one_event(s, event);
		json_object_put(event);
	}
	return code;
}

/* Does the worker go with the guest? Its directory, too, is gone then. */
static bool goes_too(const struct stop *s, const char *dir)
{
	struct child_config config;
	const char *what;
	int action;

	if (child_config_load(&config, dir, &what))
		return false;
	action = s->reboot ? config.on_reboot : config.on_poweroff;
	child_config_free(&config);
	return action == PART_ACTION_DESTROY;
}

static int ask_guest(const struct stop *s, const char *dir,
		     struct control_client *client)
{
	struct json_object *args = json_object_new_object();
	int pidfd = goes_too(s, dir) ? worker_pidfd(dir) : -1;
	int ret;

	json_object_object_add(args, "reboot",
			       json_object_new_boolean(s->reboot));
	/* Before the request, or its end may be missed. */
	ret = partition_ask(client, s->name, "watch", NULL);
	if (!ret)
		ret = partition_ask(client, s->name, "stop", args);
	json_object_put(args);
	if (!ret)
		ret = wait_end(s, client);
	/* Whoever unloads the module next shall not find it busy. */
	if (!ret && pidfd >= 0)
		worker_wait(pidfd, WORKER_GONE_MS);
	if (pidfd >= 0)
		close(pidfd);
	return ret;
}

static int pull_plug(const struct stop *s, struct control_client *client)
{
	struct json_object *args = json_object_new_object();
	int ret;

	json_object_object_add(args, "force", json_object_new_boolean(true));
	ret = partition_ask(client, s->name, "stop", args);
	json_object_put(args);
	return ret;
}

int cmd_stop(int argc, char **argv)
{
	struct control_client *client;
	char dir[RUNDIR_PATH_MAX];
	struct stop s;
	int ret = parse(argc, argv, &s);

	if (ret)
		return ret;
	ret = partition_connect(s.name, dir, &client);
	if (ret)
		return ret;
	ret = s.force ? pull_plug(&s, client) : ask_guest(&s, dir, client);
	control_disconnect(client);
	return ret;
}
