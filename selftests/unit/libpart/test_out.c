// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <hvpart/call_interrupt.h>

#include "fake.h"

extern int fake_queue_peer;

static void test_assert(void)
{
	struct part *part = fake_partition(1);
	const struct hv_input_assert_virtual_interrupt *in;

	ok(!part_assert_interrupt(part, HV_X64_INTERRUPT_TYPE_FIXED, 3, 0x30,
				  true, false), "interrupt: assert");
	in = (const void *)fake_last(HVPART_ROOT_HVCALL)->input;
	ok(in->dest_addr == 3 && in->vector == 0x30 &&
	   in->control.as_uint64 == 1ULL << 32, "interrupt: level");
	part_assert_interrupt(part, 4, 3, 0, false, true);
	in = (const void *)fake_last(HVPART_ROOT_HVCALL)->input;
	ok(in->control.as_uint64 == (4 | 1ULL << 33), "interrupt: logical NMI");
	fake_status(HV_STATUS_INVALID_PARAMETER, 0);
	ok(part_assert_interrupt(part, 0, 0, 1, 0, 0) == -EINVAL,
	   "interrupt: refused");
	part_destroy(part);
}

void test_interrupt(void)
{
	const struct hv_input_post_message_direct *post;
	const struct hv_input_signal_event_direct *signal;
	struct hv_message msg = {
		.header.message_type = 1, .header.payload_size = 8,
		.u.payload[0] = 0x42,
	};
	struct part *part;
	uint64_t one = 1;

	test_assert();
	part = fake_partition(1);
	ok(!part_post_message_direct(part, 2, 5, &msg), "post");
	post = (const void *)fake_last(HVPART_ROOT_HVCALL)->input;
	ok(post->target_vp == 2 && post->target_sint == 5 &&
	   !memcmp(post->message, &msg, 256), "post: arguments");
	ok(part_post_message_direct(part, 0, 16, &msg) == -EINVAL,
	   "post: no such source");
	fake_status(HV_STATUS_OBJECT_IN_USE, 0);
	ok(part_post_message_direct(part, 0, 2, &msg) == -EAGAIN,
	   "post: slot in use");
	fake_status(HV_STATUS_INVALID_VP_INDEX, 0);
	ok(part_post_message_direct(part, 9, 2, &msg) == -EINVAL,
	   "post: refused");
	msg.header.payload_size = 241;
	ok(part_post_message_direct(part, 0, 2, &msg) == -EINVAL,
	   "post: payload too long");
	fake_status(0, 0);
	ok(part_signal_event_direct(part, 1, 2, 77) == 0,
	   "signal: was set already");
	fake_output(&one, sizeof(one));
	ok(part_signal_event_direct(part, 1, 2, 77) == 1, "signal: newly set");
	signal = (const void *)fake_last(HVPART_ROOT_HVCALL)->input;
	ok(signal->target_vp == 1 && signal->target_sint == 2 &&
	   signal->flag_number == 77, "signal: arguments");
	ok(part_signal_event_direct(part, 1, 16, 0) == -EINVAL &&
	   part_signal_event_direct(part, 1, 0, 2048) == -EINVAL,
	   "signal: out of range");
	fake_status(HV_STATUS_INVALID_SYNIC_STATE, 0);
	ok(part_signal_event_direct(part, 1, 2, 77) == -EBUSY,
	   "signal: refused");
	part_destroy(part);
}

void test_port(void)
{
	struct part *part = fake_partition(1);
	const struct hvpart_port_eventfd *arg;
	struct hv_message msg = { .header.message_type = 9 };
	struct hv_message got;
	int fd;

	ok(!part_port_eventfd(part, 7, 1, 33), "port: eventfd");
	arg = (const void *)fake_last(HVPART_PORT_EVENTFD)->arg;
	ok(arg->connection_id == 7 && arg->flag_number == 1 && arg->fd == 33 &&
	   !arg->flags, "port: arguments");
	ok(!part_port_eventfd_remove(part, 7, 1, 33), "port: remove");
	arg = (const void *)fake_last(HVPART_PORT_EVENTFD)->arg;
	ok(arg->flags == HVPART_PORT_DEASSIGN, "port: remove, flag");
	fake_fail(HVPART_PORT_EVENTFD, 1, EEXIST);
	ok(part_port_eventfd(part, 7, 1, 33) == -EEXIST, "port: refused");
	fake_fail(HVPART_PORT_MSGQ, 1, EEXIST);
	ok(part_port_msgq(part, 4) == -EEXIST, "queue: refused");
	fd = part_port_msgq(part, 4);
	ok(fd >= 0, "queue");
	ok(part_port_read_message(fd, &got) == -EAGAIN, "queue: empty");
	ok(send(fake_queue_peer, &msg, sizeof(msg), 0) == sizeof(msg) &&
	   !part_port_read_message(fd, &got) &&
	   got.header.message_type == 9, "queue: message");
	ok(send(fake_queue_peer, &msg, 10, 0) == 10 &&
	   part_port_read_message(fd, &got) == -EIO, "queue: half a message");
	close(fake_queue_peer);
	ok(part_port_read_message(fd, &got) == -EIO, "queue: end");
	close(fd);
	part_destroy(part);
}

static void test_connect(struct part *part)
{
	const struct hvpart_connect *arg;

	fake_fail(HVPART_CONNECT, 1, EINVAL);
	ok(part_connect_message(part, 3, 0) == -EINVAL, "connect: refused");
	ok(part_connect_message(part, 3, 2) >= 0, "connect: messages");
	arg = (const void *)fake_last(HVPART_CONNECT)->arg;
	ok(arg->port_type == HV_PORT_TYPE_MESSAGE && arg->vp_index == 3 &&
	   arg->sint == 2 && !arg->base_flag && !arg->flag_count &&
	   !arg->reserved, "connect: messages, arguments");
	ok(part_connect_event(part, 1, 4, 100, 2) >= 0, "connect: events");
	arg = (const void *)fake_last(HVPART_CONNECT)->arg;
	ok(arg->port_type == HV_PORT_TYPE_EVENT && arg->vp_index == 1 &&
	   arg->sint == 4 && arg->base_flag == 100 && arg->flag_count == 2,
	   "connect: events, arguments");
}

void test_connection(void)
{
	const struct hv_message msg = { .header.message_type = 7 };
	struct hvpart_post_message full = {
		.status = HV_STATUS_INSUFFICIENT_BUFFERS,
	};
	struct hvpart_signal_event deaf = {
		.status = HV_STATUS_INVALID_SYNIC_STATE,
	};
	struct part *part = fake_partition(1);
	const struct hvpart_event_eventfd *bind;
	const struct hvpart_post_message *post;

	test_connect(part);
	ok(!part_post_message(5, &msg), "connection: post");
	post = (const void *)fake_last(HVPART_POST_MESSAGE)->arg;
	ok(fake_last(HVPART_POST_MESSAGE)->fd == 5 && !post->status &&
	   post->message_ptr == (uintptr_t)&msg, "connection: post, arguments");
	fake_output(&full, sizeof(full));
	ok(part_post_message(5, &msg) == -EAGAIN &&
	   part_last_status() == HV_STATUS_INSUFFICIENT_BUFFERS,
	   "connection: full");
	fake_reset();
	fake_fail(HVPART_POST_MESSAGE, 1, EFAULT);
	ok(part_post_message(5, NULL) == -EFAULT && !part_last_status(),
	   "connection: no message");
	ok(!part_signal_event(6, 9), "connection: signal");
	ok(((const struct hvpart_signal_event *)
	    fake_last(HVPART_SIGNAL_EVENT)->arg)->flag_number == 9,
	   "connection: signal, arguments");
	fake_output(&deaf, sizeof(deaf));
	ok(part_signal_event(6, 9) == -EBUSY &&
	   part_last_status() == HV_STATUS_INVALID_SYNIC_STATE,
	   "connection: nobody listens");
	fake_reset();
	ok(!part_event_eventfd(6, 3, 33), "connection: eventfd");
	bind = (const void *)fake_last(HVPART_EVENT_EVENTFD)->arg;
	ok(bind->fd == 33 && bind->flag_number == 3 && !bind->flags,
	   "connection: eventfd, arguments");
	ok(!part_event_eventfd_remove(6, 3, 33), "connection: remove");
	bind = (const void *)fake_last(HVPART_EVENT_EVENTFD)->arg;
	ok(bind->flags == HVPART_PORT_DEASSIGN, "connection: remove, flag");
	fake_fail(HVPART_EVENT_EVENTFD, 1, ENOENT);
	ok(part_event_eventfd_remove(6, 3, 33) == -ENOENT,
	   "connection: not bound");
	part_destroy(part);
}

void test_stats(void)
{
	struct hvpart_partition_stats in = { .partition_id = 42 };
	struct hvpart_crash crash_in = { .count = 1, .message_size = 5 };
	struct part *part = fake_partition(1);
	struct hvpart_partition_stats stats;
	const struct hvpart_crash *arg;
	struct hvpart_vp_stats vp_stats;
	struct hvpart_crash crash;
	struct part_vp *vp;
	char text[16];

	if (part_vp_create(part, 0, &vp))
		abort();
	fake_fail(HVPART_GET_STATS, 1, EIO);
	ok(part_id(part) == 0, "id: unknown on errors");
	fake_output(&in, sizeof(in));
	ok(part_id(part) == 42 && part_id(part) == 42, "id");
	ok(fake_count(HVPART_GET_STATS) == 2, "id: asked once");
	fake_output(&in, 40);
	memset(&stats, 0xFF, sizeof(stats));
	ok(!part_get_stats(part, &stats) && stats.partition_id == 42 &&
	   !stats.crash_count, "stats: an older driver's rest is zero");
	fake_fail(HVPART_GET_STATS, 1, EIO);
	ok(part_get_stats(part, &stats) == -EIO, "stats: error");
	ok(!part_vp_get_stats(vp, &vp_stats) &&
	   fake_last(HVPART_GET_STATS)->fd == part_vp_fd(vp), "stats: of a VP");

	fake_output(&crash_in, sizeof(crash_in));
	ok(!part_get_crash(part, &crash, text, sizeof(text)) &&
	   crash.count == 1 && crash.message_size == 5, "crash");
	arg = (const void *)fake_last(HVPART_GET_CRASH)->arg;
	ok(arg->message_ptr == (uintptr_t)text && arg->message_size == 16,
	   "crash: arguments");
	ok(!part_get_crash(part, &crash, NULL, 99), "crash: no message wanted");
	arg = (const void *)fake_last(HVPART_GET_CRASH)->arg;
	ok(!arg->message_ptr && !arg->message_size, "crash: none asked for");
	fake_fail(HVPART_GET_CRASH, 1, EFAULT);
	ok(part_get_crash(part, &crash, NULL, 0) == -EFAULT, "crash: error");
	part_destroy(part);
}
