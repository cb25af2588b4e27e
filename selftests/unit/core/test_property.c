// SPDX-License-Identifier: GPL-2.0
/* Every property: get, set, range, when; what is not one. */
#include <hvpart/cpuid.h>

#include "sim.h"

#define NOT_OFFERED	0xa
#define EARLY		BIT(0)		/* until the first run */
#define READ_ONLY	BIT(1)

struct prop {
	u32 code, flags;
	u64 good, bad;			/* bad 0: every value is good */
	u64 initial;			/* ~0: not checked */
};

static const struct prop props[] = {
	{ HV_PARTITION_PROPERTY_PRIVILEGE_FLAGS, EARLY, 0x40, BIT(32),
	  HVPART_PRIVILEGE(HVPART_STARTER_FEATURES_EAX,
			   HVPART_STARTER_FEATURES_EBX) },
	{ HV_PARTITION_PROPERTY_SYNTHETIC_PROC_FEATURES, EARLY, 0x3ff, 0, 0 },
	{ HVPART_PROPERTY_HINTS, EARLY, HV_X64_CLUSTER_IPI_RECOMMENDED, BIT(40),
	  HVPART_STARTER_HINTS },
	{ HVPART_PROPERTY_FEATURES_EDX, EARLY, HV_STIMER_DIRECT_MODE_AVAILABLE,
	  BIT(33), HVPART_STARTER_FEATURES_EDX },
	{ HV_PARTITION_PROPERTY_PHYSICAL_ADDRESS_WIDTH, EARLY, 40, 47, 46 },
	{ HV_PARTITION_PROPERTY_UNIMPLEMENTED_MSR_ACTION, 0, 1, 2, 0 },
	{ HV_PARTITION_PROPERTY_GPA_PAGE_ACCESS_TRACKING, 0, 1, 2, 0 },
	{ HV_PARTITION_PROPERTY_TIME_FREEZE, 0, 1, 2, 0 },
	{ HVPART_PROPERTY_DEBUG_BREAK, 0, HVPART_BREAK_LAST,
	  HVPART_BREAK_LAST + 1, 0 },
	{ HV_PARTITION_PROPERTY_IMPLEMENTED_PHYSICAL_ADDRESS_BITS, READ_ONLY, 0, 0, 46 },
	{ HV_PARTITION_PROPERTY_GUEST_OS_ID, READ_ONLY, 0, 0, 0 },
	{ HVPART_PROPERTY_MAX_VPS, READ_ONLY, 0, 0, HV_MAX_VPS },
	{ HV_PARTITION_PROPERTY_PROCESSOR_FEATURES, READ_ONLY, 0, 0, ~0ull },
	{ HV_PARTITION_PROPERTY_PROCESSOR_FEATURES0, READ_ONLY, 0, 0, ~0ull },
	{ HV_PARTITION_PROPERTY_PROCESSOR_FEATURES1, READ_ONLY, 0, 0, ~0ull },
	{ HV_PARTITION_PROPERTY_PROCESSOR_XSAVE_FEATURES, READ_ONLY, 0, 0,
	  HV_PROCESSOR_XSAVE_SUPPORT | HV_PROCESSOR_AVX_SUPPORT },
	{ HV_PARTITION_PROPERTY_PROCESSOR_CL_FLUSH_SIZE, READ_ONLY, 0, 0, 8 },
	{ HV_PARTITION_PROPERTY_XSAVE_STATES, READ_ONLY, 0, 0, 7 },
	{ HV_PARTITION_PROPERTY_MAX_XSAVE_DATA_SIZE, READ_ONLY, 0, 0, PAGE_SIZE },
	{ HV_PARTITION_PROPERTY_PROCESSOR_CLOCK_FREQUENCY, READ_ONLY, 0, 0,
	  1000000000 },
	{}
};

#define FOR_EACH_PROP(p)	for (p = props; p->code; p++)

static u16 set(u64 id, u32 code, u64 val)
{
	struct hv_input_set_partition_property in = { id, code, 0, val };

	return root_simple(HVCALL_SET_PARTITION_PROPERTY, &in, sizeof(in));
}

static u16 get(u64 id, u32 code, u64 *val)
{
	struct hv_input_get_partition_property in = { id, code, 0 };
	u16 st = root_simple(HVCALL_GET_PARTITION_PROPERTY, &in, sizeof(in));

	*val = *(u64 *)root_out();
	return st;
}

static void each(void)
{
	const struct prop *p;
	u64 val;

	FOR_EACH_PROP(p) {
		u64 id = new_partition();

		CHECK_EQ(get(id, p->code, &val), 0);
		if (p->initial != ~0ull)
			CHECK_EQ(val, p->initial);
		if (p->flags & READ_ONLY) {
			CHECK_EQ(set(id, p->code, val), 9);
			continue;
		}
		CHECK_EQ(set(id, p->code, p->good), 0);
		CHECK_EQ(get(id, p->code, &val), 0);
		CHECK_EQ(val, p->good);
		if (!p->bad)
			continue;
		CHECK_EQ(set(id, p->code, p->bad), NOT_OFFERED);
		CHECK_EQ(set(id, p->code, ~0ull), NOT_OFFERED);
		CHECK_EQ(get(id, p->code, &val), 0);
		CHECK_EQ(val, p->good);
	}
}

static void unknown(void)
{
	static const u32 codes[] = { 0, 0x10002, 0x20000, 0x30004, 0x7f000004,
				     HV_PARTITION_PROPERTY_VSM_CONFIG, ~0u };
	u64 id = new_partition(), val;

	for (u32 i = 0; i < ARRAY_SIZE(codes); i++) {
		CHECK_EQ(get(id, codes[i], &val), 9);
		CHECK_EQ(set(id, codes[i], 0), 9);
	}
}

/* What the guest can see of its processor is settled by its first run. */
static void after_first_run(void)
{
	struct partition *g = new_guest(1);
	const struct prop *p;
	u64 val;

	FOR_EACH_PROP(p)
		if (p->flags & EARLY && p->code !=
		    HV_PARTITION_PROPERTY_PHYSICAL_ADDRESS_WIDTH)
			CHECK_EQ(set(g->id, p->code, p->good), 0);
	/* The map has its size from initialization on. */
	CHECK_EQ(set(g->id, HV_PARTITION_PROPERTY_PHYSICAL_ADDRESS_WIDTH, 40), 7);
	CHECK_EQ(dispatch(g->vps[0], 0), 0);
	FOR_EACH_PROP(p) {
		if (p->flags & READ_ONLY)
			continue;
		CHECK_EQ(set(g->id, p->code, p->good), p->flags & EARLY ? 7 : 0);
		CHECK_EQ(get(g->id, p->code, &val), 0);
	}
	g->state = PS_FINALIZED;
	FOR_EACH_PROP(p)
		CHECK_EQ(set(g->id, p->code, p->good), 7);
	g->state = PS_ACTIVE;
	end_guest(g);
}

static void of_the_root(void)
{
	u64 val;

	CHECK_EQ(get(HV_PARTITION_ID_SELF, HVPART_PROPERTY_MAX_VPS, &val), 0);
	CHECK_EQ(get(1, HV_PARTITION_PROPERTY_PRIVILEGE_FLAGS, &val), 0);
	CHECK_EQ(val, ~0ull);
	CHECK_EQ(set(1, HVPART_PROPERTY_DEBUG_BREAK, 1), 6);
}

/* Only what stands still may be set. */
static void while_running(void)
{
	struct partition *g = new_guest(1);

	g->vps[0]->running = 2;
	CHECK_EQ(set(g->id, HV_PARTITION_PROPERTY_TIME_FREEZE, 1), 0x15);
	CHECK_EQ(set(g->id, HV_PARTITION_PROPERTY_REFERENCE_TIME, 1), 0x15);
	CHECK_EQ(set(g->id, HV_PARTITION_PROPERTY_UNIMPLEMENTED_MSR_ACTION, 1), 0);
	g->vps[0]->running = 0;
	end_guest(g);
}

static void time_properties(void)
{
	struct partition *g = new_guest(1);
	u64 a, b;

	CHECK_EQ(set(g->id, HV_PARTITION_PROPERTY_REFERENCE_TIME, 5000000), 0);
	CHECK_EQ(get(g->id, HV_PARTITION_PROPERTY_REFERENCE_TIME, &a), 0);
	CHECK(a >= 5000000 && a < 5001000);
	CHECK_EQ(set(g->id, HV_PARTITION_PROPERTY_TIME_FREEZE, 1), 0);
	CHECK_EQ(get(g->id, HV_PARTITION_PROPERTY_REFERENCE_TIME, &a), 0);
	now += 1000000000;
	CHECK_EQ(get(g->id, HV_PARTITION_PROPERTY_REFERENCE_TIME, &b), 0);
	CHECK(b - a < 1000);
	CHECK_EQ(set(g->id, HV_PARTITION_PROPERTY_TIME_FREEZE, 0), 0);
	now += 1000000000;
	CHECK_EQ(get(g->id, HV_PARTITION_PROPERTY_REFERENCE_TIME, &b), 0);
	CHECK(b - a >= 9990000 && b - a < 10010000);
	end_guest(g);
}

/* One knob of mshv for CPUID, MSRs and calls together. */
static void synthetic(void)
{
	static const struct { u64 synth, priv; u32 edx, hint; } map[] = {
		{ HV_SYNTH_ACCESS_VP_RUN_TIME_REG, HV_MSR_VP_RUNTIME_AVAILABLE, 0, 0 },
		{ HV_SYNTH_ACCESS_PARTITION_REFERENCE_COUNTER,
		  HV_MSR_TIME_REF_COUNT_AVAILABLE, 0, 0 },
		{ HV_SYNTH_ACCESS_SYNIC_REGS, HV_MSR_SYNIC_AVAILABLE, 0, 0 },
		{ HV_SYNTH_ACCESS_SYNTHETIC_TIMER_REGS, HV_MSR_SYNTIMER_AVAILABLE, 0, 0 },
		{ HV_SYNTH_ACCESS_INTR_CTRL_REGS, HV_MSR_APIC_ACCESS_AVAILABLE, 0, 0 },
		{ HV_SYNTH_ACCESS_HYPERCALL_REGS, HV_MSR_HYPERCALL_AVAILABLE, 0, 0 },
		{ HV_SYNTH_ACCESS_VP_INDEX, HV_MSR_VP_INDEX_AVAILABLE, 0, 0 },
		{ HV_SYNTH_ACCESS_PARTITION_REFERENCE_TSC,
		  HV_MSR_REFERENCE_TSC_AVAILABLE, 0, 0 },
		{ HV_SYNTH_ACCESS_GUEST_IDLE_REG, HV_MSR_GUEST_IDLE_AVAILABLE, 0, 0 },
		{ HV_SYNTH_ACCESS_FREQUENCY_REGS, HV_ACCESS_FREQUENCY_MSRS,
		  HV_FEATURE_FREQUENCY_MSRS_AVAILABLE, 0 },
		{ HV_SYNTH_SIGNAL_EVENTS, 3ull << 36, 0, 0 },
		{ HV_SYNTH_DIRECT_SYNTHETIC_TIMERS, 0,
		  HV_STIMER_DIRECT_MODE_AVAILABLE, 0 },
		{ HV_SYNTH_TB_FLUSH_HYPERCALLS, 0, 0, HV_X64_REMOTE_TLB_FLUSH_RECOMMENDED },
		{ HV_SYNTH_SYNTHETIC_CLUSTER_IPI, 0, 0, HV_X64_CLUSTER_IPI_RECOMMENDED },
		{ HV_SYNTH_EXTENDED_PROCESSOR_MASKS, 0, 0,
		  HV_X64_EX_PROCESSOR_MASKS_RECOMMENDED },
	};
	u64 id = new_partition(), val;

	for (u32 i = 0; i < ARRAY_SIZE(map); i++) {
		CHECK_EQ(set(id, HV_PARTITION_PROPERTY_SYNTHETIC_PROC_FEATURES,
			     map[i].synth), 0);
		CHECK_EQ(get(id, HV_PARTITION_PROPERTY_PRIVILEGE_FLAGS, &val), 0);
		CHECK_EQ(val, map[i].priv);
		CHECK_EQ(get(id, HVPART_PROPERTY_FEATURES_EDX, &val), 0);
		CHECK_EQ(val, map[i].edx | HV_FEATURE_GUEST_CRASH_MSR_AVAILABLE);
		CHECK_EQ(get(id, HVPART_PROPERTY_HINTS, &val), 0);
		CHECK_EQ(val, map[i].hint | HV_DEPRECATING_AEOI_RECOMMENDED);
	}
}

const struct test property_tests[] = {
	{ "properties: get, set, range", each },
	{ "properties: unknown codes", unknown },
	{ "properties: early ones after the first run", after_first_run },
	{ "properties of the root", of_the_root },
	{ "properties: while a VP runs", while_running },
	{ "properties: time", time_properties },
	{ "properties: synthetic features", synthetic },
	{}
};
