// SPDX-License-Identifier: GPL-2.0
/* The kernels that children boot, and what is in memory when they start. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "boot.h"
#include "bytes.h"
#include "pvh.h"
#include "test.h"

#define MIB	(1ULL << 20)

/* selftests/machine/fetch leaves an "env" beside each kernel. */
static int open_kernel(const char *kver)
{
	const char *build = getenv("BUILD");
	char line[512];
	int fd = -1;
	FILE *f;

	snprintf(line, sizeof(line), "%s/kernel/%s/env",
		 build ? build : "../../../build", kver);
	f = fopen(line, "r");
	while (f && fd < 0 && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, "VMLINUZ=", 8))
			fd = open(line + 8, O_RDONLY);
	}
	if (f)
		fclose(f);
	if (fd < 0)
		SKIP("that kernel is not here");
	return fd;
}

static int make_initrd(size_t size)
{
	int fd = memfd_create("initrd", 0);
	char last = 'Z';

	CHECK(fd >= 0);
	CHECK(!ftruncate(fd, (off_t)size));
	CHECK(pwrite(fd, "INIT", 4, 0) == 4);
	CHECK(pwrite(fd, &last, 1, (off_t)size - 1) == 1);
	return fd;
}

static uint64_t field(const struct ram *ram, uint64_t gpa)
{
	return get_le64(ram_ptr(ram, gpa, 8));
}

/* Everything that guest-contract 1.1 says about the start info. */
static void check_start_info(const struct ram *ram, size_t initrd_size)
{
	const uint8_t *si = ram_ptr(ram, GPA_START_INFO, 56);
	uint64_t module = get_le64(si + 16), map = get_le64(si + 40);
	uint64_t initrd = field(ram, module), rsdp = get_le64(si + 32);
	uint32_t n = get_le32(si + 48), i;
	uint64_t total = 0, last = 0;

	CHECK_EQ(get_le32(si), 0x336ec578);
	CHECK(get_le32(si + 4) >= 1);
	CHECK_EQ(get_le32(si + 12), 1);
	CHECK_EQ(field(ram, module + 8), initrd_size);
	CHECK_EQ(initrd % 4096, 0);
	CHECK(initrd + initrd_size <= 0x80000000);
	CHECK(!memcmp(ram_ptr(ram, initrd, initrd_size), "INIT", 4));
	CHECK_EQ(*(char *)ram_ptr(ram, initrd + initrd_size - 1, 1), 'Z');
	CHECK(!strcmp(ram_ptr(ram, get_le64(si + 24), 32),
		      "console=ttyS0 quiet"));
	CHECK(!memcmp(ram_ptr(ram, rsdp, 36), "RSD PTR ", 8));
	/* mov dx, 0xcf9; mov al, 6; out dx, al: at the reset vector */
	CHECK(!memcmp(ram_ptr(ram, 0xffff0, 6), "\xba\xf9\x0c\xb0\x06\xee", 6));
	for (i = 0; i < n; i++) {
		uint64_t start = field(ram, map + 24 * i);
		uint64_t size = field(ram, map + 24 * i + 8);
		uint32_t type = (uint32_t)field(ram, map + 24 * i + 16);

		CHECK(start >= last);
		CHECK(size);
		CHECK(ram_ptr(ram, start, size));
		last = start + size;
		total += size;
		CHECK_EQ(type, start == GPA_RESERVED ? 2 : 1);
	}
	CHECK_EQ(total, ram->size);
}

static void boot_kernel(const char *kver, uint64_t memory)
{
	const size_t initrd_size = 3 * MIB + 5;
	struct boot boot = {
		.kernel_fd = open_kernel(kver),
		.initrd_fd = make_initrd(initrd_size),
		.cmdline = "console=ttyS0 quiet",
		.nr_vps = 2,
	};
	struct ram ram;
	uint32_t entry = 0;
	uint8_t *code;

	CHECK(!ram_create(&ram, memory));
	CHECK(!boot_load(&boot, &ram, &entry));
	check_start_info(&ram, initrd_size);
	/* PVH entries begin with CLD, or (7.2) with another opcode; not zero */
	code = ram_ptr(&ram, entry, 16);
	CHECK(code);
	CHECK(code[0] == 0xfc || code[0]);
	printf("# %s: entry %#x, %02x %02x %02x %02x\n", kver, entry, code[0],
	       code[1], code[2], code[3]);
	ram_destroy(&ram);
	close(boot.kernel_fd);
	close(boot.initrd_fd);
}

static void boot_6_1_xz(void)
{
	boot_kernel("6.1", 256 * MIB);
}

static void boot_6_12_zstd(void)
{
	boot_kernel("6.12", 256 * MIB);
}

static void boot_7_2_zstd(void)
{
	boot_kernel("7.2", 256 * MIB);
}

/* RAM on both sides of the hole; the initrd still below 2 GiB. */
static void boot_above_4g(void)
{
	boot_kernel("6.12", 4096 * MIB);
}

static void boot_too_small(void)
{
	struct boot boot = {
		.kernel_fd = open_kernel("6.12"),
		.initrd_fd = -1,
		.cmdline = "",
		.nr_vps = 1,
	};
	struct ram ram;
	uint32_t entry;

	CHECK(!ram_create(&ram, 32 * MIB));
	CHECK(boot_load(&boot, &ram, &entry) < 0);
	ram_destroy(&ram);
	/* It fits, but an initrd does not. */
	boot.initrd_fd = make_initrd(30 * MIB);
	CHECK(!ram_create(&ram, 64 * MIB));
	CHECK(boot_load(&boot, &ram, &entry) < 0);
	ram_destroy(&ram);
	close(boot.kernel_fd);
	close(boot.initrd_fd);
}

static void boot_long_cmdline(void)
{
	static char cmdline[3000];
	struct boot boot = {
		.kernel_fd = open_kernel("6.12"),
		.initrd_fd = -1,
		.cmdline = cmdline,
		.nr_vps = 1,
	};
	struct ram ram;
	uint32_t entry;

	memset(cmdline, 'x', 2048);
	CHECK(!ram_create(&ram, 128 * MIB));
	CHECK(boot_load(&boot, &ram, &entry) < 0);
	ram_destroy(&ram);
	close(boot.kernel_fd);
}

static void boot_no_kernel(void)
{
	struct boot boot = {
		.kernel_fd = make_initrd(5000),
		.initrd_fd = -1,
		.cmdline = "",
		.nr_vps = 1,
	};
	struct ram ram;
	uint32_t entry;

	CHECK(!ram_create(&ram, 16 * MIB));
	CHECK(boot_load(&boot, &ram, &entry) < 0);
	close(boot.kernel_fd);
	boot.kernel_fd = open("/dev/zero", O_RDONLY);
	CHECK(boot_load(&boot, &ram, &entry) < 0);
	close(boot.kernel_fd);
	ram_destroy(&ram);
}

static void ram_layout(void)
{
	struct ram ram;

	CHECK(!ram_create(&ram, 3072 * MIB + 2 * MIB));
	CHECK_EQ(ram_low_end(&ram), GPA_HOLE);
	CHECK_EQ(ram_end(&ram), GPA_4G + 2 * MIB);
	CHECK(ram_ptr(&ram, 0, 1));
	CHECK(ram_ptr(&ram, GPA_HOLE - 1, 1));
	CHECK(!ram_ptr(&ram, GPA_HOLE - 1, 2));
	CHECK(!ram_ptr(&ram, GPA_HOLE, 1));
	CHECK(!ram_ptr(&ram, GPA_4G - 1, 1));
	CHECK(ram_ptr(&ram, GPA_4G, 2 * MIB));
	CHECK(!ram_ptr(&ram, GPA_4G, 2 * MIB + 1));
	CHECK(!ram_ptr(&ram, GPA_4G + 4096, ~0ULL));
	CHECK(!ram_ptr(&ram, ~0ULL, 1));
	CHECK(!ram_ptr(&ram, ~0ULL, ~0ULL));
	ram_destroy(&ram);
	CHECK(ram_create(&ram, 0) < 0);
	CHECK(ram_create(&ram, 3 * MIB) < 0);
	CHECK(ram_create(&ram, 16 * MIB + 4096) < 0);
	CHECK(ram_create(&ram, ~0ULL) < 0);
}

static void pvh_registers(void)
{
	union hv_register_value v[PVH_REGS];
	uint32_t names[PVH_REGS];
	size_t n = pvh_entry_regs(0x1234567, names, v), i;
	unsigned int seen = 0;

	CHECK(n <= PVH_REGS);
	for (i = 0; i < n; i++) {
		switch (names[i]) {
		case HV_X64_REGISTER_CR0:
			CHECK_EQ(v[i].reg64 & 0x80000001, 1);
			break;
		case HV_X64_REGISTER_CS:
			CHECK_EQ(v[i].segment.base, 0);
			CHECK_EQ(v[i].segment.limit, 0xffffffff);
			CHECK(v[i].segment._default && v[i].segment.present);
			CHECK_EQ(v[i].segment._long, 0);
			break;
		case HV_X64_REGISTER_RBX:
			CHECK_EQ(v[i].reg64, GPA_START_INFO);
			break;
		case HV_X64_REGISTER_RIP:
			CHECK_EQ(v[i].reg64, 0x1234567);
			break;
		case HV_X64_REGISTER_RFLAGS:
			CHECK_EQ(v[i].reg64 & 0x202, 2);
			break;
		default:
			continue;
		}
		seen++;
	}
	CHECK_EQ(seen, 5);
}

const struct test boot_tests[] = {
	TEST(boot_6_1_xz), TEST(boot_6_12_zstd), TEST(boot_7_2_zstd),
	TEST(boot_above_4g), TEST(boot_too_small), TEST(boot_long_cmdline),
	TEST(boot_no_kernel), TEST(ram_layout), TEST(pvh_registers),
	TESTS_END
};
