// SPDX-License-Identifier: GPL-2.0
#include "cr8.h"
#include "apic.h"
#include "partition.h"

#define INSN_MAX	15

static bool fetch(struct vp *vp, u64 gva, u8 *byte)
{
	u64 gpa;

	return translate_code(vp, gva, &gpa) &&
		gpa_read(&vp->partition->gpa, gpa, byte, 1);
}

static u64 code_address(struct vp *vp, u32 i)
{
	union hv_register_value cs;
	u64 rip = vp->v.regs.rip + i;

	if (vendor_efer(&vp->v) & EFER_LMA && vendor_cs_long(&vp->v))
		return rip;
	vendor_get_reg(&vp->v, HV_X64_REGISTER_CS, &cs);
	return (u32)(cs.segment.base + rip);
}

/* [F0] [REX] 0F 22 /r: the GPR in r/m (APM vol. 3, MOV CRn). 0 = not that. */
static u32 decode(struct vp *vp, u32 *gpr)
{
	u8 b = 0, rex = 0;
	u32 i = 0;

	for (; i < INSN_MAX && fetch(vp, code_address(vp, i), &b); i++) {
		if (b == 0x0f)
			break;
		rex = (b & 0xf0) == 0x40 ? b : 0;
	}
	if (b != 0x0f || i + 2 >= INSN_MAX ||
	    !fetch(vp, code_address(vp, i + 1), &b) || b != 0x22 ||
	    !fetch(vp, code_address(vp, i + 2), &b))
		return 0;
	*gpr = (b & 7) | (rex & 1) << 3;
	return i + 3;
}

void cr8_write(struct vp *vp)
{
	u32 gpr, len = decode(vp, &gpr);
	u64 val;

	if (!len)
		return;
	val = vp->v.regs.gpr[gpr];
	if (val > 15) {
		vp_inject_gp(vp);
		return;
	}
	apic_set_tpr(vp, val << 4);
	vp_skip(vp, len);
}
