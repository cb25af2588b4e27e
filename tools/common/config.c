// SPDX-License-Identifier: GPL-2.0
/*
 * A child's configuration, as JSON and back.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "rundir.h"

enum member_type {
	MEMBER_TEXT,
	MEMBER_SIZE,			/* uint64_t */
	MEMBER_COUNT,			/* uint32_t */
	MEMBER_ACTION,			/* enum part_action in an int */
	MEMBER_MASK64,			/* hexadecimal text */
	MEMBER_MASK32,
};

/* One row a member: reading and writing are the same table. */
static const struct member {
	const char *name;
	enum member_type type;
	size_t offset;
	size_t present;			/* offset of a bool; 0: always there */
} members[] = {
#define AT(member)	offsetof(struct child_config, member)
#define M(member, type)	{ #member, type, AT(member), 0 }
#define O(member, type)	{ #member, type, AT(member), AT(has_##member) }
	M(name, MEMBER_TEXT),
	M(kernel, MEMBER_TEXT),
	M(initrd, MEMBER_TEXT),
	M(cmdline, MEMBER_TEXT),
	M(memory, MEMBER_SIZE),
	M(memory_max, MEMBER_SIZE),
	M(vps, MEMBER_COUNT),
	M(page_reporting, MEMBER_COUNT),
	M(on_poweroff, MEMBER_ACTION),
	M(on_reboot, MEMBER_ACTION),
	M(on_panic, MEMBER_ACTION),
	M(on_crash, MEMBER_ACTION),
	O(privileges, MEMBER_MASK64),
	O(hints, MEMBER_MASK32),
	O(features_edx, MEMBER_MASK32),
	M(debug_break, MEMBER_SIZE),
	M(debug_loopback, MEMBER_COUNT),
#undef M
#undef O
#undef AT
};

#define MEMBER_NR	(sizeof(members) / sizeof(members[0]))

#define FIELD(config, offset, type) \
	((type *)((char *)(config) + (offset)))

int child_config_init(struct child_config *config)
{
	memset(config, 0, sizeof(*config));
	config->memory = CHILD_MEMORY_DEFAULT;
	config->vps = 1;
	config->page_reporting = 1;
	config->on_poweroff = PART_ACTION_DESTROY;
	config->on_reboot = PART_ACTION_RESTART;
	config->on_panic = PART_ACTION_PRESERVE;
	config->on_crash = PART_ACTION_PRESERVE;
	config->cmdline = strdup(CHILD_CMDLINE_DEFAULT);
	return config->cmdline ? 0 : -ENOMEM;
}

void child_config_free(struct child_config *config)
{
	free(config->name);
	free(config->kernel);
	free(config->initrd);
	free(config->cmdline);
	memset(config, 0, sizeof(*config));
}

static struct json_object *member_to_json(const struct member *m,
					  const struct child_config *config)
{
	const void *field = (const char *)config + m->offset;
	char mask[32];

	switch (m->type) {
	case MEMBER_TEXT:
		return *(char *const *)field ?
			json_object_new_string(*(char *const *)field) : NULL;
	case MEMBER_SIZE:
		return json_object_new_uint64(*(const uint64_t *)field);
	case MEMBER_COUNT:
		return json_object_new_uint64(*(const uint32_t *)field);
	case MEMBER_ACTION:
		return json_object_new_string(
			part_action_name(*(const int *)field));
	case MEMBER_MASK64:
		snprintf(mask, sizeof(mask), "0x%" PRIx64,
			 *(const uint64_t *)field);
		return json_object_new_string(mask);
	case MEMBER_MASK32:
		snprintf(mask, sizeof(mask), "0x%" PRIx32,
			 *(const uint32_t *)field);
		return json_object_new_string(mask);
	}
	return NULL;
}

struct json_object *child_config_to_json(const struct child_config *config)
{
	struct json_object *root = json_object_new_object();
	size_t i;

	for (i = 0; root && i < MEMBER_NR; i++) {
		const struct member *m = &members[i];
		struct json_object *value;

		if (m->present &&
		    !*FIELD((struct child_config *)config, m->present, bool))
			continue;
		value = member_to_json(m, config);
		if (value)
			json_object_object_add(root, m->name, value);
	}
	return root;
}

int child_config_save(const struct child_config *config, const char *dir)
{
	struct json_object *root = child_config_to_json(config);
	char path[RUNDIR_PATH_MAX];
	int ret;
	int fd;

	if (!root)
		return -ENOMEM;
	ret = rundir_path(path, dir, RUNDIR_CONFIG);
	if (ret)
		goto out;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		ret = -errno;
		goto out;
	}
	errno = EIO;
	if (json_object_to_fd(fd, root, JSON_C_TO_STRING_PRETTY))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
out:
	json_object_put(root);
	return ret;
}

static int parse_mask(struct json_object *value, uint64_t max, uint64_t *out)
{
	const char *text;
	char *end;

	if (!json_object_is_type(value, json_type_string))
		return -EINVAL;
	text = json_object_get_string(value);
	if (strncmp(text, "0x", 2))
		return -EINVAL;
	errno = 0;
	*out = strtoull(text, &end, 16);
	return errno || !text[2] || *end || *out > max ? -EINVAL : 0;
}

static int parse_count(struct json_object *value, uint64_t max, uint64_t *out)
{
	if (!json_object_is_type(value, json_type_int) ||
	    json_object_get_int64(value) < 0)
		return -EINVAL;
	*out = json_object_get_uint64(value);
	return *out > max ? -EINVAL : 0;
}

static int member_from_json(const struct member *m,
			    struct child_config *config,
			    struct json_object *value)
{
	uint64_t number;
	int ret = 0;

	switch (m->type) {
	case MEMBER_TEXT:
		if (!json_object_is_type(value, json_type_string))
			return -EINVAL;
		free(*FIELD(config, m->offset, char *));
		*FIELD(config, m->offset, char *) =
			strdup(json_object_get_string(value));
		return *FIELD(config, m->offset, char *) ? 0 : -ENOMEM;
	case MEMBER_SIZE:
		return parse_count(value, INT64_MAX,
				   FIELD(config, m->offset, uint64_t));
	case MEMBER_COUNT:
		ret = parse_count(value, UINT32_MAX, &number);
		if (!ret)
			*FIELD(config, m->offset, uint32_t) = number;
		break;
	case MEMBER_ACTION:
		if (!json_object_is_type(value, json_type_string))
			return -EINVAL;
		ret = part_action_from_name(json_object_get_string(value));
		*FIELD(config, m->offset, int) = ret;
		return ret < 0 ? -EINVAL : 0;
	case MEMBER_MASK64:
		ret = parse_mask(value, UINT64_MAX,
				 FIELD(config, m->offset, uint64_t));
		break;
	case MEMBER_MASK32:
		ret = parse_mask(value, UINT32_MAX, &number);
		if (!ret)
			*FIELD(config, m->offset, uint32_t) = number;
		break;
	}
	if (!ret && m->present)
		*FIELD(config, m->present, bool) = true;
	return ret;
}

static const struct member *member_find(const char *name)
{
	size_t i;

	for (i = 0; i < MEMBER_NR; i++)
		if (!strcmp(members[i].name, name))
			return &members[i];
	return NULL;
}

/* What the rest of the worker need not ask again. */
static int config_check(const struct child_config *config, const char **what)
{
	if (!config->name || !rundir_name_valid(config->name))
		*what = "name";
	else if (!config->kernel || config->kernel[0] != '/')
		*what = "kernel";
	else if (config->initrd && config->initrd[0] != '/')
		*what = "initrd";
	else if (config->memory < CHILD_MEMORY_MIN || config->memory % 4096)
		*what = "memory";
	else if (config->memory_max && config->memory_max < config->memory)
		*what = "memory_max";
	else if (!config->vps || config->vps > CHILD_VPS_MAX)
		*what = "vps";
	else if (config->page_reporting > 1)
		*what = "page_reporting";
	else if (config->debug_loopback > CHILD_LOOPBACKS_MAX)
		*what = "debug_loopback";
	else
		return 0;
	return -EINVAL;
}

int child_config_load(struct child_config *config, const char *dir,
		      const char **what)
{
	char path[RUNDIR_PATH_MAX];
	struct json_object *root;
	int ret;

	*what = "JSON";
	ret = rundir_path(path, dir, RUNDIR_CONFIG);
	if (ret)
		return ret;
	if (access(path, R_OK))
		return -errno;
	root = json_object_from_file(path);
	if (!json_object_is_type(root, json_type_object)) {
		json_object_put(root);
		return -EINVAL;
	}
	ret = child_config_init(config);
	json_object_object_foreach(root, key, value) {
		const struct member *m = member_find(key);

		if (ret)
			break;
		*what = m ? m->name : "unknown member";
		ret = m ? member_from_json(m, config, value) : -EINVAL;
	}
	json_object_put(root);
	if (!ret)
		ret = config_check(config, what);
	if (ret)
		child_config_free(config);
	return ret;
}
