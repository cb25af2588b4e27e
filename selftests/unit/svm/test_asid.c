// SPDX-License-Identifier: GPL-2.0
/*
 * Tags against a model TLB that keeps everything until it is told to drop it:
 * per CPU and tag it remembers which VP filled it, and when. Whoever runs and
 * finds another VP's entries, or entries from before a flush, is an error.
 */
#include <stdlib.h>
#include "svmtest.h"

#define NR_CPUS_	2
#define NR_VPS		8	/* the first of them: the CPUs' root VPs */
#define NR_TAGS		8

struct entry { int vp; u64 when; };

static struct entry tlb[NR_CPUS_][NR_TAGS][NR_VPS];
static u64 cpu_flushed[NR_CPUS_], vp_flushed[NR_VPS], now;
static struct vendor_vp vps[NR_VPS];
static int last[NR_CPUS_];		/* who ran there */

static void fill(u32 cpu, u32 tag, int vp)
{
	tlb[cpu][tag][vp] = (struct entry){ vp + 1, now };
}

static void look(u32 cpu, u32 tag, int vp)
{
	for (int i = 0; i < NR_VPS; i++) {
		struct entry *e = &tlb[cpu][tag][i];

		if (!e->vp)
			continue;
		CHECK_EQ(e->vp, vp + 1);
		CHECK(e->when >= vp_flushed[vp]);
		CHECK(e->when >= cpu_flushed[cpu]);
	}
}

static void run(u32 cpu, int vp)
{
	struct vendor_vp *v = &vps[vp];

	/* A VP leaves a CPU by way of the root's. */
	for (u32 i = 0; i < NR_CPUS_; i++)
		if (i != cpu && last[i] == vp)
			run(i, i);
	last[cpu] = vp;

	fake_cpu = fake_percpu(cpu);
	now++;
	svm_asid_prepare(v, fake_cpu->vendor, cpu + 1);
	CHECK(v->vmcb->asid && v->vmcb->asid < svm.nr_asids);
	CHECK(v->is_root == (v->vmcb->asid == ASID_ROOT));
	if (v->vmcb->tlb_control == TLB_CONTROL_ALL)
		memset(tlb[cpu], 0, sizeof(tlb[cpu]));
	look(cpu, v->vmcb->asid, vp);
	fill(cpu, v->vmcb->asid, vp);
}

static void flush_all(u32 cpu)
{
	int before = cr3_reloads;

	fake_cpu = fake_percpu(cpu);
	vendor_cpu_flush_all();
	CHECK_EQ(cr3_reloads, before + 1);
	cpu_flushed[cpu] = ++now;
}

static void step(void)
{
	u32 cpu = rand() % NR_CPUS_;
	int vp = NR_CPUS_ + rand() % (NR_VPS - NR_CPUS_);

	switch (rand() % 16) {
	case 0:
		vendor_flush(&vps[vp]);
		vp_flushed[vp] = ++now;
		break;
	case 1:
		flush_all(cpu);
		break;
	case 2:
		/* The CPU was bare for a while; somebody else used its tags. */
		fake_cpu = fake_percpu(cpu);
		for (u32 t = 1; t < NR_TAGS; t++)
			tlb[cpu][t][cpu] = (struct entry){ NR_VPS + 1, now };
		svm_asid_cpu_init(fake_cpu->vendor);
		break;
	case 3:
		run(cpu, cpu);
		break;
	case 4:
		vendor_flush(&vps[cpu]);
		vp_flushed[cpu] = ++now;
		break;
	default:
		run(cpu, vp);
	}
}

static void play(int steps)
{
	fake_reset();
	memset(tlb, 0, sizeof(tlb));
	memset(cpu_flushed, 0, sizeof(cpu_flushed));
	memset(vp_flushed, 0, sizeof(vp_flushed));
	now = 0;
	for (int i = 0; i < NR_VPS; i++) {
		fake_vp(&vps[i]);
		vps[i].is_root = i < NR_CPUS_;
	}
	for (u32 i = 0; i < NR_CPUS_; i++)
		svm_asid_cpu_init(fake_percpu(i)->vendor);
	srand(1);
	for (int i = 0; i < steps && !(quiet && failures); i++)
		step();
	for (int i = 0; i < NR_VPS; i++)
		fake_vp_done(&vps[i]);
}

/* The plain rules, before chance has its turn. */
static void rules(void)
{
	struct vendor_cpu *c = fake_percpu(0)->vendor;
	struct vendor_vp v, root;
	u32 tag;

	fake_vp(&v);
	fake_vp(&root);
	root.is_root = true;
	fake_cpu = fake_percpu(0);
	svm_asid_cpu_init(c);
	svm_asid_prepare(&v, c, 1);
	CHECK_EQ(v.vmcb->tlb_control, TLB_CONTROL_ALL);
	tag = v.vmcb->asid;
	svm_asid_prepare(&v, c, 1);
	CHECK(v.vmcb->asid == tag && v.vmcb->tlb_control == TLB_CONTROL_NOTHING);
	vendor_flush(&v);
	svm_asid_prepare(&v, c, 1);
	CHECK(v.vmcb->asid != tag && v.vmcb->tlb_control == TLB_CONTROL_NOTHING);
	svm_asid_prepare(&root, c, 1);
	svm_asid_prepare(&v, fake_percpu(1)->vendor, 2);
	svm_asid_prepare(&v, c, 1);
	CHECK_EQ(v.vmcb->asid, tag + 2);
	/* Six tags: 0 and 1 are taken, so the fifth flush wraps. */
	vendor_flush(&v);
	svm_asid_prepare(&v, c, 1);
	CHECK_EQ(v.vmcb->asid, svm.nr_asids - 1);
	vendor_flush(&v);
	svm_asid_prepare(&v, c, 1);
	CHECK(v.vmcb->asid == ASID_FIRST_CHILD &&
	      v.vmcb->tlb_control == TLB_CONTROL_ALL);
	fake_vp_done(&v);
	fake_vp_done(&root);
}

void test_asid(void)
{
	rules();
	play(200000);
}

void test_asid_mutations(void)
{
	static const int flushes[] = {
		MUT_ASID_FLUSH, MUT_ASID_MOVE, MUT_ASID_GENERATION,
		MUT_ASID_WRAP, MUT_FLUSH_ALL_GUESTS, MUT_FLUSH_ALL_HOST,
	};
	int unnoticed = 0;

	quiet = true;
	for (u32 i = 0; i < ARRAY_SIZE(flushes); i++) {
		failures = 0;
		hv_mutation = flushes[i];
		play(200000);
		if (!failures) {
			printf("# mutation %d was not noticed\n", flushes[i]);
			unnoticed++;
		}
	}
	hv_mutation = MUT_NONE;
	failures = unnoticed;
}
