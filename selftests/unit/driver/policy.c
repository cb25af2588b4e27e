// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>
#include "../../../kmod/driver/cpuid.h"
#include "../../../kmod/driver/machine.h"
#include "policy.h"

/* V_SPEC_CTRL leaves the world switch, and so children, without SPEC_CTRL. */
static void without_v_spec_ctrl(__u32 leaf, __u32 subleaf, __u32 r[4])
{
	policy_cpuid(leaf, subleaf, r);
	if (leaf == 0x8000000a)
		r[3] &= ~(1u << 20);
}

__u32 policy_make(_Bool la57, __u32 room, struct hvpart_cpuid_policy **list)
{
	static __u64 bytes[POLICY_ROOM / 8];
	struct hvpart_machine machine = { .la57 = la57 };
	struct hvpart_svm svm = {};
	struct hvp_cpuid c = {
		.read = policy_cpuid,
		.machine = &machine,
		.out = (void *)bytes,
		.room = room,
	};

	hvp_machine_probe(without_v_spec_ctrl, &machine, &svm);
	memset(bytes, 0, sizeof(bytes));
	*list = c.out;
	return hvp_cpuid_policy(&c) ? 0 : c.bytes;
}
