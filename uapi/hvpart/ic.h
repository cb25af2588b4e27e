/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Integration components on the wire: what lies in the in-band packets of their
 * VMBus channels. The host asks, the guest answers with the same packet in which
 * it has changed flags, status and data.
 */
#ifndef _HVPART_IC_H
#define _HVPART_IC_H

#include "types.h"

struct ic_version {
	__u16 major;
	__u16 minor;
};
HVPART_ASSERT_SIZE(struct ic_version, 4);

struct ic_header {
	__u32 pipe;			/* IC_PIPE_DATA */
	__u32 pipe_size;		/* bytes that follow */
	struct ic_version framework;
	__u16 type;			/* IC_* */
	struct ic_version message;
	__u16 size;			/* bytes behind this header */
	__u32 status;			/* IC_STATUS_* */
	__u8 id;			/* of the transaction */
	__u8 flags;			/* IC_FLAG_* */
	__u8 reserved[2];
};
HVPART_ASSERT_SIZE(struct ic_header, 28);
HVPART_ASSERT_OFFSET(struct ic_header, type, 12);
HVPART_ASSERT_OFFSET(struct ic_header, message, 14);
HVPART_ASSERT_OFFSET(struct ic_header, size, 18);
HVPART_ASSERT_OFFSET(struct ic_header, status, 20);
HVPART_ASSERT_OFFSET(struct ic_header, flags, 25);

#define IC_PIPE_DATA			1U

#define IC_NEGOTIATE			0
#define IC_HEARTBEAT			1
#define IC_KVP				2
#define IC_SHUTDOWN			3
#define IC_TIME_SYNC			4

#define IC_FLAG_TRANSACTION		0x1
#define IC_FLAG_REQUEST			0x2
#define IC_FLAG_RESPONSE		0x4

#define IC_STATUS_SUCCESS		0U
#define IC_STATUS_FAILED		0x80004005U
#define IC_STATUS_NOT_SUPPORTED		0x80070032U
#define IC_STATUS_NO_MORE		0x80070103U	/* KVP: not there */

/*
 * NEGOTIATE: the host lists versions, those of the framework first; the guest
 * leaves one of each and sets both counts to 1, or to 0.
 */
struct ic_negotiate {
	__u16 frameworks;
	__u16 messages;
	__u32 reserved;
	struct ic_version version[];
};
HVPART_ASSERT_SIZE(struct ic_negotiate, 8);

/* HEARTBEAT: the guest adds one to @sequence. */
struct ic_heartbeat {
	__u64 sequence;
	__u32 reserved[8];
};
HVPART_ASSERT_SIZE(struct ic_heartbeat, 40);

#define IC_SHUTDOWN_TEXT		2048

/* SHUTDOWN: all of it has to be sent. */
struct ic_shutdown {
	__u32 reason;
	__u32 timeout;			/* seconds */
	__u32 flags;			/* IC_SHUTDOWN_* */
	__u8 text[IC_SHUTDOWN_TEXT];
};
HVPART_ASSERT_SIZE(struct ic_shutdown, 2060);

#define IC_SHUTDOWN_FORCE		0x1U	/* programs may not object */
#define IC_SHUTDOWN_REBOOT		0x2U
#define IC_SHUTDOWN_HIBERNATE		0x4U

/* Times count 100 ns since 1601-01-01; that is 1970-01-01. */
#define IC_TIME_UNIX_EPOCH		116444736000000000ULL

/* TIME_SYNC up to 3.0; 25 bytes, the structure ends before its padding. */
struct ic_time {
	__u64 parent;
	__u64 child;
	__u64 round_trip;
	__u8 flags;			/* IC_TIME_* */
	__u8 padding[7];
};
#define IC_TIME_SIZE			25U
HVPART_ASSERT_OFFSET(struct ic_time, flags, 24);

/* TIME_SYNC from 4.0 on; 22 bytes. */
struct ic_time_reference {
	__u64 parent;
	__u64 reference;		/* the partition's, at that moment */
	__u8 flags;			/* IC_TIME_* */
	__u8 leap;			/* as NTP's leap indicator */
	__u8 stratum;			/* as NTP's; 0: not said */
	__u8 reserved[3];
	__u8 padding[2];
};
#define IC_TIME_REFERENCE_SIZE		22U
HVPART_ASSERT_OFFSET(struct ic_time_reference, flags, 16);

#define IC_TIME_SYNC_NOW		0x1	/* set your clock */
#define IC_TIME_SAMPLE			0x2	/* for your information */

/* KVP: keys and values are UTF-16 with a zero at the end, sizes are in bytes. */
#define IC_KVP_GET			0	/* Linux leaves the value out */
#define IC_KVP_SET			1
#define IC_KVP_DELETE			2
#define IC_KVP_ENUMERATE		3
#define IC_KVP_GET_ADDRESSES		4	/* struct ic_kvp_addresses */
#define IC_KVP_SET_ADDRESSES		5

#define IC_KVP_POOL_EXTERNAL		0	/* the host writes */
#define IC_KVP_POOL_GUEST		1	/* the guest writes */
#define IC_KVP_POOL_AUTO		2	/* what the guest is */

#define IC_KVP_STRING			1U
#define IC_KVP_U32			4U
#define IC_KVP_U64			11U

#define IC_KVP_KEY_SIZE			512
#define IC_KVP_VALUE_SIZE		2048

struct ic_kvp_value {
	__u32 type;			/* IC_KVP_STRING, … */
	__u32 key_size;
	__u32 value_size;
	__u8 key[IC_KVP_KEY_SIZE];
	__u8 value[IC_KVP_VALUE_SIZE];
};
HVPART_ASSERT_SIZE(struct ic_kvp_value, 2572);

struct ic_kvp {
	__u8 operation;			/* IC_KVP_* */
	__u8 pool;			/* IC_KVP_POOL_* */
	__u16 reserved;
	union {
		struct ic_kvp_value item;	/* SET */
		struct {
			__u32 key_size;
			__u8 key[IC_KVP_KEY_SIZE];
		} gone;				/* DELETE */
		struct {
			__u32 index;
			struct ic_kvp_value item;
		} at;				/* ENUMERATE */
	} u;
};
HVPART_ASSERT_SIZE(struct ic_kvp, 2580);

#define IC_KVP_ADAPTER_SIZE		256
#define IC_KVP_ADDRESS_SIZE		2048
#define IC_KVP_GATEWAY_SIZE		1024

/* Of a network card; texts, with ";" between several. No number is aligned. */
struct ic_kvp_addresses {
	__u8 operation;
	__u8 pool;
	__u8 adapter[IC_KVP_ADAPTER_SIZE];	/* Linux: its MAC, in capitals */
	__u8 families;
	__u8 dhcp;			/* not 0: that is where they are from */
	__u8 address[IC_KVP_ADDRESS_SIZE];
	__u8 mask[IC_KVP_ADDRESS_SIZE];
	__u8 gateway[IC_KVP_GATEWAY_SIZE];
	__u8 dns[IC_KVP_ADDRESS_SIZE];
};
HVPART_ASSERT_SIZE(struct ic_kvp_addresses, 7428);
HVPART_ASSERT_OFFSET(struct ic_kvp_addresses, adapter, 2);
HVPART_ASSERT_OFFSET(struct ic_kvp_addresses, address, 260);

#endif /* _HVPART_IC_H */
