// SPDX-License-Identifier: GPL-2.0
/*
 * OUT to a port that nobody claims: the guest stops, its thread returns from
 * RUN_VP to user space, the register page advances RIP, the thread runs it
 * again.
 */
#include "bench.h"
#include "guest.h"

int bench_io(void)
{
	struct guest g;

	guest_create(&g, guest_out, guest_out_end, 0);
	guest_run(&g);
	guest_report(&g, "child_user_exit_roundtrip");
	guest_destroy(&g);
	return 0;
}
