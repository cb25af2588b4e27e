// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "dm.h"

/* Ranges beyond one a page that a balloon's answers may name: empty ones, junk */
#define SPARE_RANGES	1024

void dm_init(struct dm *dm, const struct dm_ops *ops, void *ctx)
{
	memset(dm, 0, sizeof(*dm));
	dm->ops = ops;
	dm->ctx = ctx;
}

void dm_open(struct dm *dm)
{
	dm_close(dm);
	dm->state = DM_VERSION;
}

void dm_close(struct dm *dm)
{
	dm->state = DM_CLOSED;
	dm->request = DM_IDLE;
	dm->broken = false;
	dm->waiting = 0;
	dm->version = 0;
	dm->can_balloon = false;
	dm->can_add = false;
	dm->alignment = 0;
	dm->reported = false;
	dm->available = 0;
	dm->committed = 0;
}

static struct dynmem_header header(struct dm *dm, uint16_t type, size_t size)
{
	return (struct dynmem_header){
		.type = type,
		.size = (uint16_t)size,
		.id = ++dm->id,
	};
}

static int respond(struct dm *dm, uint16_t type, bool accepted)
{
	struct dynmem_response r = {
		.header = header(dm, type, sizeof(r)),
		.accepted = accepted,
	};

	return dm->ops->send(dm->ctx, &r, sizeof(r)) == -EAGAIN ? -EAGAIN : 0;
}

/* A request waits for room; there is never more than one. */
static void request(struct dm *dm, uint32_t size)
{
	dm->waiting = size;
	dm_room(dm);
}

void dm_room(struct dm *dm)
{
	int ret;

	if (!dm->waiting)
		return;
	ret = dm->ops->send(dm->ctx, dm->packet, dm->waiting);
	if (ret == -EAGAIN)
		return;
	dm->waiting = 0;
	dm->broken |= ret;
}

bool dm_idle(const struct dm *dm)
{
	return dm->state == DM_READY && dm->request == DM_IDLE && !dm->waiting;
}

static int unexpected(struct dm *dm)
{
	dm->stats.unexpected++;
	return 0;
}

static int take_version(struct dm *dm, const void *data)
{
	const struct dynmem_version_request *m = data;
	bool yes = m->version == DYNMEM_VERSION_2_0 ||
		   m->version == DYNMEM_VERSION_1_0;
	int ret;

	if (dm->state != DM_VERSION)
		return unexpected(dm);
	ret = respond(dm, DYNMEM_VERSION_RESPONSE, yes);
	if (ret || !yes)
		return ret;
	dm->version = m->version;
	dm->state = DM_CAPABILITIES;
	return 0;
}

static int take_capabilities(struct dm *dm, const void *data)
{
	const struct dynmem_capabilities *m = data;
	int ret;

	if (dm->state != DM_CAPABILITIES)
		return unexpected(dm);
	ret = respond(dm, DYNMEM_CAPABILITIES_RESPONSE, true);
	if (ret)
		return ret;
	dm->can_balloon = m->capabilities & DYNMEM_CAN_BALLOON;
	dm->can_add = m->capabilities & DYNMEM_CAN_HOT_ADD;
	dm->alignment = 1ULL << (20 + DYNMEM_ALIGNMENT(m->capabilities));
	dm->state = DM_READY;
	dm->ops->ready(dm->ctx);
	return 0;
}

/* As many as it likes: each only overwrites the one before. */
static int take_status(struct dm *dm, const void *data)
{
	const struct dynmem_status *m = data;

	if (dm->state != DM_READY)
		return unexpected(dm);
	dm->stats.reports++;
	dm->reported = true;
	dm->available = m->available;
	dm->committed = m->committed;
	return 0;
}

static void take_range(struct dm *dm, uint64_t range)
{
	uint64_t pages = DYNMEM_RANGE_PAGES(range);

	if (pages > dm->wanted) {
		dm->stats.clamped += pages - dm->wanted;
		pages = dm->wanted;
	}
	dm->wanted -= pages;
	if (pages)
		dm->ops->range(dm->ctx, DYNMEM_RANGE_PFN(range), pages);
}

static int take_balloon(struct dm *dm, const void *data, uint32_t size)
{
	const struct dynmem_balloon_response *m = data;
	uint32_t room = (size - (uint32_t)sizeof(*m)) / 8, n = m->count >> 1, i;

	if (dm->request != DM_BALLOON || dm->waiting)
		return unexpected(dm);
	if (n > room) {
		dm->stats.malformed++;
		n = room;
	}
	/* A packet counts too, so that empty ones come to an end. */
	if (n + 1 > dm->budget)
		return -EPROTO;
	dm->budget -= n + 1;
	for (i = 0; i < n; i++)
		take_range(dm, m->range[i]);
	if (m->count & 1)
		return 0;
	dm->request = DM_IDLE;
	dm->ops->ballooned(dm->ctx);
	return 0;
}

static int take_unballoon(struct dm *dm)
{
	if (dm->request != DM_UNBALLOON || dm->waiting)
		return unexpected(dm);
	dm->request = DM_IDLE;
	dm->ops->unballooned(dm->ctx);
	return 0;
}

static int take_add(struct dm *dm, const void *data)
{
	const struct dynmem_hot_add_response *m = data;
	uint64_t pages = m->pages;

	if (dm->request != DM_ADD || dm->waiting)
		return unexpected(dm);
	if (pages > dm->wanted) {
		dm->stats.clamped += pages - dm->wanted;
		pages = dm->wanted;
	}
	dm->request = DM_IDLE;
	dm->ops->added(dm->ctx, pages, !pages && m->result);
	return 0;
}

/* The shortest that each of the guest's messages may be; 0: not the guest's */
static uint32_t size_of(uint16_t type)
{
	switch (type) {
	case DYNMEM_VERSION_REQUEST:
		return sizeof(struct dynmem_version_request);
	case DYNMEM_CAPABILITIES_REPORT:
		return sizeof(struct dynmem_capabilities);
	case DYNMEM_STATUS_REPORT:
		return sizeof(struct dynmem_status);
	case DYNMEM_BALLOON_RESPONSE:
		return sizeof(struct dynmem_balloon_response);
	case DYNMEM_UNBALLOON_RESPONSE:
		return sizeof(struct dynmem_header);
	case DYNMEM_HOT_ADD_RESPONSE:
		return sizeof(struct dynmem_hot_add_response);
	default:
		return 0;
	}
}

int dm_packet(struct dm *dm, const void *data, uint32_t size)
{
	const struct dynmem_header *h = data;
	uint32_t least;

	if (dm->state == DM_CLOSED)
		return unexpected(dm);
	if (size >= sizeof(*h) && h->size < size)
		size = h->size;		/* packets are padded */
	least = size < sizeof(*h) ? 0 : size_of(h->type);
	if (size < sizeof(*h) || (least && (size < least || h->size > size))) {
		dm->stats.malformed++;
		return 0;
	}
	switch (h->type) {
	case DYNMEM_VERSION_REQUEST:
		return take_version(dm, data);
	case DYNMEM_CAPABILITIES_REPORT:
		return take_capabilities(dm, data);
	case DYNMEM_STATUS_REPORT:
		return take_status(dm, data);
	case DYNMEM_BALLOON_RESPONSE:
		return take_balloon(dm, data, size);
	case DYNMEM_UNBALLOON_RESPONSE:
		return take_unballoon(dm);
	case DYNMEM_HOT_ADD_RESPONSE:
		return take_add(dm, data);
	default:
		return unexpected(dm);
	}
}

void dm_balloon(struct dm *dm, uint32_t pages)
{
	struct dynmem_balloon *m = (void *)dm->packet;

	*m = (struct dynmem_balloon){
		.header = header(dm, DYNMEM_BALLOON_REQUEST, sizeof(*m)),
		.pages = pages,
	};
	dm->request = DM_BALLOON;
	dm->wanted = pages;
	dm->budget = (uint64_t)pages + SPARE_RANGES;
	request(dm, sizeof(*m));
}

void dm_unballoon(struct dm *dm, const uint64_t *ranges, uint32_t nr)
{
	struct dynmem_unballoon *m = (void *)dm->packet;
	uint32_t size = (uint32_t)sizeof(*m) + nr * 8;

	*m = (struct dynmem_unballoon){
		.header = header(dm, DYNMEM_UNBALLOON_REQUEST, size),
		.count = nr,
	};
	memcpy(m->range, ranges, nr * 8);
	dm->request = DM_UNBALLOON;
	request(dm, size);
}

void dm_add(struct dm *dm, uint64_t pfn, uint32_t pages,
	    uint64_t region_pfn, uint32_t region_pages)
{
	struct dynmem_hot_add *m = (void *)dm->packet;
	uint32_t size = region_pages ? sizeof(*m) : sizeof(*m) - 8;

	*m = (struct dynmem_hot_add){
		.header = header(dm, DYNMEM_HOT_ADD_REQUEST, size),
		.range = DYNMEM_RANGE(pfn, pages),
		.region = DYNMEM_RANGE(region_pfn, region_pages),
	};
	dm->request = DM_ADD;
	dm->wanted = pages;
	request(dm, size);
}

void dm_say_max(struct dm *dm, uint64_t pages)
{
	struct dynmem_info *m = (void *)dm->packet;

	*m = (struct dynmem_info){
		.header = header(dm, DYNMEM_INFO_MESSAGE, sizeof(*m)),
		.info_size = 16,
		.info_type = DYNMEM_INFO_MAX_PAGES,
		.data_size = 8,
		.data = pages,
	};
	request(dm, sizeof(*m));
}
