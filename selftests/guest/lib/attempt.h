/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How hostile guests say what came of what they tried: "@@begin NAME", "@@fail"
 * for each thing that the guest itself sees go wrong, "@@survived NAME".
 */
#ifndef GUEST_ATTEMPT_H
#define GUEST_ATTEMPT_H

#include "guest.h"

void attempt_begin(const char *name);
/* A part of it; an exception in it is a failure. */
void attempt(void (*fn)(void *arg), const void *arg);
void attempt_end(const char *name);

/* The first ten are printed. */
void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define CHECK(cond, ...) do {			\
	if (!(cond))				\
		fail(__VA_ARGS__);		\
} while (0)

/* Every run draws the same. */
u64 random(void);

#endif
