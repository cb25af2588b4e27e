// SPDX-License-Identifier: GPL-2.0
/*
 * partctl's end of the control protocol.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "line.h"
#include "rundir.h"

/* A worker answers at once. One that does not for so long is stuck. */
#define CONTROL_REPLY_MS	30000

struct control_client {
	int fd;
	int reply_ms;
	struct line_buffer in;
	struct json_object *events;	/* array: came before a reply */
};

int control_connect(struct control_client **out, const char *dir)
{
	struct control_client *client;
	int ret;

	client = calloc(1, sizeof(*client));
	if (!client)
		return -ENOMEM;
	client->reply_ms = CONTROL_REPLY_MS;
	client->events = json_object_new_array();
	client->fd = rundir_connect(dir, RUNDIR_CONTROL);
	ret = client->fd < 0 ? client->fd : client->events ? 0 : -ENOMEM;
	if (ret) {
		control_disconnect(client);
		return ret;
	}
	*out = client;
	return 0;
}

void control_disconnect(struct control_client *client)
{
	if (!client)
		return;
	if (client->fd >= 0)
		close(client->fd);
	line_free(&client->in);
	json_object_put(client->events);
	free(client);
}

void control_set_patience(struct control_client *client, int ms)
{
	client->reply_ms = ms;
}

int control_client_fd(const struct control_client *client)
{
	return client->fd;
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* The next object from the worker. @timeout_ms < 0: wait for ever. */
static int receive(struct control_client *client, int timeout_ms,
		   struct json_object **object)
{
	long long end = now_ms() + timeout_ms;
	char buf[4096];
	ssize_t n;
	int ret;

	for (;;) {
		struct pollfd wait = { .fd = client->fd, .events = POLLIN };
		long long left = timeout_ms < 0 ? -1 : end - now_ms();

		ret = line_take_json(&client->in, object);
		if (ret)
			return ret < 0 ? ret : 0;
		ret = poll(&wait, 1, timeout_ms < 0 ? -1 : left > 0 ? left : 0);
		if (ret < 0)
			return -errno;
		if (!ret)
			return -EAGAIN;
		n = recv(client->fd, buf, sizeof(buf), 0);
		if (n <= 0)
			return -EPIPE;
		if (line_append(&client->in, buf, n, CONTROL_REPLY_MAX))
			return -EPROTO;
	}
}

static int send_request(struct control_client *client, const char *cmd,
			struct json_object *args)
{
	struct json_object *request = json_object_new_object();
	struct line_buffer line = { 0 };
	size_t done = 0;
	ssize_t n;
	int ret;

	if (!request)
		return -ENOMEM;
	json_object_object_add(request, "cmd", json_object_new_string(cmd));
	if (args) {
		json_object_object_foreach(args, key, value)
			json_object_object_add(request, key,
					       json_object_get(value));
	}
	ret = line_append_json(&line, request, CONTROL_LINE_MAX);
	while (!ret && done < line.len) {
		n = send(client->fd, line.data + done, line.len - done,
			 MSG_NOSIGNAL);
		if (n >= 0)
			done += n;
		else if (errno != EINTR)
			ret = errno == ECONNRESET ? -EPIPE : -errno;
	}
	line_free(&line);
	json_object_put(request);
	return ret;
}

/* 0, or what the reply says. */
static int reply_result(struct json_object *reply)
{
	struct json_object *value;
	int err;

	if (!json_object_object_get_ex(reply, "ok", &value) ||
	    !json_object_is_type(value, json_type_boolean))
		return -EPROTO;
	if (json_object_get_boolean(value))
		return 0;
	err = json_object_object_get_ex(reply, "errno", &value) ?
		json_object_get_int(value) : 0;
	return err > 0 && err < 4096 ? -err : -EIO;
}

int control_call(struct control_client *client, const char *cmd,
		 struct json_object *args, struct json_object **reply)
{
	long long end = now_ms() + client->reply_ms;
	struct json_object *object;
	int ret;

	if (reply)
		*reply = NULL;
	ret = send_request(client, cmd, args);
	if (ret)
		return ret;
	for (;;) {
		long long left = end - now_ms();

		ret = receive(client, left > 0 ? left : 0, &object);
		if (ret == -EINTR)
			continue;
		if (ret)
			return ret == -EAGAIN ? -ETIMEDOUT : ret;
		if (!json_object_object_get_ex(object, "event", NULL))
			break;
		json_object_array_add(client->events, object);
	}
	ret = reply_result(object);
	if (reply)
		*reply = object;
	else
		json_object_put(object);
	return ret;
}

int control_event(struct control_client *client, int timeout_ms,
		  struct json_object **event)
{
	int ret;

	if (json_object_array_length(client->events)) {
		*event = json_object_get(
			json_object_array_get_idx(client->events, 0));
		json_object_array_del_idx(client->events, 0, 1);
		return 0;
	}
	for (;;) {
		ret = receive(client, timeout_ms, event);
		if (ret)
			return ret;
		if (json_object_object_get_ex(*event, "event", NULL))
			return 0;
		/* A reply that nobody waits for any more. */
		json_object_put(*event);
	}
}

int control_ready_wait(int fd, char **text)
{
	struct line_buffer line = { 0 };
	struct json_object *reply, *value;
	char buf[512];
	ssize_t n;
	int ret;

	if (text)
		*text = NULL;
	do {
		n = read(fd, buf, sizeof(buf));
		if (n > 0 && line_append(&line, buf, n, CONTROL_LINE_MAX))
			break;
	} while (n > 0 || (n < 0 && errno == EINTR));
	close(fd);
	ret = line_take_json(&line, &reply);
	line_free(&line);
	if (ret <= 0)
		return ret ? ret : -EPIPE;
	ret = reply_result(reply);
	if (ret && text && json_object_object_get_ex(reply, "error", &value))
		*text = strdup(json_object_get_string(value));
	json_object_put(reply);
	return ret;
}
