// SPDX-License-Identifier: GPL-2.0
/*
 * A partition by name: its directory, its worker, what is known of it.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "control.h"
#include "partctl.h"
#include "state.h"

static int partition_dir(const char *name, char *dir)
{
	char absolute[RUNDIR_PATH_MAX + sizeof(RUNDIR_BASE)];
	char path[PATH_MAX];

	snprintf(absolute, sizeof(absolute), RUNDIR_BASE "/%s", name);
	path_at(path, absolute);
	/* Leave room for the longest name below it. */
	if (strlen(path) + sizeof("/" RUNDIR_CONSOLE) > RUNDIR_PATH_MAX)
		return -ENAMETOOLONG;
	strcpy(dir, path);
	return 0;
}

int partition_find(const char *name, char *dir)
{
	if (!rundir_name_valid(name)) {
		complain("'%s' is no name for a partition (letters, digits, '_', '-', '.', at most %d)",
			 name, RUNDIR_NAME_MAX);
		return EXIT_USAGE;
	}
	if (partition_dir(name, dir)) {
		complain("'%s': the path gets too long", name);
		return EXIT_USAGE;
	}
	if (access(dir, F_OK)) {
		if (errno == EACCES) {
			complain("%s: %s; try as root", dir, strerror(errno));
			return EXIT_DENIED;
		}
		complain("there is no partition '%s'", name);
		return EXIT_NOT_FOUND;
	}
	return EXIT_OK;
}

int partition_connect(const char *name, char *dir,
		      struct control_client **client)
{
	pid_t pid;
	int ret;

	ret = partition_find(name, dir);
	if (ret)
		return ret;
	ret = control_connect(client, dir);
	if (!ret)
		return EXIT_OK;
	if (ret == -EACCES) {
		complain("%s: %s; try as root", name, strerror(-ret));
		return EXIT_DENIED;
	}
	if (rundir_owner(dir, &pid) > 0) {
		complain("%s: its worker (pid %d) is not listening: %s", name,
			 pid, strerror(-ret));
		return EXIT_FAILED;
	}
	complain("%s: its worker died; 'partctl log %s' may tell why, 'partctl destroy %s' clears it away",
		 name, name, name);
	return EXIT_FAILED;
}

int partition_refused(const char *name, struct json_object *reply, int err)
{
	const char *text = json_text(reply, "error", NULL);

	if (err == -EPIPE)
		text = "its worker died";
	complain("%s: %s", name, text ? text : strerror(-err));
	json_object_put(reply);
	return exit_code(err);
}

int partition_ask(struct control_client *client, const char *name,
		  const char *cmd, struct json_object *args)
{
	struct json_object *reply;
	int ret = control_call(client, cmd, args, &reply);

	if (ret)
		return partition_refused(name, reply, ret);
	json_object_put(reply);
	return EXIT_OK;
}

/* Of one whose worker is dead, deaf or just starting. */
static struct json_object *info_from_files(const char *name, const char *dir)
{
	struct json_object *info = json_object_new_object();
	struct child_config config;
	const char *what;
	bool alive;
	pid_t pid;

	if (!info)
		return NULL;
	alive = rundir_owner(dir, &pid) > 0;
	json_object_object_add(info, "name", json_object_new_string(name));
	json_object_object_add(info, "state", json_object_new_string(
		part_state_name(PART_STATE_FAILED)));
	json_object_object_add(info, "reason", json_object_new_string(
		alive ? "worker does not answer" : "worker died"));
	json_object_object_add(info, "pid", json_object_new_int(pid));
	if (!child_config_load(&config, dir, &what)) {
		json_object_object_add(info, "memory",
				       json_object_new_uint64(config.memory));
		json_object_object_add(info, "vps",
				       json_object_new_int64(config.vps));
		json_object_object_add(info, "kernel",
				       json_object_new_string(config.kernel));
		json_object_object_add(info, "cmdline",
				       json_object_new_string(config.cmdline));
		child_config_free(&config);
	}
	return info;
}

struct json_object *partition_info(const char *name, const char *dir)
{
	struct control_client *client;
	struct json_object *info = NULL;

	if (control_connect(&client, dir))
		return info_from_files(name, dir);
	if (control_call(client, "info", NULL, &info)) {
		json_object_put(info);
		info = info_from_files(name, dir);
	}
	control_disconnect(client);
	if (info) {
		json_object_object_del(info, "ok");
		if (!strcmp(json_text(info, "reason", ""), "none"))
			json_object_object_del(info, "reason");
	}
	return info;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **partition_names(void)
{
	char base[PATH_MAX];
	struct dirent *entry;
	size_t count = 0;
	char **names;
	char **more;
	DIR *dir;

	names = calloc(1, sizeof(*names));
	path_at(base, RUNDIR_BASE);
	dir = opendir(base);
	while (names && dir && (entry = readdir(dir))) {
		if (!rundir_name_valid(entry->d_name))
			continue;
		more = reallocarray(names, count + 2, sizeof(*names));
		if (!more)
			break;
		names = more;
		names[count] = strdup(entry->d_name);
		if (!names[count])
			break;
		names[++count] = NULL;
	}
	if (dir)
		closedir(dir);
	if (names)
		qsort(names, count, sizeof(*names), compare_names);
	return names;
}

void partition_names_free(char **names)
{
	size_t i;

	for (i = 0; names && names[i]; i++)
		free(names[i]);
	free(names);
}
