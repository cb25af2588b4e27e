/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Facts about this machine: can hvpart be loaded, and if not, what to do.
 */
#ifndef PARTCTL_MACHINE_H
#define PARTCTL_MACHINE_H

#include <stdbool.h>

enum fact_level {
	FACT_OK,
	FACT_NOTE,			/* no obstacle, but good to know */
	FACT_BUSY,			/* somebody else holds it */
	FACT_MISSING,			/* it will not work */
};

struct fact {
	const char *name;
	enum fact_level level;
	char text[128];
	char todo[192];			/* "" if there is nothing to do */
};

#define MACHINE_FACTS_MAX	16

/* All of them; the number is returned. */
int machine_facts(struct fact *facts);

/* "kvm_amd", "kvm_intel" if one of them holds the CPUs now, else NULL. */
const char *machine_kvm(void);

#endif /* PARTCTL_MACHINE_H */
