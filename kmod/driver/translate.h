/* SPDX-License-Identifier: GPL-2.0 */
/* HvTranslateVirtualAddress, answered by the Linux half. */
#ifndef HVP_TRANSLATE_H
#define HVP_TRANSLATE_H

#include <linux/types.h>

struct hvp_partition;
struct hvp_vp;
struct hv_input_translate_virtual_address;
struct hv_output_translate_virtual_address;

/**
 * hvp_translate - walk a VP's page tables
 * @part: the partition
 * @vp: whose file asks, and no lock is held; NULL: the partition's lock is
 * @in: as for the hypercall; partition_id is not looked at
 * @out: zeroed
 * @status: in: SUCCESS; HV_STATUS_* as the hypercall would have it, or
 *	HVP_STATUS_BARE
 *
 * Context: process, may sleep.
 * Return: 0 or -errno: what the status means; it says SUCCESS: -EINTR, -EIO (the
 * partition is gone).
 */
int hvp_translate(struct hvp_partition *part, struct hvp_vp *vp,
		  const struct hv_input_translate_virtual_address *in,
		  struct hv_output_translate_virtual_address *out, u16 *status);

#endif
