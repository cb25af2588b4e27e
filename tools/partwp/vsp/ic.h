/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all integration components share: one channel, the negotiation of
 * versions, then one request of ours at a time and the guest's answer to it.
 */
#ifndef PARTWP_IC_H
#define PARTWP_IC_H

#include <stdbool.h>
#include <stdint.h>

#include <hvpart/ic.h>
#include <libpart_vmbus.h>

/* The longest data of a request; guests' rings have room for one. */
#define IC_DATA_MAX	8192U

/* A request that has no answer after so long may be followed by another one. */
#define IC_PATIENCE_MS	45000U

/**
 * struct ic_ops - a component
 * @name: for the log
 * @type: IC_*, of its requests
 * @device: class that a guest's driver is chosen by
 * @instance: identity, the same in every guest
 * @versions: of its messages that we speak, the oldest first
 * @nr_versions: how many
 * @ready: versions are agreed upon: requests may be sent, also from here
 * @answer: to the request that was sent last. @data is a copy; @size bytes of it
 *	are there, which may be none
 * @gone: after @ready: the channel is closed or dead, no answer will come
 *
 * The last three get the pointer that ic_offer() was given; @answer and @gone
 * may be NULL.
 */
struct ic_ops {
	const char *name;
	__u16 type;
	struct vmbus_guid device;
	struct vmbus_guid instance;
	const struct ic_version *versions;
	unsigned int nr_versions;
	void (*ready)(void *ctx);
	void (*answer)(void *ctx, __u32 status, const void *data, __u32 size);
	void (*gone)(void *ctx);
};

enum ic_state {
	IC_CLOSED,		/* no driver, or not yet */
	IC_NEGOTIATING,		/* may take a minute where a daemon has to start */
	IC_READY,
	IC_REFUSED,		/* no version in common */
	IC_DEAD,		/* it broke the protocol; until it closes */
};

struct ic {
	const struct ic_ops *ops;
	void *ctx;
	struct part_channel *ch;
	enum ic_state state;
	struct ic_version framework;	/* both: agreed upon, once ready */
	struct ic_version message;

	bool waiting;			/* for the answer to @asked_type, @id */
	__u16 asked_type;
	__u8 id;
	uint64_t asked_ms;
	uint64_t strays;		/* answers that nobody waits for */
};

/* A life begins: offer the channel. Zero or a negative errno, reported. */
int ic_offer(struct ic *ic, const struct ic_ops *ops, void *ctx,
	     struct part_vmbus *host);

/**
 * ic_ask() - send a request
 * @ic: from ic_offer()
 * @data: copied
 * @size: at most IC_DATA_MAX
 *
 * Return: 0: ops->answer() or ops->gone() will follow; -ENOTCONN: not ready;
 * -EBUSY: the one before has no answer yet; -EAGAIN: the guest's ring is full.
 */
int ic_ask(struct ic *ic, const void *data, __u32 size);

/* Nobody wants the answer any more: one that still comes is ignored. */
void ic_forget(struct ic *ic);

#endif
