/* SPDX-License-Identifier: GPL-2.0 */
/* Builds the message of an intercept in the VP's shared page. */
#ifndef HV_INTERCEPT_H
#define HV_INTERCEPT_H

#include "vp.h"

void intercept_io(struct vp *vp, const struct hv_exit *e);
void intercept_memory(struct vp *vp, const struct hv_exit *e, bool unmapped);
/* Header only: unrecoverable exception, reset request. */
void intercept_plain(struct vp *vp, u32 type);
/* An extended call: the parent answers in RAX, and ends the instruction. */
void intercept_hypercall(struct vp *vp, u32 insn_len);
void intercept_invalid_state(struct vp *vp);
void intercept_unsupported(struct vp *vp, u32 code, u64 param);

#endif
