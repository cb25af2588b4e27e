// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Hypercalls through the driver's passthrough.
 */
#include <errno.h>

#include "internal.h"

int hvcall_fd(int fd, uint16_t code, const void *in, size_t in_sz, void *out,
	      size_t out_sz, uint16_t *reps)
{
	struct hvpart_root_hvcall call;
	int ret;

	/* The fields have 16 bits: do not let them cut what is too long. */
	if (in_sz > PART_PAGE_SIZE || out_sz > PART_PAGE_SIZE ||
	    !in != !in_sz || !out != !out_sz || (reps && !*reps)) {
		status_set(HV_STATUS_SUCCESS);
		return -EINVAL;
	}
	do {
		/* Anew: the driver may have written into it before a signal. */
		call = (struct hvpart_root_hvcall){
			.code = code,
			.reps = reps ? *reps : 0,
			.in_sz = in_sz,
			.out_sz = out_sz,
			.in_ptr = (uintptr_t)in,
			.out_ptr = (uintptr_t)out,
		};
		ret = part_ioctl_once(fd, HVPART_ROOT_HVCALL, &call);
	} while (ret == -EINTR);
	status_set(call.status);
	if (reps)
		*reps = ret < 0 && !call.status ? 0 : call.reps;
	/*
	 * A refusal by the hypervisor comes as an errno of the driver's choice
	 * or as success; the status says it better than either.
	 */
	if (call.status)
		return -status_to_errno(call.status);
	return ret < 0 ? ret : 0;
}

PART_PUBLIC int part_hvcall(struct part *part, __u16 code, const void *in,
			    size_t in_sz, void *out, size_t out_sz,
			    __u16 *reps)
{
	return hvcall_fd(part->fd, code, in, in_sz, out, out_sz, reps);
}

PART_PUBLIC int part_dev_hvcall(struct part_dev *dev, __u16 code,
				const void *in, size_t in_sz, void *out,
				size_t out_sz, __u16 *reps)
{
	return hvcall_fd(dev->fd, code, in, in_sz, out, out_sz, reps);
}
