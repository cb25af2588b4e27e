/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The PVH boot protocol (xen/include/public/arch-x86/hvm/start_info.h): what a
 * kernel finds in memory and in its registers when it starts.
 */
#ifndef PARTWP_PVH_H
#define PARTWP_PVH_H

#include <stddef.h>
#include <stdint.h>

#include <hvpart/register.h>

#include "ram.h"

/*
 * All of it lies in RAM of type 1 below the real-mode trampoline's usual place;
 * kernels use the first bytes of the start info as a stack.
 */
#define GPA_START_INFO		0x6000ULL
#define GPA_MODULE_LIST		0x6100ULL
#define GPA_MEMORY_MAP		0x7000ULL
#define GPA_COMMAND_LINE	0x8000ULL
#define COMMAND_LINE_SIZE	4096

struct pvh_boot {
	const char *cmdline;
	uint64_t initrd_gpa, initrd_size;	/* size 0: none */
	uint64_t rsdp_gpa;
};

/* Writes start info, memory map, module list and command line. */
int pvh_write(struct ram *ram, const struct pvh_boot *boot);

#define PVH_REGS	24

/* The entry state: fills names and values, returns how many. */
size_t pvh_entry_regs(uint32_t entry, uint32_t names[PVH_REGS],
		      union hv_register_value values[PVH_REGS]);

#endif
