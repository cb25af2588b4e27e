// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>

#include "packet.h"

#define PAGE		4096U
#define PFN_LIMIT	(1ULL << 40)

static struct vmbus_range range_at(const uint8_t *p)
{
	struct vmbus_range r;

	memcpy(&r, p, sizeof(r));
	return r;
}

static uint64_t range_pages(const struct vmbus_range *r)
{
	return ((uint64_t)r->byte_offset + r->byte_count + PAGE - 1) / PAGE;
}

/*
 * Every range takes 16 bytes of the header at least, so that a wild number of
 * them ends soon.
 */
static int parse_ranges(const uint8_t *p, const uint8_t *end, uint32_t nr,
			uint64_t transfer_max, __u64 *bytes)
{
	*bytes = 0;
	while (nr--) {
		struct vmbus_range r;
		uint64_t pages;

		if ((size_t)(end - p) < sizeof(r))
			return -EPROTO;
		r = range_at(p);
		p += sizeof(r);
		if (r.byte_offset >= PAGE || !r.byte_count)
			return -EPROTO;
		pages = range_pages(&r);
		if (pages > (size_t)(end - p) / sizeof(uint64_t))
			return -EPROTO;
		p += pages * sizeof(uint64_t);
		*bytes += r.byte_count;
		if (*bytes > transfer_max)
			return -EPROTO;
	}
	return 0;
}

static int parse_gpa_direct(const uint8_t *raw, uint32_t header,
			    uint64_t transfer_max, struct packet_list *list,
			    struct part_packet *p)
{
	struct vmbus_gpa_direct d;

	if (header < sizeof(d))
		return -EPROTO;
	memcpy(&d, raw, sizeof(d));
	list->ranges = raw + sizeof(d);
	list->nr = d.ranges;
	p->list = list;
	p->ranges = d.ranges;
	if (!d.ranges)
		return -EPROTO;
	return parse_ranges(list->ranges, raw + header, d.ranges, transfer_max,
			    &p->bytes);
}

int packet_parse(const void *raw, uint32_t length, uint64_t transfer_max,
		 struct packet_list *list, struct part_packet *p)
{
	struct vmbus_packet h;
	uint32_t header;

	memcpy(&h, raw, sizeof(h));
	header = h.header8 * 8U;
	memset(p, 0, sizeof(*p));
	p->type = h.type;
	p->flags = h.flags;
	p->id = h.id;
	p->data = (const uint8_t *)raw + header;
	p->size = length - header;
	switch (h.type) {
	case VMBUS_PACKET_INBAND:
	case VMBUS_PACKET_COMPLETION:
		return 0;
	case VMBUS_PACKET_GPA_DIRECT:
		return parse_gpa_direct(raw, header, transfer_max, list, p);
	default:
		return -EPROTO;
	}
}

struct copy {
	packet_memory memory;
	void *ctx;
	uint8_t *buf;
	uint32_t left;
	bool write;
};

static int copy_piece(struct copy *c, uint64_t pfn, uint32_t in_page,
		      uint32_t n)
{
	uint8_t *p = pfn >= PFN_LIMIT ? NULL :
		     c->memory(c->ctx, pfn * PAGE + in_page, n);

	if (!p)
		return -EFAULT;
	if (c->write)
		memcpy(p, c->buf, n);
	else
		memcpy(c->buf, p, n);
	c->buf += n;
	c->left -= n;
	return 0;
}

/* From byte @at of the range on, as much of it as is wanted. */
static int copy_range(struct copy *c, const struct vmbus_range *r,
		      const uint8_t *pfns, uint64_t at)
{
	uint64_t pos = r->byte_offset + at;
	uint64_t left = r->byte_count - at;

	while (c->left && left) {
		uint32_t in_page = pos % PAGE;
		uint32_t n = PAGE - in_page;
		uint64_t pfn;
		int ret;

		if (n > left)
			n = (uint32_t)left;
		if (n > c->left)
			n = c->left;
		memcpy(&pfn, pfns + pos / PAGE * sizeof(pfn), sizeof(pfn));
		ret = copy_piece(c, pfn, in_page, n);
		if (ret)
			return ret;
		pos += n;
		left -= n;
	}
	return 0;
}

int packet_copy(const struct part_packet *p, packet_memory memory, void *ctx,
		uint64_t at, void *buf, uint32_t len, bool write)
{
	struct copy c = { memory, ctx, buf, len, write };
	const struct packet_list *list = p->list;
	const uint8_t *next;
	uint32_t i;
	int ret = 0;

	if (!list || at > p->bytes || len > p->bytes - at)
		return -ERANGE;
	next = list->ranges;
	for (i = 0; !ret && c.left && i < list->nr; i++) {
		struct vmbus_range r = range_at(next);

		next += sizeof(r);
		if (at < r.byte_count)
			ret = copy_range(&c, &r, next, at);
		at = at < r.byte_count ? 0 : at - r.byte_count;
		next += range_pages(&r) * sizeof(uint64_t);
	}
	__asm__ __volatile__("" ::: "memory");	/* the copy is final */
	return ret;
}
