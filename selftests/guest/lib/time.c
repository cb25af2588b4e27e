// SPDX-License-Identifier: GPL-2.0
#include "guest.h"

struct timeout timeout_ms(u64 ms)
{
	return (struct timeout){ rdtsc() + ms * (tsc_hz / 1000) };
}

bool expired(struct timeout t)
{
	return (s64)(rdtsc() - t.until) >= 0;
}

void delay_us(u64 us)
{
	u64 until = rdtsc() + us * (tsc_hz / 1000000);

	while ((s64)(rdtsc() - until) < 0)
		pause();
}

bool wait_for(const u64 *p, u64 n, u64 ms)
{
	struct timeout t = timeout_ms(ms);

	while (READ_ONCE(*p) < n) {
		if (expired(t))
			return READ_ONCE(*p) >= n;
		pause();
	}
	return true;
}
