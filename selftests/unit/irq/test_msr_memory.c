// SPDX-License-Identifier: GPL-2.0
/* Page MSRs and units when there is no memory, and the root's lack of units. */
#include <stdlib.h>

#include "irq.h"

/* No page for a table: the write faults and nothing has changed. */
static void no_table(void)
{
	sim_init();
	wr(vp0, HV_X64_MSR_GUEST_OS_ID, 1);
	overlay_fails = true;
	CHECK_EQ(msr_write(vp0, HV_X64_MSR_HYPERCALL, 0x3001), MSR_WAIT_MEMORY);
	CHECK_EQ(rd(vp0, HV_X64_MSR_HYPERCALL), 0);
	CHECK_EQ(msr_write(vp0, HV_X64_MSR_VP_ASSIST_PAGE, 0x3001), MSR_WAIT_MEMORY);
	CHECK_EQ(rd(vp0, HV_X64_MSR_VP_ASSIST_PAGE), 0);
	overlay_fails = false;
	sim_exit();
}

static void partition_out_of_memory(void)
{
	for (int n = 0; n < 4; n++) {
		struct partition q = { .max_phys_bits = 40 };
		struct partition *was = p;
		hv_status st;

		pool_left = n;
		st = unit_partition_create(&q);
		CHECK_EQ(st, n < 3 ? HV_STATUS_INSUFFICIENT_MEMORY : 0);
		unit_partition_delete(&q);
		CHECK_EQ(pool_used, 0);
		pool_left = -1;
		p = was;
	}
}

const struct test msr_memory_tests[] = {
	{ "msr_no_table", no_table },
	{ "msr_partition_out_of_memory", partition_out_of_memory },
	{ NULL, NULL },
};
