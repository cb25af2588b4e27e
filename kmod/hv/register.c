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

/* --- words, and what the FPU has ----------------------------------------- */

/* A register that is a word in memory; NULL: it is none. */
static u64 *word_of(struct vp *vp, u32 name)
{
	u64 *regs = (u64 *)&vp->v.regs;
	u32 i = name - HV_X64_REGISTER_RAX;

	/* RIP and RFLAGS have the names behind, and the words before the GPRs. */
	static_assert(offsetof(struct cpu_regs, gpr) == 16 &&
		      HV_X64_REGISTER_RFLAGS == HV_X64_REGISTER_RAX + 17, "order");
	if (i < NR_GPRS)
		return &regs[i + 2];
	if (i < NR_GPRS + 2)
		return &regs[i - NR_GPRS];
	i = name - HV_X64_REGISTER_DR0;
	return i < 4 ? &vp->world->dr[i] : NULL;
}

static hv_status set_word(u64 *word, u32 name, u64 val)
{
	if (name == HV_X64_REGISTER_RFLAGS) {
		if (val & ~RFLAGS_VALID)
			return HV_STATUS_INVALID_REGISTER_VALUE;
		val |= RFLAGS_FIXED;
	}
	*word = val;
	return HV_STATUS_SUCCESS;
}

#define XSAVE_BV		512	/* XSTATE_BV in the header */
#define XSAVE_MXCSR_MASK	0x0000ffffu

/*
 * A component whose XSTATE_BV bit is clear is in its initial state, whatever
 * bytes the area holds (APM 11.5.7): make the bytes say so before use.
 */
static void fpu_materialise(u8 *x)
{
	u64 *bv = (u64 *)(x + XSAVE_BV);

	if (!(*bv & 1)) {
		memset(x, 0, 24);
		*(u16 *)x = 0x37f;
		memset(x + 32, 0, 128);
	}
	if (!(*bv & 2)) {
		*(u32 *)(x + 24) = 0x1f80;
		memset(x + 160, 0, 256);
	}
	*bv |= 3;
}

static bool is_fpu(u32 name)
{
	return name - HV_X64_REGISTER_XMM0 < 0x1000;
}

/*
 * Its 16 bytes in the legacy region of the saved XSAVE area: the names are
 * XMM0-15, ST0-7, control and status, MXCSR; the area begins with the last two.
 */
static void *fpu_block(struct vp *vp, u32 name)
{
	u32 i = name - HV_X64_REGISTER_XMM0;
	u8 *x = vp->world->xsave;

	if (name > HV_X64_REGISTER_XMM_CONTROL_STATUS)
		return NULL;
	fpu_materialise(x);
	if (i < 16)
		i += 10;
	else if (i < 24)
		i -= 14;
	else
		i -= 24;
	return x + 16 * i;
}

static hv_status set_fpu(struct vp *vp, u32 name, const union hv_register_value *val)
{
	void *block = fpu_block(vp, name);

	if (!block)
		return HV_STATUS_INVALID_PARAMETER;
	/* A reserved MXCSR bit would make XRSTOR fault in our own code. */
	if (name == HV_X64_REGISTER_XMM_CONTROL_STATUS &&
	    val->xmm_control_status.xmm_status_control & ~XSAVE_MXCSR_MASK)
		return HV_STATUS_INVALID_REGISTER_VALUE;
	memcpy(block, val, 16);
	return HV_STATUS_SUCCESS;
}

/* --- suspend, activity, events ----------------------------------------- */

static bool *suspend_of(struct vp *vp, u32 name)
{
	switch (name) {
	case HV_REGISTER_EXPLICIT_SUSPEND:
		return &vp->explicit_suspend;
	case HV_REGISTER_INTERCEPT_SUSPEND:
		return &vp->intercept_suspend;
	case HV_REGISTER_DISPATCH_SUSPEND:
		return &vp->dispatch_suspend;
	}
	return NULL;
}

/* False: no name of this room. */
static bool get_state(struct vp *vp, u32 name, u64 *val)
{
	const bool *suspend = suspend_of(vp, name);

	if (suspend) {
		*val = *suspend;
		return true;
	}
	switch (name) {
	case HV_REGISTER_INTERNAL_ACTIVITY_STATE:
		*val = vp->wait_sipi | (u64)vp->halted << 1 | (u64)vp->idle << 2;
		return true;
	case HV_REGISTER_PENDING_INTERRUPTION:
		*val = hv_event_word(vendor_event(&vp->v));
		return true;
	case HV_X64_REGISTER_CR8:
		*val = apic_get_tpr(vp) >> 4;
		return true;
	case HV_X64_REGISTER_XFEM:
		*val = vp->world->xcr0;
		return true;
	case HV_REGISTER_GUEST_CRASH_CTL:
		/* For the parent: what was written, not what can be. */
		*val = vp->partition->crash_ctl;
		return true;
	case HV_REGISTER_PENDING_EVENT0:	/* none: see PENDING_INTERRUPTION */
	case HV_REGISTER_PENDING_EVENT1:
	case HV_REGISTER_INSTRUCTION_EMULATION_HINTS:
	case HV_REGISTER_DELIVERABILITY_NOTIFICATIONS:
		return true;
	}
	return false;
}

static bool set_pending_interruption(struct vp *vp, u64 val)
{
	union hv_x64_pending_interruption_register pi = { .as_uint64 = val };

	if (pi.interruption_pending &&
	    (pi.interruption_vector > 255 || pi.interruption_type == 1 ||
	     pi.interruption_type == 7))
		return false;
	vendor_event(&vp->v)->word = val & HV_EVENT_FIELDS;
	return true;
}

/* PendingEvent0: an exception with its side effect on CR2 or DR6. */
static bool set_pending_event(struct vp *vp, const union hv_register_value *v)
{
	const union hv_x64_pending_exception_event *e = &v->pending_exception_event;
	union hv_register_value side = { .reg64 = e->exception_parameter };

	if (!e->event_pending)
		return true;
	if (e->event_type != HV_X64_PENDING_EVENT_EXCEPTION || e->vector > 31)
		return false;
	if (e->vector == 14)
		vendor_set_reg(&vp->v, HV_X64_REGISTER_CR2, &side);
	else if (e->vector == 1)
		vendor_set_reg(&vp->v, HV_X64_REGISTER_DR6, &side);
	vp_inject_exception(vp, e->vector, e->deliver_error_code, e->error_code);
	return true;
}

static bool set_xfem(struct vp *vp, u64 val)
{
	return val == vp->world->xcr0 ||
	       (!(val & ~cpuid_xcr0_mask(vp->partition)) &&
		world_xsetbv(vp, 0, val));
}

static hv_status set_suspend(bool *suspend, u32 name, u64 val)
{
	/* Only the hypervisor sets the intercept's (TLFS 4.6). */
	if (val > (name == HV_REGISTER_INTERCEPT_SUSPEND ? *suspend : 1))
		return HV_STATUS_INVALID_REGISTER_VALUE;
	*suspend = val;
	return HV_STATUS_SUCCESS;
}

/* NOT_FOUND: no name of this room. */
static hv_status set_state(struct vp *vp, u32 name, const union hv_register_value *v)
{
	bool *suspend = suspend_of(vp, name), ok;
	u64 val = v->reg64;

	if (suspend)
		return set_suspend(suspend, name, val);
	switch (name) {
	case HV_REGISTER_INTERNAL_ACTIVITY_STATE:
		ok = val <= 7;
		if (!ok)
			break;
		vp->wait_sipi = val & 1;
		vp->halted = val & 2;
		vp->idle = val & 4;
		break;
	case HV_REGISTER_PENDING_INTERRUPTION:
		ok = set_pending_interruption(vp, val);
		break;
	case HV_REGISTER_PENDING_EVENT0:
		ok = set_pending_event(vp, v);
		break;
	case HV_REGISTER_DELIVERABILITY_NOTIFICATIONS:
		return val ? HV_STATUS_FEATURE_UNAVAILABLE : HV_STATUS_SUCCESS;
	case HV_X64_REGISTER_CR8:
		ok = val <= 15;
		if (ok)
			apic_set_tpr(vp, val << 4);
		break;
	case HV_X64_REGISTER_XFEM:
		ok = set_xfem(vp, val);
		break;
	default:
		return name < 0x100 ? HV_STATUS_INVALID_PARAMETER :
				      HV_STATUS_NOT_FOUND;
	}
	return ok ? HV_STATUS_SUCCESS : HV_STATUS_INVALID_REGISTER_VALUE;
}

/* --- all of them --------------------------------------------------------- */

static bool get_info(struct vp *vp, u32 name, union hv_register_value *val)
{
	u32 leaf = 0x40000003 + name - HV_REGISTER_PRIVILEGES_AND_FEATURES_INFO;

	if (name == HV_REGISTER_HYPERVISOR_VERSION)
		leaf = 0x40000002;
	else if (name - HV_REGISTER_PRIVILEGES_AND_FEATURES_INFO >
		 HV_REGISTER_ISOLATION_CONFIGURATION -
		 HV_REGISTER_PRIVILEGES_AND_FEATURES_INFO)
		return false;
	/* EAX to EDX, as the value has them. */
	cpuid_query(vp, leaf, 0, (struct cpuid_regs *)val);
	return true;
}

hv_status register_get(struct vp *vp, u32 name, union hv_register_value *val)
{
	const u64 *word = word_of(vp, name);
	const void *block;

	*val = (union hv_register_value) {};
	if (word) {
		val->reg64 = *word;
		return HV_STATUS_SUCCESS;
	}
	if (is_fpu(name)) {
		block = fpu_block(vp, name);
		if (!block)
			return HV_STATUS_INVALID_PARAMETER;
		memcpy(val, block, 16);
		return HV_STATUS_SUCCESS;
	}
	if (get_state(vp, name, &val->reg64) || get_info(vp, name, val) ||
	    vendor_get_reg(&vp->v, name, val))
		return HV_STATUS_SUCCESS;
	return msr_get_register(vp, name, &val->reg64);
}

hv_status register_set(struct vp *vp, u32 name, const union hv_register_value *val)
{
	u64 *word = word_of(vp, name);
	hv_status st;

	vp->check_state = true;
	if (word)
		return set_word(word, name, val->reg64);
	if (is_fpu(name))
		return set_fpu(vp, name, val);
	st = set_state(vp, name, val);
	if (st != HV_STATUS_NOT_FOUND)
		return st;
	if (vendor_set_reg(&vp->v, name, val))
		return HV_STATUS_SUCCESS;
	return msr_set_register(vp, name, val->reg64);
}
