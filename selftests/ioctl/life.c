// SPDX-License-Identifier: GPL-2.0
/* Ends of partitions: ordered, killed, many at once. Nothing may be left. */
#include <kselftest_harness.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include "part.h"

#define ARENAS	"/sys/kernel/debug/hvpart/arenas"

/* Pages with the hypervisor for children; the root's own stay. */
static long long taken(void)
{
	return file_number(ARENAS, "taken") - file_number(ARENAS, "root_pages");
}

static u32 partitions(int dev)
{
	struct hvpart_partition_entry e[64];
	struct hvpart_list args = { .count = 64, .entries_ptr = (uintptr_t)e };

	return do_ioctl(dev, HVPART_LIST, &args) ? ~0U : args.count;
}

static long long hv_info(int dev, size_t offset)
{
	struct hvpart_info info = { 0 };

	if (do_ioctl(dev, HVPART_GET_INFO, &info))
		return -1;
	return *(u64 *)((u8 *)&info + offset);
}

/* A partition with memory and VPs; @vps are descriptors. */
static int guest(int dev, int *vps, u32 n, const u8 *entry)
{
	u8 *ram = mmap(NULL, GUEST_RAM, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int part = part_create_ready(dev);

	if (part < 0)
		return part;
	guest_load_image(ram);
	if (part_mem(part, 0, ram, GUEST_RAM, MEM_RAM))
		return -EIO;
	for (u32 i = 0; i < n; i++) {
		vps[i] = vp_create(part, i);
		if (vps[i] < 0 || guest_start_real(vps[i], i, entry))
			return -EIO;
		/* All of them run at once, nobody waits for SIPI. */
		set_reg(vps[i], i, HV_REGISTER_INTERNAL_ACTIVITY_STATE, 0);
	}
	return part;
}

static void *run_for_ever(void *arg)
{
	struct hv_message m;

	for (;;)
		vp_run(*(int *)arg, &m);
	return NULL;
}

static void play_dead_man(void)
{
	int dev = dev_open(), vps[3];
	pthread_t t;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (guest(dev, vps, 3, guest_spin) < 0)
		_exit(1);
	for (int i = 0; i < 3; i++)
		pthread_create(&t, NULL, run_for_ever, &vps[i]);
	for (;;)
		pause();
}

FIXTURE(life)
{
	int dev;
	long long taken;
};

FIXTURE_SETUP(life)
{
	self->dev = dev_open();
	ASSERT_GE(self->dev, 0);
	ASSERT_EQ(0, partitions(self->dev));
	self->taken = taken();
	EXPECT_EQ(0, self->taken);
}

FIXTURE_TEARDOWN(life)
{
	EXPECT_EQ(0, partitions(self->dev));
	EXPECT_EQ(self->taken, taken());
	close(self->dev);
}

TEST_F_TIMEOUT(life, create_destroy_200, 120)
{
	const size_t pages = offsetof(struct hvpart_info, deposited_pages);
	const size_t small = offsetof(struct hvpart_info, leaf_4k);
	long long before = 0, leaves = 0;
	int vps[2];

	for (int i = 0; i < 200; i++) {
		int part = guest(self->dev, vps, 2, guest_out);
		struct hv_message m;

		ASSERT_GE(part, 0);
		ASSERT_EQ(0, vp_run(vps[0], &m));
		close(vps[0]);
		close(part);
		close(vps[1]);
		if (i == 10) {
			before = hv_info(self->dev, pages);
			leaves = hv_info(self->dev, small);
		}
	}
	EXPECT_EQ(before, hv_info(self->dev, pages));
	EXPECT_EQ(leaves, hv_info(self->dev, small));
}

TEST_F_TIMEOUT(life, killed_while_running, 120)
{
	srand(1);
	for (int i = 0; i < 25; i++) {
		pid_t pid = fork();

		if (!pid)
			play_dead_man();
		usleep(rand() % 120000);
		ASSERT_EQ(0, kill(pid, SIGKILL));
		ASSERT_EQ(pid, waitpid(pid, NULL, 0));
		ASSERT_EQ(0, partitions(self->dev));
		ASSERT_EQ(self->taken, taken());
	}
}

/* exit() with everything open, threads in RUN_VP. */
TEST_F(life, exits_while_running)
{
	int vps[2];
	pthread_t t;
	pid_t pid = fork();

	if (!pid) {
		int dev = dev_open();

		if (guest(dev, vps, 2, guest_halt) < 0)
			_exit(1);
		pthread_create(&t, NULL, run_for_ever, &vps[0]);
		pthread_create(&t, NULL, run_for_ever, &vps[1]);
		usleep(50000);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_EQ(0, partitions(self->dev));
}

/* More VPs than an emulator has address space numbers. */
TEST_F_TIMEOUT(life, eight_at_once, 60)
{
	int part[8], vps[8][3];
	struct hv_message m;

	for (int p = 0; p < 8; p++) {
		part[p] = guest(self->dev, vps[p], 3, guest_count);
		ASSERT_GE(part[p], 0);
	}
	EXPECT_EQ(8, partitions(self->dev));
	for (u64 i = 1; i <= 20; i++)
		for (int p = 0; p < 8; p++)
			for (int v = 0; v < 3; v++) {
				struct hv_x64_io_port_intercept_message *io =
					(void *)m.u.payload;

				ASSERT_EQ(0, vp_run(vps[p][v], &m));
				ASSERT_EQ(HVMSG_X64_IO_PORT_INTERCEPT,
					  m.header.message_type);
				ASSERT_EQ(i, io->rax & 0xffff);
				ASSERT_EQ((u32)v, io->header.vp_index);
				ASSERT_EQ(0, set_reg(vps[p][v], v,
						     HV_X64_REGISTER_RIP,
						     io->header.rip + 1));
			}
	for (int p = 7; p >= 0; p--) {
		close(part[p]);
		for (int v = 0; v < 3; v++)
			close(vps[p][v]);
	}
}

static int cpu1_online(const char *value)
{
	int fd = open("/sys/devices/system/cpu/cpu1/online", O_WRONLY), ret = -1;

	if (fd >= 0) {
		ret = write(fd, value, 1);
		close(fd);
	}
	return ret;
}

struct counter {
	int vp;
	u32 last;
	volatile bool over;
	bool wrong;
};

static void *count_on(void *arg)
{
	struct counter *c = arg;
	struct hv_message m;
	struct hv_x64_io_port_intercept_message *io = (void *)m.u.payload;

	while (!c->over && !c->wrong) {
		c->wrong = vp_run(c->vp, &m) || (io->rax & 0xffff) != ++c->last % 65536 ||
			set_reg(c->vp, 0, HV_X64_REGISTER_RIP, io->header.rip + 1);
	}
	return NULL;
}

static void *spin_on(void *arg)
{
	struct counter *c = arg;
	struct hv_message m;

	while (!c->over)
		c->wrong |= vp_run(c->vp, &m) != -EINTR;
	return NULL;
}

static void nothing(int sig)
{
}

/* CPUs leave and come back under running VPs, which move and go on. */
TEST_F_TIMEOUT(life, cpu_hotplug, 120)
{
	const struct sigaction sa = { .sa_handler = nothing };
	struct counter count = { 0 }, spin = { 0 };
	struct hvpart_info info = { 0 };
	int part[2];
	pthread_t t, s;

	if (cpu1_online("1") != 1)
		SKIP(return, "no CPU can go");
	sigaction(SIGUSR1, &sa, NULL);
	part[0] = guest(self->dev, &count.vp, 1, guest_count);
	part[1] = guest(self->dev, &spin.vp, 1, guest_spin);
	ASSERT_GE(part[0], 0);
	ASSERT_GE(part[1], 0);
	ASSERT_EQ(0, pthread_create(&t, NULL, count_on, &count));
	ASSERT_EQ(0, pthread_create(&s, NULL, spin_on, &spin));
	for (int i = 0; i < 8; i++) {
		ASSERT_EQ(1, cpu1_online("0"));
		usleep(50000);
		ASSERT_EQ(0, do_ioctl(self->dev, HVPART_GET_INFO, &info));
		EXPECT_EQ(1, info.cpu_demoted);
		ASSERT_EQ(1, cpu1_online("1"));
		usleep(50000);
		ASSERT_EQ(0, do_ioctl(self->dev, HVPART_GET_INFO, &info));
		EXPECT_EQ(2, info.cpu_demoted);
	}
	count.over = spin.over = true;
	pthread_kill(s, SIGUSR1);
	pthread_join(s, NULL);
	pthread_join(t, NULL);
	EXPECT_FALSE(count.wrong);
	EXPECT_FALSE(spin.wrong);
	TH_LOG("the guest counted to %u meanwhile", count.last);
	close(count.vp);
	close(spin.vp);
	close(part[0]);
	close(part[1]);
}

/* A mapping of a VP's page is the last thing that holds the partition. */
TEST_F(life, mapping_is_the_last)
{
	int vps[1], part = guest(self->dev, vps, 1, guest_out);
	struct hv_vp_register_page *regs;
	struct hv_message m;

	ASSERT_GE(part, 0);
	regs = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, vps[0], 0);
	ASSERT_NE(MAP_FAILED, (void *)regs);
	ASSERT_EQ(0, vp_run(vps[0], &m));
	close(vps[0]);
	close(part);
	EXPECT_EQ(1, partitions(self->dev));
	EXPECT_EQ(1, regs->isvalid);
	munmap(regs, PAGE);
	EXPECT_EQ(0, partitions(self->dev));
}

TEST_HARNESS_MAIN
