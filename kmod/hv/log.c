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

static void put_number(struct out *o, u64 v, u32 base)
{
	char buf[20];
	u32 n = 0;

	do {
		u32 digit = v % base;

		buf[n++] = digit + (digit < 10 ? '0' : 'a' - 10);
		v /= base;
	} while (v);
	while (n)
		put(o, buf[--n]);
}

static void put_string(struct out *o, const char *str)
{
	while (str && *str)
		put(o, *str++);
}

/* Any argument fills eight bytes (psABI 3.2.3): it is fetched before its type. */
static void format(struct out *o, const char *f, __builtin_va_list args)
{
	for (; *f; f++) {
		bool longs = false;
		u64 v;

		if (*f != '%') {
			put(o, *f);
			continue;
		}
		v = __builtin_va_arg(args, u64);
		while (*++f == 'l')
			longs = true;
		if (*f == 's')
			put_string(o, (const char *)v);
		else
			put_number(o, longs ? v : (u32)v, *f == 'x' ? 16 : 10);
	}
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
	s->rec.level = level;
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
