// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include <libpart_netlink.h>

#include "announce.h"
#include "guest.h"
#include "log.h"
#include "ram_pages.h"

/* Worth a line only when it is our own fault. */
static void result(int ret, const char *what)
{
	if (ret == -EINVAL)
		log_error("announce %s: %s", what, part_strerror(ret));
}

void announce_name(struct guest *g)
{
	g->balloon_told = 0;
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

void announce_balloon(struct guest *g)
{
	/* A VP's thread may be taking pages back; then there is a next time. */
	uint64_t now = __atomic_load_n(&g->ram.ballooned, __ATOMIC_RELAXED);

	if (!g->part || now == g->balloon_told)
		return;
	g->balloon_told = now;
	result(part_announce_balloon(g->part, now * RAM_PAGE), "balloon");
}
