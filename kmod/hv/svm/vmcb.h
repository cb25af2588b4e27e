/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtual machine control block: APM vol. 2, appendix B; exit codes:
 * appendix C.
 */
#ifndef HV_SVM_VMCB_H
#define HV_SVM_VMCB_H

#include "types.h"

struct vmcb_segment {
	u16 selector;
	u16 attrib;		/* descriptor bits 40..47 and 52..55, packed */
	u32 limit;
	u64 base;
};

#define VMCB_SEG_TYPE	0x00f
#define VMCB_SEG_S	0x010
#define VMCB_SEG_DPL	0x060
#define VMCB_SEG_P	0x080
#define VMCB_SEG_AVL	0x100
#define VMCB_SEG_L	0x200
#define VMCB_SEG_D	0x400
#define VMCB_SEG_G	0x800

struct vmcb {
	/* control area */
	u16 intercept_cr_read, intercept_cr_write;
	u16 intercept_dr_read, intercept_dr_write;
	u32 intercept_exc;
	u32 intercept[3];		/* INTERCEPT_* */
	u8 reserved1[0x3c - 0x18];
	u16 pause_threshold, pause_count;
	u64 iopm_spa;
	u64 msrpm_spa;
	u64 tsc_offset;
	u32 asid;
	u8 tlb_control;
	u8 reserved2[3];
	u32 int_ctl;
	u8 int_vector;
	u8 reserved3[3];
	u32 int_shadow;
	u32 reserved4;
	u64 exit_code;
	u64 exit_info1;
	u64 exit_info2;
	u64 exit_int_info;
	u64 np_control;
	u8 reserved5[0xa8 - 0x98];
	u64 event_inj;
	u64 nested_cr3;
	u64 virt_ext;
	u32 clean;
	u32 reserved6;
	u64 next_rip;
	u8 insn_bytes_count;
	u8 insn_bytes[15];
	u8 reserved7[0x400 - 0xe0];
	/* state save area */
	struct vmcb_segment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr;
	u8 reserved8[0x4cb - 0x4a0];
	u8 cpl;
	u32 reserved9;
	u64 efer;
	u8 reserved10[0x548 - 0x4d8];
	u64 cr4, cr3, cr0, dr7, dr6, rflags, rip;
	u8 reserved11[0x5d8 - 0x580];
	u64 rsp;
	u64 s_cet, ssp, isst_addr;
	u64 rax;
	u64 star, lstar, cstar, sfmask, kernel_gs_base;
	u64 sysenter_cs, sysenter_esp, sysenter_eip;
	u64 cr2;
	u8 reserved12[0x668 - 0x648];
	u64 g_pat;
	u64 dbgctl;
	u64 br_from, br_to, last_exc_from, last_exc_to;
	u8 reserved13[0x6e0 - 0x698];
	u64 spec_ctrl;
	u8 reserved14[0x1000 - 0x6e8];
};

static_assert(sizeof(struct vmcb) == 0x1000, "vmcb: size");
static_assert(offsetof(struct vmcb, pause_threshold) == 0x3c, "vmcb: pause");
static_assert(offsetof(struct vmcb, asid) == 0x58, "vmcb: asid");
static_assert(offsetof(struct vmcb, int_ctl) == 0x60, "vmcb: int_ctl");
static_assert(offsetof(struct vmcb, exit_code) == 0x70, "vmcb: exit_code");
static_assert(offsetof(struct vmcb, np_control) == 0x90, "vmcb: np_control");
static_assert(offsetof(struct vmcb, event_inj) == 0xa8, "vmcb: event_inj");
static_assert(offsetof(struct vmcb, clean) == 0xc0, "vmcb: clean");
static_assert(offsetof(struct vmcb, next_rip) == 0xc8, "vmcb: next_rip");
static_assert(offsetof(struct vmcb, es) == 0x400, "vmcb: es");
static_assert(offsetof(struct vmcb, tr) == 0x490, "vmcb: tr");
static_assert(offsetof(struct vmcb, cpl) == 0x4cb, "vmcb: cpl");
static_assert(offsetof(struct vmcb, efer) == 0x4d0, "vmcb: efer");
static_assert(offsetof(struct vmcb, cr4) == 0x548, "vmcb: cr4");
static_assert(offsetof(struct vmcb, rip) == 0x578, "vmcb: rip");
static_assert(offsetof(struct vmcb, rsp) == 0x5d8, "vmcb: rsp");
static_assert(offsetof(struct vmcb, rax) == 0x5f8, "vmcb: rax");
static_assert(offsetof(struct vmcb, cr2) == 0x640, "vmcb: cr2");
static_assert(offsetof(struct vmcb, g_pat) == 0x668, "vmcb: g_pat");
static_assert(offsetof(struct vmcb, spec_ctrl) == 0x6e0, "vmcb: spec_ctrl");

/* Bits of intercept[]: word * 32 + bit. */
enum {
	INTERCEPT_INTR = 0, INTERCEPT_NMI, INTERCEPT_SMI, INTERCEPT_INIT,
	INTERCEPT_VINTR, INTERCEPT_CR0_SEL,
	INTERCEPT_RDPMC = 15, INTERCEPT_CPUID = 18, INTERCEPT_RSM,
	INTERCEPT_IRET, INTERCEPT_INTN, INTERCEPT_INVD, INTERCEPT_PAUSE,
	INTERCEPT_HLT, INTERCEPT_INVLPG, INTERCEPT_INVLPGA, INTERCEPT_IOIO,
	INTERCEPT_MSR, INTERCEPT_TASK_SWITCH, INTERCEPT_FERR,
	INTERCEPT_SHUTDOWN,
	INTERCEPT_VMRUN = 32, INTERCEPT_VMMCALL, INTERCEPT_VMLOAD,
	INTERCEPT_VMSAVE, INTERCEPT_STGI, INTERCEPT_CLGI, INTERCEPT_SKINIT,
	INTERCEPT_RDTSCP, INTERCEPT_ICEBP, INTERCEPT_WBINVD,
	INTERCEPT_MONITOR, INTERCEPT_MWAIT, INTERCEPT_MWAIT_ARMED,
	INTERCEPT_XSETBV, INTERCEPT_RDPRU, INTERCEPT_EFER_TRAP,
	INTERCEPT_INVLPGB = 64, INTERCEPT_INVLPGB_ILLEGAL, INTERCEPT_INVPCID,
	INTERCEPT_MCOMMIT, INTERCEPT_TLBSYNC, INTERCEPT_BUS_LOCK,
};

#define TLB_CONTROL_NOTHING	0
#define TLB_CONTROL_ALL		1	/* every ASID, this CPU */

#define INT_CTL_V_TPR		0x0000000f
#define INT_CTL_V_IRQ		0x00000100
#define INT_CTL_V_PRIO_SHIFT	16
#define INT_CTL_V_PRIO		0x000f0000
#define INT_CTL_V_IGN_TPR	0x00100000
#define INT_CTL_V_MASKING	0x01000000

#define INT_SHADOW		0x1

#define NP_ENABLE		BIT(0)
#define NP_INVLPGB_ENABLE	BIT(7)

/* EVENTINJ and EXITINTINFO (15.20). */
#define EVENTINJ_TYPE_SHIFT	8
#define EVENTINJ_TYPE		0x700
#define EVENTINJ_ERROR_VALID	BIT(11)
#define EVENTINJ_VALID		BIT(31)

enum {
	VMEXIT_CR0_READ = 0x00, VMEXIT_CR0_WRITE = 0x10,
	VMEXIT_CR8_WRITE = 0x18,
	VMEXIT_DR0_READ = 0x20, VMEXIT_DR0_WRITE = 0x30,
	VMEXIT_EXCP_BASE = 0x40, VMEXIT_EXCP_LAST = 0x5f,
	VMEXIT_INTR = 0x60, VMEXIT_NMI, VMEXIT_SMI, VMEXIT_INIT,
	VMEXIT_VINTR, VMEXIT_CR0_SEL,
	VMEXIT_RDPMC = 0x6f,
	VMEXIT_CPUID = 0x72, VMEXIT_RSM, VMEXIT_IRET, VMEXIT_INTN,
	VMEXIT_INVD, VMEXIT_PAUSE, VMEXIT_HLT, VMEXIT_INVLPG,
	VMEXIT_INVLPGA, VMEXIT_IOIO, VMEXIT_MSR, VMEXIT_TASK_SWITCH,
	VMEXIT_FERR, VMEXIT_SHUTDOWN,
	VMEXIT_VMRUN = 0x80, VMEXIT_VMMCALL, VMEXIT_VMLOAD, VMEXIT_VMSAVE,
	VMEXIT_STGI, VMEXIT_CLGI, VMEXIT_SKINIT, VMEXIT_RDTSCP,
	VMEXIT_ICEBP, VMEXIT_WBINVD, VMEXIT_MONITOR, VMEXIT_MWAIT,
	VMEXIT_MWAIT_ARMED, VMEXIT_XSETBV, VMEXIT_RDPRU,
	VMEXIT_INVLPGB = 0xa0, VMEXIT_INVLPGB_ILLEGAL, VMEXIT_INVPCID,
	VMEXIT_MCOMMIT, VMEXIT_TLBSYNC, VMEXIT_BUS_LOCK,
	VMEXIT_NPF = 0x400,
};

/* NPF EXITINFO1 (15.25.6): the page-fault error code and two more. */
#define NPF_CODE	0x17	/* present, write, user, fetch: as of #PF */
#define NPF_TABLE	BIT(33)

#define MSR_VM_CR	0xc0010114
#define MSR_VM_HSAVE_PA	0xc0010117
#define MSR_SVM_KEY	0xc0010118
#define VM_CR_SVMDIS	BIT(4)

#endif
