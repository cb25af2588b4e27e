// SPDX-License-Identifier: GPL-2.0
/* Guest memory that comes and goes. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host_memory.h"
#include "memory_kit.h"
#include "test.h"

static struct kit kit;
static struct ram *const ram = &kit.ram;

#define TOP	(1ULL << 40)
#define M	MIB

static void ram_places_for_added_memory(void)
{
	kit_init(&kit);
	CHECK_EQ(ram_place(ram, 128 * M), GPA_4G);
	CHECK_EQ(ram_fits(ram, GPA_4G, 128 * M, TOP), 0);
	CHECK_EQ(ram_fits(ram, GPA_4G, 0, TOP), -EINVAL);
	CHECK_EQ(ram_fits(ram, GPA_4G + 4096, 2 * M, TOP), -EINVAL);
	CHECK_EQ(ram_fits(ram, GPA_4G, 2 * M + 4096, TOP), -EINVAL);
	CHECK_EQ(ram_fits(ram, 0, 2 * M, TOP), -EEXIST);
	CHECK_EQ(ram_fits(ram, KIT_BOOT - 2 * M, 4 * M, TOP), -EEXIST);
	CHECK_EQ(ram_fits(ram, KIT_BOOT, 4 * M, TOP), 0);
	CHECK_EQ(ram_fits(ram, GPA_HOLE - 2 * M, 2 * M, TOP), 0);
	CHECK_EQ(ram_fits(ram, GPA_HOLE - 2 * M, 4 * M, TOP), -EINVAL);
	CHECK_EQ(ram_fits(ram, GPA_HOLE, 2 * M, TOP), -EINVAL);
	CHECK_EQ(ram_fits(ram, GPA_4G - 2 * M, 2 * M, TOP), -EINVAL);
	CHECK_EQ(ram_fits(ram, TOP - 2 * M, 2 * M, TOP), 0);
	CHECK_EQ(ram_fits(ram, TOP - 2 * M, 4 * M, TOP), -EINVAL);
	CHECK_EQ(ram_fits(ram, TOP, 2 * M, TOP), -EINVAL);
	CHECK_EQ(ram_fits(ram, -2 * M, 2 * M, TOP), -EINVAL);
	CHECK_EQ(ram_fits(ram, GPA_4G, -2 * M, TOP), -EINVAL);
	kit_destroy(&kit);
}

static void ram_added_and_dropped(void)
{
	uint64_t end;

	kit_init(&kit);
	end = ram_end(ram);
	CHECK_EQ(ram_add(ram, GPA_4G, 128 * M), 0);
	CHECK_EQ(ram->added, 128 * M);
	CHECK(ram_find(ram, GPA_4G, 128 * M));
	CHECK(!ram_find(ram, GPA_4G, 128 * M + 1));
	CHECK_EQ(ram_fits(ram, GPA_4G + 126 * M, 4 * M, TOP), -EEXIST);
	CHECK_EQ(ram_place(ram, 1024 * M), GPA_4G + 1024 * M);
	CHECK_EQ(ram_end(ram), end);
	kit.fail = -ENOMEM;
	CHECK_EQ(ram_add(ram, GPA_4G + 128 * M, 128 * M), -ENOMEM);
	CHECK_EQ(ram->nr, 2);
	CHECK_EQ(ram_add(ram, GPA_4G + 128 * M, 128 * M), 0);
	ram_trim(ram, GPA_4G, 0);
	CHECK(!ram_find(ram, GPA_4G, 1));
	CHECK(ram_find(ram, GPA_4G + 128 * M, 128 * M));
	CHECK_EQ(kit.backed, KIT_BOOT + 128 * M);
	/* Boot memory is not what this is for. */
	ram_trim(ram, GPA_4G + 130 * M, 0);
	CHECK_EQ(ram->added, 128 * M);
	kit_destroy(&kit);
}

static void ram_trimmed_place_stays_taken(void)
{
	kit_init(&kit);
	CHECK_EQ(ram_add(ram, GPA_4G, 256 * M), 0);
	CHECK_EQ(ram_take(ram, GPA_4G + 200 * M, 2 * M), 0);
	ram_trim(ram, GPA_4G, 128 * M);
	CHECK_EQ(ram->added, 128 * M);
	CHECK_EQ(ram->ballooned, 0);
	CHECK_EQ(ram->absent, 0);
	CHECK_EQ(kit.backed, KIT_BOOT + 128 * M);
	CHECK(!ram_find(ram, GPA_4G + 128 * M, 1));
	CHECK_EQ(ram_touch(ram, GPA_4G + 128 * M, true), 0);
	CHECK_EQ(ram_fits(ram, GPA_4G + 128 * M, 2 * M, TOP), -EEXIST);
	CHECK_EQ(ram_place(ram, 128 * M), GPA_4G + 256 * M);
	ram_trim(ram, GPA_4G, 200 * M);
	CHECK_EQ(ram->added, 128 * M);
	ram_trim(ram, GPA_4G, 0);
	CHECK_EQ(kit.backed, KIT_BOOT);
	CHECK_EQ(ram_fits(ram, GPA_4G, 256 * M, TOP), 0);
	kit_destroy(&kit);
}

static void ram_slots_run_out(void)
{
	unsigned int i;

	kit_init(&kit);
	for (i = 1; i < RAM_SLOTS; i++)
		CHECK_EQ(ram_add(ram, GPA_4G + i * 2 * M, 2 * M), 0);
	CHECK_EQ(ram_add(ram, GPA_4G, 2 * M), -ENOSPC);
	CHECK(ram_ptr(ram, GPA_4G + 2 * M * (RAM_SLOTS - 1), 2 * M));
	kit_destroy(&kit);
}

static void ram_ballooned_pages(void)
{
	uint64_t at = 16 * M;
	uint32_t word = 1;

	kit_init(&kit);
	CHECK_EQ(ram_take(ram, at, 2 * M), 0);
	CHECK_EQ(ram->ballooned, 512);
	CHECK_EQ(kit.backed, KIT_BOOT - 2 * M);
	CHECK(!ram_ptr(ram, at, 1));
	CHECK(!ram_ptr(ram, at - 8, 16));
	CHECK(ram_ptr(ram, at - 8, 8));
	CHECK(!ram_ptr(ram, at + 2 * M - 4, 8));
	CHECK(ram_ptr(ram, at + 2 * M, 8));
	CHECK_EQ(ram_read(ram, at, &word, 4), -EFAULT);
	CHECK_EQ(ram_write(ram, at, &word, 4), -EFAULT);
	CHECK_EQ(ram_take(ram, at, 4096), -EALREADY);
	CHECK_EQ(ram_take(ram, at - 4096, 8192), -EALREADY);
	CHECK(ram_ptr(ram, at - 4096, 4096));
	CHECK_EQ(ram_take(ram, at + 1, 4096), -EFAULT);
	CHECK_EQ(ram_take(ram, at, 0), -EFAULT);
	CHECK_EQ(ram_take(ram, KIT_BOOT - 4096, 8192), -EFAULT);
	CHECK_EQ(ram_take(ram, KIT_BOOT, 4096), -EFAULT);
	CHECK_EQ(ram_take(ram, -4096ULL, 8192), -EFAULT);
	kit.fail = -EBUSY;
	CHECK_EQ(ram_take(ram, 32 * M, 4096), -EBUSY);
	CHECK_EQ(ram_touch(ram, 32 * M, false), 1);
	CHECK(ram_ptr(ram, 32 * M, 4096));
	CHECK_EQ(ram->ballooned, 512);
	CHECK_EQ(ram_give(ram, at - 4096, 8192), -EFAULT);
	kit.fail = -ENOMEM;
	CHECK_EQ(ram_give(ram, at, 4096), -ENOMEM);
	CHECK_EQ(ram_give(ram, at, 4096), 0);
	CHECK_EQ(ram_give(ram, at, 4096), -EFAULT);
	CHECK_EQ(ram->ballooned, 511);
	CHECK(ram_ptr(ram, at, 4096));
	kit_destroy(&kit);
}

static void ram_finds_ballooned_pages(void)
{
	uint64_t gpa = 0;

	kit_init(&kit);
	CHECK_EQ(ram_next_ballooned(ram, &gpa, M), 0);
	/* Slots in another order than their addresses. */
	CHECK_EQ(ram_add(ram, GPA_4G + 128 * M, 128 * M), 0);
	CHECK_EQ(ram_add(ram, GPA_4G, 128 * M), 0);
	CHECK_EQ(ram_take(ram, GPA_4G + 130 * M, 4096), 0);
	CHECK_EQ(ram_take(ram, GPA_4G + 126 * M, 2 * M), 0);
	CHECK_EQ(ram_take(ram, 20 * M + 4096, 3 * 4096), 0);
	CHECK_EQ(ram_next_ballooned(ram, &gpa, M), 3 * 4096);
	CHECK_EQ(gpa, 20 * M + 4096);
	CHECK_EQ(ram_next_ballooned(ram, &gpa, 8192), 8192);
	gpa += 8192;
	CHECK_EQ(ram_next_ballooned(ram, &gpa, M), 4096);
	gpa += 4096;
	CHECK_EQ(ram_next_ballooned(ram, &gpa, M), M);
	CHECK_EQ(gpa, GPA_4G + 126 * M);
	gpa += M;
	CHECK_EQ(ram_next_ballooned(ram, &gpa, 8 * M), M);
	gpa += M;
	CHECK_EQ(ram_next_ballooned(ram, &gpa, M), 4096);
	CHECK_EQ(gpa, GPA_4G + 130 * M);
	gpa += 4096;
	CHECK_EQ(ram_next_ballooned(ram, &gpa, M), 0);
	kit_destroy(&kit);
}

/* A dump looks at everything. */
static void ram_touched_pages_come_back_and_go(void)
{
	uint64_t at = 16 * M;

	kit_init(&kit);
	CHECK_EQ(ram_take(ram, at, 2 * M), 0);
	CHECK_EQ(ram_touch(ram, at + 5000, false), 0);
	CHECK(!ram_ptr(ram, at + 5000, 1));
	CHECK_EQ(ram_touch(ram, at + 5000, true), 1);
	CHECK(ram_ptr(ram, at + 4096, 4096));
	CHECK(!ram_ptr(ram, at + 8192, 1));
	CHECK_EQ(ram_touch(ram, at + 5000, true), 1);
	CHECK_EQ(kit.restores, 1);
	CHECK_EQ(ram_touched(ram), 1);
	CHECK_EQ(ram->ballooned, 512);
	CHECK(ram_is_ballooned(ram, at + 5000, 8));
	CHECK(ram_is_ballooned(ram, at - 8, 16));
	CHECK(!ram_is_ballooned(ram, at - 8, 8));
	CHECK(!ram_is_ballooned(ram, at + 2 * M, 4096));
	CHECK(!ram_is_ballooned(ram, KIT_BOOT, 4096));
	CHECK_EQ(ram_touch(ram, at + 3 * 4096, true), 1);
	CHECK_EQ(ram_touch(ram, at + 4 * 4096, true), 1);
	ram_retire(ram);
	CHECK_EQ(ram_touched(ram), 0);
	CHECK_EQ(kit.discards, 3);
	CHECK_EQ(kit.backed, KIT_BOOT - 2 * M);
	kit.fail = -ENOMEM;
	CHECK_EQ(ram_touch(ram, at, true), -ENOMEM);
	CHECK_EQ(ram_touch(ram, KIT_BOOT, true), 0);
	CHECK_EQ(ram_touch(ram, GPA_IOAPIC, true), 0);
	CHECK_EQ(ram_touch(ram, 0, true), 1);
	/* One that was touched is given back like the others. */
	CHECK_EQ(ram_touch(ram, at, true), 1);
	CHECK_EQ(ram_give(ram, at, 2 * M), 0);
	CHECK_EQ(kit.backed, KIT_BOOT);
	kit_destroy(&kit);
}

static void ram_absent_pages_come_back_by_themselves(void)
{
	uint64_t at = 16 * M;

	kit_init(&kit);
	CHECK_EQ(ram_take(ram, at - 4096, 4 * M), 0);
	ram_release(ram);
	CHECK_EQ(ram->ballooned, 0);
	CHECK_EQ(kit.backed, KIT_BOOT - 4 * M);
	/* What is absent around it, no farther than its 2 MiB */
	CHECK_EQ(ram_touch(ram, at + M, false), 1);
	CHECK(ram_ptr(ram, at, 2 * M));
	CHECK(!ram_ptr(ram, at - 4096, 1));
	CHECK(!ram_ptr(ram, at + 2 * M, 1));
	/* Ballooned out when it is absent already. */
	CHECK_EQ(ram_take(ram, at + 2 * M, 4096), 0);
	CHECK_EQ(ram_touch(ram, at + 2 * M + 8192, false), 1);
	CHECK(!ram_ptr(ram, at + 2 * M, 1));
	CHECK_EQ(ram_touch(ram, at + 2 * M, false), 0);
	ram_release(ram);
	CHECK_EQ(ram->ballooned, 0);
	CHECK_EQ(ram_touch(ram, at + 2 * M, false), 1);
	CHECK_EQ(ram_touch(ram, at - 4096, false), 1);
	CHECK_EQ(kit.backed, KIT_BOOT);
	CHECK_EQ(ram->absent, 0);
	kit_destroy(&kit);
}

static void *reader(void *arg)
{
	uint64_t value;
	unsigned int i;

	(void)arg;
	for (i = 0; i < 20000; i++) {
		if (ram_read(ram, 16 * M + i % 512 * 4096, &value, 8))
			ram_touch(ram, 16 * M + i % 512 * 4096, true);
	}
	return NULL;
}

static void ram_readers_beside_a_balloon(void)
{
	pthread_t thread[2];
	unsigned int i;

	kit_init(&kit);
	for (i = 0; i < 2; i++)
		CHECK(!pthread_create(&thread[i], NULL, reader, NULL));
	for (i = 0; i < 300; i++) {
		CHECK_EQ(ram_take(ram, 16 * M, 2 * M), 0);
		ram_retire(ram);
		CHECK_EQ(ram_give(ram, 16 * M, 2 * M), 0);
	}
	for (i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	CHECK_EQ(kit.backed, KIT_BOOT);
	kit_destroy(&kit);
}

/* What the machine keeps: 64 MiB and a 64th of what it has. */
static void ram_machine_keeps_a_reserve(void)
{
	static const char text[] = "MemTotal:  1048576 kB\nMemFree: 1 kB\n"
				   "MemAvailable:   %7u kB\n";
	struct host_memory m = { .fd = memfd_create("meminfo", 0) };

	CHECK(m.fd >= 0);
	CHECK_EQ(host_memory_spare(&m), UINT64_MAX);
	dprintf(m.fd, text, 200 << 10);
	CHECK_EQ(host_memory_total(&m), 1024 * M);
	CHECK_EQ(host_memory_spare(&m), (200 - 64 - 16) * M);
	CHECK_EQ(ftruncate(m.fd, 0), 0);
	CHECK_EQ(lseek(m.fd, 0, SEEK_SET), 0);
	dprintf(m.fd, text, 80 << 10);
	CHECK_EQ(host_memory_spare(&m), 0);
	close(m.fd);
	m.fd = -1;
	CHECK_EQ(host_memory_spare(&m), UINT64_MAX);
}

const struct test ram_tests[] = {
	TEST(ram_places_for_added_memory),
	TEST(ram_added_and_dropped),
	TEST(ram_trimmed_place_stays_taken),
	TEST(ram_slots_run_out),
	TEST(ram_ballooned_pages),
	TEST(ram_finds_ballooned_pages),
	TEST(ram_touched_pages_come_back_and_go),
	TEST(ram_absent_pages_come_back_by_themselves),
	TEST(ram_readers_beside_a_balloon),
	TEST(ram_machine_keeps_a_reserve),
	TESTS_END
};
