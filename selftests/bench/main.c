// SPDX-License-Identifier: GPL-2.0
/*
 * hvp-bench io | signal | post | exits SECONDS | exec COUNT | work | overhead
 *
 * Run inside L1 under icount, where a TSC tick is an instruction.
 */
#include <string.h>
#include "bench.h"

int main(int argc, char **argv)
{
	if (argc >= 2 && !strcmp(argv[1], "io"))
		return bench_io();
	if (argc >= 2 && !strcmp(argv[1], "signal"))
		return bench_signal();
	if (argc >= 2 && !strcmp(argv[1], "post"))
		return bench_post();
	if (argc >= 2 && !strcmp(argv[1], "work"))
		return bench_work();
	if (argc >= 2 && !strcmp(argv[1], "overhead"))
		return bench_overhead();
	if (argc == 3)
		return bench_root(argc - 1, argv + 1);
	fprintf(stderr, "usage: hvp-bench io | signal | post | exits SECONDS | exec COUNT | work | overhead\n");
	return 2;
}
