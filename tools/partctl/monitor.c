// SPDX-License-Identifier: GPL-2.0
/*
 * monitor: what happens to the partitions of this machine, as it happens.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "partctl.h"
#include "watch.h"

struct monitor {
	struct part_nl *nl;
	bool json;
	unsigned long left;		/* events still wanted; 0: all */
	unsigned long count;
};

static int say_lost(const struct monitor *m)
{
	struct json_object *o;

	if (!m->json) {
		puts("(events lost)");
		return fflush(stdout) ? EXIT_FAILED : EXIT_OK;
	}
	o = json_object_new_object();
	json_object_object_add(o, "event", json_object_new_string("lost"));
	return watch_print_line(o);
}

static int say(struct monitor *m, const struct part_event *e)
{
	int ret = EXIT_OK;

	if (m->json)
		ret = watch_print_line(watch_event_json(e));
	else
		watch_event_print(e);
	if (ret || e->command != PART_EVENT_UNLOADED)
		return ret;
	complain("hvpart was unloaded");
	return EXIT_NOT_SUPPORTED;
}

/* All there is now. EXIT_OK: go on, or it has seen as many as it wanted. */
static int drain(struct monitor *m, bool *end)
{
	struct part_event e;
	int ret, code;

	for (;;) {
		ret = part_nl_event(m->nl, &e, sizeof(e));
		if (!ret)
			return EXIT_OK;
		/* One that makes no sense is as good as lost. */
		if (ret == -ENOBUFS || ret == -EPROTO)
			code = say_lost(m);
		else if (ret < 0)
			code = watch_failed(ret);
		else
			code = say(m, &e);
		if (code)
			return code;
		*end = ret > 0 && m->count && !--m->left;
		if (*end)
			return EXIT_OK;
	}
}

static int monitor(struct monitor *m)
{
	struct pollfd p = { .fd = part_nl_fd(m->nl), .events = POLLIN };
	bool end = false;
	int ret;

	m->left = m->count;
	ret = part_nl_listen(m->nl);
	if (ret)
		return watch_failed(ret);
	do {
		ret = drain(m, &end);
		/* POLLERR is ENOBUFS, which reading tells. */
	} while (!ret && !end && (poll(&p, 1, -1) > 0 || errno == EINTR));
	return ret;
}

int cmd_monitor(int argc, char **argv)
{
	struct monitor m = { .nl = NULL };
	char *end;
	int i, ret;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json")) {
			m.json = true;
		} else if (!strcmp(argv[i], "--count") && i + 1 < argc) {
			m.count = strtoul(argv[++i], &end, 10);
			if (*end || !m.count || *argv[i] == '-')
				return usage("monitor");
		} else {
			return usage("monitor");
		}
	}
	ret = watch_open(&m.nl);
	if (ret)
		return ret;
	ret = monitor(&m);
	part_nl_close(m.nl);
	return ret;
}
