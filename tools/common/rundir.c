// SPDX-License-Identifier: GPL-2.0
/*
 * The directory of one partition.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "rundir.h"

bool rundir_name_valid(const char *name)
{
	size_t len = strlen(name);
	size_t i;

	if (!len || len > RUNDIR_NAME_MAX || !isalnum((unsigned char)*name))
		return false;
	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("_-.", name[i]))
			return false;
	return true;
}

int rundir_path(char *buf, const char *dir, const char *file)
{
	int n = snprintf(buf, RUNDIR_PATH_MAX, "%s%s%s", dir, file ? "/" : "",
			 file ? file : "");

	return n < 0 || n >= RUNDIR_PATH_MAX ? -ENAMETOOLONG : 0;
}

int rundir_claim(const char *dir)
{
	char path[RUNDIR_PATH_MAX];
	char text[16];
	int len;
	int fd;
	int ret;

	ret = rundir_path(path, dir, RUNDIR_PID);
	if (ret)
		return ret;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		ret = errno == EWOULDBLOCK ? -EBUSY : -errno;
		close(fd);
		return ret;
	}
	len = snprintf(text, sizeof(text), "%d\n", getpid());
	if (ftruncate(fd, 0) || pwrite(fd, text, len, 0) != len) {
		ret = errno ? -errno : -EIO;
		close(fd);
		return ret;
	}
	return fd;
}

int rundir_owner(const char *dir, pid_t *pid)
{
	char path[RUNDIR_PATH_MAX];
	char text[16] = "";
	int alive;
	int fd;
	int ret;

	*pid = 0;
	ret = rundir_path(path, dir, RUNDIR_PID);
	if (ret)
		return ret;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	/* Shared: two who ask at once must not take each other for it. */
	alive = flock(fd, LOCK_SH | LOCK_NB) != 0;
	if (pread(fd, text, sizeof(text) - 1, 0) > 0)
		*pid = strtol(text, NULL, 10);
	close(fd);
	return alive;
}

int rundir_remove(const char *dir)
{
	static const char *const files[] = {
		RUNDIR_CONFIG, RUNDIR_CONTROL, RUNDIR_CONSOLE, RUNDIR_LOG,
		RUNDIR_PID,
	};
	char path[RUNDIR_PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (rundir_path(path, dir, files[i]))
			return -ENAMETOOLONG;
		if (unlink(path) && errno != ENOENT && errno != ENOTDIR)
			return -errno;
	}
	if (rmdir(dir) && errno != ENOENT)
		return -errno;
	return 0;
}

int rundir_listen(const char *dir, const char *file)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int ret;
	int fd;

	_Static_assert(sizeof(addr.sun_path) >= RUNDIR_PATH_MAX, "path");
	ret = rundir_path(addr.sun_path, dir, file);
	if (ret)
		return ret;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (unlink(addr.sun_path) && errno != ENOENT)
		goto fail;
	/* Before bind(), so that it never stands there with more. */
	if (fchmod(fd, 0600) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 16))
		goto fail;
	return fd;
fail:
	ret = -errno;
	close(fd);
	return ret;
}

int rundir_connect(const char *dir, const char *file)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int ret;
	int fd;

	ret = rundir_path(addr.sun_path, dir, file);
	if (ret)
		return ret;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}
