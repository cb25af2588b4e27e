/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libpart: the host's side of VMBus, for the process that owns a partition.
 *
 * The library has no I/O and no thread of its own: messages of the child come in
 * by part_vmbus_message(), all that leaves does so through struct
 * part_vmbus_ops. Providers offer channels; a child opens them, and packets come
 * to the provider by a call. Documentation/vmbus.rst explains it.
 *
 * Everything from the child is copied once and checked. Whatever it does, the
 * worst result is that a channel of its own stops.
 *
 * Threads: one host, with its channels, is used by one thread at a time; the
 * caller has the lock. Callbacks come in the thread that called. From a callback
 * every function may be called but part_vmbus_destroy(), part_vmbus_message()
 * and part_vmbus_work().
 *
 * Errors: negative errno values, as in libpart.h.
 */
#ifndef _LIBPART_VMBUS_H
#define _LIBPART_VMBUS_H

#include <stdbool.h>
#include <stddef.h>
#include <hvpart/message.h>
#include <hvpart/vmbus.h>

#ifdef __cplusplus
extern "C" {
#endif

struct part_vmbus;		/* VMBus of one partition */
struct part_channel;		/* an offer, and the channel that it becomes */

/**
 * struct part_vmbus_ops - what the host needs from its user
 * @size: sizeof(struct part_vmbus_ops) of the caller
 * @post: put a message into a VP's slot. 0; -EAGAIN or -EBUSY: it is taken, try
 *	later; anything else: this message cannot be delivered and is dropped
 * @signal: set event flag @flag of a VP. 0 or an error, which is counted
 * @memory: where guest memory is in this process, for writing. @len bytes do not
 *	cross a page. NULL: there is no RAM. The place must stay what it is until
 *	part_vmbus_lent() says that the host does not use it
 * @listen: begin (@on) or end to watch for events that the child sends to
 *	@connection, flag 0; each is followed by part_vmbus_signalled(). NULL: no
 *	channel can be offered
 * @schedule: there is work that does not come from a message: call
 *	part_vmbus_work() soon, but not from here
 * @complain: the child did something wrong, as often as it likes; or NULL
 * @channel: a channel is @open now, or not any more; its provider has been told.
 *	Of @ch only part_channel_info() may be asked. The child can do this as
 *	often as it likes. Or NULL
 */
struct part_vmbus_ops {
	size_t size;
	int (*post)(void *ctx, __u32 vp, __u8 sint,
		    const struct hv_message *msg);
	int (*signal)(void *ctx, __u32 vp, __u8 sint, __u16 flag);
	void *(*memory)(void *ctx, __u64 gpa, __u64 len);
	int (*listen)(void *ctx, __u32 connection, bool on);
	void (*schedule)(void *ctx);
	void (*complain)(void *ctx, const char *text);
	void (*channel)(void *ctx, const struct part_channel *ch, bool open);
};

/**
 * part_vmbus_create() - a VMBus without channels
 * @host: the new object
 * @ops: copied
 * @ctx: first argument of all @ops
 * @nr_vps: VPs of the partition
 *
 * Return: 0; -EINVAL: a callback is missing; -E2BIG: @ops has callbacks that
 * this library does not know; -ENOMEM.
 */
int part_vmbus_create(struct part_vmbus **host,
		      const struct part_vmbus_ops *ops, void *ctx,
		      __u32 nr_vps);

/**
 * part_vmbus_destroy() - end it with all its channels
 * @host: from part_vmbus_create(); NULL is allowed
 *
 * Open channels are closed, so their providers get their close(). The child is
 * told nothing.
 */
void part_vmbus_destroy(struct part_vmbus *host);

/**
 * part_vmbus_message() - the child has posted this
 * @host: from part_vmbus_create()
 * @msg: as it came from the port of VMBUS_MESSAGE_CONNECTION
 *
 * Followed by part_vmbus_work(), which sends the answer.
 *
 * Return: 0, also for nonsense; -EAGAIN: not taken, too many answers wait for
 * their slot. Leave the message in its port, or offer it again later.
 */
int part_vmbus_message(struct part_vmbus *host, const struct hv_message *msg);

/**
 * part_vmbus_full() - would part_vmbus_message() return -EAGAIN?
 * @host: from part_vmbus_create()
 */
bool part_vmbus_full(const struct part_vmbus *host);

/**
 * part_vmbus_signalled() - the child has sent an event to a channel
 * @host: from part_vmbus_create()
 *
 * Which one does not matter: part_vmbus_work() looks at all that are open.
 */
void part_vmbus_signalled(struct part_vmbus *host);

/**
 * part_vmbus_work() - send what waits, hand packets to providers
 * @host: from part_vmbus_create()
 *
 * Does a limited amount of it.
 *
 * Return: 0: nothing is left; 1: call again soon; -EAGAIN: the child has not
 * freed its message slot; call again after a pause. Packets do not wait for that.
 */
int part_vmbus_work(struct part_vmbus *host);

/**
 * part_vmbus_version() - what the child speaks
 * @host: from part_vmbus_create()
 *
 * Return: VMBUS_VERSION_*; 0: it is not connected.
 */
__u32 part_vmbus_version(const struct part_vmbus *host);

/**
 * part_vmbus_lent() - does the host use a piece of guest memory?
 * @host: from part_vmbus_create()
 * @gpa: where
 * @len: bytes
 *
 * To be asked before memory is taken from the child: pages that a GPADL names
 * stay. (A child's own page that is gone cannot get into one: @memory says no.)
 */
bool part_vmbus_lent(const struct part_vmbus *host, __u64 gpa, __u64 len);

/**
 * struct part_vmbus_stats - what has happened since part_vmbus_create()
 * @messages: taken from the child
 * @unknown: of a type that does not exist or only hosts send; ignored
 * @malformed: too short, or out of place; ignored
 * @refused: answered with a no
 * @undelivered: messages and events that @post and @signal could not deliver
 * @broken: channels stopped because of what the child wrote into the ring
 * @packets_in: taken from rings, of all channels
 * @bytes_in: what they took there, headers included
 * @packets_out: put into rings
 * @bytes_out: what they take there
 */
struct part_vmbus_stats {
	__u64 messages;
	__u64 unknown;
	__u64 malformed;
	__u64 refused;
	__u64 undelivered;
	__u64 broken;
	__u64 packets_in;
	__u64 bytes_in;
	__u64 packets_out;
	__u64 bytes_out;
};

/**
 * part_vmbus_stats() - counters
 * @host: from part_vmbus_create()
 * @stats: filled in
 * @size: sizeof(*stats) of the caller
 */
void part_vmbus_stats(const struct part_vmbus *host,
		      struct part_vmbus_stats *stats, size_t size);

/* The longest packet that can be received or sent, header included. */
#define PART_PACKET_MAX		65536U

/**
 * struct part_packet - a packet of the child, or one for it
 * @type: VMBUS_PACKET_*
 * @flags: VMBUS_PACKET_WANTS_COMPLETION
 * @id: transaction id; of a received one an opaque number to be given back
 * @data: payload: what follows the header. A private copy, as long as the
 *	callback runs
 * @size: of @data; received ones are multiples of 8
 * @ranges: GPA_DIRECT: how many there are
 * @bytes: GPA_DIRECT: what they have together; at most part_offer.transfer_max
 * @list: GPA_DIRECT: for part_packet_read() and part_packet_write()
 */
struct part_packet {
	__u16 type;
	__u16 flags;
	__u32 size;
	__u64 id;
	const void *data;
	__u32 ranges;
	__u32 reserved;
	__u64 bytes;
	const void *list;
};

/**
 * struct part_offer - a channel that a provider offers
 * @size: sizeof(struct part_offer) of the caller
 * @type: class of the device, which a guest's driver is chosen by
 * @instance: identity of the device; stable, and unique in its class
 * @user: for the driver
 * @flags: VMBUS_OFFER_*; the confidential ones are refused
 * @mmio_mib: MiB of address space that the driver shall find for it
 * @sub_index: 0: primary; else the number of a sub-channel of the primary
 *	that has the same two GUIDs
 * @packet_max: longest packet from the child, 0: 16 KiB
 * @child_packet_max: longest packet to the child, 0: 4 KiB; guests lose step
 *	when it is longer than their driver's buffer. Contract 5.8
 * @transfer_max: most bytes that one GPA_DIRECT packet may name, 0: 1 MiB
 * @open: the child opens it; @user has VMBUS_USER_SIZE bytes. 0, or an error
 *	refuses. What is sent from here reaches it after the answer. NULL: always
 *	accepted
 * @close: it is not open any more, for whatever reason. On return nothing of the
 *	provider's may use it. Not called for a channel that was not open. Or NULL
 * @packet: 0: done with it; -EAGAIN: not now, stop until part_channel_resume();
 *	anything else: a violation of the protocol, the channel stops
 * @room: there may be room again after part_channel_send() has said -EAGAIN; or
 *	NULL
 */
struct part_offer {
	size_t size;
	struct vmbus_guid type;
	struct vmbus_guid instance;
	__u8 user[VMBUS_USER_SIZE];
	__u16 flags;
	__u16 mmio_mib;
	__u16 sub_index;
	__u16 reserved;
	__u32 packet_max;
	__u32 child_packet_max;
	__u64 transfer_max;
	int (*open)(void *ctx, struct part_channel *ch, const void *user);
	void (*close)(void *ctx, struct part_channel *ch);
	int (*packet)(void *ctx, struct part_channel *ch,
		      const struct part_packet *packet);
	void (*room)(void *ctx, struct part_channel *ch);
};

/**
 * part_vmbus_offer() - offer a channel
 * @host: from part_vmbus_create()
 * @offer: copied
 * @ctx: first argument of its callbacks
 * @ch: the new object, until part_channel_rescind() or part_vmbus_destroy()
 *
 * At any time: a child that is connected already is told soon.
 *
 * Return: 0; -EINVAL; -E2BIG: has fields that this library does not know;
 * -EEXIST: these GUIDs and index are in use, perhaps by a channel whose
 * rescinding the child has not confirmed; -ENOENT: a sub-channel without a
 * primary; -ENOSPC: no relid is free; -EOPNOTSUPP: the host cannot listen;
 * -ENOMEM.
 */
int part_vmbus_offer(struct part_vmbus *host, const struct part_offer *offer,
		     void *ctx, struct part_channel **ch);

/**
 * part_channel_rescind() - take the offer back
 * @ch: from part_vmbus_offer(); not to be used afterwards
 *
 * An open channel is closed first. Sub-channels go with their primary. The
 * GUIDs and the relid are free when the child has confirmed it.
 */
void part_channel_rescind(struct part_channel *ch);

/**
 * part_channel_send() - send a packet to the child
 * @ch: from part_vmbus_offer()
 * @packet: INBAND or COMPLETION; @size need not be a multiple of 8
 *
 * A packet that wants a completion must get it exactly once, on the channel that
 * it came from; that is the provider's business.
 *
 * Return: 0; -EAGAIN: no room, wait for room(); -EMSGSIZE: longer than
 * child_packet_max or than the ring; -EINVAL: another type; -ENOTCONN: not open;
 * -EPROTO: the child has broken the ring.
 */
int part_channel_send(struct part_channel *ch,
		      const struct part_packet *packet);

/**
 * part_channel_send_pages() - send what lies in a buffer that the child has lent
 * @ch: from part_vmbus_offer()
 * @packet: as above; its type is not looked at
 * @pageset: number that the device's protocol has for the buffer
 * @ranges: pieces of the buffer
 * @nr: how many
 *
 * Return: as part_channel_send().
 */
int part_channel_send_pages(struct part_channel *ch,
			    const struct part_packet *packet, __u16 pageset,
			    const struct vmbus_range *ranges, __u32 nr);

/**
 * struct part_channel_info - a channel, and what went through it
 * @type: as offered
 * @instance: as offered
 * @index: as offered: 0: primary
 * @open: it is
 * @packets_in: taken from the child since it was opened
 * @bytes_in: what they took in the ring
 * @packets_out: put into the ring for the child
 * @bytes_out: what they take there
 */
struct part_channel_info {
	struct vmbus_guid type;
	struct vmbus_guid instance;
	__u32 index;
	bool open;
	__u64 packets_in;
	__u64 bytes_in;
	__u64 packets_out;
	__u64 bytes_out;
};

/**
 * part_channel_info() - what it is, and how much went through it
 * @ch: from part_vmbus_offer(), or as a callback has it
 * @info: filled in
 * @size: sizeof(*info) of the caller
 */
void part_channel_info(const struct part_channel *ch,
		       struct part_channel_info *info, size_t size);

/**
 * part_vmbus_channels() - all channels that the child has been offered
 * @host: from part_vmbus_create()
 * @fn: called for each; it may ask part_channel_info() and nothing else
 * @ctx: its first argument
 */
void part_vmbus_channels(const struct part_vmbus *host,
			 void (*fn)(void *ctx, const struct part_channel *ch),
			 void *ctx);

/**
 * part_channel_resume() - packet() can take packets again
 * @ch: from part_vmbus_offer()
 */
void part_channel_resume(struct part_channel *ch);

/**
 * part_channel_vp() - which VP the child wants its interrupts on
 * @ch: from part_vmbus_offer()
 */
__u32 part_channel_vp(const struct part_channel *ch);

/**
 * part_channel_buffer_size() - how large is a GPADL of this channel?
 * @ch: from part_vmbus_offer()
 * @gpadl: handle that the child has named in a packet
 *
 * Return: bytes; 0: there is none, or the child is taking it back.
 */
__u32 part_channel_buffer_size(const struct part_channel *ch, __u32 gpadl);

/**
 * part_channel_buffer_read() - copy out of a GPADL of this channel
 * @ch: from part_vmbus_offer()
 * @gpadl: its handle
 * @at: first byte
 * @buf: where to
 * @len: bytes
 *
 * Return: 0; -ENOENT: there is none, also when the child has just taken it back;
 * -ERANGE: it is shorter, nothing was copied.
 */
int part_channel_buffer_read(const struct part_channel *ch, __u32 gpadl,
			     __u32 at, void *buf, __u32 len);

/**
 * part_channel_buffer_write() - copy into a GPADL of this channel
 * @ch: from part_vmbus_offer()
 * @gpadl: its handle
 * @at: first byte
 * @buf: where from
 * @len: bytes
 *
 * Return: as part_channel_buffer_read().
 */
int part_channel_buffer_write(const struct part_channel *ch, __u32 gpadl,
			      __u32 at, const void *buf, __u32 len);

/**
 * part_packet_read() - copy from the memory that a GPA_DIRECT packet names
 * @ch: channel that it came from
 * @packet: inside its callback
 * @at: first byte, all ranges in a row
 * @buf: where to
 * @len: bytes
 *
 * Return: 0; -ERANGE: they are shorter, nothing was copied; -EFAULT: some of
 * it is no RAM, what is before was copied.
 */
int part_packet_read(const struct part_channel *ch,
		     const struct part_packet *packet, __u64 at, void *buf,
		     __u32 len);

/**
 * part_packet_write() - copy to the memory that a GPA_DIRECT packet names
 * @ch: channel that it came from
 * @packet: inside its callback
 * @at: first byte, all ranges in a row
 * @buf: where from
 * @len: bytes
 *
 * Return: as part_packet_read().
 */
int part_packet_write(const struct part_channel *ch,
		      const struct part_packet *packet, __u64 at,
		      const void *buf, __u32 len);

#ifdef __cplusplus
}
#endif

#endif /* _LIBPART_VMBUS_H */
