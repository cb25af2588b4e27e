// SPDX-License-Identifier: GPL-2.0
/*
 * list and info: what there is and how it stands.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libpart.h"
#include "partctl.h"

/* Those that no worker of ours has: other VMMs', or a dead worker's. */
static void add_foreign(struct json_object *list)
{
	struct hvpart_partition_entry *entries = NULL;
	struct part_dev *dev;
	char path[PATH_MAX];
	int count = 0;
	size_t j;
	int i;

	path_at(path, PART_DEVICE);
	if (!part_open(&dev, path)) {
		count = part_list(dev, &entries);
		part_close(dev);
	}
	for (i = 0; i < count; i++) {
		struct json_object *info;

		for (j = 0; j < json_object_array_length(list); j++)
			if (json_number(json_object_array_get_idx(list, j),
					"partition") == entries[i].partition_id)
				break;
		if (j < json_object_array_length(list))
			continue;
		info = json_object_new_object();
		json_object_object_add(info, "name", NULL);
		json_object_object_add(info, "state", json_object_new_string(
			entries[i].state == HVPART_PARTITION_ACTIVE ?
			"running" : "created"));
		json_object_object_add(info, "partition",
			json_object_new_uint64(entries[i].partition_id));
		json_object_object_add(info, "pid",
			json_object_new_int64(entries[i].pid));
		json_object_object_add(info, "memory",
			json_object_new_uint64(entries[i].memory));
		json_object_object_add(info, "vps",
			json_object_new_int64(entries[i].vp_count));
		json_object_array_add(list, info);
	}
	free(entries);
}

static struct json_object *list_all(void)
{
	struct json_object *list = json_object_new_array();
	char **names = partition_names();
	char absolute[RUNDIR_PATH_MAX];
	char dir[PATH_MAX];
	size_t i;

	for (i = 0; names && names[i]; i++) {
		struct json_object *info;

		snprintf(absolute, sizeof(absolute), RUNDIR_BASE "/%s",
			 names[i]);
		path_at(dir, absolute);
		info = partition_info(names[i], dir);
		if (info)
			json_object_array_add(list, info);
	}
	partition_names_free(names);
	add_foreign(list);
	return list;
}

static void print_row(struct json_object *info)
{
	char memory[FORMAT_MAX], uptime[FORMAT_MAX] = "-";

	format_size(memory, json_number(info, "memory"));
	if (json_number(info, "uptime_ms"))
		format_time(uptime, json_number(info, "uptime_ms"));
	printf("%-16s %-8s %6llu %8s %9llu %9s  %s\n",
	       json_text(info, "name", "-"), json_text(info, "state", "?"),
	       json_number(info, "vps"), memory, json_number(info, "pid"),
	       uptime, json_text(info, "reason", ""));
}

int cmd_list(int argc, char **argv)
{
	bool json = argc == 2 && !strcmp(argv[1], "--json");
	struct json_object *list;
	char base[PATH_MAX];
	size_t i;

	if (argc > 2 || (argc == 2 && !json))
		return usage("list");
	path_at(base, RUNDIR_BASE);
	if (access(base, R_OK | X_OK) && errno == EACCES) {
		complain("%s: %s; try as root", base, strerror(errno));
		return EXIT_DENIED;
	}
	list = list_all();
	if (json)
		return print_json(list);
	printf("%-16s %-8s %6s %8s %9s %9s  %s\n", "NAME", "STATE", "VPS",
	       "MEMORY", "PID", "UPTIME", "REASON");
	for (i = 0; i < json_object_array_length(list); i++)
		print_row(json_object_array_get_idx(list, i));
	json_object_put(list);
	return EXIT_OK;
}

static void print_crash(struct json_object *crash)
{
	const char *message = json_text(crash, "message", "");
	int i;

	for (i = 0; i < 5; i++) {
		char member[3] = { 'p', '0' + i, 0 };

		printf("%-12s%s\n", i ? "" : "crash:",
		       json_text(crash, member, "-"));
	}
	if (*message) {
		puts("crash message:");
		print_untrusted(message, "    ");
	}
}

static void print_heartbeat(struct json_object *heartbeat)
{
	const char *state = json_text(heartbeat, "state", "?");
	char since[FORMAT_MAX];

	format_time(since, json_number(heartbeat, "age_ms"));
	if (!strcmp(state, "lost"))
		printf("heartbeat:  lost since %s\n", since);
	else
		printf("heartbeat:  %s\n", state);
}

/* What it says about itself. */
static void print_guest(struct json_object *guest)
{
	if (!json_object_is_type(guest, json_type_object))
		return;
	puts("guest:");
	json_object_object_foreach(guest, key, value)
		print_pair(key, json_object_get_string(value), "    ");
}

static void print_info(struct json_object *info)
{
	struct json_object *part;
	char text[FORMAT_MAX];

	json_object_object_foreach(info, key, value) {
		const char *shown = json_object_get_string(value);
		const char *label = key;

		if (!strcmp(key, "crash") || !strcmp(key, "guest") ||
		    !strcmp(key, "time_sync"))
			continue;
		if (!strcmp(key, "heartbeat")) {
			print_heartbeat(value);
			continue;
		}
		if (!strcmp(key, "memory") || !strcmp(key, "assigned")) {
			format_size(text, json_object_get_uint64(value));
			shown = text;
		} else if (!strcmp(key, "uptime_ms")) {
			format_time(text, json_object_get_uint64(value));
			label = "uptime";
			shown = text;
		}
		printf("%s:%*s%s\n", label, (int)(11 - strlen(label) % 11),
		       "", shown ? shown : "-");
	}
	if (json_object_object_get_ex(info, "guest", &part))
		print_guest(part);
	if (json_object_object_get_ex(info, "crash", &part))
		print_crash(part);
}

#define ADD(name) \
	json_object_object_add(root, #name, json_object_new_uint64(info.name))

static struct json_object *hypervisor_json(struct part_dev *dev)
{
	struct json_object *root;
	struct hvpart_info info;
	char release[32];

	if (part_get_info(dev, &info))
		return NULL;
	root = json_object_new_object();
	snprintf(release, sizeof(release), "%u.%u.%u", info.build >> 16,
		 info.build >> 8 & 0xFF, info.build & 0xFF);
	json_object_object_add(root, "release",
			       json_object_new_string(release));
	json_object_object_add(root, "back_end", json_object_new_string(
		info.vendor == HV_PARTITION_PROCESSOR_VENDOR_AMD ?
		"svm" : "vmx"));
	ADD(abi_version);
	ADD(paging_levels);
	ADD(image_bytes);
	ADD(image_total);
	ADD(max_vps);
	ADD(max_partitions);
	ADD(asid_count);
	ADD(cpu_count);
	ADD(cpu_demoted);
	ADD(partition_count);
	ADD(leaf_1g);
	ADD(leaf_2m);
	ADD(leaf_4k);
	ADD(table_pages);
	ADD(hidden_reads);
	ADD(hidden_writes);
	ADD(deposited_pages);
	ADD(free_pages);
	ADD(epoch);
	ADD(epoch_oldest);
	ADD(tsc_hz);
	ADD(log_next);
	ADD(faults);
	return root;
}

#undef ADD

static int info_hypervisor(bool json)
{
	struct json_object *root;
	struct part_dev *dev;
	int ret;

	ret = device_open(&dev);
	if (ret)
		return ret;
	root = hypervisor_json(dev);
	part_close(dev);
	if (!root) {
		complain("the hypervisor does not tell about itself");
		return EXIT_FAILED;
	}
	if (json)
		return print_json(root);
	json_object_object_foreach(root, key, value)
		printf("%-18s %s\n", key, json_object_get_string(value));
	json_object_put(root);
	return EXIT_OK;
}

int cmd_info(int argc, char **argv)
{
	struct json_object *info;
	char dir[RUNDIR_PATH_MAX];
	const char *name = NULL;
	bool json = false;
	int i;
	int ret;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json"))
			json = true;
		else if (*argv[i] == '-' || name)
			return usage("info");
		else
			name = argv[i];
	}
	if (!name)
		return info_hypervisor(json);
	ret = partition_find(name, dir);
	if (ret)
		return ret;
	info = partition_info(name, dir);
	if (!info) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	if (json)
		return print_json(info);
	print_info(info);
	json_object_put(info);
	return EXIT_OK;
}
