// SPDX-License-Identifier: GPL-2.0
/*
 * The command line of run and create, as a child's configuration.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libpart.h"
#include "options.h"
#include "partctl.h"

enum {
	OPT_KERNEL = 1000, OPT_INITRD, OPT_CMDLINE, OPT_MEMORY, OPT_VPS,
	OPT_MEMORY_MAX, OPT_NO_PAGE_REPORTING,
	OPT_ON_POWEROFF, OPT_ON_REBOOT, OPT_ON_PANIC, OPT_ON_CRASH,
	OPT_PRIVILEGES, OPT_HINTS, OPT_FEATURES_EDX, OPT_DEBUG_BREAK,
	OPT_DEBUG_LOOPBACK,
};

static const struct option long_options[] = {
	{ "kernel", required_argument, NULL, OPT_KERNEL },
	{ "initrd", required_argument, NULL, OPT_INITRD },
	{ "cmdline", required_argument, NULL, OPT_CMDLINE },
	{ "memory", required_argument, NULL, OPT_MEMORY },
	{ "memory-max", required_argument, NULL, OPT_MEMORY_MAX },
	{ "no-page-reporting", no_argument, NULL, OPT_NO_PAGE_REPORTING },
	{ "vps", required_argument, NULL, OPT_VPS },
	{ "on-poweroff", required_argument, NULL, OPT_ON_POWEROFF },
	{ "on-reboot", required_argument, NULL, OPT_ON_REBOOT },
	{ "on-panic", required_argument, NULL, OPT_ON_PANIC },
	{ "on-crash", required_argument, NULL, OPT_ON_CRASH },
	{ "privileges", required_argument, NULL, OPT_PRIVILEGES },
	{ "hints", required_argument, NULL, OPT_HINTS },
	{ "features-edx", required_argument, NULL, OPT_FEATURES_EDX },
	{ "debug-break", required_argument, NULL, OPT_DEBUG_BREAK },
	{ "debug-loopback", required_argument, NULL, OPT_DEBUG_LOOPBACK },
	{ NULL, 0, NULL, 0 }
};

int options_size(const char *text, uint64_t *bytes)
{
	unsigned long long number;
	int shift = 20;
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno)
		return -EINVAL;
	if (*end == 'M' || *end == 'm' || *end == 'G' || *end == 'g') {
		if (*end == 'G' || *end == 'g')
			shift = 30;
		end++;
		if (!strcmp(end, "iB") || !strcmp(end, "B"))
			end += strlen(end);
	}
	if (*end || number > UINT64_MAX >> shift)
		return -EINVAL;
	*bytes = number << shift;
	return 0;
}

static int parse_number(const char *text, uint64_t min, uint64_t max,
			uint64_t *out)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	*out = strtoull(text, &end, 0);
	return errno || *end || *out < min || *out > max ? -EINVAL : 0;
}

static int parse_memory(const char *text, uint64_t *bytes)
{
	/* 2^46: more than any machine gives, and no sum overflows. */
	if (options_size(text, bytes) || *bytes < CHILD_MEMORY_MIN ||
	    *bytes > 1ULL << 46)
		return -EINVAL;
	return 0;
}

static int parse_action(const char *text, int *action)
{
	*action = part_action_from_name(text);
	return *action < 0 ? -EINVAL : 0;
}

static int parse_text(const char *text, char **out)
{
	free(*out);
	*out = strdup(text);
	return *out ? 0 : -ENOMEM;
}

/* The worker has another working directory, so it gets an absolute path. */
static int parse_file(const char *text, char **out)
{
	struct stat st;
	char *path;

	path = realpath(text, NULL);
	if (!path)
		return -errno;
	if (stat(path, &st) || access(path, R_OK)) {
		free(path);
		return -errno;
	}
	if (!S_ISREG(st.st_mode)) {
		free(path);
		return -EISDIR;
	}
	free(*out);
	*out = path;
	return 0;
}

static int parse_masks(int option, const char *text,
		       struct child_config *config)
{
	uint64_t number;
	int ret;

	switch (option) {
	case OPT_PRIVILEGES:
		config->has_privileges = true;
		return parse_number(text, 0, UINT64_MAX, &config->privileges);
	case OPT_HINTS:
		ret = parse_number(text, 0, UINT32_MAX, &number);
		config->has_hints = true;
		config->hints = number;
		return ret;
	case OPT_FEATURES_EDX:
		ret = parse_number(text, 0, UINT32_MAX, &number);
		config->has_features_edx = true;
		config->features_edx = number;
		return ret;
	default:
		return parse_number(text, 0, HVPART_BREAK_LAST,
				    &config->debug_break);
	}
}

static int parse_option(int option, const char *text,
			struct child_config *config)
{
	uint64_t number;
	int ret;

	switch (option) {
	case OPT_KERNEL:
		return parse_file(text, &config->kernel);
	case OPT_INITRD:
		return parse_file(text, &config->initrd);
	case OPT_CMDLINE:
		return parse_text(text, &config->cmdline);
	case OPT_MEMORY:
		return parse_memory(text, &config->memory);
	case OPT_MEMORY_MAX:
		return parse_memory(text, &config->memory_max);
	case OPT_NO_PAGE_REPORTING:
		config->page_reporting = 0;
		return 0;
	case OPT_VPS:
		ret = parse_number(text, 1, CHILD_VPS_MAX, &number);
		config->vps = number;
		return ret;
	case OPT_ON_POWEROFF:
		return parse_action(text, &config->on_poweroff);
	case OPT_ON_REBOOT:
		return parse_action(text, &config->on_reboot);
	case OPT_ON_PANIC:
		return parse_action(text, &config->on_panic);
	case OPT_ON_CRASH:
		return parse_action(text, &config->on_crash);
	case OPT_DEBUG_LOOPBACK:
		ret = parse_number(text, 0, CHILD_LOOPBACKS_MAX, &number);
		config->debug_loopback = number;
		return ret;
	default:
		return parse_masks(option, text, config);
	}
}

static int option_refused(const char *name, const char *text, int err)
{
	if (err == -EINVAL) {
		complain("--%s: '%s' is not possible", name, text);
		return EXIT_USAGE;
	}
	complain("--%s: %s: %s", name, text, err == -EISDIR ?
		 "is not a regular file" : strerror(-err));
	return exit_code(err);
}

static int parse_all(int argc, char **argv, struct child_config *config)
{
	int option;
	int index;
	int ret;

	/* Also after the name, and with messages of its own. */
	while ((option = getopt_long(argc, argv, "", long_options,
				     &index)) != -1) {
		if (option == '?')
			return usage(argv[0]);
		ret = parse_option(option, optarg, config);
		if (ret)
			return option_refused(long_options[index].name, optarg,
					      ret);
	}
	if (optind != argc - 1)
		return usage(argv[0]);
	if (!rundir_name_valid(argv[optind])) {
		complain("'%s' is no name for a partition (letters, digits, '_', '-', '.', at most %d)",
			 argv[optind], RUNDIR_NAME_MAX);
		return EXIT_USAGE;
	}
	if (config->memory_max && config->memory_max < config->memory) {
		complain("--memory-max is less than --memory");
		return EXIT_USAGE;
	}
	if (!config->kernel) {
		complain("a partition needs --kernel FILE");
		return usage(argv[0]);
	}
	return parse_text(argv[optind], &config->name) ?
		EXIT_FAILED : EXIT_OK;
}

int options_parse(int argc, char **argv, struct child_config *config)
{
	int ret;

	if (child_config_init(config)) {
		complain("out of memory");
		return EXIT_FAILED;
	}
	ret = parse_all(argc, argv, config);
	if (ret)
		child_config_free(config);
	return ret;
}
