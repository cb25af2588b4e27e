/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What the machine is and has, as far as the hypervisor must know: the driver
 * asks the CPU while it is bare and hands the answers over with boot.h. The
 * same on all CPUs.
 */
#ifndef _HVPART_MACHINE_H
#define _HVPART_MACHINE_H

#include "types.h"

/**
 * struct hvpart_machine - for every back end
 * @apic_timer_hz: of the emulated local APIC's timer
 * @max_pfn:      frames below the end of RAM
 * @nr_cpus:      CPUs that may ever be there
 * @xsave_bytes:  of @xcr0_mask, in the standard format; at most a page
 * @xcr0_mask:    state components that children may have
 * @page1g:       the CPU has leaves of 1 GiB
 * @la57:         Linux, and so the hypervisor, runs with five levels
 * @has_spec_ctrl: SPEC_CTRL exists, and no world but ours switches it
 * @ibpb_clears_rsb: else the return stack is refilled
 * @fp_leaks:     FXRSTOR and XRSTOR leave old FIP and FDP
 */
struct hvpart_machine {
	__u64 tsc_hz;
	__u64 apic_timer_hz;
	__u64 max_pfn;
	__u64 xcr0_mask;
	__u32 nr_cpus;
	__u32 xsave_bytes;
	__u8 phys_bits;
	__u8 page1g;
	__u8 la57;
	__u8 invariant_tsc;
	__u8 has_xsave;
	__u8 has_xss;
	__u8 has_cet;
	__u8 has_pku;
	__u8 has_tsc_aux;
	__u8 has_spec_ctrl;
	__u8 has_ibpb;
	__u8 ibpb_clears_rsb;
	__u8 fp_leaks;
	__u8 reserved[3];
};
HVPART_ASSERT_SIZE(struct hvpart_machine, 56);

/**
 * struct hvpart_svm - for the SVM back end: CPUID Fn8000_000A and friends
 * @efer_valid, @cr4_valid: bits that may be set (APM vol. 2, 3.1.3, 3.1.7)
 * @intercepts:   of instructions that not all CPUs have, as the VMCB has them
 */
struct hvpart_svm {
	__u64 efer_valid;
	__u64 cr4_valid;
	__u32 intercepts[3];
	__u32 nr_asids;
	__u8 nrips;
	__u8 decode_assists;
	__u8 pause_filter;
	__u8 pause_threshold;
	__u8 v_spec_ctrl;
	__u8 invlpgb;
	__u8 shstk;
	__u8 reserved;
};
HVPART_ASSERT_SIZE(struct hvpart_svm, 40);

#endif
