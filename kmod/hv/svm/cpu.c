// SPDX-License-Identifier: GPL-2.0
/*
 * A CPU comes in and goes out: APM vol. 2, 15.4 (enabling SVM), 15.30.4
 * (VM_HSAVE_PA). The trampoline has set EFER.SVME and cleared GIF before, so
 * that no NMI meets half-switched tables.
 */
#include "svm.h"
#include "cpuid_insn.h"
#include "desc.h"
#include "bare.h"
#include "log.h"
#include <hvpart/boot.h>
#include <hvpart/status.h>

#define MSR_EFER	0xc0000080
#define MSR_PAT		0x277
#define MSR_SPEC_CTRL	0x48
#define MSR_S_CET	0x6a2
#define MSR_ISST	0x6a8

const u64 vendor_leave_flags = HVPART_LEAVE_SVM;

hv_status vendor_cpu_init(struct vendor_cpu *c, struct pool *pool)
{
	static_assert(PERCPU_VENDOR + sizeof(*c) <= PAGE_SIZE, "the CPU's area");
	if (!c->host_vmcb)
		c->host_vmcb = pool_alloc(pool);
	if (!c->hsave)
		c->hsave = pool_alloc(pool);
	return c->host_vmcb && c->hsave ? HV_STATUS_SUCCESS :
		HV_STATUS_INSUFFICIENT_ROOT_MEMORY;
}

static u64 read_msr(u32 msr)
{
	u64 val = 0;

	safe_rdmsr(msr, &val);
	return val;
}

static struct vmcb_segment segment(const struct hv_x64_segment_register *s)
{
	return (struct vmcb_segment){
		.selector = s->selector,
		.attrib = svm_attrib(s->attributes),
		.limit = s->limit,
		.base = s->base,
	};
}

static void load_segments(struct vmcb *c, const struct hvpart_cpu_frame *f)
{
	/* ES, CS, SS, DS, FS, GS: the same order in both. */
	for (u32 i = 0; i < 6; i++)
		(&c->es)[i] = segment(&f->es + i);
	c->ldtr = segment(&f->ldtr);
	c->tr = segment(&f->tr);
}

/* Registers that the entry left as Linux had them: read off the CPU. */
static const struct {
	u32 msr;
	u16 offset;
} __packed cpu_msrs[] = {
	{ 0xc0000081, offsetof(struct vmcb, star) },
	{ 0xc0000082, offsetof(struct vmcb, lstar) },
	{ 0xc0000083, offsetof(struct vmcb, cstar) },
	{ 0xc0000084, offsetof(struct vmcb, sfmask) },
	{ 0xc0000102, offsetof(struct vmcb, kernel_gs_base) },
	{ 0x174, offsetof(struct vmcb, sysenter_cs) },
	{ 0x175, offsetof(struct vmcb, sysenter_esp) },
	{ 0x176, offsetof(struct vmcb, sysenter_eip) },
	{ MSR_PAT, offsetof(struct vmcb, g_pat) },
	{ MSR_S_CET, offsetof(struct vmcb, s_cet) },
	{ MSR_ISST, offsetof(struct vmcb, isst_addr) },
	/* With V_SPEC_CTRL the block's value is the guest's own (15.36.8). */
	{ MSR_SPEC_CTRL, offsetof(struct vmcb, spec_ctrl) },
};

static u64 *msr_member(struct vmcb *c, u32 i)
{
	return (u64 *)((u8 *)c + cpu_msrs[i].offset);
}

/* A register that the CPU lacks stays 0, and is ignored by VMRUN. */
static void load_msrs(struct vmcb *c)
{
	for (u32 i = 0; i < ARRAY_SIZE(cpu_msrs); i++)
		safe_rdmsr(cpu_msrs[i].msr, msr_member(c, i));
}

/* VMLOAD brings the first eight back; the others the CPU has as ours. */
static void store_msrs(struct vmcb *c)
{
	for (u32 i = 8; i < ARRAY_SIZE(cpu_msrs); i++)
		if (cpu_msrs[i].msr != MSR_SPEC_CTRL || svm.v_spec_ctrl)
			safe_wrmsr(cpu_msrs[i].msr, *msr_member(c, i));
}

/* What stands in the frame as in the control block: 64 bits, or 16. */
static const struct {
	u16 frame : 15, narrow : 1;
	u16 vmcb;
} both[] = {
#define ROW(m, narrow, n) \
	{ offsetof(struct hvpart_cpu_frame, m), narrow, offsetof(struct vmcb, n) }
#define BOTH(m)	ROW(m, 0, m)
	BOTH(cr0), BOTH(cr2), BOTH(cr3), BOTH(cr4), BOTH(dr6), BOTH(dr7),
	BOTH(gdtr.base), BOTH(idtr.base),
	ROW(gdtr.limit, 1, gdtr.limit), ROW(idtr.limit, 1, idtr.limit),
	ROW(cs_selector, 1, cs.selector), ROW(ss_selector, 1, ss.selector),
	ROW(ds_selector, 1, ds.selector), ROW(es_selector, 1, es.selector),
};

static void copy_both(struct vmcb *c, struct hvpart_cpu_frame *f, bool to_frame)
{
	for (u32 i = 0; i < ARRAY_SIZE(both); i++) {
		void *in_frame = (u8 *)f + both[i].frame;
		void *in_vmcb = (u8 *)c + both[i].vmcb;

		memcpy(to_frame ? in_frame : in_vmcb,
		       to_frame ? in_vmcb : in_frame, both[i].narrow ? 2 : 8);
	}
}

static void load_frame(struct vendor_vp *v, const struct hvpart_cpu_frame *f)
{
	struct vmcb *c = v->vmcb;

	copy_both(c, (struct hvpart_cpu_frame *)f, false);
	load_segments(c, f);
	load_msrs(c);
	c->efer = f->efer | EFER_SVME;
	c->cpl = 0;
	memcpy(v->regs.gpr, f->gpr, sizeof(f->gpr));
	v->regs.gpr[GPR_RAX] = HVPART_BOOT_OK;
	v->regs.gpr[GPR_RSP] = f->rsp;
	v->regs.rip = f->rip;
	v->regs.rflags = f->rflags;
}

static int build_root(struct vendor_vp *root, const struct hvpart_cpu_frame *f,
		      u64 npt_root)
{
	struct vmcb *c = root->vmcb;

	if (!c) {
		c = pool_alloc(root_pool);
		if (!c)
			return HVPART_BOOT_E_MEMORY;
		root->vmcb = c;
		root->vmcb_spa = va_to_spa(c);
	}
	zero_page(c);
	root->is_root = true;
	root->event.valid = false;
	svm_intercepts_root(c);
	c->np_control = NP_ENABLE;
	if (svm.invlpgb)
		c->np_control |= NP_INVLPGB_ENABLE;
	c->nested_cr3 = npt_root;
	load_frame(root, f);
	return HVPART_BOOT_OK;
}

static void vmsave(u64 spa)
{
	__asm__ volatile("vmsave %0" : : "a"(spa) : "memory");
}

static void vmload(u64 spa)
{
	__asm__ volatile("vmload %0" : : "a"(spa) : "memory");
}

int vendor_cpu_enter(struct vendor_cpu *c, struct vendor_vp *root,
		     const struct hvpart_cpu_frame *frame, u64 npt_root)
{
	const char *why;
	int err;

	/* SVME proves that the trampoline did its part (it needs it for CLGI). */
	if (!(read_msr(MSR_EFER) & EFER_SVME))
		return HVPART_BOOT_E_STATE;
	err = build_root(root, frame, npt_root);
	if (err)
		return err;
	if (!vendor_state_valid(root, &why)) {
		hv_log(HV_LOG_ERR, "root state refused: %s", why);
		return HVPART_BOOT_E_STATE;
	}
	if (!safe_wrmsr(MSR_VM_HSAVE_PA, va_to_spa(c->hsave)))
		return HVPART_BOOT_E_FEATURE;
	/* Nothing fails from here on. */
	c->frame = (struct hvpart_cpu_frame *)frame;
	svm_asid_cpu_init(c);
	desc_load_task();
	if (svm.v_spec_ctrl)		/* the guest's own value is in its VMCB */
		safe_wrmsr(MSR_SPEC_CTRL, 0);
	c->host_spa = va_to_spa(c->host_vmcb);
	vmsave(c->host_spa);
	/* 15.21.1: with V_INTR_MASKING host RFLAGS.IF lets interrupts exit. */
	__asm__ volatile("sti");
	return HVPART_BOOT_OK;
}

static void store_frame(struct vendor_vp *v, struct hvpart_cpu_frame *f)
{
	struct vmcb *c = v->vmcb;

	memcpy(f->gpr, v->regs.gpr, sizeof(f->gpr));
	f->rsp = v->regs.gpr[GPR_RSP];
	f->rip = v->regs.rip;
	f->rflags = v->regs.rflags;
	copy_both(c, f, true);
	f->efer = c->efer & ~EFER_SVME;
}

void vendor_cpu_leave(struct vendor_cpu *c, struct vendor_vp *root)
{
	struct vmcb *vmcb = root->vmcb;

	/* CLI before the trampoline's STGI: Linux's tables come first. */
	__asm__ volatile("cli");
	store_frame(root, c->frame);
	safe_wrmsr(MSR_EFER, vmcb->efer);
	store_msrs(vmcb);
	/* FS, GS, TR, LDTR with their hidden parts, and STAR .. SYSENTER. */
	vmload(root->vmcb_spa);
	safe_wrmsr(MSR_VM_HSAVE_PA, 0);
	bare_continue(c->frame, vendor_leave_flags);
}

bool vendor_cpu_can_leave(struct vendor_vp *root)
{
	struct vmcb *c = root->vmcb;

	/*
	 * Only out of the kernel: a user stack has a red zone, and with page
	 * table isolation the trampoline is not in the user's tables.
	 */
	return c && c->cpl == 0 && (c->efer & EFER_LMA);
}
