// SPDX-License-Identifier: GPL-2.0
/*
 * The console of a partition on this terminal.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "control.h"
#include "partctl.h"
#include "state.h"
#include "worker.h"

#define KEY_LEAVE	0x1D		/* Ctrl-], as in telnet and virsh */
/* What may still be on its way when the end of the guest is known. */
#define DRAIN_MS	200

struct terminal {
	const char *name;
	struct control_client *control;	/* NULL: only look */
	int console;			/* -1: it closed */
	int input;			/* standard input, or -1: it ended */
	int state;
	int reason;
	int pidfd;			/* the worker's process, or -1 */
	struct child_config config;	/* zero if it could not be read */
};

static struct termios saved;
static bool raw;

static void raw_end(void)
{
	if (raw)
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved);
	raw = false;
}

static void raw_end_and_die(int signo)
{
	raw_end();
	signal(signo, SIG_DFL);
	raise(signo);
}

static void raw_begin(void)
{
	struct termios tio;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &saved))
		return;
	tio = saved;
	cfmakeraw(&tio);
	/* Lines of ours between those of the guest still end as they should. */
	tio.c_oflag |= OPOST | ONLCR;
	signal(SIGTERM, raw_end_and_die);
	signal(SIGHUP, raw_end_and_die);
	atexit(raw_end);
	raw = !tcsetattr(STDIN_FILENO, TCSAFLUSH, &tio);
}

int terminal_end_code(int state, int reason)
{
	if (state == PART_STATE_FAILED)
		return EXIT_CHILD_KILLED;
	if (state != PART_STATE_STOPPED && state != PART_STATE_CRASHED)
		return -1;
	switch (reason) {
	case PART_REASON_POWEROFF:
		return EXIT_OK;
	case PART_REASON_RESET:
		return EXIT_CHILD_RESET;
	case PART_REASON_PANIC:
		return EXIT_CHILD_PANIC;
	case PART_REASON_TRIPLE_FAULT:
		return EXIT_CHILD_TRIPLE_FAULT;
	case PART_REASON_KILLED:
		return EXIT_CHILD_KILLED;
	default:
		return EXIT_CHILD_ERROR;
	}
}

static bool write_all(int fd, const char *buf, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, buf, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		buf += n;
		len -= n;
	}
	return true;
}

/* From the guest to the user; false: there is no more. */
static bool output_copy(struct terminal *t)
{
	char buf[4096];
	ssize_t n = recv(t->console, buf, sizeof(buf), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0 || !write_all(STDOUT_FILENO, buf, n)) {
		close(t->console);
		t->console = -1;
		return false;
	}
	return true;
}

/* From the user to the guest; false: the user leaves. */
static bool input_copy(struct terminal *t)
{
	char buf[512];
	char *leave;
	ssize_t n = read(t->input, buf, sizeof(buf));

	if (n < 0 && errno == EINTR)
		return true;
	if (n <= 0) {
		t->input = -1;
		return true;
	}
	/* Bytes from a file are the guest's, whatever they are. */
	leave = raw ? memchr(buf, KEY_LEAVE, n) : NULL;
	if (leave)
		n = leave - buf;
	if (t->console >= 0 && n)
		write_all(t->console, buf, n);
	return !leave;
}

static void note_state(struct terminal *t, struct json_object *object)
{
	int state = part_state_from_name(json_text(object, "state", NULL));
	int reason = part_reason_from_name(json_text(object, "reason", NULL));

	if (state < 0)
		return;
	t->state = state;
	t->reason = reason < 0 ? PART_REASON_NONE : reason;
}

static void events_take(struct terminal *t)
{
	struct json_object *event;
	int ret;

	while (!(ret = control_event(t->control, 0, &event))) {
		if (!strcmp(json_text(event, "event", ""), "state"))
			note_state(t, event);
		json_object_put(event);
		/* The first end counts: what follows is the worker tidying. */
		if (terminal_end_code(t->state, t->reason) >= 0)
			return;
	}
	if (ret != -EAGAIN && ret != -EINTR)
		t->state = PART_STATE_FAILED;
}

static void drain(struct terminal *t)
{
	struct pollfd wait = { .fd = t->console, .events = POLLIN };

	while (t->console >= 0 && poll(&wait, 1, DRAIN_MS) == 1)
		if (!output_copy(t))
			return;
}

static const char *end_text(const struct terminal *t)
{
	switch (terminal_end_code(t->state, t->reason)) {
	case EXIT_OK:
		return "powered off";
	case EXIT_CHILD_RESET:
		return "wants to reboot";
	case EXIT_CHILD_PANIC:
		return "panicked";
	case EXIT_CHILD_TRIPLE_FAULT:
		return "triple fault";
	case EXIT_CHILD_KILLED:
		return t->state == PART_STATE_FAILED ?
			"its worker died" : "was stopped";
	default:
		return "failed";
	}
}

/*
 * Where the worker goes with the guest, its partition is there until the
 * process is gone: who unloads the module next shall not find it busy.
 */
static void wait_destroyed(const struct terminal *t)
{
	int action = PART_ACTION_DESTROY;

	switch (t->reason) {
	case PART_REASON_POWEROFF:
		action = t->config.on_poweroff;
		break;
	case PART_REASON_RESET:
		action = t->config.on_reboot;
		break;
	case PART_REASON_PANIC:
		action = t->config.on_panic;
		break;
	case PART_REASON_TRIPLE_FAULT:
	case PART_REASON_ERROR:
		action = t->config.on_crash;
		break;
	default:
		/* Stopped by somebody: the partition stays. */
		if (t->state != PART_STATE_FAILED)
			return;
	}
	if (action == PART_ACTION_DESTROY && t->pidfd >= 0)
		worker_wait(t->pidfd, WORKER_GONE_MS);
}

/* Until the child ends (its exit code) or the user leaves (EXIT_OK). */
static int terminal_loop(struct terminal *t)
{
	for (;;) {
		struct pollfd wait[3] = {
			{ .fd = t->console, .events = POLLIN },
			{ .fd = t->input, .events = POLLIN },
			{ .fd = control_client_fd(t->control),
			  .events = POLLIN },
		};
		int code;

		/* Some may have come along with a reply: poll() is blind to them. */
		events_take(t);
		code = terminal_end_code(t->state, t->reason);
		if (code >= 0) {
			drain(t);
			raw_end();
			wait_destroyed(t);
			complain("%s: %s", t->name, end_text(t));
			return code;
		}
		if (poll(wait, 3, -1) < 0 && errno != EINTR)
			return fail(-errno, "poll");
		if (wait[0].revents)
			output_copy(t);
		if (wait[1].revents && !input_copy(t)) {
			raw_end();
			complain("left; 'partctl console %s' comes back",
				 t->name);
			return EXIT_OK;
		}
	}
}

/* Tells how it stands and asks for events. */
static int watch(struct terminal *t)
{
	struct json_object *reply;
	int ret = control_call(t->control, "watch", NULL, &reply);

	if (ret)
		complain("%s: %s", t->name,
			 json_text(reply, "error", strerror(-ret)));
	else
		note_state(t, reply);
	json_object_put(reply);
	return ret ? exit_code(ret) : EXIT_OK;
}

static int start(struct terminal *t)
{
	struct json_object *reply;
	int ret = control_call(t->control, "start", NULL, &reply);

	if (ret)
		complain("%s: %s", t->name,
			 json_text(reply, "error", strerror(-ret)));
	json_object_put(reply);
	/* It may stand as "stopped" from its last life until the event comes. */
	if (!ret)
		t->state = PART_STATE_RUNNING;
	return ret ? exit_code(ret) : EXIT_OK;
}

int terminal_attach(const char *name, const char *dir,
		    struct control_client *control, bool start_it)
{
	struct terminal t = {
		.name = name,
		.control = control,
		.input = STDIN_FILENO,
		.pidfd = worker_pidfd(dir),
	};
	const char *what;
	int ret;

	if (child_config_load(&t.config, dir, &what))
		memset(&t.config, 0, sizeof(t.config));
	ret = watch(&t);
	if (ret)
		goto out;
	t.console = rundir_connect(dir, RUNDIR_CONSOLE);
	if (t.console < 0) {
		ret = fail(t.console, "%s: console", name);
		goto out;
	}
	signal(SIGPIPE, SIG_IGN);
	ret = start_it ? start(&t) : EXIT_OK;
	if (!ret) {
		if (isatty(STDIN_FILENO))
			complain("console of %s; Ctrl-] leaves", name);
		raw_begin();
		ret = terminal_loop(&t);
		raw_end();
	}
	if (t.console >= 0)
		close(t.console);
out:
	if (t.pidfd >= 0)
		close(t.pidfd);
	child_config_free(&t.config);
	return ret;
}

int cmd_console(int argc, char **argv)
{
	struct control_client *client;
	char dir[RUNDIR_PATH_MAX];
	int ret;

	if (argc != 2 || *argv[1] == '-')
		return usage("console");
	ret = partition_connect(argv[1], dir, &client);
	if (ret)
		return ret;
	ret = terminal_attach(argv[1], dir, client, false);
	control_disconnect(client);
	/* How the child ends is run's business. */
	return ret >= EXIT_CHILD_RESET ? EXIT_OK : ret;
}
