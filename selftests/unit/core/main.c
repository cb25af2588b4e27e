// SPDX-License-Identifier: GPL-2.0
/*
 * main [-v] [NAME]: all tests as TAP, each in a process with a machine of its
 * own; then, for every mutation of these rooms, that some test fails.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim.h"

static const struct test *const groups[] = {
	shape_tests, call_tests, life_tests, property_tests,
	register_tests, dispatch_tests,
	request_tests, exit_tests, port_tests,
	guest_tests, own_tests, page_tests, memory_tests, message_tests,
	entry_tests,
};

static const char *const mutation_names[] = {
#define NAME(n)	#n,
	HV_CORE_MUTATIONS(NAME)
};

static int nr, failed;

static void report(bool good, const char *kind, const char *name)
{
	printf("%sok %d - %s%s\n", good ? "" : "not ", ++nr, kind, name);
	fflush(stdout);
	failed += !good;
}

/* 0: passed. @quiet hides why it failed. */
static int in_child(const struct test *t, int mutation, bool quiet)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (quiet && (!freopen("/dev/null", "w", stdout) ||
			      !freopen("/dev/null", "w", stderr)))
			_exit(3);
		alarm(120);
		sim_init();
		hv_mutation = mutation;
		t->run();
		exit(0);
	}
	waitpid(pid, &status, 0);
	if (!quiet && WIFSIGNALED(status))
		printf("# signal %d\n", WTERMSIG(status));
	return status;
}

static bool noticed(int mutation, bool verbose)
{
	const struct test *t;

	for (u32 g = 0; g < ARRAY_SIZE(groups); g++)
		for (t = groups[g]; t->name; t++)
			if (in_child(t, mutation, true)) {
				if (verbose)
					printf("# %s, by: %s\n", mutation_names
					       [mutation - MUT_VENDOR_END - 1],
					       t->name);
				return true;
			}
	return false;
}

int main(int argc, char **argv)
{
	bool verbose = argc > 1 && !strcmp(argv[1], "-v");
	const char *only = argc > 1 + verbose ? argv[1 + verbose] : NULL;
	const struct test *t;

	for (u32 g = 0; g < ARRAY_SIZE(groups); g++)
		for (t = groups[g]; t->name; t++)
			if (!only || strstr(t->name, only))
				report(!in_child(t, 0, false), "", t->name);
	for (u32 m = 0; m < ARRAY_SIZE(mutation_names) && !only; m++)
		report(noticed(MUT_VENDOR_END + 1 + m, verbose),
		       "noticed when missing: ", mutation_names[m]);
	printf("1..%d\n", nr);
	return failed ? 1 : 0;
}
