// SPDX-License-Identifier: GPL-2.0
/* The log ring: written from anywhere, also by a CPU that is falling. */
#include "log.h"
#include "lib.h"
#include "percpu.h"
#include <hvpart/stats.h>
#include <hvpart/call_hvpart.h>

#define LOG_RECORDS	256		/* 16 KiB */

/*
 * @done is the sequence number + 1 once the record is complete. A writer claims
 * its number first; a reader that finds another number there waits for nothing,
 * it simply takes the record as not there yet, or as lost. @done is the last word:
 * a record that was overwritten while it was copied shows it there.
 */
static struct hvpart_log_entry ring[LOG_RECORDS];
static u64 next_seq;

void log_write(const char *text, u64 a, u64 b, u64 c, u64 d, u64 e)
{
	u64 seq = atomic_fetch_add(&next_seq, 1);
	struct hvpart_log_entry *s = &ring[seq % LOG_RECORDS];

	store_release(&s->done, 0);
	smp_mb();
	s->tsc = rdtsc();
	s->cpu = this_cpu()->index;
	s->text = (u64)text;
	s->args[0] = a;
	s->args[1] = b;
	s->args[2] = c;
	s->args[3] = d;
	s->args[4] = e;
	store_release(&s->done, seq + 1);
}

u64 hv_log_next(void)
{
	return READ_ONCE(next_seq);
}

u64 hv_log_read(u64 seq, struct hvpart_log_entry *to, u32 max, u32 *count)
{
	u64 end = load_acquire(&next_seq);

	if (end > LOG_RECORDS)
		seq = MAX(seq, end - LOG_RECORDS);
	for (; seq < end && *count < max; seq++) {
		struct hvpart_log_entry *slot = &ring[seq % LOG_RECORDS];

		if (load_acquire(&slot->done) == seq + 1)
			to[(*count)++] = *slot;
	}
	return seq;
}
