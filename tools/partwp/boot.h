/* SPDX-License-Identifier: GPL-2.0 */
/* From a kernel file to a guest that is ready to start. */
#ifndef PARTWP_BOOT_H
#define PARTWP_BOOT_H

#include <stdint.h>

#include "ram.h"

/*
 * The files are open descriptors, so that a partition can be started again
 * after the sandbox has closed. They are read anew each time.
 */
struct boot {
	int kernel_fd;
	int initrd_fd;		/* -1: none */
	const char *cmdline;
	unsigned int nr_vps;
};

/* Fills @ram (all zero) and says where the first VP starts. */
int boot_load(const struct boot *boot, struct ram *ram, uint32_t *entry);

#endif
