// SPDX-License-Identifier: GPL-2.0
/* IO-APIC, clock, power registers, and ports where there is nothing. */
#include <string.h>

#include "acpi.h"
#include "platform.h"
#include "ram.h"
#include "test.h"

struct rig {
	struct platform p;
	struct ioapic_message last;
	unsigned int interrupts, offs, resets;
	char console[64];
	size_t nr_console;
	const char *input;
};

static void interrupt(void *ctx, const struct ioapic_message *msg)
{
	struct rig *r = ctx;

	r->last = *msg;
	r->interrupts++;
}

static void power_off(void *ctx)
{
	((struct rig *)ctx)->offs++;
}

static void reset(void *ctx)
{
	((struct rig *)ctx)->resets++;
}

static void console_write(void *ctx, uint8_t byte)
{
	struct rig *r = ctx;

	if (r->nr_console < sizeof(r->console))
		r->console[r->nr_console++] = (char)byte;
}

static size_t console_read(void *ctx, uint8_t *buf, size_t max)
{
	struct rig *r = ctx;

	if (!r->input || !*r->input || !max)
		return 0;
	*buf = (uint8_t)*r->input++;
	return 1;
}

static const struct platform_ops ops = {
	interrupt, power_off, reset, console_write, console_read,
};

static struct rig *set_up(void)
{
	static struct rig r;

	memset(&r, 0, sizeof(r));
	CHECK(!platform_init(&r.p, &ops, &r));
	return &r;
}

/* --------------------------------------------------------------- IO-APIC */

static uint32_t ioapic_in(struct rig *r, uint8_t reg)
{
	platform_store(&r->p, GPA_IOAPIC, 4, reg);
	return (uint32_t)platform_load(&r->p, GPA_IOAPIC + 0x10, 4);
}

static void ioapic_out(struct rig *r, uint8_t reg, uint32_t v)
{
	platform_store(&r->p, GPA_IOAPIC, 4, reg);
	platform_store(&r->p, GPA_IOAPIC + 0x10, 4, v);
}

static void ioapic_registers(void)
{
	struct rig *r = set_up();
	unsigned int pin;

	CHECK_EQ(ioapic_in(r, 1), 0x00170011);
	CHECK_EQ(ioapic_in(r, 0), 0);
	ioapic_out(r, 0, 0xff000000);
	CHECK_EQ(ioapic_in(r, 0), 0x0f000000);
	CHECK_EQ(ioapic_in(r, 2), 0x0f000000);
	for (pin = 0; pin < IOAPIC_PINS; pin++) {
		uint8_t reg = (uint8_t)(0x10 + 2 * pin);

		CHECK_EQ(ioapic_in(r, reg), 0x10000);
		ioapic_out(r, reg, 0xffffffff);
		ioapic_out(r, reg + 1, 0xffffffff);
		/* delivery status and remote IRR cannot be written */
		CHECK_EQ(ioapic_in(r, reg), 0x1afff);
		CHECK_EQ(ioapic_in(r, reg + 1), 0xff000000);
		ioapic_out(r, reg, 0x10000 | pin);
		CHECK_EQ(ioapic_in(r, reg), 0x10000 | pin);
		CHECK_EQ(ioapic_in(r, reg + 1), 0xff000000);
	}
	/* beyond the last pin, and everywhere else in the page */
	CHECK_EQ(ioapic_in(r, 0x40), 0);
	ioapic_out(r, 0x40, 0xffffffff);
	ioapic_out(r, 0xff, 0xffffffff);
	CHECK_EQ(ioapic_in(r, 0xff), 0);
	CHECK_EQ(platform_load(&r->p, GPA_IOAPIC + 0x40, 4), 0);
	CHECK_EQ(platform_load(&r->p, GPA_IOAPIC + 0xffc, 4), 0);
	CHECK_EQ(platform_load(&r->p, GPA_IOAPIC + 0xffe, 4), 0xffffffff);
}

static void ioapic_narrow(void)
{
	struct rig *r = set_up();

	platform_store(&r->p, GPA_IOAPIC, 1, 1);
	CHECK_EQ(platform_load(&r->p, GPA_IOAPIC, 1), 1);
	CHECK_EQ(platform_load(&r->p, GPA_IOAPIC + 0x10, 1), 0x11);
	CHECK_EQ(platform_load(&r->p, GPA_IOAPIC + 0x12, 1), 0x17);
	CHECK_EQ(platform_load(&r->p, GPA_IOAPIC + 0x10, 2), 0x11);
	platform_store(&r->p, GPA_IOAPIC, 4, 0x10);
	platform_store(&r->p, GPA_IOAPIC + 0x10, 2, 0);
	CHECK_EQ(platform_load(&r->p, GPA_IOAPIC + 0x10, 4), 0x10000);
}

static void ioapic_delivery(void)
{
	struct rig *r = set_up();

	ioapic_set_line(&r->p.ioapic, 4, true);
	CHECK_EQ(r->interrupts, 0);	/* masked: lost */
	ioapic_out(r, 0x18, 0x0931);	/* vector 0x31, logical, lowest */
	ioapic_out(r, 0x19, 0x5a000000);
	CHECK_EQ(r->interrupts, 0);
	ioapic_set_line(&r->p.ioapic, 4, true);
	CHECK_EQ(r->interrupts, 0);	/* no edge */
	ioapic_set_line(&r->p.ioapic, 4, false);
	CHECK_EQ(r->interrupts, 0);
	ioapic_set_line(&r->p.ioapic, 4, true);
	CHECK_EQ(r->interrupts, 1);
	CHECK_EQ(r->last.vector, 0x31);
	CHECK_EQ(r->last.type, 1);
	CHECK_EQ(r->last.dest, 0x5a);
	CHECK(r->last.logical);
	CHECK(!r->last.level);
	ioapic_set_line(&r->p.ioapic, 24, true);
	ioapic_set_line(&r->p.ioapic, 31, true);
	ioapic_set_line(&r->p.ioapic, 1000, true);
	CHECK_EQ(r->interrupts, 1);
}

/* From a byte in the UART to a message for the APIC. */
static void ioapic_uart(void)
{
	struct rig *r = set_up();

	ioapic_out(r, 0x18, 0x24);
	platform_out(&r->p, UART_PORT + 4, 1, 0x08);
	platform_out(&r->p, UART_PORT + 1, 1, 0x01);
	r->input = "!";
	platform_console_input(&r->p);
	CHECK_EQ(r->interrupts, 1);
	CHECK_EQ(r->last.vector, 0x24);
	CHECK_EQ(platform_in(&r->p, UART_PORT, 1), '!');
	platform_out(&r->p, UART_PORT, 1, '?');
	CHECK_EQ(r->console[0], '?');
	/* a reset leaves nothing of that, and does not interrupt */
	platform_reset(&r->p);
	CHECK_EQ(r->interrupts, 1);
	CHECK_EQ(ioapic_in(r, 0x18), 0x10000);
	CHECK_EQ(platform_in(&r->p, UART_PORT + 1, 1), 0);
}

/* ------------------------------------------------------------------ CMOS */

static time_t fake_now;

static time_t now(void)
{
	return fake_now;
}

static uint8_t cmos_in(struct cmos *c, uint8_t reg)
{
	cmos_bus_ops.write(c, 0, 1, reg);
	return (uint8_t)cmos_bus_ops.read(c, 1, 1);
}

static void cmos_out(struct cmos *c, uint8_t reg, uint8_t v)
{
	cmos_bus_ops.write(c, 0, 1, reg);
	cmos_bus_ops.write(c, 1, 1, v);
}

static void cmos_time(void)
{
	struct cmos c;

	cmos_init(&c, now);
	fake_now = 1767225599;		/* Wed 2025-12-31 23:59:59 UTC */
	CHECK_EQ(cmos_in(&c, 0x0a) & 0x80, 0);
	CHECK_EQ(cmos_in(&c, 0x0b), 0x02);
	CHECK_EQ(cmos_in(&c, 0x0d), 0x80);
	CHECK_EQ(cmos_in(&c, 0), 0x59);
	CHECK_EQ(cmos_in(&c, 2), 0x59);
	CHECK_EQ(cmos_in(&c, 4), 0x23);
	CHECK_EQ(cmos_in(&c, 6), 4);
	CHECK_EQ(cmos_in(&c, 7), 0x31);
	CHECK_EQ(cmos_in(&c, 8), 0x12);
	CHECK_EQ(cmos_in(&c, 9), 0x25);
	CHECK_EQ(cmos_in(&c, 0x32), 0x20);
	CHECK_EQ(cmos_in(&c, 0x37), 0x20);
	fake_now++;
	CHECK_EQ(cmos_in(&c, 0), 0);
	CHECK_EQ(cmos_in(&c, 9), 0x26);
	/* binary, and 12 hours */
	fake_now += 13 * 3600 + 59;
	cmos_out(&c, 0x0b, 0x06);
	CHECK_EQ(cmos_in(&c, 0), 59);
	CHECK_EQ(cmos_in(&c, 4), 13);
	cmos_out(&c, 0x0b, 0x04);
	CHECK_EQ(cmos_in(&c, 4), 0x81);
	/* read-only registers, and bit 7 of the index */
	cmos_out(&c, 0x0d, 0);
	CHECK_EQ(cmos_in(&c, 0x8d), 0x80);
	cmos_out(&c, 0x0f, 0x0f);
	CHECK_EQ(cmos_in(&c, 0x0f), 0x0f);
	CHECK_EQ(cmos_bus_ops.read(&c, 0, 1) & 0xff, 0xff);
	CHECK_EQ(cmos_bus_ops.read(&c, 0, 2) & 0xffff, 0xffff);
}

/* hwclock --systohc */
static void cmos_set(void)
{
	struct cmos c;

	cmos_init(&c, now);
	fake_now = 1700000000;
	cmos_out(&c, 0x0b, 0x82);
	fake_now += 100;		/* the clock stands */
	CHECK_EQ(cmos_in(&c, 0), 0x20);
	cmos_out(&c, 0, 0x30);
	cmos_out(&c, 2, 0x15);
	cmos_out(&c, 4, 0x08);
	cmos_out(&c, 7, 0x29);
	cmos_out(&c, 8, 0x02);
	cmos_out(&c, 9, 0x32);
	cmos_out(&c, 0x0b, 0x02);
	fake_now += 31;
	CHECK_EQ(cmos_in(&c, 0), 0x01);
	CHECK_EQ(cmos_in(&c, 2), 0x16);
	CHECK_EQ(cmos_in(&c, 4), 0x08);
	CHECK_EQ(cmos_in(&c, 7), 0x29);
	CHECK_EQ(cmos_in(&c, 8), 0x02);
	CHECK_EQ(cmos_in(&c, 9), 0x32);
}

static void cmos_random(void)
{
	struct cmos c;
	int i;

	cmos_init(&c, now);
	fake_now = 1700000000;
	srandom(3);
	for (i = 0; i < 200000; i++) {
		if (random() & 1)
			cmos_out(&c, (uint8_t)random(), (uint8_t)random());
		else
			cmos_in(&c, (uint8_t)random());
	}
}

/* ----------------------------------------------------------------- power */

static void power_off_register(void)
{
	struct rig *r = set_up();

	CHECK_EQ(platform_in(&r->p, ACPI_SLEEP_STATUS, 1), 0);
	platform_out(&r->p, ACPI_SLEEP_CONTROL, 1, 5 << 2);
	CHECK_EQ(r->offs, 0);		/* type only, not enabled */
	platform_out(&r->p, ACPI_SLEEP_CONTROL, 1, 3 << 2 | 0x20);
	CHECK_EQ(r->offs, 0);		/* S3 does not exist */
	platform_out(&r->p, ACPI_SLEEP_CONTROL, 2, 5 << 2 | 0x20);
	CHECK_EQ(r->offs, 0);
	platform_out(&r->p, ACPI_SLEEP_STATUS, 1, 5 << 2 | 0x20);
	CHECK_EQ(r->offs, 0);
	platform_out(&r->p, ACPI_SLEEP_CONTROL, 1, 5 << 2 | 0x20);
	CHECK_EQ(r->offs, 1);
	CHECK_EQ(r->resets, 0);
}

static void reset_registers(void)
{
	struct rig *r = set_up();

	platform_out(&r->p, ACPI_RESET_PORT, 1, 0x02);
	CHECK_EQ(r->resets, 0);
	/* PCI configuration accesses are no resets */
	platform_out(&r->p, 0xcf8, 4, 0xffffffff);
	platform_out(&r->p, 0xcf8, 2, 0xffff);
	CHECK_EQ(r->resets, 0);
	platform_out(&r->p, ACPI_RESET_PORT, 1, ACPI_RESET_VALUE);
	CHECK_EQ(r->resets, 1);
	platform_out(&r->p, 0x64, 1, 0xd1);
	CHECK_EQ(r->resets, 1);
	platform_out(&r->p, 0x64, 1, 0xfe);
	CHECK_EQ(r->resets, 2);
	CHECK_EQ(r->offs, 0);
}

/* Nobody there: ones, for every port and size but those that exist. */
static void absent_ports(void)
{
	struct rig *r = set_up();
	unsigned int port, size;

	for (port = 0; port < 0x10000; port++) {
		bool there = (port >= 0x3f8 && port < 0x400) ||
			     (port >= 0x70 && port < 0x72) || port == 0x61 ||
			     port == 0x64 || port == ACPI_RESET_PORT ||
			     port == ACPI_SLEEP_CONTROL ||
			     port == ACPI_SLEEP_STATUS;

		for (size = 1; size <= 4; size *= 2) {
			if (there)
				continue;
			CHECK_EQ(platform_in(&r->p, (uint16_t)port, size),
				 bus_mask(size));
			platform_out(&r->p, (uint16_t)port, size, 0);
		}
	}
	CHECK_EQ(platform_in(&r->p, 0x61, 1), 0);
	CHECK_EQ(platform_in(&r->p, 0x64, 1), 0xfd);
	CHECK_EQ(platform_in(&r->p, 0x2f9, 1), 0xff);	/* ttyS1 */
	CHECK_EQ(r->resets + r->offs + r->interrupts, 0);
	CHECK_EQ(platform_load(&r->p, 0xfed00000, 8), ~0ULL);
	CHECK_EQ(platform_load(&r->p, ~0ULL, 8), ~0ULL);
	CHECK_EQ(platform_load(&r->p, GPA_IOAPIC - 4, 8), ~0ULL);
	platform_store(&r->p, ~0ULL, 8, 0);
}

static void bus_refuses(void)
{
	static const struct bus_ops none;
	struct bus b = { .nr = 0 };
	unsigned int i;

	CHECK(!bus_add(&b, "a", 0x100, 0x10, &none, NULL));
	CHECK(bus_add(&b, "b", 0x10f, 1, &none, NULL) < 0);
	CHECK(bus_add(&b, "b", 0xff, 2, &none, NULL) < 0);
	CHECK(bus_add(&b, "b", 0, 0x1000, &none, NULL) < 0);
	CHECK(bus_add(&b, "b", 0, 0, &none, NULL) < 0);
	CHECK(bus_add(&b, "b", ~0ULL, 2, &none, NULL) < 0);
	CHECK(!bus_add(&b, "b", 0x110, 1, &none, NULL));
	for (i = 2; i < BUS_MAX_RANGES; i++)
		CHECK(!bus_add(&b, "c", 0x1000 + i, 1, &none, NULL));
	CHECK(bus_add(&b, "d", 0x5000, 1, &none, NULL) < 0);
}

const struct test chipset_tests[] = {
	TEST(ioapic_registers), TEST(ioapic_narrow), TEST(ioapic_delivery),
	TEST(ioapic_uart), TEST(cmos_time), TEST(cmos_set), TEST(cmos_random),
	TEST(power_off_register), TEST(reset_registers), TEST(absent_ports),
	TEST(bus_refuses),
	TESTS_END
};
