/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The connection: which child is there, what it speaks, what it has been told.
 * Contract 5.1 to 5.3.
 *
 *	idle --CONTACT, a version we have--> connected --UNLOAD--> idle
 *
 * A CONTACT is legal at any time and first ends what there was: a kernel started
 * by kexec knows nothing of its predecessor.
 */
#ifndef VMBUS_HOST_H
#define VMBUS_HOST_H

#include "channel.h"
#include "gpadl.h"
#include "libpart_vmbus.h"
#include "outbox.h"

struct part_vmbus {
	struct part_vmbus_ops ops;
	void *ctx;
	__u32 nr_vps;

	__u32 version;			/* 0: not connected */
	__u32 vp;			/* gets our messages */
	bool offers_wanted;		/* REQUEST_OFFERS came */
	bool all_offers_due;

	struct outbox out;
	struct gpadl_table gpadls;
	struct part_channel *channels;	/* by age, the oldest first */
	struct part_channel *by_relid[VMBUS_RELID_LAST + 1];
	__u32 last_relid;		/* given out */

	bool work_due;			/* schedule() was called */
	bool signalled;			/* open channels want to be looked at */
	struct part_vmbus_stats stats;
};

/* The caller shall call part_vmbus_work(). */
void host_schedule(struct part_vmbus *host);

/* Something that the child did; at most 160 characters are kept. */
void host_complain(struct part_vmbus *host, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* VMBUS_HOST_H */
