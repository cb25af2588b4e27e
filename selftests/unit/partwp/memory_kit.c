// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "memory_kit.h"

/* What is there for real: a byte a page; no test has memory above. */
#define PAGES	(KIT_TOP >> 12)

static uint8_t *there;

static int failing(struct kit *kit)
{
	int ret = kit->fail;

	kit->fail = 0;
	return ret;
}

static void mark(struct kit *kit, uint64_t gpa, uint64_t size, uint8_t on)
{
	uint64_t i;

	for (i = gpa / RAM_PAGE; i < (gpa + size) / RAM_PAGE; i++) {
		if (there[i] == on)
			continue;
		there[i] = on;
		kit->backed += on ? RAM_PAGE : -RAM_PAGE;
		kit->spare += on ? -RAM_PAGE : RAM_PAGE;
	}
}

/* The address is only a number to the tests, never written to. */
static int add(void *ctx, uint64_t gpa, uint64_t size, uint8_t **host)
{
	struct kit *kit = ctx;
	int ret = failing(kit);

	if (!ret && size > kit->spare)
		ret = -ENOMEM;
	if (ret)
		return ret;
	mark(kit, gpa, size, 1);
	*host = (uint8_t *)kit->ram.map + gpa;
	return 0;
}

static int remove_all(void *ctx, uint64_t gpa, uint64_t size)
{
	mark(ctx, gpa, size, 0);
	return 0;
}

static int discard(void *ctx, uint64_t gpa, uint64_t size)
{
	struct kit *kit = ctx;
	int ret = failing(kit);

	if (ret)
		return ret;
	kit->discards++;
	mark(kit, gpa, size, 0);
	return 0;
}

static int restore(void *ctx, uint64_t gpa, uint64_t size)
{
	struct kit *kit = ctx;
	int ret = failing(kit);

	if (!ret && size > kit->spare)
		ret = -ENOMEM;
	if (ret)
		return ret;
	kit->restores++;
	mark(kit, gpa, size, 1);
	return 0;
}

static const struct ram_backing backing = {
	.add = add,
	.remove = remove_all,
	.discard = discard,
	.restore = restore,
};

void kit_init(struct kit *kit)
{
	memset(kit, 0, sizeof(*kit));
	there = calloc(PAGES, 1);
	if (!there || ram_create(&kit->ram, KIT_BOOT))
		abort();
	ram_set_backing(&kit->ram, &backing, kit);
	kit->spare = 8ULL << 30;
	mark(kit, 0, KIT_BOOT, 1);
}

void kit_destroy(struct kit *kit)
{
	ram_destroy(&kit->ram);
	free(there);
}
