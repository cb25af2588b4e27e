/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where tests of providers step in: the clock, events for those who watch, what
 * info says.
 */
#ifndef TEST_HOOKS_H
#define TEST_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

struct guest;
struct vsp_ops;

/* What guest_now_ms() says; only tests move it. */
extern uint64_t test_clock_ms;

/* What reading a partition's properties gives (fake_part.c). */
extern uint64_t test_reference_time;
extern int test_property_result;

/* The last event, and how many there were; a test puts it. */
extern struct json_object *test_event;
extern unsigned int test_events;

/* Is @member of @object (a member of the reply to info) that text? */
bool info_says(struct guest *g, const struct vsp_ops *ops, const char *object,
	       const char *member, const char *text);

#endif /* TEST_HOOKS_H */
