/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GUEST_BENCH_H
#define GUEST_BENCH_H

#include "cpu.h"

/* No fence: it were one more instruction in what is measured. */
static inline u64 now(void)
{
	u32 lo, hi;

	asm volatile("rdtsc" : "=a"(lo), "=d"(hi) :: "memory");
	return (u64)hi << 32 | lo;
}

/* Ticks of one round trip; of one message of a stream, on average. */
u64 vmbus_pingpong(void);
u64 vmbus_stream(void);

#endif
