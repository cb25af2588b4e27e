/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Starting a worker, and getting rid of one.
 */
#ifndef PARTCTL_WORKER_H
#define PARTCTL_WORKER_H

#include "config.h"

/*
 * Makes the directory, starts partwp and waits until it listens. EXIT_OK and
 * the directory (RUNDIR_PATH_MAX bytes), or complains; then nothing is left.
 */
int worker_create(const struct child_config *config, char *dir);

/* Ends the worker of @dir by all means, removes the directory: 0 or -errno. */
int worker_destroy(const char *dir);

#endif /* PARTCTL_WORKER_H */
