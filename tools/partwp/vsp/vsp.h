/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Providers: what a guest finds on its VMBus. Each is one table of functions,
 * listed in vsp.c; its state is a member of struct guest.
 *
 * All run in the worker's main thread. A provider whose offer has conditions
 * (an option, say) offers nothing where they do not hold, and answers requests
 * accordingly.
 */
#ifndef PARTWP_VSP_H
#define PARTWP_VSP_H

#include <stdint.h>

struct guest;
struct json_object;

/**
 * struct vsp_ops - a provider
 * @name: for the log
 * @open: a life begins, with VMBus and memory there but no VP running: set up
 *	the state, offer channels to g->vmbus.host. Zero or a negative errno,
 *	reported
 * @close: the life is over, and the channels with it; only after an @open that
 *	returned zero
 * @timer: the time set with vsp_set_timer() has come; only while VPs run
 * @info: add members to the reply to "info"
 * @request: answer a request of the control protocol as control_request_fn
 *	does; -ENOSYS: it is not one of this provider's
 *
 * All may be NULL but @name and @open.
 */
struct vsp_ops {
	const char *name;
	int (*open)(struct guest *g);
	void (*close)(struct guest *g);
	void (*timer)(struct guest *g);
	void (*info)(struct guest *g, struct json_object *reply);
	int (*request)(struct guest *g, const char *cmd,
		       struct json_object *request, struct json_object *reply);
};

#define VSP_MAX		16

/* Of one guest. */
struct vsps {
	int timer_fd;			/* -1: none */
	unsigned int nr_open;		/* of the table, from its beginning */
	uint64_t due_ms[VSP_MAX];	/* CLOCK_MONOTONIC; 0: no timer */
};

/* Once, before the sandbox is there. Zero or a negative errno, reported. */
int vsp_init(struct guest *g);

/* A life's beginning and end; vmbus.c calls them. */
int vsp_open(struct guest *g);
void vsp_close(struct guest *g);

/**
 * vsp_set_timer() - call @ops->timer() once, later
 * @g: the guest
 * @ops: the provider
 * @ms: from now on; 0: never. Takes the place of what was set before
 */
void vsp_set_timer(struct guest *g, const struct vsp_ops *ops, uint64_t ms);

/* timer_fd is readable: runs the timers whose time has come. */
void vsp_run_timers(struct guest *g);

void vsp_info(struct guest *g, struct json_object *reply);

/* As vsp_ops.request(), of whichever provider knows @cmd. */
int vsp_request(struct guest *g, const char *cmd, struct json_object *request,
		struct json_object *reply);

#endif
