// SPDX-License-Identifier: GPL-2.0
/*
 * main [NAME]...: all tests, or those whose names contain one of the words, as
 * TAP; each in a process of its own.
 */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static const struct test *const groups[] = {
	image_tests, boot_tests, acpi_tests, uart_tests, chipset_tests,
	insn_tests, paging_tests, vcpu_tests, ram_tests, dynmem_tests,
	balloon_tests, cold_tests, life_tests,
	ic_tests, component_tests, kvp_tests,
};

#define GROUPS (sizeof(groups) / sizeof(groups[0]))

static bool wanted(const struct test *t, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (strstr(t->name, argv[i]))
			return true;
	}
	return argc == 1;
}

static int run(const struct test *t)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(120);
		t->run();
		/* Not _exit(): the leak checker wants to have its say. */
		exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	if (WIFSIGNALED(status)) {
		printf("# signal %d\n", WTERMSIG(status));
		return 1;
	}
	return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	int nr = 0, failed = 0;
	size_t g;

	for (g = 0; g < GROUPS; g++) {
		const struct test *t;

		for (t = groups[g]; t->name; t++) {
			int ret;

			if (!wanted(t, argc, argv))
				continue;
			ret = run(t);
			printf("%sok %d %s%s\n",
			       ret && ret != SKIP_STATUS ? "not " : "", ++nr,
			       t->name, ret == SKIP_STATUS ? " # SKIP" : "");
			failed += ret && ret != SKIP_STATUS;
		}
	}
	printf("1..%d\n", nr);
	return failed ? 1 : 0;
}
