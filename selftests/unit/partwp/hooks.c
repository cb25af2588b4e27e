// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "control.h"
#include "hooks.h"
#include "vsp.h"

/* It stands still but for what a test adds: a millisecond is a millisecond. */
uint64_t test_clock_ms = 1000000;
struct json_object *test_event;
unsigned int test_events;

uint64_t __wrap_guest_now_ms(void);
void __real_control_server_event(struct control_server *server,
				 struct json_object *event);
void __wrap_control_server_event(struct control_server *server,
				 struct json_object *event);

uint64_t __wrap_guest_now_ms(void)
{
	return test_clock_ms;
}

void __wrap_control_server_event(struct control_server *server,
				 struct json_object *event)
{
	if (server) {
		__real_control_server_event(server, event);
		return;
	}
	json_object_put(test_event);
	test_event = json_object_get(event);
	test_events++;
}

bool info_says(struct guest *g, const struct vsp_ops *ops, const char *object,
	       const char *member, const char *text)
{
	struct json_object *reply = json_object_new_object();
	struct json_object *o, *value;
	bool same;

	ops->info(g, reply);
	same = json_object_object_get_ex(reply, object, &o) &&
	       json_object_object_get_ex(o, member, &value) &&
	       !strcmp(json_object_get_string(value), text);
	json_object_put(reply);
	return same;
}
