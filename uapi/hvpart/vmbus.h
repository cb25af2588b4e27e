/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * VMBus on the wire: channel messages, rings, packets. Versions 5.0 to 5.3.
 *
 * Messages travel as payload of SynIC messages of type VMBUS_MESSAGE_TYPE, in
 * both directions; their offsets count from the payload's start. Where a list
 * of 64-bit page numbers begins at an offset that is no multiple of 8, the
 * structure ends before it: the list is copied, not pointed at.
 */
#ifndef _HVPART_VMBUS_H
#define _HVPART_VMBUS_H

#include "types.h"

/* Type of the SynIC messages, and the source that guests use for them. */
#define VMBUS_MESSAGE_TYPE		1U
#define VMBUS_SINT			2

/* Connection that guests post to, versions >= 5.0; older ones use 1. */
#define VMBUS_MESSAGE_CONNECTION	4U

#define VMBUS_VERSION(major, minor)	((__u32)(major) << 16 | (minor))
#define VMBUS_VERSION_5_0		VMBUS_VERSION(5, 0)
#define VMBUS_VERSION_5_1		VMBUS_VERSION(5, 1)
#define VMBUS_VERSION_5_2		VMBUS_VERSION(5, 2)
#define VMBUS_VERSION_5_3		VMBUS_VERSION(5, 3)

/* relids are event flag numbers; flag 0 is not a channel's */
#define VMBUS_RELID_FIRST		1U
#define VMBUS_RELID_LAST		2047U

/* H: only the host sends it */
#define VMBUS_MSG_OFFER			1U	/* H */
#define VMBUS_MSG_RESCIND		2U	/* H */
#define VMBUS_MSG_REQUEST_OFFERS	3U
#define VMBUS_MSG_ALL_OFFERS		4U	/* H */
#define VMBUS_MSG_OPEN			5U
#define VMBUS_MSG_OPEN_RESULT		6U	/* H */
#define VMBUS_MSG_CLOSE			7U
#define VMBUS_MSG_GPADL_HEADER		8U
#define VMBUS_MSG_GPADL_BODY		9U
#define VMBUS_MSG_GPADL_CREATED		10U	/* H */
#define VMBUS_MSG_GPADL_TEARDOWN	11U
#define VMBUS_MSG_GPADL_TORNDOWN	12U	/* H */
#define VMBUS_MSG_RELID_RELEASED	13U
#define VMBUS_MSG_CONTACT		14U
#define VMBUS_MSG_VERSION		15U	/* H */
#define VMBUS_MSG_UNLOAD		16U
#define VMBUS_MSG_UNLOADED		17U	/* H */
#define VMBUS_MSG_TL_CONNECT		21U
#define VMBUS_MSG_MODIFY		22U
#define VMBUS_MSG_TL_RESULT		23U	/* H */
#define VMBUS_MSG_MODIFIED		24U	/* H */

/* Of the status fields guests look only at zero or not zero. */
#define VMBUS_STATUS_SUCCESS		0U
#define VMBUS_STATUS_FAILED		0xC0000001U
#define VMBUS_STATUS_NO_RESOURCES	0xC000009AU
#define VMBUS_STATUS_REFUSED		0xC0000236U

/* By itself: REQUEST_OFFERS, ALL_OFFERS, UNLOAD, UNLOADED. */
struct vmbus_msg {
	__u32 type;			/* VMBUS_MSG_* */
	__u32 reserved;
};
HVPART_ASSERT_SIZE(struct vmbus_msg, 8);

/* As in a message: the first three fields are little-endian. */
struct vmbus_guid {
	__u8 b[16];
};
HVPART_ASSERT_SIZE(struct vmbus_guid, 16);

#define VMBUS_USER_SIZE			120

#define VMBUS_OFFER_ENUMERATE		0x0001
#define VMBUS_OFFER_CONFIDENTIAL_RING	0x0002	/* not for children of ours */
#define VMBUS_OFFER_CONFIDENTIAL_MEMORY	0x0004	/* not for children of ours */
#define VMBUS_OFFER_NAMED_PIPE		0x0010
#define VMBUS_OFFER_LOOPBACK		0x0100
#define VMBUS_OFFER_PARENT		0x0200
#define VMBUS_OFFER_MONITORED		0x0400
#define VMBUS_OFFER_TL_PROVIDER		0x2000

struct vmbus_offer {
	struct vmbus_msg msg;
	struct vmbus_guid type;
	struct vmbus_guid instance;
	__u32 reserved0[4];
	__u16 flags;			/* VMBUS_OFFER_* */
	__u16 mmio_mib;
	__u8 user[VMBUS_USER_SIZE];
	__u16 sub_index;		/* 0: primary */
	__u16 reserved1;
	__u32 relid;
	__u8 monitor_id;
	__u8 monitored;			/* bit 0: @monitor_id counts */
	__u16 dedicated;		/* bit 0: do not use the interrupt page */
	__u32 connection;		/* for HvSignalEvent */
};
HVPART_ASSERT_SIZE(struct vmbus_offer, 196);
HVPART_ASSERT_OFFSET(struct vmbus_offer, type, 8);
HVPART_ASSERT_OFFSET(struct vmbus_offer, instance, 24);
HVPART_ASSERT_OFFSET(struct vmbus_offer, flags, 56);
HVPART_ASSERT_OFFSET(struct vmbus_offer, user, 60);
HVPART_ASSERT_OFFSET(struct vmbus_offer, sub_index, 180);
HVPART_ASSERT_OFFSET(struct vmbus_offer, relid, 184);
HVPART_ASSERT_OFFSET(struct vmbus_offer, dedicated, 190);
HVPART_ASSERT_OFFSET(struct vmbus_offer, connection, 192);

/* RESCIND, CLOSE, RELID_RELEASED */
struct vmbus_relid {
	struct vmbus_msg msg;
	__u32 relid;
};
HVPART_ASSERT_SIZE(struct vmbus_relid, 12);

struct vmbus_open {
	struct vmbus_msg msg;
	__u32 relid;
	__u32 open_id;			/* comes back in the result */
	__u32 gpadl;			/* of both rings */
	__u32 target_vp;
	__u32 downstream;		/* page at which host to guest begins */
	__u8 user[VMBUS_USER_SIZE];
};
HVPART_ASSERT_SIZE(struct vmbus_open, 148);

struct vmbus_open_result {
	struct vmbus_msg msg;
	__u32 relid;
	__u32 open_id;
	__u32 status;
};
HVPART_ASSERT_SIZE(struct vmbus_open_result, 20);

/* 64-bit page numbers follow, as many as fit; BODY brings the rest. */
struct vmbus_gpadl_header {
	struct vmbus_msg msg;
	__u32 relid;
	__u32 gpadl;			/* the guest's choice, not 0 */
	__u16 range_bytes;		/* 8 + 8 * pages, of all ranges */
	__u16 ranges;
	__u32 byte_count;
	__u32 byte_offset;
};
HVPART_ASSERT_SIZE(struct vmbus_gpadl_header, 28);
#define VMBUS_GPADL_HEADER_PAGES	26

/* Page numbers follow. */
struct vmbus_gpadl_body {
	struct vmbus_msg msg;
	__u32 number;			/* guests leave it 0 */
	__u32 gpadl;
};
HVPART_ASSERT_SIZE(struct vmbus_gpadl_body, 16);
#define VMBUS_GPADL_BODY_PAGES		28

struct vmbus_gpadl_created {
	struct vmbus_msg msg;
	__u32 relid;
	__u32 gpadl;
	__u32 status;
};
HVPART_ASSERT_SIZE(struct vmbus_gpadl_created, 20);

struct vmbus_gpadl_teardown {
	struct vmbus_msg msg;
	__u32 relid;
	__u32 gpadl;
};
HVPART_ASSERT_SIZE(struct vmbus_gpadl_teardown, 16);

struct vmbus_gpadl_torndown {
	struct vmbus_msg msg;
	__u32 gpadl;
};
HVPART_ASSERT_SIZE(struct vmbus_gpadl_torndown, 12);

struct vmbus_contact {
	struct vmbus_msg msg;
	__u32 version;
	__u32 target_vp;		/* gets the host's messages */
	__u8 sint;			/* below 5.0 an address lies here */
	__u8 vtl;
	__u16 reserved;
	__u32 features;
	__u64 monitor_page[2];		/* parent to child, child to parent */
};
HVPART_ASSERT_SIZE(struct vmbus_contact, 40);
HVPART_ASSERT_OFFSET(struct vmbus_contact, sint, 16);
HVPART_ASSERT_OFFSET(struct vmbus_contact, monitor_page, 24);

struct vmbus_version {
	struct vmbus_msg msg;
	__u8 supported;
	__u8 state;			/* 0: connected */
	__u16 reserved;
	__u32 connection;		/* to post to from now on */
};
HVPART_ASSERT_SIZE(struct vmbus_version, 16);

struct vmbus_modify {
	struct vmbus_msg msg;
	__u32 relid;
	__u32 target_vp;
};
HVPART_ASSERT_SIZE(struct vmbus_modify, 16);

struct vmbus_modified {
	struct vmbus_msg msg;
	__u32 relid;
	__u32 status;
};
HVPART_ASSERT_SIZE(struct vmbus_modified, 16);

struct vmbus_tl_connect {
	struct vmbus_msg msg;
	struct vmbus_guid endpoint;	/* the guest's */
	struct vmbus_guid service;	/* the host's */
};
HVPART_ASSERT_SIZE(struct vmbus_tl_connect, 40);

struct vmbus_tl_result {
	struct vmbus_msg msg;
	struct vmbus_guid endpoint;
	struct vmbus_guid service;
	__u32 status;
};
HVPART_ASSERT_SIZE(struct vmbus_tl_result, 44);

/*
 * Header page of a ring; data begin one page behind it. @write is the
 * producer's, @read the consumer's: bytes into the data, multiples of 8. Equal:
 * empty, so a ring is never filled to its last byte.
 */
struct vmbus_ring {
	__u32 write;
	__u32 read;
	__u32 interrupt_mask;		/* consumer: do not signal me */
	__u32 pending_send_size;	/* producer: signal at so much room */
	__u32 reserved[12];
	__u32 features;			/* VMBUS_RING_* */
};
HVPART_ASSERT_SIZE(struct vmbus_ring, 68);
HVPART_ASSERT_OFFSET(struct vmbus_ring, features, 64);
#define VMBUS_RING_PENDING_SEND_SIZE	0x1U

#define VMBUS_PACKET_INBAND		6
#define VMBUS_PACKET_TRANSFER_PAGES	7
#define VMBUS_PACKET_GPA_DIRECT		9
#define VMBUS_PACKET_COMPLETION		0xB

#define VMBUS_PACKET_WANTS_COMPLETION	0x1

struct vmbus_packet {
	__u16 type;			/* VMBUS_PACKET_* */
	__u16 header8;			/* in units of 8 bytes: header … */
	__u16 length8;			/* … and all but the trailer */
	__u16 flags;
	__u64 id;			/* of the transaction */
};
HVPART_ASSERT_SIZE(struct vmbus_packet, 16);

/* Behind each packet, not counted in its length. */
struct vmbus_trailer {
	__u32 reserved;
	__u32 start;			/* index at which the packet begins */
};
HVPART_ASSERT_SIZE(struct vmbus_trailer, 8);

/* TRANSFER_PAGES: a range lies in the GPADL that @pageset stands for. */
struct vmbus_range {
	__u32 byte_count;
	__u32 byte_offset;
};
HVPART_ASSERT_SIZE(struct vmbus_range, 8);

struct vmbus_transfer_pages {
	struct vmbus_packet packet;
	__u16 pageset;
	__u8 sender_owns;
	__u8 reserved;
	__u32 ranges;
	struct vmbus_range range[];
};
HVPART_ASSERT_SIZE(struct vmbus_transfer_pages, 24);

/*
 * GPA_DIRECT: ranges follow, each a struct vmbus_range and the page numbers that
 * its offset (< 4096) and length need.
 */
struct vmbus_gpa_direct {
	struct vmbus_packet packet;
	__u32 reserved;
	__u32 ranges;
};
HVPART_ASSERT_SIZE(struct vmbus_gpa_direct, 24);

#endif /* _HVPART_VMBUS_H */
