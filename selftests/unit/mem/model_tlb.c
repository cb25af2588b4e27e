// SPDX-License-Identifier: GPL-2.0
/* The model's MMU: walks the real tables, retains what it has seen. */
#include "model.h"

#define P	BIT(0)
#define W	BIT(1)
#define U	BIT(2)
#define A	BIT(5)
#define D	BIT(6)
#define PS	BIT(7)
#define NX	BIT(63)
#define ADDR	MASK(51, 12)

static u64 span(u32 level)
{
	return 1ull << (9 * (level - 1));
}

u64 *raw_table(int asid)
{
	void *t = asid == ASID_ROOT ? root.table :
		  asid >= 2 ? kids[CHILD_OF(asid)].gpa.table :
		  mem + (top_pfn << PAGE_SHIFT);

	return t;
}

void tlb_flush_all(struct mcpu *c)
{
	u32 i;

	for (i = 0; i < TLB_SIZE; i++)
		c->tlb[i].valid = false;
	for (i = 0; i < PSC_SIZE; i++)
		c->psc[i].valid = false;
}

void tlb_flush_asid(struct mcpu *c, int asid)
{
	u32 i;

	for (i = 0; i < TLB_SIZE; i++)
		if (c->tlb[i].asid == asid)
			c->tlb[i].valid = false;
	for (i = 0; i < PSC_SIZE; i++)
		if (c->psc[i].asid == asid)
			c->psc[i].valid = false;
}

struct tlb_entry *tlb_find(struct mcpu *c, int asid, u64 page)
{
	u32 i;

	for (i = 0; i < TLB_SIZE; i++)
		if (c->tlb[i].valid && c->tlb[i].asid == asid &&
		    page - c->tlb[i].page < span(c->tlb[i].level))
			return &c->tlb[i];
	return NULL;
}

static void tlb_fill(struct mcpu *c, struct tlb_entry e)
{
	u32 i;

	for (i = 0; i < TLB_SIZE && c->tlb[i].valid; i++)
		;
	c->tlb[i < TLB_SIZE ? i : rnd(TLB_SIZE)] = e;
}

static void psc_fill(struct mcpu *c, struct psc_entry e)
{
	u32 i;

	for (i = 0; i < PSC_SIZE; i++)
		if (c->psc[i].valid && c->psc[i].asid == e.asid &&
		    c->psc[i].level == e.level && c->psc[i].prefix == e.prefix)
			break;
	if (i == PSC_SIZE)
		for (i = 0; i < PSC_SIZE && c->psc[i].valid; i++)
			;
	c->psc[i < PSC_SIZE ? i : rnd(PSC_SIZE)] = e;
}

/* Where a walk starts: the lowest table that is cached. */
static u64 *walk_start(struct mcpu *c, int asid, u64 page, u32 *level)
{
	u32 i, best = machine.la57 ? 5 : 4;
	u64 *t = raw_table(asid);

	for (i = 0; i < PSC_SIZE; i++) {
		struct psc_entry *p = &c->psc[i];

		if (p->valid && p->asid == asid && p->level < best &&
		    p->prefix == page >> (9 * p->level)) {
			best = p->level;
			t = (u64 *)(mem + (p->table_pfn << PAGE_SHIFT));
		}
	}
	*level = best;
	return t;
}

static bool allowed(u64 e, enum access a)
{
	return a == READ || (a == WRITE ? e & W : !(e & NX));
}

static bool walk(struct mcpu *c, int asid, u64 page, enum access a, u64 *pfn)
{
	u32 level;
	u64 *t = walk_start(c, asid, page, &level), *slot, e, bits;

	for (;; level--) {
		if (!t)
			return false;
		slot = &t[(page >> (9 * (level - 1))) & 511];
		e = __atomic_load_n(slot, __ATOMIC_SEQ_CST);
		if (!(e & P))
			return false;
		if (asid != ASID_HOST && !(e & U))
			fail("a nested entry without U: %llx", e);
		if (level == 1 || (e & PS))
			break;
		t = (u64 *)(mem + (e & ADDR));
		psc_fill(c, (struct psc_entry){
			.valid = true, .asid = asid, .level = level - 1,
			.prefix = page >> (9 * (level - 1)),
			.table_pfn = (e & ADDR) >> PAGE_SHIFT });
	}
	if (!allowed(e, a))
		return false;
	bits = A | (a == WRITE ? D : 0);
	if (asid != ASID_HOST)
		__atomic_fetch_or(slot, bits, __ATOMIC_SEQ_CST);
	tlb_fill(c, (struct tlb_entry){
		.valid = true, .asid = asid, .level = level,
		.page = page & ~(span(level) - 1),
		.pfn = (e & ADDR) >> PAGE_SHIFT, .w = e & W, .x = !(e & NX),
		.d = a == WRITE || (e & D) });
	*pfn = ((e & ADDR) >> PAGE_SHIFT) + (page & (span(level) - 1));
	return true;
}

/*
 * One access. A retained translation is used whenever it allows the access;
 * if it does not, or its dirty bit is not set yet, hardware walks again.
 */
bool mmu_access(struct mcpu *c, int asid, u64 page, enum access a, u64 *pfn)
{
	struct tlb_entry *e = tlb_find(c, asid, page);

	if (e && (a == READ || (a == WRITE ? e->w && e->d : e->x))) {
		*pfn = e->pfn + (page - e->page);
		return true;
	}
	if (e)
		e->valid = false;
	return walk(c, asid, page, a, pfn);
}

void check_private(u64 pfn)
{
	int i;
	u32 k;

	for (i = 0; i < NR_CPUS; i++) {
		if (cpus[i].bare)
			continue;
		for (k = 0; k < TLB_SIZE; k++) {
			struct tlb_entry *e = &cpus[i].tlb[k];

			if (e->valid && e->asid != ASID_HOST &&
			    pfn - e->pfn < span(e->level))
				fail("page %llx is reused, CPU %d still reaches it as %llx of guest %d",
				     pfn, i, e->page, e->asid);
		}
		for (k = 0; k < PSC_SIZE; k++)
			if (cpus[i].psc[k].valid &&
			    cpus[i].psc[k].table_pfn == pfn)
				fail("page %llx is reused, CPU %d still walks it as a table of %d",
				     pfn, i, cpus[i].psc[k].asid);
	}
}

void check_given_back(u64 pfn)
{
	u64 page = (HV_POOL_BASE >> PAGE_SHIFT) + pfn;
	struct tlb_entry *e;
	int i, k;

	for (i = 0; i < NR_CPUS; i++) {
		if (cpus[i].bare)
			continue;
		if (tlb_find(&cpus[i], ASID_HOST, page))
			fail("page %llx is back, CPU %d's hypervisor still reaches it", pfn, i);
		e = tlb_find(&cpus[i], ASID_ROOT, pfn);
		if (e && e->pfn + (pfn - e->page) != pfn)
			fail("page %llx is back, CPU %d still finds %llx there",
			     pfn, i, e->pfn + (pfn - e->page));
		for (k = 0; k < TLB_SIZE; k++)
			if (cpus[i].tlb[k].valid && cpus[i].tlb[k].asid >= 2 &&
			    pfn - cpus[i].tlb[k].pfn < span(cpus[i].tlb[k].level))
				fail("page %llx is back, child %d still has it", pfn,
				     CHILD_OF(cpus[i].tlb[k].asid));
	}
	for (i = 0; i < (int)PAGE_SIZE; i++)
		if (mem[(pfn << PAGE_SHIFT) + i])
			fail("page %llx comes back unzeroed", pfn);
}

/* The last table of the hypervisor's walk to @page; NULL: it does not exist. */
u64 *raw_host_table(u64 page)
{
	u64 *t = raw_table(ASID_HOST), e;
	u32 level;

	for (level = machine.la57 ? 5 : 4; level > 1; level--) {
		e = t[(page >> (9 * (level - 1))) & 511];
		if (!(e & P))
			return NULL;
		t = (u64 *)(mem + (e & ADDR));
	}
	return t;
}

/* What the tables say about host page number @page; PFN_NONE: unmapped. */
u64 raw_host_pfn(u64 page)
{
	u64 *t = raw_host_table(page);

	return t && (t[page & 511] & P) ?
		(t[page & 511] & ADDR) >> PAGE_SHIFT : PFN_NONE;
}
