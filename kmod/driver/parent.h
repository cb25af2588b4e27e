/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hypercalls of a parent: continued until they are done, paid for with
 * deposits, and followed by what the caller page says.
 */
#ifndef HVP_PARENT_H
#define HVP_PARENT_H

#include <linux/atomic.h>
#include "hvpart.h"

/**
 * struct hvp_account - what was deposited in one partition's pool
 * @id: the partition
 * @pages: deposited and not withdrawn
 */
struct hvp_account {
	u64 id;
	atomic64_t pages;
};

/* The root's own pool: pays for creating partitions and for split tables. */
extern struct hvp_account hvp_root_account;

/* Of a call that was not issued because its CPU is not demoted. */
#define HVP_STATUS_BARE		0xFFFF

/**
 * struct hvp_request - one hypercall, as often as it takes
 * @code: HVCALL_*
 * @varhead: variable header, in units of 8 bytes
 * @reps: rep count; 0 for a simple call
 * @in, @in_len: parameter block, list included
 * @out, @out_len: where the output goes; zeroed before, so that nothing old
 *	gets out. @out may be NULL while @out_len is not: room for an output
 *	that nobody wants
 * @account: pool to fill when memory runs out; NULL: that is an error
 * @status: of the last attempt, HV_STATUS_* or HVP_STATUS_BARE
 * @done: reps completed
 * @ticket: highest flush ticket so far; hvp_sync() redeems it
 */
struct hvp_request {
	u16 code, varhead, reps;
	const void *in;
	size_t in_len;
	void *out;
	size_t out_len;
	struct hvp_account *account;

	u16 status, done;
	u64 ticket;
};

/**
 * hvp_issue - one attempt, from rep @r->done on
 * Also acts on the caller page: kicks, ports. Any context.
 */
void hvp_issue(struct hvp_request *r);

/**
 * hvp_request_run - issue until done
 * Continues reps, deposits, makes CPUs enter. Context: process, may sleep.
 * Return: 0 or -errno; @r->status tells more.
 */
int hvp_request_run(struct hvp_request *r);

/* A simple call without output that may deposit. */
int hvp_simple(u16 code, const void *in, size_t in_len,
	       struct hvp_account *account, u64 *ticket);

/**
 * hvp_deposit - deposit @n pages and wait until they can be used
 * Return: 0 or -errno; what has been deposited stands in @account.
 */
int hvp_deposit(struct hvp_account *account, unsigned int n);

/**
 * hvp_withdraw_all - take every page of a partition back
 * Return: 0: all; -EIO: some did not come back, they stay in the account.
 */
int hvp_withdraw_all(struct hvp_account *account);

/**
 * hvp_sync - wait until no CPU can hold a translation older than @ticket
 * Return: 0 or -errno. On an error the pages concerned must not be reused.
 */
int hvp_sync(u64 ticket);

#endif
