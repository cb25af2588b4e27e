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

/* As that register has it; the vector fits a byte. */
struct hv_event {
	union {
		u64 word;
		struct {
			u32 valid : 1, type : 3, has_error : 1, insn_len : 4;
			u32 reserved : 7;
			u32 vector : 8, zero : 8;
			u32 error;
		};
	};
};
#define HV_EVENT_FIELDS		0xffffffff00ff01ffull

/* The register's value: one that is not valid is none. */
static inline u64 hv_event_word(const struct hv_event *e)
{
	return e->valid ? e->word : 0;
}

#endif
