// SPDX-License-Identifier: GPL-2.0
/*
 * A partition's life: create, run, start, stop, destroy.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "libpart.h"
#include "options.h"
#include "partctl.h"
#include "worker.h"

/* A refusal of the worker, in its words. */
static int refused(const char *name, struct json_object *reply, int err)
{
	const char *text = json_text(reply, "error", NULL);

	if (err == -EPIPE)
		text = "its worker died";
	complain("%s: %s", name, text ? text : strerror(-err));
	json_object_put(reply);
	return exit_code(err);
}

/* [FLAG] NAME, as start and stop take them. NULL: that is not what was given. */
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

/* A command whose reply says no more than yes or no. */
static int ask(struct control_client *client, const char *name,
	       const char *cmd, struct json_object *args)
{
	struct json_object *reply;
	int ret = control_call(client, cmd, args, &reply);

	if (ret)
		return refused(name, reply, ret);
	json_object_put(reply);
	return EXIT_OK;
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
			ask(client, name, "start", NULL);
	control_disconnect(client);
	return ret;
}

int cmd_stop(int argc, char **argv)
{
	struct control_client *client;
	struct json_object *args;
	char dir[RUNDIR_PATH_MAX];
	bool force = false;
	const char *name;
	int ret;

	name = name_and_flag(argc, argv, "--force", &force);
	if (!name)
		return usage("stop");
	ret = partition_connect(name, dir, &client);
	if (ret)
		return ret;
	if (!force) {
		control_disconnect(client);
		complain("%s: to shut a guest down is not implemented yet (it needs the VMBus shutdown component); use --force, which is as if the power went",
			 name);
		return EXIT_NOT_SUPPORTED;
	}
	args = json_object_new_object();
	json_object_object_add(args, "force", json_object_new_boolean(true));
	ret = ask(client, name, "stop", args);
	json_object_put(args);
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
