// SPDX-License-Identifier: GPL-2.0
/* Dumps: all there is, over several messages, while it changes. */
#include <kselftest_harness.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include "nl.h"
#include "raw.h"

/* More than the first part of a dump can hold. */
#define MANY	48

struct seen {
	unsigned int partitions, vps, stats, vp_stats;
	u64 last, ids[256];
	u64 exits, dispatches;
	bool disorder;
	struct part_nl_partition one;
};

static int see_partition(void *ctx, const struct part_nl_partition *p)
{
	struct seen *s = ctx;

	s->disorder |= p->id <= s->last;
	s->last = p->id;
	if (s->partitions < COUNT(s->ids))
		s->ids[s->partitions] = p->id;
	s->partitions++;
	s->one = *p;
	return 0;
}

static int see_vp(void *ctx, const struct part_nl_vp *vp)
{
	struct seen *s = ctx;

	s->disorder |= vp->partition < s->last;
	s->last = vp->partition;
	s->vps++;
	return 0;
}

static int see_stats(void *ctx, const struct part_nl_stats *x)
{
	struct seen *s = ctx;

	if (!x->is_vp) {
		s->disorder |= x->partition <= s->last;
		s->last = x->partition;
		s->stats++;
		return 0;
	}
	/* A VP's come behind its partition's. */
	s->disorder |= x->partition != s->last;
	s->vp_stats++;
	s->dispatches += x->vp.dispatches;
	for (int i = 0; i < HVPART_EXIT_COUNT; i++)
		s->exits += x->vp.exits[i];
	return 0;
}

static int see_none(void *ctx, const struct part_nl_vp *vp)
{
	return -ECANCELED;
}

FIXTURE(dumps)
{
	struct part_nl *nl;
	struct seen s;
	int dev;
};

FIXTURE_SETUP(dumps)
{
	memset(&self->s, 0, sizeof(self->s));
	self->nl = nl_open();
	ASSERT_NE(NULL, self->nl);
	self->dev = dev_open();
	ASSERT_LE(0, self->dev);
	alarm(120);
}

FIXTURE_TEARDOWN(dumps)
{
	part_nl_close(self->nl);
	close(self->dev);
}

TEST_F(dumps, nothing)
{
	EXPECT_EQ(0, part_nl_partitions(self->nl, see_partition, &self->s));
	EXPECT_EQ(0, part_nl_vps(self->nl, 0, see_vp, &self->s));
	EXPECT_EQ(0, part_nl_stats(self->nl, 0, see_stats, &self->s));
	EXPECT_EQ(0, self->s.partitions + self->s.vps + self->s.stats);
	EXPECT_EQ(-ENOENT, part_nl_vps(self->nl, 99, see_vp, &self->s));
	EXPECT_EQ(-ENOENT, part_nl_stats(self->nl, ~0ULL, see_stats, &self->s));
}

TEST_F(dumps, one)
{
	struct child c;

	ASSERT_EQ(0, child_create(&c));
	ASSERT_EQ(0, part_nl_partitions(self->nl, see_partition, &self->s));
	ASSERT_EQ(1, self->s.partitions);
	EXPECT_EQ(c.id, self->s.one.id);
	EXPECT_EQ(HVPART_NL_STATE_CREATED, self->s.one.state);
	EXPECT_EQ(getpid(), (int)self->s.one.pid);
	EXPECT_EQ(1, self->s.one.vps);
	EXPECT_EQ(GUEST_RAM, self->s.one.memory);
	EXPECT_LT(0, self->s.one.pool_pages);
	EXPECT_STREQ("", self->s.one.name);
	EXPECT_EQ(0, self->s.one.dropped);

	ASSERT_EQ(0, announce_name(c.part, "one"));
	ASSERT_EQ(0, announce_balloon(c.part, PAGE));
	ASSERT_LE(0, child_run_real(&c, guest_out));
	self->s.last = 0;
	ASSERT_EQ(0, part_nl_partitions(self->nl, see_partition, &self->s));
	EXPECT_EQ(HVPART_NL_STATE_RUNNING, self->s.one.state);
	EXPECT_STREQ("one", self->s.one.name);
	EXPECT_EQ(PAGE, self->s.one.balloon);

	self->s.last = 0;
	ASSERT_EQ(0, part_nl_stats(self->nl, c.id, see_stats, &self->s));
	EXPECT_EQ(1, self->s.stats);
	EXPECT_EQ(1, self->s.vp_stats);
	EXPECT_LE(1, self->s.dispatches);
	EXPECT_LE(1, self->s.exits);

	ASSERT_EQ(0, announce_stopped(c.part, HVPART_NL_REASON_POWEROFF));
	self->s.last = 0;
	ASSERT_EQ(0, part_nl_partitions(self->nl, see_partition, &self->s));
	EXPECT_EQ(HVPART_NL_STATE_STOPPED, self->s.one.state);
	EXPECT_FALSE(self->s.disorder);

	/* What the caller says ends it, and the next one is not disturbed. */
	EXPECT_EQ(-ECANCELED, part_nl_vps(self->nl, 0, see_none, NULL));
	EXPECT_EQ(0, part_nl_vps(self->nl, c.id, see_vp, &self->s));
	EXPECT_EQ(1, self->s.vps);
	child_close(&c);
}

TEST_F(dumps, many)
{
	int part[MANY], vp[MANY][3];
	u64 id, ids[MANY];

	for (int i = 0; i < MANY; i++) {
		part[i] = part_create_ready(self->dev);
		ASSERT_LE(0, part[i]);
		ids[i] = part_id_of(part[i]);
		for (int j = 0; j < 3; j++) {
			/* With a gap between the indices. */
			vp[i][j] = vp_create(part[i], j * 2);
			ASSERT_LE(0, vp[i][j]);
		}
	}
	ASSERT_EQ(0, part_nl_partitions(self->nl, see_partition, &self->s));
	EXPECT_EQ(MANY, self->s.partitions);
	for (int i = 0; i < MANY; i++) {
		bool found = false;

		for (unsigned int j = 0; j < self->s.partitions; j++)
			found |= self->s.ids[j] == ids[i];
		EXPECT_TRUE(found);
	}
	self->s.last = 0;
	ASSERT_EQ(0, part_nl_vps(self->nl, 0, see_vp, &self->s));
	EXPECT_EQ(3 * MANY, self->s.vps);
	self->s.last = 0;
	ASSERT_EQ(0, part_nl_stats(self->nl, 0, see_stats, &self->s));
	EXPECT_EQ(MANY, self->s.stats);
	EXPECT_EQ(3 * MANY, self->s.vp_stats);
	EXPECT_FALSE(self->s.disorder);
	id = ids[MANY / 2];
	self->s = (struct seen) { .last = 0 };
	ASSERT_EQ(0, part_nl_stats(self->nl, id, see_stats, &self->s));
	EXPECT_EQ(1, self->s.stats);
	EXPECT_EQ(3, self->s.vp_stats);
	for (int i = 0; i < MANY; i++) {
		for (int j = 0; j < 3; j++)
			close(vp[i][j]);
		close(part[i]);
	}
}

/* --- while they come and go ------------------------------------------------- */

static bool churn_end;
static unsigned long churned;

static void *churn(void *arg)
{
	int dev = *(int *)arg;

	while (!__atomic_load_n(&churn_end, __ATOMIC_RELAXED)) {
		int part = part_create_ready(dev);
		int vp = part < 0 ? -1 : vp_create(part, 0);

		if (vp < 0)
			break;
		close(vp);
		close(part);
		__atomic_fetch_add(&churned, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

TEST_F(dumps, under_churn)
{
	unsigned int dumps, changed = 0;
	pthread_t thread;
	int part[4], ret;

	for (int i = 0; i < 4; i++) {
		part[i] = part_create_ready(self->dev);
		ASSERT_LE(0, part[i]);
	}
	ASSERT_EQ(0, pthread_create(&thread, NULL, churn, &self->dev));
	for (dumps = 0; dumps < 300 ||
	     __atomic_load_n(&churned, __ATOMIC_RELAXED) < 12; dumps++) {
		self->s = (struct seen) { .last = 0 };
		ret = part_nl_partitions(self->nl, see_partition, &self->s);
		ASSERT_LE(0, ret);
		changed += ret;
		/* Those that stay are always there. */
		EXPECT_LE(4, self->s.partitions);
		EXPECT_GE(5, self->s.partitions);
		self->s.last = 0;
		ret = part_nl_stats(self->nl, 0, see_stats, &self->s);
		ASSERT_LE(0, ret);
		changed += ret;
		EXPECT_LE(4, self->s.stats);
		self->s.last = 0;
		ASSERT_LE(0, part_nl_vps(self->nl, 0, see_vp, &self->s));
	}
	__atomic_store_n(&churn_end, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	printf("# %lu partitions came and went, %u of %u dumps say so\n",
	       churned, changed, 2 * dumps);
	/* If none ever did, nobody looks. */
	EXPECT_LT(0, changed);
	for (int i = 0; i < 4; i++)
		close(part[i]);
}

/* A dump is begun and not read while the partition that it is at goes. */
TEST_F(dumps, left_half_way)
{
	int part[MANY];

	for (u8 cmd = HVPART_NL_CMD_PARTITION_GET;
	     cmd <= HVPART_NL_CMD_STATS_GET; cmd++) {
		const struct raw r = { .cmd = cmd, .flags = RAW_DUMP };
		int fd = raw_open();

		ASSERT_LE(0, fd);
		for (int i = 0; i < MANY; i++) {
			part[i] = part_create(self->dev);
			ASSERT_LE(0, part[i]);
		}
		ASSERT_EQ(0, raw_post(fd, &r));
		for (int i = 0; i < MANY; i++)
			close(part[i]);
		/* Once to its end, once not. */
		if (cmd == HVPART_NL_CMD_STATS_GET) {
			struct pollfd p = { .fd = fd, .events = POLLIN };

			EXPECT_EQ(1, poll(&p, 1, 5000));
		} else {
			EXPECT_LE(0, raw_drain(fd));
		}
		close(fd);
	}
	EXPECT_EQ(0, part_nl_partitions(self->nl, see_partition, &self->s));
	EXPECT_EQ(0, self->s.partitions);
}

TEST_HARNESS_MAIN
