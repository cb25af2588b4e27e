/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A nested page table entry on AMD: the long-mode format, walked as a user
 * access (APM vol. 2, 15.25.5), so U is always set and read is implied by P.
 * Memory type: PAT index 0 of the host, write-back; the MTRRs make devices
 * uncached. Bits 9..11 are ours.
 *
 * Everything above knows only these names; vmx/npt_format.h has the same ones
 * for EPT. Not present entries are zero, or VENDOR_NPT_NO_ACCESS alone.
 */
#ifndef HV_NPT_FORMAT_H
#define HV_NPT_FORMAT_H

#include "percpu.h"

#define VENDOR_NPT_ACCESSED	BIT(5)
#define VENDOR_NPT_DIRTY	BIT(6)
#define VENDOR_NPT_OVERLAY	BIT(9)	/* leaf of an overlay page */
#define VENDOR_NPT_NO_ACCESS	BIT(10)	/* not present, but mapped */
#define VENDOR_NPT_DEVICE	BIT(11)	/* root: mapped on first touch */

#define NPT_P			BIT(0)
#define NPT_W			BIT(1)
#define NPT_U			BIT(2)
#define NPT_PS			BIT(7)
#define NPT_NX			BIT(63)
#define NPT_SPA			MASK(51, 12)

/* A leaf for @level (1: 4K, 2: 2M, 3: 1G); rights are GPA_* of gpa.h. */
static inline u64 vendor_npt_leaf(u64 spa, u32 rights, u32 level)
{
	u64 e = spa | NPT_P | NPT_U;

	if (rights & 0x2)
		e |= NPT_W;
	if (!(rights & 0xc))
		e |= NPT_NX;
	return level > 1 ? e | NPT_PS : e;
}

static inline u64 vendor_npt_table(u64 spa)
{
	return spa | NPT_P | NPT_W | NPT_U | VENDOR_NPT_ACCESSED;
}

static inline bool vendor_npt_present(u64 e)
{
	return e & NPT_P;
}

static inline bool vendor_npt_is_leaf(u64 e, u32 level)
{
	return (e & NPT_P) && (level == 1 || (e & NPT_PS));
}

static inline u64 vendor_npt_spa(u64 e)
{
	return e & NPT_SPA;
}

static inline u32 vendor_npt_rights(u64 e)
{
	if (!(e & NPT_P))
		return 0;
	return 0x1 | (e & NPT_W ? 0x2 : 0) | (e & NPT_NX ? 0 : 0xc);
}

#endif
