// SPDX-License-Identifier: GPL-2.0
/*
 * main [-s SEED] [-n STEPS]: all tests as TAP, each in a process of its own:
 * directed tests, random interleavings, and for every mutation that some of
 * them fails.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model.h"

static const struct test *const groups[] = {
	owner_tests, table_tests, copy_tests, overlay_tests, deposit_tests,
	root_tests,
};

static const char *const mutation_names[] = {
#define NAME(n)	#n,
	HV_MUTATIONS(NAME)
};

static u64 seed = 1;
static u32 steps = 40000;
static int nr, failed;

static void report(bool good, const char *kind, const char *name)
{
	printf("%sok %d - %s%s\n", good ? "" : "not ", ++nr, kind, name);
	fflush(stdout);
	failed += !good;
}

/* 0: passed. @quiet hides why it failed. */
static int in_child(void (*run)(const void *), const void *arg, bool quiet)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (quiet && (!freopen("/dev/null", "w", stdout) ||
			      !freopen("/dev/null", "w", stderr)))
			_exit(3);
		alarm(100);
		run(arg);
		exit(0);		/* not _exit(): coverage is written here */
	}
	waitpid(pid, &status, 0);
	if (!quiet && WIFSIGNALED(status))
		printf("# signal %d\n", WTERMSIG(status));
	return status;
}

static void run_test(const void *arg)
{
	const struct test *t = arg;

	t->run();
}

static void run_random(const void *arg)
{
	random_run(*(const u64 *)arg, steps);
}

static void run_all(const void *arg)
{
	const struct test *t;
	u32 g;
	u64 i;

	hv_mutation = *(const int *)arg;
	for (g = 0; g < ARRAY_SIZE(groups); g++)
		for (t = groups[g]; t->name; t++)
			t->run();
	for (i = 0; i < 4; i++)
		random_run(seed + i, steps);
}

/* Which directed test noticed, for the log. */
static void name_finder(const void *arg)
{
	const struct test *t;
	u32 g;

	for (g = 0; g < ARRAY_SIZE(groups); g++)
		for (t = groups[g]; t->name; t++) {
			hv_mutation = *(const int *)arg;
			if (in_child(run_test, t, true)) {
				printf("# %s: %s\n", mutation_names[hv_mutation - 1],
				       t->name);
				fflush(stdout);
				return;
			}
		}
	printf("# %s: random only\n", mutation_names[hv_mutation - 1]);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const struct test *t;
	bool verbose = false, only_random = false;
	char name[64];
	int opt, m;
	u32 g;
	u64 i;

	while ((opt = getopt(argc, argv, "s:n:vr")) != -1) {
		if (opt == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (opt == 'n')
			steps = strtoul(optarg, NULL, 0);
		else if (opt == 'v')
			verbose = true;
		else if (opt == 'r')
			only_random = true;
		else
			return 2;
	}
	for (g = 0; g < ARRAY_SIZE(groups) && !only_random; g++)
		for (t = groups[g]; t->name; t++)
			report(!in_child(run_test, t, false), "", t->name);
	for (i = 0; i < 4; i++) {
		u64 s = seed + i;

		snprintf(name, sizeof(name), "random interleavings, seed %llu, %u steps",
			 (unsigned long long)s, steps);
		report(!in_child(run_random, &s, false), "", name);
	}
	for (m = 1; m < MUT_END && !only_random; m++) {
		if (verbose)
			in_child(name_finder, &m, false);
		report(in_child(run_all, &m, true),
		       "noticed when missing: ", mutation_names[m - 1]);
	}
	printf("1..%d\n", nr);
	return failed ? 1 : 0;
}
