// SPDX-License-Identifier: GPL-2.0
/* The empty bus: what guests say to it, and what hostile ones would. */
#include <errno.h>
#include <string.h>

#include "bytes.h"
#include "test.h"
#include "vmbus_empty.h"

static struct vmbus_empty bus;

/* What came out, oldest first. */
static struct vmbus_post posts[64];
static unsigned int nr_posts;
static int post_result;

static int post(void *ctx, uint32_t vp, const struct hv_message *msg)
{
	(void)ctx;
	if (post_result)
		return post_result;
	CHECK(nr_posts < 64);
	posts[nr_posts++] = (struct vmbus_post){ vp, *msg };
	return 0;
}

static struct hv_message message(uint32_t type, unsigned int size)
{
	struct hv_message m = { .header.message_type = 1 };

	m.header.payload_size = (uint8_t)size;
	put_le32(m.u.bytes, type);
	return m;
}

/* Returns the answers to @m; the last one is posts[0] if there is one. */
static unsigned int say(const struct hv_message *m)
{
	nr_posts = 0;
	vmbus_empty_message(&bus, m);
	CHECK(vmbus_empty_flush(&bus, post, NULL));
	return nr_posts;
}

static unsigned int say_type(uint32_t type, unsigned int size)
{
	struct hv_message m = message(type, size);

	return say(&m);
}

static struct hv_message contact(uint32_t version, uint32_t vp)
{
	struct hv_message m = message(14, 40);

	put_le32(m.u.bytes + 8, version);
	put_le32(m.u.bytes + 12, vp);
	m.u.bytes[16] = 2;
	return m;
}

static void connect(uint32_t version)
{
	struct hv_message m = contact(version, 1);

	CHECK_EQ(say(&m), 1);
	CHECK_EQ(posts[0].msg.u.bytes[8], 1);
}

static uint32_t word(unsigned int at)
{
	return get_le32(posts[0].msg.u.bytes + at);
}

static void set_up(void)
{
	vmbus_empty_init(&bus, 2);
}

/* 7.2's order: 6.0 is refused by an answer, 5.3 is taken. */
static void vmbus_linux_7_2(void)
{
	struct hv_message m = contact(0x60000, 0);

	set_up();
	put_le32(m.u.bytes + 20, 0);
	CHECK_EQ(say(&m), 1);
	CHECK_EQ(posts[0].vp, 0);
	CHECK_EQ(posts[0].msg.header.message_type, 1);
	CHECK_EQ(posts[0].msg.header.payload_size, 16);
	CHECK_EQ(word(0), 15);
	CHECK_EQ(posts[0].msg.u.bytes[8], 0);
	m = contact(0x50003, 0);
	CHECK_EQ(say(&m), 1);
	CHECK_EQ(posts[0].msg.u.bytes[8], 1);
	CHECK_EQ(posts[0].msg.u.bytes[9], 0);
	CHECK_EQ(word(12), VMBUS_CONNECTION);
	CHECK_EQ(say_type(3, 8), 1);
	CHECK_EQ(word(0), 4);
	CHECK_EQ(posts[0].msg.header.payload_size, 8);
	CHECK_EQ(say_type(16, 8), 1);
	CHECK_EQ(word(0), 17);
	CHECK_EQ(posts[0].vp, 0);
}

static void vmbus_versions(void)
{
	static const struct { uint32_t version; bool good; } v[] = {
		{ 0x50000, true }, { 0x50001, true }, { 0x50002, true },
		{ 0x50003, true }, { 0x50004, false }, { 0x60000, false },
		{ 0x4ffff, false }, { 0x40001, false }, { 0x20004, false },
		{ 13, false }, { 0, false }, { 0xffffffff, false },
	};
	size_t i;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct hv_message m = contact(v[i].version, 1);

		set_up();
		CHECK_EQ(say(&m), 1);
		CHECK_EQ(posts[0].vp, 1);
		CHECK_EQ(posts[0].msg.u.bytes[8], v[i].good);
		CHECK_EQ(bus.connected, v[i].good);
	}
}

static void vmbus_bad_contact(void)
{
	struct hv_message m;

	set_up();
	m = contact(0x50003, 2);		/* no such VP */
	CHECK_EQ(say(&m), 0);
	m = contact(0x50003, 0xffffffff);
	CHECK_EQ(say(&m), 0);
	CHECK(!bus.connected);
	m = contact(0x50003, 0);
	m.u.bytes[16] = 5;			/* no such source */
	CHECK_EQ(say(&m), 1);
	CHECK_EQ(posts[0].msg.u.bytes[8], 0);
	m.header.payload_size = 39;
	CHECK_EQ(say(&m), 0);
	/* a refused contact ends the connection there was */
	connect(0x50003);
	m = contact(0x60000, 0);
	CHECK_EQ(say(&m), 1);
	CHECK(!bus.connected);
	CHECK_EQ(say_type(3, 8), 0);
}

/* A kernel started by kexec, from another CPU. */
static void vmbus_second_contact(void)
{
	struct hv_message m;

	set_up();
	connect(0x50003);
	m = contact(0x50002, 0);
	CHECK_EQ(say(&m), 1);
	CHECK_EQ(posts[0].vp, 0);
	CHECK_EQ(say_type(3, 8), 1);
	CHECK_EQ(posts[0].vp, 0);
}

static void vmbus_unconnected(void)
{
	unsigned int type;

	set_up();
	for (type = 0; type < 64; type++)
		CHECK_EQ(say_type(type, 240) && type != 14, 0);
	connect(0x50003);
	CHECK_EQ(say_type(16, 8), 1);
	for (type = 0; type < 64; type++) {
		if (type != 14)
			CHECK_EQ(say_type(type, 240), 0);
	}
}

/* Every waiter gets a no; nobody else gets anything. */
static void vmbus_answers(void)
{
	static const struct {
		uint32_t type;
		unsigned int min, answer, size;	/* answer 0: none */
		unsigned int status;		/* offset of a status, or 0 */
	} t[] = {
		{ 3, 8, 4, 8, 0 },
		{ 5, 148, 6, 20, 16 },
		{ 7, 12, 0, 0, 0 },
		{ 8, 28, 10, 20, 16 },
		{ 9, 16, 0, 0, 0 },
		{ 11, 16, 0, 0, 0 },
		{ 13, 12, 0, 0, 0 },
		{ 21, 40, 23, 44, 40 },
		{ 22, 16, 24, 16, 12 },
	};
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		unsigned int size;

		set_up();
		connect(0x50003);
		for (size = 0; size < t[i].min; size++)
			CHECK_EQ(say_type(t[i].type, size), 0);
		for (; size <= 240; size++) {
			struct hv_message m = message(t[i].type, size);

			put_le32(m.u.bytes + 8, 0x1234);
			CHECK_EQ(say(&m), t[i].answer ? 1 : 0);
			if (!t[i].answer)
				continue;
			CHECK_EQ(posts[0].vp, 1);
			CHECK_EQ(word(0), t[i].answer);
			CHECK_EQ(posts[0].msg.header.payload_size, t[i].size);
			if (!t[i].status)
				continue;
			CHECK_EQ(word(8), 0x1234);
			CHECK(word(t[i].status) != 0);
		}
	}
	/* before 5.3 nobody waits for the answer to MODIFYCHANNEL */
	set_up();
	connect(0x50002);
	CHECK_EQ(say_type(22, 16), 0);
}

static void vmbus_from_the_wrong_side(void)
{
	static const uint32_t types[] = {
		0, 1, 2, 4, 6, 10, 12, 15, 17, 18, 19, 20, 23, 24, 25, 26,
		100, 0x80000000, 0xffffffff,
	};
	size_t i;

	set_up();
	connect(0x50003);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		CHECK_EQ(say_type(types[i], 240), 0);
	CHECK(bus.connected);
}

static void vmbus_bad_header(void)
{
	struct hv_message m = message(3, 8);

	set_up();
	connect(0x50003);
	m.header.message_type = 2;
	CHECK_EQ(say(&m), 0);
	m.header.message_type = 0x80000010;
	CHECK_EQ(say(&m), 0);
	m.header.message_type = 1;
	m.header.payload_size = 255;
	CHECK_EQ(say(&m), 0);
	m.header.payload_size = 0;
	CHECK_EQ(say(&m), 0);
}

/* A slot that stays taken: the queue fills, nothing is lost or reordered. */
static void vmbus_busy_slot(void)
{
	struct hv_message m = message(8, 28);
	unsigned int i;

	set_up();
	connect(0x50003);
	nr_posts = 0;
	post_result = -EAGAIN;
	for (i = 0; i < VMBUS_QUEUE; i++) {
		CHECK(!vmbus_empty_full(&bus));
		put_le32(m.u.bytes + 12, i);
		vmbus_empty_message(&bus, &m);
		CHECK(!vmbus_empty_flush(&bus, post, NULL));
	}
	CHECK(vmbus_empty_full(&bus));
	vmbus_empty_message(&bus, &m);
	CHECK_EQ(bus.count, VMBUS_QUEUE);
	post_result = -EBUSY;
	CHECK(!vmbus_empty_flush(&bus, post, NULL));
	post_result = 0;
	CHECK(vmbus_empty_flush(&bus, post, NULL));
	CHECK_EQ(nr_posts, VMBUS_QUEUE);
	for (i = 0; i < nr_posts; i++)
		CHECK_EQ(get_le32(posts[i].msg.u.bytes + 12), i);
	/* an answer that nobody can take does not stop the others */
	post_result = -EINVAL;
	vmbus_empty_message(&bus, &m);
	CHECK(vmbus_empty_flush(&bus, post, NULL));
	post_result = 0;
}

static void vmbus_random(void)
{
	struct hv_message m;
	unsigned int i, k;

	set_up();
	srandom(6);
	for (i = 0; i < 300000; i++) {
		for (k = 0; k < sizeof(m); k += 4)
			put_le32((char *)&m + k, (uint32_t)random());
		m.header.message_type = random() % 8 ? 1 : (uint32_t)random();
		put_le32(m.u.bytes, random() % 30);
		if (random() & 1)
			put_le32(m.u.bytes + 8, 0x50000 + random() % 5);
		if (random() & 1)
			put_le32(m.u.bytes + 12, random() % 3);
		m.u.bytes[16] = random() & 1 ? 2 : m.u.bytes[16];
		CHECK(say(&m) <= 1);
		CHECK(!nr_posts || posts[0].vp < 2);
	}
}

const struct test vmbus_tests[] = {
	TEST(vmbus_linux_7_2), TEST(vmbus_versions), TEST(vmbus_bad_contact),
	TEST(vmbus_second_contact), TEST(vmbus_unconnected),
	TEST(vmbus_answers), TEST(vmbus_from_the_wrong_side),
	TEST(vmbus_bad_header), TEST(vmbus_busy_slot), TEST(vmbus_random),
	TESTS_END
};
