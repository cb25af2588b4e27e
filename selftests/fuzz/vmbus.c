// SPDX-License-Identifier: GPL-2.0
/*
 * The child's messages, GPADLs and rings against the host, with a provider or
 * two. A page that is not lent may be given back; it is poisoned then, so that
 * whoever still uses it is caught.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sanitizer/asan_interface.h>

#include "host.h"
#include "input.h"
#include "provider.h"
#include "vmbus.h"

#define CHECK(cond)	do { if (!(cond)) abort(); } while (0)
#define PROVIDERS	4
#define NR_VPS		2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct child *c;
static struct provider provider[PROVIDERS];
static bool offered[PROVIDERS];
static uint8_t msg[240];

/* What the providers do with the memory that a packet names. */
static uint64_t touch_at;
static uint32_t touch_bytes;

static void say(const void *bytes, unsigned int size)
{
	int ret = child_post(c, bytes, size);

	CHECK(!ret || (ret == -EAGAIN && part_vmbus_full(c->host)));
}

static void raw(struct input *in)
{
	unsigned int i, size;

	memset(msg, 0, sizeof(msg));
	msg[0] = get8(in) % 26;
	size = get8(in) % 241;
	for (i = 8; i < size && i < 48; i++)
		msg[i] = get8(in);
	say(msg, size);
}

static void contact(struct input *in)
{
	struct vmbus_contact m = {
		.msg.type = VMBUS_MSG_CONTACT,
		.version = VMBUS_VERSION_5_0 + get8(in) % 5,
		.target_vp = get8(in) % (NR_VPS + 1),
		.sint = VMBUS_SINT,
	};

	say(&m, sizeof(m));
}

static void simple(uint32_t type)
{
	struct vmbus_msg m = { .type = type };

	say(&m, sizeof(m));
}

static unsigned int put_pages(unsigned int head, unsigned int nr,
			      unsigned int max, uint64_t pfn)
{
	unsigned int i;

	for (i = 0; i < nr && i < max; i++, pfn++)
		memcpy(msg + head + 8 * i, &pfn, 8);
	return head + 8 * i;
}

static void header(struct input *in)
{
	struct vmbus_gpadl_header m = {
		.msg.type = VMBUS_MSG_GPADL_HEADER,
		.relid = get8(in) % 8,
		.gpadl = get8(in) % 8,
		.ranges = 1,
	};
	uint32_t pages = get8(in), now = get8(in);

	m.range_bytes = (uint16_t)(8 + 8 * pages);
	m.byte_count = pages * 4096;
	memcpy(msg, &m, sizeof(m));
	say(msg, put_pages(sizeof(m), now, VMBUS_GPADL_HEADER_PAGES, get8(in)));
}

static void body(struct input *in)
{
	struct vmbus_gpadl_body m = {
		.msg.type = VMBUS_MSG_GPADL_BODY,
		.gpadl = get8(in) % 8,
	};
	uint32_t now = get8(in);

	memcpy(msg, &m, sizeof(m));
	say(msg, put_pages(sizeof(m), now, VMBUS_GPADL_BODY_PAGES, get8(in)));
}

static void open_channel(struct input *in)
{
	struct vmbus_open m = { .msg.type = VMBUS_MSG_OPEN };

	/* One by one: an initializer may read them in any order. */
	m.relid = get8(in) % 8;
	m.gpadl = get8(in) % 8;
	m.downstream = get8(in);
	m.target_vp = get8(in) % (NR_VPS + 1);
	say(&m, sizeof(m));
}

/* TEARDOWN and MODIFY: relid and another number; CLOSE, RELEASED: a relid. */
static void two_words(struct input *in, uint32_t type, uint32_t mod)
{
	struct vmbus_gpadl_teardown m = {
		.msg.type = type,
		.relid = get8(in) % 8,
		.gpadl = get8(in) % mod,
	};

	say(&m, sizeof(m));
}

static void close_or_release(struct input *in)
{
	struct vmbus_relid m = {
		.msg.type = get8(in) & 1 ? VMBUS_MSG_CLOSE :
					   VMBUS_MSG_RELID_RELEASED,
		.relid = get8(in) % 8,
	};

	say(&m, sizeof(m));
}

/* --- memory ---------------------------------------------------------------- */

static uint8_t *own_page(uint8_t n)
{
	return c->gone[n] ? NULL : child_page(c, n);
}

static void packet(struct input *in)
{
	uint8_t *head = own_page(get8(in)), *data;
	uint8_t n = get8(in) % 64, i;
	uint32_t wr;

	if (!head)
		return;
	wr = ((struct vmbus_ring *)head)->write % 4096;
	/* The page behind the header, as a child with pages in a row has it. */
	data = head - c->ram + 4096 < CHILD_PAGES * 4096 ?
	       own_page((uint8_t)((head - c->ram) / 4096 + 1)) : NULL;
	for (i = 0; data && i < n * 2; i++)
		data[(wr + i) % 4096] = get8(in);
	((struct vmbus_ring *)head)->write += n * 8U;
	part_vmbus_signalled(c->host);
}

static void index_word(struct input *in)
{
	uint8_t *head = own_page(get8(in));
	uint8_t at = get8(in) % 5;
	uint16_t value = get16(in);

	if (!head)
		return;
	((uint32_t *)head)[at == 4 ? 16 : at] = value;
	part_vmbus_signalled(c->host);
}

static void give(uint8_t pfn)
{
	if (c->gone[pfn]) {
		ASAN_UNPOISON_MEMORY_REGION(child_page(c, pfn), 4096);
		c->gone[pfn] = false;
	} else if (!part_vmbus_lent(c->host, (uint64_t)pfn << 12, 4096)) {
		ASAN_POISON_MEMORY_REGION(child_page(c, pfn), 4096);
		c->gone[pfn] = true;
	}
}

/* --- the provider ---------------------------------------------------------- */

static int touch(void *ctx, struct part_channel *ch,
		 const struct part_packet *p)
{
	static uint8_t buf[65536];
	int ret = part_packet_read(ch, p, touch_at, buf, touch_bytes);

	CHECK(!ret || ret == -ERANGE || ret == -EFAULT);
	/* A page that is gone stays so between the two. */
	CHECK(part_packet_write(ch, p, touch_at, buf, touch_bytes) == ret);
	return provider_offer(0).packet(ctx, ch, p);
}

static void touch_buffer(struct input *in)
{
	static uint8_t buf[65536];
	uint8_t n = get8(in) % PROVIDERS;
	uint32_t handle = get8(in) % 8, at = get16(in) * 8U, len = get16(in);
	uint32_t size;
	int ret;

	if (!offered[n])
		return;
	size = part_channel_buffer_size(provider[n].ch, handle);
	ret = part_channel_buffer_read(provider[n].ch, handle, at, buf, len);
	CHECK(ret == (!size ? -ENOENT : (uint64_t)at + len > size ? -ERANGE :
								     0));
	CHECK(part_channel_buffer_write(provider[n].ch, handle, at, buf,
					len) == ret);
}

static void send_pages(struct input *in)
{
	static const struct vmbus_range ranges[1024];
	const struct part_packet p = { .id = 1 };
	uint8_t n = get8(in) % PROVIDERS;
	uint32_t nr = get16(in) % 1025;

	if (offered[n])
		part_channel_send_pages(provider[n].ch, &p, 7, ranges, nr);
}

/*
 * Two devices; odd ones are the sub-channel of the even one before, and go with
 * it: their pointer is nobody's then.
 */
static void offer(uint8_t n)
{
	struct part_offer o = provider_offer(n / 2);

	if (offered[n]) {
		part_channel_rescind(provider[n].ch);
		offered[n] = false;
		offered[n | 1] = false;
		return;
	}
	o.sub_index = n % 2;
	o.packet = touch;
	offered[n] = !part_vmbus_offer(c->host, &o, &provider[n],
				       &provider[n].ch);
}

static void send_packet(struct input *in)
{
	static const uint8_t data[4096];
	uint8_t n = get8(in) % PROVIDERS;
	struct part_packet p = {
		.type = VMBUS_PACKET_INBAND,
		.data = data,
		.size = get8(in) * 16,
	};

	if (!offered[n])
		return;
	part_channel_send(provider[n].ch, &p);
	part_channel_resume(provider[n].ch);
}

static void answers(struct input *in)
{
	static const int result[] = { 0, 0, -EAGAIN, -EINVAL };
	uint8_t n = get8(in);

	c->post_result = result[n & 3];
	provider[0].packet_result = result[n >> 2 & 3];
	provider[2].open_result = result[n >> 4 & 3];
	c->listen_result = n >> 6 == 3 ? -ENOSPC : 0;
}

static void step(struct input *in)
{
	switch (get8(in) % NR_STEPS) {
	case STEP_RAW:		raw(in); break;
	case STEP_CONTACT:	contact(in); break;
	case STEP_OFFERS:	simple(VMBUS_MSG_REQUEST_OFFERS); break;
	case STEP_UNLOAD:	simple(VMBUS_MSG_UNLOAD); break;
	case STEP_HEADER:	header(in); break;
	case STEP_BODY:		body(in); break;
	case STEP_TEARDOWN:
		two_words(in, VMBUS_MSG_GPADL_TEARDOWN, 8);
		break;
	case STEP_OPEN:		open_channel(in); break;
	case STEP_RELID:	close_or_release(in); break;
	case STEP_MODIFY:
		two_words(in, VMBUS_MSG_MODIFY, NR_VPS + 1);
		break;
	case STEP_PACKET:	packet(in); break;
	case STEP_INDEX:	index_word(in); break;
	case STEP_GIVE:		give(get8(in)); break;
	case STEP_OFFER:	offer(get8(in) % PROVIDERS); break;
	case STEP_SEND:		send_packet(in); break;
	case STEP_ANSWER:	answers(in); break;
	case STEP_TOUCH:
		touch_at = get16(in);
		touch_bytes = get16(in);
		break;
	case STEP_BUFFER:	touch_buffer(in); break;
	case STEP_PAGES:	send_pages(in); break;
	}
}

static void check(void)
{
	const struct gpadl *g;
	unsigned int i, nr = 0;
	uint32_t pages = 0;

	for (g = c->host->gpadls.first; g; g = g->next, nr++)
		pages += g->nr;
	CHECK(nr == c->host->gpadls.nr && nr <= GPADL_MAX);
	CHECK(pages == c->host->gpadls.pages && pages <= GPADL_PAGES_ALL);
	CHECK(c->host->version || !nr);
	for (i = 0; i < PROVIDERS; i++)
		CHECK(provider[i].closes <= provider[i].opens);
	for (i = 0; i < c->nr_posts; i++)
		CHECK(c->post[i].vp < NR_VPS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, data + size };
	unsigned int i;

	c = child_new(NR_VPS);
	memset(provider, 0, sizeof(provider));
	memset(offered, 0, sizeof(offered));
	touch_at = touch_bytes = 0;
	offer(0);
	for (i = 0; more(&in) && i < 200; i++) {
		step(&in);
		part_vmbus_work(c->host);
		check();
		child_forget(c);
	}
	for (i = 0; i < CHILD_PAGES; i++)
		if (c->gone[i])
			give((uint8_t)i);
	child_free(c);
	for (i = 0; i < PROVIDERS; i++)
		CHECK(provider[i].closes <= provider[i].opens);
	return 0;
}
