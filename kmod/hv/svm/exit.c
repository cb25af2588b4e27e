// SPDX-License-Identifier: GPL-2.0
/*
 * Exit codes to exit records: APM vol. 2, 15.9-15.14, appendix C.
 *
 * Instruction lengths: NRIPS gives them (15.7.1). Without it they are those of
 * the instruction without prefixes, except for I/O, where EXITINFO2 has the
 * next RIP on every CPU.
 */
#include "svm.h"

#define VECTOR_DB	1
#define VECTOR_AC	17
#define VECTOR_MC	18

struct exit_row {
	u16 code;
	u8 reason;
	u8 len;
};

static const struct exit_row rows[] = {
	{ VMEXIT_INTR, EXIT_INTR, 0 },
	{ VMEXIT_NMI, EXIT_NMI, 0 },
	/* SMI and INIT stay pending and reach the root, like interrupts. */
	{ VMEXIT_SMI, EXIT_INTR, 0 },
	{ VMEXIT_INIT, EXIT_INTR, 0 },
	{ VMEXIT_VINTR, EXIT_INTR_WINDOW, 0 },
	{ VMEXIT_IRET, EXIT_NMI_WINDOW, 0 },
	{ VMEXIT_RDPMC, EXIT_GP, 2 },
	{ VMEXIT_CPUID, EXIT_CPUID, 2 },
	{ VMEXIT_INVD, EXIT_CACHE, 2 },
	{ VMEXIT_WBINVD, EXIT_CACHE, 2 },
	{ VMEXIT_PAUSE, EXIT_PAUSE, 2 },
	{ VMEXIT_HLT, EXIT_HLT, 1 },
	{ VMEXIT_TASK_SWITCH, EXIT_TASK_SWITCH, 0 },
	{ VMEXIT_SHUTDOWN, EXIT_SHUTDOWN, 0 },
	{ VMEXIT_VMMCALL, EXIT_HYPERCALL, 3 },
	{ VMEXIT_XSETBV, EXIT_XSETBV, 3 },
	{ VMEXIT_INVLPGA, EXIT_UD, 3 },
	{ VMEXIT_VMRUN, EXIT_UD, 3 },
	{ VMEXIT_VMLOAD, EXIT_UD, 3 },
	{ VMEXIT_VMSAVE, EXIT_UD, 3 },
	{ VMEXIT_STGI, EXIT_UD, 3 },
	{ VMEXIT_CLGI, EXIT_UD, 3 },
	{ VMEXIT_SKINIT, EXIT_UD, 3 },
	{ VMEXIT_MONITOR, EXIT_UD, 3 },
	{ VMEXIT_MWAIT, EXIT_UD, 3 },
	{ VMEXIT_MWAIT_ARMED, EXIT_UD, 3 },
	{ VMEXIT_RDPRU, EXIT_UD, 3 },
	{ VMEXIT_INVLPGB, EXIT_UD, 3 },
	{ VMEXIT_INVLPGB_ILLEGAL, EXIT_UD, 3 },
	{ VMEXIT_MCOMMIT, EXIT_UD, 4 },
	{ VMEXIT_TLBSYNC, EXIT_UD, 3 },
	{ VMEXIT_NPF, EXIT_NPF, 0 },
};

/* SIZE and ADDR fields have one bit set: 1, 2, 4 -> itself. */
static void decode_io(const struct vmcb *vmcb, struct hv_exit *exit)
{
	u64 info = vmcb->exit_info1;

	exit->reason = EXIT_IO;
	exit->insn_len = (u8)(vmcb->exit_info2 - vmcb->rip);
	exit->io.port = info >> IOIO_PORT_SHIFT;
	exit->io.size = (info >> IOIO_SIZE_SHIFT) & 7;
	exit->io.in = info & IOIO_IN;
	exit->io.string = info & IOIO_STRING;
	exit->io.rep = info & IOIO_REP;
	exit->io.addr_size = ((info >> IOIO_ADDR_SHIFT) & 7) * 2;
	/* The segment is told with decode assists only (15.33.5); DS else. */
	exit->io.seg = exit->io.in ? 0 : 3;
	if (svm.decode_assists && !exit->io.in)
		exit->io.seg = (info >> IOIO_SEG_SHIFT) & 7;
}

static void decode_npf(const struct vmcb *vmcb, struct hv_exit *exit)
{
	u64 info = vmcb->exit_info1;

	exit->reason = EXIT_NPF;
	exit->npf.gpa = vmcb->exit_info2;
	exit->npf.present = info & NPF_PRESENT;
	exit->npf.write = info & NPF_WRITE;
	exit->npf.user = info & NPF_USER;
	exit->npf.fetch = info & NPF_FETCH;
	exit->npf.table_walk = info & NPF_TABLE;
	if (svm.decode_assists) {
		exit->npf.insn_bytes = MIN(vmcb->insn_bytes_count & 0xf, 15);
		memcpy(exit->npf.insn, vmcb->insn_bytes,
		       sizeof(vmcb->insn_bytes));
	}
}

static void decode_exception(const struct vmcb *vmcb, struct hv_exit *exit)
{
	exit->reason = EXIT_EXCEPTION;
	exit->exc.vector = vmcb->exit_code - VMEXIT_EXCP_BASE;
	switch (exit->exc.vector) {
	case VECTOR_MC:
		exit->reason = EXIT_MC;
		break;
	case VECTOR_AC:
		exit->exc.has_error = true;
		exit->exc.error = vmcb->exit_info1;
		break;
	case VECTOR_DB:
		exit->exc.param = vmcb->dr6;
		break;
	}
}

static const struct exit_row *find(u64 code)
{
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].code == code)
			return &rows[i];
	return NULL;
}

static void set_length(const struct vmcb *vmcb, struct hv_exit *exit, u8 len)
{
	u64 n = vmcb->next_rip - vmcb->rip;

	exit->insn_len = len;
	if (svm.nrips && len && n && n <= 15)
		exit->insn_len = n;
}

void svm_exit_decode(const struct vendor_vp *v, struct hv_exit *exit)
{
	const struct vmcb *vmcb = v->vmcb;
	const struct exit_row *row;
	u64 code = vmcb->exit_code;

	*exit = (struct hv_exit){ .vendor_code = code };
	if (code >= VMEXIT_EXCP_BASE && code <= VMEXIT_EXCP_LAST) {
		decode_exception(vmcb, exit);
	} else if (code == VMEXIT_IOIO) {
		decode_io(vmcb, exit);
	} else if (code == VMEXIT_MSR) {
		exit->reason = vmcb->exit_info1 & 1 ? EXIT_MSR_WRITE :
						      EXIT_MSR_READ;
		set_length(vmcb, exit, 2);
	} else if (code == VMEXIT_NPF) {
		decode_npf(vmcb, exit);
	} else if ((s32)code < 0 && (s32)code >= -4) {
		/*
		 * VMEXIT_INVALID, _BUSY, _IDLE_REQUIRED. One emulator extends
		 * the code to 32 bits only.
		 */
		exit->reason = EXIT_INVALID_STATE;
	} else {
		row = find(code);
		exit->reason = row ? row->reason : EXIT_UNKNOWN;
		set_length(vmcb, exit, row ? row->len : 0);
		if (exit->reason == EXIT_TASK_SWITCH)
			exit->task.selector = vmcb->exit_info1;
	}
}
