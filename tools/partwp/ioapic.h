/* SPDX-License-Identifier: GPL-2.0 */
/* An IO-APIC (82093AA) of 24 pins, edge lines only for now. */
#ifndef PARTWP_IOAPIC_H
#define PARTWP_IOAPIC_H

#include <stdbool.h>
#include <stdint.h>

#include "bus.h"

#define IOAPIC_PINS	24
#define IOAPIC_SIZE	0x1000

struct ioapic_message {
	uint32_t type;		/* delivery mode = HV_X64_INTERRUPT_TYPE_* */
	uint8_t dest;
	uint8_t vector;
	bool logical;
	bool level;
};

struct ioapic {
	void *ctx;
	void (*deliver)(void *ctx, const struct ioapic_message *msg);
	uint64_t rte[IOAPIC_PINS];
	uint32_t lines;		/* inputs, one bit a pin */
	uint8_t select;
	uint8_t id;
};

extern const struct bus_ops ioapic_bus_ops;

void ioapic_init(struct ioapic *io, void *ctx,
		 void (*deliver)(void *ctx, const struct ioapic_message *msg));
void ioapic_reset(struct ioapic *io);

/* An edge at a masked pin is lost, as the data sheet says. */
void ioapic_set_line(struct ioapic *io, unsigned int pin, bool level);

#endif
