// SPDX-License-Identifier: GPL-2.0
/* vendor_state_valid(): a good state, and each rule of APM 15.5.1 broken alone. */
#include "svmtest.h"

static struct vendor_vp vp;
static struct vmcb *c;

/* A guest in long mode, as far as the rules look. */
static void good_state(void)
{
	vendor_vp_reset(&vp, false);
	c->cr0 = CR0_PE | CR0_PG | CR0_WP | CR0_ET;
	c->cr4 = CR4_PAE;
	c->efer = EFER_SVME | EFER_LME | EFER_LMA;
	c->cs.attrib = VMCB_SEG_P | VMCB_SEG_S | VMCB_SEG_L | 0xb;
	c->asid = 3;
}

static void event(u8 type, u8 vector)
{
	vp.event = (struct hv_event){ .valid = true, .type = type,
				      .vector = vector };
}

static void no_svme(void) { c->efer &= ~EFER_SVME; }
static void nw(void) { c->cr0 |= CR0_NW; }
static void cr0_high(void) { c->cr0 |= BIT(32); }
static void cr3_high(void) { c->cr3 = BIT(40); }
static void cr4_vmxe(void) { c->cr4 |= CR4_VMXE; }
static void cr4_high(void) { c->cr4 |= BIT(40); }
static void dr6(void) { c->dr6 |= BIT(32); }
static void dr7(void) { c->dr7 |= BIT(63); }
static void efer_bit(void) { c->efer |= BIT(1); }
static void no_pae(void) { c->cr4 &= ~CR4_PAE; }
static void no_pe(void) { c->cr0 &= ~CR0_PE; }
static void paged_real(void)
{
	c->efer = EFER_SVME;
	c->cs.attrib &= ~VMCB_SEG_L;
	c->cr0 = CR0_PG | CR0_ET;
}
static void cs_d(void) { c->cs.attrib |= VMCB_SEG_D; }
static void no_vmrun(void) { svm_intercept(c, INTERCEPT_VMRUN, false); }
static void msrpm(void) { c->msrpm_spa = BIT(40) - 0x1000; }
static void iopm(void) { c->iopm_spa = BIT(40) - 0x2000; }
static void type1(void) { event(1, 20); }
static void type7(void) { event(7, 20); }
static void vector2(void) { event(EVENT_EXCEPTION, 2); }
static void vector32(void) { event(EVENT_EXCEPTION, 32); }
static void overflow(void) { event(EVENT_SOFT_EXCEPTION, 4); }
static void bound(void) { event(EVENT_EXCEPTION, 5); }
static void pat(void) { c->g_pat = 0x0007040600070402; }
static void ncr3(void) { c->nested_cr3 = BIT(40); }
static void cet(void) { svm.cr4_valid |= CR4_CET; c->cr4 |= CR4_CET; c->cr0 &= ~CR0_WP; }
static void s_cet(void) { svm.shstk = true; c->s_cet = BIT(6); }

static const struct {
	void (*spoil)(void);
	const char *why;
} broken[] = {
	{ no_svme, "EFER.SVME" }, { nw, "CR0.NW without CD" },
	{ cr0_high, "CR0 bits 63:32" }, { cr3_high, "CR3 reserved bits" },
	{ cr4_vmxe, "CR4 reserved bits" }, { cr4_high, "CR4 reserved bits" },
	{ dr6, "DR6/DR7 bits 63:32" }, { dr7, "DR6/DR7 bits 63:32" },
	{ efer_bit, "EFER reserved bits" },
	{ no_pae, "long mode without CR4.PAE" },
	{ no_pe, "long mode without CR0.PE" },
	{ paged_real, "CR0.PG without PE" }, { cs_d, "CS.L with CS.D" },
	{ no_vmrun, "VMRUN not intercepted" },
	{ msrpm, "permission map address" }, { iopm, "permission map address" },
	{ type1, "event injection" }, { type7, "event injection" },
	{ vector2, "event injection" }, { vector32, "event injection" },
	{ overflow, "event injection" }, { bound, "event injection" },
	{ pat, "PAT type" }, { ncr3, "nested CR3 reserved bits" },
	{ cet, "CR4.CET without CR0.WP" }, { s_cet, "S_CET reserved bits" },
};

static bool valid(const char **why)
{
	bool ok = vendor_state_valid(&vp, why);

	CHECK(ok == !**why);		/* "" when all is well */
	return ok;
}

static void good_states(void)
{
	const char *why;

	vendor_vp_reset(&vp, false);
	CHECK(valid(&why));			/* real mode, tag not drawn yet */
	CHECK_EQ(c->asid, 0);			/* ... and left alone */
	vendor_vp_reset(&vp, true);
	vendor_vp_sipi(&vp, 0x9a);
	CHECK(valid(&why));
	CHECK_EQ(c->cs.base, 0x9a000);
	good_state();
	CHECK(valid(&why));
	c->cr0 |= CR0_CD | CR0_NW;
	CHECK(valid(&why));
	c->cs.attrib = VMCB_SEG_P | VMCB_SEG_S | VMCB_SEG_D | 0xb;
	CHECK(valid(&why));			/* compatibility mode */
	event(EVENT_EXCEPTION, 4);
	CHECK(valid(&why));			/* #OF exists there */
	event(EVENT_SOFT_INTR, 200);
	CHECK(valid(&why));
}

void test_valid(void)
{
	const char *why = NULL;
	u64 inj;

	fake_vp(&vp);
	c = vp.vmcb;
	good_states();
	for (u32 i = 0; i < ARRAY_SIZE(broken); i++) {
		fake_reset();
		svm.shstk = false;
		svm.cr4_valid &= ~CR4_CET;
		good_state();
		svm_intercepts_child(c);
		c->nested_cr3 = 0x123000;
		vp.event.valid = false;
		CHECK(valid(&why));
		broken[i].spoil();
		inj = c->event_inj;
		CHECK(!valid(&why));
		if (!why || strcmp(why, broken[i].why)) {
			printf("# rule %u: %s, want %s\n", i, why ? why : "valid",
			       broken[i].why);
			failures++;
		}
		CHECK_EQ(c->event_inj, inj);
	}
	svm.shstk = false;
	fake_vp_done(&vp);
}
