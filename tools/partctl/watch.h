/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What monitor and top share: the driver's netlink family.
 */
#ifndef PARTCTL_WATCH_H
#define PARTCTL_WATCH_H

#include "libpart_netlink.h"

/* EXIT_OK, or complains: not loaded, not allowed, … */
int watch_open(struct part_nl **nl);

/* Complains about an error of part_nl_*(); its exit code. */
int watch_failed(int err);

/* Words; "?" or "event-N" for what a later kernel may say. */
const char *watch_state_name(unsigned int state);
struct json_object *watch_event_json(const struct part_event *e);
void watch_event_print(const struct part_event *e);

/* One line of JSON, at once. The object is put. EXIT_OK, _FAILED. */
int watch_print_line(struct json_object *object);

#endif /* PARTCTL_WATCH_H */
