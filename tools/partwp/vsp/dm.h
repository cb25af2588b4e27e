/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The dynamic memory protocol, host's side: what may come when, and what it
 * says. It knows neither channels nor memory: packets come in by a call, the
 * rest is the owner's (dynmem.c).
 *
 * The guest has one place for a request of each kind, so one request is under way
 * at a time, of whatever kind. It does not tell requests apart either: what comes
 * without one having been sent is counted and ignored.
 */
#ifndef PARTWP_DM_H
#define PARTWP_DM_H

#include <stdbool.h>
#include <stdint.h>

#include <hvpart/dynmem.h>

/**
 * struct dm_ops - what the owner does
 * @send: a packet for the guest. 0; -EAGAIN: no room now, dm_room() follows; or
 *	another error, which is not looked at: the channel is done for
 * @ready: the guest can take requests
 * @range: the guest has given these pages, if they are its own to give; at most
 *	as many as were asked for
 * @ballooned: it has given what it can
 * @unballooned: it has taken back what it was given
 * @added: it uses the first @pages of what was added, never more than that;
 *	@never: it will take no more, ever
 */
struct dm_ops {
	int (*send)(void *ctx, const void *packet, uint32_t size);
	void (*ready)(void *ctx);
	void (*range)(void *ctx, uint64_t pfn, uint64_t pages);
	void (*ballooned)(void *ctx);
	void (*unballooned)(void *ctx);
	void (*added)(void *ctx, uint64_t pages, bool never);
};

enum dm_state { DM_CLOSED, DM_VERSION, DM_CAPABILITIES, DM_READY };

enum dm_request { DM_IDLE, DM_BALLOON, DM_UNBALLOON, DM_ADD };

/* Since dm_init(). */
struct dm_stats {
	uint64_t reports;	/* status reports */
	uint64_t malformed;	/* too short, or lying about what they have */
	uint64_t unexpected;	/* in this state, of a host's type, of none */
	uint64_t clamped;	/* pages more than were asked for */
};

struct dm {
	const struct dm_ops *ops;
	void *ctx;
	enum dm_state state;
	enum dm_request request;
	uint64_t wanted;	/* pages that it is about, less those that came */
	uint64_t budget;	/* ranges that a balloon's answers may still name */
	bool broken;		/* a request could not be sent, and never will */
	uint32_t version;	/* 0: not agreed upon */
	uint32_t id;

	/* What the guest said; of this connection. */
	bool can_balloon, can_add;
	uint64_t alignment;	/* bytes, of added memory */
	bool reported;
	uint64_t available, committed;	/* pages */

	struct dm_stats stats;

	/* A request that found no room. */
	uint32_t waiting;	/* bytes */
	uint64_t packet[DYNMEM_HOST_MESSAGE_MAX / 8];
};

void dm_init(struct dm *dm, const struct dm_ops *ops, void *ctx);

/* The channel is open, or not any more: what was under way is forgotten. */
void dm_open(struct dm *dm);
void dm_close(struct dm *dm);

/**
 * dm_packet() - a packet from the guest
 * @dm: from dm_init()
 * @data: a private copy
 * @size: bytes there
 *
 * Return: 0; -EAGAIN: the answer finds no room, once more please; -EPROTO: the
 * guest plays for time, the channel shall stop.
 */
int dm_packet(struct dm *dm, const void *data, uint32_t size);

/* There is room in the ring again. */
void dm_room(struct dm *dm);

/* Is a request possible now? */
bool dm_idle(const struct dm *dm);

/*
 * Requests, when dm_idle(). What a guest says it cannot do is the caller's to
 * check, and so are the ranges.
 */
void dm_balloon(struct dm *dm, uint32_t pages);

/* At most DM_UNBALLOON_RANGES; these pages have memory again. */
#define DM_UNBALLOON_RANGES						\
	((DYNMEM_HOST_MESSAGE_MAX - 16U) / 8U)
void dm_unballoon(struct dm *dm, const uint64_t *ranges, uint32_t nr);

/* Memory that is there; @region_pages: of a new region, 0: goes on in the last */
void dm_add(struct dm *dm, uint64_t pfn, uint32_t pages,
	    uint64_t region_pfn, uint32_t region_pages);

/* The most that the guest may ever have; it only prints it. */
void dm_say_max(struct dm *dm, uint64_t pages);

#endif
