// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "log.h"
#include "panic.h"

int panic_init(struct panic *p)
{
	memset(p, 0, sizeof(*p));
	p->timer_fd = timerfd_create(CLOCK_MONOTONIC,
				     TFD_NONBLOCK | TFD_CLOEXEC);
	return p->timer_fd < 0 ? log_errno(errno, "timer") : 0;
}

static void arm(struct panic *p, unsigned int ms)
{
	struct itimerspec t = {
		.it_value.tv_sec = ms / 1000,
		.it_value.tv_nsec = ms % 1000 * 1000000L,
	};

	timerfd_settime(p->timer_fd, 0, &t, NULL);
}

void panic_disarm(struct panic *p)
{
	arm(p, 0);
}

void panic_clear(struct panic *p)
{
	panic_disarm(p);
	p->happened = false;
	p->size = 0;
	p->message[0] = 0;
}

/* JSON takes UTF-8 only; a kernel log is ASCII but for what drivers print. */
static void clean(struct panic *p)
{
	size_t i;

	for (i = 0; i < p->size; i++) {
		char c = p->message[i];

		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			p->message[i] = '?';
	}
	p->message[p->size] = 0;
}

bool panic_read(struct panic *p, struct part *part)
{
	struct hvpart_crash crash;
	int ret = part_get_crash(part, &crash, p->message,
				 sizeof(p->message) - 1);

	if (ret) {
		log_error("crash registers: %s", part_strerror(ret));
		return false;
	}
	if (!crash.count)
		return false;
	memcpy(p->p, crash.p, sizeof(p->p));
	p->size = crash.message_size < sizeof(p->message) ?
		  crash.message_size : sizeof(p->message) - 1;
	clean(p);
	log_info("guest panic: P0 %#" PRIx64 " P1 %#" PRIx64 " P2 %#" PRIx64
		 " P3 %#" PRIx64 " P4 %#" PRIx64 ", %zu bytes of its log",
		 p->p[0], p->p[1], p->p[2], p->p[3], p->p[4], p->size);
	if (!p->happened)
		arm(p, PANIC_GRACE_MS);
	p->happened = true;
	return true;
}

struct json_object *panic_json(const struct panic *p)
{
	struct json_object *o = json_object_new_object();
	char name[16], text[24];
	int i;

	for (i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		snprintf(text, sizeof(text), "%#" PRIx64, p->p[i]);
		json_object_object_add(o, name, json_object_new_string(text));
	}
	json_object_object_add(o, "message",
			       json_object_new_string(p->message));
	return o;
}
