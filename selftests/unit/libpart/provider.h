/* SPDX-License-Identifier: GPL-2.0 */
/* A provider that records what it is told and answers what the test wants. */
#ifndef TEST_PROVIDER_H
#define TEST_PROVIDER_H

#include "child.h"

struct provider {
	struct part_channel *ch;
	unsigned int opens, closes, packets, rooms;
	uint8_t user[VMBUS_USER_SIZE];
	struct part_packet last;
	uint8_t data[256];		/* of the last packet */
	int open_result, packet_result;
	bool send_in_open;		/* a packet from open() */
	bool rescind_in_open, rescind_in_packet, rescind_in_close;
	int close_send;			/* what a send in close() said */
};

/* An offer with instance @n; flags and limits are the caller's to change. */
struct part_offer provider_offer(uint8_t n);

/* part_vmbus_offer() of that; the result. */
int provider_add(struct provider *p, struct child *c, uint8_t n);
uint32_t provider_relid(const struct child *c, unsigned int post);

/*
 * Connected, one channel offered as relid *@relid, with a GPADL 7 of pages 16 to
 * 23; and the same opened, with the two halves.
 */
struct child *provider_offered(struct provider *p, uint32_t *relid);
struct child *provider_opened(struct provider *p, uint32_t *relid,
			      struct peer *out, struct peer *in);

/* Signals the host and lets it work. */
void provider_ring(struct child *c);

#endif /* TEST_PROVIDER_H */
