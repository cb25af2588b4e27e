/* SPDX-License-Identifier: GPL-2.0 */
/* Exceptions of the hypervisor itself (DESIGN wall 13). */
#ifndef HV_FAULT_H
#define HV_FAULT_H

#include "cpu_regs.h"

/* As entry.S pushes it; what it pushes for RSP means nothing. */
struct fault_frame {
	u64 gpr[NR_GPRS];
	u64 vector, error;
	u64 rip, cs, rflags, rsp, ss;
};

/* Faults so far on all CPUs; no child is dispatched when this is not 0. */
extern u32 hv_faults;

void fault_handle(struct fault_frame *f);

#endif
