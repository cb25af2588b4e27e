// SPDX-License-Identifier: GPL-2.0
/* The machine: RAM, CPUs, and what the image's other rooms provide. */
#define _GNU_SOURCE
#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hypercall.h"
#include "aspace.h"
#include "cpuid.h"
#include "cpuid_insn.h"
#include "deposit.h"
#include "log.h"
#include "sim.h"
#include "../driver/policy.h"
#include "window.h"
#include "world.h"

struct percpu cpus[NR_CPUS];
u32 cur;
u64 now;
struct hvpart_machine machine;
int hv_mutation, irq_mutation;
void *bug_jump[5], *wait_jump[5];
bool bug_armed, wait_armed;
void (*race_hook)(const char *where, void *what);

/* The machine is left as it stands at the end of a test. */
const char *__asan_default_options(void)
{
	return "detect_leaks=0:abort_on_error=1";
}

static u8 *mem, *shadow;

bool in_ram(const void *va)
{
	return (u64)va - (u64)mem < (u64)NR_PAGES << PAGE_SHIFT;
}

static struct page_info *table;

void *ram(u64 pfn)
{
	CHECK(pfn < NR_PAGES);
	return shadow + (pfn << PAGE_SHIFT);
}

u64 *ram64(u64 pfn)
{
	return ram(pfn);
}

void fail(const char *fmt, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	abort();
}

void hv_bug(const char *file, int line, const char *what)
{
	if (bug_armed)
		__builtin_longjmp(bug_jump, 1);
	fail("HV_BUG_ON %s:%d: %s", file, line, what);
}

struct percpu *this_cpu(void)
{
	return &cpus[cur];
}

struct percpu *cpu_by_index(u32 i)
{
	return i < NR_CPUS ? &cpus[i] : NULL;
}

u32 cpu_count_demoted(void)
{
	return NR_CPUS;
}

u64 test_rdtsc(void)
{
	return now += 10;
}

void test_invlpg(u64 va)
{
	(void)va;
}

void hv_race(const char *where, void *what)
{
	if (race_hook)
		race_hook(where, what);
}

void irq_race(const char *where, void *what)
{
	hv_race(where, what);
}

/* An AMD CPU of the plainer kind, the same on every host. */
static void test_cpuid(u32 leaf, u32 sub, struct cpuid_regs *r)
{
	*r = (struct cpuid_regs) {};
	if (leaf == 0)
		*r = (struct cpuid_regs) { 0xd, 0x68747541, 0x444d4163, 0x69746e65 };
	else if (leaf == 1)
		*r = (struct cpuid_regs) { 0x800f12, 0x800, 0x7ef8320b, 0x178bfbff };
	else if (leaf == 7 && !sub)
		r->ebx = 0x209c01a9;
	else if (leaf == 0xd && !sub)
		*r = (struct cpuid_regs) { 7, 832, 832, 0 };
	else if (leaf == 0xd && sub == 2)
		*r = (struct cpuid_regs) { 256, 576, 0, 0 };
	else if (leaf == 0x80000000)
		*r = (struct cpuid_regs) { 0x8000001f, 0, 0, 0 };
	else if (leaf == 0x80000001)
		*r = (struct cpuid_regs) { 0x800f12, 0, 0x35c233ff, 0x2fd3fbff };
	else if (leaf == 0x80000008)
		r->eax = 0x302e;
}

void policy_cpuid(u32 leaf, u32 sub, u32 *regs)
{
	test_cpuid(leaf, sub, (struct cpuid_regs *)regs);
}

struct cpuid_out cpuid_insn(u32 leaf, u32 sub)
{
	struct cpuid_regs r;

	test_cpuid(leaf, sub, &r);
	return (struct cpuid_out) { r.eax, r.ebx, r.ecx, r.edx };
}

/* --- RAM: what the hypervisor may touch ------------------------------------ */

static void poison(u64 pfn)
{
	ASAN_POISON_MEMORY_REGION(mem + (pfn << PAGE_SHIFT), PAGE_SIZE);
}

static void unpoison(u64 pfn)
{
	ASAN_UNPOISON_MEMORY_REGION(mem + (pfn << PAGE_SHIFT), PAGE_SIZE);
}

/* Pages stay reachable only while they are the hypervisor's. */
static void settle_page(u64 pfn)
{
	u8 state = owner_get(pfn).state;

	if (state != PG_USED && state != PG_SHARED && state != PG_HV)
		poison(pfn);
}

void *test_pool_va(u64 spa)
{
	u64 pfn = spa >> PAGE_SHIFT;
	u8 state = owner_get(pfn).state;

	if (state != PG_USED && state != PG_FREE && state != PG_HV &&
	    state != PG_SHARED)
		fail("the hypervisor uses page %llx in state %d", pfn, state);
	unpoison(pfn);
	return mem + spa;
}

u64 test_va_to_spa(const void *va)
{
	u64 off = (const u8 *)va - mem;

	CHECK(off < (u64)NR_PAGES << PAGE_SHIFT);
	return off;
}

void *__real_pool_alloc(struct pool *pool);
void __real_pool_free(struct pool *pool, void *va);
void __real_pool_free_deferred(struct pool *pool, void *va);
void __real_unshare_page(void *va);

void __wrap_pool_free(struct pool *pool, void *va)
{
	__real_pool_free(pool, va);
	if (va)
		settle_page(test_va_to_spa(va) >> PAGE_SHIFT);
}

void __wrap_pool_free_deferred(struct pool *pool, void *va)
{
	__real_pool_free_deferred(pool, va);
	if (va)
		settle_page(test_va_to_spa(va) >> PAGE_SHIFT);
}

void __wrap_unshare_page(void *va)
{
	__real_unshare_page(va);
	settle_page(test_va_to_spa(va) >> PAGE_SHIFT);
}

static u64 window_pfn[NR_CPUS][HV_WINDOW_SLOTS];

void *window_map(enum window_slot slot, u64 spa)
{
	u64 pfn = spa >> PAGE_SHIFT;

	CHECK(!window_pfn[cur][slot]);
	CHECK(pfn && pfn < NR_PAGES);
	window_pfn[cur][slot] = pfn;
	this_cpu()->windows_open++;
	unpoison(pfn);
	return mem + spa;
}

void window_unmap(enum window_slot slot)
{
	u64 pfn = window_pfn[cur][slot];

	CHECK(pfn);
	window_pfn[cur][slot] = 0;
	this_cpu()->windows_open--;
	settle_page(pfn);
}

/* --- start ------------------------------------------------------------------- */

static void map_ram(void)
{
	u64 bytes = (u64)NR_PAGES << PAGE_SHIFT;
	int fd = memfd_create("ram", 0);

	if (mem) {
		ASAN_UNPOISON_MEMORY_REGION(mem, bytes);
		munmap(mem, bytes);
		munmap(shadow, bytes);
	}
	CHECK(fd >= 0 && !ftruncate(fd, bytes));
	mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	shadow = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(mem != MAP_FAILED && shadow != MAP_FAILED);
	close(fd);
	ASAN_POISON_MEMORY_REGION(mem, bytes);
}

/* The loader's tables: the pool area of the arena, in 4 KiB pages. */
static void boot_tables(void)
{
	u64 va = HV_POOL_BASE + ((u64)ARENA << PAGE_SHIFT), i;
	u64 *t[6];

	for (i = 0; i < NR_BOOT; i++)
		unpoison(ARENA + i);
	for (i = 0; i < 6; i++)
		t[i] = ram(ARENA + i);
	for (i = 0; i < 3; i++)
		t[i][(va >> (39 - 9 * i)) & 511] =
			((ARENA + i + 1) << PAGE_SHIFT) | HPTE_P | HPTE_W;
	/* 700 pages need two last-level tables. */
	t[2][((va >> 21) & 511) + 1] = ((ARENA + 4) << PAGE_SHIFT) | HPTE_P | HPTE_W;
	for (i = 0; i < NR_BOOT + ARENA_SEED; i++)
		t[3 + i / 512][i % 512] = ((ARENA + i) << PAGE_SHIFT) | HPTE_P |
			HPTE_W | HPTE_A | HPTE_D | HPTE_NX;
	aspace_init(mem + ((u64)ARENA << PAGE_SHIFT));
}

static void init_cpu(u32 i)
{
	struct percpu *c = &cpus[i];
	struct vp *vp;

	cur = i;
	c->self = c;
	c->index = i;
	c->state = CPU_DEMOTED;
	free(c->hcall_in);
	free(c->hcall_out);
	c->hcall_in = calloc(1, PAGE_SIZE);
	c->hcall_out = calloc(1, PAGE_SIZE);
	vp = pool_alloc(root_pool);
	CHECK(vp && !world_alloc(&vp->world, root_pool));
	vp->partition = &root_partition;
	vp->index = i;
	vp->running = i + 1;
	vp->v.seg[1]._long = 1;
	*(u64 *)&vp->v.plain[4] = EFER_LMA | EFER_LME;
	c->root_vp = c->current = vp;
	root_partition.vps[i] = vp;
	root_partition.nr_vps++;
	epoch_cpu_join(c);
	epoch_behind(c);
	epoch_pass(c);
}

static void init_root(void)
{
	struct partition *p = &root_partition;

	p->id = 1;
	p->is_root = true;
	p->state = PS_ACTIVE;
	p->privileges = ~0ull;
	p->max_phys_bits = machine.phys_bits;
	CHECK(!gpa_space_init(&p->gpa, root_pool,
			      BIT(machine.phys_bits - PAGE_SHIFT), true));
	CHECK(!gpa_root_add_ram(&p->gpa, 0, HOLE));
	CHECK(!gpa_root_add_ram(&p->gpa, HOLE_END, ARENA - HOLE_END));
	CHECK(!gpa_root_add_ram(&p->gpa, ARENA + 1024, NR_PAGES - ARENA - 1024));
}

void sim_init(void)
{
	struct hvpart_cpuid_policy *list;
	u32 i, bytes = policy_make(false, POLICY_ROOM, &list);

	CHECK(cpuid_init(list, bytes));
	map_ram();
	vendor_reset();
	memset(&root_partition, 0, sizeof(root_partition));
	free(table);
	table = calloc(NR_PAGES, sizeof(*table));
	machine = (struct hvpart_machine) {
		.nr_cpus = NR_CPUS, .phys_bits = 46, .tsc_hz = 1000000000,
		.apic_timer_hz = 200000000, .max_pfn = NR_PAGES,
		.has_xsave = true, .xcr0_mask = 7, .xsave_bytes = 832,
		.invariant_tsc = true, .has_ibpb = true, .has_tsc_aux = true,
	};
	now = 1000000;
	hypercall_init();
	owner_init(table, NR_PAGES);
	owner_set_range(1, HOLE - 1, PG_ROOT);
	owner_set_range(HOLE_END, NR_PAGES - HOLE_END, PG_ROOT);
	owner_set_range(ARENA, NR_BOOT + ARENA_SEED, PG_HV);
	boot_tables();
	pool_init(root_pool, 0);
	cur = 0;
	pool_seed(root_pool, ARENA + NR_BOOT, ARENA_SEED);
	owner_set_range(ARENA, NR_BOOT, PG_HV);
	init_root();
	for (i = 0; i < NR_CPUS; i++)
		init_cpu(i);
	cur = 0;
	for (i = 0; i < NR_CPUS; i++)
		ON_CPU(i, CHECK_EQ(root_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE,
					     PFN_CALLER(i), 1), 0));
	sim_settle();
}

void sim_settle(void)
{
	u32 i;

	for (i = 0; i < NR_CPUS; i++)
		ON_CPU(i, CHECK_EQ(root_fast(HVCALL_HVPART_NULL, 0, 0), 0));
	for (i = 0; i < NR_CPUS; i++)
		take_notes(i);
}

/* --- locks: nothing held twice, no cycle in the order ---------------------------- */

static struct spinlock *held[NR_CPUS][16];
static u32 nr_held[NR_CPUS];

#define EDGES	256
static struct { u32 a, b; } edges[EDGES];
static u32 nr_edges;

u32 locks_held(void)
{
	return nr_held[cur];
}

static bool reaches(u32 from, u32 to, u32 depth)
{
	if (from == to)
		return true;
	for (u32 i = 0; depth && i < nr_edges; i++)
		if (edges[i].a == from && reaches(edges[i].b, to, depth - 1))
			return true;
	return false;
}

static void order(u32 a, u32 b)
{
	for (u32 i = 0; i < nr_edges; i++)
		if (edges[i].a == a && edges[i].b == b)
			return;
	if (reaches(b, a, 16))
		fail("lock kind %u is taken under %u, and the other way round", b, a);
	CHECK(nr_edges < EDGES);
	edges[nr_edges].a = a;
	edges[nr_edges++].b = b;
}

void test_lock(struct spinlock *l, bool take)
{
	u32 i, n = nr_held[cur];

	if (!take) {
		for (i = n; i && held[cur][i - 1] != l; i--)
			;
		CHECK(i);
		memmove(&held[cur][i - 1], &held[cur][i],
			(n - i) * sizeof(held[0][0]));
		nr_held[cur]--;
		return;
	}
	for (u32 c = 0; c < NR_CPUS; c++)
		for (i = 0; i < nr_held[c]; i++)
			if (held[c][i] == l && wait_armed)
				__builtin_longjmp(wait_jump, 1);
			else if (held[c][i] == l)
				fail("CPU %u waits for a lock that CPU %u has", cur, c);
	for (i = 0; i < n; i++)
		order(lock_kind(held[cur][i]), lock_kind(l));
	CHECK(n < ARRAY_SIZE(held[0]));
	held[cur][nr_held[cur]++] = l;
}
