// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "ioapic.h"
#include "log.h"

/* The window */
#define IOREGSEL	0x00
#define IOWIN		0x10

/* What it shows */
#define REG_ID		0x00
#define REG_VERSION	0x01
#define REG_ARBITRATION	0x02
#define REG_RTE		0x10

#define VERSION		0x11	/* no EOI register */

#define RTE_VECTOR(e)	((uint8_t)(e))
#define RTE_MODE(e)	((uint32_t)((e) >> 8 & 7))
#define RTE_LOGICAL	(1ULL << 11)
#define RTE_STATUS	(1ULL << 12)	/* read only */
#define RTE_REMOTE_IRR	(1ULL << 14)	/* read only */
#define RTE_LEVEL	(1ULL << 15)
#define RTE_MASKED	(1ULL << 16)
#define RTE_DEST(e)	((uint8_t)((e) >> 56))
#define RTE_WRITABLE	(0xFF0000000001FFFFULL & ~(RTE_STATUS | RTE_REMOTE_IRR))

static void fire(struct ioapic *io, unsigned int pin)
{
	uint64_t e = io->rte[pin];
	struct ioapic_message msg = {
		.type = RTE_MODE(e),
		.dest = RTE_DEST(e),
		.vector = RTE_VECTOR(e),
		.logical = e & RTE_LOGICAL,
		.level = e & RTE_LEVEL,
	};

	if (e & RTE_MASKED)
		return;
	io->deliver(io->ctx, &msg);
}

void ioapic_set_line(struct ioapic *io, unsigned int pin, bool level)
{
	if (pin >= IOAPIC_PINS || level == (io->lines >> pin & 1))
		return;
	io->lines ^= 1U << pin;
	if (level)
		fire(io, pin);
}

static uint32_t read_register(const struct ioapic *io)
{
	unsigned int n = io->select - REG_RTE;

	switch (io->select) {
	case REG_ID:
	case REG_ARBITRATION:
		return (uint32_t)io->id << 24;
	case REG_VERSION:
		return VERSION | (IOAPIC_PINS - 1) << 16;
	}
	if (n < 2 * IOAPIC_PINS)
		return (uint32_t)(io->rte[n / 2] >> (n & 1 ? 32 : 0));
	return 0;
}

static void write_rte(struct ioapic *io, unsigned int n, uint32_t value)
{
	uint64_t *e = &io->rte[n / 2];
	unsigned int shift = n & 1 ? 32 : 0;
	uint64_t mask = RTE_WRITABLE & 0xFFFFFFFFULL << shift;

	*e = (*e & ~mask) | ((uint64_t)value << shift & mask);
	if ((*e & (RTE_LEVEL | RTE_MASKED)) == RTE_LEVEL)
		log_guest("IO-APIC: pin %u set to level, which fires once only",
			  n / 2);
}

static void write_register(struct ioapic *io, uint32_t value)
{
	unsigned int n = io->select - REG_RTE;

	if (io->select == REG_ID)
		io->id = value >> 24 & 0x0F;
	else if (n < 2 * IOAPIC_PINS)
		write_rte(io, n, value);
}

/* Parts of a register read as such; Linux uses whole ones only. */
static uint64_t ioapic_read(void *dev, uint64_t offset, unsigned int size)
{
	struct ioapic *io = dev;
	uint64_t v;

	switch (offset & ~3ULL) {
	case IOREGSEL:
		v = io->select;
		break;
	case IOWIN:
		v = read_register(io);
		break;
	default:
		v = 0;
	}
	return size > 4 ? v : v >> (8 * (offset & 3));
}

static void ioapic_write(void *dev, uint64_t offset, unsigned int size,
			 uint64_t value)
{
	struct ioapic *io = dev;

	if (offset == IOREGSEL)
		io->select = (uint8_t)value;
	else if (offset == IOWIN && size >= 4)
		write_register(io, (uint32_t)value);
}

const struct bus_ops ioapic_bus_ops = {
	.read = ioapic_read,
	.write = ioapic_write,
};

void ioapic_init(struct ioapic *io, void *ctx,
		 void (*deliver)(void *ctx, const struct ioapic_message *msg))
{
	memset(io, 0, sizeof(*io));
	io->ctx = ctx;
	io->deliver = deliver;
	ioapic_reset(io);
}

void ioapic_reset(struct ioapic *io)
{
	unsigned int i;

	for (i = 0; i < IOAPIC_PINS; i++)
		io->rte[i] = RTE_MASKED;
	io->select = 0;
	io->id = 0;
}
