// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "janitor.h"
#include "log.h"
#include "rundir.h"
#include "sandbox.h"
#include "trim.h"

static void wait_and_remove(int fd, const char *dir)
{
	int ret;
	char c = 0;

	prctl(PR_SET_NAME, "partwp-janitor");
	/* It ends when the worker does, however that ends. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sandbox_close_files(fd);
	if (sandbox_drop_capabilities())
		_exit(1);
	trim_memory();
	while (read(fd, &c, 1) < 0 && errno == EINTR)
		;
	if (c != 'r')
		_exit(0);
	ret = rundir_remove(dir);
	if (write(fd, &ret, sizeof(ret)) != sizeof(ret))
		_exit(1);
	_exit(0);
}

int janitor_start(const char *dir)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return log_errno(errno, "janitor");
	pid = fork();
	if (pid < 0) {
		close(pair[0]);
		close(pair[1]);
		return log_errno(errno, "janitor");
	}
	if (!pid) {
		close(pair[0]);
		wait_and_remove(pair[1], dir);
	}
	close(pair[1]);
	return pair[0];
}

int janitor_remove(int fd)
{
	int ret;

	if (write(fd, "r", 1) != 1 || read(fd, &ret, sizeof(ret)) != sizeof(ret))
		return log_error("janitor: gone");
	return ret ? log_errno(-ret, "directory") : 0;
}
