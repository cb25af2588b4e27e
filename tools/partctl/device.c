// SPDX-License-Identifier: GPL-2.0
/*
 * The hypervisor's device, and what it is.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <hvpart/release.h>
#include "libpart.h"
#include "partctl.h"

int device_open(struct part_dev **dev)
{
	char path[PATH_MAX];
	int ret;

	path_at(path, PART_DEVICE);
	ret = part_open(dev, path);
	switch (ret) {
	case 0:
		return EXIT_OK;
	case -ENOENT:
	case -ENXIO:
	case -ENODEV:
		complain("hvpart is not loaded; 'partctl check' tells whether it can be, 'partctl enable' loads it");
		return EXIT_NOT_SUPPORTED;
	case -EPROTO:
		complain("%s speaks another version of the ABI; partctl and module must be of one release",
			 path);
		return EXIT_NOT_SUPPORTED;
	case -EACCES:
	case -EPERM:
		complain("%s: %s; try as root", path, strerror(-ret));
		return EXIT_DENIED;
	default:
		return fail(ret, "%s", path);
	}
}

/* The release of the loaded hypervisor, "" if there is none to ask. */
static void hypervisor_version(char *buf, size_t size)
{
	struct hvpart_info info;
	struct part_dev *dev;
	char path[PATH_MAX];

	*buf = '\0';
	path_at(path, PART_DEVICE);
	if (part_open(&dev, path))
		return;
	if (!part_get_info(dev, &info))
		snprintf(buf, size, "%u.%u.%u", info.build >> 16,
			 info.build >> 8 & 0xFF, info.build & 0xFF);
	part_close(dev);
}

int cmd_version(int argc, char **argv)
{
	bool json = argc == 2 && !strcmp(argv[1], "--json");
	struct json_object *root;
	char running[32];

	if (argc > 2 || (argc == 2 && !json))
		return usage("version");
	hypervisor_version(running, sizeof(running));
	if (!json) {
		printf("partctl %s, ABI %d\n", HVPART_RELEASE_TEXT,
		       HVPART_ABI_VERSION);
		printf("hypervisor %s\n", *running ? running : "not loaded");
		return EXIT_OK;
	}
	root = json_object_new_object();
	json_object_object_add(root, "partctl",
			       json_object_new_string(HVPART_RELEASE_TEXT));
	json_object_object_add(root, "abi",
			       json_object_new_int(HVPART_ABI_VERSION));
	json_object_object_add(root, "hypervisor", *running ?
			       json_object_new_string(running) : NULL);
	return print_json(root);
}
