/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of the library share. Nothing of this leaves it.
 *
 * Locks: part.vp_lock guards the table of VPs, part.mem_lock the list of
 * regions and their holes. Neither is held across an ioctl that may take long.
 * part.range_lock, outside mem_lock, is: who takes memory away waits for the
 * others who do.
 */
#ifndef LIBPART_INTERNAL_H
#define LIBPART_INTERNAL_H

#include <stdint.h>

#include "libpart.h"

#define PART_PUBLIC	__attribute__((visibility("default")))

#define PART_PAGE_SIZE	((uint64_t)HVPART_HV_PAGE_SIZE)
#define PART_HUGE_SIZE	(2UL << 20)

/* Overlaps are refused against live regions and those that come or go. */
struct part_region {
	struct part_region *next;	/* by gpa */
	uint64_t gpa;
	uint64_t size;
	uint8_t *hva;
	uint8_t flags;
	bool live;			/* part_mem_ptr() may see it */
	bool owned;			/* munmap() when it goes */
	uint8_t *holes;			/* a bit a page; NULL: none */
};

struct part_dev {
	int fd;
	struct hvpart_caps caps;
};

struct part {
	int fd;
	uint64_t id;
	uint32_t nr_vps;
	bool ignore_unknown_msrs;	/* until part_initialize() */
	pthread_mutex_t vp_lock;
	struct part_vp **vps;		/* nr_vps of them, NULL: not there */
	pthread_rwlock_t mem_lock;
	struct part_region *regions;
	pthread_mutex_t range_lock;	/* discard, restore, remove */
};

struct part_vp {
	struct part *part;
	int fd;
	uint32_t index;
	struct hv_vp_register_page *reg_page;
	struct hvpart_run_page *run_page;
};

/* error.c */
int status_to_errno(unsigned int status);
void status_set(unsigned int status);
/*
 * ioctl(): 0 or more, or -errno; clears the last status. The first goes on
 * after a signal: one that is meant for part_vp_run() must not make an
 * interrupt or a register get lost elsewhere.
 */
int part_ioctl(int fd, unsigned long request, void *arg);
int part_ioctl_once(int fd, unsigned long request, void *arg);

/* hvcall.c */
int hvcall_fd(int fd, uint16_t code, const void *in, size_t in_sz, void *out,
	      size_t out_sz, uint16_t *reps);

/* memory.c */
void memory_release(struct part *part);

/* discard.c: is one of the pages of [at, at + len) of a region gone? */
bool region_has_hole(const struct part_region *r, uint64_t at, uint64_t len);

/* vp.c */
void vp_release(struct part_vp *vp);

#endif /* LIBPART_INTERNAL_H */
