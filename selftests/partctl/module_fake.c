// SPDX-License-Identifier: GPL-2.0
/*
 * Takes the place of partctl's module_kmod.c. Below $PARTCTL_ROOT/fake lie
 *
 *	installed-NAME		module_load(NAME, NULL) finds it
 *	load-NAME, unload-NAME	the errno that the operation ends with; the
 *				load also writes a line to the kernel's log
 *
 * and a load makes, an unload removes, the module's folder in /sys/module.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "module.h"
#include "partctl.h"

static int fake_errno(const char *what, const char *name)
{
	char absolute[128];
	char path[PATH_MAX];
	int err = 0;
	FILE *f;

	snprintf(absolute, sizeof(absolute), "/fake/%s-%s", what, name);
	path_at(path, absolute);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%d", &err) != 1)
		abort();
	fclose(f);
	return -err;
}

static void make(const char *absolute)
{
	char path[PATH_MAX];
	int fd;

	path_at(path, absolute);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		abort();
	close(fd);
}

static void kernel_says(const char *text)
{
	char path[PATH_MAX];
	FILE *f;

	path_at(path, "/dev/kmsg");
	f = fopen(path, "ae");
	if (!f)
		abort();
	fputs(text, f);
	fclose(f);
}

bool module_installed(const char *name)
{
	char absolute[128];
	char path[PATH_MAX];

	snprintf(absolute, sizeof(absolute), "/fake/installed-%s", name);
	path_at(path, absolute);
	return !access(path, F_OK);
}

int module_load(const char *name, const char *file)
{
	char absolute[128];
	char path[PATH_MAX];
	int err;

	if (file ? access(file, F_OK) : !module_installed(name))
		return -ENOENT;
	err = fake_errno("load", name);
	if (err) {
		kernel_says("3,1,1,-;hvpart: the fake does not like it here\n");
		return err;
	}
	snprintf(absolute, sizeof(absolute), "/sys/module/%s", name);
	path_at(path, absolute);
	if (mkdir(path, 0700))
		return -errno;
	if (!strcmp(name, "hvpart"))
		make("/dev/hvpart");
	return 0;
}

int module_unload(const char *name)
{
	char command[PATH_MAX + 16];
	char absolute[128];
	char path[PATH_MAX];
	int err = fake_errno("unload", name);

	if (err)
		return err;
	snprintf(absolute, sizeof(absolute), "/sys/module/%s", name);
	path_at(path, absolute);
	snprintf(command, sizeof(command), "rm -rf '%s'", path);
	if (system(command))
		return -EIO;
	if (!strcmp(name, "hvpart")) {
		path_at(path, "/dev/hvpart");
		unlink(path);
	}
	return 0;
}
