// SPDX-License-Identifier: GPL-2.0
/* Interrupts between VPs and from the parent: destinations, delivery modes. */
#include "apic_state.h"
#include <hvpart/call_interrupt.h>

#define ICR_LOGICAL	BIT(11)
#define ICR_BUSY	BIT(12)
#define ICR_ASSERT	BIT(14)
#define ICR_LEVEL	BIT(15)
/* SDM figure 11-28; delivery status does not exist in x2APIC mode. */
#define ICR_RESERVED	(MASK(31, 20) | MASK(17, 16) | BIT(13))

enum shorthand { TO_DEST, TO_SELF, TO_ALL, TO_OTHERS };

#define DEST_ALL	0xffffffffu

bool apic_matches(struct vp *vp, bool logical, u64 dest)
{
	u32 ldr;

	if (dest == DEST_ALL)
		return true;
	if (!logical)
		return dest == vp->initial_apic_id;
	ldr = apic_ldr(vp);
	return dest >> 16 == ldr >> 16 && dest & ldr & 0xffff;
}

/* What the parent says of a level line goes to the same set as the interrupt. */
enum { TYPE_LEVEL_ON = HV_X64_INTERRUPT_TYPE_MAXIMUM, TYPE_LEVEL_OFF };

/*
 * A level line that the parent takes back before anyone acknowledged it. What
 * has been accepted stays in service.
 */
static void withdraw_level(struct apic *a)
{
	for (u32 i = 0; i < 4; i++)
		atomic_and(&apic_map(a, APIC_IRR)[i],
			   ~READ_ONCE(apic_map(a, APIC_TMR)[i]));
}

/*
 * INIT, SIPI and NMI are taken by the CPU that runs the VP, INIT first. A SIPI
 * that was sent before the INIT found a VP that did not wait for it, so it has
 * no effect (statement 47) and must not start the VP afterwards.
 */
static void deliver(struct vp *vp, u32 type, u8 vector)
{
	switch (type) {
	case HV_X64_INTERRUPT_TYPE_FIXED:
	case HV_X64_INTERRUPT_TYPE_LOWESTPRIORITY:
		apic_post(vp, vector);
		break;
	case HV_X64_INTERRUPT_TYPE_NMI:
		vp_request(vp, VPREQ_NMI);
		break;
	case HV_X64_INTERRUPT_TYPE_INIT:
		if (!IRQ_MUTATED(APIC_INIT_DROPS_SIPI))
			atomic_and(&vp->requests, (u32)~VPREQ_SIPI);
		vp_request(vp, VPREQ_INIT);
		break;
	case HV_X64_INTERRUPT_TYPE_SIPI:
		WRITE_ONCE(vp->sipi_vector, vector);
		vp_request(vp, VPREQ_SIPI);
		break;
	case TYPE_LEVEL_ON:
		test_and_set_bit(apic_map(vp->apic, APIC_TMR), vector);
		break;
	case TYPE_LEVEL_OFF:
		withdraw_level(vp->apic);
		break;
	}
}

/* Lowest priority: the first member that can take it will do (TLFS 1.4). */
static u32 deliver_set(struct partition *p, struct vp *not, bool logical,
		       u32 dest, u32 type, u8 vector)
{
	u32 n = 0;

	for (u32 i = 0; i < HV_MAX_VPS; i++) {
		struct vp *vp = partition_vp(p, i);

		if (!vp || vp == not || !vp->apic ||
		    !apic_matches(vp, logical, dest))
			continue;
		n++;
		if (type == HV_X64_INTERRUPT_TYPE_LOWESTPRIORITY &&
		    !(READ_ONCE(vp->apic->reg[APIC_SVR]) &
		      SVR_ENABLED))
			continue;
		deliver(vp, type, vector);
		if (type == HV_X64_INTERRUPT_TYPE_LOWESTPRIORITY)
			break;
	}
	return n;
}

/* APIC ids are VP indices unless the parent says otherwise: look there first. */
static u32 deliver_dest(struct partition *p, bool logical, u32 dest,
			u32 type, u8 vector)
{
	struct vp *vp = logical ? NULL : partition_vp(p, dest);

	if (!vp || !vp->apic || vp->initial_apic_id != dest)
		return deliver_set(p, NULL, logical, dest, type, vector);
	deliver(vp, type, vector);
	return 1;
}

/* SMI, ExtInt, LINTn are not built. */
static bool type_ok(u32 type)
{
	const u32 built = BIT(HV_X64_INTERRUPT_TYPE_FIXED) |
			  BIT(HV_X64_INTERRUPT_TYPE_LOWESTPRIORITY) |
			  BIT(HV_X64_INTERRUPT_TYPE_NMI) |
			  BIT(HV_X64_INTERRUPT_TYPE_INIT) |
			  BIT(HV_X64_INTERRUPT_TYPE_SIPI);

	return type < 32 && built & BIT(type);
}

/* Delivery modes that the ICR takes; the others are sent to nobody. */
static bool icr_mode_ok(u64 icr, u32 type)
{
	/* "INIT level de-assert" was for the 82489DX; Linux still sends it. */
	if (type == HV_X64_INTERRUPT_TYPE_INIT && icr & ICR_LEVEL)
		return icr & ICR_ASSERT;
	return type_ok(type);
}

/**
 * apic_icr_write - send
 * A self-IPI is in IRR when this returns, so it is recognised before the
 * sender's next instruction (TLFS 1.2, statement 40).
 */
enum msr_result apic_icr_write(struct vp *vp, u64 icr)
{
	u32 type = icr >> 8 & 7, to = icr >> 18 & 3;
	u8 vector = icr;

	if (icr & ICR_RESERVED)
		return MSR_FAULT;
	vp->apic->icr = icr & ~ICR_BUSY;
	if (!icr_mode_ok(icr, type))
		return MSR_OK;
	if (type <= HV_X64_INTERRUPT_TYPE_LOWESTPRIORITY && vector < 16) {
		apic_error(vp, ESR_SEND_ILLEGAL);
		return MSR_OK;
	}
	vp->stats.ipis++;
	if (to == TO_DEST)
		deliver_dest(vp->partition, icr & ICR_LOGICAL, icr >> 32, type,
			     vector);
	else if (to == TO_SELF)
		deliver(vp, type, vector);
	else
		deliver_set(vp->partition, to == TO_OTHERS ? vp : NULL, false,
			    DEST_ALL, type, vector);
	return MSR_OK;
}

/**
 * apic_assert - HvAssertVirtualInterrupt and the IPIs of the parent
 * Level interrupts are marked in TMR, so that their EOI is never lazy; the EOI
 * message itself comes with level-triggered lines in the worker.
 * Return: INVALID_PARAMETER (type, vector or destination), INVALID_VP_INDEX
 * (nobody at that address).
 */
hv_status apic_assert(struct partition *p, u32 type, bool level, bool logical,
		      u64 dest, u32 vector)
{
	bool none = vector == HV_INTERRUPT_VECTOR_NONE;

	if (dest > DEST_ALL || (vector > 255 && !none))
		return HV_STATUS_INVALID_PARAMETER;
	if (!type_ok(type))
		return HV_STATUS_INVALID_PARAMETER;
	/* NMI and INIT have no vector, SIPI must have one; none has a level. */
	if (type > HV_X64_INTERRUPT_TYPE_LOWESTPRIORITY &&
	    (level || (type == HV_X64_INTERRUPT_TYPE_SIPI ? none : vector)))
		return HV_STATUS_INVALID_PARAMETER;
	if (level)
		deliver_set(p, NULL, logical, dest,
			    none ? TYPE_LEVEL_OFF : TYPE_LEVEL_ON, vector);
	if (none)
		return HV_STATUS_SUCCESS;
	if (!deliver_dest(p, logical, dest, type, vector))
		return HV_STATUS_INVALID_VP_INDEX;
	return HV_STATUS_SUCCESS;
}
