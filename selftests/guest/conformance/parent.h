/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The counterpart in the parent (boot "ports"), through the mailbox. What
 * returns a handle fails the test and returns a negative one if there is none.
 */
#ifndef CONF_PARENT_H
#define CONF_PARENT_H

#include "conf.h"
#include "mailbox.h"

s32 parent_call(struct mailbox *b);
void parent_reset(void);

/* The parent's way to the SINT of a VP. */
s32 parent_connect_message(u32 vp, u32 sint);
s32 parent_connect_event(u32 vp, u32 sint, u32 first, u32 count);
/* Our way to the parent. */
s32 parent_listen_message(u32 connection);
s32 parent_listen_event(u32 connection, u32 flag);
/* An eventfd of its, which signals a flag of an event connection. */
s32 parent_eventfd(s32 handle, u32 flag);
void parent_close(s32 handle);

/* The status of its hypercall. */
u32 parent_post(s32 handle, u32 type, u32 size, const void *payload);
u32 parent_signal(s32 handle, u32 flag);
void parent_write(s32 eventfd);
/* A message with one number as its payload; fails the test if refused. */
void parent_send(s32 handle, u64 number);
/* False: there is none. */
bool parent_read(s32 handle, struct mailbox *message);
/* Signals since it was last asked. */
u32 parent_count(s32 handle);

/* In the background. */
s32 parent_stream(s32 handle, u32 count, u32 delay_us);
s32 parent_dialogue(s32 handle, u32 flag, u32 count, const u64 *seen);
/* Waits for it. Fails the test if it was not done @count times. */
void parent_join(s32 handle, u32 count);

#endif
