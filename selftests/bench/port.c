// SPDX-License-Identifier: GPL-2.0
/*
 * From the child to its parent without an exit to user space: an event becomes
 * a count of an eventfd; a message waits for a thread that reads it.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <hvpart/call_interrupt.h>
#include <hvpart/hypercall.h>
#include "bench.h"
#include "guest.h"

#define CONNECTION	0x2042
#define PAYLOAD		16

/* HvSignalEvent, until it returns. Each of them must have been counted. */
int bench_signal(void)
{
	const int fd = eventfd(0, EFD_NONBLOCK);
	struct guest g;
	uint64_t n = 0;

	guest_create(&g, guest_call, guest_call_end, 1);
	if (part_port_eventfd(g.part, CONNECTION, 0, fd))
		DIE("eventfd: %s", part_strerror(-errno));
	g.box->control = HVCALL_SIGNAL_EVENT | HV_HYPERCALL_FAST_BIT;
	g.box->in = CONNECTION;
	guest_run(&g);
	if (read(fd, &n, sizeof(n)) != sizeof(n) || n != GUEST_SAMPLES)
		DIE("%llu events of %d", (unsigned long long)n, GUEST_SAMPLES);
	guest_report(&g, "child_signal_eventfd");
	guest_destroy(&g);
	close(fd);
	return 0;
}

struct reader {
	struct guest *g;
	int fd;
	unsigned int good;
};

/* Reads, answers, reads. Were one missing, the guest would wait for ever. */
static void *reader_thread(void *arg)
{
	struct reader *r = arg;
	struct hv_message msg;
	int err;

	while (r->good < GUEST_SAMPLES) {
		err = part_port_read_message(r->fd, &msg);
		if (err || msg.header.payload_size != PAYLOAD)
			DIE("message %u: %s", r->good, part_strerror(err));
		r->good++;
		__atomic_store_n(&r->g->box->answered, r->good, __ATOMIC_RELEASE);
	}
	return NULL;
}

/*
 * HvPostMessage, until the guest sees that a program has read the message. The
 * reader is ahead of the VP's thread, so that it runs as soon as it is woken.
 */
int bench_post(void)
{
	const struct sched_param first = { .sched_priority = 1 };
	struct hv_input_post_message *in;
	struct reader r = {};
	pthread_t thread;
	struct guest g;

	guest_create(&g, guest_post, guest_post_end, 1);
	in = (void *)(g.ram + GUEST_IN);
	in->connectionid.asu32 = CONNECTION;
	in->message_type = 1;
	in->payload_size = PAYLOAD;
	g.box->control = HVCALL_POST_MESSAGE;
	g.box->in = GUEST_IN;
	r.g = &g;
	r.fd = part_port_msgq(g.part, CONNECTION);
	if (r.fd < 0 || fcntl(r.fd, F_SETFL, 0))
		DIE("queue: %s", part_strerror(-errno));
	if (pthread_create(&thread, NULL, reader_thread, &r) ||
	    pthread_setschedparam(thread, SCHED_FIFO, &first))
		DIE("reader");
	guest_run(&g);
	pthread_join(thread, NULL);
	guest_report(&g, "child_post_message");
	guest_destroy(&g);
	return 0;
}
