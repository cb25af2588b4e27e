// SPDX-License-Identifier: GPL-2.0
/* Memory that is ballooned out and given back; guests that fall silent or leave. */
#include "dynmem_kit.h"
#include "test.h"

static void balloons(void)
{
	const struct dynmem_balloon *m = (const void *)g.packet;

	connect_with(CAN_ALL);
	CHECK_EQ(resize_set(&rz, KIT_BOOT - 8 * M, &id), 0);
	CHECK_EQ(m->header.type, DYNMEM_BALLOON_REQUEST);
	CHECK_EQ(m->header.size, 16);
	CHECK_EQ(m->pages, 8 * M / 4096);
	CHECK_EQ(kit.backed, KIT_BOOT);
	CHECK(!gave_one(true, 32 * M, 2 * M));
	CHECK_EQ(kit.backed, KIT_BOOT - 2 * M);
	CHECK(!gave(true, 0, NULL));
	CHECK(!gave_one(false, 40 * M, 6 * M));
	CHECK_EQ(g.ended, 1);
	CHECK_EQ(g.last.error, 0);
	CHECK_EQ(g.last.done, 8 * M);
	CHECK_EQ(resize_assigned(&rz), KIT_BOOT - 8 * M);
	/* Set to what it has: nothing to do. */
	CHECK_EQ(resize_set(&rz, KIT_BOOT - 8 * M, &id), 0);
	CHECK_EQ(g.ended, 2);
	CHECK_EQ(g.sent, 4);
	kit_destroy(&kit);
}

static void the_guest_gives_less(void)
{
	connect_with(CAN_ALL);
	CHECK_EQ(resize_set(&rz, KIT_BOOT / 2, &id), 0);
	CHECK(!gave_one(false, 32 * M, 4 * M));
	CHECK_EQ(g.ended, 0);
	CHECK_EQ(g.sent, 5);	/* asked once more */
	CHECK(!gave(false, 0, NULL));
	CHECK_EQ(g.last.error, -ENOSPC);
	CHECK_EQ(g.last.done, 4 * M);
	kit_destroy(&kit);
}

static void clamps_what_is_given(void)
{
	connect_with(CAN_ALL);
	CHECK_EQ(resize_set(&rz, KIT_BOOT - 2 * M, &id), 0);
	CHECK(!gave_one(true, 16 * M, 3 * M));
	CHECK(!gave_one(false, 32 * M, 2 * M));
	CHECK_EQ(ram->ballooned, 512);
	CHECK_EQ(rz.dm.stats.clamped, 768);
	CHECK_EQ(g.last.done, 2 * M);
	CHECK(!gave_one(false, 40 * M, 2 * M));
	CHECK_EQ(rz.dm.stats.unexpected, 1);
	CHECK_EQ(ram->ballooned, 512);
	kit_destroy(&kit);
}

static void keeps_what_is_not_to_be_had(void)
{
	const uint64_t bad[] = {
		DYNMEM_RANGE(0, 1),			/* the boot's */
		DYNMEM_RANGE(255, 1),
		DYNMEM_RANGE(KIT_BOOT / 4096, 1),	/* no RAM */
		DYNMEM_RANGE(GPA_IOAPIC / 4096, 1),
		DYNMEM_RANGE((1ULL << 40) - 1, 2),
		DYNMEM_RANGE(20 * M / 4096, 512),	/* lent: 21 MiB */
		DYNMEM_RANGE(300, 0),
	};

	connect_with(CAN_ALL);
	kit.lend = true;
	kit.lent = 21 * M;
	kit.lent_len = 4096;
	CHECK_EQ(resize_set(&rz, KIT_BOOT - 16 * M, &id), 0);
	CHECK(!gave(true, 7, bad));
	CHECK_EQ(ram->ballooned, 0);
	CHECK_EQ(kit.backed, KIT_BOOT);
	CHECK_EQ(rz.kept, 1 + 1 + 1 + 1 + 2 + 512);
	/* Twice, and overlapping. */
	CHECK(!gave_one(true, 32 * M, 2 * M));
	CHECK(!gave_one(true, 32 * M, 2 * M));
	CHECK(!gave_one(true, 33 * M, 2 * M));
	CHECK_EQ(ram->ballooned, 512 + 256);
	CHECK_EQ(rz.kept, 518 + 512 + 256);
	/* A large range around a lent page loses only that page's 2 MiB. */
	CHECK(!gave_one(false, 18 * M, 6 * M));
	CHECK_EQ(ram->ballooned, 768 + 1024);
	CHECK(ram_ptr(ram, 20 * M, 2 * M));
	kit_destroy(&kit);
}

static void what_cannot_be_taken_stays(void)
{
	connect_with(CAN_ALL);
	CHECK_EQ(resize_set(&rz, KIT_BOOT - 4 * M, &id), 0);
	kit.fail = -EIO;
	CHECK(!gave_one(false, 32 * M, 2 * M));
	CHECK_EQ(ram->ballooned, 0);
	CHECK_EQ(rz.kept, 512);
	CHECK_EQ(g.last.error, -ENOSPC);
	CHECK_EQ(ram_touch(ram, 32 * M, false), 1);
	CHECK_EQ(kit.backed, KIT_BOOT);
	kit_destroy(&kit);
}

static void stops_endless_answers(void)
{
	uint64_t range[500], n = 0;
	int ret;

	connect_with(CAN_ALL);
	CHECK_EQ(resize_set(&rz, KIT_BOOT - 2 * M, &id), 0);
	while (!(ret = gave(true, 0, NULL)))
		CHECK(n++ < 4096);
	CHECK_EQ(ret, -EPROTO);
	CHECK_EQ(g.ended, 1);
	CHECK_EQ(g.last.error, -ECONNRESET);
	kit_destroy(&kit);
	connect_with(CAN_ALL);
	CHECK_EQ(resize_set(&rz, KIT_BOOT - 2 * M, &id), 0);
	for (n = 0; n < 500; n++)
		range[n] = 0;
	for (n = 0; !(ret = gave(true, 500, range)); n++)
		CHECK(n < 10);
	CHECK_EQ(ret, -EPROTO);
	/* More ranges than bytes. */
	kit_destroy(&kit);
	connect_with(CAN_ALL);
	CHECK_EQ(resize_set(&rz, KIT_BOOT - 2 * M, &id), 0);
	{
		uint64_t m[4] = { 0, 0xFFFFFFFEULL << 32,
				  DYNMEM_RANGE(8192, 1),
				  DYNMEM_RANGE(8193, 1) };

		CHECK(!say(DYNMEM_BALLOON_RESPONSE, m, sizeof(m)));
	}
	CHECK_EQ(rz.dm.stats.malformed, 1);
	CHECK_EQ(ram->ballooned, 2);
	kit_destroy(&kit);
}

static void ballooned_out(uint64_t bytes)
{
	connect_with(CAN_ALL);
	CHECK_EQ(resize_set(&rz, KIT_BOOT - bytes, &id), 0);
	CHECK(!gave_one(false, 16 * M, bytes));
	CHECK_EQ(g.ended, 1);
	CHECK_EQ(kit.backed, KIT_BOOT - bytes);
}

static void gives_back(void)
{
	const struct dynmem_unballoon *m = (const void *)g.packet;

	ballooned_out(16 * M);
	CHECK_EQ(resize_set(&rz, KIT_BOOT - 10 * M, &id), 0);
	CHECK_EQ(m->header.type, DYNMEM_UNBALLOON_REQUEST);
	CHECK_EQ(m->header.size, 24);
	CHECK_EQ(m->count, 1);
	CHECK_EQ(m->more, 0);
	CHECK_EQ(m->range[0], DYNMEM_RANGE(16 * M / 4096, 6 * M / 4096));
	/* There before the message was. */
	CHECK_EQ(g.backed, KIT_BOOT - 10 * M);
	CHECK_EQ(g.ended, 1);
	CHECK(!took_back());
	CHECK_EQ(g.ended, 2);
	CHECK_EQ(g.last.done, 6 * M);
	CHECK(!took_back());
	CHECK_EQ(rz.dm.stats.unexpected, 1);
	CHECK_EQ(resize_set(&rz, KIT_BOOT + 4096, &id), -ERANGE);
	CHECK_EQ(resize_set(&rz, KIT_BOOT - 1, &id), -EINVAL);
	CHECK_EQ(resize_set(&rz, 0, &id), -EINVAL);
	CHECK_EQ(resize_set(&rz, KIT_BOOT, &id), 0);
	CHECK(!took_back());
	CHECK_EQ(kit.backed, KIT_BOOT);
	CHECK_EQ(ram->ballooned, 0);
	CHECK(g.ok);
	kit_destroy(&kit);
}

/* Each page once, and no packet longer than a guest's buffer. */
static void gives_back_many_pieces(void)
{
	const struct dynmem_unballoon *m = (const void *)g.packet;
	static uint8_t seen[KIT_BOOT / 4096];
	uint64_t range[500];
	uint32_t i, n, total = 0;

	connect_with(CAN_ALL);
	CHECK_EQ(resize_set(&rz, KIT_BOOT - 2000 * 4096, &id), 0);
	for (n = 0; n < 2000; n += 500) {
		for (i = 0; i < 500; i++)
			range[i] = DYNMEM_RANGE(1000 + 2 * (n + i), 1);
		CHECK(!gave(n < 1500, 500, range));
	}
	CHECK_EQ(g.ended, 1);
	CHECK_EQ(resize_set(&rz, KIT_BOOT, &id), 0);
	while (g.ended == 1) {
		CHECK_EQ(m->header.size, 16 + 8 * m->count);
		for (i = 0; i < m->count; i++) {
			uint64_t pfn = DYNMEM_RANGE_PFN(m->range[i]);

			CHECK_EQ(DYNMEM_RANGE_PAGES(m->range[i]), 1);
			CHECK(!seen[pfn]++ && !(pfn % 2));
		}
		total += m->count;
		CHECK(!took_back());
	}
	CHECK_EQ(total, 2000);
	CHECK_EQ(kit.backed, KIT_BOOT);
	kit_destroy(&kit);
}

static void gives_back_without_memory(void)
{
	ballooned_out(16 * M);
	kit.spare = M;
	CHECK_EQ(resize_set(&rz, KIT_BOOT, &id), 0);
	CHECK_EQ(g.last.error, -ENOMEM);
	CHECK_EQ(g.sent, 4);
	CHECK_EQ(ram->ballooned, 16 * M / 4096);
	kit.spare = 32 * M;
	kit.fail = -ENOMEM;
	CHECK_EQ(resize_set(&rz, KIT_BOOT, &id), 0);
	CHECK_EQ(g.last.error, -ENOMEM);
	CHECK_EQ(resize_set(&rz, KIT_BOOT, &id), 0);
	CHECK(!took_back());
	CHECK_EQ(g.last.error, 0);
	CHECK_EQ(kit.backed, KIT_BOOT);
	kit_destroy(&kit);
}

static void no_balloon_no_request(void)
{
	begin();
	CHECK_EQ(resize_set(&rz, M, &id), -ENOTCONN);
	kit_destroy(&kit);
	connect_with(DYNMEM_CAN_HOT_ADD);
	CHECK_EQ(resize_set(&rz, M, &id), -EOPNOTSUPP);
	kit_destroy(&kit);
}

static void gives_up_on_a_mute_guest(void)
{
	connect_with(CAN_ALL);
	CHECK_EQ(resize_add(&rz, 256 * M, 0, &id), 0);
	CHECK_EQ(resize_add(&rz, 128 * M, 0, &id), 0);
	CHECK(resize_waits(&rz));
	g.now = RESIZE_PATIENCE_MS - 1;
	resize_tick(&rz);
	CHECK_EQ(g.ended, 0);
	g.now++;
	resize_tick(&rz);
	CHECK_EQ(g.ended, 2);
	CHECK_EQ(g.last.error, -ETIMEDOUT);
	CHECK(!resize_waits(&rz));
	resize_tick(&rz);
	/* What it would say now would be taken for the answer to another one. */
	CHECK_EQ(resize_add(&rz, 128 * M, 0, &id), -EBUSY);
	CHECK_EQ(g.sent, 4);
	CHECK(!took(128 * M, 1));
	CHECK_EQ(g.ended, 2);
	CHECK_EQ(resize_assigned(&rz), KIT_BOOT + 128 * M);
	CHECK_EQ(kit.backed, KIT_BOOT + 128 * M);
	CHECK_EQ(resize_add(&rz, 128 * M, 0, &id), 0);
	CHECK(!took(128 * M, 1));
	CHECK_EQ(g.ended, 3);
	CHECK_EQ(g.last.error, 0);
	kit_destroy(&kit);
}

/* rmmod, kexec: the next driver knows of no balloon. */
static void the_channel_closes(void)
{
	ballooned_out(16 * M);
	CHECK_EQ(resize_add(&rz, 128 * M, 0, &id), 0);
	CHECK_EQ(resize_set(&rz, KIT_BOOT, &id), 0);
	resize_close(&rz);
	CHECK_EQ(g.ended, 3);
	CHECK_EQ(g.last.error, -ECONNRESET);
	CHECK_EQ(ram->ballooned, 0);
	CHECK_EQ(ram->absent, 16 * M / 4096);
	CHECK_EQ(resize_add(&rz, 128 * M, 0, &id), -ENOTCONN);
	resize_open(&rz);
	CHECK(!version(DYNMEM_VERSION_2_0, false) && !capabilities(CAN_ALL));
	CHECK_EQ(resize_set(&rz, resize_assigned(&rz) - 2 * M, &id), 0);
	/* One that is absent is as good as another. */
	CHECK(!gave_one(false, 16 * M, 2 * M));
	CHECK_EQ(g.last.error, 0);
	CHECK_EQ(ram->ballooned, 512);
	kit_destroy(&kit);
}

static void the_ring_is_broken(void)
{
	connect_with(CAN_ALL);
	CHECK_EQ(resize_add(&rz, 512 * M, 0, &id), 0);
	g.broken = true;
	CHECK(!took(256 * M, 1));
	CHECK_EQ(g.ended, 1);
	CHECK_EQ(g.last.error, -ECONNRESET);
	CHECK_EQ(g.last.done, 256 * M);
	CHECK_EQ(resize_assigned(&rz), KIT_BOOT + 256 * M);
	CHECK_EQ(kit.backed, KIT_BOOT + 256 * M);
	CHECK_EQ(resize_add(&rz, 128 * M, 0, &id), -ENOTCONN);
	kit_destroy(&kit);
	connect_with(CAN_ALL);
	g.broken = true;
	CHECK_EQ(resize_set(&rz, KIT_BOOT / 2, &id), 0);
	CHECK_EQ(g.last.error, -ECONNRESET);
	CHECK(!rz.nr);
	kit_destroy(&kit);
}

const struct test balloon_tests[] = {
	TEST(balloons),
	TEST(the_guest_gives_less),
	TEST(clamps_what_is_given),
	TEST(keeps_what_is_not_to_be_had),
	TEST(what_cannot_be_taken_stays),
	TEST(stops_endless_answers),
	TEST(gives_back),
	TEST(gives_back_many_pieces),
	TEST(gives_back_without_memory),
	TEST(no_balloon_no_request),
	TEST(gives_up_on_a_mute_guest),
	TEST(the_channel_closes),
	TEST(the_ring_is_broken),
	TESTS_END
};
