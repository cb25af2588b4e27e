/* SPDX-License-Identifier: GPL-2.0 */
/* The heart: run the current VP, handle its exit (DESIGN wall 6). */
#ifndef HV_LOOP_H
#define HV_LOOP_H

#include "percpu.h"

/*
 * Entered once per demotion with cpu->current = cpu->root_vp. Returns when the
 * root has asked for its promotion (HVCALL_HVPART_LEAVE): RAX and RIP of the
 * root VP are final, the caller (entry) continues with vendor_cpu_leave().
 */
void hv_loop(struct percpu *cpu) __attribute__((noinline));

#endif
