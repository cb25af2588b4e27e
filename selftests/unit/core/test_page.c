// SPDX-License-Identifier: GPL-2.0
/* Pages shared with the parent: register page, message page, VP state. */
#include <string.h>

#include "sim.h"
#include "world.h"

static struct partition *p;
static struct vp *vp;

static void begin(void)
{
	p = new_guest(1);
	vp = p->vps[0];
}

/* --- mapping -------------------------------------------------------------------- */

static u16 map(u16 type, u8 flags, u64 pfn)
{
	struct hv_input_map_vp_state_page in = { .partition_id = p->id,
		.type = type, .flags.as_uint8 = flags,
		.requested_map_location = pfn };

	return root_simple(HVCALL_MAP_VP_STATE_PAGE, &in, sizeof(in));
}

static void mapping(void)
{
	begin();
	CHECK_EQ(map(1, 1, PFN_SPARE), 8);
	CHECK_EQ(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, p->id, 1ull << 32), 0);
	CHECK_EQ(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, p->id, 1ull << 32), 8);
	CHECK_EQ(root_fast(HVCALL_UNMAP_VP_STATE_PAGE, p->id, 2ull << 32), 5);
	CHECK_EQ(map(1, 0, PFN_SPARE), 5);
	CHECK_EQ(map(1, 3, PFN_SPARE), 5);
	CHECK_EQ(map(2, 1, PFN_SPARE), 5);
	CHECK_EQ(map(0xffff, 1, PFN_SPARE), 5);
	CHECK_EQ(map(1, 1, HOLE), 5);
	CHECK_EQ(map(1, 1, ARENA), 5);
	CHECK_EQ(map(1, 1, ~0ull), 5);
	CHECK_EQ(map(1, 1, 1ull << 52 | PFN_SPARE), 5);
	CHECK(!vp->vp_page);
	CHECK_EQ(map(1, 1, PFN_SPARE), 0);
	CHECK_EQ(*(u64 *)root_out(), PFN_SPARE);
	CHECK_EQ(owner_get(PFN_SPARE).state, PG_SHARED);
	/* What is shared can be shared again, never deposited. */
	CHECK_EQ(root_simple(HVCALL_DEPOSIT_MEMORY | REPS(1),
			     (u64[]) { p->id, PFN_SPARE }, 16), 8);
	end_guest(p);
	CHECK_EQ(owner_get(PFN_SPARE).state, PG_ROOT);
}

/* --- the register page ------------------------------------------------------------ */

static const struct hv_exit io = { .reason = EXIT_IO, .insn_len = 1,
				   .io = { .port = 1, .size = 1 } };

static void store(void)
{
	struct hv_vp_register_page *pg;

	begin();
	pg = reg_page(vp);
	for (u32 i = 0; i < NR_GPRS; i++)
		vp->v.regs.gpr[i] = 100 + i;
	vp->v.seg[4].base = 0x5555;
	set_reg(vp, HV_X64_REGISTER_XMM0 + 2, 0x77);
	set_reg(vp, HV_X64_REGISTER_CR8, 4);
	set_reg(vp, HV_X64_REGISTER_CR3, 0x9000);
	vp->v.regs.rip = 0x1000;
	pg->dirty = 0;
	child_exit_once(vp, &io);
	CHECK_EQ(pg->isvalid, 1);
	CHECK_EQ(pg->version, 1);
	CHECK_EQ(pg->dirty, 0);
	CHECK_EQ(pg->r15, 115);
	CHECK_EQ(pg->rip, 0x1000);
	CHECK_EQ(pg->rflags, RFLAGS_FIXED);
	CHECK_EQ(pg->fs.base, 0x5555);
	CHECK_EQ(pg->xmm2.low_part, 0x77);
	CHECK_EQ(pg->cr8, 4);
	CHECK_EQ(pg->cr3, 0x9000);
	CHECK_EQ(pg->cr0, CR0_ET);
	CHECK_EQ(pg->xfem, vp->world->xcr0);
	/* Nothing of it is written when the slice merely ends. */
	memset(pg, 0xaa, sizeof(*pg));
	pg->dirty = 0;
	CHECK_EQ(dispatch(vp, HV_DISPATCH_VP_FLAG_CLEAR_INTERCEPT_SUSPEND), 0);
	CHECK_EQ(pg->rip, 0xaaaaaaaaaaaaaaaaull);
	end_guest(p);
}

static void use_xmm(struct vp *v)
{
	if (v == vp)
		fpu_set_xmm(2, 0x99);
}

/* What the page says is what the guest left, not what it began with. */
static void store_live(void)
{
	struct hv_vp_register_page *pg;

	begin();
	pg = reg_page(vp);
	for (u32 i = 0; i < 6; i++)
		vp->v.seg[i].base = 0x100 + i;
	set_reg(vp, HV_X64_REGISTER_XMM0 + 2, 0x77);
	set_reg(vp, HV_X64_REGISTER_DR7, 0x455);
	vp->v.shadow = true;
	run_hook = use_xmm;
	child_exit_once(vp, &io);
	run_hook = NULL;
	CHECK_EQ(pg->xmm2.low_part, 0x99);
	for (u32 i = 0; i < 6; i++)
		CHECK_EQ(pg->segment_registers[i].base, 0x100 + i);
	CHECK_EQ(pg->dr7, 0x455);
	CHECK_EQ(pg->interrupt_state.as_uint64, 1);
	end_guest(p);
}

static void fill(struct hv_vp_register_page *pg)
{
	for (u32 i = 0; i < NR_GPRS; i++)
		pg->gp_registers[i] = 200 + i;
	pg->rip = 0x2000;
	pg->rflags = 0x246;
	for (u32 i = 0; i < 6; i++) {
		pg->segment_registers[i] = (struct hv_x64_segment_register) {
			.base = 0x1000 * i, .selector = i };
		pg->xmm_registers[i].low_part = 300 + i;
	}
	pg->cr0 = pg->cr3 = pg->efer = ~0ull;	/* for reading only */
}

/* Only the classes that are marked; then none is. */
static void dirty_classes(void)
{
	for (u32 dirty = 0; dirty < 0x40; dirty++) {
		struct hv_vp_register_page *pg;

		begin();
		pg = reg_page(vp);
		fill(pg);
		pg->dirty = dirty;
		CHECK_EQ(dispatch(vp, 0), 0);
		CHECK_EQ(pg->dirty, 0);
		CHECK_EQ(vp->v.regs.gpr[GPR_R15] == 215, dirty & 1);
		CHECK_EQ(vp->v.regs.rip == 0x2000, dirty >> 1 & 1);
		CHECK_EQ(*(u64 *)((u8 *)vp->world->xsave + 160 + 5 * 16) == 305,
			 dirty >> 2 & 1);
		CHECK_EQ(vp->v.seg[5].base == 0x5000, dirty >> 3 & 1);
		CHECK_EQ(vp->v.regs.rflags == 0x246, dirty >> 4 & 1);
		CHECK_EQ(vendor_cr0(&vp->v), CR0_ET);
		end_guest(p);
		if (dirty == 8)
			dirty = 0x1d;
	}
}

static void bad_flags(void)
{
	struct hv_vp_register_page *pg;

	begin();
	pg = reg_page(vp);
	fill(pg);
	pg->rflags = 1ull << 40;
	pg->dirty = 0x1f;
	CHECK_EQ(dispatch(vp, 0), 0x50);
	CHECK_EQ(vp->running, 0);
	CHECK(cpus[0].current == cpus[0].root_vp);
	CHECK_EQ(vp->v.regs.rflags, RFLAGS_FIXED);
	pg->dirty = 0;
	CHECK_EQ(dispatch(vp, 0), 0);
	end_guest(p);
}

/* User space writes while we load: what is entered has passed the oracle. */
static void hostile(struct vp *v)
{
	if (v == vp) {
		reg_page(v)->dirty = ~0u;
		reg_page(v)->rflags = ~0ull;
		memset(vp_page(v), 0xff, PAGE_SIZE);
	}
}

static void rewritten(void)
{
	begin();
	run_hook = hostile;
	child_exit_once(vp, &io);
	run_hook = NULL;
	CHECK_EQ(vp_page(vp)->dispatch_event, HV_VP_DISPATCH_EVENT_INTERCEPT);
	CHECK_EQ(vp_page(vp)->message.header.message_type,
		 HVMSG_X64_IO_PORT_INTERCEPT);
	CHECK_EQ(reg_page(vp)->rflags, RFLAGS_FIXED);
	end_guest(p);
}

/* --- VP state ------------------------------------------------------------------------ */

static u64 state(u16 code, u32 type, u64 pfn, u32 var)
{
	struct {
		struct hv_input_get_vp_state h;
		u64 pfn;
	} in = { .h = { .partition_id = p->id, .state_data.type = type },
		 .pfn = pfn };

	return root_simple(code | VAR(var), &in, sizeof(in));
}

#define GET(type)	state(HVCALL_GET_VP_STATE, type, PFN_SPARE, 1)
#define SET(type)	state(HVCALL_SET_VP_STATE, type, PFN_SPARE, 1)

static void vp_state(void)
{
	static const u32 types[] = { HV_GET_SET_VP_STATE_LAPIC_STATE,
		HV_GET_SET_VP_STATE_XSAVE, HV_GET_SET_VP_STATE_SIM_PAGE,
		HV_GET_SET_VP_STATE_SIEF_PAGE };
	static const u16 codes[] = { HVCALL_GET_VP_STATE, HVCALL_SET_VP_STATE };

	begin();
	for (u32 i = 0; i < 4; i++) {
		memset(ram(PFN_SPARE), 0xee, PAGE_SIZE);
		CHECK_EQ(GET(types[i]), 0);
		CHECK(((u8 *)ram(PFN_SPARE))[PAGE_SIZE - 1] == 0);
		CHECK_EQ(SET(types[i]), 0);
	}
	for (u32 i = 0; i < 2; i++) {
		CHECK_EQ(state(codes[i], types[0], PFN_SPARE, 2), 5);
		CHECK_EQ(state(codes[i], 4, PFN_SPARE, 1), 5);
		CHECK_EQ(state(codes[i], 0x80000004, PFN_SPARE, 1), 5);
		CHECK_EQ(state(codes[i], types[0], HOLE, 1), 5);
		CHECK_EQ(state(codes[i], types[0], ARENA, 1), 5);
		CHECK_EQ(state(codes[i], types[0], ~0ull, 1), 5);
		/* A page number that loses bits on the way is another page. */
		CHECK_EQ(state(codes[i], types[0], 1ull << 52 | PFN_SPARE, 1), 5);
	}
	end_guest(p);
}

static void xsave_state(void)
{
	u64 *x = ram64(PFN_SPARE);

	begin();
	CHECK_EQ(GET(HV_GET_SET_VP_STATE_XSAVE), 0);
	x[20] = 0x1234;				/* XMM0 */
	x[64] = 2;
	CHECK_EQ(SET(HV_GET_SET_VP_STATE_XSAVE), 0);
	CHECK_EQ(get_reg(vp, HV_X64_REGISTER_XMM0), 0x1234);
	x[64] = 1ull << 9;
	CHECK_EQ(SET(HV_GET_SET_VP_STATE_XSAVE), 0x50);
	x[64] = 2;
	x[65] = 1ull << 63;
	CHECK_EQ(SET(HV_GET_SET_VP_STATE_XSAVE), 0x50);
	x[65] = 0;
	x[70] = 1;
	CHECK_EQ(SET(HV_GET_SET_VP_STATE_XSAVE), 0x50);
	x[70] = 0;
	((u32 *)x)[6] = 1 << 16;
	CHECK_EQ(SET(HV_GET_SET_VP_STATE_XSAVE), 0x50);
	CHECK_EQ(get_reg(vp, HV_X64_REGISTER_XMM0), 0x1234);
	end_guest(p);
}

const struct test page_tests[] = {
	{ "state pages: mapping", mapping },
	{ "register page: what is stored", store },
	{ "register page: as the guest left it", store_live },
	{ "register page: dirty classes", dirty_classes },
	{ "register page: flags that do not exist", bad_flags },
	{ "register page: rewritten meanwhile", rewritten },
	{ "VP state: types and pages", vp_state },
	{ "VP state: XSAVE", xsave_state },
	{}
};
