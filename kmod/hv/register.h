/* SPDX-License-Identifier: GPL-2.0 */
/* Get/SetVpRegisters for every name, and the register page. */
#ifndef HV_REGISTER_ROOM_H
#define HV_REGISTER_ROOM_H

#include "partition.h"

/*
 * Context: the VP is claimed by the caller. Unknown names and read-only
 * registers: INVALID_PARAMETER. Values are checked for what the register can
 * hold; combinations surface at the next dispatch (vendor_state_valid).
 */
hv_status register_get(struct vp *vp, u32 name, union hv_register_value *val);
hv_status register_set(struct vp *vp, u32 name, const union hv_register_value *val);

/* Dirty classes of the register page into the VP, respectively all out. */
hv_status register_page_load(struct vp *vp);
void register_page_store(struct vp *vp);

#endif
