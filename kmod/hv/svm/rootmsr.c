// SPDX-License-Identifier: GPL-2.0
/*
 * Registers of the root that protect the hypervisor (DESIGN wall 10), and every
 * register outside the permission map, which exits on its own (15.11) and is
 * simply passed through.
 */
#include "svm.h"
#include "log.h"

#define MSR_APIC_BASE		0x1b
#define MSR_EFER		0xc0000080
#define MSR_PATCH_LOADER	0xc0010020
#define APIC_BASE_ADDRESS	MASK(51, 12)

enum msr_result vendor_root_rdmsr(struct vendor_vp *v, u32 msr, u64 *val)
{
	(void)v;
	switch (msr) {
	case MSR_VM_HSAVE_PA:
	case MSR_SVM_KEY:
		*val = 0;
		return MSR_OK;
	}
	return safe_rdmsr(msr, val) ? MSR_OK : MSR_FAULT;
}

/*
 * Ask the CPU which bits it takes, then put the host's value back: LME and NXE
 * must stay on for ourselves. SVME is kept: KVM reads it and says EBUSY.
 */
static enum msr_result write_efer(struct vendor_vp *v, u64 val)
{
	const u64 keep = EFER_SVME | EFER_LME | EFER_LMA;
	u64 host;

	if ((val ^ v->vmcb->efer) & EFER_LME)
		return MSR_FAULT;
	val = (val & ~keep) | (v->vmcb->efer & keep);
	if (!safe_rdmsr(MSR_EFER, &host))
		return MSR_FAULT;
	if (!safe_wrmsr(MSR_EFER, val | EFER_NXE))
		return MSR_FAULT;
	safe_wrmsr(MSR_EFER, host);
	v->vmcb->efer = val;
	vendor_flush(v);
	return MSR_OK;
}

/* Moving the APIC's page could lay it over one of ours. */
static enum msr_result write_apic_base(u64 val)
{
	u64 now;

	if (!safe_rdmsr(MSR_APIC_BASE, &now) ||
	    ((now ^ val) & APIC_BASE_ADDRESS))
		return MSR_FAULT;
	return safe_wrmsr(MSR_APIC_BASE, val) ? MSR_OK : MSR_FAULT;
}

enum msr_result vendor_root_wrmsr(struct vendor_vp *v, u32 msr, u64 val)
{
	switch (msr) {
	case MSR_EFER:
		return write_efer(v, val);
	case MSR_APIC_BASE:
		return write_apic_base(val);
	case MSR_VM_HSAVE_PA:
		/* A panicking kernel writes 0 here; nobody else may. */
		return val ? MSR_FAULT : MSR_OK;
	case MSR_SVM_KEY:
		return MSR_OK;
	case MSR_VM_CR:
		/* Nothing to set: DIS_A20M, R_INIT, LOCK and SVMDIS stay. */
		return MSR_OK;
	case MSR_PATCH_LOADER:
		hv_log(HV_LOG_WARN, "microcode update by the root ignored");
		return MSR_OK;
	}
	return safe_wrmsr(msr, val) ? MSR_OK : MSR_FAULT;
}
