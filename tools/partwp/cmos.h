/* SPDX-License-Identifier: GPL-2.0 */
/* The MC146818 clock: date and time in UTC, no interrupts, 128 bytes of RAM. */
#ifndef PARTWP_CMOS_H
#define PARTWP_CMOS_H

#include <stdint.h>
#include <time.h>

#include "bus.h"

#define CMOS_PORT	0x70
#define CMOS_PORTS	2
#define CMOS_SIZE	128

struct cmos {
	uint8_t index;
	uint8_t ram[CMOS_SIZE];	/* time bytes only while SET holds the clock */
	time_t offset;		/* guest's clock minus the host's */
	time_t (*now)(void);
};

extern const struct bus_ops cmos_bus_ops;

/* @now gives seconds since 1970; NULL: the host's clock. */
void cmos_init(struct cmos *c, time_t (*now)(void));

#endif
