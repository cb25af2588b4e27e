// SPDX-License-Identifier: GPL-2.0
/* HVPART_RUN_VP against signals, stops, halts, and guests that never exit. */
#include <kselftest_harness.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include "part.h"
#include <hvpart/call_interrupt.h>


static volatile int alarms;

static void on_alarm(int sig)
{
	alarms++;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void alarm_every(long us)
{
	const struct itimerval it = {
		.it_interval = { us / 1000000, us % 1000000 },
		.it_value = { us / 1000000, us % 1000000 },
	};

	setitimer(ITIMER_REAL, &it, NULL);
}

FIXTURE(signal)
{
	int dev, part, vp;
	u8 *ram;
	struct hv_vp_register_page *regs;
	struct hvpart_run_page *run;
	struct hv_message m;
};

FIXTURE_SETUP(signal)
{
	const struct sigaction sa = { .sa_handler = on_alarm };

	self->dev = dev_open();
	ASSERT_GE(self->dev, 0);
	self->part = part_create_ready(self->dev);
	ASSERT_GE(self->part, 0);
	self->ram = mmap(NULL, GUEST_RAM, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	guest_load_image(self->ram);
	ASSERT_EQ(0, part_mem(self->part, 0, self->ram, GUEST_RAM, MEM_RAM));
	self->vp = vp_create(self->part, 0);
	ASSERT_GE(self->vp, 0);
	self->regs = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
			  self->vp, 0);
	self->run = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
			 self->vp, HVPART_VP_MMAP_OFFSET_RUN * PAGE);
	ASSERT_NE(MAP_FAILED, (void *)self->run);
	ASSERT_EQ(0, sigaction(SIGALRM, &sa, NULL));
	ASSERT_EQ(0, sigaction(SIGUSR1, &sa, NULL));
}

FIXTURE_TEARDOWN(signal)
{
	alarm_every(0);
	close(self->vp);
	close(self->part);
	close(self->dev);
}

/* With interrupts off in the guest, the root's own still come. */
TEST_F(signal, spinning_guest)
{
	double begin = now();

	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_spin));
	alarm_every(300000);
	EXPECT_EQ(-EINTR, vp_run(self->vp, &self->m));
	EXPECT_EQ(1, alarms);
	EXPECT_GE(now() - begin, 0.25);
	EXPECT_LE(now() - begin, 5.0);
	EXPECT_EQ(-EINTR, vp_run(self->vp, &self->m));
	EXPECT_EQ(2, alarms);
}

/* The tick, timers and other processes go on on the same CPU. */
TEST_F(signal, spinning_guest_shares_its_cpu)
{
	const struct timespec ms = { .tv_nsec = 1000000 };
	cpu_set_t one;
	pid_t pid;
	int wakes = 0;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(one), &one));
	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_spin));
	pid = fork();
	if (!pid) {
		while (now(), wakes++ < 20)
			nanosleep(&ms, NULL);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	EXPECT_EQ(-EINTR, vp_run(self->vp, &self->m));
	EXPECT_EQ(1, alarms);
}

TEST_F(signal, halted_guest)
{
	double begin = now();

	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_halt));
	alarm_every(200000);
	EXPECT_EQ(-EINTR, vp_run(self->vp, &self->m));
	EXPECT_GE(now() - begin, 0.15);
	EXPECT_EQ(1, alarms);
}

/* A halted guest must not cost CPU time. */
TEST_F(signal, halted_guest_sleeps)
{
	struct timespec cpu;

	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_halt));
	alarm_every(1000000);
	EXPECT_EQ(-EINTR, vp_run(self->vp, &self->m));
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
	EXPECT_EQ(0, cpu.tv_sec);
	EXPECT_LE(cpu.tv_nsec, 500000000);
}

TEST_F(signal, pending_signal_comes_first)
{
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_spin));
	sigprocmask(SIG_BLOCK, &set, &old);
	raise(SIGUSR1);
	/* Blocked: it does not count. */
	alarm_every(100000);
	EXPECT_EQ(-EINTR, vp_run(self->vp, &self->m));
	alarm_every(0);
	EXPECT_EQ(1, alarms);
	sigprocmask(SIG_SETMASK, &old, NULL);
	EXPECT_EQ(2, alarms);
}

TEST_F(signal, immediate_exit)
{
	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_count));
	self->run->immediate_exit = 1;
	EXPECT_EQ(-EINTR, vp_run(self->vp, &self->m));
	EXPECT_EQ(-EINTR, vp_run(self->vp, &self->m));
	self->run->immediate_exit = 0;
	ASSERT_EQ(0, vp_run(self->vp, &self->m));
	EXPECT_EQ(1, IO(self->m)->rax & 0xffff);
}

static void *stopper(void *arg)
{
	struct hvpart_run_page *run = arg;
	const struct timespec ms = { .tv_nsec = 50000000 };

	nanosleep(&ms, NULL);
	run->immediate_exit = 1;
	kill(getpid(), SIGUSR1);
	return NULL;
}

TEST_F(signal, stop_from_another_thread)
{
	sigset_t set;
	pthread_t t;

	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_spin));
	/* Only this thread takes it. */
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	ASSERT_EQ(0, pthread_create(&t, NULL, stopper, self->run));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	EXPECT_EQ(-EINTR, vp_run(self->vp, &self->m));
	EXPECT_EQ(1, self->run->immediate_exit);
	pthread_join(t, NULL);
}

/* Every value once and in order, whatever interrupts. */
TEST_F(signal, no_exit_is_lost)
{
	u32 last = 0, interrupted = 0;
	double end = now() + 4;
	int ret;

	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_count));
	alarm_every(700);
	while (now() < end) {
		ret = vp_run(self->vp, &self->m);
		if (ret == -EINTR) {
			interrupted++;
			continue;
		}
		ASSERT_EQ(0, ret);
		ASSERT_EQ(HVMSG_X64_IO_PORT_INTERCEPT, self->m.header.message_type);
		ASSERT_EQ((last + 1) & 0xffff, IO(self->m)->rax & 0xffff);
		last = IO(self->m)->rax & 0xffff;
		self->regs->rip = IO(self->m)->header.rip + 1;
		self->regs->dirty = 1 << HV_X64_REGISTER_CLASS_IP;
	}
	TH_LOG("%u alarms, %u of them interrupted, last value %u", alarms,
	       interrupted, last);
	/* It stands still for good if one was lost. */
	alarm_every(10000000);
	ASSERT_EQ(0, vp_run(self->vp, &self->m));
	EXPECT_EQ((last + 1) & 0xffff, IO(self->m)->rax & 0xffff);
	EXPECT_GT(last, 0);
}

/* The thread of a VP moves between CPUs while its guest runs. */
TEST_F(signal, migration)
{
	const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t set;

	if (cpus < 2)
		SKIP(return, "one CPU");
	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_count));
	for (u32 i = 1; i <= 400; i++) {
		CPU_ZERO(&set);
		CPU_SET(i % cpus, &set);
		ASSERT_EQ(0, sched_setaffinity(0, sizeof(set), &set));
		ASSERT_EQ(0, vp_run(self->vp, &self->m));
		ASSERT_EQ(i, IO(self->m)->rax & 0xffff);
		self->regs->rip = IO(self->m)->header.rip + 1;
		self->regs->dirty = 1 << HV_X64_REGISTER_CLASS_IP;
	}
}

struct runner {
	int vp, ret;
	struct hv_message m;
};

static void *run_thread(void *arg)
{
	struct runner *r = arg;
	sigset_t set;

	/* Alarms are for the test's own thread. */
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	r->ret = vp_run(r->vp, &r->m);
	return NULL;
}

/*
 * Another thread waits while the VP runs. It gets in when the runner is in user
 * space for a moment (the kernel does its task work there), or a signal ends its
 * waiting; the runner goes on either way.
 */
TEST_F(signal, second_caller_waits)
{
	struct runner r = { .vp = self->vp, .ret = 1 };
	u16 reps = 1;
	u8 in[20] = { 0 };
	pthread_t t;
	int ret;

	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_spin));
	ASSERT_EQ(0, pthread_create(&t, NULL, run_thread, &r));
	usleep(200000);
	alarm_every(50000);
	for (int i = 0; i < 10; i++) {
		ret = hvcall(self->vp, HVCALL_GET_VP_REGISTERS, in, 20, &self->m,
			     16, &reps, NULL);
		EXPECT_TRUE(ret == 0 || ret == -EINTR);
	}
	alarm_every(0);
	EXPECT_EQ(1, r.ret);
	pthread_kill(t, SIGUSR1);
	pthread_join(t, NULL);
	EXPECT_EQ(-EINTR, r.ret);
}

/* Two VPs of a partition at once; the one that halts is woken by the other. */
TEST_F(signal, sipi_wakes_a_sleeper)
{
	struct runner r = { .vp = vp_create(self->part, 1) };
	pthread_t t;

	ASSERT_GE(r.vp, 0);
	ASSERT_EQ(0, guest_start_long(self->vp, 0, guest_sipi));
	ASSERT_EQ(0, pthread_create(&t, NULL, run_thread, &r));
	usleep(300000);
	ASSERT_EQ(0, vp_run(self->vp, &self->m));
	pthread_join(t, NULL);
	ASSERT_EQ(0, r.ret);
	EXPECT_EQ(HVMSG_X64_IO_PORT_INTERCEPT, r.m.header.message_type);
	EXPECT_EQ(0x20, IO(r.m)->port_number);
	close(r.vp);
}

/* An interrupt asserted from outside wakes it, too: here INIT, then SIPI. */
TEST_F(signal, asserted_interrupt_wakes)
{
	struct runner r = { .vp = vp_create(self->part, 1) };
	struct {
		u64 id, control, dest;
		u32 vector, vtl;
	} in = { .control = HV_X64_INTERRUPT_TYPE_INIT, .dest = 1 };
	pthread_t t;

	ASSERT_GE(r.vp, 0);
	ASSERT_EQ(0, pthread_create(&t, NULL, run_thread, &r));
	usleep(200000);
	EXPECT_EQ(0, hvcall(self->part, HVCALL_ASSERT_VIRTUAL_INTERRUPT, &in,
			    sizeof(in), NULL, 0, NULL, NULL));
	in.control = HV_X64_INTERRUPT_TYPE_SIPI;
	in.vector = GUEST_AP >> 12;
	EXPECT_EQ(0, hvcall(self->part, HVCALL_ASSERT_VIRTUAL_INTERRUPT, &in,
			    sizeof(in), NULL, 0, NULL, NULL));
	pthread_join(t, NULL);
	EXPECT_EQ(0, r.ret);
	EXPECT_EQ(0x20, IO(r.m)->port_number);
	close(r.vp);
}

TEST_HARNESS_MAIN
