// SPDX-License-Identifier: GPL-2.0
/*
 * TLB tags of children: APM vol. 2, 15.16 (TLB control).
 *
 * Tags belong to a CPU: nothing carries over when a VP moves, and a flush is a
 * tag never used since the last flush of all. When a CPU runs out it flushes
 * all tags with the next entry and starts a new generation, which every VP
 * notices by itself. So no VP ever needs to be looked for.
 */
#include "svm.h"
#include "mutate.h"

void svm_asid_cpu_init(struct vendor_cpu *c)
{
	c->asid_generation++;
	c->asid_next = ASID_FIRST_CHILD;
	/* Whoever used the CPU's tags before us did not tell. */
	c->flush_all = true;
	c->tagged = NULL;
}

static bool tag_usable(const struct vendor_vp *v, const struct vendor_cpu *c,
		       u32 cpu)
{
	return (!v->flush || MUTATED(ASID_FLUSH)) &&
	       (v->asid_cpu == cpu || MUTATED(ASID_MOVE)) &&
	       (v->asid_generation == c->asid_generation ||
		MUTATED(ASID_GENERATION));
}

/* A tag that was never used since all were flushed; the root's is fixed. */
static void take_tag(struct vendor_vp *v, struct vendor_cpu *c, u32 cpu)
{
	if (v->is_root) {
		/* Only everything can be flushed. */
		if (v->flush)
			c->flush_all = true;
		v->asid = ASID_ROOT;
	} else {
		if (c->asid_next >= svm.nr_asids) {
			c->asid_generation++;
			c->asid_next = ASID_FIRST_CHILD;
			if (!MUTATED(ASID_WRAP))
				c->flush_all = true;
		}
		v->asid = c->asid_next++;
	}
	v->asid_generation = c->asid_generation;
	v->asid_cpu = cpu;
	v->flush = false;
	v->vmcb->asid = v->asid;
}

/**
 * svm_asid_prepare - tag and TLB control of the next entry
 * @cpu: index of this CPU plus 1 (0 = the VP was never tagged)
 */
void svm_asid_prepare(struct vendor_vp *v, struct vendor_cpu *c, u32 cpu)
{
	/*
	 * Nobody else ran here in between, so this VP has run nowhere else: it
	 * leaves a CPU by way of the root's VP there.
	 */
	if (likely(c->tagged == v) && (!v->flush || MUTATED(ASID_FLUSH)))
		return;
	if (!tag_usable(v, c, cpu))
		take_tag(v, c, cpu);
	v->vmcb->tlb_control = TLB_CONTROL_NOTHING;
	c->tagged = v;
	if (unlikely(c->flush_all)) {
		v->vmcb->tlb_control = TLB_CONTROL_ALL;
		c->flush_all = false;
		c->tagged = NULL;
	}
}

void vendor_flush(struct vendor_vp *v)
{
	v->flush = true;
}

/*
 * Host translations go at once: none is global, and CR4.PCIDE is off, so a
 * load of CR3 drops them all (5.5.2). Guest translations are out of use until
 * the next entry, which drops them.
 */
__noinline void vendor_cpu_flush_all(void)
{
	struct vendor_cpu *c = this_cpu()->vendor;

	if (!MUTATED(FLUSH_ALL_GUESTS)) {
		c->flush_all = true;
		c->tagged = NULL;
	}
#ifdef HV_UNIT_TEST
	extern void test_reload_cr3(void);

	if (!MUTATED(FLUSH_ALL_HOST))
		test_reload_cr3();
#else
	u64 cr3;

	__asm__ volatile("mov %%cr3, %0\n\tmov %0, %%cr3"
			 : "=r"(cr3) : : "memory");
#endif
}
