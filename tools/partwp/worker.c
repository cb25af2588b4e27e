// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "announce.h"
#include "log.h"
#include "worker.h"

/* VMBus answers that find no slot: first soon, then less and less often. */
#define RETRY_FIRST_MS	1
#define RETRY_LAST_MS	256

static void set_state(struct worker *w, enum part_state state,
		      enum part_reason reason)
{
	w->state = state;
	w->reason = reason;
	log_info("%s%s%s", part_state_name(state), reason ? ": " : "",
		 reason ? part_reason_name(reason) : "");
	control_server_state(w->guest.control, state, reason);
	if (state == PART_STATE_STOPPED || state == PART_STATE_CRASHED)
		announce_stopped(&w->guest, reason);
}

static int start_vps(struct worker *w)
{
	int ret = guest_start(&w->guest);

	if (!ret)
		w->started_ms = guest_now_ms();
	return ret;
}

/* Another life, from the same files. */
static int rebuild(struct worker *w)
{
	int ret;

	guest_destroy(&w->guest);
	panic_clear(&w->panic);
	ret = guest_create(&w->guest);
	return ret ? ret : start_vps(w);
}

int worker_start(struct worker *w)
{
	int ret;

	switch (w->state) {
	case PART_STATE_CREATED:
		ret = start_vps(w);
		break;
	case PART_STATE_STOPPED:
		ret = rebuild(w);
		break;
	default:
		return -EBUSY;
	}
	if (ret)
		set_state(w, PART_STATE_CRASHED, PART_REASON_ERROR);
	else
		set_state(w, PART_STATE_RUNNING, PART_REASON_NONE);
	return ret;
}

int worker_kill(struct worker *w)
{
	if (w->state != PART_STATE_RUNNING)
		return -ESRCH;
	guest_stop(&w->guest);
	panic_disarm(&w->panic);
	set_state(w, PART_STATE_STOPPED, PART_REASON_KILLED);
	return 0;
}

static enum part_action action_for(const struct child_config *c,
				   enum part_reason reason)
{
	switch (reason) {
	case PART_REASON_POWEROFF:
		return c->on_poweroff;
	case PART_REASON_RESET:
		return c->on_reboot;
	case PART_REASON_PANIC:
		return c->on_panic;
	default:
		return c->on_crash;
	}
}

static void restart(struct worker *w, enum part_reason reason)
{
	w->restarts++;
	if (rebuild(w))
		set_state(w, PART_STATE_CRASHED, PART_REASON_ERROR);
	else
		set_state(w, PART_STATE_RUNNING, reason);
}

/* The guest has come to an end by itself. */
static void guest_ended(struct worker *w)
{
	enum part_reason reason;
	enum part_action action;

	if (w->state != PART_STATE_RUNNING)
		return;
	guest_stop(&w->guest);
	reason = guest_end_reason(&w->guest);
	/* The news may not have been read yet; and a reset may end a panic. */
	if (!w->panic.happened)
		panic_read(&w->panic, w->guest.part);
	panic_disarm(&w->panic);
	if (w->panic.happened && reason != PART_REASON_ERROR)
		reason = PART_REASON_PANIC;
	action = action_for(w->guest.config, reason);
	if (action == PART_ACTION_RESTART) {
		log_info("restart after %s", part_reason_name(reason));
		announce_stopped(&w->guest, reason);
		restart(w, reason);
		return;
	}
	set_state(w, reason == PART_REASON_POWEROFF ||
		     reason == PART_REASON_RESET ? PART_STATE_STOPPED :
						   PART_STATE_CRASHED, reason);
	if (action == PART_ACTION_DESTROY) {
		w->quit = true;
		w->remove = true;
	}
}

static void drain(int fd)
{
	uint64_t n;

	while (read(fd, &n, sizeof(n)) < 0 && errno == EINTR)
		;
}

static void vmbus(struct worker *w)
{
	struct itimerspec t = { .it_value.tv_nsec = 0 };
	bool idle = vmbus_run(&w->guest);

	announce_balloon(&w->guest);
	if (idle) {
		w->retry_ms = RETRY_FIRST_MS;
	} else {
		t.it_value.tv_nsec = w->retry_ms * 1000000L;
		if (w->retry_ms < RETRY_LAST_MS)
			w->retry_ms *= 2;
	}
	timerfd_settime(w->retry_fd, 0, &t, NULL);
	/* After a panic it is the kernel that writes the dump. */
	if (w->panic.happened && w->guest.vmbus.contacted)
		panic_disarm(&w->panic);
}

/* Is there work that no descriptor tells of? */
static bool vmbus_due(const struct worker *w)
{
	return w->state == PART_STATE_RUNNING && w->guest.vmbus.due;
}

enum { P_CONTROL, P_CONSOLE, P_OUTPUT, P_END, P_SIGNAL, P_PARTITION, P_VMBUS,
       P_EVENT, P_RETRY, P_ERRAND, P_VSP, P_GRACE, NR_POLL };

static void fill(const struct worker *w, struct pollfd p[NR_POLL])
{
	const struct guest *g = &w->guest;
	/* What nobody would answer must not wake us. */
	bool running = w->state == PART_STATE_RUNNING;
	bool listen = running && vmbus_listens(g);
	const int fds[NR_POLL] = {
		[P_CONTROL] = control_server_fd(w->guest.control),
		[P_CONSOLE] = console_server_fd(g->console),
		[P_OUTPUT] = g->output.timer_fd,
		[P_END] = g->end_fd,
		[P_SIGNAL] = w->signal_fd,
		[P_PARTITION] = running ? part_fd(g->part) : -1,
		[P_VMBUS] = listen ? g->vmbus.message_fd : -1,
		[P_EVENT] = running ? g->vmbus.event_fd : -1,
		[P_RETRY] = w->retry_fd,
		[P_ERRAND] = g->errands.fd,
		[P_VSP] = running ? g->vsps.timer_fd : -1,
		[P_GRACE] = w->panic.timer_fd,
	};
	int i;

	for (i = 0; i < NR_POLL; i++)
		p[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	p[P_PARTITION].events = POLLPRI;
}

static void handle_guest(struct worker *w, const struct pollfd p[NR_POLL])
{
	struct guest *g = &w->guest;

	if (p[P_CONSOLE].revents && console_server_handle(g->console) &&
	    w->state == PART_STATE_RUNNING)
		platform_console_input(&g->platform);
	if (p[P_OUTPUT].revents) {
		drain(g->output.timer_fd);
		pthread_mutex_lock(&g->platform.lock);
		output_flush(&g->output);
		pthread_mutex_unlock(&g->platform.lock);
	}
	if (p[P_PARTITION].revents & POLLPRI &&
	    panic_read(&w->panic, g->part))
		g->vmbus.contacted = false;
	if (p[P_PARTITION].revents & (POLLERR | POLLHUP | POLLNVAL)) {
		log_error("the partition is gone");
		guest_end(g, PART_REASON_ERROR);
	}
	if (p[P_VSP].revents)
		vsp_run_timers(g);
	if (p[P_RETRY].revents)
		drain(w->retry_fd);
	if (p[P_VMBUS].revents || p[P_EVENT].revents || p[P_RETRY].revents ||
	    vmbus_due(w))
		vmbus(w);
	if (p[P_ERRAND].revents)
		errands_work(&g->errands);
	if (p[P_GRACE].revents) {
		drain(w->panic.timer_fd);
		guest_end(g, PART_REASON_PANIC);
	}
}

static int exit_status(const struct worker *w)
{
	switch (w->reason) {
	case PART_REASON_RESET:
		return WORKER_EXIT_RESET;
	case PART_REASON_PANIC:
		return WORKER_EXIT_PANIC;
	case PART_REASON_TRIPLE_FAULT:
		return WORKER_EXIT_TRIPLE;
	case PART_REASON_ERROR:
		return WORKER_EXIT_ERROR;
	default:
		return WORKER_EXIT_OK;
	}
}

int worker_run(struct worker *w)
{
	struct pollfd p[NR_POLL];

	w->retry_ms = RETRY_FIRST_MS;
	while (!w->quit) {
		fill(w, p);
		if (poll(p, NR_POLL, vmbus_due(w) ? 0 : -1) < 0) {
			if (errno == EINTR)
				continue;
			log_errno(errno, "poll");
			return WORKER_EXIT_FAILED;
		}
		handle_guest(w, p);
		if (p[P_END].revents) {
			drain(w->guest.end_fd);
			if (guest_end_reason(&w->guest))
				guest_ended(w);
		}
		if (p[P_SIGNAL].revents) {
			w->quit = true;
			w->remove = true;
		}
		/* Last: a request may end the guest that the others look at. */
		if (p[P_CONTROL].revents)
			control_server_handle(w->guest.control);
	}
	if (w->state == PART_STATE_RUNNING)
		worker_kill(w);
	return exit_status(w);
}
