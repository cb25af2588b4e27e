// SPDX-License-Identifier: GPL-2.0
/*
 * ptp: in a child, how far the clock that the host's time samples make is from
 * the system's, in milliseconds.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* As Linux' clock_gettime() takes a descriptor of a clock. */
static clockid_t clock_of(int fd)
{
	return (clockid_t)(~(unsigned int)fd << 3 | 3);
}

static long long ms(const struct timespec *t)
{
	return t->tv_sec * 1000LL + t->tv_nsec / 1000000;
}

/* Its name; false: there is none of that number. */
static int name_of(int n, char *name, int size)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/ptp/ptp%d/clock_name", n);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (!fgets(name, size, f))
		*name = 0;
	fclose(f);
	name[strcspn(name, "\n")] = 0;
	return 1;
}

int main(void)
{
	struct timespec theirs, ours;
	char name[64], path[64];
	int n, fd;

	for (n = 0; name_of(n, name, sizeof(name)); n++) {
		snprintf(path, sizeof(path), "/dev/ptp%d", n);
		fd = open(path, O_RDONLY);
		if (fd < 0 || clock_gettime(clock_of(fd), &theirs) ||
		    clock_gettime(CLOCK_REALTIME, &ours))
			printf("@@ptp %s: %s\n", name, strerror(errno));
		else
			printf("@@ptp %s %lld ms\n", name,
			       ms(&theirs) - ms(&ours));
	}
	return 0;
}
