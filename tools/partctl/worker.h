/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Starting a worker, and getting rid of one.
 */
#ifndef PARTCTL_WORKER_H
#define PARTCTL_WORKER_H

#include <stdbool.h>

#include "config.h"

/* After a quit that was confirmed, a SIGKILL, or an end with "destroy". */
#define WORKER_GONE_MS	20000

/*
 * Makes the directory, starts partwp and waits until it listens. EXIT_OK and
 * the directory (RUNDIR_PATH_MAX bytes), or complains; then nothing is left.
 */
int worker_create(const struct child_config *config, char *dir);

/* Ends the worker of @dir by all means, removes the directory: 0 or -errno. */
int worker_destroy(const char *dir);

/* A descriptor of the living worker's process; -ESRCH: none lives. */
int worker_pidfd(const char *dir);

/* Is (or gets, in time) that process over? */
bool worker_wait(int pidfd, int timeout_ms);

#endif /* PARTCTL_WORKER_H */
