// SPDX-License-Identifier: GPL-2.0
/* The guest's page tables, in every mode, and their refusals. */
#include <string.h>

#include "bytes.h"
#include "guest_memory.h"
#include "test.h"

#define MIB	(1ULL << 20)
#define PG	(1ULL << 31 | 1)
#define WP	(1ULL << 16)
#define PSE	(1ULL << 4)
#define PAE	(1ULL << 5)
#define LA57	(1ULL << 12)
#define SMAP	(1ULL << 21)
#define LMA	(1ULL << 10)
#define NXE	(1ULL << 11)

#define P	1ULL
#define W	2ULL
#define U	4ULL
#define A	0x20ULL
#define D	0x40ULL
#define PS	0x80ULL
#define NX	(1ULL << 63)

static struct ram ram;	/* the process ends with it */

static void put64(uint64_t gpa, uint64_t v)
{
	CHECK(!ram_write(&ram, gpa, &v, 8));
}

static void put32(uint64_t gpa, uint32_t v)
{
	CHECK(!ram_write(&ram, gpa, &v, 4));
}

static uint64_t get(uint64_t gpa)
{
	return get_le64(ram_ptr(&ram, gpa, 8));
}

static uint64_t walk(const struct paging *p, uint64_t gva, enum access a)
{
	uint32_t error;
	uint64_t gpa;

	CHECK(!guest_translate(&ram, p, gva, a, &gpa, &error));
	return gpa;
}

static uint32_t fails(const struct paging *p, uint64_t gva, enum access a)
{
	uint32_t error;
	uint64_t gpa;

	CHECK(guest_translate(&ram, p, gva, a, &gpa, &error) < 0);
	return error;
}

static void set_up(void)
{
	CHECK(!ram_create(&ram, 8 * MIB));
}

static void paging_off(void)
{
	const struct paging p = { .cr0 = 1 };

	set_up();
	CHECK_EQ(walk(&p, 0x123456, ACCESS_WRITE), 0x123456);
	CHECK_EQ(walk(&p, 0x1ffff1234, ACCESS_READ), 0xffff1234);
}

static void paging_32(void)
{
	const struct paging p = { .cr0 = PG, .cr3 = 0x100000, .cr4 = PSE };
	const struct paging no_pse = { .cr0 = PG, .cr3 = 0x100000 };

	set_up();
	put32(0x100000 + 4 * 1, 0x101000 | P | W);
	put32(0x101000 + 4 * 3, 0x345000 | P | W);
	CHECK_EQ(walk(&p, 0x403abc, ACCESS_WRITE), 0x345abc);
	CHECK_EQ(get(0x101000 + 4 * 3) & 0xfff, P | W | A | D);
	CHECK_EQ(get(0x100000 + 4) & 0xfff, P | W | A);
	CHECK_EQ(fails(&p, 0x404000, ACCESS_READ), 0);
	CHECK_EQ(fails(&p, 0x404000, ACCESS_WRITE), PF_WRITE);
	CHECK_EQ(fails(&p, 0x800000, ACCESS_READ), 0);
	/* 4 MiB, with address bits above 32 */
	put32(0x100000 + 4 * 2, 0x00c00000 | 1 << 13 | PS | P | W);
	CHECK_EQ(walk(&p, 0x912345, ACCESS_READ), 0x100d12345);
	put32(0x100000 + 4 * 2, 0x00101000 | PS | P | W);
	CHECK_EQ(walk(&no_pse, 0x803abc, ACCESS_READ), 0x345abc);
}

static void paging_pae(void)
{
	const struct paging p = {
		.cr0 = PG, .cr3 = 0x100020, .cr4 = PAE, .efer = NXE,
	};

	set_up();
	put64(0x100020 + 8 * 3, 0x101000 | P);
	put64(0x101000 + 8 * 2, 0x102000 | P | W | U);
	put64(0x102000 + 8 * 5, 0x777000 | P | W | U | NX);
	put64(0x101000 + 8 * 3, 0x600000 | PS | P | W | U);
	CHECK_EQ(walk(&p, 0xc0405123, ACCESS_READ), 0x777123);
	CHECK_EQ(walk(&p, 0x1c0405123, ACCESS_READ), 0x777123);
	CHECK_EQ(fails(&p, 0xc0405123, ACCESS_FETCH), PF_PRESENT | PF_FETCH);
	CHECK_EQ(walk(&p, 0xc0712345, ACCESS_FETCH), 0x712345);
	CHECK_EQ(fails(&p, 0x00405123, ACCESS_READ), 0);
	/* entries of the first level have no access bits */
	CHECK_EQ(get(0x100020 + 24), 0x101000 | P);
}

/* One page at 0xffff800000000000 + … in four levels; returns the leaf. */
static uint64_t map_long(unsigned int levels, uint64_t gva, uint64_t entry)
{
	uint64_t table = 0x100000;
	unsigned int l;

	for (l = levels - 1; l; l--) {
		uint64_t at = table + 8 * (gva >> (12 + 9 * l) & 511);

		table += 0x1000;
		put64(at, table | P | W | U);
	}
	put64(table + 8 * (gva >> 12 & 511), entry);
	return table + 8 * (gva >> 12 & 511);
}

static struct paging long_mode(uint64_t cr4)
{
	return (struct paging){
		.cr0 = PG | WP, .cr3 = 0x100000, .cr4 = PAE | cr4,
		.efer = LMA | NXE,
	};
}

static void paging_4_level(void)
{
	const uint64_t gva = 0xffffffff81234567;
	struct paging p = long_mode(0);
	uint64_t leaf;

	set_up();
	leaf = map_long(4, gva, 0x3000 | P);
	CHECK_EQ(walk(&p, gva, ACCESS_READ), 0x3567);
	CHECK_EQ(get(leaf), 0x3000 | P | A);
	CHECK_EQ(fails(&p, gva, ACCESS_WRITE), PF_PRESENT | PF_WRITE);
	p.cr0 &= ~WP;
	CHECK_EQ(walk(&p, gva, ACCESS_WRITE), 0x3567);
	CHECK_EQ(get(leaf), 0x3000 | P | A | D);
	p.user = true;
	CHECK_EQ(fails(&p, gva, ACCESS_READ), PF_PRESENT | PF_USER);
	put64(leaf, 0x3000 | P | U);
	CHECK_EQ(walk(&p, gva, ACCESS_READ), 0x3567);
	CHECK_EQ(fails(&p, gva, ACCESS_WRITE),
		 PF_PRESENT | PF_WRITE | PF_USER);
	/* a supervisor at a user page */
	p = long_mode(SMAP);
	CHECK_EQ(fails(&p, gva, ACCESS_READ), PF_PRESENT);
	p.rflags = 1 << 18;
	CHECK_EQ(walk(&p, gva, ACCESS_READ), 0x3567);
	CHECK_EQ(fails(&p, gva + 4096, ACCESS_READ), 0);
}

static void paging_5_level(void)
{
	const uint64_t gva = 0xff11223344556677;
	struct paging p = long_mode(LA57);

	set_up();
	map_long(5, gva, 0x3000 | P | NX);
	CHECK_EQ(walk(&p, gva, ACCESS_READ), 0x3677);
	CHECK_EQ(fails(&p, gva, ACCESS_FETCH), PF_PRESENT | PF_FETCH);
}

static void paging_large(void)
{
	struct paging p = long_mode(0);

	set_up();
	put64(0x100000, 0x101000 | P | W);
	put64(0x101000 + 8, 0x40000000 | PS | P | W);
	put64(0x101000, 0x102000 | P | W);
	put64(0x102000 + 8, 0x200000 | PS | P);
	CHECK_EQ(walk(&p, 0x40123456, ACCESS_WRITE), 0x40123456);
	CHECK_EQ(walk(&p, 0x212345, ACCESS_READ), 0x212345);
	CHECK_EQ(fails(&p, 0x212345, ACCESS_WRITE), PF_PRESENT | PF_WRITE);
}

/* Tables in the hole, above all memory, and pointing at themselves. */
static void paging_hostile(void)
{
	struct paging p = long_mode(0);

	set_up();
	p.cr3 = 0xfec00000;
	CHECK_EQ(fails(&p, 0, ACCESS_READ), ~0U);
	p.cr3 = 0xffffffffff000;
	CHECK_EQ(fails(&p, 0, ACCESS_READ), ~0U);
	p.cr3 = 0x100000;
	put64(0x100000, 0xfffffffffe000 | P | W);
	CHECK_EQ(fails(&p, 0, ACCESS_READ), ~0U);
	put64(0x100000, 0x100000 | P | W);
	CHECK_EQ(walk(&p, 0x123, ACCESS_READ), 0x100123);
}

static void paging_copies(void)
{
	const uint64_t gva = 0xffffffff81234000;
	struct paging p = long_mode(0);
	char text[16] = "across the edge", back[16] = "";
	struct guest_fault f;
	uint64_t leaf;

	set_up();
	leaf = map_long(4, gva, 0x3000 | P | W);
	put64(leaf + 8, 0x9000 | P | W);
	CHECK(!guest_write(&ram, &p, gva + 4090, text, 16, &f));
	CHECK(!memcmp(ram_ptr(&ram, 0x3ffa, 6), text, 6));
	CHECK(!memcmp(ram_ptr(&ram, 0x9000, 10), text + 6, 10));
	CHECK(!guest_read(&ram, &p, gva + 4090, back, 16, ACCESS_READ, &f));
	CHECK(!memcmp(back, text, 16));
	CHECK(guest_read(&ram, &p, gva + 8190, back, 4, ACCESS_READ, &f) < 0);
	CHECK_EQ(f.gva, gva + 8192);
	CHECK_EQ(f.error, 0);
	put64(leaf + 16, 0xfec00000 | P | W);
	CHECK(guest_read(&ram, &p, gva + 8190, back, 4, ACCESS_READ, &f) < 0);
	CHECK_EQ(f.error, ~0U);
}

static void paging_random(void)
{
	unsigned int i;

	set_up();
	srandom(5);
	for (i = 0; i < 8 * MIB; i += 4)
		put32(i, (uint32_t)random() & 0x7fffff);
	for (i = 0; i < 100000; i++) {
		struct paging p = {
			.cr0 = PG | (random() & 1 ? WP : 0),
			.cr3 = random() & 0x7fffff,
			.cr4 = (uint64_t)random() << 1 & (PSE | PAE | LA57 | SMAP),
			.efer = random() & (LMA | NXE),
			.user = random() & 1,
		};
		struct guest_fault f;
		char buf[8];

		guest_read(&ram, &p, (uint64_t)random() << 20, buf, 8,
			   random() % 3, &f);
	}
}

const struct test paging_tests[] = {
	TEST(paging_off), TEST(paging_32), TEST(paging_pae),
	TEST(paging_4_level), TEST(paging_5_level), TEST(paging_large),
	TEST(paging_hostile), TEST(paging_copies), TEST(paging_random),
	TESTS_END
};
