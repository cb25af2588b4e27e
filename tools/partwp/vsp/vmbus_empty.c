// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "bytes.h"
#include "log.h"
#include "vmbus_empty.h"

/* Of all VMBus messages in a SynIC message. */
#define HVMSG_VMBUS		1

/* Message types; H: only from the host to the guest. */
enum {
	OFFERCHANNEL = 1,		/* H */
	RESCIND_CHANNELOFFER,		/* H */
	REQUESTOFFERS,
	ALLOFFERS_DELIVERED,		/* H */
	OPENCHANNEL,
	OPENCHANNEL_RESULT,		/* H */
	CLOSECHANNEL,
	GPADL_HEADER,
	GPADL_BODY,
	GPADL_CREATED,			/* H */
	GPADL_TEARDOWN,
	GPADL_TORNDOWN,			/* H */
	RELID_RELEASED,
	INITIATE_CONTACT,
	VERSION_RESPONSE,		/* H */
	UNLOAD,
	UNLOAD_RESPONSE,		/* H */
	TL_CONNECT_REQUEST = 21,
	MODIFYCHANNEL,
	TL_CONNECT_RESULT,		/* H */
	MODIFYCHANNEL_RESPONSE,		/* H */
	NR_TYPES
};

#define VERSION_5_0		0x50000
#define VERSION_5_3		0x50003

#define STATUS_UNSUCCESSFUL	0xC0000001U
#define STATUS_REFUSED		0xC0000236U

#define HEADER_SIZE		8

/* A message as it came in: a private copy, of which @size bytes are there. */
struct request {
	uint8_t body[HV_MESSAGE_PAYLOAD_BYTE_COUNT];
	unsigned int size;
	uint32_t type;
};

static uint8_t *answer(struct vmbus_empty *bus, uint32_t vp, uint32_t type,
		       unsigned int size)
{
	struct vmbus_post *p;

	p = &bus->queue[(bus->head + bus->count++) % VMBUS_QUEUE];
	memset(p, 0, sizeof(*p));
	p->vp = vp;
	p->msg.header.message_type = HVMSG_VMBUS;
	p->msg.header.payload_size = (uint8_t)size;
	put_le32(p->msg.u.bytes, type);
	return p->msg.u.bytes;
}

static void disconnect(struct vmbus_empty *bus)
{
	bus->connected = false;
	bus->version = 0;
	bus->vp = 0;
}

/*
 * Legal at any time: a kernel that was started by kexec knows nothing of its
 * predecessor. What the latter asked and has not been told is forgotten.
 */
static void initiate_contact(struct vmbus_empty *bus, const struct request *r)
{
	uint32_t version = get_le32(r->body + 8);
	uint32_t vp = get_le32(r->body + 12);
	uint8_t sint = r->body[16];
	bool good = version >= VERSION_5_0 && version <= VERSION_5_3;
	uint8_t *a;

	disconnect(bus);
	bus->count = 0;
	if (vp >= bus->nr_vps) {
		log_guest("VMBus: contact from VP %u, which does not exist",
			  vp);
		return;
	}
	/* Below 5.0 there is an address in the place of the source's number. */
	if (good && sint != VMBUS_SINT) {
		log_guest("VMBus: asked to answer at source %u", sint);
		good = false;
	}
	a = answer(bus, vp, VERSION_RESPONSE, 16);
	a[8] = good;
	if (!good)
		return;
	put_le32(a + 12, VMBUS_CONNECTION);
	bus->connected = true;
	bus->version = version;
	bus->vp = vp;
}

static void request_offers(struct vmbus_empty *bus, const struct request *r)
{
	(void)r;
	answer(bus, bus->vp, ALLOFFERS_DELIVERED, HEADER_SIZE);
}

static void unload(struct vmbus_empty *bus, const struct request *r)
{
	uint32_t vp = bus->vp;

	(void)r;
	disconnect(bus);
	answer(bus, vp, UNLOAD_RESPONSE, HEADER_SIZE);
}

/* No channel exists, so everything that names one fails. */

static void open_channel(struct vmbus_empty *bus, const struct request *r)
{
	uint8_t *a = answer(bus, bus->vp, OPENCHANNEL_RESULT, 20);

	memcpy(a + 8, r->body + 8, 8);		/* relid, open id */
	put_le32(a + 16, STATUS_UNSUCCESSFUL);
}

static void gpadl_header(struct vmbus_empty *bus, const struct request *r)
{
	uint8_t *a = answer(bus, bus->vp, GPADL_CREATED, 20);

	memcpy(a + 8, r->body + 8, 8);		/* relid, GPADL */
	put_le32(a + 16, STATUS_UNSUCCESSFUL);
}

static void modify_channel(struct vmbus_empty *bus, const struct request *r)
{
	uint8_t *a;

	if (bus->version < VERSION_5_3)
		return;			/* nobody waits */
	a = answer(bus, bus->vp, MODIFYCHANNEL_RESPONSE, 16);
	memcpy(a + 8, r->body + 8, 4);		/* relid */
	put_le32(a + 12, STATUS_UNSUCCESSFUL);
}

static void tl_connect(struct vmbus_empty *bus, const struct request *r)
{
	uint8_t *a = answer(bus, bus->vp, TL_CONNECT_RESULT, 44);

	memcpy(a + 8, r->body + 8, 32);		/* both GUIDs */
	put_le32(a + 40, STATUS_REFUSED);
}

static void ignore(struct vmbus_empty *bus, const struct request *r)
{
	(void)bus;
	log_guest("VMBus: message %u of a channel that does not exist",
		  r->type);
}

/* What a guest may send, and how much of it there must be. */
static const struct {
	unsigned int size;
	bool unconnected;	/* legal before a contact */
	void (*handle)(struct vmbus_empty *bus, const struct request *r);
} handlers[NR_TYPES] = {
	[INITIATE_CONTACT] = { 40, true, initiate_contact },
	[REQUESTOFFERS] = { 8, false, request_offers },
	[UNLOAD] = { 8, false, unload },
	[OPENCHANNEL] = { 148, false, open_channel },
	[CLOSECHANNEL] = { 12, false, ignore },
	[GPADL_HEADER] = { 28, false, gpadl_header },
	[GPADL_BODY] = { 16, false, ignore },
	/* An answer means "the pages are yours again", about foreign pages. */
	[GPADL_TEARDOWN] = { 16, false, ignore },
	[RELID_RELEASED] = { 12, false, ignore },
	[TL_CONNECT_REQUEST] = { 40, false, tl_connect },
	[MODIFYCHANNEL] = { 16, false, modify_channel },
};

void vmbus_empty_init(struct vmbus_empty *bus, unsigned int nr_vps)
{
	memset(bus, 0, sizeof(*bus));
	bus->nr_vps = nr_vps;
}

bool vmbus_empty_full(const struct vmbus_empty *bus)
{
	return bus->count == VMBUS_QUEUE;
}

void vmbus_empty_message(struct vmbus_empty *bus,
			 const struct hv_message *msg)
{
	struct request r;

	if (vmbus_empty_full(bus))
		return;
	r.size = msg->header.payload_size;
	if (msg->header.message_type != HVMSG_VMBUS || r.size < HEADER_SIZE ||
	    r.size > sizeof(r.body)) {
		log_guest("VMBus: message of type %#x with %u bytes",
			  msg->header.message_type, r.size);
		return;
	}
	memset(r.body, 0, sizeof(r.body));
	memcpy(r.body, msg->u.bytes, r.size);
	r.type = get_le32(r.body);
	if (r.type >= NR_TYPES || !handlers[r.type].handle) {
		log_guest("VMBus: message %u is not for a guest to send",
			  r.type);
		return;
	}
	if (r.size < handlers[r.type].size) {
		log_guest("VMBus: message %u has %u of %u bytes", r.type,
			  r.size, handlers[r.type].size);
		return;
	}
	if (!bus->connected && !handlers[r.type].unconnected) {
		log_guest("VMBus: message %u without a connection", r.type);
		return;
	}
	handlers[r.type].handle(bus, &r);
}

bool vmbus_empty_flush(struct vmbus_empty *bus,
		       int (*post)(void *ctx, uint32_t vp,
				   const struct hv_message *msg), void *ctx)
{
	while (bus->count) {
		const struct vmbus_post *p = &bus->queue[bus->head];
		int ret = post(ctx, p->vp, &p->msg);

		if (ret == -EAGAIN || ret == -EBUSY)
			return false;
		if (ret)
			log_guest("VMBus: VP %u cannot be answered: %s",
				  p->vp, strerror(-ret));
		bus->head = (bus->head + 1) % VMBUS_QUEUE;
		bus->count--;
	}
	return true;
}
