// SPDX-License-Identifier: GPL-2.0
/* Calls on a child's GPA space. */
#include "hypercall.h"
#include "gpa.h"

#define MAP_FLAGS_KNOWN						\
	(HV_MAP_GPA_PERMISSIONS_MASK | HV_MAP_GPA_ADJUSTABLE |	\
	 HV_MAP_GPA_NO_ACCESS | HV_MAP_GPA_LARGE_PAGE)

/* None, R, RW, RX, RWX; the two X bits only together (no MBEC). */
static bool rights_ok(u32 r)
{
	u32 x = r & GPA_X;

	if (x && x != GPA_X)
		return false;
	return !(r & (GPA_W | GPA_X)) || (r & GPA_R);
}

/* The page of this element; below @base: the address space has ended. */
static u64 element_gpn(const struct hcall *c, u64 base, bool large)
{
	return base + ((u64)c->rep_done << (large ? 9 : 0));
}

static hv_status check_map(const struct hv_input_map_gpa_pages *in)
{
	if (in->map_flags & HV_MAP_GPA_NOT_CACHED)
		return HV_STATUS_FEATURE_UNAVAILABLE;	/* device memory */
	if (in->map_flags & ~MAP_FLAGS_KNOWN ||
	    !rights_ok(in->map_flags & HV_MAP_GPA_PERMISSIONS_MASK))
		return HV_STATUS_INVALID_PARAMETER;
	return HV_STATUS_SUCCESS;
}

hv_status hc_map_gpa(struct hcall *c)
{
	const struct hv_input_map_gpa_pages *in = (void *)c->in;
	bool large = in->map_flags & HV_MAP_GPA_LARGE_PAGE;
	u32 rights = in->map_flags & HV_MAP_GPA_PERMISSIONS_MASK;
	u64 gpn = element_gpn(c, in->target_gpa_base, large);
	u64 pfn = ((u64 *)c->list)[c->rep_done];
	hv_status st = check_map(in);

	if (st)
		return st;
	if (gpn < in->target_gpa_base)
		return HV_STATUS_INVALID_PARAMETER;
	if (in->map_flags & HV_MAP_GPA_NO_ACCESS)
		return gpa_map(&c->p->gpa, gpn, 0, GPA_NO_ACCESS, large);
	/* The parent needs no rights on what it gives (TLFS 3.4). */
	pfn = partition_translate(c->caller, pfn, 0);
	if (pfn == PFN_NONE)
		return HV_STATUS_OPERATION_DENIED;
	return gpa_map(&c->p->gpa, gpn, pfn, rights, large);
}

hv_status hc_unmap_gpa(struct hcall *c)
{
	const struct hv_input_unmap_gpa_pages *in = (void *)c->in;
	bool large = in->unmap_flags & HV_UNMAP_GPA_LARGE_PAGE;
	u64 gpn = element_gpn(c, in->target_gpa_base, large);

	if (in->unmap_flags & ~HV_UNMAP_GPA_LARGE_PAGE ||
	    gpn < in->target_gpa_base)
		return HV_STATUS_INVALID_PARAMETER;
	return gpa_unmap(&c->p->gpa, gpn, large);
}

hv_status hc_access_states(struct hcall *c)
{
	const struct hv_input_get_gpa_pages_access_state *in = (void *)c->in;

	if (in->flags.reserved)
		return HV_STATUS_INVALID_PARAMETER;
	if (!c->p->access_tracking)
		return HV_STATUS_OPERATION_DENIED;
	return gpa_access_state(&c->p->gpa, in->hv_gpa_page_number + c->rep_done,
				in->flags.as_uint64, &c->out[c->rep_done]);
}
