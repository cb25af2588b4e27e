/* SPDX-License-Identifier: GPL-2.0 */
/* ELF64 kernels with a PVH entry note: vmlinux and our test guests. */
#ifndef PARTWP_ELF_IMAGE_H
#define PARTWP_ELF_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "payload.h"
#include "ram.h"

#define ELF_MAX_SEGMENTS	32

struct elf_segment {
	uint64_t gpa;		/* p_paddr */
	uint64_t mem_size;
	uint64_t offset;	/* in the file */
	uint64_t file_size;
};

struct elf_image {
	struct elf_segment segment[ELF_MAX_SEGMENTS];
	unsigned int nr;
	uint32_t entry;		/* of the PVH note: 32-bit, paging off */
	uint64_t start, end;	/* lowest and highest address, half open */
};

bool elf_image_probe(const struct blob *file);

/* Checks everything that can be checked without knowing the memory. */
int elf_image_parse(const struct blob *file, struct elf_image *img);

/*
 * elf_image_load - copy the segments into guest memory
 *
 * The memory is known to be zero, so what lies beyond file_size is not touched.
 * Segments must lie in RAM from 1 MiB on.
 */
int elf_image_load(const struct blob *file, const struct elf_image *img,
		   struct ram *ram);

#endif
