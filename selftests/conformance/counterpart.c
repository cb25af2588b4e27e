// SPDX-License-Identifier: GPL-2.0
/*
 * The parent's side of the statements about messages and events: makes the
 * partition, runs the conformance guest there, and does what that asks for
 * (mailbox.h) by the public interface of libpart, posts, signals, listens, with
 * a delay or at full speed beside the running VPs.
 *
 *	hvp-counterpart [--NAME VALUE]... GUEST.elf
 *
 * --vps, --cmdline, --privileges, --hints, --features-edx, --debug-break, as in
 * partctl run.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "machine.h"
#include "mailbox.h"

#define HANDLES		64
/* Background work gives up when the guest has taken nothing for so long. */
#define PATIENCE_S	30

/**
 * struct handle - what the guest holds
 * @fd: a connection, a message queue, an eventfd; -1: free, or background work
 * @bound: @fd is an eventfd of @work's connection and flag
 * @work: a copy of the guest's words
 * @target: fd that it uses
 * @done: how often it did
 */
struct handle {
	int fd;
	pthread_t thread;
	struct mailbox work;
	bool bound, busy, stop;
	int target, err;
	uint32_t done;
	struct machine *m;
};

static struct handle handles[HANDLES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct handle *handle_of(int n)
{
	return n >= 0 && n < HANDLES ? &handles[n] : NULL;
}

static struct handle *free_handle(void)
{
	for (int i = 0; i < HANDLES; i++)
		if (handles[i].fd < 0 && !handles[i].busy)
			return &handles[i];
	return NULL;
}

static int keep(int fd)
{
	struct handle *h;

	if (fd < 0)
		return fd;
	h = free_handle();
	if (!h) {
		close(fd);
		return -ENFILE;
	}
	h->fd = fd;
	return h - handles;
}

/* Or -1, which everything refuses. */
static int fd_of(int n)
{
	struct handle *h = handle_of(n);

	return h ? h->fd : -1;
}

/* --- messages, events --------------------------------------------------------- */

static int post(int fd, uint32_t type, uint32_t size, const void *payload)
{
	struct hv_message msg = {
		.header.message_type = type,
		.header.payload_size = size,
	};

	memcpy(msg.u.bytes, payload, sizeof(msg.u.bytes));
	return part_post_message(fd, &msg);
}

static int take_message(int fd, struct mailbox *b)
{
	struct hv_message msg;
	int err = part_port_read_message(fd, &msg);

	if (err)
		return err;
	b->type = msg.header.message_type;
	b->size = msg.header.payload_size;
	memcpy(b->payload, msg.u.bytes, sizeof(b->payload));
	return 0;
}

static int event_count(int fd)
{
	uint64_t n;

	if (read(fd, &n, sizeof(n)) == sizeof(n))
		return n;
	return errno == EAGAIN ? 0 : -errno;
}

static int event_write(int fd)
{
	const uint64_t one = 1;

	return write(fd, &one, sizeof(one)) == sizeof(one) ? 0 : -errno;
}

static int listen_event(struct machine *m, const struct mailbox *b)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), n;

	n = part_port_eventfd(m->part, b->connection, b->flag, fd);
	if (n) {
		close(fd);
		return n;
	}
	n = keep(fd);
	if (n >= 0) {
		handles[n].bound = true;
		handles[n].work = *b;
	}
	return n;
}

static int bind_eventfd(const struct mailbox *b)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), err;

	err = part_event_eventfd(fd_of(b->handle), b->flag, fd);
	if (!err)
		return keep(fd);
	close(fd);
	return err;
}

/* --- in the background ---------------------------------------------------------- */

/* Posts the next message: 1, or 0 while the port is full. */
static int stream(struct handle *h)
{
	const uint64_t payload[30] = { h->done };
	int err = post(h->target, h->work.type, h->work.size, payload);

	return err == -EAGAIN ? 0 : err ? err : 1;
}

/* Signals all flags of the dialogue if the guest has seen those before: 1, or 0. */
static int dialogue(struct handle *h)
{
	const uint64_t *seen = part_mem_ptr(h->m->part, h->work.gpa, 8);
	int err = 0;

	if (!seen)
		return -EFAULT;
	if (__atomic_load_n(seen, __ATOMIC_ACQUIRE) <
	    (uint64_t)h->done * MAILBOX_FLAGS)
		return 0;
	for (int i = 0; !err && i < MAILBOX_FLAGS; i++)
		err = part_signal_event(h->target, h->work.flag + i);
	return err ? err : 1;
}

static bool stopped(const struct handle *h)
{
	return __atomic_load_n(&h->stop, __ATOMIC_RELAXED) ||
	       __atomic_load_n(&h->m->over, __ATOMIC_RELAXED);
}

static int work(struct handle *h)
{
	time_t last = time(NULL);
	int ret;

	usleep(h->work.delay_us);
	while (h->done < h->work.count && !stopped(h)) {
		ret = h->work.call == MAILBOX_STREAM ? stream(h) : dialogue(h);
		if (ret < 0)
			return ret;
		if (ret) {
			h->done++;
			last = time(NULL);
		} else if (time(NULL) - last > PATIENCE_S) {
			return -ETIMEDOUT;
		} else {
			sched_yield();
		}
	}
	return 0;
}

static void *background(void *arg)
{
	struct handle *h = arg;

	h->err = work(h);
	h->work.status = part_last_status();
	return NULL;
}

static int start(struct machine *m, const struct mailbox *b)
{
	struct handle *h = free_handle();

	if (!h || fd_of(b->handle) < 0)
		return -EBADF;
	h->m = m;
	h->work = *b;
	h->target = fd_of(b->handle);
	h->done = 0;
	h->err = 0;
	h->stop = false;
	if (pthread_create(&h->thread, NULL, background, h))
		return -EAGAIN;
	h->busy = true;
	return h - handles;
}

/* The lock is given up: others may need it to get the work to its end. */
static int join(struct mailbox *b)
{
	struct handle *h = handle_of(b->handle);

	if (!h || !h->busy)
		return -EBADF;
	pthread_mutex_unlock(&lock);
	pthread_join(h->thread, NULL);
	pthread_mutex_lock(&lock);
	h->busy = false;
	b->status = h->work.status;
	return h->err ? h->err : (int)h->done;
}

/* --- the mailbox ------------------------------------------------------------------ */

static int close_handle(struct machine *m, int n)
{
	struct handle *h = handle_of(n);
	int fd = fd_of(n), err = 0;

	if (fd < 0)
		return -EBADF;
	if (h->bound)
		err = part_port_eventfd_remove(m->part, h->work.connection,
					       h->work.flag, fd);
	h->bound = false;
	h->fd = -1;
	close(fd);
	return err;
}

static int reset(struct machine *m)
{
	struct mailbox b;

	for (b.handle = 0; b.handle < HANDLES; b.handle++) {
		handles[b.handle].stop = true;
		if (handles[b.handle].busy)
			join(&b);
	}
	for (int i = 0; i < HANDLES; i++)
		if (handles[i].fd >= 0)
			close_handle(m, i);
	return 0;
}

static int serve(struct machine *m, struct mailbox *b)
{
	switch (b->call) {
	case MAILBOX_RESET:
		return reset(m);
	case MAILBOX_CONNECT_MESSAGE:
		return keep(part_connect_message(m->part, b->vp, b->sint));
	case MAILBOX_CONNECT_EVENT:
		return keep(part_connect_event(m->part, b->vp, b->sint, b->flag,
					       b->count));
	case MAILBOX_LISTEN_MESSAGE:
		return keep(part_port_msgq(m->part, b->connection));
	case MAILBOX_LISTEN_EVENT:
		return listen_event(m, b);
	case MAILBOX_EVENTFD:
		return bind_eventfd(b);
	case MAILBOX_CLOSE:
		return close_handle(m, b->handle);
	case MAILBOX_POST:
		return post(fd_of(b->handle), b->type, b->size, b->payload);
	case MAILBOX_SIGNAL:
		return part_signal_event(fd_of(b->handle), b->flag);
	case MAILBOX_WRITE:
		return event_write(fd_of(b->handle));
	case MAILBOX_READ:
		return take_message(fd_of(b->handle), b);
	case MAILBOX_COUNT:
		return event_count(fd_of(b->handle));
	case MAILBOX_STREAM:
	case MAILBOX_DIALOGUE:
		return start(m, b);
	case MAILBOX_JOIN:
		return join(b);
	default:
		return -ENOSYS;
	}
}

static void on_out(struct machine *m, uint16_t port, uint32_t gpa)
{
	struct mailbox *theirs, b;

	if (port != MAILBOX_PORT)
		return;
	theirs = part_mem_ptr(m->part, gpa, sizeof(b));
	if (!theirs)
		DIE("a mailbox at %#x", gpa);
	b = *theirs;
	pthread_mutex_lock(&lock);
	b.ret = serve(m, &b);
	/* A joined thread's own status stands there already. */
	if (b.call != MAILBOX_JOIN)
		b.status = part_last_status();
	pthread_mutex_unlock(&lock);
	*theirs = b;
}

/* --- main ---------------------------------------------------------------------------- */

static void option(struct part_config *c, const char **cmdline,
		   const char *name, const char *value)
{
	if (!strcmp(name, "--cmdline"))
		*cmdline = value;
	else if (!strcmp(name, "--vps"))
		c->nr_vps = strtoul(value, NULL, 0);
	else if (!strcmp(name, "--privileges"))
		c->privileges = strtoull(value, NULL, 0);
	else if (!strcmp(name, "--hints"))
		c->hints = strtoul(value, NULL, 0);
	else if (!strcmp(name, "--features-edx"))
		c->features_edx = strtoul(value, NULL, 0);
	else if (!strcmp(name, "--debug-break"))
		c->debug_break = strtoull(value, NULL, 0);
	else
		DIE("unknown option %s", name);
}

int main(int argc, char **argv)
{
	struct machine m = { .out = on_out };
	struct part_config config;
	const char *cmdline = "";
	int i = 1;

	part_config_init(&config);
	for (; i + 1 < argc && argv[i][0] == '-'; i += 2)
		option(&config, &cmdline, argv[i], argv[i + 1]);
	if (i + 1 != argc)
		DIE("see the head of its source");
	if (!config.nr_vps || config.nr_vps > MACHINE_VPS)
		DIE("1 to %d VPs", MACHINE_VPS);
	for (int h = 0; h < HANDLES; h++)
		handles[h].fd = -1;
	machine_build(&m, &config, argv[i], cmdline);
	machine_run(&m);
	pthread_mutex_lock(&lock);
	reset(&m);
	pthread_mutex_unlock(&lock);
	machine_free(&m);
	return 0;
}
