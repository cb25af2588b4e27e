// SPDX-License-Identifier: GPL-2.0
/*
 * Copies from and to guest memory. No lock: a page, a table and an overlay
 * that was found stays what it is until this CPU enters the hypervisor again.
 */
#include "gpa_table.h"
#include "window.h"
#include "mutate.h"

/* A page of the copy: where it is and how it is reached. */
struct piece {
	u64 spa;
	bool ours;
};

/* Leave the traces that the guest's own access would leave. */
static bool touch(u64 *slot, u64 v, bool write)
{
	u64 bits = VENDOR_NPT_ACCESSED | (write ? VENDOR_NPT_DIRTY : 0);

	if ((v & bits) == bits || MUTATED(GPA_COPY_DIRTY))
		return true;
	HV_RACE("copy", slot);
	if (MUTATED(GPA_COPY_ATOMIC)) {
		*slot = v | bits;
		return true;
	}
	return cmpxchg(slot, v, v | bits);
}

static bool find_root(u64 gpn, struct piece *p)
{
	u8 state = owner_get(gpn).state;

	p->spa = gpn << PAGE_SHIFT;
	p->ours = false;
	return state == PG_ROOT || state == PG_SHARED;
}

static bool find(struct gpa_space *s, u64 gpn, bool write, struct piece *p)
{
	u32 need = write ? GPA_W : GPA_R, level;
	struct table_entry e;

	if (s->is_root)
		return find_root(gpn, p);
	do {
		if (gpn >= s->limit)
			return false;
		level = 1;
		e = gpa_walk(s, gpn, &level);
		if (!(vendor_npt_rights(e.val) & need))
			return false;
	} while (!touch(e.slot, e.val, write));
	p->spa = vendor_npt_spa(e.val) + ((gpn & (gpa_span(level) - 1)) << PAGE_SHIFT);
	p->ours = e.val & VENDOR_NPT_OVERLAY;
	return true;
}

static void move(const struct piece *p, u64 off, void *buf, size_t len,
		 bool write)
{
	/*
	 * Only pool pages stay mapped for sure. A page shared with the root
	 * may be unshared, and so unmapped, on another CPU right now.
	 */
	void *page = p->ours ? (u8 *)pool_va(p->spa) + off :
			       window_map(WIN_COPY, p->spa + off);

	if (write)
		memcpy(page, buf, len);
	else
		memcpy(buf, page, len);
	if (!p->ours)
		window_unmap(WIN_COPY);
}

static bool copy(struct gpa_space *s, u64 gpa, u8 *buf, size_t len, bool write)
{
	u64 gpn = gpa >> PAGE_SHIFT, off = gpa & ~PAGE_MASK;
	size_t first = MIN(len, PAGE_SIZE - off);
	struct piece a, b;

	if (len > PAGE_SIZE)
		return false;
	if (!find(s, gpn, write, &a))
		return false;
	if (len > first && !find(s, gpn + 1, write, &b))
		return false;
	move(&a, off, buf, first, write);
	if (len > first)
		move(&b, 0, buf + first, len - first, write);
	return true;
}

bool gpa_read(struct gpa_space *s, u64 gpa, void *buf, size_t len)
{
	return copy(s, gpa, buf, len, false);
}

bool gpa_write(struct gpa_space *s, u64 gpa, const void *buf, size_t len)
{
	return copy(s, gpa, (u8 *)buf, len, true);
}
