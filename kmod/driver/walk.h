/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A walk of a guest's page tables, as its CPU would do it. Pure: it knows no
 * partition and no kernel function, so selftests/unit/driver builds it too.
 */
#ifndef HVP_WALK_H
#define HVP_WALK_H

#include <linux/types.h>

/**
 * struct hvp_walk - one walk
 * @cr0, @cr3, @cr4, @efer: of the VP
 * @user: it runs at CPL 3
 * @control: HV_TRANSLATE_GVA_VALIDATE_* and _PRIVILEGE_EXEMPT
 * @gva: what to translate
 * @read: copies @size bytes at @gpa, which it does not split over two pages,
 *	into @entry; returns HV_TRANSLATE_GVA_SUCCESS or why it cannot
 * @code: result, HV_TRANSLATE_GVA_*
 * @gpa: on success where @gva is, else where the walk ended
 * @base: of the current table
 * @rights: write and user of the path, no-execute if it is anywhere
 */
struct hvp_walk {
	u64 cr0, cr3, cr4, efer;
	bool user;
	u64 control;
	u64 gva;
	u32 (*read)(struct hvp_walk *w, u64 gpa, void *entry, u32 size);

	u32 code;
	u64 gpa;

	u64 base, rights;
};

void hvp_walk(struct hvp_walk *w);

#endif
