/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is in a packet: made from a private copy, so it does not change while we
 * look. Contract 5.8.
 */
#ifndef VMBUS_PACKET_H
#define VMBUS_PACKET_H

#include <stdint.h>

#include "libpart_vmbus.h"

/* part_packet.list of a GPA_DIRECT packet; all inside the private copy. */
struct packet_list {
	const uint8_t *ranges;
	uint32_t nr;
};

/*
 * packet_parse - what ring_peek() has returned
 * @raw: @length bytes, header and length checked already
 * @transfer_max: most bytes that it may name
 * @list: what p->list points at
 *
 * Zero, or -EPROTO: a type that guests do not send, or ranges that do not fit
 * into the header, or name too much.
 */
int packet_parse(const void *raw, uint32_t length, uint64_t transfer_max,
		 struct packet_list *list, struct part_packet *p);

/* How to find the child's memory, as struct part_vmbus_ops has it. */
typedef void *(*packet_memory)(void *ctx, __u64 gpa, __u64 len);

/* Copies between @buf and what the packet names; see part_packet_read(). */
int packet_copy(const struct part_packet *p, packet_memory memory, void *ctx,
		uint64_t at, void *buf, uint32_t len, bool write);

#endif /* VMBUS_PACKET_H */
