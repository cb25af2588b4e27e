/* SPDX-License-Identifier: GPL-2.0 */
/* The last steps of a CPU that leaves. Lowest room beside lib. */
#ifndef HV_BARE_H
#define HV_BARE_H

#include "types.h"

struct hvpart_cpu_frame;
struct hvpart_boot_info;

void bare_init(const struct hvpart_boot_info *info);

/* The frame of a CPU, to be read on its way in and written on its way out. */
struct hvpart_cpu_frame *bare_frame(u32 index);

/**
 * bare_continue - go on with Linux on the bare CPU as @f says
 * Loads CR0, CR2, GDTR, IDTR and debug registers; the trampoline loads CR3, CR4,
 * segments and the rest of the frame. The back end has loaded FS, GS, TR, LDTR
 * and every MSR.
 * @flags: HVPART_LEAVE_*
 */
void bare_continue(struct hvpart_cpu_frame *f, u64 flags) __noreturn;

#endif
