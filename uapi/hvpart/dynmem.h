/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Dynamic memory on the wire: in-band packets of its VMBus channel. G: the guest
 * sends it, H: the host. A guest's ids are its own, also in answers: an answer
 * belongs to the request of its kind that is under way.
 */
#ifndef _HVPART_DYNMEM_H
#define _HVPART_DYNMEM_H

#include "types.h"

/* Class of the channel: 525074dc-8985-46e2-8057-a307dc18a502 */
#define DYNMEM_GUID { {							\
	0xdc, 0x74, 0x50, 0x52, 0x85, 0x89, 0xe2, 0x46,			\
	0x80, 0x57, 0xa3, 0x07, 0xdc, 0x18, 0xa5, 0x02 } }

/* major << 16 | minor */
#define DYNMEM_VERSION_0_3		0x00000003U
#define DYNMEM_VERSION_1_0		0x00010000U
#define DYNMEM_VERSION_2_0		0x00020000U

#define DYNMEM_VERSION_REQUEST		1	/* G */
#define DYNMEM_VERSION_RESPONSE		2	/* H */
#define DYNMEM_CAPABILITIES_REPORT	3	/* G */
#define DYNMEM_CAPABILITIES_RESPONSE	4	/* H */
#define DYNMEM_STATUS_REPORT		5	/* G */
#define DYNMEM_BALLOON_REQUEST		6	/* H */
#define DYNMEM_BALLOON_RESPONSE		7	/* G */
#define DYNMEM_UNBALLOON_REQUEST	8	/* H */
#define DYNMEM_UNBALLOON_RESPONSE	9	/* G */
#define DYNMEM_HOT_ADD_REQUEST		10	/* H */
#define DYNMEM_HOT_ADD_RESPONSE		11	/* G */
#define DYNMEM_INFO_MESSAGE		12	/* H */

/* What a stock guest's buffers hold, and what it may send. */
#define DYNMEM_HOST_MESSAGE_MAX		4096U
#define DYNMEM_GUEST_MESSAGE_MAX	8192U

/* Consecutive pages: page number in bits 39:0, how many in 63:40. */
#define DYNMEM_RANGE_PAGES_MAX		((1U << 24) - 1)
#define DYNMEM_RANGE(pfn, pages)	((__u64)(pages) << 40 | (__u64)(pfn))
#define DYNMEM_RANGE_PFN(range)		((range) & ((1ULL << 40) - 1))
#define DYNMEM_RANGE_PAGES(range)	((range) >> 40)

struct dynmem_header {
	__u16 type;
	__u16 size;		/* with this header */
	__u32 id;
};
HVPART_ASSERT_SIZE(struct dynmem_header, 8);

struct dynmem_version_request {
	struct dynmem_header header;
	__u32 version;
	__u32 last;		/* bit 0: there is no older one to try */
};
HVPART_ASSERT_SIZE(struct dynmem_version_request, 16);

struct dynmem_response {	/* to versions and capabilities */
	struct dynmem_header header;
	__u64 accepted;		/* bit 0 */
};
HVPART_ASSERT_SIZE(struct dynmem_response, 16);

#define DYNMEM_CAN_BALLOON		0x01U
#define DYNMEM_CAN_HOT_ADD		0x02U
/* Hot-add alignment: 2^n MiB */
#define DYNMEM_ALIGNMENT(capabilities)	((capabilities) >> 2 & 0xF)

struct dynmem_capabilities {
	struct dynmem_header header;
	__u64 capabilities;
	__u64 min_pages;
	__u64 max_pfn;
};
HVPART_ASSERT_SIZE(struct dynmem_capabilities, 32);

struct dynmem_status {
	struct dynmem_header header;
	__u64 available;	/* pages */
	__u64 committed;	/* pages, with those that are ballooned out */
	__u64 reserved[3];
};
HVPART_ASSERT_SIZE(struct dynmem_status, 48);

struct dynmem_balloon {
	struct dynmem_header header;
	__u32 pages;
	__u32 reserved;
};
HVPART_ASSERT_SIZE(struct dynmem_balloon, 16);

struct dynmem_balloon_response {
	struct dynmem_header header;
	__u32 reserved;
	__u32 count;		/* bit 0: more follow; 31:1: ranges */
	__u64 range[];
};
HVPART_ASSERT_SIZE(struct dynmem_balloon_response, 16);

struct dynmem_unballoon {
	struct dynmem_header header;
	__u32 more;		/* bit 0; only the last one is answered */
	__u32 count;
	__u64 range[];
};
HVPART_ASSERT_SIZE(struct dynmem_unballoon, 16);

/* With or without its second range: header.size says. */
struct dynmem_hot_add {
	struct dynmem_header header;
	__u64 range;
	__u64 region;
};
HVPART_ASSERT_SIZE(struct dynmem_hot_add, 24);

struct dynmem_hot_add_response {
	struct dynmem_header header;
	__u32 pages;
	__u32 result;		/* 0 and no page: ask again later; else never */
};
HVPART_ASSERT_SIZE(struct dynmem_hot_add_response, 16);

#define DYNMEM_INFO_MAX_PAGES		0

struct dynmem_info {
	struct dynmem_header header;
	__u32 reserved;
	__u32 info_size;	/* of what follows */
	__u32 info_type;
	__u32 data_size;
	__u64 data;
};
HVPART_ASSERT_SIZE(struct dynmem_info, 32);

#endif
