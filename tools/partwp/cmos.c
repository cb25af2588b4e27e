// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "cmos.h"

#define SECONDS		0x00
#define MINUTES		0x02
#define HOURS		0x04
#define WEEKDAY		0x06
#define DAY		0x07
#define MONTH		0x08
#define YEAR		0x09
#define REG_A		0x0A
#define REG_B		0x0B
#define REG_C		0x0C
#define REG_D		0x0D
#define CENTURY		0x32
#define CENTURY_PS2	0x37

#define A_UIP		0x80	/* never: an update takes no time */
#define A_DEFAULT	0x26
#define B_SET		0x80
#define B_BINARY	0x04
#define B_24H		0x02
#define D_VALID		0x80
#define HOURS_PM	0x80

static time_t host_now(void)
{
	return time(NULL);
}

static uint8_t encode(const struct cmos *c, int v)
{
	return (uint8_t)(c->ram[REG_B] & B_BINARY ? v : v / 10 << 4 | v % 10);
}

static int decode(const struct cmos *c, uint8_t v)
{
	return c->ram[REG_B] & B_BINARY ? v : (v >> 4) * 10 + (v & 0xF);
}

static uint8_t encode_hours(const struct cmos *c, int h)
{
	if (c->ram[REG_B] & B_24H)
		return encode(c, h);
	return encode(c, h % 12 ? h % 12 : 12) | (h >= 12 ? HOURS_PM : 0);
}

static int decode_hours(const struct cmos *c, uint8_t v)
{
	if (c->ram[REG_B] & B_24H)
		return decode(c, v);
	return decode(c, v & ~HOURS_PM) % 12 + (v & HOURS_PM ? 12 : 0);
}

/* Brings the time bytes up to date. */
static void tick(struct cmos *c)
{
	time_t t = c->now() + c->offset;
	struct tm tm;

	if (!gmtime_r(&t, &tm))
		return;
	c->ram[SECONDS] = encode(c, tm.tm_sec % 60);
	c->ram[MINUTES] = encode(c, tm.tm_min);
	c->ram[HOURS] = encode_hours(c, tm.tm_hour);
	c->ram[WEEKDAY] = encode(c, tm.tm_wday + 1);
	c->ram[DAY] = encode(c, tm.tm_mday);
	c->ram[MONTH] = encode(c, tm.tm_mon + 1);
	c->ram[YEAR] = encode(c, (tm.tm_year + 1900) % 100);
	c->ram[CENTURY] = encode(c, (tm.tm_year + 1900) / 100 % 100);
	c->ram[CENTURY_PS2] = c->ram[CENTURY];
}

/* The guest has written the time bytes and lets the clock go. */
static void set_time(struct cmos *c)
{
	struct tm tm = {
		.tm_sec = decode(c, c->ram[SECONDS]),
		.tm_min = decode(c, c->ram[MINUTES]),
		.tm_hour = decode_hours(c, c->ram[HOURS]),
		.tm_mday = decode(c, c->ram[DAY]),
		.tm_mon = decode(c, c->ram[MONTH]) - 1,
		.tm_year = decode(c, c->ram[CENTURY]) * 100 +
			   decode(c, c->ram[YEAR]) - 1900,
	};
	time_t t = timegm(&tm);

	/* Nonsense in, nonsense out; but the clock goes on. */
	if (t != (time_t)-1)
		c->offset = t - c->now();
}

static void write_register(struct cmos *c, uint8_t i, uint8_t v)
{
	uint8_t before = c->ram[REG_B];

	switch (i) {
	case REG_A:
		c->ram[REG_A] = v & ~A_UIP;
		return;
	case REG_C:
	case REG_D:
		return;
	case REG_B:
		/* The bytes that SET freezes must be of this moment. */
		if ((v & B_SET) && !(before & B_SET))
			tick(c);
		c->ram[REG_B] = v;
		if (!(v & B_SET) && (before & B_SET))
			set_time(c);
		return;
	}
	c->ram[i] = v;
}

static uint64_t cmos_read(void *dev, uint64_t offset, unsigned int size)
{
	struct cmos *c = dev;

	if (size != 1 || !offset)
		return ~0ULL;	/* the index cannot be read on a PC */
	if (!(c->ram[REG_B] & B_SET))
		tick(c);
	return c->ram[c->index];
}

static void cmos_write(void *dev, uint64_t offset, unsigned int size,
		       uint64_t value)
{
	struct cmos *c = dev;

	if (size != 1)
		return;
	if (!offset)
		c->index = value & (CMOS_SIZE - 1);	/* bit 7: NMI mask */
	else
		write_register(c, c->index, (uint8_t)value);
}

const struct bus_ops cmos_bus_ops = {
	.read = cmos_read,
	.write = cmos_write,
};

void cmos_init(struct cmos *c, time_t (*now)(void))
{
	memset(c, 0, sizeof(*c));
	c->now = now ? now : host_now;
	c->ram[REG_A] = A_DEFAULT;
	c->ram[REG_B] = B_24H;
	c->ram[REG_D] = D_VALID;
}
