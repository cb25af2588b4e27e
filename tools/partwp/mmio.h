/* SPDX-License-Identifier: GPL-2.0 */
/* A VP where there is no memory: device registers, or nothing at all. */
#ifndef PARTWP_MMIO_H
#define PARTWP_MMIO_H

#include "vcpu.h"

/* Zero, or a negative errno: the VP cannot go on. */
int mmio_handle(struct vcpu *v,
		const struct hv_x64_memory_intercept_message *m);

#endif
