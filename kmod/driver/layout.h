/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the loader must know of kmod/hv/layout.h and of the CPU's table entries.
 * APM vol. 2, 5.3.
 */
#ifndef HVP_LAYOUT_H
#define HVP_LAYOUT_H

#define HVP_IMAGE_BASE	0x10000000ULL
#define HVP_OWNER_BASE	0x0000008000000000ULL
#define HVP_POOL_BASE	0x0000400000000000ULL

#define HVP_PTE_P	BIT_ULL(0)
#define HVP_PTE_W	BIT_ULL(1)
#define HVP_PTE_A	BIT_ULL(5)
#define HVP_PTE_D	BIT_ULL(6)
#define HVP_PTE_PS	BIT_ULL(7)
#define HVP_PTE_NX	BIT_ULL(63)
#define HVP_PTE_SPA	GENMASK_ULL(51, 12)

#define HVP_PTE_TABLE	(HVP_PTE_P | HVP_PTE_W | HVP_PTE_A)
#define HVP_PTE_RX	(HVP_PTE_P | HVP_PTE_A)
#define HVP_PTE_RO	(HVP_PTE_P | HVP_PTE_A | HVP_PTE_NX)
#define HVP_PTE_RW	(HVP_PTE_RO | HVP_PTE_W | HVP_PTE_D)

#endif
