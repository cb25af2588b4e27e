// SPDX-License-Identifier: GPL-2.0
/*
 * The MSR policy of children: which room answers, and which privilege it takes
 * (TLFS 2.8 of the digest). One table for the synthetic range here, one for the
 * rest in msr_arch.c. Calls are direct: no indirect branch serves a guest.
 */
#include "msr_state.h"
#include "apic_state.h"
#include "synic_state.h"
#include "stimer.h"
#include "time.h"
#include <hvpart/cpuid.h>

enum room { ROOM_HV, ROOM_TIME, ROOM_APIC, ROOM_SYNIC, ROOM_STIMER };

/*
 * Where a register lives that is read as it stands: in the VP, in the machine, or
 * in what the nth word of the VP points at. IN_ROOM: ask the room.
 */
enum place { IN_ROOM = 15, IN_VP = 14, IN_MACHINE = 13 };
#define POINTED(m)	(offsetof(struct vp, m) / 8)
static_assert(POINTED(synic) < IN_MACHINE && POINTED(apic) < IN_MACHINE &&
	      POINTED(partition) < IN_MACHINE, "four bits");

/*
 * @first, @more: offset from 0x40000000; how many follow, each 8 bytes further on
 * @gate:         bit of leaf 0x40000003 EAX; from 32 on: of EDX
 * @read_only:    a write is #GP
 */
struct synthetic {
	u16 first;
	u8 more, gate;
	u8 room : 3, read_only : 1, place : 4;
	bool half;			/* 32 bits */
	u16 offset;
};

#define ASKED		IN_ROOM, false, 0
#define VP(m)		IN_VP, sizeof(((struct vp *)0)->m) == 4, offsetof(struct vp, m)
#define PARTITION(m)	POINTED(partition), false, offsetof(struct partition, m)
#define SYNIC(m)	POINTED(synic), false, offsetof(struct synic, m)
#define APIC(m, half)	POINTED(apic), half, offsetof(struct apic, m)
#define MACHINE(m)	IN_MACHINE, false, offsetof(struct hvpart_machine, m)

#define BOTH(room)	room, 0
#define READ(room)	room, 1

static const struct synthetic synthetic[] = {
	{ 0x02, 0, 6, READ(ROOM_HV), VP(index) },
	{ 0xb0, 7, 3, BOTH(ROOM_STIMER), ASKED },
	{ 0x70, 0, 4, BOTH(ROOM_APIC), ASKED },		/* EOI: write-only */
	{ 0x71, 0, 4, BOTH(ROOM_APIC), APIC(icr, false) },
	{ 0x72, 0, 4, BOTH(ROOM_APIC), APIC(reg[APIC_TPR], true) },
	{ 0x80, 4, 2, BOTH(ROOM_SYNIC), SYNIC(scontrol) },
	{ 0x90, 15, 2, BOTH(ROOM_SYNIC), SYNIC(sint) },
	{ 0x20, 0, 1, READ(ROOM_TIME), ASKED },		/* reference counter */
	{ 0x21, 0, 9, BOTH(ROOM_TIME), PARTITION(ref_tsc_msr) },
	{ 0x22, 1, 11, READ(ROOM_TIME), MACHINE(tsc_hz) },	/* and the APIC's */
	{ 0x10, 0, 0, READ(ROOM_TIME), ASKED },		/* run time */
	{ 0xf0, 0, 10, READ(ROOM_HV), ASKED },		/* guest idle */
	{ 0x73, 0, 4, BOTH(ROOM_HV), VP(assist_msr) },
	{ 0x00, 0, 5, BOTH(ROOM_HV), PARTITION(guest_os_id) },
	{ 0x01, 0, 5, BOTH(ROOM_HV), PARTITION(hypercall_msr) },
	{ 0x03, 0, 7, BOTH(ROOM_HV), ASKED },		/* reset */
	{ 0x100, 4, 32 + 10, BOTH(ROOM_HV), PARTITION(crash_param) },
	{ 0x105, 0, 32 + 10, BOTH(ROOM_HV), ASKED },		/* crash control */
	{ 0x118, 0, 15, BOTH(ROOM_TIME), ASKED },		/* invariant TSC */
};
static_assert(offsetof(struct hvpart_machine, apic_timer_hz) ==
	      offsetof(struct hvpart_machine, tsc_hz) + 8, "two in a row");

/* @gated: held to the privileges of @p. NULL: no such register, or not for it. */
static const struct synthetic *find(const struct partition *p, u32 msr, bool gated)
{
	const struct synthetic *s = synthetic;
	u64 have;

	msr -= HV_X64_MSR_FIRST;
	for (; s < synthetic + ARRAY_SIZE(synthetic); s++) {
		if (msr - s->first > s->more)
			continue;
		have = s->gate < 32 ? p->privileges : p->features_edx;
		if (gated && !(have & BIT(s->gate & 31)))
			break;
		return s;
	}
	return NULL;
}

/* A register of @s that is read as it stands. */
static u64 stored(const struct vp *vp, const struct synthetic *s, u32 msr)
{
	const void *place = &machine;
	const u64 *at;

	if (s->place == IN_VP)
		place = vp;
	else if (s->place < IN_MACHINE)
		place = ((void *const *)vp)[s->place];
	at = (const void *)((const u8 *)place + s->offset);
	if (s->half)
		return *(const u32 *)at;
	return at[msr - HV_X64_MSR_FIRST - s->first];
}

/* The synthetic forms of APIC registers (TLFS 1.2). */
static enum msr_result apic_hv_write(struct vp *vp, u32 msr, u64 val)
{
	if (msr == HV_X64_MSR_ICR)
		return apic_icr_write(vp, val);
	if (val >> (msr == HV_X64_MSR_EOI ? 32 : 8))
		return MSR_FAULT;
	if (msr == HV_X64_MSR_EOI)
		apic_eoi(vp);
	else
		apic_set_tpr(vp, val);
	return MSR_OK;
}

static bool is_synthetic(u32 msr)
{
	return msr - HV_X64_MSR_FIRST <= HV_X64_MSR_LAST - HV_X64_MSR_FIRST;
}

static bool is_x2apic(u32 msr)
{
	return msr - 0x800 <= 0xff;
}

/* @gated: the guest, held to its privileges; else the parent. */
static enum msr_result do_read(struct vp *vp, u32 msr, u64 *val, bool gated)
{
	const struct synthetic *s;

	if (likely(is_x2apic(msr)))
		return apic_rdmsr(vp, msr, val);
	if (!is_synthetic(msr))
		return msr_arch_read(vp, msr, val);
	s = find(vp->partition, msr, gated);
	if (!s)
		return MSR_FAULT;
	if (s->place != IN_ROOM) {
		*val = stored(vp, s, msr);
		return MSR_OK;
	}
	switch (s->room) {
	case ROOM_TIME:
		return time_rdmsr(vp, msr, val);
	case ROOM_STIMER:
		return stimer_rdmsr(vp, msr, val);
	case ROOM_HV:
		return msr_hv_read(msr, val);
	}
	return MSR_FAULT;
}

static enum msr_result do_write(struct vp *vp, u32 msr, u64 val, bool gated)
{
	const struct synthetic *s;

	if (likely(is_x2apic(msr)))
		return apic_wrmsr(vp, msr, val);
	if (!is_synthetic(msr))
		return msr_arch_write(vp, msr, val);
	s = find(vp->partition, msr, gated);
	if (!s || s->read_only)
		return MSR_FAULT;
	switch (s->room) {
	case ROOM_TIME:
		return time_wrmsr(vp, msr, val);
	case ROOM_APIC:
		return apic_hv_write(vp, msr, val);
	case ROOM_SYNIC:
		return synic_wrmsr(vp, msr, val);
	case ROOM_STIMER:
		return stimer_wrmsr(vp, msr, val);
	case ROOM_HV:
		return msr_hv_write(vp, msr, val);
	}
	return MSR_FAULT;
}

/* An MSR that nobody knows: the partition's property says what then. */
static enum msr_action unknown(const struct partition *p)
{
	return p->unimplemented_msr_action ==
		HV_UNIMPLEMENTED_MSR_ACTION_IGNORE_WRITE_READ_ZERO ?
		MSR_DONE : MSR_INJECT_GP;
}

enum msr_action msr_read(struct vp *vp, u32 msr, u64 *val)
{
	enum msr_result r;

	*val = 0;
	r = do_read(vp, msr, val, true);
	if (r == MSR_UNKNOWN)
		return unknown(vp->partition);
	if (r == MSR_FAULT)
		return MSR_INJECT_GP;
	/*
	 * What is requested already ends the wait before it begins, deliverable
	 * or not: Linux idles with interrupts off (TLFS 6.3).
	 */
	if (msr == HV_X64_MSR_GUEST_IDLE && !apic_irr_any(vp))
		return MSR_IDLE;
	return MSR_DONE;
}

enum msr_action msr_write(struct vp *vp, u32 msr, u64 val)
{
	enum msr_result r = do_write(vp, msr, val, true);

	if (r == MSR_UNKNOWN)
		return unknown(vp->partition);
	if (r == MSR_FAULT)
		return MSR_INJECT_GP;
	if (r == MSR_MEMORY)
		return MSR_WAIT_MEMORY;
	if (msr == HV_X64_MSR_RESET && val == HV_X64_MSR_RESET_ACTION)
		return MSR_RESET;
	if (msr == HV_X64_MSR_CRASH_CTL && val & HV_CRASH_CTL_CRASH_NOTIFY)
		return MSR_CRASH;
	return MSR_DONE;
}

/* --- register names ------------------------------------------------------ */

/*
 * Names name .. name + n - 1 are the MSRs msr, msr + step, ... of which the top
 * two bits and the low twelve are kept: the others are 0. What lives in the
 * control block the back end knows by the same name, and is asked before us.
 */
struct msr_name {
	u32 name : 20, low : 12;
	u16 high : 2, n : 7, step : 2, in_block : 1;
} __packed;

#define ROW(name, msr, n, step, in_block)				\
	{ name, (msr) & 0xfff, (msr) >> 30, n, step, in_block }
#define MSRS(name, msr, n, step)	ROW(name, msr, n, step, 0)
#define BLOCK(name, msr, n)		ROW(name, msr, n, 1, 1)

static const struct msr_name names[] = {
	MSRS(HV_X64_REGISTER_TSC, 0x10, 1, 0),
	MSRS(HV_X64_REGISTER_APIC_BASE, 0x1b, 1, 0),
	MSRS(HV_X64_REGISTER_MSR_MTRR_CAP, 0xfe, 1, 0),
	MSRS(HV_X64_REGISTER_MSR_MTRR_DEF_TYPE, 0x2ff, 1, 0),
	MSRS(HV_X64_REGISTER_MSR_MTRR_PHYS_BASE0, 0x200, 8, 2),
	MSRS(HV_X64_REGISTER_MSR_MTRR_PHYS_MASK0, 0x201, 8, 2),
	MSRS(HV_X64_REGISTER_MSR_MTRR_FIX64K00000, 0x250, 1, 0),
	MSRS(HV_X64_REGISTER_MSR_MTRR_FIX16K80000, 0x258, 2, 1),
	MSRS(HV_X64_REGISTER_MSR_MTRR_FIX4KC0000, 0x268, 8, 1),
	MSRS(HV_X64_REGISTER_TSC_AUX, 0xc0000103, 1, 0),
	MSRS(HV_X64_REGISTER_SPEC_CTRL, 0x48, 2, 1),
	MSRS(HV_X64_REGISTER_MC_UPDATE_PATCH_LEVEL, 0x8b, 1, 0),
	MSRS(HV_X64_REGISTER_TSC_ADJUST, 0x3b, 1, 0),
	MSRS(HV_X64_REGISTER_MISC_ENABLE, 0x1a0, 1, 0),
	MSRS(0x84800, 0x800, 0x40, 1),		/* APIC registers */
	MSRS(HV_REGISTER_PROCESSOR_CLOCK_FREQUENCY, 0x40000022, 2, 1),
	MSRS(HV_REGISTER_GUEST_CRASH_P0, 0x40000100, 6, 1),
	MSRS(HV_REGISTER_VP_RUNTIME, 0x40000010, 1, 0),
	MSRS(HV_X64_REGISTER_HYPERCALL, 0x40000001, 1, 0),
	MSRS(HV_REGISTER_GUEST_OS_ID, 0x40000000, 1, 0),
	MSRS(HV_REGISTER_VP_INDEX, 0x40000002, 1, 0),
	MSRS(HV_REGISTER_TIME_REF_COUNT, 0x40000020, 1, 0),
	MSRS(HV_X64_REGISTER_EOI, 0x40000070, 4, 1),
	MSRS(HV_REGISTER_REFERENCE_TSC, 0x40000021, 1, 0),
	MSRS(HV_REGISTER_SINT0, 0x40000090, 16, 1),
	MSRS(HV_REGISTER_SCONTROL, 0x40000080, 5, 1),
	MSRS(HV_REGISTER_STIMER0_CONFIG, 0x400000b0, 8, 1),
	BLOCK(HV_X64_REGISTER_SYSENTER_CS, 0x174, 1),
	BLOCK(HV_X64_REGISTER_SYSENTER_ESP, 0x175, 1),
	BLOCK(HV_X64_REGISTER_SYSENTER_EIP, 0x176, 1),
	BLOCK(HV_X64_REGISTER_DEBUG_CTL, 0x1d9, 1),
	BLOCK(HV_X64_REGISTER_PAT, 0x277, 1),
	BLOCK(HV_X64_REGISTER_STAR, 0xc0000081, 4),
	BLOCK(HV_X64_REGISTER_FS, 0xc0000100, 2),
	BLOCK(HV_X64_REGISTER_KERNEL_GS_BASE, 0xc0000102, 1),
};

/*
 * The MSR of a name, or the name of an MSR that is in the control block; 0: none.
 * (MSR 0 has no name.)
 */
static u32 translate(u32 what, bool is_name)
{
	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		const struct msr_name *m = &names[i];
		u32 msr = m->low | (u32)m->high << 30;
		u32 n = what - (is_name ? m->name : msr);

		if (n < m->n && (is_name || m->in_block))
			return is_name ? msr + n * m->step : m->name + n;
	}
	return 0;
}

u32 msr_vendor_name(u32 msr)
{
	return translate(msr, false);
}

/**
 * msr_get_register, msr_set_register - by name, for the parent
 * Not held to the child's privileges. Context: the VP is stopped, owned.
 * Return: UNKNOWN_REGISTER_NAME: not a name of this room; INVALID_PARAMETER:
 * no such register in this VP, or not in this direction;
 * INVALID_REGISTER_VALUE.
 */
hv_status msr_get_register(struct vp *vp, u32 name, u64 *val)
{
	u32 msr;

	*val = 0;
	if (name == HV_X64_REGISTER_INITIAL_APIC_ID) {
		*val = vp->initial_apic_id;
		return HV_STATUS_SUCCESS;
	}
	if (name == HV_REGISTER_REFERENCE_TSC_SEQUENCE) {
		*val = vp->partition->ref_tsc_sequence;
		return HV_STATUS_SUCCESS;
	}
	msr = translate(name, true);
	if (!msr)
		return HV_STATUS_UNKNOWN_REGISTER_NAME;
	if (do_read(vp, msr, val, false) != MSR_OK)
		return HV_STATUS_INVALID_PARAMETER;
	return HV_STATUS_SUCCESS;
}

/*
 * Setting has no side effects (TLFS 4.4): what are commands to a guest are not
 * registers here.
 */
static bool is_command(u32 msr)
{
	return msr == 0x80b || msr == 0x83f || msr == 0x49 ||
	       msr == HV_X64_MSR_EOI || msr == HV_X64_MSR_EOM;
}

hv_status msr_set_register(struct vp *vp, u32 name, u64 val)
{
	u32 msr;

	if (name == HV_X64_REGISTER_INITIAL_APIC_ID) {
		if (val >> 32 || vp->partition->has_run)
			return HV_STATUS_INVALID_PARAMETER;
		vp->initial_apic_id = val;
		return HV_STATUS_SUCCESS;
	}
	msr = translate(name, true);
	if (!msr)
		return HV_STATUS_UNKNOWN_REGISTER_NAME;
	if (is_command(msr))
		return HV_STATUS_INVALID_PARAMETER;
	switch (do_write(vp, msr, val, false)) {
	case MSR_OK:
		return HV_STATUS_SUCCESS;
	case MSR_FAULT:
		return HV_STATUS_INVALID_REGISTER_VALUE;
	case MSR_MEMORY:
		return HV_STATUS_INSUFFICIENT_MEMORY;
	case MSR_UNKNOWN:
		break;
	}
	return HV_STATUS_INVALID_PARAMETER;
}
