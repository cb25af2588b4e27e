/* SPDX-License-Identifier: GPL-2.0 */
/* Giving back the memory that only the start of a worker needed. */
#ifndef PARTWP_TRIM_H
#define PARTWP_TRIM_H

/*
 * Unpackers, filter compilers and the loader are used once, but their pages
 * stay mapped; with many partitions on a machine that is most of what a worker
 * costs. Whatever is needed again comes back by a page fault.
 */
void trim_memory(void);

#endif
