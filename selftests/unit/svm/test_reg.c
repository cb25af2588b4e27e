// SPDX-License-Identifier: GPL-2.0
/* vendor_get_reg(), vendor_set_reg(). */
#include "svmtest.h"

static const u32 words[] = {
	HV_X64_REGISTER_CR0, HV_X64_REGISTER_CR2, HV_X64_REGISTER_CR3,
	HV_X64_REGISTER_CR4, HV_X64_REGISTER_DR6, HV_X64_REGISTER_DR7,
	HV_X64_REGISTER_KERNEL_GS_BASE, HV_X64_REGISTER_PAT,
	HV_X64_REGISTER_SYSENTER_CS, HV_X64_REGISTER_SYSENTER_EIP,
	HV_X64_REGISTER_SYSENTER_ESP, HV_X64_REGISTER_STAR,
	HV_X64_REGISTER_LSTAR, HV_X64_REGISTER_CSTAR, HV_X64_REGISTER_SFMASK,
	HV_X64_REGISTER_DEBUG_CTL,
};

static void round_trips(struct vendor_vp *v)
{
	union hv_register_value val = { 0 }, got;
	struct hv_x64_segment_register row[6];

	for (u32 i = 0; i < ARRAY_SIZE(words); i++) {
		val.reg64 = 0x1000 + i;
		CHECK(vendor_set_reg(v, words[i], &val));
	}
	for (u32 i = 0; i < ARRAY_SIZE(words); i++) {
		CHECK(vendor_get_reg(v, words[i], &got));
		CHECK_EQ(got.reg64, 0x1000 + i);
	}
	for (u32 n = HV_X64_REGISTER_ES; n <= HV_X64_REGISTER_TR; n++) {
		memset(&val, 0, sizeof(val));
		val.segment.base = n * 0x1000ull;
		val.segment.limit = n;
		val.segment.selector = n & 0xf8;
		val.segment.attributes = 0xa09b;	/* G, L, P, S, code */
		CHECK(vendor_set_reg(v, n, &val));
		CHECK(vendor_get_reg(v, n, &got));
		CHECK(!memcmp(&val, &got, sizeof(val)));
	}
	CHECK_EQ(v->vmcb->cs.attrib, 0xa9b);
	v->vmcb->fs = (struct vmcb_segment) { 0xfff8, 0xffff, ~0u, ~0ull };
	vendor_get_segments(v, HV_X64_REGISTER_ES, row, 6);
	for (u32 i = 0; i < 6; i++) {
		CHECK(vendor_get_reg(v, HV_X64_REGISTER_ES + i, &got));
		CHECK(!memcmp(&row[i], &got, sizeof(got)));
	}
	/* Of the word in the block only the bits that exist. */
	CHECK(row[4].attributes == 0xf0ff && row[4].selector == 0xfff8 &&
	      row[4].limit == ~0u && row[4].base == ~0ull);
	vendor_get_segments(v, HV_X64_REGISTER_GS, row, 1);
	CHECK(!memcmp(row, &got, sizeof(got)) &&
	      row[1].base == HV_X64_REGISTER_CS * 0x1000ull);
	val.table.base = 0xffff800000001000;
	val.table.limit = 0x7f;
	CHECK(vendor_set_reg(v, HV_X64_REGISTER_GDTR, &val));
	CHECK_EQ(v->vmcb->gdtr.limit, 0x7f);
	CHECK(!vendor_get_reg(v, HV_X64_REGISTER_RAX, &got));
	CHECK(!vendor_set_reg(v, HV_X64_REGISTER_RIP, &val));
}

static void special(struct vendor_vp *v)
{
	union hv_register_value val = { .reg64 = EFER_LME | EFER_NXE }, got;

	CHECK(vendor_set_reg(v, HV_X64_REGISTER_EFER, &val));
	CHECK_EQ(v->vmcb->efer, EFER_LME | EFER_NXE | EFER_SVME);
	CHECK(vendor_get_reg(v, HV_X64_REGISTER_EFER, &got));
	CHECK_EQ(got.reg64, EFER_LME | EFER_NXE);
	CHECK_EQ(vendor_efer(v), EFER_LME | EFER_NXE);
	v->flush = false;
	vendor_set_reg(v, HV_X64_REGISTER_CR2, &val);
	CHECK(!v->flush);
	vendor_set_reg(v, HV_X64_REGISTER_CR3, &val);
	CHECK(v->flush);
	val.reg64 = 0;
	val.interrupt_state.nmi_masked = 1;
	CHECK(vendor_set_reg(v, HV_REGISTER_INTERRUPT_STATE, &val));
	CHECK(v->nmi_masked && v->vmcb->intercept[0] & BIT(INTERCEPT_IRET));
	CHECK(vendor_get_reg(v, HV_REGISTER_INTERRUPT_STATE, &got));
	CHECK_EQ(got.reg64, 2);
	v->vmcb->int_shadow = 0xff;
	CHECK_EQ(vendor_interrupt_state(v), 3);
	v->vmcb->int_shadow = 0;
	v->vmcb->dr7 = 0x401;
	CHECK_EQ(vendor_dr7(v), 0x401);
}

/* The CPL has a field of its own; it follows SS, CR0.PE and RFLAGS.VM. */
static void privilege(struct vendor_vp *v)
{
	union hv_register_value val = { 0 };

	val.segment.attributes = 0xc0f3;
	vendor_set_reg(v, HV_X64_REGISTER_SS, &val);
	val.reg64 = CR0_PE;
	v->vmcb->rflags = RFLAGS_FIXED;
	vendor_set_reg(v, HV_X64_REGISTER_CR0, &val);
	CHECK_EQ(vendor_cpl(v), 3);
	val.reg64 = 0;
	vendor_set_reg(v, HV_X64_REGISTER_CR0, &val);
	CHECK_EQ(vendor_cpl(v), 0);
}

void test_registers(void)
{
	struct vendor_vp v;

	fake_vp(&v);
	round_trips(&v);
	special(&v);
	privilege(&v);
	fake_vp_done(&v);
}
