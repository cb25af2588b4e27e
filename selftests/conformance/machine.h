/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As little of a machine as our own guests need: RAM, VPs, a serial port, a way
 * to end. What they write to other ports goes to @out.
 */
#ifndef CONFORMANCE_MACHINE_H
#define CONFORMANCE_MACHINE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "libpart.h"

#define DIE(...)					\
	do {						\
		fprintf(stderr, "counterpart: " __VA_ARGS__);	\
		fputc('\n', stderr);			\
		exit(1);				\
	} while (0)

#define MACHINE_VPS	8
#define MACHINE_RAM	(32UL << 20)

struct machine {
	struct part_dev *dev;
	struct part *part;
	unsigned int nr_vps;
	struct part_vp *vp[MACHINE_VPS];
	pthread_t thread[MACHINE_VPS];
	bool over;		/* the guest is off; set once, by any thread */
	void (*out)(struct machine *m, uint16_t port, uint32_t value);
};

/* Makes the partition with @config and loads the guest. Exits if it cannot. */
void machine_build(struct machine *m, const struct part_config *config,
		   const char *elf, const char *cmdline);
/* Until the guest powers off. */
void machine_run(struct machine *m);
void machine_free(struct machine *m);

#endif
