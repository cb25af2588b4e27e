/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Extended hypercalls: those that the hypervisor leaves to a partition's parent.
 * There are two: which there are, and the memory hint of free page reporting.
 */
#ifndef PARTWP_EXTCALL_H
#define PARTWP_EXTCALL_H

#include "vcpu.h"

/* Ranges behind the header of a hint, in a page. */
#define EXTCALL_RANGES	511

/**
 * struct extcall_ops - who carries a hint out
 * @offered: is there page reporting?
 * @discard: as cold_discard(); in the main thread, and waited for
 */
struct extcall_ops {
	bool (*offered)(void *ctx);
	unsigned int (*discard)(void *ctx, const uint64_t *range, unsigned int nr,
				unsigned int *done);
};

/**
 * extcall_handle() - answer a VP's extended hypercall
 * @v: the VP
 * @m: what it had in its registers
 * @ops: for what is not done here
 * @ctx: their argument
 *
 * The input is copied once, then checked. A hint that is not done to its end goes
 * on when the VP executes the instruction again, as in the hypervisor.
 *
 * Return: 0 or a negative errno: its registers cannot be set.
 */
int extcall_handle(struct vcpu *v,
		   const struct hv_x64_hypercall_intercept_message *m,
		   const struct extcall_ops *ops, void *ctx);

#endif
