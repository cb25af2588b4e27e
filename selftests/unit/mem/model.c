// SPDX-License-Identifier: GPL-2.0
/* The machine and the fakes that the real code calls. */
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>

#include "model.h"

struct mcpu cpus[NR_CPUS];
struct mcpu *cur;
struct child kids[NR_CHILDREN];
struct pool the_root_pool;
struct pool *const root_pool = &the_root_pool;
struct gpa_space root;
struct hvpart_machine machine;
u8 *mem;
u64 nr_pages, top_pfn, zeros_pfn;
int hv_mutation;
jmp_buf bug_jump;
bool bug_armed;
u64 window_expect[2] = { PFN_NONE, PFN_NONE };
void (*race_hook)(const char *where, void *what);

static struct page_info *table;
static u64 rnd_state = 88172645463325252ull;

void seed_rnd(u64 seed)
{
	rnd_state = seed * 0x9e3779b97f4a7c15ull + 1;
}

u32 rnd(u32 n)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return (rnd_state >> 16) % n;
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
	_Exit(1);
}

/* --- what the image's other rooms provide ----------------------------- */

void hv_bug(const char *file, int line, const char *what)
{
	if (bug_armed)
		longjmp(bug_jump, 1);
	fail("HV_BUG_ON %s:%d: %s", file, line, what);
}

struct percpu *this_cpu(void)
{
	return &cur->pc;
}

struct percpu *cpu_by_index(u32 i)
{
	return i < NR_CPUS ? &cpus[i].pc : NULL;
}

u64 test_rdtsc(void)
{
	return 0;
}

/* Every table access of the hypervisor: through the CPU's own translation. */
void *test_pool_va(u64 spa)
{
	u64 pfn = spa >> PAGE_SHIFT, got;
	u8 state = owner_get(pfn).state;

	if (!mmu_access(cur, ASID_HOST, (HV_POOL_BASE + spa) >> PAGE_SHIFT,
			WRITE, &got))
		fail("the hypervisor faults on page %llx", pfn);
	if (got != pfn)
		fail("pool address of %llx leads to %llx", pfn, got);
	if (state != PG_USED && state != PG_FREE && state != PG_HV &&
	    state != PG_SHARED)
		fail("the hypervisor uses page %llx in state %d", pfn, state);
	return mem + spa;
}

u64 test_va_to_spa(const void *va)
{
	return (const u8 *)va - mem;
}

void test_invlpg(u64 va)
{
	struct mcpu *c = cur;
	u32 i;

	for (i = 0; i < TLB_SIZE; i++)
		if (c->tlb[i].asid == ASID_HOST &&
		    c->tlb[i].page == va >> PAGE_SHIFT)
			c->tlb[i].valid = false;
	for (i = 0; i < PSC_SIZE; i++)
		if (c->psc[i].asid == ASID_HOST)
			c->psc[i].valid = false;
}

/* Windows are addresses of the model: translate them. */
static u8 *reach(const void *va, size_t n, bool write)
{
	u64 a = (u64)va, pfn;

	/* The host has nothing there. */
	if (a - HV_PERCPU_BASE >= NR_CPUS * HV_PERCPU_STRIDE) {
		if (n && (u8 *)va >= mem && (u8 *)va < mem + (nr_pages << PAGE_SHIFT))
			test_pool_va(((u8 *)va - mem) & PAGE_MASK);
		return (u8 *)va;
	}
	if (!mmu_access(cur, ASID_HOST, a >> PAGE_SHIFT,
			write ? WRITE : READ, &pfn))
		fail("window access faults at %llx", a);
	if ((a & ~PAGE_MASK) + n > PAGE_SIZE)
		fail("window access crosses its page");
	if (window_expect[0] != PFN_NONE && pfn != window_expect[0] &&
	    pfn != window_expect[1])
		fail("the window shows page %llx instead of %llx", pfn,
		     window_expect[0]);
	return mem + (pfn << PAGE_SHIFT) + (a & ~PAGE_MASK);
}

void *test_memcpy(void *dst, const void *src, size_t n)
{
	return memcpy(reach(dst, n, true), reach(src, n, false), n);
}

void *test_memset(void *dst, int ch, size_t n)
{
	u8 *p = reach(dst, n, true);

	/* Zeroing marks a page changing hands. */
	if (n == PAGE_SIZE && p >= mem && p < mem + (nr_pages << PAGE_SHIFT))
		check_private((u64)(p - mem) >> PAGE_SHIFT);
	return memset(p, ch, n);
}

void hv_race(const char *where, void *what)
{
	if (race_hook)
		race_hook(where, what);
}

/* --- the run loop ------------------------------------------------------- */

void cpu_use(struct mcpu *c)
{
	cur = c;
}

/* As the loop: nothing is touched before the epoch was looked at. */
void cpu_enter(struct mcpu *c)
{
	struct mcpu *was = cur;

	cur = c;
	if (c->asid >= 2)
		kids[CHILD_OF(c->asid)].vp[c->asid % NR_VPS].cpu = -1;
	c->asid = ASID_HOST;
	c->session++;
	if (epoch_behind(&c->pc)) {
		tlb_flush_all(c);
		hv_race("flushed", c);
		epoch_pass(&c->pc);
	}
	cur = was;
}

void cpu_run(struct mcpu *c, int asid)
{
	u64 *seen = &c->root_seen;
	struct gpa_space *s = &root;
	bool moved = false;

	if (asid >= 2) {
		struct vcpu *v = &kids[CHILD_OF(asid)].vp[asid % NR_VPS];

		s = &kids[CHILD_OF(asid)].gpa;
		seen = &v->gpa_seen;
		moved = v->last_cpu != c - cpus;
		v->cpu = v->last_cpu = c - cpus;
	}
	if (*seen != s->generation) {
		*seen = s->generation;
		tlb_flush_asid(c, asid);
	}
	/*
	 * Back ends take a fresh tag when a VP moves, which hides what it left
	 * here. Releases may not depend on that, so the model does not do it.
	 */
	if (!moved)
		check_run(c, asid);
	c->asid = asid;
}

void all_enter(void)
{
	int i;

	for (i = 0; i < NR_CPUS; i++) {
		if (cpus[i].bare)
			continue;
		cpu_enter(&cpus[i]);
		if (&cpus[i] != cur)
			cpu_run(&cpus[i], ASID_ROOT);
	}
	grace_poll();
}

void cpu_leave(struct mcpu *c)
{
	cpu_enter(c);
	epoch_cpu_leave(&c->pc);
	c->bare = true;
}

void cpu_join(struct mcpu *c)
{
	struct mcpu *was = cur;

	c->bare = false;
	epoch_cpu_join(&c->pc);
	cpu_enter(c);
	cur = c;
	cpu_run(c, ASID_ROOT);
	cur = was;
}

/* --- start ---------------------------------------------------------------- */

static void boot_tables(void)
{
	u64 *t[5], va = HV_POOL_BASE + (ARENA << PAGE_SHIFT), i;
	u32 n = machine.la57 ? 5 : 4, l;

	for (i = 0; i < n; i++)
		t[i] = (u64 *)(mem + ((ARENA + i) << PAGE_SHIFT));
	for (i = 0, l = n; l > 1; l--, i++)
		t[i][(va >> (9 * l + 3)) & 511] =
			((ARENA + i + 1) << PAGE_SHIFT) | HPTE_P | HPTE_W;
	for (i = 0; i < NR_PAGES - ARENA; i++)
		t[n - 1][i] = ((ARENA + i) << PAGE_SHIFT) | HPTE_P | HPTE_W |
			      HPTE_A | HPTE_D | HPTE_NX;
	top_pfn = ARENA;
	aspace_init(t[0]);
}

static void init_cpus(void)
{
	u64 va;
	int i;

	for (i = 0; i < NR_CPUS; i++) {
		struct mcpu *c = &cpus[i];

		va = HV_PERCPU_BASE + i * HV_PERCPU_STRIDE;
		CHECK_EQ(aspace_map(va, (ARENA + NR_BOOT - 1) << PAGE_SHIFT), 0);
		va += 0x8000;
		c->pc.window_ptes = raw_host_table(va >> PAGE_SHIFT) +
				    ((va >> PAGE_SHIFT) & 511);
		c->pc.window_va = (void *)va;
		epoch_cpu_join(&c->pc);
	}
}

void model_init(const struct model_options *o)
{
	static bool mapped;
	int i;

	if (!mapped)
		mem = mmap(NULL, BIG_PAGES << PAGE_SHIFT,
			   PROT_READ | PROT_WRITE, MAP_PRIVATE |
			   MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	else
		madvise(mem, BIG_PAGES << PAGE_SHIFT, MADV_DONTNEED);
	mapped = true;
	nr_pages = o->big ? BIG_PAGES : NR_PAGES;
	table = realloc(table, nr_pages * sizeof(*table));
	memset(cpus, 0, sizeof(cpus));
	memset(kids, 0, sizeof(kids));
	nr_graces = 0;
	undo_ticket = 0;
	memset(given, 0, sizeof(given));
	machine = (struct hvpart_machine){ .nr_cpus = NR_CPUS, .la57 = o->la57,
				    .page1g = o->page1g, .phys_bits = 46 };
	cur = &cpus[0];
	for (i = 0; i < NR_CPUS; i++)
		cpus[i].pc.index = i;
	owner_init(table, nr_pages);
	owner_set_range(0, nr_pages, PG_ROOT);
	owner_set_range(HOLE, HOLE_END - HOLE, PG_NONE);
	owner_set_range(ARENA, NR_PAGES - ARENA, PG_HV);
	boot_tables();
	pool_init(root_pool, 0);
	pool_seed(root_pool, ARENA + NR_BOOT, o->seed_pages);
	init_cpus();
	CHECK_EQ(gpa_space_init(&root, root_pool, BIT(34), true), 0);
	zeros_pfn = 0;
	CHECK_EQ(gpa_root_add_ram(&root, 0, HOLE), 0);
	CHECK_EQ(gpa_root_add_ram(&root, HOLE_END, ARENA - HOLE_END), 0);
	if (o->big)
		CHECK_EQ(gpa_root_add_ram(&root, NR_PAGES,
					  BIG_PAGES - NR_PAGES), 0);
	for (i = 1; i < NR_CPUS; i++)
		cpu_run(&cpus[i], ASID_ROOT);
	all_enter();
}

void model_default(void)
{
	model_init(&(struct model_options){ .seed_pages = 300 });
}
