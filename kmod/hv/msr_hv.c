// SPDX-License-Identifier: GPL-2.0
/*
 * Synthetic MSRs without a room of their own: guest OS id, hypercall page, VP
 * index, reset, idle, assist page, crash (TLFS, digest part 2, section 6).
 */
#include "msr_state.h"
#include "page_msr.h"
#include "unit.h"
#include <hvpart/cpuid.h>

static enum msr_result place_hypercall(struct partition *p, u64 val)
{
	/* The break leaves the page where it is. */
	if (p->debug_break == HVPART_BREAK_HYPERCALL_OVERLAY && !(val & 1)) {
		p->hypercall_msr = val;
		return MSR_OK;
	}
	return page_msr_write(p, OVERLAY_HYPERCALL, 0, &p->hypercall_msr, val,
			      p->hypercall_page);
}

/* INT3 after the sequence. The contents never change while the page is mapped. */
static void fill_hypercall_page(u8 *page)
{
	memset(page, 0xcc, PAGE_SIZE);
	memcpy(page, vendor_hypercall_code, vendor_hypercall_code_len);
}

static enum msr_result write_hypercall(struct partition *p, u64 val)
{
	u64 gpn = val >> HV_X64_MSR_HYPERCALL_PAGE_ADDRESS_SHIFT;

	/* Bit 1 is a lock only where that is announced (statement 23). */
	if (p->hypercall_msr & HV_X64_MSR_HYPERCALL_LOCKED &&
	    p->features_edx & HV_FEATURE_HYPERCALL_MSR_LOCK_AVAILABLE)
		return MSR_OK;
	if (!p->guest_os_id)
		val &= ~(u64)HV_X64_MSR_HYPERCALL_ENABLE;
	if (val & HV_X64_MSR_HYPERCALL_ENABLE && gpn >= p->gpa.limit)
		return MSR_FAULT;
	return place_hypercall(p, val);
}

static enum msr_result write_assist(struct vp *vp, u64 val)
{
	return page_msr_write(vp->partition, OVERLAY_ASSIST, vp->index,
			      &vp->assist_msr, val, vp->assist_page);
}

/*
 * The report: the guest goes on (it wants to dump), so the text is copied now.
 * What cannot be read is left out, the report is not (statement 174).
 */
static __noinline void crash(struct partition *p, u64 ctl)
{
	u64 gpa = p->crash_param[3], len = p->crash_param[4];

	p->crash_ctl = ctl;
	if (!(ctl & HV_CRASH_CTL_CRASH_NOTIFY))
		return;
	p->crash_count++;
	p->crash_msg_len = 0;
	if (ctl & HV_CRASH_CTL_CRASH_NOTIFY_MSG && len &&
	    len <= HV_CRASH_MAXIMUM_MESSAGE_SIZE &&
	    gpa_read(&p->gpa, gpa, p->crash_msg, len))
		p->crash_msg_len = len;
}

static void write_crash(struct partition *p, u32 n, u64 val)
{
	if (n == HV_X64_MSR_CRASH_PARAMS)
		crash(p, val);
	else if (n != 4 || p->debug_break != HVPART_BREAK_CRASH_PARAMETER)
		p->crash_param[n] = val;
}

/* Reset and guest idle read as 0; the rest stands in the table of msr.c. */
enum msr_result msr_hv_read(u32 msr, u64 *val)
{
	/* What a write may ask for, not what was written. */
	if (msr == HV_X64_MSR_CRASH_CTL)
		*val = HV_CRASH_CTL_CRASH_NOTIFY | HV_CRASH_CTL_CRASH_NOTIFY_MSG;
	return MSR_OK;
}

/* Partition-wide state, from any of its VPs at once. */
static enum msr_result write_partition(struct partition *p, u32 msr, u64 val)
{
	switch (msr) {
	case HV_X64_MSR_GUEST_OS_ID:
		p->guest_os_id = val;
		if (!val)
			place_hypercall(p, p->hypercall_msr & ~1ull);
		return MSR_OK;
	case HV_X64_MSR_HYPERCALL:
		return write_hypercall(p, val);
	}
	write_crash(p, msr - HV_X64_MSR_CRASH_P0, val);
	return MSR_OK;
}

enum msr_result msr_hv_write(struct vp *vp, u32 msr, u64 val)
{
	struct partition *p = vp->partition;
	enum msr_result r;

	switch (msr) {
	case HV_X64_MSR_RESET:
		return MSR_OK;
	case HV_X64_MSR_VP_ASSIST_PAGE:
		return write_assist(vp, val);
	}
	spin_lock(&p->msr_lock);
	r = write_partition(p, msr, val);
	spin_unlock(&p->msr_lock);
	return r;
}

/* --- life --------------------------------------------------------------- */

__used hv_status msr_partition_init(struct partition *p)
{
	fill_hypercall_page(p->hypercall_page);
	return HV_STATUS_SUCCESS;
}

__used void msr_partition_reset(struct partition *p)
{
	p->guest_os_id = 0;
	place_hypercall(p, 0);
}

/* The overlay goes also when the break has left it in place. */
__used void msr_partition_exit(struct partition *p)
{
	overlay_remove(&p->gpa, OVERLAY_HYPERCALL, 0);
	p->hypercall_msr = 0;
}

/*
 * MTRRs as firmware leaves them, write-back by default: there is no firmware
 * between reset and the kernel, and Linux 6.1 gives PAT up without MTRRs.
 */
__used void msr_vp_reset(struct vp *vp)
{
	memset(vp->kept, 0, sizeof(vp->kept));
	vp->kept[KEPT_MTRR_DEF_TYPE] = BIT(11) | 6;
	vp->kept[KEPT_MISC_ENABLE] = BIT(0) | BIT(11) | BIT(12);
	write_assist(vp, 0);
}

HV_HOOK(36, partition_init, msr_partition_init);
HV_HOOK(36, partition_reset, msr_partition_reset);
HV_HOOK(36, partition_exit, msr_partition_exit);
HV_HOOK(36, vp_exit, msr_vp_reset);
HV_HOOK(36, vp_reset, msr_vp_reset);
