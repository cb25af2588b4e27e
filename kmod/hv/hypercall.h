/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one way in. hypercall_list.h is the table: code, handler, sizes, shape
 * and privilege of every call that exists; sizes are checked at build time.
 */
#ifndef HV_HYPERCALL_H
#define HV_HYPERCALL_H

#include "partition.h"
#include <hvpart/hypercall.h>
#include <hvpart/status.h>

/**
 * struct hcall - one call, as its handler sees it
 * @in:    private copy: fixed header, variable header, list. Never re-read
 *         from the guest; the handler may use it as scratch space
 * @out:   private, zeroed, written back as a whole when the call succeeds
 *         (rep calls: the elements that are done, also on an error)
 * @list:  first input element (index 0) in @in
 * @rep_done: elements finished, counted from index 0; starts at @rep_start. With
 *         HC_EACH the index of this one, and not the handler's to count
 * @var_qwords: variable header in units of 8 bytes
 */
struct hcall {
	struct vp *vp;
	struct partition *caller;
	struct partition *p;		/* target, locked; see the list */
	struct vp *target;		/* T_NAMED, T_VP */
	bool keep_claim;		/* not claimed; or DISPATCH_VP: it runs now */
	u16 code;
	bool fast;
	u32 var_qwords;
	u32 rep_count, rep_start, rep_done;
	u8 *in, *out, *list;
	u64 in_gpa, out_gpa;
};

/* Is @id the caller's own? */
static inline bool hcall_self(const struct hcall *c, u64 id)
{
	return id == HV_PARTITION_ID_SELF || id == c->caller->id;
}

/* Once, before the first call. */
void hypercall_init(void);

/**
 * hypercall - handle EXIT_HYPERCALL of the current VP
 * Completes the instruction (RAX, RIP) or injects #UD. The current VP of the
 * CPU may be another one afterwards (DISPATCH_VP).
 */
void hypercall(struct vp *vp, u32 insn_len);

/* Write an output block of @vp's partition, by the short way if there is one. */
bool hypercall_store(const struct vp *vp, u64 gpa, const void *buf, u32 len);

#define HC_SIMPLE	0x0
#define HC_REP		0x1
#define HC_FAST		0x2	/* may be fast */
#define HC_VAR		0x4	/* takes a variable header */
#define HC_EACH		(HC_REP | 0x8)	/* rep: one call of the handler an element */
#define HC_SLOW_ONLY	0x0

#define HC_DECLARE(code, fn, in, out, ein, eout, shape, priv, target) \
	hv_status fn(struct hcall *c) __used;
#include "hypercall_list.h"
HYPERCALL_LIST(HC_DECLARE)

#endif
