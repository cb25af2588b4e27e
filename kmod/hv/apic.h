/* SPDX-License-Identifier: GPL-2.0 */
/* Local APIC of a child VP: x2APIC mode from reset, no MMIO page. */
#ifndef HV_APIC_H
#define HV_APIC_H

#include "vp.h"

/* Request a fixed edge interrupt. Any CPU. Notifies the VP. */
void apic_post(struct vp *vp, u8 vector);

/* The IPI/assert entry: delivery mode per HV_X64_INTERRUPT_TYPE / ICR. */
hv_status apic_assert(struct partition *p, u32 type, bool level, bool logical,
		      u64 dest, u32 vector);

/* Anything requested, deliverable or not: guest idle must not wait (TLFS 6.3). */
bool apic_irr_any(struct vp *vp);

/**
 * struct apic_sources - what the APIC must know of the SynIC, which writes it
 * under its lock
 * @queued:   bit n: messages wait for source n. An EOI of its vector makes the
 *            SynIC look at its queues (VPREQ_SYNIC), and is never lazy
 * @auto_eoi: bit n: the vector of source n gets no in-service bit
 * @reg:      the SINT registers; their low bytes are the vectors
 */
struct apic_sources {
	u16 queued, auto_eoi;
	const u64 *reg;
};
struct apic_sources *apic_sources(struct vp *vp);

/* Highest vector that may be delivered now (IRR above PPR, APIC enabled), or -1. */
int apic_pending_vector(struct vp *vp);
/* Is there a vector that nothing but TPR holds back? */
bool apic_tpr_held(struct vp *vp);
/* The vector goes to the guest: IRR -> ISR, auto-EOI, EOI assist. */
void apic_accept(struct vp *vp, u8 vector);
/* Before a guest entry / after an exit: the lazy-EOI word of the assist page. */
void apic_assist_enter(struct vp *vp);
void apic_assist_exit(struct vp *vp);

enum msr_result apic_rdmsr(struct vp *vp, u32 msr, u64 *val);	/* 0x1b, 0x800.., 0x6e0 */
enum msr_result apic_wrmsr(struct vp *vp, u32 msr, u64 val);
void apic_eoi(struct vp *vp);
enum msr_result apic_icr_write(struct vp *vp, u64 icr);

u8 apic_get_tpr(struct vp *vp);			/* CR8 = tpr >> 4 */
void apic_set_tpr(struct vp *vp, u8 tpr);

void apic_timer_expired(struct vp *vp, u64 now);	/* DL_APIC */

/* Does a set of VPs by APIC destination contain this VP? */
bool apic_matches(struct vp *vp, bool logical, u64 dest);

/* The 1 KiB register image of Get/SetVpState type LAPIC (xAPIC page layout). */
void apic_get_page(struct vp *vp, void *page);
hv_status apic_set_page(struct vp *vp, const void *page);

#endif
