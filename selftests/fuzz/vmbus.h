/* SPDX-License-Identifier: GPL-2.0 */
/* Steps of the two VMBus targets: what an input's bytes mean. */
#ifndef FUZZ_VMBUS_H
#define FUZZ_VMBUS_H

/*
 * vmbus: a step is an operation and its bytes. Small numbers for relids, GPADL
 * handles and pages, so that different steps mean the same object.
 */
enum vmbus_step {
	STEP_RAW,		/* type, size, as many bytes */
	STEP_CONTACT,		/* minor version, VP */
	STEP_OFFERS,
	STEP_UNLOAD,
	STEP_HEADER,		/* relid, handle, pages, in it, first page */
	STEP_BODY,		/* handle, pages, first page */
	STEP_TEARDOWN,		/* relid, handle */
	STEP_OPEN,		/* relid, handle, downstream, VP */
	STEP_RELID,		/* CLOSE or RELID_RELEASED, relid */
	STEP_MODIFY,		/* relid, VP */
	STEP_PACKET,		/* page of a ring, bytes to be written, bytes */
	STEP_INDEX,		/* page of a ring, word, value */
	STEP_GIVE,		/* page: give it back, or take it again */
	STEP_OFFER,		/* number; rescinds it if it is offered */
	STEP_SEND,		/* number, size */
	STEP_ANSWER,		/* what posts, packets and opens say */
	STEP_TOUCH,		/* where in the memory of packets, bytes */
	STEP_BUFFER,		/* number, handle, at, bytes: read and write */
	STEP_PAGES,		/* number, ranges: transfer pages */
	NR_STEPS
};

/* ring: the first byte says who reads; then steps. */
enum ring_step {
	RING_STORE,		/* page, offset, value */
	RING_PACKET,		/* header, length, type: where our index is */
	RING_PEER,		/* the peer's index moves so many bytes / 8 on */
	RING_PEEK,		/* room for so many bytes */
	RING_PUBLISH,
	RING_UNMASK,
	RING_WRITE,		/* bytes */
	RING_ROOM,		/* bytes */
	RING_RACE,		/* at the next race: page, offset, value */
	NR_RING_STEPS
};

#endif
