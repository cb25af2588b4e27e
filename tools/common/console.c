// SPDX-License-Identifier: GPL-2.0
/*
 * The worker's side of the console.
 *
 * Output goes into one ring; every client has its place in it, counted from the
 * first byte ever written. Who falls behind by more than the ring continues at
 * the oldest byte that is left. Input of all clients goes into one queue.
 *
 * The lock guards everything but the list of clients, which only the handling
 * thread changes (under the lock, since others read it).
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "console.h"
#include "rundir.h"

#define CONSOLE_CLOSE_MS	1000

struct viewer {
	struct viewer *next;
	int fd;
	uint32_t events;		/* what epoll waits for */
	bool dead;
	uint64_t at;			/* next byte of the output to send */
};

struct console_server {
	int epoll_fd;
	int listen_fd;
	pthread_mutex_t lock;
	struct viewer *viewers;
	int nr_viewers;
	uint64_t written;		/* bytes of output so far */
	size_t input_len;
	uint8_t input[CONSOLE_INPUT];
	uint8_t ring[CONSOLE_RING];
};

int console_server_open(struct console_server **out, const char *dir)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct console_server *server;
	int ret = 0;

	server = calloc(1, sizeof(*server));
	if (!server)
		return -ENOMEM;
	pthread_mutex_init(&server->lock, NULL);
	server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	server->listen_fd = rundir_listen(dir, RUNDIR_CONSOLE);
	if (server->listen_fd < 0)
		ret = server->listen_fd;
	else if (server->epoll_fd < 0 ||
		 epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, server->listen_fd,
			   &event))
		ret = -errno;
	if (ret) {
		console_server_close(server);
		return ret;
	}
	*out = server;
	return 0;
}

int console_server_fd(const struct console_server *server)
{
	return server->epoll_fd;
}

/* Under the lock: read unless the queue is full, write if there is a rest. */
static void viewer_arm(struct console_server *server, struct viewer *viewer)
{
	struct epoll_event event = { .data.ptr = viewer };

	if (server->input_len < CONSOLE_INPUT)
		event.events |= EPOLLIN;
	if (viewer->at != server->written)
		event.events |= EPOLLOUT;
	if (viewer->events == event.events)
		return;
	viewer->events = event.events;
	epoll_ctl(server->epoll_fd, EPOLL_CTL_MOD, viewer->fd, &event);
}

/* Under the lock. */
static void viewer_flush(struct console_server *server, struct viewer *viewer)
{
	size_t start, len;
	ssize_t n;

	if (server->written - viewer->at > CONSOLE_RING)
		viewer->at = server->written - CONSOLE_RING;
	while (viewer->at != server->written && !viewer->dead) {
		start = viewer->at % CONSOLE_RING;
		len = server->written - viewer->at;
		if (len > CONSOLE_RING - start)
			len = CONSOLE_RING - start;
		n = send(viewer->fd, server->ring + start, len,
			 MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0)
			viewer->at += n;
		else if (n < 0 && errno == EAGAIN)
			break;
		else if (!(n < 0 && errno == EINTR))
			viewer->dead = true;
	}
	if (viewer->dead)
		shutdown(viewer->fd, SHUT_RDWR);
	else
		viewer_arm(server, viewer);
}

static void viewer_accept(struct console_server *server)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct viewer *viewer;
	int fd;

	fd = accept4(server->listen_fd, NULL, NULL,
		     SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	viewer = server->nr_viewers < CONSOLE_CLIENTS ?
		calloc(1, sizeof(*viewer)) : NULL;
	event.data.ptr = viewer;
	if (!viewer ||
	    epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event)) {
		free(viewer);
		close(fd);
		return;
	}
	viewer->fd = fd;
	viewer->events = EPOLLIN;
	pthread_mutex_lock(&server->lock);
	viewer->next = server->viewers;
	server->viewers = viewer;
	server->nr_viewers++;
	/* From the oldest byte that is left on: the replay. */
	viewer->at = server->written > CONSOLE_RING ?
		server->written - CONSOLE_RING : 0;
	viewer_flush(server, viewer);
	pthread_mutex_unlock(&server->lock);
}

/* Under the lock. */
static void viewer_read(struct console_server *server, struct viewer *viewer)
{
	size_t room = CONSOLE_INPUT - server->input_len;
	ssize_t n;

	/* Nothing to do with a full queue, not even to see an end of file. */
	if (!room)
		return;
	n = recv(viewer->fd, server->input + server->input_len, room,
		 MSG_DONTWAIT);
	if (n > 0)
		server->input_len += n;
	else if (!n || (errno != EAGAIN && errno != EINTR))
		viewer->dead = true;
}

static void viewers_bury(struct console_server *server)
{
	struct viewer **link = &server->viewers;

	while (*link) {
		struct viewer *viewer = *link;

		if (!viewer->dead) {
			viewer_arm(server, viewer);
			link = &viewer->next;
			continue;
		}
		*link = viewer->next;
		server->nr_viewers--;
		close(viewer->fd);
		free(viewer);
	}
}

size_t console_server_handle(struct console_server *server)
{
	struct epoll_event events[16];
	size_t waiting;
	int n;
	int i;

	n = epoll_wait(server->epoll_fd, events, 16, 0);
	for (i = 0; i < n; i++) {
		struct viewer *viewer = events[i].data.ptr;

		if (!viewer) {
			viewer_accept(server);
			continue;
		}
		pthread_mutex_lock(&server->lock);
		/* Its last input first; then recv() tells that it is gone. */
		if (events[i].events & EPOLLIN)
			viewer_read(server, viewer);
		else if (events[i].events & (EPOLLERR | EPOLLHUP))
			viewer->dead = true;
		if (events[i].events & EPOLLOUT)
			viewer_flush(server, viewer);
		pthread_mutex_unlock(&server->lock);
	}
	pthread_mutex_lock(&server->lock);
	viewers_bury(server);
	waiting = server->input_len;
	pthread_mutex_unlock(&server->lock);
	return waiting;
}

size_t console_server_read(struct console_server *server, void *buf,
			   size_t len)
{
	struct viewer *viewer;
	bool was_full;

	pthread_mutex_lock(&server->lock);
	was_full = server->input_len == CONSOLE_INPUT;
	if (len > server->input_len)
		len = server->input_len;
	memcpy(buf, server->input, len);
	server->input_len -= len;
	memmove(server->input, server->input + len, server->input_len);
	if (was_full && len)
		for (viewer = server->viewers; viewer; viewer = viewer->next)
			viewer_arm(server, viewer);
	pthread_mutex_unlock(&server->lock);
	return len;
}

void console_server_write(struct console_server *server, const void *data,
			  size_t len)
{
	const uint8_t *buf = data;
	struct viewer *viewer;
	size_t start, part;

	pthread_mutex_lock(&server->lock);
	for (; len; len -= part, buf += part) {
		start = server->written % CONSOLE_RING;
		part = CONSOLE_RING - start < len ? CONSOLE_RING - start : len;
		memcpy(server->ring + start, buf, part);
		server->written += part;
	}
	for (viewer = server->viewers; viewer; viewer = viewer->next)
		if (!viewer->dead)
			viewer_flush(server, viewer);
	pthread_mutex_unlock(&server->lock);
}

void console_server_close(struct console_server *server)
{
	struct viewer *viewer;

	if (!server)
		return;
	pthread_mutex_lock(&server->lock);
	while ((viewer = server->viewers)) {
		struct pollfd wait = { .fd = viewer->fd, .events = POLLOUT };

		viewer_flush(server, viewer);
		/* What a guest says last is what one most wants to read. */
		while (viewer->at != server->written && !viewer->dead &&
		       poll(&wait, 1, CONSOLE_CLOSE_MS) == 1)
			viewer_flush(server, viewer);
		server->viewers = viewer->next;
		close(viewer->fd);
		free(viewer);
	}
	pthread_mutex_unlock(&server->lock);
	if (server->listen_fd >= 0)
		close(server->listen_fd);
	if (server->epoll_fd >= 0)
		close(server->epoll_fd);
	pthread_mutex_destroy(&server->lock);
	free(server);
}
