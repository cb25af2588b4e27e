// SPDX-License-Identifier: GPL-2.0
/*
 * stat: counters of a partition as its worker gives them, or of the root.
 */
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "exits.h"
#include "libpart.h"
#include "partctl.h"

static void print_counters(struct json_object *counters, const char *indent)
{
	json_object_object_foreach(counters, key, value) {
		if (json_object_is_type(value, json_type_object)) {
			printf("%s%s\n", indent, key);
			print_counters(value, "        ");
		} else if (strcmp(key, "index")) {
			printf("%s%-20s %20s\n", indent, key,
			       json_object_get_string(value));
		}
	}
}

static void print_channels(struct json_object *list)
{
	struct json_object *ch;
	size_t i;

	for (i = 0; i < json_object_array_length(list); i++) {
		ch = json_object_array_get_idx(list, i);
		printf("channel %s %s %llu\n", json_text(ch, "type", "?"),
		       json_text(ch, "instance", "?"),
		       json_number(ch, "channel"));
		json_object_object_del(ch, "type");
		json_object_object_del(ch, "instance");
		json_object_object_del(ch, "channel");
		print_counters(ch, "    ");
	}
}

static void print_stat(struct json_object *stat)
{
	struct json_object *value, *vp;
	size_t i;

	if (json_object_object_get_ex(stat, "partition", &value)) {
		puts("partition");
		print_counters(value, "    ");
	}
	if (json_object_object_get_ex(stat, "rings", &value)) {
		puts("rings");
		print_counters(value, "    ");
	}
	if (json_object_object_get_ex(stat, "channels", &value) &&
	    json_object_is_type(value, json_type_array))
		print_channels(value);
	if (!json_object_object_get_ex(stat, "vps", &value) ||
	    !json_object_is_type(value, json_type_array))
		return;
	for (i = 0; i < json_object_array_length(value); i++) {
		vp = json_object_array_get_idx(value, i);
		printf("vp %llu\n", json_number(vp, "index"));
		print_counters(vp, "    ");
	}
}

static int stat_partition(const char *name, bool json)
{
	struct control_client *client;
	struct json_object *reply;
	char dir[RUNDIR_PATH_MAX];
	int ret;

	ret = partition_connect(name, dir, &client);
	if (ret)
		return ret;
	ret = control_call(client, "stat", NULL, &reply);
	control_disconnect(client);
	if (ret) {
		complain("%s: %s", name,
			 json_text(reply, "error", strerror(-ret)));
		json_object_put(reply);
		return exit_code(ret);
	}
	json_object_object_del(reply, "ok");
	if (json)
		return print_json(reply);
	print_stat(reply);
	json_object_put(reply);
	return EXIT_OK;
}

static int stat_root(bool json)
{
	struct json_object *root, *exits;
	struct hvpart_info info;
	struct part_dev *dev;
	int ret;

	ret = device_open(&dev);
	if (ret)
		return ret;
	ret = part_get_info(dev, &info);
	part_close(dev);
	if (ret)
		return fail(ret, "the hypervisor");
	root = json_object_new_object();
	exits = exits_to_json(info.root_exits);
	json_object_object_add(root, "root_exits", exits);
	if (json)
		return print_json(root);
	puts("root: exits by reason");
	print_counters(exits, "    ");
	json_object_put(root);
	return EXIT_OK;
}

int cmd_stat(int argc, char **argv)
{
	const char *name = NULL;
	bool json = false;
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json"))
			json = true;
		else if (*argv[i] == '-' || name)
			return usage("stat");
		else
			name = argv[i];
	}
	return name ? stat_partition(name, json) : stat_root(json);
}
