// SPDX-License-Identifier: GPL-2.0
#include "component.h"

const struct component components[NR_COMPONENTS] = {
	[HEARTBEAT] = { "heartbeat", {
		0x39, 0x4f, 0x16, 0x57, 0x15, 0x91, 0x78, 0x4e,
		0xab, 0x55, 0x38, 0x2f, 0x3b, 0xd5, 0x42, 0x2d },
		IC_HEARTBEAT, { 3, 0 }, true },
	[SHUTDOWN] = { "shutdown", {
		0x31, 0x60, 0x0b, 0x0e, 0x13, 0x52, 0x34, 0x49,
		0x81, 0x8b, 0x38, 0xd9, 0x0c, 0xed, 0x39, 0xdb },
		IC_SHUTDOWN, { 3, 2 }, false },
	[TIME_SYNC] = { "time", {
		0x30, 0xe6, 0x27, 0x95, 0xae, 0xd0, 0x7b, 0x49,
		0xad, 0xce, 0xe8, 0x0a, 0xb0, 0x17, 0x5c, 0xaf },
		IC_TIME_SYNC, { 4, 0 }, true },
	[KVP] = { "kvp", {
		0xe7, 0xf4, 0xa0, 0xa9, 0x45, 0x5a, 0x96, 0x4d,
		0xb8, 0x27, 0x8a, 0x84, 0x1e, 0x8c, 0x03, 0xe6 },
		IC_KVP, { 4, 0 }, true },
};

struct vmbus_channel ic_channel;
struct ic_header ic_request;
u8 ic_data[DATA_MAX];
u32 ic_size;

/* Rings are taken anew each time; their pages come back with the channel. */
static u32 mark;

bool ic_open(const struct component *c)
{
	mark = page_mark();
	return vmbus_open(&ic_channel, vmbus_find(c->device, 0), RING_PAGES) &&
	       ic_asked(ASKED_MS) && ic_request.type == IC_NEGOTIATE;
}

bool ic_close(void)
{
	bool torn = vmbus_close(&ic_channel);

	page_release(mark);
	return torn;
}

bool ic_asked(u64 ms)
{
	static u8 in[sizeof(struct ic_header) + DATA_MAX];
	struct vmbus_packet p;
	u32 size;

	if (!vmbus_next(&ic_channel, &p, in, sizeof(in), &size, ms) ||
	    size < sizeof(ic_request) || size > sizeof(in))
		return false;
	memcpy(&ic_request, in, sizeof(ic_request));
	ic_size = size - (u32)sizeof(ic_request);
	memcpy(ic_data, in + sizeof(ic_request), ic_size);
	return true;
}

void ic_send(const struct ic_header *h, u32 size)
{
	static u8 out[sizeof(struct ic_header) + DATA_MAX];

	memcpy(out, h, sizeof(*h));
	memcpy(out + sizeof(*h), ic_data, size);
	vmbus_send(&ic_channel, 0, 0, out, (u32)sizeof(*h) + size);
}

struct ic_header ic_reply(u32 size)
{
	struct ic_header h = ic_request;

	h.flags = IC_FLAG_TRANSACTION | IC_FLAG_RESPONSE;
	h.size = (u16)size;
	h.pipe_size = (u32)sizeof(h) - 8 + size;
	return h;
}

void ic_answer(u32 status, u32 size)
{
	struct ic_header h = ic_reply(size);

	h.status = status;
	ic_send(&h, size);
}

void ic_write_choice(const struct component *c)
{
	struct ic_negotiate n = { .frameworks = 1, .messages = 1 };
	const struct ic_version framework = { 3, 0 };

	memcpy(ic_data, &n, sizeof(n));
	memcpy(ic_data + 8, &framework, 4);
	memcpy(ic_data + 12, &c->message, 4);
}

void ic_choose(const struct component *c)
{
	ic_write_choice(c);
	ic_answer(0, IC_CHOICE_SIZE);
}

bool ic_works(const struct component *c)
{
	ic_choose(c);
	if (!c->asks)
		return ic_taken();
	if (!ic_asked(ASKED_MS) || ic_request.type != c->type)
		return false;
	++*(u64 *)ic_data;		/* as the heart beats */
	ic_answer(c->type == IC_KVP ? IC_STATUS_NO_MORE : 0, ic_size);
	return ic_taken();
}

/* It has been looked at, and there is nothing for us to read. */
static bool silent(void)
{
	return stopped(&ic_channel, &b) &&
	       READ_ONCE(ic_channel.in.head->write) == ic_channel.in.head->read;
}

static bool all_read(void)
{
	return READ_ONCE(ic_channel.out.head->read) ==
	       ic_channel.out.head->write;
}

void ic_item(u32 type, u32 key_size, u32 value_size)
{
	struct ic_kvp *m = (struct ic_kvp *)ic_data;

	m->u.at.item.type = type;
	m->u.at.item.key_size = key_size;
	m->u.at.item.value_size = value_size;
}

bool ic_taken(void)
{
	return silent() && all_read();
}

bool ic_stopped(void)
{
	return silent() && !all_read();
}
