/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Key-value pairs: what the guest tells about itself, and pairs that the host
 * leaves there. Needs a daemon in the guest, which may come late or never.
 */
#ifndef PARTWP_KVP_H
#define PARTWP_KVP_H

#include "ic.h"
#include "kvp_message.h"
#include "vsp.h"

#define KVP_JOBS	8
#define KVP_ITEMS_MAX	256U		/* of a list */
#define KVP_BYTES_MAX	(128U << 10)	/* of its keys and values */

/* What the guest is changes: addresses do. */
#define KVP_REFRESH_MS	30000U

/*
 * ENUMERATE goes through the whole pool. So does GET until it finds its key, for
 * Linux answers the message of that name without the value.
 */
struct kvp_job {
	unsigned int id;		/* 0: our own */
	__u8 operation;			/* IC_KVP_* */
	__u8 pool;
	char *key, *value;		/* or NULL */
};

struct kvp {
	struct ic ic;
	struct kvp_job job[KVP_JOBS];	/* the first one is under way */
	unsigned int nr_jobs;
	unsigned int last_id;
	struct json_object *list;	/* of the job under way */
	__u32 index;			/* its next item */
	__u32 bytes;			/* in the list */
	struct json_object *facts;	/* what the guest is; or NULL */
};

extern const struct vsp_ops kvp_vsp;

#endif
