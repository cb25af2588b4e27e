// SPDX-License-Identifier: GPL-2.0
/* Calls of a guest on its own partition: TLB flushes, IPIs, spin waits. */
#include "hypercall.h"
#include "apic.h"
#include "mutate.h"

static_assert(HV_MAX_VPS == 64, "a VP set is one 64-bit word here");

/* The compiler's own would call its library: CPUs without POPCNT exist. */
static u32 bits_set(u64 v)
{
	u32 n = 0;

	for (; v; v &= v - 1)
		n++;
	return n;
}

/*
 * Banks of a sparse set to a mask of our 64 VPs. Bits of VPs that do not exist
 * are ignored; the size of the variable header must agree (status 3).
 */
static hv_status vp_set(struct hcall *c, u64 format, u64 valid_banks,
			const u64 *banks, u64 *mask)
{
	if (format > HV_GENERIC_SET_ALL)
		return HV_STATUS_INVALID_PARAMETER;
	if (c->var_qwords != bits_set(valid_banks))
		return HV_STATUS_INVALID_HYPERCALL_INPUT;
	if (format == HV_GENERIC_SET_ALL)
		*mask = ~0ull;
	else
		*mask = valid_banks & 1 ? banks[0] : 0;
	if (c->caller->debug_break == HVPART_BREAK_IPI_BANKS)
		*mask &= 1;
	return HV_STATUS_SUCCESS;
}

static hv_status send_ipi(struct hcall *c, u32 vector, u32 reserved, u64 mask)
{
	if (vector < 16 || vector > 255 || reserved)
		return HV_STATUS_INVALID_PARAMETER;
	for (; mask; mask &= mask - 1) {
		struct vp *vp = partition_vp(c->caller, ffs64(mask));

		if (vp)
			apic_post(vp, vector);
	}
	c->vp->stats.ipis++;
	return HV_STATUS_SUCCESS;
}

hv_status hc_send_ipi(struct hcall *c)
{
	const struct hv_send_ipi *in = (void *)c->in;

	return send_ipi(c, in->vector, in->reserved, in->cpu_mask);
}

hv_status hc_send_ipi_ex(struct hcall *c)
{
	const struct hv_send_ipi_ex *in = (void *)c->in;
	u64 mask;
	hv_status st;

	st = vp_set(c, in->format, in->valid_bank_mask, in->bank_contents, &mask);
	if (st)
		return st;
	/* An empty set succeeds before its vector is looked at (KVM, 60). */
	if (!mask)
		return HV_STATUS_SUCCESS;
	return send_ipi(c, in->vector, in->reserved, mask);
}

/*
 * Over-flushing is always legal: whatever is named, the whole VP is flushed.
 * VPs that run elsewhere are asked to (VPREQ_FLUSH + kick); this VP does not
 * enter its guest again before they all have (loop.c, flush_wait). A list of
 * addresses is done at once, and is not for global mappings to be left out.
 */
static hv_status flush(struct hcall *c, u64 flags, u64 mask)
{
	if (flags & ~(u64)(HV_FLUSH_ALL_PROCESSORS |
			   HV_FLUSH_ALL_VIRTUAL_ADDRESS_SPACES |
			   HV_FLUSH_NON_GLOBAL_MAPPINGS_ONLY) ||
	    (c->rep_count && flags & HV_FLUSH_NON_GLOBAL_MAPPINGS_ONLY))
		return HV_STATUS_INVALID_PARAMETER;
	c->rep_done = c->rep_count;
	/* A Windows guest sends an empty mask and means all (as KVM does). */
	if (flags & HV_FLUSH_ALL_PROCESSORS || !mask)
		mask = ~0ull;
	for (u32 i = 0; i < HV_MAX_VPS; i++) {
		struct vp *vp = partition_vp(c->caller, i);

		if (!vp || !(mask & BIT(i)))
			continue;
		if (vp == c->vp) {
			if (!MUTATED(FLUSH_SELF))
				vendor_flush(&vp->v);
			vp->stats.flushes++;
			continue;
		}
		if (vp_request_flush(vp))
			c->vp->flush_wait |= BIT(i);
	}
	return HV_STATUS_SUCCESS;
}

/* Of the address space, or of a list. */
hv_status hc_flush(struct hcall *c)
{
	const struct hv_tlb_flush *in = (void *)c->in;

	return flush(c, in->flags, in->processor_mask);
}

hv_status hc_flush_ex(struct hcall *c)
{
	const struct hv_tlb_flush_ex *in = (void *)c->in;
	u64 mask;
	hv_status st = vp_set(c, in->format, in->valid_bank_mask,
			      in->bank_contents, &mask);

	if (st)
		return st;
	if (mask || in->flags & HV_FLUSH_ALL_PROCESSORS)
		return flush(c, in->flags, mask);
	c->rep_done = c->rep_count;
	return HV_STATUS_SUCCESS;
}

/* A hint that the caller spins on a lock: its CPU may do something else. */
hv_status hc_spin_wait(struct hcall *c)
{
	struct percpu *cpu = this_cpu();

	(void)c;
	cpu->tell_root = true;
	LOOK(cpu, LOOK_SPIN);
	return HV_STATUS_SUCCESS;
}
