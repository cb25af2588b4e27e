// SPDX-License-Identifier: GPL-2.0
/*
 * Takes the place of partctl's paths.c: everything lies below $PARTCTL_ROOT,
 * and the worker is $PARTCTL_WORKER.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "partctl.h"

void path_at(char *buf, const char *absolute)
{
	const char *root = getenv("PARTCTL_ROOT");

	if (!root || !*root)
		abort();
	snprintf(buf, PATH_MAX, "%s%s", root, absolute);
}

bool path_worker(char *buf)
{
	const char *worker = getenv("PARTCTL_WORKER");

	snprintf(buf, PATH_MAX, "%s", worker ? worker : "/nonexistent");
	return !access(buf, X_OK);
}
