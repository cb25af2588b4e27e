// SPDX-License-Identifier: GPL-2.0
/*
 * partctl: partitions of hvpart from the command line.
 */
#include <stdio.h>
#include <string.h>

#include "libpart.h"
#include "partctl.h"

static const struct command {
	const char *name;
	int (*fn)(int argc, char **argv);
	const char *usage;
	const char *text;
} commands[] = {
	{ "check", cmd_check, "[--json]",
	  "what this machine offers, who holds it, what to do" },
	{ "enable", cmd_enable, "[--replace-kvm] [--module FILE]",
	  "load hvpart: this Linux becomes the root partition" },
	{ "disable", cmd_disable, "", "unload it: back on the bare machine" },
	{ "run", cmd_run, "NAME --kernel FILE [OPTION]...",
	  "create, start, and show the console until it ends" },
	{ "create", cmd_create, "NAME --kernel FILE [OPTION]...",
	  "make a partition that waits for start" },
	{ "start", cmd_start, "NAME [--console]", "let its processors run" },
	{ "stop", cmd_stop, "NAME [--reboot] [--timeout S] | NAME --force",
	  "ask the guest to shut down, or end it" },
	{ "destroy", cmd_destroy, "NAME", "end the partition and its worker" },
	{ "memory", cmd_memory,
	  "add NAME SIZE [--at GPA] | set NAME SIZE | info NAME [--json]",
	  "more or less memory for a guest that runs" },
	{ "kvp", cmd_kvp,
	  "get|delete NAME KEY | set NAME KEY VALUE | list NAME | ip NAME MAC [--pool POOL] [--json]",
	  "keys and values, and addresses, that the guest's daemon knows" },
	{ "list", cmd_list, "[--json]", "all partitions" },
	{ "info", cmd_info, "[NAME] [--json]",
	  "a partition; without NAME the hypervisor" },
	{ "console", cmd_console, "NAME", "its console; Ctrl-] leaves" },
	{ "stat", cmd_stat, "[NAME] [--json]",
	  "counters of a partition, or of the root" },
	{ "top", cmd_top, "[--interval SECONDS] [--count N | --once] [--json]",
	  "what partitions do a second, refreshed" },
	{ "monitor", cmd_monitor, "[--count N] [--json]",
	  "what happens to partitions, as it happens" },
	{ "log", cmd_log, "[NAME] [--follow] [--json]",
	  "the hypervisor's log, or that of a worker" },
	{ "version", cmd_version, "[--json]", "of partctl and the hypervisor" },
	{ "help", cmd_help, "[COMMAND]", "this" },
};

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static const char child_options[] =
"Options of run and create:\n"
"  --kernel FILE           bzImage or ELF file\n"
"  --initrd FILE           initial RAM disk\n"
"  --cmdline TEXT          the kernel's command line (console=ttyS0)\n"
"  --memory SIZE           256M, 2G; a bare number is in MiB (256M)\n"
"  --memory-max SIZE       with what is added later (what the machine has)\n"
"  --no-page-reporting     it keeps memory that it does not use\n"
"  --vps N                 virtual processors (1)\n"
"  --on-poweroff ACTION    destroy, restart or preserve (destroy)\n"
"  --on-reboot ACTION      (restart)\n"
"  --on-panic ACTION       (preserve)\n"
"  --on-crash ACTION       triple fault or error (preserve)\n"
"  --privileges MASK       CPUID 0x40000003, EBX << 32 | EAX\n"
"  --hints MASK            CPUID 0x40000004 EAX\n"
"  --features-edx MASK     CPUID 0x40000003 EDX\n"
"  --debug-break N         behave wrongly on purpose, for tests\n"
"  --debug-loopback N      VMBus channels that return packets, for tests (0)\n";

static const struct command *command_find(const char *name)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

int usage(const char *name)
{
	const struct command *c = command_find(name);

	fprintf(stderr, "usage: partctl %s%s%s\n", name,
		c && *c->usage ? " " : "", c ? c->usage : "");
	return EXIT_USAGE;
}

static void help(FILE *to)
{
	size_t i;

	fputs("usage: partctl COMMAND [ARGUMENT]...\n\n", to);
	for (i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name,
			commands[i].text);
	fputs("\n\"partctl help COMMAND\" tells more; so does partctl(1).\n",
	      to);
}

int cmd_help(int argc, char **argv)
{
	const struct command *c;

	if (argc > 2)
		return usage("help");
	if (argc < 2) {
		help(stdout);
		return EXIT_OK;
	}
	c = command_find(argv[1]);
	if (!c) {
		complain("there is no command '%s'", argv[1]);
		return EXIT_USAGE;
	}
	printf("usage: partctl %s%s%s\n\n  %s\n", c->name,
	       *c->usage ? " " : "", c->usage, c->text);
	if (c->fn == cmd_run || c->fn == cmd_create)
		printf("\n%s", child_options);
	return EXIT_OK;
}

int main(int argc, char **argv)
{
	const struct command *c;

	if (argc < 2) {
		help(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		c = command_find("help");
	else if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		c = command_find("version");
	else
		c = command_find(argv[1]);
	if (!c) {
		complain("there is no command '%s'; see 'partctl help'",
			 argv[1]);
		return EXIT_USAGE;
	}
	/* "partctl COMMAND --help", as everywhere. */
	if (argc == 3 && c->fn != cmd_help && !strcmp(argv[2], "--help")) {
		char *help_argv[] = { "help", (char *)c->name, NULL };

		return cmd_help(2, help_argv);
	}
	return c->fn(argc - 1, argv + 1);
}
