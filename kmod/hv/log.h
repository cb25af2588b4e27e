/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log ring: fixed-size records that the root reads with
 * HVCALL_HVPART_READ_LOG. Writing never blocks; the oldest record is lost.
 */
#ifndef HV_LOG_H
#define HV_LOG_H

#include "types.h"
#include <hvpart/stats.h>

#define HV_LOG_FAULT	HVPART_LOG_FAULT	/* a defect of ours */
#define HV_LOG_ERR	HVPART_LOG_ERROR
#define HV_LOG_WARN	HVPART_LOG_WARNING
#define HV_LOG_INFO	HVPART_LOG_NOTICE

/**
 * hv_log - append a line (at most 111 characters, cut beyond)
 *
 * Understands %s %u %x %llu %llx: what the image has to say, and no more.
 * Context: anywhere, the fault handler too.
 */
void hv_log(int level, const char *fmt, ...) __printf(2, 3);

struct hvpart_log_record;

/* The sequence number that the next line will have. */
u64 hv_log_next(void);

/* Copy the first record with sequence >= *seq; false when there is none. */
bool hv_log_read(u64 *seq, struct hvpart_log_record *out);

/*
 * A broken invariant of ours: the fault path (DESIGN wall 13), which logs RIP.
 * That says where: the line number in the instruction's text keeps the compiler
 * from sharing one of them between two places.
 */
#ifdef HV_UNIT_TEST
void hv_bug(const char *file, int line, const char *what) __noreturn;
#define HV_BUG(what)	hv_bug(__FILE__, __LINE__, what)
#else
#define HV_BUG(what)							\
	do {								\
		__asm__ volatile("ud2 # line %c0" : : "i"(__LINE__));	\
		__builtin_unreachable();				\
	} while (0)
#endif

#define HV_BUG_ON(c)							\
	do {								\
		if (unlikely(c))					\
			HV_BUG(#c);					\
	} while (0)

#endif
