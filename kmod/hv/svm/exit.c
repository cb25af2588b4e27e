// SPDX-License-Identifier: GPL-2.0
/*
 * Exit codes to exit records: APM vol. 2, 15.9-15.14, appendix C.
 *
 * Instruction lengths: NRIPS gives them (15.7.1). Without it they are those of
 * the instruction without prefixes, except for I/O, where EXITINFO2 has the
 * next RIP on every CPU.
 */
#include "svm.h"

#define VECTOR_PF	14
#define VECTOR_MC	18
/* #DF, #TS, #NP, #SS, #GP, #PF, #AC, #CP, #VC, #SX (8.2) */
#define WITH_ERROR	(BIT(8) | MASK(14, 10) | BIT(17) | BIT(21) | BIT(29) | BIT(30))

/* Codes 0x60 on: reason and length in a byte, so that an exit costs one look. */
#define ROW_FIRST	VMEXIT_INTR
#define ROW_LAST	VMEXIT_MCOMMIT

#define ROW_REASON	0x1f
#define ROW_LEN_SHIFT	5
#define ROW(code, r, n)	[(code) - ROW_FIRST] = (r) | (n) << ROW_LEN_SHIFT

static_assert(NR_EXIT_REASONS <= ROW_REASON + 1, "a reason has five bits");

static const u8 rows[ROW_LAST - ROW_FIRST + 1] = {
	ROW(VMEXIT_INTR, EXIT_INTR, 0),
	ROW(VMEXIT_NMI, EXIT_NMI, 0),
	/* SMI and INIT stay pending and reach the root, like interrupts. */
	ROW(VMEXIT_SMI, EXIT_INTR, 0),
	ROW(VMEXIT_INIT, EXIT_INTR, 0),
	ROW(VMEXIT_VINTR, EXIT_INTR_WINDOW, 0),
	ROW(VMEXIT_IRET, EXIT_NMI_WINDOW, 0),
	ROW(VMEXIT_RDPMC, EXIT_GP, 2),
	ROW(VMEXIT_CPUID, EXIT_CPUID, 2),
	ROW(VMEXIT_INVD, EXIT_CACHE, 2),
	ROW(VMEXIT_WBINVD, EXIT_CACHE, 2),
	ROW(VMEXIT_PAUSE, EXIT_PAUSE, 2),
	ROW(VMEXIT_HLT, EXIT_HLT, 1),
	ROW(VMEXIT_VMMCALL, EXIT_HYPERCALL, 3),
	ROW(VMEXIT_XSETBV, EXIT_XSETBV, 3),
	ROW(VMEXIT_INVLPGA, EXIT_UD, 3),
	ROW(VMEXIT_VMRUN, EXIT_UD, 3),
	ROW(VMEXIT_VMLOAD, EXIT_UD, 3),
	ROW(VMEXIT_VMSAVE, EXIT_UD, 3),
	ROW(VMEXIT_STGI, EXIT_UD, 3),
	ROW(VMEXIT_CLGI, EXIT_UD, 3),
	ROW(VMEXIT_SKINIT, EXIT_UD, 3),
	ROW(VMEXIT_MONITOR, EXIT_UD, 3),
	ROW(VMEXIT_MWAIT, EXIT_UD, 3),
	ROW(VMEXIT_MWAIT_ARMED, EXIT_UD, 3),
	ROW(VMEXIT_RDPRU, EXIT_UD, 3),
	ROW(VMEXIT_INVLPGB, EXIT_UD, 3),
	ROW(VMEXIT_INVLPGB_ILLEGAL, EXIT_UD, 3),
	ROW(VMEXIT_MCOMMIT, EXIT_UD, 4),
};

/* EXITINFO1 (15.10.2) as it is: the record has the same order. */
static void decode_io(const struct vmcb *vmcb, struct hv_exit *exit)
{
	exit->reason = EXIT_IO;
	exit->insn_len = (u8)(vmcb->exit_info2 - vmcb->rip);
	exit->io.bits = vmcb->exit_info1;
	/* The segment is told with decode assists only (15.33.5); DS else. */
	if (!svm.decode_assists)
		exit->io.seg = 3;
	if (exit->io.in)
		exit->io.seg = 0;
}

/* SVM does not tell the GVA. */
static void decode_npf(const struct vmcb *vmcb, struct hv_exit *exit)
{
	u64 info = vmcb->exit_info1;

	exit->reason = EXIT_NPF;
	exit->npf.gpa = vmcb->exit_info2;
	exit->npf.bits = info & NPF_CODE;
	exit->npf.table_walk = !!(info & NPF_TABLE);
	exit->npf.insn_bytes = 0;
	if (svm.decode_assists) {
		exit->npf.insn_bytes = MIN(vmcb->insn_bytes_count & 0xf, 15);
		memcpy(exit->npf.insn, vmcb->insn_bytes,
		       sizeof(vmcb->insn_bytes));
	}
}

/* All but #DB, #AC and #MC come only in a step (event.c). */
static void decode_exception(struct vmcb *vmcb, struct hv_exit *exit)
{
	u8 vector = vmcb->exit_code - VMEXIT_EXCP_BASE;

	exit->reason = EXIT_EXCEPTION;
	exit->exc.vector = vector;
	exit->exc.has_error = WITH_ERROR >> vector & 1;
	exit->exc.error = exit->exc.has_error ? vmcb->exit_info1 : 0;
	exit->exc.param = vmcb->dr6;
	if (vector == VECTOR_MC)
		exit->reason = EXIT_MC;
	else if (vector == VECTOR_PF)	/* the CPU has not set it (15.12.15) */
		vmcb->cr2 = vmcb->exit_info2;
}

static void set_length(const struct vmcb *vmcb, struct hv_exit *exit, u8 len)
{
	u64 n;

	exit->insn_len = len;
	if (!svm.nrips || !len)
		return;
	n = vmcb->next_rip - vmcb->rip;
	if (n && n <= 15)
		exit->insn_len = n;
}

void svm_exit_decode(struct vendor_vp *v, struct hv_exit *exit)
{
	struct vmcb *vmcb = v->vmcb;
	u64 code = vmcb->exit_code;
	u8 row;

	/* The rest of the record is set by whoever says what it is. */
	exit->vendor_code = code;
	exit->insn_len = 0;
	if (code - ROW_FIRST <= ROW_LAST - ROW_FIRST &&
	    rows[code - ROW_FIRST]) {
		row = rows[code - ROW_FIRST];
		exit->reason = row & ROW_REASON;
		set_length(vmcb, exit, row >> ROW_LEN_SHIFT);
	} else if (code >= VMEXIT_EXCP_BASE && code <= VMEXIT_EXCP_LAST) {
		decode_exception(vmcb, exit);
	} else if (code == VMEXIT_IOIO) {
		decode_io(vmcb, exit);
	} else if (code == VMEXIT_MSR) {
		exit->reason = vmcb->exit_info1 & 1 ? EXIT_MSR_WRITE :
						      EXIT_MSR_READ;
		set_length(vmcb, exit, 2);
	} else if (code == VMEXIT_NPF) {
		decode_npf(vmcb, exit);
	} else if (code == VMEXIT_TASK_SWITCH) {
		exit->reason = EXIT_TASK_SWITCH;
		exit->task.selector = vmcb->exit_info1;
	} else if (code == VMEXIT_SHUTDOWN) {
		exit->reason = EXIT_SHUTDOWN;
		/* What led to it has had its chance (15.14.3). */
		v->event.valid = false;
	} else if ((s32)code < 0 && (s32)code >= -4) {
		/*
		 * VMEXIT_INVALID, _BUSY, _IDLE_REQUIRED. One emulator extends
		 * the code to 32 bits only.
		 */
		exit->reason = EXIT_INVALID_STATE;
	} else if (code == VMEXIT_CR8_WRITE) {
		exit->reason = EXIT_CR8;
	} else if (code == VMEXIT_TLBSYNC) {
		exit->reason = EXIT_UD;
	} else {
		exit->reason = EXIT_UNKNOWN;
	}
}
