/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest's side of an integration component: opens the channel of a provider,
 * reads requests and answers them, rightly or not. Also for the fuzzer.
 */
#ifndef TEST_IC_CHILD_H
#define TEST_IC_CHILD_H

#include <hvpart/ic.h>

#include "child.h"
#include "guest.h"

#define IC_CHILD_MAX	(16 + sizeof(struct ic_header) + 8200)

struct ic_child {
	struct guest *g;		/* only what a provider needs */
	struct child *child;
	struct peer out, in;		/* to the guest, from it */
	uint32_t relid;

	/* the last request that was read */
	struct ic_header h;
	uint8_t data[8200];
	uint32_t size;
};

/* A guest whose driver has not come yet; the driver comes, and goes. */
struct ic_child *ic_child_new(const struct vsp_ops *ops);
void ic_child_open(struct ic_child *c);
void ic_child_close(struct ic_child *c);
void ic_child_free(struct ic_child *c, const struct vsp_ops *ops);

/* Takes the next request out of the ring; is there one? */
bool ic_child_read(struct ic_child *c);

/* Sends a packet with that header and @size bytes of data, and lets us work. */
void ic_child_send(struct ic_child *c, const struct ic_header *h,
		   const void *data, uint32_t size);

/* The header that answers the last request. */
struct ic_header ic_child_reply(const struct ic_child *c);

/* Answers it with @data instead of what it had. */
void ic_child_answer(struct ic_child *c, uint32_t status, const void *data,
		     uint32_t size);

/* Takes the negotiation and chooses @framework, @message. */
void ic_child_choose(struct ic_child *c, struct ic_version framework,
		     struct ic_version message);

#endif /* TEST_IC_CHILD_H */
