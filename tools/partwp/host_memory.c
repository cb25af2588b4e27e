// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host_memory.h"

/* What stays with the machine. */
#define RESERVE		(64ULL << 20)

void host_memory_open(struct host_memory *m)
{
	m->fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
}

/* The lines asked for are among the first. */
static uint64_t value(const struct host_memory *m, const char *name)
{
	char text[1024];
	const char *line;
	ssize_t n = m->fd < 0 ? -1 : pread(m->fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return UINT64_MAX;
	text[n] = 0;
	line = strstr(text, name);
	return line ? strtoull(line + strlen(name), NULL, 10) << 10 : UINT64_MAX;
}

uint64_t host_memory_total(const struct host_memory *m)
{
	return value(m, "MemTotal:");
}

uint64_t host_memory_spare(const struct host_memory *m)
{
	uint64_t available = value(m, "MemAvailable:");
	uint64_t reserve = RESERVE + host_memory_total(m) / 64;

	if (available == UINT64_MAX)
		return available;
	return available > reserve ? available - reserve : 0;
}
