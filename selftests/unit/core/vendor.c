// SPDX-License-Identifier: GPL-2.0
/* The scripted back end: every vendor_* function, and guests as scripts. */
#include <string.h>

#include "sim.h"
#include "world_insn.h"

void (*run_hook)(struct vp *vp);
u64 bus_barriers;
u32 flush_alls;

static const u32 plain_names[] = {
	HV_X64_REGISTER_CR0, HV_X64_REGISTER_CR2, HV_X64_REGISTER_CR3,
	HV_X64_REGISTER_CR4, HV_X64_REGISTER_EFER, HV_X64_REGISTER_DR6,
	HV_X64_REGISTER_DR7, HV_X64_REGISTER_KERNEL_GS_BASE,
	HV_X64_REGISTER_PAT, HV_X64_REGISTER_SYSENTER_CS,
	HV_X64_REGISTER_SYSENTER_EIP, HV_X64_REGISTER_SYSENTER_ESP,
	HV_X64_REGISTER_STAR, HV_X64_REGISTER_LSTAR, HV_X64_REGISTER_CSTAR,
	HV_X64_REGISTER_SFMASK, HV_X64_REGISTER_DEBUG_CTL,
	HV_X64_REGISTER_U_CET, HV_X64_REGISTER_S_CET, HV_X64_REGISTER_PL0_SSP,
	HV_X64_REGISTER_PL1_SSP, HV_X64_REGISTER_PL2_SSP,
	HV_X64_REGISTER_PL3_SSP, HV_X64_REGISTER_INTERRUPT_SSP_TABLE_ADDR,
};
static_assert(ARRAY_SIZE(plain_names) <= FAKE_PLAIN, "room for all");

static u64 *plain(struct vendor_vp *v, u32 name)
{
	for (u32 i = 0; i < ARRAY_SIZE(plain_names); i++)
		if (plain_names[i] == name)
			return &v->plain[i];
	return NULL;
}

bool vendor_get_reg(struct vendor_vp *v, u32 name, union hv_register_value *val)
{
	u64 *p = plain(v, name);

	memset(val, 0, sizeof(*val));
	if (p)
		val->reg64 = *p;
	else if (name >= HV_X64_REGISTER_ES && name <= HV_X64_REGISTER_TR)
		val->segment = v->seg[name - HV_X64_REGISTER_ES];
	else if (name == HV_X64_REGISTER_IDTR || name == HV_X64_REGISTER_GDTR)
		val->table = v->table[name - HV_X64_REGISTER_IDTR];
	else if (name == HV_REGISTER_INTERRUPT_STATE)
		val->reg64 = vendor_interrupt_state(v);
	else
		return false;
	return true;
}

bool vendor_set_reg(struct vendor_vp *v, u32 name,
		    const union hv_register_value *val)
{
	u64 *p = plain(v, name);

	if (p)
		*p = val->reg64;
	else if (name >= HV_X64_REGISTER_ES && name <= HV_X64_REGISTER_TR)
		v->seg[name - HV_X64_REGISTER_ES] = val->segment;
	else if (name == HV_X64_REGISTER_IDTR || name == HV_X64_REGISTER_GDTR)
		v->table[name - HV_X64_REGISTER_IDTR] = val->table;
	else if (name == HV_REGISTER_INTERRUPT_STATE) {
		v->shadow = val->interrupt_state.interrupt_shadow;
		v->nmi_masked = val->interrupt_state.nmi_masked;
	} else {
		return false;
	}
	return true;
}

u64 *vendor_dr6(struct vendor_vp *v)
{
	return plain(v, HV_X64_REGISTER_DR6);
}

u64 vendor_dr7(struct vendor_vp *v)
{
	return *plain(v, HV_X64_REGISTER_DR7);
}

u64 vendor_interrupt_state(struct vendor_vp *v)
{
	return v->shadow | v->nmi_masked << 1;
}

void vendor_get_segments(struct vendor_vp *v, u32 name,
			 struct hv_x64_segment_register *out, u32 n)
{
	memcpy(out, &v->seg[name - HV_X64_REGISTER_ES], n * sizeof(*out));
}

u64 vendor_cr0(struct vendor_vp *v)
{
	return *plain(v, HV_X64_REGISTER_CR0);
}

u64 vendor_cr3(struct vendor_vp *v)
{
	return *plain(v, HV_X64_REGISTER_CR3);
}

u64 vendor_cr4(struct vendor_vp *v)
{
	return *plain(v, HV_X64_REGISTER_CR4);
}

u64 vendor_efer(struct vendor_vp *v)
{
	return *plain(v, HV_X64_REGISTER_EFER);
}

u8 vendor_cpl(struct vendor_vp *v)
{
	return v->seg[2].descriptor_privilege_level;	/* SS */
}

bool vendor_cs_long(struct vendor_vp *v)
{
	return v->seg[1]._long;
}

struct hv_event *vendor_event(struct vendor_vp *v)
{
	return &v->event;
}

bool vendor_intr_ready(struct vendor_vp *v)
{
	return (v->regs.rflags & RFLAGS_IF) && !v->shadow && !v->event.valid;
}

bool vendor_nmi_ready(struct vendor_vp *v)
{
	return !v->nmi_masked && !v->shadow && !v->event.valid;
}

void vendor_want_intr_window(struct vendor_vp *v, bool on)
{
	v->want_intr = on;
}

void vendor_want_tpr_window(struct vendor_vp *v, bool on)
{
	v->want_tpr = on;
}

u32 hv_faults;

void vendor_want_nmi_window(struct vendor_vp *v, bool on)
{
	v->want_nmi = on;
}

void vendor_clear_intr_shadow(struct vendor_vp *v)
{
	v->shadow = false;
}

u8 vendor_cr8(struct vendor_vp *v)
{
	return v->cr8;
}

void vendor_set_cr8(struct vendor_vp *v, u8 cr8)
{
	v->cr8 = cr8;
}

void vendor_set_tsc_offset(struct vendor_vp *v, u64 offset)
{
	v->tsc_offset = offset;
}

hv_status vendor_vp_init(struct vendor_vp *v, struct pool *pool, u64 npt_root)
{
	v->block = pool_alloc(pool);
	if (!v->block)
		return HV_STATUS_INSUFFICIENT_MEMORY;
	v->npt_root = npt_root;
	vendor_vp_reset(v, false);
	return HV_STATUS_SUCCESS;
}

void vendor_vp_free(struct vendor_vp *v, struct pool *pool)
{
	pool_free(pool, v->block);
	v->block = NULL;
}

void vendor_vp_reset(struct vendor_vp *v, bool init)
{
	u64 pat = init ? *plain(v, HV_X64_REGISTER_PAT) : 0x0007040600070406ull;

	memset(v->plain, 0, sizeof(v->plain));
	memset(v->seg, 0, sizeof(v->seg));
	memset(&v->regs, 0, sizeof(v->regs));
	*plain(v, HV_X64_REGISTER_PAT) = pat;
	*plain(v, HV_X64_REGISTER_CR0) = CR0_ET;
	v->seg[1].selector = 0xf000;
	v->regs.rip = 0xfff0;
	v->regs.rflags = RFLAGS_FIXED;
	v->event.valid = v->shadow = v->nmi_masked = false;
	vendor_flush(v);
}

void vendor_vp_sipi(struct vendor_vp *v, u8 vector)
{
	v->seg[1].selector = vector << 8;
	v->seg[1].base = (u64)vector << 12;
	v->regs.rip = 0;
}

bool vendor_state_valid(struct vendor_vp *v, const char **why)
{
	*why = v->invalid ? "told so" : vendor_cr0(v) >> 32 ? "CR0" :
		v->event.valid && v->event.type == EVENT_EXCEPTION &&
		v->event.vector == 2 ? "event" : NULL;
	return !*why;
}

void vendor_flush(struct vendor_vp *v)
{
	v->flushes++;
	v->stale = false;
}

void vendor_cpu_flush_all(void)
{
	flush_alls++;
	if (race_hook)
		race_hook("flush_all", this_cpu());
}

/* --- running ---------------------------------------------------------------- */

static struct {
	struct vp *vp;
	struct script s;
} scripts[64];

struct script *script(struct vp *vp)
{
	u32 i;

	for (i = 0; scripts[i].vp && scripts[i].vp != vp; i++)
		CHECK(i < ARRAY_SIZE(scripts) - 1);
	scripts[i].vp = vp;
	return &scripts[i].s;
}

static void deliver_event(struct vendor_vp *v)
{
	if (!v->event.valid)
		return;
	if (v->event.type == EVENT_NMI)
		v->nmi_masked = true;
	v->taken[v->nr_taken++ % ARRAY_SIZE(v->taken)] = v->event;
	v->event.valid = false;
}

void vendor_run(struct vendor_vp *v, struct hv_exit *e)
{
	struct vp *vp = container_of(v, struct vp, v);
	struct percpu *cpu = this_cpu();
	struct script *s = script(vp);
	bool done;

	CHECK(cpu->current == vp);
	CHECK(!cpu->windows_open);
	CHECK(!locks_held());
	if (v->stale)
		fail("VP %u runs with a stale translation", vp->index);
	if (vp != cpu->root_vp) {
		const char *why;

		CHECK_EQ(vp->running, cpu->index + 1);
		if (!vendor_state_valid(v, &why))
			fail("invalid state entered: %s", why);
	}
	v->runs++;
	deliver_event(v);
	memset(e, 0, sizeof(*e));
	if (run_hook)
		run_hook(vp);
	done = s->at >= s->n;
	if (!done)
		*e = s->exits[s->at++];
	else
		e->reason = EXIT_INTR;
	/* A guest may be a function: it gets the exit to change it. */
	if (s->guest)
		s->guest(vp, e);
	else if (done && vp == cpu->root_vp)
		cpu->leave = true;
}

const u8 vendor_hypercall_code[] = {
	0xf3, 0x0f, 0x1e, 0xfa, 0x0f, 0x01, 0xd9, 0xc3
};
const u32 vendor_hypercall_code_len = sizeof(vendor_hypercall_code);
const u32 vendor_id = 0;

u32 vendor_tag_count(void)
{
	return 16;
}

enum msr_result vendor_root_rdmsr(struct vendor_vp *v, u32 msr, u64 *val)
{
	(void)v;
	*val = 0x1122334455667788ull;
	return msr == 0xc0000080 ? MSR_OK : MSR_FAULT;
}

enum msr_result vendor_root_wrmsr(struct vendor_vp *v, u32 msr, u64 val)
{
	(void)v;
	(void)val;
	return msr == 0xc0000080 ? MSR_OK : MSR_FAULT;
}

bool safe_rdmsr(u32 msr, u64 *val)
{
	(void)msr;
	*val = 0;
	return true;
}

bool safe_wrmsr(u32 msr, u64 val)
{
	(void)msr;
	(void)val;
	return true;
}

/* --- the world switch's instructions: one FPU for each CPU --------------------- */

static struct {
	u64 xcr0, dr[4];
	u8 area[4096];
} fpu[NR_CPUS];

u64 cpu_xgetbv(void)
{
	return fpu[cur].xcr0;
}

void fpu_set_xmm(u32 i, u64 low)
{
	memcpy(fpu[cur].area + 160 + 16 * i, &low, sizeof(low));
}

void cpu_xsetbv(u64 val)
{
	fpu[cur].xcr0 = val;
}

void cpu_xsave(void *area, u64 mask)
{
	(void)mask;
	memcpy(area, fpu[cur].area, machine.xsave_bytes);
}

bool cpu_xrstor(void *area, u64 mask)
{
	const u64 *hdr = (const u64 *)((u8 *)area + 512);
	u32 mxcsr = *(u32 *)((u8 *)area + 24);

	if ((hdr[0] & ~mask) || hdr[1] || mxcsr >> 16)
		return false;
	memcpy(fpu[cur].area, area, machine.xsave_bytes);
	return true;
}

void cpu_read_dr(u64 *dr)
{
	memcpy(dr, fpu[cur].dr, sizeof(fpu[cur].dr));
}

void cpu_write_dr(const u64 *dr)
{
	memcpy(fpu[cur].dr, dr, sizeof(fpu[cur].dr));
}

void world_ibpb(void)
{
	bus_barriers++;
	if (race_hook)
		race_hook("ibpb", this_cpu()->current);
}

void world_fill_rsb(void)
{
}

void vendor_reset(void)
{
	memset(scripts, 0, sizeof(scripts));
	memset(fpu, 0, sizeof(fpu));
	for (u32 i = 0; i < NR_CPUS; i++)
		fpu[i].xcr0 = 7;
}
