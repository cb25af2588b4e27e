// SPDX-License-Identifier: GPL-2.0
/* A CPU made of functions: MSRs, CPUID, VMRUN, XSAVE. */
#include <stdlib.h>
#include "svmtest.h"
#include "cpuid_insn.h"
#include "machine.h"
#include "log.h"
#include "world_insn.h"

struct percpu *fake_cpu;
struct hvpart_machine machine;
struct pool fake_pool;
struct fake_fpu fpu;
int hv_mutation, cr3_reloads;
void (*fake_vmrun)(struct vmcb *vmcb, struct cpu_regs *regs);

static struct percpu cpus[4];
static struct vendor_cpu vendor_cpus[4];
static struct { u32 msr; u64 val, writable; } msrs[32];
static unsigned int nr_msrs;

struct percpu *this_cpu(void)
{
	return fake_cpu;
}

struct percpu *fake_percpu(u32 index)
{
	return &cpus[index];
}

u64 test_rdtsc(void)
{
	return 0;
}

void log_write(const char *text, u64 a, u64 b, u64 c, u64 d, u64 e)
{
	(void)(text + a + b + c + d + e);
}

void hv_bug(const char *file, int line, const char *what)
{
	printf("# BUG %s:%d %s\n", file, line, what);
	abort();
}

void *pool_alloc(struct pool *pool)
{
	(void)pool;
	void *page = aligned_alloc(4096, 4096);

	return page ? memset(page, 0, 4096) : NULL;
}

void pool_free(struct pool *pool, void *va)
{
	(void)pool;
	free(va);
}

/* The host's addresses fit no physical width. */
u64 test_va_to_spa(const void *va)
{
	return (u64)(uintptr_t)va & MASK(39, 0);
}

u64 image_to_spa(const void *va)
{
	return test_va_to_spa(va);
}

void test_reload_cr3(void)
{
	cr3_reloads++;
}

void fake_msr_set(u32 msr, u64 val, u64 writable)
{
	msrs[nr_msrs].msr = msr;
	msrs[nr_msrs].val = val;
	msrs[nr_msrs++].writable = writable;
}

u64 fake_msr_get(u32 msr)
{
	u64 val = ~0ull;

	safe_rdmsr(msr, &val);
	return val;
}

bool safe_rdmsr(u32 msr, u64 *val)
{
	fpu.msr_reads++;
	for (unsigned int i = 0; i < nr_msrs; i++)
		if (msrs[i].msr == msr) {
			*val = msrs[i].val;
			return true;
		}
	return false;
}

bool safe_wrmsr(u32 msr, u64 val)
{
	fpu.msr_writes++;
	for (unsigned int i = 0; i < nr_msrs; i++)
		if (msrs[i].msr == msr) {
			if (val & ~msrs[i].writable)
				return false;
			msrs[i].val = val;
			return true;
		}
	return false;
}

/* A middle-aged EPYC: no NRIPS and the like unless a test switches them on. */
static const u32 epyc[][5] = {
	{ 0, 13, 0, 0, 0 },
	{ 1, 0xa00f11, 0, BIT(26) | BIT(17), 0 },
	{ 7, 0, BIT(0) | BIT(7) | BIT(20), BIT(2) | BIT(3), 0 },
	{ 0x80000000, 0x8000001f, 0, 0, 0 },
	{ 0x80000001, 0, 0, BIT(2), BIT(25) | BIT(26) },
	{ 0x80000008, 40, 0, 0, 0 },
	{ 0x8000000a, 1, 6, 0, BIT(0) },
};

static void fake_cpuid(__u32 leaf, __u32 subleaf, __u32 r[4])
{
	(void)subleaf;
	memset(r, 0, 16);
	for (u32 i = 0; i < ARRAY_SIZE(epyc); i++)
		if (epyc[i][0] == leaf)
			memcpy(r, &epyc[i][1], 16);
}

struct cpuid_out cpuid_insn(u32 leaf, u32 subleaf)
{
	u32 r[4];

	fake_cpuid(leaf, subleaf, r);
	return (struct cpuid_out){ r[0], r[1], r[2], r[3] };
}

void svm_vmrun(u64 vmcb_spa, struct cpu_regs *regs, u64 host)
{
	struct vmcb *vmcb = container_of(regs, struct vendor_vp, regs)->vmcb;

	(void)vmcb_spa;
	(void)host;
	if (fake_vmrun)
		fake_vmrun(vmcb, regs);
}

void fake_reset(void)
{
	nr_msrs = 0;
	cr3_reloads = 0;
	fake_vmrun = NULL;
	memset(cpus, 0, sizeof(cpus));
	memset(vendor_cpus, 0, sizeof(vendor_cpus));
	for (u32 i = 0; i < ARRAY_SIZE(cpus); i++) {
		cpus[i].self = &cpus[i];
		cpus[i].index = i;
		cpus[i].vendor = &vendor_cpus[i];
	}
	fake_cpu = &cpus[0];
	memset(&machine, 0, sizeof(machine));
	memset(&svm, 0, sizeof(svm));
	hvp_machine_probe(fake_cpuid, &machine, &svm);
	memset(&fpu, 0, sizeof(fpu));
}

void fake_vp(struct vendor_vp *v)
{
	memset(v, 0, sizeof(*v));
	vendor_vp_init(v, &fake_pool, 0x123000);
}

void fake_vp_done(struct vendor_vp *v)
{
	vendor_vp_free(v, &fake_pool);
}

/* --- world_insn.h -------------------------------------------------------- */

u64 cpu_xgetbv(void)
{
	fpu.xcr0_reads++;
	return fpu.xcr0;
}

void cpu_xsetbv(u64 val)
{
	fpu.xcr0 = val;
}

/* What XCR0 leaves out is neither saved nor restored. */
void cpu_xsave(void *area, u64 mask)
{
	CHECK(!mask || (fpu.xcr0 & mask) == mask);
	memcpy(area, fpu.regs, 4096);
}

bool cpu_xrstor(void *area, u64 mask)
{
	CHECK(!mask || (fpu.xcr0 & mask) == mask);
	if (fpu.bad_areas && fpu.bad_areas--)
		return false;
	memcpy(fpu.regs, area, 4096);
	return true;
}

void cpu_read_dr(u64 *dr)
{
	memcpy(dr, fpu.dr, sizeof(fpu.dr));
}

void cpu_write_dr(const u64 *dr)
{
	memcpy(fpu.dr, dr, sizeof(fpu.dr));
}

void world_ibpb(void)
{
	fpu.ibpb++;
}

void world_fill_rsb(void)
{
	fpu.rsb++;
}
