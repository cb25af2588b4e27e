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

/* The root has an APIC and MSRs of its own: the units leave it alone. */
static void units_of_the_root(void)
{
	struct partition root = { .is_root = true };
	struct vp vp = { .partition = &root };

	CHECK_EQ(unit_run(HOOK_partition_init, &root), 0);
	CHECK_EQ(unit_run(HOOK_vp_init, &vp), 0);
	unit_run(HOOK_vp_reset, &vp);
	unit_run(HOOK_vp_init_ipi, &vp);
	CHECK_EQ(pool_used, 0);
	CHECK(!vp.apic && !vp.synic && !vp.stimers && !vp.assist_page);
	unit_undo(HOOK_vp_exit, &vp);
	unit_undo(HOOK_partition_exit, &root);
}

static void partition_out_of_memory(void)
{
	for (int n = 0; n < 4; n++) {
		struct partition q = { .max_phys_bits = 40 };
		struct partition *was = p;
		hv_status st;

		pool_left = n;
		st = unit_run(HOOK_partition_init, &q);
		CHECK_EQ(st, n < 3 ? HV_STATUS_INSUFFICIENT_MEMORY : 0);
		unit_undo(HOOK_partition_exit, &q);
		CHECK_EQ(pool_used, 0);
		pool_left = -1;
		p = was;
	}
}

const struct test msr_memory_tests[] = {
	{ "msr_no_table", no_table },
	{ "msr_units_of_the_root", units_of_the_root },
	{ "msr_partition_out_of_memory", partition_out_of_memory },
	{ NULL, NULL },
};
