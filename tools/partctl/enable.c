// SPDX-License-Identifier: GPL-2.0
/*
 * enable and disable: the machine under hvpart, and back.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "libpart.h"
#include "machine.h"
#include "module.h"
#include "partctl.h"

#define DEVICE_WAIT_MS	3000

/* The kernel's log from here on. */
static int kmsg_open(void)
{
	char path[PATH_MAX];
	int fd;

	path_at(path, "/dev/kmsg");
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/* The module says in one line what it does not like: let the user see it. */
static void kmsg_show(int fd)
{
	char record[2048];
	ssize_t n;
	char *text;

	if (fd < 0)
		return;
	for (;;) {
		n = read(fd, record, sizeof(record) - 1);
		/* EPIPE: the oldest have been overwritten; there are more. */
		if (n < 0 && errno == EPIPE)
			continue;
		if (n <= 0)
			break;
		record[n] = '\0';
		/* "6,1234,5678,-;text\n key=value…" */
		text = strchr(record, ';');
		text = text ? text + 1 : record;
		text[strcspn(text, "\n")] = '\0';
		if (strstr(text, "hvpart"))
			fprintf(stderr, "kernel: %s\n", text);
	}
}

static bool wait_device(void)
{
	const struct timespec step = { .tv_nsec = 10 * 1000 * 1000 };
	char path[PATH_MAX];
	int i;

	path_at(path, PART_DEVICE);
	for (i = 0; i < DEVICE_WAIT_MS / 10; i++) {
		if (!access(path, F_OK))
			return true;
		nanosleep(&step, NULL);
	}
	return false;
}

static int load_failed(int err, const char *file)
{
	switch (err) {
	case -ENOENT:
		if (file)
			complain("%s: %s", file, strerror(ENOENT));
		else
			complain("hvpart is not installed for this kernel; give --module FILE");
		return EXIT_NOT_FOUND;
	case -ENOEXEC:
		complain("%s was built for another kernel",
			 file ? file : "hvpart");
		return EXIT_NOT_SUPPORTED;
	case -EBUSY:
		complain("somebody else uses the processors' virtualisation; see 'partctl check'");
		return EXIT_BUSY;
	case -EPERM:
	case -EACCES:
		complain("loading modules is not allowed: %s", strerror(-err));
		return EXIT_DENIED;
	default:
		complain("hvpart does not load: %s; see 'partctl check'",
			 strerror(-err));
		return exit_code(err);
	}
}

/* EXIT_OK and the module that was unloaded (or NULL), or complains. */
static int replace_kvm(bool replace, const char **replaced)
{
	const char *kvm = machine_kvm();
	int ret;

	*replaced = NULL;
	if (!kvm)
		return EXIT_OK;
	if (!replace) {
		complain("%s holds the processors; --replace-kvm unloads it if it is idle",
			 kvm);
		return EXIT_BUSY;
	}
	ret = module_unload(kvm);
	if (ret) {
		complain("%s: %s", kvm, ret == -EBUSY ?
			 "in use; end KVM's virtual machines first" :
			 strerror(-ret));
		return exit_code(ret);
	}
	*replaced = kvm;
	return EXIT_OK;
}

static int enable(bool replace, const char *file)
{
	const char *replaced;
	int kmsg;
	int ret;

	ret = replace_kvm(replace, &replaced);
	if (ret)
		return ret;
	kmsg = kmsg_open();
	ret = module_load("hvpart", file);
	if (ret && ret != -EEXIST) {
		kmsg_show(kmsg);
		ret = load_failed(ret, file);
		/* Refused: then nothing shall have changed. */
		if (replaced && module_load(replaced, NULL))
			complain("%s could not be loaded again", replaced);
	} else if (!wait_device()) {
		complain("hvpart is loaded, but %s does not appear", PART_DEVICE);
		ret = EXIT_FAILED;
	} else {
		ret = EXIT_OK;
	}
	if (kmsg >= 0)
		close(kmsg);
	return ret;
}

int cmd_enable(int argc, char **argv)
{
	const char *file = NULL;
	bool replace = false;
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--replace-kvm"))
			replace = true;
		else if (!strcmp(argv[i], "--module") && i + 1 < argc)
			file = argv[++i];
		else if (!strncmp(argv[i], "--module=", 9))
			file = argv[i] + 9;
		else
			return usage("enable");
	}
	if (module_loaded("hvpart")) {
		puts("hvpart is loaded already");
		return EXIT_OK;
	}
	return enable(replace, file);
}

/* How many partitions there are; names the first of them. */
static int partitions_left(char *text, size_t size)
{
	struct hvpart_partition_entry *entries = NULL;
	char **names = partition_names();
	struct part_dev *dev;
	char path[PATH_MAX];
	int count = 0;

	path_at(path, PART_DEVICE);
	if (!part_open(&dev, path)) {
		count = part_list(dev, &entries);
		part_close(dev);
	}
	free(entries);
	if (names && names[0])
		snprintf(text, size, "%s", names[0]);
	else
		snprintf(text, size, "not partctl's");
	partition_names_free(names);
	return count > 0 ? count : 0;
}

int cmd_disable(int argc, char **argv)
{
	char text[RUNDIR_NAME_MAX + 1];
	int count;
	int ret;

	(void)argv;
	if (argc != 1)
		return usage("disable");
	if (!module_loaded("hvpart")) {
		complain("hvpart is not loaded");
		return EXIT_NOT_SUPPORTED;
	}
	count = partitions_left(text, sizeof(text));
	if (count) {
		complain("%d partition%s still there (%s%s); 'partctl list', 'partctl destroy'",
			 count, count == 1 ? " is" : "s are", text,
			 count == 1 ? "" : ", …");
		return EXIT_BUSY;
	}
	ret = module_unload("hvpart");
	if (ret == -EBUSY)
		complain("hvpart is in use: a process has %s or a partition open",
			 PART_DEVICE);
	else if (ret)
		complain("hvpart does not unload: %s", strerror(-ret));
	return exit_code(ret);
}
