/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The worker in its sandbox cannot remove the partition's directory. A process
 * that was forked before does it, when told to, and nothing else.
 */
#ifndef PARTWP_JANITOR_H
#define PARTWP_JANITOR_H

/* Before any thread exists. Returns a descriptor, or a negative errno. */
int janitor_start(const char *dir);

/* Returns when the directory is gone; zero or a negative errno. */
int janitor_remove(int fd);

#endif
