// SPDX-License-Identifier: GPL-2.0
/*
 * run(current VP); handle the exit; again. An exit may change who is current:
 * root -> child (DISPATCH_VP) and child -> root (dispatch_end()).
 */
#include "loop.h"
#include "apic.h"
#include "cpuid.h"
#include "dispatch.h"
#include "hypercall.h"
#include "intercept.h"
#include "log.h"
#include "mutate.h"
#include "msr.h"
#include "owner.h"
#include "world.h"
#include <hvpart/msr.h>

static void to_parent(struct percpu *cpu)
{
	dispatch_end(cpu, HV_VP_DISPATCH_STATE_READY, HV_VP_DISPATCH_EVENT_INTERCEPT);
}

static void end_slice(struct percpu *cpu)
{
	dispatch_end(cpu, HV_VP_DISPATCH_STATE_READY, HV_VP_DISPATCH_EVENT_INVALID);
}

/* --- children ------------------------------------------------------------------ */

static void do_cpuid(struct vp *vp, u32 len)
{
	u64 *r = vp->v.regs.gpr;
	struct cpuid_regs out;

	cpuid_query(vp, r[GPR_RAX], r[GPR_RCX], &out);
	r[GPR_RAX] = out.eax;
	r[GPR_RBX] = out.ebx;
	r[GPR_RCX] = out.ecx;
	r[GPR_RDX] = out.edx;
	vp_skip(vp, len);
}

/* What an MSR access asks for beyond its value. */
static void msr_after(struct percpu *cpu, struct vp *vp, enum msr_action a, u32 len)
{
	if (likely(a == MSR_DONE)) {
		vp_skip(vp, len);
		return;
	}
	LOOK(cpu, LOOK_MSR);
	switch (a) {
	case MSR_INJECT_GP:
	case MSR_INTERCEPT:		/* intercepts of MSRs: not implemented */
		vp_inject_gp(vp);
		return;
	case MSR_WAIT_MEMORY:
		/* RIP stays: the next dispatch asks for pages, then repeats it. */
		vp->need_memory = true;
		end_slice(cpu);
		return;
	case MSR_IDLE:
		vp->idle = true;
		break;
	case MSR_CRASH:
		vp_tell_root(vp, HVPART_KICK_CRASH);
		break;
	case MSR_RESET:
		intercept_plain(vp, HVMSG_HVPART_RESET);
		to_parent(cpu);
		return;
	case MSR_DONE:
		break;
	}
	vp_skip(vp, len);
}

/* x2APIC registers and their synthetic forms: they follow CR8 and lazy EOIs. */
static bool of_apic(u32 msr)
{
	return msr - 0x800 <= 0xff || msr - HV_X64_MSR_EOI <= 2;
}

static void do_rdmsr(struct percpu *cpu, struct vp *vp, u32 len)
{
	u64 *r = vp->v.regs.gpr;
	enum msr_action a;
	u64 val = 0;

	if (of_apic(r[GPR_RCX])) {
		dispatch_sync(cpu, vp);
		LOOK(cpu, LOOK_APIC);
	}
	a = msr_read(vp, r[GPR_RCX], &val);
	if (a != MSR_INJECT_GP && a != MSR_INTERCEPT) {
		r[GPR_RAX] = (u32)val;
		r[GPR_RDX] = val >> 32;
	}
	msr_after(cpu, vp, a, len);
}

static void do_wrmsr(struct percpu *cpu, struct vp *vp, u32 len)
{
	const u64 *r = vp->v.regs.gpr;
	u64 val = (u32)r[GPR_RAX] | r[GPR_RDX] << 32;

	msr_after(cpu, vp, msr_write(vp, r[GPR_RCX], val), len);
}

static void do_xsetbv(struct vp *vp, u32 len)
{
	const u64 *r = vp->v.regs.gpr;
	u64 val = (u32)r[GPR_RAX] | r[GPR_RDX] << 32;

	if (!(vendor_cr4(&vp->v) & CR4_OSXSAVE))
		vp_inject_ud(vp);
	else if (vendor_cpl(&vp->v) || val & ~cpuid_xcr0_mask(vp->partition) ||
		 !world_xsetbv(vp, r[GPR_RCX], val))
		vp_inject_gp(vp);
	else
		vp_skip(vp, len);
}

/* The hypercall page may be read and run; a write of it is #GP (TLFS C17). */
static bool hypercall_page_write(struct vp *vp, const struct hv_exit *e)
{
	u64 msr = vp->partition->hypercall_msr;

	return e->npf.write && msr & 1 && (msr ^ e->npf.gpa) < PAGE_SIZE;
}

static void do_nested_fault(struct percpu *cpu, struct vp *vp, struct hv_exit *e)
{
	struct gpa_entry g = gpa_lookup(&vp->partition->gpa, e->npf.gpa >> PAGE_SHIFT);
	u32 need = e->npf.fetch ? GPA_X : e->npf.write ? GPA_W : GPA_R;

	if (g.level && (g.rights & need) == need) {
		/* Stale: mapped or re-righted meanwhile (APM 15.25.9). */
		if (!MUTATED(NPF_FLUSH))
			vendor_flush(&vp->v);
		return;
	}
	if (g.overlay && hypercall_page_write(vp, e)) {
		vendor_event(&vp->v)->valid = false;
		vp_inject_gp(vp);
		return;
	}
	intercept_memory(vp, e, !g.level);
	to_parent(cpu);
}

static void do_exception(struct vp *vp, const struct hv_exit *e)
{
	/* Only intercepted so that its delivery cannot loop inside the CPU. */
	if (e->exc.vector == 1)
		*vendor_dr6(&vp->v) = e->exc.param;
	vp_inject_exception(vp, e->exc.vector, e->exc.has_error, e->exc.error);
}

static void die(struct percpu *cpu, struct vp *vp, const struct hv_exit *e)
{
	hv_log(HV_LOG_ERR, "partition %llu vp %u: exit %u code %llx at %llx",
	       vp->partition->id, vp->index, e->reason, e->vendor_code,
	       vp->v.regs.rip);
	intercept_plain(vp, HVMSG_UNRECOVERABLE_EXCEPTION);
	to_parent(cpu);
}

/* Exits that need no look by themselves: what they call says so (LOOK()). */
static bool pure_exit(struct percpu *cpu, struct vp *vp, const struct hv_exit *e)
{
	switch (e->reason) {
	case EXIT_HYPERCALL:
		hypercall(vp, e->insn_len);
		return true;
	case EXIT_MSR_READ:
		do_rdmsr(cpu, vp, e->insn_len);
		return true;
	case EXIT_CPUID:
		do_cpuid(vp, e->insn_len);
		return true;
	default:
		return false;
	}
}

static void child_exit(struct percpu *cpu, struct vp *vp, struct hv_exit *e)
{
	if (pure_exit(cpu, vp, e))
		return;
	LOOK(cpu, LOOK_EXIT);
	if (!MUTATED(SYNC_EXIT))
		dispatch_sync(cpu, vp);
	switch (e->reason) {
	case EXIT_INTR:
	case EXIT_NMI:
	case EXIT_PAUSE:
		end_slice(cpu);
		break;
	case EXIT_MC:
		/* Taken from the child, not yet by anybody: it is the root's. */
		end_slice(cpu);
		vp_inject_exception(cpu->root_vp, 18, false, 0);
		break;
	case EXIT_INTR_WINDOW:
	case EXIT_NMI_WINDOW:
	case EXIT_CR8:
		break;
	case EXIT_HLT:
		vp_skip(vp, e->insn_len);
		vp->halted = true;
		break;
	case EXIT_IO:
		intercept_io(vp, e);
		to_parent(cpu);
		break;
	case EXIT_MSR_WRITE:
		do_wrmsr(cpu, vp, e->insn_len);
		break;
	case EXIT_NPF:
		do_nested_fault(cpu, vp, e);
		break;
	case EXIT_XSETBV:
		do_xsetbv(vp, e->insn_len);
		break;
	case EXIT_EXCEPTION:
		do_exception(vp, e);
		break;
	case EXIT_CACHE:
		/* No device reaches this memory past the caches. */
		vp_skip(vp, e->insn_len);
		break;
	case EXIT_UD:
		vp_inject_ud(vp);
		break;
	case EXIT_GP:
		vp_inject_gp(vp);
		break;
	case EXIT_TASK_SWITCH:
		intercept_unsupported(vp, HV_UNSUPPORTED_FEATURE_TASK_SWITCH_TSS,
				      e->task.selector);
		to_parent(cpu);
		break;
	case EXIT_SHUTDOWN:
		intercept_plain(vp, HVMSG_UNRECOVERABLE_EXCEPTION);
		to_parent(cpu);
		break;
	case EXIT_INVALID_STATE:
		intercept_invalid_state(vp);
		to_parent(cpu);
		break;
	default:
		die(cpu, vp, e);
	}
}

/* --- the root -------------------------------------------------------------------- */

static void root_rdmsr(struct vp *vp, u32 len)
{
	u64 *r = vp->v.regs.gpr, val = 0;

	if (vendor_root_rdmsr(&vp->v, r[GPR_RCX], &val) != MSR_OK) {
		vp_inject_gp(vp);
		return;
	}
	r[GPR_RAX] = (u32)val;
	r[GPR_RDX] = val >> 32;
	vp_skip(vp, len);
}

static void root_wrmsr(struct vp *vp, u32 len)
{
	const u64 *r = vp->v.regs.gpr;
	u64 val = (u32)r[GPR_RAX] | r[GPR_RDX] << 32;

	if (vendor_root_wrmsr(&vp->v, r[GPR_RCX], val) == MSR_OK)
		vp_skip(vp, len);
	else
		vp_inject_gp(vp);
}

static void root_nested_fault(struct vp *vp, const struct hv_exit *e)
{
	switch (gpa_root_fault(&vp->partition->gpa, e->npf.gpa, e->npf.write,
			       e->npf.fetch)) {
	case ROOT_FAULT_RETRY:
		/* Over a stale entry the CPU would come back for ever. */
		if (!MUTATED(ROOT_NPF_FLUSH))
			vendor_flush(&vp->v);
		break;
	case ROOT_FAULT_GP:
		/* The access is refused in place of what it interrupted. */
		vendor_event(&vp->v)->valid = false;
		vp_inject_gp(vp);
		break;
	case ROOT_FAULT_FATAL:
		HV_BUG("no table page for the root's map");
	}
}

static void root_other(struct vp *vp, const struct hv_exit *e)
{
	switch (e->reason) {
	case EXIT_MSR_READ:
		root_rdmsr(vp, e->insn_len);
		break;
	case EXIT_MSR_WRITE:
		root_wrmsr(vp, e->insn_len);
		break;
	case EXIT_NPF:
		root_nested_fault(vp, e);
		break;
	case EXIT_UD:
		vp_inject_ud(vp);
		break;
	case EXIT_INTR:
	case EXIT_NMI:
	case EXIT_INTR_WINDOW:
		break;
	default:
		hv_log(HV_LOG_ERR, "root: exit %u code %llx at %llx", e->reason,
		       e->vendor_code, vp->v.regs.rip);
		HV_BUG("unexpected exit of the root");
	}
}

static void root_exit(struct percpu *cpu, struct vp *vp, struct hv_exit *e)
{
	if (likely(e->reason == EXIT_HYPERCALL))
		hypercall(vp, e->insn_len);
	else
		root_other(vp, e);
	/* A ticket drawn by this call: what the root must still bring about. */
	if (cpu->current == vp && vp->caller_page && !MUTATED(ROOT_TICKET))
		dispatch_tell_ticket(cpu, vp->caller_page);
}

/* May the guest of @vp, which was left a moment ago, just go on? */
static bool nothing_new(const struct percpu *cpu, const struct vp *vp)
{
	return !cpu->look &&
		(!READ_ONCE(vp->requests) || MUTATED(LOOK_REQUESTS)) &&
		(vp->gpa_seen == READ_ONCE(vp->partition->gpa.generation) ||
		 MUTATED(LOOK_GENERATION));
}

void hv_loop(struct percpu *cpu)
{
	struct hv_exit e;
	struct vp *vp;

	while (!cpu->leave) {
		vp = cpu->current;
		if (vp != cpu->root_vp && !nothing_new(cpu, vp) &&
		    !dispatch_prepare(cpu, vp))
			continue;
		vendor_run(&vp->v, &e);
		if (unlikely(epoch_behind(cpu)) && !MUTATED(LOOP_EPOCH)) {
			if (!MUTATED(LOOP_EPOCH_FLUSH))
				vendor_cpu_flush_all();
			epoch_pass(cpu);
		}
		cpu->exits++;
		vp->last_exit = e.reason;
		vp->stats.exits[e.reason]++;
		vp->stats.world_switches++;
		if (vp == cpu->root_vp)
			root_exit(cpu, vp, &e);
		else
			child_exit(cpu, vp, &e);
	}
	cpu->leave = false;
}
