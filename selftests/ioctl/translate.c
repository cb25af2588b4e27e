// SPDX-License-Identifier: GPL-2.0
/*
 * TranslateVirtualAddress through HVPART_ROOT_HVCALL: what is not the walk
 * itself (selftests/unit/driver has that): registers, memory, locks, refusals.
 */
#include <kselftest_harness.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <hvpart/call_memory.h>
#include "part.h"

#define R	HV_TRANSLATE_GVA_VALIDATE_READ
#define W	HV_TRANSLATE_GVA_VALIDATE_WRITE
#define EXEMPT	HV_TRANSLATE_GVA_PRIVILEGE_EXEMPT
#define LEAF	(GUEST_TABLES + 4 * PAGE)	/* 4 KiB pages of the first 2 MiB */

FIXTURE(translate)
{
	int dev, part, vp;
	u8 *ram;
	u64 *leaf;
	struct hv_output_translate_virtual_address out;
	u16 status;
};

FIXTURE_SETUP(translate)
{
	self->dev = dev_open();
	ASSERT_GE(self->dev, 0);
	self->part = part_create_ready(self->dev);
	ASSERT_GE(self->part, 0);
	self->ram = mmap(NULL, GUEST_RAM, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->ram);
	guest_load_image(self->ram);
	self->leaf = (u64 *)(self->ram + LEAF);
	for (u64 i = 0; i < 512; i++)
		self->leaf[i] = i * PAGE | 0x67;
	*(u64 *)(self->ram + GUEST_TABLES) |= 4;
	*(u64 *)(self->ram + GUEST_TABLES + PAGE) |= 4;
	*(u64 *)(self->ram + GUEST_TABLES + 2 * PAGE) = LEAF | 0x67;
	ASSERT_EQ(0, part_mem(self->part, 0, self->ram, GUEST_RAM, MEM_RAM));
	self->vp = vp_create(self->part, 0);
	ASSERT_GE(self->vp, 0);
	ASSERT_EQ(0, guest_start_long(self->vp, 0, guest_spin));
	alarm(50);
}

FIXTURE_TEARDOWN(translate)
{
	close(self->vp);
	close(self->part);
	close(self->dev);
}

static int ask(FIXTURE_DATA(translate) *self, int fd, u32 vp, u64 control,
	       u64 page)
{
	const struct hv_input_translate_virtual_address in = {
		.partition_id = 77,
		.vp_index = vp,
		.control_flags = control,
		.gva_page = page,
	};

	memset(&self->out, 0xa5, sizeof(self->out));
	return hvcall(fd, HVCALL_TRANSLATE_VIRTUAL_ADDRESS, &in, sizeof(in),
		      &self->out, sizeof(self->out), NULL, &self->status);
}

#define CODE()	((u32)self->out.translation_result.result_code)

#define LEADS(control, page, to) do {					\
	EXPECT_EQ(0, ask(self, self->vp, 0, control, page));		\
	EXPECT_EQ(0, CODE());						\
	EXPECT_EQ(to, self->out.gpa_page);				\
} while (0)

#define STOPS(control, page, code) do {					\
	EXPECT_EQ(0, ask(self, self->vp, 0, control, page));		\
	EXPECT_EQ(code, CODE());					\
} while (0)

#define REFUSED(fd, vp, control, page, err, st) do {			\
	EXPECT_EQ(-(err), ask(self, fd, vp, control, page));		\
	EXPECT_EQ(st, self->status);					\
} while (0)

TEST_F(translate, answers)
{
	const int fds[] = { self->vp, self->part };

	for (u32 i = 0; i < 2; i++) {
		ASSERT_EQ(0, ask(self, fds[i], 0, R | W, 5));
		EXPECT_EQ(0, self->status);
		EXPECT_EQ(0, CODE());
		EXPECT_EQ(5, self->out.gpa_page);
		EXPECT_EQ(HV_CACHE_TYPE_WRITE_BACK,
			  +self->out.translation_result.cache_type);
		EXPECT_EQ(0, +self->out.translation_result.overlay_page);
		EXPECT_EQ(0, +self->out.translation_result.reserved);
	}
	self->leaf[5] = 9 * PAGE | 7;
	LEADS(R, 5, 9);
	self->leaf[5] = 0;
	STOPS(R, 5, HV_TRANSLATE_GVA_PAGE_NOT_PRESENT);
	/* Beyond the first gigabyte there is nothing. */
	STOPS(R, 1 << 18, HV_TRANSLATE_GVA_PAGE_NOT_PRESENT);
	LEADS(R, 513, 513);
	/* No paging: the identity, whatever is there. */
	ASSERT_EQ(0, guest_start_real(self->vp, 0, guest_spin));
	LEADS(R, 0xfffff, 0xfffff);
}

TEST_F(translate, refusals)
{
	const struct hv_input_translate_virtual_address in = {
		.control_flags = R,
	};
	u16 reps = 1, status = 0;

	for (u64 c = 0; c <= 1ULL << 56; c = c ? c << 1 : 1)
		if (!(c & 7))
			REFUSED(self->vp, 0, c, 5, EINVAL,
				HV_STATUS_INVALID_PARAMETER);
	REFUSED(self->vp, 0, R | 0x10, 5, EINVAL, HV_STATUS_INVALID_PARAMETER);
	REFUSED(self->vp, 0, R, 1ULL << 52, EINVAL, HV_STATUS_INVALID_PARAMETER);
	REFUSED(self->vp, 1, R, 5, EINVAL, HV_STATUS_INVALID_VP_INDEX);
	/* The VP first, then what is asked about it. */
	REFUSED(self->part, 64, 0, 5, EINVAL, HV_STATUS_INVALID_VP_INDEX);
	EXPECT_EQ(-EINVAL, hvcall(self->vp, HVCALL_TRANSLATE_VIRTUAL_ADDRESS, &in,
				  sizeof(in), &self->out, sizeof(self->out),
				  &reps, &status));
	EXPECT_EQ(HV_STATUS_INVALID_HYPERCALL_INPUT, status);
	EXPECT_EQ(0, reps);
	/* The device has no such child; short inputs are zeros behind. */
	EXPECT_EQ(-EINVAL, ask(self, self->dev, 0, R, 5));
	EXPECT_EQ(-EINVAL, hvcall(self->vp, HVCALL_TRANSLATE_VIRTUAL_ADDRESS, &in,
				  8, &self->out, sizeof(self->out), NULL,
				  &status));
	EXPECT_EQ(HV_STATUS_INVALID_PARAMETER, status);
	/* Nobody has to want the answer. */
	EXPECT_EQ(0, hvcall(self->vp, HVCALL_TRANSLATE_VIRTUAL_ADDRESS, &in,
			    sizeof(in), NULL, 0, NULL, &status));
}

static int user_code(int vp, u16 selector, u16 attributes)
{
	const struct reg cs = {
		.name = HV_X64_REGISTER_CS,
		.value.segment = { .limit = ~0U, .selector = selector,
				   .attributes = attributes },
	};

	return set_regs(vp, 0, &cs, 1);
}

TEST_F(translate, privilege)
{
	self->leaf[6] = 6 * PAGE | 3;		/* not the user's */
	self->leaf[7] = 7 * PAGE | 5;		/* not to write */
	LEADS(R | W, 6, 6);
	LEADS(W, 7, 7);
	ASSERT_EQ(0, set_reg(self->vp, 0, HV_X64_REGISTER_CR0, 0x80010011));
	STOPS(W, 7, HV_TRANSLATE_GVA_PRIVILEGE_VIOLATION);
	ASSERT_EQ(0, user_code(self->vp, 0x33, 0xa0fb));
	STOPS(R, 6, HV_TRANSLATE_GVA_PRIVILEGE_VIOLATION);
	LEADS(R | EXEMPT, 6, 6);
	LEADS(R, 7, 7);
}

static int take_pages(FIXTURE_DATA(translate) *self, unsigned long cmd,
		      u64 gpa)
{
	const struct hvpart_memory_range range = { gpa / PAGE, 1 };
	struct hvpart_memory_ranges args = {
		.ranges_ptr = (uintptr_t)&range,
		.count = 1,
	};

	return do_ioctl(self->part, cmd, &args);
}

/* Tables where there is no memory: none, none any more, beyond every region. */
TEST_F(translate, memory)
{
	LEADS(R, 5, 5);
	ASSERT_EQ(0, take_pages(self, HVPART_DISCARD_MEMORY, LEAF));
	STOPS(R, 5, HV_TRANSLATE_GVA_GPA_UNMAPPED);
	ASSERT_EQ(0, take_pages(self, HVPART_RESTORE_MEMORY, LEAF));
	LEADS(R, 5, 5);
	self->leaf[5] = 0x123456 * PAGE | 7;	/* what it leads to need not be */
	LEADS(R, 5, 0x123456);
	ASSERT_EQ(0, set_reg(self->vp, 0, HV_X64_REGISTER_CR3, 1ULL << 32));
	STOPS(R, 5, HV_TRANSLATE_GVA_GPA_UNMAPPED);
	ASSERT_EQ(0, set_reg(self->vp, 0, HV_X64_REGISTER_CR3, GUEST_TABLES));
	ASSERT_EQ(0, part_mem(self->part, 0, self->ram, GUEST_RAM, MEM_UNMAP));
	STOPS(R, 5, HV_TRANSLATE_GVA_GPA_UNMAPPED);
}

#define OVERLAY(page, is) do {						\
	EXPECT_EQ(0, ask(self, self->vp, 0, R, page));			\
	EXPECT_EQ(0, CODE());						\
	EXPECT_EQ(is, +self->out.translation_result.overlay_page);	\
} while (0)

TEST_F(translate, overlays)
{
	int vp1 = vp_create(self->part, 1);

	ASSERT_GE(vp1, 0);
	OVERLAY(0x20, 0);
	ASSERT_EQ(0, set_reg(self->vp, 0, HV_REGISTER_GUEST_OS_ID, 1));
	ASSERT_EQ(0, set_reg(self->vp, 0, HV_X64_REGISTER_HYPERCALL, 0x20001));
	OVERLAY(0x20, 1);
	OVERLAY(0x21, 0);
	/* Each VP's are in the one map of the partition. */
	ASSERT_EQ(0, set_reg(self->vp, 0, HV_REGISTER_SIMP, 0x22001));
	ASSERT_EQ(0, set_reg(vp1, 1, HV_REGISTER_SIEFP, 0x23001));
	OVERLAY(0x22, 1);
	OVERLAY(0x23, 1);
	ASSERT_EQ(0, set_reg(vp1, 1, HV_REGISTER_SIEFP, 0x23000));
	OVERLAY(0x23, 0);
	close(vp1);
}

static void nothing(int sig)
{
}

static void *run_once(void *vp)
{
	struct hv_message m;

	vp_run(*(int *)vp, &m);
	return NULL;
}

/* A VP that runs is not stopped for it, and goes on. */
TEST_F(translate, running)
{
	struct sigaction sa = { .sa_handler = nothing };
	pthread_t t;
	int i;

	sigaction(SIGUSR1, &sa, NULL);
	ASSERT_EQ(0, pthread_create(&t, NULL, run_once, &self->vp));
	/* Between two slices it stands: then the answer is as good. */
	for (i = 0; i < 2000; i++) {
		if (ask(self, self->part, 0, R, 5))
			break;
		EXPECT_EQ(5, self->out.gpa_page);
		usleep(1000);
	}
	EXPECT_LT(i, 2000);
	EXPECT_EQ(HV_STATUS_INVALID_VP_STATE, self->status);
	usleep(50000);
	pthread_kill(t, SIGUSR1);
	pthread_join(t, NULL);
	LEADS(R, 5, 5);
}

struct busy {
	FIXTURE_DATA(translate) *self;
	volatile bool stop;
	u8 *more;
	u32 turns;
};

/* The guest's side of the race, and the partition's lock under load. */
static void *scribble(void *arg)
{
	struct busy *b = arg;
	u64 r = 1;

	while (!b->stop) {
		r = r * 6364136223846793005ULL + 1;
		b->self->leaf[5] = r >> 20;
		*(u64 *)(b->self->ram + GUEST_TABLES + 2 * PAGE) =
			r & 1 ? LEAF | 0x67 : r;
		b->turns++;
	}
	return NULL;
}

static void *map_on(void *arg)
{
	struct busy *b = arg;

	while (!b->stop) {
		part_mem(b->self->part, 1 << 30, b->more, LARGE, MEM_RAM);
		part_mem(b->self->part, 1 << 30, b->more, LARGE, MEM_UNMAP);
		b->turns++;
	}
	return NULL;
}

TEST_F(translate, in_the_middle)
{
	struct busy s = { .self = self }, m = { .self = self };
	const time_t end = time(NULL) + 8;
	u32 codes[16] = { 0 };
	pthread_t t[2];

	m.more = mmap(NULL, LARGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_EQ(0, pthread_create(&t[0], NULL, scribble, &s));
	ASSERT_EQ(0, pthread_create(&t[1], NULL, map_on, &m));
	/* Each may wait for a whole mapping; how long that takes is the host's. */
	for (u32 i = 0; i < 500 && (i < 20 || time(NULL) < end ||
				    !s.turns || !m.turns); i++) {
		ASSERT_EQ(0, ask(self, i & 1 ? self->vp : self->part, 0, R, 5));
		ASSERT_LT(CODE(), 16);
		codes[CODE()]++;
	}
	s.stop = m.stop = true;
	pthread_join(t[0], NULL);
	pthread_join(t[1], NULL);
	EXPECT_GT(s.turns, 0);
	EXPECT_GT(m.turns, 0);
	EXPECT_EQ(0, codes[2] + codes[3] + codes[5] + codes[6] + codes[8]);
}

TEST_HARNESS_MAIN
