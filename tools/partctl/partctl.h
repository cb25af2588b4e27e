/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the commands of partctl share.
 */
#ifndef PARTCTL_H
#define PARTCTL_H

#include <json-c/json.h>
#include <limits.h>
#include <stdbool.h>

#include "rundir.h"

/* Exit codes; partctl.1 documents them. */
enum {
	EXIT_OK			= 0,
	EXIT_FAILED		= 1,
	EXIT_USAGE		= 2,
	EXIT_NOT_FOUND		= 3,
	EXIT_NOT_SUPPORTED	= 4,	/* or not loaded */
	EXIT_BUSY		= 5,	/* or exists already */
	EXIT_DENIED		= 6,	/* or refused by the guest */
	EXIT_TIMEOUT		= 7,
	/* How a child ended, from run and start --console; 0: powered off */
	EXIT_CHILD_RESET	= 10,
	EXIT_CHILD_PANIC	= 11,
	EXIT_CHILD_TRIPLE_FAULT	= 12,
	EXIT_CHILD_KILLED	= 13,
	EXIT_CHILD_ERROR	= 14,
};

/* Commands: argv[0] is the command's name. Return an exit code. */
int cmd_check(int argc, char **argv);
int cmd_enable(int argc, char **argv);
int cmd_disable(int argc, char **argv);
int cmd_create(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_start(int argc, char **argv);
int cmd_stop(int argc, char **argv);
int cmd_destroy(int argc, char **argv);
int cmd_memory(int argc, char **argv);
int cmd_kvp(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_console(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_monitor(int argc, char **argv);
int cmd_log(int argc, char **argv);
int cmd_version(int argc, char **argv);
int cmd_help(int argc, char **argv);

/* main.c: "partctl COMMAND: usage: …" on standard error. Returns EXIT_USAGE. */
int usage(const char *command);

/* paths.c; in test builds paths_test.c, which puts a prefix before them. */
void path_at(char *buf, const char *absolute);	/* buf: PATH_MAX bytes */
bool path_worker(char *buf);			/* partwp; PATH_MAX bytes */

/* report.c */
int exit_code(int err);				/* of a -errno */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int fail(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int print_json(struct json_object *object);	/* puts it; EXIT_OK, _FAILED */
void print_untrusted(const char *text, const char *indent);
void print_pair(const char *key, const char *value, const char *indent);
#define FORMAT_MAX		24
void format_size(char *buf, unsigned long long bytes);	/* FORMAT_MAX */
void format_time(char *buf, unsigned long long ms);	/* FORMAT_MAX */
const char *json_text(struct json_object *object, const char *member,
		      const char *otherwise);
unsigned long long json_number(struct json_object *object, const char *member);

/* partition.c: a partition of this machine by name. */
struct control_client;
/* Its directory; EXIT_OK, _USAGE (complains), _NOT_FOUND (complains). */
int partition_find(const char *name, char *dir);
/*
 * Its directory and its worker; EXIT_OK or complains. A dead worker is
 * EXIT_FAILED.
 */
int partition_connect(const char *name, char *dir,
		      struct control_client **client);
/* Complains in the worker's words; puts @reply, which may be NULL. */
int partition_refused(const char *name, struct json_object *reply, int err);
/* A command whose reply says no more than yes or no; EXIT_OK or complains. */
int partition_ask(struct control_client *client, const char *name,
		  const char *cmd, struct json_object *args);
/* What "info" says, also of a failed one. NULL without memory. */
struct json_object *partition_info(const char *name, const char *dir);
/* Names of all, sorted; NULL-terminated; freed with partition_names_free(). */
char **partition_names(void);
void partition_names_free(char **names);

/* device.c: opens /dev/hvpart; EXIT_OK or complains. */
struct part_dev;
int device_open(struct part_dev **dev);

/* terminal.c: the console until the child ends or the user leaves. */
int terminal_attach(const char *name, const char *dir,
		    struct control_client *control, bool start);
int terminal_end_code(int state, int reason);	/* -1: it has not ended */

#endif /* PARTCTL_H */
