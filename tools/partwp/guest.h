/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One life of the partition, from its creation to its deletion: memory, VPs and
 * their threads, devices, VMBus. A restart ends it and begins another one.
 */
#ifndef PARTWP_GUEST_H
#define PARTWP_GUEST_H

#include <pthread.h>
#include <stdbool.h>

#include <libpart.h>

#include "boot.h"
#include "config.h"
#include "console.h"
#include "dynmem.h"
#include "errand.h"
#include "host_memory.h"
#include "heartbeat.h"
#include "kvp.h"
#include "output.h"
#include "platform.h"
#include "shutdown.h"
#include "state.h"
#include "timesync.h"
#include "touch.h"
#include "vcpu.h"
#include "vmbus.h"
#include "vsp.h"

struct guest;

struct guest_vp {
	struct guest *guest;
	struct part_vp *vp;
	pthread_t thread;
	bool running;		/* the thread exists */
	struct vcpu vcpu;
};

struct guest {
	/* Set by the owner, the same for every life. */
	const struct child_config *config;
	struct part_dev *dev;
	struct boot boot;
	struct console_server *console;
	struct control_server *control;	/* takes events */
	struct output output;
	struct host_memory host_memory;
	struct errands errands;
	int end_fd;		/* eventfd: the guest has come to an end */

	struct part *part;	/* NULL between two lives */
	struct ram ram;
	uint64_t balloon_told;	/* pages; announce.c */
	struct platform platform;
	struct guest_vp vps[CHILD_VPS_MAX];
	struct vmbus vmbus;
	struct vsps vsps;
	struct touch touch;
	struct dynmem dynmem;
	struct shutdown shutdown;
	struct heartbeat heartbeat;
	struct timesync timesync;
	struct kvp kvp;

	int end;		/* enum part_reason, once it has ended */
};

/* Once, when what the owner sets is set. */
int guest_init(struct guest *g);

/* Bytes that the guest may have at most, with what is added. */
uint64_t guest_memory_max(const struct guest *g);

/* Everything up to the first instruction. On an error nothing is left. */
int guest_create(struct guest *g);
void guest_destroy(struct guest *g);

/* Starts and ends the VP threads; guest_stop() waits for them. */
int guest_start(struct guest *g);
void guest_stop(struct guest *g);

/*
 * guest_end - the guest is over; the first reason counts
 *
 * From any thread. VPs stop at their next exit; end_fd tells the owner.
 */
void guest_end(struct guest *g, enum part_reason reason);
enum part_reason guest_end_reason(const struct guest *g);

/* CLOCK_MONOTONIC in milliseconds. */
uint64_t guest_now_ms(void);

/* Thread of a VP (vp.c). */
void *vp_thread(void *arg);

#endif
