// SPDX-License-Identifier: GPL-2.0
/* What must be true before anything is changed. */
#include <linux/cc_platform.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <asm/cpufeature.h>
#include <asm/hypervisor.h>
#include <asm/msr-index.h>
#include "hvpart.h"
#include "image.h"
#include "insn.h"

#define HVP_MAX_CPUS	512
#define SVM_LEAF	0x8000000a
#define SYSCFG_SNP_EN	BIT(24)

struct check {
	bool (*fails)(void);
	int err;
	const char *line;
};

u32 hvp_asid_count(void)
{
	return cpuid_ebx(SVM_LEAF);
}

static bool no_image(void)
{
	return hvp_image_size() < 4096;
}

static bool no_svm(void)
{
	return !boot_cpu_has(X86_FEATURE_SVM);
}

static bool no_nested_paging(void)
{
	return !(cpuid_edx(SVM_LEAF) & BIT(0));
}

static bool too_few_asids(void)
{
	return hvp_asid_count() < 4;
}

static bool memory_encrypted(void)
{
	return cc_platform_has(CC_ATTR_MEM_ENCRYPT);
}

static bool snp_on(void)
{
	return boot_cpu_has(X86_FEATURE_SEV) &&
		(hvp_rdmsr(MSR_AMD64_SYSCFG) & SYSCFG_SNP_EN);
}

static bool paravirt(void)
{
	return !hypervisor_is_type(X86_HYPER_NATIVE);
}

static bool too_many_cpus(void)
{
	return nr_cpu_ids > HVP_MAX_CPUS;
}

/* Any bit that some CPU has set. */
struct msr_or {
	u32 msr;
	atomic64_t bits;
};

static void msr_or_one(void *arg)
{
	struct msr_or *m = arg;

	atomic64_or(hvp_rdmsr(m->msr), &m->bits);
}

static bool any_cpu_has(u32 msr, u64 bits)
{
	struct msr_or m = { .msr = msr, .bits = ATOMIC64_INIT(0) };

	on_each_cpu(msr_or_one, &m, 1);
	return atomic64_read(&m.bits) & bits;
}

static bool firmware_locked(void)
{
	return any_cpu_has(HVP_MSR_VM_CR, HVP_VM_CR_SVMDIS);
}

static bool svm_taken(void)
{
	return any_cpu_has(MSR_EFER, EFER_SVME);
}

/* In this order: what comes later reads what was checked before. */
static const struct check checks[] = {
	{ no_image, -ENOEXEC,
	  "this module was built without a hypervisor image: build the whole tree with make" },
	{ too_many_cpus, -E2BIG,
	  "more than 512 CPUs: boot with nr_cpus=512 or less" },
	{ no_svm, -ENODEV,
	  "the CPU has no AMD SVM: nothing can be done on this machine" },
	{ paravirt, -ENODEV,
	  "Linux uses the hypercalls of a hypervisor below: boot this machine's kernel with nopv, or use bare metal" },
	{ firmware_locked, -EPERM,
	  "the firmware has locked SVM (VM_CR.SVMDIS): enable virtualization (SVM mode) in its setup" },
	{ no_nested_paging, -ENODEV,
	  "the CPU has no nested paging: nothing can be done on this machine" },
	{ too_few_asids, -ENODEV,
	  "the CPU has fewer than 4 address space identifiers" },
	{ memory_encrypted, -EOPNOTSUPP,
	  "memory encryption (SME/SEV) is on: boot with mem_encrypt=off" },
	{ snp_on, -EOPNOTSUPP,
	  "SEV-SNP is on: turn it off in the firmware's setup" },
	{ svm_taken, -EBUSY,
	  "SVM is in use by another hypervisor: rmmod kvm_amd (partctl enable --replace-kvm does it)" },
};

int hvp_check(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(checks); i++) {
		if (!checks[i].fails())
			continue;
		pr_err("hvpart: %s\n", checks[i].line);
		return checks[i].err;
	}
	return 0;
}
