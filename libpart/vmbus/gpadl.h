/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GPADLs: lists of pages that the child lends to the host under a handle of its
 * choice, for rings and for buffers of its drivers. Contract 5.5.
 *
 * A page is lent from the moment its GPADL is complete until the child is told
 * TORNDOWN (or the channel or the connection is over). Whoever wants to take
 * memory from the child asks gpadl_names() first, so that a page has one owner;
 * what is gone already cannot be lent.
 */
#ifndef VMBUS_GPADL_H
#define VMBUS_GPADL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hvpart/vmbus.h>

/* 8 + 8 * pages has to fit into range_bytes. */
#define GPADL_PAGES_MAX		8190U
/* All of a child's together: 512 MiB lent, 2 MiB of tables here. */
#define GPADL_PAGES_ALL		131072U
/* A network channel has three; a search looks at every one. */
#define GPADL_MAX		512U
#define GPADL_CHANNEL_MAX	16U

enum gpadl_state {
	GPADL_PARTIAL,		/* not all page numbers are known */
	GPADL_LENT,
	GPADL_LEAVING,		/* the child wants it back, a ring uses it */
	GPADL_TORN,		/* given back; TORNDOWN has not been sent */
};

struct gpadl {
	struct gpadl *next;
	enum gpadl_state state;
	uint32_t handle;
	uint32_t relid;
	uint32_t bytes;
	uint32_t offset;	/* of the first byte in the first page */
	uint32_t nr;		/* pages */
	uint32_t have;		/* page numbers so far */
	bool in_use;		/* by the rings of an open channel */
	uint8_t **page;		/* once it is lent: in the child's order */
	uint64_t *pfn;		/* once it is lent: sorted, for gpadl_names() */
};

struct gpadl_table {
	void *(*memory)(void *ctx, __u64 gpa, __u64 len);
	void *ctx;
	struct gpadl *first;
	unsigned int nr;
	uint32_t pages;		/* of all, complete or not */
	unsigned int nr_torn;
};

/*
 * gpadl_header - begin one
 * @pages: the @nr page numbers that follow the header, at any alignment
 *
 * 1: complete and lent; 0: more is to come; or, and then there is nothing of it:
 * -EINVAL: makes no sense; -EEXIST: the handle is taken; -ENOSPC: too many;
 * -EFAULT: a page is not the child's RAM; -ENOMEM.
 */
int gpadl_header(struct gpadl_table *t, const struct vmbus_gpadl_header *h,
		 const void *pages, uint32_t nr);

/*
 * gpadl_body - go on with one
 * @relid: whose it is, if the result is 1 or -EFAULT
 *
 * 1, 0, -EFAULT as above; -ENOENT: nothing waits for it; -EINVAL: more than was
 * announced, nothing of it taken.
 */
int gpadl_body(struct gpadl_table *t, uint32_t handle, const void *pages,
	       uint32_t nr, uint32_t *relid);

/* NULL unless it is lent and belongs to that channel. */
struct gpadl *gpadl_find(const struct gpadl_table *t, uint32_t relid,
			 uint32_t handle);

/* Rings begin and end to use it; the end may tear it down. */
void gpadl_use(struct gpadl *g);
void gpadl_unuse(struct gpadl_table *t, struct gpadl *g);

/*
 * gpadl_teardown - the child wants it back
 *
 * Now, or when its channel has been closed. Zero; -ENOENT: there is none of that
 * channel, or it is on its way already.
 */
int gpadl_teardown(struct gpadl_table *t, uint32_t relid, uint32_t handle);

/* A handle that TORNDOWN is due for, 0: none; and: it has been sent. */
uint32_t gpadl_torn(const struct gpadl_table *t);
void gpadl_told(struct gpadl_table *t, uint32_t handle);

/* Forget a channel's, or all. None of them is in use any more. */
void gpadl_release(struct gpadl_table *t, uint32_t relid);
void gpadl_release_all(struct gpadl_table *t);

/* Is a byte of [gpa, gpa + len) lent? */
bool gpadl_names(const struct gpadl_table *t, uint64_t gpa, uint64_t len);

/* Copies at @at of the buffer: zero, or -ERANGE and nothing copied. */
int gpadl_read(const struct gpadl *g, uint32_t at, void *buf, uint32_t len);
int gpadl_write(const struct gpadl *g, uint32_t at, const void *buf,
		uint32_t len);

#endif /* VMBUS_GPADL_H */
