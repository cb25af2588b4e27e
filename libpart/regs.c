// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Registers of a VP, by hypercall: in batches that fit a page each.
 */
#include <errno.h>
#include <string.h>

#include <hvpart/call_vp.h>

#include "internal.h"

/* One batch on the stack: a page of names, or of name and value pairs. */
union regs_page {
	struct hv_input_get_vp_registers get;
	struct hv_input_set_vp_registers set;
	uint8_t bytes[HV_HYP_PAGE_SIZE];
};

static int get_batch(struct part_vp *vp, const __u32 *names,
		     union hv_register_value *values, uint16_t n)
{
	union regs_page in;
	uint16_t reps = n;
	int ret;

	memset(&in.get, 0, sizeof(in.get));
	in.get.vp_index = vp->index;
	memcpy(in.get.names, names, n * sizeof(*names));
	ret = hvcall_fd(vp->fd, HVCALL_GET_VP_REGISTERS, &in,
			sizeof(in.get) + n * sizeof(*names), values,
			n * sizeof(*values), &reps);
	/* Success with a rest would be values that nobody wrote. */
	return !ret && reps != n ? -EIO : ret;
}

static int set_batch(struct part_vp *vp, const __u32 *names,
		     const union hv_register_value *values, uint16_t n)
{
	union regs_page in;
	uint16_t reps = n;
	uint16_t i;
	int ret;

	memset(&in, 0, sizeof(in.set) + n * sizeof(in.set.elements[0]));
	in.set.vp_index = vp->index;
	for (i = 0; i < n; i++) {
		in.set.elements[i].name = names[i];
		in.set.elements[i].value = values[i];
	}
	ret = hvcall_fd(vp->fd, HVCALL_SET_VP_REGISTERS, &in,
			sizeof(in.set) + n * sizeof(in.set.elements[0]), NULL,
			0, &reps);
	return !ret && reps != n ? -EIO : ret;
}

PART_PUBLIC int part_vp_get_regs(struct part_vp *vp, const __u32 *names,
				 union hv_register_value *values, size_t n)
{
	size_t batch;
	int ret = 0;

	status_set(HV_STATUS_SUCCESS);
	for (; n && !ret; n -= batch, names += batch, values += batch) {
		batch = n < HV_GET_VP_REGISTERS_MAX ? n :
			HV_GET_VP_REGISTERS_MAX;
		ret = get_batch(vp, names, values, batch);
	}
	return ret;
}

PART_PUBLIC int part_vp_set_regs(struct part_vp *vp, const __u32 *names,
				 const union hv_register_value *values,
				 size_t n)
{
	size_t batch;
	int ret = 0;

	status_set(HV_STATUS_SUCCESS);
	for (; n && !ret; n -= batch, names += batch, values += batch) {
		batch = n < HV_SET_VP_REGISTERS_MAX ? n :
			HV_SET_VP_REGISTERS_MAX;
		ret = set_batch(vp, names, values, batch);
	}
	return ret;
}
