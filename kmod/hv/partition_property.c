// SPDX-License-Identifier: GPL-2.0
/* Partition properties (TLFS 2.7 of the digest). */
#include "partition.h"
#include "cpuid.h"
#include "time.h"

/* Privileges that a child can be given today; the rest is not implemented. */
#define PRIVILEGES_OFFERED						\
	(HV_MSR_VP_RUNTIME_AVAILABLE | HV_MSR_TIME_REF_COUNT_AVAILABLE |	\
	 HV_MSR_SYNIC_AVAILABLE | HV_MSR_SYNTIMER_AVAILABLE |		\
	 HV_MSR_APIC_ACCESS_AVAILABLE | HV_MSR_HYPERCALL_AVAILABLE |	\
	 HV_MSR_VP_INDEX_AVAILABLE | HV_MSR_RESET_AVAILABLE |		\
	 HV_MSR_REFERENCE_TSC_AVAILABLE | HV_MSR_GUEST_IDLE_AVAILABLE |	\
	 HV_ACCESS_FREQUENCY_MSRS | HV_ACCESS_TSC_INVARIANT |		\
	 HVPART_PRIVILEGE(0, HV_POST_MESSAGES | HV_SIGNAL_EVENTS |	\
			  HV_ENABLE_EXTENDED_HYPERCALLS))

/*
 * Synthetic feature bits that QEMU and others set: what of leaf 0x40000003 (EAX,
 * EBX and EDX) and 0x40000004 (EAX) they stand for. Those are words in a row.
 */
static_assert(offsetof(struct partition, features_edx) ==
	      offsetof(struct partition, privileges) + 8 &&
	      offsetof(struct partition, hints) ==
	      offsetof(struct partition, privileges) + 12, "words in a row");

#define BIT_OF(mask)	__builtin_ctzll(mask)
#define PRIV(synth, p)	{ BIT_OF(HV_SYNTH_##synth), BIT_OF(p) }
#define PRIV_B(synth, b) { BIT_OF(HV_SYNTH_##synth), 32 + BIT_OF(b) }
#define FEATURE(synth, d) { BIT_OF(HV_SYNTH_##synth), 64 + BIT_OF(d) }
#define HINT(synth, h)	{ BIT_OF(HV_SYNTH_##synth), 96 + BIT_OF(h) }

static const struct {
	u8 from, to;
} synth_map[] = {
	PRIV(ACCESS_VP_RUN_TIME_REG, HV_MSR_VP_RUNTIME_AVAILABLE),
	PRIV(ACCESS_PARTITION_REFERENCE_COUNTER, HV_MSR_TIME_REF_COUNT_AVAILABLE),
	PRIV(ACCESS_SYNIC_REGS, HV_MSR_SYNIC_AVAILABLE),
	PRIV(ACCESS_SYNTHETIC_TIMER_REGS, HV_MSR_SYNTIMER_AVAILABLE),
	PRIV(ACCESS_INTR_CTRL_REGS, HV_MSR_APIC_ACCESS_AVAILABLE),
	PRIV(ACCESS_HYPERCALL_REGS, HV_MSR_HYPERCALL_AVAILABLE),
	PRIV(ACCESS_VP_INDEX, HV_MSR_VP_INDEX_AVAILABLE),
	PRIV(ACCESS_PARTITION_REFERENCE_TSC, HV_MSR_REFERENCE_TSC_AVAILABLE),
	PRIV(ACCESS_GUEST_IDLE_REG, HV_MSR_GUEST_IDLE_AVAILABLE),
	PRIV(ACCESS_FREQUENCY_REGS, HV_ACCESS_FREQUENCY_MSRS),
	PRIV_B(SIGNAL_EVENTS, HV_SIGNAL_EVENTS),
	PRIV_B(SIGNAL_EVENTS, HV_POST_MESSAGES),
	FEATURE(ACCESS_FREQUENCY_REGS, HV_FEATURE_FREQUENCY_MSRS_AVAILABLE),
	FEATURE(DIRECT_SYNTHETIC_TIMERS, HV_STIMER_DIRECT_MODE_AVAILABLE),
	HINT(TB_FLUSH_HYPERCALLS, HV_X64_REMOTE_TLB_FLUSH_RECOMMENDED),
	HINT(SYNTHETIC_CLUSTER_IPI, HV_X64_CLUSTER_IPI_RECOMMENDED),
	HINT(EXTENDED_PROCESSOR_MASKS, HV_X64_EX_PROCESSOR_MASKS_RECOMMENDED),
};

static hv_status set_synthetic(struct partition *p, u64 val)
{
	u32 *words = (u32 *)((u8 *)p + offsetof(struct partition, privileges));

	p->synthetic_features = val;
	p->privileges = 0;
	p->features_edx = HV_FEATURE_GUEST_CRASH_MSR_AVAILABLE;
	p->hints = HV_DEPRECATING_AEOI_RECOMMENDED;
	for (u32 i = 0; i < ARRAY_SIZE(synth_map); i++)
		if (val & BIT(synth_map[i].from))
			words[synth_map[i].to / 32] |= BIT(synth_map[i].to % 32);
	return HV_STATUS_SUCCESS;
}

/*
 * What is read, or written, as it stands in memory. @limit: 0: not written here;
 * above: the greatest value, and it may be set at any time; below: a word that is
 * settled by the first run, and which of word_limits it keeps to.
 */
struct property {
	u32 code;
	u16 place;			/* in the partition */
	u8 bytes;			/* 0: @place is the value itself */
	s8 limit;
};

enum { LIMIT_PRIVILEGES, LIMIT_HINTS, LIMIT_EDX };

static const u64 word_limits[] = {
	[LIMIT_PRIVILEGES] = PRIVILEGES_OFFERED,
	[LIMIT_HINTS] = HVPART_HINTS_OFFERED,
	[LIMIT_EDX] = HVPART_FEATURES_EDX_OFFERED,
};

#define MEMBER(code, m, limit)	{ code, offsetof(struct partition, m),	\
		sizeof(((struct partition *)0)->m), limit }
#define VALUE(code, v)		{ code, v, 0, 0 }

static const struct property properties[] = {
	MEMBER(HV_PARTITION_PROPERTY_PRIVILEGE_FLAGS, privileges, ~LIMIT_PRIVILEGES),
	MEMBER(HV_PARTITION_PROPERTY_SYNTHETIC_PROC_FEATURES, synthetic_features, 0),
	MEMBER(HV_PARTITION_PROPERTY_TIME_FREEZE, time_frozen, 0),
	MEMBER(HV_PARTITION_PROPERTY_UNIMPLEMENTED_MSR_ACTION,
	       unimplemented_msr_action,
	       HV_UNIMPLEMENTED_MSR_ACTION_IGNORE_WRITE_READ_ZERO),
	MEMBER(HV_PARTITION_PROPERTY_GPA_PAGE_ACCESS_TRACKING, access_tracking, 1),
	MEMBER(HV_PARTITION_PROPERTY_PHYSICAL_ADDRESS_WIDTH, max_phys_bits, 0),
	MEMBER(HV_PARTITION_PROPERTY_IMPLEMENTED_PHYSICAL_ADDRESS_BITS,
	       max_phys_bits, 0),
	MEMBER(HV_PARTITION_PROPERTY_GUEST_OS_ID, guest_os_id, 0),
	MEMBER(HVPART_PROPERTY_HINTS, hints, ~LIMIT_HINTS),
	MEMBER(HVPART_PROPERTY_FEATURES_EDX, features_edx, ~LIMIT_EDX),
	MEMBER(HVPART_PROPERTY_DEBUG_BREAK, debug_break, HVPART_BREAK_LAST),
	/* In units of 8 bytes. */
	VALUE(HV_PARTITION_PROPERTY_PROCESSOR_CL_FLUSH_SIZE, 8),
	VALUE(HV_PARTITION_PROPERTY_MAX_XSAVE_DATA_SIZE, PAGE_SIZE),
	VALUE(HVPART_PROPERTY_MAX_VPS, HV_MAX_VPS),
	{}				/* whatever else */
};

static __noinline const struct property *find_property(u32 code)
{
	const struct property *r = properties;

	while (r->code && r->code != code)
		r++;
	return r;
}

static hv_status set_time(struct partition *p, bool freeze, u64 val)
{
	if (freeze && val > 1)
		return HV_STATUS_PROPERTY_VALUE_OUT_OF_RANGE;
	if (partition_any_running(p))
		return HV_STATUS_INVALID_VP_STATE;
	if (freeze)
		time_freeze(p, val);
	else
		time_set_ref(p, val);
	return HV_STATUS_SUCCESS;
}

static hv_status set_address_width(struct partition *p, u64 val)
{
	if (val < 32 || val > machine.phys_bits)
		return HV_STATUS_PROPERTY_VALUE_OUT_OF_RANGE;
	if (p->state != PS_CREATED)
		return HV_STATUS_INVALID_PARTITION_STATE;
	p->max_phys_bits = val;
	return HV_STATUS_SUCCESS;
}

/**
 * partition_set_property - HvSetPartitionProperty
 * What a guest can see of its processor is settled by its first run.
 * Context: partition lock held. @p is a child.
 */
hv_status partition_set_property(struct partition *p, u32 code, u64 val)
{
	const struct property *r = find_property(code);

	if (p->state != PS_CREATED && p->state != PS_ACTIVE)
		return HV_STATUS_INVALID_PARTITION_STATE;
	if (code == HV_PARTITION_PROPERTY_TIME_FREEZE ||
	    code == HV_PARTITION_PROPERTY_REFERENCE_TIME)
		return set_time(p, code == HV_PARTITION_PROPERTY_TIME_FREEZE, val);
	if (p->has_run && r->limit <= 0)
		return HV_STATUS_INVALID_PARTITION_STATE;
	if (code == HV_PARTITION_PROPERTY_SYNTHETIC_PROC_FEATURES)
		return set_synthetic(p, val);
	if (code == HV_PARTITION_PROPERTY_PHYSICAL_ADDRESS_WIDTH)
		return set_address_width(p, val);
	if (!r->limit)
		return HV_STATUS_UNKNOWN_PROPERTY;
	if (r->limit > 0 ? val > (u64)r->limit : val & ~word_limits[~r->limit])
		return HV_STATUS_PROPERTY_VALUE_OUT_OF_RANGE;
	memcpy((u8 *)p + r->place, &val, r->bytes);
	return HV_STATUS_SUCCESS;
}

/* What is worked out. */
static bool get_made(struct partition *p, u32 code, u64 *val)
{
	bool bank = code == HV_PARTITION_PROPERTY_PROCESSOR_FEATURES1;

	switch (code) {
	case HV_PARTITION_PROPERTY_PROCESSOR_FEATURES:
	case HV_PARTITION_PROPERTY_PROCESSOR_FEATURES0:
	case HV_PARTITION_PROPERTY_PROCESSOR_FEATURES1:
		*val = cpuid_policy->features[bank] & ~p->disabled_features[bank];
		return true;
	case HV_PARTITION_PROPERTY_PROCESSOR_XSAVE_FEATURES:
		*val = machine.has_xsave ? HV_PROCESSOR_XSAVE_SUPPORT |
			(machine.xcr0_mask & 4 ? HV_PROCESSOR_AVX_SUPPORT : 0) : 0;
		*val &= ~p->disabled_xsave;
		return true;
	case HV_PARTITION_PROPERTY_PROCESSOR_VENDOR:
		*val = vendor_id;
		return true;
	case HV_PARTITION_PROPERTY_XSAVE_STATES:
		*val = machine.xcr0_mask;	/* XSS does not exist for guests */
		return true;
	case HV_PARTITION_PROPERTY_PROCESSOR_CLOCK_FREQUENCY:
		*val = machine.tsc_hz;
		return true;
	case HV_PARTITION_PROPERTY_REFERENCE_TIME:
		*val = time_ref_now(p);
		return true;
	}
	return false;
}

/**
 * partition_get_property - HvGetPartitionProperty
 * Context: partition lock held.
 */
hv_status partition_get_property(struct partition *p, u32 code, u64 *val)
{
	const struct property *r = find_property(code);

	if (get_made(p, code, val))
		return HV_STATUS_SUCCESS;
	if (!r->code)
		return HV_STATUS_UNKNOWN_PROPERTY;
	*val = r->bytes ? 0 : r->place;
	memcpy(val, (const u8 *)p + r->place, r->bytes);
	return HV_STATUS_SUCCESS;
}
