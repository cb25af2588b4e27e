// SPDX-License-Identifier: GPL-2.0
/*
 * CPUID of children on recorded machines, against what was seen there before:
 * cpuid/NAME.machine has the CPU's leaves, cpuid/NAME.children what children of
 * several kinds see. Of the first child all leaves, of the others a hash.
 *
 * CPUID_RECORD=1 writes the second file instead: look at the difference.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "irq.h"
#include "cpuid_insn.h"
#include "machine.h"

#define HASH_START	0xcbf29ce484222325ull

static FILE *out, *golden;
static const char *machine_name;
static u64 hash;

static FILE *open_file(const char *suffix, const char *mode)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "cpuid/%s.%s", machine_name, suffix);
	f = fopen(path, mode);
	if (!f)
		fail("%s", path);
	return f;
}

/* A line of what is seen, written or compared. */
static void line(const char *fmt, ...)
{
	char now_[128], then[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(now_, sizeof(now_), fmt, ap);
	va_end(ap);
	if (out)
		fputs(now_, out);
	else if (!fgets(then, sizeof(then), golden))
		fail("%s: more than before: %s", machine_name, now_);
	else if (strcmp(now_, then))
		fail("%s: before %snow %s", machine_name, then, now_);
}

/* Without V_SPEC_CTRL, which makes the world switch do without SPEC_CTRL. */
static void ask(__u32 leaf, __u32 subleaf, __u32 r[4])
{
	struct cpuid_out o = cpuid_insn(leaf, subleaf);

	r[0] = o.a;
	r[1] = o.b;
	r[2] = o.c;
	r[3] = o.d & ~(leaf == 0x8000000a ? (u32)BIT(20) : 0);
}

static void load_machine(bool la57)
{
	struct hvpart_svm svm = {};
	u32 leaf, sub, a, b, c, d;
	FILE *f;

	machine = (struct hvpart_machine) {
		.tsc_hz = TSC_HZ, .apic_timer_hz = APIC_HZ,
		.nr_cpus = NR_TEST_VPS, .max_pfn = 1, .la57 = la57,
	};
	/* The fake's own has every bit set. */
	if (strcmp(machine_name, "ones")) {
		hw_forget();
		f = open_file("machine", "r");
		while (fscanf(f, "%x %x %x %x %x %x", &leaf, &sub, &a, &b, &c,
			      &d) == 6)
			hw_cpuid(leaf, sub, a, b, c, d);
		fclose(f);
	}
	hvp_machine_probe(ask, &machine, &svm);
	hw_policy(la57);
}

static void add(const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ ((const u8 *)bytes)[i]) * 0x100000001b3ull;
}

static void look(struct vp *vp, u32 leaf, u32 sub, bool show)
{
	static struct cpuid_regs before;
	struct cpuid_regs r;
	u32 words[6] = { leaf, sub };

	memset(&r, 0x5a, sizeof(r));
	cpuid_query(vp, leaf, sub, &r);
	memcpy(words + 2, &r, sizeof(r));
	add(words, sizeof(words));
	/* Most do not care for the subleaf. */
	if (show && (!sub || memcmp(&r, &before, sizeof(r))) &&
	    (r.eax | r.ebx | r.ecx | r.edx))
		line("%x %x %x %x %x %x\n", leaf, sub, r.eax, r.ebx, r.ecx,
		     r.edx);
	before = r;
}

static void look_at_all(struct vp *vp, bool show)
{
	static const struct {
		u32 first, last;
	} leaves[] = {
		{ 0, 0x24 }, { 0x3fffffff, 0x40000001 },
		/* 0x40000002, 0x400000e0: hvpart's version is in them. */
		{ 0x40000003, 0x40000012 }, { 0x40000080, 0x40000083 },
		{ 0x4000ffff, 0x40010001 }, { 0x80000000, 0x80000030 },
		{ 0x80860000, 0x80860001 }, { 0xc0000000, 0xc0000001 },
		{ 0xffffffff, 0xffffffff },
	};
	static const u32 subs[] = { 0, 1, 2, 3, 4, 5, 7, 0x40, 0x1ff,
		0x80000001, 0xffffffff };

	for (u32 i = 0; i < ARRAY_SIZE(leaves); i++)
		for (u64 l = leaves[i].first; l <= leaves[i].last; l++)
			for (u32 k = 0; k < ARRAY_SIZE(subs); k++)
				look(vp, l, subs[k], show && subs[k] < 4);
	for (u32 sub = 0; sub < 70; sub++)
		look(vp, 0xd, sub, show);
}

/* The child's registers that CPUID follows. */
static void set_registers(u64 xcr0, u64 cr4)
{
	for (u32 i = 0; i < 3; i++) {
		p->vps[i]->world->xcr0 = xcr0;
		p->vps[i]->v.cr4 = cr4;
	}
}

static void child(u64 features0, u64 features1, u64 xsave, bool show)
{
	u64 banks[2], xcr0;

	p->disabled_features[0] = features0;
	p->disabled_features[1] = features1;
	p->disabled_xsave = xsave;
	hash = HASH_START;
	for (u32 i = 0; i < 3 && p->vps[i]; i++)
		look_at_all(p->vps[i], show && !i);
	banks[0] = cpuid_policy->features[0];
	banks[1] = cpuid_policy->features[1];
	xcr0 = cpuid_xcr0_mask(p);
	add(banks, sizeof(banks));
	add(&xcr0, sizeof(xcr0));
	if (show)
		line("features %llx %llx, XCR0 %llx\n", banks[0], banks[1], xcr0);
	line("%llx\n", hash);
}

static void children(bool la57)
{
	sim_init_with(~0ull, ~0u, ~0u, HVPART_BREAK_NONE, 3);
	load_machine(la57);
	p->privileges = HVPART_PRIVILEGE(HVPART_STARTER_FEATURES_EAX,
					 HVPART_STARTER_FEATURES_EBX);
	p->features_edx = HVPART_STARTER_FEATURES_EDX;
	p->hints = HVPART_STARTER_HINTS;
	set_registers(1, 0);
	child(0, 0, 0, !la57);
	for (u32 f = 0; f < 128 && !la57; f++)
		child(f < 64 ? BIT(f) : 0, f < 64 ? 0 : BIT(f - 64), 0, false);
	for (u32 x = 0; x < 9; x++)
		child(x & 1 ? ~0ull : 0, x & 1 ? ~0ull : 0, x, false);
	set_registers(7, CR4_OSXSAVE | CR4_PKE);
	p->privileges = ~0ull;
	for (u32 x = 0; x < 9; x++)
		child(0, x & 1 ? 2 : 0, x, !x && !la57);
	p->tsc_invariant_shown = true;
	set_registers(0x2e7, CR4_OSXSAVE);
	p->vps[1]->initial_apic_id = 0x105;
	p->max_phys_bits = 36;
	for (u32 x = 0; x < 9; x++)
		child(0, x & 1 ? 2 : 0, x, false);
	sim_exit();
}

static void alone(void)
{
	sim_init_with(~0ull, ~0u, 0, 0, 1);
	load_machine(false);
	vp0->world->xcr0 = 3;
	child(0, 0, 0, false);
	sim_exit();
}

static void on(const char *name)
{
	char rest[8];

	machine_name = name;
	if (getenv("CPUID_RECORD"))
		out = open_file("children", "w");
	else
		golden = open_file("children", "r");
	children(false);
	children(true);
	alone();
	if (golden && fgets(rest, sizeof(rest), golden))
		fail("%s: less than before", name);
	fclose(out ? out : golden);
}

static void ones(void) { on("ones"); }
static void epyc(void) { on("epyc"); }
static void intel(void) { on("intel"); }
static void plain(void) { on("plain"); }

const struct test cpuid_machine_tests[] = {
	{ "cpuid_machine_ones", ones },
	{ "cpuid_machine_epyc", epyc },
	{ "cpuid_machine_intel", intel },
	{ "cpuid_machine_plain", plain },
	{ NULL, NULL }
};
