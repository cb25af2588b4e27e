// SPDX-License-Identifier: GPL-2.0
/* Below the CPUID policy: the machine's leaves, and the list of the children's. */
#include <linux/kernel.h>
#include <linux/string.h>
#include "cpuid.h"

bool hvp_cpuid_has_leaf(struct hvp_cpuid *c, u32 leaf)
{
	u32 r[4];

	c->read(leaf & 0x80000000, 0, r);
	return leaf <= r[EAX];
}

void hvp_cpuid_machine(struct hvp_cpuid *c, u32 leaf, u32 subleaf, u32 *regs)
{
	hvp_cpuid_leaf(c->read, leaf, subleaf, regs);
}

void hvp_cpuid_probe(struct hvp_cpuid *c)
{
	u32 r[4];

	c->read(0, 0, r);
	c->intel = r[EBX] == 0x756e6547;
	if (c->machine->has_xsave)
		c->xcr0 = c->machine->xcr0_mask;
}

/* The next @bytes of the list; NULL: it is full. */
static void *take(struct hvp_cpuid *c, size_t bytes)
{
	void *at = (u8 *)c->out + c->bytes;

	if (c->full || c->bytes + bytes > c->room) {
		c->full = true;
		return NULL;
	}
	c->bytes += bytes;
	return at;
}

void hvp_cpuid_add(struct hvp_cpuid *c, u32 leaf, int subleaf, const u32 *regs)
{
	struct hvpart_cpuid_leaf *l = take(c, sizeof(*l));

	if (!l)
		return;
	l->leaf = leaf;
	if (subleaf >= 0) {
		l->subleaf_specific = 1;
		l->subleaf = subleaf;
	}
	memcpy(l->reg, regs, sizeof(l->reg));
	c->leaf = l;
	c->out->nr_leaves++;
}

void hvp_cpuid_edit(struct hvp_cpuid *c, u8 source, enum hvp_cpuid_reg reg,
		    unsigned int bit, u32 mask)
{
	struct hvpart_cpuid_edit *e = take(c, sizeof(*e));

	if (!e)
		return;
	e->source = source;
	e->at = HVPART_EDIT_AT(reg, bit);
	e->mask = mask;
	if (++c->leaf->nr_edits == 0)
		c->full = true;
}
