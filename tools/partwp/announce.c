// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include <libpart_netlink.h>

#include "announce.h"
#include "guest.h"
#include "log.h"

/* Worth a line only when it is our own fault. */
static void result(int ret, const char *what)
{
	if (ret == -EINVAL)
		log_error("announce %s: %s", what, part_strerror(ret));
}

void announce_name(struct guest *g)
{
	result(part_announce_name(g->part, g->config->name), "name");
}

static uint32_t reason_number(enum part_reason reason)
{
	switch (reason) {
	case PART_REASON_POWEROFF:
		return HVPART_NL_REASON_POWEROFF;
	case PART_REASON_RESET:
		return HVPART_NL_REASON_RESET;
	case PART_REASON_PANIC:
		return HVPART_NL_REASON_PANIC;
	case PART_REASON_TRIPLE_FAULT:
		return HVPART_NL_REASON_TRIPLE_FAULT;
	case PART_REASON_KILLED:
		return HVPART_NL_REASON_KILLED;
	default:
		return HVPART_NL_REASON_ERROR;
	}
}

void announce_stopped(struct guest *g, enum part_reason reason)
{
	if (g->part)
		result(part_announce_stopped(g->part, reason_number(reason)),
		       "end");
}

void announce_channel(void *ctx, const struct part_channel *ch, bool open)
{
	struct part_channel_info info;
	struct guest *g = ctx;

	part_channel_info(ch, &info, sizeof(info));
	result(part_announce_channel(g->part, open, &info.type, &info.instance,
				     info.index), "channel");
}

void announce_balloon(struct guest *g, uint64_t bytes)
{
	result(part_announce_balloon(g->part, bytes), "balloon");
}
