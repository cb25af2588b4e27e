// SPDX-License-Identifier: GPL-2.0
/* Requests: what is refused, and that nonsense does no harm. */
#include <kselftest_harness.h>
#include <grp.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include "nl.h"
#include "raw.h"

#define ID(value)	raw_u64(&r, HVPART_NL_A_PARTITION_ID, value)

FIXTURE(requests)
{
	int fd;
	struct child c;
};

FIXTURE_SETUP(requests)
{
	ASSERT_EQ(0, child_create(&self->c));
	self->fd = raw_open();
	ASSERT_LE(0, self->fd);
	alarm(120);
}

FIXTURE_TEARDOWN(requests)
{
	close(self->fd);
	child_close(&self->c);
}

TEST_F(requests, one_partition)
{
	struct raw r = { .cmd = HVPART_NL_CMD_PARTITION_GET };

	/* Without an id, with one that is no partition's, with the right one. */
	EXPECT_EQ(-EINVAL, raw_send(self->fd, &r));
	ID(self->c.id + 1);
	EXPECT_EQ(-ENOENT, raw_send(self->fd, &r));
	r.len = 0;
	ID(0);
	EXPECT_EQ(-ENOENT, raw_send(self->fd, &r));
	r.len = 0;
	ID(1ULL << 63);
	EXPECT_EQ(-ENOENT, raw_send(self->fd, &r));
	r.len = 0;
	ID(self->c.id);
	EXPECT_EQ(1, raw_send(self->fd, &r));
}

TEST_F(requests, strict)
{
	const u8 cmds[] = {
		HVPART_NL_CMD_PARTITION_GET, HVPART_NL_CMD_VP_GET,
		HVPART_NL_CMD_STATS_GET,
	};

	for (size_t i = 0; i < COUNT(cmds); i++) {
		struct raw r = { .cmd = cmds[i], .flags = RAW_DUMP };

		/* An attribute that no request has, of those that exist. */
		raw_u64(&r, HVPART_NL_A_MEMORY, 1);
		EXPECT_EQ(-EINVAL, raw_send(self->fd, &r));
		/* One that does not exist at all. */
		r.len = 0;
		raw_u64(&r, 999, 1);
		EXPECT_EQ(-EINVAL, raw_send(self->fd, &r));
		/* The right one, too short and too long. */
		r.len = 0;
		raw_put(&r, HVPART_NL_A_PARTITION_ID, &self->c.id, 4);
		EXPECT_GT(0, raw_send(self->fd, &r));
		r.len = 0;
		raw_put(&r, HVPART_NL_A_PARTITION_ID, &self->c, 16);
		EXPECT_GT(0, raw_send(self->fd, &r));
		/* Reserved fields of the header. */
		r = (struct raw) {
			.cmd = cmds[i], .flags = RAW_DUMP, .reserved = 1,
		};
		EXPECT_EQ(-EINVAL, raw_send(self->fd, &r));
		/* And it works. */
		r = (struct raw) { .cmd = cmds[i], .flags = RAW_DUMP };
		EXPECT_EQ(1, raw_send(self->fd, &r));
		ID(self->c.id);
		EXPECT_EQ(1, raw_send(self->fd, &r));
	}
}

TEST_F(requests, no_such_command)
{
	for (unsigned int cmd = 0; cmd < 256; cmd++) {
		struct raw r = { .cmd = cmd };

		ID(self->c.id);
		/* Those that only dump do not do. */
		if (cmd != HVPART_NL_CMD_PARTITION_GET)
			EXPECT_EQ(-EOPNOTSUPP, raw_send(self->fd, &r));
		r.flags = RAW_DUMP;
		if (cmd < HVPART_NL_CMD_PARTITION_GET ||
		    cmd > HVPART_NL_CMD_STATS_GET)
			EXPECT_EQ(-EOPNOTSUPP, raw_send(self->fd, &r));
	}
}

static int never(void *ctx, const struct part_nl_partition *p)
{
	return -E2BIG;
}

/* Who is not root may find the family, and nothing else. */
TEST_F(requests, not_for_everybody)
{
	int status = -1;

	if (!fork()) {
		struct part_nl *nl;

		if (setgroups(0, NULL) || setgid(65534) || setuid(65534))
			_exit(1);
		if (part_nl_open(&nl))
			_exit(2);
		if (part_nl_listen(nl) != -EPERM)
			_exit(3);
		if (part_nl_partitions(nl, never, NULL) != -EPERM)
			_exit(4);
		if (part_nl_vps(nl, 0, NULL, NULL) != -EPERM)
			_exit(5);
		if (part_nl_stats(nl, 0, NULL, NULL) != -EPERM)
			_exit(6);
		_exit(0);
	}
	wait(&status);
	EXPECT_EQ(0, WEXITSTATUS(status));
	EXPECT_TRUE(WIFEXITED(status));
}

/* Nor who is root in another network namespace. */
TEST_F(requests, not_in_other_namespaces)
{
	int status = -1;

	if (!fork()) {
		struct part_nl *nl;

		if (unshare(CLONE_NEWNET))
			_exit(1);
		_exit(part_nl_open(&nl) == -ENOENT ? 0 : 2);
	}
	wait(&status);
	EXPECT_EQ(0, WEXITSTATUS(status));
}

/* Random commands, flags, attributes, lengths, nests; some nearly right. */
TEST_F(requests, nonsense)
{
	unsigned int answers = 0, refused = 0;
	int ret;

	srand(1);
	for (int i = 0; i < 6000; i++) {
		struct raw r = {
			.cmd = rand() % (HVPART_NL_CMD_MAX + 4),
			.flags = rand() & 1 ? RAW_DUMP : rand() & 0xffff,
			.version = rand() % 3,
			.reserved = rand() % 20 ? 0 : rand(),
		};

		if (rand() % 4)
			r.cmd = 1 + rand() % 3;
		for (int n = rand() % 5; n > 0; n--)
			raw_random(&r, self->c.id);
		ret = raw_send(self->fd, &r);
		answers += ret == 1;
		refused += ret < 0;
	}
	printf("# %u answered, %u refused\n", answers, refused);
	EXPECT_LT(10, answers);
	EXPECT_LT(1000, refused);
	struct raw r = { .cmd = HVPART_NL_CMD_PARTITION_GET };
	ID(self->c.id);
	EXPECT_EQ(1, raw_send(self->fd, &r));
}

TEST_HARNESS_MAIN
