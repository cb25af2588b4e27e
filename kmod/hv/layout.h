/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hypervisor's address space. All CPUs share one set of tables; nothing
 * but the hypervisor's own pages is mapped (DESIGN wall 9).
 *
 *   HV_IMAGE_BASE    text RX, rodata R, data/bss RW
 *   HV_PERCPU_BASE   one HV_PERCPU_STRIDE per CPU: struct percpu, stacks with
 *                    guard pages, window slots
 *   HV_OWNER_BASE    the ownership table (struct page_info per SPA page)
 *   HV_POOL_BASE     sparse: HV_POOL_BASE + spa is mapped while the page at
 *                    spa belongs to the hypervisor (pool or shared), else absent
 *
 * The image lies below 2 GiB, so that an address in it is an immediate of 32
 * bits and an index needs no base register; the pool is one bit, so that an SPA
 * and its address are made of each other by one instruction. All are canonical
 * with four and with five levels of paging (PML5 slot 0). Linux's user addresses
 * are other entries of the TLB: CR3 changes, and everything is flushed, between.
 * The trampoline, the only page at a Linux address, is a copy that we own: the
 * CPU switches CR3 inside it and finds the same bytes on both sides.
 */
#ifndef HV_LAYOUT_H
#define HV_LAYOUT_H

#include <hvpart/boot.h>

#define HV_IMAGE_BASE		0x10000000	/* also for the assembler */
#define HV_PERCPU_BASE		0x20000000ull
#define HV_PERCPU_STRIDE	0x100000ull
#define HV_OWNER_BASE		0x0000008000000000ull
#define HV_POOL_BASE		0x0000400000000000ull
#define HV_POOL_SIZE		0x00003e8000000000ull	/* PML4 slots 128..252 */

#define HV_MAX_CPUS		512
#define HV_MAX_PARTITIONS	HVPART_MAX_PARTITIONS
#define HV_MAX_VPS		HVPART_MAX_VPS
#define HV_WINDOW_SLOTS		8

#endif
