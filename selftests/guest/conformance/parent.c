// SPDX-License-Identifier: GPL-2.0
#include <hvpart/message.h>
#include "parent.h"

s32 parent_call(struct mailbox *b)
{
	outl(MAILBOX_PORT, (u32)(u64)b);
	barrier();
	return b->ret;
}

void parent_reset(void)
{
	struct mailbox b = { .call = MAILBOX_RESET };

	parent_call(&b);
}

static s32 handle_from(struct mailbox *b, const char *what)
{
	s32 handle = parent_call(b);

	if (handle < 0)
		fail("the parent: %s: errno %d, status %#x", what, -handle,
		     b->status);
	return handle;
}

s32 parent_connect_message(u32 vp, u32 sint)
{
	struct mailbox b = {
		.call = MAILBOX_CONNECT_MESSAGE, .vp = vp, .sint = sint,
	};

	return handle_from(&b, "connect to a message port");
}

s32 parent_connect_event(u32 vp, u32 sint, u32 first, u32 count)
{
	struct mailbox b = {
		.call = MAILBOX_CONNECT_EVENT, .vp = vp, .sint = sint,
		.flag = first, .count = count,
	};

	return handle_from(&b, "connect to an event port");
}

s32 parent_listen_message(u32 connection)
{
	struct mailbox b = {
		.call = MAILBOX_LISTEN_MESSAGE, .connection = connection,
	};

	return handle_from(&b, "listen to messages");
}

s32 parent_listen_event(u32 connection, u32 flag)
{
	struct mailbox b = {
		.call = MAILBOX_LISTEN_EVENT, .connection = connection,
		.flag = flag,
	};

	return handle_from(&b, "listen to events");
}

s32 parent_eventfd(s32 handle, u32 flag)
{
	struct mailbox b = {
		.call = MAILBOX_EVENTFD, .handle = handle, .flag = flag,
	};

	return handle_from(&b, "bind an eventfd");
}

void parent_close(s32 handle)
{
	struct mailbox b = { .call = MAILBOX_CLOSE, .handle = handle };

	if (parent_call(&b))
		fail("the parent: close: errno %d", -b.ret);
}

u32 parent_post(s32 handle, u32 type, u32 size, const void *payload)
{
	struct mailbox b = {
		.call = MAILBOX_POST, .handle = handle, .type = type,
		.size = size,
	};

	memcpy(b.payload, payload, MIN(size, sizeof(b.payload)));
	if (parent_call(&b) && !b.status)
		fail("the parent: post: errno %d", -b.ret);
	return b.status;
}

u32 parent_signal(s32 handle, u32 flag)
{
	struct mailbox b = {
		.call = MAILBOX_SIGNAL, .handle = handle, .flag = flag,
	};

	if (parent_call(&b) && !b.status)
		fail("the parent: signal: errno %d", -b.ret);
	return b.status;
}

void parent_write(s32 eventfd)
{
	struct mailbox b = { .call = MAILBOX_WRITE, .handle = eventfd };

	if (parent_call(&b))
		fail("the parent: write: errno %d", -b.ret);
}

void parent_send(s32 handle, u64 number)
{
	same("the status of the parent's post",
	     parent_post(handle, 1, sizeof(number), &number),
	     HV_STATUS_SUCCESS);
}

bool parent_read(s32 handle, struct mailbox *message)
{
	message->call = MAILBOX_READ;
	message->handle = handle;
	return !parent_call(message);
}

u32 parent_count(s32 handle)
{
	struct mailbox b = { .call = MAILBOX_COUNT, .handle = handle };

	if (parent_call(&b) < 0)
		fail("the parent: count: errno %d", -b.ret);
	return b.ret;
}

s32 parent_stream(s32 handle, u32 count, u32 delay_us)
{
	struct mailbox b = {
		.call = MAILBOX_STREAM, .handle = handle, .type = 1,
		.size = sizeof(u64), .count = count, .delay_us = delay_us,
	};

	return handle_from(&b, "post in the background");
}

s32 parent_dialogue(s32 handle, u32 flag, u32 count, const u64 *seen)
{
	struct mailbox b = {
		.call = MAILBOX_DIALOGUE, .handle = handle, .flag = flag,
		.count = count, .gpa = (u64)seen,
	};

	return handle_from(&b, "signal in the background");
}

void parent_join(s32 handle, u32 count)
{
	struct mailbox b = { .call = MAILBOX_JOIN, .handle = handle };

	if (parent_call(&b) < 0)
		fail("the parent: in the background: errno %d, status %#x",
		     -b.ret, b.status);
	else
		same("what the parent did in the background", b.ret, count);
}
