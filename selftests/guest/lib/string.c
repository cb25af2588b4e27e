// SPDX-License-Identifier: GPL-2.0
/* What the compiler itself may call. */
#include "guest.h"

void *memset(void *p, int c, __SIZE_TYPE__ n)
{
	void *to = p;

	asm volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(c) : "memory");
	return p;
}

void *memcpy(void *to, const void *from, __SIZE_TYPE__ n)
{
	void *p = to;

	asm volatile("rep movsb" : "+D"(p), "+S"(from), "+c"(n) :: "memory");
	return to;
}

int memcmp(const void *a, const void *b, __SIZE_TYPE__ n)
{
	const volatile u8 *x = a, *y = b;

	for (; n; n--, x++, y++) {
		int d = *x - *y;

		if (d)
			return d;
	}
	return 0;
}

__SIZE_TYPE__ strlen(const char *s)
{
	const volatile char *p = s;

	while (*p)
		p++;
	return p - s;
}
