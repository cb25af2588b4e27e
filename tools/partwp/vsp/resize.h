/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes of how much memory a guest has: jobs that partctl asks for, done one
 * after the other with requests of the dynamic memory protocol, and the guest's
 * memory that follows what the guest answers.
 *
 * It uses the protocol (dm.h) and the memory (ram.h) and nothing else, so tests
 * and the fuzzer need no partition.
 */
#ifndef PARTWP_RESIZE_H
#define PARTWP_RESIZE_H

#include "dm.h"
#include "ram.h"

#define RESIZE_JOBS		32

/* A request that the guest has not answered by then has failed. */
#define RESIZE_PATIENCE_MS	300000

enum resize_kind { RESIZE_ADD, RESIZE_SET };

/**
 * struct resize_job - a change
 * @id: not 0, rising
 * @kind: RESIZE_*
 * @size: ADD: bytes; SET: bytes that the guest shall have
 * @gpa: ADD: where; 0: above all that there is
 * @done: bytes so far
 * @request_ms: when it was asked for
 * @error: 0 or a negative errno, at the end
 */
struct resize_job {
	uint64_t id;
	enum resize_kind kind;
	uint64_t size;
	uint64_t gpa;
	uint64_t done;
	uint64_t request_ms;
	int error;
};

/**
 * struct resize_ops - what the owner does
 * @send: as dm_ops.send()
 * @lent: does the host use a piece of guest memory?
 * @spare: bytes that the machine can give now
 * @now: milliseconds
 * @ended: a job has come to its end; it is gone when this returns
 */
struct resize_ops {
	int (*send)(void *ctx, const void *packet, uint32_t size);
	bool (*lent)(void *ctx, uint64_t gpa, uint64_t len);
	uint64_t (*spare)(void *ctx);
	uint64_t (*now)(void *ctx);
	void (*ended)(void *ctx, const struct resize_job *job);
};

/* Of free page reporting; cold.c. */
struct cold_stats {
	uint64_t hints, refused;
	uint64_t pages, kept;		/* given back; not to be had */
};

struct resize {
	const struct resize_ops *ops;
	void *ctx;
	struct ram *ram;
	struct dm dm;
	uint64_t limit;		/* bytes that the guest may have */
	uint64_t top;		/* end of its addresses */

	struct resize_job job[RESIZE_JOBS];	/* the first one is being done */
	unsigned int nr;
	uint64_t last_id;

	/* The request under way; of the first job, if it has not given up. */
	uint64_t step_gpa, step_size;	/* ADD */
	uint64_t given;			/* BALLOON: bytes in this round */
	uint64_t asked_ms;
	bool started;		/* the first job has sent something */
	bool mute;		/* it was given up, the answer is still to come */
	bool never;		/* the guest takes no more memory, for good */

	uint64_t kept;		/* pages named in answers that stay the guest's */
	struct cold_stats cold;
};

void resize_init(struct resize *rz, const struct resize_ops *ops, void *ctx,
		 struct ram *ram, uint64_t limit, uint64_t top);

/* As dm_open() and so on; jobs fail when the channel closes or is broken. */
void resize_open(struct resize *rz);
void resize_close(struct resize *rz);
int resize_packet(struct resize *rz, const void *data, uint32_t size);
void resize_room(struct resize *rz);

/* To be called every few seconds while this is true. */
bool resize_waits(const struct resize *rz);
void resize_tick(struct resize *rz);

/* May these pages leave the guest? Neither the boot's, nor in the host's use. */
bool resize_may_take(const struct resize *rz, uint64_t gpa, uint64_t len);

/* Bytes that the guest has: boot, added, without what is ballooned out. */
uint64_t resize_assigned(const struct resize *rz);

/**
 * resize_add() - more memory
 * @rz: from resize_init()
 * @size: bytes, a multiple of what the guest says
 * @gpa: where; 0: above all that there is
 * @id: of the job
 *
 * Return: 0, and ended() comes later, perhaps before this returns; -ENOTCONN:
 * the guest has no driver that listens, or not yet; -EOPNOTSUPP: it cannot, or
 * will not any more; -EINVAL: unaligned, or not a place for memory; -EEXIST:
 * there is some; -ENOMEM: more than the limit; -EBUSY: too many jobs, or a
 * request that was given up on is still to be answered.
 */
int resize_add(struct resize *rz, uint64_t size, uint64_t gpa, uint64_t *id);

/**
 * resize_set() - balloon up or down
 * @rz: from resize_init()
 * @size: bytes that the guest shall have, whole pages; at most what it has with
 *	all that is ballooned out
 * @id: of the job
 *
 * A job that gets less than asked for ends with -ENOSPC.
 *
 * Return: as resize_add(); -ERANGE: more than there is.
 */
int resize_set(struct resize *rz, uint64_t size, uint64_t *id);

#endif
