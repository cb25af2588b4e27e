/* SPDX-License-Identifier: GPL-2.0 */
/* The scripted CPU's VP: what the core embeds instead of a real back end's. */
#ifndef CORE_FAKE_VENDOR_VP_H
#define CORE_FAKE_VENDOR_VP_H

#include "cpu_regs.h"
#include "event.h"
#include <hvpart/register.h>

#define FAKE_PLAIN	32	/* 64-bit registers by name, see vendor.c */

/**
 * struct vendor_vp
 * @regs:     first member, see vendor.h
 * @block:    a pool page, as a real back end has its control block
 * @flushes:  calls of vendor_flush()
 * @stale:    a translation of this VP that should be gone is still there: set
 *            by tests, cleared by a flush, fatal when the guest runs with it
 * @taken:    events that the guest took, newest last
 */
struct vendor_vp {
	struct cpu_regs regs;
	struct hv_event event;
	void *block;
	u64 plain[FAKE_PLAIN];
	struct hv_x64_segment_register seg[8];
	struct hv_x64_table_register table[2];
	u64 tsc_offset;
	u64 npt_root;
	u32 flushes;
	u8 cr8;
	bool shadow, nmi_masked, want_intr, want_nmi, want_tpr, stale, invalid;
	struct hv_event taken[8];
	u32 nr_taken;
	u32 runs;
};

#endif
