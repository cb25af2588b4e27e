// SPDX-License-Identifier: GPL-2.0
/*
 * Where things are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "partctl.h"

#ifndef LIBEXECDIR
#define LIBEXECDIR	"/usr/local/libexec"
#endif

void path_at(char *buf, const char *absolute)
{
	snprintf(buf, PATH_MAX, "%s", absolute);
}

static bool beside_us(char *buf)
{
	ssize_t len = readlink("/proc/self/exe", buf, PATH_MAX - 8);
	char *slash;

	if (len < 0)
		return false;
	buf[len] = '\0';
	slash = strrchr(buf, '/');
	if (!slash)
		return false;
	strcpy(slash + 1, "partwp");
	return !access(buf, X_OK);
}

static bool in_path(char *buf)
{
	const char *path = getenv("PATH");
	size_t len;

	for (; path && *path; path += len + (path[len] == ':')) {
		len = strcspn(path, ":");
		if (!len || *path != '/')
			continue;
		snprintf(buf, PATH_MAX, "%.*s/partwp", (int)len, path);
		if (!access(buf, X_OK))
			return true;
	}
	return false;
}

bool path_worker(char *buf)
{
	if (beside_us(buf))
		return true;
	strcpy(buf, LIBEXECDIR "/hvpart/partwp");
	return !access(buf, X_OK) || in_path(buf);
}
