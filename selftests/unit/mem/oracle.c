// SPDX-License-Identifier: GPL-2.0
/* Who may reach what, independent of the tables; and the great audit. */
#include <string.h>

#include "model.h"

struct grace graces[8192];
u32 nr_graces;
u64 undo_ticket;
u8 given[NR_PAGES];

#define NOT_YET	(~0ull)		/* ticket of a view that a call is about to make */

/* Overlay slots in their order of visibility: TSC (1) comes last. */
static const u32 order[8] = { 0, 2, 3, 4, 5, 6, 7, 1 };

struct view view_of(int child, u64 gpn)
{
	struct child *k = &kids[child];
	u32 i, o;

	for (i = 0; i < 8; i++) {
		o = order[i];
		if (k->ovl_page[o] && k->ovl_gpn[o] == gpn)
			return (struct view){
				va_to_spa(k->ovl_page[o]) >> PAGE_SHIFT,
				k->ovl_rights[o] };
	}
	return k->below[gpn];
}

static bool covers(struct view v, u64 pfn, u32 need)
{
	return v.pfn == pfn && (v.rights & need) == need;
}

/*
 * May a guest reach @pfn at @gpn? Now, or still, because the ticket of the
 * change has not completed. @not_now: without what this CPU itself has changed
 * since its entry (it flushes by generation).
 */
bool view_allowed(int child, u64 gpn, u64 pfn, u32 need, struct mcpu *not_now)
{
	u32 i;

	if (covers(view_of(child, gpn), pfn, need))
		return true;
	for (i = 0; i < nr_graces; i++) {
		struct grace *g = &graces[i];

		if (g->child != child || g->gpn != gpn ||
		    !covers(g->v, pfn, need))
			continue;
		if (not_now && g->cpu == not_now - cpus &&
		    g->session == not_now->session)
			continue;
		if (g->ticket == NOT_YET || !epoch_complete(g->ticket))
			return true;
	}
	return false;
}

void grace_add(int child, u64 gpn, struct view v, u64 ticket)
{
	if (nr_graces == ARRAY_SIZE(graces))
		fail("test: too many graces");
	graces[nr_graces++] = (struct grace){
		.child = child, .gpn = gpn, .ticket = ticket, .v = v,
		.cpu = cur - cpus, .session = cur->session };
}

void grace_new(int child, u64 gpn, struct view v)
{
	if (v.rights)
		grace_add(child, gpn, v, NOT_YET);
}

void grace_drop_new(void)
{
	u32 i, n = 0;

	for (i = 0; i < nr_graces; i++)
		if (graces[i].ticket != NOT_YET)
			graces[n++] = graces[i];
	nr_graces = n;
}

/* No CPU holds a translation of @gpn that the oracle does not allow. */
static void check_gpn(int child, u64 gpn)
{
	struct tlb_entry *e;
	int i, v;

	for (i = 0; i < NR_CPUS; i++) {
		if (cpus[i].bare)
			continue;
		if (child < 0) {
			e = tlb_find(&cpus[i], ASID_ROOT, gpn);
			if (e && owner_get(gpn).state != PG_ROOT &&
			    owner_get(gpn).state != PG_SHARED &&
			    e->pfn + (gpn - e->page) == gpn && e->w)
				fail("CPU %d still reaches deposited page %llx",
				     i, gpn);
			continue;
		}
		for (v = 0; v < NR_VPS; v++) {
			e = tlb_find(&cpus[i], ASID_CHILD(child, v), gpn);
			if (e && !view_allowed(child, gpn,
					       e->pfn + (gpn - e->page),
					       GPA_R | (e->w ? GPA_W : 0) |
					       (e->x ? GPA_X : 0), NULL))
				fail("the ticket is complete, CPU %d still maps %llx of child %d to %llx",
				     i, gpn, child, e->pfn + (gpn - e->page));
		}
	}
}

void grace_poll(void)
{
	static struct grace gone[ARRAY_SIZE(graces)];
	u64 last = 0;
	bool last_done = true;
	u32 i, n = 0, nr_gone = 0;

	for (i = 0; i < nr_graces; i++) {
		struct grace *g = &graces[i];

		if (g->ticket == NOT_YET) {
			graces[n++] = *g;
			continue;
		}
		if (g->ticket != last)
			last_done = epoch_complete(g->ticket);
		last = g->ticket;
		if (last_done)
			gone[nr_gone++] = *g;
		else
			graces[n++] = *g;
	}
	nr_graces = n;
	for (i = 0; i < nr_gone; i++)
		if (gone[i].child < 0 || kids[gone[i].child].exists)
			check_gpn(gone[i].child, gone[i].gpn);
}

void grace_clear(int child)
{
	u32 i, n = 0;

	for (i = 0; i < nr_graces; i++)
		if (graces[i].child != child)
			graces[n++] = graces[i];
	nr_graces = n;
}

/* What this CPU changed itself it must not find unchanged when it resumes. */
void check_run(struct mcpu *c, int asid)
{
	struct tlb_entry *e;
	u32 i;

	for (i = 0; i < nr_graces; i++) {
		struct grace *g = &graces[i];

		if (g->cpu != c - cpus || g->session != c->session ||
		    g->ticket == NOT_YET ||
		    g->child != (asid >= 2 ? CHILD_OF(asid) : -1))
			continue;
		e = tlb_find(c, asid, g->gpn);
		if (!e)
			continue;
		if (g->child < 0) {
			if (given[g->gpn] && e->w)
				fail("CPU %d resumes the root with page %llx, which it hid",
				     g->cpu, g->gpn);
		} else if (!view_allowed(g->child, g->gpn,
					 e->pfn + (g->gpn - e->page),
					 GPA_R | (e->w ? GPA_W : 0), c)) {
			fail("CPU %d resumes child %d with what it unmapped at %llx",
			     g->cpu, g->child, g->gpn);
		}
	}
}

static u64 root_pte(u64 gpn)
{
	u32 level = 1;
	u64 v = gpa_walk(&root, gpn, &level).val;

	if (level > 1 && v)
		v = (v & ~NPT_PS) + ((gpn & (gpa_span(level) - 1)) << PAGE_SHIFT);
	return v & ~VENDOR_NPT_DEVICE;
}

/* On its way back a page is mapped first and marked second. */
static bool restored(u64 pfn)
{
	return root_pte(pfn) == gpa_ram_leaf(pfn, 1);
}

static void check_root(struct mcpu *c, u64 page, u64 pfn, enum access a)
{
	u8 state = owner_get(page).state;

	if (pfn == page) {
		if (state == PG_FREE || state == PG_USED || state == PG_HV ||
		    (state == PG_LEAVING && a != READ && !restored(page)))
			fail("root on CPU %d reaches page %llx in state %d (%d)",
			     (int)(c - cpus), page, state, a);
		return;
	}
	if (!zeros_pfn)
		zeros_pfn = pfn;
	if (pfn != zeros_pfn || a != READ)
		fail("root reaches %llx at %llx", pfn, page);
	if ((state == PG_ROOT || state == PG_SHARED) &&
	    epoch_complete(undo_ticket))
		fail("root on CPU %d finds zeros at %llx, its own page",
		     (int)(c - cpus), page);
}

void check_access(struct mcpu *c, int asid, u64 page, u64 pfn, enum access a)
{
	u32 need = a == WRITE ? GPA_W : a == FETCH ? GPA_X : GPA_R;

	if (asid == ASID_ROOT)
		check_root(c, page, pfn, a);
	else if (!view_allowed(CHILD_OF(asid), page, pfn, need, NULL))
		fail("child %d reaches %llx at %llx (%d) on CPU %d",
		     CHILD_OF(asid), pfn, page, a, (int)(c - cpus));
}

u32 map_count(u64 pfn)
{
	u32 n = 0;
	int c;
	u64 g;

	for (c = 0; c < NR_CHILDREN; c++)
		for (g = 0; kids[c].exists && g < GUEST_PAGES; g++)
			n += kids[c].below[g].rights &&
			     kids[c].below[g].pfn == pfn;
	return n;
}

/* --- the audit ---------------------------------------------------------- */

struct census {
	u64 tables, leaves[3];
};

static void audit_table(struct gpa_space *s, u64 *t, u32 level, u64 gpn,
			struct census *n)
{
	u64 pfn = va_to_spa(t) >> PAGE_SHIFT, e;
	u32 i, w = 0;

	n->tables++;
	if (owner_get(pfn).state != PG_USED || owner_get(pfn).owner != s->pool->slot)
		fail("table page %llx is not in use", pfn);
	for (i = 0; i < 512; i++, gpn += gpa_span(level)) {
		e = t[i];
		w += e != (s->is_root ? gpa_ram_leaf(gpn, level) : 0);
		if (gpa_is_table(e, level))
			audit_table(s, (u64 *)(mem + vendor_npt_spa(e)),
				    level - 1, gpn, n);
		else if (vendor_npt_present(e))
			n->leaves[level - 1]++;
	}
	/* The root's top table is never collapsed, so nobody starts its count. */
	if (level < table_levels() || !s->is_root)
		CHECK_EQ(owner_link(pfn) & ~TABLE_TOUCH, w);
	if (level < table_levels() && !s->is_root)
		CHECK(w);
	if (s->is_root && level <= (machine.page1g ? 2 : 1))
		CHECK(w);
}

static void audit_child(int child)
{
	struct child *k = &kids[child];
	struct census n = { 0 };
	struct gpa_entry e;
	struct view v;
	u64 g, used;
	u32 i;

	audit_table(&k->gpa, k->gpa.table, table_levels(), 0, &n);
	for (i = 0; i < 3; i++)
		CHECK_EQ(k->gpa.leaves[i], n.leaves[i]);
	CHECK_EQ(k->gpa.nr_tables, n.tables);
	used = n.tables + (k->gpa.overlays ? 1 + !!k->gpa.overlays->more : 0);
	for (i = 0; i < 8; i++)
		used += !!k->ovl_page[i];
	CHECK_EQ(k->pool.nr_used, used);
	for (g = 0; g < GUEST_PAGES; g++) {
		e = gpa_lookup(&k->gpa, g);
		v = view_of(child, g);
		if (e.rights != v.rights ||
		    (v.rights && e.spa >> PAGE_SHIFT != v.pfn))
			fail("child %d page %llx is %llx rights %x, not %llx rights %x",
			     child, g, e.spa >> PAGE_SHIFT, e.rights, v.pfn,
			     v.rights);
	}
}

static void audit_pool(struct pool *p)
{
	u64 n[PG_HV + 1] = { 0 }, pfn;
	struct page_info i;

	for (pfn = 0; pfn < NR_PAGES; pfn++) {
		i = owner_get(pfn);
		if (i.state >= PG_PENDING && i.state <= PG_LEAVING &&
		    i.owner == p->slot)
			n[i.state]++;
	}
	CHECK_EQ(p->nr_pending, n[PG_PENDING]);
	CHECK_EQ(p->nr_free, n[PG_FREE]);
	CHECK_EQ(p->nr_used, n[PG_USED]);
	CHECK_EQ(p->nr_leaving, n[PG_LEAVING]);
}

static u64 host_tables(u64 *t, u32 level)
{
	u64 pfn = va_to_spa(t) >> PAGE_SHIFT, n = 0;
	u32 i, w = 0;

	for (i = 0; i < 512; i++) {
		w += !!t[i];
		if (level > 1 && t[i])
			n += host_tables((u64 *)(mem + (t[i] & HPTE_SPA)),
					 level - 1);
	}
	if (owner_get(pfn).state == PG_USED) {
		CHECK_EQ(owner_link(pfn), w);
		CHECK(w);
		return n + 1;
	}
	return n;
}

static void audit_page(u64 pfn)
{
	struct page_info i = owner_get(pfn);
	bool visible = i.state == PG_ROOT || i.state == PG_SHARED;
	u64 v = root_pte(pfn);
	u64 host = raw_host_pfn((HV_POOL_BASE >> PAGE_SHIFT) + pfn);

	if (visible)
		CHECK_EQ(i.link, map_count(pfn));
	if (visible ? v != gpa_ram_leaf(pfn, 1) :
	    i.state == PG_NONE ? v && v != gpa_ram_leaf(pfn, 1) :
	    v && (vendor_npt_rights(v) != GPA_R ||
		  (vendor_npt_spa(v) >> PAGE_SHIFT == pfn) !=
		  (i.state == PG_LEAVING)))
		fail("page %llx in state %d has entry %llx in the root's map",
		     pfn, i.state, v);
	if (i.state == PG_ROOT || i.state == PG_NONE || i.state == PG_LEAVING)
		CHECK_EQ(host, PFN_NONE);
	else
		CHECK_EQ(host, pfn);
	if (i.state == PG_SHARED || i.state == PG_HV || pfn >= ARENA)
		return;
	if (given[pfn] ? visible : !visible && i.state != PG_NONE)
		fail("page %llx is in state %d, the driver gave it to %d", pfn,
		     i.state, given[pfn] - 1);
	if (given[pfn])
		CHECK_EQ(i.owner, given[pfn] - 1);
}

void check_all(void)
{
	u64 pfn, n;
	struct census root_n = { 0 };
	int i;

	for (i = 0; i < NR_CHILDREN; i++) {
		if (!kids[i].exists)
			continue;
		audit_child(i);
		audit_pool(&kids[i].pool);
	}
	audit_table(&root, root.table, table_levels(), 0, &root_n);
	for (i = 0; i < 3; i++)
		CHECK_EQ(root.leaves[i], root_n.leaves[i]);
	CHECK_EQ(root.nr_tables, root_n.tables);
	audit_pool(root_pool);
	n = host_tables(raw_table(ASID_HOST), table_levels());
	CHECK_EQ(root_pool->nr_used, root_n.tables + n + 1 /* zeros */);
	for (pfn = 0; pfn < NR_PAGES; pfn++)
		audit_page(pfn);
}
