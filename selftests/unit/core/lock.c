// SPDX-License-Identifier: GPL-2.0
/* What a lock is, by its place: owners have pool pages, the rest is static. */
#include "sim.h"
#include "synic_state.h"

enum kind { K_PARTITION, K_MSR, K_SPACE, K_POOL, K_SYNIC, K_STATIC };

u32 lock_kind(struct spinlock *l)
{
	static struct spinlock *others[16];
	u64 base = in_ram(l) ? (u64)l & PAGE_MASK : (u64)&root_partition;
	u32 i;

	switch ((u64)l - base) {
	case offsetof(struct partition, lock):
		return K_PARTITION;
	case offsetof(struct partition, msr_lock):
		return K_MSR;
	case offsetof(struct partition, gpa.lock):
		return K_SPACE;
	case offsetof(struct partition, pool.lock):
		return K_POOL;
	}
	if (in_ram(l)) {
		CHECK_EQ((u64)l - base, offsetof(struct synic, lock));
		return K_SYNIC;
	}
	for (i = 0; others[i] && others[i] != l; i++)
		CHECK(i < ARRAY_SIZE(others) - 1);
	others[i] = l;
	return K_STATIC + i;
}
