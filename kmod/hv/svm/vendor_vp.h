/* SPDX-License-Identifier: GPL-2.0 */
/* What the core embeds of the SVM back end: see vendor.h. */
#ifndef HV_SVM_VENDOR_VP_H
#define HV_SVM_VENDOR_VP_H

#include "cpu_regs.h"
#include "event.h"

struct vmcb;

/**
 * struct vendor_vp - what is used most stands within reach of an 8-bit offset
 * @regs:       see vendor.h
 * @event:      delivered by the next entry
 * @exit_rip:   RIP at the last exit, before the core moved it
 * @asid, @asid_generation, @asid_cpu: tag and where it is valid (asid.c)
 * @flush:      take a fresh tag before the next entry
 * @is_root:    fixed tag, no event masking of ours
 * @nmi_masked: an NMI handler runs; ends with the IRET at @iret_rip
 * @iret_seen:  the IRET was reached, its completion not yet
 * @want_nmi:   report the end of the masking
 * @stepping:   RFLAGS.TF is ours, to see the IRET's end
 */
struct vendor_vp {
	struct vmcb *vmcb;
	struct hv_event event;
	bool flush;
	bool is_root;
	bool nmi_masked, iret_seen;
	struct cpu_regs regs;
	bool want_nmi;
	bool stepping, step_tf;
	u32 asid;
	u32 asid_cpu;
	u64 asid_generation;
	u64 vmcb_spa;
	u64 exit_rip;
	u64 iret_rip;
	u64 step_dr6;
};

#endif
