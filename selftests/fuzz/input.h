/* SPDX-License-Identifier: GPL-2.0 */
/* The bytes that a target was given, one number after the other. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stdbool.h>
#include <stdint.h>

struct input {
	const uint8_t *p, *end;
};

static inline uint8_t get8(struct input *in)	/* 0 at the end */
{
	return in->p < in->end ? *in->p++ : 0;
}

static inline uint16_t get16(struct input *in)
{
	uint16_t lo = get8(in);

	return (uint16_t)(lo | get8(in) << 8);
}

static inline uint64_t get64(struct input *in)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v |= (uint64_t)get8(in) << (8 * i);
	return v;
}

static inline bool more(const struct input *in)
{
	return in->p < in->end;
}

#endif
