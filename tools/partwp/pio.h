/* SPDX-License-Identifier: GPL-2.0 */
/* A VP at an I/O port: IN, OUT, INS, OUTS with and without REP. */
#ifndef PARTWP_PIO_H
#define PARTWP_PIO_H

#include "vcpu.h"

/* Elements of one exit; REP goes on in the next one. */
#define PIO_BURST	1024

/* Zero, or a negative errno: the VP's registers are out of reach. */
int pio_handle(struct vcpu *v,
	       const struct hv_x64_io_port_intercept_message *m);

#endif
