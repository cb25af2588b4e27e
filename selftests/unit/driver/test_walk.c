// SPDX-License-Identifier: GPL-2.0
/* Walks over page tables in a small memory; statements of walk.h. */
#include <stdio.h>
#include <string.h>
#include <hvpart/call_memory.h>
#include <linux/bits.h>
#include "walk.h"

#define PAGES	64
#define PAGE	4096

#define PG	BIT_ULL(31)
#define WP	BIT_ULL(16)
#define PE	BIT_ULL(0)
#define PSE	BIT_ULL(4)
#define PAE	BIT_ULL(5)
#define LA57	BIT_ULL(12)
#define LMA	BIT_ULL(10)
#define NXE	BIT_ULL(11)
#define NX	BIT_ULL(63)

#define R	HV_TRANSLATE_GVA_VALIDATE_READ
#define W	HV_TRANSLATE_GVA_VALIDATE_WRITE
#define X	HV_TRANSLATE_GVA_VALIDATE_EXECUTE
#define EXEMPT	HV_TRANSLATE_GVA_PRIVILEGE_EXEMPT

static u8 ram[PAGES][PAGE];
static bool hole[PAGES];
static struct hvp_walk cpu;
static u64 reads[8];
static unsigned int nr_reads;
static void (*between)(void);		/* after each read: the guest's write */
static int failures;

static u32 read_ram(struct hvp_walk *w, u64 gpa, void *entry, u32 size)
{
	(void)w;
	if (nr_reads < 8)
		reads[nr_reads] = gpa;
	nr_reads++;
	if (gpa % PAGE > PAGE - size) {
		printf("# %#llx: split over two pages\n", (unsigned long long)gpa);
		failures++;
	}
	if (gpa / PAGE >= PAGES || hole[gpa / PAGE])
		return HV_TRANSLATE_GVA_GPA_UNMAPPED;
	memcpy(entry, &ram[gpa / PAGE][gpa % PAGE], size);
	if (between)
		between();
	return HV_TRANSLATE_GVA_SUCCESS;
}

static void run(struct hvp_walk *w, u64 gva, u64 control)
{
	*w = cpu;
	w->gva = gva;
	w->control = control;
	w->read = read_ram;
	nr_reads = 0;
	hvp_walk(w);
}

#define LEADS(gva, control, to)	expect(__LINE__, gva, control, 0, to)
#define STOPS(gva, control, code)	expect(__LINE__, gva, control, code, ~0ULL)

static void expect(int line, u64 gva, u64 control, u32 code, u64 to)
{
	struct hvp_walk w;

	run(&w, gva, control);
	if (w.code == code && (code || w.gpa == to))
		return;
	printf("# %d: %#llx: code %u at %#llx, not %u at %#llx\n", line,
	       (unsigned long long)gva, w.code, (unsigned long long)w.gpa, code,
	       (unsigned long long)to);
	failures++;
}

#define CHECK(c)	do {						\
	if (!(c)) {							\
		printf("# %d: %s\n", __LINE__, #c);			\
		failures++;						\
	}								\
} while (0)

static void entry(u32 table, u32 index, u64 val)
{
	memcpy(&ram[table][index * 8], &val, 8);
}

static void entry32(u32 table, u32 index, u32 val)
{
	memcpy(&ram[table][index * 4], &val, 4);
}

static void long_tables(void)
{
	cpu = (struct hvp_walk) { .cr0 = PG | PE, .cr3 = 32 << 12 | 0xfff,
				  .cr4 = PAE, .efer = LMA | NXE };
	entry(32, 0, 33 << 12 | 7);
	entry(33, 0, 34 << 12 | 7);
	entry(33, 1, 1ULL << 30 | 0x87);	/* 1 GiB */
	entry(34, 0, 35 << 12 | 7);
	entry(34, 1, 0x200000 | 0x83 | NX);	/* 2 MiB */
	entry(34, 2, 1000ULL << 12 | 7);	/* a table beyond RAM */
	entry(35, 0, 50 << 12 | 7);
	entry(35, 1, 51 << 12 | 5);		/* read-only, user */
	entry(35, 2, 52 << 12 | 3);
	entry(35, 3, 53 << 12 | 2);		/* not present */
	entry(35, 4, 0xfffULL << 52 | 54 << 12 | 7);	/* bits that are no address */
}

static void no_paging(void)
{
	cpu = (struct hvp_walk) { .cr0 = PE, .cr3 = 32 << 12 };
	LEADS(0x4d123, R | W | X, 0x4d123);
	LEADS(~0ULL, R, ~0ULL);
	CHECK(!nr_reads);
}

static void four_levels(void)
{
	long_tables();
	LEADS(0, R | W | X, 50 << 12);
	CHECK(nr_reads == 4 && reads[0] == 32 << 12 && reads[3] == 35 << 12);
	LEADS(0xabc, R, (50 << 12) + 0xabc);
	LEADS(0x4000, R, 54 << 12);
	STOPS(0x4000, X, HV_TRANSLATE_GVA_PRIVILEGE_VIOLATION);
	STOPS(0x3000, R, HV_TRANSLATE_GVA_PAGE_NOT_PRESENT);
	LEADS(0x205123, R, 0x205123);
	CHECK(nr_reads == 3);
	STOPS(0x205000, X, HV_TRANSLATE_GVA_PRIVILEGE_VIOLATION);
	STOPS(0x400000, R, HV_TRANSLATE_GVA_GPA_UNMAPPED);
	LEADS((1ULL << 30) + 0x9123, R, (1ULL << 30) + 0x9123);
	CHECK(nr_reads == 2);
	STOPS(1ULL << 47, R, HV_TRANSLATE_GVA_PAGE_NOT_PRESENT);
	STOPS(1ULL << 62, R, HV_TRANSLATE_GVA_PAGE_NOT_PRESENT);
	CHECK(!nr_reads);
	/* Canonical, and the upper half has nothing. */
	STOPS(~0ULL << 47, R, HV_TRANSLATE_GVA_PAGE_NOT_PRESENT);
	CHECK(nr_reads == 1 && reads[0] == (32 << 12) + 256 * 8);
	/* PS means nothing in the first level. */
	entry(32, 1, 33 << 12 | 0x87);
	LEADS(1ULL << 39, R, 50 << 12);
	/* Without NXE the bit is reserved; as far as we go it does not matter. */
	cpu.efer = LMA;
	LEADS(0x205000, X, 0x205000);
}

static void rights(void)
{
	long_tables();
	LEADS(0x1000, R, 51 << 12);
	LEADS(0x1000, W, 51 << 12);		/* CR0.WP clear: CPL 0 writes */
	cpu.cr0 |= WP;
	STOPS(0x1000, W, HV_TRANSLATE_GVA_PRIVILEGE_VIOLATION);
	LEADS(0x2000, W, 52 << 12);
	cpu.user = true;
	STOPS(0x2000, R, HV_TRANSLATE_GVA_PRIVILEGE_VIOLATION);
	LEADS(0x2000, R | EXEMPT, 52 << 12);
	LEADS(0x1000, R | X, 51 << 12);
	cpu.cr0 &= ~WP;
	STOPS(0x1000, W, HV_TRANSLATE_GVA_PRIVILEGE_VIOLATION);
	LEADS(0x1000, W | EXEMPT, 51 << 12);
	/* A right that one level of the path lacks, the page lacks. */
	entry(33, 0, 34 << 12 | 5);
	cpu.cr0 |= WP;
	STOPS(0, W, HV_TRANSLATE_GVA_PRIVILEGE_VIOLATION);
	entry(33, 0, 34 << 12 | 3);
	STOPS(0, R, HV_TRANSLATE_GVA_PRIVILEGE_VIOLATION);
	entry(33, 0, 34 << 12 | 7 | NX);
	STOPS(0, X, HV_TRANSLATE_GVA_PRIVILEGE_VIOLATION);
	LEADS(0, R | W, 50 << 12);
}

static void five_levels(void)
{
	long_tables();
	cpu.cr4 |= LA57;
	cpu.cr3 = 36 << 12;
	entry(36, 0, 32 << 12 | 7);
	LEADS(0x1000, R, 51 << 12);
	CHECK(nr_reads == 5);
	STOPS(1ULL << 48, R, HV_TRANSLATE_GVA_PAGE_NOT_PRESENT);
	CHECK(nr_reads == 1);
	STOPS(1ULL << 56, R, HV_TRANSLATE_GVA_PAGE_NOT_PRESENT);
	CHECK(!nr_reads);
}

static void thirty_two(void)
{
	cpu = (struct hvp_walk) { .cr0 = PG | PE, .cr3 = 32 << 12 };
	entry32(32, 0, 33 << 12 | 7);
	entry32(32, 1, 0x400000 | 0x87);
	entry32(32, 1023, 0xffc00000 | 0x87);
	entry32(33, 5, 60 << 12 | 7);
	LEADS(0x5678, R, (60 << 12) + 0x678);
	STOPS(0x6000, R, HV_TRANSLATE_GVA_PAGE_NOT_PRESENT);
	STOPS(0x400000, R, HV_TRANSLATE_GVA_GPA_UNMAPPED);	/* a table */
	cpu.cr4 = PSE;
	LEADS(0x403123, R, 0x403123);
	LEADS(0xfffff000, R, 0xfffff000);
	/* PAE: four entries without rights of their own. */
	memset(ram, 0, sizeof(ram));
	cpu.cr4 = PAE;
	cpu.cr3 = (40 << 12) + 32;
	entry(40, 4, 41 << 12 | 1);
	entry(41, 0, 42 << 12 | 7);
	entry(41, 1, 0x200000 | 0x87);
	entry(42, 7, 61 << 12 | 7);
	LEADS(0x7000, W, 61 << 12);
	LEADS(0x201000, R, 0x201000);
	STOPS(1 << 30, R, HV_TRANSLATE_GVA_PAGE_NOT_PRESENT);
}

static void holes(void)
{
	long_tables();
	for (u32 t = 32; t < 36; t++) {
		hole[t] = true;
		STOPS(0, R, HV_TRANSLATE_GVA_GPA_UNMAPPED);
		hole[t] = false;
	}
	hole[50] = true;			/* what it leads to is not looked at */
	LEADS(0, R, 50 << 12);
	hole[50] = false;
}

static void scribble(void)
{
	memset(ram, 0xff, sizeof(ram));
}

/* Only what was read counts, however often the guest changes it. */
static void changes(void)
{
	struct hvp_walk w;

	long_tables();
	between = scribble;
	run(&w, 0, R);
	between = NULL;
	CHECK(nr_reads == 2 && reads[1] == 33 << 12);
	/* All ones: a 1 GiB page at the end of what an entry can name. */
	CHECK(w.code == HV_TRANSLATE_GVA_SUCCESS && w.gpa == 0xfffffc0000000ULL);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "no paging: the identity", no_paging },
	{ "four levels, large pages", four_levels },
	{ "rights of the path, CPL, WP, NX", rights },
	{ "five levels", five_levels },
	{ "32 bits and PAE", thirty_two },
	{ "a table that is no memory", holes },
	{ "tables that change meanwhile", changes },
};

int main(void)
{
	int bad = 0;

	printf("TAP version 13\n1..%zu\n", sizeof(tests) / sizeof(*tests));
	for (unsigned int i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		memset(ram, 0, sizeof(ram));
		failures = 0;
		tests[i].run();
		printf("%sok %u - walk: %s\n", failures ? "not " : "", i + 1,
		       tests[i].name);
		bad += !!failures;
	}
	return bad != 0;
}
