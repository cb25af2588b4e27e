// SPDX-License-Identifier: GPL-2.0
/*
 * What partctl and a worker share: names, the directory, config.json, the
 * control protocol and the console, both ends in this process. Prints TAP.
 *
 *	protocol DIRECTORY	(empty, may be written to)
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "console.h"
#include "control.h"
#include "line.h"
#include "rundir.h"
#include "state.h"

static int nr;
static int failed;
static const char *dir;

#define ok(cond, ...) do { \
	bool good = (cond); \
	printf("%sok %d - ", good ? "" : "not ", ++nr); \
	printf(__VA_ARGS__); \
	putchar('\n'); \
	failed += !good; \
} while (0)

static void test_names(void)
{
	int i;
	bool same = true;

	for (i = 0; i < PART_STATE_COUNT; i++)
		same &= part_state_from_name(part_state_name(i)) == i;
	for (i = 0; i < PART_REASON_COUNT; i++)
		same &= part_reason_from_name(part_reason_name(i)) == i;
	for (i = 0; i < PART_ACTION_COUNT; i++)
		same &= part_action_from_name(part_action_name(i)) == i;
	ok(same, "names and back");
	ok(!strcmp(part_state_name(99), "?") && part_state_from_name("?") < 0 &&
	   part_reason_from_name(NULL) < 0, "no names");
	ok(rundir_name_valid("a") && rundir_name_valid("9x_y-z.0"),
	   "good partition names");
	ok(!rundir_name_valid("") && !rundir_name_valid("..") &&
	   !rundir_name_valid("a/b") && !rundir_name_valid("-a") &&
	   !rundir_name_valid("a b") && !rundir_name_valid("\xc3\xa4") &&
	   !rundir_name_valid("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
	   "bad partition names");
}

static void test_claim(void)
{
	char path[RUNDIR_PATH_MAX];
	pid_t pid;
	int fd;

	ok(rundir_owner(dir, &pid) == -ENOENT, "claim: nobody yet");
	fd = rundir_claim(dir);
	ok(fd >= 0, "claim");
	ok(rundir_owner(dir, &pid) == 1 && pid == getpid(), "claim: owner");
	ok(rundir_claim(dir) == -EBUSY, "claim: a second one");
	close(fd);
	ok(rundir_owner(dir, &pid) == 0 && pid == getpid(), "claim: dead");
	fd = rundir_claim(dir);
	ok(fd >= 0, "claim: again");
	close(fd);
	ok(rundir_path(path, "/a", NULL) == 0 && !strcmp(path, "/a"), "path");
	ok(rundir_path(path, "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		       RUNDIR_CONSOLE) == -ENAMETOOLONG, "path: too long");
}

static void put_config(const char *text)
{
	char path[RUNDIR_PATH_MAX];
	FILE *f;

	rundir_path(path, dir, RUNDIR_CONFIG);
	f = fopen(path, "we");
	fputs(text, f);
	fclose(f);
}

static int load(const char *text, const char **what)
{
	struct child_config config;
	int ret;

	put_config(text);
	ret = child_config_load(&config, dir, what);
	if (!ret)
		child_config_free(&config);
	return ret;
}

#define MINIMAL	"\"name\":\"n\",\"kernel\":\"/k\""

static void test_config(void)
{
	struct child_config config, back;
	const char *what;

	child_config_init(&config);
	config.name = strdup("child");
	config.kernel = strdup("/boot/vmlinuz \"quoted\" \\ ä");
	config.has_privileges = true;
	config.privileges = 0xFFFFFFFFFFFFFFFFULL;
	config.vps = 3;
	config.on_panic = PART_ACTION_DESTROY;
	ok(!child_config_save(&config, dir), "config: save");
	ok(!child_config_load(&back, dir, &what), "config: load");
	ok(!strcmp(back.kernel, config.kernel) && !back.initrd &&
	   back.privileges == config.privileges && back.has_privileges &&
	   !back.has_hints && back.vps == 3 &&
	   back.memory == CHILD_MEMORY_DEFAULT &&
	   back.on_panic == PART_ACTION_DESTROY &&
	   back.on_reboot == PART_ACTION_RESTART, "config: the same");
	child_config_free(&config);
	child_config_free(&back);
	ok(!load("{" MINIMAL "}", &what), "config: minimal");
	ok(!load("{" MINIMAL ",\"page_reporting\":0}", &what) &&
	   load("{" MINIMAL ",\"page_reporting\":2}", &what) == -EINVAL &&
	   load("{" MINIMAL ",\"page_reporting\":-1}", &what) == -EINVAL,
	   "config: page reporting or not");
	ok(load("", &what) == -EINVAL && load("[]", &what) == -EINVAL &&
	   load("{", &what) == -EINVAL, "config: not an object");
	ok(load("{" MINIMAL ",\"x\":1}", &what) == -EINVAL &&
	   !strcmp(what, "unknown member"), "config: unknown member");
	ok(load("{\"name\":\"n\"}", &what) == -EINVAL && !strcmp(what, "kernel"),
	   "config: no kernel");
	ok(load("{" MINIMAL ",\"initrd\":\"rel\"}", &what) == -EINVAL &&
	   !strcmp(what, "initrd"), "config: relative path");
	ok(load("{" MINIMAL ",\"vps\":0}", &what) == -EINVAL &&
	   load("{" MINIMAL ",\"vps\":-1}", &what) == -EINVAL &&
	   load("{" MINIMAL ",\"vps\":1e3}", &what) == -EINVAL &&
	   load("{" MINIMAL ",\"vps\":4294967297}", &what) == -EINVAL &&
	   load("{" MINIMAL ",\"vps\":\"1\"}", &what) == -EINVAL,
	   "config: bad vps");
	ok(load("{" MINIMAL ",\"memory\":4096}", &what) == -EINVAL &&
	   load("{" MINIMAL ",\"memory\":268435457}", &what) == -EINVAL,
	   "config: bad memory");
	ok(load("{" MINIMAL ",\"on_panic\":\"x\"}", &what) == -EINVAL &&
	   load("{" MINIMAL ",\"on_panic\":1}", &what) == -EINVAL,
	   "config: bad action");
	ok(load("{" MINIMAL ",\"hints\":\"0x1ffffffff\"}", &what) == -EINVAL &&
	   load("{" MINIMAL ",\"hints\":\"12\"}", &what) == -EINVAL &&
	   load("{" MINIMAL ",\"hints\":\"0x\"}", &what) == -EINVAL &&
	   load("{" MINIMAL ",\"hints\":\"0x1z\"}", &what) == -EINVAL &&
	   !load("{" MINIMAL ",\"hints\":\"0x220\"}", &what),
	   "config: masks");
}

static void test_lines(void)
{
	struct line_buffer buf = { 0 };
	struct json_object *object;

	ok(line_take_json(&buf, &object) == 0, "line: nothing");
	line_append(&buf, "{\"a\":1", 6, 100);
	ok(line_take_json(&buf, &object) == 0, "line: half");
	line_append(&buf, "}\n{}\nnull\n[1]\n{} {}\nx\n{\"b\"", 26, 100);
	ok(line_take_json(&buf, &object) == 1, "line: one");
	json_object_put(object);
	ok(line_take_json(&buf, &object) == 1, "line: the next");
	json_object_put(object);
	ok(line_take_json(&buf, &object) == -EPROTO, "line: null");
	ok(line_take_json(&buf, &object) == -EPROTO, "line: an array");
	ok(line_take_json(&buf, &object) == -EPROTO, "line: two objects");
	ok(line_take_json(&buf, &object) == -EPROTO, "line: no JSON");
	ok(line_take_json(&buf, &object) == 0 && buf.len == 4, "line: a rest");
	ok(line_append(&buf, "xxxx", 4, 7) == -ENOBUFS, "line: limit");
	line_free(&buf);
	line_append(&buf, "[[[[[[[[[[[[[[[[[[[[[\n", 22, 100);
	ok(line_take_json(&buf, &object) == -EPROTO, "line: too deep");
	line_free(&buf);
}

/* ------------------------------------------------------------- control */

static struct control_server *server;
static int handled;

static int request(void *ctx, const char *cmd, struct json_object *req,
		   struct json_object *reply)
{
	(void)req;
	handled++;
	if (!strcmp(cmd, "info"))
		json_object_object_add(reply, "state",
				       json_object_new_string("created"));
	else if (!strcmp(cmd, "start"))
		control_server_state(server, PART_STATE_RUNNING,
				     PART_REASON_NONE);
	else if (!strcmp(cmd, "own-words")) {
		json_object_object_add(reply, "error",
				       json_object_new_string("mine"));
		return -EBUSY;
	} else if (!strcmp(cmd, "quit"))
		*(bool *)ctx = true;
	else
		return -ENOSYS;
	return 0;
}

static void *serve(void *ctx)
{
	bool *quit = ctx;

	while (!*quit) {
		struct pollfd wait = { control_server_fd(server), POLLIN, 0 };

		poll(&wait, 1, -1);
		control_server_handle(server);
	}
	return NULL;
}

static const char *text(struct json_object *object, const char *member)
{
	struct json_object *value;

	return json_object_object_get_ex(object, member, &value) ?
		json_object_get_string(value) : "";
}

static void test_calls(struct control_client *client)
{
	struct json_object *reply, *event;

	ok(!control_call(client, "info", NULL, &reply) &&
	   !strcmp(text(reply, "state"), "created"), "control: info");
	json_object_put(reply);
	ok(control_call(client, "dance", NULL, &reply) == -ENOSYS &&
	   !strcmp(text(reply, "error"), "unknown command"),
	   "control: unknown command");
	json_object_put(reply);
	ok(control_call(client, "own-words", NULL, &reply) == -EBUSY &&
	   !strcmp(text(reply, "error"), "mine"), "control: a refusal");
	json_object_put(reply);
	ok(control_event(client, 0, &event) == -EAGAIN,
	   "control: no event for who does not watch");
	ok(!control_call(client, "watch", NULL, &reply) &&
	   !strcmp(text(reply, "state"), "created"), "control: watch");
	json_object_put(reply);
	ok(!control_call(client, "start", NULL, NULL),
	   "control: an event comes before the reply");
	ok(!control_event(client, 1000, &event) &&
	   !strcmp(text(event, "state"), "running"), "control: and is kept");
	json_object_put(event);
	control_server_state(server, PART_STATE_CRASHED, PART_REASON_PANIC);
	ok(!control_event(client, 1000, &event) &&
	   !strcmp(text(event, "reason"), "panic"),
	   "control: event from another thread");
	json_object_put(event);
	ok(control_event(client, 10, &event) == -EAGAIN, "control: no more");
}

static void test_hostile(void)
{
	static const char bad[] = "x\n[]\n{}\n{\"cmd\":1}\n";
	struct line_buffer buf = { 0 };
	struct json_object *reply;
	static char big[CONTROL_LINE_MAX + 8192];
	char in[4096];
	ssize_t n;
	int replies = 0;
	int fd;

	fd = rundir_connect(dir, RUNDIR_CONTROL);
	ok(send(fd, bad, sizeof(bad) - 1, 0) == sizeof(bad) - 1,
	   "hostile: four bad lines");
	while (replies < 4 && (n = recv(fd, in, sizeof(in), 0)) > 0) {
		line_append(&buf, in, n, 1 << 20);
		while (line_take_json(&buf, &reply) == 1) {
			replies += !strcmp(text(reply, "ok"), "false");
			json_object_put(reply);
		}
	}
	line_free(&buf);
	ok(replies == 4, "hostile: four refusals");
	memset(big, 'a', sizeof(big));
	send(fd, big, sizeof(big), MSG_NOSIGNAL);
	ok(recv(fd, in, 1, 0) <= 0, "hostile: a line without end");
	close(fd);
	/* Watches, never reads: it must not hold up anybody. */
	fd = rundir_connect(dir, RUNDIR_CONTROL);
	send(fd, "{\"cmd\":\"watch\"}\n", 16, 0);
	recv(fd, in, sizeof(in), 0);
	for (n = 0; n < 40000; n++)
		control_server_state(server, PART_STATE_RUNNING,
				     PART_REASON_RESET);
	ok(true, "hostile: a watcher that does not read");
	close(fd);
}

static void test_control(void)
{
	struct control_client *client;
	struct json_object *event;
	pthread_t thread;
	bool quit = false;
	struct stat st;
	char path[RUNDIR_PATH_MAX];
	char *words;
	int fds[2];

	ok(control_connect(&client, dir) == -ENOENT, "control: nobody there");
	ok(!control_server_open(&server, dir, request, &quit), "control: open");
	rundir_path(path, dir, RUNDIR_CONTROL);
	ok(!stat(path, &st) && (st.st_mode & 0777) == 0600,
	   "control: for the owner alone");
	pthread_create(&thread, NULL, serve, &quit);
	test_hostile();
	ok(!control_connect(&client, dir), "control: connect");
	test_calls(client);
	ok(!control_call(client, "quit", NULL, NULL), "control: quit");
	pthread_join(thread, NULL);
	control_server_close(server);
	ok(control_call(client, "info", NULL, NULL) == -EPIPE &&
	   control_event(client, -1, &event) == -EPIPE,
	   "control: the worker went away");
	control_disconnect(client);
	ok(control_connect(&client, dir) == -ECONNREFUSED,
	   "control: a socket without a server");

	if (pipe(fds))
		abort();
	control_ready(fds[1], 0, NULL);
	ok(!control_ready_wait(fds[0], &words) && !words, "ready");
	if (pipe(fds))
		abort();
	control_ready(fds[1], -ENOMEM, "too big");
	ok(control_ready_wait(fds[0], &words) == -ENOMEM &&
	   !strcmp(words, "too big"), "ready: refused");
	free(words);
	if (pipe(fds))
		abort();
	close(fds[1]);
	ok(control_ready_wait(fds[0], NULL) == -EPIPE, "ready: died");
}

/* ------------------------------------------------------------- console */

static void pump(struct console_server *console)
{
	int i;

	for (i = 0; i < 20; i++)
		console_server_handle(console);
}

static size_t read_all(struct console_server *console, int fd, char *buf,
		       size_t size)
{
	size_t len = 0;
	ssize_t n;

	for (;;) {
		pump(console);
		n = recv(fd, buf + len, size - len, MSG_DONTWAIT);
		if (n <= 0)
			return len;
		len += n;
	}
}

static void test_console(void)
{
	static char big[200000], got[300000];
	struct console_server *console;
	char in[64];
	size_t len, i;
	int a, b;

	ok(!console_server_open(&console, dir), "console: open");
	console_server_write(console, "before", 6);
	a = rundir_connect(dir, RUNDIR_CONSOLE);
	b = rundir_connect(dir, RUNDIR_CONSOLE);
	ok(read_all(console, a, got, sizeof(got)) == 6 &&
	   !memcmp(got, "before", 6), "console: replay");
	console_server_write(console, "+now", 4);
	ok(read_all(console, a, got, sizeof(got)) == 4 &&
	   read_all(console, b, got, sizeof(got)) == 10 &&
	   !memcmp(got, "before+now", 10), "console: to all");
	send(a, "abc", 3, 0);
	pump(console);
	ok(console_server_read(console, in, 2) == 2 && !memcmp(in, "ab", 2) &&
	   console_server_read(console, in, 9) == 1 && *in == 'c' &&
	   !console_server_read(console, in, 9), "console: input");
	for (i = 0; i < sizeof(big); i++)
		big[i] = i / 1000;
	console_server_write(console, big, sizeof(big));
	len = read_all(console, a, got, sizeof(got));
	ok(len > 0 && !memcmp(got + len - 1000, big + sizeof(big) - 1000, 1000),
	   "console: a slow reader gets the end (%zu of %zu)", len,
	   sizeof(big));
	len = 0;
	while (len < 3 * CONSOLE_INPUT && send(b, big, 1000, MSG_DONTWAIT) > 0)
		len += 1000;
	pump(console);
	send(a, "late", 4, 0);
	ok(console_server_handle(console) == CONSOLE_INPUT,
	   "console: input waits for the guest");
	for (i = 0; (len = console_server_read(console, in, 16)); i += len)
		pump(console);
	ok(i == 13 * 1000 + 4, "console: and none is lost (%zu)", i);
	send(a, "x", 1, 0);
	close(a);
	pump(console);
	ok(console_server_read(console, in, 9) == 1 && *in == 'x',
	   "console: last words of one who leaves");
	console_server_write(console, "still", 5);
	read_all(console, b, got, sizeof(got));
	console_server_close(console);
	ok(recv(b, got, 1, 0) == 0, "console: close");
	close(b);
}

static void test_remove(void)
{
	char path[RUNDIR_PATH_MAX];

	rundir_path(path, dir, "not-ours");
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	ok(rundir_remove(dir) == -ENOTEMPTY, "remove: what is not ours stays");
	unlink(path);
	ok(!rundir_remove(dir) && access(dir, F_OK), "remove");
	ok(!rundir_remove(dir), "remove: gone already");
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	dir = argv[1];
	test_names();
	test_claim();
	test_config();
	test_lines();
	test_control();
	test_console();
	test_remove();
	printf("1..%d\n", nr);
	return failed ? 1 : 0;
}
