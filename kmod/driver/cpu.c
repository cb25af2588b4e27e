// SPDX-License-Identifier: GPL-2.0
/*
 * One CPU in and out. Demotion and promotion run on the CPU itself, with
 * interrupts off, called by cpuhp for the CPUs that are online and for every
 * one that comes later.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <asm/desc_defs.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>
#include <hvpart/call_hvpart.h>
#include "hvpart.h"
#include "insn.h"
#include "trampoline.h"

DEFINE_PER_CPU(struct hvp_cpu, hvp_cpu);

static int hotplug_state;
static bool demotion_over;		/* reboot: CPUs stay bare from now on */

struct table_ptr {
	u16 limit;
	u64 base;
} __packed;

/* LAR has the descriptor's second word; bits 8..15 and 20..23 of it count. */
static struct hv_x64_segment_register segment(u16 selector, u64 base)
{
	return (struct hv_x64_segment_register){
		.base = base,
		.selector = selector,
		.limit = selector & ~7 ? hvp_lsl(selector) : 0,
		.attributes = selector & ~7 ? hvp_lar(selector) >> 8 & 0xf0ff : 0,
	};
}

/* Base of a system descriptor: 16 bytes in long mode (APM vol. 2, 4.8.3). */
static u64 system_base(const struct table_ptr *gdt, u16 selector)
{
	const struct ldttss_desc *d;

	if (!(selector & ~7))
		return 0;
	d = (const void *)(unsigned long)(gdt->base + (selector & ~7));
	return (u64)d->base0 | (u64)d->base1 << 16 | (u64)d->base2 << 24 |
		(u64)d->base3 << 32;
}

static void capture_segments(struct hvpart_cpu_frame *f)
{
	struct table_ptr gdt, idt;

	asm volatile("sgdt %0" : "=m" (gdt));
	asm volatile("sidt %0" : "=m" (idt));
	f->gdtr.base = gdt.base;
	f->gdtr.limit = gdt.limit;
	f->idtr.base = idt.base;
	f->idtr.limit = idt.limit;
	f->es = segment(hvp_read_es(), 0);
	f->cs = segment(hvp_read_cs(), 0);
	f->ss = segment(hvp_read_ss(), 0);
	f->ds = segment(hvp_read_ds(), 0);
	f->fs = segment(hvp_read_fs(), hvp_rdmsr(MSR_FS_BASE));
	f->gs = segment(hvp_read_gs(), hvp_rdmsr(MSR_GS_BASE));
	f->ldtr = segment(hvp_read_ldtr(), system_base(&gdt, hvp_read_ldtr()));
	f->tr = segment(hvp_read_tr(), system_base(&gdt, hvp_read_tr()));
	f->cs_selector = f->cs.selector;
	f->ss_selector = f->ss.selector;
	f->ds_selector = f->ds.selector;
	f->es_selector = f->es.selector;
}

/* All but RIP and RSP, which the trampoline fills in. */
static void capture(struct hvpart_cpu_frame *f)
{
	memset(f, 0, sizeof(*f));
	capture_segments(f);
	f->cr0 = hvp_read_cr0();
	f->cr2 = hvp_read_cr2();
	f->cr3 = hvp_read_cr3();
	f->cr4 = hvp_read_cr4();
	f->dr6 = hvp_read_dr6();
	f->dr7 = hvp_read_dr7();
	f->efer = hvp_rdmsr(MSR_EFER);
	f->rflags = X86_EFLAGS_FIXED;
}

/*
 * The hypervisor's CR4. Off: PGE and PCIDE (trampoline.S), SMEP, SMAP and PKE
 * (it has no user pages), CET, FSGSBASE. MCE stays as it is.
 */
static u64 hypervisor_cr4(u64 cr4)
{
	return (cr4 & (X86_CR4_LA57 | X86_CR4_MCE | X86_CR4_OSXSAVE)) |
		X86_CR4_PAE | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT;
}

static const char *boot_error(u64 code)
{
	switch (code) {
	case HVPART_BOOT_E_VERSION:
		return "image and module do not belong together";
	case HVPART_BOOT_E_INFO:
		return "boot information refused";
	case HVPART_BOOT_E_MEMORY:
		return "out of memory for the root";
	case HVPART_BOOT_E_CPU:
		return "CPU number in use or out of range";
	case HVPART_BOOT_E_FEATURE:
		return "a feature is missing on this CPU";
	case HVPART_BOOT_E_STATE:
		return "the CPU's state fails the entry checks";
	case HVPART_BOOT_E_LEAVING:
		return "the machine is being promoted";
	}
	return "unknown error";
}

static u64 enter(struct hvp_cpu *c, unsigned int cpu)
{
	struct hvpart_cpu_frame *f = c->frame;

	capture(f);
	c->state = HVP_ENTERING;
	hvp_wrmsr(MSR_EFER, f->efer | EFER_SVME);
	return hvp_trampoline_enter(f, hvp_boot_cr3(), f->cr4 & ~X86_CR4_PGE,
				    hypervisor_cr4(f->cr4), hvp_boot_entry(),
				    cpu, hvp_boot_info()->self_va);
}

static u16 register_caller_page(struct hvp_cpu *c)
{
	u64 pfn = virt_to_phys(c->caller) >> HV_HYP_PAGE_SHIFT;

	return hvp_status(hvp_hypercall_fast(HVCALL_HVPART_REGISTER_CALLER_PAGE,
					     pfn, HVPART_CALLER_PAGE_ENABLE));
}

/* Context: on the CPU, interrupts off. */
static bool promote(struct hvp_cpu *c)
{
	u64 result;

	if (c->state != HVP_DEMOTED)
		return true;
	c->state = HVP_LEAVING;
	hvp_vmmcall(HVCALL_HVPART_REGISTER_CALLER_PAGE | HV_HYPERCALL_FAST_BIT,
		    virt_to_phys(c->caller) >> HV_HYP_PAGE_SHIFT, 0);
	result = hvp_vmmcall(HVCALL_HVPART_LEAVE | HV_HYPERCALL_FAST_BIT, 0, 0);
	if (hvp_status(result) == HV_STATUS_SUCCESS ||
	    result == HVP_VMMCALL_BARE) {
		c->state = HVP_BARE;
		return true;
	}
	c->state = HVP_DEMOTED;
	return false;
}

static int demote(struct hvp_cpu *c, unsigned int cpu)
{
	u64 code;
	u16 status;

	if (hvp_rdmsr(HVP_MSR_VM_CR) & HVP_VM_CR_SVMDIS) {
		pr_err("hvpart: CPU %u: the firmware has locked SVM\n", cpu);
		return -EPERM;
	}
	if (hvp_rdmsr(MSR_EFER) & EFER_SVME) {
		pr_err("hvpart: CPU %u: SVM is in use: rmmod kvm_amd\n", cpu);
		return -EBUSY;
	}
	code = enter(c, cpu);
	if (code != HVPART_BOOT_OK) {
		c->state = HVP_BARE;
		pr_err("hvpart: CPU %u was not demoted: %s\n", cpu,
		       boot_error(code));
		return code == HVPART_BOOT_E_MEMORY ? -ENOMEM : -EIO;
	}
	c->state = HVP_DEMOTED;
	status = register_caller_page(c);
	if (status == HV_STATUS_SUCCESS)
		return 0;
	pr_err("hvpart: CPU %u: no caller page (status %#x)\n", cpu, status);
	promote(c);
	return hvp_errno(status);
}

static int online(unsigned int cpu)
{
	unsigned long flags;
	int ret = 0;

	local_irq_save(flags);
	if (!READ_ONCE(demotion_over))
		ret = demote(this_cpu_ptr(&hvp_cpu), cpu);
	local_irq_restore(flags);
	return ret;
}

static int offline(unsigned int cpu)
{
	unsigned long flags;
	bool ok;

	local_irq_save(flags);
	ok = promote(this_cpu_ptr(&hvp_cpu));
	local_irq_restore(flags);
	if (ok)
		return 0;
	pr_err("hvpart: CPU %u was not promoted\n", cpu);
	return -EBUSY;
}

static void enter_one(void *unused)
{
	hvp_hypercall_fast(HVCALL_HVPART_NULL, 0, 0);
}

int hvp_for_each_cpu_enter(void)
{
	on_each_cpu(enter_one, NULL, 1);
	return 0;
}

static void promote_one(void *unused)
{
	if (!promote(this_cpu_ptr(&hvp_cpu)))
		pr_err("hvpart: CPU %d was not promoted\n", smp_processor_id());
}

void hvp_cpu_promote_all(void)
{
	WRITE_ONCE(demotion_over, true);
	on_each_cpu(promote_one, NULL, 1);
}

int hvp_cpu_init(void)
{
	struct hvpart_cpu_frame *frames = hvp_boot_frames();
	unsigned int cpu;
	int ret;

	for_each_possible_cpu(cpu)
		per_cpu_ptr(&hvp_cpu, cpu)->frame = &frames[cpu];
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "hvpart:demoted",
				online, offline);
	if (ret < 0)
		return ret;
	hotplug_state = ret;
	return 0;
}

int hvp_cpu_exit(void)
{
	u16 status;

	status = hvp_status(hvp_hypercall_fast(HVCALL_HVPART_PREPARE_LEAVE,
					       0, 0));
	if (status == HV_STATUS_OBJECT_IN_USE)
		return -EBUSY;
	/* Any other status: this CPU is bare already, promote the rest. */
	cpuhp_remove_state(hotplug_state);
	return 0;
}
