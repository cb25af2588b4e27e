/* SPDX-License-Identifier: GPL-2.0 */
/* Guest memory without a hypervisor: a ram, and a backing that keeps count. */
#ifndef MEMORY_KIT_H
#define MEMORY_KIT_H

#include <stdlib.h>

#include "ram_pages.h"

#define MIB		(1ULL << 20)
#define KIT_BOOT	(64 * MIB)
#define KIT_TOP		(32ULL << 30)

struct kit {
	struct ram ram;
	uint64_t spare;		/* bytes that the machine has left */
	uint64_t backed;	/* bytes behind the guest, boot memory included */
	unsigned int discards, restores;
	int fail;		/* the next call's answer */
	bool lend;		/* what lent() says about [lent, lent + lent_len) */
	uint64_t lent, lent_len;
};

void kit_init(struct kit *kit);
void kit_destroy(struct kit *kit);

#endif
