// SPDX-License-Identifier: GPL-2.0
/*
 * Memory and arithmetic that the compiler expects or that C lacks.
 *
 * String instructions: the smallest code, and fast wherever it matters (whole
 * pages). Whole words first: emulators pay for every element.
 */
#include "lib.h"

/* __used: the compiler calls these by itself, when it has counted callers. */

__used void *memcpy(void *dst, const void *src, size_t n)
{
	void *d = dst;
	size_t words = n / 8, rest = n % 8;

	__asm__ volatile("rep movsq\n\tmov %3, %2\n\trep movsb"
			 : "+D"(d), "+S"(src), "+c"(words)
			 : "r"(rest) : "memory");
	return dst;
}

__used void *memmove(void *dst, const void *src, size_t n)
{
	char *d = (char *)dst + n - 1;
	const char *s = (const char *)src + n - 1;

	if ((uintptr_t)dst - (uintptr_t)src >= n)
		return memcpy(dst, src, n);
	__asm__ volatile("std\n\trep movsb\n\tcld"
			 : "+D"(d), "+S"(s), "+c"(n) : : "memory");
	return dst;
}

__used void *memset(void *dst, int c, size_t n)
{
	void *d = dst;
	size_t words = n / 8, rest = n % 8;

	__asm__ volatile("rep stosq\n\tmov %2, %1\n\trep stosb"
			 : "+D"(d), "+c"(words)
			 : "r"(rest), "a"((u8)c * 0x0101010101010101ull)
			 : "memory");
	return dst;
}

#ifndef HV_UNIT_TEST
__noinline void zero_page(void *page)
{
	memset(page, 0, PAGE_SIZE);
}
#endif

__used int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *p = a, *q = b;

	for (; n; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

u64 div_u128_u64(u64 hi, u64 lo, u64 d)
{
	__asm__("div %2" : "+a"(lo), "+d"(hi) : "r"(d) : "cc");
	return lo;
}

#ifndef HV_UNIT_TEST
void spin_lock(struct spinlock *l)
{
	lock_inline(l);
}
#endif
