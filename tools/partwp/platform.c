// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "acpi.h"
#include "log.h"
#include "platform.h"
#include "ram.h"

#define PORT_B		0x61	/* NMI reasons; the speaker */
#define PORT_8042	0x64
#define PORT_POST	0x80	/* also what kernels write to for a delay */
#define PULSE_RESET	0xFE
#define RESET_CPU	0x04

/* A port that reads as @value and swallows writes. */

static uint64_t read_zero(void *dev, uint64_t offset, unsigned int size)
{
	(void)dev, (void)offset, (void)size;
	return 0;
}

static void write_nothing(void *dev, uint64_t offset, unsigned int size,
			  uint64_t value)
{
	(void)dev, (void)offset, (void)size, (void)value;
}

static uint64_t read_ones(void *dev, uint64_t offset, unsigned int size)
{
	(void)dev, (void)offset, (void)size;
	return ~0ULL;
}

/* Zero, because ones would read as "memory parity error" in an NMI handler. */
static const struct bus_ops port_b_ops = { read_zero, write_nothing };

static void post_write(void *dev, uint64_t offset, unsigned int size,
		       uint64_t value)
{
	struct platform *p = dev;

	(void)offset, (void)size;
	p->post_code = (uint8_t)value;
}

static const struct bus_ops post_ops = { read_ones, post_write };

/* There is no keyboard controller but for its reset line. */
static void i8042_write(void *dev, uint64_t offset, unsigned int size,
			uint64_t value)
{
	struct platform *p = dev;

	(void)offset;
	if (size == 1 && value == PULSE_RESET)
		p->ops->reset(p->ctx);
}

/*
 * Ones but for "input buffer full": i8042 drivers still see that nothing is
 * there (the output buffer never empties), while a kernel that wants to pulse
 * the reset line does not wait for it first.
 */
static uint64_t i8042_read(void *dev, uint64_t offset, unsigned int size)
{
	(void)dev, (void)offset, (void)size;
	return ~0x02ULL;
}

static const struct bus_ops i8042_ops = { i8042_read, i8042_write };

/* Reads as zero: `reboot=pci` reads, changes and writes it. */
static void reset_write(void *dev, uint64_t offset, unsigned int size,
			uint64_t value)
{
	struct platform *p = dev;

	(void)offset;
	if (size == 1 && (value & RESET_CPU))
		p->ops->reset(p->ctx);
}

static const struct bus_ops reset_ops = { read_zero, reset_write };

static uint64_t sleep_read(void *dev, uint64_t offset, unsigned int size)
{
	struct platform *p = dev;

	/* SLP_EN is write-only; the status never says "woken". */
	return size == 1 && !offset ? p->sleep_control : 0;
}

static void sleep_write(void *dev, uint64_t offset, unsigned int size,
			uint64_t value)
{
	struct platform *p = dev;

	if (size != 1 || offset)
		return;
	p->sleep_control = (uint8_t)(value & ~ACPI_SLP_EN);
	if (!(value & ACPI_SLP_EN))
		return;
	if (ACPI_SLP_TYP(value) == ACPI_SLP_TYP_S5)
		p->ops->power_off(p->ctx);
	else
		log_guest("sleep state %u does not exist",
			  (unsigned int)ACPI_SLP_TYP(value));
}

static const struct bus_ops sleep_ops = { sleep_read, sleep_write };

static void uart_irq(void *ctx, bool level)
{
	struct platform *p = ctx;

	ioapic_set_line(&p->ioapic, UART_IRQ, level);
}

static void uart_send(void *ctx, uint8_t byte)
{
	struct platform *p = ctx;

	p->ops->console_write(p->ctx, byte);
}

static size_t uart_receive(void *ctx, uint8_t *buf, size_t max)
{
	struct platform *p = ctx;

	return p->ops->console_read(p->ctx, buf, max);
}

static int add_ranges(struct platform *p)
{
	struct bus *io = &p->ports;
	int ret = 0;

	ret |= bus_add(io, "uart", UART_PORT, UART_PORTS, &uart_bus_ops,
		       &p->uart);
	ret |= bus_add(io, "cmos", CMOS_PORT, CMOS_PORTS, &cmos_bus_ops,
		       &p->cmos);
	ret |= bus_add(io, "port-b", PORT_B, 1, &port_b_ops, p);
	ret |= bus_add(io, "i8042", PORT_8042, 1, &i8042_ops, p);
	ret |= bus_add(io, "post", PORT_POST, 1, &post_ops, p);
	ret |= bus_add(io, "reset", ACPI_RESET_PORT, 1, &reset_ops, p);
	ret |= bus_add(io, "sleep", ACPI_SLEEP_CONTROL, 2, &sleep_ops, p);
	ret |= bus_add(&p->mmio, "ioapic", GPA_IOAPIC, IOAPIC_SIZE,
		       &ioapic_bus_ops, &p->ioapic);
	return ret;
}

int platform_init(struct platform *p, const struct platform_ops *ops,
		  void *ctx)
{
	const struct uart_line line = {
		.ctx = p,
		.irq = uart_irq,
		.send = uart_send,
		.receive = uart_receive,
	};

	memset(p, 0, sizeof(*p));
	pthread_mutex_init(&p->lock, NULL);
	p->ops = ops;
	p->ctx = ctx;
	ioapic_init(&p->ioapic, ctx, ops->interrupt);
	cmos_init(&p->cmos, NULL);
	uart_init(&p->uart, &line);
	return add_ranges(p);
}

void platform_reset(struct platform *p)
{
	pthread_mutex_lock(&p->lock);
	/* First, so that the UART's line falls on masked pins. */
	ioapic_reset(&p->ioapic);
	uart_reset(&p->uart);
	p->post_code = 0;
	p->sleep_control = 0;
	/* The clock has a battery. */
	pthread_mutex_unlock(&p->lock);
}

uint64_t platform_in(struct platform *p, uint16_t port, unsigned int size)
{
	uint64_t v;

	pthread_mutex_lock(&p->lock);
	v = bus_read(&p->ports, port, size);
	pthread_mutex_unlock(&p->lock);
	return v;
}

void platform_out(struct platform *p, uint16_t port, unsigned int size,
		  uint64_t value)
{
	pthread_mutex_lock(&p->lock);
	bus_write(&p->ports, port, size, value);
	pthread_mutex_unlock(&p->lock);
}

uint64_t platform_load(struct platform *p, uint64_t gpa, unsigned int size)
{
	uint64_t v;

	pthread_mutex_lock(&p->lock);
	v = bus_read(&p->mmio, gpa, size);
	pthread_mutex_unlock(&p->lock);
	return v;
}

void platform_store(struct platform *p, uint64_t gpa, unsigned int size,
		    uint64_t value)
{
	pthread_mutex_lock(&p->lock);
	bus_write(&p->mmio, gpa, size, value);
	pthread_mutex_unlock(&p->lock);
}

void platform_console_input(struct platform *p)
{
	pthread_mutex_lock(&p->lock);
	uart_poll(&p->uart);
	pthread_mutex_unlock(&p->lock);
}
