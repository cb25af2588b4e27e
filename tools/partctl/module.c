// SPDX-License-Identifier: GPL-2.0
/*
 * What /sys/module says.
 */
#include <stdio.h>
#include <unistd.h>

#include "module.h"
#include "partctl.h"

bool module_loaded(const char *name)
{
	char absolute[256];
	char path[PATH_MAX];

	snprintf(absolute, sizeof(absolute), "/sys/module/%s", name);
	path_at(path, absolute);
	return !access(path, F_OK);
}

static FILE *module_open(const char *name, const char *file)
{
	char absolute[256];
	char path[PATH_MAX];

	snprintf(absolute, sizeof(absolute), "/sys/module/%s/%s", name, file);
	path_at(path, absolute);
	return fopen(path, "re");
}

int module_users(const char *name)
{
	FILE *f = module_open(name, "refcnt");
	int users = -1;

	if (!f)
		return -1;
	if (fscanf(f, "%d", &users) != 1)
		users = -1;
	fclose(f);
	return users;
}

char module_parameter(const char *name, const char *parameter)
{
	char file[128];
	FILE *f;
	int c;

	snprintf(file, sizeof(file), "parameters/%s", parameter);
	f = module_open(name, file);
	if (!f)
		return '\0';
	c = fgetc(f);
	fclose(f);
	return c == EOF ? '\0' : c;
}
