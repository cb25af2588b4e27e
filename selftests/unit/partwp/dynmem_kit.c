// SPDX-License-Identifier: GPL-2.0
#include "dynmem_kit.h"
#include "test.h"

struct kit kit;
struct resize rz;

struct dynmem_guest g;
uint64_t id;

static int take(void *ctx, const void *packet, uint32_t size)
{
	(void)ctx;
	if (g.broken)
		return -EPROTO;
	if (g.full)
		return -EAGAIN;
	CHECK(size <= DYNMEM_HOST_MESSAGE_MAX);
	memcpy(g.packet, packet, size);
	g.size = size;
	g.sent++;
	g.backed = kit.backed;
	return 0;
}

static bool lent(void *ctx, uint64_t gpa, uint64_t len)
{
	(void)ctx;
	return kit.lend && gpa < kit.lent + kit.lent_len &&
	       kit.lent < gpa + len;
}

static uint64_t spare(void *ctx)
{
	(void)ctx;
	return kit.spare;
}

static uint64_t now(void *ctx)
{
	(void)ctx;
	return g.now;
}

static void ended(void *ctx, const struct resize_job *job)
{
	(void)ctx;
	g.ended++;
	g.last = *job;
	g.ok = g.ok && !job->error;
}

static const struct resize_ops ops = {
	.send = take,
	.lent = lent,
	.spare = spare,
	.now = now,
	.ended = ended,
};

const struct dynmem_header *header(void)
{
	return (const void *)g.packet;
}

/* The guest sends @size bytes with this type; the rest is at @m. */
int say(uint16_t type, void *m, uint32_t size)
{
	struct dynmem_header *h = m;

	h->type = type;
	h->size = (uint16_t)size;
	h->id = 77;
	return resize_packet(&rz, m, size);
}

int version(uint32_t v, bool last)
{
	struct dynmem_version_request m = { .version = v, .last = last };

	return say(DYNMEM_VERSION_REQUEST, &m, sizeof(m));
}

int capabilities(uint64_t c)
{
	struct dynmem_capabilities m = { .capabilities = c, .max_pfn = -1ULL };

	return say(DYNMEM_CAPABILITIES_REPORT, &m, sizeof(m));
}

int took(uint64_t bytes, uint32_t result)
{
	struct dynmem_hot_add_response m = {
		.pages = (uint32_t)(bytes / 4096),
		.result = result,
	};

	return say(DYNMEM_HOT_ADD_RESPONSE, &m, sizeof(m));
}

int gave(bool more, uint32_t n, const uint64_t *range)
{
	uint64_t buf[1024];
	struct dynmem_balloon_response *m = (void *)buf;

	m->reserved = 0;
	m->count = n << 1 | more;
	if (n)
		memcpy(m->range, range, n * 8);
	return say(DYNMEM_BALLOON_RESPONSE, m, 16 + n * 8);
}

int gave_one(bool more, uint64_t gpa, uint64_t len)
{
	uint64_t range = DYNMEM_RANGE(gpa / 4096, len / 4096);

	return gave(more, 1, &range);
}

int took_back(void)
{
	struct dynmem_header m;

	return say(DYNMEM_UNBALLOON_RESPONSE, &m, sizeof(m));
}

bool accepted(uint16_t type)
{
	const struct dynmem_response *m = (const void *)g.packet;

	CHECK_EQ(header()->type, type);
	CHECK_EQ(header()->size, 16);
	CHECK_EQ(g.size, 16);
	return m->accepted & 1;
}

void begin(void)
{
	kit_init(&kit);
	memset(&g, 0, sizeof(g));
	g.ok = true;
	resize_init(&rz, &ops, NULL, ram, LIMIT, TOP);
	resize_open(&rz);
}

void connect_with(uint64_t caps)
{
	begin();
	CHECK(!version(DYNMEM_VERSION_2_0, false));
	CHECK(accepted(DYNMEM_VERSION_RESPONSE));
	CHECK(!capabilities(caps));
	CHECK_EQ(rz.dm.state, DM_READY);
	CHECK_EQ(g.sent, 3);
}
