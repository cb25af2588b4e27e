// SPDX-License-Identifier: GPL-2.0
/* Exit records from control blocks as the CPU leaves them. */
#include "svmtest.h"

static const struct {
	u64 code, info1, info2, next_rip;
	enum exit_reason reason;
	u8 len;
} table[] = {
	{ VMEXIT_INTR, 0, 0, 0, EXIT_INTR, 0 },
	{ VMEXIT_NMI, 0, 0, 0, EXIT_NMI, 0 },
	{ VMEXIT_INIT, 0, 0, 0, EXIT_INTR, 0 },
	{ VMEXIT_VINTR, 0, 0, 0, EXIT_INTR_WINDOW, 0 },
	{ VMEXIT_CPUID, 0, 0, 0, EXIT_CPUID, 2 },
	{ VMEXIT_HLT, 0, 0, 0, EXIT_HLT, 1 },
	{ VMEXIT_PAUSE, 0, 0, 0, EXIT_PAUSE, 2 },
	{ VMEXIT_VMMCALL, 0, 0, 0, EXIT_HYPERCALL, 3 },
	{ VMEXIT_MSR, 0, 0, 0, EXIT_MSR_READ, 2 },
	{ VMEXIT_MSR, 1, 0, 0, EXIT_MSR_WRITE, 2 },
	{ VMEXIT_XSETBV, 0, 0, 0, EXIT_XSETBV, 3 },
	{ VMEXIT_RDPMC, 0, 0, 0, EXIT_GP, 2 },
	{ VMEXIT_INVD, 0, 0, 0, EXIT_CACHE, 2 },
	{ VMEXIT_WBINVD, 0, 0, 0, EXIT_CACHE, 2 },
	{ VMEXIT_MONITOR, 0, 0, 0, EXIT_UD, 3 },
	{ VMEXIT_MWAIT, 0, 0, 0, EXIT_UD, 3 },
	{ VMEXIT_VMRUN, 0, 0, 0, EXIT_UD, 3 },
	{ VMEXIT_STGI, 0, 0, 0, EXIT_UD, 3 },
	{ VMEXIT_INVLPGA, 0, 0, 0, EXIT_UD, 3 },
	{ VMEXIT_SHUTDOWN, 0, 0, 0, EXIT_SHUTDOWN, 0 },
	{ VMEXIT_EXCP_BASE + 18, 0, 0, 0, EXIT_MC, 0 },
	{ VMEXIT_EXCP_BASE + 1, 0, 0, 0, EXIT_EXCEPTION, 0 },
	{ 0xffffffffffffffffull, 0, 0, 0, EXIT_INVALID_STATE, 0 },
	/* QEMU TCG: not sign-extended */
	{ 0x00000000ffffffffull, 0, 0, 0, EXIT_INVALID_STATE, 0 },
	{ VMEXIT_RSM, 0, 0, 0, EXIT_UNKNOWN, 0 },
	{ 0x12345, 0, 0, 0, EXIT_UNKNOWN, 0 },
};

static void decode(struct vendor_vp *v, u64 code, u64 info1, u64 info2,
		   struct hv_exit *e)
{
	v->vmcb->exit_code = code;
	v->vmcb->exit_info1 = info1;
	v->vmcb->exit_info2 = info2;
	memset(e, 0xa5, sizeof(*e));
	svm_exit_decode(v, e);
	CHECK_EQ(e->vendor_code, code);
}

static void io(struct vendor_vp *v)
{
	struct hv_exit e;

	/* OUT DX, EAX; port 0x3f8, 32 bits */
	decode(v, VMEXIT_IOIO, 0x03f80000 | BIT(6) | BIT(9), 0x1001, &e);
	CHECK_EQ(e.reason, EXIT_IO);
	CHECK(e.io.port == 0x3f8 && e.io.size == 4 && !e.io.in && !e.io.string);
	CHECK(e.insn_len == 1 && e.io.addr_size == 4);
	/* REP INSB, 16-bit addresses, two prefixes */
	decode(v, VMEXIT_IOIO, 0x00710000 | BIT(0) | BIT(2) | BIT(3) | BIT(4) |
	       BIT(7), 0x1003, &e);
	CHECK(e.io.in && e.io.string && e.io.rep && e.io.size == 1);
	CHECK(e.insn_len == 3 && e.io.addr_size == 1 && e.io.seg == 0);
	/* FS: OUTSB: the segment is told with decode assists only */
	decode(v, VMEXIT_IOIO, BIT(2) | BIT(4) | 4 << 10, 0x1002, &e);
	CHECK_EQ(e.io.seg, 3);
	svm.decode_assists = true;
	decode(v, VMEXIT_IOIO, BIT(2) | BIT(4) | 4 << 10, 0x1002, &e);
	CHECK_EQ(e.io.seg, 4);
	svm.decode_assists = false;
}

static void npf(struct vendor_vp *v)
{
	struct hv_exit e;

	decode(v, VMEXIT_NPF, 0x100000007, 0xfee00020, &e);
	CHECK(e.reason == EXIT_NPF && e.npf.gpa == 0xfee00020);
	CHECK(e.npf.write && e.npf.present && e.npf.user && !e.npf.fetch);
	CHECK(!e.npf.table_walk && !e.npf.insn_bytes && !e.insn_len);
	decode(v, VMEXIT_NPF, 0x100000015, 0x1000, &e);
	CHECK(e.npf.fetch && !e.npf.write && e.npf.present);
	decode(v, VMEXIT_NPF, 0x200000006, 0x1000, &e);
	CHECK(e.npf.table_walk && e.npf.write && !e.npf.present);
	svm.decode_assists = true;
	v->vmcb->insn_bytes_count = 15;
	memset(v->vmcb->insn_bytes, 0x90, 15);
	decode(v, VMEXIT_NPF, 0x100000004, 0x1000, &e);
	CHECK(e.npf.insn_bytes == 15 && e.npf.insn[14] == 0x90);
	svm.decode_assists = false;
}

static void exceptions(struct vendor_vp *v)
{
	struct hv_exit e;

	decode(v, VMEXIT_EXCP_BASE + 17, 0, 0, &e);
	CHECK(e.reason == EXIT_EXCEPTION && e.exc.vector == 17);
	CHECK(e.exc.has_error && !e.exc.error);
	v->vmcb->dr6 = 0xffff4ff0;
	decode(v, VMEXIT_EXCP_BASE + 1, 0, 0, &e);
	CHECK(!e.exc.has_error && e.exc.param == 0xffff4ff0);
	decode(v, VMEXIT_TASK_SWITCH, 0x28, 0, &e);
	CHECK(e.reason == EXIT_TASK_SWITCH && e.task.selector == 0x28);
}

static void next_rip(struct vendor_vp *v)
{
	struct hv_exit e;

	svm.nrips = true;
	v->vmcb->next_rip = 0x1004;
	decode(v, VMEXIT_CPUID, 0, 0, &e);
	CHECK_EQ(e.insn_len, 4);		/* two prefixes */
	decode(v, VMEXIT_INTR, 0, 0, &e);
	CHECK_EQ(e.insn_len, 0);		/* no instruction */
	v->vmcb->next_rip = 0;
	decode(v, VMEXIT_CPUID, 0, 0, &e);
	CHECK_EQ(e.insn_len, 2);		/* nonsense is not believed */
	svm.nrips = false;
}

void test_exit(void)
{
	struct vendor_vp v;
	struct hv_exit e;

	fake_vp(&v);
	v.vmcb->rip = 0x1000;
	for (u32 i = 0; i < ARRAY_SIZE(table); i++) {
		decode(&v, table[i].code, table[i].info1, table[i].info2, &e);
		CHECK_EQ(e.reason, table[i].reason);
		CHECK_EQ(e.insn_len, table[i].len);
	}
	io(&v);
	npf(&v);
	exceptions(&v);
	next_rip(&v);
	fake_vp_done(&v);
}
