/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's console output, byte by byte on one side, in pieces on the other:
 * up to the end of a line, or what came within a few milliseconds.
 */
#ifndef PARTWP_OUTPUT_H
#define PARTWP_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include "console.h"

#define OUTPUT_SIZE	256

struct output {
	struct console_server *console;
	int timer_fd;		/* readable: output_flush() is due */
	size_t len;
	uint8_t buf[OUTPUT_SIZE];
};

int output_init(struct output *o, struct console_server *console);

/* Both under the platform's lock. */
void output_byte(struct output *o, uint8_t byte);
void output_flush(struct output *o);

#endif
