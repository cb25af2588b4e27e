/* SPDX-License-Identifier: GPL-2.0 */
/* The way in, between the trampoline and the loop. Called from entry.S. */
#ifndef HV_ENTRY_H
#define HV_ENTRY_H

#include "percpu.h"

struct hvpart_boot_info;

/* On the boot stack. NULL: *error says why. */
struct percpu *boot_cpu(const struct hvpart_boot_info *info, u32 index,
			u64 *error);
/* On the CPU's own stack. */
void boot_run(struct percpu *cpu) __noreturn;
/*
 * On either: nothing has been changed that the frame does not bring back.
 * @unlock: BARE_UNLOCK on the boot stack, else 0
 */
void boot_abort(u32 index, u64 error, u64 unlock) __noreturn;

#endif
