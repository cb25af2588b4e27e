// SPDX-License-Identifier: GPL-2.0
/*
 * Dynamic memory: the input is what the guest says and touches, and what partctl
 * asks for. Whatever it is, each page has one owner, and the guest is only told
 * to take back what it has given.
 */
#include <errno.h>
#include <string.h>

#include <hvpart/call_guest.h>
#include <hvpart/status.h>

#include "cold.h"
#include "input.h"
#include "memory_kit.h"
#include "resize.h"

#define CHECK(cond)	do { if (!(cond)) abort(); } while (0)
#define LIMIT		(2ULL << 30)
#define TOP		(8ULL << 30)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct kit kit;
static struct resize rz;
static bool full, broken;
static uint64_t clock_ms, jobs;

/* Each page that is given back has memory, and is not ballooned out any more. */
static void check_unballoon(const struct dynmem_unballoon *m)
{
	uint64_t end = 0;
	uint32_t i;

	CHECK(m->count && m->header.size == sizeof(*m) + m->count * 8);
	for (i = 0; i < m->count; i++) {
		uint64_t gpa = DYNMEM_RANGE_PFN(m->range[i]) * RAM_PAGE;
		uint64_t len = DYNMEM_RANGE_PAGES(m->range[i]) * RAM_PAGE;

		CHECK(gpa >= end && len);
		CHECK(ram_ptr(&kit.ram, gpa, len));
		end = gpa + len;
		CHECK(ram_next_ballooned(&kit.ram, &gpa, RAM_PAGE) == 0 ||
		      gpa >= end);
	}
}

static void check_add(const struct dynmem_hot_add *m)
{
	CHECK(ram_ptr(&kit.ram, DYNMEM_RANGE_PFN(m->range) * RAM_PAGE,
		      DYNMEM_RANGE_PAGES(m->range) * RAM_PAGE));
}

static int take(void *ctx, const void *packet, uint32_t size)
{
	const struct dynmem_header *h = packet;

	(void)ctx;
	CHECK(size <= DYNMEM_HOST_MESSAGE_MAX && h->size == size);
	if (broken)
		return -EPROTO;
	if (full)
		return -EAGAIN;
	if (h->type == DYNMEM_UNBALLOON_REQUEST)
		check_unballoon(packet);
	if (h->type == DYNMEM_HOT_ADD_REQUEST)
		check_add(packet);
	return 0;
}

static bool lent(void *ctx, uint64_t gpa, uint64_t len)
{
	(void)ctx;
	return gpa < kit.lent + 4096 && kit.lent < gpa + len;
}

static uint64_t spare(void *ctx)
{
	(void)ctx;
	return kit.spare;
}

static uint64_t now(void *ctx)
{
	(void)ctx;
	return clock_ms;
}

static void ended(void *ctx, const struct resize_job *job)
{
	(void)ctx;
	CHECK(job->id && job->id <= jobs + 1);
	CHECK(job->error <= 0);
}

static const struct resize_ops ops = {
	.send = take,
	.lent = lent,
	.spare = spare,
	.now = now,
	.ended = ended,
};

/* A range that is likely to mean something. */
static uint64_t get_range(struct input *in)
{
	uint8_t kind = get8(in);
	uint64_t pfn = get16(in), pages = get8(in);

	switch (kind % 4) {
	case 0:
		return DYNMEM_RANGE(pfn % (KIT_BOOT / RAM_PAGE), pages);
	case 1:
		return DYNMEM_RANGE(pfn / 512 * 512, pages * 512);
	case 2:
		return DYNMEM_RANGE(GPA_4G / RAM_PAGE + pfn, pages);
	default:
		return get64(in);
	}
}

static void say(struct input *in)
{
	uint64_t m[64];
	struct dynmem_header *h = (void *)m;
	struct dynmem_balloon_response *b = (void *)m;
	uint32_t size, i;

	memset(m, 0, sizeof(m));
	h->type = get8(in) % 14;
	size = get8(in) % 64 * 8;
	h->size = get8(in) ? (uint16_t)size : get16(in);
	for (i = 1; i < 4; i++)
		m[i] = get16(in);
	if (h->type == DYNMEM_BALLOON_RESPONSE) {
		b->count = get8(in);
		for (i = 0; i < b->count / 2 && i < 60; i++)
			b->range[i] = get_range(in);
	}
	/* A packet that waits comes again, as from a ring. */
	if (resize_packet(&rz, m, size) == -EAGAIN) {
		full = false;
		CHECK(resize_packet(&rz, m, size) != -EAGAIN);
	}
}

static void greet(struct input *in)
{
	struct dynmem_version_request v = {
		.header = { DYNMEM_VERSION_REQUEST, sizeof(v), 1 },
		.version = DYNMEM_VERSION_2_0,
	};
	struct dynmem_capabilities c = {
		.header = { DYNMEM_CAPABILITIES_REPORT, sizeof(c), 2 },
		.capabilities = get8(in),
	};

	full = broken = false;
	resize_open(&rz);
	resize_packet(&rz, &v, sizeof(v));
	resize_packet(&rz, &c, sizeof(c));
	CHECK(rz.dm.state == DM_READY);
}

/* A hint that is done, or refused at a range that is no memory. */
static void hint(struct input *in)
{
	unsigned int nr = get8(in) % 8 + 1, start = get8(in) % nr, done = start, i;
	unsigned int status;
	uint64_t range[8];

	for (i = 0; i < nr; i++) {
		if (get8(in) % 4)
			range[i] = get16(in) % 64 << 21 | get16(in) % 0x40;
		else
			range[i] = get64(in);
		range[i] ^= get8(in) % 2 ? HV_GPA_RANGE_LARGE : 0;
	}
	status = cold_discard(&rz, range, nr, &done);
	CHECK(done >= start && done <= nr);
	CHECK(status ? status == HV_STATUS_INVALID_PARAMETER && done < nr :
		       done > start);
}

static void step(struct input *in)
{
	uint64_t id = 0;

	switch (get8(in) % 11) {
	case 0:
		greet(in);
		break;
	case 1:
		resize_close(&rz);
		break;
	case 2:
		if (!resize_add(&rz, get8(in) * 2 * MIB,
				get8(in) % 4 ? 0 : get16(in) * 2 * MIB, &id))
			jobs = id;
		break;
	case 3:
		if (!resize_set(&rz, get16(in) * RAM_PAGE, &id))
			jobs = id;
		break;
	case 4:
		full = !full;
		broken = get8(in) == 1;
		if (!full)
			resize_room(&rz);
		break;
	case 5:
		clock_ms += get16(in) * 16;
		resize_tick(&rz);
		break;
	case 6:
		ram_touch(&kit.ram, get16(in) * RAM_PAGE, get8(in) & 1);
		break;
	case 7:
		ram_retire(&kit.ram);
		break;
	case 8:
		hint(in);
		break;
	default:
		say(in);
		break;
	}
}

static void check(void)
{
	const struct ram *ram = &kit.ram;

	CHECK(rz.nr <= RESIZE_JOBS);
	CHECK(ram->size + ram->added <= LIMIT);
	CHECK(kit.backed == ram->size + ram->added - ram->absent * RAM_PAGE);
	CHECK(ram->ballooned * RAM_PAGE <= ram->size + ram->added);
	CHECK(ram_ptr(ram, 0, GPA_ONE_MEG));
	CHECK(ram_ptr(ram, kit.lent, 4096));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, data + size };
	uint32_t i;

	kit_init(&kit);
	kit.spare = (1ULL << 30) + get8(&in) * MIB;
	kit.lent = 20 * MIB;
	full = false;
	clock_ms = jobs = 0;
	resize_init(&rz, &ops, NULL, &kit.ram, LIMIT, TOP);
	greet(&in);
	for (i = 0; more(&in) && i < 300; i++) {
		step(&in);
		check();
	}
	resize_close(&rz);
	check();
	CHECK(!rz.nr && !kit.ram.ballooned);
	kit_destroy(&kit);
	return 0;
}
