// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>
#include "../../../kmod/driver/cpuid.h"
#include "policy.h"

__u32 policy_make(_Bool la57, __u32 room, struct hvpart_cpuid_policy **list)
{
	static __u64 bytes[POLICY_ROOM / 8];
	struct hvp_cpuid c = {
		.read = policy_cpuid,
		.la57 = la57,
		.out = (void *)bytes,
		.room = room,
	};

	memset(bytes, 0, sizeof(bytes));
	*list = c.out;
	return hvp_cpuid_policy(&c) ? 0 : c.bytes;
}
