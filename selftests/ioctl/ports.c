// SPDX-License-Identifier: GPL-2.0
/* Ports bound to eventfds and message queues, driven by a guest's hypercalls. */
#include <kselftest_harness.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include "part.h"

#define CONN	0x2042

FIXTURE(ports)
{
	struct caller c;
};

FIXTURE_SETUP(ports)
{
	ASSERT_EQ(0, caller_create(&self->c, guest_hypercall));
}

FIXTURE_TEARDOWN(ports)
{
	caller_close(&self->c);
}

static u64 guest_call(FIXTURE_DATA(ports) *self, u64 control, u64 in)
{
	return caller_calls(&self->c, control, in, 1);
}

static u64 guest_signal(FIXTURE_DATA(ports) *self, u32 conn, u16 flag)
{
	return guest_call(self, HVCALL_SIGNAL_EVENT | HV_HYPERCALL_FAST_BIT,
			  conn | (u64)flag << 32);
}

static u64 guest_post(FIXTURE_DATA(ports) *self, u32 conn, u64 word)
{
	u64 *in = (void *)(self->c.ram + GUEST_IN);

	in[0] = conn;
	in[1] = 1 | 16ULL << 32;	/* type 1, 16 bytes */
	in[2] = word;
	in[3] = ~word;
	return guest_call(self, HVCALL_POST_MESSAGE, GUEST_IN);
}

static int bind_event(int part, u32 conn, u16 flag, int fd, u32 flags)
{
	const struct hvpart_port_eventfd a = {
		.connection_id = conn,
		.flag_number = flag,
		.fd = fd,
		.flags = flags,
	};

	return do_ioctl(part, HVPART_PORT_EVENTFD, &a);
}

static int bind_msgq(int part, u32 conn)
{
	const struct hvpart_port_msgq a = { .connection_id = conn };

	return do_ioctl(part, HVPART_PORT_MSGQ, &a);
}

static u64 event_count(int fd)
{
	u64 n = 0;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

TEST_F(ports, event_structure)
{
	const int efd = eventfd(0, EFD_NONBLOCK);
	struct hvpart_port_eventfd a = { .fd = efd, .reserved = 1 };
	int fresh = part_create(self->c.dev);

	EXPECT_EQ(-EINVAL, do_ioctl(self->c.part, HVPART_PORT_EVENTFD, &a));
	EXPECT_EQ(-EINVAL, bind_event(self->c.part, 1 << 24, 0, efd, 0));
	EXPECT_EQ(-EINVAL, bind_event(self->c.part, 1, 2048, efd, 0));
	EXPECT_EQ(-EINVAL, bind_event(self->c.part, 1, 0, efd, 2));
	EXPECT_EQ(-EBADF, bind_event(self->c.part, 1, 0, -1, 0));
	EXPECT_EQ(-EINVAL, bind_event(self->c.part, 1, 0, self->c.dev, 0));
	EXPECT_EQ(-EFAULT, do_ioctl(self->c.part, HVPART_PORT_EVENTFD, NULL));
	EXPECT_EQ(-ENODEV, bind_event(fresh, 1, 0, efd, 0));
	EXPECT_EQ(-ENOENT, bind_event(self->c.part, 1, 0, efd, HVPART_PORT_DEASSIGN));
	EXPECT_EQ(0, bind_event(self->c.part, 1, 0, efd, 0));
	EXPECT_EQ(-EEXIST, bind_event(self->c.part, 1, 0, efd, 0));
	EXPECT_EQ(-EEXIST, bind_msgq(self->c.part, 1));
	EXPECT_EQ(0, bind_event(self->c.part, 1, 1, efd, 0));
	EXPECT_EQ(0, bind_event(self->c.part, 1, 0, efd, HVPART_PORT_DEASSIGN));
	EXPECT_EQ(0, bind_event(self->c.part, 1, 1, efd, HVPART_PORT_DEASSIGN));
	/* The connection went with its last flag. */
	EXPECT_GE(bind_msgq(self->c.part, 1), 0);
	EXPECT_EQ(-EEXIST, bind_event(self->c.part, 1, 0, efd, 0));
	close(fresh);
}

static u32 connections(int part)
{
	struct hvpart_partition_stats s = { 0 };
	struct hvpart_get_stats a = { .size = sizeof(s), .stats_ptr = (uintptr_t)&s };

	return do_ioctl(part, HVPART_GET_STATS, &a) ? ~0U : s.connection_count;
}

TEST_F(ports, events)
{
	const int a = eventfd(0, EFD_NONBLOCK), b = eventfd(0, EFD_NONBLOCK);

	EXPECT_EQ(HV_STATUS_INVALID_CONNECTION_ID, guest_signal(self, CONN, 0));
	ASSERT_EQ(0, bind_event(self->c.part, CONN, 0, a, 0));
	ASSERT_EQ(0, bind_event(self->c.part, CONN, 2047, b, 0));
	EXPECT_EQ(1, connections(self->c.part));
	EXPECT_EQ(0, guest_signal(self, CONN, 0));
	EXPECT_EQ(1, event_count(a));
	EXPECT_EQ(0, event_count(b));
	EXPECT_EQ(0, guest_signal(self, CONN, 2047));
	EXPECT_EQ(0, guest_signal(self, CONN, 2047));
	EXPECT_EQ(0, event_count(a));
	EXPECT_EQ(2, event_count(b));
	/* A flag that nobody listens to. */
	EXPECT_EQ(0, guest_signal(self, CONN, 5));
	EXPECT_EQ(0, event_count(a) + event_count(b));
	ASSERT_EQ(0, bind_event(self->c.part, CONN, 0, a, HVPART_PORT_DEASSIGN));
	EXPECT_EQ(0, guest_signal(self, CONN, 0));
	EXPECT_EQ(0, event_count(a));
	ASSERT_EQ(0, bind_event(self->c.part, CONN, 2047, b, HVPART_PORT_DEASSIGN));
	EXPECT_EQ(0, connections(self->c.part));
	EXPECT_EQ(HV_STATUS_INVALID_CONNECTION_ID, guest_signal(self, CONN, 0));
}

static struct hvpart_vp_stats vp_stats(int vp)
{
	struct hvpart_vp_stats s = { 0 };
	struct hvpart_get_stats a = {
		.size = sizeof(s),
		.stats_ptr = (uintptr_t)&s,
	};

	do_ioctl(vp, HVPART_GET_STATS, &a);
	return s;
}

/*
 * What the guest sends is at the eventfd, or in the queue, without a trip of
 * its thread to user space: that has one exit to handle, the OUT afterwards.
 */
TEST_F(ports, delivery_in_the_kernel)
{
	const int efd = eventfd(0, EFD_NONBLOCK);
	struct hvpart_vp_stats before, after;
	struct hv_message m[32];
	int q = bind_msgq(self->c.part, CONN + 1);

	ASSERT_EQ(0, bind_event(self->c.part, CONN, 3, efd, 0));
	before = vp_stats(self->c.vp);
	EXPECT_EQ(0, caller_calls(&self->c, HVCALL_SIGNAL_EVENT | HV_HYPERCALL_FAST_BIT,
				 CONN | 3ULL << 32, 1000));
	after = vp_stats(self->c.vp);
	EXPECT_EQ(1000, event_count(efd));
	EXPECT_EQ(1000, after.hypercalls - before.hypercalls);
	EXPECT_EQ(1, after.intercepts - before.intercepts);

	fcntl(q, F_SETFL, O_NONBLOCK);
	EXPECT_EQ(0, guest_post(self, CONN + 1, 7));
	before = vp_stats(self->c.vp);
	EXPECT_EQ(0, caller_calls(&self->c, HVCALL_POST_MESSAGE, GUEST_IN, 15));
	after = vp_stats(self->c.vp);
	EXPECT_EQ(1, after.intercepts - before.intercepts);
	EXPECT_EQ(16 * sizeof(m[0]), read(q, m, sizeof(m)));
	close(q);
	close(efd);
}

/* Each refusal of HvPostMessage and HvSignalEvent. */
TEST_F(ports, statuses)
{
	const int efd = eventfd(0, EFD_NONBLOCK);
	int q = bind_msgq(self->c.part, CONN);
	struct hv_message m;
	u32 *in = (void *)(self->c.ram + GUEST_IN);

	ASSERT_EQ(0, bind_event(self->c.part, CONN + 1, 0, efd, 0));
	fcntl(q, F_SETFL, O_NONBLOCK);
	EXPECT_EQ(HV_STATUS_INVALID_PORT_ID, guest_post(self, CONN + 1, 0));
	EXPECT_EQ(HV_STATUS_INVALID_PORT_ID, guest_signal(self, CONN, 0));
	EXPECT_EQ(HV_STATUS_INVALID_CONNECTION_ID, guest_post(self, CONN + 2, 0));
	EXPECT_EQ(HV_STATUS_INVALID_CONNECTION_ID,
		  guest_signal(self, CONN + 2, 0));
	EXPECT_EQ(HV_STATUS_INVALID_CONNECTION_ID,
		  guest_signal(self, CONN | 1 << 24, 0));
	EXPECT_EQ(HV_STATUS_INVALID_PARAMETER, guest_signal(self, CONN + 1, 2048));
	EXPECT_EQ(HV_STATUS_INVALID_HYPERCALL_INPUT,
		  guest_call(self, HVCALL_SIGNAL_EVENT | HV_HYPERCALL_FAST_BIT,
			     (CONN + 1) | 1ULL << 48));
	/* A fast post is no such call's form. */
	EXPECT_NE(0, guest_call(self, HVCALL_POST_MESSAGE | HV_HYPERCALL_FAST_BIT,
				CONN));
	EXPECT_EQ(HV_STATUS_INVALID_ALIGNMENT,
		  guest_call(self, HVCALL_POST_MESSAGE, GUEST_IN + 4));
	EXPECT_EQ(HV_STATUS_INVALID_ALIGNMENT,
		  guest_call(self, HVCALL_POST_MESSAGE, GUEST_IN + PAGE - 248));
	EXPECT_EQ(HV_STATUS_INVALID_ALIGNMENT,
		  guest_call(self, HVCALL_POST_MESSAGE, 1ULL << 40));
	EXPECT_EQ(0, guest_post(self, CONN, 1));
	in[2] = 0;
	EXPECT_EQ(HV_STATUS_INVALID_PARAMETER,
		  guest_call(self, HVCALL_POST_MESSAGE, GUEST_IN));
	in[2] = 0x80000000;
	EXPECT_EQ(HV_STATUS_INVALID_PARAMETER,
		  guest_call(self, HVCALL_POST_MESSAGE, GUEST_IN));
	in[2] = 1;
	in[3] = 241;
	EXPECT_EQ(HV_STATUS_INVALID_PARAMETER,
		  guest_call(self, HVCALL_POST_MESSAGE, GUEST_IN));
	/* One has arrived, and no signal. */
	EXPECT_EQ(sizeof(m), read(q, &m, sizeof(m)));
	EXPECT_EQ(-1, read(q, &m, sizeof(m)));
	EXPECT_EQ(0, event_count(efd));
	close(q);
	close(efd);
}

TEST_F(ports, messages)
{
	struct hv_message m[3];
	int q = bind_msgq(self->c.part, CONN);

	ASSERT_GE(q, 0);
	EXPECT_EQ(FD_CLOEXEC, fcntl(q, F_GETFD));
	fcntl(q, F_SETFL, O_NONBLOCK);
	EXPECT_EQ(-1, read(q, m, sizeof(m)));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(-1, read(q, m, sizeof(m[0]) - 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0, guest_post(self, CONN, 0x1234));
	EXPECT_EQ(0, guest_post(self, CONN, 0x5678));
	EXPECT_EQ(2 * sizeof(m[0]), read(q, m, sizeof(m)));
	EXPECT_EQ(1, m[0].header.message_type);
	EXPECT_EQ(16, m[0].header.payload_size);
	EXPECT_EQ(0x1234, m[0].u.payload[0]);
	EXPECT_EQ(0x5678, m[1].u.payload[0]);
	EXPECT_EQ(~0x5678ULL, m[1].u.payload[1]);
	/* What could not be copied comes again. */
	EXPECT_EQ(0, guest_post(self, CONN, 0x9abc));
	ASSERT_EQ(0, munmap(self->c.ram + GUEST_RAM - PAGE, PAGE));
	EXPECT_EQ(-1, read(q, self->c.ram + GUEST_RAM - PAGE, sizeof(m[0])));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(sizeof(m[0]), read(q, m, sizeof(m[0])));
	EXPECT_EQ(0x9abc, m[0].u.payload[0]);
	close(q);
	EXPECT_EQ(HV_STATUS_INVALID_CONNECTION_ID, guest_post(self, CONN, 1));
}

/* A slow reader makes the guest wait; nothing is lost. */
TEST_F(ports, full_queue)
{
	struct hv_message m[32];
	int q = bind_msgq(self->c.part, CONN), n = 0;

	fcntl(q, F_SETFL, O_NONBLOCK);
	while (guest_post(self, CONN, n) == 0 && n < 100)
		n++;
	EXPECT_EQ(16, n);
	EXPECT_EQ(HV_STATUS_INSUFFICIENT_BUFFERS, guest_post(self, CONN, 77));
	ASSERT_EQ(16 * sizeof(m[0]), read(q, m, sizeof(m)));
	for (int i = 0; i < 16; i++)
		EXPECT_EQ((u64)i, m[i].u.payload[0]);
	EXPECT_EQ(0, guest_post(self, CONN, 78));
	close(q);
}

static void *poll_thread(void *arg)
{
	struct pollfd p = { .fd = *(int *)arg, .events = POLLIN };
	static struct hv_message m;

	if (poll(&p, 1, 10000) != 1 || !(p.revents & POLLIN))
		return (void *)1;
	return read(p.fd, &m, sizeof(m)) == sizeof(m) ? &m : (void *)2;
}

TEST_F(ports, poll_and_blocking_read)
{
	int q = bind_msgq(self->c.part, CONN);
	struct pollfd p = { .fd = q, .events = POLLIN };
	struct hv_message *m;
	pthread_t t;

	EXPECT_EQ(0, poll(&p, 1, 0));
	ASSERT_EQ(0, pthread_create(&t, NULL, poll_thread, &q));
	usleep(100000);
	EXPECT_EQ(0, guest_post(self, CONN, 0x4711));
	pthread_join(t, (void **)&m);
	ASSERT_NE((void *)1, m);
	ASSERT_NE((void *)2, m);
	EXPECT_EQ(0x4711, m->u.payload[0]);
	close(q);
}

static void nothing(int sig)
{
}

TEST_F(ports, read_is_interrupted)
{
	const struct sigaction sa = { .sa_handler = nothing };
	int q = bind_msgq(self->c.part, CONN);
	struct hv_message m;

	sigaction(SIGALRM, &sa, NULL);
	alarm(1);
	EXPECT_EQ(-1, read(q, &m, sizeof(m)));
	EXPECT_EQ(EINTR, errno);
	close(q);
}

/* The queue's descriptor keeps the partition; all ends in any order. */
TEST_F(ports, descriptor_lifetimes)
{
	int part = part_create_ready(self->c.dev), efd = eventfd(0, 0), q;
	struct hvpart_list list = { .count = 0 };

	ASSERT_GE(part, 0);
	q = bind_msgq(part, 1);
	ASSERT_GE(q, 0);
	ASSERT_EQ(0, bind_event(part, 2, 3, efd, 0));
	close(part);
	fcntl(q, F_SETFL, O_NONBLOCK);
	EXPECT_EQ(-1, read(q, &self->c.m, sizeof(self->c.m)));
	EXPECT_EQ(EAGAIN, errno);
	close(q);
	close(efd);
	EXPECT_EQ(0, do_ioctl(self->c.dev, HVPART_LIST, &list));
}

TEST_F(ports, msgq_structure)
{
	struct hvpart_port_msgq a = { .reserved = 1 };
	int fresh = part_create(self->c.dev), q;

	EXPECT_EQ(-EINVAL, do_ioctl(self->c.part, HVPART_PORT_MSGQ, &a));
	a = (struct hvpart_port_msgq) { .flags = HVPART_PORT_DEASSIGN };
	EXPECT_EQ(-EINVAL, do_ioctl(self->c.part, HVPART_PORT_MSGQ, &a));
	EXPECT_EQ(-EINVAL, bind_msgq(self->c.part, 1 << 24));
	EXPECT_EQ(-EFAULT, do_ioctl(self->c.part, HVPART_PORT_MSGQ, NULL));
	EXPECT_EQ(-ENODEV, bind_msgq(fresh, 1));
	q = bind_msgq(self->c.part, 7);
	EXPECT_GE(q, 0);
	EXPECT_EQ(-EEXIST, bind_msgq(self->c.part, 7));
	close(q);
	q = bind_msgq(self->c.part, 7);
	EXPECT_GE(q, 0);
	close(q);
	close(fresh);
}

/* Crash MSRs, the message in guest memory, and poll() for the news. */
TEST_F(ports, crash)
{
	struct pollfd p = { .fd = self->c.part, .events = POLLPRI };
	char text[16] = { 0 };
	struct hvpart_crash c = {
		.message_size = sizeof(text),
		.message_ptr = (uintptr_t)text,
	};

	ASSERT_EQ(0, do_ioctl(self->c.part, HVPART_GET_CRASH, &c));
	EXPECT_EQ(0, c.count);
	EXPECT_EQ(0, poll(&p, 1, 0));
	memcpy(self->c.ram + 0x31000, "panic!", 6);
	ASSERT_EQ(0, guest_start_long(self->c.vp, 0, guest_crash));
	ASSERT_EQ(0, vp_run(self->c.vp, &self->c.m));
	ASSERT_EQ(HVMSG_X64_IO_PORT_INTERCEPT, self->c.m.header.message_type);
	EXPECT_EQ(0x12, IO(self->c.m)->port_number);
	EXPECT_EQ(1, poll(&p, 1, 0));
	c.message_size = sizeof(text);
	ASSERT_EQ(0, do_ioctl(self->c.part, HVPART_GET_CRASH, &c));
	EXPECT_EQ(1, c.count);
	EXPECT_EQ(0x11, c.p[0]);
	EXPECT_EQ(0x22, c.p[1]);
	EXPECT_EQ(0x33, c.p[2]);
	EXPECT_EQ(0x31000, c.p[3]);
	EXPECT_EQ(6, c.p[4]);
	EXPECT_EQ(0, c.vp_index);
	EXPECT_EQ(0, c.flags);
	EXPECT_EQ(6, c.message_size);
	EXPECT_STREQ("panic!", text);
	EXPECT_EQ(0, poll(&p, 1, 0));
	c.reserved = 1;
	EXPECT_EQ(-EINVAL, do_ioctl(self->c.part, HVPART_GET_CRASH, &c));
}

TEST_HARNESS_MAIN
