// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "dynmem.h"
#include "guest.h"
#include "heartbeat.h"
#include "kvp.h"
#include "log.h"
#include "loopback.h"
#include "shutdown.h"
#include "timesync.h"
#include "touch.h"
#include "vsp.h"

static const struct vsp_ops *const providers[] = {
	&dynmem_vsp,
	&loopback_vsp,
	&touch_vsp,
	&shutdown_vsp,
	&heartbeat_vsp,
	&timesync_vsp,
	&kvp_vsp,
};

#define NR_PROVIDERS	(sizeof(providers) / sizeof(providers[0]))

_Static_assert(NR_PROVIDERS <= VSP_MAX, "VSP_MAX");

int vsp_init(struct guest *g)
{
	g->vsps.timer_fd = timerfd_create(CLOCK_MONOTONIC,
					  TFD_CLOEXEC | TFD_NONBLOCK);
	return g->vsps.timer_fd < 0 ? log_errno(errno, "timer") : 0;
}

/* One descriptor for all: it is set to the first of them. */
static void arm(struct vsps *v)
{
	struct itimerspec t = { .it_value.tv_nsec = 0 };
	uint64_t first = 0;
	unsigned int i;

	for (i = 0; i < NR_PROVIDERS; i++) {
		if (v->due_ms[i] && (!first || v->due_ms[i] < first))
			first = v->due_ms[i];
	}
	t.it_value.tv_sec = (time_t)(first / 1000);
	t.it_value.tv_nsec = (long)(first % 1000) * 1000000;
	timerfd_settime(v->timer_fd, TFD_TIMER_ABSTIME, &t, NULL);
}

void vsp_set_timer(struct guest *g, const struct vsp_ops *ops, uint64_t ms)
{
	unsigned int i;

	for (i = 0; i < NR_PROVIDERS; i++) {
		if (providers[i] == ops)
			g->vsps.due_ms[i] = ms ? guest_now_ms() + ms : 0;
	}
	arm(&g->vsps);
}

void vsp_run_timers(struct guest *g)
{
	struct vsps *v = &g->vsps;
	uint64_t now = guest_now_ms(), n;
	unsigned int i;

	while (read(v->timer_fd, &n, sizeof(n)) < 0 && errno == EINTR)
		;
	for (i = 0; i < v->nr_open; i++) {
		if (!v->due_ms[i] || v->due_ms[i] > now)
			continue;
		v->due_ms[i] = 0;
		if (providers[i]->timer)
			providers[i]->timer(g);
	}
	arm(v);
}

int vsp_open(struct guest *g)
{
	struct vsps *v = &g->vsps;
	int ret;

	for (v->nr_open = 0; v->nr_open < NR_PROVIDERS; v->nr_open++) {
		v->due_ms[v->nr_open] = 0;
		ret = providers[v->nr_open]->open(g);
		if (ret)
			return ret;
	}
	return 0;
}

void vsp_close(struct guest *g)
{
	struct vsps *v = &g->vsps;

	while (v->nr_open) {
		v->nr_open--;
		v->due_ms[v->nr_open] = 0;
		if (providers[v->nr_open]->close)
			providers[v->nr_open]->close(g);
	}
	if (v->timer_fd >= 0)
		arm(v);
}

void vsp_info(struct guest *g, struct json_object *reply)
{
	unsigned int i;

	for (i = 0; i < g->vsps.nr_open; i++) {
		if (providers[i]->info)
			providers[i]->info(g, reply);
	}
}

int vsp_request(struct guest *g, const char *cmd, struct json_object *request,
		struct json_object *reply)
{
	unsigned int i;
	int ret;

	for (i = 0; i < g->vsps.nr_open; i++) {
		if (!providers[i]->request)
			continue;
		ret = providers[i]->request(g, cmd, request, reply);
		if (ret != -ENOSYS)
			return ret;
	}
	return -ENOSYS;
}
