// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "log.h"
#include "output.h"

#define DELAY_NS	5000000

int output_init(struct output *o, struct console_server *console)
{
	o->console = console;
	o->len = 0;
	o->timer_fd = timerfd_create(CLOCK_MONOTONIC,
				     TFD_NONBLOCK | TFD_CLOEXEC);
	return o->timer_fd < 0 ? log_errno(errno, "timer") : 0;
}

void output_byte(struct output *o, uint8_t byte)
{
	static const struct itimerspec delay = { .it_value.tv_nsec = DELAY_NS };

	o->buf[o->len++] = byte;
	if (byte == '\n' || o->len == OUTPUT_SIZE)
		output_flush(o);
	else if (o->len == 1)
		timerfd_settime(o->timer_fd, 0, &delay, NULL);
}

void output_flush(struct output *o)
{
	if (o->len)
		console_server_write(o->console, o->buf, o->len);
	o->len = 0;
}
