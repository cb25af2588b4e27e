/* SPDX-License-Identifier: GPL-2.0 */
/* An event on its way into a guest. */
#ifndef HV_EVENT_H
#define HV_EVENT_H

#include "types.h"

/* Types are those of HV_X64_REGISTER_PENDING_INTERRUPTION (TLFS 4.7). */
enum event_type {
	EVENT_INTR = 0, EVENT_NMI = 2, EVENT_EXCEPTION = 3, EVENT_SOFT_INTR = 4,
	EVENT_PRIV_SOFT_EXCEPTION = 5, EVENT_SOFT_EXCEPTION = 6,
};

struct hv_event {
	bool valid;
	u8 type;
	u8 vector;
	bool has_error;
	u8 insn_len;
	u32 error;
};

#endif
