// SPDX-License-Identifier: GPL-2.0
/*
 * The worker's end of the control protocol.
 *
 * One thread handles; others may send events. The lock guards
 * the list of clients and what waits to be sent to them. It is not held while
 * the worker answers a request, for that may send events too.
 * Clients are freed by the handling thread alone; others only mark them dead.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control.h"
#include "line.h"
#include "rundir.h"
#include "state.h"

#define CONTROL_CLIENTS		32
#define CONTROL_CLOSE_MS	1000

struct client {
	struct client *next;
	int fd;
	bool watch;
	bool dead;			/* goes at the next opportunity */
	bool armed;			/* waits for EPOLLOUT */
	struct line_buffer in;		/* the handling thread's own */
	struct line_buffer out;
};

struct control_server {
	int epoll_fd;
	int listen_fd;
	control_request_fn *fn;
	void *ctx;
	pthread_mutex_t lock;
	struct client *clients;
	int nr_clients;
};

int control_server_open(struct control_server **out, const char *dir,
			control_request_fn *fn, void *ctx)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct control_server *server;
	int ret;

	server = calloc(1, sizeof(*server));
	if (!server)
		return -ENOMEM;
	server->fn = fn;
	server->ctx = ctx;
	pthread_mutex_init(&server->lock, NULL);
	server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	server->listen_fd = rundir_listen(dir, RUNDIR_CONTROL);
	if (server->listen_fd < 0)
		ret = server->listen_fd;
	else if (server->epoll_fd < 0 ||
		 epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, server->listen_fd,
			   &event))
		ret = -errno;
	else
		ret = 0;
	if (ret) {
		control_server_close(server);
		return ret;
	}
	*out = server;
	return 0;
}

int control_server_fd(const struct control_server *server)
{
	return server->epoll_fd;
}

static void client_arm(struct control_server *server, struct client *client,
		       bool armed)
{
	struct epoll_event event = {
		.events = EPOLLIN | (armed ? EPOLLOUT : 0),
		.data.ptr = client,
	};

	if (client->armed == armed)
		return;
	client->armed = armed;
	epoll_ctl(server->epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
}

/* Under the lock. */
static void client_flush(struct control_server *server, struct client *client)
{
	ssize_t n;

	while (client->out.len && !client->dead) {
		n = send(client->fd, client->out.data, client->out.len,
			 MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0)
			line_consume(&client->out, n);
		else if (n < 0 && errno == EINTR)
			continue;
		else if (n < 0 && errno == EAGAIN)
			break;
		else
			client->dead = true;
	}
	client_arm(server, client, client->out.len && !client->dead);
}

/* Under the lock. */
static void client_send(struct control_server *server, struct client *client,
			struct json_object *object)
{
	if (line_append_json(&client->out, object, CONTROL_REPLY_MAX))
		client->dead = true;
	else
		client_flush(server, client);
	/* Wakes the handling thread, which alone may free it. */
	if (client->dead)
		shutdown(client->fd, SHUT_RDWR);
}

static void client_accept(struct control_server *server)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct client *client;
	int fd;

	fd = accept4(server->listen_fd, NULL, NULL,
		     SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	client = server->nr_clients < CONTROL_CLIENTS ?
		calloc(1, sizeof(*client)) : NULL;
	event.data.ptr = client;
	if (!client ||
	    epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event)) {
		free(client);
		close(fd);
		return;
	}
	client->fd = fd;
	pthread_mutex_lock(&server->lock);
	client->next = server->clients;
	server->clients = client;
	server->nr_clients++;
	pthread_mutex_unlock(&server->lock);
}

static void client_free(struct client *client)
{
	close(client->fd);
	line_free(&client->in);
	line_free(&client->out);
	free(client);
}

static void clients_bury(struct control_server *server)
{
	struct client **link = &server->clients;

	pthread_mutex_lock(&server->lock);
	while (*link) {
		struct client *client = *link;

		if (!client->dead) {
			link = &client->next;
			continue;
		}
		*link = client->next;
		server->nr_clients--;
		client_free(client);
	}
	pthread_mutex_unlock(&server->lock);
}

static int request_run(struct control_server *server, struct client *client,
		       struct json_object *request, struct json_object *reply)
{
	struct json_object *value;
	const char *cmd;
	int ret;

	if (!json_object_object_get_ex(request, "cmd", &value) ||
	    !json_object_is_type(value, json_type_string))
		return -EINVAL;
	cmd = json_object_get_string(value);
	if (strcmp(cmd, "watch")) {
		ret = server->fn(server->ctx, cmd, request, reply);
	} else {
		/*
		 * First the flag: a change of state between the two is then
		 * told twice, not missed.
		 */
		pthread_mutex_lock(&server->lock);
		client->watch = true;
		pthread_mutex_unlock(&server->lock);
		ret = server->fn(server->ctx, "info", request, reply);
	}
	if (ret == -ENOSYS)
		json_object_object_add(reply, "error",
				       json_object_new_string("unknown command"));
	return ret;
}

static void request_handle(struct control_server *server,
			   struct client *client, struct json_object *request)
{
	struct json_object *reply = json_object_new_object();
	int ret;

	if (!reply) {
		client->dead = true;
		return;
	}
	ret = request ? request_run(server, client, request, reply) : -EPROTO;
	line_set_result(reply, ret, request ? NULL : "not a JSON object");
	pthread_mutex_lock(&server->lock);
	client_send(server, client, reply);
	pthread_mutex_unlock(&server->lock);
	json_object_put(reply);
}

static void client_read(struct control_server *server, struct client *client)
{
	struct json_object *request;
	char buf[4096];
	ssize_t n;
	int ret;

	n = recv(client->fd, buf, sizeof(buf), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || line_append(&client->in, buf, n, CONTROL_LINE_MAX)) {
		client->dead = true;
		return;
	}
	while (!client->dead &&
	       (ret = line_take_json(&client->in, &request))) {
		request_handle(server, client, ret > 0 ? request : NULL);
		if (ret > 0)
			json_object_put(request);
	}
}

void control_server_handle(struct control_server *server)
{
	struct epoll_event events[16];
	int n;
	int i;

	n = epoll_wait(server->epoll_fd, events, 16, 0);
	for (i = 0; i < n; i++) {
		struct client *client = events[i].data.ptr;

		if (!client) {
			client_accept(server);
			continue;
		}
		if (events[i].events & EPOLLOUT) {
			pthread_mutex_lock(&server->lock);
			client_flush(server, client);
			pthread_mutex_unlock(&server->lock);
		}
		if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
			client_read(server, client);
	}
	clients_bury(server);
}

void control_server_event(struct control_server *server,
			  struct json_object *event)
{
	struct client *client;

	pthread_mutex_lock(&server->lock);
	for (client = server->clients; client; client = client->next)
		if (client->watch && !client->dead)
			client_send(server, client, event);
	pthread_mutex_unlock(&server->lock);
}

void control_server_state(struct control_server *server, int state, int reason)
{
	struct json_object *event = json_object_new_object();

	if (!event)
		return;
	json_object_object_add(event, "event", json_object_new_string("state"));
	json_object_object_add(event, "state",
			json_object_new_string(part_state_name(state)));
	if (reason != PART_REASON_NONE)
		json_object_object_add(event, "reason",
			json_object_new_string(part_reason_name(reason)));
	control_server_event(server, event);
	json_object_put(event);
}

void control_server_close(struct control_server *server)
{
	struct client *client;

	if (!server)
		return;
	while ((client = server->clients)) {
		struct pollfd wait = { .fd = client->fd, .events = POLLOUT };

		while (client->out.len && !client->dead &&
		       poll(&wait, 1, CONTROL_CLOSE_MS) == 1)
			client_flush(server, client);
		server->clients = client->next;
		client_free(client);
	}
	if (server->listen_fd >= 0)
		close(server->listen_fd);
	if (server->epoll_fd >= 0)
		close(server->epoll_fd);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

void control_ready(int fd, int err, const char *text)
{
	struct line_buffer line = { 0 };
	struct json_object *reply;
	ssize_t n;

	if (fd < 0)
		return;
	reply = json_object_new_object();
	if (reply) {
		line_set_result(reply, err, text);
		if (!line_append_json(&line, reply, CONTROL_LINE_MAX))
			do {
				n = write(fd, line.data, line.len);
			} while (n < 0 && errno == EINTR);
		json_object_put(reply);
	}
	line_free(&line);
	close(fd);
}
