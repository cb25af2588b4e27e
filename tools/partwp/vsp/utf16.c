// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "utf16.h"

#define REPLACEMENT	0xFFFDU
#define IS_HIGH(u)	(((u) & 0xFC00U) == 0xD800U)
#define IS_LOW(u)	(((u) & 0xFC00U) == 0xDC00U)

static uint32_t unit(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

/* One character of at least one unit; how many units it takes. */
static size_t decode16(const uint8_t *p, size_t units, uint32_t *c)
{
	uint32_t first = unit(p), second = units > 1 ? unit(p + 2) : 0;

	if (IS_HIGH(first) && IS_LOW(second)) {
		*c = 0x10000U + ((first & 0x3FFU) << 10) + (second & 0x3FFU);
		return 2;
	}
	*c = IS_HIGH(first) || IS_LOW(first) ? REPLACEMENT : first;
	return 1;
}

static size_t encode8(char *out, uint32_t c)
{
	uint8_t *p = (uint8_t *)out;

	if (c < 0x80) {
		p[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = (uint8_t)(0xC0 | c >> 6);
		p[1] = (uint8_t)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		p[0] = (uint8_t)(0xE0 | c >> 12);
		p[1] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
		p[2] = (uint8_t)(0x80 | (c & 0x3F));
		return 3;
	}
	p[0] = (uint8_t)(0xF0 | c >> 18);
	p[1] = (uint8_t)(0x80 | (c >> 12 & 0x3F));
	p[2] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
	p[3] = (uint8_t)(0x80 | (c & 0x3F));
	return 4;
}

size_t utf16_to_utf8(char *out, const void *in, size_t size)
{
	const uint8_t *p = in;
	size_t units = size / 2, len = 0, n;
	uint32_t c;

	while (units) {
		n = decode16(p, units, &c);
		if (!c)
			break;
		len += encode8(out + len, c);
		p += 2 * n;
		units -= n;
	}
	out[len] = 0;
	return len;
}

/* Bytes that follow the first one, and the least character that needs them. */
static int lead(uint8_t b, uint32_t *c, uint32_t *least)
{
	if (b < 0x80) {
		*c = b;
		*least = 0;
		return 0;
	}
	if ((b & 0xE0) == 0xC0) {
		*c = b & 0x1FU;
		*least = 0x80;
		return 1;
	}
	if ((b & 0xF0) == 0xE0) {
		*c = b & 0x0FU;
		*least = 0x800;
		return 2;
	}
	if ((b & 0xF8) == 0xF0) {
		*c = b & 0x07U;
		*least = 0x10000;
		return 3;
	}
	return -EILSEQ;
}

/* The next character; a zero in the middle of one is no continuation. */
static int decode8(const char **in, uint32_t *c)
{
	uint32_t least;
	int more = lead((uint8_t)*(*in)++, c, &least);

	if (more < 0)
		return more;
	for (; more; more--, (*in)++) {
		uint8_t b = (uint8_t)**in;

		if ((b & 0xC0) != 0x80)
			return -EILSEQ;
		*c = *c << 6 | (b & 0x3F);
	}
	return *c < least || *c > 0x10FFFF || IS_HIGH(*c) || IS_LOW(*c) ?
		-EILSEQ : 0;
}

static bool put(uint8_t *out, size_t max, size_t *len, uint32_t u)
{
	if (max - *len < 2)
		return false;
	out[(*len)++] = (uint8_t)u;
	out[(*len)++] = (uint8_t)(u >> 8);
	return true;
}

int utf16_from_utf8(void *out, size_t max, const char *in)
{
	size_t len = 0;
	uint32_t c;
	bool fits = true;

	while (*in) {
		if (decode8(&in, &c))
			return -EILSEQ;
		if (c < 0x10000) {
			fits = fits && put(out, max, &len, c);
		} else {
			c -= 0x10000;
			fits = fits && put(out, max, &len, 0xD800U | c >> 10) &&
			       put(out, max, &len, 0xDC00U | (c & 0x3FF));
		}
	}
	/* Bad text is bad text, too long or not. */
	return fits && put(out, max, &len, 0) ? (int)len : -E2BIG;
}
