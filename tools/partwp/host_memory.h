/* SPDX-License-Identifier: GPL-2.0 */
/* How much memory the machine has, and has left. */
#ifndef PARTWP_HOST_MEMORY_H
#define PARTWP_HOST_MEMORY_H

#include <stdint.h>

/* /proc/meminfo, open for as long as the worker runs; -1: unknown. */
struct host_memory {
	int fd;
};

/* Before the sandbox is there. What cannot be opened is unlimited. */
void host_memory_open(struct host_memory *m);

/* Bytes; UINT64_MAX: unknown. */
uint64_t host_memory_total(const struct host_memory *m);

/*
 * host_memory_spare - bytes that may go to a guest now
 *
 * What Linux calls available, less a reserve for itself: memory that is pinned
 * for a guest is taken by faults, and a fault that finds none kills somebody.
 */
uint64_t host_memory_spare(const struct host_memory *m);

#endif
