/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the child may change the memory that it shares, between two steps of
 * ours. In the tests' build a peer steps in there; else it is nothing.
 */
#ifndef VMBUS_RACE_H
#define VMBUS_RACE_H

enum vmbus_race {
	RACE_INDEX_READ,	/* the peer's index has been read */
	RACE_HEADER_READ,	/* the packet's first 16 bytes have been copied */
	RACE_PACKET_READ,	/* all of the packet has been copied */
	RACE_UNMASKED,		/* the interrupt mask is 0, not looked again */
	RACE_FULL,		/* the ring is full, nothing asked for yet */
};

#ifdef VMBUS_TEST
void vmbus_race(enum vmbus_race where);
#else
#define vmbus_race(where)	((void)(where))
#endif

#endif /* VMBUS_RACE_H */
