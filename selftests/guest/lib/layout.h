/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers that both C and assembly need. */
#ifndef GUEST_LAYOUT_H
#define GUEST_LAYOUT_H

#define MAX_CPUS		8
#define STACK_SIZE		16384

#define SEL_CODE64		0x08
#define SEL_DATA		0x10
#define SEL_CODE32		0x18
#define SEL_USER_CODE		0x20
#define SEL_USER_DATA		0x28
#define SEL_TSS			0x30

/* Below 1 MiB, above what the PVH loader put there (0x6000 .. 0x8FFF). */
#define TRAMPOLINE		0x10000

/* struct cpu */
#define CPU_SELF		0

#endif
