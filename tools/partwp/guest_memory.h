/* SPDX-License-Identifier: GPL-2.0 */
/* Guest memory by virtual address: what a VP would reach with its own MMU. */
#ifndef PARTWP_GUEST_MEMORY_H
#define PARTWP_GUEST_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "ram.h"

/* What translation depends on. */
struct paging {
	uint64_t cr0, cr3, cr4, efer, rflags;
	bool user;		/* CPL 3 */
};

enum access { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH };

/* Error code bits of a page fault. */
#define PF_PRESENT	0x01
#define PF_WRITE	0x02
#define PF_USER		0x04
#define PF_RESERVED	0x08
#define PF_FETCH	0x10

/*
 * What the guest reaches is the VP threads' to use: these take ram->lock, and
 * bring pages back that are absent, as an access of the guest's would.
 *
 * guest_translate - walk the guest's page tables
 *
 * Sets accessed and dirty bits like a processor. Zero and @gpa; or -EFAULT, and
 * then @error is a page fault's error code, or ~0 when the tables themselves
 * lie where there is no memory.
 */
int guest_translate(struct ram *ram, const struct paging *p,
		    uint64_t gva, enum access access, uint64_t *gpa,
		    uint32_t *error);

/*
 * Copies that may cross pages. Zero, or -EFAULT with the address and error code
 * of the fault; error ~0: no memory there.
 */
struct guest_fault {
	uint64_t gva;
	uint32_t error;
	uint64_t gpa;		/* where there is no memory */
};

int guest_read(struct ram *ram, const struct paging *p, uint64_t gva,
	       void *buf, unsigned int len, enum access access,
	       struct guest_fault *fault);
int guest_write(struct ram *ram, const struct paging *p, uint64_t gva,
		const void *buf, unsigned int len, struct guest_fault *fault);

#endif
