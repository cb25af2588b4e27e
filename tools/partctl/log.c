// SPDX-License-Identifier: GPL-2.0
/*
 * log: the hypervisor's ring, or what a worker wrote.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "libpart.h"
#include "partctl.h"

#define LOG_BATCH	64
#define FOLLOW_MS	200
/* What was logged before the CPUs had numbers. */
#define NO_CPU		0xFFFFFFFFU

struct log_options {
	const char *name;
	bool json;
	bool follow;
};

static const char *level_name(unsigned int level)
{
	static const char *const names[] = {
		[HVPART_LOG_FAULT] = "fault",
		[HVPART_LOG_ERROR] = "error",
		[HVPART_LOG_WARNING] = "warning",
		[HVPART_LOG_NOTICE] = "notice",
		[HVPART_LOG_DEBUG] = "debug",
	};

	return level < sizeof(names) / sizeof(names[0]) ? names[level] : "?";
}

static void follow_wait(void)
{
	const struct timespec step = { .tv_nsec = FOLLOW_MS * 1000000L };

	fflush(stdout);
	nanosleep(&step, NULL);
}

static struct json_object *record_json(const struct hvpart_log_record *record)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "tsc",
			       json_object_new_uint64(record->tsc));
	json_object_object_add(object, "cpu", record->cpu == NO_CPU ?
			       NULL : json_object_new_int64(record->cpu));
	json_object_object_add(object, "level",
		json_object_new_string(level_name(record->level)));
	json_object_object_add(object, "text",
			       json_object_new_string(record->text));
	return object;
}

static void print_record(struct hvpart_log_record *record, __u64 tsc_hz,
			 struct json_object *array)
{
	char cpu[16] = "-";

	record->text[HVPART_LOG_TEXT_LEN - 1] = '\0';
	if (record->cpu != NO_CPU)
		snprintf(cpu, sizeof(cpu), "%u", record->cpu);
	if (array) {
		json_object_array_add(array, record_json(record));
		return;
	}
	printf("[%12.6f] cpu %s %s: %s\n",
	       tsc_hz ? (double)record->tsc / tsc_hz : 0.0, cpu,
	       level_name(record->level), record->text);
}

static int log_copy(struct part_dev *dev, bool follow,
		    struct json_object *array)
{
	struct hvpart_log_record records[LOG_BATCH];
	struct hvpart_caps caps;
	__u64 next = 0;
	__u64 lost;
	int n;
	int i;

	part_get_caps(dev, &caps);
	for (;;) {
		n = part_read_log(dev, &next, &lost, records, LOG_BATCH);
		if (n < 0)
			return n;
		if (lost && !array)
			printf("(%llu lines lost)\n", (unsigned long long)lost);
		for (i = 0; i < n; i++)
			print_record(&records[i], caps.tsc_hz, array);
		if (n)
			continue;
		if (!follow)
			return 0;
		follow_wait();
	}
}

static int log_hypervisor(const struct log_options *options)
{
	struct json_object *array = NULL;
	struct part_dev *dev;
	int ret;

	ret = device_open(&dev);
	if (ret)
		return ret;
	if (options->json)
		array = json_object_new_array();
	ret = log_copy(dev, options->follow, array);
	part_close(dev);
	if (ret) {
		json_object_put(array);
		return fail(ret, "the hypervisor's log");
	}
	return options->json ? print_json(array) : EXIT_OK;
}

static int log_worker(const struct log_options *options)
{
	struct json_object *array = NULL;
	char dir[RUNDIR_PATH_MAX];
	char path[PATH_MAX];
	char line[1024];
	FILE *log;
	int ret;

	ret = partition_find(options->name, dir);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), "%s/%s", dir, RUNDIR_LOG);
	log = fopen(path, "re");
	if (!log)
		return fail(-errno, "%s", path);
	if (options->json)
		array = json_object_new_array();
	for (;;) {
		while (fgets(line, sizeof(line), log)) {
			line[strcspn(line, "\n")] = '\0';
			if (array)
				json_object_array_add(array,
					json_object_new_string(line));
			else
				print_untrusted(line, "");
		}
		if (!options->follow)
			break;
		clearerr(log);
		follow_wait();
	}
	fclose(log);
	return options->json ? print_json(array) : EXIT_OK;
}

int cmd_log(int argc, char **argv)
{
	struct log_options options = { NULL, false, false };
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json"))
			options.json = true;
		else if (!strcmp(argv[i], "--follow") || !strcmp(argv[i], "-f"))
			options.follow = true;
		else if (*argv[i] == '-' || options.name)
			return usage("log");
		else
			options.name = argv[i];
	}
	/* An array that never ends is no JSON. */
	if (options.json && options.follow)
		return usage("log");
	return options.name ? log_worker(&options) : log_hypervisor(&options);
}
