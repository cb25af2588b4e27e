// SPDX-License-Identifier: GPL-2.0
/* HVPART_CONNECT: messages and events for a child, by ioctl and by eventfd. */
#include <kselftest_harness.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include "part.h"
#include <hvpart/call_interrupt.h>

#define SINT	4		/* what guest_synic listens to */
#define CONN	0x2042

FIXTURE(connection)
{
	struct caller c;
	u8 *page;		/* a state page was read to it */
};

FIXTURE_SETUP(connection)
{
	self->page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->page);
	/* The SynIC is on. */
	ASSERT_EQ(0, caller_create(&self->c, guest_synic));
}

FIXTURE_TEARDOWN(connection)
{
	caller_close(&self->c);
}

static int to_messages(int part, u32 sint)
{
	const struct hvpart_connect a = {
		.port_type = HV_PORT_TYPE_MESSAGE,
		.sint = sint,
	};

	return do_ioctl(part, HVPART_CONNECT, &a);
}

static int to_events(int part, u16 base, u16 count)
{
	const struct hvpart_connect a = {
		.port_type = HV_PORT_TYPE_EVENT,
		.sint = SINT,
		.base_flag = base,
		.flag_count = count,
	};

	return do_ioctl(part, HVPART_CONNECT, &a);
}

static int post(int fd, u32 type, u32 size, u64 word, u16 *status)
{
	struct hv_message m = {
		.header.message_type = type,
		.header.payload_size = size,
		.u.payload[0] = word,
	};
	struct hvpart_post_message a = { .message_ptr = (uintptr_t)&m };
	int ret = do_ioctl(fd, HVPART_POST_MESSAGE, &a);

	*status = a.status;
	return ret;
}

static int signal_flag(int fd, u16 flag, u16 *status)
{
	struct hvpart_signal_event a = { .flag_number = flag };
	int ret = do_ioctl(fd, HVPART_SIGNAL_EVENT, &a);

	*status = a.status;
	return ret;
}

static int bind_flag(int fd, u16 flag, int efd, u32 flags)
{
	const struct hvpart_event_eventfd a = {
		.fd = efd,
		.flag_number = flag,
		.flags = flags,
	};

	return do_ioctl(fd, HVPART_EVENT_EVENTFD, &a);
}

static void event_write(int fd)
{
	const u64 one = 1;

	if (write(fd, &one, sizeof(one)) != sizeof(one))
		abort();
}

static bool event_is_zero(int fd)
{
	u64 n;

	return read(fd, &n, sizeof(n)) < 0 && errno == EAGAIN;
}

static const u8 *state_page(FIXTURE_DATA(connection) *self, u8 type)
{
	struct hvpart_get_set_vp_state a = {
		.type = type,
		.buf_sz = PAGE,
		.buf_ptr = (uintptr_t)self->page,
	};

	memset(self->page, 0xFF, PAGE);
	do_ioctl(self->c.vp, HVPART_GET_VP_STATE, &a);
	return self->page;
}

static const struct hv_message *slot(FIXTURE_DATA(connection) *self)
{
	return (const void *)(state_page(self, HVPART_VP_STATE_SIMP) + 256 * SINT);
}

static bool flag_is_set(FIXTURE_DATA(connection) *self, u32 flag)
{
	const u8 *page = state_page(self, HVPART_VP_STATE_SIEFP);

	return page[256 * SINT + flag / 8] >> flag % 8 & 1;
}

/* What a work does comes a moment later. */
static bool flag_comes(FIXTURE_DATA(connection) *self, u32 flag)
{
	for (int i = 0; i < 1000; i++) {
		if (flag_is_set(self, flag))
			return true;
		usleep(10000);
	}
	return false;
}

static u32 ports(int part)
{
	struct hvpart_partition_stats s = { 0 };
	struct hvpart_get_stats a = {
		.size = sizeof(s),
		.stats_ptr = (uintptr_t)&s,
	};

	return do_ioctl(part, HVPART_GET_STATS, &a) ? ~0U : s.port_count;
}

TEST_F(connection, structure)
{
	const struct hvpart_connect good = {
		.port_type = HV_PORT_TYPE_EVENT, .sint = 1, .flag_count = 1,
	};
	struct hvpart_connect a = good;
	int fresh = part_create(self->c.dev), fd;

#define REFUSED(field, value) do {					\
	a = good;							\
	a.field = value;						\
	EXPECT_EQ(-EINVAL, do_ioctl(self->c.part, HVPART_CONNECT, &a));	\
} while (0)

	REFUSED(reserved, 1);
	REFUSED(port_type, 0);
	REFUSED(port_type, HV_PORT_TYPE_MONITOR);
	REFUSED(port_type, HV_PORT_TYPE_DOORBELL);
	/* With flags, which a message port has not. */
	REFUSED(port_type, HV_PORT_TYPE_MESSAGE);
	REFUSED(sint, 0);
	REFUSED(sint, 16);
	REFUSED(vp_index, 1);
	REFUSED(vp_index, HV_VP_INDEX_SELF);
	REFUSED(flag_count, 0);
	REFUSED(flag_count, 2049);
	REFUSED(base_flag, 2048);
	a = good;
	EXPECT_EQ(-ENODEV, do_ioctl(fresh, HVPART_CONNECT, &a));
	EXPECT_EQ(-EFAULT, do_ioctl(self->c.part, HVPART_CONNECT, NULL));
	EXPECT_EQ(-ENOTTY, do_ioctl(self->c.vp, HVPART_CONNECT, &a));
	EXPECT_EQ(-ENOTTY, do_ioctl(self->c.dev, HVPART_CONNECT, &a));
	EXPECT_EQ(0, ports(self->c.part));
	a.base_flag = 2047;
	fd = do_ioctl(self->c.part, HVPART_CONNECT, &a);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(1, ports(self->c.part));
	EXPECT_EQ(-ENOTTY, do_ioctl(fd, HVPART_CONNECT, &a));
	EXPECT_EQ(-ENOTTY, do_ioctl(fd, HVPART_GET_STATS, &a));
	close(fd);
	EXPECT_EQ(0, ports(self->c.part));
	close(fresh);
}

TEST_F(connection, messages)
{
	struct hvpart_post_message a = { .status = 1 };
	int fd = to_messages(self->c.part, SINT);
	u16 status;

	ASSERT_GE(fd, 0);
	EXPECT_EQ(-EINVAL, do_ioctl(fd, HVPART_POST_MESSAGE, &a));
	a = (struct hvpart_post_message) { .reserved[2] = 1 };
	EXPECT_EQ(-EINVAL, do_ioctl(fd, HVPART_POST_MESSAGE, &a));
	a = (struct hvpart_post_message) { .message_ptr = 0 };
	EXPECT_EQ(-EFAULT, do_ioctl(fd, HVPART_POST_MESSAGE, &a));
	EXPECT_EQ(-EFAULT, do_ioctl(fd, HVPART_POST_MESSAGE, NULL));
	EXPECT_EQ(-EINVAL, post(fd, 0, 8, 0, &status));
	EXPECT_EQ(HV_STATUS_INVALID_PARAMETER, status);
	EXPECT_EQ(-EINVAL, post(fd, 0x80000010, 8, 0, &status));
	EXPECT_EQ(HV_STATUS_INVALID_PARAMETER, status);
	EXPECT_EQ(-EINVAL, post(fd, 1, 241, 0, &status));
	EXPECT_EQ(HV_STATUS_INVALID_PARAMETER, status);
	EXPECT_EQ(-EINVAL, post(fd, 1, 255, 0, &status));
	EXPECT_EQ(0, slot(self)->header.message_type);
	/* One in the slot, sixteen behind it. */
	for (u64 n = 0; n < 17; n++) {
		EXPECT_EQ(0, post(fd, 0x7ffffff0, 8, 100 + n, &status));
		EXPECT_EQ(0, status);
	}
	EXPECT_EQ(-EAGAIN, post(fd, 1, 8, 0, &status));
	EXPECT_EQ(HV_STATUS_INSUFFICIENT_BUFFERS, status);
	EXPECT_EQ(0x7ffffff0, slot(self)->header.message_type);
	EXPECT_EQ(8, slot(self)->header.payload_size);
	EXPECT_EQ(1, slot(self)->header.message_flags.asu8);
	EXPECT_EQ(100, slot(self)->u.payload[0]);
	/* Not what it is for. */
	EXPECT_EQ(-EINVAL, signal_flag(fd, 0, &status));
	EXPECT_EQ(HV_STATUS_INVALID_PORT_ID, status);
	EXPECT_EQ(-EINVAL, bind_flag(fd, 0, self->c.dev, 0));
	/* What waits goes with the port, and the next one has all buffers. */
	close(fd);
	fd = to_messages(self->c.part, SINT);
	for (u64 n = 0; n < 16; n++)
		EXPECT_EQ(0, post(fd, 1, 8, n, &status));
	EXPECT_EQ(-EAGAIN, post(fd, 1, 8, 0, &status));
	close(fd);
}

TEST_F(connection, events)
{
	struct hvpart_signal_event a = { .status = 1 };
	int fd = to_events(self->c.part, 100, 10);
	u16 status;

	ASSERT_GE(fd, 0);
	EXPECT_EQ(-EINVAL, do_ioctl(fd, HVPART_SIGNAL_EVENT, &a));
	a = (struct hvpart_signal_event) { .reserved = 1 };
	EXPECT_EQ(-EINVAL, do_ioctl(fd, HVPART_SIGNAL_EVENT, &a));
	EXPECT_EQ(-EFAULT, do_ioctl(fd, HVPART_SIGNAL_EVENT, NULL));
	EXPECT_EQ(-EINVAL, signal_flag(fd, 10, &status));
	EXPECT_EQ(HV_STATUS_INVALID_PARAMETER, status);
	EXPECT_EQ(-EINVAL, signal_flag(fd, 0xffff, &status));
	EXPECT_EQ(-EINVAL, post(fd, 1, 8, 0, &status));
	EXPECT_EQ(HV_STATUS_INVALID_PORT_ID, status);
	EXPECT_EQ(0, signal_flag(fd, 3, &status));
	EXPECT_EQ(0, signal_flag(fd, 3, &status));
	EXPECT_TRUE(flag_is_set(self, 103));
	EXPECT_FALSE(flag_is_set(self, 3));
	EXPECT_FALSE(flag_is_set(self, 102));
	close(fd);
	/* A VP that does not listen. */
	ASSERT_EQ(0, guest_start_long(self->c.vp, 0, guest_hypercall));
	fd = do_ioctl(self->c.part, HVPART_CONNECT, &(struct hvpart_connect) {
		.port_type = HV_PORT_TYPE_EVENT, .sint = 5, .flag_count = 1,
	});
	EXPECT_EQ(-EIO, signal_flag(fd, 0, &status));
	EXPECT_EQ(HV_STATUS_INVALID_SYNIC_STATE, status);
	close(fd);
}

TEST_F(connection, eventfd_structure)
{
	const int efd = eventfd(0, EFD_NONBLOCK), other = eventfd(0, 0);
	struct hvpart_event_eventfd a = { .fd = efd, .reserved = 1 };
	int fd = to_events(self->c.part, 0, 8);

	EXPECT_EQ(-EINVAL, do_ioctl(fd, HVPART_EVENT_EVENTFD, &a));
	EXPECT_EQ(-EFAULT, do_ioctl(fd, HVPART_EVENT_EVENTFD, NULL));
	EXPECT_EQ(-EINVAL, bind_flag(fd, 8, efd, 0));
	EXPECT_EQ(-EINVAL, bind_flag(fd, 0, efd, 2));
	EXPECT_EQ(-EINVAL, bind_flag(fd, 0, self->c.dev, 0));
	EXPECT_EQ(-EBADF, bind_flag(fd, 0, -1, 0));
	EXPECT_EQ(-ENOENT, bind_flag(fd, 0, efd, HVPART_PORT_DEASSIGN));
	EXPECT_EQ(0, bind_flag(fd, 0, efd, 0));
	EXPECT_EQ(-EEXIST, bind_flag(fd, 0, efd, 0));
	EXPECT_EQ(-EEXIST, bind_flag(fd, 0, other, 0));
	EXPECT_EQ(-ENOENT, bind_flag(fd, 0, other, HVPART_PORT_DEASSIGN));
	EXPECT_EQ(-EINVAL, bind_flag(fd, 0, self->c.dev, HVPART_PORT_DEASSIGN));
	/* Several flags by one eventfd. */
	EXPECT_EQ(0, bind_flag(fd, 1, efd, 0));
	EXPECT_EQ(0, bind_flag(fd, 0, efd, HVPART_PORT_DEASSIGN));
	EXPECT_EQ(-ENOENT, bind_flag(fd, 0, efd, HVPART_PORT_DEASSIGN));
	close(fd);
	close(efd);
	close(other);
}

TEST_F(connection, eventfd)
{
	const int a = eventfd(0, EFD_NONBLOCK), b = eventfd(1, EFD_NONBLOCK);
	int fd = to_events(self->c.part, 0, 8);

	ASSERT_EQ(0, bind_flag(fd, 2, a, 0));
	EXPECT_FALSE(flag_is_set(self, 2));
	event_write(a);
	EXPECT_TRUE(flag_is_set(self, 2));
	EXPECT_TRUE(event_is_zero(a));
	/* Written to before it was bound. */
	ASSERT_EQ(0, bind_flag(fd, 3, b, 0));
	EXPECT_TRUE(flag_comes(self, 3));
	/* Unbound it is just an eventfd. */
	ASSERT_EQ(0, bind_flag(fd, 2, a, HVPART_PORT_DEASSIGN));
	ASSERT_EQ(0, bind_flag(fd, 4, a, 0));
	ASSERT_EQ(0, bind_flag(fd, 4, a, HVPART_PORT_DEASSIGN));
	event_write(a);
	EXPECT_FALSE(flag_is_set(self, 4));
	EXPECT_FALSE(event_is_zero(a));
	close(fd);
	close(a);
	close(b);
}

/* The child's own event comes back to it: no call is made inside another. */
TEST_F(connection, eventfd_of_a_port)
{
	const int efd = eventfd(0, EFD_NONBLOCK);
	const struct hvpart_port_eventfd up = { .connection_id = CONN, .fd = efd };
	int fd = to_events(self->c.part, 0, 8);

	ASSERT_EQ(0, do_ioctl(self->c.part, HVPART_PORT_EVENTFD, &up));
	ASSERT_EQ(0, bind_flag(fd, 6, efd, 0));
	EXPECT_EQ(0, caller_calls(&self->c, HVCALL_SIGNAL_EVENT | HV_HYPERCALL_FAST_BIT,
				 CONN, 1));
	EXPECT_TRUE(flag_comes(self, 6));
	EXPECT_EQ(0, caller_calls(&self->c, HVCALL_SIGNAL_EVENT | HV_HYPERCALL_FAST_BIT,
				 CONN, 2000));
	close(fd);
	close(efd);
}

/* A descriptor keeps the partition; all ends in any order. */
TEST_F(connection, descriptor_lifetimes)
{
	int part = part_create_ready(self->c.dev), vp, efd = eventfd(0, 0);
	struct hvpart_list list = { .count = 0 };
	int events, messages;
	u16 status;

	ASSERT_GE(part, 0);
	vp = vp_create(part, 0);
	ASSERT_GE(vp, 0);
	events = to_events(part, 0, 8);
	messages = to_messages(part, 1);
	ASSERT_GE(events, 0);
	ASSERT_GE(messages, 0);
	EXPECT_EQ(0, bind_flag(events, 0, efd, 0));
	close(efd);
	close(vp);
	close(part);
	/* Nobody listens there; a message waits. */
	EXPECT_EQ(-EIO, signal_flag(events, 0, &status));
	EXPECT_EQ(HV_STATUS_INVALID_SYNIC_STATE, status);
	EXPECT_EQ(0, post(messages, 1, 8, 0, &status));
	close(events);
	close(messages);
	EXPECT_EQ(0, do_ioctl(self->c.dev, HVPART_LIST, &list));
}

struct shaker {
	int part, efd, stop;
	long n;
};

static void *bind_and_unbind(void *arg)
{
	struct shaker *s = arg;

	while (!__atomic_load_n(&s->stop, __ATOMIC_RELAXED)) {
		int fd = to_events(s->part, 0, 8);

		bind_flag(fd, s->n % 8, s->efd, 0);
		if (s->n & 1)
			bind_flag(fd, s->n % 8, s->efd, HVPART_PORT_DEASSIGN);
		close(fd);
		s->n++;
	}
	return NULL;
}

/* Signals while what they go to comes and goes. */
TEST_F(connection, races)
{
	struct shaker s = { .part = self->c.part, .efd = eventfd(0, EFD_NONBLOCK) };
	int fd = to_events(self->c.part, 0, 8);
	pthread_t t;

	ASSERT_EQ(0, bind_flag(fd, 7, s.efd, 0));
	ASSERT_EQ(0, pthread_create(&t, NULL, bind_and_unbind, &s));
	for (int i = 0; i < 20000 || s.n < 20; i++)
		event_write(s.efd);
	__atomic_store_n(&s.stop, 1, __ATOMIC_RELAXED);
	pthread_join(t, NULL);
	EXPECT_TRUE(flag_is_set(self, 7));
	close(fd);
	EXPECT_EQ(0, ports(self->c.part));
	close(s.efd);
}

TEST_HARNESS_MAIN
