// SPDX-License-Identifier: GPL-2.0
/*
 * A worker without a partition: the control and console helpers, and an end as
 * the kernel command line says:
 *
 *	poweroff reset panic triple-fault error	after 50 ms
 *	wait			runs on and echoes its input in brackets
 *	die			kills itself instead
 *	refuse			does not get ready: EINVAL, "no kernel"
 *	silent			dies before it is ready
 *	flood			writes 100,000 bytes, then as poweroff
 *	mute			never answers "info" and is deaf to "quit"
 *	polite			does as "stop" asks, after 50 ms
 *	refusing		says no to it
 *	lazy			says yes to it, and goes on
 *	twisted			says yes, and panics
 *	mortal			dies of it
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "console.h"
#include "control.h"
#include "exits.h"
#include "rundir.h"
#include "state.h"

static struct {
	struct child_config config;
	const char *dir;
	struct control_server *control;
	struct console_server *console;
	int state;
	int reason;
	int restarts;
	bool quit;
	bool just_started;
	bool asked;		/* to shut down */
	bool reboot;
	uint64_t reports;	/* of the guest about its memory */
	uint64_t available;
	uint64_t grown;
	int looks;
} w;

static void change(int state, int reason)
{
	w.state = state;
	w.reason = reason;
	control_server_state(w.control, state, reason);
}

static void say(const char *text)
{
	console_server_write(w.console, text, strlen(text));
}

static void boot(int reason)
{
	change(PART_STATE_RUNNING, reason);
	w.just_started = true;
	say("hello from ");
	say(w.config.name);
	say("\n");
}

static void add_crash(struct json_object *reply)
{
	struct json_object *crash = json_object_new_object();
	char member[3] = "p0";
	int i;

	for (i = 0; i < 5; i++) {
		member[1] = '0' + i;
		json_object_object_add(crash, member,
				       json_object_new_string("0x1f"));
	}
	json_object_object_add(crash, "message",
		json_object_new_string("Kernel panic\n\033[31mred\n"));
	json_object_object_add(reply, "crash", crash);
}

static void info(struct json_object *reply)
{
	json_object_object_add(reply, "name",
			       json_object_new_string(w.config.name));
	json_object_object_add(reply, "state",
		json_object_new_string(part_state_name(w.state)));
	if (w.reason)
		json_object_object_add(reply, "reason",
			json_object_new_string(part_reason_name(w.reason)));
	json_object_object_add(reply, "pid", json_object_new_int(getpid()));
	json_object_object_add(reply, "partition", json_object_new_int(3));
	json_object_object_add(reply, "memory",
			       json_object_new_uint64(w.config.memory));
	json_object_object_add(reply, "vps",
			       json_object_new_int64(w.config.vps));
	json_object_object_add(reply, "restarts",
			       json_object_new_int(w.restarts));
	json_object_object_add(reply, "uptime_ms", json_object_new_int(61000));
	if (w.reason == PART_REASON_PANIC)
		add_crash(reply);
}

static void add_rings(struct json_object *reply)
{
	struct json_object *rings = json_object_new_object();

	json_object_object_add(rings, "packets_in", json_object_new_int(7));
	json_object_object_add(rings, "bytes_in", json_object_new_int(700));
	json_object_object_add(rings, "packets_out", json_object_new_int(8));
	json_object_object_add(rings, "bytes_out", json_object_new_int(800));
	json_object_object_add(reply, "rings", rings);
}

static void add_heartbeat(struct json_object *reply)
{
	struct json_object *o = json_object_new_object();
	bool lost = !strcmp(w.config.cmdline, "lazy");

	json_object_object_add(o, "state",
			       json_object_new_string(lost ? "lost" : "ok"));
	json_object_object_add(o, "age_ms", json_object_new_int(12345));
	json_object_object_add(reply, "heartbeat", o);
	json_object_object_add(reply, "time_sync", json_object_new_object());
}

/* Without force. */
static int ask_to_stop(struct json_object *request, struct json_object *reply)
{
	const char *how = w.config.cmdline;
	struct json_object *reboot;

	if (w.state != PART_STATE_RUNNING || w.asked)
		return -EBUSY;
	if (strcmp(how, "polite") && strcmp(how, "refusing") &&
	    strcmp(how, "lazy") && strcmp(how, "twisted") &&
	    strcmp(how, "mortal")) {
		json_object_object_add(reply, "error",
				       json_object_new_string("no driver"));
		return -EOPNOTSUPP;
	}
	w.asked = true;
	w.reboot = json_object_object_get_ex(request, "reboot", &reboot) &&
		   json_object_get_boolean(reboot);
	return 0;
}

static void stat(struct json_object *reply)
{
	struct hvpart_partition_stats partition = {
		.partition_id = 3,
		.pool_pages = 77,
	};
	struct hvpart_vp_stats vp = { .exits[HVPART_EXIT_IO] = 5 };
	struct json_object *vps = json_object_new_array();

	json_object_array_add(vps, vp_stats_to_json(0, &vp));
	json_object_object_add(reply, "partition",
			       partition_stats_to_json(&partition));
	json_object_object_add(reply, "vps", vps);
	add_rings(reply);
}

/*
 * A guest that reports, once its memory was set: after an add the first look
 * finds the report from before, the second one the next.
 */
static void memory_report(struct json_object *reply)
{
	if (!w.reports)
		return;
	if (w.looks && !--w.looks) {
		w.reports++;
		w.available += w.grown;
	}
	json_object_object_add(reply, "reports",
			       json_object_new_int64(w.reports));
	json_object_object_add(reply, "available",
			       json_object_new_int64(w.available));
}

static int memory(struct json_object *request, struct json_object *reply)
{
	struct json_object *event, *o;
	const char *op = "";
	int64_t size = 0;

	if (json_object_object_get_ex(request, "op", &o))
		op = json_object_get_string(o);
	if (json_object_object_get_ex(request, "size", &o))
		size = json_object_get_int64(o);
	json_object_object_add(reply, "job", json_object_new_int(7));
	json_object_object_add(reply, "assigned",
			       json_object_new_int64(w.config.memory));
	if (!strcmp(op, "info")) {
		memory_report(reply);
		return 0;
	}
	if (!strcmp(op, "set")) {
		w.reports = 1;
		w.available = 64 << 20;
	}
	w.looks = 2;
	w.grown = size;
	/* 1M: refused; 2M: an end that failed; 3M: the guest ends meanwhile. */
	if (size == 1 << 20)
		return -ENOTCONN;
	if (size == 3 << 20) {
		change(PART_STATE_STOPPED, PART_REASON_POWEROFF);
		return 0;
	}
	event = json_object_new_object();
	json_object_object_add(event, "event", json_object_new_string("memory"));
	json_object_object_add(event, "job", json_object_new_int(6));
	control_server_event(w.control, event);
	json_object_object_add(event, "job", json_object_new_int(7));
	if (size == 2 << 20)
		json_object_object_add(event, "errno",
				       json_object_new_int(EAGAIN));
	json_object_object_add(event, "done", json_object_new_int64(size));
	json_object_object_add(event, "assigned",
			       json_object_new_int64(w.config.memory + size));
	json_object_object_add(event, "before",
			       json_object_new_int64(w.config.memory));
	if (json_object_object_get_ex(request, "at", &o))
		json_object_object_add(event, "gpa", json_object_get(o));
	control_server_event(w.control, event);
	json_object_put(event);
	return 0;
}

static const char *member(struct json_object *request, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(request, name, &value) ?
		json_object_get_string(value) : "";
}

/* Knows one key, "color"; what it is asked stands in the log. */
static void kvp_answer(struct json_object *request, int id)
{
	struct json_object *event = json_object_new_object();
	struct json_object *items = json_object_new_object();
	const char *op = member(request, "op");
	bool ok = !strcmp(op, "list") || !strcmp(op, "set") ||
		  !strcmp(op, "ip") ||
		  !strcmp(member(request, "key"), "color");

	fprintf(stderr, "kvp %s %s %s=%s\n", op, member(request, "pool"),
		member(request, "key"), member(request, "value"));
	json_object_object_add(items, "OSName",
			       json_object_new_string("Debian\033[31m"));
	json_object_object_add(event, "event", json_object_new_string("kvp"));
	json_object_object_add(event, "id", json_object_new_int(id));
	json_object_object_add(event, "ok", json_object_new_boolean(ok));
	if (!ok) {
		json_object_object_add(event, "errno", json_object_new_int(2));
		json_object_object_add(event, "error",
				       json_object_new_string("no such key"));
	}
	if (ok && !strcmp(op, "get"))
		json_object_object_add(event, "value",
				       json_object_new_string("green\033[31m"));
	if (!strcmp(op, "list") || !strcmp(op, "ip"))
		json_object_object_add(event, "items", json_object_get(items));
	control_server_event(w.control, event);
	json_object_put(items);
	json_object_put(event);
}

/* Somebody else's answer comes first. */
static int kvp(struct json_object *request, struct json_object *reply)
{
	if (!strcmp(w.config.cmdline, "mortal"))
		raise(SIGKILL);
	if (strcmp(w.config.cmdline, "polite")) {
		json_object_object_add(reply, "error",
				       json_object_new_string("no daemon"));
		return -EOPNOTSUPP;
	}
	json_object_object_add(reply, "id", json_object_new_int(7));
	kvp_answer(request, 6);
	kvp_answer(request, 7);
	return 0;
}

static int request(void *ctx, const char *cmd, struct json_object *request,
		   struct json_object *reply)
{
	struct json_object *force;

	(void)ctx;
	if (!strcmp(w.config.cmdline, "mute") && strcmp(cmd, "start"))
		pause();
	if (!strcmp(cmd, "info")) {
		info(reply);
		add_heartbeat(reply);
	} else if (!strcmp(cmd, "stat")) {
		stat(reply);
	} else if (!strcmp(cmd, "memory")) {
		return memory(request, reply);
	} else if (!strcmp(cmd, "kvp")) {
		return kvp(request, reply);
	} else if (!strcmp(cmd, "quit")) {
		w.quit = true;
	} else if (!strcmp(cmd, "start")) {
		if (w.state == PART_STATE_RUNNING)
			return -EBUSY;
		boot(PART_REASON_NONE);
	} else if (!strcmp(cmd, "stop")) {
		if (!json_object_object_get_ex(request, "force", &force))
			return ask_to_stop(request, reply);
		if (w.state != PART_STATE_RUNNING)
			return -EBUSY;
		change(PART_STATE_STOPPED, PART_REASON_KILLED);
	} else {
		return -ENOSYS;
	}
	return 0;
}

static void apply(int action, int state, int reason)
{
	if (action == PART_ACTION_RESTART && !w.restarts++) {
		boot(reason);
		return;
	}
	change(state, reason);
	if (action == PART_ACTION_DESTROY)
		w.quit = true;
}

static void flood(void)
{
	char line[101];
	int i;

	for (i = 0; i < 1000; i++) {
		snprintf(line, sizeof(line), "%099d\n", i);
		say(line);
	}
}

/* 50 ms after the start. */
static void end_of_guest(void)
{
	const char *how = w.config.cmdline;

	if (!strcmp(how, "die"))
		raise(SIGKILL);
	if (!strcmp(how, "flood"))
		flood();
	if (!strcmp(how, "poweroff") || !strcmp(how, "flood"))
		apply(w.config.on_poweroff, PART_STATE_STOPPED,
		      PART_REASON_POWEROFF);
	else if (!strcmp(how, "reset"))
		apply(w.config.on_reboot, PART_STATE_STOPPED,
		      PART_REASON_RESET);
	else if (!strcmp(how, "panic"))
		apply(w.config.on_panic, PART_STATE_CRASHED,
		      PART_REASON_PANIC);
	else if (!strcmp(how, "triple-fault"))
		apply(w.config.on_crash, PART_STATE_CRASHED,
		      PART_REASON_TRIPLE_FAULT);
	else if (!strcmp(how, "error"))
		apply(w.config.on_crash, PART_STATE_CRASHED,
		      PART_REASON_ERROR);
}

static void tell_shutdown(bool accepted)
{
	struct json_object *event = json_object_new_object();

	json_object_object_add(event, "event",
			       json_object_new_string("shutdown"));
	json_object_object_add(event, "accepted",
			       json_object_new_boolean(accepted));
	json_object_object_add(event, "text",
			       json_object_new_string("the guest says no"));
	control_server_event(w.control, event);
	json_object_put(event);
}

/* 50 ms after "stop". */
static void shut_down(void)
{
	const char *how = w.config.cmdline;

	w.asked = false;
	if (!strcmp(how, "mortal"))
		raise(SIGKILL);
	tell_shutdown(strcmp(how, "refusing"));
	if (!strcmp(how, "twisted"))
		apply(w.config.on_panic, PART_STATE_CRASHED,
		      PART_REASON_PANIC);
	else if (!strcmp(how, "polite") && w.reboot)
		apply(w.config.on_reboot, PART_STATE_STOPPED,
		      PART_REASON_RESET);
	else if (!strcmp(how, "polite"))
		apply(w.config.on_poweroff, PART_STATE_STOPPED,
		      PART_REASON_POWEROFF);
}

static void echo(void)
{
	char buf[64];
	size_t n = console_server_read(w.console, buf, sizeof(buf));

	if (!n)
		return;
	say("[");
	console_server_write(w.console, buf, n);
	say("]");
}

static void loop(void)
{
	while (!w.quit) {
		struct pollfd wait[2] = {
			{ control_server_fd(w.control), POLLIN, 0 },
			{ console_server_fd(w.console), POLLIN, 0 },
		};
		int n = poll(wait, 2, w.just_started || w.asked ? 50 : -1);

		if (!n && w.just_started) {
			w.just_started = false;
			end_of_guest();
			continue;
		}
		if (!n && w.asked) {
			shut_down();
			continue;
		}
		if (wait[0].revents)
			control_server_handle(w.control);
		if (wait[1].revents && console_server_handle(w.console))
			echo();
	}
}

static int set_up(int ready)
{
	const char *what;
	int ret;

	ret = child_config_load(&w.config, w.dir, &what);
	if (ret) {
		fprintf(stderr, "config.json: %s\n", what);
		return ret;
	}
	fprintf(stderr, "fake worker of %s\n", w.config.name);
	if (!strcmp(w.config.cmdline, "silent"))
		_exit(1);
	ret = rundir_claim(w.dir);
	if (ret >= 0 && !strcmp(w.config.cmdline, "refuse")) {
		control_ready(ready, -EINVAL, "no kernel");
		_exit(1);
	}
	if (ret >= 0)
		ret = control_server_open(&w.control, w.dir, request, NULL);
	if (!ret)
		ret = console_server_open(&w.console, w.dir);
	return ret;
}

int main(int argc, char **argv)
{
	int ready;
	int ret;

	if (argc != 5 || strcmp(argv[1], "--dir") ||
	    strcmp(argv[3], "--ready-fd"))
		return 2;
	w.dir = argv[2];
	ready = atoi(argv[4]);
	ret = set_up(ready);
	control_ready(ready, ret, NULL);
	if (ret)
		return 1;
	loop();
	console_server_close(w.console);
	rundir_remove(w.dir);
	control_server_close(w.control);
	child_config_free(&w.config);
	return 0;
}
