/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The directory of one partition, /run/hvpart/NAME:
 *
 *	config.json	how it was asked for; written by partctl, see config.h
 *	pid		the worker's, and locked with flock() while it lives
 *	control.sock	see control.h
 *	console.sock	see console.h
 *	worker.log	the worker's standard error
 *
 * The lock, not the number, tells whether the worker lives: numbers come again.
 */
#ifndef PART_RUNDIR_H
#define PART_RUNDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define RUNDIR_BASE		"/run/hvpart"
#define RUNDIR_NAME_MAX		48
/* Of a path that must fit into struct sockaddr_un. */
#define RUNDIR_PATH_MAX		108

#define RUNDIR_CONFIG		"config.json"
#define RUNDIR_PID		"pid"
#define RUNDIR_CONTROL		"control.sock"
#define RUNDIR_CONSOLE		"console.sock"
#define RUNDIR_LOG		"worker.log"

/**
 * rundir_name_valid() - may a partition have this name?
 * @name: letters, digits, "_", "-", "."; begins with a letter or digit; at most
 *	RUNDIR_NAME_MAX bytes
 *
 * Return: whether it may.
 */
bool rundir_name_valid(const char *name);

/**
 * rundir_path() - path of a file in a partition's directory
 * @buf: of RUNDIR_PATH_MAX bytes
 * @dir: the directory
 * @file: RUNDIR_*; NULL: the directory itself
 *
 * Return: 0 or -ENAMETOOLONG.
 */
int rundir_path(char *buf, const char *dir, const char *file);

/**
 * rundir_claim() - for the worker: "I am the one"
 * @dir: the directory
 *
 * Takes the lock and writes the pid. To be called after the last fork(); the
 * lock goes when the process does.
 *
 * Return: a file descriptor to keep open; -EBUSY: another worker lives.
 */
int rundir_claim(const char *dir);

/**
 * rundir_owner() - for partctl: who claims the directory
 * @dir: the directory
 * @pid: the number in the file, or 0
 *
 * Return: 1: that process lives; 0: it is gone; -ENOENT: nobody ever claimed.
 */
int rundir_owner(const char *dir, pid_t *pid);

/**
 * rundir_remove() - remove the files above and the directory
 * @dir: the directory
 *
 * Return: 0, also if it is gone already, or -errno.
 */
int rundir_remove(const char *dir);

/**
 * rundir_listen() - make a socket in the directory and listen on it
 * @dir: the directory
 * @file: its name; one that is there is replaced. Mode 0600
 *
 * Return: a non-blocking file descriptor or -errno.
 */
int rundir_listen(const char *dir, const char *file);

/**
 * rundir_connect() - connect to a socket of the directory
 * @dir: the directory
 * @file: its name
 *
 * Return: a blocking file descriptor or -errno.
 */
int rundir_connect(const char *dir, const char *file);

#endif /* PART_RUNDIR_H */
