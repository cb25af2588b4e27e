// SPDX-License-Identifier: GPL-2.0
#include "attempt.h"

#define FAILURES_MAX	10

static u64 seed = 88172645463325252ULL;
static u32 failures;

/* xorshift64 */
u64 random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Weak: a guest that counts otherwise has its own. */
__attribute__((weak)) void fail(const char *fmt, ...)
{
	char text[160];
	__builtin_va_list args;

	if (failures++ >= FAILURES_MAX)
		return;
	__builtin_va_start(args, fmt);
	format(text, sizeof(text), fmt, args);
	__builtin_va_end(args);
	print("@@fail %s\n", text);
}

void attempt_begin(const char *name)
{
	failures = 0;
	print("@@begin %s\n", name);
}

void attempt(void (*fn)(void *arg), const void *arg)
{
	if (trap_escape(fn, (void *)arg))
		fail("exception %llu, error %#llx, at %#llx, CR2 %#llx",
		     cpu()->fault.vector, cpu()->fault.error, cpu()->fault.rip,
		     cpu()->fault.cr2);
}

void attempt_end(const char *name)
{
	irq_off();
	print("@@survived %s\n", name);
}
