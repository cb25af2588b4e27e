/* SPDX-License-Identifier: GPL-2.0 */
/* What the core embeds of the SVM back end: see vendor.h. */
#ifndef HV_SVM_VENDOR_VP_H
#define HV_SVM_VENDOR_VP_H

#include "cpu_regs.h"
#include "event.h"

struct vmcb;

enum { STEP_NONE, STEP_IRET, STEP_CR8 };

/**
 * struct vendor_vp - what is used most stands within reach of an 8-bit offset
 * @regs:       see vendor.h
 * @event:      delivered by the next entry
 * @asid, @asid_generation, @asid_cpu: tag and where it is valid (asid.c)
 * @flush:      take a fresh tag before the next entry
 * @is_root:    fixed tag, no event masking of ours
 * @nmi_masked: an NMI handler runs, and its IRET is intercepted; ends with the one
 *	at @iret_rip
 * @tpr_window: moves to CR8 are intercepted
 * @own_exits:  either of these two: an exit may be our own business
 * @iret_seen:  the IRET was reached, its completion not yet
 * @want_nmi:   report the end of the masking
 * @stepping:   STEP_*: RFLAGS.TF is ours, to see what follows
 */
struct vendor_vp {
	struct vmcb *vmcb;
	struct hv_event event;
	bool flush;
	bool is_root;
	union {
		struct {
			bool nmi_masked, tpr_window;
		};
		u16 own_exits;
	};
	struct cpu_regs regs;
	bool iret_seen, want_nmi;
	u8 stepping;
	bool step_tf;
	u32 asid;
	u32 asid_cpu;
	u64 asid_generation;
	u64 vmcb_spa;
	u64 iret_rip;
	u64 step_dr6;
};

#endif
