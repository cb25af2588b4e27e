/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a guest says through the crash MSRs before it stops: five numbers, and
 * the end of its kernel log.
 */
#ifndef PARTWP_PANIC_H
#define PARTWP_PANIC_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>
#include <libpart.h>

/*
 * A guest that panicked may reset, write a dump, or loop for ever. It gets this
 * long to do something; if it loads another kernel for the dump (which shows
 * when that one contacts VMBus), it may take all the time it wants.
 */
#define PANIC_GRACE_MS	5000

struct panic {
	bool happened;
	uint64_t p[5];
	size_t size;
	char message[4097];
	int timer_fd;		/* readable: the grace is over */
};

int panic_init(struct panic *p);

/* A new life: nothing has happened. */
void panic_clear(struct panic *p);

/* The partition has news. Returns true if the guest panicked. */
bool panic_read(struct panic *p, struct part *part);

/* No end of grace. */
void panic_disarm(struct panic *p);

/* {"p0".."p4": "0x…", "message": TEXT} */
struct json_object *panic_json(const struct panic *p);

#endif
