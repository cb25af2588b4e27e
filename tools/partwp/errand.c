// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "errand.h"
#include "log.h"

int errands_init(struct errands *e)
{
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->changed, NULL);
	e->open = false;
	e->first = NULL;
	e->last = &e->first;
	e->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return e->fd < 0 ? log_errno(errno, "eventfd") : 0;
}

void errands_open(struct errands *e)
{
	pthread_mutex_lock(&e->lock);
	e->open = true;
	pthread_mutex_unlock(&e->lock);
}

/* Nothing is being done now: that would be by this thread. */
void errands_close(struct errands *e)
{
	pthread_mutex_lock(&e->lock);
	e->open = false;
	e->first = NULL;
	e->last = &e->first;
	pthread_cond_broadcast(&e->changed);
	pthread_mutex_unlock(&e->lock);
}

void errands_work(struct errands *e)
{
	struct errand *one, *next;
	uint64_t n;

	while (read(e->fd, &n, sizeof(n)) < 0 && errno == EINTR)
		;
	pthread_mutex_lock(&e->lock);
	next = e->first;
	e->first = NULL;
	e->last = &e->first;
	while (next) {
		one = next;
		pthread_mutex_unlock(&e->lock);
		one->run(one->arg);
		pthread_mutex_lock(&e->lock);
		/* It is gone when its owner sees that it is done. */
		next = one->next;
		one->done = true;
		pthread_cond_broadcast(&e->changed);
	}
	pthread_mutex_unlock(&e->lock);
}

int errands_run(struct errands *e, void (*run)(void *arg), void *arg)
{
	struct errand one = { .run = run, .arg = arg };
	uint64_t n = 1;

	pthread_mutex_lock(&e->lock);
	if (e->open) {
		*e->last = &one;
		e->last = &one.next;
		if (write(e->fd, &n, sizeof(n)) != sizeof(n))
			log_errno(errno, "eventfd");
	}
	while (e->open && !one.done)
		pthread_cond_wait(&e->changed, &e->lock);
	pthread_mutex_unlock(&e->lock);
	return one.done ? 0 : -ESHUTDOWN;
}
