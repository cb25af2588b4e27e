/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A write of CR8 that was intercepted because a vector waits for it. The one
 * instruction that the hypervisor decodes: no CPU without decode assists says
 * which register it reads.
 */
#ifndef HV_CR8_H
#define HV_CR8_H

#include "vp.h"

/* hcall_translate.c: where the VP would fetch code from; false = a fault. */
bool translate_code(struct vp *vp, u64 gva, u64 *gpa);

/*
 * Complete the instruction at RIP. What cannot be read or is another by now
 * (another VP rewrote it) is left to the guest to execute again.
 */
void cr8_write(struct vp *vp);

#endif
