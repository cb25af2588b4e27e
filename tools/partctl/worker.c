// SPDX-License-Identifier: GPL-2.0
/*
 * Workers as processes: how partctl starts and ends them.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "control.h"
#include "libpart.h"
#include "partctl.h"
#include "worker.h"

static int make_dir(const char *name, char *dir)
{
	char base[PATH_MAX];
	pid_t pid;

	path_at(base, RUNDIR_BASE);
	if (mkdir(base, 0700) && errno != EEXIST)
		return fail(-errno, "%s", base);
	if (snprintf(dir, RUNDIR_PATH_MAX, "%s/%s", base, name) +
	    sizeof(RUNDIR_CONSOLE) >= RUNDIR_PATH_MAX) {
		complain("%s/%s: the path gets too long", base, name);
		return EXIT_USAGE;
	}
	if (!mkdir(dir, 0700))
		return EXIT_OK;
	if (errno != EEXIST)
		return fail(-errno, "%s", dir);
	if (rundir_owner(dir, &pid) == 0)
		complain("there is a partition '%s' whose worker died; 'partctl destroy %s' clears it away",
			 name, name);
	else
		complain("there is a partition '%s' already", name);
	return EXIT_BUSY;
}

/* In the child, between fork() and exec(): only what is allowed there. */
static void worker_exec(const char *worker, const char *dir, int log,
			int ready)
{
	char number[16];
	sigset_t none;
	int null;

	null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(log, 2) < 0)
		_exit(127);
	/* Without close-on-exec; the reading end has it. */
	ready = dup(ready);
	snprintf(number, sizeof(number), "%d", ready);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (ready < 0 || setsid() < 0 || chdir("/"))
		_exit(127);
	execl(worker, "partwp", "--dir", dir, "--ready-fd", number, NULL);
	_exit(127);
}

static int worker_spawn(const char *dir, int *ready)
{
	char worker[PATH_MAX];
	char path[RUNDIR_PATH_MAX];
	int pipe_fds[2];
	int log;
	pid_t pid;

	if (!path_worker(worker)) {
		complain("partwp is missing: neither beside partctl nor in libexec nor in PATH");
		return -ENOEXEC;
	}
	if (rundir_path(path, dir, RUNDIR_LOG))
		return -ENAMETOOLONG;
	log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log < 0)
		return -errno;
	if (pipe2(pipe_fds, O_CLOEXEC)) {
		close(log);
		return -errno;
	}
	/* Nobody waits for it; it outlives us. */
	signal(SIGCHLD, SIG_IGN);
	pid = fork();
	if (!pid)
		worker_exec(worker, dir, log, pipe_fds[1]);
	close(log);
	close(pipe_fds[1]);
	if (pid < 0) {
		close(pipe_fds[0]);
		return -errno;
	}
	*ready = pipe_fds[0];
	return 0;
}

/* What the worker said last, since its directory is about to go. */
static void show_log(const char *dir)
{
	char path[RUNDIR_PATH_MAX];
	char line[512];
	FILE *log;

	if (rundir_path(path, dir, RUNDIR_LOG))
		return;
	log = fopen(path, "re");
	if (!log)
		return;
	while (fgets(line, sizeof(line), log))
		fprintf(stderr, "partwp: %s%s", line,
			strchr(line, '\n') ? "" : "\n");
	fclose(log);
}

static int worker_start(const struct child_config *config, const char *dir)
{
	char *text = NULL;
	int ready;
	int ret;

	ret = child_config_save(config, dir);
	if (ret)
		return fail(ret, "%s/%s", dir, RUNDIR_CONFIG);
	ret = worker_spawn(dir, &ready);
	if (ret)
		return ret == -ENOEXEC ? EXIT_FAILED : fail(ret, "partwp");
	ret = control_ready_wait(ready, &text);
	if (!ret)
		return EXIT_OK;
	if (ret == -EPIPE) {
		complain("%s: the worker died while it started", config->name);
		show_log(dir);
		return EXIT_FAILED;
	}
	complain("%s: %s", config->name, text ? text : strerror(-ret));
	free(text);
	return exit_code(ret);
}

int worker_create(const struct child_config *config, char *dir)
{
	struct part_dev *dev;
	int ret;

	/* Better one line here than a worker that says the same later. */
	ret = device_open(&dev);
	if (ret)
		return ret;
	part_close(dev);

	ret = make_dir(config->name, dir);
	if (ret)
		return ret;
	ret = worker_start(config, dir);
	if (ret)
		worker_destroy(dir);
	return ret;
}

int worker_pidfd(const char *dir)
{
	pid_t pid;
	int fd;

	if (rundir_owner(dir, &pid) <= 0 || pid <= 1)
		return -ESRCH;
	fd = syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0)
		return -errno;
	/* Still the owner: then it was so when the descriptor was made. */
	if (rundir_owner(dir, &pid) <= 0) {
		close(fd);
		return -ESRCH;
	}
	return fd;
}

bool worker_wait(int pidfd, int timeout_ms)
{
	struct pollfd wait = { .fd = pidfd, .events = POLLIN };

	return poll(&wait, 1, timeout_ms) == 1;
}

/* Friendly first; a partition is gone when its worker's process is. */
static int worker_end(const char *dir, int pidfd)
{
	struct control_client *client;
	bool asked = false;

	if (!control_connect(&client, dir)) {
		asked = !control_call(client, "quit", NULL, NULL);
		control_disconnect(client);
	}
	if (asked && worker_wait(pidfd, WORKER_GONE_MS))
		return 0;
	if (syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) &&
	    errno != ESRCH)
		return -errno;
	return worker_wait(pidfd, WORKER_GONE_MS) ? 0 : -EBUSY;
}

int worker_destroy(const char *dir)
{
	int pidfd = worker_pidfd(dir);
	int ret = 0;

	if (pidfd >= 0) {
		ret = worker_end(dir, pidfd);
		close(pidfd);
	} else if (pidfd != -ESRCH) {
		ret = pidfd;
	}
	return ret ? ret : rundir_remove(dir);
}
