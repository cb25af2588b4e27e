// SPDX-License-Identifier: GPL-2.0
/*
 * Registers by name (TLFS 4.5): each belongs to one place, and this file only
 * says which: the neutral GPRs, suspend state here, the control block (back
 * end), the APIC, the saved world, or the MSR room.
 */
#include "register.h"
#include "apic.h"
#include "cpuid.h"
#include "msr.h"
#include "world.h"

#define RFLAGS_VALID	0x003f7fd7ull	/* bits that exist; 1 is always set */
#define REG_RANGE(n)	((n) & 0xfffff000u)

/* --- suspend, activity, events ----------------------------------------- */

static __noinline bool get_state(struct vp *vp, u32 name, u64 *val)
{
	const struct hv_event *ev = vendor_event(&vp->v);
	union hv_x64_pending_interruption_register pi = {};

	switch (name) {
	case HV_REGISTER_EXPLICIT_SUSPEND:
		*val = vp->explicit_suspend;
		return true;
	case HV_REGISTER_INTERCEPT_SUSPEND:
		*val = vp->intercept_suspend;
		return true;
	case HV_REGISTER_DISPATCH_SUSPEND:
		*val = vp->dispatch_suspend;
		return true;
	case HV_REGISTER_INTERNAL_ACTIVITY_STATE:
		*val = vp->wait_sipi | (u64)vp->halted << 1 | (u64)vp->idle << 2;
		return true;
	case HV_REGISTER_PENDING_INTERRUPTION:
		if (ev->valid) {
			pi.interruption_pending = 1;
			pi.interruption_type = ev->type;
			pi.deliver_error_code = ev->has_error;
			pi.instruction_length = ev->insn_len;
			pi.interruption_vector = ev->vector;
			pi.error_code = ev->error;
		}
		*val = pi.as_uint64;
		return true;
	case HV_REGISTER_INSTRUCTION_EMULATION_HINTS:
	case HV_REGISTER_DELIVERABILITY_NOTIFICATIONS:
		*val = 0;
		return true;
	}
	return false;
}

static hv_status set_pending_interruption(struct vp *vp, u64 val)
{
	union hv_x64_pending_interruption_register pi = { .as_uint64 = val };
	struct hv_event *ev = vendor_event(&vp->v);

	if (pi.interruption_pending &&
	    (pi.interruption_vector > 255 || pi.interruption_type == 1 ||
	     pi.interruption_type == 7))
		return HV_STATUS_INVALID_REGISTER_VALUE;
	*ev = (struct hv_event) {
		.valid = pi.interruption_pending,
		.type = pi.interruption_type,
		.vector = pi.interruption_vector,
		.has_error = pi.deliver_error_code,
		.insn_len = pi.instruction_length,
		.error = pi.error_code,
	};
	return HV_STATUS_SUCCESS;
}

static __noinline hv_status set_bool(bool *where, u64 val)
{
	if (val > 1)
		return HV_STATUS_INVALID_REGISTER_VALUE;
	*where = val;
	return HV_STATUS_SUCCESS;
}

static __noinline hv_status set_state(struct vp *vp, u32 name, u64 val)
{
	switch (name) {
	case HV_REGISTER_EXPLICIT_SUSPEND:
		return set_bool(&vp->explicit_suspend, val);
	case HV_REGISTER_INTERCEPT_SUSPEND:
		/* Only the hypervisor sets it (TLFS 4.6). */
		if (val && !vp->intercept_suspend)
			return HV_STATUS_INVALID_REGISTER_VALUE;
		return set_bool(&vp->intercept_suspend, val);
	case HV_REGISTER_DISPATCH_SUSPEND:
		return set_bool(&vp->dispatch_suspend, val);
	case HV_REGISTER_INTERNAL_ACTIVITY_STATE:
		if (val & ~7ull)
			return HV_STATUS_INVALID_REGISTER_VALUE;
		vp->wait_sipi = val & 1;
		vp->halted = val & 2;
		vp->idle = val & 4;
		return HV_STATUS_SUCCESS;
	case HV_REGISTER_PENDING_INTERRUPTION:
		return set_pending_interruption(vp, val);
	case HV_REGISTER_DELIVERABILITY_NOTIFICATIONS:
		return val ? HV_STATUS_FEATURE_UNAVAILABLE : HV_STATUS_SUCCESS;
	}
	return HV_STATUS_INVALID_PARAMETER;
}

/* PendingEvent0: an exception with its side effect on CR2 or DR6. */
static hv_status set_pending_event(struct vp *vp, const union hv_register_value *v)
{
	const union hv_x64_pending_exception_event *e = &v->pending_exception_event;
	union hv_register_value side = { .reg64 = e->exception_parameter };

	if (!e->event_pending)
		return HV_STATUS_SUCCESS;
	if (e->event_type != HV_X64_PENDING_EVENT_EXCEPTION || e->vector > 31)
		return HV_STATUS_INVALID_REGISTER_VALUE;
	if (e->vector == 14)
		vendor_set_reg(&vp->v, HV_X64_REGISTER_CR2, &side);
	else if (e->vector == 1)
		vendor_set_reg(&vp->v, HV_X64_REGISTER_DR6, &side);
	vp_inject_exception(vp, e->vector, e->deliver_error_code, e->error_code);
	return HV_STATUS_SUCCESS;
}

/* --- FPU: the legacy region of the saved XSAVE area ---------------------- */

#define XSAVE_BV		512	/* XSTATE_BV in the header */
#define XSAVE_MXCSR_MASK	0x0000ffffu

static u8 *fpu_field(struct vp *vp, u32 name, u64 *component)
{
	u8 *x = vp->world->xsave;

	*component = 1;
	if (name >= HV_X64_REGISTER_FP_MMX0 && name <= HV_X64_REGISTER_FP_MMX7)
		return x + 32 + 16 * (name - HV_X64_REGISTER_FP_MMX0);
	*component = 2;
	if (name >= HV_X64_REGISTER_XMM0 && name <= HV_X64_REGISTER_XMM15)
		return x + 160 + 16 * (name - HV_X64_REGISTER_XMM0);
	if (name == HV_X64_REGISTER_XMM_CONTROL_STATUS) {
		*component = 3;
		return x + 16;
	}
	*component = 1;
	if (name == HV_X64_REGISTER_FP_CONTROL_STATUS)
		return x;
	return NULL;
}

/*
 * A component whose XSTATE_BV bit is clear is in its initial state, whatever
 * bytes the area holds (APM 11.5.7): make the bytes say so before use.
 */
static void fpu_materialise(struct vp *vp, u64 component)
{
	u8 *x = vp->world->xsave;
	u64 *bv = (u64 *)(x + XSAVE_BV);

	if (component & ~*bv & 1) {
		memset(x, 0, 24);
		*(u16 *)x = 0x37f;
		memset(x + 32, 0, 128);
	}
	if (component & ~*bv & 2) {
		*(u32 *)(x + 24) = 0x1f80;
		memset(x + 160, 0, 256);
	}
	*bv |= component;
}

static hv_status fpu_set(u32 name, u8 *field, const union hv_register_value *val)
{
	u32 mxcsr = val->xmm_control_status.xmm_status_control;

	if (name != HV_X64_REGISTER_XMM_CONTROL_STATUS) {
		memcpy(field, val, 16);
		return HV_STATUS_SUCCESS;
	}
	/* A reserved MXCSR bit would make XRSTOR fault in our own code. */
	if (mxcsr & ~XSAVE_MXCSR_MASK)
		return HV_STATUS_INVALID_REGISTER_VALUE;
	memcpy(field, val, 12);
	return HV_STATUS_SUCCESS;
}

/* --- the rest ------------------------------------------------------------ */

static bool get_info(struct vp *vp, u32 name, union hv_register_value *val)
{
	struct cpuid_regs r;
	u32 leaf;

	if (name == HV_REGISTER_HYPERVISOR_VERSION)
		leaf = 0x40000002;
	else if (name >= HV_REGISTER_PRIVILEGES_AND_FEATURES_INFO &&
		 name <= HV_REGISTER_ISOLATION_CONFIGURATION)
		leaf = 0x40000003 + name - HV_REGISTER_PRIVILEGES_AND_FEATURES_INFO;
	else
		return false;
	cpuid_query(vp, leaf, 0, &r);
	val->reg128.low_part = r.eax | (u64)r.ebx << 32;
	val->reg128.high_part = r.ecx | (u64)r.edx << 32;
	return true;
}

hv_status register_get(struct vp *vp, u32 name, union hv_register_value *val)
{
	u64 component;
	u8 *field;

	*val = (union hv_register_value) {};
	if (name >= HV_X64_REGISTER_RAX && name <= HV_X64_REGISTER_R15)
		val->reg64 = vp->v.regs.gpr[name - HV_X64_REGISTER_RAX];
	else if (name == HV_X64_REGISTER_RIP)
		val->reg64 = vp->v.regs.rip;
	else if (name == HV_X64_REGISTER_RFLAGS)
		val->reg64 = vp->v.regs.rflags;
	else if (name == HV_X64_REGISTER_CR8)
		val->reg64 = apic_get_tpr(vp) >> 4;
	else if (name == HV_REGISTER_GUEST_CRASH_CTL)
		/* For the parent: what was written, not what can be. */
		val->reg64 = vp->partition->crash_ctl;
	else if (name == HV_X64_REGISTER_XFEM)
		val->reg64 = vp->world->xcr0;
	else if (name >= HV_X64_REGISTER_DR0 && name <= HV_X64_REGISTER_DR3)
		val->reg64 = vp->world->dr[name - HV_X64_REGISTER_DR0];
	else if (REG_RANGE(name) == 0x30000) {
		field = fpu_field(vp, name, &component);
		if (!field)
			return HV_STATUS_INVALID_PARAMETER;
		fpu_materialise(vp, component);
		memcpy(val, field, 16);
	} else if (name == HV_REGISTER_PENDING_EVENT0 ||
		   name == HV_REGISTER_PENDING_EVENT1) {
		return HV_STATUS_SUCCESS;	/* none: see PENDING_INTERRUPTION */
	} else if (get_state(vp, name, &val->reg64) || get_info(vp, name, val) ||
		   vendor_get_reg(&vp->v, name, val)) {
		return HV_STATUS_SUCCESS;
	} else {
		return msr_get_register(vp, name, &val->reg64);
	}
	return HV_STATUS_SUCCESS;
}

static hv_status set_fpu(struct vp *vp, u32 name, const union hv_register_value *val)
{
	u64 component;
	u8 *field = fpu_field(vp, name, &component);

	if (!field)
		return HV_STATUS_INVALID_PARAMETER;
	fpu_materialise(vp, component);
	return fpu_set(name, field, val);
}

static hv_status set_rflags(struct vp *vp, u64 val)
{
	if (val & ~RFLAGS_VALID)
		return HV_STATUS_INVALID_REGISTER_VALUE;
	vp->v.regs.rflags = val | RFLAGS_FIXED;
	return HV_STATUS_SUCCESS;
}

/* Names that only this room knows; NOT_FOUND passes the name on. */
static hv_status set_own(struct vp *vp, u32 name, const union hv_register_value *val)
{
	if (name >= HV_X64_REGISTER_RAX && name <= HV_X64_REGISTER_R15)
		vp->v.regs.gpr[name - HV_X64_REGISTER_RAX] = val->reg64;
	else if (name == HV_X64_REGISTER_RIP)
		vp->v.regs.rip = val->reg64;
	else if (name == HV_X64_REGISTER_RFLAGS)
		return set_rflags(vp, val->reg64);
	else if (name >= HV_X64_REGISTER_DR0 && name <= HV_X64_REGISTER_DR3)
		vp->world->dr[name - HV_X64_REGISTER_DR0] = val->reg64;
	else if (REG_RANGE(name) == 0x30000)
		return set_fpu(vp, name, val);
	else if (name == HV_REGISTER_PENDING_EVENT0)
		return set_pending_event(vp, val);
	else if (name < 0x100 || name == HV_REGISTER_PENDING_INTERRUPTION ||
		 name == HV_REGISTER_DELIVERABILITY_NOTIFICATIONS)
		return set_state(vp, name, val->reg64);
	else
		return HV_STATUS_NOT_FOUND;
	return HV_STATUS_SUCCESS;
}

hv_status register_set(struct vp *vp, u32 name, const union hv_register_value *val)
{
	hv_status st = set_own(vp, name, val);

	vp->check_state = true;
	if (st != HV_STATUS_NOT_FOUND)
		return st;
	if (name == HV_X64_REGISTER_CR8) {
		if (val->reg64 > 15)
			return HV_STATUS_INVALID_REGISTER_VALUE;
		apic_set_tpr(vp, val->reg64 << 4);
		return HV_STATUS_SUCCESS;
	}
	if (name == HV_X64_REGISTER_XFEM) {
		if (val->reg64 == vp->world->xcr0)
			return HV_STATUS_SUCCESS;
		return !(val->reg64 & ~cpuid_xcr0_mask(vp->partition)) &&
			world_xsetbv(vp, 0, val->reg64) ? HV_STATUS_SUCCESS :
			HV_STATUS_INVALID_REGISTER_VALUE;
	}
	if (vendor_set_reg(&vp->v, name, val))
		return HV_STATUS_SUCCESS;
	return msr_set_register(vp, name, val->reg64);
}
