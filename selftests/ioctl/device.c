// SPDX-License-Identifier: GPL-2.0
/* The device's ioctls: creation, capabilities, facts, log, list. */
#include <kselftest_harness.h>
#include <hvpart/release.h>
#include <sys/stat.h>
#include "part.h"

FIXTURE(device)
{
	int dev;
};

FIXTURE_SETUP(device)
{
	self->dev = dev_open();
	ASSERT_GE(self->dev, 0);
}

FIXTURE_TEARDOWN(device)
{
	close(self->dev);
}

TEST_F(device, node_is_private)
{
	struct stat st;

	ASSERT_EQ(0, fstat(self->dev, &st));
	EXPECT_EQ(0600, st.st_mode & 0777);
	EXPECT_EQ(0, st.st_uid);
}

TEST_F(device, answers_as_mshv)
{
	int fd = open("/dev/mshv", O_RDWR), part;

	if (fd < 0)
		SKIP(return, "another driver has the name");
	part = part_create(fd);
	EXPECT_GE(part, 0);
	close(part);
	close(fd);
}

TEST_F(device, unknown_ioctls)
{
	static const unsigned long cmds[] = {
		HVPART_CREATE_VP, HVPART_SET_GUEST_MEMORY, HVPART_RUN_VP,
		HVPART_GET_VP_STATE, HVPART_GET_CRASH, HVPART_GET_STATS,
		_IO(HVPART_MSHV_IOCTL, 0x7f), _IO(HVPART_IOCTL, 0xff),
		_IO('T', 1), 0, ~0UL & 0xffffffff,
	};

	for (size_t i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++)
		EXPECT_EQ(-ENOTTY, do_ioctl(self->dev, cmds[i], NULL));
}

TEST_F(device, create_v1)
{
	struct hvpart_create_partition args = { 0 };
	int fd;

	for (int bit = 0; bit < 64; bit++) {
		int want = 0;

		args.pt_flags = PART_FLAGS | 1ULL << bit;
		if (bit >= HVPART_PT_BIT_COUNT)
			want = -EINVAL;
		else if (bit == HVPART_PT_BIT_NESTED_VIRTUALIZATION)
			want = -EOPNOTSUPP;
		else if (bit == HVPART_PT_BIT_CPU_AND_XSAVE_FEATURES)
			continue;	/* v2 */
		fd = do_ioctl(self->dev, HVPART_CREATE_PARTITION, &args);
		EXPECT_EQ(want, fd < 0 ? fd : 0);
		if (fd >= 0) {
			EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
			close(fd);
		}
	}
	/* Both or none, and none is not built. */
	args.pt_flags = 1 << HVPART_PT_BIT_LAPIC;
	EXPECT_EQ(-EOPNOTSUPP, do_ioctl(self->dev, HVPART_CREATE_PARTITION, &args));
	args.pt_flags = 0;
	EXPECT_EQ(-EOPNOTSUPP, do_ioctl(self->dev, HVPART_CREATE_PARTITION, &args));
	args = (struct hvpart_create_partition) { .pt_isolation = 1 };
	EXPECT_EQ(-EOPNOTSUPP, do_ioctl(self->dev, HVPART_CREATE_PARTITION, &args));
	EXPECT_EQ(-EFAULT, do_ioctl(self->dev, HVPART_CREATE_PARTITION, NULL));
}

static int create_v2(int dev, size_t offset, u8 xor)
{
	struct hvpart_create_partition_v2 args = {
		.pt_flags = PART_FLAGS | 1 << HVPART_PT_BIT_CPU_AND_XSAVE_FEATURES,
		.pt_num_cpu_fbanks = HVPART_NUM_CPU_FEATURES_BANKS,
	};
	int fd;

	((u8 *)&args)[offset] ^= xor;
	fd = do_ioctl(dev, HVPART_CREATE_PARTITION, &args);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

TEST_F(device, create_v2)
{
	const size_t rsvd = offsetof(struct hvpart_create_partition_v2, pt_rsvd);
	const size_t rsvd1 = offsetof(struct hvpart_create_partition_v2, pt_rsvd1);

	EXPECT_EQ(0, create_v2(self->dev, 0, 0));
	EXPECT_EQ(-EINVAL, create_v2(self->dev, 16, 1));	/* banks */
	for (size_t i = 0; i < 6; i++)
		EXPECT_EQ(-EINVAL, create_v2(self->dev, rsvd + i, 0x80));
	for (size_t i = 0; i < 16; i++)
		EXPECT_EQ(-EINVAL, create_v2(self->dev, rsvd1 + i, 1));
}

/* v1 callers have only 16 bytes: the rest must not be read. */
TEST_F(device, create_reads_no_further)
{
	u8 *map = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct hvpart_create_partition *args = (void *)(map + PAGE - 16);
	int fd;

	ASSERT_NE(MAP_FAILED, (void *)map);
	ASSERT_EQ(0, munmap(map + PAGE, PAGE));
	args->pt_flags = PART_FLAGS;
	fd = do_ioctl(self->dev, HVPART_CREATE_PARTITION, args);
	EXPECT_GE(fd, 0);
	close(fd);
	args->pt_flags |= 1 << HVPART_PT_BIT_CPU_AND_XSAVE_FEATURES;
	EXPECT_EQ(-EFAULT, do_ioctl(self->dev, HVPART_CREATE_PARTITION, args));
}

TEST_F(device, caps)
{
	struct hvpart_caps caps;

	memset(&caps, 0xff, sizeof(caps));
	ASSERT_EQ(0, do_ioctl(self->dev, HVPART_GET_CAPS, &caps));
	EXPECT_EQ(HVPART_ABI_VERSION, caps.abi_version);
	EXPECT_GE(caps.max_vps, 2);
	EXPECT_GE(caps.physical_address_bits, 36);
	EXPECT_LE(caps.physical_address_bits, 52);
	EXPECT_GT(caps.tsc_hz, 1000000);
	EXPECT_EQ(LARGE, caps.memory_alignment);
	EXPECT_NE(0, caps.features & HVPART_CAP_RUN_PAGE);
	EXPECT_EQ(0, caps.features & HVPART_CAP_IRQFD);
	for (size_t i = 0; i < sizeof(caps.reserved) / 8; i++)
		EXPECT_EQ(0, caps.reserved[i]);
	EXPECT_EQ(-EFAULT, do_ioctl(self->dev, HVPART_GET_CAPS, NULL));
}

TEST_F(device, info)
{
	struct hvpart_info info = { 0 };

	ASSERT_EQ(0, do_ioctl(self->dev, HVPART_GET_INFO, &info));
	EXPECT_EQ(HVPART_ABI_VERSION, info.abi_version);
	EXPECT_EQ(HVPART_RELEASE, info.build);
	EXPECT_EQ((u32)sysconf(_SC_NPROCESSORS_ONLN), info.cpu_demoted);
	EXPECT_GE(info.table_pages, 3);
	EXPECT_NE(0, info.epoch_oldest);
	EXPECT_LE(info.epoch_oldest, info.epoch);
	EXPECT_EQ(-EFAULT, do_ioctl(self->dev, HVPART_GET_INFO, (void *)8));
}

/* A partition's pages are counted with the machine's. */
TEST_F(device, info_counts_pages)
{
	struct hvpart_info before = { 0 }, after = { 0 };
	struct hvpart_partition_stats s = { 0 };
	struct hvpart_get_stats a = { .size = sizeof(s), .stats_ptr = (uintptr_t)&s };
	int part = part_create_ready(self->dev);

	ASSERT_GE(part, 0);
	ASSERT_EQ(0, do_ioctl(part, HVPART_GET_STATS, &a));
	ASSERT_EQ(0, do_ioctl(self->dev, HVPART_GET_INFO, &before));
	close(part);
	ASSERT_EQ(0, do_ioctl(self->dev, HVPART_GET_INFO, &after));
	EXPECT_GT(s.pool_pages, 0);
	EXPECT_EQ(before.deposited_pages - s.pool_pages, after.deposited_pages);
	EXPECT_EQ(before.partition_count - 1, after.partition_count);
}

TEST_F(device, log)
{
	static struct hvpart_log_record records[64];
	unsigned long long mib = 0, pages = 0;
	struct hvpart_info info = { 0 };
	unsigned int cpus = 0;
	struct hvpart_read_log args = {
		.count = 64,
		.records_ptr = (uintptr_t)records,
	};

	ASSERT_EQ(0, do_ioctl(self->dev, HVPART_READ_LOG, &args));
	EXPECT_LE(args.count, 64);
	for (u32 i = 0; i < args.count; i++)
		EXPECT_NE(NULL, memchr(records[i].text, 0, HVPART_LOG_TEXT_LEN));
	/* The hypervisor's first line; the driver has made text of it. */
	ASSERT_LT(0, args.count);
	if (!args.first) {
		EXPECT_EQ(HVPART_LOG_NOTICE, records[0].level);
		EXPECT_EQ(3, sscanf(records[0].text,
				    "%u CPUs, %llu MiB, root pool %llu pages",
				    &cpus, &mib, &pages));
		EXPECT_LT(0, cpus);
		EXPECT_LT(64, mib);
		EXPECT_LT(0, pages);
	}
	/* Nothing is logged meanwhile: the next line is the one after these. */
	ASSERT_EQ(0, do_ioctl(self->dev, HVPART_GET_INFO, &info));
	EXPECT_NE(0, info.log_next);
	if (args.count < 64)
		EXPECT_EQ(args.next, info.log_next);
	args.first = ~0ULL;
	args.count = 64;
	EXPECT_EQ(0, do_ioctl(self->dev, HVPART_READ_LOG, &args));
	EXPECT_EQ(0, args.count);
	args = (struct hvpart_read_log) { .reserved = 1 };
	EXPECT_EQ(-EINVAL, do_ioctl(self->dev, HVPART_READ_LOG, &args));
	args = (struct hvpart_read_log) { .count = 1 };
	EXPECT_EQ(-EINVAL, do_ioctl(self->dev, HVPART_READ_LOG, &args));
}

TEST_F(device, list)
{
	struct hvpart_partition_entry e[8];
	struct hvpart_list args = { .count = 8, .entries_ptr = (uintptr_t)e };
	int a = part_create_ready(self->dev), b = part_create(self->dev), vp;

	ASSERT_GE(a, 0);
	ASSERT_GE(b, 0);
	vp = vp_create(a, 0);
	ASSERT_GE(vp, 0);
	ASSERT_EQ(0, do_ioctl(self->dev, HVPART_LIST, &args));
	ASSERT_EQ(2, args.count);
	EXPECT_LT(e[0].partition_id, e[1].partition_id);
	EXPECT_EQ(HVPART_PARTITION_ACTIVE, e[0].state);
	EXPECT_EQ(1, e[0].vp_count);
	EXPECT_EQ((u32)getpid(), e[0].pid);
	EXPECT_GT(e[0].pool_pages, 0);
	EXPECT_GT(e[0].created_ns, 0);
	EXPECT_EQ(HVPART_PARTITION_CREATED, e[1].state);
	args.after = e[0].partition_id;
	args.count = 8;
	ASSERT_EQ(0, do_ioctl(self->dev, HVPART_LIST, &args));
	EXPECT_EQ(1, args.count);
	args.reserved = 1;
	EXPECT_EQ(-EINVAL, do_ioctl(self->dev, HVPART_LIST, &args));
	args = (struct hvpart_list) { .count = 1, .entries_ptr = 8 };
	EXPECT_EQ(-EFAULT, do_ioctl(self->dev, HVPART_LIST, &args));
	close(vp);
	close(a);
	close(b);
	args = (struct hvpart_list) { .count = 8, .entries_ptr = (uintptr_t)e };
	ASSERT_EQ(0, do_ioctl(self->dev, HVPART_LIST, &args));
	EXPECT_EQ(0, args.count);
}

TEST_F(device, root_hvcall_allow_list)
{
	u64 value = 0, in[8] = { 0 };

	EXPECT_EQ(0, get_property(self->dev, HV_PARTITION_PROPERTY_PROCESSOR_FEATURES0,
				  &value));
	EXPECT_NE(0, value);
	for (u32 code = 0; code < 0x10000; code++) {
		u16 status = 0;

		if (code == HVCALL_GET_PARTITION_PROPERTY ||
		    code == HVCALL_GET_PARTITION_PROPERTY_EX)
			continue;
		ASSERT_EQ(-EINVAL, hvcall(self->dev, code, in, sizeof(in), NULL, 0,
					  NULL, &status));
		ASSERT_EQ(0, status);
	}
}

TEST_HARNESS_MAIN
