/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages of guest memory that have no memory behind them.
 *
 *	there		as at boot
 *	ballooned out	the guest has given it away; it comes back by ram_give()
 *	absent		nobody needs it; the guest's next access finds zeros
 *
 * A guest that looks at a ballooned page all the same (a dump, /proc/kcore, a new
 * kernel after kexec) must live: it finds zeros, too. The page stays ballooned
 * out, and ram_retire() takes it again.
 */
#ifndef PARTWP_RAM_PAGES_H
#define PARTWP_RAM_PAGES_H

#include "ram.h"

#define RAM_PAGE	4096ULL

/* Is any page of it absent? It lies in the slot. */
bool ram_pages_absent(const struct ram_slot *s, uint64_t gpa, uint64_t len);

/* Is any page of it ballooned out, there (since it was touched) or not? */
bool ram_is_ballooned(const struct ram *ram, uint64_t gpa, uint64_t len);

/* The slot ends at @size: what is known of later pages is forgotten. */
void ram_pages_forget(struct ram *ram, struct ram_slot *s, uint64_t size);

/**
 * ram_take() - the guest has ballooned out [gpa, gpa + len)
 * @ram: guest memory
 * @gpa: page address
 * @len: bytes, whole pages
 *
 * Return: 0; -EFAULT: not all of it is RAM, in one piece; -EALREADY: some of it
 * is ballooned out already; or why its memory cannot be taken. On an error all
 * of it stays the guest's, but what was in it may be lost.
 */
int ram_take(struct ram *ram, uint64_t gpa, uint64_t len);

/**
 * ram_drop() - the guest does not need what is in [gpa, gpa + len)
 * @ram: guest memory
 * @gpa: page address
 * @len: bytes, whole pages
 * @pages: how many were there, and are absent now; unchanged on an error
 *
 * Return: as ram_take().
 */
int ram_drop(struct ram *ram, uint64_t gpa, uint64_t len, uint64_t *pages);

/* Pages that are absent, and not ballooned out. */
uint64_t ram_dropped(struct ram *ram);

/* Is the page there absent, and the guest's? From any thread. */
bool ram_is_dropped(struct ram *ram, uint64_t gpa);

/**
 * ram_give() - the guest shall have it again
 * @ram: guest memory
 * @gpa: from ram_next_ballooned()
 * @len: bytes
 *
 * Return: 0; -EFAULT: not all of it is ballooned out; or why there is no memory.
 */
int ram_give(struct ram *ram, uint64_t gpa, uint64_t len);

/**
 * ram_next_ballooned() - find pages that are ballooned out
 * @ram: guest memory
 * @gpa: in: where to begin; out: the first of them
 * @max: bytes wanted at most
 *
 * Return: bytes, in one piece; 0: there are none.
 */
uint64_t ram_next_ballooned(const struct ram *ram, uint64_t *gpa, uint64_t max);

/* Whoever knew what is ballooned out is gone: those pages are absent now. */
void ram_release(struct ram *ram);

/**
 * ram_touch() - an access found nothing at @gpa
 * @ram: guest memory
 * @gpa: where
 * @ballooned: also where that page is ballooned out
 *
 * From any thread, without ram->lock.
 *
 * Return: 1: there is memory now, try again; 0: this is no RAM, or not meant to
 * be there; or why there is none.
 */
int ram_touch(struct ram *ram, uint64_t gpa, bool ballooned);

/* Pages that are ballooned out but were touched. */
uint64_t ram_touched(struct ram *ram);

/* Takes those again. */
void ram_retire(struct ram *ram);

#endif
