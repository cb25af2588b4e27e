/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log ring: fixed-size records that the root reads with
 * HVCALL_HVPART_READ_LOG. Writing never blocks; the oldest record is lost.
 *
 * The image holds no text and formats nothing: a record has the place of its
 * text in a section that the ELF file has but memory has not, and the numbers.
 * The driver, which carries the file, makes the line.
 */
#ifndef HV_LOG_H
#define HV_LOG_H

#include "types.h"
#include <hvpart/stats.h>

#define HV_LOG_FAULT	HVPART_LOG_FAULT	/* a defect of ours */
#define HV_LOG_ERR	HVPART_LOG_ERROR
#define HV_LOG_WARN	HVPART_LOG_WARNING
#define HV_LOG_INFO	HVPART_LOG_NOTICE

/* What the compiler adds, "allocated" among it, is a comment to the assembler. */
#ifdef HV_UNIT_TEST
#define HV_TEXT_SECTION
#else
#define HV_TEXT_SECTION	__attribute__((section(".messages,\"\",@progbits #")))
#endif

/* A text for the log, as an address that only the driver can look at. */
#define HV_TEXT(text)							\
({									\
	static const char __text[] HV_TEXT_SECTION = text;		\
									\
	(const char *)__text;						\
})

/* A line, its level the first character; numbers, or texts of HV_TEXT(). */
void log_write(const char *text, u64 a, u64 b, u64 c, u64 d, u64 e);

/* Only declared: it has the compiler look at the format. */
void log_check(const char *fmt, ...) __printf(1, 2);

#define LOG_WRITE(text, a, b, c, d, e, ...)				\
	log_write(text, (u64)(a), (u64)(b), (u64)(c), (u64)(d), (u64)(e))

/**
 * hv_log - append a line (at most 111 characters, cut beyond)
 * @level: HV_LOG_*
 * @fmt: %s (of HV_TEXT()) %u %x %llu %llx, at most HVPART_LOG_ARGS of them
 *
 * Context: anywhere, the fault handler too.
 */
#define hv_log(level, fmt, ...)						\
do {									\
	if (0)								\
		log_check(fmt, ##__VA_ARGS__);				\
	LOG_WRITE(HV_TEXT(HV_STRING(level) fmt), ##__VA_ARGS__,		\
		  0, 0, 0, 0, 0);					\
} while (0)

struct hvpart_log_entry;

/* The sequence number that the next line will have. */
u64 hv_log_next(void);

/*
 * Copy the records that there are from @seq on, @max in all; adds to @count.
 * Return: the number to go on with.
 */
u64 hv_log_read(u64 seq, struct hvpart_log_entry *to, u32 max, u32 *count);

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
