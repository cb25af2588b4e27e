// SPDX-License-Identifier: GPL-2.0
/* The log ring: written from anywhere, also by a CPU that is falling. */
#include "log.h"
#include "lib.h"
#include "percpu.h"
#include <hvpart/stats.h>

#define LOG_RECORDS	256		/* 32 KiB */

/*
 * @done: sequence number + 1 once the text is complete. A writer claims its
 * number first; a reader that finds another number there waits for nothing, it
 * simply takes the record as not there yet, or as lost.
 */
struct slot {
	struct hvpart_log_record rec;
	u64 done;
};

static struct slot ring[LOG_RECORDS];
static u64 next_seq;

struct out {
	char *p, *end;
};

static void put(struct out *o, char c)
{
	if (o->p < o->end)
		*o->p++ = c;
}

struct spec {
	u8 width;
	bool zero;
	u8 longs;
};

static void put_number(struct out *o, u64 v, u32 base, bool negative,
		       const struct spec *s)
{
	static const char digits[] = "0123456789abcdef";
	char buf[20];
	u32 n = 0;

	do {
		buf[n++] = digits[v % base];
		v /= base;
	} while (v);
	if (negative)
		put(o, '-');
	for (u32 w = n + negative; w < s->width; w++)
		put(o, s->zero ? '0' : ' ');
	while (n)
		put(o, buf[--n]);
}

static void put_string(struct out *o, const char *str)
{
	while (str && *str)
		put(o, *str++);
}

static const char *parse_spec(const char *f, struct spec *s)
{
	*s = (struct spec){ 0 };
	if (*f == '0')
		s->zero = true;
	for (; *f >= '0' && *f <= '9'; f++)
		s->width = s->width * 10 + (*f - '0');
	for (; *f == 'l'; f++)
		s->longs++;
	return f;
}

static void format(struct out *o, const char *f, __builtin_va_list args)
{
	struct spec s;
	s64 d;

	for (; *f; f++) {
		if (*f != '%') {
			put(o, *f);
			continue;
		}
		f = parse_spec(f + 1, &s);
		switch (*f) {
		case 's':
			put_string(o, __builtin_va_arg(args, const char *));
			break;
		case 'c':
			put(o, (char)__builtin_va_arg(args, int));
			break;
		case 'd':
			d = s.longs ? __builtin_va_arg(args, s64) :
				      __builtin_va_arg(args, int);
			put_number(o, d < 0 ? -(u64)d : (u64)d, 10, d < 0, &s);
			break;
		case 'u':
		case 'x':
			put_number(o, s.longs ? __builtin_va_arg(args, u64) :
					__builtin_va_arg(args, u32),
				   *f == 'x' ? 16 : 10, false, &s);
			break;
		case 'p':
			put_number(o, (u64)__builtin_va_arg(args, void *), 16,
				   false, &s);
			break;
		case '\0':
			return;
		default:
			put(o, *f);
		}
	}
}

static u32 record_level(int level)
{
	switch (level) {
	case HV_LOG_FAULT:
		return HVPART_LOG_FAULT;
	case HV_LOG_ERR:
		return HVPART_LOG_ERROR;
	case HV_LOG_WARN:
		return HVPART_LOG_WARNING;
	case HV_LOG_INFO:
		return HVPART_LOG_NOTICE;
	}
	return HVPART_LOG_DEBUG;
}

void hv_log(int level, const char *fmt, ...)
{
	u64 seq = atomic_fetch_add(&next_seq, 1);
	struct slot *s = &ring[seq % LOG_RECORDS];
	struct out o = { s->rec.text, s->rec.text + HVPART_LOG_TEXT_LEN - 1 };
	__builtin_va_list args;

	store_release(&s->done, 0);
	smp_mb();
	s->rec.tsc = rdtsc();
	s->rec.cpu = this_cpu()->index;
	s->rec.level = record_level(level);
	__builtin_va_start(args, fmt);
	format(&o, fmt, args);
	__builtin_va_end(args);
	*o.p = '\0';
	store_release(&s->done, seq + 1);
}

u64 hv_log_next(void)
{
	return READ_ONCE(next_seq);
}

bool hv_log_read(u64 *seq, struct hvpart_log_record *out)
{
	u64 end = load_acquire(&next_seq), s = *seq;

	if (end > LOG_RECORDS && s < end - LOG_RECORDS)
		s = end - LOG_RECORDS;
	for (; s < end; s++) {
		struct slot *slot = &ring[s % LOG_RECORDS];

		if (load_acquire(&slot->done) != s + 1)
			continue;
		*out = slot->rec;
		smp_mb();
		if (load_acquire(&slot->done) != s + 1)
			continue;	/* overwritten while we copied */
		*seq = s;
		return true;
	}
	*seq = s;
	return false;
}
