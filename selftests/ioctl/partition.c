// SPDX-License-Identifier: GPL-2.0
/* A partition's ioctls, and what a VP's descriptor does without running it. */
#include <kselftest_harness.h>
#include <sys/wait.h>
#include "part.h"

FIXTURE(partition)
{
	int dev, part;
};

FIXTURE_SETUP(partition)
{
	self->dev = dev_open();
	ASSERT_GE(self->dev, 0);
	self->part = part_create_ready(self->dev);
	ASSERT_GE(self->part, 0);
}

FIXTURE_TEARDOWN(partition)
{
	close(self->part);
	close(self->dev);
}

TEST_F(partition, not_built_is_enotty)
{
	static const unsigned long cmds[] = {
		HVPART_IRQFD, HVPART_IOEVENTFD, HVPART_GET_CAPS,
		HVPART_GET_INFO, _IO(HVPART_MSHV_IOCTL, 0x55),
		_IO(HVPART_IOCTL, 0x55),
	};
	int vp = vp_create(self->part, 0);

	for (size_t i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++) {
		EXPECT_EQ(-ENOTTY, do_ioctl(self->part, cmds[i], NULL));
		EXPECT_EQ(-ENOTTY, do_ioctl(vp, cmds[i], NULL));
	}
	EXPECT_EQ(-ENOTTY, do_ioctl(vp, HVPART_SET_GUEST_MEMORY, NULL));
	close(vp);
}

TEST_F(partition, before_initialize)
{
	int part = part_create(self->dev);
	void *ram = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ASSERT_GE(part, 0);
	EXPECT_EQ(-ENODEV, vp_create(part, 0));
	EXPECT_EQ(-ENODEV, part_mem(part, 0, ram, PAGE, MEM_RAM));
	EXPECT_EQ(0, do_ioctl(part, HVPART_INITIALIZE_PARTITION, NULL));
	EXPECT_EQ(-EINVAL, do_ioctl(part, HVPART_INITIALIZE_PARTITION, NULL));
	EXPECT_EQ(0, part_mem(part, 0, ram, PAGE, MEM_RAM));
	close(part);
}

TEST_F(partition, create_vp)
{
	u64 max = 0;
	int vp, again;

	ASSERT_EQ(0, get_property(self->part, HVPART_PROPERTY_MAX_VPS, &max));
	ASSERT_GE(max, 2);
	vp = vp_create(self->part, 0);
	ASSERT_GE(vp, 0);
	EXPECT_EQ(FD_CLOEXEC, fcntl(vp, F_GETFD));
	EXPECT_EQ(-EEXIST, vp_create(self->part, 0));
	EXPECT_EQ(-EINVAL, vp_create(self->part, max));
	EXPECT_EQ(-EINVAL, vp_create(self->part, ~0U));
	EXPECT_EQ(-EFAULT, do_ioctl(self->part, HVPART_CREATE_VP, NULL));
	/* A VP lives as long as its partition, not as its descriptor. */
	close(vp);
	again = vp_create(self->part, 0);
	EXPECT_EQ(-EEXIST, again);
	again = vp_create(self->part, max - 1);
	EXPECT_GE(again, 0);
	close(again);
}

TEST_F(partition, vp_outlives_partition_descriptor)
{
	struct hvpart_vp_stats stats;
	struct hvpart_get_stats args = {
		.size = sizeof(stats),
		.stats_ptr = (uintptr_t)&stats,
	};
	int part = part_create_ready(self->dev), vp;

	ASSERT_GE(part, 0);
	vp = vp_create(part, 0);
	ASSERT_GE(vp, 0);
	close(part);
	EXPECT_EQ(0, do_ioctl(vp, HVPART_GET_STATS, &args));
	EXPECT_EQ(0xfff0, get_reg(vp, 0, HV_X64_REGISTER_RIP));
	close(vp);
}

TEST_F(partition, other_mm_gets_eio)
{
	int vp = vp_create(self->part, 0), status;
	u64 value;
	pid_t pid;

	ASSERT_GE(vp, 0);
	pid = fork();
	if (!pid)
		_exit(get_property(self->part, HVPART_PROPERTY_MAX_VPS,
				   &value) != -EIO ||
		      vp_run(vp, NULL) != -EIO);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, get_property(self->part, HVPART_PROPERTY_MAX_VPS, &value));
	close(vp);
}

TEST_F(partition, hvcall_structure)
{
	u64 in[512] = { 0, HVPART_PROPERTY_MAX_VPS }, out[512];
	const struct hvpart_root_hvcall good = {
		.code = HVCALL_GET_PARTITION_PROPERTY,
		.in_sz = 16,
		.out_sz = 8,
		.in_ptr = (uintptr_t)in,
		.out_ptr = (uintptr_t)out,
	};
	struct hvpart_root_hvcall a = good;

#define REFUSED(err, change) do {					\
	a = good;							\
	change;								\
	EXPECT_EQ(-(err), do_ioctl(self->part, HVPART_ROOT_HVCALL, &a))	\
		TH_LOG("%s", #change);					\
} while (0)

	EXPECT_EQ(0, do_ioctl(self->part, HVPART_ROOT_HVCALL, &a));
	EXPECT_EQ(0, a.status);
	REFUSED(EINVAL, a.status = 1);
	for (int i = 0; i < 6; i++)
		REFUSED(EINVAL, a.rsvd[i] = 1);
	REFUSED(EINVAL, a.in_sz = 0);
	REFUSED(EINVAL, a.in_sz = 7);
	REFUSED(EINVAL, a.in_sz = 4097);
	REFUSED(EINVAL, a.out_sz = 4097);
	REFUSED(EINVAL, a.out_sz = 0);
	REFUSED(EINVAL, a.out_ptr = 0);
	REFUSED(EINVAL, a.in_ptr = 0);
	REFUSED(EINVAL, a.reps = 0x1000);
	REFUSED(EINVAL, a.code = HVCALL_DISPATCH_VP);
	REFUSED(EINVAL, a.code = HVCALL_HVPART_NULL);
	REFUSED(EINVAL, a.code = HVCALL_DEPOSIT_MEMORY);
	REFUSED(EFAULT, a.in_ptr = 16);
	REFUSED(EFAULT, a.out_ptr = 16);
	EXPECT_EQ(-EFAULT, do_ioctl(self->part, HVPART_ROOT_HVCALL, NULL));
	/* The hypervisor's own refusals come with its status. */
	a = good;
	in[1] = 0xdead0000;
	EXPECT_EQ(-EIO, do_ioctl(self->part, HVPART_ROOT_HVCALL, &a));
	EXPECT_EQ(HV_STATUS_UNKNOWN_PROPERTY, a.status);
	a = good;
	a.reps = 3;
	EXPECT_EQ(-EINVAL, do_ioctl(self->part, HVPART_ROOT_HVCALL, &a));
	EXPECT_EQ(HV_STATUS_INVALID_HYPERCALL_INPUT, a.status);
}

/* Whatever stands in the first word, the call is about this partition. */
TEST_F(partition, hvcall_id_is_ours)
{
	const u64 ids[] = { 0, 1, 2, 3, ~0ULL, 1ULL << 63 };
	u64 value;

	for (size_t i = 0; i < 6; i++) {
		const u64 in[2] = { ids[i], HV_PARTITION_PROPERTY_PRIVILEGE_FLAGS };

		ASSERT_EQ(0, hvcall(self->part, HVCALL_GET_PARTITION_PROPERTY, in,
				    sizeof(in), &value, 8, NULL, NULL));
		EXPECT_EQ(0x3000000a7e, value);
	}
}

/* A list that is longer than its page, or than what was passed. */
TEST_F(partition, hvcall_list_too_long)
{
	u8 in[4096] = { 0 }, out[4096];
	u16 reps = 4095, status = 0;
	int vp = vp_create(self->part, 0);

	ASSERT_GE(vp, 0);
	EXPECT_NE(0, hvcall(vp, HVCALL_GET_VP_REGISTERS, in, 20, out, sizeof(out),
			    &reps, &status));
	EXPECT_NE(0, status);
	reps = 200;
	EXPECT_NE(0, hvcall(vp, HVCALL_SET_VP_REGISTERS, in, sizeof(in), NULL, 0,
			    &reps, &status));
	EXPECT_NE(0, status);
	close(vp);
}

TEST_F(partition, registers)
{
	struct reg r[18], g[18];
	int vp = vp_create(self->part, 0);

	ASSERT_GE(vp, 0);
	for (u32 i = 0; i < 18; i++)
		r[i] = g[i] = (struct reg) {
			.name = HV_X64_REGISTER_RAX + i,
			.value.reg64 = 0x1111111111111111ULL * (i % 15 + 1),
		};
	r[17].value.reg64 = 0x246;
	ASSERT_EQ(0, set_regs(vp, 0, r, 18));
	ASSERT_EQ(0, get_regs(vp, 0, g, 18));
	for (u32 i = 0; i < 18; i++)
		EXPECT_EQ(r[i].value.reg64, g[i].value.reg64);
	EXPECT_EQ(-EINVAL, set_reg(vp, 7, HV_X64_REGISTER_RAX, 1));
	EXPECT_LT(set_reg(vp, 0, 0x7fffffff, 1), 0);
	close(vp);
}

TEST_F(partition, msi_routing)
{
	struct {
		struct hvpart_user_irq_table t;
		struct hvpart_user_irq_entry e[24];
	} a = { .t.nr = 24 };

	/* As stock QEMU begins: all zero, every one for line 0. */
	EXPECT_EQ(0, do_ioctl(self->part, HVPART_SET_MSI_ROUTING, &a));
	for (u32 i = 0; i < 24; i++)
		a.e[i] = (struct hvpart_user_irq_entry) { i, 0xfee00000, 0, i + 32 };
	EXPECT_EQ(0, do_ioctl(self->part, HVPART_SET_MSI_ROUTING, &a));
	a.e[7].gsi = 6;
	EXPECT_EQ(-EINVAL, do_ioctl(self->part, HVPART_SET_MSI_ROUTING, &a));
	a.e[7].gsi = 0x10000;
	EXPECT_EQ(-EINVAL, do_ioctl(self->part, HVPART_SET_MSI_ROUTING, &a));
	a.t.rsvd = 1;
	EXPECT_EQ(-EINVAL, do_ioctl(self->part, HVPART_SET_MSI_ROUTING, &a));
	a.t = (struct hvpart_user_irq_table) { .nr = ~0U };
	EXPECT_EQ(-EINVAL, do_ioctl(self->part, HVPART_SET_MSI_ROUTING, &a));
	a.t.nr = 0;
	EXPECT_EQ(0, do_ioctl(self->part, HVPART_SET_MSI_ROUTING, &a));
	EXPECT_EQ(-EFAULT, do_ioctl(self->part, HVPART_SET_MSI_ROUTING, NULL));
}

TEST_F(partition, access_bitmap)
{
	u8 bits[2] = { 0xff, 0xff };
	const struct hvpart_gpap_access_bitmap good = {
		.access_type = HVPART_GPAP_ACCESS_TYPE_DIRTY,
		.page_count = 16,
		.bitmap_ptr = (uintptr_t)bits,
	};
	struct hvpart_gpap_access_bitmap a;
	void *ram = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

#define BITMAP(err, change) do {					\
	a = good;							\
	change;								\
	EXPECT_EQ(-(err), do_ioctl(self->part, HVPART_GET_GPAP_ACCESS_BITMAP, &a)); \
} while (0)

	BITMAP(EINVAL, a.access_type = 2);
	BITMAP(EINVAL, a.access_op = 3);
	BITMAP(EINVAL, a.rsvd[3] = 1);
	BITMAP(EINVAL, a.page_count = 0);
	BITMAP(EINVAL, a.bitmap_ptr = 0);
	BITMAP(EINVAL, a.gpap_base = ~0ULL);
	BITMAP(EIO, (void)0);			/* tracking is off */
	ASSERT_EQ(0, part_mem(self->part, 0, ram, 16 * PAGE, MEM_RAM));
	ASSERT_EQ(0, set_property(self->part,
				  HV_PARTITION_PROPERTY_GPA_PAGE_ACCESS_TRACKING, 1));
	BITMAP(EFAULT, a.bitmap_ptr = 8);
	BITMAP(0, a.access_op = HVPART_GPAP_ACCESS_OP_CLEAR);
	BITMAP(0, (void)0);
	EXPECT_EQ(0, bits[0] | bits[1]);
}

TEST_F(partition, vp_state)
{
	u8 *buf = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct hvpart_get_set_vp_state a;
	int vp = vp_create(self->part, 0);

	ASSERT_GE(vp, 0);
	for (u8 type = 0; type < 2; type++) {
		a = (struct hvpart_get_set_vp_state) {
			.type = type,
			.buf_sz = 8 * PAGE,
			.buf_ptr = (uintptr_t)buf,
		};
		EXPECT_EQ(0, do_ioctl(vp, HVPART_GET_VP_STATE, &a))
			TH_LOG("type %u", type);
		EXPECT_GT(a.buf_sz, 0);
		a.buf_sz = 8 * PAGE;
		EXPECT_EQ(0, do_ioctl(vp, HVPART_SET_VP_STATE, &a))
			TH_LOG("type %u", type);
	}
	a.type = HVPART_VP_STATE_COUNT;
	EXPECT_EQ(-EINVAL, do_ioctl(vp, HVPART_GET_VP_STATE, &a));
	a = (struct hvpart_get_set_vp_state) { .buf_sz = 100, .buf_ptr = (uintptr_t)buf };
	EXPECT_EQ(-EINVAL, do_ioctl(vp, HVPART_GET_VP_STATE, &a));
	a = (struct hvpart_get_set_vp_state) { .buf_ptr = (uintptr_t)buf };
	EXPECT_EQ(-EINVAL, do_ioctl(vp, HVPART_GET_VP_STATE, &a));
	a = (struct hvpart_get_set_vp_state) { .buf_sz = PAGE, .buf_ptr = (uintptr_t)buf + 8 };
	EXPECT_EQ(-EINVAL, do_ioctl(vp, HVPART_GET_VP_STATE, &a));
	a = (struct hvpart_get_set_vp_state) { .buf_sz = PAGE, .buf_ptr = PAGE };
	EXPECT_EQ(-EFAULT, do_ioctl(vp, HVPART_GET_VP_STATE, &a));
	EXPECT_EQ(-EFAULT, do_ioctl(vp, HVPART_SET_VP_STATE, &a));
	a = (struct hvpart_get_set_vp_state) { .rsvd = { 0, 1 }, .buf_sz = PAGE,
					       .buf_ptr = (uintptr_t)buf };
	EXPECT_EQ(-EINVAL, do_ioctl(vp, HVPART_GET_VP_STATE, &a));
	close(vp);
}

TEST_F(partition, stats)
{
	struct hvpart_partition_stats s;
	struct hvpart_get_stats a = { .size = ~0U, .stats_ptr = (uintptr_t)&s };

	ASSERT_EQ(0, do_ioctl(self->part, HVPART_GET_STATS, &a));
	EXPECT_EQ(sizeof(s), a.size);
	EXPECT_EQ(HVPART_PARTITION_ACTIVE, s.state);
	EXPECT_GE(s.table_pages, 1);
	/* A program that knows only the first two words. */
	memset(&s, 0x5a, sizeof(s));
	a.size = 16;
	ASSERT_EQ(0, do_ioctl(self->part, HVPART_GET_STATS, &a));
	EXPECT_NE(0x5a5a5a5a5a5a5a5aULL, s.parent_id);
	EXPECT_EQ(0x5a5a5a5a, s.state);
	a = (struct hvpart_get_stats) { .reserved = 1, .stats_ptr = (uintptr_t)&s };
	EXPECT_EQ(-EINVAL, do_ioctl(self->part, HVPART_GET_STATS, &a));
	a = (struct hvpart_get_stats) { .size = 256, .stats_ptr = 8 };
	EXPECT_EQ(-EFAULT, do_ioctl(self->part, HVPART_GET_STATS, &a));
}

static void *try_mmap(int vp, size_t len, int prot, int flags, off_t pgoff)
{
	void *p = mmap(NULL, len, prot, flags, vp, pgoff * PAGE);

	return p == MAP_FAILED ? NULL : p;
}

TEST_F(partition, vp_mmap)
{
	const int rw = PROT_READ | PROT_WRITE;
	int vp = vp_create(self->part, 0);
	u8 *page, *moved;

	ASSERT_GE(vp, 0);
	EXPECT_EQ(NULL, try_mmap(vp, 2 * PAGE, rw, MAP_SHARED, 0));
	EXPECT_EQ(NULL, try_mmap(vp, PAGE, rw, MAP_PRIVATE, 0));
	EXPECT_EQ(NULL, try_mmap(vp, PAGE, rw, MAP_SHARED, 1));
	EXPECT_EQ(NULL, try_mmap(vp, PAGE, rw, MAP_SHARED, 2));
	EXPECT_EQ(NULL, try_mmap(vp, PAGE, rw, MAP_SHARED, 0x101));
	EXPECT_EQ(NULL, try_mmap(self->part, PAGE, rw, MAP_SHARED, 0));
	page = try_mmap(vp, PAGE, rw, MAP_SHARED, HVPART_VP_MMAP_OFFSET_RUN);
	ASSERT_NE(NULL, page);
	page[0] = 1;
	moved = try_mmap(vp, PAGE, rw, MAP_SHARED, HVPART_VP_MMAP_OFFSET_RUN);
	EXPECT_EQ(1, moved[0]);
	page = try_mmap(vp, PAGE, rw, MAP_SHARED, HVPART_VP_MMAP_OFFSET_REGISTERS);
	ASSERT_NE(NULL, page);
	EXPECT_EQ(0, page[2]);
	/* The mapping keeps the VP alive. */
	close(vp);
	page[4] = 0;
	EXPECT_EQ(0, munmap(page, PAGE));
	EXPECT_EQ(0, munmap(moved, PAGE));
}

TEST_HARNESS_MAIN
