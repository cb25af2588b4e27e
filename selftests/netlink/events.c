// SPDX-License-Identifier: GPL-2.0
/* Events: the life of a partition as a listener hears it. */
#include <kselftest_harness.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "nl.h"

#define SOON	5000
#define QUIET	300

FIXTURE(events)
{
	struct part_nl *nl;
	struct child c;
	struct part_event e;
};

FIXTURE_SETUP(events)
{
	self->nl = nl_open_listening();
	ASSERT_NE(NULL, self->nl);
	ASSERT_EQ(0, child_create(&self->c));
	ASSERT_NE(0, self->c.id);
	alarm(60);
}

FIXTURE_TEARDOWN(events)
{
	part_nl_close(self->nl);
}

#define NEXT(cmd) do {							\
	ASSERT_EQ(1, nl_wait(self->nl, self->c.id, &self->e, SOON));	\
	ASSERT_EQ(HVPART_NL_CMD_##cmd, self->e.command);		\
} while (0)

TEST_F(events, a_whole_life)
{
	u64 seq, time;
	int pid;

	ASSERT_EQ(0, announce_name(self->c.part, "deb-1.a_B"));
	ASSERT_LE(0, child_run_real(&self->c, guest_out));
	ASSERT_EQ(0, announce_channel(self->c.part, true, 3));
	ASSERT_EQ(0, announce_channel(self->c.part, false, 3));
	ASSERT_EQ(0, announce_stopped(self->c.part, HVPART_NL_REASON_POWEROFF));
	pid = getpid();
	child_close(&self->c);

	NEXT(PARTITION_CREATED);
	EXPECT_EQ(pid, (int)self->e.pid);
	EXPECT_NE(0, self->e.created_ns);
	EXPECT_LE(self->e.created_ns, self->e.time_ns);
	EXPECT_STREQ("", self->e.name);
	seq = self->e.seq;
	time = self->e.time_ns;
	NEXT(MEMORY_CHANGED);
	EXPECT_EQ(GUEST_RAM, self->e.memory);
	EXPECT_EQ(0, self->e.balloon);
	NEXT(PARTITION_NAMED);
	EXPECT_STREQ("deb-1.a_B", self->e.name);
	NEXT(PARTITION_STARTED);
	EXPECT_STREQ("deb-1.a_B", self->e.name);
	NEXT(CHANNEL_OPENED);
	EXPECT_EQ(3, self->e.index);
	EXPECT_EQ(2, self->e.type[1]);
	EXPECT_EQ(9, self->e.instance[15]);
	NEXT(CHANNEL_CLOSED);
	EXPECT_EQ(3, self->e.index);
	NEXT(PARTITION_STOPPED);
	EXPECT_EQ(HVPART_NL_REASON_POWEROFF, self->e.reason);
	EXPECT_LE(time, self->e.time_ns);
	NEXT(PARTITION_DELETED);
	EXPECT_STREQ("deb-1.a_B", self->e.name);
	EXPECT_EQ(0, self->e.dropped);
	/* Nobody else made any: they are in a row. */
	EXPECT_EQ(seq + 7, self->e.seq);
	EXPECT_EQ(0, nl_wait(self->nl, 0, &self->e, QUIET));
}

TEST_F(events, closed_without_a_word)
{
	ASSERT_LE(0, child_run_real(&self->c, guest_out));
	child_close(&self->c);
	ASSERT_EQ(1, nl_wait_for(self->nl, self->c.id,
				 HVPART_NL_CMD_PARTITION_STOPPED, &self->e, SOON));
	EXPECT_EQ(HVPART_NL_REASON_CLOSED, self->e.reason);
	NEXT(PARTITION_DELETED);
}

/* It never ran, so it does not stop. */
TEST_F(events, closed_before_it_ran)
{
	child_close(&self->c);
	NEXT(PARTITION_CREATED);
	NEXT(MEMORY_CHANGED);
	NEXT(PARTITION_DELETED);
}

static u64 forked_owner(int how)
{
	u64 id = 0;
	int pipes[2];
	pid_t pid;

	if (pipe(pipes))
		return 0;
	pid = fork();
	if (!pid) {
		struct child c;

		if (child_create(&c) || child_run_real(&c, guest_out) < 0)
			_exit(1);
		if (write(pipes[1], &c.id, sizeof(c.id)) != sizeof(c.id))
			_exit(1);
		if (how)
			raise(how);
		_exit(0);
	}
	close(pipes[1]);
	if (read(pipes[0], &id, sizeof(id)) != sizeof(id))
		id = 0;
	close(pipes[0]);
	waitpid(pid, NULL, 0);
	return id;
}

TEST_F(events, the_owner_dies)
{
	const int how[] = { 0, SIGKILL, SIGSEGV };

	for (size_t i = 0; i < COUNT(how); i++) {
		u64 id = forked_owner(how[i]);

		ASSERT_NE(0, id);
		ASSERT_EQ(1, nl_wait_for(self->nl, id,
					 HVPART_NL_CMD_PARTITION_STOPPED,
					 &self->e, SOON));
		EXPECT_EQ(HVPART_NL_REASON_OWNER_EXITED, self->e.reason);
		ASSERT_EQ(1, nl_wait_for(self->nl, id,
					 HVPART_NL_CMD_PARTITION_DELETED,
					 &self->e, SOON));
	}
}

TEST_F(events, a_triple_fault)
{
	const struct reg idtr = { .name = HV_X64_REGISTER_IDTR };
	struct hv_message m;

	ASSERT_EQ(0, guest_start_real(self->c.vp, 0, guest_ud));
	ASSERT_EQ(0, set_regs(self->c.vp, 0, &idtr, 1));
	ASSERT_EQ(0, vp_run(self->c.vp, &m));
	ASSERT_EQ(1, nl_wait_for(self->nl, self->c.id, HVPART_NL_CMD_VP_FAULT,
				 &self->e, SOON));
	EXPECT_EQ(HVPART_NL_FAULT_TRIPLE_FAULT, self->e.fault);
	EXPECT_EQ(0, self->e.vp);
	EXPECT_FALSE(self->e.has_crash);
	child_close(&self->c);
}

TEST_F(events, a_crash)
{
	struct hv_message m;

	memcpy(self->c.ram + 0x31000, "oops!\n", 6);
	ASSERT_EQ(0, guest_start_long(self->c.vp, 0, guest_crash));
	ASSERT_EQ(0, vp_run(self->c.vp, &m));
	ASSERT_EQ(1, nl_wait_for(self->nl, self->c.id, HVPART_NL_CMD_VP_FAULT,
				 &self->e, SOON));
	EXPECT_EQ(HVPART_NL_FAULT_CRASH, self->e.fault);
	ASSERT_TRUE(self->e.has_crash);
	EXPECT_EQ(0x11, self->e.crash[0]);
	EXPECT_EQ(0x33, self->e.crash[2]);
	EXPECT_EQ(6, self->e.crash[4]);
	child_close(&self->c);
}

TEST_F(events, states_that_cannot_run)
{
	const struct reg bad = {
		.name = HV_X64_REGISTER_CR0, .value.reg64 = 0x80000000,
	};
	struct hv_message m;
	int ret;

	ASSERT_EQ(0, guest_start_real(self->c.vp, 0, guest_out));
	ret = set_regs(self->c.vp, 0, &bad, 1);
	if (ret)
		SKIP(return, "such a state cannot even be set (%d)", ret);
	ASSERT_EQ(0, vp_run(self->c.vp, &m));
	ASSERT_EQ(HVMSG_INVALID_VP_REGISTER_VALUE, m.header.message_type);
	ASSERT_EQ(1, nl_wait_for(self->nl, self->c.id, HVPART_NL_CMD_VP_FAULT,
				 &self->e, SOON));
	EXPECT_EQ(HVPART_NL_FAULT_INVALID_STATE, self->e.fault);
	child_close(&self->c);
}

static int find_dropped(void *ctx, const struct part_nl_partition *p)
{
	struct part_nl_partition *want = ctx;

	if (p->id == want->id)
		*want = *p;
	return 0;
}

/* A guest that opens and closes without end: some are told, all are counted. */
TEST_F(events, too_many_channels)
{
	struct part_nl_partition p = { .id = self->c.id };
	int told = 0, ret;

	for (int i = 0; i < 2000; i++)
		ASSERT_EQ(0, announce_channel(self->c.part, i & 1, i));
	while ((ret = nl_wait(self->nl, self->c.id, &self->e, QUIET)) == 1)
		told += self->e.command == HVPART_NL_CMD_CHANNEL_OPENED ||
			self->e.command == HVPART_NL_CMD_CHANNEL_CLOSED;
	ASSERT_EQ(0, ret);
	EXPECT_LE(64, told);
	EXPECT_GT(1000, told);
	ASSERT_EQ(0, part_nl_partitions(self->nl, find_dropped, &p));
	EXPECT_EQ(2000, told + p.dropped);
	/* After a pause there is room, and the next one says what was not told. */
	ASSERT_EQ(0, announce_channel(self->c.part, true, 7777));
	ASSERT_EQ(1, nl_wait(self->nl, self->c.id, &self->e, SOON));
	EXPECT_EQ(7777, self->e.index);
	EXPECT_EQ(p.dropped, self->e.dropped);
	/* What matters is never held back. */
	ASSERT_EQ(0, announce_stopped(self->c.part, HVPART_NL_REASON_KILLED));
	ASSERT_EQ(1, nl_wait(self->nl, self->c.id, &self->e, SOON));
	EXPECT_EQ(HVPART_NL_CMD_PARTITION_STOPPED, self->e.command);
	child_close(&self->c);
}

/* What it was in between need not be told, but how it is in the end. */
TEST_F(events, memory_is_a_state)
{
	u8 *more = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int told = 0, ret;

	for (int i = 0; i < 64; i++)
		ASSERT_EQ(0, part_mem(self->c.part, (1 << 30) + i * PAGE,
				      more + i * PAGE, PAGE, MEM_RAM));
	for (int i = 0; i < 60; i++)
		ASSERT_EQ(0, part_mem(self->c.part, (1 << 30) + i * PAGE,
				      more + i * PAGE, PAGE, MEM_UNMAP));
	ASSERT_EQ(0, announce_balloon(self->c.part, 5 * PAGE));
	while ((ret = nl_wait(self->nl, self->c.id, &self->e, QUIET)) == 1)
		told += self->e.command == HVPART_NL_CMD_MEMORY_CHANGED;
	ASSERT_EQ(0, ret);
	EXPECT_LE(2, told);
	EXPECT_GE(60, told);
	EXPECT_EQ(HVPART_NL_CMD_MEMORY_CHANGED, self->e.command);
	EXPECT_EQ(GUEST_RAM + 4 * PAGE, self->e.memory);
	EXPECT_EQ(5 * PAGE, self->e.balloon);
	child_close(&self->c);
}

/* The end comes while a change waits to be told. */
TEST_F(events, memory_and_the_end)
{
	for (int i = 0; i < 20; i++) {
		ASSERT_EQ(0, announce_balloon(self->c.part, PAGE * (i + 1)));
		child_close(&self->c);
		ASSERT_EQ(1, nl_wait_for(self->nl, self->c.id,
					 HVPART_NL_CMD_PARTITION_DELETED,
					 &self->e, SOON));
		ASSERT_EQ(0, child_create(&self->c));
	}
	child_close(&self->c);
}

TEST_F(events, refused_announcements)
{
	struct hvpart_announce a = { .kind = 5 };
	int part = self->c.part;
	char name[64];

	EXPECT_EQ(-EINVAL, do_ioctl(part, HVPART_ANNOUNCE, &a));
	EXPECT_EQ(-EFAULT, do_ioctl(part, HVPART_ANNOUNCE, NULL));
	EXPECT_EQ(-ENOTTY, do_ioctl(self->c.dev, HVPART_ANNOUNCE, &a));
	EXPECT_EQ(-ENOTTY, do_ioctl(self->c.vp, HVPART_ANNOUNCE, &a));
	for (u32 kind = 0; kind < 5; kind++) {
		a = (struct hvpart_announce) {
			.kind = kind, .reserved = 1, .bytes = PAGE,
			.reason = HVPART_NL_REASON_KILLED, .name = "x",
		};
		EXPECT_EQ(-EINVAL, do_ioctl(part, HVPART_ANNOUNCE, &a));
	}
	EXPECT_EQ(-EINVAL, announce_name(part, ""));
	EXPECT_EQ(-EINVAL, announce_name(part, "-x"));
	EXPECT_EQ(-EINVAL, announce_name(part, "a/b"));
	EXPECT_EQ(-EINVAL, announce_name(part, "a\033[1m"));
	EXPECT_EQ(-EINVAL, announce_name(part, "\303\266"));
	memset(name, 'n', sizeof(name));
	a = (struct hvpart_announce) { .kind = HVPART_ANNOUNCE_NAME };
	memcpy(a.name, name, 64);
	EXPECT_EQ(-EINVAL, do_ioctl(part, HVPART_ANNOUNCE, &a));
	name[49] = '\0';
	EXPECT_EQ(-EINVAL, announce_name(part, name));
	memset(a.name, 0, 64);
	a.name[0] = 'a';
	a.name[2] = 'b';
	EXPECT_EQ(-EINVAL, do_ioctl(part, HVPART_ANNOUNCE, &a));
	name[48] = '\0';
	EXPECT_EQ(0, announce_name(part, name));
	EXPECT_EQ(-EEXIST, announce_name(part, "again"));
	for (u32 r = 0; r < HVPART_NL_REASON_POWEROFF; r++)
		EXPECT_EQ(-EINVAL, announce_stopped(part, r));
	EXPECT_EQ(-EINVAL, announce_stopped(part, HVPART_NL_REASON_MAX + 1));
	EXPECT_EQ(-EINVAL, announce_balloon(part, 1));
	EXPECT_EQ(0, announce_stopped(part, HVPART_NL_REASON_RESET));
	EXPECT_EQ(-EALREADY, announce_stopped(part, HVPART_NL_REASON_RESET));
	/* Somebody else's partition. */
	if (!fork())
		_exit(announce_balloon(part, 0) != -EIO);
	int status;
	wait(&status);
	EXPECT_EQ(0, status);
	NEXT(PARTITION_CREATED);
	NEXT(MEMORY_CHANGED);
	NEXT(PARTITION_NAMED);
	EXPECT_STREQ(name, self->e.name);
	NEXT(PARTITION_STOPPED);
	child_close(&self->c);
	NEXT(PARTITION_DELETED);
}

/* Whose buffer is full loses events, is told, and can count them. */
TEST_F(events, a_listener_that_sleeps)
{
	int small = 8192, ret, lost = 0;
	u64 gap = 0;

	child_close(&self->c);
	ASSERT_EQ(0, setsockopt(part_nl_fd(self->nl), SOL_SOCKET, SO_RCVBUF,
				&small, sizeof(small)));
	while (nl_wait(self->nl, 0, &self->e, QUIET) == 1)
		;
	for (int i = 0; i < 40; i++) {
		ASSERT_EQ(0, child_create(&self->c));
		child_close(&self->c);
	}
	while ((ret = nl_wait(self->nl, 0, &self->e, QUIET)) == 1 ||
	       ret == -ENOBUFS) {
		lost += ret == -ENOBUFS;
		gap += ret == 1 ? self->e.lost : 0;
	}
	EXPECT_EQ(0, ret);
	EXPECT_LE(1, lost);
	/* Now there is room again: the next one tells how many it were. */
	ASSERT_EQ(0, child_create(&self->c));
	ASSERT_EQ(1, nl_wait(self->nl, self->c.id, &self->e, SOON));
	gap += self->e.lost;
	EXPECT_LT(40, gap);
	EXPECT_GE(40 * 3, gap);
	child_close(&self->c);
}

TEST_HARNESS_MAIN
