// SPDX-License-Identifier: GPL-2.0
/* The dynamic memory protocol, and memory that is added. */
#include "dynmem_kit.h"
#include "test.h"

static void negotiates_a_version(void)
{
	begin();
	CHECK(!version(0x30000, false) && !accepted(DYNMEM_VERSION_RESPONSE));
	CHECK(!version(0x10001, false) && !accepted(DYNMEM_VERSION_RESPONSE));
	CHECK(!version(DYNMEM_VERSION_0_3, true));
	CHECK(!accepted(DYNMEM_VERSION_RESPONSE));
	CHECK_EQ(rz.dm.state, DM_VERSION);
	CHECK(!version(DYNMEM_VERSION_1_0, true));
	CHECK(accepted(DYNMEM_VERSION_RESPONSE));
	CHECK_EQ(rz.dm.version, DYNMEM_VERSION_1_0);
	kit_destroy(&kit);
	connect_with(CAN_ALL);
	CHECK_EQ(rz.dm.version, DYNMEM_VERSION_2_0);
	CHECK_EQ(rz.dm.alignment, 128 * M);
	kit_destroy(&kit);
}

static void answers_wait_for_room(void)
{
	begin();
	g.full = true;
	CHECK_EQ(version(DYNMEM_VERSION_2_0, false), -EAGAIN);
	CHECK_EQ(rz.dm.state, DM_VERSION);
	g.full = false;
	CHECK(!version(DYNMEM_VERSION_2_0, false));
	g.full = true;
	CHECK_EQ(capabilities(CAN_ALL), -EAGAIN);
	g.full = false;
	CHECK(!capabilities(CAN_ALL));
	CHECK_EQ(g.sent, 3);
	kit_destroy(&kit);
}

static void says_the_limit(void)
{
	const struct dynmem_info *m = (const void *)g.packet;

	begin();
	CHECK(!version(DYNMEM_VERSION_2_0, false));
	CHECK(!capabilities(CAN_ALL));
	CHECK_EQ(m->header.type, DYNMEM_INFO_MESSAGE);
	CHECK_EQ(m->header.size, 32);
	CHECK_EQ(m->info_size, 16);
	CHECK_EQ(m->data_size, 8);
	CHECK_EQ(m->data, LIMIT / 4096);
	kit_destroy(&kit);
}

static void requests_wait_for_room(void)
{
	begin();
	CHECK(!version(DYNMEM_VERSION_2_0, false));
	CHECK(!capabilities(CAN_ALL));
	g.full = true;
	CHECK_EQ(resize_add(&rz, 128 * M, 0, &id), 0);
	CHECK_EQ(g.sent, 3);
	/* Nothing can be the answer to what was not sent. */
	CHECK(!took(128 * M, 1));
	CHECK_EQ(rz.dm.stats.unexpected, 1);
	g.full = false;
	resize_room(&rz);
	CHECK_EQ(header()->type, DYNMEM_HOT_ADD_REQUEST);
	CHECK(!took(128 * M, 1));
	CHECK_EQ(g.ended, 1);
	kit_destroy(&kit);
}

static void ignores_what_is_out_of_place(void)
{
	uint64_t junk[4] = { 0 };
	uint16_t type;

	begin();
	CHECK(!capabilities(CAN_ALL));
	CHECK(!took(4096, 1) && !took_back() && !gave(false, 0, NULL));
	CHECK_EQ(rz.dm.stats.unexpected, 4);
	CHECK(!version(DYNMEM_VERSION_2_0, false));
	CHECK(!version(DYNMEM_VERSION_1_0, false));
	CHECK_EQ(rz.dm.version, DYNMEM_VERSION_2_0);
	CHECK(!capabilities(CAN_ALL) && !capabilities(0));
	CHECK(rz.dm.can_add);
	/* The host's own, and types that there are not */
	for (type = 0; type < 40; type++) {
		if (type == 2 || type == 4 || type == 6 || type == 8 ||
		    type == 10 || type > 11 || !type)
			CHECK(!say(type, junk, sizeof(junk)));
	}
	CHECK_EQ(g.sent, 3);
	resize_close(&rz);
	CHECK(!version(DYNMEM_VERSION_2_0, false));
	CHECK_EQ(g.sent, 3);
	kit_destroy(&kit);
}

static void refuses_short_messages(void)
{
	uint64_t m[8] = { 0 };
	uint16_t type;

	connect_with(CAN_ALL);
	for (type = 1; type <= 11; type++) {
		if (type == 1 || type == 3 || type == 5 || type == 7 ||
		    type == 11)
			CHECK(!say(type, m, type == 3 || type == 5 ? 24 : 12));
	}
	CHECK_EQ(rz.dm.stats.malformed, 5);
	CHECK(!resize_packet(&rz, m, 0));
	CHECK(!resize_packet(&rz, m, 7));
	CHECK_EQ(rz.dm.stats.malformed, 7);
	/* Says that it is longer than it is. */
	((struct dynmem_header *)m)->type = DYNMEM_STATUS_REPORT;
	((struct dynmem_header *)m)->size = 0xFFFF;
	CHECK(!resize_packet(&rz, m, 48));
	((struct dynmem_header *)m)->size = 4;
	CHECK(!resize_packet(&rz, m, 48));
	CHECK_EQ(rz.dm.stats.malformed, 9);
	CHECK_EQ(rz.dm.stats.reports, 0);
	kit_destroy(&kit);
}

static void takes_any_number_of_reports(void)
{
	struct dynmem_status m = { .available = 1000, .committed = 2000 };
	unsigned int i;

	connect_with(CAN_ALL);
	CHECK(!rz.dm.reported);
	/* Linux's has 48 bytes. */
	CHECK(!say(DYNMEM_STATUS_REPORT, &m, 47));
	CHECK(!rz.dm.reported);
	CHECK(!say(DYNMEM_STATUS_REPORT, &m, 48));
	CHECK(rz.dm.reported);
	CHECK_EQ(rz.dm.stats.reports, 1);
	for (i = 0; i < 100000; i++)
		CHECK(!say(DYNMEM_STATUS_REPORT, &m, sizeof(m)));
	CHECK_EQ(rz.dm.available, 1000);
	CHECK_EQ(rz.dm.committed, 2000);
	CHECK_EQ(rz.dm.stats.reports, 100001);
	CHECK_EQ(g.sent, 3);
	kit_destroy(&kit);
}

static void adds_memory(void)
{
	const struct dynmem_hot_add *m = (const void *)g.packet;

	connect_with(CAN_ALL);
	CHECK_EQ(resize_add(&rz, 512 * M, 0, &id), 0);
	CHECK_EQ(m->header.size, 24);
	CHECK_EQ(g.backed, KIT_BOOT + 256 * M);
	CHECK_EQ(DYNMEM_RANGE_PFN(m->range), GPA_4G / 4096);
	CHECK_EQ(DYNMEM_RANGE_PAGES(m->range), 256 * M / 4096);
	CHECK_EQ(DYNMEM_RANGE_PFN(m->region), GPA_4G / 4096);
	CHECK_EQ(DYNMEM_RANGE_PAGES(m->region), 512 * M / 4096);
	CHECK(!took(256 * M, 1));
	CHECK_EQ(g.ended, 0);
	CHECK_EQ(m->header.size, 16);
	CHECK_EQ(DYNMEM_RANGE_PFN(m->range), (GPA_4G + 256 * M) / 4096);
	CHECK(!took(256 * M, 1));
	CHECK_EQ(g.ended, 1);
	CHECK_EQ(g.last.id, id);
	CHECK_EQ(g.last.done, 512 * M);
	CHECK_EQ(g.last.gpa, GPA_4G);
	CHECK_EQ(g.last.error, 0);
	CHECK_EQ(resize_assigned(&rz), KIT_BOOT + 512 * M);
	CHECK_EQ(resize_add(&rz, 128 * M, TOP - 128 * M, &id), 0);
	CHECK_EQ(DYNMEM_RANGE_PFN(m->range), (TOP - 128 * M) / 4096);
	CHECK(!took(128 * M, 1));
	CHECK(g.ok);
	kit_destroy(&kit);
}

static void adds_ten_in_a_row(void)
{
	unsigned int i;

	connect_with(CAN_ALL);
	for (i = 0; i < 10; i++)
		CHECK_EQ(resize_add(&rz, 128 * M, 0, &id), 0);
	for (i = 0; i < 10; i++) {
		CHECK_EQ(g.sent, 4 + i);	/* one at a time */
		CHECK(!took(128 * M, 1));
		CHECK_EQ(g.ended, i + 1);
		CHECK_EQ(g.last.id, i + 1);
	}
	CHECK(g.ok);
	CHECK_EQ(ram->added, 1280 * M);
	for (i = 0; i < RESIZE_JOBS; i++)
		CHECK_EQ(resize_add(&rz, 2 * 128 * M, 0, &id), 0);
	CHECK_EQ(resize_add(&rz, 128 * M, 0, &id), -EBUSY);
	/* Not all of them fit; those that do not end by themselves. */
	while (rz.nr)
		CHECK(!took(256 * M, 1));
	CHECK_EQ(g.last.error, -ENOMEM);
	CHECK(resize_assigned(&rz) <= LIMIT);
	kit_destroy(&kit);
}

static void refuses_to_add(void)
{
	begin();
	CHECK_EQ(resize_add(&rz, 128 * M, 0, &id), -ENOTCONN);
	kit_destroy(&kit);
	connect_with(DYNMEM_CAN_BALLOON | 7 << 2);
	CHECK_EQ(resize_add(&rz, 128 * M, 0, &id), -EOPNOTSUPP);
	kit_destroy(&kit);
	connect_with(CAN_ALL);
	CHECK_EQ(resize_add(&rz, 0, 0, &id), -EINVAL);
	CHECK_EQ(resize_add(&rz, 64 * M, 0, &id), -EINVAL);
	CHECK_EQ(resize_add(&rz, 128 * M + 4096, 0, &id), -EINVAL);
	CHECK_EQ(resize_add(&rz, 128 * M, GPA_4G + 2 * M, &id), -EINVAL);
	CHECK_EQ(resize_add(&rz, 128 * M, TOP, &id), -EINVAL);
	CHECK_EQ(resize_add(&rz, 128 * M, GPA_HOLE, &id), -EINVAL);
	CHECK_EQ(resize_add(&rz, LIMIT, 0, &id), -ENOMEM);
	CHECK_EQ(resize_add(&rz, -128 * M, 0, &id), -ENOMEM);
	CHECK_EQ(resize_add(&rz, 128 * M, GPA_4G, &id), 0);
	CHECK_EQ(resize_add(&rz, 128 * M, GPA_4G, &id), -EEXIST);
	CHECK(!took(128 * M, 1));
	CHECK_EQ(g.ended, 1);
	/* The machine has less than the limit; the guest hears nothing of it. */
	kit.spare = 100 * M;
	CHECK_EQ(resize_add(&rz, 128 * M, 0, &id), 0);
	CHECK_EQ(g.last.error, -ENOMEM);
	kit.spare = 200 * M;
	kit.fail = -ENOMEM;
	CHECK_EQ(resize_add(&rz, 128 * M, 0, &id), 0);
	CHECK_EQ(g.last.error, -ENOMEM);
	CHECK_EQ(g.sent, 4);
	CHECK_EQ(ram->added, 128 * M);
	kit_destroy(&kit);
	/* Smaller than our own granule. */
	connect_with(CAN_ALL & ~(15 << 2));
	CHECK_EQ(resize_add(&rz, M, 0, &id), -EINVAL);
	CHECK_EQ(resize_add(&rz, 2 * M, 0, &id), 0);
	kit_destroy(&kit);
}

static void memory_runs_out_in_the_middle(void)
{
	connect_with(CAN_ALL);
	kit.spare = 300 * M;
	CHECK_EQ(resize_add(&rz, 512 * M, 0, &id), 0);
	CHECK(!took(256 * M, 1));
	CHECK_EQ(g.last.error, -ENOMEM);
	CHECK_EQ(g.last.done, 256 * M);
	CHECK_EQ(resize_assigned(&rz), KIT_BOOT + 256 * M);
	CHECK_EQ(kit.backed, KIT_BOOT + 256 * M);
	kit_destroy(&kit);
}

static void the_guest_takes_a_part(void)
{
	connect_with(CAN_ALL);
	CHECK_EQ(resize_add(&rz, 256 * M, 0, &id), 0);
	CHECK(!took(100 * M, 1));
	CHECK_EQ(g.last.error, -EAGAIN);
	CHECK_EQ(g.last.done, 100 * M);
	/* The rest of its unit it may read. */
	CHECK_EQ(kit.backed, KIT_BOOT + 128 * M);
	CHECK_EQ(resize_add(&rz, 128 * M, 0, &id), 0);
	CHECK(!took(0, 0));
	CHECK_EQ(g.last.error, -EAGAIN);
	CHECK_EQ(g.last.done, 0);
	CHECK_EQ(kit.backed, KIT_BOOT + 128 * M);
	CHECK_EQ(resize_add(&rz, 128 * M, 0, &id), 0);
	CHECK(!took(0, 1));
	CHECK_EQ(g.last.error, -EOPNOTSUPP);
	CHECK_EQ(resize_add(&rz, 128 * M, 0, &id), -EOPNOTSUPP);
	kit_destroy(&kit);
}

static void the_guest_takes_too_much(void)
{
	connect_with(CAN_ALL);
	CHECK_EQ(resize_add(&rz, 128 * M, 0, &id), 0);
	CHECK(!took(129 * M, 1));
	CHECK_EQ(g.last.done, 128 * M);
	CHECK_EQ(rz.dm.stats.clamped, M / 4096);
	CHECK(!took(128 * M, 1));
	CHECK_EQ(g.ended, 1);
	CHECK_EQ(rz.dm.stats.unexpected, 1);
	CHECK_EQ(ram->added, 128 * M);
	kit_destroy(&kit);
}

const struct test dynmem_tests[] = {
	TEST(negotiates_a_version),
	TEST(answers_wait_for_room),
	TEST(says_the_limit),
	TEST(requests_wait_for_room),
	TEST(ignores_what_is_out_of_place),
	TEST(refuses_short_messages),
	TEST(takes_any_number_of_reports),
	TEST(adds_memory),
	TEST(adds_ten_in_a_row),
	TEST(refuses_to_add),
	TEST(memory_runs_out_in_the_middle),
	TEST(the_guest_takes_a_part),
	TEST(the_guest_takes_too_much),
	TESTS_END
};
