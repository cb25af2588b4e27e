/* SPDX-License-Identifier: GPL-2.0 */
/* trampoline.S */
#ifndef HVP_TRAMPOLINE_H
#define HVP_TRAMPOLINE_H

#include <linux/types.h>

struct hvpart_cpu_frame;

extern const u8 hvp_trampoline[];	/* one page */
extern const u8 hvp_trampoline_exit[];

u64 hvp_trampoline_enter(struct hvpart_cpu_frame *frame, u64 cr3,
			 u64 cr4_no_pge, u64 cr4_hv, u64 entry, u32 cpu,
			 u64 info);

#endif
