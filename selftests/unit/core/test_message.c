// SPDX-License-Identifier: GPL-2.0
/* Direct messages and events, asserted interrupts, CPUID results. */
#include <string.h>

#include "apic.h"
#include "sim.h"
#include "synic.h"

static struct partition *p;
static struct vp *vp;

static void begin(void)
{
	p = new_guest(1);
	vp = p->vps[0];
	CHECK_EQ(set_reg(vp, 0x84800 + 0xf, 0x1ff), 0);
}

static void synic_on(void)
{
	CHECK_EQ(set_reg(vp, HV_REGISTER_SCONTROL, 1), 0);
	CHECK_EQ(set_reg(vp, HV_REGISTER_SIMP, 210 << 12 | 1), 0);
	CHECK_EQ(set_reg(vp, HV_REGISTER_SIEFP, 211 << 12 | 1), 0);
	CHECK_EQ(set_reg(vp, HV_REGISTER_SINT0 + 2, 0x30), 0);
	sim_settle();
}

static u16 direct(u32 index, u8 vtl, u32 sint, u32 type, u8 size)
{
	struct hv_input_post_message_direct in = { .target_partition = p->id,
		.target_vp = index, .target_vtl = vtl, .target_sint = sint };
	struct hv_message m = { .header = { .message_type = type,
					    .payload_size = size } };

	memcpy(in.message, &m, sizeof(m));
	return root_simple(HVCALL_POST_MESSAGE_DIRECT, &in, sizeof(in));
}

static void post_direct(void)
{
	begin();
	CHECK_EQ(direct(0, 0, 2, 0, 8), 5);
	CHECK_EQ(direct(0, 0, 2, 1, 241), 5);
	CHECK_EQ(direct(0, 1, 2, 1, 8), 0x51);
	CHECK_EQ(direct(0, 0, 16, 1, 8), 5);
	CHECK_EQ(direct(1, 0, 2, 1, 8), 0xe);
	CHECK_EQ(direct(0, 0, 2, 1, 8), 0x18);
	synic_on();
	CHECK_EQ(direct(0, 0, 2, 0x80000010, 8), 0);
	CHECK(apic_irr_any(vp));
	CHECK_EQ(direct(0, 0, 2, 1, 8), 0x19);
	end_guest(p);
}

static u16 signal_direct(u32 index, u8 vtl, u8 sint, u16 flag)
{
	struct hv_input_signal_event_direct in = { p->id, index, vtl, sint, flag };

	return root_simple(HVCALL_SIGNAL_EVENT_DIRECT, &in, sizeof(in));
}

static void events_direct(void)
{
	u8 *newly = root_out();

	begin();
	CHECK_EQ(signal_direct(0, 0, 2, 2048), 5);
	CHECK_EQ(signal_direct(0, 1, 2, 0), 0x51);
	CHECK_EQ(signal_direct(0, 0, 16, 0), 5);
	CHECK_EQ(signal_direct(1, 0, 2, 0), 0xe);
	CHECK_EQ(signal_direct(0, 0, 2, 0), 0);
	CHECK_EQ(*newly, 0);			/* off: not newly signalled */
	synic_on();
	CHECK_EQ(signal_direct(0, 0, 2, 2047), 0);
	CHECK_EQ(*newly, 1);
	CHECK_EQ(signal_direct(0, 0, 2, 2047), 0);
	CHECK_EQ(*newly, 0);
	end_guest(p);
}

static void asserted(void)
{
	struct hv_input_assert_virtual_interrupt good, in;

	begin();
	good = (struct hv_input_assert_virtual_interrupt) {
		.partition_id = p->id, .vector = 0x40 };
#define BAD(st, change) do {						\
	in = good;							\
	change;								\
	CHECK_EQ(root_simple(HVCALL_ASSERT_VIRTUAL_INTERRUPT, &in,	\
			     sizeof(in)), st);				\
	CHECK(!apic_irr_any(vp));					\
} while (0)
	BAD(5, in.control.rsvd = 1);
	BAD(5, in.rsvd_z0 = 1);
	BAD(5, in.rsvd_z1 = 1);
	BAD(0x51, in.target_vtl = 1);
	CHECK_EQ(root_simple(HVCALL_ASSERT_VIRTUAL_INTERRUPT, &good,
			     sizeof(good)), 0);
	CHECK(apic_irr_any(vp));
	CHECK_EQ(kicks(0, vp, HVPART_KICK_WAKE), 1);
	end_guest(p);
}

/* --- CPUID results ---------------------------------------------------------------- */

static struct hv_input_register_intercept_result result(u32 leaf, u32 vp_index)
{
	struct hv_input_register_intercept_result in = {
		.partition_id = p->id, .vp_index = vp_index,
		.intercept_type = HV_INTERCEPT_TYPE_X64_CPUID };

	in.parameters.cpuid.input.eax = leaf;
	in.parameters.cpuid.result.ebx = 0x12345678;
	in.parameters.cpuid.result.ebx_mask = ~0u;
	return in;
}

static u16 do_register(const struct hv_input_register_intercept_result *in)
{
	return root_simple(HVCALL_REGISTER_INTERCEPT_RESULT, in, sizeof(*in));
}

static u16 do_unregister(u32 type, u32 leaf, u32 vp_index)
{
	struct hv_input_unregister_intercept_result in = {
		.partition_id = p->id, .vp_index = vp_index,
		.intercept_type = type, .parameters.cpuid.eax = leaf };

	return root_simple(HVCALL_UNREGISTER_INTERCEPT_RESULT, &in, sizeof(in));
}

static u64 query(u32 leaf, u32 flags, u32 reserved)
{
	u64 buf[16] = {};
	struct hv_input_get_vp_cpuid_values *in = (void *)buf;

	in->partition_id = p->id;
	in->flags = flags;
	in->reserved = reserved;
	in->cpuid_leaf_info[0].eax = leaf;
	in->cpuid_leaf_info[1].eax = 0x40000000;
	return root_simple(HVCALL_GET_VP_CPUID_VALUES | REPS(2), buf, sizeof(buf));
}

static void cpuid_results(void)
{
	struct hv_input_register_intercept_result in;
	struct hv_cpuid_result *out = root_out();

	begin();
	in = result(0x40000081, HV_ANY_VP);
	in.intercept_type = HV_INTERCEPT_TYPE_X64_MSR;
	CHECK_EQ(do_register(&in), 5);
	CHECK_EQ(do_unregister(HV_INTERCEPT_TYPE_X64_MSR, 1, HV_ANY_VP), 5);
	in = result(0x40000081, 64);
	CHECK_EQ(do_register(&in), 0xe);
	in = result(0x40000081, HV_ANY_VP);
	in.parameters.cpuid.input.always_override = 2;
	CHECK_EQ(do_register(&in), 5);
	in = result(0x40000081, HV_ANY_VP);
	in.parameters.cpuid.input.subleaf_specific = 2;
	CHECK_EQ(do_register(&in), 5);
	in = result(0x40000081, HV_ANY_VP);
	vp->running = 3;
	CHECK_EQ(do_register(&in), 0x15);
	CHECK_EQ(do_unregister(HV_INTERCEPT_TYPE_X64_CPUID, 1, HV_ANY_VP), 0x15);
	vp->running = 0;
	CHECK_EQ(do_unregister(HV_INTERCEPT_TYPE_X64_CPUID, 0x40000081,
			       HV_ANY_VP), 0x10);
	CHECK_EQ(do_register(&in), 0);
	CHECK_EQ(query(0x40000081, 4, 0), 5);
	CHECK_EQ(query(0x40000081, 0, 1), 5);
	CHECK_EQ(query(0x40000081, 3, 0), 2ull << 32);
	CHECK_EQ(out[0].ebx, 0x12345678);
	CHECK_EQ(out[1].ebx, 0x7263694d);
	CHECK_EQ(do_unregister(HV_INTERCEPT_TYPE_X64_CPUID, 0x40000081,
			       HV_ANY_VP), 0);
	CHECK_EQ(query(0x40000081, 0, 0), 2ull << 32);
	CHECK_EQ(out[0].ebx, 0);
	/* All that the table holds, and one more. */
	for (u32 i = 0; i < HV_MAX_CPUID_OVERRIDES; i++) {
		in = result(0x1000 + i, HV_ANY_VP);
		CHECK_EQ(do_register(&in), 0);
	}
	in = result(0x5000, HV_ANY_VP);
	CHECK_EQ(do_register(&in), HV_STATUS_NO_RESOURCES);
	end_guest(p);
}

const struct test message_tests[] = {
	{ "direct messages", post_direct },
	{ "direct events", events_direct },
	{ "asserted interrupts", asserted },
	{ "CPUID results", cpuid_results },
	{}
};
