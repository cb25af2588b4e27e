// SPDX-License-Identifier: GPL-2.0
/*
 * All tests as TAP, each in a process of its own; then, for every mutation, that
 * some test fails with it.
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "irq.h"

static const struct test *const groups[] = {
	apic_tests, ipi_tests, assist_tests, synic_tests, synic_race_tests,
	synic_event_tests, stimer_tests,
	time_tests, msr_tests, msr_memory_tests, cpuid_tests, cpuid_machine_tests,
};

static const char *const mutation_names[] = {
#define NAME(n)	#n,
	IRQ_MUTATIONS(NAME)
};

static int nr, failed;

static void report(bool good, const char *kind, const char *name)
{
	printf("%sok %d - %s%s\n", good ? "" : "not ", ++nr, kind, name);
	fflush(stdout);
	failed += !good;
}

/* 0: passed. @quiet hides why it failed. */
static int in_child(const struct test *t, bool quiet)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (quiet && (!freopen("/dev/null", "w", stdout) ||
			      !freopen("/dev/null", "w", stderr)))
			_exit(3);
		alarm(60);
		t->run();
		fflush(stdout);
		exit(0);
	}
	waitpid(pid, &status, 0);
	if (!quiet && WIFSIGNALED(status))
		printf("# signal %d\n", WTERMSIG(status));
	return status;
}

/* Passes as soon as one test has noticed; says which. */
static bool noticed(void)
{
	for (u32 g = 0; g < ARRAY_SIZE(groups); g++) {
		for (const struct test *t = groups[g]; t->name; t++) {
			if (in_child(t, true)) {
				printf("# by %s\n", t->name);
				return true;
			}
		}
	}
	return false;
}

int main(int argc, char **argv)
{
	u32 tests = 0;

	printf("TAP version 13\n");
	for (u32 g = 0; g < ARRAY_SIZE(groups); g++) {
		for (const struct test *t = groups[g]; t->name; t++) {
			if (argc > 1 && strcmp(argv[1], t->name))
				continue;
			report(!in_child(t, false), "", t->name);
			tests++;
		}
	}
	for (int m = 1; argc < 2 && m < IRQ_MUT_END; m++) {
		irq_mutation = m;
		report(noticed(), "noticed: without ", mutation_names[m - 1]);
	}
	printf("1..%d\n", nr);
	return failed != 0;
}
