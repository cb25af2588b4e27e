/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a VP thread wants done that only the main thread may do: it says what, and
 * waits. Providers and what the guest has lent belong to the main thread.
 */
#ifndef PARTWP_ERRAND_H
#define PARTWP_ERRAND_H

#include <pthread.h>
#include <stdbool.h>

struct errand {
	void (*run)(void *arg);
	void *arg;
	bool done;
	struct errand *next;
};

/* In the order in which they came; each VP has one at most. */
struct errands {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int fd;			/* eventfd: readable while there are some */
	bool open;
	struct errand *first, **last;
};

/* Once. Zero or a negative errno, reported. */
int errands_init(struct errands *e);

/* Main thread: VPs run from now on, or shall not wait any longer. */
void errands_open(struct errands *e);
void errands_close(struct errands *e);

/* Main thread, when fd is readable: does those that are there now. */
void errands_work(struct errands *e);

/**
 * errands_run() - have @run(@arg) called by the main thread
 * @e: of the guest
 * @run: what to do
 * @arg: its argument
 *
 * From any other thread. Return: 0 when it is done; -ESHUTDOWN: it is not, and
 * will not be, since the guest ends.
 */
int errands_run(struct errands *e, void (*run)(void *arg), void *arg);

#endif
