// SPDX-License-Identifier: GPL-2.0
/*
 * Random ioctls on the device, on partitions and on VPs, some of them almost
 * right, with guests of random bytes running in a second thread.
 *
 *	fuzz SECONDS [SEED]
 *
 * Passed if the machine lives, the log of the kernel is clean (the emulated
 * machine's init looks), and nothing is left of the partitions. One TAP result.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include "part.h"

#define PARTS		6
#define VPS		4
#define OTHERS		8
#define RAM		(4 * LARGE)

static u64 state;
static int dev;
static int parts[PARTS], vps[PARTS][VPS], others[OTHERS];
static u8 *ram, *scratch, *hole;
static struct hv_vp_register_page *pages[PARTS][VPS];
static volatile bool over;
static u64 calls, successes;

/* splitmix64 */
static u64 rnd(void)
{
	u64 z = (state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static u64 below(u64 n)
{
	return rnd() % n;
}

static bool chance(u32 percent)
{
	return below(100) < percent;
}

static u64 interesting(void)
{
	static const u64 values[] = {
		0, 1, 2, 3, 7, 8, 15, 16, 255, 256, 4095, 4096, 4097, 0x10000,
		0x200000, 0xffffffff, 0x100000000, 1ULL << 40, 1ULL << 51,
		1ULL << 52, 1ULL << 63, ~0ULL, ~0ULL - 4095,
	};

	switch (below(6)) {
	case 0:
		return (uintptr_t)ram + below(RAM / PAGE) * PAGE;
	case 1:
		return (uintptr_t)scratch + below(64) * 8;
	case 2:
		return below(64);
	case 3:
		return rnd();
	default:
		return values[below(sizeof(values) / sizeof(values[0]))];
	}
}

static void scramble(void *buf, size_t len)
{
	u64 *p = buf;

	for (size_t i = 0; i < len / 8; i++)
		p[i] = chance(50) ? 0 : chance(30) ? interesting() << 32 :
			interesting();
}

static int *any_vp(void)
{
	return &vps[below(PARTS)][below(VPS)];
}

static int any_fd(void)
{
	switch (below(8)) {
	case 0:
		return dev;
	case 1:
		return others[below(OTHERS)];
	case 2:
	case 3:
	case 4:
		return *any_vp();
	default:
		return parts[below(PARTS)];
	}
}

static int note(int ret)
{
	calls++;
	successes += ret >= 0;
	return ret;
}

static void keep(int fd)
{
	int *slot = &others[below(OTHERS)];

	if (fd < 0)
		return;
	if (*slot >= 0)
		close(*slot);
	*slot = fd;
}

/* --- things done almost right -------------------------------------------------- */

static void drop_partition(u32 p)
{
	for (u32 v = 0; v < VPS; v++) {
		if (pages[p][v])
			munmap(pages[p][v], PAGE);
		pages[p][v] = NULL;
		if (vps[p][v] >= 0)
			close(vps[p][v]);
		vps[p][v] = -1;
	}
	if (parts[p] >= 0)
		close(parts[p]);
	parts[p] = -1;
}

static void new_partition(void)
{
	u32 p = below(PARTS);

	drop_partition(p);
	parts[p] = note(chance(80) ? part_create_ready(dev) : part_create(dev));
	if (chance(80))
		note(part_mem(parts[p], 0, ram, GUEST_RAM, MEM_RAM));
}

static void new_vp(void)
{
	u32 p = below(PARTS), v = below(VPS);
	int fd = note(vp_create(parts[p], v));

	if (fd < 0)
		return;
	vps[p][v] = fd;
	pages[p][v] = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (pages[p][v] == MAP_FAILED)
		pages[p][v] = NULL;
	if (chance(50))
		note(guest_start_long(fd, v, guest_hypercall));
	else
		note(guest_start_real(fd, v, guest_count));
}

static void memory(void)
{
	u64 gpa = below(16) * (chance(50) ? PAGE : LARGE);
	u64 off = below(RAM / PAGE) * PAGE;
	u64 size = (1 + below(chance(50) ? 8 : 1024)) * PAGE;

	if (off + size > RAM)
		size = PAGE;
	note(part_mem(parts[below(PARTS)], gpa, ram + off, size, below(8)));
}

/* Where memory() puts regions; what is dropped comes back as zeros. */
static void holes(void)
{
	struct hvpart_memory_range r[4];
	const struct hvpart_memory_ranges a = {
		.ranges_ptr = (uintptr_t)r,
		.count = below(5),
	};

	for (u32 i = 0; i < 4; i++) {
		r[i].guest_pfn = below(16) * (chance(50) ? 1 : LARGE / PAGE) + below(4);
		r[i].page_count = chance(5) ? interesting() : below(chance(80) ? 8 : 1024);
	}
	note(do_ioctl(parts[below(PARTS)], chance(50) ? HVPART_DISCARD_MEMORY :
		      HVPART_RESTORE_MEMORY, &a));
	if (chance(20))
		madvise(ram + below(RAM / PAGE) * PAGE, PAGE, MADV_DONTNEED);
}

static void registers(void)
{
	struct reg r[8];

	for (u32 i = 0; i < 8; i++) {
		static const u32 base[] = {
			0, 0x10000, 0x20000, 0x30000, 0x40000, 0x60000, 0x70000,
			0x80000, 0x80010, 0x90000, 0xa0000,
		};

		do {
			r[i].name = base[below(11)] + below(20);
		} while (r[i].name == HV_X64_REGISTER_CR3);
		r[i].value.reg128.low_part = interesting();
		r[i].value.reg128.high_part = interesting();
	}
	note(set_regs(*any_vp(), below(VPS), r, 1 + below(8)));
}

static void hypercall(void)
{
	static const u16 codes[] = {
		0x44, 0x101, 0x45, 0x4d, 0x50, 0x51, 0x52, 0x56, 0x91, 0x94,
		0xc9, 0xc0, 0xc1, 0xf4,
	};
	u16 reps = chance(50) ? 0 : below(0x1100);
	u64 *in = (u64 *)scratch, len = (1 + below(512)) * 8;

	scramble(in, len);
	if (chance(70))
		in[1] = below(VPS);
	note(hvcall(any_fd(), codes[below(14)], in, len, scratch + PAGE,
		    chance(80) ? PAGE : below(5000), &reps, NULL));
}

static void ports(void)
{
	const struct hvpart_port_eventfd e = {
		.connection_id = below(4),
		.flag_number = below(3),
		.fd = chance(80) ? others[0] : any_fd(),
		.flags = below(2),
	};
	const struct hvpart_port_msgq q = { .connection_id = below(4) };
	int part = parts[below(PARTS)];

	if (chance(60))
		note(do_ioctl(part, HVPART_PORT_EVENTFD, &e));
	else
		keep(note(do_ioctl(part, HVPART_PORT_MSGQ, &q)));
}

/* Towards the child, from descriptors that may be anything. */
static void connections(void)
{
	const struct hvpart_connect c = {
		.port_type = 1 + below(2),
		.vp_index = chance(70) ? below(VPS) : HV_ANY_VP,
		.sint = below(17),
		.base_flag = below(3) * 1023,
		.flag_count = chance(50) ? 0 : below(2050),
	};
	const struct hvpart_event_eventfd e = {
		.fd = chance(80) ? others[0] : any_fd(),
		.flag_number = below(3),
		.flags = below(2),
	};
	struct hvpart_post_message p = { .message_ptr = (uintptr_t)scratch };
	struct hvpart_signal_event s = { .flag_number = below(4) };
	const u64 one = 1;
	int fd = others[below(OTHERS)];

	scramble(scratch, 256);
	switch (below(5)) {
	case 0:
		keep(note(do_ioctl(parts[below(PARTS)], HVPART_CONNECT, &c)));
		break;
	case 1:
		note(do_ioctl(fd, HVPART_POST_MESSAGE, &p));
		break;
	case 2:
		note(do_ioctl(fd, HVPART_SIGNAL_EVENT, &s));
		break;
	case 3:
		note(do_ioctl(fd, HVPART_EVENT_EVENTFD, &e));
		break;
	default:
		note(write(others[0], &one, sizeof(one)));
	}
}

static void vp_state(void)
{
	const struct hvpart_get_set_vp_state a = {
		.type = below(6),
		.buf_sz = below(4) * PAGE,
		.buf_ptr = (uintptr_t)scratch + below(3) * PAGE,
	};

	scramble(scratch, PAGE);
	note(do_ioctl(*any_vp(), chance(50) ? HVPART_GET_VP_STATE :
		      HVPART_SET_VP_STATE, &a));
}

/*
 * All but the page tables, and no CR3 in registers(): QEMU 10 locks a vCPU up
 * for good when a guest runs code on a page whose accessed bits it must set.
 */
static void scribble(void)
{
	struct hv_vp_register_page *p = pages[below(PARTS)][below(VPS)];
	u64 page = below(GUEST_RAM / PAGE) * PAGE;

	if (p && chance(50))
		scramble(p, sizeof(*p));
	if (chance(20) && (page < GUEST_TABLES || page > GUEST_TABLES + 2 * PAGE))
		scramble(ram + page, PAGE);
	if (chance(20))
		guest_load_image(ram);
}

/* --- things done wrong ----------------------------------------------------------- */

static void anything(void)
{
	static const unsigned long cmds[] = {
		HVPART_CREATE_PARTITION, HVPART_INITIALIZE_PARTITION,
		HVPART_CREATE_VP, HVPART_SET_GUEST_MEMORY, HVPART_IRQFD,
		HVPART_IOEVENTFD, HVPART_SET_MSI_ROUTING,
		HVPART_GET_GPAP_ACCESS_BITMAP, HVPART_ROOT_HVCALL,
		HVPART_GET_VP_STATE, HVPART_SET_VP_STATE, HVPART_GET_CAPS,
		HVPART_GET_INFO, HVPART_READ_LOG, HVPART_LIST, HVPART_GET_STATS,
		HVPART_GET_CRASH, HVPART_PORT_EVENTFD, HVPART_PORT_MSGQ,
		HVPART_DISCARD_MEMORY, HVPART_RESTORE_MEMORY,
		HVPART_CONNECT, HVPART_POST_MESSAGE, HVPART_SIGNAL_EVENT,
		HVPART_EVENT_EVENTFD,
	};
	unsigned long cmd = cmds[below(sizeof(cmds) / sizeof(cmds[0]))];
	void *arg = scratch;
	int fd = any_fd(), ret;

	if (chance(3))
		cmd = rnd();
	if (chance(3))
		cmd = (cmd & ~0xffUL) | below(256);
	scramble(scratch, 256);
	if (chance(5))
		arg = chance(50) ? NULL : hole - below(64);
	ret = note(do_ioctl(fd, cmd, arg));
	if (cmd == HVPART_CREATE_PARTITION || cmd == HVPART_CREATE_VP ||
	    cmd == HVPART_PORT_MSGQ || cmd == HVPART_CONNECT)
		keep(ret > 2 ? ret : -1);
}

static void step(void)
{
	static void (*const steps[])(void) = {
		anything, anything, anything, anything, hypercall, hypercall,
		hypercall, memory, memory, holes, registers, registers, vp_state,
		ports, connections, connections, scribble, scribble, new_vp,
		new_vp,
	};

	if (chance(3))
		new_partition();
	else
		steps[below(sizeof(steps) / sizeof(steps[0]))]();
}

/* Whatever VP there is at the moment; its descriptor may go any time. */
static void *runner(void *arg)
{
	unsigned int seed = 1;
	struct hv_message m;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	while (!over) {
		int fd = vps[rand_r(&seed) % PARTS][rand_r(&seed) % VPS];

		if (fd >= 0)
			vp_run(fd, &m);
		else
			usleep(1000);
	}
	return NULL;
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void set_up(void)
{
	const struct sigaction sa = { .sa_handler = on_alarm };
	const struct rlimit files = { 256, 256 };
	sigset_t set;

	memset(parts, -1, sizeof(parts));
	memset(vps, -1, sizeof(vps));
	memset(others, -1, sizeof(others));
	setrlimit(RLIMIT_NOFILE, &files);
	ram = mmap(NULL, RAM, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	scratch = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	hole = scratch + 15 * PAGE;
	munmap(hole, PAGE);
	guest_load_image(ram);
	others[0] = eventfd(0, EFD_NONBLOCK);
	others[1] = open("/dev/null", O_RDWR);
	sigaction(SIGALRM, &sa, NULL);
	/* Alarms go to the runner, which has to be got out of its guests. */
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static bool nothing_left(void)
{
	struct hvpart_partition_entry e;
	struct hvpart_list list = { .count = 1, .entries_ptr = (uintptr_t)&e };
	const char *arenas = "/sys/kernel/debug/hvpart/arenas";

	if (do_ioctl(dev, HVPART_LIST, &list) || list.count)
		return false;
	return file_number(arenas, "taken") == file_number(arenas, "root_pages");
}

int main(int argc, char **argv)
{
	const struct itimerval every = { { 0, 2000 }, { 0, 2000 } };
	const int seconds = argc > 1 ? atoi(argv[1]) : 60;
	const time_t end = time(NULL) + seconds;
	pthread_t t;

	state = argc > 2 ? strtoull(argv[2], NULL, 0) : (u64)time(NULL);
	printf("1..1\n# seed %#llx, %d s\n", (unsigned long long)state, seconds);
	dev = dev_open();
	if (dev < 0) {
		printf("not ok 1 - no device\n");
		return 1;
	}
	set_up();
	pthread_create(&t, NULL, runner, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
	while (time(NULL) < end)
		step();
	over = true;
	pthread_join(t, NULL);
	for (u32 p = 0; p < PARTS; p++)
		drop_partition(p);
	for (u32 i = 0; i < OTHERS; i++)
		if (others[i] >= 0)
			close(others[i]);
	printf("# %llu calls, %llu successful\n", (unsigned long long)calls,
	       (unsigned long long)successes);
	printf("%sok 1 - fuzz: nothing is left\n", nothing_left() ? "" : "not ");
	return 0;
}
