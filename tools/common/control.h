/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control protocol between partctl and a worker.
 *
 * How a worker starts
 * -------------------
 *
 *	partwp --dir /run/hvpart/NAME --ready-fd N
 *
 * The directory exists and holds config.json; standard error goes to
 * worker.log. The worker calls rundir_claim(), makes the partition, loads the
 * kernel, opens both sockets, and then writes one line to N and closes it:
 *
 *	{"ok":true}    or    {"ok":false,"error":"TEXT","errno":N}
 *
 * An end of file without a line is a worker that died. VPs wait for "start".
 *
 * Requests and replies
 * --------------------
 *
 * On control.sock, a UNIX stream socket: one JSON object a line, UTF-8. A
 * request has at most CONTROL_LINE_MAX bytes, a reply CONTROL_REPLY_MAX. Replies
 * come in the order of the requests. "cmd" is:
 *
 *	info	who and how (below)
 *	start	created → running; also stopped → running, from the files again
 *	stop	{"force":true}: end the guest now, as if the power went: running →
 *		stopped, reason "killed"; the worker and its partition stay.
 *		Without force the guest is asked to power off, or with
 *		{"reboot":true} to reboot; the reply says only that it has been
 *		asked, events (below) what follows. errno 95 (EOPNOTSUPP): no
 *		driver listens; 16 (EBUSY): it does not run, or is asked already
 *	stat	counters
 *	memory	{"op":"info"}: how much memory the guest has (below);
 *		{"op":"add","size":BYTES,"at":GPA}, "at" may be left out;
 *		{"op":"set","size":BYTES}: what it shall have, by its balloon. The
 *		reply to add and set says that it has begun, the end is an event,
 *		unless the guest stops before. errno 3 (ESRCH): it has stopped;
 *		107 (ENOTCONN): it has no driver for this
 *	kvp	{"op":"get", "set", "delete" or "list"; "pool":"external" (or
 *		nothing), "guest" or "auto"; "key"; "value"}: the guest's
 *		daemon is asked; the reply has an "id", an event with the same
 *		follows. errno 95: nobody there listens; 1 (EPERM): that pool
 *		is not the host's; 16 (EBUSY): too many at once
 *	watch	as info; from then on this client gets events. Answered by the
 *		helpers below, which ask the worker for "info"
 *	quit	ends the guest, the partition and the worker, which removes its
 *		directory (rundir_remove()) after its reply is sent. partctl
 *		waits for the end of the process, and kills it after 20 s
 *
 * A reply is {"ok":true, …} or {"ok":false,"error":"TEXT","errno":N}. Members:
 *
 *  info: "name", "state", "reason", "pid", "partition" (id), "memory" (bytes,
 *	at boot), "assigned" (bytes, now; see memory),
 *	"vps", "kernel", "cmdline", "restarts", "uptime_ms" (since start, 0
 *	before); after a panic "crash": {"p0".."p4": "0x…", "message": TEXT};
 *	"heartbeat": {"state": "ok", "lost" or "no contact", "age_ms" (since
 *	the last answer, while there is contact), "answers", "wrong"};
 *	"time_sync": {"syncs", "samples"}; while the guest's daemon is there
 *	"guest": {KEY: TEXT, …}, what it says about itself
 *  stat: "partition": {NAME: N, …}, "vps": [{"index": 0, NAME: N, …}, …]; see
 *	partition_stats_to_json() and vp_stats_to_json() in exits.h; "rings":
 *	{"packets_in", "bytes_in" (from the guest), "packets_out", "bytes_out",
 *	"broken"}, and "channels": [{"type", "instance": GUID, "channel": N,
 *	"open", and the first four of "rings" since it was opened}, …]
 *  memory info: bytes: "boot", "added", "ballooned", "assigned" (boot + added -
 *	ballooned), "backed" (what has memory now), "touched" (ballooned, but
 *	looked at all the same), "absent" (given back by free page reporting, or
 *	left over from a balloon: no memory now, until it is used), "limit",
 *	"alignment" (of what can be added); "page_reporting": whether it is on,
 *	"hints", "hints_refused", "hinted_pages" (taken for a hint; again, if
 *	they came back), "hints_kept_pages" (not to be had);
 *	"protocol" ("2.0", "none"), "can_add", "can_balloon"; once the guest has
 *	said so "available", "committed"; counters
 *  memory add, set: "job": its number
 *  others: nothing
 *
 * Events
 * ------
 *
 *	{"event":"state","state":"running","reason":"reset"}
 *
 * to those who watch, at each change of state; a restart after a reset is
 * "running" with the reason. After "stopped" or "crashed" with the action
 * "destroy" the worker ends by itself: the socket closes after the event.
 *
 *	{"event":"memory","job":1,"gpa":N,"done":BYTES,"assigned":BYTES,"ms":N}
 *
 * at the end of a change of memory; with "errno" and "error" where it did not get
 * all that was asked for. Perhaps before the reply that has the job's number.
 *
 *	{"event":"shutdown","accepted":true,"text":TEXT}
 *
 * what the guest says to "stop": yes, and a change of state will follow; or no,
 * because as the text says.
 *
 *	{"event":"kvp","id":N,"ok":true,"value":TEXT}
 *	{"event":"kvp","id":N,"ok":true,"items":{KEY:TEXT, …}}
 *	{"event":"kvp","id":N,"ok":false,"errno":N,"error":TEXT}
 *
 * the end of a "kvp": of get, of list (at most 256 items and 128 KiB), or of one
 * that failed; set and delete say no more than "ok".
 *
 * A member or event that a client does not know is ignored.
 */
#ifndef PART_CONTROL_H
#define PART_CONTROL_H

#include <json-c/json.h>

#define CONTROL_LINE_MAX	65536
#define CONTROL_REPLY_MAX	(1 << 20)

/* ------------------------------------------------------- the worker's side */

struct control_server;

/**
 * typedef control_request_fn - answers one request
 * @ctx: from control_server_open()
 * @cmd: "info", "start", "stop", "stat", "quit"
 * @request: the whole object
 * @reply: to be filled; "ok" is added
 *
 * Runs inside control_server_handle(). It may send events.
 *
 * Return: 0, or -errno; then a "error" that it has put into @reply is sent, or
 * else the errno's text. -ENOSYS: "unknown command".
 */
typedef int control_request_fn(void *ctx, const char *cmd,
			       struct json_object *request,
			       struct json_object *reply);

/**
 * control_server_open() - listen on @dir/control.sock
 * @server: the new object
 * @dir: the partition's directory
 * @fn: answers requests
 * @ctx: for @fn
 *
 * The socket is mode 0600; stale ones are replaced.
 *
 * Return: 0 or -errno.
 */
int control_server_open(struct control_server **server, const char *dir,
			control_request_fn *fn, void *ctx);

/**
 * control_server_fd() - what to poll
 * @server: from control_server_open()
 *
 * Return: an epoll descriptor; when it is readable, call
 * control_server_handle().
 */
int control_server_fd(const struct control_server *server);

/**
 * control_server_handle() - do what there is to do; never blocks
 * @server: from control_server_open()
 *
 * From one thread only. System calls: epoll_wait, epoll_ctl, accept4, recvfrom,
 * sendto, close.
 */
void control_server_handle(struct control_server *server);

/**
 * control_server_event() - tell something to those who watch
 * @server: from control_server_open()
 * @event: with a member "event"; not consumed
 *
 * From any thread. A client that lets more than CONTROL_REPLY_MAX pile up is
 * disconnected.
 */
void control_server_event(struct control_server *server,
			  struct json_object *event);

/**
 * control_server_state() - tell those who watch
 * @server: from control_server_open()
 * @state: enum part_state
 * @reason: enum part_reason; PART_REASON_NONE is left out
 *
 * From any thread. A client that lets more than CONTROL_REPLY_MAX pile up is
 * disconnected.
 */
void control_server_state(struct control_server *server, int state,
			  int reason);

/**
 * control_server_close() - say goodbye
 * @server: from control_server_open(); NULL is allowed
 *
 * What could not be sent yet is waited for, at most for a second.
 */
void control_server_close(struct control_server *server);

/**
 * control_ready() - the one line for --ready-fd
 * @fd: closed afterwards; -1: nothing happens
 * @err: 0 or -errno
 * @text: what went wrong; NULL: the errno's text
 */
void control_ready(int fd, int err, const char *text);

/* -------------------------------------------------------- partctl's side */

struct control_client;

/**
 * control_connect() - to @dir/control.sock
 * @client: the new object
 * @dir: the partition's directory
 *
 * Return: 0; -ENOENT, -ECONNREFUSED: nobody listens; or -errno.
 */
int control_connect(struct control_client **client, const char *dir);

/**
 * control_disconnect() - the end of it
 * @client: from control_connect(); NULL is allowed
 */
void control_disconnect(struct control_client *client);

/**
 * control_set_patience() - how long control_call() waits for its reply
 * @client: from control_connect()
 * @ms: instead of half a minute
 */
void control_set_patience(struct control_client *client, int ms);

/**
 * control_client_fd() - to poll for events
 * @client: from control_connect()
 *
 * Ask control_event() with a timeout of 0 before each poll(): an event may have
 * come along with a reply.
 *
 * Return: the descriptor.
 */
int control_client_fd(const struct control_client *client);

/**
 * control_call() - one request, one reply
 * @client: from control_connect()
 * @cmd: the command
 * @args: more members, or NULL; not consumed
 * @reply: the reply, also when it says no; caller puts it; or NULL
 *
 * Events that come meanwhile are kept for control_event().
 *
 * Return: 0; the reply's -errno; -EPIPE: the worker went away; -ETIMEDOUT: it
 * does not answer; -EPROTO.
 */
int control_call(struct control_client *client, const char *cmd,
		 struct json_object *args, struct json_object **reply);

/**
 * control_event() - the next event
 * @client: from control_connect()
 * @timeout_ms: how long to wait; 0: only what is there; -1: for ever
 * @event: caller puts it
 *
 * Return: 0; -EAGAIN: none in time; -EPIPE: the worker went away; -EINTR.
 */
int control_event(struct control_client *client, int timeout_ms,
		  struct json_object **event);

/**
 * control_ready_wait() - read the line of --ready-fd
 * @fd: the reading end; closed afterwards
 * @text: what went wrong; caller frees; or NULL
 *
 * Return: 0; the line's -errno; -EPIPE: it died without a word.
 */
int control_ready_wait(int fd, char **text);

#endif /* PART_CONTROL_H */
