// SPDX-License-Identifier: GPL-2.0
/*
 * A partition's life: create, run, start, destroy.
 */
#include <string.h>

#include "control.h"
#include "libpart.h"
#include "options.h"
#include "partctl.h"
#include "worker.h"

/* [FLAG] NAME, as start takes them. NULL: that is not what was given. */
static const char *name_and_flag(int argc, char **argv, const char *flag,
				 bool *given)
{
	const char *name = NULL;
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], flag))
			*given = true;
		else if (*argv[i] == '-' || name)
			return NULL;
		else
			name = argv[i];
	}
	return name;
}

int cmd_create(int argc, char **argv)
{
	struct child_config config;
	char dir[RUNDIR_PATH_MAX];
	int ret;

	ret = options_parse(argc, argv, &config);
	if (ret)
		return ret;
	ret = worker_create(&config, dir);
	child_config_free(&config);
	return ret;
}

int cmd_run(int argc, char **argv)
{
	struct control_client *client;
	struct child_config config;
	char dir[RUNDIR_PATH_MAX];
	int ret;

	ret = options_parse(argc, argv, &config);
	if (ret)
		return ret;
	ret = worker_create(&config, dir);
	if (!ret)
		ret = partition_connect(config.name, dir, &client);
	if (!ret) {
		ret = terminal_attach(config.name, dir, client, true);
		control_disconnect(client);
	}
	child_config_free(&config);
	return ret;
}

int cmd_start(int argc, char **argv)
{
	struct control_client *client;
	char dir[RUNDIR_PATH_MAX];
	bool console = false;
	const char *name;
	int ret;

	name = name_and_flag(argc, argv, "--console", &console);
	if (!name)
		return usage("start");
	ret = partition_connect(name, dir, &client);
	if (ret)
		return ret;
	ret = console ? terminal_attach(name, dir, client, true) :
			partition_ask(client, name, "start", NULL);
	control_disconnect(client);
	return ret;
}

int cmd_destroy(int argc, char **argv)
{
	char dir[RUNDIR_PATH_MAX];
	int ret;

	if (argc != 2 || *argv[1] == '-')
		return usage("destroy");
	ret = partition_find(argv[1], dir);
	if (ret)
		return ret;
	ret = worker_destroy(dir);
	return ret ? fail(ret, "%s", argv[1]) : EXIT_OK;
}
