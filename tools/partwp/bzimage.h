/* SPDX-License-Identifier: GPL-2.0 */
/* The x86 boot protocol's file format (Documentation/arch/x86/boot.rst). */
#ifndef PARTWP_BZIMAGE_H
#define PARTWP_BZIMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "payload.h"

/* What the setup header says, checked against the file. */
struct bzimage {
	uint16_t version;
	uint32_t cmdline_max;		/* without the final zero */
	uint32_t initrd_max;		/* last address that an initrd may use */
	size_t payload_offset;		/* in the file */
	size_t payload_size;
	size_t unpacked_size;
};

bool bzimage_probe(const struct blob *file);

/* Zero, or a negative errno after saying what is wrong. */
int bzimage_parse(const struct blob *file, struct bzimage *bz);

#endif
