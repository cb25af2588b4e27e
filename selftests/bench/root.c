// SPDX-License-Identifier: GPL-2.0
/*
 * What the demoted root pays: its exits while nothing happens, per exec, and
 * the instructions of a fixed piece of work.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench.h"
#include "libpart.h"

#define WORK_FORKS	25
#define WORK_MAPS	100
#define WORK_CALLS	2500

static uint64_t root_exits(struct part_dev *dev)
{
	struct hvpart_info info;
	uint64_t sum = 0;
	int err = part_get_info(dev, &info);

	if (err)
		DIE("info: %s", part_strerror(err));
	for (unsigned int i = 0; i < HVPART_EXIT_COUNT; i++)
		sum += info.root_exits[i];
	return sum;
}

static void fork_exec(void)
{
	pid_t pid = fork();

	if (!pid) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

/* Positive control: a test module makes exactly so many hypercalls. */
static void control(const char *count)
{
	char parameter[32];
	pid_t pid;

	snprintf(parameter, sizeof(parameter), "exits=%s", count);
	pid = fork();
	if (!pid) {
		execlp("insmod", "insmod", "/hvp_bench.ko", parameter, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
	pid = fork();
	if (!pid) {
		execlp("rmmod", "rmmod", "hvp_bench", (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

/* Reading the counters costs exits of its own: measured, and taken off. */
int bench_root(int argc, char **argv)
{
	unsigned int n = argc > 1 ? atoi(argv[1]) : 0;
	struct part_dev *dev;
	uint64_t start, own;

	if (part_open(&dev, NULL))
		DIE("no /dev/hvpart");
	start = root_exits(dev);
	own = root_exits(dev) - start;
	start = root_exits(dev);
	if (!strcmp(argv[0], "exits"))
		sleep(n);
	else if (!strcmp(argv[0], "exec"))
		for (unsigned int i = 0; i < n; i++)
			fork_exec();
	else if (!strcmp(argv[0], "control"))
		control(argv[1]);
	printf("@@exits %s %llu\n", argv[0],
	       (unsigned long long)(root_exits(dev) - start - own));
	part_close(dev);
	return 0;
}

int bench_work(void)
{
	uint64_t start = tsc();
	unsigned int i;
	char *p;

	for (i = 0; i < WORK_FORKS; i++)
		fork_exec();
	for (i = 0; i < WORK_MAPS; i++) {
		p = mmap(NULL, 64 << 12, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			DIE("mmap");
		for (unsigned int j = 0; j < 64; j++)
			p[j << 12] = 1;
		munmap(p, 64 << 12);
	}
	for (i = 0; i < WORK_CALLS; i++)
		getppid();
	printf("@@work %llu\n", (unsigned long long)(tsc() - start));
	return 0;
}

/* Pages deposited for a partition with one VP, before its first run. */
int bench_overhead(void)
{
	struct hvpart_partition_stats s;
	struct part_dev *dev;
	struct part_vp *vp;
	struct part *part;
	int err;

	err = part_open(&dev, NULL);
	if (!err)
		err = part_create(dev, NULL, &part);
	if (!err)
		err = part_initialize(part);
	if (!err)
		err = part_vp_create(part, 0, &vp);
	if (!err)
		err = part_get_stats(part, &s);
	if (err)
		DIE("overhead: %s", part_strerror(err));
	printf("@@deposited %llu\n", (unsigned long long)s.pool_pages);
	part_destroy(part);
	part_close(dev);
	return 0;
}
