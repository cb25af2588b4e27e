/* SPDX-License-Identifier: GPL-2.0 */
/* Figures are printed as "@@bench KEY NAME=VALUE ...", read by machine/bench. */
#ifndef HVP_BENCH_H
#define HVP_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static inline uint64_t tsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

#define DIE(...)					\
	do {						\
		fprintf(stderr, "hvp-bench: " __VA_ARGS__);	\
		fputc('\n', stderr);			\
		exit(1);				\
	} while (0)

int bench_io(void);		/* child_user_exit_roundtrip */
int bench_signal(void);		/* child_signal_eventfd */
int bench_post(void);		/* child_post_message */
int bench_root(int argc, char **argv);
int bench_work(void);		/* the fixed work of root_slowdown */
int bench_overhead(void);	/* partition_overhead_kib: its hypervisor part */

#endif
