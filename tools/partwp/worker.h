/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The worker's main thread: it answers partctl, watches the guest, and decides
 * what follows when the guest ends.
 */
#ifndef PARTWP_WORKER_H
#define PARTWP_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "control.h"
#include "guest.h"
#include "panic.h"
#include "state.h"

/* Exit status; 1 and 2 as usual: did not start, wrong usage. */
#define WORKER_EXIT_OK		0	/* power off, or told to */
#define WORKER_EXIT_FAILED	1
#define WORKER_EXIT_USAGE	2
#define WORKER_EXIT_RESET	10
#define WORKER_EXIT_PANIC	11
#define WORKER_EXIT_TRIPLE	12
#define WORKER_EXIT_ERROR	13

struct worker {
	struct guest guest;
	struct panic panic;
	int janitor_fd;
	int signal_fd;		/* SIGTERM, SIGINT */
	int retry_fd;		/* timer: VMBus answers that found no slot */
	unsigned int retry_ms;

	enum part_state state;
	enum part_reason reason;
	unsigned int restarts;
	uint64_t started_ms;	/* 0: not yet */
	bool quit;
	bool remove;		/* the directory too */
};

/* Runs until the worker shall end; returns its exit status. */
int worker_run(struct worker *w);

/* What partctl asks (request.c); a control_request_fn. */
int worker_request(void *ctx, const char *cmd, struct json_object *request,
		   struct json_object *reply);

/* Changes of state, for requests. Zero or a negative errno. */
int worker_start(struct worker *w);
int worker_kill(struct worker *w);

#endif
