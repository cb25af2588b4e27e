/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VP that has stopped with a message: its registers, and what shall change in
 * them before it goes on. Changes are collected and leave in one go.
 */
#ifndef PARTWP_VCPU_H
#define PARTWP_VCPU_H

#include <stddef.h>
#include <stdint.h>

#include <hvpart/message.h>
#include <hvpart/register.h>

#include "guest_memory.h"
#include "insn.h"
#include "platform.h"
#include "ram.h"

#define VCPU_CHANGES	8

/* How registers are reached; libpart's functions, or a test's. */
struct vcpu_ops {
	int (*get)(void *handle, const uint32_t *names,
		   union hv_register_value *values, size_t n);
	int (*set)(void *handle, const uint32_t *names,
		   const union hv_register_value *values, size_t n);
};

struct vcpu {
	const struct vcpu_ops *ops;
	void *handle;
	struct hv_vp_register_page *page;	/* or NULL */
	struct ram *ram;
	struct platform *platform;
	unsigned int index;

	uint32_t names[VCPU_CHANGES];
	union hv_register_value values[VCPU_CHANGES];
	size_t changes;
};

/* General register 0 (RAX) … 15 (R15), without what is still to be changed. */
int vcpu_get_gpr(struct vcpu *v, unsigned int n, uint64_t *value);

void vcpu_set_gpr(struct vcpu *v, unsigned int n, uint64_t value);

/* Ends the intercepted instruction, @length bytes long. */
void vcpu_advance(struct vcpu *v,
		  const struct hv_x64_intercept_message_header *h,
		  unsigned int length);

/* Hands an exception to the guest instead of ending the instruction. */
void vcpu_inject_gp(struct vcpu *v);
void vcpu_inject_pf(struct vcpu *v, uint64_t gva, uint32_t error);

/* Writes the changes: through the register page if it is there. */
int vcpu_commit(struct vcpu *v);

/* What guest_memory.h needs. */
int vcpu_get_paging(struct vcpu *v,
		    const struct hv_x64_intercept_message_header *h,
		    struct paging *p);

enum insn_mode vcpu_mode(const struct hv_x64_intercept_message_header *h);

/*
 * The instruction at RIP: @bytes as the message has them, else fetched.
 * Zero; -EINVAL if it is not one of insn.h's.
 */
int vcpu_decode(struct vcpu *v,
		const struct hv_x64_intercept_message_header *h,
		const uint8_t *bytes, size_t size, struct insn *insn);

#endif
