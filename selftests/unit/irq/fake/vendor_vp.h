/* SPDX-License-Identifier: GPL-2.0 */
/* What the core embeds of a back end that has no guest: registers by name. */
#ifndef IRQ_FAKE_VENDOR_VP_H
#define IRQ_FAKE_VENDOR_VP_H

#include "cpu_regs.h"
#include "event.h"
#include <hvpart/register.h>

#define FAKE_REGS	24

struct vendor_vp {
	struct cpu_regs regs;
	struct hv_event event;
	u32 name[FAKE_REGS];
	union hv_register_value value[FAKE_REGS];
	u64 cr0, cr4, efer, tsc_offset;
};

#endif
