// SPDX-License-Identifier: GPL-2.0
/* partwp: the worker process of one partition. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "janitor.h"
#include "log.h"
#include "rundir.h"
#include "sandbox.h"
#include "trim.h"
#include "worker.h"

/* What a worker pins or locks beside the guest's memory. */
#define MEMLOCK_EXTRA	(64ULL << 20)

struct options {
	const char *dir;
	const char *device;
	int ready_fd;
	bool start;
	bool no_sandbox;
};

static int usage(void)
{
	fputs("usage: partwp --dir DIR [--ready-fd N] [--start] [--device PATH] [--no-sandbox]\n"
	      "partctl starts it; see partwp(8)\n", stderr);
	return WORKER_EXIT_USAGE;
}

static bool parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "dir", required_argument, NULL, 'd' },
		{ "ready-fd", required_argument, NULL, 'r' },
		{ "device", required_argument, NULL, 'D' },
		{ "start", no_argument, NULL, 's' },
		{ "no-sandbox", no_argument, NULL, 'n' },
		{ NULL, 0, NULL, 0 },
	};
	char *end;
	int c;

	*o = (struct options){ .ready_fd = -1 };
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'd':
			o->dir = optarg;
			break;
		case 'r':
			o->ready_fd = (int)strtol(optarg, &end, 10);
			if (*end || o->ready_fd < 3)
				return false;
			break;
		case 'D':
			o->device = optarg;
			break;
		case 's':
			o->start = true;
			break;
		case 'n':
			o->no_sandbox = true;
			break;
		default:
			return false;
		}
	}
	return o->dir && optind == argc;
}

static int open_file(const char *path, const char *what, int *fd)
{
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	return *fd < 0 ? log_errno(errno, "%s %s", what, path) : 0;
}

static int open_files(struct worker *w, const struct options *o)
{
	const struct child_config *c = w->guest.config;
	struct guest *g = &w->guest;
	int ret;

	g->boot.initrd_fd = -1;
	g->boot.cmdline = c->cmdline;
	g->boot.nr_vps = c->vps;
	ret = open_file(c->kernel, "kernel", &g->boot.kernel_fd);
	if (!ret && c->initrd)
		ret = open_file(c->initrd, "initrd", &g->boot.initrd_fd);
	if (ret)
		return ret;
	ret = part_open(&g->dev, o->device);
	if (ret)
		return log_error("%s: %s", o->device ? o->device : PART_DEVICE,
				 part_strerror(ret)), ret;
	ret = console_server_open(&g->console, o->dir);
	if (!ret)
		ret = control_server_open(&w->guest.control, o->dir, worker_request,
					  w);
	return ret ? log_errno(-ret, "%s", o->dir) : 0;
}

static void do_nothing(int sig)
{
	(void)sig;
}

/* SIGUSR1 ends waits of VP threads; the others arrive by descriptor. */
static int set_signals(struct worker *w)
{
	struct sigaction kick = { .sa_handler = do_nothing };
	sigset_t end;

	sigaction(SIGUSR1, &kick, NULL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigaddset(&end, SIGINT);
	sigprocmask(SIG_BLOCK, &end, NULL);
	w->signal_fd = signalfd(-1, &end, SFD_CLOEXEC | SFD_NONBLOCK);
	w->guest.end_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->retry_fd = timerfd_create(CLOCK_MONOTONIC,
				     TFD_CLOEXEC | TFD_NONBLOCK);
	if (w->signal_fd < 0 || w->guest.end_fd < 0 || w->retry_fd < 0)
		return log_errno(errno, "descriptors");
	return 0;
}

/*
 * Pinned guest memory counts against RLIMIT_MEMLOCK, with what may be added later;
 * the sandbox takes away the capability that would make it not count. Who may not raise the limit has to
 * do with the one there is, and part_mem_add() will tell.
 */
static void raise_memlock(uint64_t memory)
{
	struct rlimit r;

	if (memory > RLIM_INFINITY - 1 - MEMLOCK_EXTRA)
		memory = RLIM_INFINITY - 1 - MEMLOCK_EXTRA;
	if (getrlimit(RLIMIT_MEMLOCK, &r) || r.rlim_cur == RLIM_INFINITY ||
	    r.rlim_cur >= memory + MEMLOCK_EXTRA)
		return;
	r.rlim_cur = memory + MEMLOCK_EXTRA;
	if (r.rlim_max != RLIM_INFINITY && r.rlim_max < r.rlim_cur)
		r.rlim_max = r.rlim_cur;
	setrlimit(RLIMIT_MEMLOCK, &r);
}

static int set_up(struct worker *w, const struct options *o)
{
	int ret, lock;

	w->janitor_fd = janitor_start(o->dir);
	if (w->janitor_fd < 0)
		return w->janitor_fd;
	lock = rundir_claim(o->dir);
	if (lock < 0)
		return log_errno(-lock, "%s", o->dir);
	ret = open_files(w, o);
	if (!ret)
		ret = set_signals(w);
	if (!ret)
		ret = guest_init(&w->guest);
	if (!ret)
		ret = panic_init(&w->panic);
	if (ret)
		return ret;
	raise_memlock(guest_memory_max(&w->guest));
	if (o->no_sandbox)
		log_info("no sandbox, as asked for");
	else
		ret = sandbox_enter();
	/* From here on it reads what others wrote: kernels, the guest. */
	return ret ? ret : guest_create(&w->guest);
}

static void tear_down(struct worker *w)
{
	if (w->guest.part)
		guest_destroy(&w->guest);
	console_server_close(w->guest.console);
	control_server_close(w->guest.control);
	part_close(w->guest.dev);
	if (w->remove)
		janitor_remove(w->janitor_fd);
}

static int load_config(const struct options *o, struct child_config *config)
{
	const char *what = NULL;
	int ret = child_config_load(config, o->dir, &what);

	if (ret)
		return log_errno(-ret, "%s/" RUNDIR_CONFIG "%s%s", o->dir,
				 what ? ": " : "", what ? what : "");
	log_set_name(config->name);
	if (config->vps < 1 || config->vps > CHILD_VPS_MAX)
		return log_error("%u VPs: from 1 to %d, please", config->vps,
				 CHILD_VPS_MAX);
	return 0;
}

int main(int argc, char **argv)
{
	static struct worker worker;
	static struct child_config config;
	char text[LOG_TEXT_MAX];
	struct options o;
	int ret;

	if (!parse(argc, argv, &o))
		return usage();
	sandbox_close_files(o.ready_fd);
	if (o.ready_fd >= 0)
		fcntl(o.ready_fd, F_SETFD, FD_CLOEXEC);
	worker.guest.config = &config;
	ret = load_config(&o, &config);
	if (!ret)
		ret = set_up(&worker, &o);
	if (!ret && o.start)
		ret = worker_start(&worker);
	log_last_error(text);
	control_ready(o.ready_fd, ret, ret && text[0] ? text : NULL);
	if (ret)
		return WORKER_EXIT_FAILED;
	trim_memory();
	ret = worker_run(&worker);
	tear_down(&worker);
	return ret;
}
