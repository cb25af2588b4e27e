// SPDX-License-Identifier: GPL-2.0
/* MSR and CPUID sequences of a child's two VPs, with time passing between. */
#include <string.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static u32 get_msr(struct input *in)
{
	static const u32 bases[] = { 0, 0x800, 0x200, 0x40000000, 0x40000080,
		0x400000b0, 0x40000100, 0xc0000080, 0xc0010000, 0x6a0, 0x170 };
	u8 b = get8(in);

	if (b % 16 >= ARRAY_SIZE(bases))
		return (u32)get16(in) << 16 | get16(in);
	return bases[b % 16] + get8(in) % 0x140;
}

static void access(struct input *in, struct vp *vp, u8 reason)
{
	struct hv_exit e = { .reason = reason, .insn_len = 2 };
	u64 *r = vp->v.regs.gpr, v;

	r[GPR_RCX] = reason == EXIT_CPUID ? get8(in) : get_msr(in);
	v = get_word(in);
	r[GPR_RAX] = reason == EXIT_CPUID ?
		(u32)(v << 28) | (v >> 4 & 0xff) : (u32)v;
	r[GPR_RDX] = v >> 32;
	child_exit_once(vp, &e);
	/* The parent resets, or carries on. */
	if (vp->intercept_suspend)
		partition_reset_msrs(guest);
}

static void step(struct input *in)
{
	u8 op = get8(in);
	struct vp *vp = guest->vps[op >> 7];

	switch (op & 7) {
	case 0: case 1: case 2:
		access(in, vp, EXIT_MSR_WRITE);
		break;
	case 3: case 4:
		access(in, vp, EXIT_MSR_READ);
		break;
	case 5:
		access(in, vp, EXIT_CPUID);
		break;
	case 6:
		now += get_word(in) % 1000000000;
		vp->v.regs.rflags ^= op & 8 ? RFLAGS_IF : 0;
		vp->v.cr8 = op >> 3 & 15;
		vp->halted = vp->idle = false;
		dispatch(vp, 0);
		break;
	case 7:
		/* The same state by register name. */
		set_reg(vp, get_msr(in), get_word(in));
		set_reg(vp, 0x84800 + get8(in) % 64, get_word(in));
	}
	if (op & 0x20)
		sim_settle();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, data + size };

	fuzz_begin();
	guest->privileges = HVPART_PRIVILEGE(0xeff, 0x30) | HV_ACCESS_TSC_INVARIANT;
	guest->features_edx = HVPART_FEATURES_EDX_OFFERED;
	for (u32 n = 0; more(&in) && n < 200; n++) {
		step(&in);
		fuzz_check();
	}
	fuzz_end();
	return 0;
}
