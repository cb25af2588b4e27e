/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Channels: contract 5.4 to 5.6, 5.8, 5.9.
 *
 *	offered --OPEN--> open --CLOSE--> offered …
 *	        \________________\--rescind--> leaving --RELID_RELEASED--> gone
 *
 * An open channel whose child breaks the ring is stopped: it stays open for the
 * child, but neither side hears of it until CLOSE. When the connection ends all
 * channels are merely not offered yet; those that were leaving are gone.
 */
#ifndef VMBUS_CHANNEL_H
#define VMBUS_CHANNEL_H

#include "gpadl.h"
#include "libpart_vmbus.h"
#include "packet.h"
#include "ring.h"

/* Packets of one channel handled at a time, before it is another one's turn. */
#define CHANNEL_BURST		32U

/* Connection ids of channels begin here, clear of those of messages. */
#define CHANNEL_CONNECTION	0x2000U

#define CHANNEL_PACKET_DEFAULT	16384U
#define CHILD_PACKET_DEFAULT	4096U
#define TRANSFER_DEFAULT	(1ULL << 20)

struct part_channel {
	struct part_vmbus *host;
	struct part_channel *next;
	struct part_offer offer;
	void *ctx;
	__u32 relid;

	bool offer_due;			/* OFFER is to be sent */
	bool offered;			/* it has been sent */
	bool rescind_due;
	bool leaving;			/* the provider knows it no more */
	bool open;
	bool closing;			/* in its provider's close() */
	bool stopped;			/* the child has broken a ring */

	/* while it is open */
	__u32 target_vp;
	struct gpadl *gpadl;
	struct ring in;			/* from the child */
	struct ring out;		/* to the child */
	bool paused;			/* packet() has said -EAGAIN */
	bool look;			/* there may be packets */
	bool blocked;			/* part_channel_send() has said -EAGAIN */
	__u32 blocked_size;
	bool quiet;			/* OPEN_RESULT has not been delivered */
	bool signal_due;		/* meanwhile */
	bool told;			/* ops.channel() has heard of it */
	__u64 packets_in, bytes_in, packets_out, bytes_out;
	__u8 *buf;			/* of offer.packet_max bytes */
};

/* What the child asks; each returns VMBUS_STATUS_* for the answer. */
__u32 channel_open(struct part_vmbus *host, const struct vmbus_open *m);
__u32 channel_modify(struct part_vmbus *host, const struct vmbus_modify *m);

/* Zero, or -ENOENT: nothing of that kind. No answer. */
int channel_close(struct part_vmbus *host, __u32 relid);
int channel_released(struct part_vmbus *host, __u32 relid);

/* May the child make GPADLs for it? */
bool channel_takes_gpadl(const struct part_vmbus *host, __u32 relid);

/* REQUEST_OFFERS: every channel that has not been offered shall be. */
void channel_offer_all(struct part_vmbus *host);

/* The connection is over: closes what is open, forgets what was leaving. */
void channel_disconnect_all(struct part_vmbus *host);

/* Frees what was rescinded before the child heard of it. */
void channel_reap_all(struct part_vmbus *host);

/* part_vmbus_destroy() */
void channel_destroy_all(struct part_vmbus *host);

/*
 * channel_message - the next offer or rescind to be sent
 *
 * Returns the channel and fills @msg; NULL: none. When it has been sent,
 * channel_message_sent().
 */
struct part_channel *channel_message(struct part_vmbus *host,
				     struct hv_message *msg);
void channel_message_sent(struct part_channel *ch);

/* No answer waits any more: signals that had to may follow. */
void channel_speak_all(struct part_vmbus *host);

/* Events from the child: look at all open channels. */
void channel_look_all(struct part_vmbus *host);

/* A burst of packets of each; true: there is more. */
bool channel_work_all(struct part_vmbus *host);

#endif /* VMBUS_CHANNEL_H */
