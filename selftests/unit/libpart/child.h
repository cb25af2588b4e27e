/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A child for the VMBus host: memory, a recorder of what it is told, the other
 * half of rings. It does what the test says, also what no driver would.
 */
#ifndef TEST_CHILD_H
#define TEST_CHILD_H

#include <stdbool.h>
#include <stdint.h>

#include "libpart_vmbus.h"
#include "race.h"

#define CHILD_PAGES	256U
#define CHILD_POSTS	128U

struct child {
	struct part_vmbus *host;
	uint8_t *ram;			/* page 0 of the guest is its first */
	bool gone[CHILD_PAGES];		/* not RAM any more */

	/* what came out since child_forget() */
	struct { uint32_t vp; struct hv_message msg; } post[CHILD_POSTS];
	unsigned int nr_posts;
	unsigned int signals, signal_vp, signal_flag;
	unsigned int schedules, complaints, listens, unlistens;
	uint32_t connection;		/* of the last listen() */

	unsigned int opened, closed;	/* channels, since the beginning */

	int post_result, signal_result, listen_result;
};

struct child *child_new(uint32_t nr_vps);
void child_free(struct child *c);
void child_forget(struct child *c);
uint8_t *child_page(struct child *c, uint64_t pfn);

/* Post @size bytes and let the host work; how many messages came back. */
unsigned int child_say(struct child *c, const void *bytes, unsigned int size);
void child_work(struct child *c);

/* Post without the work after it. */
int child_post(struct child *c, const void *bytes, unsigned int size);

/* Payload of answer @i, or zeros. */
const void *child_answer(const struct child *c, unsigned int i);
uint32_t child_answer_type(const struct child *c, unsigned int i);

/* The usual messages; each returns child_say()'s result. */
unsigned int child_contact(struct child *c, uint32_t version, uint32_t vp);
unsigned int child_simple(struct child *c, uint32_t type);
unsigned int child_relid(struct child *c, uint32_t type, uint32_t relid);
unsigned int child_teardown(struct child *c, uint32_t relid, uint32_t gpadl);
unsigned int child_open(struct child *c, uint32_t relid, uint32_t gpadl,
			uint32_t downstream, uint32_t vp);
/* @nr pages from @pfn on, header and bodies; the last answer's status. */
uint32_t child_gpadl(struct child *c, uint32_t relid, uint32_t gpadl,
		     uint64_t pfn, uint32_t nr);
uint32_t child_last_status(const struct child *c);

/* Connects, asks for offers. */
struct child *child_connected(void);

/* --- the peer's half of a ring ------------------------------------------- */

struct peer {
	uint8_t *page[16];
	uint32_t nr;			/* header included */
};

struct vmbus_ring *peer_head(const struct peer *p);
uint32_t peer_size(const struct peer *p);
/* Bytes at @at of the data, around the end. */
void peer_put_bytes(const struct peer *p, uint32_t at, const void *buf,
		    uint32_t len);
void peer_get_bytes(const struct peer *p, uint32_t at, void *buf,
		    uint32_t len);
/* A whole packet; @len is a multiple of 8 and counts header and payload. */
void peer_send(const struct peer *p, const void *packet, uint32_t len);
/* Takes a packet; its length, 0: none. */
uint32_t peer_receive(const struct peer *p, void *buf, uint32_t max);
/* In-band packet of @size payload bytes (a multiple of 8), all @fill. */
void peer_inband(const struct peer *p, uint64_t id, uint8_t fill,
		 uint32_t size);

extern void (*race_hook)(enum vmbus_race where);

#endif /* TEST_CHILD_H */
